"""A loan in Mambu, an account at the bank, money out and in: each outcome posted once, by both ledgers."""

import itertools
import time

import pytest

from support.core_bank import CONNECTOR, CREDITOR, CoreBank
from support.money_out import CALLS
from support.waiting import wait_for
from support.world import World, make_iban

_payers = itertools.count(1)


@pytest.fixture(scope="module")
def core(tmp_path_factory, contract, sandbox_keys):
    world = World(tmp_path_factory.mktemp("loans"), contract, sandbox_keys, CALLS)
    try:
        yield CoreBank(world)
    finally:
        world.close()


@pytest.fixture(autouse=True)
def as_before(core):
    yield
    core.as_before()


def linked(core, loan=None, **members):
    """(loan, its IBAN): the loan has an account at the bank, and Mambu knows it."""
    loan = loan or core.loan(**members)
    core.api.post("/v1/links", {"connector": "clearbank", "core_banking": CONNECTOR, "loan_account_id": loan},
                  statuses=(202,))
    seen = core.until_loan(loan, lambda one: one["fields"].get("ibanLoan"), "the link is written on the loan")
    return loan, seen["fields"]["ibanLoan"]


def active(core, amount="1000.00"):
    """A linked loan that was disbursed in Mambu by cash."""
    loan, iban = linked(core, amount=amount)
    core.book(loan, amount=amount, channel="cash", creditor={}, notify=False)
    return loan, iban


def pay_in(core, iban, amount, **members):
    number = next(_payers)
    return core.sandbox.post("/bank/payments", {"account": iban, "amount": amount, "reference": f"IN {number}",
                                                "end_to_end_id": f"IN{number:08}",
                                                "payer": {"name": "A Payer", "iban": make_iban(90_000_000 + number)}, **members})


def of_type(core, loan, kind):
    return [one for one in core.bookings(loan) if one["type"] == kind]


def until_bookings(core, loan, kind, count):
    wait_for(lambda: len(of_type(core, loan, kind)) >= count, lambda: f"{count} {kind}: {core.bookings(loan)}", every=0.02)
    return of_type(core, loan, kind)


def order_of(core, key):
    """The order of a booking: its end-to-end id is the booking's encoded key."""
    def there():
        return next((one for one in core.api.all("/v1/orders") if one["end_to_end_id"] == key), None)
    return wait_for(there, lambda: f"an order pays {key}: {core.booking(key)}, {core.reviews()}", every=0.05)


def until_status(core, key, word):
    wait_for(lambda: core.booking(key)["fields"].get("transactionStatus") == word,
             lambda: f"{word}: {core.booking(key)}", every=0.02)


def until_adjusted(core, key):
    wait_for(lambda: core.booking(key)["adjusted_by"], lambda: f"{core.booking(key)} is adjusted", every=0.02)
    return core.booking(core.booking(key)["adjusted_by"])


def settle_down(core):
    """Nothing waits: no call, no posting."""
    core.until_quiet()
    for status in ("queued", "in_doubt"):
        wait_for(lambda s=status: not core.api.get(f"/v1/postings?status={s}&limit=1")["data"],
                 lambda s=status: f"{s}: {core.api.all(f'/v1/postings?status={s}')}", every=0.05)


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


# Faults

def raw_length(core):
    """About as long as any reply to a repayment is."""
    return 900


@pytest.mark.parametrize("processed", [True, False], ids=["taken", "not-taken"])
def test_a_reply_of_mambu_cut_at_any_byte_leaves_one_repayment(core, processed):
    loan, iban = active(core, amount="9000.00")
    positions = [*range(20), *range(20, raw_length(core), 40)]
    for number, position in enumerate(positions, start=1):
        core.core_fault(method="POST", path=f"/api/loans/{loan}", processed=processed, cut_after=position, count=1)
        pay_in(core, iban, f"{number}.00")
        until_bookings(core, loan, "REPAYMENT", number)
    settle_down(core)
    repaid = of_type(core, loan, "REPAYMENT")
    assert sorted(one["amount_minor"] for one in repaid) == [100 * n for n in range(1, len(positions) + 1)]
    assert core.core_summary()["duplicates"] == 0


@pytest.mark.parametrize("fault", [{"status": 500}, {"status": 503, "retry_after": 1}, {"status": 429, "retry_after": 1},
                                   {"reset": True}, {"hang": True}, {"processed": True, "status": 500},
                                   {"processed": True, "hang": True}],
                         ids=["500", "503", "429", "reset", "hang", "500-after", "hang-after"])
def test_trouble_of_mambu_passes_and_the_repayment_is_posted_once(core, fault):
    loan, iban = active(core)
    core.core_fault(method="POST", path=f"/api/loans/{loan}", **{"count": 1, **fault})
    pay_in(core, iban, "5.00")
    until_bookings(core, loan, "REPAYMENT", 1)
    core.no_core_faults()
    settle_down(core)
    assert len(of_type(core, loan, "REPAYMENT")) == 1


def test_a_reply_that_takes_longer_than_a_try_is_waited_for_under_the_same_key(core):
    loan, iban = active(core)
    core.core("PUT", "processing", {"processing_ms": 2500})
    pay_in(core, iban, "6.00")
    until_bookings(core, loan, "REPAYMENT", 1)
    core.core("PUT", "processing", {"processing_ms": 0})
    settle_down(core)
    assert len(of_type(core, loan, "REPAYMENT")) == 1
    assert core.core_summary()["in_process"] > 0


def test_the_adjustment_is_made_once_though_its_reply_is_lost(core):
    core.rules({"outcome": "reject", "code": "AC04"})
    loan = core.loan()
    core.core_fault(method="POST", path="/api/loans/transactions/", processed=True, cut_after=30, count=1)
    key = core.book(loan, amount="14.00")
    until_adjusted(core, key)
    settle_down(core)
    assert len(of_type(core, loan, "DISBURSEMENT_ADJUSTMENT")) == 1
