"""What the scripts next to the bench programs share: their arguments, a server with a sandbox, and how results are written."""

import argparse
import contextlib
import json
import os
import pathlib
import statistics
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "tests"))


def arguments(doc, **numbers):
    """`--build` and `--out`, and a number for each further name, with its default; the tests' support then finds the binary."""
    parser = argparse.ArgumentParser(description=doc.splitlines()[0])
    parser.add_argument("--build", type=pathlib.Path, required=True)
    parser.add_argument("--out", type=pathlib.Path)
    for name, default in numbers.items():
        parser.add_argument(f"--{name}", type=type(default), default=default)
    args = parser.parse_args()
    os.environ["SETTLED_BINARY"] = str((args.build / "settled").resolve())
    os.environ.pop("SETTLED_TEST_STORE", None)
    return args


@contextlib.contextmanager
def place_with_keys(name):
    """A directory that is removed in the end, and in it the keys of a sandbox: (directory, keys)."""
    from support.sandbox import Sandbox
    with tempfile.TemporaryDirectory(prefix=f"settled-{name}-") as path:
        directory = pathlib.Path(path)
        made = Sandbox(directory / "keys", directory / "keys.log")
        made.http.close()
        made.process.stop()
        yield directory, directory / "keys"


@contextlib.contextmanager
def one_world(name, config=""):
    """A server on SQLite and a sandbox."""
    from support.openapi import Contract
    from support.world import World
    with place_with_keys(name) as (directory, keys):
        place = directory / "world"
        place.mkdir()
        world = World(place, Contract(), keys, config)
        try:
            yield world
        finally:
            world.close()


def cpu_us(pid):
    """Of all threads of a process, user and system, since it began."""
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) * 1_000_000 // os.sysconf("SC_CLK_TCK")


def resident_mib(pid, field="VmRSS"):
    """Now, or at most so far (`VmHWM`)."""
    status = pathlib.Path(f"/proc/{pid}/status").read_text()
    return int(next(line for line in status.splitlines() if line.startswith(field)).split()[1]) / 1024


def latencies(milliseconds):
    return {"p50_ms": statistics.median(milliseconds), "p99_ms": statistics.quantiles(milliseconds, n=100)[98],
            "slowest_ms": max(milliseconds)}


def report(figures, out):
    """A table for people, JSON for programs."""
    figures = {name: round(value, 3) for name, value in figures.items()}
    for name, value in figures.items():
        print(f"  {name:<34} {value:12.3f}", flush=True)
    if out:
        out.write_text(json.dumps(figures) + "\n")
    return figures
