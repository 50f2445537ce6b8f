"""Every key and secret in use is listed, with its place, its end and its age: of connectors and of the settings."""

import json
import pathlib
import sqlite3

import pytest

from support.authority import Authority
from support.bank import settled_payload
from support.postgres import is_engine, psql
from support.processes import run_settled
from support.waiting import wait_for

DAY = 86400


def settled(world, *words):
    return run_settled(*words, "--data", world.data, "--config", world.config)


def done(world, *words):
    status, output, error = settled(world, *words)
    assert status == 0, (words, output, error)
    return json.loads(output)


def found_by(world, check):
    """What doctor says under that id."""
    return json.loads(settled(world, "doctor", "--check", check)[1])["data"]


def readiness(world):
    return world.api.with_key(None).call("GET", "/readyz").json


def ends_in(world, use):
    return world.api.metrics().get(f'settled_key_expires_seconds{{connector="",use="{use}"}}')


# Secrets in files.

def test_a_secret_that_is_gone_from_its_file_is_in_use_with_its_age(new_world):
    world = new_world()
    key, iban = pathlib.Path(world.sandbox.files["institution_private_key"]), world.account()
    content = key.read_text()
    own, = [each for each in done(world, "signing-keys", "list")["data"] if each["use"] == "signing_key"]
    assert own["available"] is True and "stale_seconds" not in own
    assert world.api.metrics()["settled_secret_stale_seconds"] == 0 and "secrets_stale" not in readiness(world)
    for spoil in (key.unlink, lambda: (key.write_text("no key"), key.chmod(0o600))):
        spoil()
        stale, = wait_for(lambda: readiness(world).get("secrets_stale"), "it is said")
        assert (stale["connector"], stale["use"]) == ("clearbank", "signing_key")
        wait_for(lambda: world.api.metrics()["settled_secret_stale_seconds"] >= 1, "its age is counted")
        world.bank.acknowledged("TransactionSettled", settled_payload(iban))
        own, = [each for each in done(world, "signing-keys", "list")["data"] if each["use"] == "signing_key"]
        assert own["available"] is True and own["stale_seconds"] >= 1
        assert "s ago" in settled(world, "signing-keys", "list", "--text")[1]
        finding, = [each for each in found_by(world, "connector.custody") if "signing_key" in each["sentence"]]
        assert finding["state"] == "warning" and "its last good value is in use" in finding["sentence"]
        finding, = found_by(world, "connector.key")
        assert finding["state"] == "failed" and "its last good value has been in use for" in finding["sentence"]
        key.write_text(content)
        key.chmod(0o600)
        wait_for(lambda: "secrets_stale" not in readiness(world), "it is read again")
        assert world.api.metrics()["settled_secret_stale_seconds"] == 0


# The list.

def test_the_keys_of_the_settings_are_listed_for_those_who_look_after_the_installation(new_world):
    world = new_world()
    authority = Authority()
    certificate, key = world.directory / "kafka.pem", world.directory / "kafka.key"
    fingerprint = authority.issue(certificate, key, days=20)
    (world.directory / "ca.pem").write_text(authority.pem)
    password = world.directory / "kafka.password"
    password.write_text("a password that is no one's")
    password.chmod(0o600)
    endpoint, path = world.endpoint(events=["key.expiring"])
    assert world.server.stop() == 0
    world.write_config(f"""
[kafka]
bootstrap_servers = "localhost:1"
security_protocol = "sasl_ssl"
sasl_mechanism = "PLAIN"
sasl_username = "settled"
sasl_password = "file:{password}"
ca_certificates = "{world.directory / 'ca.pem'}"
certificate = "{certificate}"
key = "{key}"
""")
    world.start()
    listed = done(world, "signing-keys", "list")["data"]
    own = {each["use"]: each for each in listed if each["connector"] is None}
    assert {use: each["uri"] for use, each in own.items()} == {
        "master_key": f"file:{world.data}/master.key", "kafka": f"file:{key}", "kafka_password": f"file:{password}"}
    assert {each["custody"] for each in own.values()} == {"file"}
    assert own["kafka"]["fingerprint"] == fingerprint and own["master_key"]["fingerprint"] is None
    text = settled(world, "signing-keys", "list", "--text")[1]
    assert "master_key" in text and "no one's" not in text
    # Its certificate ends soon.
    assert 19 * DAY < ends_in(world, "kafka") <= 20 * DAY
    told, = world.sandbox.told(path)
    data = json.loads(told["body"])["data"]
    assert (data["connector"], data["use"], data["fingerprint"]) == (None, "kafka", fingerprint)
    assert [(each["kind"], each["id"]) for each in done(world, "status")["expiring"]] == [("kafka", f"kafka/{fingerprint}")]
    assert "the certificate for Kafka" in settled(world, "status", "--text")[1]
    finding, = [each for each in found_by(world, "key.expiry") if "Kafka" in each["sentence"]]
    assert finding["state"] == "warning" and "restart" in finding["cause"]
    # Others see those of their connectors.
    for scopes in (["connectors:read"],):
        world.api.key, admin = world.make_key(*scopes), world.api.key
        assert {each["connector"] for each in world.api.get("/v1/signing-keys")["data"]} == {"clearbank"}
        world.api.key = admin
    assert endpoint["id"]


