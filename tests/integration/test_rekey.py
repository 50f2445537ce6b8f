"""`settled store rekey`: a tenant gets other match keys while its payments and settlements wait."""

import pytest

from support.bank import settled_payload
from support.faults import Strace
from support.postgres import is_engine
from support.processes import Process, run_settled
from support.waiting import wait_for

BATCH = 200  # src/cli/commands/rekey_command.cpp


def rekey(world):
    return run_settled("store", "rekey", "--text", "--data", world.data, "--config", world.config)


def keys_of(store):
    return sorted((row["block"], row["tag"]) for row in store.rows("SELECT block, tag FROM match_key"))


def matched(world, payload):
    rows = world.api.all("/v1/settlements")
    return next(row for row in rows if row["transaction_id"] == payload["TransactionId"])["status"] == "matched"


def test_a_waiting_payment_is_matched_after_a_rekeying_and_evidence_holds(new_world):
    world = new_world()
    iban = world.account()
    before = world.payment(iban, "10.00", end_to_end_id="E2E-BEFORE")
    assert world.bank.settle(settled_payload(iban, "10.00", EndToEndTransactionId="E2E-BEFORE")).status == 200
    world.payment(iban, "11.00", end_to_end_id="E2E-WAITS")
    early = settled_payload(iban, "12.00", EndToEndTransactionId="E2E-EARLY")
    assert world.bank.settle(early).status == 200

    status, _, error = rekey(world)
    assert status == 1 and "store_locked" in error, "a server is on it"
    world.server.stop()
    old = keys_of(world.store)
    status, output, error = rekey(world)
    assert status == 0, error
    assert output.startswith("tenant main is at version 2 of its match keys: "), output
    assert len(keys_of(world.store)) == len(old)
    assert not set(keys_of(world.store)) & set(old), "nothing is left under the old key"

    world.start()
    late = settled_payload(iban, "11.00", EndToEndTransactionId="E2E-WAITS")
    assert world.bank.settle(late).status == 200
    world.payment(iban, "12.00", end_to_end_id="E2E-EARLY")
    for payload in (late, early):
        wait_for(lambda payload=payload: matched(world, payload), f"{payload['TransactionId']} is matched")
    assert world.api.get(f"/v1/payments/{before['id']}")["status"] == "settled"
    status, output, error = run_settled("audit", "verify", "--data", world.data, "--config", world.config)
    assert status == 0, output + error
    world.store.check()


@pytest.mark.skipif(is_engine(), reason="strace strikes at the writes of an embedded store")
def test_a_rekeying_cut_by_a_kill_is_refused_by_servers_and_continued(new_world):
    world = new_world()
    iban = world.account()
    count = 3 * BATCH
    world.sandbox.post("/provider/payments/batch", {"payee": {"iban": iban}, "id": "many-", "amount": "20.00",
                                                    "end_to_end_id": "E2E-MANY-", "count": count})
    wait_for(lambda: world.store.counts("payment")["payment"] == count, "all are registered", seconds=60)
    world.server.stop()
    strace = Strace(world.directory / "strace", "fdatasync", "signal=KILL", 3)
    dying = Process(["store", "rekey", "--data", world.data, "--config", world.config], world.directory / "dying.log",
                    wrapper=strace.wrapper)
    dying.wait(60)
    assert strace.killed()
    state = bytes(world.store.rows("SELECT value FROM installation WHERE name = 'match_key/1'")[0]["value"]).decode()
    assert state.startswith("2 payments "), state

    refused = Process(["serve", "--config", world.config, "--data", world.data, "--listen", "127.0.0.1:0"],
                      world.directory / "refused.log")
    assert refused.wait(60) != 0
    assert "settled store rekey" in refused.log_text()
    status, output, error = rekey(world)
    assert status == 0, error
    assert "version 2" in output, "it went on, and did not begin anew"
    world.start()
    last = world.store.rows("SELECT end_to_end_id FROM payment ORDER BY id DESC LIMIT 1")[0]["end_to_end_id"]
    payload = settled_payload(iban, "20.00", EndToEndTransactionId=last)
    assert world.bank.settle(payload).status == 200
    wait_for(lambda: matched(world, payload), "found under the new key")
