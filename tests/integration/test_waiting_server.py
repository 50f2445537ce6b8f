"""A server whose store needs a secret that cannot be read yet: it listens, says so, and starts when the secret is there."""

import json
import shutil

import pytest

from support.bank import settled_payload
from support.http_client import HttpClient
from support.postgres import is_engine
from support.processes import run_settled
from support.waiting import wait_for


def ask(port, method, target, body=None):
    http = HttpClient(port)
    try:
        return http.send(method, target, {}, body)
    finally:
        http.close()


def waiting(world, **rest):
    """The server's process, and the port on which it waits."""
    server = world.start(ready=False, **rest)
    line = wait_for(lambda: server.log_lines("server.listening"), lambda: f"it waits: {server.log_text()}")[0]
    return server, line["port"]


def says_what_it_waits_for(port, setting, code):
    assert ask(port, "GET", "/livez").status == 200
    ready = ask(port, "GET", "/readyz")
    assert (ready.status, ready.json["status"]) == (503, "unready")
    assert setting in ready.json["reason"] and code in ready.json["reason"], ready.json
    for method, target in (("POST", "/hooks/clearbank"), ("GET", "/v1/payments"), ("GET", "/metrics"), ("GET", "/console/")):
        answer = ask(port, method, target, b"{}" if method == "POST" else None)
        assert (answer.status, answer.code) == (503, "key_unavailable"), (target, answer.body)
        assert int(answer.headers["Retry-After"]) >= 1


def serves_again(world, server, port):
    assert server.wait_until_ready()
    assert server.port == port, "the port stays"
    world.connect()
    world.bank.acknowledged("TransactionSettled", settled_payload(world.account()), version=6)


@pytest.mark.skipif(is_engine(), reason="the master key of that store is set up elsewhere")
def test_a_server_waits_for_its_master_key_and_never_makes_another(new_world):
    world = new_world()
    assert world.server.stop() == 0
    key, away = world.data / "master.key", world.directory / "away.key"
    shutil.move(key, away)
    server, port = waiting(world)
    says_what_it_waits_for(port, "store.master_key", "key_unreadable")
    assert str(world.data) not in ask(port, "GET", "/readyz").body.decode(), "the network is not shown where it is"
    assert not key.exists()
    shutil.move(away, key)
    serves_again(world, server, port)
    assert server.log_lines("server.waiting")
    assert world.server.stop() == 0


@pytest.mark.skipif(is_engine(), reason="the master key of that store is set up elsewhere")
def test_a_server_that_waits_ends_when_it_is_asked_to(new_world):
    world = new_world()
    assert world.server.stop() == 0
    (world.data / "master.key").chmod(0o644)
    server, port = waiting(world)
    says_what_it_waits_for(port, "store.master_key", "key_unreadable")
    assert server.stop() == 0
    (world.data / "master.key").chmod(0o600)
    world.start()


@pytest.mark.skipif(is_engine(), reason="the master key of that store is set up elsewhere")
def test_another_master_key_ends_the_start(new_world):
    world = new_world()
    assert world.server.stop() == 0
    key = world.data / "master.key"
    key.chmod(0o600)
    good = key.read_text()
    key.write_text("ab" * 32 + "\n")
    status, _, error = run_settled("serve", "--config", world.config, "--data", world.data, "--listen", "127.0.0.1:0")
    assert status == 1 and "key_unsuitable" in error, error
    key.write_text(good)
    world.start()


@pytest.mark.skipif(not is_engine(), reason="SQLite has no password")
def test_a_server_waits_for_the_password_of_its_database(new_world):
    world = new_world()
    assert world.server.stop() == 0
    password = world.directory / "store.password"
    text = world.config.read_text()
    assert "[store]\n" in text
    world.config.write_text(text.replace("[store]\n", f'[store]\npassword = "{password}"\n', 1))
    server, port = waiting(world)
    says_what_it_waits_for(port, "store.password", "key_unreadable")
    password.write_text("a password that a trusting database does not ask for")
    password.chmod(0o600)
    serves_again(world, server, port)
    assert json.loads(run_settled("connectors", "list", "--data", world.data, "--config", world.config)[1])["data"]
