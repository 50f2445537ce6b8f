#!/usr/bin/python3
"""Keeps the prose in the words of the payments field: comments, test names, documents, API descriptions.

Each entry of WORDS is a word that payments engineers do not use in that sense, or a pronoun that leaves
the reader to guess who acts, with what to write instead. Identifiers, string literals and quoted words of
documents (`like this`) are not checked.
    tools/check_words.py [PATH_PREFIX...]
"""

import re
import sys

from source_files import ROOT, tracked

WORDS = {
    r"tell|tells|told|telling": "notify (a partner), register (by a client), report (to an operator), show",
    r"hear of|hears of|heard of": "receive, learn of, be notified of",
    r"given to": "matched to, passed to",
    r"look-?alikes?|suitors?": "similar payment, candidate settlement",
    r"whoever|whomever|nobody|anybody|somebody|"
    r"(?-i:Who) (?:asks|cannot|gives|has|looks|names|polls|reads|registers|waits|watches)":
        "the role: caller, client, partner, worker, node, reviewer, operator",
    r"stands? under|stood under": "is indexed under",
    r"looks? under|looked under": "probes",
    r"beside": "in addition to, next to, with",
    r"behind (?:it|them|that|this|which|what|those)": "after",
    r"but for": "except",
    r"all the same": "anyway, equal",
    r"taken in(?! one| order| their)": "accepted, received",
    r"let go": "released",
    r"rests? on": "relies on, depends on",
    r"weigh|weighs|weighed|weighing": "decide, evaluate (weight is a noun of record linkage)",
    r"upshot": "result",
    r"proves? a statement|statement proof": "reconcile",
    r"buries|bury|buried": "dead-letter, cancel",
    r"whose it is|(?:is|are|was|were|be) of(?=[.,;:)]| (?:no|none|it|its|that|this|them|those|something|what)\b)":
        "belongs to, is for, covers",
}
PATTERN = re.compile(
    r"\b(?:" + "|".join(f"({words})" for words in WORDS).replace(" ", r"\s+") + r")(?!\w)", re.I)
INSTEAD = list(WORDS.values())

CODE = re.compile(r"^(src|sandbox|bench|tests)/.*\.(cpp|h|inc)$")
PYTHON = re.compile(r"^(tests|tools|bench)/.*\.py$")
PROSE = re.compile(
    r"\.md$|^config/.*\.toml$|^api/openapi\.yaml$|^migrations/.*\.sql$|^(Makefile|CMakeLists\.txt)$|\.cmake$")
NOT_OURS = re.compile(r"^(tests/(fixtures|fuzz|http)/|LICENSE)")
SELF = "tools/check_words.py"

COMMENT = re.compile(r"""(?P<text>//[^\n]*(?:\n[ ]*//[^\n]*)*|/\*.*?\*/)"""
                     r"""|R"([^(\s]*)\(.*?\)\2"|"(?:\\.|[^"\\\n])*"|(?<![0-9a-fA-F])'(?:\\.|[^'\\\n])+'""", re.S)
TEST_NAME = re.compile(r"^(?:TEST(?:_F|_P)?|RC_GTEST_PROP)\(\s*\w+,\s*(\w+)", re.M)
PYTHON_TEXT = re.compile(r'(?P<text>#[^\n]*(?:\n[ ]*#[^\n]*)*|"""(?:.*?)""")', re.S)
PYTHON_TEST = re.compile(r"^\s*def (test_\w+)", re.M)
QUOTED = re.compile(r"```.*?```|`[^`\n]*`", re.S)
LINE_START = re.compile(r"(?<=\n)[ ]*(?://|#|--)")

# A test is named by a sentence whose subject is a noun, or that of its suite.
NO_SUBJECT = re.compile(r"^(?:test )?(?:it|its|what|whatever|who|that|those|they|these|this|he|his)(?= )")
# A description of an API that is one or two words is no sentence.
BARE_DESCRIPTION = re.compile(r'description: "?([A-Z][\w-]*(?: [\w-]+)?\.)"?(?=[,}\n])')


def passages(path, text):
    """(offset, prose) of everything in the file that a person reads as English."""
    if CODE.search(path):
        comments, tests = COMMENT, TEST_NAME
    elif PYTHON.search(path):
        comments, tests = PYTHON_TEXT, PYTHON_TEST
    else:
        yield 0, prose(text)
        return
    for found in comments.finditer(text):
        if found["text"]:
            yield found.start("text"), prose(found["text"])
    for found in tests.finditer(text):
        yield found.start(1), found[1].replace("_", " ")


def prose(text):
    """The text at the same offsets, without quoted words and without the marks that begin its lines."""
    return LINE_START.sub(blank, QUOTED.sub(blank, text))


def blank(found):
    return re.sub(r"[^\n]", " ", found[0])


def problems_of(path):
    text = (ROOT / path).read_text()

    def place(offset):
        return f"{path}:{text.count(chr(10), 0, offset) + 1}"

    for start, passage in passages(path, text):
        for found in PATTERN.finditer(passage):
            words = " ".join(found[0].split())
            yield f"{place(start + found.start())}: \"{words}\": {INSTEAD[found.lastindex - 1]}"
        if NO_SUBJECT.search(passage):
            yield f"{place(start)}: \"{passage}\": a test is named subject, verb, object"
    if path == "api/openapi.yaml":
        for found in BARE_DESCRIPTION.finditer(text):
            yield f"{place(found.start())}: \"{found[1]}\": a whole clause"


def is_checked(path):
    return (not NOT_OURS.search(path) and path != SELF
            and any(kind.search(path) for kind in (CODE, PYTHON, PROSE)))


def main():
    prefixes = tuple(sys.argv[1:]) or ("",)
    files = [path for path in tracked() if path.startswith(prefixes) and is_checked(path)]
    problems = [problem for path in files for problem in problems_of(path)]
    print("\n".join(problems + [f"{len(files)} files, {len(problems)} problems"]))
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
