"""The small story on PostgreSQL, the connection cut at each point where the server sends or is answered.

An answer that never arrives is the hard case: what was asked is done. When it is a COMMIT, only the database
knows, and the server has to find out before it says anything.
"""

import os

import pytest

from support.postgres_proxy import ANSWER, BEFORE, INSIDE, SEND
from support.stage import some_points
from support.story import ACKNOWLEDGED, LOST
from support.waiting import wait_for

pytestmark = pytest.mark.skipif(os.environ.get("SETTLED_TEST_POSTGRES") in (None, "", "skip"),
                                reason="tools/run_tests.py was told to leave PostgreSQL out")
KINDS = [(SEND, BEFORE), (SEND, INSIDE), (ANSWER, BEFORE), (ANSWER, INSIDE)]


def until_heard(stage, story):
    """Sends the story again and again, as banks and providers do."""
    world = stage.world

    def told():
        outcome = story.tell(world)
        assert outcome != LOST, "no connection of a client ends because the store's did"
        story.check_stored(world.store)
        return outcome == ACKNOWLEDGED
    wait_for(told, lambda: f"the story is heard: {world.server.log_text()[-1000:]}")
    wait_for(lambda: stage.is_delivered(story), lambda: f"delivered: {world.store.undelivered()}")
    wait_for(lambda: world.api.call("GET", "/readyz").status == 200, "ready again, by itself")


@pytest.mark.parametrize("direction,how", KINDS)
def test_cut_off_at_each_point_the_server_comes_back_by_itself(postgres_stage, direction, how):
    stage, world, cut = postgres_stage, postgres_stage.world, 0
    for point in some_points(KINDS.index((direction, how))):
        story = stage.set()
        stage.start(point, direction, how)
        until_heard(stage, story)
        struck = stage.proxy.disarm()
        story.check_ended(world.store)
        world.close_clients()
        assert world.server.stop() == 0
        if not struck:
            break
        cut += 1
    print(f"{point} points, {cut} visited")
    assert not struck and point > 10, f"only {point} points: was anything cut?"
