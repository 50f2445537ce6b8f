"""Orders by Faster Payments and CHAPS and credits by Bacs, with restarts, two restores and a day on which the bank's webhooks
did not come: settled and the bank's ledger agree by count and by sum, and nothing was paid or counted twice.

SOAK_ORDERS: how many in all (200 in `make test`, 10,000 in `make soak`). SETTLED_SEED repeats a run's amounts.
"""

import os
import random
import time

from support.copies import copy_of
from support.money_out import PAYING, CALLS, MoneyOut
from support.waiting import wait_for

from test_many_orders import amount_of, in_pence, is_over, ledger_tallies, tallies

ITEMS = int(os.environ.get("SOAK_ORDERS", "200"))
SEED = int(os.environ.get("SETTLED_SEED", "0")) or random.SystemRandom().randrange(1 << 31)
RESTARTS = 2  # in each part
REPLY_LOST_EVERY = 40  # of calls to the bank
PATIENCE_SECONDS = 120 + ITEMS / 20
PAYING_CHAPS = "/payments/chaps/v6/customer-payments"
SETTINGS = CALLS.replace("review_after_seconds = 60", "review_after_seconds = 3600") + """
[calendar]
chaps_hours = "00:00-24:00"
chaps_days = "all"
"""
ADDRESS = {"building_number": "1", "street_name": "High Street", "town_name": "London", "country": "GB",
           "post_code": "EC2V 8RT"}
CHAPS = {"scheme": "chaps", "chaps": {"purpose": "LOAN", "category_purpose": "LOAN", "debtor": {"address": ADDRESS},
                                      "creditor": {"address": ADDRESS}}}
HOLDS = {"outcome": "hold", "release_after_ms": 100, "every": 50}
# The bank's query does not show what was rejected, nor that a credit is a return: a store that has lost such a webhook asks
# a person, a day later. So these come while webhooks are heard.
REJECTS = {"outcome": "reject", "code": "AC04", "every": 20}
RETURNS = {"outcome": "settle", "return_after_ms": 50, "return_code": "AC04", "every": 50}


