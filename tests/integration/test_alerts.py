"""Alerts and the dashboard: their figures are those of a running server, their rules fire when they should."""

import json
import re
import shutil
import subprocess

import pytest

from support.bank import settled_payload
from support.places import ROOT
from support.processes import run_settled
from support.waiting import wait_for

ALERTS = ROOT / "deploy" / "alerts.yml"
DASHBOARD = ROOT / "deploy" / "grafana.json"
FAMILIES = {"settled_reviews_open", "settled_review_oldest_seconds", "settled_settlements_unmatched",
            "settled_settlements_unmatched_amount", "settled_payments_overdue", "settled_deliveries_owed",
            "settled_deliveries_dead", "settled_delivery_oldest_seconds", "settled_last_webhook_seconds",
            "settled_webhook_expected_seconds", "settled_webhooks_refused_total", "settled_data_free_bytes",
            "settled_build_info"}


def named_figures():
    """Those that the rules and the dashboard's panels read, and those of the handbook."""
    panels = json.loads(DASHBOARD.read_text())["panels"]
    read = [target["expr"] for panel in panels for target in panel.get("targets", ())] + [ALERTS.read_text()]
    read.append((ROOT / "docs" / "operating" / "handbook.md").read_text())
    return {name for text in read for name in re.findall(r"settled_[a-z_]+", text)}


def text_of(world):
    return world.api.call("GET", "/metrics").body.decode()


def test_the_rules_are_well_formed_and_fire_when_they_should(tmp_path):
    if shutil.which("promtool") is None:
        pytest.skip("promtool (Debian's prometheus) is not installed")
    for file in (ALERTS, ROOT / "tests" / "fixtures" / "alerts_test.yml"):
        shutil.copy(file, tmp_path)
    for words in (["check", "rules", "alerts.yml"], ["test", "rules", "alerts_test.yml"]):
        done = subprocess.run(["promtool", *words], cwd=tmp_path, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr


def test_each_alert_names_a_check_of_doctor_and_a_page_that_is_there():
    known = {check["check"] for check in json.loads(run_settled("doctor", "--list")[1])["data"]}
    text = ALERTS.read_text()
    checks = re.findall(r"check: (\S+)", text)
    pages = re.findall(r"runbook: (\S+)", text)
    assert set(checks) <= known
    assert len(checks) == len(pages) == len(re.findall(r"- alert:", text))
    for page in pages:
        path, _, anchor = page.partition("#")
        heads = re.findall(r"^#+ (.+)$", (ROOT / path).read_text(), re.MULTILINE)
        assert not anchor or anchor in {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads}, page


def test_every_figure_of_the_alerts_and_the_dashboard_is_one_of_a_running_server(new_world):
    world = new_world()
    world.operator.patch(f"/v1/connectors/{world.connector}", {"expect_every_seconds": 7200})
    iban = world.account()
    world.bank.acknowledged("TransactionSettled", settled_payload(iban, Reference="NOBODYS-1041"))
    world.bank.deliver(b'{"Payload":{},"Nonce":1}')  # refused: it has no type
    named = named_figures()
    assert named > FAMILIES

    def unmatched():
        return world.api.metrics().get('settled_settlements_unmatched{currency="GBP"}') == 1
    wait_for(unmatched, "the figures are read again")
    text = text_of(world)
    shown = set(re.findall(r"^# TYPE (settled_\w+)", text, re.MULTILINE))
    histograms = {f"{name}_bucket" for name in re.findall(r"^# TYPE (settled_\w+) histogram", text, re.MULTILINE)}
    assert named <= shown | histograms, named - shown - histograms
    assert FAMILIES <= shown
    metrics = world.api.metrics()
    assert metrics[f'settled_webhook_expected_seconds{{connector="{world.connector}"}}'] == 7200
    assert metrics[f'settled_last_webhook_seconds{{connector="{world.connector}"}}'] < 600
    assert metrics[f'settled_webhooks_refused_total{{code="webhook_unreadable",connector="{world.connector}"}}'] == 1
    assert metrics["settled_data_free_bytes"] > 0
    build, = [name for name in metrics if name.startswith("settled_build_info{")]
    said = run_settled("--version")[1]
    assert f'version="{said.split()[1]}"' in build and f'commit="{re.search(r"[(]([0-9a-z]+)", said)[1]}"' in build


def test_figures_of_money_are_those_of_the_status(new_world):
    world = new_world()
    iban = world.account()
    world.bank.acknowledged("TransactionSettled", settled_payload(iban, amount="12.34", Reference="NOBODYS-1"))
    world.bank.acknowledged("TransactionSettled", settled_payload(iban, amount="0.05", Reference="NOBODYS-2"))
    wait_for(lambda: world.api.metrics().get('settled_settlements_unmatched{currency="GBP"}') == 2, "both are shown")
    text = text_of(world)
    assert 'settled_settlements_unmatched_amount{currency="GBP"} 12.39\n' in text, "exact, to the penny"
    money, = world.api.get("/v1/status")["money"]
    assert money["unmatched"] == {"count": 2, "value": "12.39"}
