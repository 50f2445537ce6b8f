"""Signing keys in a hardware security module, which SoftHSM 2 stands for."""

import base64
import json
import pathlib
import threading
import time

import pytest
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding

from support.bank import Bank, load_key, new_key, private_pem, settled_payload
from support.hsm import SETTINGS, Token
from support.money_out import CALLS, MoneyOut
from support.processes import run_settled
from support.waiting import wait_for

HEALED_SECONDS = 15


@pytest.fixture
def token(tmp_path, monkeypatch):
    return Token(tmp_path / "hsm", monkeypatch)


@pytest.fixture
def world(token, new_world):
    return new_world(SETTINGS)


def settled(world, *words, **rest):
    status, output, error = run_settled(*words, "--data", world.data, "--config", world.config, **rest)
    return status, output, error


def done(world, *words):
    status, output, error = settled(world, *words)
    assert status == 0, (words, output, error)
    return json.loads(output)


def make_key(world, token, name="signing"):
    """Made in the token: its public half, as the bank gets it."""
    made = done(world, "signing-keys", "generate", token.uri(name))
    return made, serialization.load_pem_public_key(made["public_key"].encode())


def signs(answer, key):
    try:
        key.verify(base64.b64decode(answer.headers["DigitalSignature"]), answer.body, padding.PKCS1v15(), hashes.SHA256())
        return True
    except InvalidSignature:
        return False


def ready(world):
    return world.api.with_key(None).call("GET", "/readyz")


def test_the_answers_are_signed_by_the_key_in_the_token(world, token):
    made, key = make_key(world, token)
    shown = done(world, "connectors", "set", "clearbank", "--signing-key", token.uri("signing"))
    assert shown["signing_key"] == {"uri": token.uri("signing"), "custody": "hsm",
                                    "fingerprint": made["fingerprint"], "algorithm": "RSA-2048"}
    answer = world.bank.settle(settled_payload(world.account()))
    assert answer.status == 200 and signs(answer, key), answer.body
    listed = done(world, "signing-keys", "list")["data"]
    own, = [entry for entry in listed if entry["use"] == "signing_key"]
    assert own == {"connector": "clearbank", "use": "signing_key", "uri": token.uri("signing"), "custody": "hsm",
                   "fingerprint": made["fingerprint"], "algorithm": "RSA-2048", "available": True}
    bank, = [entry for entry in listed if entry["use"] == "bank_key"]
    assert (bank["uri"], bank["custody"], len(bank["fingerprint"])) == (None, None, 64)
    assert "pin-of-the-test-4321" not in world.server.log_text()


def test_the_key_is_switched_under_load_and_every_answer_is_whole(world, token):
    _, key = make_key(world, token)
    old = world.sandbox.institution_key.public_key()
    answers, stop = [], threading.Event()
    iban = world.account()

    def send():
        bank = Bank(world.server.port, "clearbank", world.sandbox.bank_key, world.sandbox.institution_key)
        while not stop.is_set():
            answers.append(bank.settle(settled_payload(iban)))
        bank.http.close()
    threads = [threading.Thread(target=send) for _ in range(3)]
    for thread in threads:
        thread.start()
    wait_for(lambda: len(answers) > 20, "webhooks flow")
    done(world, "connectors", "set", "clearbank", "--signing-key", token.uri("signing"))
    switched = len(answers)
    wait_for(lambda: len(answers) > switched + 20, "they flow on")
    stop.set()
    for thread in threads:
        thread.join()
    assert {answer.status for answer in answers} == {200}
    assert all(signs(answer, old) or signs(answer, key) for answer in answers)
    assert signs(answers[0], old) and signs(answers[-1], key)


def test_a_key_that_cannot_be_opened_changes_nothing(world, token):
    make_key(world, token)
    token.pin("wrong.pin", "pin-that-is-wrong")
    secret = "pkcs11:token=main;object=signing?pin-value=pin-of-the-test-4321"
    for uri, code in ((token.uri("none"), "hsm_key_missing"), (token.uri("signing", "wrong.pin"), "hsm_pin_refused"),
                      (token.uri("signing").replace("token=main", "token=other"), "hsm_token_missing"),
                      (token.uri("signing") + "&module-path=/usr/lib/other.so", "value_invalid"), (secret, "value_invalid")):
        status, output, error = settled(world, "connectors", "set", "clearbank", "--signing-key", uri)
        assert status == 1 and code in output + error, (uri, output, error)
        assert "pin-of-the-test-4321" not in output + error
        status, output, error = settled(world, "connectors", "add", "second", "--bank-key",
                                        world.sandbox.files["bank_public_key"], "--signing-key", uri)
        assert status == 1, (output, error)
    assert [entry["name"] for entry in done(world, "connectors", "list")["data"]] == ["clearbank"]
    answer = world.bank.acknowledged("TransactionSettled", settled_payload(world.account()), version=6)
    assert signs(answer, world.sandbox.institution_key.public_key())
    assert "pin-of-the-test-4321" not in world.server.log_text() and "pin-that-is-wrong" not in world.server.log_text()


