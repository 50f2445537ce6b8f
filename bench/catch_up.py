#!/usr/bin/python3
"""What it takes to learn from the bank what its webhooks did not say, while other webhooks come.

    bench/catch_up.py --build build/release [--out FILE] [--transactions 100000] [--lines 50000]

The bank books `transactions` credits and sends no webhook; `settled catch-up` finds them, page by page. Then a camt.053 of
one day with `lines` of these credits is imported. Meanwhile another account gets a webhook every 10 ms; what its answers take
is measured before, during the catch-up and during the import, so that each ratio is of one run.
"""

import pathlib
import resource
import sys
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent / "support"))
from served import arguments, latencies, one_world, report, resident_mib  # noqa: E402  # pylint: disable=wrong-import-position

BEFORE_SECONDS = 10
PAUSE_SECONDS = 0.01
PATIENCE_SECONDS = 3600


class Intake(threading.Thread):
    """A bank's webhooks, one after the other, until it is stopped."""

    def __init__(self, world, iban):
        super().__init__(daemon=True)
        from support.bank import Bank
        self.bank = Bank(world.server.port, world.connector, world.sandbox.bank_key, world.sandbox.institution_key)
        self.iban, self.took, self.is_over = iban, [], threading.Event()

    def run(self):
        from support.bank import settled_payload
        while not self.is_over.is_set():
            begun = time.monotonic()
            self.bank.acknowledged("TransactionSettled", settled_payload(self.iban))
            self.took.append((time.monotonic() - begun) * 1000)
            self.is_over.wait(PAUSE_SECONDS)

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.is_over.set()
        self.join()
        self.bank.http.close()


def book(bank, count):
    """Credits that no webhook reports."""
    bank.silence()
    for number in range(count):
        bank.receive(f"{1 + number % 900}.{number % 100:02}", end_to_end_id=f"MISSED-{number:06}", reference=f"INV {number}")
    bank.silence(False)


def catch_up(bank, count):
    from support.waiting import wait_for
    begun = time.monotonic()
    asked = bank.api.post("/v1/catch-ups", {"connector": "clearbank"}, statuses=(202,))

    def ended():
        found = bank.api.get(f"/v1/catch-ups/{asked['id']}")
        return found if found["status"] == "done" else None
    done = wait_for(ended, "the catch-up ends", seconds=PATIENCE_SECONDS, every=0.1)
    assert done["settlements"] == count, done
    return time.monotonic() - begun


def write_statement(bank, path, lines):
    from support.statements import Books
    booked = [b for b in bank.ledger() if b["end_to_end_id"].startswith("MISSED-")][:lines]
    day = time.strftime("%Y-%m-%d", time.gmtime(booked[0]["created_us"] / 1e6))
    books = Books(bank.world, path.parent)
    books.iban = bank.debtor
    path.write_text(books.camt([{"amount": f"{b['amount_minor'] // 100}.{b['amount_minor'] % 100:02}", "id": b["transaction_id"],
                                 "e2e": b["end_to_end_id"], "text": b["reference"]} for b in booked], day=day))


def import_statement(bank, path):
    from support.processes import run_settled
    begun = time.monotonic()
    status, output, error = run_settled("import", path, "--json", "--data", bank.world.data, "--config", bank.world.config,
                                        seconds=PATIENCE_SECONDS)
    assert status in (0, 3), (output[-2000:], error)
    return time.monotonic() - begun


def while_webhooks_come(world, iban, act):
    with Intake(world, iban) as intake:
        took = act()
    return took, latencies(intake.took)


def measure(world, transactions, lines):
    from support.money_out import MoneyOut
    bank = MoneyOut(world)
    iban = world.account()
    book(bank, transactions)
    print(f"  {transactions} credits are booked", flush=True)
    _, before = while_webhooks_come(world, iban, lambda: time.sleep(BEFORE_SECONDS))
    memory = resident_mib(world.server.pid)
    seconds, during = while_webhooks_come(world, iban, lambda: catch_up(bank, transactions))
    figures = {"catch_up_s": seconds, "transactions_per_s": transactions / seconds,
               "server_mib_before": memory, "server_mib_most": resident_mib(world.server.pid, "VmHWM")}
    path = world.directory / "statement.xml"
    write_statement(bank, path, lines)
    took, meanwhile = while_webhooks_come(world, iban, lambda: import_statement(bank, path))
    figures |= {"import_s": took, "lines_per_s": lines / took, "statement_mib": path.stat().st_size / (1 << 20),
                "import_mib_most": resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024}
    for name, found in (("before", before), ("catch_up", during), ("import", meanwhile)):
        figures |= {f"intake_{name}_{key}": value for key, value in found.items()}
    return figures | {"catch_up_p99_ratio": during["p99_ms"] / before["p99_ms"],
                      "import_p99_ratio": meanwhile["p99_ms"] / before["p99_ms"]}


def main():
    args = arguments(__doc__, transactions=100_000, lines=50_000)
    from support.money_out import PATIENT
    with one_world("catch-up", PATIENT) as world:
        report(measure(world, args.transactions, args.lines), args.out)


if __name__ == "__main__":
    main()
