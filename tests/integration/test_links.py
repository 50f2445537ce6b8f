"""Links: an account at the bank for each loan account, whichever of the bank's answers is first, late or lost."""

import itertools
import uuid

import pytest

from support.bank import settled_payload
from support.waiting import wait_for
from support.world import make_iban

_loans = itertools.count(1)
ACCOUNTS = "/v2/Accounts"


@pytest.fixture(autouse=True)
def as_before(bank):
    yield
    bank.sandbox.put("/bank/account-rules", {"rules": []})
    bank.as_before()


def body(loan=None, **members):
    return {"connector": "clearbank", "loan_account_id": loan or f"LN-LINK-{next(_loans)}", "owner_name": "Ann Lee", **members}


def link(bank, loan=None, **members):
    return bank.api.post("/v1/links", body(loan, **members), statuses=(202,))


def until(bank, made, status):
    target = f"/v1/links/{made['id']}"
    wait_for(lambda: bank.api.get(target)["status"] == status, lambda: f"{status}: {bank.api.get(target)}", every=0.02)
    return bank.api.get(target)


def disable(bank, made):
    answer = bank.api.call("DELETE", f"/v1/links/{made['id']}", headers={"Idempotency-Key": str(uuid.uuid4())})
    assert answer.status in (200, 202), answer.body
    return until(bank, made, "disabled")


def account_of(bank, made):
    return [one for one in bank.sandbox.get("/bank/accounts")["accounts"] if one["iban"] == made["iban"]][0]


@pytest.mark.parametrize("mode", ["once", "doubled", "table"])
def test_the_bank_chooses_an_iban_and_names_it_by_webhook(bank, mode):
    if mode == "doubled":
        bank.duplicate_webhooks(2)
    if mode == "table":
        bank.sandbox.put("/bank/account-rules", {"rules": [{"outcome": "open", "spelling": "table"}]})
    made = link(bank)
    assert made["status"] == "requested" and made["iban"] == ""
    active = until(bank, made, "active")
    assert active["iban"] and active["virtual_account_id"]
    assert account_of(bank, active)["owner_name"] == "Ann Lee"
    assert bank.events(made["id"]) == ["link.created"]
    assert any(account["iban"] == active["iban"] for account in bank.api.all("/v1/accounts"))


def test_a_client_may_give_the_iban(bank):
    iban = make_iban(78_000_001)
    active = until(bank, link(bank, iban=iban), "active")
    assert active["iban"] == iban
    taken = bank.api.call("POST", "/v1/links", body(iban=iban), headers={"Idempotency-Key": str(uuid.uuid4())})
    assert (taken.status, taken.code) == (409, "iban_taken")


def test_a_loan_has_one_link_and_the_same_link_again_is_the_same_link(bank):
    loan = f"LN-LINK-{next(_loans)}"
    made = link(bank, loan)
    again = bank.api.post("/v1/links", body(loan), statuses=(200,))
    assert again["id"] == made["id"]
    other = bank.api.call("POST", "/v1/links", body(loan, iban=make_iban(78_000_002)),
                          headers={"Idempotency-Key": str(uuid.uuid4())})
    assert (other.status, other.code) == (409, "loan_linked")
    until(bank, made, "active")


def test_a_refused_link_shows_the_banks_codes_in_words(bank):
    loan = f"LN-LINK-{next(_loans)}"
    bank.sandbox.put("/bank/account-rules", {"rules": [
        {"outcome": "refuse", "code": "AccountModulusFailed", "text": "Modulus check failed", "count": 1}]})
    failed = until(bank, link(bank, loan), "failed")
    assert failed["errors"][0]["code"] == "AccountModulusFailed" and failed["errors"][0]["words"]
    assert bank.events(failed["id"]) == ["link.failed"]
    again = until(bank, link(bank, loan), "active")
    assert again["id"] != failed["id"], "a loan whose link failed may be linked again"


def test_the_webhook_may_come_before_the_reply(bank):
    bank.fault(path=ACCOUNTS, method="POST", processed=True, delay_ms=700, count=1)
    made = link(bank)
    active = until(bank, made, "active")
    wait_for(lambda: bank.api.get(f"/v1/links/{made['id']}")["calls"][0]["status"] == "done", "the reply comes")
    assert until(bank, made, "active")["iban"] == active["iban"]
    assert bank.events(made["id"]) == ["link.created"]


@pytest.mark.parametrize("processed", [True, False], ids=["taken", "not-taken"])
def test_a_reply_that_is_lost_opens_one_account(bank, processed):
    bank.fault(path=ACCOUNTS, method="POST", processed=processed, cut_after=25, count=1)
    before = len(bank.sandbox.get("/bank/accounts?limit=1000")["accounts"])
    made = link(bank)
    until(bank, made, "active")
    assert len(bank.sandbox.get("/bank/accounts?limit=1000")["accounts"]) == before + 1
    assert bank.events(made["id"]) == ["link.created"]


def test_a_disabled_link_keeps_its_record_and_the_loan_may_be_linked_again(bank):
    loan = f"LN-LINK-{next(_loans)}"
    first = until(bank, link(bank, loan), "active")
    disabled = disable(bank, first)
    assert disabled["iban"] == first["iban"] and not account_of(bank, first)["enabled"]
    assert bank.events(first["id"]) == ["link.created", "link.disabled"]
    second = until(bank, link(bank, loan), "active")
    assert second["iban"] != first["iban"] and second["external_id"] != first["external_id"]
    assert bank.api.get(f"/v1/links/{first['id']}")["status"] == "disabled"


@pytest.mark.parametrize("processed", [True, False], ids=["taken", "not-taken"])
def test_a_link_is_disabled_although_the_reply_is_lost(bank, processed):
    made = until(bank, link(bank), "active")
    bank.fault(path="/v1/Accounts", method="DELETE", processed=processed, cut_after=25, count=1)
    disable(bank, made)
    assert not account_of(bank, made)["enabled"]
    assert bank.events(made["id"]) == ["link.created", "link.disabled"]


def test_a_link_whose_disabling_finds_no_answer_is_disabled_once_the_bank_answers(bank):
    made = until(bank, link(bank), "active")
    bank.fault(path="/v1/Accounts", method="DELETE", processed=False, reset=True, count=4)
    bank.api.call("DELETE", f"/v1/links/{made['id']}", headers={"Idempotency-Key": str(uuid.uuid4())})
    disabled = until(bank, made, "disabled")
    closing = [call["status"] for call in disabled["calls"] if call["purpose"] == "disable_account"]
    assert "unclear" in closing and "done" in closing, "no try of the first call was left, and another was made"
    assert not account_of(bank, made)["enabled"]
    assert bank.events(made["id"]) == ["link.created", "link.disabled"]


def test_an_account_that_nothing_asked_for_is_kept_and_shown(bank):
    made = bank.sandbox.post("/bank/accounts", {"owner_name": "Bob Ray", "external_id": f"theirs-{next(_loans)}"})
    bank.api.post("/v1/connectors/clearbank/list-accounts", statuses=(202,))
    wait_for(lambda: any(account["iban"] == made["iban"] for account in bank.api.all("/v1/accounts")), "the bank lists it")
    assert all(one["iban"] != made["iban"] for one in bank.api.all("/v1/links"))


def test_money_that_comes_in_on_a_link_is_a_settlement(bank):
    active = until(bank, link(bank), "active")
    payload = settled_payload(active["iban"], "7.00")
    bank.world.bank.acknowledged("TransactionSettled", payload)
    wait_for(lambda: any(one["transaction_id"] == payload["TransactionId"] for one in bank.api.all("/v1/settlements")),
             "it is a settlement")
