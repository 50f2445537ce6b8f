"""Bacs in: credits on their three days, direct debits, mandates, and what goes back."""

import itertools
import json

import pytest

from support.processes import run_settled
from support.waiting import wait_for

_numbers = itertools.count(1)


@pytest.fixture(autouse=True)
def as_before(bank):
    yield
    bank.as_before()


def announce(bank, kind="credit", notice=True):
    """(BacsTransactionId, reference)"""
    reference = f"BACS {next(_numbers):05}"
    made = bank.sandbox.post("/bank/bacs", {"kind": kind, "account": bank.debtor, "amount": "25.50",
                                            "reference": reference, "notice": notice})
    return made["bacs_transaction_id"], reference


def act(bank, item, action):
    bank.sandbox.post(f"/bank/bacs/{item}/{action}", {})


def events(bank, item):
    """Those about it, oldest first."""
    found = [e for e in bank.api.all("/v1/events") if item in str(e["data"])]
    return [e["type"] for e in sorted(found, key=lambda e: e["id"])]


def told(bank, item, kind):
    wait_for(lambda: kind in events(bank, item), lambda: f"{kind}: {events(bank, item)}")
    assert events(bank, item).count(kind) == 1


def bacs_command(bank, *words):
    status, output, error = run_settled("bacs", *words, "--data", bank.world.data)
    assert status == 0, error
    return output


def settlement(bank, reference):
    def there():
        return [s for s in bank.api.all("/v1/settlements") if s["reference"] == reference]
    return wait_for(there, f"{reference} has settled")[0]


@pytest.mark.parametrize("mode", ["once", "doubled", "shuffled"])
def test_a_credit_is_announced_on_the_second_day_and_settles_on_the_third(bank, mode):
    bank.duplicate_webhooks(2 if mode == "doubled" else 0)
    if mode == "shuffled":
        bank.hold_webhooks()
    item, reference = announce(bank)
    payment = bank.world.payment(bank.debtor, "25.50", reference=reference)
    if mode != "shuffled":
        told(bank, item, "bacs_credit.announced")
        assert bank.api.get(f"/v1/payments/{payment['client_id']}")["status"] != "settled"
    bank.sandbox.post("/bank/next-day")
    if mode == "shuffled":
        bank.release_webhooks(shuffle=True, duplicates=1, seed=next(_numbers))
    assert settlement(bank, reference)["scheme"] == "Bacs"
    wait_for(lambda: bank.api.get(f"/v1/payments/{payment['client_id']}")["status"] == "settled", "it is matched")


def test_a_recalled_credit_brings_no_money(bank):
    item, reference = announce(bank)
    act(bank, item, "recall")
    told(bank, item, "bacs_credit.recalled")
    bank.sandbox.post("/bank/next-day")
    later, other = announce(bank)
    act(bank, later, "settle")
    settlement(bank, other)
    assert reference not in {s["reference"] for s in bank.api.all("/v1/settlements")}


def test_a_held_credit_is_asked_for_twelve_hours_later(bank):
    item, _ = announce(bank)
    act(bank, item, "hold")
    told(bank, item, "bacs_credit.held")

    def questions():
        return [c for c in bank.api.all("/v1/calls?status=queued") if c["purpose"] == "find_bacs_credit"]
    question = wait_for(questions, "the question waits")[0]
    held = [e for e in bank.api.all("/v1/events") if e["type"] == "bacs_credit.held"][0]
    assert question["due_at"][:13] != held["timestamp"][:13]
    act(bank, item, "settle")


@pytest.mark.parametrize("mode", ["once", "doubled", "shuffled"])
def test_a_credit_that_a_client_sends_back_ends_with_the_banks_notice(bank, mode):
    item, reference = announce(bank)
    act(bank, item, "settle")
    found = settlement(bank, reference)
    bank.duplicate_webhooks(2 if mode == "doubled" else 0)
    if mode == "shuffled":
        bank.hold_webhooks()
    made = bank.api.post("/v1/returns", {"settlement_id": found["id"], "reason": "account_closed"}, statuses=(202,))
    assert made["scheme"] == "bacs"
    target = f"/v1/returns/{made['id']}"
    if mode == "shuffled":
        wait_for(lambda: bank.api.get(target)["status"] == "submitted", "the bank has taken it")
        bank.release_webhooks(shuffle=True, duplicates=1, seed=next(_numbers))
    wait_for(lambda: bank.api.get(target)["status"] == "settled", lambda: bank.api.get(target))
    assert bank.api.get(f"/v1/settlements/{found['id']}")["status"] == "reversed"
    told(bank, item, "bacs_credit.returned")
    assert bank.reviews(found["id"]) == []


@pytest.mark.parametrize("mode", ["once", "doubled", "shuffled"])
def test_a_direct_debit_is_recorded_and_explains_its_debit(bank, mode):
    bank.duplicate_webhooks(2 if mode == "doubled" else 0)
    if mode == "shuffled":
        bank.hold_webhooks()
    item, _ = announce(bank, "direct_debit")
    act(bank, item, "settle")
    act(bank, item, "return")
    if mode == "shuffled":
        bank.release_webhooks(shuffle=True, duplicates=1, seed=next(_numbers))
    told(bank, item, "direct_debit.returned")
    bank.until_quiet()
    assert "settlement.unexplained" not in [e["type"] for e in bank.api.all("/v1/events")]


def test_a_credit_of_ours_that_could_not_be_applied_is_published(bank):
    item, _ = announce(bank, "unapplied")
    act(bank, item, "settle")
    told(bank, item, "bacs_credit.unapplied")


def test_the_life_of_a_mandate_is_published(bank):
    for kind, event in (("BacsMandateInitiatedV2", "mandate.initiated"), ("BacsMandateCancelled", "mandate.cancelled")):
        bank.sandbox.post("/bank/mandates", {"type": kind, "id": "mandate-1", "account": bank.debtor})
        told(bank, "mandate-1", event)
    item = [i for i in bank.api.all("/v1/bacs-items?subject=mandate") if i["bank_id"] == "mandate-1"][0]
    assert item["status"] == "cancelled" and "amount" not in item


def test_the_command_shows_a_credit_on_its_way(bank):
    item, reference = announce(bank)
    told(bank, item, "bacs_credit.announced")
    listed = json.loads(bacs_command(bank, "list", "--subject", "credit", "--json"))["data"]
    credit = next(i for i in listed if i["bank_id"] == item)
    assert (credit["status"], credit["reference"], credit["amount"]["value"]) == ("announced", reference, "25.50")
    shown = bacs_command(bank, "show", credit["id"], "--text")
    assert f"the credit {item} is announced" in shown and "25.50 GBP" in shown
