#!/usr/bin/python3
"""What strangers and new connections cost the server: TLS 1.3 handshakes, full and resumed, and webhooks with a bad signature.

    bench/front_door.py --build build/release [--out FILE] [--connections 1500] [--webhooks 1500]

Each figure is CPU of the server, all threads, for one of them, the median of rounds in which the kinds take turns: clients on
the same machine are slower than the server is, and do not count. A connection is opened, asks GET /livez, and is closed;
`plain` is the same without TLS, and what a handshake costs is the difference. `per_s` is how many handshakes a core of the
server makes in a second. The certificate is of ECDSA P-256, and of RSA-2048. A good webhook is stored, durable, and its answer
signed; of a bad one the signature is another body's.
"""

import pathlib
import socket
import ssl
import statistics
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent / "support"))
from served import arguments, one_world, report  # noqa: E402  # pylint: disable=wrong-import-position

ROUNDS = 5
IDLE_SECONDS = 3
REQUEST = b"GET /livez HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"


def cpu_us(pid):
    """Of the threads that a process has now. Exact: /proc/PID/stat counts in steps of 10 ms."""
    threads = pathlib.Path(f"/proc/{pid}/task").glob("*/schedstat")
    return sum(int(thread.read_text().split()[0]) for thread in threads) / 1000


def exchange(connection):
    connection.sendall(REQUEST)
    answer = b""
    while part := connection.recv(4096):
        answer += part
    assert answer.startswith(b"HTTP/1.1 200"), answer


def plain(port):
    with socket.create_connection(("127.0.0.1", port)) as connection:
        exchange(connection)


class Handshakes:
    """`full`: each a new session; else each continues the first one."""

    def __init__(self, port, trust, full):
        self.port, self.trust, self.full = port, trust, full
        self.session = None if full else self.connect(None)

    def connect(self, session):
        with socket.create_connection(("127.0.0.1", self.port)) as tcp:
            with self.trust.wrap_socket(tcp, server_hostname="localhost", session=session) as connection:
                assert connection.version() == "TLSv1.3"
                exchange(connection)
                assert connection.session_reused == (session is not None), "the session is resumed"
                return connection.session

    def one(self):
        self.connect(self.session)


def measured(pid, work):
    """(microseconds of the server's CPU, seconds)"""
    cpu, begun = cpu_us(pid), time.monotonic()
    work()
    return cpu_us(pid) - cpu, time.monotonic() - begun


def cost(pid, work, count, idle):
    """Of one, without what the server does in that time anyway: `idle` microseconds a second."""
    def all_of_them():
        for _ in range(count):
            work()
    cpu, seconds = measured(pid, all_of_them)
    return (cpu - idle * seconds) / count


def by_turns(pid, kinds, count):
    """Kind -> the median of its rounds; a first round warms up."""
    cpu, seconds = measured(pid, lambda: time.sleep(IDLE_SECONDS))
    idle = cpu / seconds
    found = {name: [] for name in kinds}
    for number in range(ROUNDS + 1):
        for name, work in kinds.items():
            one = cost(pid, work, count, idle)
            if number > 0:
                found[name].append(one)
    return {name: statistics.median(all_of) for name, all_of in found.items()}


def signature_costs(world, count):
    from support.bank import new_nonce, settled_payload, webhook_text
    iban = world.account()
    total = (ROUNDS + 1) * count

    def webhooks():
        return [webhook_text("TransactionSettled", settled_payload(iban), new_nonce(), 6) for _ in range(total)]
    good = iter([(body, world.bank.signature(body)) for body in webhooks()])
    of_another = world.bank.signature(b"{}")
    bad = iter(webhooks())

    def send_good():
        assert world.bank.deliver(*next(good)).status == 200

    def send_bad():
        answer = world.bank.deliver(next(bad), of_another)
        assert answer.code == "signature_invalid", answer.body
    found = by_turns(world.server.child.pid, {"good": send_good, "bad": send_bad}, count)
    return {"good_webhook_us": found["good"], "bad_signature_us": found["bad"],
            "bad_to_good_ratio": found["bad"] / found["good"]}


def handshake_costs(world, name, key, plain_us, count):
    from support.authority import Authority
    authority, directory = Authority(), world.directory
    certificate, key_file = directory / f"{name}.pem", directory / f"{name}.key"
    authority.issue(certificate, key_file, key=key)
    assert world.server.stop() == 0
    world.write_config(f'[server]\ntls_certificate = "{certificate}"\ntls_key = "{key_file}"\n')
    server, trust = world.start(), ssl.create_default_context(cadata=authority.pem)
    kinds = {kind: Handshakes(server.port, trust, kind == "full").one for kind in ("full", "resumed")}
    found = by_turns(server.child.pid, kinds, count)
    figures = {}
    for kind, us in found.items():
        figures[f"{name}_{kind}_us"] = us - plain_us
        figures[f"{name}_{kind}_per_s"] = 1e6 / (us - plain_us)
    return figures


def main():
    args = arguments(__doc__, connections=1500, webhooks=1500)
    from cryptography.hazmat.primitives.asymmetric import ec, rsa
    count = args.connections // ROUNDS
    with one_world("front-door") as world:
        figures = signature_costs(world, args.webhooks // ROUNDS)
        port = world.server.port
        figures["plain_us"] = by_turns(world.server.child.pid, {"plain": lambda: plain(port)}, count)["plain"]
        for name, key in (("ecdsa", ec.generate_private_key(ec.SECP256R1())), ("rsa", rsa.generate_private_key(65537, 2048))):
            figures |= handshake_costs(world, name, key, figures["plain_us"], count)
    report(figures, args.out)


if __name__ == "__main__":
    main()
