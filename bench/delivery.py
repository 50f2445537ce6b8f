#!/usr/bin/python3
"""Deliveries to 1, 100 and 10,000 endpoints of one partner, plain and over TLS, with every hundredth endpoint dead.

    bench/delivery.py --build build/release [--out FILE] [--deliveries 20000] [--endpoints 1,100,10000]

For each number of endpoints a server without workers takes settlements, so that deliveries are owed and none is made; then a
server with workers makes them all: that is the rate and the CPU (of the process, its start without them taken off). Next to it, in
the same minute, a bare client of the same HTTP stack sends as many requests to the same partner. Then settlements come one after
the other, and every endpoint is notified: that is the latency, from the event to the end of the attempt that delivered it; and
pings, each for one endpoint. A dead endpoint takes connections and never answers. What an endpoint costs in memory is
measured between the fewest and the most, what a waiting delivery costs with a partner who has stopped.

In the end one endpoint is notified while 150,000 payments are open (bench/intake.cpp). The partner and the bank share the machine with the
server, and other work may: compare figures of one run.
"""

import concurrent.futures
import contextlib
import json
import pathlib
import signal
import socket
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent / "support"))
import queues  # noqa: E402  # pylint: disable=wrong-import-position
from served import arguments, cpu_us, one_world, report, resident_mib  # noqa: E402  # pylint: disable=wrong-import-position

EVENT = "settlement.matched"
AT_ONCE = 500
PARALLEL = 16  # as many as one endpoint gets at a time
MAKERS = 4  # connections that make endpoints
PACED = {1: 100, 100: 30}  # settlements of the measurement of latency; else:
PACED_ELSE = 3
PINGS = 100
WAITING_AT = 100  # with so many endpoints it is measured what a delivery costs that waits
IDLE_SECONDS = 3
QUEUE_WORKERS = {1: PARALLEL, 100: 128}  # of the queues that it is compared with


class Sink:
    """The partner."""

    def __init__(self, program, keys):
        command = [program, "sink", keys / "partner-certificate.pem", keys / "partner-private.pem"]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        plain, tls = map(int, self.process.stdout.readline().split())
        self.roots = {"plain": f"http://127.0.0.1:{plain}", "tls": f"https://localhost:{tls}"}

    def close(self):
        self.process.send_signal(signal.SIGCONT)
        self.process.communicate()


def settings(roles):
    names = ", ".join(f'"{role}"' for role in roles)
    return (f"[node]\nroles = [{names}]\n[delivery]\nendpoints_per_tenant = 10000\nretry_after_seconds = [1, 1, 1]\n"
            '[matching]\nwatermark_seconds = 0\n')


