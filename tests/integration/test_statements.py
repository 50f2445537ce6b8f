"""Bank statements, imported by the command line and reconciled against settlements that webhooks brought."""

import csv
import decimal
import io
import itertools
import json

import pytest

from support.bank import settled_payload
from support.faults import Strace, require_ptrace
from support.processes import run_settled
from support.statements import DAY, GAPS, NEXT_DAY, Books, entry
from support.waiting import wait_for

@pytest.fixture
def books(shared, tmp_path):
    return Books(shared, tmp_path)


@pytest.mark.parametrize("version", ["02", "08"])
def test_a_statement_that_says_what_the_webhooks_said_is_reconciled(books, version):
    payloads = [books.settle(amount) for amount in ("12.34", "0.01", "1000000.00")]
    entries = [entry(p) for p in payloads] + [{"amount": "-7.00", "text": "fee"}]
    statement, = books.run(books.file("a.xml", books.camt(entries, version=version)))
    reconciliation = statement["reconciliation"]
    assert reconciliation["holds"] and statement["status"] == "reconciled"
    assert reconciliation["linked"] == {"count": 3, "amount": {"value": "1000012.35", "currency": "GBP"}}
    assert reconciliation["not_followed"]["count"] == 1 and reconciliation["balance_difference"]["value"] == "0.00"
    day, = reconciliation["days"]
    assert (day["credits"]["count"], day["debits"]["amount"]["value"], day["settled"]["amount"]["value"],
            day["difference"]["value"]) == (3, "7.00", "1000012.35", "0.00")
    linked = {e["settlement_id"] for e in books.entries(statement, "linked")}
    known = {s["id"] for s in books.world.api.all(f"/v1/settlements?account={books.iban}")}
    assert linked == known and len(known) == 3


def test_the_same_file_again_changes_nothing(books):
    file = books.file("a.xml", books.camt([entry(books.settle("3.00")), {"amount": "4.00", "id": "UNTOLD"}]))
    first, = books.run(file, expect=GAPS)
    tables = ("statement", "statement_entry", "settlement")
    before = {table: len(books.world.store.rows(f"SELECT 1 FROM {table}")) for table in tables}
    renamed = books.file("b.xml", file.read_text())
    second, = books.run(renamed, expect=GAPS)
    assert {table: len(books.world.store.rows(f"SELECT 1 FROM {table}")) for table in tables} == before
    assert {**second, "reconciled_at": None} == {**first, "reconciled_at": None}


def test_each_kind_of_gap_is_found(books):
    told = books.settle("10.00")
    other = books.settle("20.00")
    unbooked = books.settle("30.00")
    twin = books.settle("40.00", Reference="SALE 0001", EndToEndTransactionId="NOTPROVIDED")
    entries = [entry(told), entry(other, amount="20.01"), {"amount": "50.00", "id": "UNTOLD", "text": "NEVER TOLD"},
               *[{"amount": "40.00", "text": twin["Reference"]}] * 2]
    statement, = books.run(books.file("a.xml", books.camt(entries, closing="999.00")), expect=GAPS)
    reconciliation = statement["reconciliation"]
    counts = {name: reconciliation[name]["count"] for name in ("linked", "amount_differs", "missing_webhook", "ambiguous")}
    assert counts == {"linked": 1, "amount_differs": 1, "missing_webhook": 1, "ambiguous": 2}
    assert [e["remittance"] for e in books.entries(statement, "missing_webhook")] == ["NEVER TOLD"]
    assert {s["transaction_id"] for s in books.missing(statement)} == {unbooked["TransactionId"], twin["TransactionId"]}
    assert reconciliation["balance_difference"]["value"] == "738.99"
    # Nothing is lost between the two sides: the day's difference is that of the gaps.
    day, = reconciliation["days"]
    assert day["difference"]["value"] == str(decimal.Decimal("160.01") - decimal.Decimal("100.00"))


def test_totals_are_conserved(books):
    settled = [books.settle(f"{n}.{n % 100:02}") for n in range(1, 30)]
    booked = [entry(p) for p in settled[:20]] + [{"amount": f"{n}.50", "id": f"NOBODY{n}"} for n in range(40, 50)]
    statement, = books.run(books.file("a.xml", books.camt(booked)), expect=GAPS)
    reconciliation = statement["reconciliation"]

    def money(side):
        return decimal.Decimal(side["amount"]["value"])
    verdicts = [reconciliation[name] for name in ("linked", "missing_webhook", "ambiguous", "amount_differs", "pending")]
    assert sum(side["count"] for side in verdicts) == statement["credits"]["count"] == 30
    assert sum(map(money, verdicts)) == money(statement["credits"])
    assert money(reconciliation["linked"]) + money(reconciliation["missing_on_statement"]) == sum(
        decimal.Decimal(p["Amount"].strip("@")) for p in settled)
    assert sum(decimal.Decimal(day["difference"]["value"]) for day in reconciliation["days"]) == (
        money(reconciliation["missing_webhook"]) - money(reconciliation["missing_on_statement"]))


