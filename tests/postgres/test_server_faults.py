"""PostgreSQL stays, and is in trouble: its processes die, its disk is full, it has no room, others hold its tables.

Nothing is acknowledged that is not stored, /readyz says what is wrong, and the server comes back by itself.
"""

import os
import random
import signal
import subprocess
import sys
import time

import pytest

from support.load import Load
from support.places import ROOT
from support.postgres import PostgresStore, psql
from support.waiting import wait_for

sys.path.insert(0, str(ROOT / "tools"))
import postgres_server  # noqa: E402

pytestmark = pytest.mark.skipif(os.environ.get("SETTLED_TEST_POSTGRES") in (None, "", "skip"),
                                reason="tools/run_tests.py was told to leave PostgreSQL out")
SEED = int(os.environ.get("SETTLED_SEED", "0")) or random.SystemRandom().randrange(1 << 31)
OURS = "application_name = 'settled' AND datname LIKE 'world%'"


@pytest.fixture
def server():
    with postgres_server.Postgres() as running:
        yield running


@pytest.fixture
def begun(new_world, tmp_path):
    """Load on a world whose store is on that server."""
    def begin(server, name, user=None):
        store = PostgresStore(tmp_path, server.url)
        if user:
            psql(store.url, f"CREATE ROLE {user} LOGIN; GRANT ALL ON SCHEMA public TO {user};")
            store.settings_url = store.url.replace("user=settled", f"user={user}")
        return Load(new_world(store=store, retry_every_ms=200, answer_within_ms=5000), name)
    return begin


def reason(world):
    return wait_for(lambda: [a for a in [world.api.call("GET", "/readyz")] if a.status == 503],
                    "/readyz says that nothing can be stored", seconds=30)[0].json["reason"]


def test_processes_of_postgresql_that_are_killed_cost_nothing_that_was_acknowledged(server, begun):
    """Each time PostgreSQL throws every connection out and recovers from its log."""
    print(f"SETTLED_SEED={SEED}")
    rng = random.Random(SEED)
    load = begun(server, "KILLED")
    for number in range(4):
        time.sleep(rng.random() * 0.1)  # not a wait for anything: the random part of the moment
        pids = [int(pid) for pid in server.sql(f"SELECT pid FROM pg_stat_activity WHERE {OURS}").split()]
        told = load.acknowledged()
        os.kill(rng.choice(pids), signal.SIGKILL)
        wait_for(lambda seen=number: server.log.read_text().count("terminated by signal 9") > seen,
                 "PostgreSQL has noticed it")
        wait_for(server.is_ready, "PostgreSQL recovers")
        wait_for(load.world.is_ready, "the server is ready again by itself", seconds=30)
        assert told <= load.world.store.transaction_ids()
        load.more(f"AGAIN {number}", 100)
    load.end()


@pytest.mark.parametrize("how", ["pg_terminate_backend", "pg_cancel_backend"])
def test_sessions_that_an_operator_ends_again_and_again_lose_nothing(server, begun, how):
    load = begun(server, "ENDED")
    ended = 0
    for number in range(25):
        # One that is at work: what waits for its client is cancelled without noticing.
        ended += server.sql(f"SELECT count({how}(pid)) FROM pg_stat_activity WHERE {OURS} AND state <> 'idle'") != "0"
        if number % 5 == 4:
            load.more(f"AGAIN {number}", 60)
    assert ended > 3, "nothing was under way"
    load.end()


def test_without_room_for_connections_it_says_so_and_recovers_when_there_is_some(server, begun):
    load = begun(server, "ROOM", user="tenant_of_ours")
    server.sql("ALTER ROLE tenant_of_ours CONNECTION LIMIT 0")
    server.sql(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {OURS}")
    # The first reason may be the commit that the lost connections were in.
    wait_for(lambda: "too many connections" in reason(load.world), "/readyz says why nobody connects", seconds=30)
    told = load.acknowledged()
    answer = load.world.bank.send("FITestEvent", "test me")
    assert (answer.status, answer.code) == (503, "store_unavailable"), answer.body
    assert told == load.acknowledged() <= load.world.store.transaction_ids()
    server.sql("ALTER ROLE tenant_of_ours CONNECTION LIMIT -1")
    wait_for(load.world.is_ready, "ready again by itself", seconds=30)
    load.end()


def test_a_locked_table_delays_and_loses_nothing(server, begun):
    """As a schema change by hand does, or a dump; longer than units wait for locks."""
    load = begun(server, "HELD")
    with subprocess.Popen(["psql", "-X", "-q", load.world.store.url], stdin=subprocess.PIPE, text=True) as other:
        other.stdin.write("BEGIN; LOCK TABLE webhook_key IN ACCESS EXCLUSIVE MODE;\n")
        other.stdin.flush()
        wait_for(lambda: server.sql("SELECT count(*) FROM pg_locks WHERE mode = 'AccessExclusiveLock' AND granted "
                                    "AND relation IS NOT NULL") != "0", "the table is held")
        def refused():
            answer = load.world.bank.send("FITestEvent", "test me")
            assert answer.status == 503, answer.body
            return load.acknowledged()

        before = refused()  # what was committed before the table was held has been answered by now
        assert refused() == before
        other.stdin.close()
        other.wait(10)
    wait_for(load.world.is_ready, "ready again by itself", seconds=30)
    load.end()
