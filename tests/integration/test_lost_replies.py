"""The bank's reply to a payment call is lost, after each of its bytes: each order is paid once, and settled says so."""

import pytest

from support.money_out import CALLS, MoneyOut, connect_bank
from support.waiting import wait_for

EVERY_BYTE = 20  # of the beginning
LAST = 5
SAMPLES = 20  # between


@pytest.fixture(autouse=True)
def as_before(bank):
    yield
    bank.as_before()


def lose(bank, **fault):
    """An order whose first try meets the fault; the bank's log of that try."""
    bank.fault(count=1, **fault)
    before = len(bank.calls())
    order = bank.order()
    return order, wait_for(lambda: bank.calls()[before:], "the bank is called")[0]


def reply_length(bank, processed):
    """Of the whole reply to one payment, head and body."""
    if not processed:
        bank.fault(processed=False, count=1)
    return len(bank.raw_reply_to_a_payment("LENGTH0000000000000000000" + str(int(processed))))


def positions(length):
    step = max(1, (length - EVERY_BYTE - LAST) // SAMPLES)
    return sorted({*range(min(EVERY_BYTE, length)), *range(EVERY_BYTE, length, step), *range(length - LAST, length + 1)})


@pytest.mark.parametrize("processed", [True, False], ids=["taken", "not-taken"])
def test_a_reply_cut_at_any_byte_leaves_one_payment_for_each_order(bank, processed):
    length = reply_length(bank, processed)
    orders = []
    for position in positions(length):
        order, call = lose(bank, processed=processed, cut_after=position)
        assert call["reply_cut"] and call["processed"] == processed
        orders.append(order)
    for order in orders:
        bank.until(order, "settled")
    print(f"{len(orders)} positions in {length} bytes")
    assert len(orders) >= EVERY_BYTE + LAST
    bank.check_each_paid_once(orders)
    assert len({bank.get(order)["transaction_id"] for order in orders}) == len(orders)


@pytest.mark.parametrize("processed", [True, False], ids=["taken", "not-taken"])
@pytest.mark.parametrize("how", [{"reset": True}, {"hang": True}, {"delay_ms": 1500}, {"reset": True, "cut_after": 40}],
                         ids=["reset", "hang", "late", "reset-inside"])
def test_a_reply_that_never_comes_leaves_one_payment(bank, how, processed):
    order, _ = lose(bank, processed=processed, **how)
    bank.until(order, "settled")
    bank.check_each_paid_once([order])


@pytest.mark.parametrize("processed", [True, False], ids=["taken", "not-taken"])
def test_replies_lost_to_one_try_after_the_other_leave_one_payment(bank, processed):
    bank.fault(processed=processed, cut_after=17, count=3)
    order = bank.order()
    bank.until(order, "settled")
    tries = [call for call in bank.calls() if call["request_id"] == bank.payments_out(order["end_to_end_id"])[0]["request_id"]]
    assert len({call["body_sha256"] for call in tries}) == 1
    bank.check_each_paid_once([order])


def test_a_payment_of_which_the_bank_never_said_a_word_is_for_a_person_and_is_not_paid_again(bank):
    """Every try lost, and none of them taken: silence proves nothing, so settled neither pays again nor gives up."""
    bank.fault(processed=False, hang=True, count=10)
    order = bank.order()
    bank.until(order, "in_doubt")
    call = wait_for(lambda: next((c for c in bank.get(order)["calls"] if c["purpose"] == "pay" and c["status"] != "queued"), None),
                    "no try is left")
    assert call["status"] == "unclear" and call["tries"] == 4
    wait_for(lambda: any(c["purpose"] == "find_transactions" and c["status"] == "done" for c in bank.get(order)["calls"]),
             "the bank is asked")
    assert bank.get(order)["status"] == "in_doubt"
    assert bank.payments_out(order["end_to_end_id"]) == []
    answer = bank.api.call("POST", f"/v1/orders/{order['id']}/retry", {"client_id": bank.new_id()},
                           headers={"Idempotency-Key": order["id"]})
    assert (answer.status, answer.code) == (409, "retry_not_allowed")


def test_the_maker_of_an_order_does_not_alone_decide_that_it_was_never_paid(new_world):
    bank = MoneyOut(new_world(CALLS.replace("review_after_seconds = 60", "review_after_seconds = 1")))
    bank.fault(processed=False, reset=True, count=4)
    order = bank.order()
    bank.until(order, "needs_review")
    review, = [one for one in bank.reviews(order["id"]) if one["kind"] == "order_unresolved"]
    wait_for(lambda: all(call["status"] != "queued" for call in bank.get(order)["calls"] if call["purpose"] == "pay"),
             lambda: f"no try is left: {bank.get(order)}")
    queries = len(bank.calls("/v2/Accounts"))
    bank.decide(review, "ask_again")
    wait_for(lambda: len(bank.calls("/v2/Accounts")) > queries, "the bank is asked at once")
    assert bank.get(order)["status"] == "needs_review"
    body = {"decision": "never_paid", "reason": "the bank says so by telephone"}
    own = bank.api.call("POST", f"/v1/reviews/{review['id']}/decide", body, headers={"Idempotency-Key": "own"})
    assert (own.status, own.code) == (403, "second_person_needed")
    other = bank.world.operator_post("/v1/api-keys", {"name": "a second person's", "scopes": ["*"]})["key"]
    bank.decide(review, "never_paid", key=other)
    bank.until(order, "rejected")
    assert bank.reviews(order["id"]) == []
    assert bank.payments_out(order["end_to_end_id"]) == []
    bank.check_each_paid_once([order])


def test_a_reviewer_names_the_transaction_and_the_bank_decides(new_world):
    """The bank has paid; every reply and webhook of it is lost, and its query lags behind for longer than settled asks."""
    bank = MoneyOut(new_world(CALLS.replace("review_after_seconds = 60", "review_after_seconds = 1")))
    bank.silence()
    bank.query_lag(3_600_000)
    bank.fault(processed=True, reset=True, count=4)
    order = bank.order()
    bank.until(order, "needs_review")
    review, = [one for one in bank.reviews(order["id"]) if one["kind"] == "order_unresolved"]
    paid, = bank.payments_out(order["end_to_end_id"])

    def claim(transaction_id):
        return bank.decide(review, "settled", transaction_id=transaction_id)["detail"]["claim"]["transaction_id"]

    def bank_says():
        return bank.api.call("GET", f"/v1/reviews/{review['id']}").json["detail"]["claim"].get("bank_says")

    claim("00000000-0000-4000-8000-000000000000")
    assert wait_for(bank_says, "the bank has answered") == "the bank shows no such transaction"
    assert bank.get(order)["status"] == "needs_review"
    connector, = bank.api.all("/v1/connectors")
    assert not connector["failing"], "a wrong id does not stop payments"
    bank.query_lag(0)
    claim(paid["transaction_id"])
    bank.until(order, "settled")
    assert bank.get(order)["transaction_id"] == paid["transaction_id"]
    closed = bank.api.call("GET", f"/v1/reviews/{review['id']}").json
    assert (closed["status"], closed["decision"], closed["reason"]) == ("closed", "settled", "a test decided")
    bank.check_each_paid_once([order])


def test_a_bank_that_is_down_at_the_start_names_its_accounts_once_it_is_back(new_world):
    world = new_world(CALLS)
    world.sandbox.post("/bank/api-faults", {"path": "/v", "processed": False, "reset": True, "count": 100_000})
    connect_bank(world)

    def questions(status):
        return [call for call in world.api.all(f"/v1/calls?status={status}") if call["purpose"] == "find_account"]
    wait_for(lambda: questions("unclear") and questions("queued"), lambda: f"every try is lost: {world.api.all('/v1/calls')}",
             every=0.05)
    assert world.api.all("/v1/accounts") == []
    world.sandbox.call("DELETE", "/bank/api-faults")
    debtor = world.sandbox.state["real_account_iban"]
    wait_for(lambda: [one for one in world.api.all("/v1/accounts") if one["iban"] == debtor],
             lambda: f"the bank has named the account: {world.api.all('/v1/calls')}", every=0.05)
    wait_for(lambda: not questions("queued"), "the question is answered once", every=0.05)
