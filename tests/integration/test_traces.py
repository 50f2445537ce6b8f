"""Traces: from the webhook to the delivery one trace, sent to a collector that no webhook and no delivery waits for."""

import json
import os
import re
import subprocess

import pytest

from support.aws import PYTHON
from support.bank import settled_payload
from support.clock import Clock
from support.collector import Collector
from support.postgres import is_engine
from support.places import ROOT
from support.processes import run_settled
from support.waiting import wait_for

ATTEMPT = "delivery attempt"
WEBHOOK = "POST /hooks/{connector}"


@pytest.fixture
def collector():
    made = Collector()
    yield made
    made.close()


def settings(collector, more=""):
    return ("[server]\nthreads = 1\n[delivery]\nretry_after_seconds = [0, 1, 1]\n"
            "[matching]\nunmatched_after_seconds = 1\nwatermark_seconds = 0\n"
            f'[traces]\nendpoint = "{collector.url}"\n{more}')


def settle(world, reference="TRACED", headers=None, **members):
    """A payment, and the webhook that settles it: (payment, payload)."""
    iban = world.account()
    payload = settled_payload(iban, Reference=reference)
    body = {"client_id": f"client-{payload['EndToEndTransactionId']}", "amount": {"value": "12.34", "currency": "GBP"},
            "payee": {"iban": iban}, "reference": reference, "end_to_end_id": payload["EndToEndTransactionId"], **members}
    payment = world.api.post("/v1/payments", body, headers=headers or {})
    world.bank.acknowledged("TransactionSettled", payload)
    return payment, payload


def one(collector, name, **at):
    wait_for(lambda: collector.found(name, **at), lambda: f"{name} {at}: {[s['name'] for s in collector.found()]}")
    return collector.found(name, **at)[0]


def settlement_of(world, path):
    record = world.sandbox.told(path)[0]
    return json.loads(record["body"])["subject"], record


@pytest.mark.parametrize("format", [{}, {"format": "cloudevents", "cloudevents_mode": "binary", "handshake": False}],
                         ids=["native", "binary"])
def test_a_settlement_has_one_trace_from_its_webhook_to_its_delivery(new_world, collector, format):
    world = new_world(settings(collector))
    path = "/traced"
    world.api.post("/v1/endpoints", {"url": world.sandbox.partner + path, "events": ["settlement.matched"],
                                     "auth": {"type": "none"}, **format})
    settle(world)
    record = world.sandbox.told(path)[0]
    event = one(collector, "settlement.matched")
    attempt = one(collector, ATTEMPT)
    webhook = one(collector, WEBHOOK, result="stored")
    parts = [one(collector, name) for name in ("evaluate", "commit and sign")]
    assert len({span["traceId"] for span in (event, attempt, webhook, *parts)}) == 1
    assert attempt["parentSpanId"] == event["spanId"] and event["parentSpanId"] == webhook["spanId"]
    assert {part["parentSpanId"] for part in parts} == {webhook["spanId"]} and "parentSpanId" not in webhook
    assert (webhook["kind"], event["kind"], attempt["kind"]) == (2, 4, 3)
    assert attempt["at"]["settled.attempt"] == 1 and attempt["at"]["settled.outcome"] == "delivered"
    assert attempt["at"]["http.response.status_code"] == 200 and "status" not in attempt
    assert webhook["by"]["service.name"] == "settled"
    start = int(webhook["startTimeUnixNano"])
    assert start <= int(event["startTimeUnixNano"]) <= int(webhook["endTimeUnixNano"])
    sent = {name.lower(): value for name, value in record["headers"].items()}
    assert sent["traceparent"] == f"00-{attempt['traceId']}-{attempt['spanId']}-01"


