"""Kafka in and out, against a real broker: each record read counts once, and every event is published."""

import contextlib
import json
import sqlite3
import threading
import time
import uuid

import pytest

from support.bank import settled_payload
from support.stream import Stream, headers_of
from support.waiting import wait_for
from support.world import make_iban

@pytest.fixture
def stream(broker, new_world):
    return Stream(broker, new_world)


def test_payments_are_registered_once_in_either_format_and_matched(broker, new_world):
    provider = broker.topic(f"provider-{uuid.uuid4().hex[:8]}", 1)
    dead = broker.topic(f"{provider}.dead", 1)
    stream = Stream(broker, new_world, f"""
[[kafka_consumer]]
topics = ["{provider}"]
group = "{provider}"
format = "yapily"
dead_letter_topic = "{dead}"
""")
    records = [stream.payment() for _ in range(200)]
    elsewhere = stream.payment(payee={"iban": make_iban(99_999_999)})
    broker.write(stream.payments, records + records[:100] + [elsewhere])
    response = {"data": {"id": "yapily-1", "paymentIdempotencyId": "E2E-KAFKA-1", "amount": 70.01, "currency": "GBP",
                         "status": "PENDING", "payeeDetails": {"name": "Shop Ltd", "accountIdentifications": [
                             {"type": "IBAN", "identification": stream.iban}]}}}
    broker.write(provider, [(stream.iban, json.dumps(response))])
    wait_for(lambda: len(stream.ids()) == 201, lambda: f"{len(stream.ids())} payments")
    stream.all_committed(301)
    assert sorted(stream.ids()) == sorted([json.loads(value)["client_id"] for _, value in records] + ["yapily-1"])
    assert stream.metric('settled_kafka_records_total{outcome="known"}') == 100
    assert stream.metric('settled_kafka_records_total{outcome="ignored"}') == 1
    wait_for(lambda: stream.metric("settled_kafka_consumer_lag") == 0, "the lag goes")
    wait_for(lambda: stream.world.api.get("/readyz")["kafka"] == "reachable", "Kafka is seen to answer")

    made, path = stream.world.endpoint()
    stream.world.bank.acknowledged("TransactionSettled", settled_payload(stream.iban, "70.01", EndToEndTransactionId="E2E-KAFKA-1"))
    told = json.loads(stream.world.sandbox.told(path)[0]["body"])
    assert (told["type"], told["data"]["client_id"]) == ("settlement.matched", "yapily-1")


def test_an_unusable_record_is_stored_with_the_reason_and_delays_no_other(stream):
    good = [stream.payment() for _ in range(20)]
    key, first = good[0]
    other = {**json.loads(first), "amount": {"value": "99.99", "currency": "GBP"}}
    poison = [(key, "{", [("trace", b"t-1")]), (key, json.dumps({"client_id": "x"})), (key, json.dumps(other)),
              (key, None), (None, b"\xff\xfe")]
    stream.broker.write(stream.payments, good)
    stream.registered(good)
    stream.broker.write(stream.payments, poison)
    letters = stream.broker.read(stream.dead, lambda seen: len(seen) >= len(poison))
    stream.all_committed(len(good) + len(poison))
    assert len(letters) == len(poison)
    assert sorted(headers_of(each)["settled-reason"] for each in letters) == sorted(
        ["json_invalid", "member_missing", "payment_conflict", "json_invalid", "json_invalid"])
    by_body = {each.value(): each for each in letters}
    assert set(by_body) == {b"{", json.dumps({"client_id": "x"}).encode(), json.dumps(other).encode(), None, b"\xff\xfe"}
    letter = by_body[b"{"]
    said = headers_of(letter)
    assert letter.key().decode() == key and said["trace"] == "t-1" and said["settled-topic"] == stream.payments
    assert said["settled-group"] == stream.group and said["settled-detail"]
    origins = {(headers_of(each)["settled-partition"], headers_of(each)["settled-offset"]) for each in letters}
    assert len(origins) == len(poison), "each names where it came from"
    stream.registered(good)


