"""Loans: a virtual IBAN at the bank, money out and in, each outcome booked once in the core banking system, by its ledger."""

import uuid

import pytest

from support.loans import Loans, aim_core_bank
from support.money_out import PATIENT
from support.processes import run_settled
from support.waiting import wait_for
from support.world import World


@pytest.fixture(scope="module")
def loans(tmp_path_factory, contract, sandbox_keys):
    world = World(tmp_path_factory.mktemp("loans"), contract, sandbox_keys, PATIENT)
    try:
        yield Loans(world)
    finally:
        world.close()


@pytest.fixture(autouse=True)
def as_before(loans):
    yield
    loans.money.as_before()
    loans.sandbox.call("DELETE", "/core/api-faults")
    loans.sandbox.put("/core/webhooks", {})
    loans.sandbox.put("/core/processing", {})


def order_of(loans, booking):
    found = [order for order in loans.api.all("/v1/orders") if order["end_to_end_id"] == booking["encoded_key"]]
    return loans.api.get(f"/v1/orders/{found[0]['id']}") if found else None


def until_order(loans, booking, *statuses):
    def there():
        order = order_of(loans, booking)
        return order if order and order["status"] in statuses else None
    return wait_for(there, lambda: f"{statuses}: {order_of(loans, booking)}", every=0.05)


def adjusted(loans, booking):
    return loans.booking(booking["encoded_key"])["adjusted_by"] != ""


def test_a_loan_through_its_whole_life(loans):
    loan = loans.new_loan()
    link = loans.linked(loan)
    assert loans.money.events(link["id"]) == ["link.created"]
    assert loans.loan(loan)["fields"]["virtualAccountId"] == link["virtual_account_id"]
    booking = loans.disburse(loan)
    order = until_order(loans, booking, "settled")
    assert order["loan_account_id"] == loan and order["core_banking"] == "mambu"
    assert order["booking"]["transaction_key"] == booking["encoded_key"]
    loans.until_posted(loan, "status posted")
    assert loans.booking(booking["encoded_key"])["fields"]["transactionStatus"] == "Settled"
    sent = loans.credit(link["iban"])
    loans.until_posted(loan, "status posted", "repayment posted")
    repaid = loans.ledger(loan, "REPAYMENT")
    assert [(one["external_id"], one["amount_minor"]) for one in repaid] == [(f"{sent['label']}-CR", 2500)]
    assert len(loans.ledger(loan, "DISBURSEMENT")) == 1


@pytest.mark.parametrize("mode", ["reported twice", "rejected"])
def test_a_booking_whose_payment_fails_is_taken_back_once(loans, mode):
    loans.money.rules({"outcome": "reject", "code": "AC04"})
    if mode == "reported twice":
        loans.sandbox.put("/core/webhooks", {"duplicates": 2})
    loan = loans.new_loan()
    booking = loans.disburse(loan)
    order = until_order(loans, booking, "rejected")
    wait_for(lambda: adjusted(loans, booking), "it is taken back", every=0.05)
    assert len(loans.ledger(loan, "DISBURSEMENT_ADJUSTMENT")) == 1
    retry = loans.api.call("POST", f"/v1/orders/{order['id']}/retry", {"client_id": loans.money.new_id()},
                           headers={"Idempotency-Key": str(uuid.uuid4())})
    assert (retry.status, retry.code) == (409, "booking_adjusted")


@pytest.mark.parametrize("processed", [True, False], ids=["taken", "not taken"])
@pytest.mark.parametrize("position", [0, 1, 12, 60, 200])
def test_a_repayment_whose_reply_is_lost_is_booked_once(loans, processed, position):
    loan = loans.new_loan()
    link = loans.linked(loan)
    loans.disburse(loan)
    loans.until_posted(loan, "status posted")
    loans.sandbox.post("/core/api-faults", {"path": f"/api/loans/{loan}/repayment-transactions", "processed": processed,
                                            "cut_after": position, "count": 1})
    loans.credit(link["iban"])
    loans.until_posted(loan, "status posted", "repayment posted")
    assert len(loans.ledger(loan, "REPAYMENT")) == 1
    assert loans.sandbox.get("/core/ledger/summary")["duplicates"] == 0


