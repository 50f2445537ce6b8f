"""Money that goes back takes the settlement with it that it names, and no other (docs/matching.md, Undoing)."""

from support.bank import settled_payload
from support.waiting import wait_for


def arrives(shared, iban, **members):
    payload = settled_payload(iban, "9.99", **members)
    shared.bank.acknowledged("TransactionSettled", payload)
    return payload["TransactionId"]


def goes_back(shared, iban, **members):
    return arrives(shared, iban, DebitCreditCode="Debit", IsReturn=True, **members)


def payment_when(shared, payment, status):
    """The payment, once it has that status."""
    path = f"/v1/payments/{payment['client_id']}"
    return wait_for(lambda: shared.api.get(path)["status"] == status, lambda: f"{status}: {shared.api.get(path)}")


def settlement(shared, transaction):
    return next(one for one in shared.api.all("/v1/settlements") if one["transaction_id"] == transaction)


def test_a_return_of_one_customers_money_leaves_anothers_of_the_same_amount_alone(shared):
    iban = shared.account()
    first = shared.payment(iban, "9.99", reference="INV-7010")
    second = shared.payment(iban, "9.99", reference="INV-7011", end_to_end_id="E2E0007011")
    of_first = arrives(shared, iban, Reference="INV-7010", EndToEndTransactionId="NOTPROVIDED")
    payment_when(shared, first, "settled")
    goes_back(shared, iban, Reference="INV-7011", EndToEndTransactionId="E2E0007011")
    of_second = arrives(shared, iban, Reference="INV-7011", EndToEndTransactionId="E2E0007011")
    assert settlement(shared, of_second)["status"] == "reversed"
    payment_when(shared, second, "returned")
    assert settlement(shared, of_first)["status"] == "matched"
    assert shared.api.get(f"/v1/payments/{first['client_id']}")["status"] == "settled"


def test_a_return_that_could_be_of_two_is_for_a_person(shared):
    iban = shared.account()
    came = [arrives(shared, iban, Reference="TWICE 1", EndToEndTransactionId="E2ETWICE01") for _ in range(2)]
    back = goes_back(shared, iban, Reference="TWICE 1", EndToEndTransactionId="E2ETWICE01")
    review, = [one for one in shared.api.all("/v1/reviews?status=open")
               if one["kind"] == "unmatched_return" and one["detail"]["transaction_id"] == back]
    found = [settlement(shared, transaction) for transaction in came]
    assert sorted(review["detail"]["settlement_ids"]) == sorted(one["id"] for one in found)
    assert "reversed" not in {one["status"] for one in found}
    shared.api.post(f"/v1/reviews/{review['id']}/close", {"reason": "the bank was asked"})
    assert shared.api.get(f"/v1/reviews/{review['id']}")["status"] == "closed"
