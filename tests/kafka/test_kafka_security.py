"""A broker that wants TLS and a name with a password: in and out through it, and what is said when it refuses."""

import json
import os

import pytest

from support.bank import settled_payload
from support.kafka import Broker
from support.kafka_security import PASSWORD, USER, Security
from support.stream import Stream, headers_of
from support.waiting import wait_for

WRONG = "not the battery staple"


@pytest.fixture(scope="module")
def security(tmp_path_factory):
    return Security(tmp_path_factory.mktemp("security"))


@pytest.fixture(scope="module")
def broker(tmp_path_factory, security):
    if os.environ.get("SETTLED_SKIP_KAFKA") == "1":
        pytest.skip("SETTLED_SKIP_KAFKA=1: NOTHING IS SHOWN OF KAFKA")
    made = Broker(tmp_path_factory.mktemp("kafka"), security)
    yield made
    made.stop(kill=True)


def settings(tmp_path, mechanism, authority, password):
    secret = tmp_path / "kafka-password"
    secret.write_text(password + "\n")
    secret.chmod(0o600)
    return (f'security_protocol = "sasl_ssl"\nsasl_mechanism = "{mechanism}"\nsasl_username = "{USER}"\n'
            f'sasl_password = "file:{secret}"\nca_certificates = "{authority}"\n')


def reach(stream):
    ready = stream.world.api.call("GET", "/readyz")
    assert ready.status == 200, "the rest does not need Kafka"
    return ready.json["kafka"]


def check_no_secret(stream):
    text = stream.world.server.log_text()
    assert PASSWORD not in text and WRONG not in text and "PRIVATE KEY" not in text


@pytest.mark.parametrize("mechanism", ["PLAIN", "SCRAM-SHA-256"])
def test_payments_come_and_events_go_over_tls_with_a_password(broker, security, new_world, tmp_path, mechanism):
    stream = Stream(broker, new_world, kafka=settings(tmp_path, mechanism, security.authority, PASSWORD),
                    address=f"127.0.0.1:{broker.secure_port}")
    records = [stream.payment(end_to_end_id=f"E2E-{mechanism}-{number}") for number in range(40)]
    broker.write(stream.payments, records + [("poison", "{")])
    stream.registered(records)
    stream.all_committed(len(records) + 1)
    assert len(broker.read(stream.dead, lambda seen: seen)) == 1
    stream.world.api.post("/v1/endpoints", {"url": f"kafka:{stream.events}", "events": ["settlement.matched"]})
    for number in range(10):
        stream.world.bank.acknowledged("TransactionSettled", settled_payload(
            stream.iban, EndToEndTransactionId=f"E2E-{mechanism}-{number}"))
    messages = broker.read(stream.events, lambda seen: len({headers_of(m)["webhook-id"] for m in seen}) == 10)
    assert all(json.loads(m.value())["type"] == "settlement.matched" for m in messages)
    assert reach(stream) == "reachable"
    check_no_secret(stream)


REFUSALS = {
    # what is wrong: (mechanism, authority, password, host, what /readyz says, what the log does)
    "password": ("PLAIN", "authority", WRONG, "127.0.0.1", "refused", "uthentication failed"),
    "password by SCRAM": ("SCRAM-SHA-256", "authority", WRONG, "127.0.0.1", "refused", "uthentication failed"),
    "certificate of another authority": ("PLAIN", "stranger", PASSWORD, "127.0.0.1", "untrusted", "certificate verify failed"),
    "certificate for another host": ("PLAIN", "authority", PASSWORD, "localhost", "untrusted", "certificate verify failed"),
}


@pytest.mark.parametrize("wrong", REFUSALS)
def test_a_refusal_by_the_broker_or_by_us_is_logged_and_everything_else_goes_on(broker, security, new_world, tmp_path, wrong):
    mechanism, authority, password, host, state, words = REFUSALS[wrong]
    stream = Stream(broker, new_world, kafka=settings(tmp_path, mechanism, getattr(security, authority), password),
                    address=f"{host}:{broker.secure_port}")
    broker.write(stream.payments, [stream.payment()])
    wait_for(lambda: reach(stream) == state, lambda: f"{reach(stream)}: {stream.world.server.log_text()[-2000:]}")
    said = wait_for(lambda: [line["text"] for line in stream.world.server.log_lines("kafka.error")
                             if words in line["text"]], lambda: stream.world.server.log_text()[-3000:])
    assert str(broker.secure_port) in said[0], "it names the broker"
    assert stream.metric("settled_kafka_reachable") == 0
    stream.world.payment(stream.iban, reference="BY THE API")
    stream.world.bank.acknowledged("TransactionSettled", settled_payload(stream.iban, Reference="BY THE API"))
    assert len(stream.ids()) == 1, "nothing came from the topic"
    assert reach(stream) == state, "it is still the reason"
    check_no_secret(stream)


def test_a_password_that_is_put_right_needs_a_restart_and_nothing_else(broker, security, new_world, tmp_path):
    stream = Stream(broker, new_world, kafka=settings(tmp_path, "PLAIN", security.authority, WRONG),
                    address=f"127.0.0.1:{broker.secure_port}")
    records = [stream.payment() for _ in range(20)]
    broker.write(stream.payments, records)
    wait_for(lambda: reach(stream) == "refused", "the password is refused")
    assert stream.world.server.stop() == 0
    (tmp_path / "kafka-password").write_text(PASSWORD)
    stream.world.start()
    stream.registered(records)
