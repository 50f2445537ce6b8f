"""A platform's notifications: taken once, acknowledged first, their content fetched, and passed to subsystems."""

import base64
import json
import shutil

import pytest

from support.name_server import NameServer
from support.platform import NOTIFICATIONS, RECEIVED, platform_world, restart
from support.waiting import wait_for
from support.world import World


@pytest.fixture(scope="module")
def platform(tmp_path_factory, contract, sandbox_keys):
    """A world of the whole module over TLS; a test that orders faults ends them."""
    directory = tmp_path_factory.mktemp("platform")
    worlds = []

    def make(**rest):
        worlds.append(World(directory, contract, sandbox_keys, **rest))
        return worlds[-1]
    try:
        yield platform_world(make)
    finally:
        worlds[0].close()
    shutil.rmtree(directory, ignore_errors=True)


@pytest.fixture(autouse=True)
def as_before(request):
    yield
    if "platform" in request.fixturenames:
        made = request.getfixturevalue("platform")
        made.end_faults()
        made.sandbox.put("/platform/timing", {"interval_ms": 0, "retry_ms": 200, "token_life_ms": 3_600_000})
        for endpoint in made.world.api.all("/v1/endpoints"):
            made.world.api.delete(f"/v1/endpoints/{endpoint['id']}")


def test_a_notification_is_acknowledged_its_content_fetched_and_both_passed_on(platform):
    _, path = platform.world.endpoint(events=(RECEIVED,), tls=True)
    _, object_id = platform.notify(content={"state": "Posted", "amount": "1200.00"}, event_time="2017-01-01T10:00:00")
    found = platform.until(object_id, "complete")
    assert found["content"] == {"state": "Posted", "amount": "1200.00"}
    assert found["content_state"] == "fetched" and found["failure"] == ""
    assert found["event_time"] == "2017-01-01T10:00:00.000Z"
    assert found["message"]["partnerCode"] == "XXXXXXXX"
    assert [s["status"] for s in found["subsystems"]] == ["complete"]
    event, = platform.received(path, object_id)
    assert event["type"] == RECEIVED and event["data"]["notification_id"] == found["id"]
    assert event["data"]["content"] == found["content"] and event["data"]["message"] == found["message"]
    request, = platform.content_requests(object_id)
    assert request["method"] == "GET" and request["has_token"] and request["status"] == 200
    call = platform.world.api.get(f"/v1/calls/{found['call_id']}")
    assert (call["purpose"], call["status"], call["subject_id"]) == ("fetch_content", "done", found["id"])
    status, output, _ = platform.command("notifications", "show", found["id"])
    assert status == 0 and json.loads(output)["id"] == found["id"]


def test_without_a_subsystem_it_is_complete_when_its_content_is_there(platform):
    _, object_id = platform.notify()
    assert platform.until(object_id, "complete", content_state="fetched")["subsystems"] == []


@pytest.mark.parametrize("lost", [0, 2])
def test_doubled_and_redelivered_ones_have_one_effect(platform, lost):
    _, path = platform.world.endpoint(events=(RECEIVED,))
    platform.sandbox.put("/platform/timing", {"retry_ms": 20})
    platform.sandbox.put("/platform/lost-acknowledgements", {"count": lost})
    number, object_id = platform.notify(copies=5)
    platform.acknowledged(number)

    def all_came():
        shown = platform.one(object_id)
        is_whole = shown["received_count"] == platform.message(number)["sent"] >= 5
        return shown if is_whole and shown["status"] == "complete" else None
    found = wait_for(all_came, lambda: f"all copies came: {platform.message(number)} {platform.one(object_id)}")
    assert found["last_received_at"] >= found["received_at"]
    assert len(platform.events(object_id)) == 1 and len(platform.content_requests(object_id)) == 1
    assert len(platform.received(path, object_id)) == 1


