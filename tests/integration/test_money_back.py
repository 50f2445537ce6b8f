"""Money that came in and goes back by POST /v1/returns: what the bank says of it, and the match that ends with it."""

import itertools
import uuid

import pytest

from support.waiting import wait_for

_numbers = itertools.count(1)
RETURNING = "/v3/payments/fps/return"


@pytest.fixture(autouse=True)
def as_before(bank):
    yield
    bank.as_before()


def money_in(bank, amount="12.34"):
    """A payment that settled and was matched: (settlement, payment)."""
    reference = f"BACK {next(_numbers):04}"
    iban = bank.debtor
    payment = bank.world.payment(iban, amount, reference=reference, end_to_end_id=reference.replace(" ", "-"))
    made = bank.sandbox.post("/bank/payments", {"account": iban, "amount": amount, "reference": reference,
                                                "end_to_end_id": reference.replace(" ", "-")})

    def matched():
        return [one for one in bank.api.all("/v1/settlements")
                if one["transaction_id"] == made["label"] and one["status"] == "matched"]
    return wait_for(matched, "it is matched")[0], payment


def send_back(bank, settlement, reason="account_closed", **members):
    return bank.api.post("/v1/returns", {"settlement_id": settlement["id"], "reason": reason, **members}, statuses=(202,))


def until(bank, made, status):
    target = f"/v1/returns/{made['id']}"
    wait_for(lambda: bank.api.get(target)["status"] == status, lambda: f"{status}: {bank.api.get(target)}", every=0.02)
    return bank.api.get(target)


def returns_booked(bank, settlement):
    return [b for b in bank.ledger() if b["is_return"] and b["return_of"] == settlement["transaction_id"]
            and b["state"] != "rejected"]


@pytest.mark.parametrize("mode", ["once", "doubled", "before-the-reply"])
def test_a_return_of_ours_settles_and_ends_the_match(bank, mode):
    settlement, payment = money_in(bank)
    if mode == "doubled":
        bank.duplicate_webhooks(2)
    if mode == "before-the-reply":
        bank.fault(path=RETURNING, processed=True, delay_ms=500, count=1)
    made = send_back(bank, settlement)
    until(bank, made, "settled")
    wait_for(lambda: bank.api.get(f"/v1/payments/{payment['client_id']}")["status"] == "returned", "the match has ended")
    assert bank.api.get(f"/v1/settlements/{settlement['id']}")["status"] == "reversed"
    assert bank.events(made["id"])[-1] == "return.settled"
    assert len(returns_booked(bank, settlement)) == 1
    again = bank.api.call("POST", "/v1/returns", {"settlement_id": settlement["id"], "reason": "other"},
                          headers={"Idempotency-Key": str(uuid.uuid4())})
    assert (again.status, again.code) == (409, "return_exists")
    assert bank.reviews(made["id"]) == []


@pytest.mark.parametrize("processed", [True, False], ids=["taken", "not-taken"])
@pytest.mark.parametrize("position", [0, 1, 12, 60, 100])
def test_a_reply_that_is_lost_returns_the_money_once(bank, processed, position):
    settlement, _ = money_in(bank)
    bank.fault(path=RETURNING, processed=processed, cut_after=position, count=1)
    made = send_back(bank, settlement)
    until(bank, made, "settled")
    assert len(returns_booked(bank, settlement)) == 1
    wait_for(lambda: bank.reviews(made["id"]) == [], "no review stays open of what is settled")


def test_a_return_that_the_scheme_rejects_goes_to_a_person_and_the_match_stays(bank):
    settlement, payment = money_in(bank)
    bank.rules({"of_returns": True, "outcome": "reject", "code": "AC04"})
    made = send_back(bank, settlement)
    rejected = until(bank, made, "rejected")
    assert rejected["reason_code"] == "AC04"
    review, = bank.reviews(made["id"])
    assert review["kind"] == "return_refused"
    assert bank.api.get(f"/v1/payments/{payment['client_id']}")["status"] == "settled"
    assert returns_booked(bank, settlement) == []


def test_a_return_that_the_bank_refuses_goes_to_a_person(bank):
    settlement, _ = money_in(bank)
    bank.fault(path=RETURNING, processed=False, status=400, count=1, content_type="application/problem+json",
               body='{"title":"No","status":400,"detail":"too old"}')
    made = send_back(bank, settlement)
    assert "too old" in until(bank, made, "rejected")["detail"]
    assert [review["kind"] for review in bank.reviews(made["id"])] == ["return_refused"]
    assert returns_booked(bank, settlement) == []


def test_a_return_that_is_held_by_no_answer_stays_in_doubt_with_a_review(bank):
    settlement, _ = money_in(bank)
    bank.fault(path=RETURNING, processed=False, reset=True, count=4)
    made = send_back(bank, settlement)
    wait_for(lambda: [r for r in bank.reviews(made["id"]) if r["kind"] == "return_unresolved"], "a person is asked")
    assert bank.api.get(f"/v1/returns/{made['id']}")["status"] in ("in_doubt", "needs_review")
    assert returns_booked(bank, settlement) == []
