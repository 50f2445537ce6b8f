"""The command line as people and programs meet it: words, help, output, and a server elsewhere."""

import contextlib
import json
import os
import pty
import re
import select
import subprocess

import pytest

from support.bank import settled_payload
from support.places import ROOT, binary
from support.processes import environment, run_settled
from support.waiting import wait_for


def run_on_terminal(*arguments, env=None):
    """(exit status, what a terminal was sent): standard output and standard error are the same terminal."""
    master, slave = pty.openpty()
    child = subprocess.Popen([binary(), *map(str, arguments)], stdin=slave, stdout=slave, stderr=slave,
                             env={**environment(False), "TERM": "xterm", "LANG": "C.UTF-8", **(env or {})})
    os.close(slave)
    text = b""
    with contextlib.suppress(OSError):  # EIO: the other side is closed
        while select.select([master], [], [], 60)[0]:
            part = os.read(master, 65536)
            if not part:
                break
            text += part
    os.close(master)
    return child.wait(60), text.decode().replace("\r\n", "\n")


def commands():
    """Every command that help knows, groups included."""
    def listed(text):
        return re.findall(r"^  ([a-z][a-z-]*(?: [a-z-]+)?)  +\S", text, re.MULTILINE)
    top = [name for name in listed(run_settled("help")[1]) if name != "help"]
    return top + [inner for name in top for inner in listed(run_settled("help", name)[1]) if inner.startswith(name + " ")]


def test_every_command_has_help_and_refuses_a_word_that_is_wrong():
    names = commands()
    assert {"serve", "keys create", "connectors add", "reviews import", "institutions", "institutions seed", "audit head",
            "store copy", "store rekey", "bench match", "demo", "sandbox"} <= set(names)
    for name in names:
        status, output, error = run_settled("help", *name.split())
        assert status == 0 and output.startswith(f"settled {name}: ") and error == "", name
        assert run_settled(*name.split(), "--help")[:2] == (0, output), name
        status, output, error = run_settled(*name.split(), "--no-such-option", "--help")
        assert status == 2 and output == "" and '"--no-such-option"' in error, (name, error)


def test_a_mistyped_word_is_named_with_the_nearest_one_and_ends_with_2():
    for words, sentence in (
            (["stauts"], 'there is no command "stauts"'),
            (["srve"], 'there is no command "srve"; did you mean "serve"?'),
            (["frob", "--help"], 'there is no command "frob"'),
            (["help", "frob"], 'there is no command "frob"'),
            (["keys", "creat"], 'there is no command "keys creat"; did you mean "create"?'),
            (["keys", "list", "--tenat", "x"], 'keys list has no option "--tenat"; did you mean "--tenant"?'),
            (["export", "matchd"], 'did you mean "matched"?'),
            (["keys", "create", "--name", "x", "--scopes", "payment:read"], 'did you mean "payments:read"?'),
            (["endpoints", "add", "https://shop.example", "--event", "settlement.mached"],
             'did you mean "settlement.matched"?'),
            (["bench", "match", "--origin", "a", "--destination", "b", "--window", "soon"], "--window takes"),
            (["keys", "revoke"], "keys revoke needs ID"),
            (["import", "/no/such/file"], "there is no file /no/such/file"),
            (["keys", "list", "--json", "--text"], "not both")):
        status, output, error = run_settled(*words)
        assert (status, output) == (2, ""), words
        assert error.startswith("settled: ") and sentence in error.splitlines()[0], error
        assert error.splitlines()[1].startswith("try: settled help"), error


def test_no_words_and_groups_alone_ask_for_help():
    status, output, error = run_settled()
    assert (status, output) == (2, "") and "settled COMMAND" in error and "  serve" in error
    assert run_settled("help") == (0, error, "") == run_settled("--help")
    status, output, error = run_settled("keys")
    assert (status, output) == (2, "") and "keys create" in error
    assert run_settled("keys", "--help") == (0, error, "")