def test_while_the_store_is_away_reading_is_paused_and_nothing_is_dropped(stream):
    records = [stream.payment() for _ in range(1500)]
    with contextlib.closing(sqlite3.connect(stream.world.data / "settled.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")  # the server's writer waits, and fails after its time
        stream.broker.write(stream.payments, records)
        wait_for(lambda: stream.metric("settled_kafka_store_failures_total") > 0, "the store fails", seconds=60)
        wait_for(lambda: stream.metric("settled_kafka_pauses_total") > 0, "reading is paused")
        assert stream.ids() == [] and stream.broker.committed(stream.group, stream.payments) == 0
        other.execute("ROLLBACK")
    stream.registered(records)
    stream.all_committed(len(records))
    assert stream.metric('settled_kafka_records_total{outcome="dead_lettered"}') == 0


@contextlib.contextmanager
def written_meanwhile(stream, records, pause=0.01):
    """Writes the records in the background, each tried until it is there."""
    def write():
        for record in records:
            stream.broker.write(stream.payments, [record])
            time.sleep(pause)
    writer = threading.Thread(target=write)
    writer.start()
    try:
        yield
    finally:
        writer.join()


def test_a_server_that_is_killed_and_a_group_that_changes_lose_no_payment_and_double_none(stream):
    from confluent_kafka import Consumer
    records = [stream.payment() for _ in range(400)]
    with written_meanwhile(stream, records):
        wait_for(lambda: len(stream.ids()) > 20, "the first payments")
        # Another member takes partitions over, sees records, commits nothing, and leaves.
        other = Consumer({"bootstrap.servers": stream.broker.address, "group.id": stream.group,
                          "partition.assignment.strategy": "cooperative-sticky", "enable.auto.commit": False,
                          "auto.offset.reset": "earliest", "log_level": 0})
        other.subscribe([stream.payments])

        def has_partitions():
            other.poll(0.1)  # the membership is made here, and records are read
            return other.assignment()
        wait_for(has_partitions, "the other member gets partitions", seconds=40)
        assert stream.world.server.log_lines("kafka.revoked")
        other.close()
        wait_for(lambda: len(stream.ids()) > 150, lambda: f"more payments than {len(stream.ids())}", seconds=40)
        stream.world.server.kill()
        stream.world.start()
    stream.registered(records)
    stream.all_committed(len(records))


def test_a_broker_that_restarts_loses_no_payment_and_no_event(stream):
    endpoint = stream.world.api.post("/v1/endpoints", {"url": f"kafka:{stream.events}", "events": ["settlement.matched"]})
    records = [stream.payment(end_to_end_id=f"E2E-{number:06}") for number in range(60)]
    stream.broker.write(stream.payments, records[:30])
    wait_for(lambda: len(stream.ids()) == 30, "the first payments")
    stream.broker.stop(kill=True)
    # Settlements come meanwhile: their events wait in the outbox.
    for number in range(30):
        stream.world.bank.acknowledged("TransactionSettled", settled_payload(stream.iban, EndToEndTransactionId=f"E2E-{number:06}"))
    stream.broker.start()
    stream.broker.write(stream.payments, records[30:])
    for number in range(30, 60):
        stream.world.bank.acknowledged("TransactionSettled", settled_payload(stream.iban, EndToEndTransactionId=f"E2E-{number:06}"))
    stream.registered(records)
    stored = {}
    for row in stream.world.store.rows("SELECT body FROM event WHERE type = 'settlement.matched'"):
        stored[json.loads(row["body"])["id"]] = row["body"]
    wait_for(lambda: not stream.world.store.undelivered(), lambda: stream.world.store.undelivered()[:3], seconds=60)
    assert len(stored) == 60
    messages = stream.broker.read(stream.events, lambda seen: {headers_of(m)["webhook-id"] for m in seen} >= set(stored))
    for message in messages:
        headers, body = headers_of(message), message.value().decode()
        assert stored[headers["webhook-id"]] == body
        assert message.key().decode() == json.loads(body)["data"]["settlement"]["id"]
        assert headers["webhook-signature"].startswith("v1,")
    assert endpoint["secret"].startswith("whsec_")
    deliveries = stream.world.api.all("/v1/deliveries")
    assert {each["status"] for each in deliveries} == {"done"}


def test_an_endpoint_may_name_only_the_topics_of_the_settings(stream):
    for url, code in (("kafka:elsewhere", "address_forbidden"), ("kafka:a b", "url_invalid"),
                      (f"kafka:{stream.payments}", "address_forbidden")):
        answer = stream.world.api.call("POST", "/v1/endpoints", {"url": url})
        assert (answer.status, answer.code) == (422, code), answer.body
    answer = stream.world.api.call("POST", "/v1/endpoints", {
        "url": f"kafka:{stream.events}", "auth": {"type": "basic", "username": "u", "password": "p"}})
    assert answer.status == 422
