"""Several servers on one PostgreSQL in one consumer group: one is killed, the broker is killed and comes back, and
each payment counts once, each event is published."""

import json
import os
import random
import threading
import time
import uuid

import pytest

from support.bank import settled_payload
from support.cluster import TAKEOVER_SECONDS
from support.senders import Sender, check_store
from support.stream import headers_of
from support.waiting import wait_for

pytestmark = pytest.mark.skipif(os.environ.get("SETTLED_TEST_POSTGRES") in (None, "", "skip"),
                                reason="tools/run_tests.py was told to leave PostgreSQL out")
SEED = int(os.environ.get("SETTLED_SEED", "0")) or random.SystemRandom().randrange(1 << 31)
PAYMENTS = 600
REPEATED = 100  # records that come twice
PACE_SECONDS = 0.02


class Topics:
    def __init__(self, broker):
        name = uuid.uuid4().hex[:8]
        self.broker = broker
        self.payments = broker.topic(f"payments-{name}", 6)
        self.dead = broker.topic(f"dead-{name}", 1)
        self.events = broker.topic(f"events-{name}")
        self.group = f"settled-{name}"

    @property
    def settings(self):
        retries = ", ".join(["1"] * 40)
        return f"""
[delivery]
retry_after_seconds = [{retries}]
[kafka]
bootstrap_servers = "{self.broker.address}"
event_topics = ["{self.events}"]
[[kafka_consumer]]
topics = ["{self.payments}"]
group = "{self.group}"
dead_letter_topic = "{self.dead}"
"""


def payment(iban, number):
    return iban, json.dumps({"client_id": f"order-{number}", "amount": {"value": "20.00", "currency": "GBP"},
                             "payee": {"iban": iban}, "end_to_end_id": f"E2E-N-{number:06}"})


class Writer(threading.Thread):
    """A provider: its records go into the topic one after the other, each until it is there."""

    def __init__(self, broker, topic, records):
        super().__init__(daemon=True)
        self.broker, self.topic, self.records, self.failure = broker, topic, records, None

    def run(self):
        from confluent_kafka import Producer
        failures = []
        producer = Producer({"bootstrap.servers": self.broker.address, "acks": "all", "enable.idempotence": True,
                             "message.timeout.ms": 120_000, "log_level": 0})
        for number, (key, value) in enumerate(self.records):
            # The test's own key spreads the records of one account over the partitions, and so over the nodes.
            producer.produce(self.topic, value, f"{key}-{number}",
                             on_delivery=lambda error, _: error and failures.append(error))
            producer.poll(0)
            time.sleep(PACE_SECONDS)  # the provider's own speed
        if producer.flush(90) or failures:
            self.failure = f"not all records were written: {failures[:3]}"


def taken(node):
    return sum(value for name, value in node.metrics().items() if name.startswith("settled_kafka_records_total"))


def test_two_servers_of_which_one_is_killed_and_a_broker_that_is_too(broker, new_cluster):
    print(f"SETTLED_SEED={SEED}")
    rng = random.Random(SEED)
    topics = Topics(broker)
    cluster = new_cluster(["all", "all", "worker,api"], topics.settings)
    first, second, bystander = cluster.nodes
    iban = cluster.world.account()
    cluster.world.api.post("/v1/endpoints", {"url": f"kafka:{topics.events}", "events": ["settlement.matched"]})
    records = [payment(iban, number) for number in range(PAYMENTS)]
    records += rng.sample(records, REPEATED)
    rng.shuffle(records)
    writer = Writer(broker, topics.payments, records)
    payloads = [settled_payload(iban, "20.00", EndToEndTransactionId=f"E2E-N-{number:06}") for number in range(PAYMENTS)]
    acknowledged = set()
    sender = Sender(cluster, payloads, random.Random(rng.random()), acknowledged, pace=PACE_SECONDS, nodes=[first, second])
    writer.start()
    sender.start()

    def registered():
        return cluster.database.value("SELECT count(*) FROM payment")
    wait_for(lambda: taken(first) > 20 and taken(second) > 20, "both read", seconds=60, every=0.1)
    assert taken(bystander) == 0 and not bystander.server.log_lines("kafka.assigned"), "it is no member"
    second.server.kill()
    at_kill = registered()
    wait_for(lambda: len(first.server.log_lines("kafka.assigned")) > 1, "its partitions are the other's", seconds=60)
    wait_for(lambda: registered() > at_kill + 20, "reading goes on", seconds=30, every=0.1)
    broker.stop(kill=True)
    assert writer.is_alive() or sender.is_alive(), "the load was over before the broker went"
    broker.start()

    for thread in (writer, sender):
        thread.join(120)
        assert not thread.is_alive() and not thread.failure, thread.failure
    assert len(acknowledged) == PAYMENTS
    wait_for(lambda: registered() == PAYMENTS, lambda: f"{registered()} payments", seconds=60, every=0.2)
    wait_for(lambda: broker.committed(topics.group, topics.payments) == len(records), "all offsets", seconds=60, every=0.5)
    matched = "SELECT count(*) FROM settlement WHERE status = 'matched'"
    wait_for(lambda: cluster.database.value(matched) == PAYMENTS, "all are matched", seconds=30, every=0.2)
    wait_for(lambda: cluster.undelivered() == 0, lambda: f"delivered: {cluster.undelivered()}",
             seconds=2 * TAKEOVER_SECONDS, every=0.2)
    check_all(cluster, topics, acknowledged)


def check_all(cluster, topics, acknowledged):
    check_store(cluster, acknowledged)
    ids = [row["client_id"] for row in cluster.database.rows("SELECT client_id FROM payment")]
    assert len(set(ids)) == len(ids) == PAYMENTS
    stored = {json.loads(row["body"])["id"]: row["body"]
              for row in cluster.database.rows("SELECT body FROM event WHERE type = 'settlement.matched'")}
    assert len(stored) == PAYMENTS
    messages = topics.broker.read(topics.events, lambda seen: {headers_of(m)["webhook-id"] for m in seen} >= set(stored))
    for message in messages:
        assert stored[headers_of(message)["webhook-id"]] == message.value().decode()
    again = len(messages) - len(stored)
    print(f"{again} events were told again")
    assert topics.broker.size(topics.dead) == 0, "no record was at fault"
