#!/usr/bin/python3
"""Deliveries to 1, 100 and 10,000 endpoints of one partner: how many a second, how long from the event to the partner's answer,
and what one costs next to a request of a bare client of the same HTTP stack.

    bench/delivery.py --build build/release [--out FILE] [--deliveries 20000] [--endpoints 1,100,10000]

For each number of endpoints a server without workers takes settlements, so that deliveries are owed and none is made; then a
server with workers makes them all: that is the rate and the CPU (of the process, its start without them taken off). Then
settlements come one after the other: that is the latency, from the event to the end of the attempt that delivered it. The partner
and the bank share the machine with the server.
"""

import json
import pathlib
import statistics
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent / "support"))
from served import arguments, cpu_us, one_world, report, resident_mib  # noqa: E402  # pylint: disable=wrong-import-position

EVENT = "settlement.matched"
AT_ONCE = 500
PARALLEL = 16  # as many as one endpoint gets at a time
PACED = {1: 200, 100: 50}  # settlements of the measurement of latency; else:
PACED_ELSE = 3


class Sink:
    """The partner."""

    def __init__(self, program):
        self.process = subprocess.Popen([program, "sink"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.port = int(self.process.stdout.readline())

    def stop(self):
        """How many requests it has taken."""
        output, _ = self.process.communicate()
        return int(output)


def settings(roles):
    names = ", ".join(f'"{role}"' for role in roles)
    return (f"[node]\nroles = [{names}]\n[delivery]\nendpoints_per_tenant = 10000\nretry_after_seconds = [1, 1, 1]\n"
            '[matching]\nwatermark_seconds = 0\n')


class Run:
    def __init__(self, world, sink, endpoints):
        self.world, self.sink, self.endpoints = world, sink, endpoints
        self.settled = 0

    def restart(self, roles):
        self.world.close_clients()
        assert self.world.server.stop() == 0
        self.world.write_config(settings(roles))
        self.world.start()

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
        wait_for(lambda: world.sandbox.acknowledged_count() >= before + events, "the settlements are taken", seconds=600, every=0.05)

    def rows(self, sql, *values):
        return self.world.store.rows(sql, *values)

    def done(self):
        return self.rows("SELECT count(*) AS n FROM task WHERE kind = 'delivery' AND status = 'done'")[0]["n"]

    def await_done(self, count):
        from support.waiting import wait_for
        wait_for(lambda: self.done() >= count, lambda: f"{self.done()} of {count} delivered", seconds=900, every=0.2)

    def measure(self, deliveries):
        self.iban = self.world.account()
        for number in range(self.endpoints):
            self.world.api.post("/v1/endpoints", {"url": f"http://127.0.0.1:{self.sink.port}/partner/{number}", "events": [EVENT]})
        figures = {"endpoints": self.endpoints}
        self.restart(["all"])
        idle = cpu_us(self.world.server.pid)
        figures["resident_idle_bytes"] = round(resident_mib(self.world.server.pid) * (1 << 20))
        self.restart(["intake", "api"])
        events = max(1, deliveries // self.endpoints)
        self.owe(events)
        owed = self.rows("SELECT count(*) AS n FROM task WHERE kind = 'delivery'")[0]["n"]
        assert owed == events * self.endpoints, (owed, events)
        self.restart(["all"])
        self.await_done(owed)
        cpu = cpu_us(self.world.server.pid) - idle
        span = self.rows("SELECT min(started_at) AS begun, max(started_at + latency_us) AS ended, count(*) AS attempts FROM attempt")[0]
        figures |= {"deliveries": owed, "attempts": span["attempts"], "cpu_us": cpu / owed,
                    "per_s": owed / max((span["ended"] - span["begun"]) / 1e6, 1e-6)}
        return figures | self.latency(owed)

    def latency(self, before):
        paced = PACED.get(self.endpoints, PACED_ELSE)
        first = self.rows("SELECT max(id) AS id FROM event")[0]["id"]
        for number in range(paced):
            self.owe(1)
            self.await_done(before + (number + 1) * self.endpoints)
        took = sorted(row["us"] for row in self.rows(
            "SELECT a.started_at + a.latency_us - e.created_at AS us FROM attempt a JOIN task t ON t.tenant_id = a.tenant_id "
            "AND t.id = a.task_id JOIN event e ON e.tenant_id = t.tenant_id AND e.id = t.subject_id "
            "WHERE e.id > ? AND a.outcome = 'delivered'", first))
        assert len(took) == paced * self.endpoints
        return {"event_to_delivered_p50_ms": statistics.median(took) / 1000,
                "event_to_delivered_p99_ms": took[min(len(took) - 1, len(took) * 99 // 100)] / 1000}


def body_bytes(store):
    return int(store.rows("SELECT avg(length(body)) AS n FROM event")[0]["n"])


def measure_one(peer, endpoints, deliveries):
    """A world of its own, and next to it, in the same minutes, the bare client at the same partner."""
    sink = Sink(peer)
    try:
        with one_world("delivery", settings(["all"])) as world:
            figures = Run(world, sink, endpoints).measure(deliveries)
            bare = json.loads(subprocess.run([peer, "loop", str(sink.port), str(deliveries), str(PARALLEL), str(body_bytes(world.store))],
                                             capture_output=True, text=True, check=True).stdout)
        assert bare["failed"] == 0
        return figures | {"bare_per_s": bare["per_s"], "bare_cpu_us": bare["cpu_us"], "cpu_ratio": figures["cpu_us"] / bare["cpu_us"]}
    finally:
        sink.stop()


def main():
    args = arguments(__doc__, deliveries=20_000, endpoints="1,100,10000")
    runs = [measure_one(args.build / "bench" / "delivery_peer", count, args.deliveries) for count in map(int, args.endpoints.split(","))]
    figures = {f"to_{run['endpoints']}.{name}": value for run in runs for name, value in run.items() if name != "endpoints"}
    few, many = runs[0], runs[-1]
    if many["endpoints"] > few["endpoints"]:
        figures["bytes_per_idle_endpoint"] = ((many["resident_idle_bytes"] - few["resident_idle_bytes"])
                                              / (many["endpoints"] - few["endpoints"]))
    report(figures, args.out)


if __name__ == "__main__":
    main()
