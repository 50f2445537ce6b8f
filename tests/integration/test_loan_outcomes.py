"""A loan in Mambu, an account at the bank, money out and in: each outcome posted once, by both ledgers."""

import time

import pytest

from support.core_bank import CONNECTOR, CREDITOR, core_bank
from support.loan_outcomes import (active, linked, of_type, order_of, pay_in,
                                   settle_down, until_adjusted, until_bookings, until_status)
from support.money_out import PATIENT
from support.waiting import wait_for


@pytest.fixture(scope="module")
def core(tmp_path_factory, contract, sandbox_keys):
    with core_bank(tmp_path_factory.mktemp("loans"), contract, sandbox_keys, PATIENT) as made:
        yield made


@pytest.fixture(autouse=True)
def as_before(core):
    yield
    core.as_before()


# Links

def test_an_approved_loan_is_linked_by_its_webhook_alone(core):
    loan = core.loan(notify=True, holder={"name": "Zoe Miller"})
    seen = core.until_loan(loan, lambda one: one["fields"].get("ibanLoan"), "linked")
    account, = [one for one in core.sandbox.get("/bank/accounts")["accounts"] if one["iban"] == seen["fields"]["ibanLoan"]]
    assert account["owner_name"] == "Zoe Miller"
    assert seen["fields"]["virtualAccountId"] == account["id"]
    links = [one for one in core.api.all("/v1/links") if one["loan_account_id"] == loan]
    assert [one["status"] for one in links] == ["active"]


@pytest.mark.parametrize("duplicates", [0, 3])
def test_a_link_is_opened_once_whatever_is_repeated(core, duplicates):
    core.core("PUT", "webhooks", {"duplicates": duplicates})
    before = len(core.sandbox.get("/bank/accounts")["accounts"])
    loan = core.loan(notify=True)
    core.until_loan(loan, lambda one: one["fields"].get("ibanLoan"), "linked")
    settle_down(core)
    assert len(core.sandbox.get("/bank/accounts")["accounts"]) == before + 1


def test_a_loan_that_mambu_does_not_know_leaves_no_account_open(core):
    def enabled():
        return [one["iban"] for one in core.sandbox.get("/bank/accounts")["accounts"] if one["enabled"]]
    before = enabled()
    made = core.api.post("/v1/links", {"connector": "clearbank", "core_banking": CONNECTOR,
                                       "loan_account_id": "LN-NOWHERE"}, statuses=(202,))
    wait_for(lambda: core.api.get(f"/v1/links/{made['id']}")["status"] == "failed",
             lambda: f"{core.api.get('/v1/links/' + made['id'])}", every=0.05)
    settle_down(core)
    assert enabled() == before
    assert "link.failed" in core.events(made["id"])


def test_a_link_that_ends_is_taken_off_the_loan(core):
    loan, iban = linked(core)
    link, = [one for one in core.api.all("/v1/links") if one["loan_account_id"] == loan]
    core.api.call("DELETE", f"/v1/links/{link['id']}", headers={"Idempotency-Key": link["id"]})
    core.until_loan(loan, lambda one: not one["fields"].get("ibanLoan"), "the fields are empty")
    account, = [one for one in core.sandbox.get("/bank/accounts")["accounts"] if one["iban"] == iban]
    assert not account["enabled"]


# Disbursements that Mambu books

def test_a_booking_is_paid_and_its_status_says_so(core):
    loan = core.loan()
    key = core.book(loan, amount="250.00")
    order = order_of(core, key)
    assert order["loan_account_id"] == loan and order["amount"]["value"] == "250.00"
    until_status(core, key, "Settled")
    paid, = core.payments_out(key)
    assert (paid["amount_minor"], paid["state"]) == (25_000, "settled")
    settle_down(core)
    assert [one["type"] for one in core.bookings(loan)] == ["DISBURSEMENT"], "nothing is booked a second time"