def test_a_repayment_that_a_closed_loan_does_not_take_is_kept(loans):
    loan = loans.new_loan()
    link = loans.linked(loan)
    loans.sandbox.put(f"/core/loans/{loan}", {"state": "CLOSED"})
    loans.credit(link["iban"])
    loans.until_posted(loan, "repayment suspended")
    posting = loans.postings(loan)[0]
    assert posting["reason_code"] == "closed"
    assert "repayment.suspended" in loans.money.events(posting["id"])


def test_a_return_waits_until_its_repayment_is_taken_back(loans):
    loan = loans.new_loan()
    link = loans.linked(loan)
    loans.disburse(loan)
    loans.until_posted(loan, "status posted")
    sent = loans.credit(link["iban"])
    loans.until_posted(loan, "status posted", "repayment posted")
    settlement = [one for one in loans.api.all("/v1/settlements") if one["transaction_id"] == sent["label"]][0]
    loans.api.post("/v1/returns", {"settlement_id": settlement["id"], "reason": "other"}, statuses=(202,))
    loans.until_posted(loan, "status posted", "repayment adjusted", "adjustment posted")
    assert len(loans.ledger(loan, "REPAYMENT_ADJUSTMENT")) == 1


def test_an_order_for_a_loan_is_booked_when_it_settles(loans):
    loan = loans.new_loan()
    loans.linked(loan)
    order = loans.money.order(loan_account_id=loan)
    assert order["core_banking"] == "mambu"
    loans.money.until(order, "settled")
    loans.until_posted(loan, "disbursement posted")
    booked = loans.ledger(loan, "DISBURSEMENT")
    assert [(one["channel"], one["amount_minor"]) for one in booked] == [("CB_Loan_Disbursement_FPS", 1000)]
    shown = loans.money.get(order)
    assert [posting["status"] for posting in shown["postings"]] == ["posted"]


def test_a_booking_that_cannot_be_paid_is_put_to_review_and_taken_back_by_a_person(loans):
    loan = loans.new_loan()
    booking = loans.disburse(loan, reference="A REFERENCE THAT IS MUCH TOO LONG")
    review = wait_for(lambda: loans.money.reviews(booking["encoded_key"]), "it is put to review", every=0.05)[0]
    assert review["kind"] == "booking_not_payable"
    assert review["decisions"] == ["try_again", "adjust", "close"]
    loans.money.decide(review, "adjust")
    wait_for(lambda: adjusted(loans, booking), "it is taken back", every=0.05)
    decided = loans.api.get(f"/v1/reviews/{review['id']}")
    assert (decided["status"], decided["decision"]) == ("closed", "adjust")
    assert order_of(loans, booking) is None


def test_a_link_that_is_disabled_empties_the_loans_fields(loans):
    loan = loans.new_loan()
    link = loans.linked(loan)
    loans.api.call("DELETE", f"/v1/links/{link['id']}", headers={"Idempotency-Key": str(uuid.uuid4())})
    wait_for(lambda: "ibanLoan" not in loans.loan(loan)["fields"], lambda: f"{loans.loan(loan)}", every=0.05)
    shown = loans.api.get(f"/v1/links/{link['id']}")
    assert [posting["kind"] for posting in shown["postings"]] == ["link_fields", "link_clear"]


def test_a_loan_with_another_account_fails_its_link(loans):
    loan = loans.new_loan(virtual_account_id="another", iban="GB29NWBK60161331926819")
    link = loans.linked(loan, "failed")
    assert loans.api.get(f"/v1/links/{link['id']}")["errors"][0]["code"] == "loan_linked"
    wait_for(lambda: loans.loan(loan)["comments"], "people see it at the loan", every=0.05)


def test_bookings_that_no_webhook_reports_are_paid_after_a_restart(loans):
    loan = loans.new_loan()
    booking = loans.disburse(loan, notify=False)
    loans.world.server.stop()
    loans.world.start()
    aim_core_bank(loans.world)
    until_order(loans, booking, "settled")
    loans.until_posted(loan, "status posted")
    assert len(loans.ledger(loan, "DISBURSEMENT")) == 1


def test_postings_are_shown_by_the_command_line(loans):
    status, output, error = run_settled("postings", "list", "--data", loans.world.data, "--config", loans.world.config)
    assert status == 0, (output, error)
    assert "repayment" in output and "link_fields" in output
