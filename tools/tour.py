#!/usr/bin/python3
"""Makes the pictures of docs/tour.md: a fixed story is played in `settled dev`, and a browser looks at the console.

    tools/tour.py [--out docs/tour] [--check]

With --check no picture is kept: it fails if a screen does not show what the tour says that it shows."""

import argparse
import itertools
import json
import os
import pathlib
import random
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests"))

from support.browser import Browser  # noqa: E402
from support.dev import Dev  # noqa: E402
from support.waiting import wait_for  # noqa: E402

SEED = 2041
PAYERS = ["Ann Lee", "Carlos Ortega", "Mina Okafor", "Tomas Novak", "Priya Raman", "Joan Fletcher", "Wei Chen", "Elif Demir",
          "Sam Whitlock", "Greta Lindqvist"]
INSTITUTIONS = ["monzo", "starling", "revolut", "barclays", "natwest"]
ORDERS = range(2041, 2069)


class Story:
    """Payments of a shop, and their money: most arrive as they were announced, some do not."""

    def __init__(self, dev):
        self.dev = dev
        self.random = random.Random(SEED)
        self.account = dev.state["account"]

    def ask(self, method, target, body=None):
        answer = self.dev.api(method, target, body)
        assert answer.status < 300, f"{method} {target}: {answer.status} {answer.body}"
        return json.loads(answer.body)

    def register(self, client_id, value, reference, payer):
        self.ask("POST", "/v1/payments", {
            "client_id": client_id, "institution_id": self.random.choice(INSTITUTIONS), "scheme": "fps",
            "amount": {"value": value, "currency": "GBP"}, "reference": reference, "end_to_end_id": f"E2E{client_id}",
            "payee": {"name": "Shop Ltd", "iban": self.account}, "payer": {"name": payer}})

    def pay(self, value, reference, payer, **more):
        answer = self.dev.sandbox("POST", "/bank/payments", {
            "account": self.account, "amount": value, "reference": reference, "payer": {"name": payer.upper()}, **more})
        assert answer.status < 300, answer.body

    def play(self):
        for number in ORDERS:
            payer, value = self.random.choice(PAYERS), f"{self.random.randint(900, 42000) / 100:.2f}"
            self.register(f"order-{number}", value, f"INV-2026-{number}", payer)
            if number % 7 == 3:
                continue  # still expected
            lost = {} if number % 9 == 0 else {"end_to_end_id": f"E2Eorder-{number}"}
            self.pay(value, f"INV-2026-{number}", payer, **lost)
        # Two payments alike, and the money of one of them without its id; money that is nine pence off; money for no payment.
        for twin in ("order-2101", "order-2102"):
            self.register(twin, "650.00", "DEPOSIT MAY", "Mina Okafor")
        self.pay("650.00", "DEPOSIT MAY", "Mina Okafor")
        self.register("order-2110", "12.34", "INV-2026-2110", "Joan Fletcher")
        self.pay("12.43", "INV-2026-2110", "Joan Fletcher")
        self.pay("81.00", "THANK YOU", "Sam Whitlock")
        wait_for(lambda: sorted(self.unmatched()) == ["12.43", "81.00"] and len(self.reviews()) == 2, "the story is over")

    def reviews(self):
        """The open ones: their ids by kind."""
        return {one["kind"]: one["id"] for one in self.ask("GET", "/v1/reviews?status=open")["data"]}

    def unmatched(self):
        """Money without a payment: its ids by amount."""
        return {one["amount"]["value"]: one["id"] for one in self.ask("GET", "/v1/settlements?status=unmatched")["data"]}


def views(story):
    """Of each picture: its name, path, scheme, width and height, and what must be read on it."""
    return [
        ("overview", "/console/overview?charts=hour", "light", 1180, 960, ["Unmatched", "93.43 GBP", "650.00 GBP", "Attempts to deliver"]),
        ("payment", "/console/payments/order-2042", "light", 1180, 760, ["Timeline", "INV-2026-2042", "matched to order-2042"]),
        ("review", f"/console/reviews/{story.reviews()['settlement_ambiguous']}", "light", 1180, 760, ["order-2101", "order-2102", "they differ"]),
        ("why", f"/console/settlements/{story.unmatched()['12.43']}", "dark", 1180, 760, ["12.34 GBP", "12.43 GBP", "suggested", "order-2110"]),
        ("endpoint", f"/console/endpoints/{story.dev.state['endpoint']}", "dark", 1180, 760, ["Backlog", "Partner's page"]),
        ("narrow", "/console/payments", "dark", 390, 780, ["order-2110"]),
    ]


def main():
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--out", type=pathlib.Path, default=ROOT / "docs" / "tour")
    asked.add_argument("--check", action="store_true")
    given = asked.parse_args()
    with tempfile.TemporaryDirectory(prefix="settled-tour-") as directory:
        dev = Dev(pathlib.Path(directory))
        try:
            story = Story(dev)
            story.play()
            for look, seen in itertools.groupby(views(story), key=lambda view: view[2:5]):
                look_at(dev, look, list(seen), None if given.check else given.out)
        finally:
            dev.stop()


def look_at(dev, look, seen, out):
    scheme, width, height = look
    browser = Browser(dev.state["url"], width=width, height=height, scheme=scheme)
    try:
        browser.sign_in_with_key(dev.state["key"])
        for name, path, *_, texts in seen:
            browser.go(path)
            for text in texts:
                browser.shows(text)
            browser.run("document.activeElement?.blur(); scrollTo(0, 0)")
            if name == "why":
                browser.run("[...document.querySelectorAll('h2')].find(one => one.innerText === 'Why').scrollIntoView(); scrollBy(0, -40)")
            if out:
                os.makedirs(out, exist_ok=True)
                browser.picture(out / f"{name}.png")
                print(out / f"{name}.png")
    finally:
        browser.close()


if __name__ == "__main__":
    main()
