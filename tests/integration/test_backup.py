"""A backup of a store in use, and what it takes to put it back."""

import hashlib
import json
import os
import shutil
import stat
import threading

import pytest

from support.money_out import PATIENT, MoneyOut
from support.postgres import is_engine
from support.processes import run_settled
from support.waiting import wait_for


def backup(world, into):
    status, output, error = run_settled("backup", into, "--data", world.data, "--config", world.config, "--json")
    assert status == 0, (output, error)
    return json.loads(output)


def restore(world, from_, data, key=None):
    return run_settled("restore", from_, "--data", data, "--config", world.config, "--json", "--master-key",
                       key or world.data / "master.key")


pytestmark = pytest.mark.skipif(is_engine(), reason="a database is backed up by its own tools")


def test_a_backup_of_a_store_in_use_has_everything_that_was_acknowledged_before_it(new_world):
    world = new_world(PATIENT)
    bank = MoneyOut(world)
    acknowledged, going_on = [], threading.Event()

    def post():
        number = 0
        while not going_on.is_set():
            number += 1
            acknowledged.append(world.account())

    poster = threading.Thread(target=post)
    poster.start()
    try:
        wait_for(lambda: len(acknowledged) > 20, "some are acknowledged")
        before = list(acknowledged)
        made = backup(world, world.directory / "backups")
    finally:
        going_on.set()
        poster.join()
    directory = made["directory"]
    assert stat.S_IMODE(os.stat(directory).st_mode) == 0o700
    assert {name: stat.S_IMODE(os.stat(f"{directory}/{name}").st_mode) for name in os.listdir(directory)} == {
        "settled.db": 0o600, "manifest.json": 0o600}
    manifest = json.load(open(f"{directory}/manifest.json", encoding="utf-8"))
    with open(f"{directory}/settled.db", "rb") as file:
        assert hashlib.sha256(file.read()).hexdigest() == manifest["sha256"]
    assert not list((world.directory / "data").glob("backup*")), "nothing is left below the data directory"

    new = world.directory / "restored"
    status, output, error = restore(world, directory, new)
    assert status == 0, (output, error)
    status, output, error = run_settled("calls", "held", "--data", new, "--config", world.config, "--json")
    assert status == 0 and json.loads(output)["held"], error
    world.close_clients()
    assert world.server.stop() == 0
    world.data = new
    world.start()
    there = {account["iban"] for account in world.api.all("/v1/accounts")}
    assert set(before) <= there
    assert bank.api.call("GET", "/readyz").json["calls_held"] is True


def test_a_backup_without_a_server_and_back(new_world):
    world = new_world(PATIENT)
    bank = MoneyOut(world)
    order = bank.order()
    bank.until(order, "settled")
    world.close_clients()
    assert world.server.stop() == 0
    made = backup(world, world.directory / "backups")
    new = world.directory / "restored"
    assert restore(world, made["directory"], new)[0] == 0
    world.data = new
    world.start()
    assert bank.get(order)["status"] == "settled"
    bank.caught_up()
    world.operator_post("/v1/calls/resume", {"reason": "a test"})
    fresh = bank.order()
    bank.until(fresh, "settled")
    bank.check_each_paid_once([order, fresh])


def test_a_damaged_backup_or_another_key_is_refused(new_world):
    world = new_world(PATIENT)
    made = backup(world, world.directory / "backups")["directory"]
    new = world.directory / "restored"

    def refused(code, from_=made, data=new, key=None):
        status, output, error = restore(world, from_, data, key)
        assert status == 1 and code in error, (status, output, error)
        assert not new.exists() or data != new

    other_key = world.directory / "other.key"
    other_key.write_text("00" * 32 + "\n")
    other_key.chmod(0o400)
    refused("key_unsuitable", key=other_key)
    refused("io_failed", from_=world.directory / "nothing")
    full = world.directory / "full"
    full.mkdir()
    (full / "a file").write_text("x")
    refused("state_conflict", data=full)
    damaged = world.directory / "damaged"
    shutil.copytree(made, damaged)
    with open(damaged / "settled.db", "r+b") as file:
        file.seek(5000)
        file.write(b"\xff" * 64)
    refused("backup_damaged", from_=damaged)
    manifest = json.loads((damaged / "manifest.json").read_text())
    shutil.copy(f"{made}/settled.db", damaged)
    manifest["heads"]["main"] = {"number": 99, "digest": "ab" * 32}
    (damaged / "manifest.json").write_text(json.dumps(manifest))
    refused("backup_damaged", from_=damaged)
    (damaged / "manifest.json").write_text("{}")
    refused("backup_damaged", from_=damaged)


def test_doctor_says_when_the_last_backup_is_too_old(new_world):
    world = new_world(PATIENT + "[attention]\nbackup_hours = 1\n")

    def finding():
        status, output, error = run_settled("doctor", "--check", "store.backup", "--data", world.data, "--config",
                                            world.config, "--json")
        assert status == 0, (output, error)
        return json.loads(output)["data"][0]

    def last():
        return world.operator.get("/v1/status")["store"]["last_backup_at"]

    def attention():
        return {item["check"]: item["state"] for item in world.operator.get("/v1/status")["attention"]}

    assert finding()["state"] == "warning" and last() is None and attention()["store.backup"] == "warning"
    backup(world, world.directory / "backups")
    assert finding()["state"] == "ok" and last() and "store.backup" not in attention()


def test_a_database_is_left_to_its_own_tools(new_world):
    world = new_world(PATIENT)
    config = world.directory / "database.toml"
    config.write_text('[store]\nurl = "postgresql://localhost/none"\n')
    status, _, error = run_settled("backup", world.directory / "backups", "--config", config, "--data", world.data)
    assert status == 2 and "pg_basebackup" in error
