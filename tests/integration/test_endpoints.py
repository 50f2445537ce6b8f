"""Endpoints with schedules, order, proofs, rules of success and formats of their own; those who poll."""

import base64
import hashlib
import hmac
import http.client
import json
import secrets
import threading

import pytest

from support.api import Api
from support.clock import Clock
from support.postgres import is_engine
from support.processes import run_settled
from support.waiting import wait_for
from test_delivery import all_done, delivery_to, outcomes, settle_one


@pytest.fixture
def endpoint(shared):
    """An endpoint with any members, deleted after its test: (endpoint, path)."""
    made = []

    def make(events=("settlement.matched",), tls=False, **rest):
        path = f"/own/{secrets.token_hex(8)}"
        root = shared.sandbox.partner_tls if tls else shared.sandbox.partner
        made.append((shared.api.post("/v1/endpoints", {"url": root + path, "events": list(events), **rest}), path))
        return made[-1]
    yield make
    shared.sandbox.mode("ok")
    for one, path in made:
        shared.sandbox.mode("ok", path)
        shared.api.delete(f"/v1/endpoints/{one['id']}")


def header(record, name):
    return {key.lower(): value for key, value in record["headers"].items()}.get(name.lower())


# Schedules

@pytest.fixture
def clock(tmp_path):
    return Clock(tmp_path / "clock")


@pytest.mark.skipif(is_engine(), reason="the database's clock is the one that counts")
@pytest.mark.parametrize("batch", [False, True])
def test_an_interval_holds_over_a_restart_and_a_change_of_the_clock(new_world, clock, batch):
    world = new_world("[matching]\nunmatched_after_seconds = 1\nwatermark_seconds = 0", serve=False)
    world.start(variables=clock.variables)
    world.set_up()
    path = f"/interval/{batch}"
    made = world.api.post("/v1/endpoints", {"url": world.sandbox.partner + path, "events": ["settlement.matched"],
                                            "schedule": {"interval_seconds": 3600, "batch": batch}})
    assert made["schedule"]["next_at"] is not None
    for number in range(3):
        settle_one(world, f"GATHERS {number}")
    wait_for(lambda: len(world.api.all(f"/v1/deliveries?endpoint={made['id']}")) == 3, "three are owed")
    world.server.stop()
    clock.set(2 * 3600)
    world.start(variables=clock.variables)
    records = world.sandbox.told(path, 1 if batch else 3)
    wait_for(lambda: not world.store.undelivered(), "all are delivered")
    bodies = [json.loads(record["body"]) for record in world.sandbox.records(path)]
    events = [event["id"] for event in (bodies[0]["data"]["events"] if batch else bodies)]
    assert len(bodies) == (1 if batch else 3) and len(set(events)) == 3
    deliveries = world.api.all(f"/v1/deliveries?endpoint={made['id']}")
    assert [delivery["event_id"] for delivery in reversed(deliveries)] == events, "in their order"
    if batch:
        assert {delivery["batch_id"] for delivery in deliveries} == {records[0]["id"]} == {bodies[0]["id"]}


def test_a_ping_does_not_wait_for_the_interval(shared, endpoint):
    made, path = endpoint(schedule={"interval_seconds": 3600})
    shared.api.post(f"/v1/endpoints/{made['id']}/ping")
    assert json.loads(shared.sandbox.told(path)[0]["body"])["type"] == "test.ping"
    assert shared.api.patch(f"/v1/endpoints/{made['id']}", {"schedule": None})["schedule"] == {
        "interval_seconds": None, "batch": False, "next_at": None}


# Proofs

def test_an_endpoint_may_be_proved_to_by_a_key_that_is_published(shared, endpoint):
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    made, path = endpoint(auth={"type": "signature", "algorithms": ["v1", "v1a"]})
    settle_one(shared)
    record = shared.sandbox.told(path)[0]
    signatures = header(record, "webhook-signature").split(" ")
    assert [signature.split(",")[0] for signature in signatures] == ["v1", "v1a"]
    message = f"{header(record, 'webhook-id')}.{header(record, 'webhook-timestamp')}.{record['body']}".encode()
    secret = base64.b64decode(made["secret"].removeprefix("whsec_"))
    assert signatures[0] == "v1," + base64.b64encode(hmac.digest(secret, message, hashlib.sha256)).decode()
    keys = {key["kid"]: key for key in shared.api.with_key(None).get("/.well-known/jwks.json")["keys"]}
    published = base64.urlsafe_b64decode(keys[made["key_id"]]["x"] + "=")
    assert base64.b64decode(made["public_key"].removeprefix("whpk_")) == published
    Ed25519PublicKey.from_public_bytes(published).verify(base64.b64decode(signatures[1][4:]), message)


