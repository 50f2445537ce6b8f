"""Many loans through their whole life, with trouble of every kind and restarts: the bank's ledger, Mambu's and settled
agree to the penny, by count and by sum. Once on one server; once on three nodes on PostgreSQL, whose store is put back
twice to what it was before half of the payments, as after a restore.

SOAK_LOANS: how many (200 in `make test`, on one server; 10,000 in `make soak`). SETTLED_SEED repeats a run's amounts.
"""

import collections
import os
import random
import time

import pytest

from support.copies import DatabaseCopy
from support.core_bank import CoreBank
from support.money_out import CALLS
from support.postgres import check_rules
from support.waiting import wait_for
from support.world import make_iban

LOANS = int(os.environ.get("SOAK_LOANS", "200"))
SEED = int(os.environ.get("SETTLED_SEED", "0")) or random.SystemRandom().randrange(1 << 31)
RESTARTS = 3 if LOANS < 1000 else 10
FAULT_EVERY = 20  # of calls to Mambu, for each kind of fault
REPAYMENTS = 3
PATIENCE_SECONDS = 120 + LOANS / 4
SETTINGS = CALLS.replace("review_after_seconds = 60", "review_after_seconds = 3600")
RULES = [
    {"outcome": "reject", "code": "AC04", "every": 20},
    {"outcome": "hold", "release_after_ms": 100, "every": 30},
]
# The bank's query does not show that a credit is a return: a store that has lost its webhook asks a person, a day later.
RETURNS = {"outcome": "settle", "return_after_ms": 50, "return_code": "AC04", "every": 40}


class OneServer:
    """On the store of this run of the tests."""

    restores = False

    def __init__(self, new_world):
        self.world = new_world(SETTINGS, retry_every_ms=200)
        self.core = CoreBank(self.world)
        self.restarts = 0

    def restart(self):
        self.world.close_clients()
        end(self.world.server, kill=self.restarts % 2 == 0)
        self.restarts += 1
        self.world.start()
        self.core.aim()

    def check_store(self):
        self.world.store.check()


class ThreeNodes:
    """On PostgreSQL; the next one is stopped or killed each time, and the calls then go to another."""

    restores = True

    def __init__(self, new_cluster):
        self.cluster = new_cluster(["all"] * 3, SETTINGS, retry_every_ms=200)
        self.world = self.cluster.world
        self.core = CoreBank(self.world)
        self.restarts = 0
        self.copy = None

    def call_through(self, number):
        self.cluster.call_through(self.cluster.nodes[number % 3])
        self.core.aim()

    def restart(self):
        node = self.cluster.nodes[self.restarts % 3]
        self.world.close_clients()
        end(node.server, kill=self.restarts % 2 == 0)
        self.restarts += 1
        node.start()
        self.call_through(self.restarts)

    def while_all_are_stopped(self, act, arguments=()):
        self.world.close_clients()
        for node in self.cluster.nodes:
            end(node.server, kill=False)
        done = act()
        for node in self.cluster.nodes:
            node.start(arguments)
        self.call_through(0)
        return done

    def keep_a_copy(self):
        database = self.cluster.database
        self.copy = self.while_all_are_stopped(lambda: DatabaseCopy(database.server, database.name))

    def put_back(self):
        """Until a person lets the calls go on, once the bank was asked."""
        self.while_all_are_stopped(self.copy.put_back, ["--after-restore"])
        wait_for(lambda: self.is_caught_up(), lambda: f"catch-ups end: {self.core.api.all('/v1/catch-ups')}",
                 seconds=PATIENCE_SECONDS, every=0.2)
        self.world.operator_post("/v1/calls/resume", {"reason": "the bank was asked"})

    def is_caught_up(self):
        catch_ups = self.core.api.all("/v1/catch-ups")
        return catch_ups and all(one["status"] == "done" for one in catch_ups)

    def check_store(self):
        check_rules(self.cluster.database.rows)


