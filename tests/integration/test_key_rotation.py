"""Keys and secrets are changed while money moves: nothing is lost, and nothing that should hold is refused."""

import contextlib
import datetime
import json
import shutil
import ssl
import threading

import pytest

from support.api import Api
from support.authority import Authority, shown_certificate
from support.bank import Bank, new_key, public_pem, settled_payload
from support.http_client import HttpClient
from support.money_out import CALLS, MoneyOut
from support.processes import run_settled
from support.store import check_told
from support.waiting import wait_for

SENDERS = 3


def settled(world, *words):
    return run_settled(*words, "--data", world.data, "--config", world.config)


def done(world, *words):
    status, output, error = settled(world, *words)
    assert status == 0, (words, output, error)
    return json.loads(output)


@contextlib.contextmanager
def steady(work, threads=SENDERS):
    """`work(number)` again and again on some threads while the body runs; gives what they returned, in order of time."""
    answers, troubles, stop = [], [], threading.Event()

    def go_on(number):
        try:
            while not stop.is_set():
                answers.append(work(number))
        except Exception as trouble:  # pylint: disable=broad-exception-caught
            troubles.append(repr(trouble))
    running = [threading.Thread(target=go_on, args=(number,)) for number in range(threads)]
    for thread in running:
        thread.start()
    try:
        wait_for(lambda: len(answers) >= 20 or troubles, "it flows")
        yield answers
        seen = len(answers)
        wait_for(lambda: len(answers) >= seen + 20 or troubles, "it flows on")
    finally:
        stop.set()
        for thread in running:
            thread.join()
    assert not troubles, troubles


def banks(world, keys, tls=None):
    return [Bank(world.server.port, world.connector, key, world.sandbox.institution_key, tls=tls) for key in keys]


def stored(world):
    return world.store.counts()["settlement"]


# The bank's keys.

def test_a_bank_key_is_added_and_the_old_one_removed_under_load(new_world):
    world = new_world()
    iban, old, new = world.account(), world.sandbox.bank_key, new_key()
    file = world.directory / "next.pem"
    file.write_text(public_pem(new))
    fingerprint, = [key["fingerprint"] for key in world.api.get("/v1/connectors/clearbank")["bank_keys"]]
    signed_by = [old]  # what the bank signs with now
    ours = banks(world, [old] * SENDERS)

    def send(number):
        key = signed_by[0]
        answer = ours[number].settle(settled_payload(iban), key=key)
        return key, answer.status
    with steady(send) as answers:
        done(world, "connectors", "set", "clearbank", "--add-bank-key", file)
        signed_by[0] = new
        switched = len(answers)
        wait_for(lambda: len(answers) > switched + 20, "the bank signs with the next one")
    with steady(send) as more:
        done(world, "connectors", "set", "clearbank", "--remove-bank-key", fingerprint)
    answers += more
    assert {status for _, status in answers} == {200}
    assert answers[0][0] is old and answers[-1][0] is new
    assert stored(world) == len(answers)
    assert world.bank.settle(settled_payload(iban), key=old).code == "signature_invalid"


def test_the_last_use_of_each_bank_key_is_shown(new_world):
    world = new_world()
    second = new_key()
    file = world.directory / "second.pem"
    file.write_text(public_pem(second))
    shown = done(world, "connectors", "set", "clearbank", "--add-bank-key", file)["bank_keys"]
    assert [key["last_used_at"] for key in shown] == [None, None]
    world.bank.acknowledged("TransactionSettled", settled_payload(world.account()), version=6, key=second)

    def used():
        return [key["last_used_at"] for key in world.api.get("/v1/connectors/clearbank")["bank_keys"]][1]
    at = datetime.datetime.fromisoformat(wait_for(used, "it is kept").replace("Z", "+00:00"))
    assert (at.second, at.microsecond) == (0, 0)
    assert abs(datetime.datetime.now(datetime.timezone.utc) - at) < datetime.timedelta(minutes=3)
    listed = [key for key in done(world, "signing-keys", "list")["data"] if key["use"] == "bank_key"]
    assert [key["last_used_at"] is None for key in listed] == [True, False]
    assert world.server.stop() == 0
    world.start()
    assert used(), "a restart does not lose it"


# TLS.

