"""Reviews: what a person is shown, decisions one by one, and in bulk by a file that goes out and comes back."""

import csv
import io
import itertools
import json

import pytest

from support.bank import settled_payload
from support.processes import run_settled
from support.waiting import wait_for

_numbers = itertools.count(1)
DONE, UNUSABLE, REFUSED = 0, 2, 3


class Desk:
    """The reviewer: ambiguous settlements of an account of its own, and the command line."""

    def __init__(self, world, directory):
        self.world, self.api, self.directory = world, world.api, directory
        self.iban = world.account()

    def twins(self, amount="12.34", reference=None, ids=None, payers=("", ""), money=None, **members):
        """A settlement that two payments fit alike: its open review, and the payments' ids."""
        number = next(_numbers)
        reference = reference or f"TWINS {number}"
        ids = ids or [f"twin-{number}a", f"twin-{number}b"]
        for one, payer in zip(ids, payers):
            self.api.post("/v1/payments", {
                "client_id": one, "amount": {"value": amount, "currency": "GBP"}, "reference": reference,
                "payee": {"iban": self.iban}, **({"payer": {"name": payer}} if payer else {})})
        return self.arrive(money or amount, reference, **members), ids

    def arrive(self, amount, reference, **members):
        payload = settled_payload(self.iban, amount, Reference=reference, EndToEndTransactionId="NOTPROVIDED",
                                  CounterpartAccount={"IBAN": "", "BBAN": "", "OwnerName": members.pop("name", "A Payer")},
                                  **members)
        self.world.bank.acknowledged("TransactionSettled", payload)
        settlement, = [s for s in self.api.all("/v1/settlements") if s["transaction_id"] == payload["TransactionId"]]
        assert settlement["status"] == "ambiguous", settlement
        review, = [r for r in self.api.all("/v1/reviews?status=open") if r["subject_id"] == settlement["id"]]
        return review

    def review(self, review):
        return self.api.get(f"/v1/reviews/{review['id']}")

    def settlement(self, review):
        return self.api.get(f"/v1/settlements/{review['subject_id']}")

    def payer_of(self, review):
        """The client's id of the payment that the settlement is matched to."""
        match = self.settlement(review)["match"]
        return match and self.api.get(f"/v1/payments/{match['payment_id']}")["client_id"]

    def state(self):
        """All that a decision about this account could change."""
        settlements = self.api.all(f"/v1/settlements?account={self.iban}")
        ids = {settlement["id"] for settlement in settlements}
        return (settlements, self.api.all(f"/v1/payments?account={self.iban}"),
                [r for r in self.api.all("/v1/reviews") if r["subject_id"] in ids],
                [m for m in self.api.all("/v1/matches") if m["settlement_id"] in ids],
                [e for e in self.api.all("/v1/events") if any(one in json.dumps(e) for one in ids)])

    def run(self, *arguments, expect=DONE):
        status, output, error = run_settled("reviews", *arguments, "--data", self.world.data,
                                            "--config", self.world.config)
        assert status == expect, (status, output, error)
        return output if status in (DONE, REFUSED) else error

    def rows(self, *reviews, options=()):
        """What is exported of these."""
        wanted = {review["id"] for review in reviews}
        exported = self.run("export", *options)
        return [row for row in csv.DictReader(io.StringIO(exported, newline="")) if row["review_id"] in wanted]

    def file(self, rows, columns=None):
        path = self.directory / f"{next(_numbers)}.csv"
        with path.open("w", newline="") as out:
            writer = csv.DictWriter(out, columns or list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)
        return path

    def read(self, file, *options, expect=DONE):
        """The outcome of each decision by its review, and the counts."""
        lines = [json.loads(line) for line in self.run("import", file, "--json", *options, expect=expect).splitlines()]
        return {line["review_id"]: line for line in lines[:-1]}, lines[-1]


@pytest.fixture
def desk(shared, tmp_path):
    return Desk(shared, tmp_path)


def decided(rows, choices, reason="the customer called", decision="accept"):
    """The rows with a decision on those whose payment is chosen."""
    return [{**row, **({"decision": decision, "reason": reason} if row["client_id"] in choices else {})} for row in rows]


def test_a_review_shows_both_sides_and_what_distinguishes_the_candidates(desk):
    review, ids = desk.twins(payers=("Ann Lee", "Bob May"), name="MR B MAY")
    detail = desk.review(review)["detail"]
    assert [c["client_id"] for c in detail["candidates"]] == ids
    assert [desk.api.get(f"/v1/payments/{c['payment_id']}")["client_id"] for c in detail["candidates"]] == ids
    assert {c["reject_reason"] for c in detail["candidates"]} == {"rival_of_same_rank"}
    assert detail["candidates"][0]["agrees"] == ["reference", "account", "amount"]
    assert detail["candidates"][0]["differs"] == ["payer_name"]
    assert detail["distinguishing_fields"][0] == "payer_name" and "reference" not in detail["distinguishing_fields"]
    assert (detail["settlement"]["id"], detail["settlement"]["payer"]["name"]) == (review["subject_id"], "MR B MAY")
    assert detail["all_compared"] and detail["left_out"] == 0