def test_a_rotated_secret_signs_with_the_old_until_the_overlap_ends(shared, endpoint):
    made, path = endpoint(auth={"type": "signature", "algorithms": ["v1", "v1a"]})
    rotated = shared.api.patch(f"/v1/endpoints/{made['id']}", {"rotate_secret": True, "previous_secret_expires_in": 600})
    assert rotated["secret"] != made["secret"] and rotated["key_id"] != made["key_id"]
    settle_one(shared)
    record = shared.sandbox.told(path)[0]
    signatures = header(record, "webhook-signature").split(" ")
    message = f"{header(record, 'webhook-id')}.{header(record, 'webhook-timestamp')}.{record['body']}".encode()
    by = [("v1," + base64.b64encode(hmac.digest(base64.b64decode(secret.removeprefix("whsec_")), message,
                                                hashlib.sha256)).decode()) for secret in (rotated["secret"], made["secret"])]
    assert [signature for signature in signatures if signature.startswith("v1,")] == by, "the new one first"
    kids = {key["kid"] for key in shared.api.with_key(None).get("/.well-known/jwks.json")["keys"]}
    assert {rotated["key_id"], made["key_id"]} <= kids
    at_once = shared.api.patch(f"/v1/endpoints/{made['id']}", {"rotate_secret": True})
    kids = {key["kid"] for key in shared.api.with_key(None).get("/.well-known/jwks.json")["keys"]}
    assert at_once["key_id"] in kids


def test_an_http_message_is_signed_by_rfc_9421(shared, endpoint):
    made, path = endpoint(auth=[{"type": "rfc9421", "algorithm": "hmac-sha256"}, {"type": "bearer", "token": "t-1"}])
    settle_one(shared)
    record = shared.sandbox.told(path)[0]
    assert header(record, "Authorization") == "Bearer t-1"
    digest = base64.b64encode(hashlib.sha256(record["body"].encode()).digest()).decode()
    assert header(record, "Content-Digest") == f"sha-256=:{digest}:"
    parameters = header(record, "Signature-Input").removeprefix("sig1=")
    names = ["@method", "@target-uri", "content-digest", "content-type", "webhook-id", "webhook-timestamp"]
    assert parameters.startswith("(" + " ".join(f'"{name}"' for name in names) + ");created=")
    assert parameters.endswith(f';keyid="{made["id"]}";alg="hmac-sha256"')
    values = {"@method": "POST", "@target-uri": shared.sandbox.partner + path}
    base = "".join(f'"{name}": {values.get(name) or header(record, name)}\n' for name in names)
    base += f'"@signature-params": {parameters}'
    secret = base64.b64decode(made["secret"].removeprefix("whsec_"))
    expected = base64.b64encode(hmac.digest(secret, base.encode(), hashlib.sha256)).decode()
    assert header(record, "Signature") == f"sig1=:{expected}:"


def test_headers_of_the_client_are_sent_and_never_shown(shared, endpoint):
    made, path = endpoint(auth={"type": "headers", "headers": {"X-Key": "k-1", "Authorization": "Custom c-1"}})
    assert made["auth"] == {"type": "headers", "header_names": ["X-Key", "Authorization"]} and "secret" not in made
    settle_one(shared)
    record = shared.sandbox.told(path)[0]
    assert (header(record, "X-Key"), header(record, "Authorization")) == ("k-1", "Custom c-1")


