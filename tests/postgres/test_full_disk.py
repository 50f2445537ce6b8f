"""The disk of PostgreSQL is full: work is refused with the reason, and taken up again when there is space."""

import os
import sys
import tempfile

import pytest

from support.disks import fill, small_disk
from support.load import Load
from support.places import ROOT
from support.postgres import PostgresStore
from support.waiting import wait_for

sys.path.insert(0, str(ROOT / "tools"))
import postgres_server  # noqa: E402

pytestmark = pytest.mark.skipif(os.environ.get("SETTLED_TEST_POSTGRES") in (None, "", "skip"),
                                reason="tools/run_tests.py was told to leave PostgreSQL out")
DISK_BYTES = 160 << 20


@pytest.fixture
def disk():
    """Where the user postgres can get to, which a test's folder is not."""
    with small_disk(tempfile.mkdtemp(prefix="settled-disk-"), DISK_BYTES) as place:
        yield place


def test_a_full_disk_of_postgresql_refuses_says_so_and_recovers_when_there_is_space(disk, new_world, tmp_path):
    place = disk / "postgres"
    place.mkdir()
    with postgres_server.Postgres(place) as server:
        world = new_world(store=PostgresStore(tmp_path, server.url), retry_every_ms=200, answer_within_ms=5000)
        load = Load(world, "FULL", 150)
        ballast = fill(disk)
        load.more("MORE", 300, wanted=0)
        refused = wait_for(lambda: [a for a in [world.bank.send("FITestEvent", "x" * 5000)] if a.status != 200],
                           "webhooks are refused", seconds=30)[0]
        assert refused.status == 503 and refused.code in ("store_full", "store_unavailable"), refused.body
        reasons = wait_for(lambda: [a.json["reason"] for a in [world.api.call("GET", "/readyz")] if a.status == 503],
                           "/readyz says why", seconds=30)
        assert "No space left on device" in reasons[0] or "PostgreSQL" in reasons[0]
        assert not load.is_over()
        told = load.acknowledged()
        ballast.unlink()
        if server.child.poll() is not None:  # it found no space even to recover
            server.start()
        wait_for(server.is_ready, "PostgreSQL is there", seconds=30)
        assert told <= world.store.transaction_ids()
        wait_for(world.is_ready, "ready again by itself", seconds=30)
        load.end()
        print(f"{len(told)} were acknowledged; {refused.code}; {reasons[0]}")
