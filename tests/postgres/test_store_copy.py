"""`settled store copy`: what a server on SQLite took in is all there when it goes on with PostgreSQL."""

import contextlib
import os
import sqlite3

import pytest

from support.bank import settled_payload
from support.postgres import PostgresStore
from support.processes import Process, Server, run_settled
from support.store import TABLES_OF_FACTS, Store
from support.waiting import wait_for

pytestmark = pytest.mark.skipif(os.environ.get("SETTLED_TEST_POSTGRES") in (None, "", "skip"),
                                reason="tools/run_tests.py was told to leave PostgreSQL out")
MANY = 60_000


@pytest.fixture
def world(new_world, tmp_path):
    """On SQLite, with payments that settled and were published."""
    made = new_world(store=Store(tmp_path / "world-0" / "data"))
    iban = made.account()
    _, made.path = made.endpoint()
    batch = {"amount": "20.00", "end_to_end_id": "E2E-COPY-", "count": 30}
    made.sandbox.post("/provider/payments/batch", {"payee": {"iban": iban}, "id": "copy-", **batch})
    made.sandbox.post("/bank/payments/batch", {"account": iban, **batch})
    made.payload = settled_payload(iban, amount="31.00")
    assert made.bank.settle(made.payload).status == 200
    wait_for(lambda: made.store.counts("settlement")["settlement"] == 31, "all is taken in", seconds=30)
    wait_for(lambda: not made.store.undelivered(), "all is told", seconds=60)
    return made


@pytest.fixture
def target(tmp_path):
    made = PostgresStore(tmp_path)
    yield made
    made.drop()


def copy(world, to):
    return run_settled("store", "copy", world.data, to, "--text", seconds=300)


def go_on_with(world, store):
    world.store = store
    world.write_config()
    world.start()


def facts(store):
    order = {"webhook_key": "webhook_id", "attempt": "task_id, number", "idempotency": "created_at, key"}
    return {table: store.rows(f"SELECT * FROM {table} ORDER BY {order.get(table, 'id')}")
            for table in TABLES_OF_FACTS if table != "webhook_key"}


def test_a_server_goes_on_with_postgresql_where_it_was_on_sqlite(world, target):
    before = {name: world.api.all(f"/v1/{name}") for name in ("payments", "events", "deliveries")}
    world.server.stop()
    stored = facts(world.store)
    status, output, error = copy(world, target.url)
    assert status == 0, (output, error)
    assert "every value is the same on both sides" in output and "\r" not in output
    assert "master.key" in output
    assert facts(target) == stored
    go_on_with(world, target)
    assert {name: world.api.all(f"/v1/{name}") for name in before} == before
    world.store.check()
    counts = world.store.counts_of_intake()
    again = world.bank.settle(world.payload)
    assert world.bank.is_acknowledged(again, again.nonce)
    assert world.store.counts_of_intake() == counts, "a webhook from before the copy is a duplicate after it"
    told = len(world.sandbox.records(world.path))
    iban = world.account()
    world.payment(iban, "5.00", reference="AFTERWARDS 1")
    assert world.bank.settle(settled_payload(iban, amount="5.00", Reference="AFTERWARDS 1")).status == 200
    wait_for(lambda: len(world.sandbox.records(world.path)) > told, "what comes afterwards is told", seconds=30)
    world.store.check()


def test_a_copy_that_would_lose_or_mix_rows_is_refused(world, target, tmp_path):
    status, _, error = copy(world, target.url)
    assert status == 1 and "store_locked" in error, "a server has the source"
    assert target.url not in error
    world.server.stop()
    assert run_settled("store", "copy", tmp_path / "nothing", target.url)[0] == 1
    assert not (tmp_path / "nothing").exists()
    status, _, error = copy(world, world.data)
    assert status == 1 and "config_invalid" in error
    assert copy(world, target.url)[0] == 0
    status, _, error = copy(world, target.url)
    assert status == 1 and "copy_target_taken" in error
    status, output, error = run_settled("store", "copy", target.url, tmp_path / "back", "--data", world.data)
    assert status == 0, (output, error)
    assert facts(Store(tmp_path / "back")) == facts(world.store), "and back again"


def test_a_copy_that_is_killed_goes_on_and_doubles_nothing(world, target, tmp_path):
    world.server.stop()
    with contextlib.closing(sqlite3.connect(world.data / "settled.db")) as database, database:
        database.executemany("INSERT INTO match_key VALUES (1, ?, 1, 7, ?)", ((n, n) for n in range(MANY)))
    total = world.store.counts("match_key")["match_key"]
    copying = Process(["store", "copy", world.data, target.url], tmp_path / "copy.log")

    def some():
        there = target.rows("SELECT to_regclass('match_key') IS NOT NULL AS it")[0]["it"]
        return there and target.counts("match_key")["match_key"] > 0
    wait_for(some, "rows arrive", seconds=120, every=0.02)
    copying.kill()
    assert 0 < target.counts("match_key")["match_key"] < total, "it was killed in the middle"
    source = world.store
    world.store = target
    world.write_config()
    refused = Server(world.data, tmp_path / "refused.log", world.config, ready=False)
    assert refused.wait() == 1 and "copy_unfinished" in refused.log_text()
    world.store = source
    status, output, error = copy(world, target.url)
    assert status == 0 and "going on" in output, (output, error)
    assert target.counts("match_key")["match_key"] == total
    assert facts(target) == facts(source)
    go_on_with(world, target)
    world.store = source  # made for this test, and no database's to check
    assert world.api.all("/v1/payments")