def test_an_oauth2_token_is_fetched_once_under_load_and_anew_when_it_is_refused(shared, endpoint):
    tokens = f"/token/{secrets.token_hex(8)}"
    shared.sandbox.mode("ok", tokens, body='{"access_token":"first","token_type":"Bearer","expires_in":600}')
    made, path = endpoint(auth={"type": "oauth2", "token_url": shared.sandbox.partner + tokens, "client_id": "c d",
                                "client_secret": "s&", "scope": "notify"})
    for number in range(8):
        settle_one(shared, f"TOKEN {number}")
    records = shared.sandbox.told(path, 8)
    assert {header(record, "Authorization") for record in records} == {"Bearer first"}
    asked, = shared.sandbox.records(tokens)
    assert asked["body"] == "grant_type=client_credentials&scope=notify"
    assert header(asked, "Authorization") == "Basic " + base64.b64encode(b"c%20d:s%26").decode()
    shared.sandbox.mode("ok", tokens, body='{"access_token":"second","expires_in":600}')
    shared.sandbox.mode("status", path, status=401, count=1)
    settle_one(shared)
    delivery = delivery_to(shared, made, "done")
    assert outcomes(delivery) == ["delivered"], "the token is fetched anew within the attempt"
    assert header(shared.sandbox.records(path)[-1], "Authorization") == "Bearer second"
    assert len(shared.sandbox.records(tokens)) == 2
    shared.api.patch(f"/v1/endpoints/{made['id']}", {"auth": {
        "type": "oauth2", "token_url": shared.sandbox.partner + tokens, "client_id": "c", "client_secret": "x",
        "client_auth": "body"}})
    shared.sandbox.mode("status", tokens, status=500)
    settle_one(shared)
    wait_for(lambda: shared.api.all(f"/v1/deliveries?endpoint={made['id']}")[0]["outcome"] == "token_failed", "no token")
    shared.sandbox.mode("ok", tokens, body='{"access_token":"third"}')
    delivery = delivery_to(shared, made, "done")
    assert set(outcomes(delivery)[:-1]) == {"token_failed"} and outcomes(delivery)[-1] == "delivered"
    assert shared.sandbox.records(tokens)[-1]["body"] == "grant_type=client_credentials&client_id=c&client_secret=x"


def test_the_only_roots_that_count_are_those_of_the_endpoint(shared, endpoint):
    with open(shared.sandbox.files["partner_authority"], encoding="ascii") as file:
        authority = file.read()
    made, path = endpoint(tls=True, trusted_ca=authority)
    settle_one(shared)
    shared.sandbox.told(path)
    other, _ = make_authority()
    shared.api.patch(f"/v1/endpoints/{made['id']}", {"trusted_ca": other})
    settle_one(shared)
    wait_for(lambda: shared.api.all(f"/v1/deliveries?endpoint={made['id']}")[0]["outcome"] == "tls_failed",
             "another authority's certificates are refused")
    assert len(shared.sandbox.records(path)) == 1
    shared.api.patch(f"/v1/endpoints/{made['id']}", {"trusted_ca": None})
    delivery_to(shared, made, "done")


def make_authority(common_name="settled test client"):
    """A certificate that signs itself, for localhost too, and its key, as PEM."""
    import datetime
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, common_name)])
    now = datetime.datetime.now(datetime.timezone.utc)
    certificate = (x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
                   .serial_number(1).not_valid_before(now - datetime.timedelta(days=1))
                   .not_valid_after(now + datetime.timedelta(days=1))
                   .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
                   .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
                   .sign(key, hashes.SHA256()))
    return (certificate.public_bytes(serialization.Encoding.PEM).decode(),
            key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
                              serialization.NoEncryption()).decode())


def test_a_client_certificate_is_shown_to_a_partner_that_asks_for_one(shared, endpoint, tmp_path):
    import http.server
    import ssl
    certificate, key = make_authority()
    (tmp_path / "client.pem").write_text(certificate)
    own, own_key = make_authority("a partner")
    (tmp_path / "own.pem").write_text(own + own_key)
    seen = []

    class Partner(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            self.rfile.read(int(self.headers["Content-Length"]))
            seen.append(dict(x[0] for x in self.connection.getpeercert()["subject"]))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_):
            pass
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "own.pem")
    context.load_verify_locations(tmp_path / "client.pem")
    context.verify_mode = ssl.CERT_REQUIRED
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Partner)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        made, _ = endpoint(client_certificate={"certificate": certificate, "key": key}, trusted_ca=own)
        assert made["client_certificate"] == certificate and "PRIVATE" not in json.dumps(made)
        shared.api.patch(f"/v1/endpoints/{made['id']}", {"url": f"https://localhost:{server.server_port}/"})
        settle_one(shared)
        delivery_to(shared, made, "done")
        assert seen == [{"commonName": "settled test client"}]
    finally:
        server.shutdown()


# Rules of success

