"""Which files the checks look at, and their text without comments and literals."""

import pathlib
import re
import subprocess

ROOT = pathlib.Path(__file__).resolve().parent.parent
CODE_FOLDERS = ("src/", "sandbox/", "bench/", "tests/")


def tracked(*patterns):
    """Paths, relative to the root, of files that git has or would take in."""
    listing = subprocess.run(["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard",
                              *patterns], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return sorted({path for path in listing.split("\0") if path and (ROOT / path).is_file()})


def code_files():
    return [path for path in tracked("*.cpp", "*.h", "*.inc") if path.startswith(CODE_FOLDERS)]


def is_test(path):
    name = pathlib.PurePath(path).name
    return (path.startswith(("tests/", "bench/")) or name.endswith(("_test.cpp", "_test.h", "_fuzz.cpp"))
            or name in ("testing.h", "test_support.h", "testing.cpp", "test_support.cpp"))


_NOT_CODE = re.compile(r'''//[^\n]*|/\*.*?\*/|R"([^(\s]*)\(.*?\)\1"|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])+\'''',
                       re.S)


def code_lines(path):
    """The file's lines with comments, strings and characters blanked out; include lines are kept."""
    text = (ROOT / path).read_text()
    whole = text.split("\n")

    def blank(match):
        return re.sub(r"[^\n]", " ", match[0])

    # Digit separators (1'000) are no characters.
    bare = _NOT_CODE.sub(blank, re.sub(r"(?<=[0-9a-fA-F])'(?=[0-9a-fA-F])", "_", text)).split("\n")
    return [line if line.lstrip().startswith("#include") else code for line, code in zip(whole, bare)]
