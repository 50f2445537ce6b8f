#!/usr/bin/python3
"""What people ask of a store of a million payments and as many settlements: search, candidates, timelines and lists, from
the call to its answer over HTTP, through one server on SQLite.

    bench/find.py --build build/release [--out FILE] [--rows 1000000] [--calls 300]

The rows are copies of one payment and one settlement that the server has made, written by SQL: ids, references, names,
accounts and amounts are spread, half of all is settled. Prints and writes p50, p99 and the slowest of each, in milliseconds.
"""

import json
import pathlib
import random
import sqlite3
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent / "support"))
from served import arguments, one_world, report  # noqa: E402  # pylint: disable=wrong-import-position

STEP = 1 << 22  # of ids: one a millisecond
FIRST_NAMES = ("ANN", "BOB", "CHRIS", "DANA", "ELLA", "FRANK", "GRACE", "HENRY", "IRIS", "JACK")


def surname(i):
    """One of ten thousand words."""
    letters = "BCDFGHJKLM"
    return "".join(letters[i // 10 ** place % 10] + "AEIOU"[i // 10 ** place % 5] for place in range(4))


def copies(database, table, rows, cells):
    """`rows` copies of the row that the table has, older than it, with other values in some columns."""
    names = [row[1] for row in database.execute(f"PRAGMA table_info({table})")]
    chosen = ", ".join(cells.get(name, f"t.{name}") for name in names)
    database.execute(f"WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {rows}) "
                     f"INSERT INTO {table} ({', '.join(names)}) SELECT {chosen} FROM n, "
                     f"(SELECT * FROM {table} LIMIT 1) t")


def fill(path, rows):
    database = sqlite3.connect(path)
    database.create_function("surname", 1, surname, deterministic=True)
    database.create_function("first_name", 1, FIRST_NAMES.__getitem__, deterministic=True)
    database.execute("PRAGMA synchronous = OFF")
    name = "first_name(i % 10) || ' ' || surname(i * 7919 % 10000)"
    alike = {"id": f"t.id - i * {STEP}", "amount_minor": "100 + i * 7907 % 500000", "reference": "'INV ' || i",
             "c_reference": "'INV' || i", "end_to_end_id": "'E2E' || printf('%09d', i)",
             "c_end_to_end_id": "'E2E' || printf('%09d', i)", "c_other_account": "printf('%014d', i * 13)",
             "c_other_name": "first_name(i % 10) || surname(i * 7919 % 10000)"}
    with database:
        copies(database, "payment", rows, {
            **alike, "client_id": "'copy-' || i", "payer_name": name,
            "status": "CASE WHEN i % 2 = 0 THEN 'settled' ELSE 'expected' END",
            "registered_at": "t.registered_at - i * 1000", "created_at": "t.created_at - i * 1000"})
        copies(database, "settlement", rows, {
            **alike, "transaction_id": "'TX-' || i", "counterparty_name": name, "refused": "''",
            "status": "CASE WHEN i % 2 = 0 THEN 'matched' ELSE 'unmatched' END",
            "received_at": "t.received_at - i * 1000", "settled_at": "t.settled_at - i * 1000"})
        for kind, table in ((1, "payment"), (2, "settlement")):
            for word in ("first_name(i % 10)", "surname(i * 7919 % 10000)"):
                database.execute(
                    f"WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {rows}) "
                    f"INSERT OR IGNORE INTO search_word (tenant_id, kind, word, owner_id) SELECT t.tenant_id, {kind}, "
                    f"{word}, t.id - i * {STEP} FROM n, (SELECT tenant_id, max(id) AS id FROM {table}) t")
    database.close()


class Asker:
    def __init__(self, world, calls):
        from support.http_client import HttpClient
        self.http = HttpClient(world.server.port)
        self.headers = {"Authorization": f"Bearer {world.key}", "Content-Type": "application/json"}
        self.calls, self.dice = calls, random.Random(28)
        self.figures = {}

    def measure(self, name, rows, call):
        """`call`: the request for the i-th thing of so many."""
        took, found = [], 0
        for _ in range(self.calls):
            method, target, body = call(self.dice.randrange(1, rows))
            begun = time.perf_counter()
            answer = self.http.send(method, target, self.headers, json.dumps(body) if body else None)
            took.append((time.perf_counter() - begun) * 1e3)
            assert answer.status == 200, (target, answer.body)
            found += len(json.loads(answer.body)["data"])
        took.sort()
        assert found, f"{name} finds nothing"
        self.figures |= {f"{name}.p50_ms": took[len(took) // 2], f"{name}.p99_ms": took[len(took) * 99 // 100],
                         f"{name}.slowest_ms": took[-1]}


def measure(world, rows, calls):
    from support.waiting import wait_for
    payment = world.payment(world.account(), "77.00", reference="BENCH 1", end_to_end_id="E2EBENCH1",
                            payer={"name": "Zoe Original"})
    iban = payment["payee"]["iban"]
    from support.bank import settled_payload
    world.bank.acknowledged("TransactionSettled", settled_payload(iban, "78.00", Reference="OTHER",
                                                                  EndToEndTransactionId="E2EBENCH2"))
    settlement = wait_for(lambda: next(iter(world.api.all("/v1/settlements")), None), "the settlement")
    world.server.stop()
    fill(world.data / "settled.db", rows)
    world.start()
    asker = Asker(world, calls)
    ids = {kind: world.store.rows(f"SELECT max(id) AS id FROM {kind}")[0]["id"] for kind in ("payment", "settlement")}

    def shown(prefix, value):
        letters = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
        return prefix + "".join(letters[value >> 5 * place & 31] for place in reversed(range(13)))

    def search(text):
        return lambda i: ("POST", "/v1/search", {"q": text(i)})

    def get(target):
        return lambda i: ("GET", target(i), None)
    assert shown("pay_", ids["payment"]) == payment["id"] and shown("stl_", ids["settlement"]) == settlement["id"]
    pay, stl = (lambda i: shown("pay_", ids["payment"] - i * STEP)), (lambda i: shown("stl_", ids["settlement"] - i * STEP))
    for name, call in {
            "search a client's id": search(lambda i: f"COPY-{i}"),
            "search an end-to-end id": search(lambda i: f"e2e{i:09}"),
            "search an account": search(lambda i: f"{i * 13:014}"),
            "search an amount": search(lambda i: f"{(100 + i * 7907 % 500000) / 100:.2f}"),
            "search a reference": search(lambda i: f"INV {i}"),
            "search the beginning of 100,000 references": search(lambda i: f"INV {i % 9 + 1}"),
            "search a surname": search(lambda i: surname(i % 10000)),
            "search a first name that 100,000 have": search(lambda i: FIRST_NAMES[i % 10]),
            "search a first name and a surname": search(
                lambda i: f"{FIRST_NAMES[i % 10]} {surname(i * 7919 % 10000)}"),
            "candidates of a settlement": get(lambda i: f"/v1/settlements/{stl(i)}/candidates"),
            "candidates of a payment": get(lambda i: f"/v1/payments/{pay(i)}/candidates"),
            "timeline of a payment": get(lambda i: f"/v1/timeline/{pay(i)}"),
            "list payments of a status": get(lambda i: f"/v1/payments?status=expected&after={pay(i // 2)}"),
            "list settlements of an account": get(lambda i: f"/v1/settlements?account={iban}&after={stl(i // 2)}"),
    }.items():
        asker.measure(name, rows, call)
    return asker.figures


def main():
    args = arguments(__doc__, rows=1_000_000, calls=300)
    with one_world("find") as world:
        figures = measure(world, args.rows, args.calls)
    report({"rows": args.rows, "calls": args.calls} | figures, args.out)


if __name__ == "__main__":
    main()
