"""CHAPS: orders and returns in the bank's hours and outside of them, over summer time, a holiday and a restart."""

import calendar
import itertools
import shutil
import time

import pytest

from support.clock import Clock
from support.money_out import PATIENT, MoneyOut
from support.postgres import is_engine
from support.waiting import wait_for
from support.world import World

ALWAYS = """
[calendar]
chaps_hours = "00:00-24:00"
chaps_days = "all"
"""
PAYING = "/payments/chaps/v6/customer-payments"
ADDRESS = {"building_number": "1", "street_name": "High Street", "town_name": "London", "country": "GB",
           "post_code": "EC2V 8RT"}
_numbers = itertools.count(1)
needs_the_clock = pytest.mark.skipif(is_engine(), reason="the database's clock is the one that counts")


def chaps(**members):
    return {"scheme": "chaps", "amount": {"value": "1500000.00", "currency": "GBP"}, "reference": "COMPLETION",
            "chaps": {"purpose": "LOAN", "category_purpose": "LOAN", "debtor": {"address": ADDRESS},
                      "creditor": {"address": ADDRESS}}, **members}


@pytest.fixture(scope="module")
def open_bank(tmp_path_factory, contract, sandbox_keys):
    """A bank that is open at any time."""
    directory = tmp_path_factory.mktemp("chaps")
    world = World(directory, contract, sandbox_keys, PATIENT + ALWAYS)
    try:
        yield MoneyOut(world)
    finally:
        world.close()
    shutil.rmtree(directory, ignore_errors=True)


def order(bank, **members):
    return bank.api.post("/v1/orders", {**bank.body(), **chaps(**members)}, statuses=(202,))


def refused(bank, **members):
    answer = bank.api.call("POST", "/v1/orders", {**bank.body(), **chaps(**members)})
    assert answer.status == 422, answer.body
    return answer.json


FLOWS = {
    "settled": ({}, "settled"),
    "rejected": ({"outcome": "reject", "code": "AC04"}, "rejected"),
    "assessment": ({"outcome": "assessment", "text": "Debit transactions disabled"}, "rejected"),
    "held-and-released": ({"outcome": "hold", "release_after_ms": 50}, "settled"),
    "returned": ({"outcome": "settle", "return_after_ms": 20, "return_code": "AC04"}, "returned"),
}


@pytest.mark.parametrize("mode", ["once", "doubled", "shuffled"])
@pytest.mark.parametrize("flow", FLOWS)
def test_a_chaps_order_ends_as_the_bank_says(open_bank, flow, mode):
    bank = open_bank
    rule, status = FLOWS[flow]
    prefix = f"CHAPS{next(_numbers):04}"
    bank.rules(*([{"end_to_end_id_prefix": prefix, **rule}] if rule else []))
    bank.duplicate_webhooks(2 if mode == "doubled" else 0)
    if mode == "shuffled":
        bank.hold_webhooks()
    made = order(bank, end_to_end_id=prefix + "X")
    assert made["warnings"] == ["modulus_unchecked"] and made["not_before"] is None
    if mode == "shuffled":
        bank.until_booked(made, {"settled": "settled", "returned": "returned"}.get(status, "rejected"))
        bank.release_webhooks(shuffle=True, duplicates=1, seed=next(_numbers))
    ended = bank.until(made, status)
    assert bank.reviews(made["id"]) == []
    assert len(bank.events(made["id"])) == len(set(bank.events(made["id"])))
    if status == "settled":
        assert ended["settlement"]["scheme"] == "Chaps"
    bank.check_each_paid_once([made])
    bank.as_before()


def test_a_lost_reply_is_repeated_with_the_same_bytes_under_the_same_id(open_bank):
    bank = open_bank
    before = len(bank.calls(PAYING))
    bank.sandbox.post("/bank/api-faults", {"path": PAYING, "processed": True, "reset": True, "count": 1})
    made = order(bank)
    bank.until(made, "settled")
    bank.until_quiet()
    calls = bank.calls(PAYING)[before:]
    assert len(calls) == 2 and len({(call["request_id"], call["body_sha256"]) for call in calls}) == 1
    bank.check_each_paid_once([made])


def test_a_refused_order_is_rejected_with_the_banks_words(open_bank):
    bank = open_bank
    bank.sandbox.put("/bank/calendar", {"now": "2027-01-16T12:00:00Z", "from_minute": 480})  # a Saturday there
    made = order(bank)
    assert "CHAPS is closed" in bank.until(made, "rejected")["reason"]
    bank.sandbox.put("/bank/calendar", {})