def test_each_attempt_has_its_span_and_a_failed_one_says_so(new_world, collector):
    world = new_world(settings(collector))
    made, path = world.endpoint(events=["settlement.matched"])
    world.sandbox.mode("status", path, status=500, count=1)
    settle(world)
    records = wait_for(lambda: (found := world.sandbox.records(path)) and len(found) == 2 and found, "two attempts")
    wait_for(lambda: len(collector.found(ATTEMPT, endpoint=made["id"])) == 2, "both are exported")
    first, second = sorted(collector.found(ATTEMPT), key=lambda span: span["at"]["settled.attempt"])
    assert first["status"] == {"code": 2} and first["at"]["settled.outcome"] == "http_500" and "status" not in second
    assert first["traceId"] == second["traceId"] and first["spanId"] != second["spanId"]
    assert all(record["authenticity"] == "verified" for record in records), "no proof covers the header"
    assert len({record["body"] for record in records}) == 1


def test_a_trace_goes_on_over_a_restart(new_world, collector):
    world = new_world(settings(collector))
    _, path = world.endpoint(events=["settlement.matched"])
    world.sandbox.mode("down")
    settle(world)
    wait_for(lambda: collector.found(ATTEMPT), "a first attempt is exported")
    webhook = one(collector, WEBHOOK)
    world.server.stop()
    world.sandbox.mode("ok")
    world.start()
    world.sandbox.told(path)
    last = one(collector, ATTEMPT, outcome="delivered")
    assert last["traceId"] == webhook["traceId"]


@pytest.mark.skipif(is_engine(), reason="the database's clock is the one that counts")
def test_a_batch_is_linked_to_the_events_in_it(new_world, collector, tmp_path):
    clock = Clock(tmp_path / "clock")
    world = new_world(settings(collector), serve=False)
    world.start(variables=clock.variables)
    world.set_up()
    path = "/batch"
    made = world.api.post("/v1/endpoints", {"url": world.sandbox.partner + path, "events": ["settlement.matched"],
                                            "auth": {"type": "none"}, "schedule": {"interval_seconds": 30, "batch": True}})
    for number in range(3):
        settle(world, f"BATCH {number}")
    wait_for(lambda: len(world.api.all(f"/v1/deliveries?endpoint={made['id']}")) == 3, "three gather")
    clock.set(60)
    world.sandbox.told(path)
    attempt = one(collector, ATTEMPT, endpoint=made["id"])
    wait_for(lambda: len(collector.found("settlement.matched")) == 3, "the events are exported")
    events = {(span["traceId"], span["spanId"]) for span in collector.found("settlement.matched")}
    assert {(link["traceId"], link["spanId"]) for link in attempt["links"]} == events
    assert attempt["at"]["settled.batch"].startswith("bat_")


def test_opentelemetry_s_own_schema_reads_what_is_exported(new_world, collector, tmp_path):
    if not PYTHON.exists() and os.environ.get("CI") != "true":
        pytest.skip("tools/test_python.sh has not installed OpenTelemetry's schema")
    world = new_world(settings(collector))
    _, path = world.endpoint(events=["settlement.matched"])
    world.sandbox.mode("status", path, status=500, count=1)
    settle(world)
    world.sandbox.told(path)
    wait_for(lambda: len(collector.found(ATTEMPT)) == 2, "all is exported")
    assert world.server.stop() == 0
    names = []
    for number, body in enumerate(collector.bodies):
        file = tmp_path / f"{number}.json"
        file.write_bytes(body)
        done = subprocess.run([PYTHON, ROOT / "tests" / "support" / "otlp_schema.py", file], capture_output=True, text=True,
                              timeout=60, check=False)
        assert done.returncode == 0, done.stderr
        names += done.stdout.splitlines()
    assert sorted(names) == sorted(span["name"] for span in collector.found())
    assert {WEBHOOK, "settlement.matched", ATTEMPT} <= set(names)


