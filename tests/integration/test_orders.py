"""Orders from the client's POST to the bank's last word: every outcome, with webhooks once, twice and in any order."""

import dataclasses
import itertools
import random

import pytest

from support.money_out import HELD_NAME, creditor
from support.waiting import wait_for
from support.world import make_iban

_prefixes = itertools.count(1)


@pytest.fixture(autouse=True)
def as_before(bank):
    yield
    bank.as_before()


@dataclasses.dataclass
class Flow:
    """A rule of the bank for one payment, what the ledger has in the end, and what the order says."""
    name: str
    rule: dict
    booked: str
    status: str
    reason_code: str = ""
    advice: str = "none"
    events: tuple = ()
    members: dict = dataclasses.field(default_factory=dict)


REFUSED = ("order.rejected",)
FLOWS = [
    Flow("settled", {}, "settled", "settled", events=("order.settled",)),
    Flow("settled later", {"outcome": "settle", "delay_ms": 50}, "settled", "settled", events=("order.settled",)),
    Flow("account closed", {"outcome": "reject", "code": "AC04"}, "rejected", "rejected", "AC04", "never", REFUSED),
    Flow("account number wrong", {"outcome": "reject", "code": "AC03"}, "rejected", "rejected", "AC03", "review", REFUSED),
    Flow("technical error", {"outcome": "reject", "code": "BE08"}, "rejected", "rejected", "BE08", "retry", REFUSED),
    Flow("a code that nobody knows", {"outcome": "reject", "code": "ZZ99"}, "rejected", "rejected", "ZZ99", "review", REFUSED),
    Flow("assessment failed", {"outcome": "assessment", "text": "InsufficientFunds; The account has insufficient funds"},
         "rejected", "rejected", "InsufficientFunds", "retry", REFUSED),
    Flow("validation failed", {"outcome": "validation", "text": "The creditor account number and sort code is wrong"},
         "rejected", "rejected", "ValidationFailed", "review", REFUSED),
    Flow("held and released", {"outcome": "hold", "release_after_ms": 50}, "settled", "settled",
         events=("order.settled",), members={"creditor": creditor(name=HELD_NAME)}),
    Flow("returned by the receiver", {"outcome": "settle", "return_after_ms": 20, "return_code": "AC04"}, "returned",
         "returned", "AC04", "review", ("order.returned",)),
]
MODES = ("once", "doubled", "shuffled")


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("flow", FLOWS, ids=lambda flow: flow.name.replace(" ", "-"))
def test_an_order_ends_as_the_bank_says(bank, flow, mode):
    prefix = f"FLOW{next(_prefixes):04}"
    if flow.rule:
        bank.rules({"end_to_end_id_prefix": prefix, **flow.rule})
    if mode == "doubled":
        bank.duplicate_webhooks(2)
    if mode == "shuffled":
        bank.hold_webhooks()
    order = bank.order(end_to_end_id=prefix + "X", **flow.members)
    assert order["status"] == "queued"
    bank.until_booked(order, flow.booked)
    if mode == "shuffled":
        bank.release_webhooks(shuffle=True, duplicates=1, seed=random.randrange(1 << 30))
    ended = bank.until(order, flow.status)
    assert (ended["reason_code"], ended["advice"]) == (flow.reason_code, flow.advice)
    events = bank.events(order["id"])
    assert set(flow.events) <= set(events) and len(events) == len(set(events)), "each told once"
    assert ended["calls"] and ended["webhooks"] and bank.reviews(order["id"]) == []
    assert len(bank.payments_out(order["end_to_end_id"])) == 1
    bank.check_each_paid_once([order])


def test_a_payment_to_an_account_at_our_bank_is_a_transfer_and_settles_the_order(bank):
    made = bank.sandbox.post("/bank/accounts", {"owner_name": "Ann Lee", "external_id": "transfer-1"})
    order = bank.order(creditor={"name": "Ann Lee", "iban": made["iban"]})
    ended = bank.until(order, "settled")
    assert ended["settlement"]["scheme"] == "Transfer" and ended["settlement"]["direction"] == "debit"
    bank.check_each_paid_once([order])


def test_a_payment_to_an_account_that_our_bank_does_not_know_is_rejected(bank):
    order = bank.order(creditor={"name": "Nobody", "iban": make_iban(77_000_001)})
    assert bank.until(order, "rejected")["reason"]
    bank.check_each_paid_once([order])


