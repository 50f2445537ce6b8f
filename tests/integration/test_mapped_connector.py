"""A provider for which there is no code: described by two JSON files, matched and published like any other."""

import functools
import hashlib
import hmac
import json
import itertools
import os

import pytest

from support.bank import now_text
from support.http_client import HttpClient
from support.processes import run_settled
from support.waiting import wait_for

SECRET = "a secret of sixteen bytes"
_numbers = itertools.count(1)


@pytest.fixture
def provider(shared, tmp_path):
    secret = tmp_path / "provider.secret"
    secret.write_text(SECRET)
    os.chmod(secret, 0o600)
    signature = tmp_path / "signature.json"
    signature.write_text(json.dumps({"scheme": "hmac", "header": "X-Signature", "prefix": "sha256=",
                                     "secrets": [f"file:{secret}"]}))
    mapping = tmp_path / "mapping.json"
    mapping.write_text(json.dumps({
        "type": "/event", "id": "/credit/id", "payload": "/credit",
        "settlement": {
            "when": [{"at": "/event", "is": ["credit"]}], "transaction_id": "/credit/id",
            "amount": "/credit/pence", "amount_form": "minor", "currency": {"is": "GBP"},
            "settled_at": "/credit/time", "reference": "/credit/text", "account": {"iban": "/credit/to"},
            "counterparty": {"name": "/credit/from"}}}))
    name = f"described-{next(_numbers)}"
    status, output, error = run_settled("connectors", "add", name, "--data", shared.data, "--config", shared.config,
                                        "--kind", "mapped", "--signature", str(signature),
                                        "--mapping", str(mapping))
    assert status == 0, (output, error)
    return name


def send(shared, name, message, secret=SECRET):
    body = json.dumps(message).encode()
    mac = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    http = HttpClient(port=shared.server.port)
    try:
        return http.send("POST", f"/hooks/{name}", {"X-Signature": f"sha256={mac}",
                                                    "Content-Type": "application/json"}, body)
    finally:
        http.close()


@functools.cache
def first_sent_at(iban, number):
    """One that comes again has the same time. Taken when it is first sent: a credit that is minutes older than its
    payment is not matched by its reference."""
    return now_text()


def credit(iban, number, text, delivery=1):
    return {"event": "credit", "delivery": delivery,
            "credit": {"id": f"c-{number}", "pence": 1234, "time": first_sent_at(iban, number), "text": text, "to": iban,
                       "from": "A Payer"}}


def test_a_credit_is_matched_once_however_often_it_comes(shared, provider):
    iban = shared.account()
    payment = shared.payment(iban, reference="DESCRIBED 1")
    for delivery in range(3):
        answer = send(shared, provider, credit(iban, 1, "DESCRIBED 1", delivery))
        assert answer.status == 200 and answer.json == {}, answer.body

    def settled():
        shown = shared.api.get(f"/v1/payments/{payment['client_id']}")
        return shown if shown["status"] == "settled" else None
    shown = wait_for(settled, lambda: "the payment is settled")
    assert shown["settlement"]["amount"] == {"value": "12.34", "currency": "GBP"}
    assert shown["settlement"]["counterparty"]["name"] == "A Payer"
    assert shown["match"]["rank"] == 6
    assert len(shared.store.rows("SELECT 1 FROM settlement WHERE account_iban = ?", iban)) == 1


def test_an_unsigned_webhook_leaves_nothing(shared, provider):
    iban = shared.account()
    answer = send(shared, provider, credit(iban, 2, "FORGED"), secret="another secret of ours")
    assert (answer.status, answer.code) == (401, "signature_invalid")
    assert not shared.store.rows("SELECT 1 FROM settlement WHERE account_iban = ?", iban)


def test_the_same_credit_with_another_amount_goes_to_review(shared, provider):
    iban = shared.account()
    first = credit(iban, 3, "TWICE")
    second = json.loads(json.dumps(first))
    second["credit"]["pence"] = 9999
    assert send(shared, provider, first).status == 200
    assert send(shared, provider, second).status == 200
    assert shared.store.rows("SELECT amount_minor FROM settlement WHERE account_iban = ?", iban)[0]["amount_minor"] == 1234
    assert any(review["kind"] == "webhook_conflict" for review in shared.api.all("/v1/reviews"))
