"""Files and messages as they came from banks, providers and shops (tests/fixtures/field), through the whole server."""

import hashlib
import hmac
import itertools
import json
import os
import pathlib
import re
import uuid

import pytest

from support.bank import digits, now_text, settled_payload
from support.http_client import HttpClient
from support.processes import run_settled
from support.statements import GAPS, Books
from support.waiting import wait_for

FIELD = pathlib.Path(__file__).resolve().parent.parent / "fixtures" / "field"
FIELD_ACCOUNT = "GB57CLRB04040100057354"
SECRET = "a secret of sixteen bytes"
_numbers = itertools.count(1)


def field(name, iban=FIELD_ACCOUNT):
    return json.loads((FIELD / name).read_text().replace(FIELD_ACCOUNT, iban))


class Provider:
    """A provider for which there is no code: sends what its mapping describes to a connector of its own."""

    def __init__(self, world, directory, mapping):
        self.world, self.iban = world, world.account()
        self.name = f"field-{next(_numbers)}"
        secret = directory / "provider.secret"
        secret.write_text(SECRET)
        os.chmod(secret, 0o600)
        self.files = {"signature": {"scheme": "hmac", "header": "X-Signature", "secrets": [f"file:{secret}"]},
                      "mapping": mapping}
        for name, content in self.files.items():
            (directory / f"{name}.json").write_text(json.dumps(content))
        self.added = run_settled("connectors", "add", self.name, "--data", world.data, "--config", world.config,
                                 "--kind", "mapped", "--signature", directory / "signature.json",
                                 "--mapping", directory / "mapping.json")

    def send(self, body, status=200):
        body = body if isinstance(body, bytes) else body.encode()
        mac = hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
        http = HttpClient(port=self.world.server.port)
        try:
            answer = http.send("POST", f"/hooks/{self.name}", {"X-Signature": mac, "Content-Type": "application/json"}, body)
        finally:
            http.close()
        assert answer.status == status, (answer.status, answer.body)

    def settlements(self):
        """Those that the account has, by the provider's id: (amount in minor units, currency)."""
        return {row["transaction_id"]: (row["amount_minor"], row["currency"]) for row in self.world.store.rows(
            "SELECT transaction_id, amount_minor, currency FROM settlement WHERE account_iban = ?", self.iban)}

    def reviews(self):
        mine = {row["id"] for row in self.world.store.rows(
            "SELECT w.id FROM webhook w JOIN connector c ON c.id = w.connector_id WHERE c.name = ?", self.name)}
        return [row["kind"] for row in self.world.store.rows("SELECT kind, subject_id FROM review")
                if row["subject_id"] in mine]


def mapping_of(at="", **changes):
    settlement = {"when": [{"at": "/action", "is": ["credit"]}], "transaction_id": f"{at}/id", "amount": f"{at}/amount",
                  "amount_form": "decimal", "currency": f"{at}/currency", "settled_at": f"{at}/time",
                  "reference": f"{at}/ref", "account": {"iban": f"{at}/to"}, **changes}
    return {"type": "/action", "id": f"{at}/id", "settlement": settlement}


# Statements

def test_a_credit_booked_net_of_charges_is_one_gap_with_the_charges_that_explain_it(shared, tmp_path):
    books = Books(shared, tmp_path)
    gross = books.settle("100.00", "2026-11-20", EndToEndTransactionId="E2E-9001", CurrencyCode="EUR",
                         Reference="invoice 9001")
    statement, = books.run(books.field_file("11-charges-in-detail.xml"), expect=GAPS)
    reconciliation = statement["reconciliation"]
    counts = {name: reconciliation[name]["count"] for name in
              ("linked", "amount_differs", "missing_webhook", "missing_on_statement", "ambiguous")}
    assert counts == {"linked": 0, "amount_differs": 1, "missing_webhook": 0, "missing_on_statement": 0, "ambiguous": 0}
    entry, = books.entries(statement, "amount_differs")
    assert entry["remittance"] == "invoice 9001 (charges 2.50 EUR)"
    known = shared.api.get(f"/v1/settlements/{entry['settlement_id']}")
    assert known["transaction_id"] == gross["TransactionId"] and known["amount"]["value"] == "100.00"