def test_one_that_is_serialised_anew_is_the_same_and_one_with_another_value_is_not(platform):
    object_id = platform.new_id()
    message = {"id": object_id, "notificationType": "statusChange", "eventTime": "2017-01-01T00:00:00", "content": ""}
    assert platform.post(message).json == {}
    assert platform.post(dict(reversed(message.items()))).status == 200
    assert platform.post(json.dumps(message, indent=3).encode()).status == 200
    assert platform.post({**message, "eventDescription": "again"}).status == 200
    other, first = platform.all(object_id)
    assert first["received_count"] == 3 and first["differs_from"] is None
    assert other["received_count"] == 1 and other["differs_from"] == first["id"]
    assert {len(platform.events(object_id)), first["status"], other["status"]} == {2, "complete"}


def test_notifications_of_one_object_are_all_processed_in_any_order(platform):
    _, path = platform.world.endpoint(events=(RECEIVED,))
    object_id = platform.new_id()
    times = [f"2017-01-0{day}T00:00:00" for day in (3, 1, 2)]
    for time in times:
        platform.notify(id=object_id, event_time=time)
    wait_for(lambda: len(platform.received(path, object_id)) == 3, "all three are passed on")
    assert {n["event_time_text"] for n in platform.all(object_id)} == set(times)
    assert {n["status"] for n in platform.all(object_id)} == {"complete"}


def test_one_that_is_redelivered_while_its_content_is_fetched_has_one_effect(platform):
    platform.fault(path="/v1/", delay_ms=60_000, count=1)
    number, object_id = platform.notify()
    platform.acknowledged(number)
    wait_for(lambda: platform.content_requests(object_id), "its content is being fetched")
    for _ in range(3):
        platform.sandbox.post(f"/platform/notifications/{number}/repeat")
    wait_for(lambda: platform.message(number)["sent"] == 4, "it is sent again")
    platform.end_faults()  # the reply that was kept back leaves
    platform.until(object_id, "complete", received_count=4)
    assert len(platform.events(object_id)) == 1


@pytest.mark.parametrize("fault", [{"status": 503}, {"status": 404}, {"status": 429, "retry_after": 1}, {"status": 425},
                                   {"cut_after": 40, "processed": True}, {"reset": True}, {"hang": True}],
                         ids=lambda fault: "-".join(fault))
def test_content_that_is_not_there_is_fetched_again_until_it_is(platform, fault):
    _, path = platform.world.endpoint(events=(RECEIVED,))
    platform.fault(path="/v1/", count=2, **fault)
    number, object_id = platform.notify()
    platform.acknowledged(number)
    found = platform.until(object_id, "complete", content_state="fetched")
    call = platform.world.api.get(f"/v1/calls/{found['call_id']}")
    # A connection that was kept and is reset is tried again at once, as one try.
    assert call["tries_made"] in ((2, 3) if "reset" in fault else (3,)), call
    event, = platform.received(path, object_id)
    assert event["data"]["content"]["id"] == object_id
    assert len(platform.events(object_id)) == 1


@pytest.mark.parametrize("fault, failure, tries", [
    ({"status": 403}, "content_status_403", 1), ({"status": 302}, "content_redirected", 1),
    ({"body": "<html>"}, "content_unreadable", 1), ({"body": "[" * 100}, "content_unreadable", 1),
    ({"status": 500, "count": 9}, "content_status_500", 4), ({"reset": True, "count": 9}, "peer_closed", 4)],
    ids=lambda value: value if isinstance(value, str) else "")
def test_content_that_is_given_up_fails_opens_a_review_and_comes_with_a_retry(platform, fault, failure, tries):
    api = platform.world.api
    platform.fault(path="/v1/", **fault)
    _, object_id = platform.notify()
    found = platform.until(object_id, "failed", failure=failure, content_state="given_up")
    assert platform.events(object_id) == []
    assert api.get(f"/v1/calls/{found['call_id']}")["tries_made"] == tries
    assert found["id"] in [n["id"] for n in api.all("/v1/notifications?status=failed")]
    review, = [r for r in api.all("/v1/reviews?status=open") if r["subject_id"] == found["id"]]
    assert review["kind"] == "notification_failed" and review["detail"]["failure"] == failure
    platform.end_faults()
    assert api.post(f"/v1/notifications/{found['id']}/retry")["status"] == "queued"
    platform.until(object_id, "complete", failure="")
    assert api.get(f"/v1/reviews/{review['id']}")["status"] == "closed"
    assert api.call("POST", f"/v1/notifications/{found['id']}/retry").code == "state_conflict"
    assert len(platform.events(object_id)) == 1


