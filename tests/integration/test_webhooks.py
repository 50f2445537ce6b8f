"""Intake over real sockets: what is acknowledged, what is refused, and what is left behind of either."""

import base64
import concurrent.futures
import json

import pytest

from support.bank import Bank, new_key, new_nonce, settled_payload, webhook_text
from support.places import FIXTURES

BODIES = sorted((FIXTURES / "clearbank").glob("*.json"))


def test_there_are_published_bodies_to_test_with():
    assert len(BODIES) >= 27


@pytest.mark.parametrize("file", BODIES, ids=lambda file: file.stem)
def test_every_published_body_is_acknowledged_byte_for_byte_as_it_was_signed(shared, file):
    body = file.read_bytes().strip()
    nonce = json.loads(body)["Nonce"]
    answer = shared.bank.deliver(body)
    assert shared.bank.is_acknowledged(answer, nonce), f"{answer.status} {answer.body}"
    kept = [row for row in shared.store.rows("SELECT * FROM webhook WHERE type = ?", json.loads(body)["Type"])
            if row["body"] == body]
    assert len(kept) == 1 and kept[0]["status"] in ("processed", "archived")
    again = shared.bank.deliver(body)
    assert shared.bank.is_acknowledged(again, nonce)
    assert len([row for row in shared.store.rows("SELECT body FROM webhook") if row["body"] == body]) == 1


def test_a_webhook_from_which_nothing_follows_is_shown_as_kept(shared):
    body = (FIXTURES / "clearbank" / "bacs-debit-contra-received-v3.json").read_bytes().strip()
    assert shared.bank.is_acknowledged(shared.bank.deliver(body), json.loads(body)["Nonce"])
    listed, = [w for w in shared.api.all("/v1/webhooks") if w["type"] == "BacsDebitContraReceived"]
    shown = shared.api.get(f"/v1/webhooks/{listed['id']}")
    assert listed["status"] == shown["status"] == "archived" and shown["body"].encode() == body
    assert not [r for r in shared.api.all("/v1/reviews") if r["subject_id"] == listed["id"]]


@pytest.mark.parametrize("file", BODIES, ids=lambda file: file.stem)
def test_the_sandbox_s_bank_sends_every_published_payload_to_its_satisfaction(shared, file):
    body = json.loads(file.read_bytes())
    sent = shared.sandbox.post("/bank/webhooks", {"type": body["Type"], "version": body["Version"],
                                                  "payload": body["Payload"]})
    shared.sandbox.acknowledged(sent["webhooks"])


@pytest.mark.parametrize("nonce", [0, 1, -1, 2**31 - 1, 2**31, 2**53 - 1, 2**53 + 1, 949893874, 2**62 + 1,
                                   2**63 - 1, -2**63])
def test_a_nonce_comes_back_exactly(shared, nonce):
    answer = shared.bank.send("FITestEvent", "test me", nonce)
    assert shared.bank.is_acknowledged(answer, nonce)
    assert answer.body == b'{"Nonce":%d}' % nonce


def test_a_duplicate_is_answered_with_its_own_nonce_and_signature(shared):
    payload = settled_payload(shared.account())
    answers = [shared.bank.settle(payload) for _ in range(3)]
    assert all(shared.bank.is_acknowledged(answer, answer.nonce) for answer in answers)
    assert len({answer.nonce for answer in answers}) == 3
    assert len(shared.store.rows("SELECT 1 FROM settlement WHERE transaction_id = ?", payload["TransactionId"])) == 1


def test_duplicates_at_the_same_moment_have_one_effect(shared):
    payload = settled_payload(shared.account())

    def send(_):
        bank = Bank(shared.server.port, shared.connector, shared.sandbox.bank_key, shared.sandbox.institution_key)
        answer = bank.settle(payload)
        bank.http.close()
        return bank.is_acknowledged(answer, answer.nonce)
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        assert all(pool.map(send, range(24)))
    assert len(shared.store.rows("SELECT 1 FROM settlement WHERE transaction_id = ?", payload["TransactionId"])) == 1


