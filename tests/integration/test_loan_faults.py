"""Mambu fails, is slow or its reply is lost: each outcome is posted once, by both ledgers."""

import pytest

from support.core_bank import core_bank
from support.loan_outcomes import active, of_type, pay_in, settle_down, until_adjusted, until_bookings
from support.money_out import CALLS


@pytest.fixture(scope="module")
def core(tmp_path_factory, contract, sandbox_keys):
    with core_bank(tmp_path_factory.mktemp("loan-faults"), contract, sandbox_keys, CALLS) as made:
        yield made


@pytest.fixture(autouse=True)
def as_before(core):
    yield
    core.as_before()


def raw_length(core):
    """About as long as any reply to a repayment is."""
    return 900


@pytest.mark.parametrize("processed", [True, False], ids=["taken", "not-taken"])
def test_a_reply_of_mambu_cut_at_any_byte_leaves_one_repayment(core, processed):
    loan, iban = active(core, amount="9000.00")
    positions = [*range(20), *range(20, raw_length(core), 40)]
    for number, position in enumerate(positions, start=1):
        core.core_fault(method="POST", path=f"/api/loans/{loan}", processed=processed, cut_after=position, count=1)
        pay_in(core, iban, f"{number}.00")
        until_bookings(core, loan, "REPAYMENT", number)
    settle_down(core)
    repaid = of_type(core, loan, "REPAYMENT")
    assert sorted(one["amount_minor"] for one in repaid) == [100 * n for n in range(1, len(positions) + 1)]
    assert core.core_summary()["duplicates"] == 0


@pytest.mark.parametrize("fault", [{"status": 500}, {"status": 503, "retry_after": 1}, {"status": 429, "retry_after": 1},
                                   {"reset": True}, {"hang": True}, {"processed": True, "status": 500},
                                   {"processed": True, "hang": True}],
                         ids=["500", "503", "429", "reset", "hang", "500-after", "hang-after"])
def test_trouble_of_mambu_passes_and_the_repayment_is_posted_once(core, fault):
    loan, iban = active(core)
    core.core_fault(method="POST", path=f"/api/loans/{loan}", **{"count": 1, **fault})
    pay_in(core, iban, "5.00")
    until_bookings(core, loan, "REPAYMENT", 1)
    core.no_core_faults()
    settle_down(core)
    assert len(of_type(core, loan, "REPAYMENT")) == 1


def test_a_reply_that_takes_longer_than_a_try_is_waited_for_under_the_same_key(core):
    loan, iban = active(core)
    core.core("PUT", "processing", {"processing_ms": 2500})
    pay_in(core, iban, "6.00")
    until_bookings(core, loan, "REPAYMENT", 1)
    core.core("PUT", "processing", {"processing_ms": 0})
    settle_down(core)
    assert len(of_type(core, loan, "REPAYMENT")) == 1
    assert core.core_summary()["in_process"] > 0


def test_the_adjustment_is_made_once_though_its_reply_is_lost(core):
    core.rules({"outcome": "reject", "code": "AC04"})
    loan = core.loan()
    core.core_fault(method="POST", path="/api/loans/transactions/", processed=True, cut_after=30, count=1)
    key = core.book(loan, amount="14.00")
    until_adjusted(core, key)
    settle_down(core)
    assert len(of_type(core, loan, "DISBURSEMENT_ADJUSTMENT")) == 1