def test_the_version_names_the_commit_that_it_was_built_from():
    status, output, error = run_settled("--version")
    assert (status, error) == (0, "")
    said = re.fullmatch(r"settled (\d+\.\d+\.\d+) \(([0-9a-f]{7,}, \d{4}-\d\d-\d\d|unknown)\)\n", output)
    assert said, output
    assert run_settled("-V") == (0, output, "")
    status, output, _ = run_settled("--version", "--json")
    known = json.loads(output)
    assert status == 0 and known["version"] == said[1] and known["engines"] == ["sqlite", "postgresql"]
    assert said[2].startswith(known["commit"]) and {"openssl", "sqlite", "libpq"} <= set(known["libraries"])


def test_the_same_command_speaks_to_people_and_to_programs(new_world):
    world = new_world()
    where = ["--data", world.data, "--config", world.config]
    make = ["keys", "create", "--name", "shop", "--scopes", "payments:read"]
    status, output, error = run_settled(*make, *where)
    assert status == 0 and json.loads(output)["scopes"] == ["payments:read"]
    assert re.fullmatch(r"settled: changed main at \S.*\n", error)
    status, output, _ = run_settled(*make, "--quiet", *where)
    assert status == 0 and re.fullmatch(r"sk_\S+\n", output)
    for text in (run_on_terminal("keys", "list", *where)[1], run_settled("keys", "list", "--text", *where)[1]):
        assert text.splitlines()[0].split()[:3] == ["ID", "NAME", "SCOPES"] and "shop" in text, text
    status, text = run_on_terminal("keys", "list", "--json", *where)
    assert status == 0 and {key["name"] for key in json.loads(text)["data"]} >= {"shop"}
    page = json.loads(run_settled("keys", "list", "--limit", "1", *where)[1])
    assert len(page["data"]) == 1 and page["next"]
    keys = json.loads(run_settled("keys", "list", "--all", *where)[1])
    assert len(keys["data"]) >= 3 and keys["next"] is None
    # What the API refuses: prose for people, its document for programs.
    wrong = ["keys", "create", "--name", "s" * 500, "--scopes", "payments:read"]
    status, _, error = run_settled(*wrong, *where)
    problem = json.loads(error)
    assert status == 1 and problem["code"] == "value_invalid" and problem["errors"][0]["pointer"] == "/name"
    status, text = run_on_terminal(*wrong, *where)
    assert status == 1 and text.startswith("settled: A value is not acceptable (value_invalid)\n")
    # What goes wrong here: the same.
    status, _, error = run_settled("audit", "verify", "--tenant", "nobody", *where)
    assert status == 1 and json.loads(error)["code"] == "not_found"
    status, _, error = run_settled("audit", "verify", "--text", "--tenant", "nobody", *where)
    assert status == 1 and error.startswith("settled: There is no such object (not_found)\n")


def test_a_bar_is_gone_before_the_result_begins(new_world):
    world = new_world()
    iban = world.account()
    world.payment(iban, reference="BARRED-1041")
    world.bank.acknowledged("TransactionSettled", settled_payload(iban, Reference="BARRED-1041"))
    wait_for(lambda: world.api.all("/v1/matches"), "a match")
    rules = world.directory / "rules.toml"
    rules.write_text('name = "as it is"\n')
    where = ["--data", world.data, "--config", world.config]
    for command, first in ((["audit", "verify"], "seals"), (["replay", "--rules", rules], "facts")):
        status, text = run_on_terminal(*command, *where)
        assert status == 0, text
        bars, _, result = text.rpartition("\r\x1b[K")
        assert " of " in bars and "\n" not in bars, text
        assert result.startswith(first) and " of " not in result.splitlines()[0], text


