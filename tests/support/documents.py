"""The project's documents, taken apart: what they say in code, and which files, commands and addresses they name."""

import re

from .places import ROOT

OUTSIDE_DOCS = ("README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md", "deploy/README.md",
                "sandbox/README.md", "src/units/README.md")


def documents():
    """Their paths in the repository."""
    return [*OUTSIDE_DOCS, *sorted(str(path.relative_to(ROOT)) for path in (ROOT / "docs").rglob("*.md"))]


class Document:
    def __init__(self, path):
        self.path = path
        self.text = (ROOT / path).read_text()

    def blocks(self, language=None):
        """Fenced blocks: their text, of one language or of all."""
        found = re.findall(r"^```([a-z]*)\n(.*?)^```$", self.text, re.MULTILINE | re.DOTALL)
        return [text for named, text in found if language in (None, named)]

    def indented(self):
        """Indented blocks, a line each."""
        return re.findall(r"^    (\S.*)$", self.text, re.MULTILINE)

    def spans(self):
        """Code within sentences."""
        prose = re.sub(r"^```.*?^```$", "", self.text, flags=re.MULTILINE | re.DOTALL)
        return re.findall(r"`([^`\n]+)`", prose)

    def links(self):
        """Where the document's links go, within the repository."""
        return [target for target in re.findall(r"\]\(([^)\s]+)\)", self.text) if "://" not in target]

    def command_lines(self):
        """Every `settled …` that it shows, continued lines joined. Not: what is shown to be refused."""
        lines = self.spans() + self.indented()
        for block in self.blocks():
            joined = block.replace("\\\n", " ").splitlines()
            lines += [line for line, after in zip(joined, [*joined[1:], ""]) if not after.startswith("settled: ")]
        found = []
        for line in lines:
            for call in re.findall(r"(?:^|[\s(])settled (?:settled )?([a-z-][^|)#;&]*)", line):
                found.append(call.split())
        return found
