"""An old copy of the store is put back, and clients post their orders again: the bank is asked to pay none a second time,
for ids are derived from what they are for."""

import json

import pytest

from support.copies import copy_of
from support.money_out import PATIENT, PAYING, MoneyOut
from support.processes import run_settled
from support.waiting import wait_for


def restart(world, between, arguments=()):
    world.close_clients()
    assert world.server.stop() == 0
    done = between()
    world.start(arguments=arguments)
    return done


@pytest.mark.parametrize("batch", [1, 7], ids=["alone", "in-other-batches"])
def test_orders_posted_again_to_an_older_store_are_paid_once(new_world, batch):
    world = new_world(PATIENT)
    bank = MoneyOut(world)
    earlier = bank.order("earlier")
    bank.until(earlier, "settled")
    copy = restart(world, lambda: copy_of(world))
    bodies = [bank.body(f"again-{i}", amount=f"{10 + i}.00") for i in range(14)]
    first = [order for at in range(0, len(bodies), batch) for order in bank.together(bodies[at:at + batch])]
    for order in first:
        bank.until(order, "settled")
    wait_for(lambda: not world.sandbox.webhooks("waiting"), "the bank's webhooks have come")
    ids = {order["client_id"]: (order["id"], order["end_to_end_id"]) for order in first}
    paid = {b["end_to_end_id"]: b["transaction_id"] for b in bank.payments_out()}

    restart(world, copy.put_back)
    assert [order["client_id"] for order in bank.api.all("/v1/orders")] == ["earlier"], "the store is the old one"
    again = [bank.api.post("/v1/orders", body, statuses=(202,)) for body in bodies]
    for order in again:
        assert order["end_to_end_id"] == ids[order["client_id"]][1]
        ended = bank.until(order, "settled")
        assert ended["transaction_id"] == paid[order["end_to_end_id"]], "it is the payment from before"
    assert bank.payments_out() and len(bank.payments_out()) == len(bodies) + 1
    bank.check_each_paid_once([earlier, *again])
    assert bank.reviews() == []


@pytest.mark.parametrize("doubled", [0, 2], ids=["once", "doubled"])
def test_a_marked_store_learns_what_was_paid_before_it_pays_again(new_world, doubled):
    world = new_world(PATIENT)
    bank = MoneyOut(world)
    bank.duplicate_webhooks(doubled)
    earlier = bank.order("earlier")
    bank.until(earlier, "settled")
    copy = restart(world, lambda: copy_of(world))
    bodies = [bank.body(f"again-{i}", amount=f"{10 + i}.00") for i in range(8)]
    first = [bank.api.post("/v1/orders", body, statuses=(202,)) for body in bodies]
    for order in first:
        bank.until(order, "settled")
    wait_for(lambda: not world.sandbox.webhooks("waiting"), "the bank's webhooks have come")
    paid = {b["end_to_end_id"]: b["transaction_id"] for b in bank.payments_out()}
    calls = len(bank.calls(PAYING))

    restart(world, copy.put_back, ["--after-restore"])
    assert bank.api.call("GET", "/readyz").json["calls_held"] is True
    again = [bank.api.post("/v1/orders", body, statuses=(202,)) for body in bodies]
    fresh = bank.order("fresh", amount="99.00")
    bank.caught_up()
    held = bank.api.get("/v1/calls/held")
    assert held["held"] and held["not_caught_up"] == []
    assert len(bank.calls(PAYING)) == calls, "nothing that moves money is sent while the mark stands"
    assert bank.get(fresh)["status"] == "queued"

    ended = world.operator_post("/v1/calls/resume", {"reason": "the bank's list was compared"})
    assert not ended["held"] and ended["ended_by"].startswith("operator")
    assert "calls_held" not in bank.api.call("GET", "/readyz").json
    for order in again:
        assert bank.until(order, "settled")["transaction_id"] == paid[order["end_to_end_id"]]
    bank.until(fresh, "settled")
    assert len(bank.calls(PAYING)) == calls + 1, "only the new order was sent"
    bank.check_each_paid_once([earlier, *again, fresh])
    assert bank.reviews() == []
    refused = bank.api.call("POST", "/v1/calls/resume", {"reason": "again"}, headers={"Idempotency-Key": "again"})
    assert (refused.status, refused.code) == (409, "state_conflict")


def test_the_mark_stands_until_the_bank_was_asked(new_world):
    world = new_world(PATIENT)
    bank = MoneyOut(world)
    bank.fault(path="/v2/Accounts", processed=False, status=503, count=1000)
    copy = restart(world, lambda: copy_of(world))
    restart(world, copy.put_back, ["--after-restore"])
    refused = bank.api.call("POST", "/v1/calls/resume", {"reason": "too early"}, headers={"Idempotency-Key": "early"})
    assert (refused.status, refused.code) == (409, "catch_up_unfinished")
    running = bank.api.call("POST", "/v1/catch-ups", {"connector": "clearbank"}, headers={"Idempotency-Key": "second"})
    assert (running.status, running.code) == (409, "catch_up_running")


def test_a_debit_of_an_order_that_the_store_has_forgotten_is_for_a_person_until_it_comes_back(new_world):
    world = new_world(PATIENT)
    bank = MoneyOut(world)
    copy = restart(world, lambda: copy_of(world))
    body = bank.body("forgotten")
    bank.until(bank.api.post("/v1/orders", body, statuses=(202,)), "settled")
    wait_for(lambda: not world.sandbox.webhooks("waiting"), "the bank's webhooks have come")
    restart(world, copy.put_back, ["--after-restore"])
    bank.caught_up()
    review, = bank.reviews()
    assert review["kind"] == "settlement_unexplained"
    world.operator_post("/v1/calls/resume", {"reason": "its client posts it again"})
    order = bank.api.post("/v1/orders", body, statuses=(202,))
    bank.until(order, "settled")
    assert bank.reviews() == []
    bank.check_each_paid_once([order])


def test_a_store_that_was_put_back_by_other_means_is_marked_by_a_command(new_world):
    world = new_world(PATIENT)
    bank = MoneyOut(world)
    world.close_clients()
    assert world.server.stop() == 0
    status, output, error = run_settled("restore", "--mark", "--data", world.data, "--config", world.config)
    assert status == 0, (output, error)
    world.start()
    bank.caught_up()
    assert bank.api.get("/v1/calls/held")["held"]
    status, output, error = run_settled("doctor", "--check", "calls.held", "--data", world.data, "--config", world.config,
                                        "--json")
    finding, = json.loads(output)["data"]
    assert (status, finding["state"]) == (0, "warning"), error
    assert "resume" not in json.dumps(finding), "doctor never says to end a mark"
    status, output, error = run_settled("calls", "resume", "--reason", "compared", "--actor", "anna", "--data", world.data,
                                        "--config", world.config, "--json")
    assert status == 0 and json.loads(output)["ended_by"] == "operator:anna", error
    order = bank.order()
    bank.until(order, "settled")
    bank.check_each_paid_once([order])
