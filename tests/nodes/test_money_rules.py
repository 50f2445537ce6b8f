"""Payments and settlements that are nearly equal, sent to several nodes at once: at every instant all money is
somewhere, and nothing is matched twice."""

import os
import random
import threading

from support.bank import settled_payload
from support.postgres import check_rules
from support.waiting import wait_for

SEED = int(os.environ.get("SETTLED_SEED", "0")) or random.SystemRandom().randrange(1 << 31)
GROUPS = 40
TELLERS = 6
CONFIG = "[matching]\nwatermark_seconds = 1\nunmatched_after_seconds = 3600\n"


class Group:
    """Payments and settlements of one amount and one reference."""

    def __init__(self, number, rng, iban):
        self.reference = f"GROUP {number:04}"
        self.amount = f"{10 + number % 7}.00"
        self.payments = [{"client_id": f"group-{number}-{i}", "payee": {"iban": iban}, "reference": self.reference,
                          "amount": {"value": self.amount, "currency": "GBP"}} for i in range(rng.randint(1, 3))]
        self.webhooks = [settled_payload(iban, amount=self.amount, Reference=self.reference,
                                         EndToEndTransactionId="NOTPROVIDED")
                         for _ in range(rng.randint(1, 3))]

    def is_even(self):
        return len(self.payments) == len(self.webhooks)


class Teller(threading.Thread):
    """Sends its facts, some of them twice, each to any node."""

    def __init__(self, cluster, facts, rng, acknowledged):
        super().__init__(daemon=True)
        self.cluster, self.facts, self.rng, self.acknowledged = cluster, facts, rng, acknowledged
        self.failure = None

    def run(self):
        apis = [node.api() for node in self.cluster.nodes]
        banks = [node.bank() for node in self.cluster.nodes]
        try:
            for kind, content in self.facts:
                for _ in range(self.rng.choice((1, 1, 1, 2))):
                    node = self.rng.randrange(len(apis))
                    if kind == "payment":
                        apis[node].post("/v1/payments", content)
                    else:
                        banks[node].acknowledged("TransactionSettled", content)
                        self.acknowledged.add(content["TransactionId"])
        except BaseException as failure:  # pylint: disable=broad-except  # raised by the test's thread
            self.failure = failure
        finally:
            for client in apis + banks:
                client.http.close()


def check_instant(database, acknowledged):
    """One look at the store: what was acknowledged before it is there, and no rule is broken."""
    before = set(acknowledged)
    check_rules(database.rows)
    stored = {row["transaction_id"] for row in database.rows("SELECT transaction_id FROM settlement")}
    assert before <= stored, f"{len(before - stored)} were acknowledged and are nowhere"


def test_at_every_instant_all_money_is_somewhere_and_nothing_is_matched_twice(new_cluster):
    print(f"SETTLED_SEED={SEED}")
    rng = random.Random(SEED)
    cluster = new_cluster(["all"] * 3, CONFIG)
    iban = cluster.world.account()
    groups = [Group(number, rng, iban) for number in range(GROUPS)]
    facts = [("payment", payment) for group in groups for payment in group.payments]
    facts += [("webhook", webhook) for group in groups for webhook in group.webhooks]
    rng.shuffle(facts)
    acknowledged = set()
    tellers = [Teller(cluster, facts[number::TELLERS], random.Random(rng.random()), acknowledged)
               for number in range(TELLERS)]
    for teller in tellers:
        teller.start()
    looks = 0
    while any(teller.is_alive() for teller in tellers):
        check_instant(cluster.database, acknowledged)
        looks += 1
    for teller in tellers:
        assert teller.failure is None, teller.failure
    assert looks > 1
    wait_for(lambda: cluster.database.value("SELECT count(*) FROM task WHERE kind = 'watermark' AND status = 'queued'") == 0,
             "all have been weighed", seconds=60, every=0.2)
    check_instant(cluster.database, acknowledged)

    ended = {(row["reference"], row["status"]): row["n"] for row in cluster.database.rows(
        "SELECT reference, status, count(*) AS n FROM settlement GROUP BY reference, status")}
    for group in groups:
        matched = ended.get((group.reference, "matched"), 0)
        if group.is_even():
            assert matched == len(group.webhooks), f"{group.reference}: all of it has settled"
        else:
            assert matched <= min(len(group.payments), len(group.webhooks))
