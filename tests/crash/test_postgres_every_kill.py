"""The small story on PostgreSQL, the server killed at each point where it sends to PostgreSQL or is answered."""

import os
import signal

import pytest

from support.postgres_proxy import ANSWER, BEFORE, INSIDE, SEND
from support.stage import some_points
from support.story import ACKNOWLEDGED
from support.waiting import wait_for

pytestmark = pytest.mark.skipif(os.environ.get("SETTLED_TEST_POSTGRES") in (None, "", "skip"),
                                reason="tools/run_tests.py was told to leave PostgreSQL out")
KINDS = [(SEND, BEFORE), (SEND, INSIDE), (ANSWER, BEFORE)]


@pytest.mark.parametrize("direction,how", KINDS)
def test_killed_at_each_point_the_story_ends_right(postgres_stage, direction, how):
    stage, world, killed = postgres_stage, postgres_stage.world, 0
    for point in some_points(KINDS.index((direction, how))):
        story = stage.set()
        stage.start(point, direction, how, lambda: world.server.signal(signal.SIGKILL))
        if story.tell(world) == ACKNOWLEDGED:
            wait_for(lambda: stage.is_delivered(story) or not world.server.is_running(), "delivered, or dead")
        struck = stage.proxy.disarm()
        world.close_clients()
        world.server.kill()
        story.check_stored(world.store)
        stage.bury()
        stage.end(story)
        if not struck:
            break
        killed += 1
    print(f"{point} points, {killed} visited")
    assert not struck and point > 10, f"only {point} points: was anything killed?"
