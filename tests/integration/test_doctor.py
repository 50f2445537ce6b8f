"""`settled doctor`: what it finds in an installation, with the bank and without."""

import json
import os
import pathlib
import subprocess

import pytest

from support.places import ROOT, binary
from support.postgres import is_engine
from support.processes import run_settled
from support.waiting import wait_for

NO_PORT = 1  # nothing listens there
LOCAL = {"config.valid", "data.private", "data.space", "descriptors.enough", "server.running", "master_key.fits",
         "store.opens", "store.commits", "clock.nodes"}


class Doctor:
    """A world with a bank that is called, and what doctor says of it."""

    def __init__(self, world):
        self.world = world

    def run(self, *arguments):
        """(exit status, findings by check; the first of each)."""
        status, output, error = run_settled("doctor", *arguments, "--data", self.world.data,
                                            "--config", self.world.config)
        assert output, error
        page = json.loads(output)
        assert page["next"] is None
        found = {}
        for finding in page["data"]:
            assert set(finding) == {"check", "state", "subject", "sentence", "cause", "command", "docs"}
            assert finding["docs"].startswith("docs/operating/doctor.md#")
            if finding["state"] in ("warning", "failed"):
                assert finding["cause"], finding
            found.setdefault(finding["check"], finding)
        worst = {f["state"] for f in page["data"]}
        assert page["state"] == ("failed" if "failed" in worst else "warning" if "warning" in worst else "ok")
        return status, found

    def set(self, **members):
        self.world.operator.patch(f"/v1/connectors/{self.world.connector}", members)

    def mend(self, finding):
        """Runs the command as it stands there, in a shell."""
        line = finding["command"].replace("settled ", f"{binary()} ", 1)
        done = subprocess.run(line, shell=True, cwd="/", capture_output=True, text=True, timeout=60, check=False)
        assert done.returncode == 0, (line, done.stderr)

    def connector(self):
        return self.world.operator.get(f"/v1/connectors/{self.world.connector}")


def with_bank(world, api_url=None):
    doctor = Doctor(world)
    doctor.set(api_url=api_url or world.sandbox.state["urls"]["bank"],
               api_token=f"file:{world.sandbox.files['api_token']}",
               institution_account=world.sandbox.state["real_account_id"])
    return doctor


def test_a_healthy_installation_is_tested_through_the_bank_and_back(new_world):
    doctor = with_bank(new_world())
    status, found = doctor.run("--connect")
    assert status == 0, found
    assert {check for check, f in found.items() if f["state"] == "ok"} >= \
        (LOCAL - ({"data.space"} if is_engine() else set())) | {"connector.key", "connector.api", "connector.account",
                                                                "connector.loop", "connector.refused"}
    assert "signed test call" in found["connector.api"]["sentence"]
    assert doctor.world.sandbox.state["real_account_id"] in found["connector.account"]["sentence"]
    assert "Enabled" in found["connector.account"]["sentence"]
    assert found["connector.loop"]["subject"] == doctor.world.connector
    before = len(doctor.world.sandbox.webhooks())
    status, found = doctor.run()
    assert status == 0 and "connector.loop" not in found
    assert len(doctor.world.sandbox.webhooks()) == before, "without --connect nobody is called"


def test_a_token_that_the_bank_refuses_is_named_and_never_shown(new_world, tmp_path):
    doctor = with_bank(new_world())
    token = tmp_path / "bank.token"
    token.write_text("not-the-banks-token")
    token.chmod(0o600)
    doctor.set(api_token=f"file:{token}")
    doctor.world.operator.post(f"/v1/connectors/{doctor.world.connector}/list-accounts")
    wait_for(lambda: doctor.connector()["failing"], "the bank refuses a call")
    status, output, error = run_settled("doctor", "--text", "--connect", "--data", doctor.world.data,
                                        "--config", doctor.world.config)
    assert status == 1, error
    assert "not-the-banks-token" not in output and str(token) in output
    status, found = doctor.run("--connect")
    assert status == 1
    assert found["connector.refused"]["state"] == "failed"
    assert found["connector.api"]["state"] == found["connector.loop"]["state"] == "skipped"
    token.write_text(pathlib.Path(doctor.world.sandbox.files["api_token"]).read_text())
    doctor.mend(found["connector.refused"])
    status, found = doctor.run("--connect")
    assert status == 0, f"the file is read again: {found}"


def test_a_key_that_is_gone_is_found_while_the_server_still_has_it(new_world, tmp_path):
    doctor = with_bank(new_world())
    key = tmp_path / "signing.pem"
    key.write_text(pathlib.Path(doctor.world.sandbox.files["institution_private_key"]).read_text())
    key.chmod(0o600)
    doctor.set(signing_key=f"file:{key}")
    assert doctor.run("--check", "connector.key")[0] == 0
    key.unlink()
    status, found = doctor.run("--check", "connector.key")
    assert status == 1 and list(found) == ["connector.key"]
    assert str(key) in found["connector.key"]["sentence"]


def test_a_bank_that_cannot_be_reached_fails_otherwise_than_one_that_refuses(new_world):
    doctor = with_bank(new_world(), api_url=f"http://127.0.0.1:{NO_PORT}")
    status, found = doctor.run("--connect")
    assert status == 1
    assert found["connector.api"]["state"] == "failed"
    assert "does not accept connections" in found["connector.api"]["sentence"]
    assert found["connector.account"]["state"] == "failed"
    assert found["connector.loop"]["state"] == "skipped"
    assert found["connector.refused"]["state"] == "ok"


