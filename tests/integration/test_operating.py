"""The program as its operator meets it: commands, settings, TLS, signals, a second server."""

import json
import os
import pathlib
import signal
import ssl
import stat
import tempfile
import threading
import warnings

import pytest

from support.api import Api
from support.bank import Bank, new_key, private_pem, public_pem, settled_payload
from support.postgres import is_engine
from support.processes import Server, run_settled
from support.waiting import wait_for


def settled(world, *arguments):
    return run_settled(*arguments, "--data", world.data, "--config", world.config)


def test_the_help_names_every_command():
    status, output, _ = run_settled("--help")
    assert status == 0
    for command in ("serve", "sandbox", "keys", "connectors", "check-config"):
        assert command in output


def test_a_server_needs_no_settings_file(tmp_path, contract):
    server = Server(None, tmp_path / "server.log", cwd=tmp_path)
    try:
        assert server.data == tmp_path / "data" and server.socket.exists()
        api = Api(contract, port=server.port)
        assert api.call("GET", "/livez").json == {"status": "alive"}
        assert api.call("GET", "/readyz").json == {"status": "ready"}
        assert "settled_store_can_commit" in api.metrics()
        assert api.call("GET", "/v1/payments").code == "credentials_missing"
        api.http.close()
        mode = stat.S_IMODE(os.stat(server.data).st_mode)
        assert mode & 0o077 == 0, f"the data directory is open to others: {mode:o}"
        for name in ("master.key", "control.sock"):
            assert stat.S_IMODE(os.stat(server.data / name).st_mode) & 0o077 == 0, name
    finally:
        assert server.stop() == 0
    assert not (tmp_path / "data" / "control.sock").exists()


@pytest.mark.parametrize("is_up", [True, False], ids=["server up", "server down"])
def test_keys_and_connectors_work_with_the_server_up_and_down(new_world, is_up):
    world = new_world()
    if not is_up:
        assert world.server.stop() == 0
    status, output, error = settled(world, "keys", "create", "--name", "ops", "--scopes", "payments:read,events:read")
    assert status == 0, error
    made = json.loads(output)
    assert made["scopes"] == ["payments:read", "events:read"]
    status, output, _ = settled(world, "keys", "list")
    assert status == 0 and made["key"] not in output
    assert made["id"] in [key["id"] for key in json.loads(output)["data"]]
    world.add_connector("second")
    status, output, _ = settled(world, "connectors", "list")
    assert status == 0 and {"clearbank", "second"} == {s["name"] for s in json.loads(output)["data"]}
    status, _, error = settled(world, "connectors", "add", "second", "--signing-key",
                               f"file:{world.sandbox.files['institution_private_key']}",
                               "--bank-key", world.sandbox.files["bank_public_key"])
    assert status != 0 and "connector_conflict" in error
    if not is_up:
        world.start()
    key = world.api.with_key(made["key"])
    assert key.call("GET", "/v1/payments").status == 200
    assert key.call("GET", "/v1/accounts").code == "scope_missing"
    assert settled(world, "keys", "revoke", made["id"])[0] == 0
    assert key.call("GET", "/v1/payments").code == "credentials_invalid"


def test_a_connector_added_while_the_server_runs_works_at_once(new_world):
    world = new_world()
    key = new_key()
    (world.directory / "their.pem").write_text(public_pem(key))
    bank = Bank(world.server.port, "newcomer", key, world.sandbox.institution_key)
    assert bank.send("FITestEvent", "test me").status == 404
    world.add_connector("newcomer", [world.directory / "their.pem"])
    bank.acknowledged("FITestEvent", "test me")
    bank.http.close()


def test_the_bank_changes_its_key_under_load_and_no_webhook_is_lost(new_world):
    world = new_world()
    iban, old, new = world.account(), world.sandbox.bank_key, new_key()
    answers, stop = [], threading.Event()
    current = [old]

    def send():
        bank = Bank(world.server.port, world.connector, old, world.sandbox.institution_key)
        while not stop.is_set():
            payload = settled_payload(iban)
            answer = bank.settle(payload, key=current[0])
            answers.append((payload["TransactionId"], bank.is_acknowledged(answer, answer.nonce)))
        bank.http.close()
    threads = [threading.Thread(target=send) for _ in range(3)]
    for thread in threads:
        thread.start()
    try:
        def more(count=15):
            seen = len(answers)
            wait_for(lambda: len(answers) >= seen + count, "more webhooks")
        more()
        world.api.patch("/v1/connectors/clearbank", {"bank_keys": [public_pem(old), public_pem(new)]})
        more()
        current[0] = new
        more()  # also: all that was signed with the old key has been answered
        world.api.patch("/v1/connectors/clearbank", {"bank_keys": [public_pem(new)]})
        more()
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    assert all(good for _, good in answers)
    assert {transaction for transaction, _ in answers} == world.store.transaction_ids()
    assert world.bank.settle(settled_payload(iban), key=old).code == "signature_invalid"


