"""The life of an order (post, call, reply, webhook) with the server killed at each of its writes, and at random moments
under load: after a restart the bank's ledger has one payment for each order, and the order says so.

CRASH_ROUNDS: how often the server is killed under load (default 5); above 5 each write is visited, else each sync and
every fourth write. SETTLED_SEED repeats a run's moments.
"""

import http.client
import os
import random
import shutil
import time

import pytest

from support.faults import SYNCS, WRITES, require_ptrace
from support.money_out import CALLS, MoneyOut, order_body
from support.stage import ROUNDS, end_server, points, put_back_template, start_with_fault
from support.store import Store
from support.waiting import wait_for
from support.world import World

SEED = int(os.environ.get("SETTLED_SEED", "0")) or random.SystemRandom().randrange(1 << 31)
ORDERS = 50
SETTINGS = "[server]\nthreads = 1\n[delivery]\nretry_after_seconds = [0, 0, 0, 1, 1, 1, 1, 1]\n" + CALLS


class OrderStage:
    """A data directory whose connector pays, made once and copied for each point. The bank forgets nothing in between,
    so that each point has an order of its own."""

    def __init__(self, directory, contract, keys):
        require_ptrace()
        self.directory = directory
        self.world = World(directory, contract, keys, SETTINGS, store=Store(directory / "data"))
        self.bank = MoneyOut(self.world)
        _, self.path = self.world.endpoint(events=["order.settled"])
        assert self.world.server.stop() == 0
        self.template = directory / "template"
        shutil.move(self.world.data, self.template)

    def start(self, calls, point):
        put_back_template(self.world, self.template)
        return start_with_fault(self.world, self.directory, calls, "signal=KILL", point)

    def post(self, body):
        """Whether the order was acknowledged."""
        try:
            answer = self.world.api.call("POST", "/v1/orders", body, headers={"Idempotency-Key": body["client_id"]})
        except (OSError, http.client.HTTPException):
            return False
        assert answer.status in (200, 202), answer.body
        return True

    def is_settled(self, client_id):
        rows = self.world.store.rows("SELECT status FROM payment_order WHERE client_id = ?", client_id)
        return rows == [{"status": "settled"}] and not self.world.store.undelivered()

    def end(self, body):
        """Without faults; then everything must be right."""
        self.world.start()
        assert self.post(body)
        order = self.bank.until(body, "settled")
        wait_for(lambda: self.is_settled(body["client_id"]), "it is told")
        assert len(self.bank.payments_out(order["end_to_end_id"])) == 1
        self.bank.check_each_paid_once([order])
        assert self.bank.events(order["id"]).count("order.settled") == 1
        assert self.bank.reviews(order["id"]) == []
        told = {record["id"] for record in self.world.sandbox.records(self.path) if order["id"] in record["body"]}
        assert len(told) == 1
        self.world.store.check()
        self.world.close_clients()
        assert self.world.server.stop() == 0


@pytest.fixture(scope="module")
def order_stage(tmp_path_factory, contract, sandbox_keys):
    made = OrderStage(tmp_path_factory.mktemp("orders"), contract, sandbox_keys)
    yield made
    made.world.close()


@pytest.mark.parametrize("calls", [SYNCS, WRITES], ids=["sync", "write"])
def test_killed_at_each_point_the_order_is_paid_once(order_stage, calls):
    stage, world = order_stage, order_stage.world
    for point in points(calls):
        strace = stage.start(calls, point)
        body = order_body(f"{calls[:5]}-{point}", stage.bank.debtor)
        acknowledged = world.server.port is not None and stage.post(body)
        if acknowledged:
            wait_for(lambda: stage.is_settled(body["client_id"]) or not world.server.is_running(), "settled, or dead")
        end_server(world)
        killed = strace.killed()
        with world.store.as_left_behind() as left:
            left.check()
            stored = {row["client_id"] for row in left.rows("SELECT client_id FROM payment_order")}
            assert not acknowledged or body["client_id"] in stored, "an order was acknowledged and is not stored"
        stage.end(body)
        if not killed:
            break
    print(f"{point} points")
    assert not killed and point > (5 if calls == SYNCS else 20), f"only {point} points: was anything killed?"


def test_killed_at_random_moments_while_orders_run_each_is_paid_once(new_world):
    print(f"SETTLED_SEED={SEED}")
    rng = random.Random(SEED)
    world = new_world(SETTINGS, retry_every_ms=100, answer_within_ms=2000)
    bank = MoneyOut(world)
    orders = []
    for number in range(ROUNDS):
        bodies = [bank.body(f"round-{number}-{i}", amount=f"{10 + i % 7}.00") for i in range(ORDERS)]
        # The moment of the kill: while they are posted, or after so many webhooks, and then some milliseconds.
        posted = rng.randrange(1, ORDERS + 1)
        before = world.sandbox.acknowledged_count()
        for body in bodies[:posted]:
            bank.api.post("/v1/orders", body)
        wanted = rng.randrange(posted + 1)
        wait_for(lambda: world.sandbox.acknowledged_count() >= before + wanted, "webhooks", every=0.001)
        time.sleep(rng.random() * 0.02)  # not a wait for anything: the random part of the moment
        world.close_clients()
        world.server.kill()
        with world.store.as_left_behind() as left:
            left.check()
            stored = {row["client_id"] for row in left.rows("SELECT client_id FROM payment_order")}
            assert {body["client_id"] for body in bodies[:posted]} <= stored
        world.start()
        orders += [bank.api.post("/v1/orders", body) for body in bodies]
    for order in orders:
        bank.until(order, "settled")
    bank.check_each_paid_once(orders)
    debits = bank.summary()["debit"]["settled"]
    assert debits["count"] == len(orders)
    assert debits["sum_minor"] == sum(100 * (10 + i % 7) for _ in range(ROUNDS) for i in range(ORDERS))
    assert bank.reviews() == []
    world.store.check()
