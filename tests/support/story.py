"""A small story of money, sent to a server that may fail at any moment, and sent again until it is acknowledged.

Every step can be repeated: payments with their id, webhooks as the bank repeats them. What was
acknowledged is remembered here, apart from the server, and held against its store.
"""

import http.client
import json

from .bank import settled_payload, webhook_text, new_nonce

ACKNOWLEDGED, REFUSED, LOST = "acknowledged", "refused", "lost"


class Story:
    def __init__(self, iban, number=0, extra=0):
        """One payment before its money, one after it, one webhook of no payment, `extra` more pairs."""
        self.steps = []
        pairs = [(f"EARLY {number}", True), (f"LATER {number}", False)]
        pairs += [(f"MORE {number} {i}", i % 2 == 0) for i in range(extra)]
        for reference, payment_first in pairs:
            webhook = settled_payload(iban, Reference=reference)
            payment = {"client_id": reference.replace(" ", "-"), "amount": {"value": "12.34", "currency": "GBP"},
                       "reference": reference, "end_to_end_id": webhook["EndToEndTransactionId"],
                       "payee": {"iban": iban}}
            steps = [("payment", payment), ("webhook", webhook)]
            self.steps += steps if payment_first else reversed(steps)
        self.matches = len(pairs)
        self.acknowledged = set()  # numbers of steps

    def tell(self, world):
        """Sends what is not acknowledged yet, in order; how the last step ended."""
        for number, (kind, content) in enumerate(self.steps):
            if number in self.acknowledged:
                continue
            outcome = self._tell_one(world, kind, content)
            if outcome != ACKNOWLEDGED:
                return outcome
            self.acknowledged.add(number)
        return ACKNOWLEDGED

    def _tell_one(self, world, kind, content):
        try:
            if kind == "payment":
                answer = world.api.call("POST", "/v1/payments", content,
                                        headers={"Idempotency-Key": content["client_id"]})
                good = answer.status in (200, 201)
            else:
                nonce = new_nonce()
                answer = world.bank.deliver(webhook_text("TransactionSettled", content, nonce, 6))
                good = world.bank.is_acknowledged(answer, nonce)
        except (OSError, http.client.HTTPException):
            return LOST
        if good:
            return ACKNOWLEDGED
        assert answer.status == 503, f"neither taken nor refused: {answer.status} {answer.body[:300]}"
        assert answer.headers["Retry-After"] and answer.headers.get("DigitalSignature") is None
        return REFUSED

    def check_stored(self, store):
        """Acknowledged ⊆ stored."""
        transactions = store.transaction_ids()
        payments = {row["client_id"] for row in store.rows("SELECT client_id FROM payment")}
        for number in self.acknowledged:
            kind, content = self.steps[number]
            if kind == "payment":
                assert content["client_id"] in payments, f"step {number} was acknowledged and is not stored"
            else:
                assert content["TransactionId"] in transactions, f"step {number} was acknowledged and is not stored"
        store.check()

    def check_ended(self, store):
        """All of it has happened, once."""
        assert len(self.acknowledged) == len(self.steps)
        self.check_stored(store)
        references = [content["Reference"] for kind, content in self.steps if kind == "webhook"]
        marks = ",".join("?" * len(references))
        rows = store.rows(f"SELECT reference, status FROM settlement WHERE reference IN ({marks})", *references)
        assert sorted((row["reference"], row["status"]) for row in rows) == sorted(
            (reference, "matched") for reference in references)
        told = [json.loads(row["body"])["data"]["settlement"]["reference"]
                for row in store.rows("SELECT body FROM event WHERE type = 'settlement.matched'")]
        assert sorted(r for r in told if r in references) == sorted(references)
