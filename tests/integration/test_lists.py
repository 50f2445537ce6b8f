"""Events, deliveries and webhooks as an operator lists them, and the verbs of endpoints and reviews."""

import json
import secrets

import pytest

from support.bank import settled_payload
from support.processes import run_settled
from support.waiting import wait_for
from test_delivery import delivery_to, settle_one
from test_reviews import Desk as ReviewDesk

MAPPING = {"type": "/EventName", "id": "/TransactionId", "payload": "/Transaction", "settlement": {
    "when": [{"at": "/EventName", "is": ["PAYIN"]}], "transaction_id": "/TransactionId",
    "amount": "/Transaction/Amount", "amount_form": "decimal", "currency": "/Transaction/Currency",
    "settled_at": "/Transaction/TransactionDate", "reference": "/Transaction/PaymentReference",
    "account": {"sort_code": "/Transaction/Payee/SortCode", "account_number": "/Transaction/Payee/AccountNumber"}}}
SAMPLE = {"EventName": "PAYIN", "TransactionId": "T-1", "Transaction": {
    "Amount": 12.34, "Currency": "GBP", "TransactionDate": "2026-11-20T10:00:00Z", "PaymentReference": "INV-1",
    "Payee": {"SortCode": "040004", "AccountNumber": "37618235"}}}


class Console:
    """The command line of a world."""

    def __init__(self, world):
        self.world = world

    def run(self, *words, expect=0):
        status, output, error = run_settled(*words, "--data", self.world.data, "--config", self.world.config)
        assert status == expect, (output, error)
        return output

    def one(self, *words, **rest):
        return json.loads(self.run(*words, **rest))

    def ids(self, *words):
        return [item["id"] for item in self.one(*words, "--all")["data"]]


@pytest.fixture(scope="module", name="line")
def a_line(shared):
    return Console(shared)


@pytest.fixture(scope="module", name="told")
def a_delivered_settlement(shared):
    """An endpoint, and a delivery that reached it: (endpoint, delivery)."""
    endpoint, _ = shared.endpoint(events=["settlement.matched"])
    settle_one(shared)
    return endpoint, delivery_to(shared, endpoint, "done")


def test_events_are_listed_by_every_filter_of_the_api(line, told):
    event = line.one("events", "show", told[1]["event_id"])
    payment, settlement = event["data"], event["data"]["settlement"]["id"]
    for words in (("--type", "settlement.matched"), ("--payment", payment["payment_id"]), ("--payment", payment["client_id"]),
                  ("--settlement", settlement), ("--since", "1h"), ("--since", event["timestamp"])):
        assert event["id"] in line.ids("events", "list", *words), words
    for words in (("--type", "settlement.reversed"), ("--until", event["timestamp"]), ("--payment", "no-such-payment"),
                  ("--endpoint", told[0]["id"])):
        assert event["id"] not in line.ids("events", "list", *words), words
    assert len(line.one("events", "list", "--limit", "1")["data"]) == 1
    text = line.run("events", "list", "--text")
    assert text.splitlines()[0].split()[:3] == ["ID", "TIME", "TYPE"] and event["id"] in text
    text = line.run("events", "show", event["id"], "--text")
    assert text.startswith("settlement.matched at ") and '"client_id"' in text


def test_a_filter_that_is_wrong_is_refused_before_anything_is_asked(line):
    for words in (("events", "list", "--since", "soon"), ("deliveries", "list", "--until", "late"),
                  ("deliveries", "list", "--status", "ded"), ("events", "list", "--type", "settlement.mached")):
        assert line.run(*words, expect=2) == "", words
    status, output, error = run_settled("events", "show", "evt_0000000000001", "--data", line.world.data)
    assert (status, output) == (1, "") and "not_found" in error


def test_deliveries_are_listed_shown_with_attempts_and_made_again(line, told, shared):
    endpoint, delivery = told
    for words in (("--endpoint", endpoint["id"]), ("--status", "done"), ("--event", delivery["event_id"]), ("--since", "1h")):
        assert delivery["id"] in line.ids("deliveries", "list", *words), words
    for words in (("--status", "dead"), ("--until", delivery["created_at"])):
        assert delivery["id"] not in line.ids("deliveries", "list", *words), words
    assert line.one("deliveries", "show", delivery["id"])["attempts"][0]["http_status"] == 200
    text = line.run("deliveries", "show", delivery["id"], "--text")
    assert "ATTEMPT" in text and "delivered" in text
    assert delivery["id"] in line.run("deliveries", "list", "--text")
    assert line.one("deliveries", "redeliver", delivery["id"])["id"] == delivery["id"]
    wait_for(lambda: line.one("deliveries", "show", delivery["id"])["attempts_made"] == 2, "it was made again")
    assert delivery_to(shared, endpoint, "done")["id"] == delivery["id"]


