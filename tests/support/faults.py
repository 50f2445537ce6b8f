"""Faults at chosen system calls, by strace: kill, EIO, ENOSPC at the Nth write or fsync.

The N is counted in each thread. A server whose store was closed well starts without a write, so that
the Nth call is the Nth of the store's writer.
"""

import os
import re
import shutil
import subprocess

import pytest

SYNCS = "fdatasync,fsync"
WRITES = "pwrite64"


def require_ptrace():
    """Without ptrace these tests prove nothing: skipped with a reason, and a failure in CI."""
    reason = None
    if not shutil.which("strace"):
        reason = "strace is not installed"
    elif os.geteuid() != 0:
        reason = "the server closes itself to debuggers of other users, so this takes root"
    else:
        probe = subprocess.run(["strace", "-f", "-qq", "-o", "/dev/null", "-e", "trace=fdatasync",
                                "true"], capture_output=True, text=True, check=False)
        if probe.returncode != 0:
            reason = f"strace cannot trace here: {probe.stderr.strip()[:200]}"
    if reason and os.environ.get("CI") == "true":
        pytest.fail(f"CRASH TESTS CANNOT RUN: {reason}")
    if reason:
        pytest.skip(f"CRASH TESTS NOT RUN, durability is not shown: {reason}")


class Strace:
    """Wraps a program; afterwards says how often the calls were made and where the fault struck."""

    def __init__(self, log, calls, fault=None, when=None, files=()):
        """`files`: only calls on these count (the -shm file is memory, and written at each start)."""
        self.log = log
        self.wrapper = ["strace", "-f", "-q", "-o", str(log), "-e", f"trace={calls}"]
        for file in files:
            self.wrapper += ["-P", str(file)]
        if fault:
            self.wrapper += ["-e", f"inject={calls}:{fault}:when={when}"]

    def text(self):
        return self.log.read_text() if self.log.exists() else ""

    def calls(self):
        """Most calls that one thread made."""
        by_thread = {}
        for line in self.text().splitlines():
            if re.match(r"\d+ +\w+\(", line):
                thread = line.split()[0]
                by_thread[thread] = by_thread.get(thread, 0) + 1
        return max(by_thread.values(), default=0)

    def injected(self):
        return self.text().count("(INJECTED)") > 0

    def killed(self):
        return "killed by SIGKILL" in self.text()