@pytest.fixture
def authority():
    return Authority()


@pytest.fixture
def tls_world(new_world, authority):
    world = new_world()
    assert world.server.stop() == 0
    world.certificate, world.tls_key = world.directory / "tls.pem", world.directory / "tls.key"
    world.first = authority.issue(world.certificate, world.tls_key)
    world.write_config(f'[server]\ntls_certificate = "{world.certificate}"\ntls_key = "file:{world.tls_key}"\n')
    world.start()
    world.trust = ssl.create_default_context(cadata=authority.pem)
    return world


def replace(world, authority):
    """As certbot does: each file at once, the key after the certificate."""
    new = world.directory / "new"
    new.mkdir(exist_ok=True)
    fingerprint = authority.issue(new / "tls.pem", new / "tls.key")
    shutil.move(new / "tls.pem", world.certificate)
    shutil.move(new / "tls.key", world.tls_key)
    return fingerprint


def test_the_certificate_is_replaced_under_load_and_no_connection_is_refused(tls_world, authority):
    world = tls_world
    iban = account_of(world)
    old = banks(world, [world.sandbox.bank_key] * SENDERS, tls=world.trust)  # connections that stay open

    def send(number):
        kept = old[number].settle(settled_payload(iban))
        fresh = Bank(world.server.port, world.connector, world.sandbox.bank_key, world.sandbox.institution_key,
                     tls=world.trust)
        answer = fresh.settle(settled_payload(iban))
        fresh.http.close()
        return kept.status, answer.status
    assert shown_certificate(world.server.port, world.trust) == world.first
    with steady(send) as answers:
        second = replace(world, authority)
        wait_for(lambda: shown_certificate(world.server.port, world.trust) == second, "it is used without a restart")
    assert set(answers) == {(200, 200)}
    assert stored(world) == 2 * len(answers)
    replaced, = world.server.log_lines("tls.replaced")
    assert replaced["fingerprint"] == second


def account_of(world):
    """Over the control socket, which has no TLS."""
    return world.operator_post("/v1/accounts", {"iban": "GB57CLRB04040100057354", "name": "Shop Ltd"})["iban"]


def metric(world, name):
    http = HttpClient(world.server.port, tls=world.trust)
    try:
        text = http.send("GET", "/metrics").body.decode()
    finally:
        http.close()
    return next((float(line.split()[-1]) for line in text.splitlines() if line.startswith(name)), None)


def ready(world):
    http = HttpClient(world.server.port, tls=world.trust)
    try:
        return http.send("GET", "/readyz").json
    finally:
        http.close()


def test_a_certificate_that_cannot_be_used_leaves_the_old_one_and_alarms(tls_world, authority):
    world = tls_world
    available = 'settled_key_available{connector="",use="tls"}'
    assert metric(world, available) == 1
    assert 80 * 86400 < metric(world, 'settled_key_expires_seconds{connector="",use="tls"}') < 90 * 86400
    good = world.tls_key.read_text()
    for spoil in (lambda: world.certificate.write_text("no certificate"), world.certificate.unlink,
                  lambda: Authority().issue(world.certificate, world.directory / "other.key"),
                  lambda: world.tls_key.chmod(0o644)):
        spoil()
        wait_for(lambda: ready(world).get("tls") == "kept", "it is said")
        assert metric(world, available) == 0 and shown_certificate(world.server.port, world.trust) == world.first
        world.tls_key.write_text(good)
        world.first = replace(world, authority)
        good = world.tls_key.read_text()
        wait_for(lambda: shown_certificate(world.server.port, world.trust) == world.first, "what can be used is used")
        wait_for(lambda: "tls" not in ready(world), "and it is said")
        assert metric(world, available) == 1
    assert world.server.log_lines("tls.kept")


# Tokens.

def test_the_bank_token_is_replaced_while_orders_are_paid(new_world):
    world = new_world(CALLS)
    money = MoneyOut(world)
    token = world.directory / "bank.token"
    token.write_text(open(world.sandbox.files["api_token"], encoding="ascii").read())
    token.chmod(0o600)
    done(world, "connectors", "set", "clearbank", "--api-token", f"file:{token}")
    orders = [money.order() for _ in range(5)]
    good = token.read_text()
    token.write_text("a token that the bank does not know")

    def is_refused():
        orders.append(money.order())
        return world.api.get("/v1/connectors/clearbank")["failing"]
    wait_for(is_refused, "the bank refuses it", every=0.2)
    token.write_text(good)
    orders += [money.order() for _ in range(5)]
    assert {money.until(order, "settled")["status"] for order in orders} == {"settled"}


