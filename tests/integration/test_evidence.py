"""The evidence of matches, proved and replayed from the store of a running server."""

import contextlib
import json
import sqlite3

from support.bank import settled_payload
from support.postgres import PostgresStore, psql
from support.processes import run_settled
from support.waiting import wait_for


def matched(world, reference):
    """A payment that is settled."""
    iban = world.account()
    payment = world.payment(iban, reference=reference)
    world.bank.acknowledged("TransactionSettled", settled_payload(iban, Reference=reference))
    wait_for(lambda: world.api.get(f"/v1/payments/{payment['id']}")["status"] == "settled", lambda: "settled")
    return payment


def run(world, *arguments):
    status, output, errors = run_settled(*arguments, "--config", world.config, "--data", world.data, "--json")
    return status, json.loads(output) if output else None, errors


def change(world, sql):
    """What no operator should be able to do."""
    if isinstance(world.store, PostgresStore):
        psql(world.store.url, sql)
        return
    with contextlib.closing(sqlite3.connect(world.data / "settled.db", timeout=10)) as database:
        database.execute(sql)
        database.commit()


def test_the_records_of_a_running_server_are_proved_until_one_is_changed(new_world):
    world = new_world()
    matched(world, "PROVED-1041")
    status, proof, errors = run(world, "audit", "verify")
    assert (status, errors) == (0, "")
    assert proof["holds"] and proof["found"] == 0 and proof["findings"] == []
    seals = proof["checked"].pop("seals")
    assert proof["checked"] == {"matches": 1, "payments": 1, "settlements": 1}
    assert seals or proof["unsealed"] >= 2, "a match and its event, and what was changed before"
    change(world, "UPDATE payment SET reference = 'PROVED-9041'")
    status, proof, _ = run(world, "audit", "verify")
    assert status == 1 and not proof["holds"]
    assert {finding["what"] for finding in proof["findings"]} >= {"payment_canonical", "payment_proof", "rank"}
    assert all("9041" not in finding["found"] for finding in proof["findings"])
    status, _, errors = run(world, "audit", "verify", "--tenant", "nobody")
    assert status == 1 and "not_found" in errors


def test_the_audit_names_a_change_that_was_altered(new_world):
    world = new_world()
    key = world.api.post("/v1/api-keys", {"name": "till", "scopes": ["payments:read"]})
    entry = world.api.get("/v1/changes")["data"][0]
    assert (entry["action"], entry["subject"]) == ("api_key.create", key["id"])

    def is_sealed():
        _, proof, _ = run(world, "audit", "verify")
        return proof["holds"] and proof["unsealed"] == 0

    wait_for(is_sealed, "the change is sealed", seconds=90, every=0.5)
    change(world, "UPDATE change_entry SET actor = 'os:nobody' WHERE action = 'api_key.create'")
    status, proof, _ = run(world, "audit", "verify")
    named = {(finding["what"], finding["subject"]) for finding in proof["findings"]}
    assert status == 1 and ("sealed_change", entry["id"]) in named
    change(world, "DELETE FROM change_entry WHERE action = 'api_key.create'")
    _, proof, _ = run(world, "audit", "verify")
    assert "not there" in [finding["found"] for finding in proof["findings"] if finding["subject"] == entry["id"]]


def test_a_replay_says_what_other_rules_would_lose_and_writes_nothing(new_world, tmp_path):
    world = new_world()
    payment = matched(world, "REPLAYED-1041")
    before = world.store.counts()
    rules = tmp_path / "rules.toml"
    rules.write_text('name = "as it is"\n')
    status, report, errors = run(world, "replay", "--rules", rules)
    assert (status, errors) == (0, "")
    assert report["settlements"] == report["unchanged"] == 1 and report["changes"] == []

    rules.write_text('name = "strict"\n[ranks]\n"reference+account+amount" = "off"\n')
    status, report, _ = run(world, "replay", "--rules", rules)
    assert status == 0 and report["matched"] == {"before": 1, "after": 0}
    assert report["differences"]["lost"] == {
        "settlements": 1, "by_rank": {"6": 1}, "amounts": [{"value": "12.34", "currency": "GBP"}]}
    assert report["changes"][0]["before"] == [
        {"payment_id": payment["id"], "client_id": payment["client_id"], "rank": 6}]
    assert world.store.counts() == before

    rules.write_text('name = "strict"\n[ranks]\n"by feeling" = "automatic"\n')
    status, _, errors = run(world, "replay", "--rules", rules)
    assert status == 1 and "by feeling" in errors