def test_a_payment_that_is_held_and_declined_is_rejected_for_good(bank):
    order = bank.order(creditor=creditor(name=HELD_NAME))
    assert bank.until(order, "held")["advice"] == "none"
    bank.sandbox.post(f"/bank/held/{order['end_to_end_id']}/decline")
    ended = bank.until(order, "rejected")
    assert (ended["reason_code"], ended["advice"]) == ("HOPRJ", "never")
    assert bank.events(order["id"])[-2:] == ["order.held", "order.rejected"]
    bank.check_each_paid_once([order])


def test_a_payment_that_is_held_and_released_settles(bank):
    order = bank.order(creditor=creditor(name=HELD_NAME))
    bank.until(order, "held")
    bank.sandbox.post(f"/bank/held/{order['end_to_end_id']}/release")
    ended = bank.until(order, "settled")
    assert ended["reason_code"] == "" and ended["transaction_id"]
    bank.check_each_paid_once([order])


def test_money_that_the_receiver_returns_later_ends_the_order_returned(bank):
    order = bank.order()
    bank.until(order, "settled")
    bank.sandbox.post(f"/bank/payments/{order['end_to_end_id']}/return", {"code": "AC04"})
    ended = bank.until(order, "returned")
    assert ended["returned_by"]["direction"] == "credit" and ended["returned_by"]["is_return"]
    assert bank.events(order["id"])[-2:] == ["order.settled", "order.returned"]
    assert all(one["transaction_id"] != ended["returned_by"]["transaction_id"]
               for one in bank.api.all("/v1/settlements")), "what comes back is no repayment"


# Several in one call

def sent_since(bank, before):
    """How many calls there were, however often each was sent: a busy machine's reply may come too late."""
    return len({call["request_id"] for call in bank.calls()[before:]})


def test_orders_that_wait_together_go_in_one_call_and_each_item_of_the_reply_counts(bank):
    bank.rules({"creditor_name": "Poor", "outcome": "item_response", "word": "InsufficientFunds"},
               {"creditor_name": "Odd", "outcome": "item_response", "word": "NeverHeardOf"})
    before = len(bank.calls())
    names = ["Receiver 1", "Poor", "Receiver 2", "Odd"]
    made = bank.together([bank.body(creditor=creditor(name=name)) for name in names])
    first, poor, second, odd = made
    for order in (first, second):
        bank.until(order, "settled")
    refused = bank.until(poor, "rejected")
    assert (refused["reason_code"], refused["advice"]) == ("InsufficientFunds", "retry")
    assert bank.until(odd, "in_doubt")["calls"], "a word that is not known decides nothing"
    assert sent_since(bank, before) == 1
    assert len({bank.get(order)["calls"][0]["id"] for order in made}) == 1
    bank.check_each_paid_once(made)


def test_of_a_call_that_is_refused_whole_each_order_goes_alone(bank):
    bank.fault(processed=False, status=400, count=1, content_type="application/problem+json",
               body='{"title":"One or more validation errors occurred.","status":400,"errors":{"x":["is bad"]}}')
    before = len(bank.calls())
    made = bank.together([bank.body(), bank.body()])
    for order in made:
        bank.until(order, "settled")
    assert sent_since(bank, before) == 3
    bank.check_each_paid_once(made)


def test_an_order_that_is_refused_alone_is_rejected(bank):
    bank.fault(processed=False, status=422, count=1, content_type="application/problem+json",
               body='{"title":"No","status":422,"detail":"the amount is odd"}')
    order = bank.order()
    assert "the amount is odd" in bank.until(order, "rejected")["reason"]
    bank.check_each_paid_once([order])


def test_a_hundred_orders_go_in_few_calls(bank):
    before = len(bank.calls())
    made = bank.together([bank.body() for _ in range(100)])
    for order in made:
        bank.until(order, "settled")
    assert sent_since(bank, before) == 1
    bank.check_each_paid_once(made)


# The bank cannot, or does not want to

@pytest.mark.parametrize("place", ["header", "text"])
def test_429_puts_all_calls_off_for_as_long_as_the_bank_says(bank, place):
    bank.fault(processed=False, status=429, count=1, retry_after=2, retry_after_in=place)
    order = bank.order()
    other = bank.order()
    ended = [bank.until(each, "settled") for each in (order, other)]
    assert all(each["reason_code"] == "" for each in ended)
    throttled = [call for call in bank.calls() if call["status"] == 429][-1]
    later = [call for call in bank.calls() if call["number"] > throttled["number"]]
    assert later and min(call["at_us"] for call in later) - throttled["at_us"] >= 1_900_000
    bank.check_each_paid_once([order, other])


