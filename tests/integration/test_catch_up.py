"""What the bank did while settled did not listen is learnt by asking it, each thing once."""

import collections
import json

import pytest

from support.clock import DAY, Clock
from support.money_out import PATIENT, MoneyOut
from support.postgres import is_engine
from support.processes import run_settled
from support.waiting import wait_for


def settled(world, *words):
    status, output, error = run_settled(*words, "--data", world.data, "--config", world.config)
    assert status == 0, (output, error)
    return json.loads(output) if output.strip() else None


def credits(bank):
    """Transaction id to minor units, as the bank's ledger has the money that came in."""
    return {b["transaction_id"]: b["amount_minor"] for b in bank.ledger()
            if b["side"] == "credit" and not b["is_return"] and b["state"] == "settled"}


def settlements(bank):
    found = [(s["transaction_id"], round(float(s["amount"]["value"]) * 100)) for s in bank.api.all("/v1/settlements")]
    assert max(collections.Counter(one for one, _ in found).values(), default=0) <= 1, "none is there twice"
    return dict(found)


def agree(bank, orders):
    """Ledger and settled, by count and by sum."""
    assert settlements(bank) == credits(bank)
    bank.check_each_paid_once(orders)
    out = {b["end_to_end_id"]: b["transaction_id"] for b in bank.payments_out() if b["state"] == "settled"}
    seen = {order["end_to_end_id"]: bank.get(order)["transaction_id"] for order in orders
            if bank.get(order)["status"] == "settled"}
    assert seen == out


def test_lost_for_four_days(new_world):
    """The bank goes on for four days and gives its webhooks up; then the server comes back."""
    world = new_world(PATIENT)
    bank = MoneyOut(world)
    before = [bank.order(amount=f"{20 + i}.00") for i in range(3)]
    for order in before:
        bank.until(order, "settled")
    heard = bank.receive("5.00", end_to_end_id="HEARD-1", reference="HEARD")
    wait_for(lambda: heard in settlements(bank), "its webhook came")
    bank.rules({"end_to_end_id_prefix": "", "outcome": "silent", "delay_ms": 1500})
    lost = [bank.order(amount=f"{40 + i}.00") for i in range(3)]
    for order in lost:
        bank.until(order, "submitted")
    world.close_clients()
    assert world.server.stop() == 0
    bank.silence()
    for i in range(60):
        bank.receive(f"{100 + i}.25", end_to_end_id=f"REMIT-{i}", reference=f"INV {i}")
    wait_for(lambda: len([b for b in bank.payments_out() if b["state"] == "settled"]) == 6, "the bank has paid them")
    bank.silence(False)
    bank.rules()

    # The store's newest row is four days old, as the server sees it now. A database has its own clock.
    clock = None if is_engine() else Clock(world.directory / "clock", 4 * DAY)
    world.start(**({"variables": clock.variables} if clock else {}))
    if is_engine():
        since = bank.api.get("/v1/orders/" + before[0]["client_id"])["created_at"]
        bank.api.post("/v1/catch-ups", {"connector": "clearbank", "since": since}, statuses=(202,))
    done = bank.caught_up()[0]
    assert done["reason"] == ("request" if is_engine() else "downtime")
    assert done["settlements"] == 60
    for order in lost:
        bank.until(order, "settled")
    agree(bank, [*before, *lost])

    again = settled(world, "catch-up", "--since", done["since"], "--json")
    assert (again["settlements"], again["orders"], again["movements"]) == (0, 0, 0)
    agree(bank, [*before, *lost])
    assert bank.reviews() == []


def test_a_late_webhook_completes_what_a_catch_up_found(new_world):
    world = new_world(PATIENT)
    bank = MoneyOut(world)
    world.sandbox.post("/bank/hold")
    late = bank.receive("12.34", end_to_end_id="LATE-1", reference="INV 1", payer={"name": "Ann Lee"})
    bank.api.post("/v1/catch-ups", {"connector": "clearbank"}, statuses=(202,))
    bank.caught_up()
    found, = bank.api.all("/v1/settlements")
    assert (found["transaction_id"], found["webhook_id"]) == (late, None)
    world.sandbox.post("/bank/release", {"duplicates": 2})
    wait_for(lambda: bank.api.get(f"/v1/settlements/{found['id']}")["webhook_id"], "its webhook came")
    assert len(bank.api.all("/v1/settlements")) == 1
    assert bank.reviews() == []


def test_a_crash_in_the_middle_of_a_catch_up_loses_and_doubles_nothing(new_world):
    world = new_world(PATIENT)
    bank = MoneyOut(world)
    bank.silence()
    for i in range(120):
        bank.receive(f"{1 + i}.10", end_to_end_id=f"REMIT-{i}")
    bank.silence(False)
    bank.fault(path="/v2/Accounts", processed=True, delay_ms=150, count=1000)
    bank.api.post("/v1/catch-ups", {"connector": "clearbank"}, statuses=(202,))
    for crash in range(3):
        seen = bank.api.all("/v1/catch-ups")[0]["seen"]
        wait_for(lambda seen=seen: bank.api.all("/v1/catch-ups")[0]["seen"] > seen or
                 bank.api.all("/v1/catch-ups")[0]["status"] == "done", "it has come further", every=0.02)
        world.close_clients()
        world.server.kill()
        world.store.bury()
        world.start()
    bank.no_faults()
    bank.caught_up()
    assert settlements(bank) == credits(bank)


def test_a_query_that_lags_is_made_up_for_by_the_next_one(new_world):
    world = new_world(PATIENT)
    bank = MoneyOut(world)
    bank.silence()
    bank.query_lag(3_600_000)
    money = bank.receive("7.00", end_to_end_id="LAGS-1")
    bank.silence(False)
    dry = settled(world, "catch-up", "--json")
    assert dry["settlements"] == 0 and settlements(bank) == {}
    bank.query_lag(0)
    dry = settled(world, "catch-up", "--dry-run", "--json")
    assert dry["settlements"] == 1 and settlements(bank) == {}
    settled(world, "catch-up", "--json")
    assert settlements(bank) == {money: 700}


def test_money_that_came_back_unheard_waits_for_its_webhook(new_world):
    world = new_world(PATIENT)
    bank = MoneyOut(world)
    order = bank.order()
    bank.until(order, "settled")
    wait_for(lambda: not world.sandbox.webhooks("waiting"), "the bank's webhooks have come")
    world.sandbox.post("/bank/hold")
    world.sandbox.post(f"/bank/payments/{order['end_to_end_id']}/return", {"code": "AC03"})
    bank.api.post("/v1/catch-ups", {"connector": "clearbank"}, statuses=(202,))
    assert bank.caught_up()[0]["waiting"] == 1
    assert bank.get(order)["status"] == "settled" and settlements(bank) == {}
    world.sandbox.post("/bank/release", {})
    bank.until(order, "returned")
    assert bank.reviews() == []


@pytest.mark.skipif(is_engine(), reason="a database is backed up by its own tools")
def test_a_submitted_order_whose_webhook_never_comes_is_asked_about(new_world):
    world = new_world(PATIENT + "ask_submitted_after_seconds = 1\n")
    bank = MoneyOut(world)
    bank.rules({"end_to_end_id_prefix": "", "outcome": "silent", "delay_ms": 500})
    order = bank.order()
    bank.until(order, "settled")
    bank.check_each_paid_once([order])
