#!/usr/bin/python3
"""Orders through one node and the sandbox's bank: how many a second, and what they cost next to their signatures; and
what each step costs with 1,000 and with 100,000 other orders open (orders_steps).

    bench/orders.py --build build/release [--out FILE] [--orders 20000]

CPU is that of the server's and the sandbox's processes, as the kernel counts it. What RSA costs is measured in the same
run by OpenSSL, on as many cores at once as there are, and multiplied with how many signatures were made and verified.
"""

import json
import multiprocessing
import os
import pathlib
import subprocess
import sys
import threading
import time

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent / "support"))
from served import arguments, cpu_us, one_world, report  # noqa: E402  # pylint: disable=wrong-import-position

CLIENTS, CONNECTIONS = 2, 16  # processes, and connections of each
ROUNDS = 400  # of RSA


def rsa_us(_):
    """CPU of one signature and of one verification, RSA-2048 with SHA-256."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    body, how = b"x" * 700, (padding.PKCS1v15(), hashes.SHA256())
    public = key.public_key()
    begun = time.process_time()
    for _ in range(ROUNDS):
        signature = key.sign(body, *how)
    between = time.process_time()
    for _ in range(ROUNDS):
        public.verify(signature, body, *how)
    end = time.process_time()
    return (between - begun) / ROUNDS * 1e6, (end - between) / ROUNDS * 1e6


def measure_rsa():
    with multiprocessing.Pool(os.cpu_count()) as pool:
        found = pool.map(rsa_us, range(os.cpu_count()))
    return tuple(sum(values) / len(values) for values in zip(*found))


def post_all(port, key, bodies):
    """One process: each of its connections posts its part."""
    from support.http_client import HttpClient

    def post(part):
        client = HttpClient(port)
        for client_id, body in part:
            answer = client.send("POST", "/v1/orders", {
                "Authorization": f"Bearer {key}", "Content-Type": "application/json", "Idempotency-Key": client_id}, body)
            assert answer.status == 202, answer.body
        client.close()
    threads = [threading.Thread(target=post, args=(bodies[i::CONNECTIONS],)) for i in range(CONNECTIONS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def run_orders(world, bank, count):
    from support.waiting import wait_for
    bodies = [(f"bench-{i}", json.dumps(bank.body(f"bench-{i}", amount=f"{1 + i % 900}.00")).encode()) for i in range(count)]
    pids = {"server": world.server.pid, "sandbox": bank.sandbox.process.pid}
    before = {name: cpu_us(pid) for name, pid in pids.items()}
    calls, webhooks = len(bank.calls()), bank.sandbox.acknowledged_count()
    clients = [multiprocessing.Process(target=post_all, args=(world.server.port, world.key, bodies[i::CLIENTS]))
               for i in range(CLIENTS)]
    begun = time.monotonic()
    for client in clients:
        client.start()
    for client in clients:
        client.join()
        assert client.exitcode == 0
    posted = time.monotonic() - begun
    wait_for(lambda: bank.sandbox.acknowledged_count() >= webhooks + count, "all have settled", seconds=600, every=0.05)
    took = time.monotonic() - begun
    after = {name: cpu_us(pid) for name, pid in pids.items()}
    settled = bank.summary()["debit"]["settled"]["count"]
    assert settled == count and bank.summary()["duplicates"] == 0
    return {"orders": count, "posted_per_s": count / posted, "settled_per_s": count / took,
            "orders_per_call": count / (len(bank.calls()) - calls),
            **{f"{name}_cpu_us": (after[name] - before[name]) / count for name in pids}}


def with_rsa(figures):
    """Server and sandbox each sign and verify: a call is signed by one and verified by the other, a webhook the other
    way round, and its answer is signed and verified."""
    sign, verify = measure_rsa()
    a_call = 1 / figures["orders_per_call"]
    rsa_of = {"server": a_call * sign + verify + sign, "sandbox": a_call * verify + sign + verify}
    for name, cost in rsa_of.items():
        figures[f"{name}_rsa_us"] = cost
        figures[f"{name}_rsa_share"] = cost / figures[f"{name}_cpu_us"]
    return {**figures, "rsa_sign_us": sign, "rsa_verify_us": verify}


def main():
    args = arguments(__doc__, orders=20_000)
    from support.money_out import MoneyOut
    with one_world("orders") as world:
        figures = report(with_rsa(run_orders(world, MoneyOut(world), args.orders)), None)
        steps = world.directory / "steps.json"
        subprocess.run([args.build / "bench" / "orders_steps", "--out", steps], check=True)
        figures |= json.loads(steps.read_text())
    if args.out:
        args.out.write_text(json.dumps(figures) + "\n")


if __name__ == "__main__":
    main()
