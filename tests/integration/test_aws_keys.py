"""Keys and tokens in AWS Secrets Manager and S3, which moto stands for: it verifies every signature."""

import base64
import email.utils
import json
import pathlib
import ssl
import time

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding

from support.authority import Authority, shown_certificate
from support.aws import Aws
from support.bank import new_key, private_pem, settled_payload
from support.hsm import SETTINGS as HSM_SETTINGS, Token
from support.money_out import CALLS, MoneyOut
from support.postgres import is_engine
from support.processes import run_settled
from support.waiting import wait_for

SETTINGS = '[custody]\nrefresh_seconds = 5\n[aws]\ntenant_prefix = "tenants"\n'
SIGNING = "aws-sm:settled/keys?member=signing"
TOKEN = "s3://settled-keys/bank/api.token"


@pytest.fixture(scope="module")
def running():
    double = Aws()
    yield double
    double.close()


@pytest.fixture
def aws(running, monkeypatch):
    for name, value in running.variables.items():
        monkeypatch.setenv(name, value)
    yield running
    running.back()
    running.allow("*")


@pytest.fixture
def world(aws, new_world):
    return new_world(SETTINGS)


def put_key(aws, key, name="settled/keys"):
    aws.put_secret(name, json.dumps({"signing": private_pem(key), "other": 1}))


def settled(world, *words):
    return run_settled(*words, "--data", world.data, "--config", world.config)


def done(world, *words):
    status, output, error = settled(world, *words)
    assert status == 0, (words, output, error)
    return json.loads(output)


def signs(answer, key):
    try:
        key.public_key().verify(base64.b64decode(answer.headers["DigitalSignature"]), answer.body, padding.PKCS1v15(),
                                hashes.SHA256())
        return True
    except InvalidSignature:
        return False


def answered(world, iban):
    answer = world.bank.settle(settled_payload(iban))
    assert answer.status == 200, answer.body
    return answer


def readiness(world):
    ready = world.api.with_key(None).call("GET", "/readyz")
    assert ready.status == 200, ready.body
    return ready.json


def unavailable(world):
    return readiness(world).get("connectors_unavailable")


def kept(world, code):
    return [line for line in world.server.log_lines("connector.key_kept") if line["code"] == code]


def test_answers_and_calls_are_made_with_a_key_and_a_token_from_aws(aws, new_world):
    world = new_world(SETTINGS + CALLS)
    money = MoneyOut(world)
    files = world.sandbox.files
    institution = world.sandbox.institution_key
    put_key(aws, institution)
    token = pathlib.Path(files["api_token"]).read_text()
    aws.put_object("settled-keys", "bank/api.token", token)
    shown = done(world, "connectors", "set", "clearbank", "--signing-key", SIGNING, "--api-token", TOKEN)
    assert (shown["signing_key"]["custody"], shown["signing_key"]["uri"]) == ("secrets_manager", SIGNING)
    assert signs(answered(world, world.account()), institution)
    assert money.until(money.order(), "settled")["status"] == "settled", "the bank has verified token and signature"
    listed = {entry["use"]: entry["custody"] for entry in done(world, "signing-keys", "list")["data"]}
    assert listed["signing_key"] == "secrets_manager" and listed["api_token"] == "s3"
    _, output, _ = settled(world, "doctor", "--check", "connector.custody")
    assert "not an HSM" in output
    assert world.server.stop() == 0
    log = world.log.read_text()
    for secret in (token.strip(), aws.secret_key, private_pem(institution).splitlines()[5]):
        assert secret not in log


def test_a_key_that_was_changed_in_aws_is_taken_and_no_answer_fails(aws, world):
    old, new = world.sandbox.institution_key, new_key()
    put_key(aws, old)
    done(world, "connectors", "set", "clearbank", "--signing-key", SIGNING)
    iban = world.account()
    assert signs(answered(world, iban), old)
    put_key(aws, new)

    def is_taken():
        answer = answered(world, iban)
        assert signs(answer, old) or signs(answer, new)
        return signs(answer, new)
    wait_for(is_taken, "the new key signs", every=0.1)


def test_the_last_key_is_kept_while_aws_is_away_or_denies_it(aws, world):
    key = world.sandbox.institution_key
    put_key(aws, key)
    done(world, "connectors", "set", "clearbank", "--signing-key", SIGNING)
    iban = world.account()
    for trouble, code in ((aws.away, "aws_unreachable"), (lambda: aws.allow("s3:*"), "aws_denied"),
                          (lambda: aws.put_secret("settled/keys", "no JSON"), "key_unsuitable")):
        trouble()
        wait_for(lambda code=code: kept(world, code), f"{code} is met when the key is read again")
        assert signs(answered(world, iban), key) and unavailable(world) is None
        assert readiness(world)["keys_kept"] == ["clearbank"]
        aws.back()
        aws.allow("*")
        put_key(aws, key)
        before = len(world.server.log_lines("connector.usable"))
        wait_for(lambda before=before: "connector" in str(world.server.log_lines("connector.usable")[-1:]) and
                 stale(world) == 0, f"it is read again after {code}, {before}")
        wait_for(lambda: "keys_kept" not in readiness(world), lambda: f"the key is no kept one: {readiness(world)}")