def percentile(values, hundredths):
    return values[min(len(values) - 1, len(values) * hundredths // 100)]


class Run:
    def __init__(self, world, sink, dead, endpoints):
        self.world, self.sink, self.dead_port, self.endpoints = world, sink, dead.getsockname()[1], endpoints
        self.live = endpoints - endpoints // 100
        self.settled = 0
        self.dead = set()
        self.names = []  # as the API has them, of some that live
        self.iban = world.account()

    def restart(self, *roles):
        """At once: attempts at the dead would hold up a server that is asked to stop."""
        self.world.close_clients()
        self.world.server.kill()
        self.world.write_config(settings(roles))
        self.world.start()

    # Endpoints

    def make(self):
        """How many a second, and how many of the last tenth next to the first."""
        local = threading.local()

        def one(number):
            from support.http_client import HttpClient
            if not hasattr(local, "http"):
                local.http = HttpClient(self.world.server.port)
            body = {"url": f"{self.sink.roots['plain']}/partner/{number}", "events": [EVENT]}
            answer = local.http.send("POST", "/v1/endpoints", {"Authorization": f"Bearer {self.world.key}",
                                                               "Content-Type": "application/json"}, json.dumps(body))
            assert answer.status == 201, answer.body
            return time.monotonic(), answer.json["id"]

        begun = time.monotonic()
        with concurrent.futures.ThreadPoolExecutor(MAKERS) as pool:
            made = list(pool.map(one, range(self.endpoints)))
        spans = sorted(at for at, _ in made)
        live = [name for number, name in enumerate(sorted(name for _, name in made)) if number % 100 != 99]
        self.names = live[::max(1, len(live) // PINGS)]
        figures = {"endpoints_made_per_s": self.endpoints / (spans[-1] - begun)}
        if self.endpoints >= 1000:
            tenth = self.endpoints // 10
            figures["making_the_last_tenth_over_the_first"] = (spans[-1] - spans[-tenth - 1]) / (spans[tenth] - spans[0])
        return figures

    def aim(self, scheme):
        """All endpoints at the partner's other port, every hundredth at a port that never answers. Behind the server's back, while none runs."""
        self.world.close_clients()
        self.world.server.kill()
        with contextlib.closing(sqlite3.connect(self.world.data / "settled.db")) as database, database:
            ids = [row[0] for row in database.execute("SELECT id FROM endpoint ORDER BY id")]
            self.dead = set(ids[99::100])
            dead = f"{'https' if scheme == 'tls' else 'http'}://localhost:{self.dead_port}"
            urls = [(f"{dead if number in self.dead else self.sink.roots[scheme]}/partner/{number}", number) for number in ids]
            database.executemany("UPDATE endpoint SET url = ? WHERE id = ?", urls)
            database.execute("DELETE FROM endpoint_state")

    # Deliveries

    def owe(self, events):
        """Settlements with their payments, from the sandbox's provider and bank."""
        while events > AT_ONCE:  # what the sandbox makes within one call
            self.owe(AT_ONCE)
            events -= AT_ONCE
        from support.waiting import wait_for
        world, before = self.world, self.world.sandbox.acknowledged_count()
        batch = {"amount": "20.00", "reference": f"B{self.settled} ", "end_to_end_id": f"E2E-{self.settled}-", "count": events}
        world.sandbox.post("/provider/payments/batch", {"payee": {"iban": self.iban}, "id": f"p-{self.settled}-", **batch})
        world.sandbox.post("/bank/payments/batch", {"account": self.iban, **batch})
        self.settled += events
        wait_for(lambda: world.sandbox.acknowledged_count() >= before + events, "the settlements are taken", seconds=600, every=0.02)

    def left(self):
        """Deliveries to live endpoints that are not made yet."""
        dead = ", ".join(map(str, self.dead)) or "0"
        return self.rows("SELECT count(*) AS n FROM task WHERE kind = 'delivery' AND status = 'queued' "
                         f"AND lane_id NOT IN ({dead})")[0]["n"]

    def await_delivered(self, every=0.1):
        from support.waiting import wait_for
        wait_for(lambda: self.left() == 0, lambda: f"{self.left()} deliveries are left", seconds=900, every=every)

    def rows(self, sql, *values):
        return self.world.store.rows(sql, *values)

    def last_event(self):
        return self.rows("SELECT coalesce(max(id), 0) AS id FROM event")[0]["id"]

    # Measurements

    def idle(self):
        """Of a server with nothing to do."""
        self.restart("all")
        pid = self.world.server.pid
        begin_cpu = cpu_us(pid)
        figures = {"resident_idle_bytes": round(resident_mib(pid) * (1 << 20))}
        time.sleep(IDLE_SECONDS)
        return figures | {"idle_cpu_percent": (cpu_us(pid) - begin_cpu) / IDLE_SECONDS / 10_000}

    def throughput(self, deliveries):
        self.restart("all")
        start = cpu_us(self.world.server.pid)
        self.restart("intake", "api")
        first, events = self.last_event(), max(1, deliveries // self.endpoints)
        self.owe(events)
        owed = self.left()
        assert owed == events * self.live, (owed, events)
        self.restart("all")
        self.await_delivered()
        cpu = cpu_us(self.world.server.pid) - start
        span = self.rows("SELECT min(a.started_at) AS begun, max(a.started_at + a.latency_us) AS ended, count(*) AS attempts FROM attempt a "
                         "JOIN task t ON t.tenant_id = a.tenant_id AND t.id = a.task_id WHERE a.outcome = 'delivered' AND t.subject_id > ?",
                         first)[0]
        assert span["attempts"] == owed, (span, owed)
        return {"deliveries": owed, "cpu_us": cpu / owed, "per_s": owed / max((span["ended"] - span["begun"]) / 1e6, 1e-6)}

    def took(self, first):
        """Milliseconds from each event after `first` to its deliveries, in order."""
        return sorted(row["us"] / 1000 for row in self.rows(
            "SELECT a.started_at + a.latency_us - e.created_at AS us FROM attempt a JOIN task t ON t.tenant_id = a.tenant_id "
            "AND t.id = a.task_id JOIN event e ON e.tenant_id = t.tenant_id AND e.id = t.subject_id "
            "WHERE e.id > ? AND a.outcome = 'delivered'", first))

    def latency(self):
        """Of events that go to every endpoint, and of those that go to one of them."""
        first, events = self.last_event(), PACED.get(self.endpoints, PACED_ELSE)
        for _ in range(events):
            self.owe(1)
            self.await_delivered(every=0.02)
        to_all = self.took(first)
        assert len(to_all) == events * self.live, (len(to_all), events)
        first = self.last_event()
        for number in range(PINGS):
            self.world.api.post(f"/v1/endpoints/{self.names[number % len(self.names)]}/ping")
        self.await_delivered(every=0.02)
        to_one = self.took(first)
        assert len(to_one) == PINGS, len(to_one)
        return {"event_to_delivered_p50_ms": statistics.median(to_all), "event_to_delivered_p99_ms": percentile(to_all, 99),
                "to_one_p50_ms": statistics.median(to_one), "to_one_p99_ms": percentile(to_one, 99)}

    def waiting_bytes(self):
        """The partner has stopped; every endpoint has one attempt under way, and the rest waits in memory."""
        self.restart("all")
        for endpoint in self.world.api.all("/v1/endpoints"):
            self.world.api.patch(f"/v1/endpoints/{endpoint['id']}", {"concurrency": 1})
        pid, events = self.world.server.pid, 200
        self.sink.process.send_signal(signal.SIGSTOP)
        self.owe(events)
        before = resident_mib(pid)
        self.owe(events)
        return (resident_mib(pid) - before) * (1 << 20) / (events * self.live)

    def body_bytes(self):
        return int(self.rows("SELECT avg(length(body)) AS n FROM event")[0]["n"])

    def bare(self, program, scheme, count):
        done = subprocess.run([program, "loop", self.sink.roots[scheme] + "/loop", str(count), str(PARALLEL), str(self.body_bytes()),
                               self.world.sandbox.files["partner_authority"]], capture_output=True, text=True, check=True)
        bare = json.loads(done.stdout)
        assert bare["failed"] == 0
        return {"bare_per_s": bare["per_s"], "bare_cpu_us": bare["cpu_us"]}

    def others(self, program, deliveries):
        figures = {}
        for name in ("river", "asynq"):
            figures |= queues.measure(program, name, self.sink.roots["plain"] + "/queue", deliveries, QUEUE_WORKERS[self.endpoints],
                                      self.body_bytes())
        return figures

    def measure(self, program, queue_program, deliveries):
        figures = self.make()
        self.aim("plain")
        figures |= self.idle()
        for scheme in ("plain", "tls"):
            self.aim(scheme)
            found = self.throughput(deliveries) | self.bare(program, scheme, deliveries) | self.latency()
            found["cpu_ratio"] = found["cpu_us"] / found["bare_cpu_us"]
            figures |= {f"{scheme}.{name}": value for name, value in found.items()}
        if self.endpoints in QUEUE_WORKERS:
            figures |= self.others(queue_program, deliveries)
        if self.endpoints == WAITING_AT:
            self.aim("plain")
            figures["bytes_per_waiting_delivery"] = self.waiting_bytes()
        return figures


@contextlib.contextmanager
def nobody():
    """Connections are made by the kernel, and nothing comes of them."""
    with socket.create_server(("127.0.0.1", 0), backlog=4096) as listener:
        yield listener


def measure(program, queue_program, endpoints, deliveries):
    """A world of its own."""
    with nobody() as dead, one_world("delivery", settings(["all"])) as world, \
            contextlib.closing(Sink(program, world.sandbox.directory)) as sink:
        return Run(world, sink, dead, endpoints).measure(program, queue_program, deliveries)


def crowded(program):
    with tempfile.NamedTemporaryFile(suffix=".json") as file:
        subprocess.run([program, "--part", "crowded", "--out", file.name], check=True, stdout=subprocess.DEVNULL)
        found = json.loads(pathlib.Path(file.name).read_text())
    return {f"with_150000_open.{name}": value for name, value in found.items() if not isinstance(value, str)}


def main():
    args = arguments(__doc__, deliveries=20_000, endpoints="1,100,10000")
    programs, figures, idle = args.build / "bench", {}, []
    with queues.built() as queue_program:
        for count in map(int, args.endpoints.split(",")):
            found = measure(programs / "delivery_peer", queue_program, count, args.deliveries)
            idle.append((count, found["resident_idle_bytes"]))
            figures |= {f"to_{count}.{name}": value for name, value in found.items()}
    (fewest, least), (most, largest) = idle[0], idle[-1]
    if most > fewest:
        figures["bytes_per_idle_endpoint"] = (largest - least) / (most - fewest)
    figures |= crowded(programs / "bench_intake")
    report(figures, args.out)


if __name__ == "__main__":
    main()
