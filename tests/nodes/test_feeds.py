"""A client that polls `?order=oldest` sees each row once, however many nodes write it."""

import collections
import threading

from support.bank import settled_payload
from support.waiting import wait_for

NODES = 3
WRITERS = 2  # of each node
EACH = 60  # payments of a writer


class Writer(threading.Thread):
    """Registers payments at one node and settles each, as fast as it is answered."""

    def __init__(self, node, iban, name):
        super().__init__(daemon=True)
        self.node, self.iban, self.name = node, iban, name
        self.failure = None

    def run(self):
        api, bank = self.node.api(), self.node.bank(timeout=20)
        try:
            for number in range(EACH):
                order = f"{self.name}-{number}"
                api.post("/v1/payments", {"client_id": order, "amount": {"value": "1.00", "currency": "GBP"},
                                          "payee": {"iban": self.iban}, "end_to_end_id": f"E2E-{order}"})
                bank.acknowledged("TransactionSettled", settled_payload(
                    self.iban, amount="1.00", EndToEndTransactionId=f"E2E-{order}"))
        except BaseException as failure:  # pylint: disable=broad-except  # raised by the test's thread
            self.failure = failure
        finally:
            api.http.close()
            bank.http.close()


class Poller(threading.Thread):
    """Reads a list forward at one node, from the beginning to its end, when there is no more to come."""

    def __init__(self, node, target):
        super().__init__(daemon=True)
        self.node, self.target = node, target
        self.seen = collections.Counter()
        self.is_over = threading.Event()
        self.failure = None

    def run(self):
        api = self.node.api()
        try:
            after = ""
            while True:
                last_round = self.is_over.is_set()
                page = api.get(f"/v1/{self.target}?order=oldest&limit=20{after}")
                self.seen.update(item["id"] for item in page["data"])
                moved = f"&after={page['next']}"
                if moved == after and last_round:
                    return
                after = moved
        except BaseException as failure:  # pylint: disable=broad-except
            self.failure = failure
        finally:
            api.http.close()


def nothing_waits(cluster):
    return cluster.database.value("SELECT count(*) FROM feed_waiting") == 0


def test_a_poller_of_any_node_sees_each_event_once_while_three_nodes_write(new_cluster):
    cluster = new_cluster(["all"] * NODES)
    iban = cluster.world.account()
    pollers = [Poller(node, target) for node in cluster.nodes for target in ("events", "matches", "settlements")]
    writers = [Writer(node, iban, f"poll-{number}-{part}")
               for number, node in enumerate(cluster.nodes) for part in range(WRITERS)]
    for thread in pollers + writers:
        thread.start()
    for writer in writers:
        writer.join()
        assert writer.failure is None, writer.failure
    wait_for(lambda: nothing_waits(cluster), "all have their place")
    for poller in pollers:
        poller.is_over.set()
    tables = {"events": "event", "matches": "settlement_match", "settlements": "settlement"}
    for poller in pollers:
        poller.join()
        assert poller.failure is None, poller.failure
        count = cluster.database.value(f"SELECT count(*) FROM {tables[poller.target]}")
        assert count == NODES * WRITERS * EACH
        assert len(poller.seen) == count, f"{poller.target}: {count - len(poller.seen)} were never seen"
        assert set(poller.seen.values()) == {1}


def keeper_of(cluster):
    """The node that does the timers, and by that the feeds."""
    found = cluster.database.rows("SELECT n.instance FROM job j JOIN node n ON n.holder = j.lease_owner "
                                  "WHERE j.name = 'timers'")
    return next((node for node in cluster.nodes for row in found if str(node.server.pid) in row["instance"]), None)


def test_the_feeds_go_on_when_the_node_that_keeps_them_is_gone(new_cluster):
    cluster = new_cluster(["all", "all"])
    iban = cluster.world.account()
    wait_for(lambda: keeper_of(cluster), "somebody does the timers")
    keeper = keeper_of(cluster)
    other = next(node for node in cluster.nodes if node is not keeper)
    keeper.pause()
    writer = Writer(other, iban, "alone")
    writer.run()
    assert writer.failure is None, writer.failure
    api = other.api()
    wait_for(lambda: len(api.get("/v1/events?order=oldest&limit=500")["data"]) == EACH, "they are all in the feed",
             seconds=15)
    api.http.close()
