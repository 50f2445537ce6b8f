"""Completion and the manual, which are made of the table of commands: in real shells, and by the tools that read manuals."""

import os
import pty
import re
import select
import shutil
import subprocess

import pytest

from support.processes import environment, run_settled

CASES = (  # what is typed, and words that must be among those that are offered
    ("settled stat", {"status", "statements"}),
    ("settled keys ", {"create", "list", "rotate", "revoke"}),
    ("settled keys cr", {"create"}),
    ("settled help keys ro", {"rotate"}),
    ("settled keys create --na", {"--name"}),
    ("settled keys create --name create --qu", {"--quiet"}),
    ("settled keys list --", {"--limit", "--all", "--json", "--text", "--url", "--config", "--data", "--help"}),
    ("settled export ", {"matched", "unmatched", "ambiguous", "all"}),
    ("settled doctor --check connector.", {"connector.key", "connector.api"}),
    ("settled completion ", {"bash", "zsh", "fish"}),
    ("settled listen --events settlement.m", {"settlement.matched"}),
    ("settled --ver", {"--version"}),
)


def script(shell, tmp_path):
    status, text, error = run_settled("completion", shell)
    assert (status, error) == (0, "")
    assert run_settled("completion", shell)[1] == text, "the same each time"
    file = tmp_path / f"settled.{shell}"
    file.write_text(text)
    return file


def in_shell(*arguments):
    done = subprocess.run(arguments, capture_output=True, text=True, check=False, timeout=60,
                          env=environment(False) | {"TERM": "dumb"})
    assert done.returncode == 0 and done.stderr == "", done.stderr
    return done.stdout


def offered_by_bash(file, line):
    """What readline would offer, as it splits words itself."""
    return set(in_shell("bash", "--norc", "--noprofile", "-c", rf'''
        set -u
        source {file}
        [[ $(complete -p settled) == "complete -F _settled settled" ]]
        COMP_LINE=$1 COMP_POINT=${{#1}} COMP_WORDBREAKS=$' \t\n"\'><=;|&(:'
        _settled
        printf '%s\n' "${{COMPREPLY[@]}}"''', "bash", line).split())


def offered_by_fish(file, line):
    text = in_shell("fish", "--no-config", "-c", f"source {file}; complete -C '{line}'")
    return {shown.split("\t")[0] for shown in text.splitlines()}


@pytest.mark.parametrize(("line", "words"), CASES)
def test_bash_offers_the_words_of_the_table(tmp_path, line, words):
    offered = offered_by_bash(script("bash", tmp_path), line)
    assert words <= offered
    assert all(word.startswith(line.rsplit(" ", 1)[1]) for word in offered)


def test_bash_completes_lists_and_values_that_it_breaks_at_colons_and_equal_signs(tmp_path):
    file = script("bash", tmp_path)
    assert offered_by_bash(file, "settled keys create --scopes payments:r") == {"read"}
    assert offered_by_bash(file, "settled keys create --scopes events:read,payments:") == {"read", "write"}
    assert offered_by_bash(file, "settled export --format=") == {"csv", "jsonl"}
    (tmp_path / "settled.toml").touch()
    assert offered_by_bash(file, f"settled serve --config {tmp_path}/settled.t") == {f"{tmp_path}/settled.toml"}
    assert offered_by_bash(file, f"settled serve --config={tmp_path}/settled.t") == {f"{tmp_path}/settled.toml"}


@pytest.mark.skipif(shutil.which("fish") is None, reason="fish is not installed")
@pytest.mark.parametrize(("line", "words"), CASES)
def test_fish_offers_the_words_of_the_table(tmp_path, line, words):
    assert words <= offered_by_fish(script("fish", tmp_path), line)


@pytest.mark.skipif(shutil.which("fish") is None, reason="fish is not installed")
def test_fish_completes_lists_and_files(tmp_path):
    file = script("fish", tmp_path)
    offered = offered_by_fish(file, "settled keys create --scopes events:read,payments:")
    assert {"events:read,payments:read", "events:read,payments:write"} <= offered
    (tmp_path / "settled.toml").touch()
    assert f"{tmp_path}/settled.toml" in offered_by_fish(file, f"settled serve --config {tmp_path}/settled.t")


