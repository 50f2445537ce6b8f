"""What the documents name is there, and what the README shows works as it stands."""

import hashlib
import hmac
import json
import os
import pathlib
import re
import shutil
import socket
import subprocess

import pytest

from support.bank import now_text
from support.dev import Dev
from support.documents import Document, documents
from support.openapi import Contract
from support.places import ROOT, binary
from support.processes import Process, Server, run_settled
from support.waiting import wait_for

SOURCE_ENDS = ("", ".h", ".cpp", ".inc")
FILE_NAME = re.compile(r"[a-z0-9][\w-]*(\.[\w-]+)*\.(h|cpp|inc|py|md|yaml|sql|sh|cmake)")
PATH = re.compile(r"[\w.-]+(/[\w.*-]+)+/?")


@pytest.fixture(scope="module")
def help_texts():
    """The help of every command, by its name."""
    def listed(text):
        return re.findall(r"^  ([a-z][a-z-]*(?: [a-z-]+)?)  +\S", text, re.MULTILINE)
    texts = {}
    for name in listed(run_settled("help")[1]):
        if name == "help":
            continue
        texts[name] = run_settled("help", name)[1]
        for inner in listed(texts[name]):
            if inner.startswith(name + " "):
                texts[inner] = run_settled("help", *inner.split())[1]
    return texts


@pytest.mark.parametrize("path", documents())
def test_commands_and_options_that_a_document_names_exist(path, help_texts):
    for words in Document(path).command_lines():
        if words[0] in ("help", "--version", "--help"):
            words = [word for word in words if not word.startswith("-")][1:]
            if not words:
                continue
        name = " ".join(words[:2]) if " ".join(words[:2]) in help_texts else words[0]
        assert name in help_texts, f"{path}: settled {' '.join(words)}"
        for option in (word.split("=")[0] for word in words if word.startswith("--")):
            known = re.findall(r"^ +(--[a-z-]+)\b", help_texts[name], re.MULTILINE)
            assert option in known, f"{path}: settled {' '.join(words)}: {option} is none of {known}"


def file_names():
    listed = subprocess.run(["git", "ls-files", "--cached", "--others", "--exclude-standard"], cwd=ROOT,
                            capture_output=True, text=True, check=False).stdout.split()
    return {pathlib.PurePath(path).name for path in listed}


def exists(path, beside):
    """A file or folder of the repository; in src/ without its ending, as the tables of files write it."""
    return any(next(root.glob(path.rstrip("/") + ending), None)
               for root in (ROOT, ROOT / "src", beside) for ending in SOURCE_ENDS)


@pytest.mark.parametrize("path", documents())
def test_files_that_a_document_names_exist(path):
    beside = (ROOT / path).parent
    document, known = Document(path), file_names()
    starts = {entry.name for root in (ROOT, ROOT / "src", beside) for entry in root.iterdir() if entry.is_dir()}
    for span in document.spans():
        span = span.replace("NAME", "*")
        if PATH.fullmatch(span) and span.split("/")[0] in starts - {"build"}:
            assert exists(span, beside), f"{path}: {span}"
        elif FILE_NAME.fullmatch(span) and known:
            assert span in known, f"{path}: {span}"
    for link in document.links():
        file, _, anchor = link.partition("#")
        target = beside / file if file else ROOT / path
        assert target.exists(), f"{path}: {link}"
        if anchor:
            heads = re.findall(r"^#+ (.+)$", target.read_text(), re.MULTILINE)
            slugs = {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads}
            assert anchor in slugs, f"{path}: {link} is none of {sorted(slugs)}"


@pytest.mark.parametrize("path", documents())
def test_addresses_that_a_document_names_are_in_the_contract(path):
    contract = Contract()
    patterns = [operation.pattern for operation in contract.operations]
    ours = re.sub(r"https://\w+\.example\S*", "", Document(path).text)
    for named in re.findall(r"/v1/[a-z0-9/_{}.-]*[a-z0-9_}]", ours):
        assert any(pattern.match(named) for pattern in patterns), f"{path}: {named}"


def test_every_error_code_has_its_status_and_a_remedy():
    codes = dict(re.findall(r"^SETTLED_CODE\((\w+), (\d+)", (ROOT / "src/base/error_codes.inc").read_text(), re.MULTILINE))
    rows = re.findall(r"^\| `(\w+)` \| (\d+) \| (.+) \|$", Document("docs/errors.md").text, re.MULTILINE)
    assert len(rows) == len({code for code, _, _ in rows}), "each is there once"
    assert {code: status for code, status, _ in rows} == codes
    assert all(remedy.endswith(".") for _, _, remedy in rows)


def test_the_connector_of_the_page_on_extending_takes_the_webhook_that_it_shows(new_world, tmp_path):
    world = new_world()
    iban = world.account()
    message, signature, mapping = map(json.loads, Document("docs/extending.md").blocks("json"))
    secret = tmp_path / "provider.secret"
    secret.write_text("a secret of sixteen bytes")
    secret.chmod(0o600)
    signature["secrets"] = [f"file:{secret}"]
    message["credit"] |= {"to": iban, "time": now_text()}
    for name, content in (("signature", signature), ("mapping", mapping)):
        (tmp_path / f"{name}.json").write_text(json.dumps(content))
    line, = Document("docs/extending.md").blocks("sh")
    added = run_settled(*line.split()[1:], "--data", world.data, "--config", world.config, cwd=tmp_path)
    assert added[0] == 0, added
    body = json.dumps(message).encode()
    mac = hmac.new(secret.read_bytes(), body, hashlib.sha256).hexdigest()
    answer = world.bank.http.send("POST", "/hooks/provider", {"X-Signature": f"sha256={mac}", "Content-Type": "application/json"},
                                  body)
    assert answer.status in (200, 204), answer.body
    settlement, = wait_for(lambda: world.api.all("/v1/settlements"), "the settlement")
    assert (settlement["amount"]["value"], settlement["reference"]) == ("12.34", "INV-2041")


