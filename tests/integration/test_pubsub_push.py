"""Payments by Google Pub/Sub push: only with a good token, each message once, and durable before 204."""

import itertools
import json
import time

import pytest

from support.bank import settled_payload
from support.pubsub import ACCOUNT, AUDIENCE, Google, Pusher
from support.waiting import wait_for
from support.world import make_iban

_numbers = itertools.count(1)


@pytest.fixture(scope="module")
def pusher(shared):
    pusher = Pusher(shared, "provider", Google())
    made = shared.api.post("/v1/connectors", {"name": "provider", "kind": "pubsub_push", "push": pusher.settings()})
    assert made["hook_path"] == "/hooks/provider" and made["push"]["audience"] == AUDIENCE
    return pusher


def payment(iban, **members):
    return {"client_id": f"push-{next(_numbers)}", "amount": {"value": "12.34", "currency": "GBP"},
            "payee": {"iban": iban}, **members}


def test_a_pushed_payment_is_registered_once_and_matched(pusher, shared):
    iban = shared.account()
    _, path = shared.endpoint()
    pushed = payment(iban, end_to_end_id="E2E-PUSH-0001")
    for _ in range(3):
        answer = pusher.push(json.dumps(pushed), "m-same")
        assert (answer.status, answer.body) == (204, b"")
    assert shared.api.get(f"/v1/payments/{pushed['client_id']}")["status"] == "expected"
    assert len(shared.store.rows("SELECT 1 FROM payment WHERE client_id = ?", pushed["client_id"])) == 1
    shared.bank.acknowledged("TransactionSettled", settled_payload(iban, EndToEndTransactionId="E2E-PUSH-0001"))
    assert json.loads(shared.sandbox.told(path)[0]["body"])["data"]["client_id"] == pushed["client_id"]
    assert shared.api.get(f"/v1/payments/{pushed['client_id']}")["status"] == "settled"
    shared.store.check()


def test_a_token_that_does_not_hold_stores_nothing_and_says_why(pusher, shared):
    now, google = int(time.time()), pusher.google
    before = shared.store.counts("webhook", "webhook_key", "payment")
    cases = [("", 401, "token_missing"), ("a.b", 401, "token_malformed"),
             (google.token(kid="k9"), 401, "token_key_unknown"), (Google().token(), 401, "token_invalid"),
             (google.token(iss="https://evil.example"), 403, "token_issuer_wrong"),
             (google.token(aud="https://other.example"), 403, "token_audience_wrong"),
             (google.token(email="other@x.example"), 403, "token_account_wrong"),
             (google.token(email_verified=False), 403, "token_account_wrong"),
             (google.token(exp=now - 120), 401, "token_expired"),
             (google.token(iat=now + 600), 401, "token_expired")]
    body = json.dumps(payment(shared.account()))
    for token, status, code in cases:
        answer = pusher.push(body, token=token)
        assert (answer.status, answer.code) == (status, code), answer.body
    assert pusher.push(body, subscription="projects/p/subscriptions/x").code == "subscription_unknown"
    for data, status, code in (("{", 400, "json_invalid"), ("{}", 422, "member_missing")):
        answer = pusher.push(data)
        assert (answer.status, answer.code) == (status, code)
    assert shared.store.counts("webhook", "webhook_key", "payment") == before


def test_other_content_under_a_registered_id_goes_to_review_and_changes_nothing(pusher, shared):
    first = payment(shared.account())
    assert pusher.push(json.dumps(first)).status == 204
    other = {**first, "amount": {"value": "99.99", "currency": "GBP"}}
    assert pusher.push(json.dumps(other)).status == 204
    assert shared.api.get(f"/v1/payments/{first['client_id']}")["amount"]["value"] == "12.34"
    review = [each for each in shared.api.all("/v1/reviews?status=open") if each["kind"] == "payment_conflict"][0]
    assert review["detail"] == {"client_id": first["client_id"]}
    kept = shared.api.get(f"/v1/webhooks/{review['subject_id']}")
    assert kept["status"] == "review" and kept["type"] == "PaymentPushed"


def test_a_payment_to_no_account_of_ours_is_stored_and_has_no_effect(pusher, shared):
    stranger = payment(make_iban(88_888_888))
    assert pusher.push(json.dumps(stranger)).status == 204
    assert shared.api.call("GET", f"/v1/payments/{stranger['client_id']}").status == 404


def test_the_keys_change_with_their_file(new_world):
    world = new_world()
    google, later = Google(), Google()
    name = world.secret("google.json", json.dumps(google.jwks("a")))
    push = {"audience": AUDIENCE, "service_account": ACCOUNT, "format": "settled", "jwks_file": name}
    world.api.post("/v1/connectors", {"name": "provider", "kind": "pubsub_push", "push": push})
    pusher = Pusher(world, "provider", google)
    body = json.dumps(payment(world.account()))
    assert pusher.push(body, token=google.token(kid="a")).status == 204
    world.secret("google.json", json.dumps({"keys": google.jwks("a")["keys"] + later.jwks("b")["keys"]}))
    wait_for(lambda: pusher.push(body, token=later.token(kid="b")).status == 204, "the new key is found", every=0.5)
    assert pusher.push(body, token=google.token(kid="a")).status == 204
    for wrong in ({"push": {**push, "jwks_file": "none.json"}}, {"push": {"audience": "a"}},
                  {"signing_key": f"file:{name}"}):
        assert world.api.call("PATCH", "/v1/connectors/provider", wrong).status == 422, wrong
