"""The sandbox as a developer meets it who stops and starts it with a store that stays."""

import pytest

from support.sandbox import Sandbox
from support.waiting import wait_for


@pytest.mark.parametrize("is_killed", [False, True], ids=["stopped", "killed"])
def test_a_sandbox_that_is_started_again_sends_no_id_again(new_world, is_killed):
    """Else the second money would be taken for the first: acknowledged, and never a settlement."""
    world = new_world()
    iban = world.account()
    real_account = world.sandbox.state["real_account_id"]
    sent = []
    for run in range(3):
        for number in range(2):
            made = world.sandbox.post("/bank/payments", {"account": iban, "amount": "12.34", "reference": f"R {run} {number}"})
            world.sandbox.acknowledged(made["webhooks"])
            sent.append(made["label"])
        world.sandbox.http.close()
        if is_killed:
            world.sandbox.process.kill()
        else:
            world.sandbox.process.stop()
        world.sandbox = Sandbox(world.sandbox.directory, world.directory / f"sandbox-{run}.log")
        world.sandbox.aim(world.server.port, world.connector, world.key)
        assert world.sandbox.state["real_account_id"] == real_account
    assert len(set(sent)) == len(sent) == 6
    wait_for(lambda: {row["transaction_id"] for row in world.store.rows("SELECT transaction_id FROM settlement")} == set(sent),
             "each is a settlement")
    assert world.api.all("/v1/reviews") == []
