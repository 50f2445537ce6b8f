"""`settled explain`, `show` and `status`: why money is matched or not, what happened, and how all is."""

import itertools
import json
import os
import pty
import select
import subprocess

import pytest

from support.bank import settled_payload
from support.places import binary
from support.processes import run_settled
from support.waiting import wait_for

_numbers = itertools.count(1)
DONE, NOT_FOUND, USAGE = 0, 1, 2


class Desk:
    """An account of its own, payments and money for it, and the command line."""

    def __init__(self, world):
        self.world, self.api = world, world.api
        self.iban = world.account()

    def run(self, *words):
        return run_settled(*words, "--data", self.world.data, "--config", self.world.config)

    def json(self, *words):
        status, output, error = self.run(*words)
        assert status == DONE, error
        return json.loads(output)

    def terminal(self, *words, **environment):
        """What it prints on a terminal of 80 columns."""
        master, slave = pty.openpty()
        with subprocess.Popen([binary(), *words, "--data", str(self.world.data), "--config", str(self.world.config)],
                              stdout=slave, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL,
                              env={**os.environ, "TERM": "xterm", "COLUMNS": "80", **environment}) as process:
            os.close(slave)
            output = b""
            while select.select([master], [], [], 60)[0]:
                try:
                    part = os.read(master, 65536)
                except OSError:
                    break
                if not part:
                    break
                output += part
            assert process.wait(60) == DONE, process.stderr.read()
        os.close(master)
        return output.decode().replace("\r\n", "\n")

    def pay(self, amount="12.34", reference=None, **members):
        reference = reference or f"INV-{next(_numbers):04}"
        return self.world.payment(self.iban, amount, reference=reference, **members)

    def arrive(self, amount, reference, **members):
        payload = settled_payload(self.iban, amount, Reference=reference, **{
            "EndToEndTransactionId": "NOTPROVIDED",
            "CounterpartAccount": {"IBAN": "", "BBAN": "", "OwnerName": "A Payer"}, **members})
        self.world.bank.acknowledged("TransactionSettled", payload)
        return next(s for s in self.api.all("/v1/settlements") if s["transaction_id"] == payload["TransactionId"])


@pytest.fixture(scope="module", name="desk")
def a_desk(shared):
    return Desk(shared)


def test_an_amount_that_differs_is_explained_from_both_sides(desk):
    payment = desk.pay("12.34", "WHY-20417")
    settlement = desk.arrive("12.43", "WHY-20417")
    explained = desk.json("explain", settlement["id"])
    assert explained["outcome"] == "unmatched" and explained["decided_by"] is None
    nearest = explained["data"][0]
    assert (nearest["payment_id"], nearest["verdict"], nearest["veto"]) == (payment["id"], "vetoed", "amount_differs")
    assert nearest["sentence"].startswith("amount_differs: 12.34 expected, 12.43 paid")
    assert {"field": "amount", "payment": "12.34 GBP", "settlement": "12.43 GBP"} in nearest["differs"]
    assert "reference" in nearest["agrees"]
    for name in (payment["id"], payment["client_id"]):
        other = desk.json("explain", name)
        assert other["subject_id"] == payment["id"]
        assert [c["veto"] for c in other["data"] if c["settlement_id"] == settlement["id"]] == ["amount_differs"]
    assert desk.json("explain", settlement["transaction_id"])["subject_id"] == settlement["id"]


def test_a_reference_with_one_character_changed_is_found(desk):
    payment = desk.pay("77.00", "NEAR-11111")
    settlement = desk.arrive("70.00", "NEAR-11112")
    nearest = desk.json("explain", settlement["id"])["data"][0]
    assert nearest["payment_id"] == payment["id"]
    assert "NEAR-11111 expected, NEAR-11112 paid" in nearest["sentence"]


def test_a_match_is_explained_by_its_id(desk):
    payment = desk.pay("5.00", "MATCHED-1", end_to_end_id="E2E-WHY-000001")
    settlement = desk.arrive("5.00", "MATCHED-1", EndToEndTransactionId="E2E-WHY-000001")
    match = desk.api.get(f"/v1/payments/{payment['id']}")["match"]
    explained = desk.json("explain", match["id"])
    assert (explained["subject_id"], explained["outcome"], explained["decided_by"]) == \
        (settlement["id"], "matched", "rules")
    assert explained["data"][0]["verdict"] == "match"
    assert explained["data"][0]["rank"] == match["rank"]


