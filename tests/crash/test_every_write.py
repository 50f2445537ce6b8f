"""The same small story, killed at each of its writes and syncs.

The kill comes at the Nth call, N = 1, 2, … until the story ends without meeting it (support/stage.py: which N).
"""

import pytest

from support.faults import SYNCS, WRITES
from support.stage import end_server, points
from support.story import ACKNOWLEDGED
from support.waiting import wait_for


def run_to_the_end_or_the_kill(stage, story):
    """The whole story with its deliveries and an orderly stop."""
    world = stage.world
    if world.server.port is not None and story.tell(world) == ACKNOWLEDGED:
        wait_for(lambda: stage.is_delivered(story) or not world.server.is_running(), "delivered, or dead")
    end_server(world)


def test_a_start_on_a_store_that_was_closed_well_writes_nothing(stage):
    """So that the Nth write of the tests below is the Nth of the story."""
    stage.set()
    strace = stage.start(f"{SYNCS},{WRITES}", None, None)
    stage.world.close_clients()
    assert strace.calls() == 0, strace.text()
    assert stage.world.server.stop() == 0


@pytest.mark.parametrize("calls", [SYNCS, WRITES], ids=["sync", "write"])
def test_killed_at_each_point_the_story_ends_right(stage, calls):
    for point in points(calls):
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