def test_a_payment_that_two_settlements_could_be_of_says_so_in_both_reviews(desk):
    reference = f"RENT {next(_numbers)}"
    for _ in range(2):
        payload = settled_payload(desk.iban, Reference=reference, EndToEndTransactionId="NOTPROVIDED")
        desk.world.bank.acknowledged("TransactionSettled", payload)
    payment = desk.world.payment(desk.iban, reference=reference)
    reviews = [r for r in desk.api.all("/v1/reviews?status=open")
               if [c["client_id"] for c in r["detail"].get("candidates", [])] == [payment["client_id"]]]
    assert [r["detail"]["candidates"][0]["reject_reason"] for r in reviews] == ["settlement_not_unique"] * 2
    assert all(r["detail"]["distinguishing_fields"] == [] for r in reviews)


def test_a_dry_run_answers_as_the_decision_would_and_changes_nothing(desk):
    review, ids = desk.twins()
    root, why = f"/v1/reviews/{review['id']}", {"reason": "she says so", "dry_run": True}
    before = desk.state()
    accept = desk.api.post(f"{root}/accept", {"payment_id": ids[1], **why})
    assert (accept["settlement_status"], accept["matches"][0]["client_id"]) == ("matched", ids[1])
    assert desk.api.post(f"{root}/reject", why)["settlement_status"] == "rejected"
    part = {"value": "6.17", "currency": "GBP"}
    split = desk.api.post(f"{root}/split", {"payments": [{"payment_id": one, "amount": part} for one in ids], **why})
    assert [(m["pairing"], m["amount"]) for m in split["matches"]] == [("merge", part)] * 2
    short = desk.api.call("POST", f"{root}/split", {"payments": [{"payment_id": ids[0], "amount": part}], **why})
    assert short.status == 422
    assert desk.api.call("POST", f"{root}/close", why).status == 409
    assert desk.state() == before
    desk.api.post(f"{root}/accept", {"payment_id": ids[1], "reason": "she says so"})
    late = desk.api.call("POST", f"{root}/accept", {"payment_id": ids[0], **why})
    assert (late.status, late.code) == (409, "state_conflict")


def test_reviews_go_out_are_decided_and_come_back_once(desk):
    accepted, ids = desk.twins()
    rejected, others = desk.twins()
    shared, parts = desk.twins("10.00", money="10.00")
    left, _ = desk.twins()
    rows = desk.rows(accepted, rejected, shared, left)
    assert len(rows) == 8 and {row["decision"] + row["reason"] for row in rows} == {""}
    assert rows[0]["review_id"] == left["id"], "newest first"
    rows = decided(decided(rows, [ids[1]]), others, "not ours", "reject")
    for row in rows:
        if row["client_id"] in parts:
            row.update(decision="accept", reason="both", part={parts[0]: "4", parts[1]: "6.00"}[row["client_id"]])
            row["payment_id"] = row["client_id"]  # either names it
    file = desk.file(rows)

    before = desk.state()
    outcomes, counts = desk.read(file, "--dry-run", "--actor", "anna")
    assert counts == {"dry_run": True, "done": 3, "done_before": 0, "stands": 0, "refused": 0}
    assert {o["decision"] for o in outcomes.values()} == {"accept", "reject", "split"}
    assert desk.state() == before

    outcomes, counts = desk.read(file, "--actor", "anna")
    assert counts == {"dry_run": False, "done": 3, "done_before": 0, "stands": 0, "refused": 0}
    assert desk.payer_of(accepted) == ids[1]
    closed = desk.review(accepted)
    assert (closed["status"], closed["decision"], closed["reason"], closed["actor"]) == (
        "closed", "accept", "the customer called", "operator:anna")
    assert desk.settlement(rejected)["status"] == "rejected"
    assert desk.review(shared)["decision"] == "split"
    assert [desk.api.get(f"/v1/payments/{one}")["settled"]["value"] for one in parts] == ["4.00", "6.00"]
    assert desk.review(left)["status"] == "open"

    after = desk.state()
    for options in (("--dry-run",), (), ("--actor", "bob")):
        outcomes, counts = desk.read(file, *options)
        assert (counts["done"], counts["done_before"], counts["refused"]) == (0, 3, 0)
    assert desk.state() == after


