"""What is final and old is removed from the store of a running server, however often that is killed."""

import json

import pytest

from support.bank import settled_payload
from support.clock import DAY, Clock
from support.postgres import is_engine
from support.processes import run_settled
from support.waiting import wait_for

PAYMENTS = 30

pytestmark = pytest.mark.skipif(is_engine(), reason="a database has a clock of its own, which is not set")


@pytest.fixture
def clock(tmp_path):
    return Clock(tmp_path / "clock")


class Purging:
    def __init__(self, world, clock):
        self.world, self.clock = world, clock
        self.payloads, self.payments = [], []

    def pay(self, count):
        iban = self.world.account()
        _, path = self.world.endpoint(events=["settlement.matched"])
        for number in range(count):
            payload = settled_payload(iban, f"{number + 1}.00")
            self.payments.append(self.world.payment(iban, amount=f"{number + 1}.00",
                                                    end_to_end_id=payload["EndToEndTransactionId"]))
            self.world.bank.acknowledged("TransactionSettled", payload)
            self.payloads.append(payload)
        self.world.sandbox.told(path, count)
        wait_for(lambda: not self.world.store.rows("SELECT 1 AS x FROM task WHERE status = 'queued'"), "all is told")
        wait_for(lambda: not self.world.store.rows("SELECT 1 AS x FROM feed_waiting"), "all have their places")

    def restart(self, ahead=0):
        """What was committed is sealed at a start."""
        self.world.server.kill()
        self.clock.set(ahead)
        self.world.start(variables=self.clock.variables)
        wait_for(lambda: self.world.store.rows("SELECT 1 AS x FROM evidence_seal"), "it is sealed")

    def settled(self, *arguments):
        return run_settled(*arguments, "--data", self.world.data, "--config", self.world.config)

    def proved(self):
        status, output, errors = self.settled("audit", "verify", "--json")
        assert status == 0, (output, errors)
        return json.loads(output)


@pytest.fixture
def purging(new_world, clock):
    world = new_world("[matching]\nunmatched_after_seconds = 0\nwatermark_seconds = 0\n", serve=False)
    world.start(variables=clock.variables)
    world.set_up()
    made = Purging(world, clock)
    made.pay(PAYMENTS)
    made.restart()
    made.restart(401 * DAY)
    return made


def test_the_command_counts_first_and_then_removes_what_is_final(purging):
    world = purging.world
    status, output, errors = purging.settled("purge", "--older-than", "400d", "--dry-run", "--json")
    assert status == 0, errors
    assert json.loads(output)["purged"]["payments"] == PAYMENTS
    assert len(world.store.rows("SELECT id FROM payment")) == PAYMENTS
    for wrong in (["--older-than", "99h"], ["--older-than", "400d", "--kind", "keys"], ["--older-than", "400d"]):
        assert purging.settled("purge", *wrong)[0] == 2, wrong
    status, _, errors = purging.settled("purge", "--older-than", "99d", "--yes")
    assert status == 1 and "100 days" in errors
    status, output, errors = purging.settled("purge", "--older-than", "400d", "--kind", "payments,events", "--yes", "--json")
    assert status == 0, errors
    purged = json.loads(output)["purged"]
    assert (purged["payments"], purged["settlements"], purged["matches"]) == (PAYMENTS,) * 3
    assert purged["events"] == PAYMENTS
    assert world.store.rows("SELECT id FROM payment") == []
    assert purging.proved()["purged"] == 4 * PAYMENTS
    gone = world.api.call("GET", f"/v1/payments/{purging.payments[0]['id']}")
    assert (gone.status, gone.code) == (410, "purged") and gone.json["purged_at"]
    metrics = world.api.metrics()
    assert metrics['settled_purged_total{kind="payments"}'] == PAYMENTS


def test_a_webhook_that_comes_again_after_its_settlement_was_purged_has_no_effect(purging):
    world = purging.world
    assert purging.settled("purge", "--older-than", "400d", "--yes")[0] == 0
    before = world.store.counts()
    for payload in purging.payloads[:5]:
        world.bank.acknowledged("TransactionSettled", payload)
    assert world.store.counts() == before
    assert world.api.get("/v1/settlements")["data"] == []


def test_a_purge_that_is_cut_by_kills_ends_as_one_that_is_not(purging):
    world = purging.world
    purge = world.operator_post("/v1/purges", {"older_than_days": 400})["id"]
    for _ in range(4):
        world.server.kill()
        world.start(variables=purging.clock.variables)
        halves = world.store.rows("SELECT 1 AS x FROM settlement_match m WHERE NOT EXISTS (SELECT 1 FROM payment p "
                                  "WHERE p.id = m.payment_id)")
        assert halves == []
    done = wait_for(lambda: (now := world.api.get(f"/v1/purges/{purge}"))["status"] == "done" and now, "it goes on")
    assert done["purged"]["payments"] == PAYMENTS
    assert done["purged"]["events"] == PAYMENTS
    assert purging.proved()["holds"]


def test_the_setting_removes_what_is_old_by_itself(new_world, clock):
    world = new_world("[matching]\nunmatched_after_seconds = 0\nwatermark_seconds = 0\n"
                      "[retention]\npayments_days = 100\n", serve=False)
    world.start(variables=clock.variables)
    world.set_up()
    made = Purging(world, clock)
    made.pay(3)
    made.restart()
    assert len(world.store.rows("SELECT id FROM payment")) == 3
    made.restart(101 * DAY)
    wait_for(lambda: not world.store.rows("SELECT id FROM payment"), "they are removed")
    assert len(world.store.rows("SELECT id FROM event")) == 3
    assert made.proved()["purged"] == 9
