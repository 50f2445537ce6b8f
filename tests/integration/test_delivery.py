"""Partners who are slow, down, rude or gone: each event reaches them, or waits where people see it."""

import json

import pytest

from support.bank import settled_payload
from support.waiting import wait_for


def settle_one(world, reference="TOLD"):
    """A payment that is settled now, by its id: its client id."""
    iban = world.account()
    payload = settled_payload(iban, Reference=reference)
    payment = world.payment(iban, reference=reference, end_to_end_id=payload["EndToEndTransactionId"])
    world.bank.acknowledged("TransactionSettled", payload)
    return payment["client_id"]


def delivery_to(world, endpoint, status, seconds=20):
    """The newest delivery to an endpoint, once it has that status."""
    def ask():
        found = world.api.get(f"/v1/deliveries?endpoint={endpoint['id']}&limit=1")["data"]
        return found[0] if found and found[0]["status"] == status else None
    found = wait_for(ask, lambda: f"{status}: {world.api.get('/v1/deliveries?endpoint=' + endpoint['id'])}",
                     seconds=seconds, every=0.02)
    return world.api.get(f"/v1/deliveries/{found['id']}")


def all_done(world, endpoint):
    """Whether an endpoint has taken all that it was owed."""
    return {each["status"] for each in world.api.all(f"/v1/deliveries?endpoint={endpoint['id']}")} == {"done"}


@pytest.fixture
def endpoint(shared):
    """An endpoint that is deleted after its test, so that later tests do not pay for it."""
    made = []

    def make(**rest):
        made.append(shared.endpoint(events=["settlement.matched"], **rest))
        return made[-1]
    yield make
    shared.sandbox.mode("ok")
    for one, _ in made:
        shared.api.delete(f"/v1/endpoints/{one['id']}")


def outcomes(delivery):
    return [attempt["outcome"] for attempt in delivery["attempts"]]


@pytest.mark.parametrize("manners,expected", [
    ({"mode": "status", "status": 500}, "http_500"),
    ({"mode": "status", "status": 404}, "http_404"),
    ({"mode": "status", "status": 302}, "http_302"),
    ({"mode": "redirect"}, "http_307"),
    ({"mode": "status", "status": 429, "retry_after": "0"}, "http_429"),
], ids=lambda value: value if isinstance(value, str) else "")
def test_an_answer_other_than_2xx_is_no_delivery_and_is_tried_again(shared, endpoint, manners, expected):
    made, path = endpoint()
    shared.sandbox.mode(path=path, count=2, **manners)
    settle_one(shared)
    delivery = delivery_to(shared, made, "done")
    assert outcomes(delivery) == [expected, expected, "delivered"]
    records = shared.sandbox.records(path)
    assert len(records) == 3 and len({r["id"] for r in records}) == 1
    assert len({r["body"] for r in records}) == 1, "an event's bytes are the same in every attempt"
    assert all(r["authenticity"] == "verified" for r in records), "each attempt is signed afresh"


def test_a_redirect_is_never_followed(shared, endpoint):
    made, path = endpoint()
    shared.sandbox.mode("redirect", path, count=1, location=f"{shared.sandbox.partner}/elsewhere")
    settle_one(shared)
    delivery_to(shared, made, "done")
    assert not shared.sandbox.records("/elsewhere")


@pytest.mark.parametrize("mode", ["garbage", "huge"])
def test_a_rude_answer_does_no_harm(shared, endpoint, mode):
    made, path = endpoint()
    shared.sandbox.mode(mode, path, count=1)
    settle_one(shared)
    delivery = delivery_to(shared, made, "done")
    assert all(len(attempt["answer"]) <= 4 * 512 for attempt in delivery["attempts"])
    settle_one(shared)
    delivery_to(shared, made, "done")


def test_a_partner_that_is_down_is_notified_when_it_is_back_and_the_bank_never_notices(shared, endpoint):
    made, path = endpoint()
    shared.sandbox.mode("down")
    settle_one(shared)  # acknowledged, although no partner can be notified
    wait_for(lambda: shared.api.all(f"/v1/deliveries?endpoint={made['id']}")[0]["attempts_made"] >= 1,
             "a first attempt fails")
    shared.sandbox.mode("ok")
    delivery = delivery_to(shared, made, "done")
    assert outcomes(delivery)[-1] == "delivered" and "connect_failed" in outcomes(delivery)
    assert len(shared.sandbox.records(path)) == 1


def test_a_slow_partner_delays_only_itself(shared, endpoint):
    delay_ms = 4000
    made, slow = endpoint()
    _, fast = endpoint()
    shared.sandbox.mode("slow", slow, delay_ms=delay_ms, count=5)
    for number in range(5):
        settle_one(shared, f"SLOW {number}")
    asked = {path: {record["id"]: record["received_us"] for record in shared.sandbox.told(path, 5)} for path in (slow, fast)}
    for event, at in asked[fast].items():
        assert at - asked[slow][event] < delay_ms * 1000, "the fast partner waited for the slow one"
    wait_for(lambda: all_done(shared, made), "the slow one has them, too")


