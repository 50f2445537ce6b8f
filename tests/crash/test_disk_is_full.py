"""A disk that is full for as long as the test says, under SQLite: nothing gets through, and no operator need act when
there is space again."""

import json

import pytest

from support.bank import settled_payload
from support.clock import Clock
from support.disks import fill, small_disk
from support.postgres import is_engine
from support.processes import run_settled
from support.story import ACKNOWLEDGED, REFUSED, Story
from support.waiting import wait_for

pytestmark = pytest.mark.skipif(is_engine(), reason="tests/postgres has the disk of PostgreSQL")
DISK_BYTES = 16 << 20
ROOMY_DISK_BYTES = 320 << 20  # more than doctor wants to be free


@pytest.fixture
def clock(tmp_path):
    return Clock(tmp_path / "clock")


@pytest.fixture
def world(new_world, clock):
    """Its data lies on a small disk."""
    made = new_world("[delivery]\nretry_after_seconds = [0, 1, 1, 1]\n[matching]\nunmatched_after_seconds = 600\nwatermark_seconds = 300\n", serve=False)
    with small_disk(made.data, DISK_BYTES, mode="0700"):
        made.start(variables=clock.variables)
        made.set_up()
        yield made
        made.close_clients()
        assert made.server.stop() == 0


def fill_up(world):
    """Until nothing more gets through: the log of the store has room of its own for a while. The ballast."""
    ballast = fill(world.data)

    def is_full():
        answer = world.bank.send("FITestEvent", "test me")
        return answer.status == 503 and not world.is_ready()
    wait_for(is_full, "the disk is full")
    return ballast


def test_a_full_disk_refuses_everything_says_so_and_recovers_when_there_is_space(world):
    iban = world.account()
    world.endpoint()
    story = Story(iban)
    ballast = fill_up(world)
    before = world.store.counts()
    assert story.tell(world) == REFUSED
    ready = world.api.call("GET", "/readyz")
    assert ready.status == 503 and ready.json["reason"], ready.body
    answer = world.bank.send("FITestEvent", "test me")
    assert (answer.status, answer.code) == (503, "store_full"), answer.body
    assert story.tell(world) == REFUSED
    assert world.store.counts() == before and not story.acknowledged
    assert world.api.get("/v1/payments")["data"] == [], "reading still works"
    ballast.unlink()
    wait_for(world.is_ready, "ready again, by itself")
    assert story.tell(world) == ACKNOWLEDGED
    wait_for(lambda: not world.store.undelivered(), lambda: f"delivered: {world.store.undelivered()}")
    story.check_ended(world.store)


def test_a_full_disk_is_named_by_doctor_and_status_until_its_owner_has_made_room(new_world):
    world = new_world(serve=False)
    with small_disk(world.data, ROOMY_DISK_BYTES, mode="0700"):
        world.start()
        world.set_up()

        def finding(check):
            _, output, error = run_settled("doctor", "--check", check, "--data", world.data, "--config", world.config)
            assert output, error
            return json.loads(output)["data"][0]

        def attention():
            return {item["check"]: item for item in world.operator.get("/v1/status")["attention"]}
        assert finding("data.space")["state"] == finding("store.commits")["state"] == "ok"

        def while_full(look):
            """The log of the store may begin anew, and has room for a while: webhooks use it up."""
            world.bank.send("FITestEvent", "test me")
            found = look()
            return found if found and found["state"] == "failed" else None
        ballast = fill_up(world)
        for check in ("data.space", "store.commits"):
            found = wait_for(lambda c=check: while_full(lambda: finding(c)), lambda c=check: f"{c} fails: {finding(c)}")
            assert found["command"] is None, found
            assert "the owner of this machine makes room" in found["cause"], found
        wait_for(lambda: while_full(lambda: attention().get("store.commits")), lambda: f"status says so: {attention()}")
        ballast.unlink()
        wait_for(world.is_ready, "ready again, by itself")
        assert finding("data.space")["state"] == finding("store.commits")["state"] == "ok"
        assert "store.commits" not in attention()
        world.close_clients()
        assert world.server.stop() == 0


def test_a_fault_that_lasts_is_logged_once_and_not_with_every_attempt(world, clock):
    """Thirty timers fail four times a second, and the log may lie on the same disk."""
    iban = world.account()
    for number in range(30):
        world.bank.acknowledged("TransactionSettled", settled_payload(iban, Reference=f"WAITS {number:05}"))
    ballast = fill_up(world)
    clock.set(400)  # they are due
    wait_for(lambda: world.server.log_lines("timer.failed"), "a timer fails")
    answers = [world.bank.send("FITestEvent", "test me").status for _ in range(20)]
    assert set(answers) == {503}
    lines = [line for line in world.server.log_lines() if line.get("code") == "store_full"]
    kinds = [line["event"] for line in lines]
    assert {"timer.failed", "webhook.refused"} <= set(kinds) and len(kinds) == len(set(kinds)), kinds
    ballast.unlink()
    wait_for(lambda: not world.store.rows("SELECT 1 AS x FROM task WHERE kind = 'watermark' AND status = 'queued'"),
             "all timers are carried out")
