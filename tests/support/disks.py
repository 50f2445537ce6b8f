"""Small disks of a test's own, in memory, which a test fills up and empties again."""

import contextlib
import os
import pathlib
import subprocess

import pytest


@contextlib.contextmanager
def small_disk(place, size, mode="0755"):
    """Mounted on `place`, which is made. Where a disk cannot be mounted: skipped with a reason; a failure in CI."""
    place = pathlib.Path(place)
    place.mkdir(exist_ok=True)
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size},mode={mode}", "none", place],
                          capture_output=True, text=True, check=False)
    if done.returncode != 0:
        place.rmdir()
        reason = f"A FULL DISK IS NOT SHOWN, a disk cannot be mounted here: {done.stderr.strip()}"
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(reason)
    try:
        yield place
    finally:
        subprocess.run(["umount", "-l", place], check=True)
        place.rmdir()


def fill(place):
    """All that is left; the ballast."""
    ballast = pathlib.Path(place) / "ballast"
    with ballast.open("wb", buffering=0) as file:
        for size in (1 << 20, 4096):
            try:
                while True:
                    file.write(b"x" * size)
            except OSError:
                pass
    return ballast
