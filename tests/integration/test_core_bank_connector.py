"""The connector to a core banking system: settings, webhooks, the trial of its access, and what it never shows."""

import json
import pathlib

import pytest

from support.core_bank import CONNECTOR, CoreBank, add_core_bank, connector_arguments
from support.http_client import HttpClient
from support.money_out import PATIENT
from support.processes import run_settled
from support.waiting import wait_for
from support.world import World


@pytest.fixture(scope="module")
def core(tmp_path_factory, contract, sandbox_keys):
    """A world of the whole module, whose bank pays for loans in Mambu."""
    world = World(tmp_path_factory.mktemp("core"), contract, sandbox_keys, PATIENT)
    try:
        yield CoreBank(world)
    finally:
        world.close()


def settled(core, *arguments):
    world = core.world
    return run_settled(*arguments, "--data", world.data, "--config", world.config)


def doctor(core, *arguments):
    """Findings of the checks of the core bank, by check."""
    _, output, error = settled(core, "doctor", *arguments)
    assert output, error
    found = {}
    for finding in json.loads(output)["data"]:
        found.setdefault(finding["check"], []).append(finding)
    return found


def deliver(core, body, headers):
    http = HttpClient(core.world.server.port)
    try:
        return http.send("POST", f"/hooks/{CONNECTOR}", {"Content-Type": "application/json", **headers},
                         body if isinstance(body, bytes) else json.dumps(body).encode())
    finally:
        http.close()


def secret(core):
    return pathlib.Path(core.sandbox.files["core_bank_webhook_secret"]).read_text()


def test_a_connector_shows_where_its_secrets_are_and_never_what_they_are(core):
    shown = core.api.get(f"/v1/connectors/{CONNECTOR}")
    assert shown["kind"] == "mambu" and shown["settings"]["debtor"]["iban"] == core.debtor
    assert shown["webhook_secret"]["header"] == "X-Webhook-Secret"
    assert shown["api_key"].startswith("file:") and "bank_keys" not in shown
    status, text, _ = settled(core, "connectors", "show", CONNECTOR, "--text")
    assert status == 0 and "X-Webhook-Secret" in text
    key = pathlib.Path(core.sandbox.files["core_bank_key"]).read_text()
    for hidden in (secret(core), key):
        assert hidden not in json.dumps(shown) and hidden not in text
        assert hidden not in core.world.log.read_text()


def test_settings_are_changed_whole_and_mistakes_are_named_all_at_once(core, tmp_path):
    wrong = tmp_path / "wrong.json"
    wrong.write_text(json.dumps({"debtor": {"iban": "x"}, "channels": {"fps": "y"}, "repayment_refused": "keep"}))
    answer = core.world.operator.call("PATCH", f"/v1/connectors/{CONNECTOR}",
                                      {"settings": json.loads(wrong.read_text())})
    assert answer.status == 422
    assert {problem["pointer"] for problem in answer.json["errors"]} == {
        "/settings/debtor/iban", "/settings/channels/fps", "/settings/repayment_refused"}
    status, _, error = settled(core, "connectors", "set", CONNECTOR, "--settings", wrong)
    assert status != 0 and "iban" in error
    changed = core.world.operator.patch(f"/v1/connectors/{CONNECTOR}", {
        "settings": {**core.settings, "time_zone": "+01:00"}, "retention_days": 20})
    assert changed["settings"]["time_zone"] == "+01:00" and changed["retention_days"] == 20
    core.world.operator.patch(f"/v1/connectors/{CONNECTOR}", {"settings": core.settings})