def test_content_above_a_mebibyte_is_given_up_and_reading_stops_there(platform):
    _, object_id = platform.notify(content={"text": "a" * (1 << 19), "more": "b" * (1 << 19)})
    platform.until(object_id, "failed", failure="content_too_large")
    _, smaller = platform.notify(content={"text": "a" * (1 << 19), "more": "b" * ((1 << 19) - 100)})
    found = platform.until(smaller, "complete")
    assert len(found["content"]["text"]) == 1 << 19


@pytest.mark.parametrize("url", [
    "{root}.evil.example/v1/a", "{root}@evil.example/v1/a", "{root}/v1/../admin", "{root}/v1/%2e%2e/admin",
    "{root}/v1/..%2fadmin", "{root}/v1\\\\..\\\\admin", "{root}/v10/a", "http://169.254.169.254/v1/a", "file:///etc/passwd",
    "{root}/v1/..;/admin", "{root}/oauth/token"])
def test_outside_the_prefix_no_request_is_made(platform, url):
    before = len(platform.ledger()["requests"])
    _, object_id = platform.notify(content_url=url.format(root=platform.content_root))
    found = platform.until(object_id, "failed", failure="content_outside_prefix")
    assert found["call_id"] is None and len(platform.ledger()["requests"]) == before


def test_a_token_is_asked_for_once_and_again_when_it_is_not_taken(platform):
    platform.until(platform.notify()[1], "complete")
    for _ in range(2):
        platform.sandbox.post("/platform/revoke-tokens")
        before = platform.ledger()["tokens_given"]
        made = [platform.notify()[1] for _ in range(20)]
        for object_id in made:
            found = platform.until(object_id, "complete")
            assert platform.world.api.get(f"/v1/calls/{found['call_id']}")["tries_made"] == 1, "within one try"
        assert platform.ledger()["tokens_given"] == before + 1, "one for all of them"


def test_a_token_that_expired_in_between_is_replaced(platform):
    platform.sandbox.put("/platform/timing", {"token_life_ms": 1000})
    platform.sandbox.post("/platform/revoke-tokens")
    before = platform.ledger()["tokens_given"]
    for _ in range(3):
        platform.until(platform.notify()[1], "complete")
        given = platform.ledger()["tokens_given"]
        wait_for(lambda: (platform.until(platform.notify()[1], "complete"),
                          platform.ledger()["tokens_given"] > given)[1], "another token is asked for")
    assert platform.ledger()["tokens_given"] >= before + 3


def test_while_there_is_no_token_nothing_is_asked_for(platform):
    platform.sandbox.post("/platform/revoke-tokens")
    platform.until(platform.notify()[1], "complete")
    platform.sandbox.post("/platform/revoke-tokens")
    platform.fault(path="/oauth/token", status=503, count=9)
    _, object_id = platform.notify()
    platform.until(object_id, "failed", failure="token_failed")
    # The first try still had the token that was revoked.
    assert {r["status"] for r in platform.content_requests(object_id)} <= {401}


def test_dead_deliveries_fail_it_and_a_retry_sends_to_those_alone(platform):
    api = platform.world.api
    good, good_path = platform.world.endpoint(events=(RECEIVED,))
    bad, bad_path = platform.world.endpoint(events=(RECEIVED,))
    platform.sandbox.mode("status", bad_path, status=500)
    _, object_id = platform.notify()
    found = platform.until(object_id, "failed")
    states = {s["endpoint_id"]: s["status"] for s in found["subsystems"]}
    assert states == {good["id"]: "complete", bad["id"]: "failed"}
    platform.sandbox.mode("ok", bad_path)
    status, output, error = platform.command("notifications", "retry", "--status", "failed", "--connector",
                                             platform.name, "--since", found["received_at"])
    assert status == 0 and json.loads(output) == {"retried": 1, "refused": 0}, (output, error)
    platform.until(object_id, "complete")
    assert len(platform.sandbox.records(good_path)) == 1, "what was taken is not sent twice"
    assert len(platform.received(bad_path, object_id)) == 1
    assert api.call("POST", f"/v1/notifications/{found['id']}/retry", {"endpoint_id": bad["id"]}).status == 409


