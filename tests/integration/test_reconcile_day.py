"""An account on a day: the bank's statement next to settlements, orders and returns, and what to do about each difference."""

import datetime
import json

import pytest

from support.processes import run_settled
from support.statements import DAY, GAPS, HOLDS, NEXT_DAY, Books, entry


@pytest.fixture
def books(shared, tmp_path):
    return Books(shared, tmp_path)


def reconcile(world, iban, day=DAY, expect=HOLDS):
    """What `settled reconcile` shows, which is what the API shows."""
    arguments = ("reconcile", "--account", iban, "--date", day, "--data", world.data, "--config", world.config)
    status, output, error = run_settled(*arguments, "--json")
    assert status == expect, (status, output, error)
    shown = json.loads(output)
    assert shown == world.api.get(f"/v1/reconciliation?date={day}&account={iban}")
    assert shown["holds"] == (expect == HOLDS)
    status, text, _ = run_settled(*arguments, "--text")
    assert status == expect
    assert ("Both sides agree." in text) == shown["holds"]
    for difference in shown["differences"]:
        assert difference["cause"] in text and difference["advice"] in text
    return shown


def flow(shown, name):
    one = next(f for f in shown["flows"] if f["flow"] == name)
    return tuple(f"{one[side]['count']}x{one[side]['amount']['value']}" for side in ("bank", "ours"))


def differences(shown):
    return {(d["kind"], d["flow"]): (d["count"], d["amount"]["value"]) for d in shown["differences"]}


def debit(books, amount, day=DAY, **members):
    return books.settle(amount, day, DebitCreditCode="Debit", **members)


def as_debit(payload):
    return entry(payload, amount="-" + payload["Amount"].strip("@"))


def test_both_sides_agree_about_payments_in_and_out_and_what_went_back(books):
    received = [books.settle(amount) for amount in ("12.34", "7.00")]
    paid = debit(books, "3.00")
    came_back = books.settle("3.00", IsReturn=True, EndToEndTransactionId=paid["EndToEndTransactionId"])
    returned = debit(books, "7.00", IsReturn=True, EndToEndTransactionId=received[1]["EndToEndTransactionId"])
    entries = [*map(entry, received), as_debit(paid), entry(came_back), as_debit(returned)]
    statement, = books.run(books.file("a.xml", books.camt(entries)))
    assert statement["reconciliation"]["linked"]["count"] == 3  # what came back is a credit that is known, too
    shown = reconcile(books.world, books.iban)
    assert flow(shown, "paid_in") == ("2x19.34", "2x19.34")
    assert flow(shown, "paid_out") == ("1x3.00", "1x3.00")
    assert flow(shown, "came_back") == ("1x3.00", "1x3.00")
    assert flow(shown, "was_returned") == ("1x7.00", "1x7.00")
    assert [s["statement_id"] for s in shown["statements"]] == [statement["id"]]


def test_a_payment_that_one_side_lacks_is_listed_with_its_cause(books):
    both = books.settle("1.00")
    only_here = books.settle("20.00", Reference="NOT BOOKED")
    unbooked = debit(books, "4.00")
    entries = [entry(both), {"amount": "300.00", "id": "NEVER-REPORTED", "text": "A CREDIT"},
               {"amount": "-50.00", "id": "UNKNOWN-DEBIT", "text": "A FEE"}]
    books.run(books.file("a.xml", books.camt(entries)), expect=GAPS)
    shown = reconcile(books.world, books.iban, expect=GAPS)
    assert differences(shown) == {("missing_here", "paid_in"): (1, "300.00"), ("missing_at_bank", "paid_in"): (1, "20.00"),
                                  ("missing_here", "paid_out"): (1, "50.00"), ("missing_at_bank", "paid_out"): (1, "4.00")}
    items = {(d["kind"], d["flow"]): d["items"][0] for d in shown["differences"]}
    assert items["missing_here", "paid_in"]["text"] == "A CREDIT"
    assert items["missing_at_bank", "paid_in"]["end_to_end_id"] == only_here["EndToEndTransactionId"]
    assert items["missing_at_bank", "paid_out"]["end_to_end_id"] == unbooked["EndToEndTransactionId"]
    assert flow(shown, "paid_in") == ("2x301.00", "2x21.00")
    assert next(f for f in shown["flows"] if f["flow"] == "paid_in")["difference"]["value"] == "280.00"