def test_a_410_disables_the_endpoint_and_notifies_the_others(shared, contract, endpoint):
    gone, gone_path = endpoint()
    _, other = shared.endpoint(events=["endpoint.disabled"])
    shared.sandbox.mode("status", gone_path, status=410, count=1)
    settle_one(shared)
    event = contract.check_event(shared.sandbox.told(other)[0])
    assert event["data"]["endpoint_id"] == gone["id"]
    assert shared.api.get(f"/v1/endpoints/{gone['id']}")["status"] == "disabled"
    settle_one(shared)
    assert len(shared.sandbox.records(gone_path)) == 1
    assert shared.api.patch(f"/v1/endpoints/{gone['id']}", {"status": "active"})["status"] == "active"
    settle_one(shared)
    shared.sandbox.told(gone_path, 1)


def test_retry_after_makes_the_wait_longer(shared, endpoint):
    made, path = endpoint()
    shared.sandbox.mode("status", path, status=429, retry_after="2", count=1)
    settle_one(shared)
    delivery_to(shared, made, "done")
    first, second = shared.sandbox.records(path)
    assert second["received_us"] - first["received_us"] >= 2_000_000


def test_after_the_last_attempt_a_delivery_is_dead_and_can_be_redelivered(shared, endpoint):
    made, path = endpoint()
    shared.sandbox.mode("status", path, status=503)
    settle_one(shared)
    dead = delivery_to(shared, made, "dead")
    assert outcomes(dead) == ["http_503"] * 4, "one attempt at once and one for each wait of the schedule"
    shared.sandbox.mode("ok", path)
    again = shared.api.post(f"/v1/deliveries/{dead['id']}/redeliver")
    assert again["id"] == dead["id"] and again["status"] == "queued"
    delivery = delivery_to(shared, made, "done")
    assert outcomes(delivery)[-1] == "delivered"
    assert len({record["body"] for record in shared.sandbox.records(path)}) == 1
    # What is delivered may be asked for again; the partner knows it by its id.
    shared.api.post(f"/v1/deliveries/{dead['id']}/redeliver")
    records = wait_for(lambda: [r for r in shared.sandbox.records(path) if r["status"] == 200][1:], "it comes again")
    assert records[0]["id"] == dead["event_id"]


def test_a_password_or_secret_that_is_wrong_is_a_failed_attempt(shared, endpoint):
    made, path = endpoint()
    shared.sandbox.put("/partner/credentials", {"path": path, "secret": "whsec_" + "A" * 43 + "="})
    settle_one(shared)
    wait_for(lambda: shared.sandbox.records(path), "an attempt")
    assert {record["status"] for record in shared.sandbox.records(path)} == {401}
    rotated = shared.api.patch(f"/v1/endpoints/{made['id']}", {"rotate_secret": True})
    assert rotated["secret"] != made["secret"]
    shared.sandbox.put("/partner/credentials", {"path": path, "secret": rotated["secret"]})
    assert shared.sandbox.told(path)[0]["authenticity"] == "verified"


def test_an_endpoint_is_not_sent_events_outside_its_filter(shared, endpoint):
    made, path = endpoint()
    iban = shared.account()
    _, everything = shared.endpoint()
    shared.bank.acknowledged("TransactionSettled", settled_payload(iban, Reference="NOT ASKED"))
    assert json.loads(shared.sandbox.told(everything)[0]["body"])["type"] == "settlement.unmatched"
    assert not shared.sandbox.records(path)
    shared.api.post(f"/v1/endpoints/{made['id']}/ping")
    assert json.loads(shared.sandbox.told(path)[0]["body"])["type"] == "test.ping"


def test_a_deleted_endpoint_is_owed_nothing(shared):
    made, path = shared.endpoint(events=["settlement.matched"])
    shared.sandbox.mode("status", path, status=500)
    settle_one(shared)
    wait_for(lambda: shared.sandbox.records(path), "an attempt")
    shared.api.delete(f"/v1/endpoints/{made['id']}")
    wait_for(lambda: not shared.store.rows(
        "SELECT 1 FROM task WHERE kind = 'delivery' AND status = 'queued' AND lane_id IN "
        "(SELECT id FROM endpoint WHERE status = 'deleted')"), "what it was owed is cancelled")
    shared.sandbox.mode("ok", path)


def test_an_address_that_may_not_be_called_is_refused_or_never_called(shared):
    for url in ("http://169.254.169.254/latest", "http://10.0.0.1/", "https://[fe80::1]/", "ftp://127.0.0.1/",
                "http://user:pass@127.0.0.1/", "http://metadata.google.internal./\r\nX: y"):
        answer = shared.api.call("POST", "/v1/endpoints", {"url": url})
        assert answer.status == 422, (url, answer.body)
        assert answer.code in ("address_forbidden", "url_invalid", "value_invalid"), answer.body
