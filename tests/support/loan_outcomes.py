"""What happens to loans of a core bank, and how a test waits for it."""

import itertools

from .core_bank import CONNECTOR
from .waiting import wait_for
from .world import make_iban

_payers = itertools.count(1)


def linked(core, loan=None, **members):
    """(loan, its IBAN): the loan has an account at the bank, and Mambu knows it."""
    loan = loan or core.loan(**members)
    core.api.post("/v1/links", {"connector": "clearbank", "core_banking": CONNECTOR, "loan_account_id": loan},
                  statuses=(202,))
    seen = core.until_loan(loan, lambda one: one["fields"].get("ibanLoan"), "the link is written on the loan")
    return loan, seen["fields"]["ibanLoan"]


def active(core, amount="1000.00"):
    """A linked loan that was disbursed in Mambu by cash."""
    loan, iban = linked(core, amount=amount)
    core.book(loan, amount=amount, channel="cash", creditor={}, notify=False)
    return loan, iban


def pay_in(core, iban, amount, **members):
    number = next(_payers)
    return core.sandbox.post("/bank/payments", {"account": iban, "amount": amount, "reference": f"IN {number}",
                                                "end_to_end_id": f"IN{number:08}",
                                                "payer": {"name": "A Payer", "iban": make_iban(90_000_000 + number)}, **members})


def of_type(core, loan, kind):
    return [one for one in core.bookings(loan) if one["type"] == kind]


def until_bookings(core, loan, kind, count):
    wait_for(lambda: len(of_type(core, loan, kind)) >= count, lambda: f"{count} {kind}: {core.bookings(loan)}", every=0.02)
    return of_type(core, loan, kind)


def order_of(core, key):
    """The order of a booking: its end-to-end id is the booking's encoded key."""
    def there():
        return next((one for one in core.api.all("/v1/orders") if one["end_to_end_id"] == key), None)
    return wait_for(there, lambda: f"an order pays {key}: {core.booking(key)}, {core.reviews()}", every=0.05)


def history(core, key):
    """What a failed test shows for a booking: the booking, its order, the reviews and the last calls."""
    calls = [f"{one['purpose']} {one['status']} {one['tries_made']} {one['reason']}" for one in core.api.all("/v1/calls")[:12]]
    orders = [one for one in core.api.all("/v1/orders") if one["end_to_end_id"] == key]
    return f"{core.booking(key)}, orders {orders}, reviews {core.reviews()}, newest calls {calls}"


def until_status(core, key, word):
    wait_for(lambda: core.booking(key)["fields"].get("transactionStatus") == word,
             lambda: f"{word}: {history(core, key)}", every=0.02)


def until_adjusted(core, key):
    wait_for(lambda: core.booking(key)["adjusted_by"], lambda: f"{core.booking(key)} is adjusted", every=0.02)
    return core.booking(core.booking(key)["adjusted_by"])


def settle_down(core):
    """Nothing waits: no call, no posting."""
    core.until_quiet()
    for status in ("queued", "in_doubt"):
        wait_for(lambda s=status: not core.api.get(f"/v1/postings?status={s}&limit=1")["data"],
                 lambda s=status: f"{s}: {core.api.all(f'/v1/postings?status={s}')}", every=0.05)
