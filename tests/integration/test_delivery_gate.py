"""Deliveries through a gate that cuts, resets, delays and swallows: each event reaches its partner with the same id and the same
bytes, in order where order is asked for, and no other partner notices."""

import itertools
import json
import threading

import pytest

from support.bank import settled_payload
from support.clock import Clock
from support.gate import OK, Fate, Gate
from support.outage import SETTINGS, Outage
from support.postgres import is_engine
from support.waiting import wait_for

HOPS = {"1 s": [1], "6 h": [5, 300, 1800, 900, 900, 3600, 7200, 6900], "4 days": [60, 60, 600, *13 * [7 * 3600]]}
QUICK = "[server]\nthreads = 1\n[delivery]\nretry_after_seconds = [0, 0, 1, 1, 1, 1]\n[matching]\nwatermark_seconds = 0"


@pytest.fixture
def gate():
    made = Gate()
    yield made
    made.close()


def settle(world, iban, count):
    for _ in range(count):
        payload = settled_payload(iban)
        world.payment(iban, end_to_end_id=payload["EndToEndTransactionId"])
        world.bank.acknowledged("TransactionSettled", payload)


def endpoint_at(world, gate, path="/told", **rest):
    return world.api.post("/v1/endpoints", {"url": gate.url + path, "events": ["settlement.matched"], **rest})


def all_done(world, endpoint, count):
    def ask():
        found = world.api.all(f"/v1/deliveries?endpoint={endpoint['id']}")
        return found if len(found) == count and {each["status"] for each in found} == {"done"} else None
    return wait_for(ask, lambda: f"{count} are delivered: {world.api.all('/v1/deliveries?endpoint=' + endpoint['id'])[:3]}")


@pytest.mark.parametrize("reset", [False, True], ids=["closed", "reset"])
def test_an_answer_that_is_cut_at_any_byte_is_no_delivery_and_the_event_is_sent_again(new_world, gate, reset):
    world = new_world(QUICK)
    made, iban = endpoint_at(world, gate, concurrency=1), world.account()
    cuts = iter(range(len(OK)))
    cut_at = {}

    def cut_the_first_of_each(request):
        if request.id in cut_at:
            return Fate()
        cut_at[request.id] = next(cuts)
        return Fate(cut_at[request.id], reset)
    gate.on_request = cut_the_first_of_each
    settle(world, iban, len(OK))
    deliveries = all_done(world, made, len(OK))
    assert sorted(cut_at.values()) == list(range(len(OK)))
    assert set(gate.check_stable()) == {each["event_id"] for each in deliveries}
    for each in deliveries:
        requests = [request for request in gate.seen() if request.id == each["event_id"]]
        assert [request.answered for request in requests] == [False, True], "once cut, once taken, and never again"
        # A connection that was kept and ends before the first byte may be replaced within the attempt.
        outcomes = [a["outcome"] for a in world.api.get(f"/v1/deliveries/{each['id']}")["attempts"]]
        assert outcomes == ["peer_closed", "delivered"] or (cut_at[each["event_id"]] == 0 and outcomes == ["delivered"]), (
            cut_at[each["event_id"]], outcomes)


def test_a_whole_answer_counts_although_the_connection_is_reset_after_it(new_world, gate):
    world = new_world(QUICK)
    made, iban = endpoint_at(world, gate), world.account()
    gate.cut(len(OK), reset=True)
    settle(world, iban, 5)
    all_done(world, made, 5)
    assert len(gate.seen()) == 5 and len(gate.check_stable()) == 5