def basic(pair):
    return "Basic " + base64.b64encode(pair.encode()).decode()


def test_only_the_platform_is_believed(platform):
    before = len(platform.all()), len(platform.world.api.all("/v1/webhooks"))
    message = {"id": "A1", "notificationType": "t", "eventTime": "2017-01-01T00:00:00"}
    for authorization, code in (("", "signature_missing"), ("Bearer x", "signature_malformed"),
                                (basic("platform:wrong"), "signature_invalid"), (basic("other:x"), "signature_invalid"),
                                (basic(f"platform:{platform.password}x"), "signature_invalid")):
        answer = platform.post(message, authorization=authorization)
        assert (answer.status, answer.code) == (401, code)
        assert answer.headers["WWW-Authenticate"] == 'Basic realm="settled"'
        assert platform.password not in answer.body.decode()
    assert (len(platform.all()), len(platform.world.api.all("/v1/webhooks"))) == before
    assert platform.password not in platform.world.server.log_text()


def published(object_id, url):
    """As the platform's documentation prints it: a comma is missing."""
    return (f'{{\n"id":"{object_id}"\n"content": "{url}",\n"notificationType": "batchApplicationStatusChange",\n'
            '"partnerCode": "XXXXXXXX",\n"eventDescription": "",\n"eventTime": "2017-01-01T00:00:00"\n}').encode()


def test_a_body_without_valid_json_is_refused_with_its_place_and_kept_once(new_world):
    platform = platform_world(new_world)
    api, body = platform.world.api, published("A056035", "")
    for _ in range(2):
        answer = platform.post(body)
        assert (answer.status, answer.code) == (400, "json_invalid")
        assert answer.json["detail"] == 'line 3, column 1: a comma is missing after "id"'
        assert (answer.json["line"], answer.json["column"]) == (3, 1)
    review, = api.all("/v1/reviews?status=open")
    assert review["kind"] == "webhook_unreadable" and review["detail"]["reason"].startswith("line 3, column 1")
    assert platform.all() == []
    # Once the operator asks for the lenient reading, what was kept is read, and the next one is taken.
    status, output, error = platform.command("connectors", "set", platform.name, "--lenient-json")
    assert status == 0, (output, error)
    status, output, error = platform.command("webhooks", "read-again", review["subject_id"])
    assert status == 0, (output, error)
    found = platform.until("A056035", "complete")
    assert found["message"]["notificationType"] == "batchApplicationStatusChange"
    assert api.get(f"/v1/reviews/{review['id']}")["status"] == "closed"
    assert platform.post(body, takes_no_json=True).status == 200
    assert platform.until("A056035", "complete", received_count=2)["id"] == found["id"]
    answer = platform.post(b'{"id":"A1",,}')
    assert (answer.status, answer.json["line"], answer.json["column"]) == (400, 1, 12)


def test_a_connector_takes_its_partner_and_its_time_zone(new_world):
    platform = platform_world(new_world, options=("--partner-code", "FINCO", "--time-zone", "Australia/Sydney"))
    message = {"id": "A1", "notificationType": "t", "eventTime": "2017-01-01T00:00:00", "partnerCode": "FINCO"}
    assert platform.post({**message, "partnerCode": "OTHER"}).code == "partner_code_unknown"
    assert platform.post({"id": "A1"}).json["errors"][0]["pointer"] == "/notificationType"
    assert platform.all() == []
    assert platform.post(message).status == 200
    assert platform.until("A1", "complete")["event_time"] == "2016-12-31T13:00:00.000Z"
    for options in (("--time-zone", "Nowhere/Town"), ("--content-url-prefix", "https://10.0.0.1/"),
                    ("--api-url", "https://bank.example")):
        status, _, error = platform.command("connectors", "set", platform.name, *options)
        assert status == 1, options
        assert "value_invalid" in error or "address_forbidden" in error, error


