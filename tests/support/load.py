"""Payments and their settlements in numbers, sent by the sandbox's bank, which sends again what is not acknowledged."""

from .store import check_told
from .waiting import wait_for

COUNT = 300


class Load:
    """All payments are registered, then their settlements come; some are acknowledged when the constructor returns."""

    def __init__(self, world, name, count=COUNT):
        self.world = world
        self.count = 0
        self.iban = world.account()
        _, self.path = world.endpoint(events=["settlement.matched"])
        self.more(name, count)

    def more(self, name, count=COUNT, wanted=20):
        """Returns when `wanted` of them are acknowledged."""
        before = self.world.sandbox.acknowledged_count()
        batch = {"amount": "20.00", "reference": f"{name} ", "end_to_end_id": f"E2E-{name}-", "count": count,
                 "amount_spread": 5}
        self.world.sandbox.post("/provider/payments/batch", {"payee": {"iban": self.iban}, "id": f"{name}-", **batch})
        self.world.sandbox.post("/bank/payments/batch", {"account": self.iban, **batch})
        self.count += count
        wait_for(lambda: self.world.sandbox.acknowledged_count() >= before + wanted, "load", every=0.002)

    def is_over(self):
        return self.world.sandbox.acknowledged_count() == self.count

    def acknowledged(self):
        return {webhook["label"] for webhook in self.world.sandbox.webhooks("acknowledged")}

    def end(self):
        """Everything arrives, and nothing is wrong with it."""
        world = self.world
        wait_for(self.is_over, lambda: f"the rest arrives: {world.sandbox.get('/bank/summary')}", seconds=60, every=0.05)
        assert self.acknowledged() == world.store.transaction_ids()
        wait_for(lambda: not world.store.undelivered(), "all is delivered", seconds=60)
        world.store.check()
        counts = world.store.counts()
        assert counts["webhook"] == counts["settlement"] == self.count
        assert counts["settlement_match"] == counts["payment"]
        world.sandbox.told(self.path, counts["settlement_match"])
        assert len(check_told(world.sandbox.records(self.path), world.store)) == counts["settlement_match"]