def end(server, kill):
    if kill:
        server.kill()
    else:
        assert server.stop() == 0


def pence(rng, most):
    return rng.randrange(1, most)


def pounds(amount):
    return f"{amount // 100}.{amount % 100:02}"


def in_waves(books, items, act):
    """Does something for each; between the waves a server is stopped or killed."""
    size = max(1, len(items) // RESTARTS)
    for start in range(0, len(items), size):
        for item in items[start:start + size]:
            act(item)
        books.restart()


def with_restore(books, items, act, until_quiet, before_the_rest):
    """The store is put back to what it was before the first half."""
    half = len(items) // 2 if books.restores else 0
    if half:
        books.keep_a_copy()
        in_waves(books, items[:half], act)
        until_quiet(half)
        books.put_back()
        until_quiet(half)
    before_the_rest()
    in_waves(books, items[half:], act)
    until_quiet(len(items))


def send_again(core):
    """What Mambu gave up to report while the server was down, a person lets it report again."""
    for webhook in core.core_webhooks():
        if webhook["failed"]:
            core.core("POST", f"webhooks/{webhook['id']}/again")


def all_linked(core, loans):
    send_again(core)
    return all(core.seen(loan)["fields"].get("ibanLoan") for loan in loans)


def open_postings(core):
    return [one for status in ("queued", "in_doubt") for one in core.api.get(f"/v1/postings?status={status}&limit=1")["data"]]


def is_quiet(core):
    send_again(core)
    states = core.summary()["debit"]
    return not (states["accepted"]["count"] or states["held"]["count"] or open_postings(core) or any(
        core.api.get(f"/v1/orders?status={status}&limit=1")["data"] for status in ("queued", "submitted", "held", "in_doubt")))


def standing(core, kind):
    channels = core.core_summary()["standing"].get(kind, {})
    return {channel: (total["count"], total["sum_minor"]) for channel, total in channels.items()}


def test_three_books_agree_to_the_penny(new_world):
    check_books(OneServer(new_world))


@pytest.mark.skipif("SOAK_LOANS" not in os.environ, reason="takes minutes: make soak")
@pytest.mark.usefixtures("postgres")
def test_three_books_agree_on_three_nodes_after_two_restores(new_cluster):
    check_books(ThreeNodes(new_cluster))


def check_books(books):
    print(f"\n{LOANS} loans, SETTLED_SEED={SEED}")
    rng = random.Random(SEED)
    core = books.core
    core.rules(*RULES)
    core.core("PUT", "webhooks", {"duplicates": 1})
    for number, fault in enumerate(({"processed": True, "cut_after": 40}, {"processed": False, "reset": True},
                                    {"processed": True, "status": 500}, {"processed": False, "status": 503})):
        core.core_fault(method="POST", path="/api/loans/", every=FAULT_EVERY, skip=5 * number, count=LOANS, **fault)
    began = time.monotonic()

    def report(what):
        print(f"  {LOANS:6} {what} after {time.monotonic() - began:.1f} s", flush=True)

    loans = [f"LN-SOAK-{i:06}" for i in range(LOANS)]
    in_waves(books, loans, lambda loan: core.loan(loan, notify=True, amount="100000.00"))
    wait_for(lambda: all_linked(core, loans), "every loan has its account", seconds=PATIENCE_SECONDS, every=0.5)
    ibans = {loan: core.seen(loan)["fields"]["ibanLoan"] for loan in loans}
    report("linked")
    booked = disburse(books, loans, rng)
    report("disbursed")
    repay(books, loans, ibans, rng)
    seconds = time.monotonic() - began

    check_disbursements(core, booked)
    check_repayments(core, ibans)
    assert core.core_summary()["duplicates"] == 0 and core.summary()["duplicates"] == 0
    assert core.reviews() == []
    books.check_store()
    calls = core.core_calls("/api/loans")
    lost = sum(1 for call in calls if call["reply_cut"] or not call["processed"])
    print(f"  {len(calls)} calls of Mambu, {lost} in trouble, {core.core_summary()['replays']} answered again, "
          f"{books.restarts} restarts, {seconds:.1f} s, {LOANS / seconds:.1f} loans/s")


def disburse(books, loans, rng):
    core, booked = books.core, {}

    def act(loan):
        booked[loan] = core.book(loan, amount=pounds(50_000 + pence(rng, 5_000_000)))

    def until_quiet(_):
        def ended():
            known = {order["end_to_end_id"] for order in core.api.all("/v1/orders")}
            return is_quiet(core) and all(key in known or core.booking(key)["adjusted_by"] for key in booked.values())
        wait_for(ended, lambda: f"payments end: {core.summary()}, {open_postings(core)}", seconds=PATIENCE_SECONDS,
                 every=0.5)
    with_restore(books, loans, act, until_quiet, before_the_rest=lambda: core.rules(*RULES, RETURNS))
    return booked


def repay(books, loans, ibans, rng):
    core, payers = books.core, iter(range(1, 10_000_000))

    def act(loan):
        for _ in range(REPAYMENTS):
            number = next(payers)
            core.sandbox.post("/bank/payments", {
                "account": ibans[loan], "amount": pounds(pence(rng, 15_000)), "reference": f"R {number}",
                "end_to_end_id": f"R{number:08}", "payer": {"name": "A Payer", "iban": make_iban(number)}})

    def until_quiet(count):
        def ended():
            posted = [one for status in ("posted", "suspended") for one in core.api.all(f"/v1/postings?status={status}")]
            return sum(one["kind"] == "repayment" for one in posted) == count * REPAYMENTS and is_quiet(core)
        wait_for(ended, lambda: f"repayments end: {core.core_summary()}", seconds=PATIENCE_SECONDS, every=0.5)
    with_restore(books, loans, act, until_quiet, before_the_rest=lambda: None)


def check_disbursements(core, booked):
    """A booking stands in Mambu if and only if its payment stands at the bank, for the same amount."""
    paid = {b["end_to_end_id"]: b for b in core.payments_out()}
    orders = {order["end_to_end_id"]: order for order in core.api.all("/v1/orders")}
    states = collections.Counter()
    for loan, key in booked.items():
        booking = core.booking(key)
        stands = paid[key]["state"] == "settled" if key in paid else False
        assert bool(booking["adjusted_by"]) != stands, (
            f"{loan} {booking} {paid.get(key)} {orders.get(key)} {core.reviews()}")
        assert key not in paid or paid[key]["amount_minor"] == booking["amount_minor"]
        states[orders[key]["status"] if key in orders else "adjusted before the restore"] += 1
    print(f"  {dict(states)}")
    ours = sum(1 for order in orders.values() if order["status"] == "settled")
    count, _ = standing(core, "DISBURSEMENT").get("MBU_Loan_Disbursement_FPS", (0, 0))
    assert ours == count == sum(1 for b in paid.values() if b["state"] == "settled")


def check_repayments(core, ibans):
    """What arrived at the bank on linked accounts is what Mambu booked and what settled kept, together."""
    arrived = [b for b in core.ledger() if b["side"] == "credit" and not b["is_return"]]
    count, total = standing(core, "REPAYMENT").get("CB_Loan_Repayment_FPS", (0, 0))
    kept = [one for one in core.api.all("/v1/postings?status=suspended") if one["kind"] == "repayment"]
    assert len(arrived) == count + len(kept) == len(ibans) * REPAYMENTS
    kept_minor = sum(int(one["amount"]["value"].replace(".", "")) for one in kept)
    assert sum(b["amount_minor"] for b in arrived) == total + kept_minor
    print(f"  {count} repayments of {total / 100:,.2f} posted, {len(kept)} kept")