def test_a_paused_connector_is_a_warning_and_is_not_called(new_world):
    doctor = with_bank(new_world())
    doctor.world.api.post(f"/v1/connectors/{doctor.world.connector}/pause", {"reason": "the bank moves house"})
    status, found = doctor.run("--connect")
    assert status == 0
    assert found["connector.paused"]["state"] == "warning"
    assert "the bank moves house" in found["connector.paused"]["sentence"]
    assert found["connector.api"]["state"] == "skipped"
    assert doctor.run("--strict")[0] == 1
    doctor.mend(found["connector.paused"])
    assert doctor.run("--strict", "--check", "connector.paused")[0] == 0


def test_bodies_that_are_kept_for_a_day_are_a_warning(new_world):
    doctor = with_bank(new_world())
    doctor.set(retention_days=1)
    status, found = doctor.run("--check", "connector.retention")
    assert status == 0 and found["connector.retention"]["state"] == "warning"
    doctor.mend(found["connector.retention"])
    assert doctor.run("--check", "connector.retention")[1]["connector.retention"]["state"] == "ok"


def test_a_webhook_that_does_not_come_back_is_missed(new_world):
    doctor = with_bank(new_world())
    root = f"http://127.0.0.1:{doctor.world.server.port}"
    doctor.world.sandbox.put("/targets", {"webhook_url": f"{root}/hooks/nobody"})
    status, found = doctor.run("--connect", "--wait", "2")
    assert status == 1
    assert found["connector.api"]["state"] == found["connector.account"]["state"] == "ok"
    assert found["connector.loop"]["state"] == "failed"
    assert f"/hooks/{doctor.world.connector}" in found["connector.loop"]["cause"]


def failed(found):
    """What is wrong; the port that settings name when they name none may be another test's."""
    return [check for check, finding in found.items() if finding["state"] == "failed" and check != "port.taken"]


def test_without_a_server_the_store_is_looked_at_itself(new_world):
    doctor = with_bank(new_world())
    assert doctor.world.server.stop() == 0
    _, found = doctor.run()
    assert failed(found) == [], found
    assert found["server.running"]["state"] == "warning"
    assert "settled serve" in found["server.running"]["command"] and str(doctor.world.data) in found["server.running"]["command"]
    status, found = doctor.run("--connect")
    assert status == 1 and found["server.running"]["state"] == "failed"
    assert found["connector.api"]["state"] == "skipped"


@pytest.mark.skipif(is_engine(), reason="the data directory is the store's only on SQLite")
def test_a_command_that_doctor_prints_mends_what_it_found(tmp_path):
    data = tmp_path / "not begun"
    status, output, _ = run_settled("doctor", "--data", data)
    found = {f["check"]: f for f in json.loads(output)["data"]}
    assert status == 1 and found["store.opens"]["state"] == "failed"
    assert os.system(found["store.opens"]["command"].replace("settled ", f"{binary()} ", 1)) == 0
    assert failed({f["check"]: f for f in json.loads(run_settled("doctor", "--data", data)[1])["data"]}) == []
    data.chmod(0o755)
    status, output, _ = run_settled("doctor", "--data", data, "--check", "data.private")
    assert status == 1
    assert os.system(json.loads(output)["data"][0]["command"]) == 0
    assert run_settled("doctor", "--data", data, "--check", "data.private")[0] == 0
    (data / "master.key").chmod(0o600)
    (data / "master.key").write_bytes(b"x" * 32)
    status, output, _ = run_settled("doctor", "--data", data, "--check", "master_key.fits")
    assert status == 1 and json.loads(output)["data"][0]["command"] is None


def test_settings_that_are_wrong_are_findings_too(tmp_path):
    file = tmp_path / "settled.toml"
    file.write_text("[server]\nlisten = \"nowhere\"\n[log]\nlevel = \"loud\"\n")
    status, output, _ = run_settled("doctor", "--config", file)
    findings = [f for f in json.loads(output)["data"] if f["check"] == "config.valid"]
    assert status == 1 and {f["subject"] for f in findings} == {"server.listen", "log.level"}
    assert all(f"{file}:" in f["cause"] for f in findings)


def test_a_server_elsewhere_is_asked_what_its_api_says(new_world):
    world = new_world()
    url = f"http://127.0.0.1:{world.server.port}"
    environment = {"SETTLED_URL": url, "SETTLED_KEY": world.key}
    os.environ.update(environment)
    try:
        status, output, error = run_settled("doctor")
        assert status == 0, error
        found = {f["check"]: f["state"] for f in json.loads(output)["data"]}
        assert found["data.private"] == "skipped" and found["server.running"] == found["connector.key"] == "ok"
        status, _, error = run_settled("doctor", "--check", "data.private")
        assert status == 2 and "the server's own machine" in error
        os.environ["SETTLED_URL"] = f"http://127.0.0.1:{NO_PORT}"
        status, output, error = run_settled("doctor")
        assert status == 2 and not output and "could not be looked at" in error
    finally:
        for name in environment:
            del os.environ[name]


def test_doctor_lists_its_checks_and_names_a_wrong_one():
    status, output, _ = run_settled("doctor", "--list")
    assert status == 0
    checks = {c["check"]: c for c in json.loads(output)["data"]}
    assert checks["connector.loop"]["connects"] and checks["data.space"]["needs_machine"]
    sections = (ROOT / "docs" / "operating" / "doctor.md").read_text().splitlines()
    assert {line.removeprefix("### ") for line in sections if line.startswith("### ")} == set(checks)
    status, _, error = run_settled("doctor", "--check", "connector.lop")
    assert status == 2 and "connector.loop" in error
    status, _, error = run_settled("doctor", "--check", "connector.loop")
    assert status == 2 and "--connect" in error