def test_variables_stand_for_options(tmp_path, monkeypatch):
    monkeypatch.setenv("SETTLED_DATA", str(tmp_path / "data"))
    assert run_settled("migrate")[0] == 0 and (tmp_path / "data" / "settled.db").exists()
    status, output, _ = run_settled("keys", "list", cwd=tmp_path)
    assert status == 0 and json.loads(output)["data"] == []
    monkeypatch.setenv("SETTLED_URL", "https://settled.example")
    assert run_settled("keys", "list")[0] == 2
    status, _, error = run_settled("keys", "list", "--data", tmp_path / "data")
    assert status == 0, error
    monkeypatch.delenv("SETTLED_DATA")
    for command in ("serve", "migrate", "audit head"):
        status, _, error = run_settled(*command.split())
        assert status == 2 and "own machine" in error, error


@pytest.fixture
def tls_world(new_world):
    """A world whose server speaks TLS, as the sandbox's partner."""
    world = new_world()
    assert world.server.stop() == 0
    world.write_config('[server]\ntls_certificate = "%s"\ntls_key = "%s"\n' % (
        world.directory / "sandbox" / "partner-certificate.pem", world.directory / "sandbox" / "partner-private.pem"))
    world.start()
    return world


def test_commands_work_from_another_machine_with_a_url_and_a_key(tls_world, monkeypatch, tmp_path):
    world = tls_world
    key = run_settled("keys", "create", "--name", "far", "--scopes", "*", "--quiet", "--data", world.data)[1].strip()
    monkeypatch.setenv("SETTLED_URL", f"https://localhost:{world.server.port}")
    monkeypatch.setenv("SETTLED_CA", str(world.sandbox.files["partner_authority"]))
    status, _, error = run_settled("keys", "list")
    assert status == 2 and "SETTLED_KEY" in error
    file = tmp_path / "key"
    file.write_text(key + "\n")
    file.chmod(0o600)
    monkeypatch.setenv("SETTLED_KEY_FILE", str(file))
    status, output, error = run_settled("keys", "list")
    assert status == 0 and "far" in {made["name"] for made in json.loads(output)["data"]}, error
    status, output, error = run_settled("keys", "create", "--name", "from afar", "--scopes", "payments:read")
    assert status == 0 and error == f"settled: changed https://localhost:{world.server.port}\n"
    made = json.loads(output)
    status, output, _ = run_settled("keys", "revoke", made["id"], "--text")
    assert status == 0 and made["id"] in output
    assert run_settled("connectors", "list")[0] == 0
    status, output, _ = run_settled("export", "all")
    assert status == 0 and output.startswith("settlement_id,")
    assert run_settled("reviews", "export")[1].startswith("review_id,")
    assert run_settled("institutions")[0] == 0
    # The key says the tenant, and what it may not do is refused.
    status, _, error = run_settled("keys", "list", "--tenant", "main")
    assert status == 2 and "--tenant" in error
    monkeypatch.delenv("SETTLED_KEY_FILE")
    monkeypatch.setenv("SETTLED_KEY", made["key"])
    status, _, error = run_settled("keys", "list")
    assert status == 1 and json.loads(error)["code"] == "credentials_invalid"
    assert made["key"] not in error


def test_a_server_whose_certificate_does_not_verify_is_not_spoken_to(tls_world, monkeypatch):
    world = tls_world
    monkeypatch.setenv("SETTLED_KEY", world.key)
    monkeypatch.setenv("SETTLED_URL", f"https://localhost:{world.server.port}")
    status, _, error = run_settled("connectors", "list")
    assert status == 1 and json.loads(error)["code"] == "tls_failed", error
    monkeypatch.setenv("SETTLED_CA", str(world.sandbox.files["partner_authority"]))
    monkeypatch.setenv("SETTLED_URL", f"https://127.0.0.2:{world.server.port}")
    assert run_settled("connectors", "list")[0] == 1, "it is the certificate of another name"
    monkeypatch.setenv("SETTLED_URL", f"http://settled.example:{world.server.port}")
    status, _, error = run_settled("connectors", "list")
    assert status == 2 and "https://" in error


def test_the_readme_lists_every_command():
    readme = (ROOT / "README.md").read_text()
    for name in {name.split()[0] for name in commands()}:
        assert f"settled {name}" in readme, name