def test_check_config_names_every_problem_with_file_and_line(tmp_path):
    file = tmp_path / "wrong.toml"
    file.write_text('[server]\nlisten = "nowhere"\nthreads = 1000\nsurprise = 1\n[log]\nlevel = "loud"\n'
                    '[delivery]\nretry_after_seconds = [1, -1]\n[egress]\nhttps_only = "no"\nallow = ["10.0.0.1"]\n'
                    '[nonsense]\nx = 1\n')
    status, output, error = run_settled("check-config", "--text", "--config", file)
    assert status == 2 and output == ""
    for line, word in ((2, "server.listen"), (3, "server.threads must be a whole number from 0 to 64"), (4, "surprise"),
                       (6, "log.level"), (8, "604800"), (10, "egress.https_only must be true or false"),
                       (11, "10.0.0.1/32"), (12, "nonsense")):
        assert any(text.startswith(f"{file}:{line}:") and word in text for text in error.splitlines()), (line, error)
    status, output, error = run_settled("check-config", "--config", file)
    said = json.loads(output)
    assert (status, error) == (2, "") and not said["valid"] and len(said["problems"]) == 8
    assert {"origin": str(file), "line": 6, "setting": "log.level", "detail": "log.level must be debug, info, warn or error"} \
        in said["problems"]
    status, _, error = run_settled("serve", "--config", file, "--data", tmp_path / "data")
    assert status == 2 and "surprise" in error and not (tmp_path / "data").exists()
    file.write_text("[server\n")
    status, _, error = run_settled("check-config", "--text", "--config", file)
    assert status == 2 and f"{file}:1:" in error
    file.write_text('[server]\nlisten = "127.0.0.1:0"\n')
    assert run_settled("check-config", "--config", file)[0] == 0


def test_a_watermark_that_would_be_shortened_is_refused_wherever_it_is_read(tmp_path):
    file, rules = tmp_path / "short.toml", tmp_path / "rules.toml"
    file.write_text("[matching]\nunmatched_after_seconds = 1\n")
    rules.write_text('name = "as it is"\n')
    for command in (["check-config", "--text"], ["serve", "--data", tmp_path / "data"],
                    ["replay", "--data", tmp_path / "data", "--rules", rules]):
        status, _, error = run_settled(*command, "--config", file)
        assert status == 2 and f"{file}:2: matching.watermark_seconds (2)" in error, (command, error)
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize("length", [60, 94, 95, 96, 120, 400])
def test_the_operators_commands_reach_a_server_at_any_length_of_its_data_directory(tmp_path, length):
    with tempfile.TemporaryDirectory() as root:
        data = pathlib.Path(root)
        while len(str(data)) + 120 < length:
            data = data / ("d" * 100)
        data = data / ("e" * (length - len(str(data)) - 1))
        assert len(str(data)) == length
        server = Server(data, tmp_path / "server.log")
        try:
            assert server.socket.is_socket() and stat.S_IMODE(os.stat(server.socket).st_mode) == 0o600
            status, output, error = run_settled("keys", "list", "--data", data)
            assert status == 0 and json.loads(output)["data"] == [], error
        finally:
            assert server.stop() == 0
        assert not server.socket.exists()


def test_the_settings_file_in_the_repository_is_good_and_says_the_defaults(tmp_path):
    from support.places import ROOT
    file = ROOT / "config" / "settled.toml"
    status, output, error = run_settled("check-config", "--config", file)
    assert status == 0, error
    assert "127.0.0.1:8080" in output and "./data" in output


@pytest.mark.skipif(is_engine(), reason="on PostgreSQL several servers are what it is for")
def test_a_second_server_on_the_same_data_is_refused_and_harms_nothing(new_world):
    world = new_world()
    status, _, error = run_settled("serve", "--data", world.data, "--listen", "127.0.0.1:0")
    assert status == 1 and "store_locked" in error
    assert world.server.socket.exists()
    world.bank.acknowledged("FITestEvent", "test me")
    assert settled(world, "keys", "list")[0] == 0