@pytest.mark.parametrize("body, pointer", [
    ({}, "/api_url"),
    ({"api_url": "https://tenant.mambu.com/api"}, "/api_key"),
    ({"api_url": "https://tenant.mambu.com/api", "api_key": "file:x"}, "/webhook_secret"),
    ({"api_url": "https://tenant.mambu.com/api", "api_key": "file:x", "webhook_secret": {"header": "X"}},
     "/webhook_secret/secret"),
    ({"api_url": "https://tenant.mambu.com/api", "api_key": "file:x", "webhook_username": "m"}, "/webhook_password"),
])
def test_a_connector_without_what_it_needs_is_refused(core, body, pointer):
    answer = core.world.operator.call("POST", "/v1/connectors", {"name": "half", "kind": "mambu", **body},
                                      headers={"Idempotency-Key": f"half-{pointer}"})
    assert answer.status == 422
    assert pointer in {problem["pointer"] for problem in answer.json["errors"]}


@pytest.mark.parametrize("member", [{"bank_keys": ["x"]}, {"institution_account": "a"}, {"api_token": "file:x"},
                                    {"order_max": "5.00"}])
def test_a_core_bank_takes_nothing_that_is_a_bank_s(core, member):
    answer = core.world.operator.call("PATCH", f"/v1/connectors/{CONNECTOR}", member)
    assert answer.status == 422, answer.body


def test_nothing_is_paid_or_listed_by_a_core_bank(core):
    assert core.refused(404, connector=CONNECTOR)["code"] == "connector_unknown"
    answer = core.api.call("POST", f"/v1/connectors/{CONNECTOR}/list-accounts")
    assert answer.status == 409


def test_a_webhook_is_taken_with_its_secret_once_and_never_without(core):
    body = {"event": "loan_approved", "loan_account_id": "LN-HOOK", "transaction_id": ""}
    right = {"X-Webhook-Secret": secret(core)}
    for headers in ({}, {"X-Webhook-Secret": "wrong" * 8}, {"Authorization": "Basic eDp5"}):
        answer = deliver(core, body, headers)
        assert answer.status == 401 and answer.code in ("signature_missing", "signature_invalid")
    assert deliver(core, {**body, "amount": "1"}, right).status == 400
    assert deliver(core, b"<xml/>", right).status == 400
    before = len(core.webhooks_of("LoanApproved"))
    for _ in range(3):
        assert deliver(core, body, right).status == 200
    assert len(core.webhooks_of("LoanApproved")) == before + 1


def test_the_core_bank_repeats_until_it_is_answered(core):
    core.loan("LN-TOLD", notify=True)
    wait_for(lambda: [one for one in core.core_webhooks() if "LN-TOLD" in json.dumps(one["body"]) and one["done"]],
             "the webhook is acknowledged")


def test_the_template_names_the_address_and_the_header(core):
    status, output, error = settled(core, "connectors", "template", CONNECTOR, "--public-url", "https://pay.example/")
    assert status == 0, error
    shown = json.loads(output)
    assert shown["webhook_url"] == f"https://pay.example/hooks/{CONNECTOR}" and shown["header"] == "X-Webhook-Secret"
    assert [one["content"]["event"] for one in shown["templates"]] == ["loan_disbursed", "loan_approved"]
    assert secret(core) not in output
    status, text, _ = settled(core, "connectors", "template", CONNECTOR, "--text")
    assert status == 0 and "{TRANSACTION_ID}" in text and "Loan Disbursement" in text
    assert settled(core, "connectors", "template", "clearbank")[0] != 0


def test_doctor_proves_access_channels_and_fields_by_name(core):
    assert not {"core.access", "core.fields"} & set(doctor(core)), "without --connect it is not called"
    found = doctor(core, "--connect")
    assert [one["state"] for check in ("core.access", "core.fields") for one in found[check]] == ["ok", "ok"]
    core.core("PUT", "setup", {"without_channels": ["CB_Loan_Repayment_FPS"],
                               "without_fields": ["_ClearBank_Loan.ibanLoan", "_ClearBank_Transaction.debtorName"]})
    found = doctor(core, "--connect")
    assert {one["state"] for one in found["core.fields"]} == {"failed"}
    causes = " ".join(one["cause"] for one in found["core.fields"])
    for name in ("CB_Loan_Repayment_FPS", "ibanLoan in the set _ClearBank_Loan",
                 "debtorName in the set _ClearBank_Transaction"):
        assert name in causes
    core.core("PUT", "setup", {"currency": "EUR"})
    found = doctor(core, "--connect")
    assert found["core.access"][0]["state"] == "failed" and "EUR" in found["core.access"][0]["sentence"]
    core.core("PUT", "setup", {})


