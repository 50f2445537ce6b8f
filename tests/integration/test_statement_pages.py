"""A day in several messages, a file of several accounts: what stands on another page is not missing on this one."""

import decimal
import os
import random

import pytest

from support.processes import run_settled
from support.statement_month import Month
from support.statements import GAPS, HOLDS, Books
from support.world import make_iban


@pytest.fixture
def books(shared, tmp_path):
    return Books(shared, tmp_path)


def settle_euros(books, references, amount, day="2026-11-20"):
    for reference in references:
        books.settle(amount, day, CurrencyCode="EUR", Reference=reference, EndToEndTransactionId="NOTPROVIDED")


def split(books, path):
    """Each message of a file in a file of its own."""
    messages = path.read_text().split("-\n")
    return [books.file("part.sta", message + "-\n") for message in messages if message.strip()]


class TestAFileFromTheField:
    def settle(self, books, name):
        if name == "26-two-pages.sta":
            settle_euros(books, ["order 60001"], "10.00")
            settle_euros(books, ["order 60002"], "20.00")
        else:
            settle_euros(books, [f"ORDER {n}" for n in (60101, 60102, 60103)], "10.00")

    @pytest.mark.parametrize("name, pages", [("26-two-pages.sta", 2), ("26-blocks.sta", 3)])
    def test_of_several_messages_holds_at_once(self, books, name, pages):
        self.settle(books, name)
        statements = books.run(books.field_file(name))
        assert [s["reconciliation"]["linked"]["count"] for s in statements] == [1] * pages
        assert [s["page"] for s in statements] == list(range(1, pages + 1))

    @pytest.mark.parametrize("name", ["26-two-pages.sta", "26-blocks.sta"])
    def test_of_several_messages_holds_in_any_order(self, books, name):
        self.settle(books, name)
        books.run(*reversed(split(books, books.field_file(name))))

    def test_of_interim_balances_holds_in_any_order_of_commands(self, books):
        self.settle(books, "26-two-pages.sta")
        first, second = split(books, books.field_file("26-two-pages.sta"))
        page, = books.run(second)  # without the page before it, it asks for nothing
        assert page["reconciliation"]["lacks_pages"]
        books.run(first)
        books.run(second)

    def test_whose_last_page_comes_in_another_command_waits_for_it(self, books):
        self.settle(books, "26-two-pages.sta")
        first, second = split(books, books.field_file("26-two-pages.sta"))
        page, = books.run(first)
        assert page["goes_on"] and page["reconciliation"]["lacks_pages"]
        page, = books.run(second)
        assert not page["reconciliation"]["lacks_pages"] and page["reconciliation"]["previous"]["statement_id"]
        settle_euros(books, ["order 60003"], "30.00")
        page, _ = books.run(first, second, expect=GAPS)
        assert page["reconciliation"]["missing_on_statement"]["count"] == 1  # it is on neither, and is shown once
        assert [s["reference"] for s in books.missing(page)] == ["order 60003"]

    def test_with_one_number_every_year_holds(self, books):
        books.settle("10.00", "2026-01-02", CurrencyCode="EUR", Reference="Rechnung 8203")
        books.settle("10.00", "2027-01-02", CurrencyCode="EUR", Reference="Rechnung 8204")
        assert len(books.run(books.field_file("08-number-next-year.sta"))) == 2


def test_a_settlement_is_linked_on_one_page_only(books):
    """Two payments that nothing distinguishes, one on each page, and one of them was never reported to us."""
    settle_euros(books, ["order 60001"], "10.00")
    text = books.field_file("26-two-pages.sta").read_text()
    text = text.replace("CR20,00", "CR10,00").replace("EUR30,00", "EUR20,00").replace("order 60002", "order 60001")
    statements = books.run(books.file("twins.sta", text), expect=GAPS)
    assert sum(s["reconciliation"]["linked"]["count"] for s in statements) == 0
    assert sum(s["reconciliation"]["ambiguous"]["count"] for s in statements) == 2
    settle_euros(books, ["order 60001"], "10.00")
    statements = books.run(books.file("twins.sta", text))
    linked = [e["settlement_id"] for s in statements for e in books.entries(s, "linked")]
    assert len(linked) == len(set(linked)) == 2


class TestAFileOfSeveralAccounts:
    OURS, SILENT, STRANGER = "DE02120300000000202051", "NL91ABNA0417164300", "NL44RABO0123456789"

    @pytest.fixture
    def file(self, books):
        self.silent = books.world.account()
        self.stranger = make_iban(900000 + random.randrange(90000))
        text = books.field_file("15-three-accounts.xml").read_text()
        books.settle("7.00", "2026-11-20", CurrencyCode="EUR", Reference="invoice 9401")
        return books.file("15.xml", text.replace(self.SILENT, self.silent).replace(self.STRANGER, self.stranger))

    def test_is_taken_except_for_the_account_that_is_not_registered(self, books, file):
        first, second, passed = books.run(file, expect=GAPS)
        assert (first["account"], second["account"]) == (books.iban, self.silent)
        assert first["reconciliation"]["holds"] and second["reconciliation"]["holds"]
        assert passed["passed_over"]["account"] == self.stranger
        assert passed["passed_over"]["reason"] == "account_unknown"
        status, output, _ = run_settled("import", str(file), "--text", "--data", books.world.data,
                                        "--config", books.world.config)
        assert status == GAPS and f"the account {self.stranger} is not registered" in output
        assert books.iban in output and self.silent in output

    def test_gives_the_one_that_is_asked_for(self, books, file):
        only, = books.run(file, options=["--account", books.iban])
        assert only["account"] == books.iban
        assert "account_unknown" in books.run(file, options=["--account", self.stranger], expect=1)
        assert "is of the account" in books.run(file, options=["--account", make_iban(990001)], expect=1)


def test_a_month_in_pages_in_any_order_leaves_no_gap(books):
    """Two accounts, one by MT940 and one by camt, files shuffled, in three commands; then all once more."""
    seed = int(os.environ.get("SETTLED_SEED") or random.randrange(2**32))
    print(f"SETTLED_SEED={seed}")
    rng = random.Random(seed)
    ibans = [books.iban, books.world.account()]
    month = Month(rng, ibans, days=5, entries=30, per_page=7)
    for (iban, day), rows in month.booked.items():
        books.iban = iban
        for amount, reference in rows:
            books.settle(amount, day, Reference=reference, EndToEndTransactionId="NOTPROVIDED")
    files = [books.file(name, text) for iban, form in zip(ibans, ("mt940", "camt"))
             for name, text in month.files(iban, form)]
    rng.shuffle(files)
    third = len(files) // 3
    for some in (files[:third], files[third:2 * third], files[2 * third:]):
        status, _, _ = run_settled("import", *map(str, some), "--json", "--data", books.world.data,
                                   "--config", books.world.config)
        assert status in (HOLDS, GAPS)
    statements = books.run(*files, expect=HOLDS)
    for iban in ibans:
        mine = [s for s in statements if s["account"] == iban]
        linked = sum(decimal.Decimal(s["reconciliation"]["linked"]["amount"]["value"]) for s in mine)
        settled = sum(decimal.Decimal(day["settled"]["amount"]["value"]) for s in mine
                      for day in s["reconciliation"]["days"])
        assert linked == settled == month.total(iban)
        assert sum(s["reconciliation"]["linked"]["count"] for s in mine) == 150
