"""The same small story with a fault at each of its writes and syncs: kill, EIO, no space.

A fault is injected at the Nth call, N = 1, 2, … until the story ends without meeting one. CRASH_ROUNDS
above 5 (the default) visits every point for every kind of fault; the default visits every point with a
kill and every sync with EIO, and every fourth write with EIO and ENOSPC.
"""

import os
import shutil

import pytest

from support.faults import SYNCS, WRITES, Strace, require_ptrace
from support.store import Store, check_told
from support.story import ACKNOWLEDGED, LOST, REFUSED, Story
from support.waiting import wait_for
from support.world import World

IS_THOROUGH = int(os.environ.get("CRASH_ROUNDS", "5")) > 5
SPARSE = 1 if IS_THOROUGH else 4
POINTS_MAX = 2000


class Stage:
    """One data directory, made once and copied for each point."""

    def __init__(self, directory, contract, keys):
        require_ptrace()
        self.directory = directory
        self.world = World(directory, contract, keys,
                           "[server]\nthreads = 1\n[matching]\nunmatched_after_seconds = 3600\n"
                           "[delivery]\nretry_after_seconds = [0, 0, 0, 1, 1, 1, 1, 1]")
        self.iban = self.world.account()
        _, self.path = self.world.endpoint()
        assert self.world.server.stop() == 0
        self.template = directory / "template"
        shutil.move(self.world.data, self.template)

    def set(self):
        """Everything as it was before the story."""
        shutil.rmtree(self.world.data, ignore_errors=True)
        shutil.copytree(self.template, self.world.data, ignore=shutil.ignore_patterns("control.sock"))
        self.world.sandbox.call("DELETE", "/partner/records")
        return Story(self.iban)

    def start(self, calls, fault, when):
        strace = Strace(self.directory / "strace", calls, fault, when)
        strace.log.unlink(missing_ok=True)
        self.world.start(wrapper=strace.wrapper)
        return strace

    def is_delivered(self, story):
        store = self.world.store
        return (len(store.rows("SELECT id FROM event")) == story.matches and not store.undelivered())

    def end(self, story):
        """The story is told to its end by a server without faults; then everything must be right."""
        world = self.world
        world.start()
        assert story.tell(world) == ACKNOWLEDGED
        wait_for(lambda: self.is_delivered(story), lambda: f"delivered: {world.store.undelivered()}")
        story.check_ended(world.store)
        told = check_told(world.sandbox.records(self.path), world.store)
        assert len(told) == story.matches
        world.close_clients()
        assert world.server.stop() == 0


@pytest.fixture(scope="module")
def stage(tmp_path_factory, contract, sandbox_keys):
    made = Stage(tmp_path_factory.mktemp("stage"), contract, sandbox_keys)
    yield made
    made.world.close()


def points(step=1):
    return range(1, POINTS_MAX, step)


def run_to_the_end_or_the_kill(stage, story):
    """The whole story with its deliveries and an orderly stop."""
    world = stage.world
    if world.server.port is not None and story.tell(world) == ACKNOWLEDGED:
        wait_for(lambda: stage.is_delivered(story) or not world.server.is_running(), "delivered, or dead")
    world.close_clients()
    if world.server.port is not None:
        world.server.signal(15)
        world.server.wait()
    else:
        world.server.kill()


def test_a_start_on_a_store_that_was_closed_well_writes_nothing(stage):
    """So that the Nth write of the tests below is the Nth of the story."""
    stage.set()
    strace = stage.start(f"{SYNCS},{WRITES}", None, None)
    stage.world.close_clients()
    assert strace.calls() == 0, strace.text()
    assert stage.world.server.stop() == 0


@pytest.mark.parametrize("calls", [SYNCS, WRITES], ids=["sync", "write"])
def test_killed_at_each_point_the_story_ends_right(stage, calls):
    for point in points():
        story = stage.set()
        strace = stage.start(calls, "signal=KILL", point)
        run_to_the_end_or_the_kill(stage, story)
        killed = strace.killed()
        with stage.world.store.as_left_behind() as left:
            story.check_stored(left)
        stage.end(story)
        if not killed:
            break
    print(f"{point - 1} points")
    assert not killed and point > (3 if calls == SYNCS else 20), f"only {point - 1} points: was anything killed?"