def test_a_call_of_the_api_is_in_its_caller_s_trace_and_linked_to_what_it_made(new_world, collector):
    world = new_world(settings(collector))
    trace, span = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
    payment, _ = settle(world, headers={"traceparent": f"00-{trace}-{span}-01"})
    call = one(collector, "POST /v1/payments", subject=payment["id"])
    assert (call["traceId"], call["parentSpanId"]) == (trace, span) and call["kind"] == 2
    assert call["at"]["http.response.status_code"] == 201 and len(call["links"]) == 1
    settle(world, "NOT SAMPLED", headers={"traceparent": f"00-{'a' * 32}-{span}-00"})
    settle(world, "AFTER IT")
    wait_for(lambda: len(collector.found(WEBHOOK)) == 3, "all three webhooks are exported")
    assert len([s for s in collector.found("POST /v1/payments")]) == 2, "the caller's trace is not sampled"
    assert world.api.with_key("sk_unknown").call("GET", "/v1/payments").status == 401
    world.server.stop()
    assert not [s for s in collector.found() if s["at"].get("http.response.status_code") == 401]


def test_a_webhook_that_comes_again_has_a_trace_of_its_own(new_world, collector):
    world = new_world(settings(collector))
    _, payload = settle(world)
    world.bank.acknowledged("TransactionSettled", payload)
    again = one(collector, WEBHOOK, result="duplicate")
    first = one(collector, WEBHOOK, result="stored")
    assert again["traceId"] != first["traceId"] and again["at"]["settled.webhook"] == first["at"]["settled.webhook"]


def test_no_span_holds_a_name_an_account_an_amount_a_reference_or_a_secret(new_world, collector, tmp_path):
    token = tmp_path / "token"
    token.write_text("Bearer a-secret-of-the-collector\n")
    token.chmod(0o600)
    world = new_world(settings(collector, f'headers = {{ Authorization = "file:{token}" }}'))
    made, path = world.endpoint(events=["*"])
    payment, payload = settle(world, "PRIVATE-20417", payer={"name": "Ann Example", "sort_code": "040004",
                                                             "account_number": "12345678"})
    world.api.call("GET", f"/v1/payments/{payment['client_id']}")
    world.sandbox.told(path)
    one(collector, ATTEMPT, endpoint=made["id"])
    one(collector, "GET /v1/payments/{id}")
    world.server.stop()
    assert {head["Authorization"] for head in collector.heads} == {"Bearer a-secret-of-the-collector"}
    # All texts, without times and ids of spans, whose digits may be any.
    told = json.dumps([[span["name"], span["at"], span["by"]] for span in collector.found()])
    assert set(collector.found()[0]) - {"at", "by"} <= {"traceId", "spanId", "parentSpanId", "name", "kind", "attributes",
                                                        "links", "status", "startTimeUnixNano", "endTimeUnixNano"}
    for private in ("PRIVATE-20417", "Ann Example", "12345678", "040004", "12.34", payload["Account"]["IBAN"], "A Payer",
                    "Shop Ltd", payload["TransactionId"], payload["EndToEndTransactionId"], payment["client_id"],
                    world.key, made["secret"], "a-secret-of-the-collector", path):
        assert private not in told, private
    log = world.server.log_text()
    assert "a-secret-of-the-collector" not in log
    # Whatever is exported is one of these words, an id of ours, or a number.
    for span in collector.found():
        for name, value in span["at"].items():
            assert isinstance(value, int) or re.fullmatch(r"[a-z]{3}_[0-9A-Z]{13}|[A-Za-z0-9_./{}-]+", value), (name, value)