@pytest.mark.parametrize("rule,wrong,right", [
    ({"body": {"equals": "OK"}}, "KO", "OK"),
    ({"body": {"contains": "[accepted]"}}, "[rejected]", "now [accepted]"),
    ({"body": {"at": "/status", "is": ["ok"]}}, '{"status":"no"}', '{"status":"ok"}'),
], ids=["equals", "contains", "field"])
def test_a_2xx_that_breaks_the_rule_of_success_is_tried_again(shared, endpoint, rule, wrong, right):
    made, path = endpoint(success=rule)
    shared.sandbox.mode("ok", path, body=wrong)
    settle_one(shared)
    wait_for(lambda: shared.sandbox.records(path), "a first attempt")
    shared.sandbox.mode("ok", path, body=right)
    delivery = delivery_to(shared, made, "done")
    assert set(outcomes(delivery)[:-1]) == {"success_rule"} and outcomes(delivery)[-1] == "delivered"


def test_a_signed_echo_of_the_nonce_is_demanded(shared, endpoint):
    key = shared.sandbox.get("/partner/nonce-key")["public_key"]
    made, path = endpoint(success={"signed_nonce": {"public_key": key}})
    settle_one(shared)
    wait_for(lambda: shared.sandbox.records(path), "a first attempt")
    shared.sandbox.mode("nonce", path)
    delivery = delivery_to(shared, made, "done")
    assert set(outcomes(delivery)[:-1]) == {"success_rule"} and outcomes(delivery)[-1] == "delivered"
    nonces = [header(record, "webhook-nonce") for record in shared.sandbox.records(path)]
    assert len(set(nonces)) == len(nonces) and all(nonce.isdigit() for nonce in nonces)


@pytest.mark.parametrize("mode,outcome", [("half", "peer_closed")])
def test_a_2xx_whose_body_is_cut_is_no_delivery(shared, endpoint, mode, outcome):
    made, path = endpoint()
    shared.sandbox.mode(mode, path, count=1)
    settle_one(shared)
    assert outcomes(delivery_to(shared, made, "done")) == [outcome, "delivered"]


# Formats

def test_a_cloudevent_is_sent_only_after_the_partner_has_agreed(new_world):
    world = new_world("[server]\npublic_url = \"https://settled.example\"\n[delivery]\nretry_after_seconds = [1, 1, 1]\n"
                      "[matching]\nunmatched_after_seconds = 1\nwatermark_seconds = 1")
    path = "/cloudevents"
    made = world.api.post("/v1/endpoints", {"url": world.sandbox.partner + path, "events": ["settlement.matched"],
                                            "format": "cloudevents", "cloudevents_mode": "binary"})
    settle_one(world)
    wait_for(lambda: world.api.get(f"/v1/endpoints/{made['id']}")["handshake"]["state"] == "refused", "no consent yet")
    assert not world.sandbox.records(path)
    world.sandbox.put("/partner/consent", {"path": path, "origin": "settled.example", "rate": "120"})
    record, = world.sandbox.told(path)
    assert world.api.get(f"/v1/endpoints/{made['id']}")["handshake"] == {"state": "granted", "rate_per_minute": 120}
    event = world.api.get(f"/v1/events/{header(record, 'ce-id')}")
    assert json.loads(record["body"]) == event["data"]
    assert header(record, "ce-source") == "urn:settled:main" and header(record, "ce-specversion") == "1.0"
    assert header(record, "ce-subject") == event["subject"] and header(record, "webhook-id") == event["id"]
    assert header(record, "WebHook-Request-Origin") == "settled.example"


def test_a_clearmatch_message_links_to_what_a_scoped_token_may_read(new_world):
    world = new_world("[server]\npublic_url = \"https://settled.example\"\n"
                      "[matching]\nunmatched_after_seconds = 1\nwatermark_seconds = 1")
    path = "/clearmatch"
    world.api.post("/v1/endpoints", {"url": world.sandbox.partner + path, "events": ["settlement.matched"],
                                     "format": "clearmatch", "partner_code": "P1"})
    client_id = settle_one(world)
    message = json.loads(world.sandbox.told(path)[0]["body"])
    assert set(message) == {"id", "content", "notificationType", "partnerCode", "eventDescription", "eventTime"}
    assert (message["id"], message["partnerCode"], message["notificationType"]) == (client_id, "P1", "settlement.matched")
    reader = world.api.with_key(world.make_key("payments:read", "settlements:read"))
    assert reader.get(message["content"].removeprefix("https://settled.example"))["status"] == "matched"


def test_a_format_that_needs_an_address_of_ours_is_refused_without_one(shared):
    for body in ({"format": "clearmatch"}, {"format": "cloudevents"}):
        answer = shared.api.call("POST", "/v1/endpoints", {"url": shared.sandbox.partner, **body})
        assert (answer.status, answer.code) == (422, "value_invalid")


# Recovery