def test_a_terminal_gets_sentences_in_80_columns(desk):
    desk.pay("12.34", "TERM-20417")
    settlement = desk.arrive("12.43", "TERM-20417")
    plain = desk.terminal("explain", settlement["id"], NO_COLOR="1")
    assert "\x1b" not in plain
    assert plain.startswith("unmatched: ")
    assert "amount_differs: 12.34 expected, 12.43 paid" in plain
    assert "What to do:" in plain.splitlines()[-2] or "What to do:" in plain
    assert plain.splitlines()[-1].strip().startswith("settled ")
    assert "\x1b[" in desk.terminal("explain", settlement["id"])
    for words in (("explain", settlement["id"]), ("show", settlement["id"]), ("status",)):
        too_long = [line for line in desk.terminal(*words, NO_COLOR="1").splitlines() if len(line) > 80]
        assert not too_long, too_long


def test_an_unknown_id_is_exit_1(desk):
    for words in (("explain", "nothing-like-this"), ("show", "nothing-like-this"), ("explain", "stl_0000000000000"),
                  ("show", "pay_0000000000000")):
        status, output, error = desk.run(*words)
        assert (status, output) == (NOT_FOUND, ""), words
        assert json.loads(error)["code"] == "not_found"
    assert desk.run("explain")[0] == USAGE


def test_a_timeline_shows_a_payment_from_registration_to_delivery(desk):
    endpoint, _ = desk.world.endpoint(("settlement.matched",))
    payment = desk.pay("6.00", "STORY-1", end_to_end_id="E2E-WHY-000002")
    settlement = desk.arrive("6.00", "STORY-1", EndToEndTransactionId="E2E-WHY-000002")
    wait_for(lambda: desk.api.all(f"/v1/deliveries?endpoint={endpoint['id']}&status=done"), "the partner is notified")
    story = desk.json("show", payment["client_id"])
    assert story["subject"] == {"kind": "payment", "id": payment["id"], "client_id": payment["client_id"],
                                "sentence": story["subject"]["sentence"]}
    kinds = [entry["kind"] for entry in story["data"]]
    assert {"payment", "webhook", "settlement", "match", "event", "delivery", "attempt"} <= set(kinds)
    assert kinds[0] == "payment"
    times = [entry["at"] for entry in story["data"]]
    assert times == sorted(times)
    assert desk.iban not in json.dumps(story)
    for name in (settlement["id"], settlement["transaction_id"]):
        assert desk.json("show", name)["data"] == story["data"]
    shown = desk.terminal("show", payment["id"], NO_COLOR="1")
    assert f"payment {payment['client_id']}" in shown and "200 in" in shown
    desk.api.delete(f"/v1/endpoints/{endpoint['id']}")


def test_a_decision_names_who_made_it_and_why(desk):
    desk.pay("8.00", "DECIDE-20417")
    settlement = desk.arrive("8.10", "DECIDE-20417")
    desk.api.post(f"/v1/settlements/{settlement['id']}/reject", {"reason": "a private transfer"})
    entries = desk.json("show", settlement["id"])["data"]
    assert desk.json("explain", settlement["id"])["outcome"] == "rejected"
    decisions = [e for e in entries if e["kind"] == "decision"]
    assert all("a private transfer" in e["sentence"] and e["actor"].startswith("key_") for e in decisions)


def test_the_status_sums_up_what_is_open(new_world):
    desk = Desk(new_world())
    desk.pay("12.34", "OPEN-20417")
    desk.pay("1.00", "OPEN-20418")
    desk.arrive("99.00", "SOMETHING ELSE")
    status = desk.json("status")
    assert (status["state"], status["tenant"], status["attention"]) == ("ok", "main", [])
    money, = status["money"]
    assert (money["currency"], money["expected"]) == ("GBP", {"count": 2, "value": "13.34"})
    assert money["unmatched"] == {"count": 1, "value": "99.00"}
    assert [c["name"] for c in status["connectors"]] == [desk.world.connector]
    assert status["connectors"][0]["last_webhook_at"]
    assert all((node["state"], node["version"]) == ("live", status["version"]) for node in status["nodes"])
    assert "EXPECTED" in desk.terminal("status", NO_COLOR="1")


def test_an_ambiguous_settlement_counts_as_in_review_alone(new_world):
    desk = Desk(new_world("[matching]\nwatermark_seconds = 0"))
    for number in (1, 2):
        desk.pay("12.34", "TWINS-20417", client_id=f"twin-{number}")
    settlement = desk.arrive("12.34", "TWINS-20417")
    assert settlement["status"] == "ambiguous"
    money, = desk.json("status")["money"]
    assert (money["in_review"]["count"], money["unmatched"]["count"]) == (1, 0)
    explained = desk.json("explain", settlement["id"])
    assert [c["verdict"] for c in explained["data"]] == ["rival", "rival"]
    review = desk.api.get(f"/v1/settlements/{settlement['id']}")["review_id"]
    assert desk.json("explain", review)["subject_id"] == settlement["id"]
    assert f"settled reviews show {review}" in desk.terminal("explain", settlement["id"], NO_COLOR="1")
    assert desk.json("status")["reviews"]["by_kind"] == {"settlement_ambiguous": 1}
