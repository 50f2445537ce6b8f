"""What people ask of a store of a million payments, settlements, events, deliveries and webhooks: search, candidates, timelines
and lists with their filters, from the call to its answer over HTTP, through one server on SQLite or PostgreSQL.

    bench/find.py --build build/release [--store sqlite|postgres] [--out FILE] [--rows 1000000] [--calls 300]

The rows are copies of one row of each kind that the server has made, written by SQL: ids, references, names, accounts and amounts are
spread, half of all is settled. Prints and writes p50, p99 and the slowest of each, and the CPU of the server (and of PostgreSQL) for a
call, in milliseconds. CPU is what the machine's other work changes least.
"""

import contextlib
import datetime
import json
import os
import pathlib
import random
import sqlite3
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent / "support"))
from served import ROOT, arguments, cpu_us, one_world, report  # noqa: E402  # pylint: disable=wrong-import-position

APART_MS = 100  # ten a second, for a day and more
APART_US = APART_MS * 1000
STEP = APART_MS << 22  # of ids, which begin with their milliseconds
FIRST_NAMES = ("ANN", "BOB", "CHRIS", "DANA", "ELLA", "FRANK", "GRACE", "HENRY", "IRIS", "JACK")
LETTERS, VOWELS = "BCDFGHJKLM", "AEIOU"