def test_recovery_delivers_what_was_missed_cancelled_and_given_up(shared, endpoint, contract):
    made, path = endpoint()
    _, witness = endpoint(events=["endpoint.disabled", "endpoint.recovered", "delivery.dead"])
    target = f"/v1/endpoints/{made['id']}"
    shared.sandbox.mode("status", path, status=500)
    settle_one(shared, "DIES")
    dead = delivery_to(shared, made, "dead")
    settle_one(shared, "CANCELLED")
    wait_for(lambda: len(shared.api.all(f"/v1/deliveries?endpoint={made['id']}")) == 2, "it is owed")
    shared.api.patch(target, {"status": "disabled"})
    wait_for(lambda: shared.api.all(f"/v1/deliveries?endpoint={made['id']}&status=cancelled"), "it is cancelled")
    missed = settle_one(shared, "MISSED")
    wait_for(lambda: [e for e in shared.api.all("/v1/events?order=oldest&type=settlement.matched") if missed in json.dumps(e)],
             "it happened")
    shared.sandbox.mode("ok", path)
    assert shared.api.patch(target, {"status": "active"})["missed_since"] is not None

    def finished(body):
        begun = shared.api.post(f"{target}/recover", body)
        return wait_for(lambda: (lambda r: r if r["status"] == "done" else None)(
            shared.api.get(f"/v1/redeliveries/{begun['id']}")), "it is done")
    counted = finished({"dry_run": True})
    assert (counted["total"], counted["queued"]) == (3, 0)
    done = finished({})
    assert (done["total"], done["queued"]) == (3, 3)
    wait_for(lambda: all_done(shared, made), "all have come")
    taken = [r for r in shared.sandbox.records(path) if r["status"] == 200]
    bodies = [r["body"] for r in taken]
    assert len({r["id"] for r in taken}) == 3
    assert {r["body"] for r in shared.sandbox.records(path) if r["id"] == dead["event_id"]} == {
        body for body in bodies if json.loads(body)["id"] == dead["event_id"]}, "the same bytes"
    assert shared.api.get(target)["missed_since"] is None
    assert finished({"status": ["done"], "dry_run": True})["total"] == 3
    told = [contract.check_event(record) for record in shared.sandbox.told(witness, 3)]
    assert {event["type"] for event in told} == {"endpoint.disabled", "endpoint.recovered", "delivery.dead"}
    assert next(e for e in told if e["type"] == "delivery.dead")["data"]["cause"] == "http_500"


def test_deliveries_of_a_paused_endpoint_wait_until_it_is_resumed(shared, endpoint):
    made, path = endpoint()
    _, witness = endpoint()
    target = f"/v1/endpoints/{made['id']}"
    assert shared.api.patch(target, {"status": "paused", "reason": "their database moves"})["status"] == "paused"
    settle_one(shared, "WAITS")
    shared.sandbox.told(witness, 1)
    waiting = shared.api.all(f"/v1/deliveries?endpoint={made['id']}")
    assert [(one["status"], one["attempts_made"]) for one in waiting] == [("queued", 0)]
    assert not shared.sandbox.records(path)
    assert shared.api.patch(target, {"status": "active"})["status"] == "active"
    shared.sandbox.told(path, 1)
    wait_for(lambda: all_done(shared, made), "it has come")


def test_the_command_line_redelivers_one_and_many(shared, endpoint):
    made, path = endpoint()
    settle_one(shared)
    delivery = delivery_to(shared, made, "done")
    local = ["--data", shared.data, "--json"]
    status, output, error = run_settled("redeliver", delivery["id"], *local)
    assert status == 0, error
    shared.sandbox.told(path, 2)
    status, output, error = run_settled("redeliver", "--endpoint", made["id"], "--status", "done", "--dry-run", *local)
    assert status == 0 and json.loads(output)["total"] == 1, (output, error)
    status, output, error = run_settled("redeliver", "--endpoint", made["id"], "--status", "done", *local)
    assert (status, output) == (2, "") and "--yes" in error, "a pipe is not asked"
    status, output, error = run_settled("redeliver", "--endpoint", made["id"], "--status", "done", "--yes", *local)
    assert status == 0 and json.loads(output)["queued"] == 1, (output, error)
    shared.sandbox.told(path, 3)
    status, output, error = run_settled("endpoints", "show", made["id"], *local)
    assert status == 0 and json.loads(output)["health"]["state"] == "ok", (output, error)
    assert run_settled("redeliver", *local)[0] == 2


