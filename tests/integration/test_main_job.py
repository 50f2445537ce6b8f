"""The main job over real sockets: the bank's webhook is matched to its payment and partners are notified."""

import base64
import datetime
import hashlib
import hmac
import json
import uuid

import pytest

from support.bank import settled_payload
from support.waiting import wait_for


def settled(shared, payment_id):
    """The payment, once it is settled."""
    def ask():
        payment = shared.api.get(f"/v1/payments/{payment_id}")
        return payment if payment["status"] == "settled" else None
    return wait_for(ask, lambda: f"settled: {shared.api.get(f'/v1/payments/{payment_id}')}")


def test_a_webhook_is_matched_and_the_partner_notified_over_https_with_a_signature(shared, contract):
    iban = shared.account()
    made, path = shared.endpoint(tls=True)
    payment = shared.payment(iban, reference="INV-2041", end_to_end_id="E2E9f3a77c1")
    sent = shared.sandbox.post("/bank/payments", {
        "account": iban, "amount": "12.34", "reference": "INV-2041", "end_to_end_id": "E2E9f3a77c1",
        "payer": {"name": "A Payer", "iban": "GB29NWBK60161331926819"}})
    shared.sandbox.acknowledged(sent["webhooks"])
    record, = shared.sandbox.told(path)
    assert record["authenticity"] == "verified"
    event = contract.check_event(record)
    assert event["type"] == "settlement.matched" and event["version"] == 1
    assert (event["data"]["payment_id"], event["data"]["client_id"]) == (payment["id"], payment["client_id"])
    assert event["data"]["settlement"]["transaction_id"] == sent["label"]
    assert event["data"]["settlement"]["amount"] == {"value": "12.34", "currency": "GBP"}
    assert event["data"]["match"]["rank"] == 2

    # Standard Webhooks, computed here from its text and not by the program's own code.
    headers = {name.lower(): value for name, value in record["headers"].items()}
    key = base64.b64decode(made["secret"].removeprefix("whsec_"))
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.{record['body']}".encode()
    expected = "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    assert expected in headers["webhook-signature"].split(" ")

    shown = shared.api.get(f"/v1/payments/{payment['client_id']}")
    assert shown["status"] == "settled"
    assert shown["settlement"]["transaction_id"] == sent["label"]
    assert shown["match"]["evidence"]["agreed"] == ["end_to_end_id", "account", "amount"]
    assert shared.api.get(f"/v1/events/{event['id']}") == event


def test_a_partner_with_basic_auth_is_notified_with_its_password_and_no_signature(shared, contract):
    iban = shared.account()
    _, path = shared.endpoint(auth={"type": "basic", "username": "shop", "password": "p\u00e4ss:word"})
    shared.payment(iban, reference="BASIC 1")
    shared.bank.acknowledged("TransactionSettled", settled_payload(iban, Reference="BASIC 1"))
    record, = shared.sandbox.told(path)
    contract.check_event(record)
    headers = {name.lower(): value for name, value in record["headers"].items()}
    assert record["authenticity"] == "verified"
    assert base64.b64decode(headers["authorization"].removeprefix("Basic ")).decode() == "shop:p\u00e4ss:word"
    assert "webhook-signature" not in headers


def test_money_that_is_faster_than_its_payment_waits_for_it(shared):
    iban = shared.account()
    payload = settled_payload(iban, Reference="FAST 1")
    shared.bank.acknowledged("TransactionSettled", payload)
    payment = settled(shared, shared.payment(iban, reference="FAST 1")["client_id"])
    assert payment["settlement"]["transaction_id"] == payload["TransactionId"]


def test_money_without_a_payment_is_published_as_unmatched_and_matched_later_with_a_higher_version(shared, contract):
    iban = shared.account()
    _, path = shared.endpoint()
    shared.bank.acknowledged("TransactionSettled", settled_payload(iban, Reference="LATE 1"))
    first, = [contract.check_event(record) for record in shared.sandbox.told(path)]
    assert first["type"] == "settlement.unmatched"
    shared.payment(iban, reference="LATE 1")
    second = contract.check_event(shared.sandbox.told(path, 2)[1])
    assert second["type"] == "settlement.matched"
    assert second["data"]["settlement"]["id"] == first["data"]["settlement"]["id"]
    assert second["version"] > first["version"]


@pytest.mark.parametrize("shape", ["native", "yapily"])
def test_payments_of_both_shapes_are_registered_and_settled(shared, shape):
    iban = shared.account()
    made = shared.sandbox.post("/provider/payments", {
        "amount": "77.01", "payee": {"iban": iban, "name": "Shop Ltd"}, "reference": f"ORDER {shape}",
        "payer": {"iban": "GB29NWBK60161331926819", "name": "A Payer"}, "format": shape})
    assert made["registered"]["status"] == 201, made
    shared.sandbox.post("/bank/payments", {
        "account": iban, "amount": "77.01", "reference": f"ORDER {shape}", "end_to_end_id": made["end_to_end_id"],
        "payer": {"iban": "GB29NWBK60161331926819", "name": "A Payer"}})
    assert settled(shared, made["id"])["match"]["rank"] == 2


