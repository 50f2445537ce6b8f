#!/usr/bin/python3
"""A PostgreSQL for tests and benches: its own data directory, a unix socket in it, nothing else.

As a module: `with Postgres() as server: server.url`. By hand: prints `export SETTLED_TEST_POSTGRES=…`
and runs until it is interrupted; or, with a command, runs that with the URL in SETTLED_STORE_URL, its
data on the disk, and ends with the command's status. It uses Debian's postgresql-15; as root, the server itself runs as the
user postgres. It ends with the process that started it.
"""

import ctypes
import os
import pathlib
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time

BIN = pathlib.Path(os.environ.get("SETTLED_POSTGRES_BIN", "/usr/lib/postgresql/15/bin"))
START_SECONDS_MAX = 30
PORT = 5432  # names the socket; nothing listens on the network
PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None)


def is_installed():
    return (BIN / "postgres").exists() and (BIN / "initdb").exists()


def _end_with_parent():
    _libc.prctl(PR_SET_PDEATHSIG, signal.SIGINT)  # a fast shutdown


def place_in_memory(bytes_min=0):
    """Where syncing costs nothing, if there is room: what is killed loses nothing there either. Else the usual place."""
    memory = pathlib.Path("/dev/shm")
    has_room = os.access(memory, os.W_OK) and shutil.disk_usage(memory).free >= bytes_min
    return memory if has_room else pathlib.Path(tempfile.gettempdir())


class Postgres:
    """One server. `start` and `stop` may be called again and again on the same data."""

    def __init__(self, directory=None, settings=()):
        self.directory = pathlib.Path(directory or tempfile.mkdtemp(prefix="settled-pg-", dir=place_in_memory()))
        self.data = self.directory / "data"
        self.log = self.directory / "log"
        self.settings = list(settings)
        self.child = None
        self.user = {}
        if os.geteuid() == 0:
            entry = pwd.getpwnam("postgres")
            self.user = {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}
            os.chown(self.directory, entry.pw_uid, entry.pw_gid)

    @property
    def url(self):
        return self.url_of("postgres")

    def url_of(self, database):
        return f"postgresql:///{database}?host={self.directory}&port={PORT}&user=settled"

    def _run(self, *command):
        done = subprocess.run(command, capture_output=True, text=True, check=False, cwd="/",
                              stdin=subprocess.DEVNULL, **self.user)
        if done.returncode != 0:
            raise RuntimeError(f"{command[0]}: {done.stderr or done.stdout}")
        return done.stdout

    def make(self):
        self._run(BIN / "initdb", "-D", self.data, "-U", "settled", "-A", "trust", "-E", "UTF8",
                  "--locale=C", "--no-sync", "--no-instructions")
        lines = ["listen_addresses = ''", f"unix_socket_directories = '{self.directory}'", f"port = {PORT}",
                 "max_connections = 300", "max_locks_per_transaction = 256", "shared_buffers = '64MB'",
                 "logging_collector = off", *self.settings]
        with (self.data / "postgresql.auto.conf").open("a") as conf:
            conf.write("\n".join(lines) + "\n")

    def start(self):
        if not self.data.exists():
            self.make()
        self._launch()
        deadline = time.monotonic() + START_SECONDS_MAX
        while not self.is_ready():
            if time.monotonic() > deadline:
                raise RuntimeError(f"PostgreSQL does not start: {self.log.read_text()[-2000:]}")
            if self.child.poll() is not None:  # what a killed one left behind is still going away
                self._launch()
            time.sleep(0.02)
        return self

    def _launch(self):
        with self.log.open("ab") as log:
            self.child = subprocess.Popen([BIN / "postgres", "-D", self.data], stdin=subprocess.DEVNULL,
                                          stdout=log, stderr=log, cwd="/", start_new_session=True,
                                          preexec_fn=_end_with_parent, **self.user)

    def is_ready(self):
        return subprocess.run([BIN / "pg_isready", "-q", "-h", self.directory, "-p", str(PORT)],
                              check=False, cwd="/").returncode == 0

    def stop(self, how=signal.SIGINT):
        """SIGINT: in order, without waiting for clients. SIGQUIT: as in a crash."""
        if self.child is None:
            return
        if self.child.poll() is None:
            self.child.send_signal(how)
        try:
            self.child.wait(START_SECONDS_MAX)
        except subprocess.TimeoutExpired:
            self.child.kill()
            self.child.wait()
        self.child = None

    def sql(self, text, database="postgres"):
        """What psql prints, a line for each row, columns by tabs."""
        return self._run(BIN / "psql", "-X", "-q", "-A", "-t", "-F", "\t", "-v", "ON_ERROR_STOP=1",
                         "-d", self.url_of(database), "-c", text).rstrip("\n")

    def standby(self):
        """A copy that follows this server, which then waits for it in each commit."""
        other = Postgres()
        self._run(BIN / "pg_basebackup", "-D", other.data, "-h", self.directory, "-p", str(PORT), "-U", "settled",
                  "-R", "-X", "stream", "--no-sync", "-c", "fast")
        with (other.data / "postgresql.auto.conf").open("a") as conf:
            conf.write(f"unix_socket_directories = '{other.directory}'\n")
        other.start()
        self.sql("ALTER SYSTEM SET synchronous_standby_names = '*'")
        self.sql("SELECT pg_reload_conf()")
        deadline = time.monotonic() + START_SECONDS_MAX
        while self.sql("SELECT count(*) FROM pg_stat_replication WHERE sync_state = 'sync'") != "1":
            if time.monotonic() > deadline:
                raise RuntimeError(f"the standby does not follow: {other.log.read_text()[-2000:]}")
            time.sleep(0.05)
        return other

    def promote(self):
        self._run(BIN / "pg_ctl", "promote", "-D", self.data, "-w")

    def remove(self):
        self.stop()
        shutil.rmtree(self.directory, ignore_errors=True)

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.remove()


def run_with_store(command):
    """Ctrl-C reaches the command too: it ends in its own time, then the server does."""
    directory = tempfile.mkdtemp(prefix="settled-pg-")
    child = None

    def pass_on(number, _):
        if child is not None:
            child.send_signal(number)

    signal.signal(signal.SIGINT, lambda *_: None)
    signal.signal(signal.SIGTERM, pass_on)
    with Postgres(directory) as server:
        child = subprocess.Popen(command, env=os.environ | {"SETTLED_STORE_URL": server.url})
        status = child.wait()
    return status if status >= 0 else 128 - status


def main():
    if not is_installed():
        sys.exit(f"there is no PostgreSQL in {BIN}; install postgresql-15 (make setup)")
    if len(sys.argv) > 1:
        return run_with_store(sys.argv[1:])
    with Postgres() as server:
        print(f"export SETTLED_TEST_POSTGRES='{server.url}'", flush=True)
        try:
            signal.pause()
        except KeyboardInterrupt:
            pass
    return 0


if __name__ == "__main__":
    sys.exit(main())