def test_connectors_test_shows_what_each_call_found(core):
    status, output, error = settled(core, "connectors", "test", CONNECTOR)
    assert status == 0, (output, error)
    assert [one["purpose"] for one in json.loads(output)["data"]] == [
        "find_organisation", "find_channels", "find_custom_fields", "find_custom_fields"]
    core.core("PUT", "setup", {"without_channels": ["MBU_Loan_Disbursement_FPS"]})
    status, text, _ = settled(core, "connectors", "test", CONNECTOR, "--text")
    assert status == 1 and "MBU_Loan_Disbursement_FPS" in text
    core.core("PUT", "setup", {})
    status, output, _ = settled(core, "connectors", "test", "clearbank")
    assert status == 0 and [one["purpose"] for one in json.loads(output)["data"]] == ["test", "find_account"]


def test_a_wrong_key_is_found_and_named_and_resume_reads_it_again(core, tmp_path):
    key = tmp_path / "mambu.key"
    key.write_text("not-the-key-of-mambu")
    key.chmod(0o600)
    core.world.operator.patch(f"/v1/connectors/{CONNECTOR}", {"api_key": f"file:{key}"})
    found = doctor(core, "--connect")
    assert found["core.access"][0]["state"] == "failed"
    wait_for(lambda: core.api.get(f"/v1/connectors/{CONNECTOR}")["failing"], "the core bank refuses us")
    assert "not-the-key-of-mambu" not in core.world.log.read_text()
    key.write_text(pathlib.Path(core.sandbox.files["core_bank_key"]).read_text())
    core.world.operator.post(f"/v1/connectors/{CONNECTOR}/resume")
    wait_for(lambda: not core.api.get(f"/v1/connectors/{CONNECTOR}")["failing"], "it lets us in")
    assert doctor(core, "--connect")["core.access"][0]["state"] == "ok"


def test_basic_authentication_works_both_ways(core, tmp_path):
    password = tmp_path / "password"
    password.write_text("a password of some length")
    password.chmod(0o600)
    core.world.operator.patch(f"/v1/connectors/{CONNECTOR}", {
        "api_username": "settled", "api_key": f"file:{core.sandbox.files['core_bank_key']}",
        "webhook_username": "mambu", "webhook_password": f"file:{password}"})
    shown = core.api.get(f"/v1/connectors/{CONNECTOR}")
    assert shown["webhook_username"] == "mambu" and "webhook_secret" not in shown
    assert doctor(core, "--connect")["core.access"][0]["state"] == "ok"
    body = {"event": "loan_approved", "loan_account_id": "LN-BASIC"}
    basic = {"Authorization": "Basic bWFtYnU6YSBwYXNzd29yZCBvZiBzb21lIGxlbmd0aA=="}
    assert deliver(core, body, basic).status == 200
    assert deliver(core, body, {"X-Webhook-Secret": secret(core)}).status == 401


def test_a_second_core_bank_has_rules_of_its_own(core):
    added = add_core_bank(core.world, {"repayment_refused": {"closed": "return"}}, "mambu-two")
    assert added["settings"] == {"repayment_refused": {"closed": "return"}}
    status, output, _ = settled(core, "connectors", "list")
    assert status == 0 and {"mambu", "mambu-two"} <= {one["name"] for one in json.loads(output)["data"]}
    assert settled(core, "connectors", "remove", "mambu-two")[0] == 0
    assert "--settings" not in connector_arguments(core.world)