@pytest.mark.parametrize("scheme,uetr,rank", [
    ("FasterPayments", None, 2), ("Chaps", "c2f6a588-8d1a-44cb-af87-4741bf2812a3", 1), ("Bacs", None, 5), ("Transfer", None, 2)])
def test_each_scheme_finds_its_payment_by_what_it_carries(shared, scheme, uetr, rank):
    iban = shared.account()
    payment = shared.payment(iban, "1500.00", reference=f"RENT {scheme}"[:18], end_to_end_id=f"E2E{scheme}0001",
                             payer={"iban": "GB29NWBK60161331926819"}, **({"uetr": uetr} if uetr else {}))
    shared.sandbox.post("/bank/payments", {
        "account": iban, "amount": "1500.00", "scheme": scheme, "reference": f"RENT {scheme}"[:18],
        "end_to_end_id": f"E2E{scheme}0001", "payer": {"iban": "GB29NWBK60161331926819"},
        **({"uetr": uetr} if uetr else {})})
    assert settled(shared, payment["client_id"])["match"]["rank"] == rank


def test_two_payments_that_fit_alike_are_a_review_and_never_a_guess(shared, contract):
    iban = shared.account()
    _, path = shared.endpoint()
    payments = [shared.payment(iban, reference="TWINS") for _ in range(2)]
    ids = [payment["client_id"] for payment in payments]
    payload = settled_payload(iban, Reference="TWINS", EndToEndTransactionId="")
    shared.bank.acknowledged("TransactionSettled", payload)
    event = contract.check_event(shared.sandbox.told(path)[0])
    assert event["type"] == "settlement.ambiguous"
    candidates = sorted(event["data"]["candidates"], key=lambda one: one["payment_id"])
    assert candidates == [{"payment_id": one["id"], "client_id": one["client_id"]} for one in payments]
    review = shared.api.get(f"/v1/reviews/{event['data']['review_id']}")
    assert review["status"] == "open" and review["kind"] == "settlement_ambiguous"
    assert {shared.api.get(f"/v1/payments/{one}")["status"] for one in ids} == {"expected"}
    settlement = shared.api.get(f"/v1/settlements/{event['data']['settlement']['id']}")
    assert settlement["status"] == "ambiguous" and settlement["review_id"] == review["id"]


def test_a_payment_registered_late_opens_a_review_and_a_person_corrects_the_match(shared, contract):
    """The reference was cut to what both begin with, and only one of them was known."""
    iban = shared.account()
    _, path = shared.endpoint(events=["payment.registered_late"])
    started = (datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(minutes=1)).isoformat()
    known = shared.payment(iban, reference="ACMESHOP2041")
    payload = settled_payload(iban, Reference="ACMESHOP20", EndToEndTransactionId="NOTPROVIDED")
    shared.bank.acknowledged("TransactionSettled", payload)
    settlement = wait_for(lambda: [s for s in shared.api.all(f"/v1/settlements?account={iban}")
                                   if s["status"] == "matched"], "matched after the watermark")[0]
    late = shared.payment(iban, reference="ACMESHOP2099", created_at=started)
    event = contract.check_event(shared.sandbox.told(path)[0])
    assert event["data"]["client_id"] == late["client_id"]
    assert event["data"]["payment"]["id"] == event["data"]["payment_id"] == late["id"]
    assert event["data"]["settlement_ids"] == [settlement["id"]]
    review = shared.api.get(f"/v1/reviews/{event['data']['review_id']}")
    assert (review["kind"], review["status"]) == ("possible_misallocation", "open")
    doubted, = review["detail"]["matches"]
    assert (doubted["payment_id"], doubted["client_id"]) == (known["id"], known["client_id"])
    shared.api.post(f"/v1/matches/{doubted['match_id']}/undo", {"reason": "it was the other's"})
    undone = shared.api.get(f"/v1/settlements/{settlement['id']}")
    assert (undone["status"], undone["match"]) == ("ambiguous", None), "no id says whose it is"
    candidates = shared.api.get(f"/v1/reviews/{undone['review_id']}")["detail"]["candidates"]
    assert [candidate["client_id"] for candidate in candidates] == [late["client_id"]]
    shared.api.post(f"/v1/reviews/{undone['review_id']}/accept",
                    {"payment_id": late["client_id"], "reason": "she paid"})
    assert shared.api.get(f"/v1/payments/{late['client_id']}")["status"] == "settled"
    assert shared.api.get(f"/v1/payments/{known['client_id']}")["status"] == "expected"
    assert shared.api.get(f"/v1/reviews/{review['id']}")["status"] == "closed"


