"""Who may send a connector's webhooks, the bank's keys one by one, and what ends on a day that is known."""

import datetime
import json
import socket
import subprocess

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.x509.oid import NameOID

from support.bank import new_key, new_nonce, public_pem, settled_payload, webhook_text
from support.processes import run_settled


@pytest.fixture
def world(new_world):
    return new_world()


def settled(world, *words):
    return run_settled(*words, "--data", world.data, "--config", world.config)


def done(world, *words):
    status, output, error = settled(world, *words)
    assert status == 0, (words, output, error)
    return json.loads(output)


def refused(world, code, *words):
    status, output, error = settled(world, *words)
    assert status == 1 and code in output + error, (words, output, error)


def change(world, *words):
    return done(world, "connectors", "set", "clearbank", *words)


def key_file(world, name, key):
    path = world.directory / name
    path.write_text(public_pem(key))
    return path


def certificate(key, days):
    now = datetime.datetime.now(datetime.timezone.utc)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "bank")])
    made = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(1)
    made = made.not_valid_before(now - datetime.timedelta(days=60)).not_valid_after(now + datetime.timedelta(days=days))
    return made.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM).decode()


def findings(world, check):
    _, output, _ = settled(world, "doctor", "--check", check)
    return json.loads(output)["data"]


# Sources.

def test_webhooks_come_from_the_addresses_that_are_allowed_and_no_others(world):
    iban = world.account()
    shown = change(world, "--allow-ip", "clearbank", "--allow-ip", "203.0.113.0/24")
    assert shown["allow_ips"] == ["clearbank", "203.0.113.0/24"]
    answer = world.bank.deliver(b"{}", signature="")
    assert (answer.status, answer.code) == (403, "source_forbidden"), "before the signature is looked at"
    change(world, "--allow-ip", "127.0.0.0/8")
    world.bank.acknowledged("TransactionSettled", settled_payload(iban), version=6)
    assert "allow_ips" not in change(world, "--allow-ip", "any")
    refused(world, "value_invalid", "connectors", "set", "clearbank", "--allow-ip", "anywhere")
    assert world.api.call("PATCH", "/v1/connectors/clearbank", {"allow_ips": ["10.0.0.0/99"]}).status == 422


def test_behind_a_proxy_the_client_counts_and_not_the_proxy(new_world):
    world = new_world('[server]\ntrusted_proxies = ["127.0.0.1/32"]')
    iban = world.account()
    change(world, "--allow-ip", "clearbank")
    for address, status in (("51.145.122.33", 200), ("51.145.122.48", 403), ("198.51.100.7", 403)):
        body = webhook_text("TransactionSettled", settled_payload(iban), new_nonce(), 6)
        answer = world.bank.deliver(body, **{"X-Forwarded-For": address})
        assert answer.status == status, (address, answer.body)