def test_a_webhook_that_comes_later_closes_its_gap(books):
    payload = settled_payload(books.iban, "5.00", TimestampSettled=f"{DAY}T10:00:00.000Z")
    file = books.file("a.xml", books.camt([entry(payload)]))
    statement, = books.run(file, expect=GAPS)
    assert statement["reconciliation"]["missing_webhook"]["count"] == 1
    books.world.bank.acknowledged("TransactionSettled", payload)
    again, = books.run(file)
    assert again["id"] == statement["id"] and again["reconciliation"]["linked"]["count"] == 1


def test_statements_that_do_not_follow_each_other_are_reported(books):
    first = books.camt([entry(books.settle("5.00"))], opening="0.00", sequence=7)
    gap = books.camt([], opening="9.00", sequence=10, day=NEXT_DAY)
    books.run(books.file("a.xml", first))
    statement, = books.run(books.file("b.xml", gap), expect=GAPS)
    previous = statement["reconciliation"]["previous"]
    assert previous["missing_sequence"] == {"from": 8, "to": 9}
    assert previous["opening_difference"]["value"] == "4.00"


def test_an_entry_booked_a_day_later_is_missing_on_no_statement(books):
    late = books.settle("6.00", TimestampSettled=f"{DAY}T23:30:00.000Z")
    one, two = books.camt([], opening="0.00"), books.camt([entry(late)], opening="0.00", day=NEXT_DAY, sequence=2)
    first, second = books.run(books.file("a.xml", one), books.file("b.xml", two))
    assert first["reconciliation"]["holds"] and second["reconciliation"]["linked"]["count"] == 1
    lost = books.settle("7.00", TimestampSettled=f"{DAY}T23:40:00.000Z")
    again, = books.run(books.file("b.xml", two), expect=GAPS)
    assert [s["transaction_id"] for s in books.missing(again)] == [lost["TransactionId"]]


def test_a_notification_need_not_be_complete(books):
    told, _ = books.settle("8.00"), books.settle("9.00")
    statement, = books.run(books.file("a.xml", books.camt([entry(told)], kind="054", version="04")))
    assert statement["kind"] == "notification" and statement["reconciliation"]["missing_on_statement"]["count"] == 0


def test_mt940_and_csv_are_proved_as_well(books):
    paid = [books.settle("12.34"), books.settle("2.00")]
    lines = "".join(f":61:2611181118C{p['Amount'].strip('@').replace('.', ',')}NTRFNONREF\r\n"
                    f":86:166?00CREDIT?20EREF+{p['EndToEndTransactionId']}?21SVWZ+{p['Reference']}?32A PAYER\r\n"
                    for p in paid)
    mt940 = (f"{{1:F01CLRBGB22XXXX0000000000}}{{4:\r\n:20:X\r\n:25:{books.iban}\r\n:28C:1/1\r\n"
             f":60F:C261117GBP1,00\r\n{lines}:62F:C261118GBP15,34\r\n-}}\r\n")
    statement, = books.run(books.file("a.sta", mt940))
    assert [e["linked_by"] for e in books.entries(statement, "linked")] == ["end_to_end_id"] * 2
    rows = "".join(f"18/11/2026;{p['Amount'].strip('@').replace('.', ',')};{p['Reference']}\n" for p in paid)
    file = books.file("a.csv", "Booked on;Amount;Text\n" + rows)
    options = ["--account", books.iban, "--currency", "GBP", "--column", "date=Booked on", "--column", "reference=Text",
               "--dates", "dmy", "--decimal-comma"]
    statement, = books.run(file, options=options)
    assert [e["linked_by"] for e in books.entries(statement, "linked")] == ["reference"] * 2


def test_a_file_that_is_wrong_somewhere_leaves_nothing(books):
    good = books.camt([entry(books.settle("1.00"))])
    before = len(books.world.store.rows("SELECT 1 FROM statement"))
    broken = good.replace("</Stmt>", "<Ntry><Amt Ccy='GBP'>1.005</Amt><CdtDbtInd>CRDT</CdtDbtInd>"
                                     f"<BookgDt><Dt>{DAY}</Dt></BookgDt></Ntry></Stmt>")
    wrong = books.file("b.xml", broken)
    error = books.run(books.file("a.xml", good), wrong, expect=1)
    assert "amount_invalid" in error and f"{wrong.name}, line 1 (entry 2)" in error
    other = books.file("c.xml", good.replace(books.iban, "GB29NWBK60161331926819"))
    assert "account_unknown" in books.run(other, expect=1)
    assert "account_unknown" in books.run(books.file("a.xml", good), expect=1,
                                          options=["--account", "GB29NWBK60161331926819"])
    assert "statement_unsupported" in books.run(books.file("d.xml", "<html/>"), expect=1)
    assert len(books.world.store.rows("SELECT 1 FROM statement")) == before