def test_kill_9_between_the_acknowledgement_and_the_content_loses_nothing(new_world):
    platform = platform_world(new_world)
    _, path = platform.world.endpoint(events=(RECEIVED,))
    platform.fault(path="/v1/", hang=True, count=1)
    number, object_id = platform.notify()
    platform.acknowledged(number)
    wait_for(lambda: platform.content_requests(object_id), "its content is being fetched")
    platform.world.server.kill()
    platform.sandbox.post(f"/platform/notifications/{number}/repeat")
    restart(platform)
    found = platform.until(object_id, "complete")
    assert len(platform.events(object_id)) == 1 and len(platform.received(path, object_id)) == 1
    assert len(platform.content_requests(object_id)) == 2
    call = platform.world.api.get(f"/v1/calls/{found['call_id']}")
    assert [t["outcome"] for t in call["tries"]] == ["cut", "taken"]


def test_a_name_that_leads_elsewhere_later_is_not_called(new_world):
    """The name of the content's host is good at first; then it is an address inside, as in DNS rebinding."""
    names = NameServer({"platform.test": "127.0.0.1"})
    try:
        port = None

        def make(**rest):
            nonlocal port
            world = new_world(**rest)
            port = world.sandbox.state["urls"]["platform"].rsplit(":", 1)[1]
            write = world.write_config

            def with_names(extra=""):
                write(extra)
                world.config.write_text(world.config.read_text().replace(
                    "[egress]\n", f'[egress]\nname_servers = ["{names.address}"]\n'))
            world.write_config = with_names
            return world
        platform = platform_world(make, over_tls=False, options=(
            "--content-url-prefix", "http://platform.test:1/"))
        status, output, error = platform.command(
            "connectors", "set", platform.name, "--content-url-prefix", f"http://platform.test:{port}/v1/",
            "--token-url", f"{platform.content_root}/oauth/token", "--client-id", "settled",
            "--client-secret", f"file:{platform.sandbox.files['platform_client_secret']}")
        assert status == 0, (output, error)
        url = f"http://platform.test:{port}/v1/UnsecuredLoans/application/"
        good = platform.new_id()
        platform.notify(id=good, content_url=url + good, content={"a": 1})
        platform.until(good, "complete", content_state="fetched")
        for address in ("10.0.0.1", "169.254.169.254"):
            names.known["platform.test"] = address
            restart(platform)  # what it knew of the name is forgotten, and no connection is kept
            bad = platform.new_id()
            before = len(platform.ledger()["requests"])
            platform.notify(id=bad, content_url=url + bad, content={"a": 1})
            platform.until(bad, "failed", failure="address_forbidden")
            assert len(platform.ledger()["requests"]) <= before + 1, "a token at most, and no content"
            assert platform.content_requests(bad) == []
    finally:
        names.close()


def test_notifications_are_of_their_tenant_and_need_a_scope(platform):
    _, object_id = platform.notify()
    found = platform.until(object_id, "complete")
    api = platform.world.api
    reader = api.with_key(platform.world.make_key("notifications:read"))
    assert reader.get(f"/v1/notifications/{found['id']}")["id"] == found["id"]
    assert reader.call("POST", f"/v1/notifications/{found['id']}/retry").code == "scope_missing"
    assert api.with_key(platform.world.make_key("payments:read")).call("GET", "/v1/notifications").code == "scope_missing"
    assert api.call("GET", "/v1/notifications?status=dead").code == "parameter_invalid"
    assert api.get("/v1/notifications?connector=none")["data"] == []
    assert api.call("GET", "/v1/notifications/ntf_0000000000000").status == 404


def test_settings_are_those_of_the_file(new_world):
    """[notifications] is read: with other waits the content is given up at once."""
    config = NOTIFICATIONS.replace("retry_after_seconds = [0, 1, 1]", "retry_after_seconds = [0]")
    platform = platform_world(new_world, config=config)
    platform.fault(path="/v1/", status=503, count=9)
    _, object_id = platform.notify()
    found = platform.until(object_id, "failed")
    assert platform.world.api.get(f"/v1/calls/{found['call_id']}")["tries_made"] == 2