def test_a_decision_made_meanwhile_is_refused_and_the_others_are_carried_out(desk):
    first, ids = desk.twins()
    second, others = desk.twins()
    rows = decided(desk.rows(first, second), [ids[0], others[0]])
    file = desk.file(rows)
    desk.api.post(f"/v1/reviews/{first['id']}/accept", {"payment_id": ids[1], "reason": "I know her"})
    outcomes, counts = desk.read(file, "--dry-run", expect=REFUSED)
    assert (counts["done"], counts["refused"]) == (1, 1)
    assert desk.review(second)["status"] == "open"
    outcomes, counts = desk.read(file, expect=REFUSED)
    assert (counts["done"], counts["refused"]) == (1, 1)
    assert (outcomes[first["id"]]["outcome"], outcomes[first["id"]]["code"]) == ("refused", "state_conflict")
    assert (desk.payer_of(first), desk.payer_of(second)) == (ids[1], others[0])
    table = desk.run("import", file, "--text", expect=REFUSED)
    line, = [row for row in table.splitlines() if "is refused" in row]
    assert first["id"] in line and "(state_conflict)" in line and f"line {outcomes[first['id']]['line']}:" in line


def test_of_twins_that_are_both_decided_the_last_may_stand_already(desk):
    first, ids = desk.twins(payers=("Ann Lee", "Bob May"))  # or they would settle as a set
    second = desk.arrive("12.34", first["detail"]["settlement"]["reference"])
    rows = desk.rows(first, second)
    choices = {first["id"]: ids[0], second["id"]: ids[1]}
    file = desk.file([{**row, **({"decision": "accept", "reason": "by the day"}
                                 if choices[row["review_id"]] == row["client_id"] else {})} for row in rows])
    only_first = desk.file([{**row, "decision": "accept", "reason": "by the day"} for row in rows
                            if row["review_id"] == first["id"] and row["client_id"] == ids[0]])
    desk.read(only_first)
    # One is left for one: the rules may take it now, at once or after the watermark.
    wait_for(lambda: desk.settlement(second)["status"] == "matched", "the other twin settles by itself")
    outcomes, counts = desk.read(file)
    assert outcomes[first["id"]]["outcome"] == "done_before" and outcomes[second["id"]]["outcome"] == "stands"
    assert (desk.payer_of(first), desk.payer_of(second)) == (ids[0], ids[1])


def test_a_file_with_one_wrong_row_does_nothing(desk):
    review, ids = desk.twins()
    rows = desk.rows(review)
    before = desk.state()
    wrong = {
        "decision_unknown": [{**rows[0], "decision": "yes", "reason": "x"}],
        "reason_missing": [{**rows[0], "decision": "accept"}],
        "decision_conflict": decided(rows, ids),
        "column_unknown": [{**rows[0], "approved": "yes"}],
        "column_missing": [{"review_id": review["id"], "payment_id": ids[0], "decision": "accept"}],
    }
    for code, bad in wrong.items():
        good = decided(rows, [ids[0]]) if code not in ("decision_conflict", "column_missing", "column_unknown") else []
        file = desk.file([*[{**row, "review_id": f"rev_{'0' * 13}"} for row in good], *bad], list(bad[0]))
        error = desk.run("import", file, "--text", expect=UNUSABLE)
        assert f"({code})" in error and ", line " in error, error
    assert "cannot be read" in desk.run("import", desk.directory / "nothing.csv", expect=UNUSABLE)
    assert desk.state() == before


def test_only_a_candidate_can_be_accepted(desk):
    number = next(_numbers)
    review, ids = desk.twins(ids=[f"00{number}", f"00{number}x"])
    stranger = desk.world.payment(desk.iban, "12.34", client_id=f"{number}", reference="SOMETHING ELSE")
    rows = desk.rows(review)
    mangled = [{**row, "payment_id": stranger["client_id"], "decision": "accept", "reason": "it is"}
               for row in rows if row["client_id"] == ids[0]]
    for options in (("--dry-run",), ()):
        outcomes, _ = desk.read(desk.file(mangled), *options, expect=REFUSED)
        assert outcomes[review["id"]]["code"] == "candidate_unknown"
    assert desk.review(review)["status"] == "open"


def test_no_formula_and_no_line_break_gets_lost_on_the_way(desk):
    number = next(_numbers)
    review, ids = desk.twins(reference=f'=SUM(1) "a", {number}', ids=[f"=cmd|{number}", f"-{number}"], name="@payer")
    rows = desk.rows(review)
    assert [row["client_id"] for row in rows] == ["'" + one for one in ids]
    assert rows[0]["settlement_reference"] == f'\'=SUM(1) "a", {number}' and rows[0]["payer_name"] == "'@payer"
    assert not [cell for row in rows for cell in row.values() if cell[:1] in ("=", "+", "-", "@")]
    desk.read(desk.file(decided(rows, ["'" + ids[1]], reason='she said "yes", twice')))
    assert desk.payer_of(review) == ids[1]
    assert desk.review(review)["reason"] == 'she said "yes", twice'


