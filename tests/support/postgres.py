"""The store of a test on PostgreSQL: a database of its own, read by psql while the server runs."""

import contextlib
import itertools
import json
import os
import subprocess

from .store import TABLES_OF_FACTS, Store

_numbers = itertools.count(1)


def is_engine():
    """Whether this run of the tests is the one on PostgreSQL (tools/run_tests.py)."""
    return os.environ.get("SETTLED_TEST_STORE") == "postgres"


def psql(url, sql):
    done = subprocess.run(["psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", url], input=sql, text=True,
                          capture_output=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def _quoted(value):
    return str(value) if isinstance(value, int) else "'" + str(value).replace("'", "''") + "'"


def _value(value):
    return bytes.fromhex(value[2:]) if isinstance(value, str) and value.startswith("\\x") else value


def check_rules(rows):
    """All rules of the store in one question, which sees one instant. `rows` asks the database."""
    names = list(Store.FORBIDDEN)
    asked = " UNION ALL ".join(
        f"SELECT {number} AS rule, (SELECT json_agg(r) FROM ({Store.FORBIDDEN[name]}) AS r) AS found"
        for number, name in enumerate(names))
    for row in rows(asked):
        assert not row["found"], f"{names[row['rule']]}: {row['found'][:5]}"


class PostgresStore(Store):
    """`server`: the URL of a server of the test's own, which takes the database with it when it ends."""

    def __init__(self, data, server=None):
        super().__init__(data)
        self.is_own_server = server is not None
        self.server = server or os.environ["SETTLED_TEST_POSTGRES"]
        self.name = f"world_{os.getpid()}_{next(_numbers)}"
        psql(self.server, f"DROP DATABASE IF EXISTS {self.name} WITH (FORCE);")
        psql(self.server, f"CREATE DATABASE {self.name} TEMPLATE template0 ENCODING 'UTF8';")
        address, mark, query = self.server.partition("?")
        self.url = address.rsplit("/", 1)[0] + f"/{self.name}" + mark + query
        self.settings_url = None  # the server's own way to it, where that is another

    @property
    def settings(self):
        return f'[store]\nurl = "{self.settings_url or self.url}"\n'

    def rows(self, sql, *values):
        for value in values:
            sql = sql.replace("?", _quoted(value), 1)
        found = json.loads(psql(self.url, f"SELECT coalesce(json_agg(r), '[]') FROM ({sql}) AS r;"))
        return [{name: _value(value) for name, value in row.items()} for row in found]

    def counts_in(self, tables):
        asked = " UNION ALL ".join(f"SELECT '{table}' AS name, count(*) AS n FROM {table}" for table in tables)
        return {row["name"]: row["n"] for row in self.rows(asked)}

    @contextlib.contextmanager
    def as_left_behind(self):
        """What was committed is there for all to see."""
        yield self

    def bury(self):
        """The lease of a server that was killed is over, as it would be half a minute later."""
        psql(self.url, "UPDATE node SET lease_until = 1 WHERE lease_until <> 0;")

    def check(self):
        """Each psql is a process, and sweeps of faults ask often."""
        check_rules(self.rows)

    def everything(self):
        values = [value for table in (*TABLES_OF_FACTS, "installation", "tenant")
                  for row in self.rows(f"SELECT * FROM {table}") for value in row.values()]
        return b"\n".join(value if isinstance(value, bytes) else str(value).encode() for value in values)

    def drop(self):
        if not self.is_own_server:
            psql(self.server, f"DROP DATABASE IF EXISTS {self.name} WITH (FORCE);")
