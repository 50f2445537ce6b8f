"""The keys and secrets of connectors: whose files may be named, and what happens when one cannot be opened."""

import hashlib
import hmac
import json
import os
import pathlib

from support.api import Api
from support.bank import public_pem, settled_payload
from support.http_client import HttpClient
from support.waiting import wait_for

SECRET = "a secret of sixteen bytes"
MAPPING = {"type": "/event", "id": "/credit/id", "settlement": {
    "when": [{"at": "/event", "is": ["credit"]}], "transaction_id": "/credit/id", "amount": "/credit/pence",
    "amount_form": "minor", "currency": {"is": "GBP"}, "settled_at": "/credit/time", "reference": "/credit/text",
    "account": {"iban": "/credit/to"}}}


def signature(uri):
    return {"scheme": "hmac", "header": "X-Signature", "secrets": [uri]}


def mapped(name, uri):
    return {"name": name, "kind": "mapped", "signature": signature(uri), "mapping": MAPPING}


def clearbank(world, name, uri):
    return {"name": name, "kind": "clearbank", "bank_keys": [public_pem(world.sandbox.bank_key)], "signing_key": uri}


def send(world, name, secret=SECRET, text="{}"):
    http = HttpClient(port=world.server.port)
    try:
        mac = hmac.new(secret.encode(), text.encode(), hashlib.sha256).hexdigest()
        return http.send("POST", f"/hooks/{name}", {"X-Signature": mac, "Content-Type": "application/json"}, text.encode())
    finally:
        http.close()


def test_no_name_that_a_tenant_gives_stops_the_server_or_reveals_anything_to_the_tenant(new_world):
    world = new_world()
    (world.data / "secrets" / "main").mkdir(parents=True, exist_ok=True)
    pipe = world.data / "secrets" / "main" / "pipe"
    os.mkfifo(pipe)
    elsewhere = world.directory / "pipe"
    os.mkfifo(elsewhere)
    push = {"audience": "a", "service_account": "b", "format": "settled"}
    names = ["/dev/ptmx", "/dev/zero", "/dev/stdin", "/proc/self/fd/0", "/proc/self/environ", "/etc/passwd", "absent",
             "pipe", "../../master.key", str(elsewhere), str(world.data / "master.key"), str(world.config)]
    said = {kind: set() for kind in ("push", "signature", "signing_key")}
    for name in names:
        for kind, body in (("push", {"name": "x", "kind": "pubsub_push", "push": {**push, "jwks_file": name}}),
                           ("signature", mapped("x", f"file:{name}")),
                           ("signing_key", clearbank(world, "x", f"file:{name}"))):
            answer = world.api.call("POST", "/v1/connectors", body)
            assert (answer.status, answer.code) == (422, "value_invalid"), (name, answer.body)
            said[kind].add(answer.json["detail"])
    for uri in ("env:PATH", "env:SETTLED_SECRET_X", "pkcs11:token=x", "x"):
        said["signing_key"].add(world.api.call("POST", "/v1/connectors", clearbank(world, "x", uri)).json["detail"])
        said["signature"].add(world.api.call("POST", "/v1/connectors", mapped("x", uri)).json["detail"])
    assert {kind: len(details) for kind, details in said.items()} == {"push": 1, "signature": 1, "signing_key": 1}, said
    assert world.api.with_key(None).call("GET", "/livez").status == 200
    assert world.server.stop() == 0, "it still ends when it is asked to"


def test_a_tenant_s_connector_has_the_tenant_s_own_files(new_world):
    world = new_world()
    world.secret("provider.secret", SECRET)
    made = world.operator.http.send("POST", "/v1/api-keys?tenant=other&new_tenant=true",
                                    {"Content-Type": "application/json"}, b'{"name":"theirs","scopes":["*"]}')
    theirs = Api(world.contract, made.json["key"], port=world.server.port)
    try:
        world.api.post("/v1/connectors", mapped("ours", "file:provider.secret"))
        assert send(world, "ours", text='{"event":"x","credit":{"id":"1"}}').status == 200
        for uri in ("file:provider.secret", f"file:{world.data}/secrets/main/provider.secret",
                    "file:../main/provider.secret", world.signing_key()):
            refused = theirs.call("POST", "/v1/connectors", mapped("theirs", uri))
            assert (refused.status, refused.code) == (422, "value_invalid")
        assert theirs.call("POST", "/v1/connectors", clearbank(world, "theirs", world.signing_key())).status == 422
    finally:
        theirs.http.close()
    # It is judged again whenever it is opened: a link that leads out later does not count.
    assert world.server.stop() == 0
    inside = world.data / "secrets" / "main" / "provider.secret"
    outside = world.directory / "outside.secret"
    inside.rename(outside)
    inside.symlink_to(outside)
    world.start()
    assert send(world, "ours").code == "key_unavailable"


