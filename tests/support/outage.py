"""A partner that is away for a while, in virtual time: traffic goes on, the clock goes in hops, and after each hop all that is
due has been tried. At the end the partner is back.

Three endpoints: one after the gate, one more there that keeps the order of a subject, and a partner that is well.
"""

import datetime
import json
import time

from .bank import settled_payload
from .gate import Gate
from .waiting import wait_for

SETTINGS = """[server]
threads = 1
[matching]
unmatched_after_seconds = 0
watermark_seconds = 0
"""
EVENTS = ["settlement.unmatched", "settlement.matched"]


class Outage:
    def __init__(self, world, clock):
        self.world, self.clock, self.ahead = world, clock, 0
        self.away, self.well = Gate(), Gate()
        self.iban = world.account()
        self.endpoints = {
            "away": self._endpoint(self.away, "/away"),
            "ordered": self._endpoint(self.away, "/ordered", order="subject"),
            "well": self._endpoint(self.well, "/well")}
        self.told = 0  # events so far

    def _endpoint(self, gate, path, **rest):
        return self.world.api.post("/v1/endpoints", {"url": gate.url + path, "events": EVENTS, **rest})

    def close(self):
        self.away.close()
        self.well.close()

    def pass_time(self, seconds):
        self.ahead += seconds
        self.clock.set(self.ahead)

    def now(self):
        return time.time() + self.ahead

    def settle(self, count=1):
        """Settlements that are first published as unmatched, then, once their payments are known, as matched: two events of one
        subject each."""
        at = datetime.datetime.fromtimestamp(self.now(), datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        payloads = [settled_payload(self.iban, TimestampSettled=at, TimestampCreated=at) for _ in range(count)]
        for payload in payloads:
            self.world.bank.acknowledged("TransactionSettled", payload)
        self._told(count)
        for payload in payloads:
            self.world.payment(self.iban, end_to_end_id=payload["EndToEndTransactionId"], created_at=at)
        self._told(count)

    def _told(self, count):
        """The partner that is well has them at once, however others fare."""
        self.told += count
        wait_for(lambda: len(self.well.taken()) >= self.told, lambda: f"{len(self.well.taken())} of {self.told} are told")

    def health(self, name):
        return self.world.api.get(f"/v1/endpoints/{self.endpoints[name]['id']}")["health"]

    def tried(self, name):
        """Whether nothing of an endpoint is due and not tried: it waits for a retry, or for the next probe."""
        health = self.health(name)
        if health["state"] == "held_back":
            at = health["next_probe_at"]
            return at is not None and _seconds(at) > self.now()
        due = self.world.store.rows(
            "SELECT count(*) AS due FROM task WHERE kind = 'delivery' AND status = 'queued' AND waits = 0 AND due_at <= ? "
            "AND lane_id = (SELECT id FROM endpoint WHERE url LIKE ?)", int(self.now() * 1e6), f"%/{name}")
        return due[0]["due"] == 0

    def wait_until_tried(self):
        for name in ("away", "ordered"):
            wait_for(lambda n=name: self.tried(n), lambda n=name: f"what is due at {n} is tried: {self.health(n)}")

    def last(self, hops, per_hop=1):
        """The outage itself: after each hop of so many seconds there is traffic."""
        for seconds in hops:
            self.pass_time(seconds)
            self.settle(per_hop)
            self.wait_until_tried()

    def run(self, how, hops, per_hop):
        """The whole story, and what must hold of it."""
        self.settle(per_hop)
        self._wait_until_delivered("before the outage all is well")
        before = self.told
        if how == "shut":
            self.away.shut()
        else:
            self.away.cut(5, reset=True)
        self.last(hops, per_hop)
        owed = len(self.owed("away")) + len(self.owed("ordered"))
        assert owed == 2 * (self.told - before), "everything is owed, and nothing is dead"
        after = self.heal()
        assert len(after) <= 1.1 * owed, f"{len(after)} requests for {owed} deliveries"
        before = len(self.away.seen())
        self.settle(per_hop)
        self._wait_until_delivered("fresh traffic flows")
        assert len(self.away.seen()) - before == 4 * per_hop, "one attempt each, as if nothing had been"
        self.check()
        assert {self.health(name)["state"] for name in self.endpoints} == {"ok"}

    def _wait_until_delivered(self, what):
        wait_for(lambda: not self.owed("away") and not self.owed("ordered"), what)

    def heal(self):
        """The partner is back: its requests from then on."""
        before = len(self.away.seen())
        self.away.open()
        for name in ("away", "ordered"):
            self._until_delivered(name)
        return self.away.seen()[before:]

    def _until_delivered(self, name):
        def is_done():
            left = self.owed(name)
            if left and self.tried(name):
                self.pass_time(900)  # the next retry or probe
            return not left
        wait_for(is_done, lambda: f"{name} has everything: {self.health(name)} {self.owed(name)}", seconds=120)

    def owed(self, name):
        return self.world.store.rows("SELECT id FROM task WHERE kind = 'delivery' AND status <> 'done' AND lane_id = "
                                     "(SELECT id FROM endpoint WHERE url LIKE ?)", f"%/{name}")

    def check(self):
        """Nothing is lost, nothing has changed, and the order of a subject was kept."""
        told = {request.id: request.body for request in self.well.taken()}
        assert len(told) == self.told and len(self.well.seen()) == self.told, "one attempt each: it never suffered"
        for path in ("/away", "/ordered"):
            ids = self.away.check_stable(path)
            taken = {request.id: request.body for request in self.away.taken(path)}
            assert set(ids) == set(taken) == set(told), path
            assert taken == told, "the same bytes to every partner"
        latest = {}
        for request in self.away.taken("/ordered"):
            event = json.loads(request.body)
            assert event["version"] > latest.get(event["subject"], 0), f"{event['subject']} came out of order"
            latest[event["subject"]] = event["version"]
        assert all(len(self.attempts(request.id)) >= 1 for request in self.away.taken("/away"))

    def attempts(self, event):
        return [each for each in self.away.seen("/away") if each.id == event]


def _seconds(text):
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()