def test_sigterm_under_load_loses_nothing_that_was_acknowledged(new_world):
    world = new_world(retry_every_ms=200)
    iban = world.account()
    _, path = world.endpoint(events=["settlement.matched"])
    batch = {"amount": "20.00", "reference": "TERM ", "count": 600}
    world.sandbox.post("/provider/payments/batch", {"payee": {"iban": iban}, "id": "term-", **batch})
    world.sandbox.post("/bank/payments/batch", {"account": iban, **batch})
    wait_for(lambda: world.sandbox.get("/bank/summary")["states"]["acknowledged"] > 20, "load", every=0.002)
    assert world.server.stop() == 0, world.server.log_text()[-2000:]
    acknowledged = {w["label"] for w in world.sandbox.webhooks("acknowledged")}
    assert len(acknowledged) < 600, "the server ended before the load did"
    assert acknowledged <= world.store.transaction_ids()
    assert world.server.log_lines("server.stopped")
    world.store.check()
    world.start()
    wait_for(lambda: world.sandbox.get("/bank/summary")["states"]["acknowledged"] == 600, "the rest arrives", seconds=60)
    world.sandbox.told(path, 600)
    wait_for(lambda: not world.store.undelivered(), "all is delivered")
    assert {r["id"] for r in world.sandbox.records(path)} == {e["id"] for e in world.api.all("/v1/events")
                                                            if e["type"] == "settlement.matched"}
    world.store.check()


def test_a_stopping_server_takes_nothing_new_and_says_that_it_is_not_ready(new_world):
    world = new_world()
    _, path = world.endpoint(events=["test.ping"])
    world.sandbox.mode("slow", path, delay_ms=1500)
    endpoint = world.api.all("/v1/endpoints")[0]
    world.api.post(f"/v1/endpoints/{endpoint['id']}/ping")
    wait_for(lambda: world.sandbox.records(path), "a delivery is on its way")
    world.server.signal(signal.SIGTERM)
    wait_for(lambda: world.server.log_lines("server.stopping"), "it stops")
    with pytest.raises(OSError):
        Api(world.contract, port=world.server.port).call("GET", "/livez")
    assert world.server.wait() == 0
    done = world.store.rows("SELECT status FROM task WHERE kind = 'delivery'")
    assert [row["status"] for row in done] == ["done"], "what was on its way was finished and recorded"


def test_webhooks_and_the_api_over_tls(new_world, tmp_path):
    world = new_world()
    assert world.server.stop() == 0
    world.write_config('[server]\ntls_certificate = "%s"\ntls_key = "%s"\n' % (
        world.directory / "sandbox" / "partner-certificate.pem", world.directory / "sandbox" / "partner-private.pem"))
    server = world.start()
    trust = ssl.create_default_context(cafile=world.sandbox.files["partner_authority"])
    bank = Bank(server.port, world.connector, world.sandbox.bank_key, world.sandbox.institution_key, tls=trust)
    bank.acknowledged("FITestEvent", "test me")
    assert bank.http.connection.sock.version() in ("TLSv1.2", "TLSv1.3")
    api = Api(world.contract, world.key, port=server.port, tls=trust)
    assert api.get("/v1/webhooks")["data"]
    api.http.close()
    bank.http.close()
    plain = Bank(server.port, world.connector, world.sandbox.bank_key, world.sandbox.institution_key)
    with pytest.raises(Exception) as refused:
        plain.send("FITestEvent", "test me")
    assert not isinstance(refused.value, AssertionError)
    old = ssl.create_default_context(cafile=world.sandbox.files["partner_authority"])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # that these versions are old is the point
        old.minimum_version, old.maximum_version = ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1
    with pytest.raises((ssl.SSLError, OSError)):
        Bank(server.port, world.connector, world.sandbox.bank_key, world.sandbox.institution_key, tls=old).send(
            "FITestEvent", "test me")


def test_a_private_key_that_others_may_read_is_refused(new_world):
    world = new_world()
    loose = world.directory / "loose.pem"
    loose.write_text(private_pem(new_key()))
    loose.chmod(0o644)
    status, _, error = settled(world, "connectors", "add", "loose", "--signing-key", f"file:{loose}",
                               "--bank-key", world.sandbox.files["bank_public_key"])
    assert status != 0 and "chmod 600" in error, error
    loose.chmod(0o600)
    assert settled(world, "connectors", "add", "loose", "--signing-key", f"file:{loose}",
                   "--bank-key", world.sandbox.files["bank_public_key"])[0] == 0


def test_without_its_master_key_a_store_is_not_opened(new_world):
    world = new_world()
    assert world.server.stop() == 0
    (world.data / "master.key").unlink()
    status, _, error = settled(world, "audit", "head")
    assert status == 1 and "key_unreadable" in error
    assert not (world.data / "master.key").exists()
