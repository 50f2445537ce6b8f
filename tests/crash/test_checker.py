"""The checker of the crash tests, shown to find what it is there for: each broken rule is planted once."""

import shutil
import sqlite3

import pytest

from support.bank import settled_payload, webhook_text
from support.places import ROOT
from support.store import Store, check_told
from support.story import Story

SETTLEMENT = """tenant_id, id, webhook_id, status, amount_minor, currency, scheme, transaction_id, reference, end_to_end_id,
        account_iban, counterparty_name, counterparty_account, settled_at, received_at, version, c_account, c_end_to_end_id,
        c_reference, c_uetr, c_other_account, c_other_name"""
TASK = "tenant_id, id, kind, subject_id, lane_id, status, attempts, due_at, created_at, updated_at"

# A matched settlement with all that belongs to it, and an open payment.
GOOD = """
    INSERT INTO endpoint (tenant_id, id, url, events, auth, username, sealed_secret, status, created_at, version)
      VALUES (1, 70, 'https://x', '*', 'basic', 'u', x'00', 'active', 5, 1);
    INSERT INTO webhook VALUES (1, 10, 1, 'TransactionSettled', 'k', '', 'processed', :body, 10);
    INSERT INTO webhook_key VALUES (1, x'01', 10, 1);
    INSERT INTO payment (tenant_id, id, client_id, fingerprint, status, amount_minor, currency, institution_id, scheme,
        reference, end_to_end_id, payee_name, payee_account, payer_name, payer_account, created_at, registered_at,
        version, c_account, c_end_to_end_id, c_reference, c_uetr, c_other_account, c_other_name, settled_minor)
      VALUES (1, 20, 'settled', x'', 'settled', 1234, 'GBP', '', '', '', '', '', '', '', '', 9, 9, 0, '', '', '', '', '', '', 1234),
             (1, 21, 'open', x'', 'expected', 1234, 'GBP', '', '', '', '', '', '', '', '', 9, 9, 0, '', '', '', '', '', '', 0);
    INSERT INTO settlement (:settlement) VALUES (1, 30, 10, 'matched', 1234, 'GBP', 'Bacs', 'tx', '', '', '', '', '', 10, 10,
        1, '', '', '', '', '', '');
    INSERT INTO settlement_match (tenant_id, id, settlement_id, payment_id, rank, rule_version, evidence, matched_at,
        amount_minor)
      VALUES (1, 40, 30, 20, 2, 1, '{}', 10, 1234);
    INSERT INTO match_key VALUES (1, 0, 0, 5, 21);
    INSERT INTO event VALUES (1, 50, 'settlement.matched', 30, 1, '{"id":"evt_1"}', 10);
    INSERT INTO task (:task)
      VALUES (1, 60, 'delivery', 50, 70, 'done', 1, 10, 10, 10);
    INSERT INTO attempt VALUES (1, 60, 1, 10, 1, 'delivered', 200, '', 1);
"""

PLANTED = {
    "a webhook key without its webhook": "INSERT INTO webhook_key VALUES (1, x'02', 99, 1)",
    "a webhook without its key (a conflict's second body apart)": "DELETE FROM webhook_key",
    "two settlements of one transaction":
        f"INSERT INTO settlement ({SETTLEMENT}) SELECT 1, 31, 10, 'unmatched', 1234, 'GBP', 'Bacs', 'tx', '', '', '', '', '',"
        " 10, 10, 0, '', '', '', '', '', ''",
    "a settlement without its webhook, other than one that the bank's query has shown":
        "UPDATE settlement SET webhook_id = 98",
    "a match of a settlement that is not matched, or of a payment that is not settled":
        "UPDATE payment SET amount_minor = 1235 WHERE id = 20",
    "a matched settlement without a match":
        "DELETE FROM settlement_match; UPDATE payment SET status = 'expected' WHERE id = 20",
    "a settled payment without a match": "INSERT INTO match_key VALUES (1, 0, 0, 5, 20);"
                                         "UPDATE payment SET status = 'settled' WHERE id = 21",
    "a settlement matched twice, or a payment": None,  # the schema's own UNIQUE: see below
    "a matched settlement that its matches do not add up to": "UPDATE settlement_match SET amount_minor = 1000",
    "a payment of which other than the sum of its matches has settled":
        "UPDATE payment SET settled_minor = 5 WHERE id = 21",
    "an ambiguous settlement without its one open review, or one with a review that is not":
        "UPDATE settlement SET status = 'ambiguous'",
    "a settlement with a suggestion and without its one open review, or the reverse":
        "UPDATE settlement SET suggested = 1",
    "an unmatched settlement that nobody will look at or tell of": "UPDATE settlement SET status = 'unmatched'",
    "other than one settlement.matched for a matched settlement":
        "INSERT INTO event VALUES (1, 51, 'settlement.matched', 30, 2, '{}', 4)",
    "settlement.matched about a settlement that is not":
        "INSERT INTO event VALUES (1, 51, 'settlement.matched', 33, 1, '{}', 4)",
    "two events of one version": "DROP INDEX event_version; INSERT INTO event VALUES (1, 51, 'settlement.unmatched', 30, 1, '{}', 4)",
    "two deliveries of one event to one endpoint":
        f"INSERT INTO task ({TASK}) VALUES (1, 61, 'delivery', 50, 70, 'queued', 0, 10, 10, 10)",
    "a delivery without its event":
        f"INSERT INTO task ({TASK}) VALUES (1, 61, 'delivery', 59, 70, 'queued', 0, 10, 10, 10)",
    "an event that an endpoint for everything, older than it, is not told":
        "INSERT INTO event VALUES (1, 51, 'settlement.unmatched', 31, 1, '{}', 10)",
    "a settled payment or matched settlement that still waits": "INSERT INTO match_key VALUES (1, 0, 0, 5, 20)",
    "an open payment that cannot be found": "DELETE FROM match_key",
    "an attempt of no task, or more attempts than were counted":
        "INSERT INTO attempt VALUES (1, 60, 2, 10, 1, 'http_500', 500, '', 2)",
    "a delivery that is done without an attempt that delivered": "UPDATE attempt SET outcome = 'http_500'",
}