def test_each_key_is_a_line_of_doctor(new_world):
    world = new_world()
    lines = found_by(world, "connector.custody")
    assert len(lines) == len(done(world, "signing-keys", "list")["data"])
    uses = {each["sentence"].split()[0]: each for each in lines}
    assert uses["bank_key"]["state"] == "ok" and "(" in uses["bank_key"]["sentence"]
    assert uses["signing_key"]["state"] == "warning" and "not an HSM" in uses["signing_key"]["sentence"]
    assert uses["master_key"]["subject"] == "the installation" and uses["master_key"]["state"] == "ok"


# Client certificates of endpoints.

def test_the_end_of_the_first_client_certificate_is_counted(new_world):
    world = new_world()
    assert ends_in(world, "client_certificate") is None
    assert world.server.stop() == 0  # figures of certificates are a minute old at most
    world.start()
    certificate, key = world.directory / "client.pem", world.directory / "client.key"
    for days in (50, 40, 60):
        Authority().issue(certificate, key, days=days)
        world.api.post("/v1/endpoints", {
            "url": world.sandbox.partner_tls + "/told/certified", "events": ["*"],
            "client_certificate": {"certificate": certificate.read_text(), "key": key.read_text()}})
    assert 39 * DAY < wait_for(lambda: ends_in(world, "client_certificate"), "it is counted") <= 40 * DAY


# The schema.

def change(world, sql):
    """As no program of ours does."""
    if is_engine():
        psql(world.store.url, sql + ";")
        return
    database = sqlite3.connect(world.data / "settled.db")
    with database:
        database.execute(sql)
    database.close()


def test_a_store_of_another_schema_is_named_and_not_changed(new_world):
    world = new_world()
    finding, = found_by(world, "store.schema")
    assert finding["state"] == "ok"
    ours = world.store.rows("SELECT max(version) AS version FROM schema_migration")[0]["version"]
    name = world.store.rows(f"SELECT name FROM schema_migration WHERE version = {ours}")[0]["name"]
    assert world.server.stop() == 0
    for sql, has_command in ((f"INSERT INTO schema_migration VALUES ({ours + 1}, 'later')", False),
                             (f"DELETE FROM schema_migration WHERE version >= {ours}", True)):
        change(world, sql)
        before = world.store.rows("SELECT version FROM schema_migration ORDER BY version")
        status, output, _ = settled(world, "doctor")
        found = {each["check"]: each for each in json.loads(output)["data"]}
        assert status == 1 and found["store.schema"]["state"] == "failed"
        assert str(before[-1]["version"]) in found["store.schema"]["sentence"]
        assert bool(found["store.schema"]["command"]) is has_command
        assert found["store.opens"]["state"] == "skipped", "it is said once"
        assert world.store.rows("SELECT version FROM schema_migration ORDER BY version") == before, "nothing is changed"
    change(world, f"INSERT INTO schema_migration VALUES ({ours}, '{name}')")
    assert found_by(world, "store.schema")[0]["state"] == "ok"


# Pings.

@pytest.mark.parametrize("takes", [True, False])
def test_doctor_pings_each_partner_when_it_may_call_them(new_world, takes):
    world = new_world("[delivery]\nretry_after_seconds = [0, 3600]\n")
    _, path = world.endpoint(events=["settlement.matched"])
    if not takes:
        world.sandbox.put("/partner/credentials", {"path": path, "secret": "whsec_" + "A" * 44})
    status, output, _ = settled(world, "doctor", "--connect", "--check", "endpoint.ping")
    finding, = json.loads(output)["data"]
    assert (status, finding["state"]) == ((0, "ok") if takes else (1, "failed")), finding
    assert path in finding["sentence"]
    told, = [json.loads(record["body"]) for record in world.sandbox.records(path)][:1]
    assert told["type"] == "test.ping"
