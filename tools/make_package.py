#!/usr/bin/python3
"""Makes the packages of Debian 12:  tools/make_package.py --build build/release --out build/packages

    settled_VERSION_amd64.deb           the program, stripped, its unit, settings, completions, manual and documents
    settled-dbgsym_VERSION_amd64.deb    what a debugger needs of it

The same commit gives the same bytes: all times are the commit's (SOURCE_DATE_EPOCH, if it is set, goes first). Needs dpkg-dev.
"""

import argparse
import gzip
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
DEB = ROOT / "deploy" / "deb"
SCRIPTS = ("preinst", "postinst", "prerm", "postrm")
DOCUMENTS = ("README.md", "ARCHITECTURE.md", "CHANGELOG.md", "SECURITY.md", "docs", "deploy/README.md", "deploy/alerts.yml",
             "deploy/grafana.json", "api/openapi.yaml")
MAINTAINER = "settled <root@localhost>"
DESCRIPTION = """payments server: notifies a business the moment its money has really moved
 It matches what a bank says that it has settled with what a business expects,
 sends payments, books them on loans, and delivers each change to partners."""


def run(*words, **options):
    done = subprocess.run([str(word) for word in words], capture_output=True, text=True, check=False, **options)
    if done.returncode != 0:
        sys.exit(f"{' '.join(map(str, words))}: {done.stderr or done.stdout}")
    return done.stdout


def version_of(program):
    return re.match(r"settled (\S+)", run(program, "--version"))[1]


def newest_migration():
    return max(int(path.name[:4]) for path in (ROOT / "migrations").glob("[0-9]*.sql"))


def time_of_source():
    given = os.environ.get("SOURCE_DATE_EPOCH")
    return given or run("git", "-C", ROOT, "log", "-1", "--format=%ct").strip()


def put(text, path, mode=0o644):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    path.chmod(mode)


def compressed(data):
    return gzip.compress(data, mtime=0)


def put_program(program, tree):
    target = tree / "usr" / "bin" / "settled"
    target.parent.mkdir(parents=True)
    run("strip", "--remove-section=.comment", "-o", target, program)
    target.chmod(0o755)
    return target


def put_symbols(program, tree):
    """Compressed here, and not once more with the package."""
    build_id = re.search(r"Build ID: ([0-9a-f]+)", run("readelf", "-n", program))[1]
    debug = tree / "usr" / "lib" / "debug" / ".build-id" / build_id[:2] / f"{build_id[2:]}.debug"
    debug.parent.mkdir(parents=True)
    run("objcopy", "--only-keep-debug", "--compress-debug-sections=zlib", program, debug)
    debug.chmod(0o644)


def put_settings(tree):
    text = (ROOT / "config" / "settled.toml").read_text()
    here, count = re.subn(r'^data = "\./data"$', 'data = "/var/lib/settled"', text, flags=re.MULTILINE)
    assert count == 1, "config/settled.toml names the data directory once"
    put(here, tree / "etc" / "settled" / "settled.toml", 0o640)


def put_words(program, tree):
    """Completions and the manual: the program writes both itself."""
    places = {"bash": "usr/share/bash-completion/completions/settled", "zsh": "usr/share/zsh/vendor-completions/_settled",
              "fish": "usr/share/fish/vendor_completions.d/settled.fish"}
    for shell, place in places.items():
        put(run(program, "completion", shell), tree / place)
    with tempfile.TemporaryDirectory() as directory:
        run(program, "man", directory)
        for page in sorted(pathlib.Path(directory).iterdir()):
            put(compressed(page.read_bytes()), tree / "usr/share/man/man1" / f"{page.name}.gz")


def put_documents(tree):
    target = tree / "usr" / "share" / "doc" / "settled"
    for name in DOCUMENTS:
        source = ROOT / name
        files = sorted(source.rglob("*")) if source.is_dir() else [source]
        for file in files:
            if file.is_file():
                put(file.read_bytes(), target / file.relative_to(ROOT))
    put((ROOT / "LICENSE").read_bytes(), target / "copyright")
    put(compressed((ROOT / "CHANGELOG.md").read_bytes()), target / "changelog.gz")