@pytest.fixture(scope="module")
def good(tmp_path_factory):
    """The file of a store in which all is well, made once and copied for each test."""
    file = tmp_path_factory.mktemp("good") / "settled.db"
    database = sqlite3.connect(file)
    for migration in sorted((ROOT / "migrations").glob("*.sql")):
        database.executescript(migration.read_text())
    body = webhook_text("TransactionSettled", settled_payload("GB00", TransactionId="tx"), 1, 6).decode()
    database.executescript(GOOD.replace(":task", TASK).replace(":settlement", SETTLEMENT).replace(":body", "CAST('" + body + "' AS BLOB)"))
    database.close()
    return file


@pytest.fixture
def store(good, tmp_path):
    shutil.copy(good, tmp_path)
    made = Store(tmp_path)
    made.check()
    return made


def plant(store, sql):
    database = sqlite3.connect(store.data / "settled.db")
    database.executescript(sql)
    database.close()


def test_every_rule_has_a_planted_breach():
    assert set(PLANTED) == set(Store.FORBIDDEN)


@pytest.mark.parametrize("rule", [rule for rule, sql in PLANTED.items() if sql])
def test_a_planted_breach_is_found(store, rule):
    plant(store, PLANTED[rule])
    with pytest.raises(AssertionError) as found:
        store.check()
    # Several rules may see it; the one that it was planted for is among them.
    with store.opened() as database:
        assert database.execute(Store.FORBIDDEN[rule]).fetchall(), found.value


def test_a_settlement_of_no_webhook_is_good_only_where_the_banks_query_has_shown_it(store):
    plant(store, "UPDATE settlement SET webhook_id = 0")
    with pytest.raises(AssertionError, match="a settlement without its webhook"):
        store.check()
    plant(store, "INSERT INTO bank_transaction VALUES (1, 1, 'tx', 1, 30, 1)")
    store.check()


def test_the_schema_itself_refuses_a_second_match(store):
    for pair in ("30, 21", "31, 20"):
        with pytest.raises(sqlite3.IntegrityError):
            plant(store, f"INSERT INTO settlement_match (tenant_id, id, settlement_id, payment_id, rank, rule_version, evidence, matched_at) "
                         f"VALUES (1, 41, {pair}, 2, 1, '{{}}', 10)")


def test_an_acknowledged_webhook_or_payment_that_is_lost_is_found(store):
    story = Story("GB00")
    kinds = [kind for kind, _ in story.steps]
    for kind in ("webhook", "payment"):
        story.acknowledged = {kinds.index(kind)}
        with pytest.raises(AssertionError, match="was acknowledged and is not stored"):
            story.check_stored(store)


def test_a_body_that_changes_between_two_attempts_is_found(store):
    good = {"id": "evt_1", "body": '{"id":"evt_1"}'}
    assert check_told([good, good], store) == {"evt_1"}
    for wrong in ({"id": "evt_1", "body": "{}"}, {"id": "evt_2", "body": '{"id":"evt_2"}'}):
        with pytest.raises(AssertionError):
            check_told([good, wrong], store)