def test_a_counter_of_the_bank_is_not_the_id_of_a_settlement(shared, tmp_path):
    books = Books(shared, tmp_path)
    books.settle("24.00", "2026-11-20", TransactionId="t1", EndToEndTransactionId="NOTPROVIDED", Reference="order 24001")
    file = books.file("ids.csv", "Date,Amount,ID,Reference\n2026-11-20,24.10,T-1,another payer\n")
    statement, = books.run(file, options=("--account", books.iban, "--currency", "GBP", "--dates", "ymd",
                                          "--column", "transaction_id=ID"), expect=GAPS)
    assert statement["reconciliation"]["amount_differs"]["count"] == 0
    assert statement["reconciliation"]["missing_webhook"]["count"] == 1


# Webhooks

def test_each_event_of_a_list_is_a_settlement_and_a_place_in_a_list_is_refused(shared, tmp_path):
    provider = Provider(shared, tmp_path, {"each": "/events", **mapping_of()})
    assert provider.added[0] == 0, provider.added
    provider.send(json.dumps(field("30-two-events.json", provider.iban)))
    assert provider.settlements() == {"EV1": (3001, "GBP"), "EV2": (3002, "GBP")} and provider.reviews() == []
    by_place = Provider(shared, tmp_path, {**mapping_of("/events/0"), "type": "/events/0/action"})
    assert by_place.added[0] != 0 and "each" in by_place.added[2]


# As field/34-amounts.json has them: what is read, or None where a person has to look.
AMOUNTS = [10000, 541817, 1234, 10000, 10000, 123450, None, None,
           None, None, None, None, None, None, 10, None, None, 1250,
           9999999999999999, 999999999999999999, None, None, None, 1234, 1234, 1234,
           1234, 1234, 1234, None, 1000, None, 500, 1234]


def test_an_amount_is_exact_however_it_is_written_or_goes_to_a_person(shared, tmp_path):
    providers = {}
    for form, name in (("am", "decimal"), ("mi", "minor")):
        (tmp_path / name).mkdir()
        providers[form] = Provider(shared, tmp_path / name, mapping_of(amount_form=name))
    cases = field("34-amounts.json")
    assert len(cases) == len(AMOUNTS)
    expected = {form: {} for form in providers}
    unread = dict.fromkeys(providers, 0)
    for number, ((form, written, currency), minor) in enumerate(zip(cases, AMOUNTS)):
        provider = providers[form]
        provider.send(f'{{"action":"credit","id":"A-{number}","amount":{written},"currency":"{currency}",'
                      f'"time":"2026-11-20T10:00:00Z","ref":"r","to":"{provider.iban}"}}')
        if minor is None:
            unread[form] += 1
        else:
            expected[form][f"A-{number}"] = (minor, currency)
    for form, provider in providers.items():
        assert provider.settlements() == expected[form], form
        assert provider.reviews() == ["webhook_unreadable"] * unread[form], form


# The places in field/33-times.json that say a zone and are written by RFC 3339, or nearly.
TIMES_WITH_A_ZONE = {0, 4, 5, 7, 17, 19}


def test_a_time_without_a_zone_goes_to_a_person_unless_the_mapping_names_one(shared, tmp_path):
    cases = field("33-times.json")
    (tmp_path / "utc").mkdir()
    strict, utc = Provider(shared, tmp_path, mapping_of()), Provider(shared, tmp_path / "utc", mapping_of(zone="utc"))
    for provider in (strict, utc):
        for number, written in enumerate(cases):
            provider.send(json.dumps({"action": "credit", "id": f"T-{number}", "amount": "1.00", "currency": "GBP",
                                      "time": written, "ref": "r", "to": provider.iban}))
    read = {provider: {int(id.removeprefix("T-")) for id in provider.settlements()} for provider in (strict, utc)}
    assert read[strict] <= TIMES_WITH_A_ZONE and {0, 4, 5, 7} <= read[strict], read[strict]
    assert read[utc] - read[strict] == {1, 3, 9} and read[strict] < read[utc], read[utc]
    assert len(strict.reviews()) == len(cases) - len(read[strict])


