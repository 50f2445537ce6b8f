"""The same small story with EIO or no space at its writes and syncs.

CRASH_ROUNDS above 5 visits every write; the default every sync and every fourth write.
"""

import pytest

from support.faults import SYNCS, WRITES
from support.stage import points
from support.story import ACKNOWLEDGED, LOST, REFUSED, Story
from support.waiting import wait_for


def test_a_sync_that_fails_is_never_acknowledged_and_stops_the_store_until_a_restart(stage):
    struck = 0
    for point in points(SYNCS):
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
    """Sends the story again and again, as banks and providers do; the reasons of /readyz on the way."""
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
    for point in points(WRITES):
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