def test_a_booking_that_is_reported_many_times_is_paid_once(core):
    core.core("PUT", "webhooks", {"duplicates": 4})
    core.duplicate_webhooks(2)
    key = core.book(core.loan(), amount="10.00")
    until_status(core, key, "Settled")
    settle_down(core)
    assert len(core.payments_out(key)) == 1


@pytest.mark.parametrize("rule, word", [
    ({"outcome": "reject", "code": "AC04"}, "rejected"),
    ({"outcome": "assessment", "text": "Account is unknown"}, "rejected"),
    ({"outcome": "item_response", "word": "InvalidAccount"}, "rejected"),
    ({"outcome": "settle", "return_after_ms": 50, "return_code": "AC03"}, "returned"),
], ids=["rejected", "assessment", "refused", "returned"])
def test_a_payment_that_does_not_stand_is_taken_back_in_mambu_once(core, rule, word):
    core.rules(rule)
    loan = core.loan()
    key = core.book(loan, amount="75.00")
    adjustment = until_adjusted(core, key)
    assert word in adjustment["notes"].lower() and adjustment["by_api"]
    settle_down(core)
    assert len(of_type(core, loan, "DISBURSEMENT_ADJUSTMENT")) == 1
    assert core.seen(loan)["owed_minor"] == 0


def test_a_held_payment_waits_and_its_status_says_so(core):
    core.rules({"outcome": "hold"})
    key = core.book(core.loan(), amount="11.00")
    until_status(core, key, "Held")
    core.sandbox.post(f"/bank/held/{key}/release")
    until_status(core, key, "Settled")
    assert not core.booking(key)["adjusted_by"]


def test_an_adjustment_that_mambu_refuses_is_for_a_person(core):
    core.rules({"outcome": "hold"})
    loan = core.loan(amount="1000.00")
    key = core.book(loan, amount="40.00")
    until_status(core, key, "Held")
    core.book(loan, amount="5.00", channel="cash", creditor={}, notify=False)  # a later transaction
    core.sandbox.post(f"/bank/held/{key}/decline")
    wait_for(lambda: [one for one in core.reviews() if one["kind"] == "posting_failed"],
             lambda: f"a person is asked: {core.reviews()}", every=0.05)
    assert not core.booking(key)["adjusted_by"]


@pytest.mark.parametrize("members", [{"creditor": {"name": "No Account"}}, {"creditor": {**CREDITOR, "iban": "GB00BAD"}}],
                         ids=["no-account", "bad-iban"])
def test_a_booking_that_cannot_be_paid_is_for_a_person_and_nothing_leaves(core, members):
    key = core.book(core.loan(), amount="9.00", **members)
    wait_for(lambda: [one for one in core.reviews() if one["kind"] == "booking_not_payable"],
             lambda: f"a person is asked: {core.reviews()}", every=0.05)
    assert core.payments_out(key) == [] and not core.booking(key)["adjusted_by"]


def test_bookings_on_other_channels_are_none_of_ours(core):
    loan = core.loan()
    key = core.book(loan, amount="9.00", channel="CB_Loan_Disbursement_FPS")
    cash = core.book(loan, amount="9.00", channel="cash")
    other = core.book(core.loan(), amount="9.00")
    until_status(core, other, "Settled")
    settle_down(core)
    assert core.payments_out(key) == [] == core.payments_out(cash)


def test_a_booking_of_which_no_webhook_came_is_caught_up_at_the_next_start(core):
    key = core.book(core.loan(), amount="12.00", notify=False)
    core.until_quiet()
    assert core.payments_out(key) == []
    core.world.close_clients()
    assert core.world.server.stop() == 0
    core.world.start()
    core.aim()
    until_status(core, key, "Settled")
    assert len(core.payments_out(key)) == 1