class ZshTerminal:
    """zsh as a person has it: what is typed, with a tab, becomes a command that prints its words."""

    def __init__(self, file):
        self.master, slave = pty.openpty()
        self.child = subprocess.Popen(["zsh", "-f", "-i"], stdin=slave, stdout=slave, stderr=slave, close_fds=True,
                                      env=environment(False) | {"TERM": "dumb", "PS1": "", "ZDOTDIR": str(file.parent)},
                                      start_new_session=True)
        os.close(slave)
        self.type(f"autoload -Uz compinit; compinit -u -D; source {file}; "
                  "settled() { print -r -- \"words: $*\" :end; }; print loaded:$((1+1))\n")
        self.read_until(r"loaded:2")

    def type(self, text):
        os.write(self.master, text.encode())

    def read_until(self, pattern):
        text = ""
        while not re.search(pattern, text):
            assert select.select([self.master], [], [], 60)[0], text
            text += os.read(self.master, 65536).decode(errors="replace")
        return re.search(pattern, text)

    def completed(self, line):
        self.type(line + "\t")
        self.type("\n")
        return self.read_until(r"words: (.*?) ?:end")[1]

    def close(self):
        self.child.kill()
        self.child.wait()
        os.close(self.master)


@pytest.mark.skipif(shutil.which("zsh") is None, reason="zsh is not installed")
def test_zsh_completes_commands_options_and_values(tmp_path):
    terminal = ZshTerminal(script("zsh", tmp_path))
    (tmp_path / "settled.toml").touch()
    try:
        for typed, completed in (("settled expl", "explain"),
                                 ("settled keys cr", "keys create"),
                                 ("settled help keys ro", "help keys rotate"),
                                 ("settled keys create --na", "keys create --name"),
                                 ("settled keys create --name create --qu", "keys create --name create --quiet"),
                                 ("settled export unm", "export unmatched"),
                                 ("settled keys create --scopes events:read,payments:r",
                                  "keys create --scopes events:read,payments:read"),
                                 ("settled export --format=cs", "export --format=csv"),
                                 ("settled doctor --check connector.ap", "doctor --check connector.api"),
                                 (f"settled serve --config {tmp_path}/settled.t", f"serve --config {tmp_path}/settled.toml"),
                                 (f"settled serve --config={tmp_path}/settled.t",
                                  f"serve --config={tmp_path}/settled.toml")):
            assert terminal.completed(typed) == completed
    finally:
        terminal.close()


@pytest.fixture(scope="module")
def manual(tmp_path_factory):
    directory = tmp_path_factory.mktemp("man")
    assert run_settled("man", directory)[0] == 0
    return sorted(directory.iterdir())


def test_every_command_has_a_manual_page_with_the_words_of_its_help(manual):
    pages = {page.name: page.read_text() for page in manual}
    assert {"settled.1", "settled-serve.1", "settled-keys.1", "settled-keys-create.1"} <= pages.keys()
    for name, text in pages.items():
        if name == "settled.1":
            continue
        words = text.split(".B settled ", 1)[1].splitlines()[0].replace("\\-", "-").split()
        found, shown, _ = 1, "", ""
        for count in (2, 1):
            found, shown, _ = run_settled("help", *words[:count])
            if found == 0 and name == "settled-" + "-".join(words[:count]) + ".1":
                break
        assert found == 0, name
        options = set(re.findall(r"^  (--[a-z-]+)", shown, re.MULTILINE))
        assert options == {option.replace("\\-", "-") for option in re.findall(r"^\.B (\\-\\-[a-z\\-]+)", text, re.MULTILINE)}
        assert ".SH EXIT STATUS" in text or "COMMAND" in text, name


def test_the_manual_is_without_fault_for_those_that_read_it(manual):
    listed = subprocess.run(["lexgrog", *manual], capture_output=True, text=True, check=False)
    assert listed.returncode == 0, listed.stdout
    assert len(listed.stdout.splitlines()) == len(manual)
    if shutil.which("mandoc") is not None:
        linted = subprocess.run(["mandoc", "-T", "lint", "-W", "warning", *manual], capture_output=True, text=True, check=False)
        assert linted.stdout == "", linted.stdout
    if shutil.which("groff") is not None:
        for page in manual:
            made = subprocess.run(["groff", "-man", "-ww", "-Tutf8", page], capture_output=True, text=True, check=False)
            assert made.stderr == "", page


def test_the_manual_can_be_written_nowhere_is_said(tmp_path):
    (tmp_path / "file").touch()
    status, _, error = run_settled("man", tmp_path / "file" / "man")
    assert status == 1 and "cannot be made" in error