def test_the_same_event_with_other_content_goes_to_review_and_neither_overwrites_the_first(shared):
    payload = settled_payload(shared.account(), "10.00")
    shared.bank.acknowledged("TransactionSettled", payload)
    other = {**payload, "Amount": "@99.00@"}
    for _ in range(3):  # the bank repeats it; it is reviewed once
        shared.bank.acknowledged("TransactionSettled", other)
    first, = [s for s in shared.api.all("/v1/settlements") if s["transaction_id"] == payload["TransactionId"]]
    assert first["amount"]["value"] == "10.00"
    review, = [r for r in shared.api.all("/v1/reviews?status=open")
               if r["kind"] == "webhook_conflict" and r["subject_id"] == first["webhook_id"]]
    bodies = [shared.api.get(f"/v1/webhooks/{review['detail'][which]}")["body"]
              for which in ("first_webhook_id", "other_webhook_id")]
    assert '"Amount":10.00' in bodies[0] and '"Amount":99.00' in bodies[1]
    assert review["detail"]["differs"][0] == "/Payload/Amount"


def test_the_same_payload_written_in_another_way_is_the_same_webhook(shared):
    payload = settled_payload(shared.account(), "70.00")
    shared.bank.acknowledged("TransactionSettled", payload)
    for amount in ("@70@", "@70.0@", "@7.0E+1@"):
        shared.bank.acknowledged("TransactionSettled", dict(reversed({**payload, "Amount": amount}.items())))
    first, = [s for s in shared.api.all("/v1/settlements") if s["transaction_id"] == payload["TransactionId"]]
    assert not [r for r in shared.api.all("/v1/reviews") if r["subject_id"] == first["webhook_id"]]


@pytest.mark.parametrize("payload", [{}, [], "text", None, {"TransactionId": "x"}, 7],
                         ids=lambda payload: json.dumps(payload))
def test_a_signed_webhook_that_cannot_be_understood_is_acknowledged_stored_and_reviewed(shared, payload):
    payload = {"TransactionId": "t-unreadable"} if isinstance(payload, dict) and payload else payload
    body = webhook_text("TransactionSettled", payload, new_nonce(), 6)
    answer = shared.bank.deliver(body)
    assert shared.bank.is_acknowledged(answer, json.loads(body)["Nonce"])
    row, = [row for row in shared.store.rows("SELECT id, body, status FROM webhook") if row["body"] == body]
    assert row["status"] == "review"
    assert shared.store.rows("SELECT kind FROM review WHERE subject_id = ?", row["id"]) == [
        {"kind": "webhook_unreadable"}]


def good_body(shared):
    return webhook_text("TransactionSettled", settled_payload(shared.account()), new_nonce(), 6)


def changed_after_signing(body):
    return body.replace(b"12.34", b"99.34")


# name, what is sent (of a good body and its signature), status, code
REFUSALS = [
    ("no signature", lambda bank, body: bank.deliver(body, ""), 401, "signature_missing"),
    ("a signature that is no base64", lambda bank, body: bank.deliver(body, "!!!!"), 401, "signature_malformed"),
    ("a signature cut short", lambda bank, body: bank.deliver(body, bank.signature(body)[:-8]), 401,
     "signature_invalid"),
    ("a signature of another key", lambda bank, body: bank.deliver(body, bank.signature(body, new_key())), 401,
     "signature_invalid"),
    ("a signature of another body", lambda bank, body: bank.deliver(body, bank.signature(body + b" ")), 401,
     "signature_invalid"),
    ("a body changed after signing",
     lambda bank, body: bank.deliver(changed_after_signing(body), bank.signature(body)), 401, "signature_invalid"),
    ("zeros for a signature", lambda bank, body: bank.deliver(body, base64.b64encode(bytes(256)).decode()), 401,
     "signature_invalid"),
    ("a connector that is not there", lambda bank, body: bank.deliver(body, target="/hooks/nobody"), 404,
     "connector_unknown"),
    ("no JSON", lambda bank, body: bank.deliver(b"hello"), 400, "webhook_unreadable"),
    ("an empty body", lambda bank, body: bank.deliver(b""), 400, "webhook_unreadable"),
    ("two documents", lambda bank, body: bank.deliver(body + body), 400, "webhook_unreadable"),
    ("a member twice", lambda bank, body: bank.deliver(body[:-1] + b',"Nonce":1}'), 400, "webhook_unreadable"),
    ("no nonce", lambda bank, body: bank.deliver(b'{"Type":"FITestEvent","Version":1,"Payload":{}}'), 400,
     "webhook_unreadable"),
    ("a nonce beyond 64 bits",
     lambda bank, body: bank.deliver(b'{"Type":"FITestEvent","Payload":{},"Nonce":9223372036854775808}'), 400,
     "webhook_unreadable"),
    ("a nonce with decimals", lambda bank, body: bank.deliver(b'{"Type":"FITestEvent","Payload":{},"Nonce":1.0}'),
     400, "webhook_unreadable"),
    ("a nonce in quotes", lambda bank, body: bank.deliver(b'{"Type":"FITestEvent","Payload":{},"Nonce":"1"}'), 400,
     "webhook_unreadable"),
    ("no type", lambda bank, body: bank.deliver(b'{"Payload":{},"Nonce":1}'), 400, "webhook_unreadable"),
    ("an array", lambda bank, body: bank.deliver(b"[1]"), 400, "webhook_unreadable"),
    ("invalid UTF-8", lambda bank, body: bank.deliver(b'{"Type":"\xff","Payload":{},"Nonce":1}'), 400,
     "webhook_unreadable"),
    ("too deep", lambda bank, body: bank.deliver(
        b'{"Type":"FITestEvent","Nonce":1,"Payload":' + b"[" * 80 + b"]" * 80 + b"}"), 400, "webhook_unreadable"),
    ("too large", lambda bank, body: bank.deliver(b" " * (1024 * 1024) + body), 413, "body_too_large"),
]


