"""Bad nights, made to happen: each is seen by status or doctor, the handbook's commands mend it, and it is gone."""

import csv
import json
import re
import shlex
import socket
import subprocess

import pytest

from support.bank import new_key, public_pem, settled_payload
from support.clock import Clock
from support.documents import Document
from support.places import binary
from support.postgres import is_engine
from support.processes import run_settled
from support.waiting import wait_for

HANDBOOK = Document("docs/operating/handbook.md")


def commands_of(heading):
    """The commands that the handbook shows in a section."""
    section = re.search(rf"^## {re.escape(heading)}\n(.*?)(?=^##? |\Z)", HANDBOOK.text, re.MULTILINE | re.DOTALL)[1]
    blocks = re.findall(r"^```sh\n(.*?)^```$", section, re.MULTILINE | re.DOTALL)
    return [line for block in blocks for line in block.splitlines() if line]


class Night:
    """A world, and the operator who reads the handbook."""

    def __init__(self, world):
        self.world = world
        self.where = ["--data", world.data, "--config", world.config]

    def paste(self, line, **words):
        """A line of the handbook, for this world: its standard output."""
        for word, stands_for in words.items():
            line = line.replace(word, str(stands_for))
        line = line.replace("--data /var/lib/settled", shlex.join(map(str, self.where)))
        line = re.sub(r"^settled ", f"{shlex.quote(str(binary()))} ", line)
        done = subprocess.run(line, shell=True, cwd=self.world.directory, capture_output=True, text=True, timeout=60, check=False)
        assert done.returncode == 0, (line, done.stdout, done.stderr)
        return done.stdout

    def finding(self, check):
        """What doctor says of it: (state, its finding)."""
        _, output, error = run_settled("doctor", "--check", check, *self.where)
        assert output, error
        found = json.loads(output)["data"][0]
        return found["state"], found

    def notify(self):
        """A partner is owed that money was matched."""
        iban, payload = self.world.account(), settled_payload("")
        payload["Account"]["IBAN"] = iban
        self.world.payment(iban, end_to_end_id=payload["EndToEndTransactionId"])
        self.world.bank.acknowledged("TransactionSettled", payload)

    def attention(self):
        return {item["check"] for item in self.world.api.get("/v1/status")["attention"]}

    def do(self, command):
        done = subprocess.run(command.replace("settled ", f"{binary()} ", 1), shell=True, capture_output=True, text=True,
                              timeout=60, check=False)
        assert done.returncode == 0, (command, done.stderr)


def test_a_partner_that_was_down_gets_what_was_given_up(new_world):
    night = Night(new_world("[delivery]\nretry_after_seconds = [0]"))
    world = night.world
    made, path = world.endpoint()
    world.sandbox.mode("status", path, status=503)
    night.notify()
    wait_for(lambda: world.api.all("/v1/deliveries?status=dead") or None, "the delivery is given up")
    state, found = night.finding("delivery.dead")
    assert state == "failed" and found["subject"] == made["id"]
    assert "delivery.dead" in night.attention()
    world.sandbox.mode("ok", path)
    redeliver = [line for line in commands_of("A partner is down") if "redeliver" in line]
    assert len(redeliver) == 2
    for line in redeliver:
        night.paste(line, ENDPOINT=made["id"])
    wait_for(lambda: night.finding("delivery.dead")[0] == "ok", "the partner has them")


def test_a_bank_that_has_changed_its_key_is_named_until_its_webhooks_are_taken(new_world):
    night = Night(new_world())
    world = night.world
    iban = world.account()
    changed = new_key()
    assert night.finding("connector.refusing")[0] == "ok"
    assert world.bank.send("TransactionSettled", settled_payload(iban), key=changed).status == 401
    state, found = night.finding("connector.refusing")
    assert state == "failed" and found["subject"] == world.connector and "signature_invalid" in found["sentence"]
    assert found["command"] is None and "--bank-key" in found["cause"], "only the bank knows its new key"
    assert "connector.refusing" in night.attention()
    status, = [one for one in world.api.get("/v1/status")["connectors"] if one["name"] == world.connector]
    assert status["refused_last_hour"] == 1
    old = world.directory / "old.pem"
    old.write_bytes(open(world.sandbox.files["bank_public_key"], "rb").read())
    (world.directory / "new.pem").write_text(public_pem(changed))
    first, second = commands_of("The bank's key has changed")
    night.paste(first, CONNECTOR=world.connector)
    assert world.bank.send("TransactionSettled", settled_payload(iban), key=changed).status == 200
    night.paste(second)
    assert night.finding("connector.refusing")[0] == "ok"
    assert world.bank.send("TransactionSettled", settled_payload(iban)).status == 200, "the old one is valid, too"


def test_a_bank_that_has_stopped_sending_is_named_where_it_should_send(new_world):
    night = Night(new_world())
    world = night.world
    assert night.finding("connector.silent")[0] == "ok", "a quiet night is no fault"
    set_line = commands_of("The bank has stopped sending")[0]
    assert "--expect-every 2h" in set_line
    night.paste(set_line, CONNECTOR=world.connector)
    assert night.finding("connector.silent")[0] == "ok"
    night.paste(set_line.replace("2h", "1s"), CONNECTOR=world.connector)
    wait_for(lambda: night.finding("connector.silent")[0] == "warning", "nothing has come for a second")
    assert "connector.silent" in night.attention()
    state, found = night.finding("connector.silent")
    assert found["subject"] == world.connector and found["command"] is None and "ask the bank" in found["cause"]
    night.paste(set_line, CONNECTOR=world.connector)
    world.bank.acknowledged("TransactionSettled", settled_payload(world.account()))
    assert night.finding("connector.silent")[0] == "ok"


