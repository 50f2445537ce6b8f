"""Two nodes and a partner behind a gate: what one node has under way while it sleeps or is killed the other delivers, with the same
id and bytes, and what the first hears too late changes nothing."""

import threading

import pytest

from support.bank import settled_payload
from support.cluster import TAKEOVER_SECONDS
from support.gate import Fate, Gate
from support.waiting import wait_for

SETTINGS = "[delivery]\nretry_after_seconds = [1, 1, 1]\n[matching]\nwatermark_seconds = 0\n"


@pytest.fixture
def gate():
    made = Gate()
    yield made
    made.close()


def settle_at(cluster, node, iban, reference):
    payload = settled_payload(iban, Reference=reference)
    cluster.world.payment(iban, end_to_end_id=payload["EndToEndTransactionId"])
    bank = node.bank(timeout=20)
    try:
        bank.acknowledged("TransactionSettled", payload)
    finally:
        bank.http.close()


# No lease is shorter than an attempt may take (limits.h): a node must sleep, for its lease to end under an attempt.
@pytest.mark.parametrize("how", ["sleeps", "is killed"])
def test_an_attempt_that_its_node_does_not_see_the_end_of_is_made_by_the_other(new_cluster, gate, how):
    cluster = new_cluster(["all", "intake,api"], SETTINGS)
    first, second = cluster.nodes
    world, iban = cluster.world, cluster.world.account()
    made = world.api.post("/v1/endpoints", {"url": gate.url + "/told", "events": ["settlement.matched"]})
    asked, answer = threading.Event(), threading.Event()

    def keep_waiting(_):
        if asked.is_set():
            return Fate()
        asked.set()
        return Fate(wait=answer.wait)
    gate.on_request = keep_waiting
    settle_at(cluster, first, iban, "SLEPT OVER")
    assert asked.wait(20), "the attempt is under way"
    if how == "sleeps":
        first.pause()
    else:
        first.server.kill()
    world.close_clients()
    second.server.stop()
    second.roles = "all"
    second.start()
    world.server, world.data, world.config = second.server, second.directory / "data", second.config
    world.connect()
    wait_for(lambda: cluster.undelivered() == 0, lambda: f"the other delivers it: {gate.seen()}", seconds=2 * TAKEOVER_SECONDS,
             every=0.1)
    attempts = cluster.database.rows("SELECT outcome, fence FROM attempt")
    answer.set()
    if how == "sleeps":
        first.wake()
        wait_for(lambda: first.server.log_lines("node.lease_lost"), "the sleeper notices")
        wait_for(first.ready, "it has a place again")
    assert cluster.database.rows("SELECT outcome, fence FROM attempt") == attempts and len(attempts) == 1
    assert attempts[0]["outcome"] == "delivered"
    assert len(gate.seen()) == 2 and len(gate.check_stable()) == 1
    delivery = world.api.all(f"/v1/deliveries?endpoint={made['id']}")[0]
    assert (delivery["status"], delivery["attempts_made"]) == ("done", 1)
