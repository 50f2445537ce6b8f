#!/usr/bin/python3
"""What it takes to learn from the bank what its webhooks did not say, while other webhooks come.

    bench/catch_up.py --build build/release [--out FILE] [--transactions 100000] [--lines 50000]

The bank books `transactions` credits and sends no webhook; `settled catch-up` finds them, page by page. Then a camt.053 of
one day with `lines` of these credits is imported. Meanwhile another account gets a webhook every 10 ms; what its answers take
is measured before, during the catch-up and during the import, so that each ratio is of one run.

The model of the bank works on the same machine, for the catch-up as much as the server does. So a last phase measures what the
answers take next to loops that keep as many cores busy and store nothing (`beside_loops`): what is more than that is the server's.
"""

import contextlib
import multiprocessing
import os
import pathlib
import resource
import sys
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent / "support"))
from served import arguments, cpu_us, latencies, one_world, report, resident_mib  # noqa: E402  # pylint: disable=wrong-import-position

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


def cores_busy(world, act):
    """What `act` returns, and how many cores the server and the model of the bank kept busy meanwhile."""
    pids = (world.server.pid, world.sandbox.process.pid)
    begun, used = time.monotonic(), sum(map(cpu_us, pids))
    result = act()
    return result, (sum(map(cpu_us, pids)) - used) / 1e6 / (time.monotonic() - begun)


def loop_forever():
    while True:
        pass


@contextlib.contextmanager
def busy_loops(count):
    loops = [multiprocessing.Process(target=loop_forever, daemon=True) for _ in range(count)]
    for loop in loops:
        loop.start()
    try:
        yield
    finally:
        for loop in loops:
            loop.kill()
            loop.join()


def beside_loops(world, iban, cores):
    """As many loops as cores were busy, at least one and at most one a core."""
    with busy_loops(min(max(1, round(cores)), os.cpu_count())):
        return while_webhooks_come(world, iban, lambda: time.sleep(BEFORE_SECONDS))[1]


def measure(world, transactions, lines):
    from support.money_out import MoneyOut
    bank = MoneyOut(world)
    iban = world.account()
    book(bank, transactions)
    print(f"  {transactions} credits are booked", flush=True)
    _, before = while_webhooks_come(world, iban, lambda: time.sleep(BEFORE_SECONDS))
    memory = resident_mib(world.server.pid)
    (seconds, during), cores = cores_busy(world, lambda: while_webhooks_come(world, iban, lambda: catch_up(bank, transactions)))
    figures = {"catch_up_s": seconds, "catch_up_cores": cores, "transactions_per_s": transactions / seconds,
               "server_mib_before": memory, "server_mib_most": resident_mib(world.server.pid, "VmHWM")}
    path = world.directory / "statement.xml"
    write_statement(bank, path, lines)
    took, meanwhile = while_webhooks_come(world, iban, lambda: import_statement(bank, path))
    figures |= {"import_s": took, "lines_per_s": lines / took, "statement_mib": path.stat().st_size / (1 << 20),
                "import_mib_most": resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024}
    beside = beside_loops(world, iban, cores)
    for name, found in (("before", before), ("catch_up", during), ("import", meanwhile), ("beside_loops", beside)):
        figures |= {f"intake_{name}_{key}": value for key, value in found.items()}
    return figures | {"catch_up_p99_ratio": during["p99_ms"] / before["p99_ms"],
                      "import_p99_ratio": meanwhile["p99_ms"] / before["p99_ms"],
                      "beside_loops_p99_ratio": beside["p99_ms"] / before["p99_ms"]}


def main():
    args = arguments(__doc__, transactions=100_000, lines=50_000)
    from support.money_out import PATIENT
    with one_world("catch-up", PATIENT) as world:
        report(measure(world, args.transactions, args.lines), args.out)


if __name__ == "__main__":
    main()
