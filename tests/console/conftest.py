"""A world with something of everything in it, and browsers that look at it."""

import json
import shutil
import types

import pytest

from support.browser import AXE, Browser, needs_browser
from support.dev import Dev, Elsewhere
from support.http_client import HttpClient


@pytest.fixture(scope="session")
def browser_is_here():
    needs_browser()
    if not AXE.exists():
        pytest.skip("console/node_modules is not there: npm ci --ignore-scripts in console/")


@pytest.fixture(scope="module")
def world(browser_is_here, tmp_path_factory):
    """`settled dev`, served with its console."""
    directory = tmp_path_factory.mktemp("console")
    dev = Dev(directory)
    made = types.SimpleNamespace(dev=dev, address=dev.state["url"], key=dev.state["key"], directory=directory,
                                 shell=Elsewhere(directory / "home", dev.variables))
    if not served(dev):
        dev.process.kill()
        pytest.skip("this server was built without the console")
    yield made
    dev.process.kill()
    shutil.rmtree(directory, ignore_errors=True)


def served(dev):
    http = HttpClient(port=int(dev.state["url"].rsplit(":", 1)[1]))
    try:
        return http.send("GET", "/console/", {}).status == 200
    finally:
        http.close()


@pytest.fixture
def browse(world):
    """Opens browsers at the world's console; all are closed after the test."""
    opened = []

    def at(**how):
        opened.append(Browser(world.address, **how))
        return opened[-1]

    yield at
    for browser in opened:
        browser.close()


@pytest.fixture(scope="module")
def trigger(world):
    """What `settled trigger NAME` made happen: its facts."""
    def act(name, *options):
        status, out, err = world.shell.run("trigger", name, *options)
        assert status == 0, f"{name}: {out}{err}"
        return json.loads(out)["facts"]

    return act


@pytest.fixture(scope="module")
def ask(world):
    """An answer of the API, with the key of the world."""
    def get(target, method="GET", body=None):
        answer = world.dev.api(method, target, body)
        assert answer.status < 300, f"{method} {target}: {answer.status} {answer.body}"
        return json.loads(answer.body) if answer.body else None

    return get
