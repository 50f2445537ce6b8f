#!/usr/bin/python3
"""Runs the bench programs of a build and keeps what they measured in bench/results/NAME.json.

A bench program is BUILD/bench/bench_NAME: it prints a table, and writes JSON to `--out FILE`. A result
is replaced only when its program ended well. SCRIPTS are programs next to them, for what needs the support of the tests.
"""

import argparse
import json
import os
import pathlib
import subprocess
import sys
import tempfile

from postgres_server import Postgres

ROOT = pathlib.Path(__file__).resolve().parent.parent


SCRIPTS = {name: ROOT / "bench" / f"{name}.py"
           for name in ("catch_up", "delivery", "find", "front_door", "hsm", "linkage", "lists", "loans", "orders")}

# Programs that get a PostgreSQL, on the disk where they make their SQLite stores.
NEED_POSTGRES = ("access", "match", "nodes")


def run_with_what_it_needs(name, command, results):
    if name not in NEED_POSTGRES:
        return run(name, command, results)
    directory = tempfile.mkdtemp(prefix="settled-bench-pg-", dir=os.environ.get("TMPDIR", "/tmp"))
    with Postgres(directory, ["shared_buffers = '256MB'", "max_wal_size = '4GB'"]) as server:
        os.environ["SETTLED_BENCH_POSTGRES"] = server.url
        return run(name, command, results)


def run(name, command, results):
    fresh = results / f".{name}.json"
    print(f"\n===== {name}", flush=True)
    try:
        status = subprocess.run([*command, "--out", fresh], stdin=subprocess.DEVNULL, check=False).returncode
        if status != 0:
            print(f"{name}: ended with status {status}; its result stays as it was")
            return False
        json.loads(fresh.read_text())
        fresh.replace(results / f"{name}.json")
        return True
    except (OSError, ValueError) as problem:
        print(f"{name}: wrote no JSON to {fresh}: {problem}")
        return False
    finally:
        fresh.unlink(missing_ok=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", type=pathlib.Path, required=True)
    parser.add_argument("--only", default="")
    args = parser.parse_args()
    programs = {path.name.removeprefix("bench_"): [path] for path in sorted((args.build / "bench").glob("bench_*"))
                if path.is_file() and os.access(path, os.X_OK)}
    programs |= {name: [sys.executable, script, "--build", args.build] for name, script in SCRIPTS.items()}
    chosen = {name: command for name, command in programs.items() if args.only in ("", name)}
    if not chosen:
        sys.exit(f"no bench called '{args.only}'; there are: {', '.join(programs)}")
    results = ROOT / "bench" / "results"
    results.mkdir(parents=True, exist_ok=True)
    failed = sum(not run_with_what_it_needs(name, command, results) for name, command in chosen.items())
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