@pytest.mark.parametrize("wrong", ["amount", "currency", "account"])
def test_money_with_another_amount_currency_or_account_never_settles_a_payment(shared, wrong):
    iban, other = shared.account(), shared.account()
    payment = shared.payment(iban, reference="EXACT 1", end_to_end_id="E2EEXACT01")
    payload = settled_payload(other if wrong == "account" else iban, "12.35" if wrong == "amount" else "12.34",
                              Reference="EXACT 1", EndToEndTransactionId="E2EEXACT01",
                              CurrencyCode="EUR" if wrong == "currency" else "GBP")
    shared.bank.acknowledged("TransactionSettled", payload)
    assert shared.api.get(f"/v1/payments/{payment['client_id']}")["status"] == "expected"


def test_returns_and_money_out_are_kept_and_settle_nothing(shared):
    iban = shared.account()
    payment = shared.payment(iban, reference="BACK 1")
    for members in ({"IsReturn": True}, {"DebitCreditCode": "Debit"}):
        payload = settled_payload(iban, Reference="BACK 1", **members)
        shared.bank.acknowledged("TransactionSettled", payload)
        assert payload["TransactionId"] in shared.store.transaction_ids()
        assert not shared.store.rows("SELECT 1 FROM settlement WHERE transaction_id = ?", payload["TransactionId"])
    assert shared.api.get(f"/v1/payments/{payment['client_id']}")["status"] == "expected"


def test_an_account_that_the_bank_opens_is_known_from_its_webhook_on(shared):
    from support.world import make_iban
    iban, account = make_iban(90_000_001), str(uuid.uuid4())
    shared.bank.acknowledged("VirtualAccountCreated", {
        "AccountId": str(uuid.uuid4()), "VirtualAccountId": account, "OwnerName": "A Borrower",
        "AccountIdentifier": {"Iban": iban, "ExternalIdentifier": "loan-17"},
        "TimestampCreated": "2026-11-22T10:00:00.000Z"}, version=3)
    known, = [found for found in shared.api.all("/v1/accounts") if found["iban"] == iban]
    assert known["bank_account_id"] == account and known["external_id"] == "loan-17"
    payment = shared.api.post("/v1/payments", {"client_id": "by-account", "reference": "VIRTUAL 1",
                                               "amount": {"value": "12.34", "currency": "GBP"},
                                               "payee": {"virtual_account_id": account}})
    shared.bank.acknowledged("TransactionSettled", settled_payload(iban, Reference="VIRTUAL 1"))
    assert settled(shared, payment["client_id"])["match"]["rank"] == 6


def test_a_webhook_that_comes_six_times_has_one_effect(shared):
    iban = shared.account()
    _, path = shared.endpoint()
    shared.payment(iban, reference="SIX 1")
    sent = shared.sandbox.post("/bank/payments", {"account": iban, "amount": "12.34", "reference": "SIX 1",
                                                  "duplicates": 5})
    assert len(sent["webhooks"]) == 6
    shared.sandbox.acknowledged(sent["webhooks"])
    wait_for(lambda: [row["status"] for row in shared.store.rows(
        "SELECT status FROM settlement WHERE transaction_id = ?", sent["label"])] == ["matched"], "there is one, matched")
    # The endpoint receives the events of all other tests in this world; one of this test.
    told = wait_for(lambda: [t for t in shared.sandbox.told(path) if sent["label"] in t["body"]], "it is told")
    assert len(told) == 1
    deliveries = f"/v1/deliveries?event={told[0]['id']}"
    wait_for(lambda: all(delivery["status"] != "queued" for delivery in shared.api.all(deliveries)), "all are over")
    asked = [e for e in shared.api.all("/v1/endpoints") if {"*", "settlement.matched"} & set(e["events"])]
    assert len(shared.api.all(deliveries)) == len(asked)


def test_webhooks_shuffled_and_doubled_end_in_the_same_state_as_in_order(shared):
    iban = shared.account()
    _, path = shared.endpoint(events=["settlement.matched"])
    batch = {"amount": "20.00", "reference": "SHUFFLE ", "count": 40, "amount_spread": 7}
    shared.sandbox.post("/bank/hold")
    shared.sandbox.post("/bank/payments/batch", {"account": iban, **batch})
    shared.sandbox.post("/provider/payments/batch", {"payee": {"iban": iban}, "id": "shuffled-", **batch,
                                                     "end_to_end_id": ""})
    shared.sandbox.post("/bank/release", {"shuffle": True, "duplicates": 2, "seed": 7})
    shared.sandbox.told(path, 40)
    payments = [p for p in shared.api.all("/v1/payments") if p["client_id"].startswith("shuffled-")]
    assert {p["status"] for p in payments} == {"settled"} and len(payments) == 40
    wait_for(lambda: shared.sandbox.get("/bank/summary")["states"]["acknowledged"]
             == shared.sandbox.get("/bank/summary")["created"], "every duplicate is acknowledged")
    assert len(shared.sandbox.records(path)) == 40
    shared.store.check()


