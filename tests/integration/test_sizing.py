"""The sizing that the documentation shows is what the tool computes, and what it computes is right."""

import subprocess
import sys

from support.places import ROOT

sys.path.insert(0, str(ROOT / "tools"))
import sizing  # noqa: E402


def test_the_documented_example_is_what_the_tool_says():
    text = (ROOT / "docs" / "operating" / "scaling.md").read_text()
    shown = text.split("$ tools/sizing.py ")[1].split("```")[0]
    arguments, _, output = shown.partition("\n")
    said = subprocess.run([sys.executable, ROOT / "tools" / "sizing.py", *arguments.split()], capture_output=True,
                          text=True, check=True, timeout=60)
    assert said.stdout == output


def test_figures_follow_from_the_load():
    measured = sizing.Measured(
        cpu_us_per_webhook=100, cpu_us_per_settlement=300, database_cpu_us_per_payment=50,
        database_cpu_us_per_webhook=50, database_cpu_us_per_settlement=150, bytes_per_payment=10,
        bytes_per_settlement=20, bytes_per_webhook=5, bytes_per_webhook_key=1, wal_bytes_per_payment=40, wal_bytes_per_webhook=25,
        wal_bytes_per_settlement=60, units_per_commit=50)
    load = sizing.Load(payments_per_day=86_400_000, peak_factor=10, other_webhooks_per_payment=2, webhook_days=10,
                       keep_days=100, cores_per_node=2, use_of_cores=0.5)
    need = sizing.need(load, measured)  # 1,000 a second, 10,000 at the peak
    assert round(need.settlements_per_second) == 10_000 and round(need.webhooks_per_second) == 30_000
    assert round(need.server_cores, 6) == 5 and need.nodes == 5 and round(need.database_cores, 6) == 3
    assert round(need.stored_gb, 3) == 86.4 * (100 * 32 + 3 * 10 * 5) / 1000
    assert round(need.wal_mb_per_second, 6) == 1.5 and round(need.wal_gb_per_day, 6) == 12.96
    assert round(need.flushes_per_second) == 1_000


def test_a_small_load_has_two_nodes_still():
    assert sizing.need(sizing.Load(payments_per_day=1)).nodes == 2
