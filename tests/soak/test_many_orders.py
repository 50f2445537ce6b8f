"""Many orders with rejects, holds, returns, lost replies and restarts: settled and the bank's ledger agree by count and
by sum, and each order was paid once.

SOAK_ORDERS: how many (200 in `make test`, 10,000 in `make soak`). SETTLED_SEED repeats a run's amounts.
"""

import collections
import http.client
import json
import os
import random
import threading
import time

from support.http_client import HttpClient
from support.money_out import CALLS, PAYING, MoneyOut
from support.waiting import wait_for

ORDERS = int(os.environ.get("SOAK_ORDERS", "200"))
SEED = int(os.environ.get("SETTLED_SEED", "0")) or random.SystemRandom().randrange(1 << 31)
CLIENTS = 4
RESTARTS = 4 if ORDERS < 1000 else 10
REPLY_LOST_EVERY = 20 if ORDERS >= 1000 else 5  # of calls to the bank
RULES = [
    {"outcome": "reject", "code": "AC04", "every": 20},
    {"outcome": "hold", "release_after_ms": 100, "every": 50},
    {"outcome": "settle", "return_after_ms": 50, "return_code": "AC04", "every": 50},
]
OPEN = ("queued", "submitted", "held", "in_doubt", "needs_review")
PATIENCE_SECONDS = 60 + ORDERS / 20


class Client(threading.Thread):
    """Posts its orders one after the other, and each again until it is acknowledged."""

    def __init__(self, world, bodies):
        super().__init__(daemon=True)
        self.world, self.bodies = world, bodies
        self.posted = 0
        self.failure = None
        self.http = self.port = None

    def run(self):
        try:
            for body in self.bodies:
                self.post(body)
                self.posted += 1
        except BaseException as failure:  # pylint: disable=broad-except  # raised by the test's thread
            self.failure = failure

    def post(self, body):
        sent = {"Authorization": f"Bearer {self.world.key}", "Content-Type": "application/json",
                "Idempotency-Key": body["client_id"]}

        def acknowledged():
            port = self.world.server.port
            if not port:
                return False
            if self.port != port:
                self.http, self.port = HttpClient(port), port
            try:
                answer = self.http.send("POST", "/v1/orders", sent, json.dumps(body).encode())
            except (OSError, http.client.HTTPException):
                return False
            assert answer.status in (200, 202, 503), answer.body
            return answer.status != 503
        wait_for(acknowledged, f"{body['client_id']} is acknowledged", seconds=120)


def amount_of(rng):
    pence = rng.randrange(1, 500_000)
    return f"{pence // 100}.{pence % 100:02}"


def in_pence(amount):
    pounds, pence = amount["value"].split(".")
    return 100 * int(pounds) + int(pence)


def tallies(orders):
    """By status: how many, and their sum in pence."""
    found = collections.defaultdict(lambda: [0, 0])
    for order in orders:
        found[order["status"]][0] += 1
        found[order["status"]][1] += in_pence(order["amount"])
    return {status: tuple(tally) for status, tally in found.items()}


def ledger_tallies(summary):
    return {state: (tally["count"], tally["sum_minor"]) for state, tally in summary["debit"].items() if tally["count"]}


def is_over(bank):
    """The bank has ended every payment, and settled has learnt the end of each."""
    states = bank.summary()["debit"]
    return (not states["accepted"]["count"] and not states["held"]["count"] and all(
        not bank.api.get(f"/v1/orders?status={status}&limit=1")["data"] for status in OPEN)
        and tallies(bank.api.all("/v1/orders")) == ledger_tallies(bank.summary()))


def restart_while(world, clients):
    """Stops and kills the server by turns, each time when as many orders again are posted."""
    total = sum(len(client.bodies) for client in clients)
    for number in range(1, RESTARTS + 1):
        wanted = number * total // (RESTARTS + 1)
        wait_for(lambda: sum(c.posted for c in clients) >= wanted or any(c.failure for c in clients),
                 lambda: f"{sum(c.posted for c in clients)} of {wanted} are posted", seconds=PATIENCE_SECONDS, every=0.005)
        world.close_clients()
        if number % 2:
            world.server.kill()
        else:
            assert world.server.stop() == 0
        world.start()
        print(f"  {sum(c.posted for c in clients):6} posted, server {'killed' if number % 2 else 'stopped'} and started",
              flush=True)


def test_settled_and_the_bank_agree_to_the_penny(new_world):
    print(f"\n{ORDERS} orders, SETTLED_SEED={SEED}")
    rng = random.Random(SEED)
    world = new_world(CALLS.replace("review_after_seconds = 60", "review_after_seconds = 3600"), retry_every_ms=200)
    bank = MoneyOut(world)
    bank.rules(*RULES)
    for fault in ({"processed": True, "cut_after": 40}, {"processed": False, "reset": True, "skip": REPLY_LOST_EVERY}):
        bank.fault(path=PAYING, method="POST", every=2 * REPLY_LOST_EVERY, count=ORDERS, **fault)
    bodies = [bank.body(f"soak-{i:06}", amount=amount_of(rng)) for i in range(ORDERS)]
    clients = [Client(world, bodies[i::CLIENTS]) for i in range(CLIENTS)]
    began = time.monotonic()
    for client in clients:
        client.start()
    restart_while(world, clients)
    for client in clients:
        client.join(PATIENCE_SECONDS)
        assert client.failure is None and not client.is_alive(), client.failure
    print(f"  {ORDERS:6} posted after {time.monotonic() - began:.1f} s", flush=True)
    wait_for(lambda: is_over(bank), lambda: f"they agree: {tallies(bank.api.all('/v1/orders'))} and {bank.summary()}",
             seconds=PATIENCE_SECONDS, every=0.5)
    seconds = time.monotonic() - began

    orders, summary = bank.api.all("/v1/orders"), bank.summary()
    ours, theirs = tallies(orders), ledger_tallies(summary)
    assert ours == theirs, "by count and by sum"
    assert sum(count for count, _ in ours.values()) == ORDERS
    assert {order["client_id"]: order["amount"]["value"] for order in orders} == {
        body["client_id"]: body["amount"]["value"] for body in bodies}
    assert summary["duplicates"] == 0 and summary["signatures"]["refused"] == 0
    returned = summary["returns"]["credit"]["settled"]
    assert (returned["count"], returned["sum_minor"]) == theirs.get("returned", (0, 0))
    booked = bank.payments_out()
    assert sorted(b["end_to_end_id"] for b in booked) == sorted(order["end_to_end_id"] for order in orders)
    by_id = {b["end_to_end_id"]: b for b in booked}
    for order in orders:
        assert (by_id[order["end_to_end_id"]]["state"], by_id[order["end_to_end_id"]]["amount_minor"]) == (
            order["status"], in_pence(order["amount"])), order
    assert bank.reviews() == []
    world.store.check()
    calls = bank.calls()
    lost = sum(1 for call in calls if call["reply_cut"] or not call["processed"])
    assert lost >= len(calls) // REPLY_LOST_EVERY - 2
    for status, (count, pence) in sorted(ours.items()):
        print(f"  {status:9} {count:6}  {pence / 100:16,.2f}  settled and the ledger say the same")
    print(f"  {len(calls)} calls, {lost} replies lost, {RESTARTS} restarts, {seconds:.1f} s, {ORDERS / seconds:.0f} orders/s")