def test_registering_a_payment_twice_is_harmless_and_with_other_content_refused(shared):
    iban = shared.account()
    body = {"client_id": f"twice-{uuid.uuid4()}", "amount": {"value": "5.00", "currency": "GBP"}, "payee": {"iban": iban}}
    first = shared.api.call("POST", "/v1/payments", body)
    again = shared.api.call("POST", "/v1/payments", body)
    other = shared.api.call("POST", "/v1/payments", {**body, "amount": {"value": "5.01", "currency": "GBP"}})
    assert (first.status, again.status) == (201, 200)
    assert first.json["id"] == again.json["id"]
    assert (other.status, other.code) == (409, "payment_conflict")
    ours = shared.api.call("POST", "/v1/payments", {**body, "client_id": first.json["id"]})
    assert (ours.status, ours.code) == (422, "value_invalid") and "begins like an id" in ours.json["detail"]
    assert shared.api.get(f"/v1/payments/{first.json['id']}") == shared.api.get(f"/v1/payments/{body['client_id']}")
    assert len([p for p in shared.api.all("/v1/payments") if p["client_id"] == body["client_id"]]) == 1


def test_an_idempotency_key_gives_the_first_answer_again_and_refuses_another_request(shared):
    iban = shared.account()
    key = {"Idempotency-Key": str(uuid.uuid4())}
    body = {"client_id": f"keyed-{uuid.uuid4()}", "amount": {"value": "5.00", "currency": "GBP"}, "payee": {"iban": iban}}
    first = shared.api.call("POST", "/v1/payments", body, headers=key)
    shared.bank.acknowledged("TransactionSettled", settled_payload(iban, "5.00"))
    again = shared.api.call("POST", "/v1/payments", body, headers=key)
    assert again.status == first.status == 201 and again.body == first.body
    assert again.headers["Idempotent-Replayed"] == "true" and "Idempotent-Replayed" not in first.headers
    other = shared.api.call("POST", "/v1/payments", {**body, "reference": "OTHER"}, headers=key)
    assert (other.status, other.code) == (422, "idempotency_key_reused")
    secret = {"url": shared.sandbox.partner + "/told/keyed"}
    made = [shared.api.call("POST", "/v1/endpoints", secret, headers={"Idempotency-Key": "an endpoint's"}).json
            for _ in range(2)]
    assert made[0] == made[1] and made[0]["secret"].startswith("whsec_")


def test_payments_that_cannot_reach_us_are_ignored_and_leave_nothing(shared):
    from support.world import make_iban
    counts = shared.store.counts()
    unknown = shared.api.call("POST", "/v1/payments", {
        "client_id": "elsewhere", "amount": {"value": "5.00", "currency": "GBP"}, "payee": {"iban": make_iban(99_999_998)}})
    dead = shared.api.call("POST", "/v1/payments", content_type="application/vnd.yapily.payment+json", body={
        "data": {"id": "dead", "status": "FAILED", "amount": 5.0, "currency": "GBP",
                 "payeeDetails": {"accountIdentifications": [
                     {"type": "IBAN", "identification": shared.account()}]}}})
    assert (unknown.status, unknown.json["reason"]) == (202, "payee_unknown")
    assert (dead.status, dead.json["reason"]) == (202, "payment_failed")
    assert shared.store.counts()["payment"] == counts["payment"]
    assert shared.api.call("GET", "/v1/payments/elsewhere").status == 404


def test_amounts_pass_digit_by_digit(shared):
    iban = shared.account()
    for amount in ("0.01", "0.1", "1", "90071992547409.93", "123456789012345.67"):
        payload = settled_payload(iban, amount)
        shared.bank.acknowledged("TransactionSettled", payload)
        row, = shared.store.rows("SELECT amount_minor FROM settlement WHERE transaction_id = ?",
                                 payload["TransactionId"])
        whole, _, part = amount.partition(".")
        assert row["amount_minor"] == int(whole) * 100 + int(part.ljust(2, "0"))
    assert json.loads(shared.api.http.send("GET", "/v1/settlements?limit=1", {
        "Authorization": f"Bearer {shared.key}"}).body)["data"][0]["amount"]["value"] == "123456789012345.67"
