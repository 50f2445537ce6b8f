"""The receivers of examples/ against a real server: they verify, answer first, and pass over what they have seen."""

import base64
import hashlib
import hmac
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import time

import pytest

from support.http_client import HttpClient
from support.waiting import wait_for

EXAMPLES = pathlib.Path(__file__).resolve().parents[2] / "examples"
LINES_MAX = 80
BUILD_SECONDS = 600  # Go's first build compiles its library, too
RECEIVERS = sorted(path.name for path in EXAMPLES.iterdir() if path.suffix in (".py", ".ts", ".go", ".java", ".cpp"))
ID = "evt_00000000000AB"


def tool(name, package):
    found = shutil.which(name)
    if not found:
        pytest.skip(f"{name} is not installed (Debian's package {package})")
    return found


def built(name, directory):
    """The command that starts it, without port and file."""
    source = EXAMPLES / name
    run = lambda *words: subprocess.run(words, check=True, capture_output=True, timeout=BUILD_SECONDS, cwd=directory)  # noqa: E731
    if source.suffix == ".py":
        return [tool("python3", "python3"), source]
    if source.suffix == ".java":
        tool("javac", "openjdk-17-jdk-headless")
        return [tool("java", "openjdk-17-jdk-headless"), source]
    if source.suffix == ".ts":
        script = directory / "receiver.js"
        run(tool("esbuild", "esbuild"), source, "--platform=node", "--target=node18", f"--outfile={script}")
        return [tool("node", "nodejs"), script]
    program = directory / "receiver"
    if source.suffix == ".go":
        run(tool("go", "golang-go"), "build", "-o", program, source)
    else:
        run(tool("clang++-19", "clang-19"), "-std=c++20", "-Wall", "-Werror", source, "-o", program, "-lcrypto")
    return [program]


class Receiver:
    """One of them, running."""

    def __init__(self, command, directory):
        self.command, self.directory = command, directory
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.output = directory / "output"
        self.child = None

    def start(self, secret):
        with self.output.open("ab") as output:
            self.child = subprocess.Popen([*self.command, str(self.port), self.directory / "inbox.log"], stdout=output,
                                          stderr=output, cwd=self.directory, start_new_session=True,
                                          env={**os.environ, "WEBHOOK_SECRET": secret})
        wait_for(self.is_listening, lambda: f"{self.command} listens: {self.output.read_text()}")

    def is_listening(self):
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def kill(self):
        if self.child and self.child.poll() is None:
            os.killpg(self.child.pid, signal.SIGKILL)
            self.child.wait()

    def processed(self, event):
        return self.output.read_text().count(f"processed {event} ")

    def post(self, body, headers):
        http = HttpClient(port=self.port)
        try:
            return http.send("POST", "/", headers, body).status
        finally:
            http.close()


def signed(secret, body, event=ID, at=None):
    timestamp = str(int(at or time.time()))
    key = base64.b64decode(secret.removeprefix("whsec_"))
    digest = hmac.new(key, f"{event}.{timestamp}.".encode() + body, hashlib.sha256).digest()
    return {"webhook-id": event, "webhook-timestamp": timestamp,
            "webhook-signature": "v1," + base64.b64encode(digest).decode()}


@pytest.mark.parametrize("name", RECEIVERS)
def test_a_receiver_verifies_answers_first_and_passes_over_what_it_has_seen(shared, tmp_path, name):
    assert len((EXAMPLES / name).read_text().splitlines()) < LINES_MAX
    receiver = Receiver(built(name, tmp_path), tmp_path)
    endpoint = shared.api.post("/v1/endpoints", {"url": f"http://127.0.0.1:{receiver.port}/settled",
                                                 "events": ["test.ping"]})
    secret = endpoint["secret"]
    try:
        receiver.start(secret)
        shared.api.post(f"/v1/endpoints/{endpoint['id']}/ping")

        def delivery():
            found = shared.api.all(f"/v1/deliveries?endpoint={endpoint['id']}")
            return found[0] if found and found[0]["status"] == "done" else None
        first = wait_for(delivery, "the ping is delivered")
        event = first["event_id"]
        wait_for(lambda: receiver.processed(event), lambda: f"it is processed: {receiver.output.read_text()}")

        def again():
            before = delivery()["attempts_made"]
            shared.api.post(f"/v1/deliveries/{first['id']}/redeliver")
            wait_for(lambda: (d := delivery()) and d["attempts_made"] > before, "it is delivered again")
        again()
        receiver.kill()
        receiver.start(secret)  # what it has seen before is in its file
        again()

        body = b'{"id":"evt_00000000000AB","type":"test.forged"}'
        good = signed(secret, body)
        other = "whsec_" + base64.b64encode(bytes(32)).decode()
        for headers in ({}, signed(other, body), signed(secret, body + b" "), signed(secret, body, at=time.time() - 900),
                        signed(secret, body, at=time.time() + 900), {**good, "webhook-timestamp": "soon"},
                        {**good, "webhook-id": "evt_00000000000AC"}, {**good, "webhook-signature": "v1,"}):
            assert receiver.post(body, headers) == 401, headers
        # While a secret is changed there are two signatures.
        both = {**good, "webhook-signature": signed(other, body)["webhook-signature"] + " " + good["webhook-signature"]}
        assert receiver.post(body, both) == 204
        wait_for(lambda: receiver.processed(ID), "the authentic one is processed")
        assert receiver.processed(event) == 1 and receiver.processed(ID) == 1
    finally:
        receiver.kill()
        shared.api.delete(f"/v1/endpoints/{endpoint['id']}")