def surname(i):
    """One of ten thousand words."""
    return "".join(LETTERS[i // 10 ** place % 10] + VOWELS[i // 10 ** place % 5] for place in range(4))


class Sqlite:
    """Fills the store's file, which no server has open."""

    def __init__(self, world):
        self.database = sqlite3.connect(world.data / "settled.db")
        self.database.create_function("surname", 1, surname, deterministic=True)
        self.database.create_function("first_name", 1, FIRST_NAMES.__getitem__, deterministic=True)
        self.database.execute("PRAGMA synchronous = OFF")

    def columns(self, table):
        return [row[1] for row in self.database.execute(f"PRAGMA table_info({table})")]

    @staticmethod
    def padded(number, digits):
        return f"printf('%0{digits}d', {number})"

    def insert(self, rows, into, source):
        """`source`: what follows INSERT INTO, of the numbers n(i)."""
        with self.database:
            self.database.execute(f"WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {rows}) "
                                  f"INSERT INTO {into} {source} WHERE true ON CONFLICT DO NOTHING")

    def close(self):
        self.database.close()


class Postgres:
    """The same in the database of the world."""

    def __init__(self, world):
        self.url = world.store.url
        self.run("CREATE FUNCTION first_name(bigint) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT (ARRAY["
                 + ", ".join(f"'{name}'" for name in FIRST_NAMES) + "])[$1 + 1] $$")
        syllable = "substr('{}', (($1 / {}) % 10 + 1)::int, 1) || substr('{}', (($1 / {}) % 5 + 1)::int, 1)"
        self.run("CREATE FUNCTION surname(bigint) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT "
                 + " || ".join(syllable.format(LETTERS, 10 ** place, VOWELS, 10 ** place) for place in range(4)) + " $$")

    def run(self, sql):
        done = subprocess.run(["psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", self.url], input=sql, text=True,
                              capture_output=True, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def columns(self, table):
        return self.run("SELECT attname FROM pg_attribute WHERE attrelid = "
                        f"'{table}'::regclass AND attnum > 0 AND NOT attisdropped ORDER BY attnum").split()

    @staticmethod
    def padded(number, digits):
        return f"lpad(({number})::text, {digits}, '0')"

    def insert(self, rows, into, source):
        self.run(f"WITH n (i) AS (SELECT generate_series(1::bigint, {rows})) INSERT INTO {into} {source} "
                 "WHERE true ON CONFLICT DO NOTHING")

    def close(self):
        self.run("VACUUM ANALYZE")


def copies(database, table, rows, cells, where=""):
    """`rows` copies of a row that the table has, older than it, with other values in some columns."""
    names = database.columns(table)
    chosen = ", ".join(cells.get(name, f"t.{name}") for name in names)
    database.insert(rows, f"{table} ({', '.join(names)})",
                    f"SELECT {chosen} FROM n, (SELECT * FROM {table} {where} LIMIT 1) t")


def fill(database, rows):
    name = "first_name(i % 10) || ' ' || surname(i * 7919 % 10000)"
    end_to_end = f"'E2E' || {database.padded('i', 9)}"
    alike = {"id": f"t.id - i * {STEP}", "amount_minor": "100 + i * 7907 % 500000", "reference": "'INV ' || i",
             "c_reference": "'INV' || i", "end_to_end_id": end_to_end, "c_end_to_end_id": end_to_end,
             "c_other_account": database.padded("i * 13", 14),
             "c_other_name": "first_name(i % 10) || surname(i * 7919 % 10000)"}
    newest = {table: f"(SELECT max(id) FROM {table})" for table in ("settlement", "event")}
    copies(database, "event", rows, {  # of the settlements below
        "id": f"t.id - i * {STEP}", "version": "1", "created_at": f"t.created_at - i * {APART_US}",
        "subject_id": f"{newest['settlement']} - i * {STEP}"}, "WHERE type = 'settlement.unmatched'")
    copies(database, "task", rows, {
        "id": f"t.id - i * {STEP}", "subject_id": f"{newest['event']} - i * {STEP}", "created_at": f"t.created_at - i * {APART_US}",
        "status": "CASE WHEN i % 1000 = 0 THEN 'dead' ELSE 'done' END"}, "WHERE kind = 'delivery' AND status = 'done'")
    copies(database, "webhook", rows, {
        "id": f"t.id - i * {STEP}", "composite_key": "'TransactionSettled:BENCH-' || i",
        "received_at": f"t.received_at - i * {APART_US}", "status": "CASE WHEN i % 1000 = 0 THEN 'review' ELSE 'processed' END"})
    copies(database, "payment", rows, {
        **alike, "client_id": "'copy-' || i", "payer_name": name,
        "status": "CASE WHEN i % 2 = 0 THEN 'settled' ELSE 'expected' END",
        "registered_at": f"t.registered_at - i * {APART_US}", "created_at": f"t.created_at - i * {APART_US}"})
    copies(database, "settlement", rows, {
        **alike, "transaction_id": "'TX-' || i", "counterparty_name": name, "refused": "''",
        "status": "CASE WHEN i % 2 = 0 THEN 'matched' ELSE 'unmatched' END",
        "received_at": f"t.received_at - i * {APART_US}", "settled_at": f"t.settled_at - i * {APART_US}"})
    for kind, table in ((1, "payment"), (2, "settlement")):
        for word in ("first_name(i % 10)", "surname(i * 7919 % 10000)"):
            database.insert(rows, "search_word (tenant_id, kind, word, owner_id)",
                            f"SELECT t.tenant_id, {kind}, {word}, t.id - i * {STEP} FROM n, (SELECT tenant_id, max(id) AS id "
                            f"FROM {table} GROUP BY tenant_id) t")
    database.close()


def cpu_of(pid):
    """Of a process and its children, in microseconds."""
    children = pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return cpu_us(pid) + sum(cpu_us(child) for child in children)


class Asker:
    """`processes`: that work for an answer."""

    def __init__(self, world, calls, processes):
        self.processes = processes
        from support.http_client import HttpClient
        self.http = HttpClient(world.server.port)
        self.headers = {"Authorization": f"Bearer {world.key}", "Content-Type": "application/json"}
        self.calls, self.dice = calls, random.Random(28)
        self.figures = {}

    def measure(self, name, rows, call):
        """`call`: the request for the i-th thing of so many."""
        took, found = [], 0
        cpu = sum(map(cpu_of, self.processes))
        for _ in range(self.calls):
            method, target, body = call(self.dice.randrange(1, rows))
            begun = time.perf_counter()
            answer = self.http.send(method, target, self.headers, json.dumps(body) if body else None)
            took.append((time.perf_counter() - begun) * 1e3)
            assert answer.status == 200, (target, answer.body)
            found += len(json.loads(answer.body)["data"])
        cpu = sum(map(cpu_of, self.processes)) - cpu
        took.sort()
        assert found, f"{name} finds nothing"
        self.figures |= {f"{name}.p50_ms": took[len(took) // 2], f"{name}.p99_ms": took[len(took) * 99 // 100],
                         f"{name}.slowest_ms": took[-1], f"{name}.cpu_ms": cpu / 1e3 / self.calls}


def measure(world, databases, rows, calls):
    from support.waiting import wait_for
    payment = world.payment(world.account(), "77.00", reference="BENCH 1", end_to_end_id="E2EBENCH1",
                            payer={"name": "Zoe Original"})
    iban = payment["payee"]["iban"]
    endpoint, _ = world.endpoint()
    from support.bank import settled_payload
    world.bank.acknowledged("TransactionSettled", settled_payload(iban, "78.00", Reference="OTHER",
                                                                  EndToEndTransactionId="E2EBENCH2"))
    settlement = wait_for(lambda: next(iter(world.api.all("/v1/settlements")), None), "the settlement")
    wait_for(lambda: world.api.all("/v1/deliveries?status=done"), "its event is delivered", seconds=60)
    world.server.stop()
    fill(Postgres(world) if databases else Sqlite(world), rows)
    world.start()
    asker = Asker(world, calls, [world.server.pid, *databases])
    ids = {kind: world.store.rows(f"SELECT max(id) AS id FROM {kind}")[0]["id"] for kind in ("payment", "settlement", "event")}
    at = {kind: world.store.rows(f"SELECT max({column}) AS at FROM {kind}")[0]["at"]
          for kind, column in (("payment", "created_at"), ("event", "created_at"))}

    def time_of(kind, i):
        return datetime.datetime.fromtimestamp((at[kind] - i * APART_US) / 1e6, datetime.UTC).isoformat().replace("+00:00", "Z")

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
            "list payments by reference": get(lambda i: f"/v1/payments?reference=INV%20{i}"),
            "list payments by end-to-end id": get(lambda i: f"/v1/payments?end_to_end_id=e2e{i:09}"),
            "list payments by amount": get(lambda i: f"/v1/payments?currency=GBP&amount={(100 + i * 7907 % 500000) / 100:.2f}"),
            "list payments by a payer's account": get(lambda i: f"/v1/payments?payer={i * 13:014}"),
            "list payments by a payer's name": get(lambda i: f"/v1/payments?payer={FIRST_NAMES[i % 10]}%20{surname(i * 7919 % 10000)}"),
            "list payments of a minute": get(
                lambda i: f"/v1/payments?created_after={time_of('payment', i % 300 + 600)}"
                          f"&created_before={time_of('payment', i % 300)}"),
            "list settlements by reference": get(lambda i: f"/v1/settlements?reference=INV%20{i}"),
            "list settlements by amount": get(
                lambda i: f"/v1/settlements?currency=GBP&amount={(100 + i * 7907 % 500000) / 100:.2f}"),
            "list unmatched settlements by a payer's name": get(
                lambda i: f"/v1/settlements?status=unmatched&payer={FIRST_NAMES[i % 10]}%20{surname(i * 7919 % 10000)}"),
            "list events of a settlement": get(lambda i: f"/v1/events?settlement={stl(i)}"),
            "list events of a type and a minute": get(
                lambda i: f"/v1/events?type=settlement.unmatched&after_time={time_of('event', i + 600)}"
                          f"&before_time={time_of('event', i)}"),
            "list deliveries of an endpoint that are dead": get(
                lambda i: f"/v1/deliveries?status=dead&endpoint={endpoint['id']}&before_time={time_of('event', i // 2)}"),
            "list deliveries of an event": get(lambda i: f"/v1/deliveries?event={shown('evt_', ids['event'] - i * STEP)}"),
            "list webhooks of a connector and type": get(
                lambda i: f"/v1/webhooks?connector={world.connector}&type=TransactionSettled&status=processed"),
            "list webhooks in review": get(lambda i: "/v1/webhooks?status=review"),
            "list settlements of an account": get(lambda i: f"/v1/settlements?account={iban}&after={stl(i // 2)}"),
    }.items():
        asker.measure(name, rows, call)
    return asker.figures


@contextlib.contextmanager
def database(store):
    """A PostgreSQL of the bench's own for the worlds that follow, where that is the store: the ids of its processes."""
    if store != "postgres":
        yield []
        return
    sys.path.insert(0, str(ROOT / "tools"))
    from postgres_server import Postgres as Server
    with Server(settings=["shared_buffers = '1GB'", "maintenance_work_mem = '256MB'"]) as server:
        os.environ.update(SETTLED_TEST_STORE="postgres", SETTLED_TEST_POSTGRES=server.url)
        yield [server.child.pid]


def main():
    args = arguments(__doc__, rows=1_000_000, calls=300, store="sqlite")
    with database(args.store) as processes, one_world("find") as world:
        figures = measure(world, processes, args.rows, args.calls)
    report({"rows": args.rows, "calls": args.calls} | figures, args.out)


if __name__ == "__main__":
    main()
