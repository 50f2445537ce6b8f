"""A PostgreSQL for the proofs that take long, where the run of the tests has not started one."""

import os
import pathlib
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "tools"))
from postgres_server import Postgres  # noqa: E402  # pylint: disable=wrong-import-position


@pytest.fixture(scope="session")
def postgres():
    if os.environ.get("SETTLED_TEST_POSTGRES"):
        yield
        return
    with Postgres() as server:
        os.environ["SETTLED_TEST_POSTGRES"] = server.url
        yield
        del os.environ["SETTLED_TEST_POSTGRES"]
