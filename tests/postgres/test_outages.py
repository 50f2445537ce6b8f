"""PostgreSQL goes away, comes back, or hands over to its standby: what was acknowledged is stored, once.

The sandbox's bank sends again what was not acknowledged, as the real one does.
"""

import json
import os
import signal
import sys

import pytest

from support.load import Load
from support.places import ROOT
from support.postgres import PostgresStore
from support.processes import run_settled
from support.waiting import wait_for

sys.path.insert(0, str(ROOT / "tools"))
import postgres_server  # noqa: E402

pytestmark = pytest.mark.skipif(os.environ.get("SETTLED_TEST_POSTGRES") in (None, "", "skip"),
                                reason="tools/run_tests.py was told to leave PostgreSQL out")


@pytest.fixture
def server():
    with postgres_server.Postgres() as running:
        yield running


@pytest.fixture
def world(server, new_world, tmp_path):
    return new_world(store=PostgresStore(tmp_path, server.url), retry_every_ms=200, answer_within_ms=5000)


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGQUIT, signal.SIGKILL])
def test_a_server_that_ends_and_comes_back_loses_nothing(world, server, how):
    load = Load(world, "BACK")
    server.stop(how)
    assert not load.is_over(), "the load was over before the outage"
    wait_for(lambda: not world.is_ready(), "/readyz says that nothing can be stored", seconds=15)
    told = world.sandbox.webhooks("acknowledged")
    server.start()
    assert {w["label"] for w in told} <= world.store.transaction_ids()
    wait_for(world.is_ready, "it is ready again by itself", seconds=30)
    load.end()


def test_a_database_that_is_gone_is_named_by_doctor_until_it_is_started(world, server):
    def finding(check):
        _, output, error = run_settled("doctor", "--check", check, "--data", world.data, "--config", world.config)
        assert output, error
        return json.loads(output)["data"][0]
    assert finding("store.opens")["state"] == finding("store.commits")["state"] == "ok"
    server.stop(signal.SIGINT)
    wait_for(lambda: not world.is_ready(), "/readyz says that nothing can be stored", seconds=15)
    for check in ("store.opens", "store.commits"):
        found = finding(check)
        assert found["state"] == "failed" and found["command"] is None, found
        assert "ask the administrator of PostgreSQL to start it" in found["cause"], found
    server.start()
    wait_for(world.is_ready, "it is ready again by itself", seconds=30)
    assert finding("store.opens")["state"] == finding("store.commits")["state"] == "ok"


def test_a_primary_that_is_killed_hands_over_to_its_standby_and_loses_nothing(server, new_world, tmp_path):
    standby = server.standby()
    try:
        store = PostgresStore(tmp_path, server.url)
        store.url = store.url.replace(f"host={server.directory}", f"host={server.directory},{standby.directory}") \
            .replace(f"port={postgres_server.PORT}", f"port={postgres_server.PORT},{postgres_server.PORT}")
        world = new_world(store=store, retry_every_ms=200, answer_within_ms=5000)
        load = Load(world, "OVER")
        server.stop(signal.SIGKILL)
        assert not load.is_over(), "the load was over before the outage"
        told = world.sandbox.webhooks("acknowledged")
        standby.sql("SELECT 1")
        standby.promote()
        standby.sql("ALTER SYSTEM SET synchronous_standby_names = ''")
        standby.sql("SELECT pg_reload_conf()")
        store.url = standby.url_of(store.name)
        assert {w["label"] for w in told} <= store.transaction_ids()
        load.end()
        world.close()
    finally:
        standby.remove()


def test_nothing_is_acknowledged_that_the_standby_does_not_have(world, server):
    iban = world.account()
    server.sql("ALTER SYSTEM SET synchronous_standby_names = 'nobody'")
    server.sql("SELECT pg_reload_conf()")
    wait_for(lambda: "nobody" in server.sql("SHOW synchronous_standby_names"), "commits wait for it")
    world.sandbox.post("/bank/payments/batch", {"account": iban, "amount": "20.00", "reference": "GHOST ", "count": 3})
    wait_for(lambda: not world.is_ready(), "/readyz says so", seconds=30)
    assert world.sandbox.acknowledged_count() == 0
    # A cancelled wait for the standby leaves the commit on the primary only: it is not acknowledged either.
    server.sql("SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE wait_event = 'SyncRep'")
    assert world.sandbox.acknowledged_count() == 0
    server.sql("ALTER SYSTEM SET synchronous_standby_names = ''")
    server.sql("SELECT pg_reload_conf()")
    wait_for(lambda: world.sandbox.acknowledged_count() == 3, "they are acknowledged in the end", seconds=60)
    assert world.store.counts()["settlement"] == 3


def test_a_node_with_another_master_key_does_not_start(world, tmp_path):
    other = tmp_path / "other"
    status, _, error = run_settled("audit", "head", "--config", world.config, "--data", other)
    assert status == 1 and "key_unreadable" in error and "another node" in error
    other.mkdir(mode=0o700, exist_ok=True)
    other.chmod(0o700)
    (other / "master.key").write_text("ab" * 32 + "\n")
    (other / "master.key").chmod(0o400)
    status, _, error = run_settled("serve", "--config", world.config, "--data", other, "--listen", "127.0.0.1:0")
    assert status == 1 and "key_unsuitable" in error


def test_migrate_brings_an_empty_database_up_to_date_once(server, tmp_path):
    store = PostgresStore(tmp_path, server.url)
    first = run_settled("migrate", "--text", "--store", store.url, "--data", tmp_path / "data")
    again = run_settled("migrate", "--text", "--store", store.url, "--data", tmp_path / "data")
    assert first[0] == again[0] == 0 and "run" in first[1] and "0 migrations" not in again[1]
    assert again[1] == "the store's schema is up to date\n"
    store.rows("SELECT count(*) FROM settlement")


def test_a_password_in_the_url_is_in_no_message(tmp_path):
    status, output, error = run_settled("migrate", "--store", "postgresql://me:hunter2@127.0.0.1:1/none",
                                        "--data", tmp_path / "data")
    assert status == 1 and "store_unavailable" in error and "hunter2" not in output + error