def depends_on(program):
    with tempfile.TemporaryDirectory() as directory:
        put("Source: settled\n\nPackage: settled\nArchitecture: amd64\n", pathlib.Path(directory) / "debian" / "control")
        said = run("dpkg-shlibdeps", "-O", program, cwd=directory)
    return re.search(r"shlibs:Depends=(.*)", said)[1]


def control(package, version, depends, tree, section, description):
    size = sum(file.stat().st_size for file in tree.rglob("*") if file.is_file()) // 1024
    return (f"Package: {package}\nVersion: {version}\nArchitecture: amd64\nMaintainer: {MAINTAINER}\n"
            f"Installed-Size: {size}\nDepends: {depends}\nSection: {section}\nPriority: optional\n"
            f"Description: {description}\n")


def sums(tree):
    files = sorted(file for file in tree.rglob("*") if file.is_file() and "DEBIAN" not in file.parts)
    return "".join(run("md5sum", file.relative_to(tree), cwd=tree) for file in files)


def make_deb(tree, out, name, epoch, packed=("-Zxz", "-z2")):
    for path in [tree, *tree.rglob("*")]:
        if path.is_dir():
            path.chmod(0o755)
    if (tree / "var" / "lib" / "settled").is_dir():
        (tree / "var" / "lib" / "settled").chmod(0o700)
    made = out / name
    run("dpkg-deb", "--root-owner-group", *packed, "--build", tree, made, env=os.environ | {"SOURCE_DATE_EPOCH": epoch})
    return made


def make_symbols(program, out, version, epoch):
    with tempfile.TemporaryDirectory() as directory:
        tree = pathlib.Path(directory) / "settled-dbgsym"
        put_symbols(program, tree)
        put(control("settled-dbgsym", version, f"settled (= {version})", tree, "debug", "debug symbols of settled"),
            tree / "DEBIAN" / "control")
        return make_deb(tree, out, f"settled-dbgsym_{version}_amd64.deb", epoch, ("-Znone",))


def make(build, out, version, schema, with_symbols):
    program, epoch = build / "settled", time_of_source()
    version = version or version_of(program)
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as directory:
        tree = pathlib.Path(directory) / "settled"
        stripped = put_program(program, tree)
        put_settings(tree)
        put_words(program, tree)
        put_documents(tree)
        put((ROOT / "deploy" / "settled.service").read_bytes(), tree / "lib/systemd/system/settled.service")
        put((DEB / "sysusers.conf").read_bytes(), tree / "usr/lib/sysusers.d/settled.conf")
        put(f"{schema}\n", tree / "usr/share/settled/schema")
        (tree / "var" / "lib" / "settled").mkdir(parents=True)
        put("/etc/settled/settled.toml\n", tree / "DEBIAN" / "conffiles")
        for script in SCRIPTS:
            put((DEB / script).read_text().replace("@SCHEMA@", str(schema)), tree / "DEBIAN" / script, 0o755)
        depends = f"{depends_on(stripped)}, init-system-helpers, passwd, ca-certificates, tzdata"
        put(control("settled", version, depends, tree, "net", DESCRIPTION), tree / "DEBIAN" / "control")
        put(sums(tree), tree / "DEBIAN" / "md5sums")
        made = [make_deb(tree, out, f"settled_{version}_amd64.deb", epoch)]
    return [*made, make_symbols(program, out, version, epoch)] if with_symbols else made


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", type=pathlib.Path, required=True)
    parser.add_argument("--out", type=pathlib.Path, required=True)
    parser.add_argument("--version", help="another than the program's own")
    parser.add_argument("--schema", type=int, default=newest_migration(), help="another than that of migrations/")
    parser.add_argument("--without-symbols", action="store_true", help="settled-dbgsym is not made")
    given = parser.parse_args()
    if shutil.which("dpkg-shlibdeps") is None:
        sys.exit("dpkg-shlibdeps is missing: install dpkg-dev")
    for made in make(given.build.resolve(), given.out, given.version, given.schema, not given.without_symbols):
        print(made)


if __name__ == "__main__":
    main()
