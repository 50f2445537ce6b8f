"""Secrets and personal data, planted everywhere, turn up nowhere that they should not."""

import base64
import json
import re
import urllib.parse

from support.bank import Bank, new_key, settled_payload
from support.processes import run_settled
from support.waiting import wait_for

PEOPLE = ("Canary McCanaryface", "Zebedee Canaryshop")
PASSWORD = "canary-p4ssw0rd-q8Zt"


def spellings(secret):
    """As it is, and as it may hide: base64 at each offset, hex, in a URL."""
    raw = secret.encode()
    yield secret
    yield raw.hex()
    yield urllib.parse.quote(secret, safe="")
    for offset in range(3):
        encoded = base64.b64encode(b"\0" * offset + raw).decode()
        yield encoded[4 if offset else 0:len(encoded) - 4]


def key_fragments(path):
    """Lines from the middle of a PEM file."""
    return open(path).read().splitlines()[3:10]


def test_canaries_are_in_no_log_metric_or_error(new_world):
    world = new_world('[log]\nlevel = "debug"\n[delivery]\nretry_after_seconds = [0, 0]\n'
                      '[matching]\nunmatched_after_seconds = 0\nwatermark_seconds = 0')
    iban = world.account()
    signed, path = world.endpoint(tls=True)
    world.endpoint(auth={"type": "basic", "username": "u", "password": PASSWORD})
    payer = "GB33BUKB20201555555555"
    world.payment(iban, reference="CANARY REFERENCE 77", payee={"iban": iban, "name": PEOPLE[1]},
                  payer={"name": PEOPLE[0], "iban": payer})
    payload = settled_payload(iban, Reference="CANARY REFERENCE 77", CounterpartAccount={
        "IBAN": payer, "OwnerName": PEOPLE[0], "TransactionOwnerName": PEOPLE[0]})
    world.bank.acknowledged("TransactionSettled", payload)
    world.sandbox.told(path)
    said = []  # bodies of everything that was refused

    # Refusals with the canaries in all the places that a caller chooses.
    signature = world.bank.signature(b"canary")
    said.append(world.bank.deliver(json.dumps(payload).encode(), signature).body)
    said.append(world.bank.settle(payload, key=new_key()).body)
    said.append(world.bank.deliver(b'{"Type":"%s","Nonce":"%s"}' % (PEOPLE[0].encode(), payer.encode())).body)
    stranger = "sk_" + "C4n4ry" * 8 + "A"
    for key in (stranger, world.key[:-1] + ("A" if world.key[-1] != "A" else "B")):
        said.append(world.api.with_key(key).call("GET", "/v1/payments").body)
        said.append(world.api.http.send("GET", "/v1/payments", {"Authorization": f"Basic {key}"}).body)
    said.append(world.api.call("POST", "/v1/endpoints", {
        "url": world.sandbox.partner, "auth": {"type": "basic", "username": "a:b", "password": PASSWORD}}).body)
    said.append(world.api.call("POST", "/v1/endpoints", {
        "url": f"https://user:{PASSWORD}@localhost/", "auth": {"type": "signature"}}).body)
    said.append(world.api.call("POST", "/v1/payments", {
        "client_id": "canary", "amount": {"value": "-1", "currency": "GBP"}, "payee": {"iban": payer[:-1], "name": PEOPLE[0]},
        "payer": {"name": PEOPLE[0], "iban": payer}}).body)
    said.append(world.api.call("GET", f"/v1/payments?account={payer}x").body)
    # A partner that repeats what it was sent in its refusal, and one that is not there.
    world.sandbox.mode("status", path, status=500)
    world.api.post(f"/v1/endpoints/{signed['id']}/ping")
    world.sandbox.mode("down")
    world.api.post(f"/v1/endpoints/{signed['id']}/ping")
    wait_for(lambda: len(world.server.log_lines("delivery.failed")) >= 4, "deliveries fail")
    world.sandbox.mode("ok")
    world.bank.acknowledged("TransactionSettled", {**payload, "Amount": "@99.99@"})
    metrics = world.api.call("GET", "/metrics").body.decode()
    commands = [run_settled(*words, "--data", world.data, "--config", world.config)
                for words in (("keys", "list"), ("connectors", "list"))]
    assert world.server.stop() == 0
    master = (world.data / "master.key").read_text().strip()

    # The bank's public key is public, and a connector may be shown: commands are searched for secrets alone.
    secrets = {"API key": world.key, "signing secret": signed["secret"], "password": PASSWORD, "master key": master,
               "a stranger's key": stranger, "a signature": signature, "its raw secret": signed["secret"][6:]}
    personal = {"a name": PEOPLE[0], "the payee's name": PEOPLE[1], "the payer's IBAN": payer, "our IBAN": iban}
    log = world.log.read_text() + world.server.output.read_text()
    assert log.count("\n") > 20, "there is a log to search"
    places = {"log": log, "metrics": metrics, "error bodies": b"\n".join(said).decode(),
              "commands": "".join(output + error for _, output, error in commands)}
    for place, text in places.items():
        wanted = secrets if place == "commands" else {**secrets, **personal}
        for name, secret in wanted.items():
            for spelling in spellings(secret):
                assert spelling not in text, f"{name} is in the {place}: {text[max(0, text.find(spelling) - 200):][:400]}"
        for file in ("institution_private_key", "api_token"):
            fragments = key_fragments(world.sandbox.files[file]) or [open(world.sandbox.files[file]).read().strip()]
            assert not [line for line in fragments if line and line in text], f"{file} is in the {place}"
        assert not re.search(r"-----BEGIN [A-Z ]*PRIVATE", text), place

    # Keys and secrets are not in the store either: hashed, or sealed under the master key.
    stored = world.store.everything()
    for name in ("API key", "signing secret", "password", "its raw secret", "master key"):
        assert secrets[name].encode() not in stored, f"{name} is in the store in the clear"
    assert PEOPLE[0].encode() in stored, "the search of the store finds what is there"


def test_no_secret_is_in_the_process_s_arguments_or_environment(new_world):
    world = new_world()
    for name in ("cmdline", "environ"):
        try:
            text = open(f"/proc/{world.server.pid}/{name}", "rb").read()
        except PermissionError:
            continue  # the process is closed to everyone but root, which is as good
        assert world.key.encode() not in text
        assert (world.data / "master.key").read_bytes().strip() not in text


def test_log_lines_cannot_be_forged(new_world):
    """What a caller sends stays inside one JSON line."""
    world = new_world('[log]\nlevel = "debug"')
    bank = Bank(world.server.port, world.connector, world.sandbox.bank_key, world.sandbox.institution_key)
    bank.send('FITestEvent\n{"event":"forged"}\x1b[31m', "test me")
    bank.deliver(b"{}", target="/hooks/%0a%7b%22event%22:%22forged%22%7d")
    bank.http.send("GET", "/v1/payments", {"X-Request-Id": "a\tb", "traceparent": "{}"})
    bank.http.close()
    assert world.server.stop() == 0
    lines = [line for line in world.server.log_text().splitlines() if line]
    assert all(isinstance(json.loads(line), dict) for line in lines)
    assert not [line for line in lines if json.loads(line).get("event") == "forged" or "\x1b" in line]
