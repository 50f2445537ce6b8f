#!/usr/bin/python3
"""Strangers against memory: unfinished bodies of 1 MiB from one address, while other clients send requests.

    bench/flood.py --binary build/release/settled [--connections 2000] [--seconds 20] [--addresses 1]

Prints JSON: the server's resident memory before and at its highest, and the latencies of healthy requests
(each the registration of a payment by another address, durable before it is answered) without and under the flood.
"""

import argparse
import json
import multiprocessing
import os
import pathlib
import selectors
import socket
import statistics
import sys
import tempfile
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests"))
BODY = 1 << 20


def resident_mib(pid):
    lines = pathlib.Path(f"/proc/{pid}/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith("VmRSS")).split()[1]) / 1024


class Flood(multiprocessing.Process):
    """A process of its own, so that the healthy client does not wait for it. Keeps so many connections with all but the last byte of a body; one that ends is made again."""

    def __init__(self, port, connections, addresses):
        super().__init__(daemon=True)
        self.told, self.tells = multiprocessing.Pipe(duplex=False)
        self.end = multiprocessing.Event()
        self.port, self.wanted, self.addresses = port, connections, addresses
        self.data = (b"POST /hooks/clearbank HTTP/1.1\r\nHost: x\r\nDigitalSignature: AAAA\r\nContent-Length: "
                     + str(BODY).encode() + b"\r\n\r\n" + b"x" * (BODY - 1))
        self.open, self.made, self.sent = {}, 0, 0

    def run(self):
        self.selector = selectors.DefaultSelector()
        while not self.end.is_set():
            for _ in range(min(100, self.wanted - len(self.open))):
                self.connect()
            for key, _ in self.selector.select(0.05):
                self.go_on(key.fileobj)
        self.tells.send((self.made, self.sent))

    def stop(self):
        """Connections made, bytes sent."""
        self.end.set()
        return self.told.recv()

    def connect(self):
        client = socket.socket()
        client.bind((f"127.0.1.{self.made % self.addresses + 1}", 0))
        client.setblocking(False)
        client.connect_ex(("127.0.0.1", self.port))
        self.made += 1
        self.open[client] = 0
        self.selector.register(client, selectors.EVENT_READ | selectors.EVENT_WRITE)

    def go_on(self, client):
        at = self.open[client]
        try:
            if at < len(self.data):
                size = client.send(self.data[at:at + 65536])
                self.sent += size
                self.open[client] = at + size
            elif client.recv(4096) == b"":
                raise OSError
            else:
                return
            if self.open[client] == len(self.data):
                self.selector.modify(client, selectors.EVENT_READ)
        except BlockingIOError:
            pass
        except OSError:
            self.selector.unregister(client)
            client.close()
            del self.open[client]


class Healthy:
    def __init__(self, world, iban):
        self.world, self.iban, self.count = world, iban, 0

    def run(self, seconds):
        """Latencies in milliseconds, sorted; requests that were refused."""
        took, refused, end = [], 0, time.monotonic() + seconds
        headers = {"Authorization": f"Bearer {self.world.key}", "Content-Type": "application/json"}
        while time.monotonic() < end:
            self.count += 1
            body = json.dumps({"client_id": f"healthy-{self.count}", "amount": {"value": "1.00", "currency": "GBP"},
                               "payee": {"iban": self.iban}}).encode()
            begun = time.monotonic()
            answer = self.world.api.http.send("POST", "/v1/payments", headers, body)
            took.append((time.monotonic() - begun) * 1000)
            refused += answer.status != 201
            time.sleep(0.01)
        return {"requests": len(took), "refused": refused, "p50_ms": round(statistics.median(took), 2),
                "p99_ms": round(statistics.quantiles(took, n=100)[98], 2), "max_ms": round(max(took), 2)}


def watch(pid, seconds):
    highest, end = 0, time.monotonic() + seconds
    while time.monotonic() < end:
        highest = max(highest, resident_mib(pid))
        time.sleep(0.02)
    return highest


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--binary", required=True)
    parser.add_argument("--connections", type=int, default=2000)
    parser.add_argument("--addresses", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=20)
    args = parser.parse_args()
    os.environ["SETTLED_BINARY"] = os.path.abspath(args.binary)
    from support.openapi import Contract
    from support.sandbox import Sandbox
    from support.world import World

    with tempfile.TemporaryDirectory(prefix="settled-flood-") as directory:
        keys = pathlib.Path(directory) / "keys"
        made = Sandbox(keys, pathlib.Path(directory) / "keys.log")
        made.http.close()
        made.process.stop()
        place = pathlib.Path(directory) / "world"
        place.mkdir()
        world = World(place, Contract(), keys)
        try:
            healthy = Healthy(world, world.account())
            alone = healthy.run(args.seconds / 2)
            before = resident_mib(world.server.pid)
            flood = Flood(world.server.port, args.connections, args.addresses)
            flood.start()
            highest = []
            watcher = threading.Thread(target=lambda: highest.append(watch(world.server.pid, args.seconds)))
            watcher.start()
            under_flood = healthy.run(args.seconds)
            watcher.join()
            made, sent = flood.stop()
            print(json.dumps({"connections": args.connections, "addresses": args.addresses,
                              "connections_made": made, "mib_sent": round(sent / BODY),
                              "resident_before_mib": round(before, 1), "resident_highest_mib": round(highest[0], 1),
                              "alone": alone, "under_flood": under_flood}, indent=2))
        finally:
            world.close()


if __name__ == "__main__":
    main()