def test_a_body_is_text_in_utf_8_however_it_is_written_or_is_refused(shared, tmp_path):
    provider = Provider(shared, tmp_path, mapping_of())
    event = {"action": "credit", "id": "B-0", "amount": "35.00", "currency": "GBP", "time": "2026-11-20T10:00:00Z",
             "ref": "J & SAND/7 \U0001f600", "to": provider.iban}
    plain = json.dumps(event, ensure_ascii=False)
    same = [plain, json.dumps(event), json.dumps(event, indent=2), plain + "\r\n", plain.replace("/", "\\/"),
            plain.replace("&", "\\u0026")]
    for number, body in enumerate(same):
        provider.send(body.replace("B-0", f"B-{number}"))
    assert {row["reference"] for row in shared.store.rows(
        "SELECT reference FROM settlement WHERE account_iban = ?", provider.iban)} == {event["ref"]}
    assert len(provider.settlements()) == len(same)
    other = plain.replace("B-0", "B-99")
    for wrong in (other.encode("utf-16"), b"\xef\xbb\xbf" + other.encode(), other.replace("\U0001f600", "é").encode("latin-1"),
                  other.replace("\U0001f600", "\\ud83d"), other[:-1] + ',"id":"B-98"}'):
        provider.send(wrong, status=400)
    assert len(provider.settlements()) == len(same) and provider.reviews() == []


def test_a_flat_webhook_that_is_sent_again_is_no_conflict(shared, tmp_path):
    mapping = {"type": "/EventName", "id": "/TransactionId", "new_in_each_delivery": ["/EventId", "/EventTime"],
               "settlement": {"when": [{"at": "/EventName", "is": ["PAYIN"]}], "transaction_id": "/TransactionId",
                              "amount": "/Amount", "amount_form": "decimal", "currency": "/Currency",
                              "settled_at": "/DateTime", "reference": "/PaymentReference", "account": {"iban": "/To"}}}
    provider = Provider(shared, tmp_path, mapping)
    assert provider.added[0] == 0, provider.added
    first, again = field("37-flat-resend.json", provider.iban)
    for body in (json.dumps(first), json.dumps(again), json.dumps(again, indent=1), json.dumps(dict(reversed(again.items())))):
        provider.send(body)
    assert provider.settlements() == {"TX-1": (3700, "GBP")} and provider.reviews() == []
    provider.send(json.dumps({**again, "Amount": 37.01}))
    assert provider.reviews() == ["webhook_conflict"]


def test_a_conflict_names_the_members_that_differ_and_their_form_is_none(shared):
    iban = shared.account()
    bodies = field("36-clearbank-repeats.json", iban)
    first = {**bodies["first"], "Amount": digits("70")}
    shared.bank.acknowledged("TransactionSettled", first)
    settlement, = [s for s in shared.api.all("/v1/settlements") if s["transaction_id"] == first["TransactionId"]]
    differs = []
    for name, change in bodies["variants"]:
        before = {r["id"] for r in shared.api.all("/v1/reviews")}
        shared.bank.acknowledged("TransactionSettled", {**first, **change})
        new = [r for r in shared.api.all("/v1/reviews") if r["id"] not in before]
        assert all(r["kind"] == "webhook_conflict" and r["subject_id"] == settlement["webhook_id"] for r in new), name
        differs.append([r["detail"]["differs"] for r in new])
    assert differs[:2] == [[], []], "70 and 70.00 are one amount"
    assert [members[0] for members in differs[-1]] == ["/Payload/Amount"], "that of money comes first"
    for name, change in bodies["others"]:
        payload = {**first, **change}
        shared.bank.acknowledged("TransactionSettled", payload)
        found = [s for s in shared.api.all("/v1/settlements") if s["transaction_id"] == payload["TransactionId"]]
        assert [s["amount"]["value"] for s in found] == ([] if name == "amount as text" else ["70.00"]), name


# Matching

@pytest.fixture(scope="module")
def scenes():
    return {scene["name"].split()[0]: scene for scene in field("38-42-matching.json")["scenes"]}


# What becomes of each settlement, in order: the place of its payment, or its status.
@pytest.mark.parametrize("name, becomes", [
    ("38", ["unmatched"]), ("39", [1]), ("39b", ["ambiguous"]), ("40", ["ambiguous"]), ("41a", [1, 0]), ("41b", [0, 1]),
    ("41c", ["ambiguous"]), ("41d", [0]), ("42", [0, 0])])
