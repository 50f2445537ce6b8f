"""The demo plays its whole story, on both engines; each line that it ticks is a check of its own."""

import os
import pathlib
import re
import subprocess

import pytest

from support.aws import PYTHON, SCRIPT
from support.cluster import Database
from support.places import ROOT, binary

SECONDS_MAX = 240  # a story of one minute, on a machine that does other things too
COLUMNS = 80


def tell(*arguments, store="", wrapper=()):
    done = subprocess.run([*wrapper, binary(), "demo", "--exit", *arguments], capture_output=True, text=True, check=False,
                          stdin=subprocess.DEVNULL, timeout=SECONDS_MAX,
                          env=os.environ | {"SETTLED_STORE_URL": store})
    return done.returncode, done.stdout, done.stderr


def check_story(status, told, wrong):
    assert status == 0, told + wrong
    assert re.search(r"^  ok    All \d+ checks hold\.$", told, re.M), told
    assert "FAIL" not in told
    assert "\x1b" not in told and max(map(len, told.splitlines())) <= COLUMNS, "plain and aligned in a pipe"


def test_one_server_with_a_store_of_its_own():
    status, told, wrong = tell()
    check_story(status, told, wrong)
    assert "kill -9" in told


def test_several_nodes_need_a_store_that_they_can_share():
    status, _, wrong = tell("--nodes", "3")
    assert status == 1 and "SETTLED_STORE_URL" in wrong


@pytest.mark.skipif(os.environ.get("SETTLED_TEST_POSTGRES") in (None, "", "skip"), reason="there is no PostgreSQL here")
def test_three_nodes_on_one_postgresql():
    database = Database()
    try:
        status, told, wrong = tell("--nodes", "3", store=database.url)
        check_story(status, told, wrong)
        for step in ("node 3 is stopped", ": node 1", "node 3 wakes up", "leases that are over"):
            assert step in told, step
    finally:
        database.drop()


def test_the_institution_s_key_is_in_a_token():
    if not pathlib.Path("/usr/lib/softhsm/libsofthsm2.so").exists():
        pytest.skip("SoftHSM 2 is not installed")
    status, told, wrong = tell("--keys", "softhsm", wrapper=[ROOT / "tools" / "softhsm_token.py"])
    check_story(status, told, wrong)
    assert "the signing key is in a token of SoftHSM" in told


def test_the_institution_s_key_and_the_bank_s_token_are_in_aws():
    if not PYTHON.exists():
        pytest.skip("moto is not installed: tools/test_python.sh")
    status, told, wrong = tell("--keys", "aws", wrapper=[PYTHON, "-P", SCRIPT])
    check_story(status, told, wrong)
    assert "the signing key is in AWS Secrets Manager" in told
