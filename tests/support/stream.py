"""A server that reads payments from a topic, and the topics of one test."""

import itertools
import json
import uuid

from .waiting import wait_for

_numbers = itertools.count(1)


class Stream:
    """A world whose server reads payments from topics of its own. `kafka`: further settings; `address`: how the
    server reaches the broker."""

    def __init__(self, broker, new_world, more="", kafka="", address=None, **rest):
        self.broker = broker
        name = uuid.uuid4().hex[:8]
        self.payments = broker.topic(f"payments-{name}")
        self.dead = broker.topic(f"dead-{name}", 1)
        self.events = broker.topic(f"events-{name}")
        self.group = f"settled-{name}"
        self.world = new_world(f"""
[delivery]
retry_after_seconds = [1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1]
[kafka]
bootstrap_servers = "{address or broker.address}"
event_topics = ["{self.events}"]
{kafka}
[[kafka_consumer]]
topics = ["{self.payments}"]
group = "{self.group}"
dead_letter_topic = "{self.dead}"
{more}""", **rest)
        self.iban = self.world.account()

    def payment(self, **members):
        """A record: key and value."""
        number = next(_numbers)
        body = {"client_id": f"kafka-{number}", "amount": {"value": "12.34", "currency": "GBP"},
                "end_to_end_id": f"E2E-K-{number:09}", "payee": {"iban": self.iban}, **members}
        return body["payee"].get("iban", ""), json.dumps(body)

    def ids(self):
        return [row["client_id"] for row in self.world.store.rows("SELECT client_id FROM payment")]

    def metric(self, name):
        return sum(value for sample, value in self.world.api.metrics().items() if sample.startswith(name))

    def registered(self, records):
        """Waits until the payments of these records are there, each once, and their offsets committed."""
        wanted = sorted({json.loads(value)["client_id"] for _, value in records})
        wait_for(lambda: len(self.ids()) >= len(wanted),
                 lambda: f"{len(wanted)} payments, not {len(self.ids())}: {self.world.server.log_text()[-3000:]}",
                 seconds=60, every=0.1)
        assert sorted(self.ids()) == wanted
        self.world.store.check()

    def all_committed(self, count):
        wait_for(lambda: self.broker.committed(self.group, self.payments) == count,
                 lambda: f"{count} offsets, not {self.broker.committed(self.group, self.payments)}", every=0.2)


def headers_of(message):
    return {name: value.decode() for name, value in message.headers() or []}
