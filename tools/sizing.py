#!/usr/bin/python3
"""How many nodes, how much disk and how many flushes a load needs (docs/operating/scaling.md).

    tools/sizing.py --payments-per-day 5000000 --peak-factor 6 --keep-days 400

The figures of one webhook, one payment and one settlement were measured and stand below with their origin;
measure yours and replace them. Nothing here is a promise: it is arithmetic.
"""

import argparse
import dataclasses
import math

DAY_SECONDS = 86_400


@dataclasses.dataclass(frozen=True)
class Measured:
    """Of the machine that docs/performance.md names: bench/results/nodes.json, one node on PostgreSQL 15."""
    cpu_us_per_webhook: int = 382        # server, RSA and all
    cpu_us_per_settlement: int = 527     # accepted, matched, delivered over TLS
    database_cpu_us_per_payment: int = 490
    database_cpu_us_per_webhook: int = 62
    database_cpu_us_per_settlement: int = 287
    bytes_per_payment: int = 1120        # rows and indexes
    bytes_per_settlement: int = 2300     # delivered to one partner; without the webhook's row
    bytes_per_webhook: int = 1350        # released after the source's retention
    bytes_per_webhook_key: int = 190     # kept for good
    wal_bytes_per_payment: int = 1650
    wal_bytes_per_webhook: int = 1680
    wal_bytes_per_settlement: int = 5070
    units_per_commit: int = 64           # at most, base/limits.h; the fewer, the more flushes


@dataclasses.dataclass(frozen=True)
class Load:
    payments_per_day: int
    peak_factor: float = 5.0             # the busiest second, as a multiple of the mean
    other_webhooks_per_payment: float = 1.0  # outbound, holding account and other news
    webhook_days: int = 15               # the bodies' retention, a setting of the source
    keep_days: int = 400                 # of payments, settlements and events: nothing deletes them
    cores_per_node: int = 4
    use_of_cores: float = 0.5            # what is left lets one node of the rest fail
    least_nodes: int = 2


@dataclasses.dataclass(frozen=True)
class Need:
    webhooks_per_second: float
    settlements_per_second: float
    nodes: int
    server_cores: float                  # busy, at the peak
    database_cores: float                # busy, at the peak
    stored_gb: float
    wal_mb_per_second: float             # at the peak
    wal_gb_per_day: float                # what a backup of the log keeps for a day
    flushes_per_second: float            # at the peak, with full groups on every node


def need(load, measured=Measured()):
    mean = load.payments_per_day / DAY_SECONDS
    settlements = mean * load.peak_factor
    others = settlements * load.other_webhooks_per_payment
    server = (settlements * measured.cpu_us_per_settlement + others * measured.cpu_us_per_webhook) / 1e6
    database = (settlements * (measured.database_cpu_us_per_payment + measured.database_cpu_us_per_settlement)
                + others * measured.database_cpu_us_per_webhook) / 1e6
    nodes = max(load.least_nodes, math.ceil(server / (load.cores_per_node * load.use_of_cores)))
    kept = load.payments_per_day * load.keep_days * (
        measured.bytes_per_payment + measured.bytes_per_settlement
        + load.other_webhooks_per_payment * measured.bytes_per_webhook_key)
    bodies = (load.payments_per_day * (1 + load.other_webhooks_per_payment) * load.webhook_days
              * measured.bytes_per_webhook)
    wal = (measured.wal_bytes_per_payment + measured.wal_bytes_per_settlement
           + load.other_webhooks_per_payment * measured.wal_bytes_per_webhook)
    # A unit for each webhook, payment and recorded attempt.
    units = settlements * 3 + others
    return Need(webhooks_per_second=settlements + others, settlements_per_second=settlements, nodes=nodes,
                server_cores=server, database_cores=database, stored_gb=(kept + bodies) / 1e9,
                wal_mb_per_second=settlements * wal / 1e6, wal_gb_per_day=load.payments_per_day * wal / 1e9,
                flushes_per_second=units / measured.units_per_commit)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    for field in dataclasses.fields(Load):
        is_needed = field.default is dataclasses.MISSING
        parser.add_argument("--" + field.name.replace("_", "-"), type=field.type, required=is_needed,
                            default=None if is_needed else field.default)
    load = Load(**vars(parser.parse_args()))
    for name, value in dataclasses.asdict(need(load)).items():
        print(f"{name.replace('_', ' '):<24}{value:>12,.1f}" if isinstance(value, float)
              else f"{name.replace('_', ' '):<24}{value:>12,}")


if __name__ == "__main__":
    main()