def test_a_wrong_pin_is_not_tried_twice_until_the_operator_says_so(world, token):
    make_key(world, token)
    token.pin("wrong.pin", "pin-that-is-wrong")
    change = ("connectors", "set", "clearbank", "--signing-key", token.uri("signing", "wrong.pin"))
    said = [settled(world, *change) for _ in range(3)]
    assert all(status == 1 for status, _, _ in said)
    assert "CKR_PIN_INCORRECT" in said[0][1] + said[0][2]
    for _, output, error in said[1:]:
        assert "not tried again" in output + error and "CKR_PIN" not in output + error
    assert done(world, "signing-keys", "retry") == {"status": "retried"}
    _, output, error = settled(world, *change)
    assert "CKR_PIN_INCORRECT" in output + error
    token.pin("wrong.pin", "pin-of-the-test-4321")
    assert settled(world, *change)[0] == 0


def test_a_token_is_removed_and_put_back(world, token):
    _, key = make_key(world, token)
    world.add_connector("other")
    done(world, "connectors", "set", "clearbank", "--signing-key", token.uri("signing"))
    iban = world.account()
    assert world.bank.settle(settled_payload(iban)).status == 200
    token.take_out()
    payload, nonce = settled_payload(iban), 4711
    began = time.monotonic()
    refused = world.bank.settle(payload, nonce=nonce)
    assert (refused.status, refused.code) == (503, "key_unavailable")
    assert time.monotonic() - began < 4 and int(refused.headers["Retry-After"]) >= 1
    assert "main" not in refused.body.decode() and "CKR" not in refused.body.decode()
    assert ready(world).status == 200 and ready(world).json["connectors_unavailable"] == ["clearbank"]
    assert world.bank.deliver(b"{}", target="/hooks/other").status == 400, "the other connector goes on"
    assert world.api.call("GET", "/v1/payments").status == 200
    own, = [entry for entry in done(world, "signing-keys", "list")["data"]
            if entry["use"] == "signing_key" and entry["connector"] == "clearbank"]
    assert own["available"] is False and own["reason"].startswith("hsm_"), own
    _, output, _ = settled(world, "doctor", "--check", "connector.custody")
    assert "hsm_" in output
    assert [line for line in world.server.log_lines("connector.key_failed") if line["connector"] == "clearbank"]

    token.put_back()
    wait_for(lambda: "connectors_unavailable" not in ready(world).json, "it signs again by itself", seconds=HEALED_SECONDS)
    repeated = world.bank.settle(payload, nonce=nonce)
    assert repeated.status == 200 and signs(repeated, key), "the repeat is a duplicate with a signed answer"
    found = [row for row in world.api.all("/v1/settlements") if row.get("transaction_id") == payload["TransactionId"]]
    assert len(found) <= 1


def test_a_key_that_is_away_for_a_minute_is_published_and_so_is_its_return(world, token):
    made, _ = make_key(world, token)
    done(world, "connectors", "set", "clearbank", "--signing-key", token.uri("signing"))
    _, path = world.endpoint(events=["key.unavailable", "key.recovered"])
    iban = world.account()
    name = 'settled_key_available{connector="clearbank",use="signing_key"}'
    assert world.bank.settle(settled_payload(iban)).status == 200 and world.api.metrics()[name] == 1
    signed = world.api.metrics()['settled_key_operations_total{custody="hsm",result="done"}']
    assert signed >= 1
    token.take_out()
    assert world.bank.settle(settled_payload(iban)).status == 503
    wait_for(lambda: world.api.metrics()[name] == 0, "it is shown at once")
    assert world.api.metrics()['settled_key_operations_total{custody="hsm",result="failed"}'] >= 1
    away, = [json.loads(record["body"]) for record in
             wait_for(lambda: world.sandbox.records(path), "it is published after a minute", seconds=120, every=0.5)]
    assert away["type"] == "key.unavailable" and "since" in away["data"], away
    assert (away["data"]["connector"], away["data"]["use"], away["data"]["fingerprint"]) == (
        "clearbank", "signing_key", made["fingerprint"])
    token.put_back()
    wait_for(lambda: len(world.sandbox.records(path)) == 2, "its return is published", seconds=120, every=0.5)
    back = json.loads(world.sandbox.records(path)[1]["body"])
    assert (back["type"], back["data"]["down_since"]) == ("key.recovered", away["data"]["since"])
    assert back["version"] > away["version"] and back["subject"] == away["subject"]
    assert world.api.metrics()[name] == 1