@pytest.mark.parametrize("send,status,code", [row[1:] for row in REFUSALS], ids=[row[0] for row in REFUSALS])
def test_a_refused_webhook_leaves_nothing_and_is_counted_and_logged(shared, contract, send, status, code):
    body = good_body(shared)
    def refused(metrics):
        return sum(count for name, count in metrics.items()
                   if name.startswith(f'settled_webhooks_refused_total{{code="{code}",connector="'))
    before, counted = shared.store.counts_of_intake(), shared.api.metrics()
    logged = len(shared.server.log_lines("webhook.refused"))
    answer = send(shared.bank, body)
    assert (answer.status, answer.code) == (status, code), answer.body
    contract.check_answer(contract.operation("receive_webhook"), answer.status, answer.headers, answer.body)
    assert answer.headers.get("DigitalSignature") is None, "a refusal must not look like an acknowledgement"
    assert shared.store.counts_of_intake() == before
    if code == "body_too_large":  # refused before it reaches intake
        assert shared.api.metrics()["settled_http_refused_total"] == counted["settled_http_refused_total"] + 1
        return
    assert refused(shared.api.metrics()) == refused(counted) + 1
    from support.waiting import wait_for
    line = wait_for(lambda: shared.server.log_lines("webhook.refused")[logged:], "the refusal is logged")[0]
    assert line["code"] == code and line["request_id"] and line["connector"] in (shared.connector, "unknown")


def test_after_all_refusals_a_good_webhook_is_still_taken(shared):
    for _, send, status, _ in REFUSALS:
        assert send(shared.bank, good_body(shared)).status == status
    body = good_body(shared)
    assert shared.bank.is_acknowledged(shared.bank.deliver(body), json.loads(body)["Nonce"])


@pytest.mark.parametrize("tamper", ["unsigned", "signature", "body"])
def test_a_webhook_that_the_sandbox_tampers_with_is_refused(shared, tamper):
    from support.waiting import wait_for
    before = shared.store.counts()["webhook"]
    sent = shared.sandbox.post("/bank/payments", {"account": shared.account(), "amount": "1.00", "tamper": tamper})
    webhook = wait_for(lambda: [w for w in [shared.sandbox.webhook(sent["webhooks"][0])] if w["state"] == "given_up"],
                       "it is given up")[0]
    assert [attempt["status"] for attempt in webhook["history"]] == [401]
    assert shared.store.counts()["webhook"] == before


def test_a_connector_takes_only_post(shared):
    answer = shared.bank.http.send("GET", shared.bank.target)
    assert (answer.status, answer.code, answer.headers["Allow"]) == (405, "method_not_allowed", "POST")


def test_the_signature_as_a_trailer_does_not_count(shared):
    import socket
    body = good_body(shared)
    signature = shared.bank.signature(body)
    before = shared.store.counts_of_intake()
    with socket.create_connection(("127.0.0.1", shared.server.port), 10) as client:
        client.sendall(b"POST /hooks/clearbank HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n"
                       b"Trailer: DigitalSignature\r\nConnection: close\r\n\r\n%x\r\n%s\r\n0\r\n"
                       b"DigitalSignature: %s\r\n\r\n" % (len(body), body, signature.encode()))
        answer = b""
        while part := client.recv(65536):
            answer += part
    assert answer.startswith((b"HTTP/1.1 401", b"HTTP/1.1 400")), answer[:300]
    assert shared.store.counts_of_intake() == before