class Shell:
    """A person's terminal: blocks are pasted one after the other, and what one exports the next one has."""

    def __init__(self, directory):
        self.directory = directory
        self.state = directory / "shell-state"
        programs = directory / "build" / "release"
        programs.mkdir(parents=True)
        (programs / "settled").symlink_to(binary())
        self.state.write_text(f'export PATH="{programs}:$PATH"\n')

    def paste(self, block):
        """What it printed. Fails when a command of it fails."""
        script = f'set -euo pipefail\nsource "{self.state}"\n{block}\nexport -p > "{self.state}"\n'
        done = subprocess.run(["bash", "-c", script], cwd=self.directory, capture_output=True, text=True, timeout=120,
                              stdin=subprocess.DEVNULL, check=False, env=os.environ | {"HOME": str(self.directory)})
        assert done.returncode == 0, f"{block}\n{done.stdout}\n{done.stderr}"
        assert '"status":4' not in done.stdout and '"status":5' not in done.stdout, f"{block}\n{done.stdout}"
        return done.stdout


class Terminals:
    """A shell, and the programs that go on in other terminals: `settled dev`, `settled sandbox` and `settled serve`."""

    def __init__(self, directory):
        self.directory = directory
        self.shell = Shell(directory)
        self.sandbox = self.server = None

    def paste(self, block):
        words = block.split()
        if words[:2] == ["settled", "serve"]:
            self.server = Server(None, self.directory / "server.log", listen=None, cwd=self.directory, ready=False,
                                 arguments=words[2:])
            assert self.server.wait_until_ready()
            return ""
        if words[:2] == ["settled", "dev"]:
            dev = Dev(self.directory, *words[2:])
            try:
                return dev.printed()
            finally:
                dev.process.kill()
        if words[:2] == ["settled", "sandbox"]:
            self.sandbox = Process(words[1:], self.directory / "sandbox.log", cwd=self.directory)
            wait_for(lambda: "/partner/records\n" in self.sandbox.output.read_text(),
                     lambda: f"the sandbox gets ready: {self.sandbox.log_text()}")
            return self.sandbox.output.read_text()
        return self.shell.paste(block)

    def see(self, event, port):
        """The event, once it is among those of the server."""
        call = f'curl -s http://127.0.0.1:{port}/v1/events -H "Authorization: Bearer $KEY"'
        def found():
            return [one for one in json.loads(self.shell.paste(call))["data"] if one["type"] == event]
        return wait_for(found, lambda: self.shell.paste(call))[0]

    def close(self):
        for process in (self.server, self.sandbox):
            if process is not None:
                process.kill()


@pytest.fixture
def terminals(tmp_path):
    made = Terminals(tmp_path)
    yield made
    made.close()


def free_ports(count):
    sockets = [socket.socket() for _ in range(count)]
    try:
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in sockets]
    finally:
        for each in sockets:
            each.close()


def test_the_readme_can_be_pasted_from_its_beginning_to_its_end(terminals):
    """Other ports than the README's, since tests run at the same time; nothing else is different."""
    ports = dict(zip(("8080", "9000", "9001"), map(str, free_ports(3))))
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    printed = []
    for block in Document("README.md").blocks("sh"):
        made = re.findall(r"^make ([a-z-]+)", block, re.MULTILINE)
        assert set(made) <= targets, made
        rest = "\n".join(line for line in block.splitlines() if not line.startswith("make "))
        if "bank.pub.pem" in rest:  # a bank's portal gives it out
            shutil.copy(terminals.directory / "sandbox-data" / "bank-public.pem", terminals.directory / "bank.pub.pem")
        if rest.strip():
            printed.append(terminals.paste(re.sub(r"\b(8080|9000|9001)\b", lambda found: ports[found[0]], rest)))
    payment, = [text for text in printed if '"client_id":"order-2041"' in text and '"warnings"' in text]
    assert json.loads(payment)["warnings"] == [], "the example earns no warning"
    event = terminals.see("settlement.matched", ports["8080"])
    assert event["data"]["client_id"] == "order-2041"
    shown = f'curl -s http://127.0.0.1:{ports["9000"]}/partner/records'
    wait_for(lambda: event["id"] in terminals.shell.paste(shown), "the partner is notified")


def test_the_sandbox_prints_commands_that_lead_to_a_matched_settlement(terminals):
    port, = free_ports(1)
    printed = terminals.paste(f"settled sandbox --dir my-sandbox --settled-url http://127.0.0.1:{port}")
    commands = printed[printed.index("\n# "):]
    serve, = re.findall(r"^settled serve .*$", commands, re.MULTILINE)
    assert f"--listen 127.0.0.1:{port}" in serve
    terminals.paste(serve)
    terminals.paste(commands.replace(serve, ""))
    event = terminals.see("settlement.matched", port)
    assert (event["data"]["client_id"], event["data"]["settlement"]["reference"]) == ("order-1", "INV-2026-0001")
    control, = re.findall(r"^ +control +(\S+)", printed, re.MULTILINE)
    wait_for(lambda: event["id"] in terminals.shell.paste(f"curl -s {control}/partner/records"), "the partner is notified")
