#!/usr/bin/python3
"""Sizes and manners of every text file: at most 500 lines of code, nothing left open, no stray spaces,
no two test files of one name."""

import re
import sys

from source_files import ROOT, tracked

LINES_MAX = 500
# Data and texts have no such limit.
UNLIMITED = re.compile(r"\.(json|txt|md|pem|yaml|yml|csv|xml|svg|html)$|^(LICENSE|tests/(fixtures|fuzz)/)")
BINARY = re.compile(r"\.(sig|der|p12|png|ico|woff2)$|^tests/(fuzz/corpus|fixtures/field)/")
UNFINISHED = re.compile(r"\b(TODO|FIXME|HACK)\b")  # said in one place: here


def problems_of(path):
    try:
        text = (ROOT / path).read_text()
    except UnicodeDecodeError:
        yield f"{path}: is no UTF-8 text"
        return
    lines = text.split("\n")
    if not UNLIMITED.search(path) and len(lines) - 1 > LINES_MAX:
        yield f"{path}: {len(lines) - 1} lines, {LINES_MAX} is the limit: find the second subject in it"
    if re.match(r"tests/(fixtures|http)/", path) or path == "LICENSE":
        return  # bytes that matter as they are
    if text and not text.endswith("\n"):
        yield f"{path}: the last line has no end"
    for number, line in enumerate(lines, 1):
        if UNFINISHED.search(line) and path != "tools/check_files.py":
            yield f"{path}:{number}: left open: {line.strip()}"
        if line != line.rstrip():
            yield f"{path}:{number}: spaces at the end of the line"


def names_that_clash(files):
    """pytest imports test files by their base name: two of one name are not collected."""
    seen = {}
    for path in files:
        name = path.rsplit("/", 1)[-1]
        if re.fullmatch(r"test_\w+\.py", name):
            if name in seen:
                yield f"{path}: {seen[name]} has this name, and pytest would collect one of them only"
            seen[name] = path


def main():
    files = [path for path in tracked() if not BINARY.search(path)]
    problems = [problem for path in files for problem in problems_of(path)]
    problems += names_that_clash(files)
    print("\n".join(problems + [f"{len(files)} files, {len(problems)} problems"]))
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
