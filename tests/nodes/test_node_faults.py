"""Nodes that die, sleep and end under load: nothing acknowledged is lost, nothing has two effects."""

import json
import os
import random
import time

from support.bank import settled_payload
from support.cluster import TAKEOVER_SECONDS
from support.processes import run_settled
from support.senders import Sender, check_store
from support.store import check_told
from support.waiting import wait_for

SEED = int(os.environ.get("SETTLED_SEED", "0")) or random.SystemRandom().randrange(1 << 31)
PAYMENTS = 240
SENDERS = 4
RETRIES = "[delivery]\nretry_after_seconds = [0, 0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1]\n"


def register_over_all(cluster, iban, count):
    """Payments, each registered at another node."""
    apis = [node.api() for node in cluster.nodes]
    try:
        for number in range(count):
            apis[number % len(apis)].post("/v1/payments", {
                "client_id": f"order-{number}", "amount": {"value": "20.00", "currency": "GBP"}, "payee": {"iban": iban},
                "end_to_end_id": f"E2E-LOAD-{number:05}"})
    finally:
        for api in apis:
            api.http.close()


def test_three_nodes_of_which_one_is_killed_and_one_sleeps_longer_than_its_lease(new_cluster):
    print(f"SETTLED_SEED={SEED}")
    rng = random.Random(SEED)
    cluster = new_cluster(["all"] * 3, RETRIES)
    world = cluster.world
    iban = world.account()
    _, path = world.endpoint(events=["settlement.matched"])
    _, slow_path = world.endpoint(events=["settlement.matched"])
    world.sandbox.mode("slow", slow_path, delay_ms=150)
    register_over_all(cluster, iban, PAYMENTS)
    payloads = [settled_payload(iban, "20.00", EndToEndTransactionId=f"E2E-LOAD-{number:05}") for number in range(PAYMENTS)]
    doubled = payloads * 2
    rng.shuffle(doubled)
    acknowledged = set()
    senders = [Sender(cluster, doubled[i::SENDERS], random.Random(rng.random()), acknowledged, pace=0.02)
               for i in range(SENDERS)]
    for sender in senders:
        sender.start()
    wait_for(lambda: len(acknowledged) > PAYMENTS // 5, "load")
    first, killed, paused = cluster.nodes
    paused.pause()
    began = time.monotonic()
    wait_for(lambda: len(acknowledged) > PAYMENTS // 3, "load on two nodes", seconds=60)
    killed.server.kill()
    for sender in senders:
        sender.join(90)
        assert not sender.is_alive() and sender.failure is None, sender.failure
    assert len(acknowledged) == PAYMENTS
    # Thirty seconds of sleep are the test's subject: longer than the lease.
    wait_for(lambda: time.monotonic() - began > 30, "the sleep", seconds=40, every=0.2)
    paused.wake()
    wait_for(lambda: paused.server.log_lines("node.lease_lost"), "it notices")
    wait_for(paused.ready, "it has a place again")
    wait_for(lambda: cluster.undelivered() == 0, lambda: f"delivered: {cluster.undelivered()}",
             seconds=2 * TAKEOVER_SECONDS, every=0.2)

    check_store(cluster, acknowledged)
    stored = {row["id"]: row for row in cluster.database.rows(
        "SELECT e.id, e.body FROM event e WHERE e.type = 'settlement.matched'")}
    assert len(stored) == PAYMENTS
    for told_path in (path, slow_path):
        records = world.sandbox.records(told_path)
        assert {record["authenticity"] for record in records} == {"verified"}
        told = check_told(records, cluster.database)
        assert len(told) == PAYMENTS, f"{told_path}: an event was never told"
    assert first.counted('settled_node_leases_total{event="taken_over"}') + paused.counted(
        'settled_node_leases_total{event="taken_over"}') >= 2, "both leases were cleared up after"
    assert paused.counted('settled_node_leases_total{event="lost"}') == 1
    bank = paused.bank()
    bank.acknowledged("FITestEvent", "test me")
    bank.http.close()


def test_a_dead_node_is_named_until_one_is_started_and_published_once_by_the_cluster(new_cluster):
    cluster = new_cluster(["all"] * 3)
    world, (first, second, third) = cluster.world, cluster.nodes

    def findings():
        _, output, error = run_settled("doctor", "--check", "node.lost", "--data", world.data, "--config", world.config)
        assert output, error
        return [each for each in json.loads(output)["data"] if each["state"] == "warning"]

    def lost():
        return [json.loads(row["body"])["data"] for row in cluster.database.rows(
            "SELECT body FROM event WHERE type = 'node.lost' ORDER BY id")]
    third.server.kill()
    wait_for(lost, "the others publish it", seconds=2 * TAKEOVER_SECONDS, every=0.2)
    assert [each["roles"] for each in lost()] == [["intake", "worker", "api"]]
    assert world.api.get("/v1/events?type=node.lost")["data"][0]["subject"] == lost()[0]["node_id"]
    first.server.kill()
    second.server.kill()
    wait_for(lambda: len(findings()) == 2, "doctor misses both", seconds=2 * TAKEOVER_SECONDS, every=0.2)
    for found in findings():
        assert found["command"] is None and "Start it again" in found["cause"], found
    first.start()
    wait_for(lambda: not findings(), "the one that is back has cleared up", seconds=2 * TAKEOVER_SECONDS, every=0.2)
    assert len(lost()) == 3 and len({each["node_id"] for each in lost()}) == 3, "each once"


def test_a_node_that_ends_hands_its_work_over_at_once(new_cluster):
    cluster = new_cluster(["all", "all"], RETRIES)
    world = cluster.world
    iban = world.account()
    _, path = world.endpoint(events=["settlement.matched"])
    world.sandbox.mode("hang", path)  # nothing is taken while the first node is there
    count = 60
    register_over_all(cluster, iban, count)
    first, second = cluster.nodes
    acknowledged = set()
    sender = Sender(cluster, [settled_payload(iban, "20.00", EndToEndTransactionId=f"E2E-LOAD-{number:05}") for number in range(count)],
                    random.Random(SEED), acknowledged, pace=0)
    cluster.nodes = [first]
    sender.start()
    sender.join(60)
    assert len(acknowledged) == count and sender.failure is None
    world.close_clients()
    assert first.server.stop() == 0, first.server.log_text()[-2000:]
    world.sandbox.mode("ok", path)
    cluster.nodes = [first, second]
    held = cluster.database.value("SELECT count(*) FROM task WHERE status = 'queued' AND lease_owner <> 0 AND "
                                  "lease_owner NOT IN (SELECT holder FROM node WHERE lease_until > 0)")
    assert held == 0, "it left nothing behind"
    wait_for(lambda: cluster.undelivered() == 0, lambda: f"delivered: {cluster.undelivered()}", every=0.05)
    assert second.counted('settled_node_leases_total{event="taken_over"}') == 0, "nobody waited for a lease to run out"
    assert second.counted("settled_delivery_claims_total") > 0
    check_store(cluster, acknowledged)
    assert len(check_told(world.sandbox.records(path), cluster.database)) == count
