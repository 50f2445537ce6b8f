#!/usr/bin/python3
"""The checks that need the compiler, several at once, and only for what changed since they were last fine.

  run_clang.py headers   each header compiles alone, so that no file depends on the order of includes;
                         one that a source file includes first is compiled so by clang-tidy's run
  run_clang.py tidy      clang-tidy with the list in .clang-tidy

With --part recent clang-tidy looks at a part of the files, so that continuous integration ends in time on
a bare machine: what the last commits changed and what includes it, newest first, then a share of the rest
that moves on with each commit. Everything is looked at once in some ten commits, and by `make lint`.

A file that was fine is remembered under the hash of everything that its verdict depends on: its own text,
that of every file of ours that it includes, the flags, the rules and the versions of compiler and
libraries. The memory is build/lint; deleting it costs time only.
"""

import argparse
import concurrent.futures
import functools
import hashlib
import json
import os
import pathlib
import re
import shlex
import subprocess
import sys

from source_files import ROOT, code_files, is_test

FINE = ROOT / "build" / "lint"
COMPILER = "clang++-19"
TIDY = "clang-tidy-19"
RECENT_COMMITS = 30
RECENT_FILES_MAX = 100  # some 7 minutes on two cores
INCLUDE = re.compile(r'^\s*#\s*include\s*"([^"]+)"', re.M)


@functools.cache
def included(path):
    """Files of ours that the file names, as found next to it or from the include roots."""
    found = []
    for name in INCLUDE.findall(path.read_text(errors="replace")):
        for folder in (path.parent, ROOT / "src", ROOT):
            if (folder / name).is_file():
                found.append((folder / name).resolve())
                break
    return found


def closure(path):
    seen, todo = set(), [path]
    while todo:
        current = todo.pop()
        if current not in seen:
            seen.add(current)
            todo += included(current)
    return sorted(seen)


@functools.cache
def digest_of(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def toolchain(kind):
    """What changes every verdict: compiler, libraries, and for clang-tidy its rules."""
    versions = subprocess.run(["dpkg-query", "-W", "clang-19", "clang-tidy-19", "lib*-dev", "prometheus-cpp-dev"],
                              capture_output=True, text=True, check=False).stdout
    rules = (ROOT / ".clang-tidy").read_text() if kind == "tidy" else ""
    return hashlib.sha256((versions + rules).encode()).hexdigest()


def compile_commands(build):
    """File -> its flags, without what names the output or stands in for reading headers."""
    commands = {}
    for entry in json.loads((build / "compile_commands.json").read_text()):
        words = shlex.split(entry["command"])
        words = words[next(i for i, word in enumerate(words) if "clang" in word) + 1:]
        flags, skip = [], False
        for word in words:
            if skip or word in ("-c", "-o", "-include-pch") or word == entry["file"]:
                skip = word in ("-o", "-include-pch") and not skip
            else:
                flags.append(word)
        path = pathlib.Path(entry["file"])
        if path.is_relative_to(ROOT):
            commands.setdefault(str(path.relative_to(ROOT)), flags)
    return commands


def nearest_flags(path, commands):
    """Those of the source file that shares most of the path: the same module, so the same libraries."""
    def shared(other):
        return len(os.path.commonprefix([path, other]))
    return commands[max(sorted(commands), key=shared)]


def first_included(path):
    """The header of ours that a source file begins with, as a path; None if it begins with another."""
    found = INCLUDE.search((ROOT / path).read_text(errors="replace"))
    header = ROOT / "src" / found[1] if found else None
    return str(header.relative_to(ROOT)) if header and header.is_file() else None


def header_jobs(commands):
    seen_by_tidy = {first_included(path) for path in tidy_files(commands)}
    for path in code_files():
        if path.endswith(".h") and path not in seen_by_tidy:
            flags = nearest_flags(path, commands)
            yield path, [COMPILER, *flags, "-fsyntax-only", "-x", "c++", "-"], f'#include "{ROOT / path}"\n'


def tidy_files(commands):
    return [path for path in sorted(commands)
            if path.startswith(("src/", "sandbox/")) and not is_test(path) and (ROOT / path).is_file()]


def tidy_jobs(commands):
    for path in tidy_files(commands):
        yield path, [TIDY, "--quiet", str(ROOT / path), "--", *commands[path], "-Wno-everything"], ""


def git(*words):
    return subprocess.run(["git", *words], cwd=ROOT, capture_output=True, text=True, check=True).stdout


def recent_part(jobs):
    """Of the jobs, those for what the last commits changed, then as many others as there is room for."""
    changed = dict.fromkeys(git("log", f"-{RECENT_COMMITS}", "--name-only", "--format=").split())
    age = {str(ROOT / path): place for place, path in enumerate(changed)}
    ranked = []
    for job in jobs:
        touched = [age[str(file)] for file in closure(ROOT / job[0]) if str(file) in age]
        # A file that was changed itself comes before one that includes what was changed.
        ranked.append((job[0] not in changed, min(touched), job) if touched else None)
    recent = [job for _, _, job in sorted(filter(None, ranked), key=lambda row: row[:2])]
    rest = [job for job, row in zip(jobs, ranked) if row is None]
    start = int(git("rev-list", "--count", "HEAD")) * RECENT_FILES_MAX // 10 % max(1, len(rest))
    return (recent + rest[start:] + rest[:start])[:RECENT_FILES_MAX]


def fine_mark(kind, path, command, chain):
    parts = [kind, chain, *command, *(digest_of(file) for file in closure(ROOT / path))]
    return FINE / hashlib.sha256("\0".join(parts).encode()).hexdigest()


def check(kind, path, command, text, chain):
    """'' when fine, else what was said. None: it was fine before."""
    mark = fine_mark(kind, path, command, chain)
    if mark.exists():
        return None
    result = subprocess.run(command, input=text, text=True, cwd=ROOT, check=False,
                            stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if result.returncode == 0:
        mark.touch()
        return ""
    said = [line for line in result.stdout.splitlines() if not re.match(r"\d+ warnings? generated|Suppressed", line)]
    return "\n".join(said) or f"{path}: ended with status {result.returncode}"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("kind", choices=["headers", "tidy"])
    parser.add_argument("--build", type=pathlib.Path, required=True)
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--part", choices=["all", "recent"], default="all")
    parser.add_argument("--only", default="", help="paths that begin with this")
    args = parser.parse_args()
    FINE.mkdir(parents=True, exist_ok=True)
    commands = compile_commands(args.build)
    jobs = list({"headers": header_jobs, "tidy": tidy_jobs}[args.kind](commands))
    jobs = [job for job in jobs if job[0].startswith(args.only)]
    if args.part == "recent" and args.kind == "tidy":
        jobs = recent_part(jobs)
    chain = toolchain(args.kind)
    known = problems = 0
    printed = set()  # a finding in a header is printed once, not once a file
    with concurrent.futures.ThreadPoolExecutor(args.jobs) as pool:
        runs = {pool.submit(check, args.kind, *job, chain): job[0] for job in jobs}
        for number, run in enumerate(concurrent.futures.as_completed(runs), 1):
            said = run.result()
            known += said is None
            problems += bool(said)
            if said and said not in printed:
                printed.add(said)
                print(f"--- {runs[run]}\n{said}", flush=True)
            if number % 25 == 0 and known < number:
                print(f"  {number} of {len(jobs)}", flush=True)
    print(f"{len(jobs)} files, {known} unchanged since they were fine, {problems} with problems")
    return 1 if problems or not jobs else 0


if __name__ == "__main__":
    sys.exit(main())
