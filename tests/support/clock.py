"""The machine's clock, as far as one server sees it, set by a test while the server runs."""

import functools
import pathlib
import shutil
import struct
import subprocess
import tempfile

import pytest

from .places import binary

DAY = 24 * 3600
_SOURCE = pathlib.Path(__file__).with_name("clock.c")


@functools.cache
def _library():
    compiler = next(filter(None, map(shutil.which, ("cc", "clang", "clang-19", "gcc"))), None)
    assert compiler, "a C compiler is needed to set a server's clock"
    library = pathlib.Path(tempfile.mkdtemp(prefix="settled-clock-")) / "clock.so"
    subprocess.run([compiler, "-shared", "-fPIC", "-O1", "-o", library, _SOURCE], check=True)
    return library


class Clock:
    """`variables` of its environment make a server's machine have this clock; set() moves it, forward or back."""

    def __init__(self, file, seconds=0):
        require_plain_build()
        self.file = pathlib.Path(file)
        self.file.write_bytes(bytes(8))
        self.set(seconds)
        self.variables = {"LD_PRELOAD": str(_library()), "SETTLED_TEST_CLOCK": str(self.file)}

    def set(self, seconds):
        """So much ahead of the true time from now on."""
        with self.file.open("r+b") as file:
            file.write(struct.pack("=q", round(seconds * 1e9)))


@functools.cache
def _is_sanitized(path):
    return any(name in pathlib.Path(path).read_bytes() for name in (b"__asan_init", b"__tsan_init"))


def require_plain_build():
    """A sanitizer has clocks of its own and must be the first that is loaded."""
    if _is_sanitized(binary()):
        pytest.skip("with a sanitizer a server's clock is not set")
