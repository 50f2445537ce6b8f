"""A real Apache Kafka of the tests' own: one broker in KRaft mode, on its own folder and ports."""

import base64
import os
import pathlib
import signal
import socket
import subprocess
import time
import uuid

from .places import ROOT
from .processes import _die_with_parent
from .waiting import wait_for

JAVA = ["java", "-Xms64m", "-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"]

PROPERTIES = """
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:{controller}
listeners=PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller}
advertised.listeners=PLAINTEXT://127.0.0.1:{port}
controller.listener.names=CONTROLLER
listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT
log.dirs={data}
offsets.topic.replication.factor=1
offsets.topic.num.partitions=4
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
transaction.state.log.num.partitions=2
group.initial.rebalance.delay.ms=0
auto.create.topics.enable=false
num.network.threads=2
num.io.threads=2
"""


def _free_ports(count):
    sockets = [socket.socket() for _ in range(count)]
    try:
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in sockets]
    finally:
        for each in sockets:
            each.close()


def jars():
    """The folder of the broker's jars; raises when they cannot be had."""
    done = subprocess.run([ROOT / "tools/kafka/fetch.sh"], capture_output=True, text=True, timeout=300,
                          stdin=subprocess.DEVNULL, check=False)
    assert done.returncode == 0, f"Kafka cannot be had: {done.stdout[-2000:]} {done.stderr[-2000:]}"
    return done.stdout.strip()


class Broker:
    """Listens when the constructor returns. stop() and start() restart it on the same data.

    `security`: it has a second listener, for the server under test (kafka_security.py).
    """

    def __init__(self, directory, security=None):
        self.directory = pathlib.Path(directory)
        self.jars = jars()
        self.port, controller, self.secure_port = _free_ports(3)
        self.address = f"127.0.0.1:{self.port}"
        self.properties = self.directory / "server.properties"
        text = PROPERTIES.format(port=self.port, controller=controller, data=self.directory / "data")
        self.properties.write_text(security.extended(text, self.secure_port) if security else text)
        self.log = self.directory / "kafka.log"
        cluster = base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")
        done = subprocess.run(self._command("kafka.tools.StorageTool", "format", "--cluster-id", cluster,
                                            *(security.format_arguments() if security else ()),
                                            "--config", self.properties),
                              capture_output=True, text=True, timeout=60, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        self.child = None
        self.start()

    def _command(self, main, *arguments):
        return [*JAVA, "-cp", f"{self.jars}/*", main, *map(str, arguments)]

    def start(self):
        with self.log.open("ab") as log:
            self.child = subprocess.Popen(self._command("kafka.Kafka", self.properties), stdin=subprocess.DEVNULL, stdout=log,
                                          stderr=log, start_new_session=True, preexec_fn=_die_with_parent)
        wait_for(self._answers, lambda: f"Kafka starts: {self.log.read_text()[-2000:]}", seconds=60)

    def _answers(self):
        assert self.child.poll() is None, f"Kafka ended: {self.log.read_text()[-2000:]}"
        # A port that listens is not yet a broker that serves.
        try:
            return self.admin().list_topics(timeout=2).brokers
        except Exception:
            return None

    def stop(self, kill=False):
        if self.child.poll() is None:
            os.killpg(self.child.pid, signal.SIGKILL if kill else signal.SIGTERM)
        self.child.wait(60)

    # What tests do with it, through a client that is not ours.

    def admin(self):
        from confluent_kafka.admin import AdminClient
        return AdminClient({"bootstrap.servers": self.address, "log_level": 0})

    def topic(self, name, partitions=4):
        from confluent_kafka.admin import NewTopic
        admin = self.admin()  # which must live until the answer is there
        for made in admin.create_topics([NewTopic(name, partitions, 1)]).values():
            made.result(30)
        return name

    def write(self, topic, records):
        """Records as (key, value) or (key, value, headers); returns when all are written."""
        from confluent_kafka import Producer
        failures = []
        producer = Producer({"bootstrap.servers": self.address, "acks": "all", "enable.idempotence": True,
                             "log_level": 0})
        for key, value, *headers in records:
            producer.produce(topic, value, key, headers=headers[0] if headers else None,
                             on_delivery=lambda error, _: error and failures.append(error))
            producer.poll(0)
        left = producer.flush(60)
        assert left == 0 and not failures, (left, failures[:3])

    def read(self, topic, enough, seconds=30):
        """Everything in a topic from its beginning, until enough(messages)."""
        from confluent_kafka import Consumer, OFFSET_BEGINNING, TopicPartition
        partitions = self.admin().list_topics(topic, timeout=10).topics[topic].partitions
        consumer = Consumer({"bootstrap.servers": self.address, "group.id": f"reader-{uuid.uuid4()}",
                             "enable.auto.commit": False, "log_level": 0})
        consumer.assign([TopicPartition(topic, number, OFFSET_BEGINNING) for number in partitions])
        messages, deadline = [], time.monotonic() + seconds
        try:
            while not enough(messages):
                assert time.monotonic() < deadline, f"{topic}: only {len(messages)} messages"
                message = consumer.poll(0.2)
                if message is not None and not message.error():
                    messages.append(message)
        finally:
            consumer.close()
        return messages

    def size(self, topic):
        """Records that were ever written to a topic."""
        from confluent_kafka import Consumer, TopicPartition
        consumer = Consumer({"bootstrap.servers": self.address, "group.id": "sizes", "log_level": 0})
        try:
            partitions = consumer.list_topics(topic, timeout=10).topics[topic].partitions
            return sum(consumer.get_watermark_offsets(TopicPartition(topic, number), timeout=10)[1]
                       for number in partitions)
        finally:
            consumer.close()

    def committed(self, group, topic):
        """The sum of the offsets that a group has committed in a topic."""
        from confluent_kafka import Consumer, TopicPartition
        partitions = self.admin().list_topics(topic, timeout=10).topics[topic].partitions
        consumer = Consumer({"bootstrap.servers": self.address, "group.id": group, "log_level": 0})
        try:
            offsets = consumer.committed([TopicPartition(topic, number) for number in partitions], timeout=10)
        finally:
            consumer.close()
        return sum(max(0, each.offset) for each in offsets)
