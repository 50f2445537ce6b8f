"""What is booked on a loan (a disbursement and its payment, a repayment and its posting) with the server killed at each of its
syncs: after a restart Mambu's ledger has each once, for the amount that the bank has.

CRASH_ROUNDS above 5: killed at each of its writes, too.
"""

import shutil

import pytest

from support.core_bank import CoreBank
from support.faults import SYNCS, WRITES, require_ptrace
from support.money_out import CALLS
from support.stage import ROUNDS, end_server, points, put_back_template, start_with_fault
from support.store import Store
from support.waiting import wait_for
from support.world import World, make_iban

SETTINGS = "[server]\nthreads = 1\n" + CALLS.replace("review_after_seconds = 60", "review_after_seconds = 3600")
KINDS = [SYNCS] if ROUNDS <= 5 else [SYNCS, WRITES]


class LoanStage:
    """A data directory with a linked loan, made once and copied for each point. Bank and Mambu forget nothing in between, so
    that each point has a booking and a repayment of its own."""

    def __init__(self, directory, contract, keys):
        require_ptrace()
        self.directory = directory
        self.world = World(directory, contract, keys, SETTINGS, store=Store(directory / "data"), retry_every_ms=100)
        self.core = CoreBank(self.world)
        self.loan = self.core.loan("LN-CRASH", notify=True, amount="90000000.00")
        self.iban = self.core.until_loan(self.loan, lambda seen: seen["fields"].get("ibanLoan"), "it is linked")["fields"]["ibanLoan"]
        self.core.until_quiet()
        self.world.close_clients()
        assert self.world.server.stop() == 0
        self.template = directory / "template"
        shutil.move(self.world.data, self.template)

    def start(self, calls, point):
        put_back_template(self.world, self.template)
        return start_with_fault(self.world, self.directory, calls, "signal=KILL", point)

    def move_money(self, number):
        """The key of the booking; the repayment has the number in its amount."""
        if self.world.server.port:
            self.core.aim()
        key = self.core.book(self.loan, amount=f"{500 + number}.00")
        self.core.sandbox.post("/bank/payments", {
            "account": self.iban, "amount": f"{number}.25", "reference": f"R {number}", "end_to_end_id": f"CRASH-{number:05}",
            "payer": {"name": "A Payer", "iban": make_iban(number)}})
        return key

    def repayments(self, number):
        return [b for b in self.core.bookings(self.loan) if b["type"] == "REPAYMENT" and b["amount_minor"] == number * 100 + 25]

    def is_over(self, key, number):
        for webhook in self.core.core_webhooks():
            if webhook["failed"]:
                self.core.core("POST", f"webhooks/{webhook['id']}/again")
        paid = [p for p in self.core.payments_out(key) if p["state"] == "settled"]
        return len(paid) == 1 and len(self.repayments(number)) == 1 and not [
            one for status in ("queued", "in_doubt") for one in self.core.api.all(f"/v1/postings?status={status}")]

    def end(self, key, number):
        """Without faults; then everything must be right."""
        self.world.start()
        self.core.aim()
        wait_for(lambda: self.is_over(key, number), lambda: f"both are booked: {self.core.payments_out(key)}, "
                 f"{self.core.bookings(self.loan)}, {self.core.reviews()}", seconds=60, every=0.1)
        assert self.core.core_summary()["duplicates"] == 0 and self.core.summary()["duplicates"] == 0
        assert not self.core.booking(key)["adjusted_by"]
        self.world.store.check()
        self.world.close_clients()
        assert self.world.server.stop() == 0


@pytest.fixture(scope="module")
def loan_stage(tmp_path_factory, contract, sandbox_keys):
    made = LoanStage(tmp_path_factory.mktemp("loans"), contract, sandbox_keys)
    yield made
    made.world.close()


@pytest.mark.parametrize("calls", KINDS)
def test_killed_at_each_point_disbursement_and_repayment_are_booked_once(loan_stage, calls):
    stage, world = loan_stage, loan_stage.world
    for point in points(calls):
        number = point + (1_000 if calls == WRITES else 0)
        strace = stage.start(calls, point)
        key = stage.move_money(number)
        if world.server.port is not None:
            wait_for(lambda: not world.server.is_running() or stage.repayments(number) and stage.core.payments_out(key),
                     "booked, or dead", every=0.05)
        end_server(world)
        killed = strace.killed()
        stage.end(key, number)
        if not killed:
            break
    print(f"{point} points")
    assert not killed and point > 5, f"only {point} points: was anything killed?"