def test_reviews_and_money_that_wait_are_named_and_decided_in_a_spreadsheet(new_world):
    night = Night(new_world("[attention]\nreview_hours = 0\n[matching]\nunmatched_after_seconds = 1\nwatermark_seconds = 0"))
    world = night.world
    iban = world.account()
    assert not {"review.age", "settlement.unmatched"} & night.attention()
    for reference in ("NIGHTSHOP2041", "NIGHTSHOP2042"):
        world.payment(iban, reference=reference)
    world.bank.acknowledged("TransactionSettled", settled_payload(iban, Reference="NIGHTSHOP20"))
    wait_for(lambda: "review.age" in night.attention(), "a review waits")
    state, found = night.finding("review.age")
    assert state == "warning" and "reviews list" in found["command"]
    night.do(found["command"])
    listing, export, dry_run, take = commands_of("Reviews wait")
    night.paste(listing)
    night.paste(export)
    sheet = world.directory / "reviews.csv"
    with sheet.open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 2, "a candidate each"
    rows[0].update(decision="accept", reason="the customer called")
    with sheet.open("w", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    night.paste(dry_run)
    assert night.finding("review.age")[0] == "warning", "a dry run decides nothing"
    night.paste(take)
    assert night.finding("review.age")[0] == "ok"


def test_money_without_a_payment_is_explained(new_world):
    night = Night(new_world("[attention]\nreview_hours = 0"))
    world = night.world
    iban = world.account()
    assert night.finding("settlement.unmatched")[0] == "ok"
    world.bank.acknowledged("TransactionSettled", settled_payload(iban, Reference="NOBODYS-1041"))
    wait_for(lambda: night.finding("settlement.unmatched")[0] == "warning", "the money waits")
    _, found = night.finding("settlement.unmatched")
    assert found["subject"] == "GBP" and "12.34" in found["sentence"]
    night.do(found["command"])
    payment = world.payment(iban, reference="NOBODYS-1041")
    wait_for(lambda: night.finding("settlement.unmatched")[0] == "ok", "its payment was registered")
    for line in commands_of("A customer says that the money is paid"):
        night.paste(line, **{"order-2041": payment["client_id"]})


def test_a_delivery_that_is_owed_for_long_is_named(new_world):
    night = Night(new_world("[attention]\nbacklog_seconds = 0\n[delivery]\nretry_after_seconds = [0, 3600]"))
    world = night.world
    _, path = world.endpoint()
    world.sandbox.mode("status", path, status=503)
    night.notify()
    wait_for(lambda: "backlog.age" in night.attention(), "it is owed")
    state, found = night.finding("backlog.age")
    assert state == "warning" and found["command"] is None
    world.sandbox.mode("ok", path)
    owed, = world.api.all("/v1/deliveries?status=queued")
    night.do(f"settled redeliver {owed['id']} " + shlex.join(map(str, night.where)))
    wait_for(lambda: night.finding("backlog.age")[0] == "ok", "the partner has it")


@pytest.mark.skipif(is_engine(), reason="the data directory is the store's only on SQLite")
def test_a_port_that_another_program_has_is_named_before_the_start(tmp_path):
    data = tmp_path / "data"
    assert run_settled("migrate", "--data", data)[0] == 0
    settings = tmp_path / "settled.toml"
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        settings.write_text(f'[server]\nlisten = "127.0.0.1:{other.getsockname()[1]}"\n')
        words = ["doctor", "--check", "port.taken", "--data", data, "--config", settings]
        status, output, _ = run_settled(*words)
        found, = json.loads(output)["data"]
        assert status == 1 and found["state"] == "failed" and "ss -ltnp" in found["cause"]
        status, output, _ = run_settled("serve", "--data", data, "--config", settings)
        assert status == 1
    assert run_settled(*words)[0] == 0


def test_a_command_in_the_wrong_directory_says_that_there_is_no_store(tmp_path):
    for words in (["reviews", "list"], ["keys", "list"], ["status"]):
        status, output, error = run_settled(*words, "--data", tmp_path / "nothing")
        assert status == 1 and output == "" and "store_missing" in error, (words, error)
        assert not (tmp_path / "nothing").exists()


def test_every_command_of_the_handbook_can_be_read(tmp_path):
    """The others need what a test has not: they are read by the program, and not run."""
    for file in ("old.pem", "new.pem", "reviews.csv"):
        (tmp_path / file).touch()
    lines = [line for block in HANDBOOK.blocks("sh") for line in block.splitlines() if line]
    assert len(lines) > 15
    for line in lines:
        words = shlex.split(line.split(">")[0])
        status, output, error = run_settled(*words[1:], "--help", cwd=tmp_path)
        assert status == 0 and output and error == "", line


def test_a_clock_that_was_set_is_named(new_world, tmp_path):
    clock = Clock(tmp_path / "clock")
    world = new_world(serve=False)
    world.start(variables=clock.variables)
    world.set_up()
    night = Night(world)
    assert night.finding("clock.step")[0] == "ok"
    clock.set(-3600)
    state, found = wait_for(lambda: next((one for one in [night.finding("clock.step")] if one[0] == "warning"), None),
                            "the server notices it")
    assert state == "warning" and found["command"] is None and "NTP" in found["cause"]