def test_amounts_that_differ_are_shown_with_both(books):
    credit, paid = books.settle("20.00"), debit(books, "5.00")
    entries = [entry(credit, amount="20.01"), entry(paid, amount="-5.10")]
    books.run(books.file("a.xml", books.camt(entries)), expect=GAPS)
    shown = reconcile(books.world, books.iban, expect=GAPS)
    assert differences(shown) == {("amount_differs", "paid_in"): (1, "0.01"), ("amount_differs", "paid_out"): (1, "0.10")}
    item = shown["differences"][0]["items"][0]
    assert (item["bank_amount"]["value"], item["our_amount"]["value"]) == ("20.01", "20.00")


def test_a_day_without_a_statement_shows_what_is_known(books):
    books.settle("9.00")
    debit(books, "2.00")
    shown = reconcile(books.world, books.iban, expect=GAPS)
    assert differences(shown) == {("no_statement", "paid_in"): (0, "0.00")}
    assert flow(shown, "paid_in") == ("0x0.00", "1x9.00") and flow(shown, "paid_out") == ("0x0.00", "1x2.00")


def test_a_day_whose_page_or_balance_is_missing_does_not_hold(books):
    books.run(books.file("a.xml", books.camt([], opening="0.00", closing="5.00")), expect=GAPS)
    shown = reconcile(books.world, books.iban, expect=GAPS)
    assert differences(shown) == {("wrong_balance", "paid_in"): (1, "5.00")}
    books.run(books.file("b.sta", f":20:X\n:25:{books.iban}\n:28C:2/1\n:60F:C261119GBP5,00\n:62M:C261119GBP5,00\n-\n"))
    shown = reconcile(books.world, books.iban, NEXT_DAY, expect=GAPS)
    assert differences(shown) == {("lacks_pages", "paid_in"): (1, "0.00")}


def test_a_debit_of_the_late_evening_belongs_to_the_next_day(books):
    late = debit(books, "6.00", TimestampSettled=f"{DAY}T23:30:00.000Z")
    books.run(books.file("a.xml", books.camt([], opening="50.00")),
              books.file("b.xml", books.camt([as_debit(late)], opening="50.00", day=NEXT_DAY, sequence=2)))
    assert flow(reconcile(books.world, books.iban), "paid_out") == ("0x0.00", "0x0.00")
    assert flow(reconcile(books.world, books.iban, NEXT_DAY), "paid_out") == ("1x6.00", "1x6.00")


def test_an_order_without_a_settlement_is_shown_until_the_bank_has_said_what_became_of_it(bank, tmp_path):
    books = Books(bank.world, tmp_path)
    books.iban = bank.debtor
    today = datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%d")
    bank.hold_webhooks()
    order = bank.order(amount="11.00")
    bank.until(order, "submitted")
    books.run(books.file("a.xml", books.camt([], day=today)))
    shown = reconcile(bank.world, bank.debtor, today, expect=GAPS)
    open_orders = next(d for d in shown["differences"] if d["kind"] == "order_without_settlement")
    item = next(i for i in open_orders["items"] if i["order_id"] == order["id"])
    assert item["text"] == "submitted" and item["our_amount"]["value"] == "11.00"
    assert {"status": "submitted", "count": 1, "amount": {"value": "11.00", "currency": "GBP"}} in shown["orders"]
    bank.release_webhooks()
    settled = bank.until(order, "settled")
    transaction = bank.get(order)["transaction_id"]
    books.run(books.file("b.xml", books.camt([{"amount": "-11.00", "id": transaction, "text": "PAY OUT"}], day=today,
                                             sequence=2)))
    assert reconcile(bank.world, bank.debtor, today)["differences"] == []
    assert settled["status"] == "settled"


def test_a_question_without_a_day_or_an_account_is_refused(books):
    api = books.world.api
    for query, code in (("date=2026-11-18", "parameter_invalid"), (f"account={books.iban}", "parameter_invalid"),
                        (f"date=18.11.2026&account={books.iban}", "parameter_invalid"),
                        (f"date={DAY}&account={books.iban}&currency=pounds", "parameter_invalid"),
                        (f"date={DAY}&account=GB29NWBK60161331926819", "account_unknown")):
        assert api.call("GET", f"/v1/reconciliation?{query}").code == code, query