def test_variables_are_read_once_kept_and_can_be_named_by_the_operator(new_world, monkeypatch):
    monkeypatch.setenv("SETTLED_SECRET_PROVIDER", SECRET)
    monkeypatch.setenv("SOMETHING_ELSE", SECRET)
    world = new_world()
    try:
        environment = pathlib.Path(f"/proc/{world.server.pid}/environ").read_bytes()
        assert SECRET.encode() in environment, "the one that is not ours to read"
        assert b"SETTLED_SECRET_PROVIDER=" + SECRET.encode() not in environment
    except PermissionError:
        pass  # closed to everyone but root, which is as good
    for name in ("first", "second"):
        world.operator_post("/v1/connectors", mapped(name, "env:SETTLED_SECRET_PROVIDER"))
    for name in ("first", "second"):
        assert send(world, name, text='{"event":"x","credit":{"id":"1"}}').status == 200
    refused = world.operator.call("POST", "/v1/connectors", mapped("third", "env:SOMETHING_ELSE"))
    assert refused.status == 422 and "SETTLED_SECRET_" in refused.json["detail"]


def test_a_connector_whose_key_was_never_opened_is_named_asks_again_and_comes_back_by_itself(new_world):
    world = new_world()
    world.operator_post("/v1/connectors", clearbank(world, "other", f"file:{world.sandbox.files['institution_private_key']}"))
    key = world.directory / "late.pem"
    key.write_text(pathlib.Path(world.sandbox.files["institution_private_key"]).read_text())
    key.chmod(0o600)
    world.operator_post("/v1/connectors", clearbank(world, "late", f"file:{key}"))
    assert world.server.stop() == 0
    key.chmod(0o644)
    world.start()
    iban = world.account()
    payload = settled_payload(iban, Reference="LATE 1")

    world.bank.target = "/hooks/late"
    refused = world.bank.settle(payload)
    assert (refused.status, refused.code) == (503, "key_unavailable")
    assert int(refused.headers["Retry-After"]) >= 1
    ready = world.api.with_key(None).call("GET", "/readyz")
    assert (ready.status, ready.json["connectors_unavailable"]) == (200, ["late"])
    assert "settled_connectors_unavailable 1" in world.api.with_key(None).call("GET", "/metrics").body.decode()
    world.bank.target = f"/hooks/{world.connector}"
    assert world.bank.settle(settled_payload(iban)).status == 200, "the others go on"
    line, = [line for line in world.server.log_lines("connector.unusable") if line["connector"] == "late"]
    assert "chmod 600" in json.dumps(line)

    key.chmod(0o600)
    wait_for(lambda: "connectors_unavailable" not in world.api.with_key(None).call("GET", "/readyz").json,
             "it is opened by itself")
    world.bank.target = "/hooks/late"
    world.bank.acknowledged("TransactionSettled", payload)
    assert len(world.store.rows("SELECT 1 FROM settlement WHERE reference = 'LATE 1'")) == 1


def test_an_open_key_stays_in_use_while_another_connector_is_changed(new_world):
    world = new_world()
    key = pathlib.Path(world.sandbox.files["institution_private_key"])
    content = key.read_text()
    iban = world.account()
    world.secret("provider.secret", SECRET)
    for change in (lambda: key.chmod(0o644), lambda: (key.chmod(0o600), key.write_text("no key")), key.unlink):
        change()
        name = f"another-{len(world.api.all('/v1/connectors'))}"
        world.api.post("/v1/connectors", mapped(name, "file:provider.secret"))
        world.api.patch(f"/v1/connectors/{name}", {"retention_days": 30})
        world.api.patch(f"/v1/connectors/{world.connector}", {"retention_days": 30})
        world.bank.acknowledged("TransactionSettled", settled_payload(iban))
        assert "connectors_unavailable" not in world.api.with_key(None).call("GET", "/readyz").json
    assert world.server.log_lines("connector.key_kept"), "it is said"
    key.write_text(content)
    key.chmod(0o600)
    wait_for(lambda: world.server.log_lines("connector.usable"), "the file is looked at again")
