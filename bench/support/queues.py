"""Two queues that people deliver webhooks with, measured by bench/delivery_queues: River on PostgreSQL, and asynq on Redis that syncs each
write. Each is left out where what it needs is not installed (Go; postgresql-15; redis-server, or its path in SETTLED_BENCH_REDIS)."""

import contextlib
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

from served import ROOT

sys.path.insert(0, str(ROOT / "tools"))


def _go():
    return shutil.which("go") or shutil.which("go", path="/usr/local/go/bin")


def _redis():
    return os.environ.get("SETTLED_BENCH_REDIS") or shutil.which("redis-server")


@contextlib.contextmanager
def _postgres(directory):
    from postgres_server import Postgres
    with Postgres(directory, ["shared_buffers = '256MB'", "max_wal_size = '4GB'"]) as server:
        yield server.url


@contextlib.contextmanager
def _synced_redis(directory):
    from support.waiting import wait_for
    place = pathlib.Path(directory) / "redis.sock"
    process = subprocess.Popen([_redis(), "--port", "0", "--unixsocket", place, "--dir", directory, "--save", "", "--appendonly", "yes",
                                "--appendfsync", "always"], stdout=subprocess.DEVNULL)
    try:
        wait_for(place.exists, "Redis listens", seconds=20)
        yield place
    finally:
        process.terminate()
        process.wait()


def _missing(name):
    from postgres_server import is_installed
    if not _go():
        return "Go"
    if name == "river":
        return None if is_installed() else "postgresql-15"
    return None if _redis() else "redis-server"


@contextlib.contextmanager
def built():
    """The program; None where it cannot be built."""
    if not _go():
        yield None
        return
    with tempfile.TemporaryDirectory(prefix="settled-queues-") as directory:
        program = pathlib.Path(directory) / "delivery_queues"
        subprocess.run([_go(), "build", "-o", program, "."], cwd=ROOT / "bench" / "delivery_queues", check=True)
        yield program


def measure(program, name, target, count, workers, size):
    """Figures of one queue, on a disk where the server's stores are; {} where it cannot run."""
    missing = _missing(name)
    if missing or program is None:
        print(f"  {name} is left out: there is no {missing}", flush=True)
        return {}
    with tempfile.TemporaryDirectory(prefix="settled-queues-") as directory:
        pathlib.Path(directory).chmod(0o755)
        with {"river": _postgres, "asynq": _synced_redis}[name](directory) as where:
            done = subprocess.run([program, name, where, target, str(count), str(workers), str(size)], stdout=subprocess.PIPE, text=True,
                                  check=True, timeout=300)
    return {f"{name}.{figure}": value for figure, value in json.loads(done.stdout).items()}
