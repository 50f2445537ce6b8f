"""Real processes: the server and the sandbox, started, watched through their logs, ended by their id."""

import ctypes
import json
import os
import pathlib
import signal
import subprocess

from .places import binary
from .waiting import wait_for

STOP_SECONDS = 60
PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None)


def _die_with_parent():
    """In the child: a test run that is killed leaves no server behind."""
    _libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def run_settled(*arguments, cwd=None, seconds=60, wrapper=()):
    """One command to its end: (exit status, stdout, stderr)."""
    done = subprocess.run([*wrapper, binary(), *map(str, arguments)], cwd=cwd, capture_output=True, text=True,
                          stdin=subprocess.DEVNULL, timeout=seconds, check=False, env=environment(bool(wrapper)))
    return done.returncode, done.stdout, done.stderr


def environment(is_wrapped):
    """Leaks cannot be looked for under a debugger (builds with AddressSanitizer)."""
    known = dict(os.environ)
    if is_wrapped:
        known["ASAN_OPTIONS"] = ":".join(filter(None, [known.get("ASAN_OPTIONS"), "detect_leaks=0"]))
    return known


class Process:
    """A child with its output in files, in a process group of its own."""

    def __init__(self, arguments, log, cwd=None, wrapper=(), variables=None):
        self.log = pathlib.Path(log)
        self.log_start = self.log.stat().st_size if self.log.exists() else 0
        self.output = self.log.with_suffix(".out")
        self.is_wrapped = bool(wrapper)
        with self.log.open("ab") as log_file, self.output.open("wb") as output:
            self.child = subprocess.Popen([*wrapper, binary(), *map(str, arguments)], cwd=cwd,
                                          stdin=subprocess.DEVNULL, stdout=output, stderr=log_file,
                                          env=environment(self.is_wrapped) | (variables or {}),
                                          start_new_session=True, preexec_fn=_die_with_parent)

    @property
    def pid(self):
        """Of the program itself, not of what it runs under; None when it is gone."""
        if not self.is_wrapped:
            return self.child.pid
        try:
            children = pathlib.Path(f"/proc/{self.child.pid}/task/{self.child.pid}/children").read_text()
        except OSError:
            return None
        return int(children.split()[0]) if children.split() else None

    def is_running(self):
        return self.child.poll() is None

    def signal(self, number):
        pid = self.pid
        if pid:
            try:
                os.kill(pid, number)
            except ProcessLookupError:
                pass

    def wait(self, seconds=STOP_SECONDS):
        return self.child.wait(seconds)

    def stop(self, seconds=STOP_SECONDS):
        """Asks it to end and waits; its exit status."""
        if self.is_running():
            self.signal(signal.SIGTERM)
            try:
                self.child.wait(seconds)
            except subprocess.TimeoutExpired:
                self.kill()
                raise
        return self.child.returncode

    def kill(self):
        """kill -9, of the whole group: nothing is left behind."""
        try:
            os.killpg(self.child.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self.child.wait(STOP_SECONDS)

    def log_text(self):
        """Since this start."""
        with self.log.open("rb") as file:
            file.seek(self.log_start)
            return file.read().decode(errors="replace")

    def log_lines(self, event=None):
        """The JSON lines of the log, or those of one event."""
        lines = [json.loads(line) for line in self.log_text().splitlines() if line.startswith("{")]
        return [line for line in lines if event is None or line["event"] == event]


class Server(Process):
    """`settled serve`. Ready when the constructor returns, unless ready=False."""

    def __init__(self, data, log, config=None, listen="127.0.0.1:0", wrapper=(), ready=True, cwd=None,
                 variables=None, arguments=()):
        arguments = ["serve", *arguments]
        arguments += ["--config", config] if config else []
        arguments += ["--data", data] if data else []
        arguments += ["--listen", listen] if listen else []
        super().__init__(arguments, log, cwd=cwd, wrapper=wrapper, variables=variables)
        self.data = pathlib.Path(data) if data else pathlib.Path(cwd) / "data"
        self.port = None
        if ready:
            try:
                self.wait_until_ready()
            except BaseException:
                self.kill()
                raise

    def wait_until_ready(self):
        """False when it ended before it was ready."""
        def is_decided():
            return "server.ready" in self.log_text() or not self.is_running()
        wait_for(is_decided, lambda: f"the server gets ready: {self.log_text()[-2000:]}")
        ready = self.log_lines("server.ready") if self.is_running() else []
        if ready:
            self.port = ready[0]["port"]
        elif not self.is_wrapped:
            raise AssertionError(f"the server ended with {self.child.returncode}: {self.log_text()}")
        return bool(ready)

    @property
    def socket(self):
        return self.data / "control.sock"


class SandboxProcess(Process):
    def __init__(self, directory, log, answer_within_ms=5000, retry_every_ms=300, retry_for_ms=600_000,
                 core_bank_retry_ms=100):
        super().__init__(["sandbox", "--dir", directory, "--answer-within-ms", answer_within_ms,
                          "--retry-every-ms", retry_every_ms, "--retry-for-ms", retry_for_ms,
                          "--core-bank-retry-ms", core_bank_retry_ms], log)

        def control_line():
            assert self.is_running(), f"the sandbox ended: {self.log_text()}"
            return [line for line in self.output.read_text().splitlines() if "control" in line]
        line = wait_for(control_line, lambda: f"the sandbox starts: {self.log_text()}")[0]
        self.control_port = int(line.split("127.0.0.1:")[1].split()[0])