def test_a_server_that_starts_without_the_token_says_so_and_heals(world, token):
    _, key = make_key(world, token)
    done(world, "connectors", "set", "clearbank", "--signing-key", token.uri("signing"))
    iban = world.account()
    assert world.server.stop() == 0
    token.take_out()
    world.start()
    refused = world.bank.settle(settled_payload(iban))
    assert (refused.status, refused.code) == (503, "key_unavailable")
    assert ready(world).json["connectors_unavailable"] == ["clearbank"]
    token.put_back()
    wait_for(lambda: "connectors_unavailable" not in ready(world).json, "it is opened by itself", seconds=HEALED_SECONDS)
    answer = world.bank.settle(settled_payload(iban))
    assert answer.status == 200 and signs(answer, key)
    assert world.server.stop() == 0, "and it ends in order, with the module finalised"


def test_the_bank_token_is_a_data_object_and_calls_are_signed_in_the_token(token, new_world):
    world = new_world(SETTINGS + CALLS)
    institution = world.sandbox.files["institution_private_key"]
    imported = done(world, "signing-keys", "import", institution, token.uri("institution"))
    assert imported["public_key"] == world.sandbox.institution_key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo).decode()
    money = MoneyOut(world)
    token.put_secret("bank-token", pathlib.Path(world.sandbox.files["api_token"]).read_text())
    done(world, "connectors", "set", "clearbank", "--signing-key", token.uri("institution"),
         "--api-token", token.uri("bank-token", more=";type=data"))
    paid = money.order()
    assert money.until(paid, "settled")["status"] == "settled", "the bank has verified token and signature"
    token.take_out()
    waiting = money.order()
    wait_for(lambda: ready(world).json.get("connectors_unavailable") == ["clearbank"], "the call could not be signed")
    assert money.get(waiting)["status"] not in ("settled", "rejected", "failed")
    token.put_back()
    assert money.until(waiting, "settled")["status"] == "settled"


def test_a_key_pair_is_made_in_a_file_for_the_user_alone_and_never_over_another(world, token):
    path = world.directory / "made.pem"
    made = done(world, "signing-keys", "generate", f"file:{path}", "--bits", "3072")
    assert path.stat().st_mode & 0o777 == 0o600
    content = path.read_bytes()
    key = load_key(path)
    assert key.key_size == 3072 and "PRIVATE" not in json.dumps(made)
    assert made["public_key"].encode() == key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    status, output, error = settled(world, "signing-keys", "generate", f"file:{path}")
    assert status == 1 and "state_conflict" in output + error and path.read_bytes() == content
    make_key(world, token)
    status, output, error = settled(world, "signing-keys", "generate", token.uri("signing"))
    assert status == 1 and "state_conflict" in output + error


def test_a_certificate_request_is_signed_by_the_key_wherever_it_is(world, token):
    make_key(world, token)
    path = world.directory / "plain.pem"
    path.write_text(private_pem(new_key()))
    path.chmod(0o600)
    for uri in (token.uri("signing"), f"file:{path}"):
        status, output, error = settled(world, "signing-keys", "csr", uri, "--subject", "CN=settled,O=A\\, Shop Ltd,C=GB")
        assert status == 0, error
        request = x509.load_pem_x509_csr(output.encode())
        assert request.is_signature_valid and request.signature_hash_algorithm.name == "sha256"
        assert request.subject.rfc4514_string() == "C=GB,O=A\\, Shop Ltd,CN=settled"
    for subject in ("", "CN", "CN=", "NOTHING=x", "C=ABC"):
        status, _, error = settled(world, "signing-keys", "csr", f"file:{path}", "--subject", subject)
        assert status != 0, (subject, error)


def test_the_doctor_warns_of_a_key_that_is_in_no_hsm(world, token):
    def of_the_signing_key():
        _, output, _ = settled(world, "doctor", "--check", "connector.custody")
        finding, = [each for each in json.loads(output)["data"] if each["sentence"].startswith("signing_key ")]
        return finding
    finding = of_the_signing_key()
    assert finding["state"] == "warning" and "not an HSM" in finding["sentence"], finding
    made, _ = make_key(world, token)
    done(world, "connectors", "set", "clearbank", "--signing-key", token.uri("signing"))
    finding = of_the_signing_key()
    assert finding["state"] == "ok" and made["fingerprint"] in finding["sentence"], finding


def test_a_token_that_was_given_a_wrong_pin_is_a_warning(world, token):
    make_key(world, token)
    done(world, "connectors", "set", "clearbank", "--signing-key", token.uri("signing"))
    token.guess("a wrong pin")  # of another program
    _, output, _ = settled(world, "doctor", "--check", "connector.custody")
    finding, = [each for each in json.loads(output)["data"] if each["sentence"].startswith("signing_key ")]
    assert finding["state"] == "warning" and "CKF_USER_PIN_COUNT_LOW" in finding["sentence"], finding
    assert world.bank.settle(settled_payload(world.account())).status == 200, "the key is open, and signs"
