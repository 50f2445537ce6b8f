#!/usr/bin/python3
"""Loans through their whole life on one node with SQLite, with the sandbox's bank and Mambu: linked, disbursed by Faster
Payments, repaid three times.

    bench/loans.py --build build/release [--out FILE] [--loans 2000]

CPU is that of the server's and the sandbox's processes, as the kernel counts it, for one loan in each step. Nothing goes wrong
here; what trouble and restarts do is in `make soak`.
"""

import pathlib
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent / "support"))
from served import arguments, cpu_us, one_world, report  # noqa: E402  # pylint: disable=wrong-import-position

REPAYMENTS = 3
PATIENCE_SECONDS = 3600


class Loans:
    def __init__(self, world, count):
        from support.core_bank import CoreBank
        self.world = world
        self.core = CoreBank(world)
        self.names = [f"LN-BENCH-{i:06}" for i in range(count)]

    def link(self):
        for name in self.names:
            self.core.loan(name, notify=True, amount="100000.00")

    def are_linked(self):
        return all(self.core.seen(name)["fields"].get("ibanLoan") for name in (self.names[-1], *self.names))

    def disburse(self):
        for number, name in enumerate(self.names):
            self.core.book(name, amount=f"{500 + number % 900}.00")

    def are_disbursed(self):
        """The bank is asked first: to list the orders is work for the server."""
        return (self.core.summary()["debit"]["settled"]["count"] == len(self.names)
                and len(self.core.api.all("/v1/orders?status=settled")) == len(self.names))

    def repay(self):
        from support.world import make_iban
        ibans = [self.core.seen(name)["fields"]["ibanLoan"] for name in self.names]
        for number in range(REPAYMENTS * len(self.names)):
            self.core.sandbox.post("/bank/payments", {
                "account": ibans[number % len(ibans)], "amount": f"{1 + number % 90}.00", "reference": f"R {number}",
                "end_to_end_id": f"R{number:08}", "payer": {"name": "A Payer", "iban": make_iban(number + 1)}})

    def are_repaid(self):
        standing = self.core.core_summary()["standing"].get("REPAYMENT", {})
        return sum(each["count"] for each in standing.values()) == REPAYMENTS * len(self.names)


def measure_step(loans, act, is_over):
    """Seconds, and CPU of both processes, until the last loan is through."""
    from support.waiting import wait_for
    pids = {"server": loans.world.server.pid, "sandbox": loans.world.sandbox.process.pid}
    before, begun = {name: cpu_us(pid) for name, pid in pids.items()}, time.monotonic()
    act()
    wait_for(is_over, "every loan is through", seconds=PATIENCE_SECONDS, every=0.5)
    return {"s": time.monotonic() - begun, **{f"{name}_cpu_us": (cpu_us(pid) - before[name]) / len(loans.names)
                                              for name, pid in pids.items()}}


def measure(world, count):
    loans = Loans(world, count)
    steps = {"link": (loans.link, loans.are_linked), "disburse": (loans.disburse, loans.are_disbursed),
             "repay": (loans.repay, loans.are_repaid)}
    figures = {f"{name}_{key}": value for name, step in steps.items()
               for key, value in measure_step(loans, *step).items()}
    assert loans.core.core_summary()["duplicates"] == 0 and loans.core.reviews() == []
    seconds = sum(figures[f"{name}_s"] for name in steps)
    return {"loans": count, "loans_per_s": count / seconds, **figures}


def main():
    args = arguments(__doc__, loans=2000)
    from support.money_out import PATIENT
    with one_world("loans", PATIENT) as world:
        report(measure(world, args.loans), args.out)


if __name__ == "__main__":
    main()
