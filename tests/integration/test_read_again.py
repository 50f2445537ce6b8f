"""A body that a wrong mapping could not read is not lost: resent, by id or by filter, it has its effect, once."""

import hashlib
import hmac
import itertools
import json

import pytest

from support.bank import now_text
from support.http_client import HttpClient
from support.processes import run_settled
from support.waiting import wait_for

SECRET = "a secret of sixteen bytes"
_numbers = itertools.count(1)


def mapping(**wrong):
    return {"type": "/event", "id": "/credit/id", "payload": "/credit", "settlement": {
        "when": [{"at": "/event", "is": ["credit"]}], "transaction_id": "/credit/id", "amount": "/credit/pence",
        "amount_form": "minor", "currency": {"is": "GBP"}, "settled_at": "/credit/time", "reference": "/credit/text",
        "account": {"iban": "/credit/to"}, **wrong}}


class Provider:
    """Of a connector whose mapping is wrong at first."""

    def __init__(self, world, **wrong):
        self.world, self.name, self.iban = world, f"provider-{next(_numbers)}", world.account()
        self.time = now_text()  # of its credits: not older than their payments by minutes
        world.secret("provider.secret", SECRET)
        world.api.post("/v1/connectors", {"name": self.name, "kind": "mapped", "mapping": mapping(**wrong), "signature": {
            "scheme": "hmac", "header": "X-Signature", "secrets": ["file:provider.secret"]}})

    def send(self, number, delivery=1):
        body = json.dumps({"event": "credit", "delivery": delivery, "credit": {
            "id": f"{self.name}-{number}", "pence": 1234, "time": self.time, "text": f"{self.name} {number}",
            "to": self.iban}}).encode()
        mac = hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
        http = HttpClient(port=self.world.server.port)
        try:
            answer = http.send("POST", f"/hooks/{self.name}", {"X-Signature": mac, "Content-Type": "application/json"}, body)
        finally:
            http.close()
        assert answer.status == 200, answer.body

    def correct(self):
        self.world.api.patch(f"/v1/connectors/{self.name}", {"mapping": mapping()})

    def webhooks(self):
        """Oldest first."""
        connector, = [connector["id"] for connector in self.world.api.all("/v1/connectors") if connector["name"] == self.name]
        return [webhook for webhook in reversed(self.world.api.all("/v1/webhooks")) if webhook["connector_id"] == connector]

    def settled(self):
        rows = self.world.store.rows("SELECT transaction_id FROM settlement WHERE account_iban = ?", self.iban)
        return sorted(row["transaction_id"].rsplit("-", 1)[1] for row in rows)

    def open_reviews(self):
        ours = {webhook["id"] for webhook in self.webhooks()}
        return [review for review in self.world.api.all("/v1/reviews?status=open") if review["subject_id"] in ours]


@pytest.fixture
def provider(shared):
    return Provider(shared, amount="/credit/pounds")


def read_again(world, *words):
    status, output, error = run_settled("webhooks", "read-again", *words, "--data", world.data, "--config", world.config,
                                        "--json")
    assert error == "" or error.startswith("settled: changed main at "), error
    lines = [json.loads(line) for line in output.splitlines()]
    return status, lines[:-1], lines[-1]


def test_a_webhook_resent_after_the_correction_settles_its_payment_once(shared, provider):
    payment = shared.payment(provider.iban, reference=f"{provider.name} 1")
    provider.send(1)
    review, = provider.open_reviews()
    assert (review["kind"], review["detail"]) == ("webhook_unreadable", {"reason": "amount is missing or unreadable"})
    provider.send(1, delivery=2)
    assert provider.settled() == []
    provider.correct()
    for delivery in range(3, 6):
        provider.send(1, delivery)
    assert provider.settled() == ["1"]
    assert provider.open_reviews() == []
    wait_for(lambda: shared.api.get(f"/v1/payments/{payment['client_id']}")["status"] == "settled", "it is settled")
    webhook, = provider.webhooks()
    assert webhook["status"] == "processed"
    assert shared.api.post(f"/v1/webhooks/{webhook['id']}/read-again")["outcome"] == "processed_before"
    assert provider.settled() == ["1"]


def test_one_is_read_again_by_its_id_also_when_its_review_was_closed(shared, provider):
    provider.send(1)
    webhook, = provider.webhooks()
    path = f"/v1/webhooks/{webhook['id']}/read-again"
    still = shared.api.post(path)
    assert (still["outcome"], still["reason"]) == ("unreadable", "amount is missing or unreadable")
    shared.api.post(f"/v1/reviews/{provider.open_reviews()[0]['id']}/close", {"reason": "nothing can be done"})
    provider.correct()
    provider.send(1, delivery=2)
    assert provider.settled() == [], "a person has decided"
    key = {"Idempotency-Key": f"again-{webhook['id']}"}
    for _ in range(2):
        answer = shared.api.call("POST", path, headers=key)
        assert (answer.status, answer.json["outcome"]) == (200, "processed")
    assert provider.settled() == ["1"]