def stale(world):
    text = world.api.call("GET", "/metrics").body.decode()
    line, = [line for line in text.splitlines() if line.startswith("settled_secret_stale_seconds ")]
    return float(line.split()[1])


def test_a_start_without_aws_says_so_and_heals(aws, world):
    key = world.sandbox.institution_key
    put_key(aws, key)
    world.add_connector("other")
    done(world, "connectors", "set", "clearbank", "--signing-key", SIGNING)
    iban = world.account()
    assert world.server.stop() == 0
    aws.away()
    world.start()
    began = time.monotonic()
    refused = world.bank.settle(settled_payload(iban))
    assert (refused.status, refused.code) == (503, "key_unavailable") and int(refused.headers["Retry-After"]) >= 1
    assert time.monotonic() - began < 4
    assert unavailable(world) == ["clearbank"]
    assert world.bank.deliver(b"{}", target="/hooks/other").status == 400, "the other connector goes on"
    aws.back()
    wait_for(lambda: unavailable(world) is None, "the key is read by itself")
    assert signs(answered(world, iban), key)


def test_a_secret_that_cannot_be_read_is_refused_by_its_reason_and_changes_nothing(aws, world):
    put_key(aws, new_key())
    aws.put_secret("settled/plain", "hush")
    aws.put_object("settled-keys", "open.pem", private_pem(new_key()), encryption="AES256")
    hour = email.utils.formatdate(time.time() + 3600, usegmt=True)
    for uri, trouble, code, words in (
            ("aws-sm:settled/none", None, "aws_not_found", ""),
            (SIGNING, lambda: aws.allow("s3:*"), "aws_denied", "policies"),
            (SIGNING, aws.away, "aws_unreachable", ""),
            (SIGNING, lambda: aws.says(400, "ExpiredTokenException"), "aws_credentials_expired", "have expired"),
            (SIGNING, lambda: aws.says(400, "RequestExpired", Date=hour), "aws_clock_skew", " s off"),
            ("s3://settled-keys/open.pem", None, "value_invalid", "KMS"),
            ("aws-sm:settled/plain", None, "value_invalid", ""),
            ("aws-sm:settled/keys?member=none", None, "value_invalid", "member"),
            ("aws-sm:hush?password=1", None, "value_invalid", "")):
        if trouble:
            trouble()
        status, output, error = settled(world, "connectors", "set", "clearbank", "--signing-key", uri)
        assert status == 1 and code in output + error and words in output + error, (uri, output, error)
        assert "hush" not in output + error
        aws.back()
        aws.allow("*")
    assert signs(answered(world, world.account()), world.sandbox.institution_key)


def test_the_master_key_is_read_from_aws_and_never_made_anew(aws, new_world):
    if is_engine():
        pytest.skip("the settings of that store are another section")
    aws.put_secret("settled/master", "0123456789abcdef" * 4)
    world = new_world(SETTINGS + '[store]\nmaster_key = "aws-sm:settled/master"\n')
    world.bank.acknowledged("TransactionSettled", settled_payload(world.account()), version=6)
    assert not list(world.directory.rglob("master.key")) and world.server.stop() == 0
    aws.away()
    waiting = world.start(ready=False)
    wait_for(lambda: waiting.log_lines("server.listening"), "it waits for its master key")
    assert "settled/master" in waiting.log_text() and not list(world.directory.rglob("master.key"))
    aws.back()
    assert waiting.wait_until_ready()
    world.connect()
    world.bank.acknowledged("TransactionSettled", settled_payload(world.account()), version=6)


def test_a_tenant_s_key_names_what_is_below_its_prefix_and_nothing_else(aws, world):
    put_key(aws, new_key(), "tenants/main/keys")
    put_key(aws, new_key(), "tenants/other/keys")
    put_key(aws, new_key(), "settled/keys")

    def change(name):
        return world.api.call("PATCH", "/v1/connectors/clearbank", {"signing_key": f"aws-sm:{name}?member=signing"})
    assert change("tenants/main/keys").status == 200
    said = set()
    for name in ("tenants/other/keys", "settled/keys", "tenants/main/none", "tenants/mai"):
        refused = change(name)
        assert (refused.status, refused.code) == (422, "value_invalid"), refused.body
        said.add(refused.json["detail"])
    assert len(said) == 1, "one answer, whatever the reason"


