#!/usr/bin/python3
"""Keeps the house in order: who may include what, and what must not be said where.

1. A module includes only itself and what its DEPENDS reach (src/CMakeLists.txt); there is no circle.
2. A third-party header stays in the folders that own it (docs/decisions/0008-dependencies.md).
3. Code that must be repeatable from its facts asks no clock, environment, thread or random device,
   and walks no unordered container. Money code has no floating point.
"""

import re
import sys

from source_files import ROOT, code_files, code_lines, is_test

VERSION = ["src/cli/version.cpp"]  # asks the libraries for theirs

# Header pattern -> folders that may include it. The first pattern that fits counts. Tests may
# include what they like.
OWNERS = [
    (r"boost/asio/impl/|boost/beast/src", ["src/base/asio_source.cpp", "src/net/beast_source.cpp"]),
    (r"boost/beast", ["src/net/"]),
    (r"boost/asio/(ip|ssl|local|generic|basic_\w*(socket|acceptor)|read|write|connect|buffer)\b",
     ["src/net/"]),
    (r"boost/asio\.hpp", []),  # the whole of it costs every includer four seconds
    (r"boost/asio/", ["src/base/", "src/net/", "src/store/store.h", "src/store/job", "src/custody/key_desk",
                      "src/node/", "src/worker/", "src/kafka/", "src/intake/", "src/server/", "src/cli/", "src/demo/", "src/dev/", "sandbox/"]),
    (r"boost/(system|core|optional|assert|utility)\b", ["src/base/", "src/net/"]),
    (r"boost/", []),
    (r"openssl/", ["src/crypto/", "src/net/", "sandbox/keys/", *VERSION]),
    (r"sqlite3\.h", ["src/store/sqlite/", *VERSION]),
    (r"libpq-fe\.h", ["src/store/postgres/", *VERSION]),
    (r"ares\.h", ["src/net/client/ares_channel.cpp"]),
    (r"simdjson", ["src/wire/"]),
    (r"expat\.h", ["src/statements/xml.cpp"]),
    (r"librdkafka/", ["src/kafka/", *VERSION]),
    (r"p11-kit/", ["src/custody/pkcs11/"]),
    (r"argon2\.h", ["src/crypto/password.cpp"]),
    (r"spdlog/|prometheus/", ["src/observe/"]),
    (r"toml\+\+/", ["src/server/"]),
    (r"fmt/", ["src/", "sandbox/"]),
    (r"gtest/|gmock/|rapidcheck|benchmark/", []),
]
SYSTEM = re.compile(r"(sys|netinet|arpa|linux)/\w+\.h|\w+\.h|[a-z_0-9]+")  # POSIX, C and C++

PURE = ("src/match/", "src/domain/", "src/units/", "src/worker/", "src/intake/", "src/connectors/", "src/api/",
        "src/statements/")
UNREPEATABLE = re.compile(
    r"_clock::now\b|\bs?rand\s*\(|\brandom_device\b|\bgetenv\b|\bstd::j?thread\b|\bthis_thread\b"
    r"|\bstd::async\b|\bstd::unordered_\w+|\btime\s*\(\s*(NULL|nullptr|0)?\s*\)|\bgettimeofday\b")
MONEY = ("src/base/money", "src/match/", "src/domain/", "src/units/", "src/connectors/", "src/store/", "src/api/",
         "src/statements/")
FLOATING = re.compile(r"\b(double|float|stod|stof|strtod|strtof)\b")
# (file, word): why it is right there.
ALLOWED = {}


def modules():
    """Module -> the modules it may include, by its DEPENDS and what those reach."""
    direct = {}
    for cmake in ("src/CMakeLists.txt", "sandbox/CMakeLists.txt"):
        for name, rest in re.findall(r"settled_module\((\w+)([^)]*)\)", (ROOT / cmake).read_text()):
            depends = re.search(r"DEPENDS\s+([\w\s]+?)(?:\bLINKS\b|\bFOLDER\b|$)", rest)
            direct[name] = depends[1].split() if depends else []
    reach = {}

    def follow(name, path):
        if name in path or name not in direct:
            sys.exit(f"DEPENDS go in a circle or name no module: {' -> '.join([*path, name])}")
        if name not in reach:
            reach[name] = {name}.union(*(follow(other, [*path, name]) for other in direct[name]))
        return reach[name]

    for name in direct:
        follow(name, [])
    return reach


def module_of(path):
    parts = path.split("/")
    return "sandbox" if parts[0] == "sandbox" else parts[1]


def check_own_header(path, header, reach):
    if path.startswith(("tests/", "bench/")) or module_of(path) not in reach:  # main.cpp sees everything
        return None
    target = header.split("/")[0]
    if target == "support" and is_test(path):  # tests/support
        return None
    if target not in reach:
        return None if (ROOT / path).parent.joinpath(header).exists() else f"{header}: there is no such module"
    if target not in reach[module_of(path)]:
        return f"{module_of(path)} may not use {target} ({header})"
    return None


def check_foreign_header(path, header):
    if is_test(path):
        return None
    for pattern, owners in OWNERS:
        if re.match(pattern, header):
            fits = any(path.startswith(owner) for owner in owners)
            return None if fits else f"<{header}> belongs to {', '.join(owners) or 'nobody'}"
    return None if SYSTEM.fullmatch(header) else f"<{header}>: unknown library; give it an owner here"


def check_words(path, line):
    if is_test(path):
        return None
    for folders, words, why in ((PURE, UNREPEATABLE, "comes through an interface (Clock, Rng, …)"),
                                (MONEY, FLOATING, "has no place near money")):
        found = words.search(line) if path.startswith(folders) else None
        if found and (path, found[0].strip()) not in ALLOWED:
            return f"{found[0].strip()} {why}"
    return None


def check_file(path, reach):
    for number, line in enumerate(code_lines(path), 1):
        include = re.match(r'\s*#\s*include\s*(?:"([^"]+)"|<([^>]+)>)', line)
        if include:
            own, foreign = include.groups()
            problem = check_own_header(path, own, reach) if own else check_foreign_header(path, foreign)
        else:
            problem = check_words(path, line)
        if problem:
            yield f"{path}:{number}: {problem}"


def main():
    reach = modules()
    files = code_files()
    problems = [problem for path in files for problem in check_file(path, reach)]
    print("\n".join(problems + [f"{len(files)} files, {len(problems)} problems"]))
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