class Books:
    """What was sent, and the two sides that have to agree about it."""

    def __init__(self, world):
        self.world = world
        self.bank = MoneyOut(world)
        self.rng = random.Random(SEED)
        self.bodies = {}
        self.credits = 0
        self.restarts = 0

    def send(self, count):
        """Six of ten by Faster Payments, two by CHAPS, two by Bacs; the server is killed or stopped in between."""
        bodies = []
        for number in range(count):
            if number % 10 >= 8:
                self.pay_in()
                continue
            client_id = f"soak-{len(self.bodies):06}"
            body = self.bank.body(client_id, amount=amount_of(self.rng), **(CHAPS if number % 10 >= 6 else {}))
            self.bodies[client_id] = body
            bodies.append(body)
        self.post(bodies)
        return bodies

    def pay_in(self):
        """By Bacs, every other one with a notice before it."""
        self.credits += 1
        item = self.bank.sandbox.post("/bank/bacs", {
            "kind": "credit", "account": self.bank.debtor, "amount": amount_of(self.rng),
            "reference": f"BACS {self.credits:06}", "notice": self.credits % 2 == 0})["bacs_transaction_id"]
        self.bank.sandbox.post(f"/bank/bacs/{item}/settle", {})

    def post(self, bodies):
        part = max(1, len(bodies) // (RESTARTS + 1))
        for number, body in enumerate(bodies, 1):
            self.bank.api.post("/v1/orders", body, statuses=(200, 202))
            if number % part == 0 and number < len(bodies):
                self.restart()

    def restart(self):
        self.world.close_clients()
        if self.restarts % 2:
            assert self.world.server.stop() == 0
        else:
            self.world.server.kill()
        self.restarts += 1
        self.world.start()

    def while_stopped(self, act, arguments=()):
        self.world.close_clients()
        assert self.world.server.stop() == 0
        done = act()
        self.world.start(arguments=arguments)
        return done

    def until_quiet(self, what):
        bank = self.bank
        wait_for(lambda: is_over(bank) and self.ours() == self.theirs(),
                 lambda: f"they agree, {what}: {tallies(bank.api.all('/v1/orders'))} and {bank.summary()}; "
                         f"{len(self.ours())} settlements and {len(self.theirs())} credits",
                 seconds=PATIENCE_SECONDS, every=0.5)
        print(f"  {what}: {len(bank.api.all('/v1/orders'))} orders and {len(self.ours())} credits agree", flush=True)

    def ours(self):
        """Every credit that settled has: transaction id and pence, each as often as it is there."""
        return sorted((s["transaction_id"], in_pence(s["amount"])) for s in self.bank.api.all("/v1/settlements"))

    def theirs(self):
        return sorted((b["transaction_id"], b["amount_minor"]) for b in self.bank.ledger()
                      if b["side"] == "credit" and not b["is_return"] and b["state"] == "settled")

    def lose(self, count, what):
        """The store is put back to what it was before a part, the bank is asked, and the clients post the part again."""
        copy = self.while_stopped(lambda: copy_of(self.world))
        bodies = self.send(count)
        self.until_quiet(f"{what}, before")
        self.while_stopped(copy.put_back, ["--after-restore"])
        self.bank.caught_up()
        self.world.operator_post("/v1/calls/resume", {"reason": "the bank was asked"})
        self.post(bodies)
        self.until_quiet(what)

    def miss_a_day(self, count):
        """The bank gives its webhooks up; what they would have said is learnt by asking."""
        since = self.bank.api.get(f"/v1/orders/{next(iter(self.bodies))}")["created_at"]
        self.bank.silence()
        self.send(count)
        wait_for(lambda: not self.is_under_way(), "the bank has all of it", seconds=PATIENCE_SECONDS, every=0.2)
        self.bank.silence(False)
        self.bank.api.post("/v1/catch-ups", {"connector": "clearbank", "since": since}, statuses=(202,))
        self.bank.caught_up()
        self.until_quiet("a day without webhooks")

    def is_under_way(self):
        states = self.bank.summary()["debit"]
        waiting = self.bank.api.get("/v1/orders?status=queued&limit=1")["data"]
        return waiting or states["accepted"]["count"] or states["held"]["count"]


def test_three_schemes_agree_after_two_restores_and_a_day_without_webhooks(new_world):
    print(f"\n{ITEMS} orders and credits, SETTLED_SEED={SEED}")
    books = Books(new_world(SETTINGS, retry_every_ms=200))
    bank, part, began = books.bank, ITEMS // 5, time.monotonic()
    for path in (PAYING, PAYING_CHAPS):
        for fault in ({"processed": True, "cut_after": 40}, {"processed": False, "reset": True, "skip": REPLY_LOST_EVERY}):
            bank.fault(path=path, method="POST", every=2 * REPLY_LOST_EVERY, count=ITEMS, **fault)

    bank.rules(REJECTS, HOLDS, RETURNS)
    books.send(part)
    books.until_quiet("with rejects and returns")
    bank.rules(HOLDS)
    books.lose(part, "the first restore")
    books.miss_a_day(part)
    books.lose(part, "the second restore")
    bank.rules(REJECTS, HOLDS, RETURNS)
    books.send(ITEMS - 4 * part)
    books.until_quiet("in the end")

    check_ends(books)
    print(f"  {len(bank.calls(PAYING))} calls of Faster Payments and {len(bank.calls(PAYING_CHAPS))} of CHAPS, "
          f"{books.restarts} restarts, 2 restores, {time.monotonic() - began:.1f} s")


def check_ends(books):
    bank, summary = books.bank, books.bank.summary()
    orders = bank.api.all("/v1/orders")
    assert {order["client_id"]: order["amount"]["value"] for order in orders} == {
        client_id: body["amount"]["value"] for client_id, body in books.bodies.items()}
    assert tallies(orders) == ledger_tallies(summary), "by count and by sum"
    booked = bank.payments_out()
    assert sorted(b["end_to_end_id"] for b in booked) == sorted(order["end_to_end_id"] for order in orders)
    by_id = {b["end_to_end_id"]: b for b in booked}
    for order in orders:
        theirs = by_id[order["end_to_end_id"]]
        assert (theirs["state"], theirs["amount_minor"]) == (order["status"], in_pence(order["amount"])), order
    assert len(books.theirs()) == books.credits
    assert summary["duplicates"] == 0 and summary["signatures"]["refused"] == 0
    assert bank.reviews() == []
    books.world.store.check()
    for status, (count, pence) in sorted(tallies(orders).items()):
        print(f"  {status:9} {count:6}  {pence / 100:16,.2f}  settled and the ledger say the same")
    print(f"  {'credited':9} {books.credits:6}  {sum(pence for _, pence in books.ours()) / 100:16,.2f}  by Bacs")
