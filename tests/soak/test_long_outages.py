"""Partners that are away for days while traffic goes on, in virtual time.

SOAK_SETTLEMENTS: how many settlements come in each hop (default 10, two events each to three endpoints).
"""

import os

import pytest

from support.clock import Clock
from support.outage import SETTINGS, Outage

pytestmark = pytest.mark.skipif("SOAK_ORDERS" not in os.environ,
                                reason="make soak; tests/integration/test_delivery_gate.py has such outages in few hops")
MINUTE, HOUR = 60, 3600
SETTLEMENTS = int(os.environ.get("SOAK_SETTLEMENTS", "10"))


@pytest.mark.parametrize("how", ["shut", "cut"])
@pytest.mark.parametrize("hops", [24 * [15 * MINUTE], 96 * [HOUR]], ids=["6 h", "4 days"])
def test_an_outage_under_load_loses_nothing_and_is_made_up_for_with_one_attempt_each(new_world, tmp_path, hops, how):
    clock = Clock(tmp_path / "clock")
    world = new_world(SETTINGS, serve=False)
    world.start(variables=clock.variables)
    world.set_up()
    outage = Outage(world, clock)
    try:
        outage.run(how, hops, SETTLEMENTS)
    finally:
        outage.close()