def test_a_collector_that_is_down_or_refuses_harms_no_webhook_and_no_delivery(new_world, collector):
    world = new_world(settings(collector))
    _, path = world.endpoint(events=["settlement.matched"])
    collector.down()
    for number in range(3):
        settle(world, f"DOWN {number}")
    world.sandbox.told(path, 3)
    wait_for(lambda: world.api.metrics().get("settled_trace_requests_failed_total"), "it is counted")
    wait_for(lambda: world.server.log_lines("traces.unsent"), "it is logged")
    collector.up()
    wait_for(lambda: len(collector.found(ATTEMPT)) == 3, "what waited is exported when it is back")
    rejected = 'settled_trace_spans_total{result="rejected"}'
    for status in (500, 400):
        before = world.api.metrics()[rejected]
        collector.answer(status)
        settle(world, f"SAYS {status}")
        wait_for(lambda b=before: world.api.metrics()[rejected] > b, "what is refused is dropped")
    seen = collector.requests()
    collector.answer(429, {"Retry-After": "1"})
    settle(world, "BUSY")
    wait_for(lambda: collector.requests() > seen, "it is asked")
    collector.answer(200)
    world.sandbox.told(path, 6)
    busy = [json.loads(record["body"])["subject"] for record in world.sandbox.records(path)][-1]
    wait_for(lambda: [s for s in collector.found("settlement.matched") if s["at"]["settled.subject"] == busy],
             "what it could not take then is sent again")


def test_a_collector_that_hangs_delays_no_webhook_no_delivery_and_no_end(new_world, collector):
    world = new_world(settings(collector))
    _, path = world.endpoint(events=["settlement.matched"])
    collector.hang()
    for number in range(20):
        settle(world, f"HANGS {number}")
    world.sandbox.told(path, 20)
    assert not collector.found()
    assert world.server.stop(seconds=20) == 0
    collector.go_on()


def test_a_ratio_of_traces_is_whole_traces(new_world, collector):
    world = new_world(settings(collector, "sample_ratio = 0.5\nsend_to_partners = false"))
    _, path = world.endpoint(events=["settlement.matched"])
    for number in range(24):
        settle(world, f"RATIO {number}")
    records = world.sandbox.told(path, 24)
    assert not any("traceparent" in map(str.lower, record["headers"]) for record in records)
    wait_for(lambda: not world.store.undelivered(), "all are delivered")

    def traces():
        by_trace = {}
        for span in collector.found():
            if not span["name"].startswith(("POST /v1", "GET /v1")):
                by_trace.setdefault(span["traceId"], set()).add(span["name"])
        return list(by_trace.values())
    parts = {WEBHOOK, "evaluate", "commit and sign", "settlement.matched", ATTEMPT}
    wait_for(lambda: traces() and all(names == parts for names in traces())
             and not world.api.metrics()["settled_trace_spans_waiting"], lambda: f"whole traces: {traces()}")
    assert 0 < len(traces()) < 24


def test_without_an_endpoint_there_are_no_traces(new_world):
    world = new_world("[server]\nthreads = 1")
    _, path = world.endpoint(events=["settlement.matched"])
    settle(world)
    record = world.sandbox.told(path)[0]
    assert "traceparent" not in map(str.lower, record["headers"])
    assert not [name for name in world.api.metrics() if "trace" in name]


@pytest.mark.parametrize("lines,said", [
    ('endpoint = "ftp://x/v1/traces"', "traces.endpoint must be the URL"),
    ('endpoint = "http://collector.example/v1/traces"\nheaders = { Authorization = "file:/x" }', "sent by https"),
    ('headers = { Authorization = "file:/x" }', "needs traces.endpoint"),
    ('endpoint = "https://c.example/v1/traces"\nheaders = { Authorization = "Bearer plain" }', "is named by file:"),
    ('endpoint = "https://c.example/v1/traces"\nheaders = { Authorization = 7 }', "must be names with texts"),
    ("sample_ratio = 1.5", "must be a number from 0 to 1"),
    ('sample_ratio = "all"', "must be a number from 0 to 1"),
])
def test_a_wrong_setting_is_said(tmp_path, lines, said):
    config = tmp_path / "settled.toml"
    config.write_text(f"[traces]\n{lines}\n")
    status, output, error = run_settled("check-config", "--config", config)
    assert status != 0 and said in output + error, (output, error)
    assert "Bearer plain" not in output + error
