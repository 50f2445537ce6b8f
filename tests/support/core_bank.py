"""A core bank in addition to the bank: the sandbox's Mambu, its connector, and its ledger of truth."""

import contextlib
import itertools
import json

from .money_out import MoneyOut, pages
from .processes import run_settled
from .waiting import wait_for
from .world import World

_loans = itertools.count(1)
CONNECTOR = "mambu"
CREDITOR = {"name": "Ann Lee", "iban": "GB29NWBK60161331926819"}
REPAY = "/api/loans/"


class CoreBank(MoneyOut):
    """A world whose bank pays and collects for loans that Mambu books."""

    def __init__(self, world, settings=None, **rest):
        super().__init__(world, **rest)
        self.settings = {"debtor": {"iban": self.debtor, "name": "Lender Ltd", "address": "1 High Street, London"},
                         "transaction_fields": {"creditor_sort_code": "creditorSortCode",
                                                "creditor_account_number": "creditorAccountNumber"}, **(settings or {})}
        add_core_bank(world, self.settings)
        self.aim()

    def aim(self):
        port = self.world.server.port
        self.sandbox.put("/targets", {"core_bank_webhook_url": f"http://127.0.0.1:{port}/hooks/{CONNECTOR}"})

    def as_before(self):
        self.no_core_faults()
        self.core("PUT", "webhooks", {"duplicates": 0})
        self.core("PUT", "setup", {})
        self.core("PUT", "processing", {"processing_ms": 0})
        super().as_before()

    # Mambu, as people and the sandbox see it

    def core(self, method, path, body=None):
        return self.sandbox.call(method, f"/core/{path}", body)

    def loan(self, name=None, **members):
        """An approved loan; `notify` sends its webhook."""
        made = self.core("POST", "loans", {"id": name or f"LN-CORE-{next(_loans)}", "notify": False, **members})
        return made["id"]

    def seen(self, loan):
        return self.core("GET", f"loans/{loan}")

    def book(self, loan, amount="100.00", channel="MBU_Loan_Disbursement_FPS", **members):
        """A person disburses in Mambu; the encoded key of the booking."""
        wanted = {"amount": amount, "channel": channel, "creditor": CREDITOR, "reference": "LOAN", **members}
        return self.core("POST", f"loans/{loan}/disbursements", wanted)["encoded_key"]

    def booking(self, key):
        return self.core("GET", f"bookings/{key}")

    def bookings(self, loan):
        return pages(self.sandbox, f"/core/ledger?limit=1000&loan={loan}", "bookings")

    def core_summary(self):
        return self.core("GET", "ledger/summary")

    def core_calls(self, path=""):
        return pages(self.sandbox, f"/core/calls?limit=1000&path={path}", "calls")

    def core_fault(self, **fault):
        self.core("POST", "api-faults", fault)

    def no_core_faults(self):
        self.core("DELETE", "api-faults")

    def until_loan(self, loan, holds, what):
        wait_for(lambda: holds(self.seen(loan)), lambda: f"{what}: {self.seen(loan)}", every=0.02)
        return self.seen(loan)

    # Its webhooks

    def core_webhooks(self):
        return pages(self.sandbox, "/core/webhooks?limit=1000", "webhooks")

    def webhooks_of(self, kind):
        """As settled has stored them, of one type."""
        return [one for one in self.api.all("/v1/webhooks") if one["type"] == kind]


@contextlib.contextmanager
def core_bank(directory, contract, keys, settings):
    """A world of its own, with those settings of calls."""
    world = World(directory, contract, keys, settings)
    try:
        yield CoreBank(world)
    finally:
        world.close()


def connector_arguments(world, settings_file=None):
    state = world.sandbox.state
    files = state["files"]
    arguments = ["--kind", "mambu", "--api-url", state["urls"]["core_bank"], "--api-key",
                 f"file:{files['core_bank_key']}", "--webhook-secret",
                 f"X-Webhook-Secret=file:{files['core_bank_webhook_secret']}"]
    return arguments + (["--settings", str(settings_file)] if settings_file else [])


def add_core_bank(world, settings, name=CONNECTOR):
    path = world.directory / f"{name}.json"
    path.write_text(json.dumps(settings))
    status, output, error = run_settled("connectors", "add", name, "--data", world.data, "--config", world.config,
                                        *connector_arguments(world, path))
    assert status == 0, (output, error)
    return json.loads(output)
