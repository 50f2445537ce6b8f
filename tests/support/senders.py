"""A bank that sends to several servers, and what their common store must look like afterwards."""

import http.client
import threading
import time

LEFT_OUT_SECONDS = 10


class Sender(threading.Thread):
    """A bank's sender behind a balancer: each webhook of its list goes to some node until one acknowledges it. A
    node that did not answer is left out for a while. `nodes`: those that take webhooks, if not all do."""

    def __init__(self, cluster, payloads, rng, acknowledged, pace, nodes=None):
        super().__init__(daemon=True)
        self.cluster, self.payloads, self.rng, self.acknowledged, self.pace = (
            cluster, payloads, rng, acknowledged, pace)
        self.nodes = nodes
        self.failure = None
        self.left_out = {}

    def run(self):
        banks = {}
        try:
            for payload in self.payloads:
                while not self.send(payload, banks):
                    time.sleep(0.05)  # the bank's pause between repeats
                time.sleep(self.pace)  # the bank's own speed
        except BaseException as failure:  # pylint: disable=broad-except  # raised by the test's thread
            self.failure = failure
        finally:
            for bank in banks.values():
                bank.http.close()

    def send(self, payload, banks):
        now = time.monotonic()
        nodes = self.nodes or self.cluster.nodes
        node = self.rng.choice([node for node in nodes if self.left_out.get(node, 0) < now] or nodes)
        bank = banks.setdefault(node, node.bank(timeout=2))
        try:
            answer = bank.settle(payload)
        except (OSError, http.client.HTTPException):
            self.left_out[node] = now + LEFT_OUT_SECONDS
            return False
        if not bank.is_acknowledged(answer, answer.nonce):
            return False
        self.acknowledged.add(payload["TransactionId"])
        return True


def check_store(cluster, acknowledged):
    database = cluster.database
    stored = {row["transaction_id"] for row in database.rows("SELECT transaction_id FROM settlement")}
    assert acknowledged <= stored, f"{len(acknowledged - stored)} were acknowledged and are not stored"
    nothing = {
        "two settlements of one transaction":
            "SELECT transaction_id FROM settlement GROUP BY tenant_id, transaction_id HAVING count(*) > 1",
        "a settlement matched other than once, or not told of once":
            "SELECT s.id FROM settlement s WHERE s.status <> 'matched' OR 1 <> (SELECT count(*) FROM event e "
            "WHERE e.tenant_id = s.tenant_id AND e.subject_id = s.id AND e.type = 'settlement.matched') OR 1 <> "
            "(SELECT count(*) FROM settlement_match m WHERE m.tenant_id = s.tenant_id AND m.settlement_id = s.id)",
        "two deliveries of one event to one endpoint":
            "SELECT min(id) FROM task WHERE kind = 'delivery' GROUP BY tenant_id, subject_id, lane_id "
            "HAVING count(*) > 1",
        "an attempt without a fence, or two under one":
            "SELECT task_id FROM attempt GROUP BY tenant_id, task_id, fence HAVING count(*) > 1 OR fence < 1",
        "attempts that were not counted, or counted and not there":
            "SELECT t.id FROM task t WHERE t.kind = 'delivery' AND t.attempts <> (SELECT count(*) FROM attempt a "
            "WHERE a.tenant_id = t.tenant_id AND a.task_id = t.id)",
        "two attempts that delivered":
            "SELECT task_id FROM attempt WHERE outcome = 'delivered' GROUP BY tenant_id, task_id "
            "HAVING count(*) > 1",
        "a task that is done and still held":
            "SELECT id FROM task WHERE status <> 'queued' AND lease_owner <> 0",
    }
    for wrong, sql in nothing.items():
        found = database.rows(sql)
        assert not found, f"{wrong}: {found[:5]}"
