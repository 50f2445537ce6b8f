"""Where things are: the repository and the binary under test."""

import os
import pathlib

ROOT = pathlib.Path(__file__).resolve().parents[2]
FIXTURES = ROOT / "tests" / "fixtures"


def binary():
    """The program under test: SETTLED_BINARY (the test runner), SETTLED_BIN, or the release build."""
    named = os.environ.get("SETTLED_BINARY") or os.environ.get("SETTLED_BIN")
    path = pathlib.Path(named) if named else ROOT / "build" / "release" / "settled"
    if not path.is_absolute():
        path = ROOT / path
    assert os.access(path, os.X_OK), f"{path} is not there: build it, or set SETTLED_BIN"
    return path
