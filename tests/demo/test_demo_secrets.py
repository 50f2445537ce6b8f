"""Over a whole run of the demo no secret of it is in a log, a metric, an answer, a setting or an argument."""

import base64
import json
import pathlib
import re
import signal
import subprocess
import urllib.request

import pytest

from support.places import binary
from support.waiting import wait_for

SECONDS_MAX = 240


def spellings(secret):
    """As it is, and as it may hide: base64 at each offset, hex, in a URL."""
    yield secret
    yield secret.hex().encode()
    yield "".join(f"%{byte:02X}" for byte in secret).encode()
    for offset in range(3):
        encoded = base64.b64encode(b"\0" * offset + secret)
        yield encoded[4 if offset else 0:len(encoded) - 4]


def secrets_of(directory):
    """Everything that the demo's installation keeps to itself, by name."""
    found = {"the master key": (directory / "data" / "master.key").read_bytes().strip()}
    keys = directory / "sandbox"
    for path in keys.glob("*-private.pem"):
        found[path.name] = max(path.read_bytes().splitlines()[1:-1], key=len)  # a line of it
    for path in keys.iterdir():
        content = path.read_bytes().strip() if path.suffix == "" and path.is_file() else b""
        if len(content) >= 16:  # what else is there counts something
            found[path.name] = content
    return found


@pytest.fixture
def demo(tmp_path, monkeypatch):
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    with (tmp_path / "out").open("wb") as output:
        child = subprocess.Popen([binary(), "demo", "--keep"], stdin=subprocess.DEVNULL, stdout=output, stderr=output)
    yield child, tmp_path
    if child.poll() is None:
        child.send_signal(signal.SIGINT)
        child.wait(60)


def arguments_of(pid):
    """Of the demo and of the servers that it has started."""
    all_of_them = [pid, *map(int, pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split())]
    return b"\n".join(pathlib.Path(f"/proc/{each}/cmdline").read_bytes() for each in all_of_them)


def test_the_secrets_of_a_demo_are_nowhere(demo):
    child, place = demo
    told = place / "out"
    wait_for(lambda: b"Everything stays up" in told.read_bytes() or child.poll() is not None,
             lambda: told.read_text(), seconds=SECONDS_MAX)
    assert child.poll() is None, told.read_text()
    directory, = place.glob("settled-demo-*")
    server = re.search(r"http://127\.0\.0\.1:\d+", told.read_text())[0]
    metrics = urllib.request.urlopen(f"{server}/metrics", timeout=20).read()
    ready = urllib.request.urlopen(f"{server}/readyz", timeout=20).read()
    places = {"the log": (directory / "server.log").read_bytes(), "the metrics": metrics, "/readyz": ready,
              "the settings": (directory / "settled.toml").read_bytes(), "arguments": arguments_of(child.pid)}
    listed = subprocess.run([binary(), "signing-keys", "list", "--data", directory / "data",
                             "--config", directory / "settled.toml"], capture_output=True, check=True)
    places["a listing"] = listed.stdout + listed.stderr
    assert json.loads(listed.stdout)["data"], "there are keys to list"
    secrets = secrets_of(directory)
    assert len(secrets) >= 4, secrets.keys()
    for name, secret in secrets.items():
        for spelling in spellings(secret):
            for where, text in places.items():
                assert spelling not in text, f"{name} is in {where}"
    assert places["the log"].count(b"\n") > 20 and b"settled_" in metrics, "there is something to search"
