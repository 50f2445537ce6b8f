"""Two nodes send calls: one sleeps past its lease while the bank has its call, the other takes the call over."""

import pytest

from support.cluster import TAKEOVER_SECONDS
from support.money_out import MoneyOut
from support.waiting import wait_for

CALLS = """
[calls]
timeout_seconds = 120
retry_after_seconds = [0, 0, 1]
query_after_seconds = [1]
probe_every_seconds = 1
"""


@pytest.mark.parametrize("processed", [True, False], ids=["the-bank-took-it", "the-bank-did-not"])
def test_a_call_that_its_node_slept_over_is_sent_again_under_its_id_and_paid_once(new_cluster, processed):
    cluster = new_cluster(["all", "all"], CALLS)
    world, (sleeper, other) = cluster.world, cluster.nodes
    bank = MoneyOut(world)
    world.close_clients()
    assert other.server.stop() == 0
    world.connect()
    bank.fault(processed=processed, hang=True, count=1)
    before = len(bank.calls())
    order = bank.order()
    first = wait_for(lambda: bank.calls()[before:], "its call is under way")[0]
    sleeper.pause()
    other.start()
    cluster.call_through(other)
    wait_for(lambda: len(bank.calls()) >= before + 2, "the other takes it over", seconds=2 * TAKEOVER_SECONDS, every=0.1)
    bank.until(order, "settled")
    bank.until_quiet()
    tries = bank.calls()[before:]
    assert len(tries) == 2 and {(t["request_id"], t["body_sha256"]) for t in tries} == {
        (first["request_id"], first["body_sha256"])}

    version = bank.get(order)["version"]
    sleeper.wake()
    bank.no_faults()  # what was kept back reaches the sleeper
    wait_for(lambda: sleeper.server.log_lines("call.lease_lost"), "what the sleeper heard is dropped")
    wait_for(sleeper.ready, "it has a place again")
    ended = bank.get(order)
    assert (ended["status"], ended["version"]) == ("settled", version)
    assert len(bank.calls()[before:]) == 2
    bank.check_each_paid_once([order])


def test_two_nodes_that_send_together_pay_each_order_once(new_cluster):
    cluster = new_cluster(["all", "all"], CALLS.replace("120", "1"))
    bank = MoneyOut(cluster.world)
    bank.fault(processed=True, cut_after=30, every=7)
    apis = [node.api() for node in cluster.nodes]
    try:
        orders = [apis[i % 2].post("/v1/orders", bank.body(f"two-{i}", amount=f"{10 + i}.00"), statuses=(202,))
                  for i in range(100)]
    finally:
        for api in apis:
            api.http.close()
    for order in orders:
        bank.until(order, "settled")
    bank.check_each_paid_once(orders)
    assert bank.summary()["debit"]["settled"]["count"] == len(orders)
