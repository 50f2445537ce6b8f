"""The bank's own statement: asked for, announced, downloaded in pages, reconciled by the server itself."""

import datetime

import pytest

from support.money_out import PATIENT, MoneyOut
from support.waiting import wait_for

TODAY = datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%d")
DOWNLOADS = "/v1/statements"


@pytest.fixture
def statements(bank):
    """The bank makes statements of a day that is not over, which a test could not wait for."""
    bank.sandbox.put("/bank/statements", {"intraday": True})
    yield bank
    bank.sandbox.put("/bank/statements", {})
    bank.as_before()


def receive(bank, iban, count, reference):
    for number in range(count):
        bank.sandbox.post("/bank/payments", {"account": iban, "amount": f"{number + 1}.00",
                                             "reference": f"{reference} {number}", "scheme": "FasterPayments"})


def ask(bank, day=TODAY, statuses=(202,)):
    return bank.api.post("/v1/statement-requests", {"connector": "clearbank", "date": day}, statuses=statuses)


def until(bank, request, *statuses):
    def there():
        found = bank.api.get(f"/v1/statement-requests/{request['id']}")
        return found if found["status"] in statuses else None
    return wait_for(there, lambda: f"{statuses}: {bank.api.get('/v1/statement-requests/' + request['id'])}")


class TestOfTheDay:
    def test_is_downloaded_in_pages_and_reconciled(self, statements):
        bank = statements
        iban = bank.world.account()
        receive(bank, iban, 7, "STATEMENT")
        wait_for(lambda: len(bank.api.all(f"/v1/settlements?account={iban}")) == 7, "the webhooks have come")
        bank.sandbox.put("/bank/statements", {"intraday": True, "page_size": 3})
        bank.duplicate_webhooks(2)
        done = until(bank, ask(bank), "done", "failed")
        assert done["status"] == "done" and done["pages"] == done["pages_here"] >= 3, done
        mine = [s for s in bank.api.all(f"/v1/statements?account={iban}")]
        assert len(mine) >= 2 and {s["status"] for s in mine} == {"reconciled"}
        details = [bank.api.get(f"/v1/statements/{s['id']}")["reconciliation"] for s in mine]
        assert all(d["holds"] for d in details), details
        assert sum(d["linked"]["count"] for d in details) == 7
        # Each page once, though the webhook came three times.
        downloads = [c for c in bank.calls(DOWNLOADS) if done["message_id"].lower() in c["target"].lower()]
        assert len(downloads) == done["pages"]
        shown = bank.api.get(f"/v1/reconciliation?date={TODAY}&account={iban}")
        assert shown["holds"], shown
        again = ask(bank, statuses=(200,))
        assert again["id"] == done["id"]


def test_a_day_that_is_not_over_is_refused_by_the_bank(statements):
    bank = statements
    bank.sandbox.put("/bank/statements", {})
    tomorrow = (datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=2)).strftime("%Y-%m-%d")
    failed = until(bank, ask(bank, tomorrow), "failed")
    assert "in the past" in failed["reason"]
    # Then it can be asked for again.
    assert ask(bank, tomorrow)["id"] != failed["id"]


def test_statements_that_are_announced_in_another_order_come_to_their_requests(statements):
    """The webhook does not name the request: the statement's own day does."""
    bank = statements
    days = [(datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(days=n)).strftime("%Y-%m-%d")
            for n in (40, 39, 38)]
    bank.hold_webhooks()
    requests = [ask(bank, day) for day in days]
    wait_for(lambda: len([c for c in bank.calls("/v1/statementrequests") if c["processed"]]) >= 3, "the bank was asked")
    bank.release_webhooks(shuffle=True, seed=7)
    for request, day in zip(requests, days):
        done = until(bank, request, "done", "failed")
        assert (done["status"], done["date"]) == ("done", day), done
    assert len({until(bank, r, "done")["message_id"] for r in requests}) == 3


def test_a_request_without_a_day_or_a_bank_is_refused(statements):
    api = statements.api
    for body, code in (({"connector": "clearbank"}, "member_missing"), ({"connector": "clearbank", "date": "today"},
                                                                        "timestamp_invalid"),
                       ({"connector": "none", "date": TODAY}, "connector_unknown")):
        assert api.call("POST", "/v1/statement-requests", body).code == code, body


class TestWhatNoWebhookReported:
    def lose(self, bank, iban, *amounts):
        """Money that comes in while the bank's webhooks are lost."""
        bank.silence()
        for amount in amounts:
            bank.sandbox.post("/bank/payments", {"account": iban, "amount": amount, "reference": f"LOST {amount}",
                                                 "scheme": "FasterPayments"})
        bank.silence(False)

    def settlements(self, bank, iban):
        return {s["amount"]["value"]: s for s in bank.api.all(f"/v1/settlements?account={iban}")}

    def test_becomes_a_settlement_once(self, own_bank):
        bank = own_bank
        iban = bank.world.account()
        receive(bank, iban, 2, "HEARD")
        wait_for(lambda: len(self.settlements(bank, iban)) == 2, "the webhooks have come")
        self.lose(bank, iban, "77.01", "77.02", "77.03")
        done = until(bank, ask(bank), "done", "failed")
        assert (done["status"], done["found"]["settlements"], done["found"]["without_id"]) == ("done", 3, 0), done
        found = self.settlements(bank, iban)
        assert sorted(found) == ["1.00", "2.00", "77.01", "77.02", "77.03"]
        assert found["77.02"]["webhook_id"] is None and found["1.00"]["webhook_id"]
        ledger = {b["transaction_id"] for b in bank.ledger() if b["account"] == iban}
        assert {s["transaction_id"] for s in found.values()} == ledger
        # Its own statement reports them now, and both sides agree.
        details = [bank.api.get(f"/v1/statements/{s['id']}")["reconciliation"]
                   for s in bank.api.all(f"/v1/statements?account={iban}")]
        assert all(d["holds"] for d in details) and sum(d["linked"]["count"] for d in details) == 5
        assert bank.api.get(f"/v1/reconciliation?date={TODAY}&account={iban}")["holds"]
        # A catch-up by the bank's query adds nothing to it.
        again = bank.api.post("/v1/catch-ups", {"connector": "clearbank"}, statuses=(202,))
        ended = wait_for(lambda: (lambda c: c["status"] == "done" and c)(bank.api.get(f"/v1/catch-ups/{again['id']}")),
                         "the catch-up is done")
        assert ended["settlements"] == 0 and len(self.settlements(bank, iban)) == 5

    def test_is_only_counted_without_the_banks_id(self, own_bank):
        bank = own_bank
        iban = bank.world.account()
        bank.sandbox.put("/bank/statements", {"intraday": True, "drop_id_every": 1})
        self.lose(bank, iban, "88.01")
        done = until(bank, ask(bank), "done", "failed")
        assert (done["status"], done["found"]["settlements"], done["found"]["without_id"]) == ("done", 0, 1), done
        assert self.settlements(bank, iban) == {}
        shown = bank.api.get(f"/v1/reconciliation?date={TODAY}&account={iban}")
        assert [(d["kind"], d["count"]) for d in shown["differences"]] == [("missing_here", 1)]


@pytest.fixture
def own_bank(new_world):
    """Of a world of its own: a day is asked for once."""
    bank = MoneyOut(new_world(PATIENT))
    bank.sandbox.put("/bank/statements", {"intraday": True})
    return bank