def test_a_delivery_that_waits_is_due_now_when_it_is_redelivered(shared, endpoint):
    made, path = endpoint(retry_after_seconds=[3600])
    shared.sandbox.mode("status", path, status=429, retry_after="3600", count=1)
    settle_one(shared)
    waiting = wait_for(lambda: [d for d in shared.api.all(f"/v1/deliveries?endpoint={made['id']}") if d["attempts_made"]],
                       "it waits")[0]
    assert shared.api.post(f"/v1/deliveries/{waiting['id']}/redeliver")["status"] == "queued"
    delivery_to(shared, made, "done")


# Those who poll

def all_placed(world):
    """Waits until the events of earlier tests have their places in the feed."""
    wait_for(lambda: not world.store.rows("SELECT id FROM feed_waiting"), "all have their place")


def test_a_long_poll_ends_when_something_comes(shared, contract):
    all_placed(shared)
    cursor = shared.api.get("/v1/events?order=oldest&after=end")["next"]
    empty = shared.api.get(f"/v1/events?order=oldest&after={cursor}&wait=1")
    assert (empty["data"], empty["next"]) == ([], cursor)
    other = Api(contract, shared.key, port=shared.server.port)
    pages = []
    reader = threading.Thread(target=lambda: pages.append(
        other.get(f"/v1/events?order=oldest&after={cursor}&wait=30")))
    reader.start()
    settle_one(shared)
    reader.join()
    page, = pages
    assert page["data"] and page["next"] != cursor
    again = shared.api.get(f"/v1/events?order=oldest&after={page['data'][0]['id']}")
    assert page["data"][0]["id"] not in [event["id"] for event in again["data"]]


def test_server_sent_events_go_on_after_the_last_that_was_seen(shared):
    settle_one(shared)
    wait_for(lambda: shared.api.get("/v1/events?limit=1")["data"], "an event")
    first, second = shared.api.get("/v1/events?order=oldest&limit=2")["data"]

    def read(**headers):
        connection = http.client.HTTPConnection("127.0.0.1", shared.server.port, timeout=20)
        try:
            connection.request("GET", "/v1/events?order=oldest", headers={
                "Authorization": f"Bearer {shared.key}", "Accept": "text/event-stream", **headers})
            response = connection.getresponse()
            assert response.headers["Content-Type"].startswith("text/event-stream")
            fields = {}
            while "data" not in fields:
                line = response.readline().decode().rstrip("\n")
                if ": " in line and not line.startswith(":"):
                    name, value = line.split(": ", 1)
                    fields[name] = value
            return fields
        finally:
            connection.close()
    seen = read()
    assert (seen["id"], seen["event"]) == (first["id"], first["type"]) and json.loads(seen["data"]) == first
    assert read(**{"Last-Event-ID": first["id"]})["id"] == second["id"]


def test_a_consumer_keeps_its_place_and_its_filter(shared):
    name = "books"
    all_placed(shared)
    shared.api.call("PUT", f"/v1/consumers/{name}", {"events": ["settlement.matched"],
                                                     "filter": [{"at": "/data/settlement/scheme", "is": ["FasterPayments"]}]})
    settle_one(shared)
    page = wait_for(lambda: (lambda p: p if p["data"] else None)(shared.api.get(f"/v1/consumers/{name}/events?wait=10")),
                    "the event")
    assert {event["type"] for event in page["data"]} == {"settlement.matched"}
    shared.api.post(f"/v1/consumers/{name}/cursor", {"after": page["next"]})
    assert shared.api.get(f"/v1/consumers/{name}/events")["data"] == []
    shared.api.post(f"/v1/consumers/{name}/cursor", {"after": page["data"][0]["id"]})
    shared.api.delete(f"/v1/consumers/{name}")


def test_the_catalogue_describes_what_is_really_sent(shared, endpoint):
    import jsonschema
    made, path = endpoint(events=["*"])
    settle_one(shared)
    shared.api.post(f"/v1/endpoints/{made['id']}/ping")
    schemas = {each["type"]: each["schema"] for each in shared.api.get("/v1/event-types")["data"]}
    for record in shared.sandbox.told(path, 2):
        event = json.loads(record["body"])
        jsonschema.Draft202012Validator(schemas[event["type"]]).validate(event)
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.Draft202012Validator(schemas[event["type"]]).validate({**event, "more": 1})


def test_the_catalogue_is_made_of_the_contract():
    import subprocess
    import sys
    from support.places import ROOT
    done = subprocess.run([sys.executable, ROOT / "tools" / "make_event_types.py", "--check"], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout
