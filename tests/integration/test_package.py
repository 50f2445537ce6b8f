"""The Debian package: what is in it, and what installing, upgrading, removing and purging it does in a root of its own."""

import os
import pathlib
import re
import shutil
import stat
import subprocess

import pytest

from support.places import ROOT, binary
from support.processes import run_settled

pytestmark = [
    pytest.mark.skipif(shutil.which("dpkg-shlibdeps") is None, reason="dpkg-dev is not installed"),
    pytest.mark.skipif(os.geteuid() != 0, reason="a package is installed by root"),
]


def make(out, *options):
    done = subprocess.run([ROOT / "tools" / "make_package.py", "--build", pathlib.Path(binary()).parent, "--out", out, *options],
                          capture_output=True, text=True, check=False, env=os.environ | {"SOURCE_DATE_EPOCH": "1796000000"})
    assert done.returncode == 0, done.stderr
    return [pathlib.Path(line) for line in done.stdout.split()]


@pytest.fixture(scope="module")
def packages(tmp_path_factory):
    return make(tmp_path_factory.mktemp("packages"))


def contents(package):
    listed = subprocess.run(["dpkg-deb", "--contents", package], capture_output=True, text=True, check=True).stdout
    return {line.split(maxsplit=5)[5]: (line.split()[0], line.split()[1]) for line in listed.splitlines()}


def test_the_package_holds_the_program_stripped_with_its_unit_settings_manual_and_completions(packages):
    held = contents(packages[0])
    for path in ("./usr/bin/settled", "./lib/systemd/system/settled.service", "./usr/lib/sysusers.d/settled.conf",
                 "./usr/share/man/man1/settled.1.gz", "./usr/share/man/man1/settled-keys-create.1.gz",
                 "./usr/share/bash-completion/completions/settled", "./usr/share/zsh/vendor-completions/_settled",
                 "./usr/share/fish/vendor_completions.d/settled.fish", "./usr/share/doc/settled/copyright",
                 "./usr/share/doc/settled/README.md", "./usr/share/doc/settled/docs/operating/handbook.md"):
        assert path in held, path
    assert held["./etc/settled/settled.toml"][0] == "-rw-r-----"
    assert held["./var/lib/settled/"][0] == "drwx------"
    assert {owner for _, owner in held.values()} == {"root/root"}
    fields = subprocess.run(["dpkg-deb", "--field", packages[0]], capture_output=True, text=True, check=True).stdout
    assert re.search(r"^Depends: .*libssl3", fields, re.MULTILINE), fields
    symbols = [path for path in contents(packages[1]) if path.endswith(".debug")]
    assert len(symbols) == 1 and packages[1].name.startswith("settled-dbgsym_")


def test_the_same_source_makes_the_same_bytes(packages, tmp_path):
    assert make(tmp_path, "--without-symbols")[0].read_bytes() == packages[0].read_bytes()


class Root:
    """A system of its own: dpkg's books, users and groups; scripts are run with DPKG_ROOT."""

    def __init__(self, path):
        self.path = path
        for directory in ("var/lib/dpkg/info", "var/lib/dpkg/updates", "etc", "var/log"):
            (path / directory).mkdir(parents=True)
        for file in ("var/lib/dpkg/status", "var/lib/dpkg/available"):
            (path / file).touch()
        (path / "etc/passwd").write_text("root:x:0:0:root:/root:/bin/sh\n")
        (path / "etc/group").write_text("root:x:0:\n")
        (path / "etc/shadow").write_text("root:*:19000:0:99999:7:::\n")

    def dpkg(self, *words):
        done = subprocess.run(["dpkg", f"--root={self.path}", "--force-depends", "--force-script-chrootless",
                               "--force-confold", *map(str, words)], capture_output=True, text=True, check=False)
        return done.returncode, done.stdout + done.stderr

    def settled(self, *words):
        return subprocess.run([self.path / "usr/bin/settled", *words], capture_output=True, text=True, check=False)


@pytest.fixture
def root(tmp_path, packages):
    made = Root(tmp_path / "root")
    status, said = made.dpkg("--install", packages[0])
    assert status == 0, said
    return made


def test_the_installed_package_has_its_user_and_its_files_are_closed_to_others(root):
    users = dict(line.split(":", 1) for line in (root.path / "etc/passwd").read_text().splitlines())
    assert users["settled"].endswith("/var/lib/settled:/usr/sbin/nologin")
    user = int(users["settled"].split(":")[1])
    data = (root.path / "var/lib/settled").stat()
    assert (data.st_uid, stat.S_IMODE(data.st_mode)) == (user, 0o700)
    settings = (root.path / "etc/settled/settled.toml").stat()
    group, = [int(line.split(":")[2]) for line in (root.path / "etc/group").read_text().splitlines() if line.startswith("settled:")]
    assert (settings.st_uid, settings.st_gid, stat.S_IMODE(settings.st_mode)) == (0, group, 0o640)
    assert root.settled("--version").stdout == run_settled("--version")[1]
    assert root.settled("check-config", "--config", root.path / "etc/settled/settled.toml").returncode == 0
    unit = (root.path / "lib/systemd/system/settled.service").read_text()
    assert "ExecStart=/usr/bin/settled serve --config /etc/settled/settled.toml\n" in unit
    assert 'data = "/var/lib/settled"' in (root.path / "etc/settled/settled.toml").read_text()


def begin_store(root):
    """As the server would at its first start; the store is root's, as the scripts of a root without a system are."""
    os.chown(root.path / "var/lib/settled", 0, 0)
    done = root.settled("migrate", "--data", root.path / "var/lib/settled")
    assert done.returncode == 0, done.stderr


def test_an_upgrade_that_changes_the_stores_form_backs_it_up_first_and_keeps_settings(root, tmp_path):
    begin_store(root)
    settings = root.path / "etc/settled/settled.toml"
    settings.write_text(settings.read_text().replace('level = "info"', 'level = "warn"'))
    same = make(tmp_path / "same", "--version", "98.0", "--without-symbols")[0]
    assert root.dpkg("--install", same)[0] == 0
    assert not (root.path / "var/lib/settled/backups").exists(), "the store's form is the same"
    os.chown(root.path / "var/lib/settled", 0, 0)
    newer = make(tmp_path / "newer", "--version", "99.0", "--schema", "9999", "--without-symbols")[0]
    status, said = root.dpkg("--install", newer)
    assert status == 0 and "backing it up first" in said, said
    backup, = (root.path / "var/lib/settled/backups").iterdir()
    assert (backup / "settled.db").exists() and (backup / "manifest.json").exists()
    assert 'level = "warn"' in settings.read_text()


def test_an_upgrade_whose_backup_fails_changes_nothing(root, tmp_path):
    begin_store(root)
    (root.path / "var/lib/settled/master.key").unlink()
    newer = make(tmp_path / "newer", "--version", "99.0", "--schema", "9999", "--without-symbols")[0]
    status, said = root.dpkg("--install", newer)
    assert status != 0, said
    installed = subprocess.run(["dpkg-query", f"--admindir={root.path}/var/lib/dpkg", "-W", "-f", "${Version} ${db:Status-Status}",
                                "settled"], capture_output=True, text=True, check=True).stdout
    assert not installed.startswith("99.0") and installed.endswith(" installed"), installed


def test_removing_and_purging_keep_the_store_and_say_where_it_is(root):
    begin_store(root)
    assert root.dpkg("--remove", "settled")[0] == 0
    assert not (root.path / "usr/bin/settled").exists()
    assert (root.path / "etc/settled/settled.toml").exists() and (root.path / "var/lib/settled/settled.db").exists()
    status, said = root.dpkg("--purge", "settled")
    assert status == 0 and "/var/lib/settled" in said, said
    assert not (root.path / "etc/settled/settled.toml").exists()
    assert (root.path / "var/lib/settled/settled.db").exists() and (root.path / "var/lib/settled/master.key").exists()


@pytest.mark.parametrize("script", ["preinst", "postinst", "prerm", "postrm"])
def test_a_script_refuses_a_word_that_it_does_not_know(script):
    done = subprocess.run(["sh", ROOT / "deploy" / "deb" / script, "frob"], capture_output=True, text=True, check=False)
    assert done.returncode == 1 and "frob" in done.stderr
