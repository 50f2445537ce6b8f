"""The API reference that a server shows: made of the contract, with nothing from elsewhere, and without scripts."""

import html.parser
import re
import subprocess
import sys

from support.places import ROOT


class Page(html.parser.HTMLParser):
    def __init__(self, text):
        super().__init__()
        self.ids, self.links, self.sources, self.tags, self.open = [], [], [], set(), []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        named = dict(attributes)
        self.tags.add(tag)
        self.ids += [named["id"]] if "id" in named else []
        self.links += [named["href"]] if tag == "a" else []
        self.sources += [named[name] for name in ("src", "href") if name in named and tag != "a"]
        assert not {name for name in named if name.startswith("on") or name == "style"}, attributes
        if tag not in ("meta", "link", "br"):
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def test_the_page_is_the_one_that_the_contract_makes():
    done = subprocess.run([sys.executable, ROOT / "tools" / "make_reference.py", "--check"], capture_output=True, text=True,
                          check=False)
    assert done.returncode == 0, done.stderr


def test_a_server_shows_every_operation_with_a_strict_policy_and_no_key(shared, contract):
    # It is no part of the contract, which describes what programs call.
    answer = shared.api.with_key(None).http.send("GET", "/docs/")
    assert answer.status == 200 and answer.headers["Content-Type"] == "text/html; charset=utf-8"
    policy = answer.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; style-src 'self';") and "unsafe" not in policy
    page = Page(answer.body.decode())
    assert page.open == [] and "script" not in page.tags
    assert page.sources == ["reference.css"]
    assert len(page.ids) == len(set(page.ids)) and {operation.id for operation in contract.operations} <= set(page.ids)
    broken = [link for link in page.links if link.startswith("#") and link[1:] not in page.ids]
    assert not broken and all(link.startswith("#") or link == "/openapi.yaml" for link in page.links)
    style = shared.api.http.send("GET", "/docs/reference.css")
    assert style.status == 200 and style.headers["Content-Type"] == "text/css; charset=utf-8"
    assert not re.search(rb"url\(|@import", style.body)


def test_the_reference_is_found_without_its_slash_and_takes_no_changes(shared):
    moved = shared.api.http.send("GET", "/docs")
    assert (moved.status, moved.headers["Location"]) == (308, "/docs/")
    assert shared.api.http.send("GET", "/docs/nothing").status == 404
    assert shared.api.http.send("POST", "/docs/", {"Content-Type": "application/json"}, b"{}").status in (405, 413)