def test_export_writes_every_page_of_what_was_asked_for_into_a_whole_file(desk):
    reviews = [desk.twins()[0] for _ in range(12)]
    desk.api.post(f"/v1/reviews/{reviews[0]['id']}/reject", {"reason": "no"})
    assert {row["review_id"] for row in desk.rows(*reviews)} == {review["id"] for review in reviews[1:]}
    assert {row["review_id"] for row in desk.rows(*reviews, options=("--status", "closed"))} == {reviews[0]["id"]}
    assert len(desk.rows(*reviews, options=("--status", "all"))) == 24
    out = desk.directory / "out.csv"
    assert desk.run("export", "--out", out) == ""
    assert out.read_text() == desk.run("export") and out.read_bytes().count(b"\r\n") > 22
    assert not list(desk.directory.glob("*.part"))


def test_a_review_of_no_settlement_is_closed_by_the_file(desk):
    payload = settled_payload(desk.iban)
    desk.world.bank.acknowledged("TransactionSettled", payload)
    desk.world.bank.acknowledged("TransactionSettled", {**payload, "Reference": "OTHER"})
    review = next(r for r in desk.api.all("/v1/reviews?status=open") if r["kind"] == "webhook_conflict")
    row, = desk.rows(review)
    assert (row["kind"], row["settlement_id"], row["payment_id"], row["client_id"]) == ("webhook_conflict", "", "", "")
    refused, _ = desk.read(desk.file([{**row, "decision": "reject", "reason": "x"}]), expect=REFUSED)
    assert refused[review["id"]]["code"] == "state_conflict"
    file = desk.file([{**row, "decision": "close", "reason": "the bank repaired it"}])
    assert desk.read(file, "--dry-run")[1]["done"] == 1
    assert desk.review(review)["status"] == "open"
    assert desk.read(file)[1]["done"] == 1
    assert desk.review(review)["decision"] == "close"


def test_a_suggested_match_is_shown_exported_and_decided_by_the_file(desk):
    payments = [desk.world.payment(desk.iban, amount) for amount in ("31.07", "31.08", "31.09")]
    ids = [payment["client_id"] for payment in payments]
    for amount in ("31.07", "31.08", "31.09"):
        payload = settled_payload(desk.iban, amount, Reference="", EndToEndTransactionId="NOTPROVIDED")
        desk.world.bank.acknowledged("TransactionSettled", payload)

    def suggested():
        of_ours = {s["id"] for s in desk.api.all(f"/v1/settlements?account={desk.iban}")}
        found = [r for r in desk.api.all("/v1/reviews?status=open") if r["subject_id"] in of_ours]
        return found if len(found) == 3 else None

    reviews = wait_for(suggested, "each settlement is shown to a person")
    assert {review["kind"] for review in reviews} == {"suggested_match"}
    taken, refused, found = sorted(reviews, key=lambda review: review["detail"]["settlement"]["amount"]["value"])
    for review in reviews:
        settlement = desk.settlement(review)
        assert (settlement["status"], settlement["review_id"]) == ("unmatched", review["id"])
    rows = desk.rows(*reviews)
    assert {(row["kind"], row["reject_reason"]) for row in rows} == {("suggested_match", "only_suggested")}
    assert sorted(row["client_id"] for row in rows) == sorted(ids)
    mangled = [{**row, "decision": "accept", "reason": "x", "payment_id": ids[1]}
               for row in rows if row["review_id"] == taken["id"]]
    outcomes, _ = desk.read(desk.file(mangled), expect=REFUSED)
    assert outcomes[taken["id"]]["code"] == "candidate_unknown"

    rows = decided(decided(rows, ids[:1]), ids[1:2], "another customer", "close")
    assert desk.read(desk.file(rows))[1]["done"] == 2
    assert (desk.payer_of(taken), desk.review(taken)["decision"]) == (ids[0], "accept")
    assert (desk.settlement(refused)["status"], desk.review(refused)["decision"]) == ("unmatched", "close")
    assert desk.review(found)["status"] == "open"
    answer = desk.api.post(f"/v1/settlements/{found['subject_id']}/match",
                           {"payments": [{"payment_id": ids[2]}], "reason": "she called"})
    assert answer["matches"][0]["evidence"]["agreed"] == ["account", "amount"]
    assert (desk.review(found)["status"], desk.review(found)["decision"]) == ("closed", "accept")