def test_the_pin_of_a_token_is_in_aws(aws, tmp_path, monkeypatch, new_world):
    token = Token(tmp_path / "hsm", monkeypatch)
    aws.put_secret("settled/hsm", json.dumps({"pin": "pin-of-the-test-4321"}))
    world = new_world(SETTINGS + HSM_SETTINGS)
    uri = "pkcs11:token=main;object=signing?pin-source=aws-sm:settled/hsm%3Fmember=pin"
    made = done(world, "signing-keys", "generate", uri)
    shown = done(world, "connectors", "set", "clearbank", "--signing-key", uri)
    assert shown["signing_key"]["fingerprint"] == made["fingerprint"]
    public = serialization.load_pem_public_key(made["public_key"].encode())
    iban = world.account()

    def is_signed_in_the_token():
        answer = world.bank.settle(settled_payload(iban))
        if answer.status == 200:
            public.verify(base64.b64decode(answer.headers["DigitalSignature"]), answer.body, padding.PKCS1v15(), hashes.SHA256())
        return answer.status == 200
    assert is_signed_in_the_token()
    token.take_out()
    aws.away()
    assert not is_signed_in_the_token()
    token.put_back()
    aws.back()
    wait_for(is_signed_in_the_token, "the PIN is read again, and the token signs")
    assert "pin-of-the-test-4321" not in world.server.log_text()


def test_the_server_s_tls_key_is_in_aws_and_replaced_without_a_restart(aws, new_world):
    authority, world = Authority(), new_world(SETTINGS)
    certificate, key = world.directory / "tls.pem", world.directory / "tls.key"
    first = authority.issue(certificate, key)
    aws.put_secret("settled/tls", key.read_text())
    key.unlink()
    assert world.server.stop() == 0
    world.write_config(SETTINGS + f'[server]\ntls_certificate = "{certificate}"\ntls_key = "aws-sm:settled/tls"\n')
    server, trust = world.start(), ssl.create_default_context(cadata=authority.pem)
    assert shown_certificate(server.port, trust) == first
    second = authority.issue(certificate, key)
    aws.put_secret("settled/tls", key.read_text())
    wait_for(lambda: shown_certificate(server.port, trust) == second, "certificate and key are read again")
    aws.away()
    wait_for(lambda: "what it read before" in settled(world, "doctor", "--check", "tls.expiry")[1], "doctor says so")
    assert shown_certificate(server.port, trust) == second, "what was read stays in use"
    assert "PRIVATE KEY" not in server.log_text()


@pytest.mark.parametrize("trouble, code", [
    (Aws.away, "aws_unreachable"),
    (lambda aws: aws.says(400, "ExpiredTokenException"), "aws_credentials_expired"),
    (lambda aws: aws.allow("s3:*"), "aws_denied")], ids=["away", "expired", "denied"])
def test_a_start_without_the_tls_key_says_so_and_serves_when_it_is_there(aws, new_world, trouble, code):
    authority, world = Authority(), new_world(SETTINGS)
    certificate, key = world.directory / "tls.pem", world.directory / "tls.key"
    issued = authority.issue(certificate, key)
    aws.put_secret("settled/tls", key.read_text())
    key.unlink()
    assert world.server.stop() == 0
    world.write_config(SETTINGS + f'[server]\ntls_certificate = "{certificate}"\ntls_key = "aws-sm:settled/tls"\n')
    trouble(aws)
    server = world.start(ready=False)
    said = wait_for(lambda: server.log_lines("server.waiting"), lambda: f"it waits: {server.log_text()}")[0]
    assert said["code"] == code and "server.tls_key" in str(said) and "settled/tls" in str(said), said
    assert not server.log_lines("server.listening"), "nobody is answered in plain text"
    aws.back()
    aws.allow("*")
    assert server.wait_until_ready()
    assert shown_certificate(server.port, ssl.create_default_context(cadata=authority.pem)) == issued


def test_a_server_that_waits_for_its_tls_key_ends_when_it_is_asked_to(aws, new_world):
    authority, world = Authority(), new_world(SETTINGS)
    certificate, key = world.directory / "tls.pem", world.directory / "tls.key"
    authority.issue(certificate, key)
    assert world.server.stop() == 0
    world.write_config(SETTINGS + f'[server]\ntls_certificate = "{certificate}"\ntls_key = "aws-sm:settled/tls-none"\n')
    server = world.start(ready=False)
    wait_for(lambda: server.log_lines("server.waiting"), "it waits")
    assert server.stop() == 0
