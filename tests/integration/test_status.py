"""What the status says of the store, its disk, and what ends soon."""

import datetime
import json

import pytest

from support.postgres import is_engine
from support.processes import run_settled


def in_days(days):
    return str(datetime.date.today() + datetime.timedelta(days=days))


class Operator:
    def __init__(self, world):
        self.world = world

    def run(self, *words):
        status, output, error = run_settled(*words, "--data", self.world.data, "--config", self.world.config)
        assert status == 0, (output, error)
        return output

    def status(self):
        return json.loads(self.run("status"))


@pytest.fixture(name="operator")
def an_operator(new_world):
    return Operator(new_world("[attention]\nexpiry_days = 20"))


def test_the_status_says_how_large_the_store_is_and_how_much_room_it_has(operator):
    store = operator.status()["store"]
    assert store["bytes"] > 100_000
    text = operator.run("status", "--text")
    if is_engine():
        assert store["free_bytes"] is None and " free" not in text
    else:
        assert store["free_bytes"] > 0 and "MiB" in text and " free" in text
    assert store["last_backup_at"] is None
    world = operator.world
    reader = world.make_key("settlements:read")
    world.api.key, admin = reader, world.api.key
    assert world.api.get("/v1/status")["store"] is None, "the installation is its operator's"
    world.api.key = admin


def test_the_status_lists_what_ends_within_the_days_that_are_set(operator):
    assert operator.status()["expiring"] == []
    world = operator.world
    operator.run("keys", "create", "--name", "short", "--scopes", "payments:read", "--expires-in", "10d")
    operator.run("keys", "create", "--name", "long", "--scopes", "payments:read", "--expires-in", "25d")
    operator.run("connectors", "set", world.connector, "--bank-key-expires", in_days(5))
    status = operator.status()
    assert [(one["kind"], one["name"]) for one in status["expiring"]] == [("bank_key", world.connector), ("api_key", "short")]
    assert status["expiring"][0]["id"].startswith("con_") and status["expiring"][1]["id"].startswith("key_")
    found = {item["check"]: item for item in status["attention"]}
    assert set(found) == {"key.expiry", "api_key.expiry"} and status["state"] == "attention"
    for item in found.values():
        words = item["command"].split()[1:]
        said = json.loads(operator.run(*words))["data"]
        assert any(finding["state"] == "warning" for finding in said), "doctor shows the same"
    text = operator.run("status", "--text")
    assert f"the bank's key of {world.connector}" in text and f"expires on {in_days(5)}" in text
    operator.run("keys", "revoke", status["expiring"][1]["id"])
    operator.run("connectors", "set", world.connector, "--bank-key-expires", "none")
    assert operator.status()["expiring"] == [] and operator.status()["attention"] == []


def test_a_key_of_the_bank_that_has_ended_stays_on_the_list(operator):
    operator.run("connectors", "set", operator.world.connector, "--bank-key-expires", in_days(-1))
    status = operator.status()
    assert [one["kind"] for one in status["expiring"]] == ["bank_key"] and status["state"] == "failing"
    assert "expired on" in operator.run("status", "--text")