# API keys.

def test_an_api_key_is_rotated_under_load_and_both_work_for_the_overlap(new_world):
    world = new_world()
    iban = world.account()
    key, = [each for each in world.api.all("/v1/api-keys") if each["name"] == "a test's"]
    using = [world.key]
    clients = [Api(world.contract, world.key, port=world.server.port) for _ in range(SENDERS)]
    numbers = iter(range(1_000_000))
    lock = threading.Lock()

    def register(which):
        with lock:
            number = next(numbers)
        clients[which].key = using[0] if which else world.key  # one client is late
        answer = clients[which].call("POST", "/v1/payments", {
            "client_id": f"rotated-{number}", "amount": {"value": "1.00", "currency": "GBP"}, "payee": {"iban": iban}})
        return answer.status
    with steady(register) as answers:
        new = done(world, "keys", "rotate", key["id"], "--overlap", "1h")
        using[0] = new["key"]
    assert set(answers) == {201}
    assert len(world.store.rows("SELECT 1 FROM payment WHERE client_id LIKE 'rotated-%'")) == len(answers)


def ends_in(world):
    """The API key that ends first, in seconds, as the metrics have it; 0: none does."""
    lines = world.api.call("GET", "/metrics").body.decode().splitlines()
    name = 'settled_key_expires_seconds{connector="",use="api_key"} '
    return next((float(line.removeprefix(name)) for line in lines if line.startswith(name)), 0)


def test_the_last_use_of_each_api_key_is_shown(new_world):
    world = new_world()
    made = done(world, "keys", "create", "--name", "batch", "--scopes", "payments:read", "--expires-in", "10d")
    assert made["last_used_at"] is None

    def shown(key):
        return next(each for each in done(world, "keys", "list")["data"] if each["id"] == key)["last_used_at"]
    client = Api(world.contract, made["key"], port=world.server.port)
    assert client.call("GET", "/v1/payments").status == 200
    at = datetime.datetime.fromisoformat(wait_for(lambda: shown(made["id"]), "it is kept").replace("Z", "+00:00"))
    assert (at.second, at.microsecond) == (0, 0)
    assert abs(datetime.datetime.now(datetime.timezone.utc) - at) < datetime.timedelta(minutes=3)
    wait_for(lambda: 9 * 86400 < ends_in(world) <= 10 * 86400, "its end is counted")
    other = done(world, "keys", "create", "--name", "idle", "--scopes", "payments:read")
    assert world.server.stop() == 0
    world.start()
    assert shown(made["id"]) and shown(other["id"]) is None, "a restart does not lose it"
    assert "LAST USED" in settled(world, "keys", "list", "--text")[1]


# Endpoints' secrets.

def test_an_endpoint_secret_is_rotated_under_load_and_every_delivery_is_verified(new_world):
    world = new_world("[matching]\nwatermark_seconds = 1\nunmatched_after_seconds = 1\n")
    iban = world.account()
    endpoint, path = world.endpoint(events=["settlement.unmatched"])
    ours = banks(world, [world.sandbox.bank_key] * SENDERS)
    with steady(lambda number: ours[number].settle(settled_payload(iban)).status) as answers:
        rotated = world.api.patch(f"/v1/endpoints/{endpoint['id']}",
                                 {"rotate_secret": True, "previous_secret_expires_in": 3600})
        assert rotated["secret"] != endpoint["secret"]
        world.sandbox.put("/partner/credentials", {"path": path, "secret": rotated["secret"]})
    assert set(answers) == {200}

    def all_told():
        verified = {record["id"] for record in world.sandbox.records(path) if record["status"] == 200}
        return verified if len(verified) == len(answers) else None
    told = wait_for(all_told, "every settlement is told and verified")
    records = world.sandbox.records(path)
    assert {record["status"] for record in records} == {200}, "old and new sign for the overlap"
    assert check_told(records, world.store) == told