def test_after_503_the_same_bytes_go_again_under_the_same_id_when_the_bank_says(bank):
    bank.fault(status=503, processed=False, count=1, retry_after=2)
    order = bank.order()
    bank.until(order, "settled")
    first, second = bank.calls()[-2:]
    assert (first["request_id"], first["body_sha256"]) == (second["request_id"], second["body_sha256"])
    assert second["at_us"] - first["at_us"] >= 1_900_000
    bank.check_each_paid_once([order])


@pytest.mark.parametrize("status", [401, 403, 404, 415])
def test_a_refusal_that_is_about_us_pauses_the_connector_and_rejects_nothing(bank, status):
    bank.fault(processed=False, status=status, count=2, content_type="application/json", body='{"message":"no"}')
    order = bank.order()
    bank.until(order, "settled")
    assert not bank.connector()["failing"]
    assert "order.rejected" not in bank.events(order["id"])
    assert bank.events("clearbank").count("connector.failing") >= 1
    bank.check_each_paid_once([order])


def test_a_signature_that_the_bank_does_not_accept_is_about_us(bank):
    bank.fault(processed=False, status=400, count=1, content_type="application/problem+json",
               body='{"title":"Invalid DigitalSignature Header","status":400}')
    order = bank.order()
    bank.until(order, "settled")
    bank.check_each_paid_once([order])


def test_a_paused_connector_sends_nothing_until_it_is_resumed(bank):
    bank.pause()
    before = len(bank.calls())
    order = bank.order()
    assert bank.connector()["paused_by"]
    cancelled = bank.order()
    ended = bank.api.post(f"/v1/orders/{cancelled['id']}/cancel")
    assert ended["status"] == "cancelled" and len(bank.calls()) == before
    bank.resume()
    bank.until(order, "settled")
    answer = bank.api.call("POST", f"/v1/orders/{order['id']}/cancel", headers={"Idempotency-Key": order["id"]})
    assert (answer.status, answer.code) == (409, "order_sent")
    assert bank.payments_out(cancelled["end_to_end_id"]) == []
    bank.check_each_paid_once([order, cancelled])


# In doubt

def test_a_reply_that_is_lost_is_answered_by_409_and_the_webhook_settles_the_order(bank):
    bank.fault(processed=True, cut_after=0, count=1)
    order = bank.order()
    bank.until(order, "settled")
    bank.check_each_paid_once([order])


def test_a_lost_reply_and_a_lost_webhook_are_made_good_by_the_query(bank):
    prefix = f"QUERY{next(_prefixes):04}"
    bank.rules({"end_to_end_id_prefix": prefix, "outcome": "silent"})
    bank.fault(processed=True, cut_after=0, count=1)
    bank.query_lag(1500)
    order = bank.order(end_to_end_id=prefix)
    bank.until(order, "in_doubt")
    ended = bank.until(order, "settled")
    assert ended["transaction_id"] == bank.payments_out(prefix)[0]["transaction_id"]
    assert [call["purpose"] for call in ended["calls"]].count("find_transactions") >= 2, "it was asked until it knew"
    assert ended["webhooks"] == []
    bank.check_each_paid_once([order])


def test_a_refusal_after_a_lost_reply_is_not_final(bank):
    """The bank may have the payment from the try before."""
    bank.fault(processed=True, cut_after=0, count=1)
    bank.fault(processed=False, status=422, count=1, content_type="application/problem+json",
               body='{"title":"No","status":422}')
    bank.hold_webhooks()
    bank.query_lag(60_000)
    order = bank.order()
    bank.until_booked(order, "settled")
    bank.until(order, "in_doubt")
    bank.until_quiet()
    assert bank.get(order)["status"] == "in_doubt"
    bank.release_webhooks()
    bank.until(order, "settled")
    assert "order.rejected" not in bank.events(order["id"])
    bank.check_each_paid_once([order])


# A payment with this end-to-end id that the bank has from elsewhere

def test_a_duplicate_with_our_amount_and_creditor_settles_the_order(bank):
    end_to_end_id = f"TWICE{next(_prefixes):04}"
    bank.instruct_elsewhere(end_to_end_id)
    order = bank.order(end_to_end_id=end_to_end_id)
    ended = bank.until(order, "settled")
    assert ended["transaction_id"] == bank.payments_out(end_to_end_id)[0]["transaction_id"]
    bank.check_each_paid_once([order])


