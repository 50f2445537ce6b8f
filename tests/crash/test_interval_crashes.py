"""The end of an interval, killed at each of its writes and syncs: what has gathered is delivered as one body or one by one, and each
body that was sent once is the same when it is sent again.

CRASH_ROUNDS above 5: each write is visited, else each sync and every fourth write.
"""

import json
import shutil

import pytest

from support.bank import settled_payload
from support.clock import Clock
from support.faults import SYNCS, WRITES, require_ptrace
from support.gate import Gate
from support.postgres import is_engine
from support.stage import end_server, points, put_back_template, start_with_fault
from support.waiting import wait_for
from support.world import World

SETTINGS = "[server]\nthreads = 1\n[matching]\nwatermark_seconds = 0\n[delivery]\nretry_after_seconds = [0, 1, 1]\n"
EVENTS = 3


class Interval:
    """A store in which three events gather for an interval of an hour, copied for each point."""

    def __init__(self, directory, contract, keys, batch):
        require_ptrace()
        self.directory, self.clock, self.gate = directory, Clock(directory / "clock"), Gate()
        self.world = World(directory, contract, keys, SETTINGS, serve=False)
        self.world.start(variables=self.clock.variables)
        self.world.set_up()
        made = self.world.api.post("/v1/endpoints", {"url": self.gate.url + "/told", "events": ["settlement.matched"],
                                                     "schedule": {"interval_seconds": 3600, "batch": batch}})
        iban = self.world.account()
        for _ in range(EVENTS):
            payload = settled_payload(iban)
            self.world.payment(iban, end_to_end_id=payload["EndToEndTransactionId"])
            self.world.bank.acknowledged("TransactionSettled", payload)
        wait_for(lambda: len(self.world.api.all(f"/v1/deliveries?endpoint={made['id']}")) == EVENTS, "they gather")
        self.world.close_clients()
        assert self.world.server.stop() == 0
        self.template = directory / "template"
        shutil.move(self.world.data, self.template)

    def set(self):
        """As it was before the interval ended; now it is over."""
        put_back_template(self.world, self.template)
        with self.gate.lock:
            self.gate.requests.clear()
        self.clock.set(2 * 3600)

    def run(self, calls, point):
        """True: it was killed at that point."""
        strace = start_with_fault(self.world, self.directory, calls, "signal=KILL", point, variables=self.clock.variables)
        server = self.world.server
        wait_for(lambda: not server.is_running() or not self.world.store.undelivered(), "all is delivered, or it is dead")
        end_server(self.world)
        return strace.killed()

    def end(self):
        """A server that is not killed delivers what is left; then everything must be right."""
        server = self.world.start(variables=self.clock.variables)
        wait_for(lambda: not self.world.store.undelivered(), lambda: f"all is delivered: {self.world.store.undelivered()}")
        self.world.store.check()
        self.world.close_clients()
        assert server.stop() == 0
        self.gate.check_stable()
        stored = {row["body"] for row in self.world.store.rows("SELECT body FROM event")}
        told = [event for request in self.gate.taken() for event in events_in(request)]
        assert {json.dumps(event) for event in told} == {json.dumps(json.loads(body)) for body in stored}
        return {request.id for request in self.gate.seen()}

    def close(self):
        self.world.close()
        self.gate.close()


def events_in(request):
    body = json.loads(request.body)
    return body["data"]["events"] if body["type"] == "events.batch" else [body]


@pytest.mark.skipif(is_engine(), reason="the database's clock is the one that counts")
@pytest.mark.parametrize("calls", [SYNCS, WRITES], ids=["sync", "write"])
@pytest.mark.parametrize("batch", [True, False], ids=["batch", "one by one"])
def test_killed_at_each_point_the_interval_ends_right(tmp_path, contract, sandbox_keys, batch, calls):
    interval = Interval(tmp_path, contract, sandbox_keys, batch)
    try:
        for point in points(calls):
            interval.set()
            killed = interval.run(calls, point)
            ids = interval.end()
            assert len(ids) == (1 if batch else EVENTS), "what was composed once is never composed anew"
            if not killed:
                break
        print(f"{point - 1} points")
        assert not killed and point > 3, f"only {point - 1} points: was anything killed?"
    finally:
        interval.close()
