"""Many loans through their whole life, with trouble of every kind and restarts: the bank's ledger, Mambu's and settled
agree to the penny, by count and by sum.

SOAK_LOANS: how many (200 in `make test`, 10,000 in `make soak`). SETTLED_SEED repeats a run's amounts.
"""

import collections
import os
import random
import time

from support.core_bank import CoreBank
from support.money_out import CALLS
from support.waiting import wait_for
from support.world import make_iban

LOANS = int(os.environ.get("SOAK_LOANS", "200"))
SEED = int(os.environ.get("SETTLED_SEED", "0")) or random.SystemRandom().randrange(1 << 31)
RESTARTS = 3 if LOANS < 1000 else 10
FAULT_EVERY = 20  # of calls to Mambu, for each kind of fault
REPAYMENTS = 3
PATIENCE_SECONDS = 120 + LOANS / 4
RULES = [
    {"outcome": "reject", "code": "AC04", "every": 20},
    {"outcome": "hold", "release_after_ms": 100, "every": 30},
    {"outcome": "settle", "return_after_ms": 50, "return_code": "AC04", "every": 40},
]


def pence(rng, most):
    return rng.randrange(1, most)


def pounds(amount):
    return f"{amount // 100}.{amount % 100:02}"


def restart(world, core, kill):
    world.close_clients()
    if kill:
        world.server.kill()
    else:
        assert world.server.stop() == 0
    world.start()
    core.aim()


def in_waves(world, core, items, act):
    """Does something for each; between the waves the server is stopped or killed."""
    size = max(1, len(items) // RESTARTS)
    for number, start in enumerate(range(0, len(items), size)):
        for item in items[start:start + size]:
            act(item)
        restart(world, core, kill=number % 2 == 0)


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
    print(f"\n{LOANS} loans, SETTLED_SEED={SEED}")
    rng = random.Random(SEED)
    world = new_world(CALLS.replace("review_after_seconds = 60", "review_after_seconds = 3600"), retry_every_ms=200)
    core = CoreBank(world)
    core.rules(*RULES)
    core.core("PUT", "webhooks", {"duplicates": 1})
    for number, fault in enumerate(({"processed": True, "cut_after": 40}, {"processed": False, "reset": True},
                                    {"processed": True, "status": 500}, {"processed": False, "status": 503})):
        core.core_fault(method="POST", path="/api/loans/", every=FAULT_EVERY, skip=5 * number, count=LOANS, **fault)
    began = time.monotonic()

    loans = [f"LN-SOAK-{i:06}" for i in range(LOANS)]
    in_waves(world, core, loans, lambda loan: core.loan(loan, notify=True, amount="100000.00"))
    wait_for(lambda: all_linked(core, loans), "every loan has its account", seconds=PATIENCE_SECONDS, every=0.5)
    ibans = {loan: core.seen(loan)["fields"]["ibanLoan"] for loan in loans}
    print(f"  {LOANS:6} linked after {time.monotonic() - began:.1f} s", flush=True)

    booked = {}
    in_waves(world, core, loans, lambda loan: booked.setdefault(loan, core.book(
        loan, amount=pounds(50_000 + pence(rng, 5_000_000)))))
    wait_for(lambda: len(core.api.all("/v1/orders")) == LOANS and is_quiet(core),
             lambda: f"payments end: {core.summary()}, {open_postings(core)}", seconds=PATIENCE_SECONDS, every=0.5)
    print(f"  {LOANS:6} disbursed after {time.monotonic() - began:.1f} s", flush=True)

    payers = iter(range(1, 10_000_000))

    def repay(loan):
        for _ in range(REPAYMENTS):
            number = next(payers)
            core.sandbox.post("/bank/payments", {
                "account": ibans[loan], "amount": pounds(pence(rng, 15_000)), "reference": f"R {number}",
                "end_to_end_id": f"R{number:08}", "payer": {"name": "A Payer", "iban": make_iban(number)}})
    in_waves(world, core, loans, repay)
    wanted = LOANS * REPAYMENTS

    def all_posted():
        ended = [one for status in ("posted", "suspended") for one in core.api.all(f"/v1/postings?status={status}")]
        return sum(one["kind"] == "repayment" for one in ended) == wanted and is_quiet(core)
    wait_for(all_posted, lambda: f"repayments end: {core.core_summary()}", seconds=PATIENCE_SECONDS, every=0.5)
    seconds = time.monotonic() - began

    check_disbursements(core, booked)
    check_repayments(core, ibans)
    assert core.core_summary()["duplicates"] == 0 and core.summary()["duplicates"] == 0
    assert core.reviews() == []
    world.store.check()
    calls = core.core_calls("/api/loans")
    lost = sum(1 for call in calls if call["reply_cut"] or not call["processed"])
    print(f"  {len(calls)} calls of Mambu, {lost} in trouble, {core.core_summary()['replays']} answered again, "
          f"{3 * RESTARTS} restarts, {seconds:.1f} s, {LOANS / seconds:.1f} loans/s")


def check_disbursements(core, booked):
    """A booking stands in Mambu if and only if its payment stands at the bank, for the same amount."""
    paid = {b["end_to_end_id"]: b for b in core.payments_out()}
    orders = {order["end_to_end_id"]: order for order in core.api.all("/v1/orders")}
    states = collections.Counter()
    for loan, key in booked.items():
        booking = core.booking(key)
        stands = paid[key]["state"] == "settled" if key in paid else False
        assert bool(booking["adjusted_by"]) != stands, f"{loan} {booking} {paid.get(key)} {orders[key]} {core.reviews()}"
        assert key not in paid or paid[key]["amount_minor"] == booking["amount_minor"]
        states[orders[key]["status"]] += 1
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