def test_an_import_that_was_broken_off_goes_on(books):
    """As many entries as need several calls; the first half is there already."""
    payloads = [books.settle(f"{n}.00") for n in (1, 2)]
    entries = [entry(p) for p in payloads] + [{"amount": f"{n}.00", "id": f"X{n}"} for n in range(10, 900)]
    file = books.file("a.xml", books.camt(entries))
    whole, = books.run(file, expect=GAPS)
    assert whole["entries_loaded"] == 892 and whole["reconciliation"]["linked"]["count"] == 2
    numbers = [e["number"] for e in books.world.api.all(f"/v1/statements/{whole['id']}/entries")]
    assert numbers == list(range(1, 893))
    late = {"first": 900, "entries": [{"booked_on": DAY, "direction": "credit",
                                       "amount": {"value": "1.00", "currency": "GBP"}}]}
    assert books.world.api.call("POST", f"/v1/statements/{whole['id']}/entries", late).code == "state_conflict"


def test_an_import_that_is_killed_anywhere_is_whole_after_the_next(books, tmp_path):
    """Killed as it sends its Nth piece to the server, N = 1, 2, … until it ends unharmed."""
    require_ptrace()
    entries = [{"amount": f"{n}.00", "id": f"X{n}"} for n in range(10, 900)]
    for point in itertools.count(1):
        file = books.file("a.xml", books.camt(entries))
        strace = Strace(tmp_path / f"strace-{point}", "sendto,sendmsg", "signal=KILL", point)
        books.begin(file, strace.wrapper)
        if not strace.killed():
            break
        whole, = books.run(file, expect=GAPS)
        assert whole["entries_loaded"] == 890 and whole["reconciliation"]["missing_webhook"]["count"] == 890, point
        numbers = [e["number"] for e in books.world.api.all(f"/v1/statements/{whole['id']}/entries")]
        assert numbers == list(range(1, 891)), point
    assert point > 4, "it was hardly ever killed"


def test_the_report_for_people_is_written_in_words(books):
    books.settle("30.00", Reference="UNBOOKED 1")
    file = books.file("a.xml", books.camt([{"amount": "50.00", "text": "NEVER TOLD 1"}]))
    status, output, error = run_settled("import", str(file), "--text", "--data", books.world.data,
                                        "--config", books.world.config)
    assert status == GAPS and error.startswith("settled: changed main at "), error
    for said in ("NEVER TOLD 1", "UNBOOKED 1", "The reconciliation does not hold.", DAY, "50.00", "30.00"):
        assert said in output, output
    assert "\x1b" not in output


class TestExport:
    def run(self, world, *arguments, expect=0):
        status, output, error = run_settled("export", *arguments, "--data", world.data, "--config", world.config)
        assert status == expect, (output, error)
        return output

    def test_rows_are_complete_exact_and_harmless(self, books):
        world = books.world
        payment = world.payment(books.iban, "123456789.01", reference="EXPORT 1")
        payload = settled_payload(books.iban, "123456789.01", Reference="EXPORT 1")
        world.bank.acknowledged("TransactionSettled", payload)
        wait_for(lambda: world.api.get(f"/v1/payments/{payment['client_id']}")["status"] == "settled", "it is matched")
        evil = "=HYPERLINK(\"http://x\",\"a,b\")"
        books.settle("2.00", Reference=evil)
        text = self.run(world, "all", "--account", books.iban)
        assert len(text.splitlines()) == 3
        by_amount = {row["amount"]: row for row in csv.DictReader(io.StringIO(text, newline=""))}
        matched = by_amount["123456789.01"]
        assert (matched["status"], matched["payment_id"], matched["client_id"]) == (
            "matched", payment["id"], payment["client_id"])
        assert by_amount["2.00"]["reference"] == "'" + evil
        lines = [json.loads(line) for line in
                 self.run(world, "all", "--account", books.iban, "--format", "jsonl").splitlines()]
        assert {row["settlement"]["reference"] for row in lines} == {"EXPORT 1", evil}

    def test_an_export_holds_the_settlements_that_were_asked_for(self, books):
        world = books.world
        for n in range(1, 130):  # more than a page
            books.settle(f"{n}.00")
        everything = list(csv.DictReader(io.StringIO(self.run(world, "unmatched", "--account", books.iban))))
        assert sorted(decimal.Decimal(row["amount"]) for row in everything) == list(range(1, 130))
        assert [row["settlement_id"] for row in everything] == sorted((r["settlement_id"] for r in everything), reverse=True)
        assert self.run(world, "matched", "--account", books.iban).count("\n") == 1
        assert self.run(world, "all", "--account", books.iban, "--since", "2036-01-01").count("\n") == 1
        assert self.run(world, "all", "--account", books.iban, "--until", DAY).count("\n") == 1
        middle = everything[60]["received_at"]
        later = self.run(world, "all", "--account", books.iban, "--since", middle, "--format", "jsonl").splitlines()
        earlier = self.run(world, "all", "--account", books.iban, "--until", middle, "--format", "jsonl").splitlines()
        assert (len(later) + len(earlier), len(later) > 0, len(earlier) > 0) == (129, True, True)
        self.run(world, "all", "--since", "yesterday", expect=1)