def test_all_that_is_wrong_with_a_chaps_order_is_said_at_once(open_bank):
    problem = refused(open_bank, reference="", chaps={
        "purpose": "XXXX", "category_purpose": "LOAR", "debtor": {"address": {**ADDRESS, "country": "gb"}},
        "creditor": {"address": {"town_name": "London", "country": "GB"}}})
    assert {one["pointer"] for one in problem["errors"]} == {
        "/reference", "/chaps/purpose", "/chaps/category_purpose", "/chaps/debtor/address/country",
        "/chaps/creditor/address/post_code"}
    by_bacs = open_bank.refused(422, scheme="bacs")
    assert by_bacs["code"] == "scheme_not_offered" and "give fps" in by_bacs["errors"][0]["detail"]


@pytest.mark.parametrize("mode", ["once", "doubled"])
def test_a_chaps_payment_that_came_in_goes_back(open_bank, mode):
    bank = open_bank
    bank.duplicate_webhooks(2 if mode == "doubled" else 0)
    came = bank.sandbox.post("/bank/payments", {"account": bank.debtor, "amount": "77.10", "scheme": "Chaps",
                                                "reference": "BY CHAPS", "end_to_end_id": f"THEIRS-{mode}"})

    def settled():
        return [s for s in bank.api.all("/v1/settlements") if s["transaction_id"] == came["label"]]
    settlement = wait_for(settled, "it has settled")[0]
    made = bank.api.post("/v1/returns", {"settlement_id": settlement["id"], "reason": "account_closed"}, statuses=(202,))
    assert made["scheme"] == "chaps"
    wait_for(lambda: bank.api.get(f"/v1/returns/{made['id']}")["status"] == "settled",
             lambda: bank.api.get(f"/v1/returns/{made['id']}"))
    assert bank.api.get(f"/v1/settlements/{settlement['id']}")["status"] == "reversed"
    back = [b for b in bank.ledger() if b["is_return"] and b["return_of"] == came["label"]]
    assert [b["return_code"] for b in back] == ["AC04"]
    bank.as_before()


def ahead(text):
    """Seconds from now until that time in UTC."""
    return calendar.timegm(time.strptime(text[:19], "%Y-%m-%dT%H:%M:%S")) - time.time()


# Taken at the first time; not_before; still closed a little before; sent after.
HOURS = {
    "over-a-weekend": ("2027-01-15T17:00:30Z", "2027-01-18T08:00:00.000Z"),
    "into-summer-time": ("2027-03-25T17:00:30Z", "2027-03-30T07:00:00.000Z"),  # Good Friday and Easter Monday between
    "out-of-summer-time": ("2027-10-29T16:00:30Z", "2027-11-01T08:00:00.000Z"),
    "over-christmas": ("2027-12-24T17:00:30Z", "2027-12-29T08:00:00.000Z"),
}


@needs_the_clock
@pytest.mark.parametrize("case", HOURS)
def test_an_order_outside_the_hours_waits_for_them_across_a_restart(new_world, tmp_path, case):
    taken, opens = HOURS[case]
    clock = Clock(tmp_path / "clock", ahead(taken))
    world = new_world(PATIENT, serve=False)
    world.start(variables=clock.variables)
    world.set_up()
    bank = MoneyOut(world)
    made = order(bank)
    assert made["not_before"] == opens, made
    world.server.stop()
    clock.set(ahead(opens) - 60)
    world.start(variables=clock.variables)
    assert bank.get(made)["status"] == "queued" and bank.calls(PAYING) == []
    clock.set(ahead(opens) + 1)
    bank.until(made, "settled")
    assert len(bank.calls(PAYING)) == 1


@needs_the_clock
def test_an_order_outside_the_hours_is_refused_by_setting(new_world, tmp_path):
    clock = Clock(tmp_path / "clock", ahead("2027-01-15T17:00:30Z"))
    world = new_world(PATIENT + '[calendar]\noutside_hours = "refuse"\n', serve=False)
    world.start(variables=clock.variables)
    world.set_up()
    bank = MoneyOut(world)
    problem = refused(bank)
    assert problem["code"] == "outside_hours" and "2027-01-18T08:00:00.000Z" in problem["detail"]
    bank.until(bank.order(), "settled")  # Faster Payments has no hours
