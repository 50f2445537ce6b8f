#!/usr/bin/python3
"""Deliveries to 1, 100 and 10,000 endpoints of one partner: how many a second, how long from the event to the partner's answer,
and what one costs next to a request of a bare client of the same HTTP stack.

    bench/delivery.py --build build/release [--out FILE] [--deliveries 20000] [--endpoints 1,100,10000]

For each number of endpoints a server without workers takes settlements, so that deliveries are owed and none is made; then a
server with workers makes them all: that is the rate and the CPU (of the process, its start without them taken off). Then
settlements come one after the other: that is the latency, from the event to the end of the attempt that delivered it. The partner
and the bank share the machine with the server.
"""

import argparse
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests"))
EVENT = "settlement.matched"
AT_ONCE = 500
PARALLEL = 16  # as many as one endpoint gets at a time
PACED = {1: 200, 100: 50}  # settlements of the measurement of latency; else:
PACED_ELSE = 3


def cpu_us(pid):
    """Of all threads of a process, user and system, since it began."""
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) * 1_000_000 // os.sysconf("SC_CLK_TCK")


def resident_bytes(pid):
    lines = pathlib.Path(f"/proc/{pid}/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith("VmRSS")).split()[1]) * 1024


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
        figures["resident_idle_bytes"] = resident_bytes(self.world.server.pid)
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


def measure_one(directory, peer, endpoints, deliveries):
    """A world of its own, and next to it, in the same minutes, the bare client at the same partner."""
    from support.openapi import Contract
    from support.sandbox import Sandbox
    from support.world import World
    directory.mkdir()
    keys = directory / "keys"
    made = Sandbox(keys, directory / "keys.log")
    made.http.close()
    made.process.stop()
    sink = Sink(peer)
    world = World(directory, Contract(), keys, settings(["all"]))
    try:
        figures = Run(world, sink, endpoints).measure(deliveries)
        bare = json.loads(subprocess.run([peer, "loop", str(sink.port), str(deliveries), str(PARALLEL), str(body_bytes(world.store))],
                                         capture_output=True, text=True, check=True).stdout)
        assert bare["failed"] == 0
        return figures | {"bare_per_s": bare["per_s"], "bare_cpu_us": bare["cpu_us"], "cpu_ratio": figures["cpu_us"] / bare["cpu_us"]}
    finally:
        world.close()
        sink.stop()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", type=pathlib.Path, required=True)
    parser.add_argument("--out", type=pathlib.Path)
    parser.add_argument("--deliveries", type=int, default=20_000)
    parser.add_argument("--endpoints", default="1,100,10000")
    args = parser.parse_args()
    os.environ["SETTLED_BINARY"] = str((args.build / "settled").resolve())
    runs = []
    with tempfile.TemporaryDirectory(prefix="settled-delivery-") as name:
        for count in map(int, args.endpoints.split(",")):
            figures = measure_one(pathlib.Path(name) / str(count), args.build / "bench" / "delivery_peer", count, args.deliveries)
            runs.append({key: round(value, 3) for key, value in figures.items()})
            for key, value in runs[-1].items():
                print(f"  {key:<34} {value:14.3f}", flush=True)
    few, many = runs[0], runs[-1]
    result = {"runs": runs}
    if many["endpoints"] > few["endpoints"]:
        result["bytes_per_idle_endpoint"] = round((many["resident_idle_bytes"] - few["resident_idle_bytes"])
                                                  / (many["endpoints"] - few["endpoints"]))
        print(f"  {'bytes_per_idle_endpoint':<34} {result['bytes_per_idle_endpoint']:14.0f}")
    if args.out:
        args.out.write_text(json.dumps(result) + "\n")


if __name__ == "__main__":
    main()
