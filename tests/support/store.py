"""What is really in the store: read from the file, not asked of the server, and never written."""

import collections
import contextlib
import json
import pathlib
import shutil
import sqlite3
import tempfile

TABLES_OF_FACTS = ("webhook", "webhook_key", "payment", "settlement", "settlement_match", "review", "event",
                   "task", "attempt", "account", "endpoint", "connector", "api_key", "idempotency")


class Store:
    def __init__(self, data):
        self.data = pathlib.Path(data)

    @contextlib.contextmanager
    def opened(self):
        """While the server may run."""
        database = sqlite3.connect(f"file:{self.data / 'settled.db'}?mode=ro", uri=True, timeout=10)
        database.row_factory = sqlite3.Row
        try:
            yield database
        finally:
            database.close()

    def rows(self, sql, *values):
        with self.opened() as database:
            return [dict(row) for row in database.execute(sql, values)]

    def counts(self, *tables):
        """Rows of every table, or of some: two equal answers mean that nothing was stored in between."""
        return self.counts_in(tables or TABLES_OF_FACTS)

    def counts_in(self, tables):
        with self.opened() as database:
            return {table: database.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in tables}

    def counts_of_intake(self):
        """Of what webhooks make; timers and deliveries of earlier tests go on meanwhile."""
        return self.counts("webhook", "webhook_key", "settlement", "settlement_match", "review", "account")

    def bury(self):
        """No server that was killed holds anything any more: the lock of an embedded store ends with its process."""

    def transaction_ids(self):
        """Of the webhooks in the inbox."""
        return {json.loads(row["body"])["Payload"]["TransactionId"]
                for row in self.rows("SELECT body FROM webhook WHERE type = 'TransactionSettled'")}

    @contextlib.contextmanager
    def as_left_behind(self):
        """A copy of what a killed server left, recovered as SQLite would: the original stays as it is."""
        with tempfile.TemporaryDirectory() as directory:
            for file in self.data.glob("settled.db*"):
                if not file.name.endswith("-shm"):
                    shutil.copy(file, directory)
            copy = Store(directory)
            with contextlib.closing(sqlite3.connect(copy.data / "settled.db")) as database:
                database.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
            yield copy

    # Rows that a rule of the store does not allow. Each query says what is wrong about what it finds.
    FORBIDDEN = {
        "a webhook key without its webhook": """
            SELECT webhook_id FROM webhook_key k WHERE NOT EXISTS
              (SELECT 1 FROM webhook w WHERE w.tenant_id = k.tenant_id AND w.id = k.webhook_id)""",
        "a webhook without its key (a conflict's second body apart)": """
            SELECT id FROM webhook w WHERE status <> 'review' AND NOT EXISTS
              (SELECT 1 FROM webhook_key k WHERE k.tenant_id = w.tenant_id AND k.webhook_id = w.id)""",
        "two settlements of one transaction": """
            SELECT transaction_id FROM settlement GROUP BY tenant_id, transaction_id HAVING count(*) > 1""",
        "a settlement without its webhook, other than one that the bank's query has shown": """
            SELECT id FROM settlement s WHERE NOT EXISTS
              (SELECT 1 FROM webhook w WHERE w.tenant_id = s.tenant_id AND w.id = s.webhook_id)
              AND (webhook_id <> 0 OR NOT EXISTS
                (SELECT 1 FROM bank_transaction b WHERE b.tenant_id = s.tenant_id AND b.credit = 1
                   AND b.transaction_id = s.transaction_id AND b.subject_id = s.id))""",
        "a match of a settlement that is not matched, or of a payment that is not settled": """
            SELECT m.id FROM settlement_match m
              LEFT JOIN settlement s ON s.tenant_id = m.tenant_id AND s.id = m.settlement_id
              LEFT JOIN payment p ON p.tenant_id = m.tenant_id AND p.id = m.payment_id
            WHERE m.ended_at IS NULL AND (s.status IS DISTINCT FROM 'matched' OR p.status IS NULL
               OR p.status NOT IN ('settled', 'partially_settled')
               OR (m.pairing IN ('one', 'set') AND m.rank NOT IN (0, 3, 12)
                   AND (s.amount_minor <> p.amount_minor OR s.currency <> p.currency)))""",
        "a matched settlement without a match": """
            SELECT id FROM settlement s WHERE status = 'matched' AND NOT EXISTS
              (SELECT 1 FROM settlement_match m WHERE m.tenant_id = s.tenant_id AND m.settlement_id = s.id
                                                  AND m.ended_at IS NULL)""",
        "a settled payment without a match": """
            SELECT id FROM payment p WHERE status = 'settled' AND NOT EXISTS
              (SELECT 1 FROM settlement_match m WHERE m.tenant_id = p.tenant_id AND m.payment_id = p.id
                                                  AND m.ended_at IS NULL)""",
        "a settlement matched twice, or a payment": """
            SELECT min(id) FROM settlement_match WHERE ended_at IS NULL AND pairing IN ('one', 'set')
            GROUP BY tenant_id, settlement_id HAVING count(*) > 1
            UNION ALL
            SELECT min(id) FROM settlement_match WHERE ended_at IS NULL AND pairing IN ('one', 'set')
            GROUP BY tenant_id, payment_id HAVING count(*) > 1""",
        "a matched settlement that its matches do not add up to": """
            SELECT id FROM settlement s WHERE status = 'matched' AND amount_minor <>
              (SELECT coalesce(sum(m.amount_minor), 0) FROM settlement_match m
               WHERE m.tenant_id = s.tenant_id AND m.settlement_id = s.id AND m.ended_at IS NULL)""",
        "a payment of which other than the sum of its matches has settled": """
            SELECT id FROM payment p WHERE bounds_currency = '' AND settled_minor <>
              (SELECT coalesce(sum(m.amount_minor), 0) FROM settlement_match m
               WHERE m.tenant_id = p.tenant_id AND m.payment_id = p.id AND m.ended_at IS NULL)""",
        "an ambiguous settlement without its one open review, or one with a review that is not": """
            SELECT id FROM settlement s WHERE (CASE status WHEN 'ambiguous' THEN 1 ELSE 0 END) <>
              (SELECT count(*) FROM review r WHERE r.tenant_id = s.tenant_id AND r.subject_id = s.id
                 AND r.kind = 'settlement_ambiguous' AND r.status = 'open')""",
        "a settlement with a suggestion and without its one open review, or the reverse": """
            SELECT id FROM settlement s WHERE suggested <>
              (SELECT count(*) FROM review r WHERE r.tenant_id = s.tenant_id AND r.subject_id = s.id
                 AND r.kind = 'suggested_match' AND r.status = 'open')
              OR (suggested <> 0 AND status <> 'unmatched')""",
        "an unmatched settlement that nobody will look at or tell of": """
            SELECT id FROM settlement s WHERE status = 'unmatched' AND NOT EXISTS
              (SELECT 1 FROM task t WHERE t.tenant_id = s.tenant_id AND t.subject_id = s.id
                 AND t.kind IN ('watermark', 'tell_unmatched'))""",
        "other than one settlement.matched for a matched settlement": """
            SELECT s.id FROM settlement s LEFT JOIN event e
                ON e.tenant_id = s.tenant_id AND e.subject_id = s.id AND e.type = 'settlement.matched'
            WHERE s.status = 'matched' GROUP BY s.tenant_id, s.id HAVING count(e.id) <>
              (SELECT count(*) FROM settlement_match m WHERE m.tenant_id = s.tenant_id AND m.settlement_id = s.id)""",
        "settlement.matched about a settlement that is not": """
            SELECT e.id FROM event e LEFT JOIN settlement s ON s.tenant_id = e.tenant_id AND s.id = e.subject_id
            WHERE e.type = 'settlement.matched' AND s.status IS DISTINCT FROM 'matched' AND NOT EXISTS
              (SELECT 1 FROM settlement_match m WHERE m.tenant_id = e.tenant_id AND m.settlement_id = e.subject_id
                                                  AND m.ended_at IS NOT NULL)""",
        "two events of one version": """
            SELECT min(id) FROM event
            GROUP BY tenant_id, subject_id, version HAVING count(*) > 1""",
        "two deliveries of one event to one endpoint": """
            SELECT min(id) FROM task WHERE kind = 'delivery'
            GROUP BY tenant_id, subject_id, lane_id HAVING count(*) > 1""",
        "a delivery without its event": """
            SELECT id FROM task t WHERE kind = 'delivery' AND NOT EXISTS
              (SELECT 1 FROM event e WHERE e.tenant_id = t.tenant_id AND e.id = t.subject_id)""",
        "an event that an endpoint for everything, older than it, is not told": """
            SELECT e.id FROM event e JOIN endpoint n ON n.tenant_id = e.tenant_id
            WHERE n.events = '*' AND n.status = 'active' AND n.created_at < e.created_at
              AND e.type LIKE 'settlement.%' AND NOT EXISTS
              (SELECT 1 FROM task t WHERE t.tenant_id = e.tenant_id AND t.subject_id = e.id
                                      AND t.lane_id = n.id)""",
        "a settled payment or matched settlement that still waits": """
            SELECT owner_id FROM match_key k JOIN payment p
              ON k.side = 0 AND p.tenant_id = k.tenant_id AND p.id = k.owner_id WHERE p.status = 'settled'
            UNION ALL
            SELECT owner_id FROM match_key k JOIN settlement s
              ON k.side = 1 AND s.tenant_id = k.tenant_id AND s.id = k.owner_id WHERE s.status = 'matched'""",
        "an open payment that cannot be found": """
            SELECT id FROM payment p WHERE status = 'expected' AND NOT EXISTS
              (SELECT 1 FROM match_key k WHERE k.tenant_id = p.tenant_id AND k.side = 0 AND k.owner_id = p.id)""",
        "an attempt of no task, or more attempts than were counted": """
            SELECT a.task_id FROM attempt a LEFT JOIN task t ON t.tenant_id = a.tenant_id AND t.id = a.task_id
            WHERE t.id IS NULL OR a.number > t.attempts""",
        "a delivery that is done without an attempt that delivered": """
            SELECT id FROM task t WHERE kind = 'delivery' AND status = 'done' AND NOT EXISTS
              (SELECT 1 FROM attempt a WHERE a.tenant_id = t.tenant_id AND a.task_id IN (t.id, t.batch_id)
                                         AND a.outcome = 'delivered')""",
    }

    def check(self):
        """Everything that must hold at every instant."""
        self.check_whole()
        for wrong, sql in self.FORBIDDEN.items():
            found = self.rows(sql)
            assert not found, f"{wrong}: {found[:5]}"

    def check_whole(self):
        with self.opened() as database:
            assert database.execute("PRAGMA integrity_check").fetchall()[0][0] == "ok"

    def everything(self):
        """All bytes that are kept."""
        return b"".join(file.read_bytes() for file in self.data.glob("settled.db*"))

    settings = ""  # of the server that uses it

    def drop(self):
        """With its directory."""

    def undelivered(self):
        return self.rows("SELECT * FROM task WHERE kind = 'delivery' AND status <> 'done'")


def check_told(records, store):
    """What partners saw against what is stored: one body for an id, byte for byte; each event delivered."""
    bodies = collections.defaultdict(set)
    for record in records:
        bodies[record["id"]].add(record["body"])
    assert all(len(seen) == 1 for seen in bodies.values()), "one event id came with two bodies"
    stored = {json.loads(row["body"])["id"]: row["body"] for row in store.rows("SELECT body FROM event")}
    for told, seen in bodies.items():
        assert stored.get(told) == next(iter(seen)), f"{told} was told and is not what is stored"
    return set(bodies)