def test_a_sync_that_fails_is_never_acknowledged_and_stops_the_store_until_a_restart(stage):
    struck = 0
    for point in points():
        story = stage.set()
        strace = stage.start(SYNCS, "error=EIO", point)
        world = stage.world
        if world.server.port is None:
            world.server.kill()
        else:
            outcome = story.tell(world)
            if outcome == ACKNOWLEDGED:
                wait_for(lambda: stage.is_delivered(story) or strace.injected(), "delivered, or struck")
            assert outcome != LOST, "an fsync that fails ends no connection"
            # Not at the stop: during the story.
            if strace.injected():
                struck += 1
                ready = wait_for(lambda: [a for a in [world.api.call("GET", "/readyz")] if a.status == 503],
                                 "the server says that it is not ready")[0]
                assert "fsync" in ready.json["reason"]
                assert world.api.metrics()["settled_store_can_commit"] == 0
                for _ in range(2):  # and it stays so
                    assert Story(stage.iban, number=9).tell(world) == REFUSED
                assert world.api.call("GET", "/readyz").status == 503
                assert world.api.call("GET", "/livez").status == 200
            world.close_clients()
            world.server.signal(15)
            world.server.wait()
        with world.store.as_left_behind() as left:
            story.check_stored(left)
        was_struck = strace.injected()
        stage.end(story)
        if not was_struck:
            break
    print(f"{point - 1} points, {struck} of them during the story")
    assert not was_struck and struck >= 3


def until_heard(stage, story):
    """Tells the story again and again, as banks and providers do; the reasons of /readyz on the way."""
    world = stage.world
    reasons = []

    def told():
        before = world.store.counts()
        outcome = story.tell(world)
        assert outcome != LOST, world.server.log_text()[-2000:]
        if outcome == REFUSED:
            story.check_stored(world.store)
            assert world.store.counts()["webhook"] - before["webhook"] <= len(story.acknowledged)
            ready = world.api.call("GET", "/readyz")
            if ready.status == 503:
                reasons.append(ready.json["reason"])
        return outcome == ACKNOWLEDGED
    wait_for(told, lambda: f"the story is heard: {reasons} {world.server.log_text()[-1000:]}")
    wait_for(lambda: stage.is_delivered(story), lambda: f"delivered: {world.store.undelivered()}")
    wait_for(lambda: world.api.call("GET", "/readyz").status == 200, "ready again, by itself")
    return reasons


@pytest.mark.parametrize("fault,calls_long", [("error=EIO", 1), ("error=ENOSPC", 3)], ids=["EIO", "ENOSPC"])
def test_a_write_that_fails_is_refused_and_the_store_recovers_by_itself(stage, fault, calls_long):
    reasons, struck = [], 0
    for point in points(SPARSE):
        story = stage.set()
        strace = stage.start(WRITES, fault, f"{point}..{point + calls_long - 1}")
        world = stage.world
        if world.server.port is None:
            world.server.kill()
        else:
            reasons += until_heard(stage, story)
            story.check_ended(world.store)
            struck += strace.injected()
            world.close_clients()
            world.server.signal(15)
            world.server.wait()
        was_struck = strace.injected()
        stage.end(story)
        if not was_struck:
            break
    print(f"{struck} points struck; reasons: {sorted(set(reasons))}")
    assert not was_struck and struck >= 5
    assert reasons, "/readyz never told"


def test_a_full_disk_refuses_everything_says_so_and_recovers_when_there_is_space(stage):
    """Many writes long: nothing gets through, then the space returns and nobody needs to do anything."""
    story = stage.set()
    stage.start(WRITES, "error=ENOSPC", "1..14")
    world = stage.world
    before = world.store.counts()
    assert story.tell(world) == REFUSED
    ready = world.api.call("GET", "/readyz")
    assert ready.status == 503 and ready.json["reason"], ready.body
    answer = world.bank.send("FITestEvent", "test me")
    assert (answer.status, answer.code) == (503, "store_full"), answer.body
    assert world.store.counts() == before
    assert world.api.get("/v1/payments")["data"] == [], "reading still works"
    assert until_heard(stage, story) is not None
    world.close_clients()
    assert world.server.stop() == 0
    stage.end(story)
