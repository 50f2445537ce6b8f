#!/usr/bin/python3
"""What the console asks of a store of a million payments: each of its lists, the overview and the charts, as a browser's session
asks (so what is personal is masked), from the call to its answer over HTTP, through one server on SQLite.

    bench/lists.py --build build/release [--out FILE] [--rows 1000000] [--calls 200]

`settled dev` makes one of each; the others are copies of it, written by SQL. A list is asked for its first page and for pages from
anywhere in it, 50 rows each. Prints and writes p50, p99 and the slowest of each, in milliseconds.
"""

import json
import pathlib
import random
import sqlite3
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent / "support"))
from served import arguments, report  # noqa: E402  # pylint: disable=wrong-import-position

STEP = 1 << 22  # of ids: one a millisecond
AGE = 3_600_000  # copies are more than an hour older than what `settled dev` has made
OLDER = f"(i + {AGE}) * {STEP}"
LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
HALF = "CASE WHEN i % 2 = 0 THEN '{}' ELSE '{}' END"
TRIGGERS = [("settlement",), ("unmatched",), ("ambiguous",), ("order",), ("link",), ("notification",), ("ping",)]
# Of each table: its prefix, which row is copied, and what differs in the copies.
TABLES = {
    "payment": ("pay", "status = 'settled'", {"client_id": "'copy-' || i", "status": HALF.format("settled", "expected")}),
    "settlement": ("stl", "status = 'matched'", {"transaction_id": "'TX-' || i", "status": HALF.format("matched", "unmatched")}),
    "settlement_match": ("mat", "ended_at IS NULL", {"settlement_id": f"t.settlement_id - {OLDER}",
                                                     "payment_id": f"t.payment_id - {OLDER}"}),
    "review": ("rev", "true", {"status": HALF.format("open", "closed")}),
    "event": ("evt", "true", {"subject_id": f"t.subject_id - {OLDER}"}),
    "task": ("dlv", "kind = 'delivery' AND status = 'done'", {"status": HALF.format("done", "dead")}),
    "webhook": ("whk", "status = 'processed'", {}),
    "payment_order": ("ord", "true", {"client_id": "'copy-' || i", "end_to_end_id": "'E2E' || i", "status": "'settled'"}),
    "account_link": ("lnk", "true", {"external_id": "'copy-' || i", "status": "'failed'"}),
    "notification": ("ntf", "true", {"composite_key": "'copy-' || i", "platform_id": "'copy-' || i", "status": "'complete'"}),
    "change_entry": ("chg", "true", {}),
}
LISTS = {
    "payment": ["/v1/payments", "/v1/payments?status=expected"],
    "settlement": ["/v1/settlements", "/v1/settlements?status=unmatched&waiting=true"],
    "settlement_match": ["/v1/matches"],
    "review": ["/v1/reviews", "/v1/reviews?status=open"],
    "event": ["/v1/events?order=newest"],
    "task": ["/v1/deliveries", "/v1/deliveries?status=dead", "/v1/deliveries?endpoint={endpoint}&status=dead"],
    "webhook": ["/v1/webhooks", "/v1/webhooks?connector={connector}"],
    "payment_order": ["/v1/orders", "/v1/orders?status=settled"],
    "account_link": ["/v1/links"],
    "notification": ["/v1/notifications"],
    "change_entry": ["/v1/changes"],
}
ALONE = ["/v1/overview", "/v1/status", "/v1/series?metric=webhooks", "/v1/series?metric=told_p99&step=60&from={hour}",
         "/v1/payments?created_after=2020-01-01T00:00:00Z&amount=12.34"]


def shown(prefix, value):
    return f"{prefix}_" + "".join(LETTERS[value >> 5 * place & 31] for place in reversed(range(13)))


def fill(path, rows):
    """Copies; the newest of each table is the one that was copied."""
    database = sqlite3.connect(path)
    database.execute("PRAGMA synchronous = OFF")
    newest = {}
    for table, (_, which, cells) in TABLES.items():
        columns = [row[1] for row in database.execute(f"PRAGMA table_info({table})")]
        values = {"id": f"t.id - {OLDER}", **cells}
        chosen = ", ".join(values.get(name, f"t.{name}") for name in columns)
        with database:
            newest[table] = database.execute(f"SELECT max(id) FROM {table} WHERE {which}").fetchone()[0]
            assert newest[table], f"there is no {table}"
            database.execute(f"WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {rows}) "
                             f"INSERT INTO {table} ({', '.join(columns)}) SELECT {chosen} FROM n, "
                             f"(SELECT * FROM {table} WHERE id = {newest[table]}) t")
        print(f"  {rows} rows of {table}", flush=True)
    database.close()
    return newest


class Browser:
    """A session that asks."""

    def __init__(self, dev, calls):
        from support.http_client import HttpClient
        self.http = HttpClient(port=int(dev.state["url"].rsplit(":", 1)[1]))
        answer = self.http.send("POST", "/v1/sessions", {"Content-Type": "application/json"},
                                json.dumps({"api_key": dev.state["key"]}))
        assert answer.status == 201, answer.body
        self.headers = {"Cookie": answer.headers["Set-Cookie"].split(";")[0]}
        self.calls, self.figures = calls, {}

    def measure(self, name, target):
        """`target`: of the i-th call."""
        took, found = [], 0
        for number in range(self.calls):
            asked = target(number)
            begun = time.perf_counter()
            answer = self.http.send("GET", asked, self.headers)
            took.append((time.perf_counter() - begun) * 1e3)
            assert answer.status == 200, (asked, answer.body)
            found += len(json.loads(answer.body).get("data", [1]))
        took.sort()
        self.figures |= {f"{name}.p50_ms": took[len(took) // 2], f"{name}.p99_ms": took[len(took) * 99 // 100],
                         f"{name}.slowest_ms": took[-1], f"{name}.rows_a_page": found / self.calls}


def measure(dev, newest, rows, calls):
    browser, dice = Browser(dev, calls), random.Random(25)
    words = {"endpoint": dev.state["endpoint"], "connector": dev.state["connector"],
             "hour": time.strftime("%Y-%m-%dT%H:%M:00Z", time.gmtime(time.time() - 3600))}
    for table, targets in LISTS.items():
        for target in (one.format(**words) for one in targets):
            more = "&" if "?" in target else "?"
            browser.measure(f"{target}, first page", lambda _, target=target: target)
            browser.measure(f"{target}, any page", lambda _, target=target, more=more, table=table: (
                f"{target}{more}after={shown(TABLES[table][0], newest[table] - (AGE + dice.randrange(1, rows)) * STEP)}"))
    for target in (one.format(**words) for one in ALONE):
        browser.measure(target, lambda _, target=target: target)
    return browser.figures


def main():
    args = arguments(__doc__, rows=1_000_000, calls=200)
    from support.dev import Dev, Elsewhere
    with tempfile.TemporaryDirectory(prefix="settled-lists-") as path:
        directory = pathlib.Path(path)
        dev = Dev(directory)
        shell = Elsewhere(directory / "home", dev.variables)
        for name in TRIGGERS:
            shell.trigger(*name)
        dev.stop()
        newest = fill(next(directory.rglob("settled.db")), args.rows)
        dev = Dev(directory)
        try:
            figures = measure(dev, newest, args.rows, args.calls)
        finally:
            dev.stop()
    report({"rows": args.rows, "calls": args.calls} | figures, args.out)


if __name__ == "__main__":
    main()
