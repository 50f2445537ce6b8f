"""An old copy of the store is put back, and clients post their orders again: the bank is asked to pay none a second time,
for ids are derived from what they are for."""

import shutil

import pytest

from support.money_out import CALLS, MoneyOut
from support.postgres import is_engine, psql
from support.waiting import wait_for


class Copy:
    """Of the store of a server that is stopped."""

    def __init__(self, world):
        self.world = world
        self.place = world.directory / "copy"
        if is_engine():
            psql(world.store.server, f"CREATE DATABASE {world.store.name}_copy TEMPLATE {world.store.name};")
        else:
            shutil.copytree(world.data, self.place, ignore=shutil.ignore_patterns("control.sock"))

    def put_back(self):
        store = self.world.store
        if is_engine():
            psql(store.server, f"DROP DATABASE {store.name} WITH (FORCE);")
            psql(store.server, f"ALTER DATABASE {store.name}_copy RENAME TO {store.name};")
        else:
            shutil.rmtree(self.world.data)
            shutil.move(self.place, self.world.data)


def restart(world, between):
    world.close_clients()
    assert world.server.stop() == 0
    done = between()
    world.start()
    return done


@pytest.mark.parametrize("batch", [1, 7], ids=["alone", "in-other-batches"])
def test_orders_posted_again_to_an_older_store_are_paid_once(new_world, batch):
    world = new_world(CALLS)
    bank = MoneyOut(world)
    earlier = bank.order("earlier")
    bank.until(earlier, "settled")
    copy = restart(world, lambda: Copy(world))
    bodies = [bank.body(f"again-{i}", amount=f"{10 + i}.00") for i in range(14)]
    first = [order for at in range(0, len(bodies), batch) for order in bank.together(bodies[at:at + batch])]
    for order in first:
        bank.until(order, "settled")
    wait_for(lambda: not world.sandbox.webhooks("waiting"), "the bank's webhooks have come")
    ids = {order["client_id"]: (order["id"], order["end_to_end_id"]) for order in first}
    paid = {b["end_to_end_id"]: b["transaction_id"] for b in bank.payments_out()}

    restart(world, copy.put_back)
    assert [order["client_id"] for order in bank.api.all("/v1/orders")] == ["earlier"], "the store is the old one"
    again = [bank.api.post("/v1/orders", body, statuses=(202,)) for body in bodies]
    for order in again:
        assert order["end_to_end_id"] == ids[order["client_id"]][1]
        ended = bank.until(order, "settled")
        assert ended["transaction_id"] == paid[order["end_to_end_id"]], "it is the payment from before"
    assert bank.payments_out() and len(bank.payments_out()) == len(bodies) + 1
    bank.check_each_paid_once([earlier, *again])
    assert bank.reviews() == []
