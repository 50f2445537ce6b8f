"""Nodes that are well: any of them answers anything, learns what the others changed, and all together keep to a
partner's limit."""

import collections
import socket

import pytest

from support.bank import settled_payload
from support.clock import Clock
from support.cluster import LEASE_SECONDS
from support.waiting import wait_for

PLACES = 16  # attempts at one endpoint at a time


def id_of(name):
    return f"E2E-{name.replace(' ', '-')}"


def expect(world, iban, name):
    world.payment(iban, end_to_end_id=id_of(name))


def settle_at(node, iban, name):
    """The settlement of the payment that is expected under that name: by its id, so that it is published at once."""
    bank = node.bank()
    try:
        bank.acknowledged("TransactionSettled", settled_payload(iban, EndToEndTransactionId=id_of(name)))
    finally:
        bank.http.close()


def test_an_idempotency_key_is_known_to_every_node(new_cluster):
    cluster = new_cluster(["all", "all"])
    first, second = (node.api() for node in cluster.nodes)
    iban = cluster.world.account()
    body = {"client_id": "order-1", "amount": {"value": "1.00", "currency": "GBP"}, "payee": {"iban": iban}}
    key = {"Idempotency-Key": "the same"}
    made = first.call("POST", "/v1/payments", body, headers=key)
    again = second.call("POST", "/v1/payments", body, headers=key)
    assert again.status == made.status and again.body == made.body
    assert again.headers["Idempotent-Replayed"] == "true"
    other = second.call("POST", "/v1/payments", {**body, "client_id": "order-2"}, headers=key)
    assert other.code == "idempotency_key_reused"
    for api in (first, second):
        api.http.close()


def test_the_other_nodes_learn_what_one_node_changes(new_cluster):
    cluster = new_cluster(["all", "all"])
    world = cluster.world
    first, second = cluster.nodes
    key = world.make_key("payments:read")
    other = second.api(key)
    assert other.call("GET", "/v1/payments").status == 200
    key_id = [made["id"] for made in world.api.all("/v1/api-keys") if made["scopes"] == ["payments:read"]][0]
    world.api.delete(f"/v1/api-keys/{key_id}")
    wait_for(lambda: other.call("GET", "/v1/payments").code == "credentials_invalid", "the key is dead")
    other.http.close()

    iban = world.account()
    made, path = world.endpoint()
    expect(world, iban, "FIRST")
    settle_at(second, iban, "FIRST")
    world.sandbox.told(path, 1)
    world.api.patch(f"/v1/endpoints/{made['id']}", {"status": "disabled"})
    expect(world, iban, "SECOND")
    settle_at(second, iban, "SECOND")
    world.api.patch(f"/v1/endpoints/{made['id']}", {"status": "active"})
    expect(world, iban, "THIRD")
    settle_at(second, iban, "THIRD")
    wait_for(lambda: len(world.sandbox.records(path)) >= 2, "the endpoint is told again")
    assert not [r for r in world.sandbox.records(path) if "SECOND" in r["body"]]


def test_roles_split_the_work_and_what_a_node_does_not_do_is_not_there(new_cluster):
    cluster = new_cluster(["api", "intake", "worker"], "[matching]\nunmatched_after_seconds = 1\nwatermark_seconds = 1\n")
    api, intake, worker = cluster.nodes
    world = cluster.world
    iban = world.account()
    _, path = world.endpoint()
    for node, takes_hooks, serves_api in ((api, False, True), (intake, True, False), (worker, False, False)):
        bank, client = node.bank(), node.api()
        assert bank.send("FITestEvent", "test me").status == (200 if takes_hooks else 404)
        assert client.http.send("GET", "/v1/payments", {"Authorization": f"Bearer {world.key}"}).status == (
            200 if serves_api else 404)
        assert client.http.send("GET", "/readyz").status == 200
        bank.http.close()
        client.http.close()
    expect(world, iban, "MATCHED")
    settle_at(intake, iban, "MATCHED")
    settle_at(intake, iban, "NOBODY KNOWS")
    records = world.sandbox.told(path, 2)
    kinds = sorted(kind for r in records for kind in ("settlement.matched", "settlement.unmatched") if kind in r["body"])
    assert kinds == ["settlement.matched", "settlement.unmatched"]
    assert worker.counted("settled_settlements_told_unmatched_total") == 1
    assert api.counted("settled_node_workers") == 1