@pytest.mark.parametrize("elsewhere", [{"amount": "10.01"}, {"creditor_iban": "GB94BARC10201530093459"}],
                         ids=["amount", "creditor"])
def test_a_duplicate_that_paid_something_else_settles_nothing(bank, elsewhere):
    end_to_end_id = f"TWICE{next(_prefixes):04}"
    bank.instruct_elsewhere(end_to_end_id, **elsewhere)
    order = bank.order(end_to_end_id=end_to_end_id)

    def review():
        return [one for one in bank.reviews(order["id"]) if one["kind"] == "order_contradiction"]
    wait_for(review, lambda: f"a person is asked: {bank.get(order)}")
    ended = bank.until(order, "in_doubt", "needs_review")  # the other payment's webhook may come before the call ends
    assert ended["settlement"] is None
    assert len(bank.payments_out(end_to_end_id)) == 1


# What clients may ask for

def test_the_same_order_again_is_the_same_order(bank):
    body = bank.body()
    made = bank.api.post("/v1/orders", body, statuses=(202,))
    again = bank.api.post("/v1/orders", body, statuses=(200,))
    assert again["id"] == made["id"]
    conflict = bank.refused(409, body["client_id"], amount="11.00")
    assert conflict["code"] == "order_conflict"
    taken = bank.refused(409, end_to_end_id=made["end_to_end_id"])
    assert taken["code"] == "end_to_end_id_taken"
    assert bank.api.get(f"/v1/orders/{made['id']}")["client_id"] == body["client_id"]
    bank.until(made, "settled")
    bank.check_each_paid_once([made])


def test_a_rejected_order_is_retried_once_and_a_settled_one_never(bank):
    bank.rules({"creditor_name": "Once", "outcome": "reject", "code": "BE08", "count": 1})
    order = bank.order(creditor=creditor(name="Once"))
    bank.until(order, "rejected")
    client_id = bank.new_id()
    retry = bank.api.post(f"/v1/orders/{order['id']}/retry", {"client_id": client_id}, statuses=(202,))
    assert retry["retry_of"] == order["id"] and retry["end_to_end_id"] != order["end_to_end_id"]
    again = bank.api.post(f"/v1/orders/{order['id']}/retry", {"client_id": client_id}, statuses=(200,))
    assert again["id"] == retry["id"]
    for target, name in ((order, "a third"), (retry, "a fourth")):
        if target is retry:
            bank.until(retry, "settled")
        answer = bank.api.call("POST", f"/v1/orders/{target['id']}/retry", {"client_id": bank.new_id()},
                               headers={"Idempotency-Key": name + order["id"]})
        assert (answer.status, answer.code) == (409, "retry_not_allowed")
    bank.check_each_paid_once([order, retry])


def test_the_second_of_two_that_pay_the_same_for_one_loan_waits_for_a_person(bank):
    loan = f"LN-{next(_prefixes)}"
    first = bank.order(loan_account_id=loan)
    bank.until(first, "settled")
    for decision, status in (("release", "settled"), ("never_paid", "cancelled")):
        again = bank.order(loan_account_id=loan)
        assert again["status"] == "needs_review"
        assert bank.payments_out(again["end_to_end_id"]) == []
        review, = [one for one in bank.reviews(again["id"]) if one["kind"] == "possible_duplicate"]
        bank.decide(review, decision)
        bank.until(again, status)
        assert bank.reviews(again["id"]) == []
        bank.check_each_paid_once([first, again])


def test_nothing_is_committed_of_an_order_that_is_over_a_limit_or_unknown(bank):
    count = len(bank.api.all("/v1/orders"))
    bank.change(order_max="50.00")
    assert bank.refused(422, amount="50.01")["code"] == "over_limit"
    bank.change(order_max="0")
    problem = bank.refused(404, connector="nobody")
    assert "connector_unknown" in str(problem)
    problem = bank.refused(422, debtor={"iban": "GB29NWBK60161331926819"})
    assert "debtor_unknown" in str(problem)
    assert len(bank.api.all("/v1/orders")) == count


def test_every_signature_of_this_module_was_verified_by_the_bank(bank):
    signatures = bank.summary()["signatures"]
    assert signatures["verified"] > 0 and signatures["refused"] == 0