def test_a_booking_that_is_older_than_the_connector_is_never_paid_by_itself(core):
    long_ago = int((time.time() - 40 * 86_400) * 1_000_000)
    key = core.book(core.loan(), amount="13.00", created_us=long_ago)
    wait_for(lambda: core.reviews(key), lambda: f"a person is asked: {core.reviews()}", every=0.05)
    assert core.payments_out(key) == []


# Disbursements that start here

def test_an_order_for_a_loan_is_booked_in_mambu_once_it_settled(core):
    loan, _ = linked(core)
    order = core.order(amount="300.00", loan_account_id=loan)
    booked, = until_bookings(core, loan, "DISBURSEMENT", 1)
    assert booked["channel"] == "CB_Loan_Disbursement_FPS" and booked["amount_minor"] == 30_000
    settled = core.until(order, "settled")
    assert booked["external_id"] == f"{settled['transaction_id']}-DR"
    settle_down(core)
    assert len(core.bookings(loan)) == 1 and len(core.payments_out(order["end_to_end_id"])) == 1


def test_an_order_for_a_loan_that_is_rejected_books_nothing(core):
    core.rules({"outcome": "reject", "code": "AC04"})
    loan, _ = linked(core)
    core.until(core.order(loan_account_id=loan), "rejected")
    settle_down(core)
    assert core.bookings(loan) == []


# Collections

@pytest.mark.parametrize("scheme, channel", [("FasterPayments", "CB_Loan_Repayment_FPS"), ("Chaps", "CB_Loan_Repayment_CHAPS")])
def test_money_that_arrives_on_a_linked_account_repays_the_loan(core, scheme, channel):
    loan, iban = active(core)
    core.duplicate_webhooks(2)
    came = pay_in(core, iban, "120.50", scheme=scheme)
    booked, = until_bookings(core, loan, "REPAYMENT", 1)
    assert (booked["amount_minor"], booked["channel"]) == (12_050, channel)
    assert booked["external_id"] == f"{came['label']}-CR"
    settle_down(core)
    assert len(of_type(core, loan, "REPAYMENT")) == 1
    assert core.seen(loan)["owed_minor"] == 100_000 - 12_050


@pytest.mark.parametrize("trouble", ["closed", "locked", "overpaid"])
def test_money_that_mambu_takes_no_repayment_for_is_kept_and_the_tenant_is_notified(core, trouble):
    loan, iban = active(core)
    amount = "1000.01" if trouble == "overpaid" else "10.00"
    if trouble == "closed":
        core.core("PUT", f"loans/{loan}", {"state": "CLOSED"})
    if trouble == "locked":
        core.core("PUT", f"loans/{loan}", {"sub_state": "LOCKED"})
    pay_in(core, iban, amount)

    def kept():
        return [one for one in core.api.all("/v1/events") if one["type"] == "repayment.suspended" and
                one["data"]["loan_account_id"] == loan]
    wait_for(kept, lambda: f"{core.api.all('/v1/postings')}", every=0.05)
    assert of_type(core, loan, "REPAYMENT") == []


def test_by_setting_it_goes_back_to_its_sender_instead(core):
    core.world.operator.patch(f"/v1/connectors/{CONNECTOR}",
                              {"settings": {**core.settings, "repayment_refused": {"closed": "return"}}})
    try:
        loan, iban = active(core)
        core.core("PUT", f"loans/{loan}", {"state": "CLOSED"})
        came = pay_in(core, iban, "33.00")

        def went_back():
            return [one for one in core.ledger() if one["is_return"] and one["side"] == "debit" and
                    one["amount_minor"] == 3_300 and one["state"] == "settled"]
        wait_for(went_back, lambda: f"{came}: {core.api.all('/v1/postings')}", every=0.05)
        settle_down(core)
        assert len(went_back()) == 1 and of_type(core, loan, "REPAYMENT") == []
    finally:
        core.world.operator.patch(f"/v1/connectors/{CONNECTOR}", {"settings": core.settings})