def test_all_of_a_connector_are_read_again_page_by_page(shared, provider):
    other = Provider(shared, amount="/credit/pounds")
    for number in range(1, 6):
        provider.send(number)
    other.send(1)
    provider.correct()
    provider.send(3, delivery=2)  # the bank repeats one meanwhile
    pages, after = [], {}
    while True:
        page = shared.api.post("/v1/webhooks/read-again", {"connector": provider.name, "limit": 2, **after})
        pages.append(page)
        assert page["looked_at"] <= 2
        if page["next"] is None:
            break
        after = {"after": page["next"]}
    assert sum(page["outcomes"]["processed"] for page in pages) == 4
    assert provider.settled() == ["1", "2", "3", "4", "5"] and other.settled() == []
    assert provider.open_reviews() == [] and len(other.open_reviews()) == 1
    again = shared.api.post("/v1/webhooks/read-again", {"connector": provider.name})
    assert again["looked_at"] == 0 and provider.settled() == ["1", "2", "3", "4", "5"]
    refused = shared.api.call("POST", "/v1/webhooks/read-again", {"connector": "nobody"})
    assert (refused.status, refused.code) == (422, "value_invalid")


def test_the_command_reads_again_and_says_what_is_left(shared, provider):
    provider.send(1)
    provider.send(2)
    first, second = [webhook["id"] for webhook in provider.webhooks()]
    status, each, counts = read_again(shared, "--connector", provider.name)
    assert (status, counts["unreadable"]) == (3, 2) and {line["id"] for line in each} == {first, second}
    assert read_again(shared, "--connector", provider.name, "--until", "2025-01-01")[2]["unreadable"] == 0
    provider.correct()
    assert read_again(shared, first)[:2] == (0, [{"id": first, "outcome": "processed", "reason": ""}])
    status, each, counts = read_again(shared, "--connector", provider.name, "--since", "2025-01-01")
    assert (status, counts["processed"], each) == (0, 1, [{"id": second, "outcome": "processed", "reason": ""}])
    assert provider.settled() == ["1", "2"]
    status, output, error = run_settled("webhooks", "read-again", "--connector", provider.name, "--text", "--data", shared.data,
                                        "--config", shared.config)
    assert (status, output, error) == (0, "there is none to read again\n", "")


def test_doctor_names_what_could_not_be_read_until_it_is_read_again(new_world):
    world = new_world()
    place = ("--data", world.data, "--config", world.config)

    def finding():
        status, output, error = run_settled("doctor", "--check", "connector.unreadable", *place, "--json")
        assert status == 0, (output, error)
        return json.loads(output)["data"][0]

    provider = Provider(world, amount="/credit/pounds")
    assert finding()["state"] == "ok"
    provider.send(1)
    found = finding()
    assert found["state"] == "warning" and "amount is missing or unreadable" in found["sentence"]
    provider.correct()
    status, _, error = run_settled(*found["command"].split()[1:])
    assert status == 0, error
    assert finding()["state"] == "ok" and provider.settled() == ["1"]


def test_a_webhook_archived_by_mistake_has_its_effect_when_it_is_read_again(shared):
    provider = Provider(shared, when=[{"at": "/event", "is": ["CREDIT"]}])
    provider.send(1)
    provider.send(2)
    assert [webhook["status"] for webhook in provider.webhooks()] == ["archived", "archived"]
    provider.correct()
    provider.send(2, delivery=2)
    assert provider.settled() == ["2"]
    page = shared.api.post("/v1/webhooks/read-again", {"connector": provider.name, "status": "archived"})
    assert page["outcomes"]["processed"] == 1
    assert provider.settled() == ["1", "2"]
    assert [webhook["status"] for webhook in provider.webhooks()] == ["processed", "processed"]


def test_the_same_event_under_a_corrected_key_has_its_effect_once(shared):
    """The id was taken from the delivery, and the part that must be equal was the whole body."""
    provider = Provider(shared, amount="/credit/pounds")
    shared.api.patch(f"/v1/connectors/{provider.name}", {
        "mapping": {name: value for name, value in {**mapping(amount="/credit/pounds"), "id": "/delivery"}.items()
                    if name != "payload"}})
    provider.send(1, delivery=101)
    provider.send(2, delivery=102)
    provider.correct()
    provider.send(1, delivery=103)
    page = shared.api.post("/v1/webhooks/read-again", {"connector": provider.name})
    assert page["outcomes"]["duplicate"] == 1 and page["outcomes"]["processed"] == 1
    provider.send(2, delivery=104)
    assert provider.settled() == ["1", "2"]
    assert provider.open_reviews() == []
