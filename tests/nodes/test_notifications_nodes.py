"""A platform's notifications at two nodes: one effect, whichever node gets them, and whichever ends meanwhile."""

import base64
import json

import pytest

from support.cluster import TAKEOVER_SECONDS, Cluster
from support.http_client import HttpClient
from support.platform import NOTIFICATIONS, RECEIVED, Platform
from support.waiting import PATIENCE_SECONDS, wait_for


@pytest.fixture
def platform(tmp_path, contract, sandbox_keys):
    cluster = Cluster(tmp_path, contract, sandbox_keys, ["all", "all"], NOTIFICATIONS)
    try:
        made = Platform(cluster.world, over_tls=False, is_tls_server=False)
        made.cluster = cluster
        message = {"id": "A0", "notificationType": "t", "eventTime": "2017-01-01T00:00:00"}
        for node in cluster.nodes:
            wait_for(lambda n=node: send(made, n, message) == 200, "every node hears of the connector")
        yield made
    finally:
        cluster.close()


def send(platform, node, message):
    pair = base64.b64encode(f"{platform.username}:{platform.password}".encode()).decode()
    http = HttpClient(port=node.port)
    try:
        return http.send("POST", platform.hook, {"Content-Type": "application/json", "Authorization": f"Basic {pair}"},
                         json.dumps(message).encode()).status
    finally:
        http.close()


def message_of(platform, object_id, **members):
    url = f"{platform.content_root}/v1/UnsecuredLoans/application/{object_id}"
    return {"id": object_id, "content": url, "notificationType": "statusChange", "partnerCode": "X",
            "eventDescription": "", "eventTime": "2017-01-01T00:00:00", **members}


def test_one_that_comes_to_both_nodes_has_one_effect(platform):
    _, path = platform.world.endpoint(events=(RECEIVED,))
    for number in range(10):
        object_id = f"B{number}"
        platform.sandbox.put(f"/platform/content/{object_id}", {"number": number})
        for node in platform.cluster.nodes * 2:
            assert send(platform, node, message_of(platform, object_id)) == 200
    for number in range(10):
        found = platform.until(f"B{number}", "complete", received_count=4)
        assert found["content"] == {"number": number}
        assert len(platform.received(path, f"B{number}")) == 1
        assert len(platform.content_requests(f"B{number}")) == 1


def test_content_that_a_node_took_with_it_is_fetched_by_the_other(platform):
    _, path = platform.world.endpoint(events=(RECEIVED,))
    platform.sandbox.put("/platform/content/C1", {"state": "Posted"})
    platform.fault(path="/v1/", hang=True, count=1)
    first, second = platform.cluster.nodes
    assert send(platform, second, message_of(platform, "C1")) == 200
    wait_for(lambda: platform.content_requests("C1"), "its content is being fetched")
    holder = platform.cluster.database.value("SELECT lease_owner FROM call WHERE status = 'queued'")
    numbers = platform.cluster.database.rows("SELECT holder, instance FROM node WHERE lease_until > 0")
    pid = next(row["instance"] for row in numbers if row["holder"] == holder).rsplit(":", 1)[1]
    dead, alive = (first, second) if str(first.server.pid) == pid else (second, first)
    dead.server.kill()
    api = alive.api()
    try:
        def complete():
            found = [n for n in api.all("/v1/notifications") if n["platform_id"] == "C1"]
            return found if found and found[0]["status"] == "complete" else None
        wait_for(complete, "the other node fetches it", seconds=TAKEOVER_SECONDS + PATIENCE_SECONDS)
        events = [e for e in api.all(f"/v1/events?type={RECEIVED}") if e["data"]["message"]["id"] == "C1"]
        assert len(events) == 1
    finally:
        api.http.close()
    assert len(platform.received(path, "C1")) == 1
    assert len(platform.content_requests("C1")) == 2
