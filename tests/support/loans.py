"""Loans: a world whose bank pays and whose core banking system is the sandbox's, with both ledgers as the truth."""

import itertools

from .api import Api
from .money_out import MoneyOut
from .waiting import wait_for

_numbers = itertools.count(1)
PAYEE = {"name": "Ann Lee", "iban": "GB29NWBK60161331926819"}


def add_core_bank(world, **settings):
    """The connector of the sandbox's core banking system, whose webhooks come to it."""
    state = world.sandbox.state
    operator = Api(world.contract, unix=world.server.socket)
    try:
        operator.post("/v1/connectors", {
            "name": "mambu", "kind": "mambu", "api_url": state["urls"]["core_bank"],
            "api_key": f"file:{state['files']['core_bank_key']}",
            "webhook_secret": {"header": "X-Webhook-Secret", "secret": f"file:{state['files']['core_bank_webhook_secret']}"},
            "settings": {"bank_connector": "clearbank",
                         "debtor": {"iban": state["real_account_iban"], "name": "Lender Ltd", "address": "1 High Street"},
                         **settings}})
    finally:
        operator.http.close()
    aim_core_bank(world)


def aim_core_bank(world):
    world.sandbox.put("/targets", {"core_bank_webhook_url": f"http://127.0.0.1:{world.server.port}/hooks/mambu"})


class Loans:
    """The connectors of bank and core banking system, and what people do in the latter."""

    def __init__(self, world, **settings):
        self.world = world
        self.money = MoneyOut(world)
        self.sandbox = world.sandbox
        add_core_bank(world, **settings)

    @property
    def api(self):
        return self.world.api

    def new_loan(self, **members):
        """Its id. The core banking system reports that it was approved, unless `notify` is false."""
        loan = f"LN-{next(_numbers)}"
        self.sandbox.post("/core/loans", {"id": loan, **members})
        return loan

    def loan(self, loan):
        return self.sandbox.get(f"/core/loans/{loan}")

    def link_of(self, loan):
        return [link for link in self.api.all("/v1/links") if link["loan_account_id"] == loan][0]

    def linked(self, loan, status="active"):
        """Its link, once it has that status and the loan shows it."""
        def there():
            links = [link for link in self.api.all("/v1/links") if link["loan_account_id"] == loan]
            return links[0] if links and links[0]["status"] == status else None
        link = wait_for(there, lambda: f"{status}: {self.api.all('/v1/links')}", every=0.05)
        if status == "active":
            wait_for(lambda: self.loan(loan)["fields"].get("ibanLoan") == link["iban"], lambda: f"{self.loan(loan)}", every=0.05)
        return link

    def disburse(self, loan, amount="100.00", **members):
        """As a person in the core banking system. Returns the booking."""
        return self.sandbox.post(f"/core/loans/{loan}/disbursements",
                                 {"amount": amount, "creditor": PAYEE, **members})

    def booking(self, key):
        return self.sandbox.get(f"/core/bookings/{key}")

    def ledger(self, loan, kind=None):
        page = self.sandbox.get(f"/core/ledger?limit=1000&loan={loan}")
        return [one for one in page["bookings"] if kind is None or one["type"] == kind]

    def credit(self, iban, amount="25.00", **members):
        """Money arrives at the bank."""
        return self.sandbox.post("/bank/payments", {"account": iban, "amount": amount, **members})

    def postings(self, loan):
        return self.api.all(f"/v1/postings?loan_account_id={loan}")

    def until_posted(self, loan, *wanted):
        """The loan's postings but those of links, oldest first, once they are these: "repayment posted"."""
        def found():
            rows = [row for row in self.postings(loan) if not row["kind"].startswith("link_")]
            return [f"{row['kind']} {row['status']}" for row in sorted(rows, key=lambda row: row["id"])]
        wait_for(lambda: found() == list(wanted), lambda: f"{wanted}: {found()}", every=0.05)

    def until(self, check, *about):
        return wait_for(check, lambda: f"{about}", every=0.05)
