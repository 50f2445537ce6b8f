"""Webhooks through API Gateway and a load balancer: what these change breaks no signature, and what they say of the client is
believed from them alone."""

import json
import pathlib
import socket
import subprocess

import pytest
import yaml

from support.aws import PYTHON
from support.bank import new_nonce, settled_payload, webhook_text
from support.places import ROOT
from support.waiting import wait_for

TEMPLATE = ROOT / "deploy" / "aws" / "settled.yaml"
CLIENT = "198.51.100.7"


@pytest.fixture
def world(new_world):
    return new_world('[server]\ntrusted_proxies = ["127.0.0.1/32"]\n[log]\nlevel = "debug"')


def through_gateway(world, body, signature, lower=True, more=()):
    """As the gateway writes it: (status, headers with lower-case names, body)."""
    fields = [("Host", "a1b2c3.execute-api.eu-west-2.amazonaws.com"), ("Content-Type", "application/json"),
              ("DigitalSignature", signature), ("Content-Length", str(len(body))),
              ("Via", "HTTP/1.1 AmazonAPIGateway"), ("Forwarded", f"by=10.0.0.9;for={CLIENT};host=a1b2c3;proto=https"),
              ("X-Forwarded-For", CLIENT), ("X-Forwarded-Port", "443"), ("X-Forwarded-Proto", "https"),
              ("X-Amzn-Trace-Id", "Root=1-674b2e3a-0123456789abcdef01234567"), ("X-Amzn-Apigateway-Api-Id", "a1b2c3"),
              ("Connection", "close"), *more]
    head = "".join(f"{name.lower() if lower else name.upper()}: {value}\r\n" for name, value in fields)
    with socket.create_connection(("127.0.0.1", world.server.port), timeout=20) as connection:
        connection.sendall(f"POST /hooks/clearbank HTTP/1.1\r\n{head}\r\n".encode() + body)
        answer = b""
        while part := connection.recv(65536):
            answer += part
    top, _, rest = answer.partition(b"\r\n\r\n")
    lines = top.decode().split("\r\n")
    headers = {name.lower(): value for name, value in (line.split(": ", 1) for line in lines[1:])}
    return int(lines[0].split()[1]), headers, rest


@pytest.mark.parametrize("lower", [True, False], ids=["lower case", "upper case"])
def test_a_webhook_is_taken_and_its_answer_signed(world, lower):
    nonce = new_nonce()
    # Bytes that a proxy which parses and writes JSON again would change.
    body = webhook_text("TransactionSettled", settled_payload(world.account(), amount="70.00"), nonce, 6)
    body = body.replace(b'"Type"', b' \t"Type"', 1) + b"\n"
    status, headers, answer = through_gateway(world, body, world.bank.signature(body), lower)
    assert status == 200 and json.loads(answer) == {"Nonce": nonce}, answer

    class Message:
        def __init__(self):
            self.status, self.body, self.json = status, answer, json.loads(answer)
            self.headers = self

        def get(self, name, default=None):
            return headers.get(name.lower(), default)

        def get_all(self, name):
            return [headers[name.lower()]] if name.lower() in headers else []

        def __getitem__(self, name):
            return headers[name.lower()]
    assert world.bank.is_acknowledged(Message(), nonce), "the bank's own rules hold"
    wait_for(lambda: [line for line in world.server.log_lines("http.answered") if line["peer"] == CLIENT],
             "the client is known")


def test_a_body_that_was_written_anew_on_its_way_is_refused(world):
    body = webhook_text("TransactionSettled", settled_payload(world.account()), new_nonce(), 6)
    signature = world.bank.signature(body)
    status, _, answer = through_gateway(world, json.dumps(json.loads(body)).encode(), signature)
    assert (status, json.loads(answer)["code"]) == (401, "signature_invalid")


def template():
    class Loader(yaml.SafeLoader):
        pass
    for tag in ("!Ref", "!Sub", "!GetAtt", "!Select"):
        Loader.add_constructor(tag, lambda loader, node, tag=tag: {tag: loader.construct_scalar(node)
                               if isinstance(node, yaml.ScalarNode) else loader.construct_sequence(node, deep=True)})
    return yaml.load(pathlib.Path(TEMPLATE).read_text(), Loader)


def test_the_template_leads_webhooks_through_and_nothing_else():
    resources = template()["Resources"]
    routes = [each["Properties"]["RouteKey"] for each in resources.values() if each["Type"] == "AWS::ApiGatewayV2::Route"]
    assert routes == ["POST /hooks/{connector}"]
    assert resources["Balancer"]["Properties"]["Scheme"] == "internal"
    assert resources["Targets"]["Properties"]["HealthCheckPath"] == "/readyz"
    actions = [each["Action"] for each in resources["ReadSecrets"]["Properties"]["PolicyDocument"]["Statement"]]
    assert actions == ["secretsmanager:GetSecretValue", "kms:Decrypt"]


def test_the_template_is_one_that_cloudformation_takes():
    if not PYTHON.with_name("cfn-lint").exists():
        pytest.skip("cfn-lint is not installed: tools/test_python.sh")
    done = subprocess.run([PYTHON.with_name("cfn-lint"), TEMPLATE], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