def test_a_proxy_s_header_is_required_of_every_connection(new_world):
    world = new_world()
    assert world.server.stop() == 0
    world.write_config('[server]\ntrusted_proxies = ["127.0.0.1/32"]\nproxy_protocol = true')
    server = world.start()

    def answered(begin):
        with socket.create_connection(("127.0.0.1", server.port), timeout=30) as peer:
            peer.sendall(begin + b"GET /livez HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
            try:
                return peer.recv(65536)
            except ConnectionResetError:
                return b""
    assert answered(b"PROXY TCP4 51.145.122.33 127.0.0.1 40000 443\r\n").startswith(b"HTTP/1.1 200")
    assert answered(b"") == b"", "a connection without it is closed"


# Keys of the bank.

def test_the_bank_s_keys_are_added_and_removed_one_by_one(world):
    iban, second = world.account(), new_key()
    old, = [key["fingerprint"] for key in world.api.get("/v1/connectors/clearbank")["bank_keys"]]
    world.bank.acknowledged("TransactionSettled", settled_payload(iban), version=6)
    file = key_file(world, "second.pem", second)
    shown = change(world, "--add-bank-key", file)
    assert [key["fingerprint"] for key in shown["bank_keys"]][0] == old and len(shown["bank_keys"]) == 2
    world.bank.acknowledged("TransactionSettled", settled_payload(iban), version=6, key=second)
    assert change(world, "--add-bank-key", file) == shown, "one that is there already changes nothing"
    refused(world, "value_invalid", "connectors", "set", "clearbank", "--remove-bank-key", old[:7])
    refused(world, "not_found", "connectors", "set", "clearbank", "--remove-bank-key", "0" * 64)
    shown = change(world, "--remove-bank-key", old[:8])
    new, = [key["fingerprint"] for key in shown["bank_keys"]]
    assert new != old
    assert world.bank.settle(settled_payload(iban)).code == "signature_invalid"
    world.bank.acknowledged("TransactionSettled", settled_payload(iban), version=6, key=second)
    refused(world, "value_invalid", "connectors", "set", "clearbank", "--remove-bank-key", new)
    third = key_file(world, "third.pem", new_key())
    assert len(change(world, "--add-bank-key", third, "--remove-bank-key", new)["bank_keys"]) == 1, "both in one change"
    both = {"bank_keys": [public_pem(second)], "add_bank_keys": [public_pem(second)]}
    assert world.api.call("PATCH", "/v1/connectors/clearbank", both).status == 422


def test_a_certificate_counts_as_its_key_and_says_when_it_ends(world):
    iban, key = world.account(), new_key()
    path = world.directory / "bank.crt"
    path.write_text(certificate(key, days=10))
    shown = change(world, "--add-bank-key", path)["bank_keys"][1]
    assert shown["expires_at"].startswith(str(datetime.date.today() + datetime.timedelta(days=10))[:8])
    world.bank.acknowledged("TransactionSettled", settled_payload(iban), version=6, key=key)
    finding, = findings(world, "key.expiry")
    assert finding["state"] == "warning" and "a key of the bank ends on" in finding["sentence"], finding
    metrics = world.api.call("GET", "/metrics").body.decode()
    line, = [line for line in metrics.splitlines()
             if line.startswith('settled_key_expires_seconds{connector="clearbank",use="bank_key"}')]
    assert 9 * 86400 < float(line.split()[1]) < 11 * 86400, line


def test_a_key_that_has_ended_still_verifies_and_is_a_failure(world):
    iban, key = world.account(), new_key()
    path = world.directory / "bank.crt"
    path.write_text(certificate(key, days=-1))
    change(world, "--add-bank-key", path)
    world.bank.acknowledged("TransactionSettled", settled_payload(iban), version=6, key=key)
    finding, = findings(world, "key.expiry")
    assert finding["state"] == "failed" and "ended on" in finding["sentence"], finding


# FIPS.

def test_where_there_is_no_fips_provider_the_server_does_not_start(world):
    if "fips" in subprocess.run(["openssl", "list", "-providers", "-provider", "fips"], capture_output=True, text=True,
                                check=False).stdout:
        pytest.skip("this machine has OpenSSL's FIPS provider")
    finding, = findings(world, "crypto.fips")
    assert finding["state"] == "ok" and "not loaded" in finding["sentence"], finding
    assert world.server.stop() == 0
    world.write_config("[crypto]\nfips = true")
    assert world.start(ready=False).wait() != 0
    assert "custody_unsupported" in world.server.log_text()
    world.write_config()
    world.start()


# Ends.

def test_ends_that_were_given_are_listed_and_alarmed(world):
    soon = datetime.date.today() + datetime.timedelta(days=5)
    shown = change(world, "--bank-key-expires", soon)
    assert shown["bank_key_expires"] == f"{soon}T00:00:00.000Z"
    listed, = [key for key in done(world, "signing-keys", "list")["data"] if key["use"] == "bank_key"]
    assert listed["expires_at"] == shown["bank_key_expires"]
    finding, = findings(world, "key.expiry")
    assert finding["state"] == "warning" and str(soon) in finding["sentence"]
    assert "bank_key_expires" not in change(world, "--bank-key-expires", "none")
    refused(world, "value_invalid", "connectors", "set", "clearbank", "--bank-key-expires", "soon")
    done(world, "keys", "create", "--name", "short", "--scopes", "payments:read", "--expires-in", "7d")
    finding, = findings(world, "api_key.expiry")
    assert finding["state"] == "warning" and "short" in finding["sentence"], finding
    assert findings(world, "tls.expiry")[0]["state"] == "skipped"


def test_the_end_of_a_key_is_published_once_and_delivered(world):
    _, path = world.endpoint(events=["key.expiring", "key.expired"])
    soon = datetime.date.today() + datetime.timedelta(days=5)
    change(world, "--bank-key-expires", soon)

    def told(count):
        return [json.loads(record["body"]) for record in world.sandbox.told(path, count)]
    expiring, = told(1)
    key, = world.api.get("/v1/connectors/clearbank")["bank_keys"]
    assert expiring["type"] == "key.expiring"
    assert expiring["data"] == {"connector": "clearbank", "use": "bank_key", "fingerprint": key["fingerprint"],
                                "expires_at": f"{soon}T00:00:00.000Z", "days_left": 5}
    assert world.server.stop() == 0
    world.start()
    path_to_end = world.directory / "bank.crt"
    path_to_end.write_text(certificate(new_key(), days=-1))
    change(world, "--add-bank-key", path_to_end)
    expired = told(2)[1]
    assert (expired["type"], expired["data"]["days_left"]) == ("key.expired", 0)
    assert [event["type"] for event in world.api.all("/v1/events")] == ["key.expired", "key.expiring"], "each once"
