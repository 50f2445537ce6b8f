"""A month of statements: 31 days, 2,000 entries a day on two accounts in pages of 20, by MT940 and by camt, in shuffled files
and several commands. No false gap, and the totals are those that the bank booked.

In `make soak` alone (SOAK_ORDERS of 1,000 and more). SETTLED_SEED repeats a run.
"""

import decimal
import json
import os
import pathlib
import random
import time

import pytest

from support.processes import run_settled
from support.statement_month import Month
from support.statements import Books

SEED = int(os.environ.get("SETTLED_SEED", "0")) or random.SystemRandom().randrange(1 << 31)
FILES_AT_ONCE = 800  # of a command


def peak_mib(pid):
    lines = pathlib.Path(f"/proc/{pid}/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith("VmHWM")).split()[1]) // 1024


def import_all(world, parts, statuses):
    """The reconciliations of the statements in the files."""
    statements, began = [], time.monotonic()
    for part in parts:
        status, output, error = run_settled("import", *map(str, part), "--json", "--data", world.data,
                                            "--config", world.config, seconds=1800)
        assert status in statuses, (output[-2000:], error)
        statements += [json.loads(line) for line in output.splitlines()]
    print(f"{sum(map(len, parts))} files imported in {time.monotonic() - began:.1f} s; "
          f"the server's peak memory is {peak_mib(world.server.pid)} MiB")
    return statements


@pytest.mark.skipif(int(os.environ.get("SOAK_ORDERS", "200")) < 1000, reason="make soak")
def test_a_month_in_pages_holds(new_world, tmp_path):
    print(f"SETTLED_SEED={SEED}")
    rng = random.Random(SEED)
    world = new_world()
    books = Books(world, tmp_path)
    ibans = [books.iban, world.account()]
    month = Month(rng, ibans, days=31, entries=1000, per_page=20)
    for (iban, day), rows in month.booked.items():
        books.iban = iban
        for amount, reference in rows:
            books.settle(amount, day, Reference=reference, EndToEndTransactionId="NOTPROVIDED")
    files = [books.file(name, text) for iban, form in zip(ibans, ("mt940", "camt"))
             for name, text in month.files(iban, form)]
    rng.shuffle(files)
    parts = [files[i:i + FILES_AT_ONCE] for i in range(0, len(files), FILES_AT_ONCE)]
    import_all(world, parts, (0, 3))  # a day whose pages come in two commands has gaps after the first
    statements = import_all(world, parts, (0,))
    for iban in ibans:
        mine = [s for s in statements if s["account"] == iban]
        linked = sum(decimal.Decimal(s["reconciliation"]["linked"]["amount"]["value"]) for s in mine)
        assert linked == month.total(iban)
        assert sum(s["reconciliation"]["linked"]["count"] for s in mine) == 31 * 1000