def test_a_black_hole_and_a_slow_partner_delay_no_other_partner(new_world, gate):
    world = new_world(QUICK)
    hole, slow = Gate(), Gate()
    try:
        lost, late, well = (endpoint_at(world, each) for each in (hole, slow, gate))
        iban = world.account()
        hole.black_hole()
        slow.delay(1)
        settle(world, iban, 8)
        all_done(world, well, 8)
        assert not hole.taken() and len(gate.seen()) == 8
        all_done(world, late, 8)
        wait_for(lambda: any(each["outcome"] == "peer_timeout" for each in world.api.all(f"/v1/deliveries?endpoint={lost['id']}")),
                 "an attempt into the hole ends by its deadline")
        hole.open()
        all_done(world, lost, 8)
        assert set(hole.check_stable()) == set(gate.check_stable())
    finally:
        hole.close()
        slow.close()


def test_a_request_that_does_not_arrive_whole_is_sent_again(new_world, gate):
    world = new_world(QUICK)
    made, iban = endpoint_at(world, gate), world.account()
    gate.shut()
    settle(world, iban, 3)
    wait_for(lambda: all(each["attempts_made"] for each in world.api.all(f"/v1/deliveries?endpoint={made['id']}")), "all are tried")
    gate.open()
    all_done(world, made, 3)
    assert len(gate.seen()) == 3


@pytest.mark.parametrize("moment", ["before the answer", "within the answer", "after the answer"])
@pytest.mark.parametrize("schedule", [{}, {"schedule": {"interval_seconds": 30}}, {"schedule": {"interval_seconds": 30, "batch": True}}],
                         ids=["at once", "interval", "batch"])
def test_a_server_that_is_killed_during_a_delivery_sends_the_same_bytes_again(new_world, gate, tmp_path, moment, schedule):
    if schedule and is_engine():
        pytest.skip("the database's clock is the one that counts")
    clock = Clock(tmp_path / "clock")
    world = new_world(QUICK, serve=False)
    world.start(variables=clock.variables)
    world.set_up()
    made, iban = endpoint_at(world, gate, **schedule), world.account()
    kill, number, all_settled = world.server.kill, itertools.count(), threading.Event()
    bytes_sent = {"before the answer": 0, "within the answer": 20, "after the answer": None}[moment]

    def die(_):
        return Fate(bytes_sent, wait=all_settled.wait, after=kill) if next(number) == 0 else Fate()
    gate.on_request = die
    settle(world, iban, 3)
    all_settled.set()
    if schedule:
        wait_for(lambda: len(world.api.all(f"/v1/deliveries?endpoint={made['id']}")) == 3, "three gather")
        assert not gate.seen()
        clock.set(60)  # the interval is over
    wait_for(lambda: not world.server.is_running(), "it is killed")
    world.close_clients()
    world.store.bury()
    world.start(variables=clock.variables)
    deliveries = all_done(world, made, 3)
    gate.check_stable()
    told = [event["id"] for request in gate.taken() for event in events_in(request)]
    assert set(told) == {each["event_id"] for each in deliveries}
    # The one that was under way may come twice, under its id; no other does.
    first = events_in(gate.seen()[0])[0]["id"]
    seen = [event["id"] for request in gate.seen() for event in events_in(request)]
    again = {event for event in seen if seen.count(event) > 1}
    assert first in again or moment == "after the answer"
    if schedule.get("schedule", {}).get("batch"):
        assert len({request.id for request in gate.seen()}) == 1 and gate.seen()[0].id.startswith("bat_")


def events_in(request):
    body = json.loads(request.body)
    return body["data"]["events"] if body["type"] == "events.batch" else [body]


# Outages

@pytest.mark.skipif(is_engine(), reason="the database's clock is the one that counts")
@pytest.mark.parametrize("how", ["shut", "cut"])
@pytest.mark.parametrize("hops", HOPS.values(), ids=HOPS)
def test_an_outage_loses_nothing_harms_no_other_partner_and_is_made_up_for_with_one_attempt_each(new_world, tmp_path, hops, how):
    clock = Clock(tmp_path / "clock")
    world = new_world(SETTINGS, serve=False)
    world.start(variables=clock.variables)
    world.set_up()
    outage = Outage(world, clock)
    try:
        outage.run(how, hops, per_hop=2)
    finally:
        outage.close()