def test_all_workers_together_call_a_partner_no_more_often_at_a_time_than_one_may(new_cluster):
    cluster = new_cluster(["all", "all"])
    world = cluster.world
    first, second = cluster.nodes
    wait_for(lambda: first.counted("settled_node_workers") == 2, "they see each other")
    # The second began as a guest: its share is its own when what the first had under way is over.
    wait_for(lambda: first.counted("settled_node_workers") == 2 and cluster.database.value(
        "SELECT (extract(epoch FROM now()) * 1000000)::bigint - max(started_at) FROM node") > 16_500_000,
        "the second has its share", seconds=30, every=0.2)
    delay = 4_000  # long enough for both nodes to fill their places, on a slow machine too
    iban = world.account()
    _, path = world.endpoint(events=["settlement.unmatched", "settlement.matched"])
    world.sandbox.mode("slow", path, delay_ms=delay)
    count = 2 * PLACES
    for number in range(count):
        expect(world, iban, f"LIMIT {number:04}")
    for number in range(count):
        settle_at(cluster.nodes[number % 2], iban, f"LIMIT {number:04}")
    world.sandbox.told(path, PLACES + 1)
    world.sandbox.mode("ok", path)
    records = world.sandbox.told(path, count)
    changes = collections.Counter()
    for record in records[:PLACES + 1]:  # the later ones were answered at once
        changes[record["received_us"]] += 1
        changes[record["received_us"] + (delay - 20) * 1000] -= 1
    under_way, most = 0, 0
    for at in sorted(changes):
        under_way += changes[at]
        most = max(most, under_way)
    assert PLACES // 2 < most <= PLACES, most
    assert min(node.counted('settled_delivery_attempts_total{result="delivered"}') for node in cluster.nodes) > 0


@pytest.mark.parametrize("count", [3])
def test_each_job_is_done_by_one_node(new_cluster, count):
    cluster = new_cluster(["all"] * count, "[matching]\nunmatched_after_seconds = 1\nwatermark_seconds = 1\n")
    iban = cluster.world.account()
    _, path = cluster.world.endpoint()
    for number in range(10):
        settle_at(cluster.nodes[number % count], iban, f"NOBODY {number}")
    cluster.world.sandbox.told(path, 10)
    told = [node.counted("settled_settlements_told_unmatched_total") for node in cluster.nodes]
    assert sorted(told) == [0] * (count - 1) + [10]
    holders = {row["lease_owner"] for row in cluster.database.rows("SELECT lease_owner FROM job")}
    alive = {row["holder"] for row in cluster.database.rows("SELECT holder FROM node WHERE lease_until > 0")}
    assert holders and holders <= alive


def test_a_node_whose_clock_is_wrong_holds_nothing_longer_than_the_others(new_cluster, tmp_path):
    """Leases and retries are by the database's clock: else what it held would wait for its clock when it dies."""
    clock = Clock(tmp_path / "clock", seconds=600)
    cluster = new_cluster(["all", "all"], "[delivery]\nretry_after_seconds = [0, 3600]\n", variables={0: clock.variables})
    first, _ = cluster.nodes
    world = cluster.world
    now = "CAST(extract(epoch FROM clock_timestamp()) * 1000000 AS BIGINT)"
    wait_for(lambda: cluster.database.value("SELECT count(*) FROM job WHERE lease_owner = 0") == 0, "the jobs are held")
    for seconds in (600, -600):
        clock.set(seconds)
        renewed = cluster.database.value("SELECT lease_until FROM node WHERE number = 0")
        wait_for(lambda renewed=renewed: cluster.database.value("SELECT lease_until FROM node WHERE number = 0") != renewed,
                 "it renews its lease")
        ahead = cluster.database.value(f"SELECT max(lease_until) - {now} FROM node")
        assert ahead <= (LEASE_SECONDS + 1) * 1_000_000
        behind = cluster.database.value(f"SELECT min(lease_until) - {now} FROM node")
        assert behind > 0
        api = first.api()
        assert api.get("/readyz")["clock"]["machine_ahead_seconds"] in range(seconds - 5, seconds + 6)
        api.http.close()
    iban = world.account()
    _, path = world.endpoint()
    world.sandbox.mode("status", path, status=500)
    expect(world, iban, "LATER")
    settle_at(first, iban, "LATER")
    due = wait_for(lambda: cluster.database.rows(
        f"SELECT due_at - {now} AS left FROM task WHERE kind = 'delivery' AND attempts = 2 AND status = 'queued'"),
        "tried twice, the next time is an hour later")
    assert 0 < due[0]["left"] <= 3600 * 1.3 * 1_000_000


def test_the_status_names_the_hosts_of_the_nodes_and_when_each_was_seen(new_cluster):
    cluster = new_cluster(["all", "intake"])
    nodes = cluster.world.api.get("/v1/status")["nodes"]
    assert [node["id"] for node in nodes] == [0, 1] and {node["host"] for node in nodes} == {socket.gethostname()}
    assert nodes[1]["roles"] == ["intake"] and {node["state"] for node in nodes} == {"live"}
    seen = {node["id"]: node["seen_at"] for node in nodes}

    def renewed():
        now = {node["id"]: node["seen_at"] for node in cluster.world.api.get("/v1/status")["nodes"]}
        return all(now[number] > seen[number] for number in seen)
    wait_for(renewed, "each renews its lease")
