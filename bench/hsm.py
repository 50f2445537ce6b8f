#!/usr/bin/python3
"""Signed intake with the signing key in a token of SoftHSM, next to the same key in a file.

    bench/hsm.py --build build/release [--out FILE] [--webhooks 4000]

A server each for a key in a file and for 1, 2 and 4 sessions of the token, all on this machine with the clients. They are
measured by turns, in rounds, since what a core gives changes from one second to the next; `ratio` is the median over the
rounds of a server's webhooks a second by those of the file's server in the same round. SoftHSM computes on this machine's
cores: it shows what the way to a token costs, and not what a device makes of it.
"""

import multiprocessing
import pathlib
import statistics
import sys
import threading
import time

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent / "support"))
from served import arguments, place_with_keys, report  # noqa: E402  # pylint: disable=wrong-import-position

CLIENTS, CONNECTIONS = 2, 8  # processes, and connections of each
ROUNDS = 5
SESSIONS = (1, 2, 4)


def send_all(port, webhooks):
    """One process: each of its connections sends its part."""
    from support.http_client import HttpClient
    wrong = []

    def send(part):
        client = HttpClient(port)
        for body, signature in part:
            answer = client.send("POST", "/hooks/clearbank", {"Content-Type": "application/json",
                                                              "DigitalSignature": signature}, body)
            if answer.status != 200 or "DigitalSignature" not in answer.headers:
                wrong.append(answer.status)
        client.close()
    threads = [threading.Thread(target=send, args=(webhooks[i::CONNECTIONS],)) for i in range(CONNECTIONS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    sys.exit(1 if wrong else 0)


def measure(world, webhooks):
    """Webhooks a second, each with a signed answer."""
    clients = [multiprocessing.Process(target=send_all, args=(world.server.port, webhooks[i::CLIENTS]))
               for i in range(CLIENTS)]
    begun = time.monotonic()
    for client in clients:
        client.start()
    for client in clients:
        client.join()
        assert client.exitcode == 0, "every webhook is acknowledged and signed"
    return len(webhooks) / (time.monotonic() - begun)


def signed_webhooks(world, iban, count):
    from support.bank import new_nonce, settled_payload, webhook_text
    bodies = [webhook_text("TransactionSettled", settled_payload(iban), new_nonce(), 6) for _ in range(count)]
    return [(body, world.bank.signature(body)) for body in bodies]


def make_worlds(directory, keys, token):
    """By name; the key of all is the institution's."""
    from support.hsm import SETTINGS
    from support.openapi import Contract
    from support.processes import run_settled
    from support.world import World
    worlds = {}
    for name, settings in [("file", ""), *((f"sessions_{count}", f"{SETTINGS}sessions = {count}\n") for count in SESSIONS)]:
        place = directory / name
        place.mkdir()
        world = worlds[name] = World(place, Contract(), keys, settings)
        if name == "file":
            continue

        def run(*words, world=world):
            status, output, error = run_settled(*words, "--data", world.data, "--config", world.config)
            assert status == 0, output + error
        if len(worlds) == 2:
            run("signing-keys", "import", world.sandbox.files["institution_private_key"], token.uri("institution"))
        run("connectors", "set", "clearbank", "--signing-key", token.uri("institution"))
    return worlds


def rounds_of(worlds, count):
    ibans = {name: world.account() for name, world in worlds.items()}
    per_second = {name: [] for name in worlds}
    names = list(worlds)
    for number in range(ROUNDS + 1):
        for name in names[number % len(names):] + names[:number % len(names)]:
            webhooks = signed_webhooks(worlds[name], ibans[name], count // ROUNDS)
            found = measure(worlds[name], webhooks)
            if number > 0:  # the first round warms all of them up
                per_second[name].append(found)
    return per_second


def figures_of(per_second):
    figures = {"file_per_s": statistics.median(per_second["file"])}
    for count in SESSIONS:
        own = per_second[f"sessions_{count}"]
        figures[f"sessions_{count}_per_s"] = statistics.median(own)
        figures[f"sessions_{count}_ratio"] = statistics.median(a / b for a, b in zip(own, per_second["file"]))
    return figures


def main():
    args = arguments(__doc__, webhooks=4000)
    from support.hsm import Token
    with place_with_keys("hsm") as (directory, keys):
        worlds = make_worlds(directory, keys, Token(directory / "hsm", pytest.MonkeyPatch()))
        try:
            figures = figures_of(rounds_of(worlds, args.webhooks))
        finally:
            for world in worlds.values():
                world.close()
    report(figures, args.out)


if __name__ == "__main__":
    main()
