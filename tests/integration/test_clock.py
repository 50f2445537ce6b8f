"""A machine's clock that is set while the server runs, or between two runs."""

import time

import pytest

from support.bank import now_text, settled_payload
from support.clock import DAY, Clock
from support.postgres import is_engine
from support.processes import run_settled
from support.waiting import wait_for

SETTINGS = """[delivery]
retry_after_seconds = [4, 4, 4]
[matching]
unmatched_after_seconds = 4
watermark_seconds = 3
"""


@pytest.fixture
def clock(tmp_path):
    return Clock(tmp_path / "clock")


@pytest.fixture
def world(new_world, clock):
    made = new_world(SETTINGS, serve=False)
    made.start(variables=clock.variables)
    made.set_up()
    return made


class Waiting:
    """A delivery that waits for its retry, a reference that waits for the watermark, and a settlement without a
    payment."""

    def __init__(self, world, auth=None):
        self.world, self.iban = world, world.account()
        _, self.path = world.endpoint(events=["settlement.matched", "settlement.unmatched"], auth=auth)
        world.sandbox.mode("status", self.path, status=500, count=1)
        self.first = settled_payload(self.iban)
        world.payment(self.iban, end_to_end_id=self.first["EndToEndTransactionId"], created_at=now_text())
        world.bank.acknowledged("TransactionSettled", self.first)
        wait_for(lambda: world.store.rows("SELECT 1 AS x FROM attempt"), "the first attempt has failed")
        self.by_reference = world.payment(self.iban, amount="77.01", reference="WAITS-20417", created_at=now_text())
        self.settle_late("77.01", "WAITS-20417")
        self.unknown = self.settle_late("55.02", "NOBODY KNOWS")

    def settle_late(self, amount, reference):
        payload = settled_payload(self.iban, amount, Reference=reference, EndToEndTransactionId="NOTPROVIDED")
        self.world.bank.acknowledged("TransactionSettled", payload)
        return payload["TransactionId"]

    def check_over(self):
        told = self.world.sandbox.told(self.path, 3)
        kinds = sorted(record["body"].split('"type":"')[1].split('"')[0] for record in told)
        assert kinds == ["settlement.matched", "settlement.matched", "settlement.unmatched"]
        assert self.world.api.get(f"/v1/payments/{self.by_reference['id']}")["status"] == "settled"
        assert {record["authenticity"] for record in told} == {"verified"}
        return told


def check_order(world):
    """Ids and times rise together, and none came twice."""
    for table, column in (("event", "created_at"), ("payment", "registered_at"), ("settlement", "received_at")):
        times = [row["at"] for row in world.store.rows(f"SELECT {column} AS at FROM {table} ORDER BY id")]
        assert len(times) > 1 and times == sorted(times), (table, times)


@pytest.mark.parametrize("step", [-DAY, DAY], ids=["back", "forward"])
def test_a_waiting_delivery_survives_a_clock_that_is_set_by_a_day(world, clock, step):
    # A partner that checks the age of signatures would turn away what a machine with a wrong clock has signed.
    waiting = Waiting(world, auth={"type": "basic", "username": "settled", "password": "a long password"})
    assert "clock" not in world.api.get("/readyz")
    clock.set(step)
    waiting.check_over()
    check_order(world)
    ready = world.api.get("/readyz")
    assert ready["status"] == "ready"
    if is_engine():  # the database's clock is the one that counts
        assert ready["clock"]["steps"] == 0 and ready["clock"]["machine_ahead_seconds"] == pytest.approx(step, abs=5)
        return
    assert ready["clock"]["steps"] == 1 and ready["clock"]["last_step_seconds"] == pytest.approx(step, abs=5)
    assert ready["clock"]["ahead_seconds"] == pytest.approx(max(-step, 0), abs=60)
    stepped = wait_for(lambda: world.server.log_lines("clock.stepped"), "it is logged")
    assert len(stepped) == 1 and stepped[0]["by_ms"] == pytest.approx(step * 1000, abs=5000)
    metrics = world.api.metrics()
    assert metrics["settled_clock_steps"] == 1
    assert metrics["settled_clock_ahead_seconds"] == pytest.approx(max(-step, 0), abs=60)


@pytest.mark.parametrize("is_killed", [False, True], ids=["stopped", "killed"])
def test_after_a_start_with_the_clock_set_back_a_day_time_goes_on_and_no_id_comes_twice(new_world, clock, is_killed):
    clock.set(DAY)
    world = new_world(SETTINGS, serve=False)
    world.start(variables=clock.variables)
    world.set_up()
    waiting = Waiting(world)
    if is_killed:
        world.server.kill()
        world.store.bury()
    else:
        assert world.server.stop() == 0
    clock.set(0)
    world.start(variables=clock.variables)
    told = waiting.check_over()
    # What others judge has the machine's time: the signature's age, and the bank's times against the payment's.
    assert abs(int({k.lower(): v for k, v in told[-1]["headers"].items()}["webhook-timestamp"]) - time.time()) < 60
    payment = world.payment(waiting.iban, amount="31.00", reference="AFTER-90417")
    waiting.settle_late("31.00", "AFTER-90417")
    wait_for(lambda: world.api.get(f"/v1/payments/{payment['id']}")["status"] == "settled", "matched after the step")
    check_order(world)
    status, output, error = run_settled("audit", "verify", "--data", world.data, "--config", world.config)
    assert status == 0, (output, error)
    if not is_engine():
        assert len(world.server.log_lines("clock.stepped")) == 1
        assert world.api.get("/readyz")["clock"]["ahead_seconds"] == pytest.approx(DAY, abs=60)