def test_a_reference_decides_or_a_person_does(shared, scenes, name, becomes):
    scene, iban = scenes[name], shared.account()
    payments = [shared.payment(iban, scene.get("payment_amount", scene["amount"]), reference=reference)
                for reference in scene["payments"]]
    sent = []
    for reference in scene["settlements"]:
        payload = settled_payload(iban, scene["amount"], Reference=reference, EndToEndTransactionId="NOTPROVIDED",
                                  CounterpartAccount={"IBAN": "", "BBAN": "", "OwnerName": "Not Provided"})
        shared.bank.acknowledged("TransactionSettled", payload)
        sent.append(payload["TransactionId"])

    def seen():
        known = {s["transaction_id"]: shared.api.get(f"/v1/settlements/{s['id']}")
                 for s in shared.api.all(f"/v1/settlements?account={iban}")}
        places = {payment["id"]: place for place, payment in enumerate(payments)}
        return [places[known[id]["match"]["payment_id"]] if known[id]["match"] else known[id]["status"] for id in sent]

    def kinds():
        mine = {s["id"] for s in shared.api.all(f"/v1/settlements?account={iban}")}
        return [r["kind"] for r in shared.api.all("/v1/reviews?status=open") if r["subject_id"] in mine]
    reviews = {"unmatched": ["suggested_match"], "ambiguous": ["settlement_ambiguous"]}.get(becomes[0], [])
    wait_for(lambda: seen() == becomes and kinds() == reviews, lambda: f"{becomes}: {seen()} {kinds()}")


# Payments

def test_a_payment_of_yapily_is_read_or_the_member_is_named(shared):
    shared.api.post("/v1/accounts", {"iban": FIELD_ACCOUNT, "name": "Shop Ltd"})
    answers = {}
    for name, body in field("43-yapily.json"):
        text = re.sub(r'"@([0-9.eE+-]+)@"', r"\1", json.dumps(body))
        answers[name] = shared.api.call("POST", "/v1/payments", raw=text.encode(), headers={"Idempotency-Key": str(uuid.uuid4())},
                                        content_type="application/vnd.yapily.payment+json")
    taken = {"as documented, in data, with meta", "amount null beside amountDetails", "more decimals and nanoseconds",
             "exponent", "payeeDetails null beside payee", "reference null, sort code with dashes"}
    assert {name for name, answer in answers.items() if answer.status == 201} == taken, answers
    for name, member in (("amount as text", "amount"), ("time without a zone", "createdAt"), ("an event around it", "id"),
                         ("an error answer", "id"), ("a list of payments", "data")):
        assert 400 <= answers[name].status < 500 and member in answers[name].body.decode(), (name, answers[name].body)


# Two files

READ = {"44-bom-crlf": 1, "44-date-time": 1, "44-header-case": 1, "44-latin1": 0, "44-no-rows": 0, "44-quoted-newline": 1}
REFUSED = {"44-day-first": ("timestamp_invalid", "line 2: column date"), "44-duplicate-id": ("id_repeated", "line 3: column id"),
           "44-lower-currency": ("currency_unknown", "line 2: column currency"),
           "44-negative": ("amount_invalid", "line 2: column amount"), "44-pound": ("amount_invalid", "line 2: column amount"),
           "44-semicolon": ("column_missing", "no column id"), "44-utf16": ("column_missing", "no column id"),
           "44-three-decimals": ("amount_invalid", "GBP has 2 decimals"), "44-yen": ("amount_invalid", "line 3: column amount")}


def bench(destination, *more):
    return run_settled("bench", "match", "--origin", FIELD / "44-plain-origin.csv", "--destination", FIELD / destination,
                       "--json", *more)


@pytest.mark.parametrize("name", READ)
def test_a_file_of_transfers_is_read_in_the_forms_that_mean_one_thing(name):
    status, output, errors = bench(f"{name}.csv")
    assert status == 0 and json.loads(output)["matched"] == READ[name], errors


@pytest.mark.parametrize("name", REFUSED)
def test_a_file_of_transfers_that_is_not_exact_is_refused_with_line_and_column(name):
    status, output, errors = bench(f"{name}.csv")
    assert status == 1 and output == "" and all(word in errors for word in REFUSED[name]), errors


def test_a_truth_that_names_what_is_not_there_says_so():
    for name in ("44-plain-truth.csv", "44-truth-swapped.csv"):
        status, output, _ = bench("44-plain-destination.csv", "--truth", FIELD / name)
        assert status == 0 and json.loads(output)["wrong"] == 0
    status, _, errors = bench("44-plain-destination.csv", "--truth", FIELD / "44-truth-unknown.csv")
    assert status == 1 and "no row has ids of these files" in errors