def test_webhooks_are_listed_and_shown_with_their_body(line, shared):
    payload = settled_payload(shared.account(), Reference="SHOWN-20417")
    shared.bank.acknowledged("TransactionSettled", payload)
    newest = line.one("webhooks", "list", "--connector", shared.connector, "--type", "TransactionSettled", "--limit", "1")["data"][0]
    assert newest["status"] == "processed"
    assert newest["id"] in line.ids("webhooks", "list", "--status", "processed")
    for words in (("--connector", "nobody"), ("--type", "FITestEvent"), ("--status", "review")):
        assert newest["id"] not in line.ids("webhooks", "list", *words), words
    shown = line.one("webhooks", "show", newest["id"])
    assert "SHOWN-20417" in shown["body"] and payload["TransactionId"] in shown["body"]
    assert "SHOWN-20417" in line.run("webhooks", "show", newest["id"], "--text")
    assert newest["id"] in line.run("webhooks", "list", "--text")


def test_an_endpoint_is_changed_shared_with_its_partner_and_removed(line, shared):
    url = f"{shared.sandbox.partner}/verbs/{secrets.token_hex(4)}"
    made = line.one("endpoints", "add", url, "--event", "settlement.matched")
    changed = line.one("endpoints", "set", made["id"], "--to", url + "/new", "--event", "*", "--every", "60", "--batch",
                       "--in-order")
    assert (changed["url"], changed["events"], changed["order"]) == (url + "/new", ["*"], "subject")
    assert (changed["schedule"]["interval_seconds"], changed["schedule"]["batch"]) == (60, True)
    changed = line.one("endpoints", "set", made["id"], "--at-once", "--any-order")
    assert (changed["url"], changed["schedule"]["interval_seconds"], changed["order"]) == (url + "/new", None, None)
    for words in ((), ("--at-once", "--every", "60"), ("--batch",), ("--in-order", "--any-order")):
        line.run("endpoints", "set", made["id"], *words, expect=2)
    assert line.one("endpoints", "rotate-secret", made["id"])["secret"] != made["secret"]
    link = line.one("endpoints", "portal-link", made["id"], "--expires-in", "1h", "--can", "redeliver")
    assert "#" in link["url"] and set(link["can"]) == {"read", "redeliver"}
    assert "is gone" in line.run("endpoints", "remove", made["id"], "--text")
    line.run("endpoints", "show", made["id"], expect=1)


def test_reviews_are_decided_one_by_one(line, shared, tmp_path):
    desk = ReviewDesk(shared, tmp_path)
    why = ("--reason", "the payer said so")
    review, ids = desk.twins()
    status, _, error = run_settled("reviews", "accept", review["id"], "--payment", ids[1], "--data", shared.data)
    assert status == 2 and "--reason" in error
    assert line.one("reviews", "accept", review["id"], "--payment", ids[1], *why)["settlement"]["status"] == "matched"
    assert desk.payer_of(review) == ids[1] and desk.review(review)["reason"] == "the payer said so"
    line.run("reviews", "accept", review["id"], "--payment", ids[0], *why, expect=1)
    review, _ = desk.twins()
    assert line.one("reviews", "reject", review["id"], *why)["settlement"]["status"] != "ambiguous"
    assert desk.review(review)["decision"] == "reject"
    review, ids = desk.twins(amount="5.00")
    line.run("reviews", "split", review["id"], "--part", f"{ids[0]}=two pounds", *why, expect=2)
    parts = [word for one in ids for word in ("--part", f"{one}=2.50 GBP")]
    split = line.one("reviews", "split", review["id"], *parts, *why)
    assert sorted(match["amount"]["value"] for match in split["matches"]) == ["2.50", "2.50"]
    line.run("reviews", "close", review["id"], *why, expect=1)


def test_a_mapping_is_tried_on_a_sample_before_a_connector_has_it(tmp_path):
    mapping, sample = tmp_path / "mapping.json", tmp_path / "sample.json"
    mapping.write_text(json.dumps(MAPPING))
    sample.write_text(json.dumps(SAMPLE))
    words = ("connectors", "try", "--mapping", mapping, sample)
    status, output, error = run_settled(*words, cwd=tmp_path)
    event, = json.loads(output)["data"]
    assert (status, error, event["outcome"]) == (0, "", "settlement")
    assert event["settlement"]["amount"] == {"value": "12.34", "currency": "GBP"} and event["settlement"]["credit"]
    assert event["settlement"]["reference"] == "INV-1"
    assert "12.34 GBP came in" in run_settled(*words, "--text", cwd=tmp_path)[1]
    sample.write_text(json.dumps(SAMPLE | {"EventName": "CHARGE"}))
    assert json.loads(run_settled(*words, cwd=tmp_path)[1])["data"][0]["outcome"] == "kept"
    sample.write_text(json.dumps(SAMPLE | {"Transaction": {**SAMPLE["Transaction"], "Amount": "12.345"}}))
    status, output, _ = run_settled(*words, cwd=tmp_path)
    event, = json.loads(output)["data"]
    assert status == 1 and event["outcome"] == "review" and "amount" in event["reason"]
    mapping.write_text("{}")
    status, _, error = run_settled(*words, cwd=tmp_path)
    assert status == 1 and json.loads(error)["code"] == "value_invalid"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["mapping.json", "sample.json"], "nothing was made"
