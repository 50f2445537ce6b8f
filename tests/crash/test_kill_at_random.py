"""kill -9 at random moments under load: what was acknowledged is there, once, and partners are notified.

CRASH_ROUNDS: how often the server is killed (default 5). SETTLED_SEED repeats a run's moments.
"""

import os
import random
import time

from support.faults import Strace, require_ptrace
from support.processes import Server
from support.stage import ROUNDS
from support.store import check_told
from support.waiting import wait_for

SEED = int(os.environ.get("SETTLED_SEED", "0")) or random.SystemRandom().randrange(1 << 31)
PAYMENTS_PER_ROUND = 150


def test_nothing_acknowledged_is_lost_and_nothing_happens_twice(new_world):
    print(f"SETTLED_SEED={SEED}")
    rng = random.Random(SEED)
    world = new_world("[delivery]\nretry_after_seconds = [0, 0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1]",
                      retry_every_ms=100, answer_within_ms=2000)
    iban = world.account()
    _, path = world.endpoint()
    _, slow_path = world.endpoint(events=["settlement.matched"])
    world.sandbox.mode("slow", slow_path, delay_ms=20)
    killed_under_load = 0
    for number in range(ROUNDS):
        batch = {"amount": "20.00", "reference": f"R{number} ", "end_to_end_id": f"E2E-R{number}-",
                 "count": PAYMENTS_PER_ROUND, "amount_spread": 5}
        world.sandbox.post("/provider/payments/batch", {"payee": {"iban": iban}, "id": f"r{number}-", **batch})
        summary = world.sandbox.get("/bank/summary")
        world.sandbox.post("/bank/payments/batch", {"account": iban, "duplicates": 1, **batch})
        # The moment of the kill: after so many acknowledgements, and then some milliseconds.
        threshold = summary["states"]["acknowledged"] + rng.randrange(1, PAYMENTS_PER_ROUND)
        wait_for(lambda: world.sandbox.get("/bank/summary")["states"]["acknowledged"] >= threshold, "load",
                 every=0.001)
        time.sleep(rng.random() * 0.02)  # not a wait for anything: the random part of the moment
        world.server.kill()
        acknowledged = {w["label"] for w in world.sandbox.webhooks("acknowledged")}
        states = world.sandbox.get("/bank/summary")["states"]
        killed_under_load += states["acknowledged"] < 2 * PAYMENTS_PER_ROUND * (number + 1)
        with world.store.as_left_behind() as left:
            missing = acknowledged - left.transaction_ids()
            assert not missing, f"{len(missing)} webhooks were acknowledged and are not stored"
            left.check()
        world.start()
    assert killed_under_load, "every kill came after the load: make it larger"

    total = PAYMENTS_PER_ROUND * ROUNDS
    wait_for(lambda: world.sandbox.get("/bank/summary")["states"]["acknowledged"] == 2 * total,
             lambda: f"the bank's retries arrive: {world.sandbox.get('/bank/summary')}", seconds=60, every=0.05)
    world.sandbox.mode("ok", slow_path)
    wait_for(lambda: not world.store.undelivered(), lambda: f"delivered: {world.store.undelivered()[:3]}",
             seconds=60, every=0.05)
    world.store.check()
    counts = world.store.counts()
    assert counts["settlement"] == total
    # Payments whose registration fell into a kill may be missing: the provider did not repeat it.
    assert counts["settlement_match"] == counts["payment"]
    matched = [e for e in world.api.all("/v1/events") if e["type"] == "settlement.matched"]
    assert len({e["data"]["settlement"]["transaction_id"] for e in matched}) == len(matched)
    assert len(matched) == counts["settlement_match"]
    for told_path in (path, slow_path):
        records = world.sandbox.records(told_path)
        assert {r["authenticity"] for r in records} == {"verified"}
        told = check_told(records, world.store)
        assert {e["id"] for e in matched} <= told, "an event was never told"


def test_a_first_start_that_is_killed_can_be_started_again(tmp_path):
    """The master key, the schema: each step of making a data directory may be the last."""
    require_ptrace()
    for calls in ("fdatasync,fsync", "link,unlink", "pwrite64"):
        number = 0
        while True:
            # Making the schema is some hundred writes; a sample of them, all of the rest.
            number += 1 if calls != "pwrite64" or number < 10 else 23
            directory = tmp_path / f"{calls[:5]}-{number}"
            directory.mkdir()
            strace = Strace(directory / "strace", calls, "signal=KILL", number)
            server = Server(directory / "data", directory / "log", wrapper=strace.wrapper)
            server.kill() if server.port is None else server.stop()
            if not strace.killed():
                break
            again = Server(directory / "data", directory / "log")
            assert again.stop() == 0
        assert number > 1, f"{calls} never happens: the test kills nothing"
