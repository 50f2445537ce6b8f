"""What strangers, hanging partners and scarce file descriptors can do to a server: other clients notice nothing."""

import contextlib
import pathlib
import socket

import pytest

from support.api import Api
from support.bank import settled_payload
from support.name_server import NameServer
from support.processes import Server, run_settled
from support.waiting import wait_for

MEBIBYTE = 1 << 20


def with_descriptors(soft, hard):
    """Runs a program with these limits; the shell stays, so that the program is a child of it."""
    return ("bash", "-c", f'ulimit -Sn {soft} && ulimit -Hn {hard} && "$@"; exit $?', "bash")


@contextlib.contextmanager
def silent_connections(port, count, addresses, first_words=b""):
    """Connections that say no more than their first words."""
    opened = []
    try:
        for number in range(count):
            client = socket.socket()
            client.bind((addresses[number % len(addresses)], 0))
            client.settimeout(5)
            client.connect(("127.0.0.1", port))
            client.sendall(first_words)
            opened.append(client)
        yield opened
    finally:
        for client in opened:
            client.close()


def two_threads(directory):
    """Settings with which the count of descriptors does not depend on the machine."""
    config = directory / "settled.toml"
    config.write_text("[server]\nthreads = 2\n")
    return config


def soft_limit(pid):
    lines = pathlib.Path(f"/proc/{pid}/limits").read_text().splitlines()
    return int(next(line for line in lines if line.startswith("Max open files")).split()[3])


def test_the_soft_limit_of_descriptors_is_raised_to_the_hard_one(tmp_path):
    server = Server(tmp_path / "data", tmp_path / "log", wrapper=with_descriptors(512, 2048))
    try:
        assert soft_limit(server.pid) == 2048
        told = server.log_lines("server.few_descriptors")
        assert len(told) == 1 and told[0]["descriptors"] == 2048 and told[0]["level"] == "warn"
        assert told[0]["connections"] < 2048 < told[0]["wanted"]
    finally:
        server.stop()


def test_a_start_with_hopelessly_few_descriptors_is_refused_with_what_to_do(tmp_path):
    status, _, error = run_settled("serve", "--data", tmp_path / "data", "--listen", "127.0.0.1:0",
                                   wrapper=with_descriptors(200, 200))
    assert status != 0
    assert "200 file descriptors are too few" in error and "ulimit -Hn" in error
    assert not (tmp_path / "data").exists(), "it is refused before anything is made"


def test_with_few_descriptors_silent_clients_of_two_addresses_keep_no_other_client_out(tmp_path, contract):
    server = Server(tmp_path / "data", tmp_path / "log", two_threads(tmp_path), wrapper=with_descriptors(1024, 1024))
    api = Api(contract, port=server.port)
    operator = Api(contract, unix=server.socket)
    try:
        with silent_connections(server.port, 1200, ["127.0.0.2", "127.0.0.3"]):
            assert api.call("GET", "/readyz").status == 200
            assert api.call("GET", "/v1/payments").code == "credentials_missing"
            assert operator.call("GET", "/v1/api-keys").status == 200
            assert len(list(pathlib.Path(f"/proc/{server.pid}/fd").iterdir())) < 1024
    finally:
        api.http.close()
        operator.http.close()
        assert server.stop() == 0


def test_when_all_connections_are_taken_health_checks_are_answered_and_others_get_the_reason(tmp_path, contract):
    server = Server(tmp_path / "data", tmp_path / "log", two_threads(tmp_path), wrapper=with_descriptors(512, 512))
    limit = server.log_lines("server.few_descriptors")[0]["connections"]
    api = Api(contract, port=server.port)
    operator = Api(contract, unix=server.socket)

    def connections():
        return operator.metrics()["settled_http_connections"]
    try:
        # One request each: then a connection may be idle for a minute.
        with silent_connections(server.port, limit, [f"127.0.1.{number}" for number in range(1, 21)],
                                b"GET /livez HTTP/1.1\r\nHost: x\r\n\r\n"):
            wait_for(lambda: connections() >= limit, "all places are taken")
            assert api.call("GET", "/livez").status == 200
            api.http.close()  # the answer ended the connection
            answer = api.http.send("GET", "/v1/payments")  # any address answers so, whatever its contract
            assert answer.code == "too_many_requests" and int(answer.headers["Retry-After"]) > 0
    finally:
        api.http.close()
        operator.http.close()
        assert server.stop() == 0


def test_unfinished_bodies_of_one_address_are_held_within_the_budget(new_world):
    """2,000 would be the real attack (bench/flood.py); a quarter of that already costs 500 MiB where nothing bounds it."""
    world = new_world("[server]\nrequest_memory_mib = 32")
    head = (b"POST /hooks/clearbank HTTP/1.1\r\nHost: x\r\nDigitalSignature: AAAA\r\n"
            b"Content-Length: %d\r\n\r\n" % MEBIBYTE)
    resident_before = resident_mib(world.server.pid)
    with silent_connections(world.server.port, 500, ["127.0.0.2"]) as attackers:
        for attacker in attackers:
            attacker.setblocking(False)
            send_what_goes(attacker, head + b"x" * (MEBIBYTE - 1))
        iban = world.account()
        for _ in range(5):  # small requests, and the bank's
            payload = settled_payload(iban)
            payment = world.payment(iban, reference=payload["Reference"], end_to_end_id=payload["EndToEndTransactionId"])
            world.bank.acknowledged("TransactionSettled", payload)
            wait_for(lambda: world.api.get(f"/v1/payments/{payment['client_id']}")["status"] == "settled", "settled")
        assert resident_mib(world.server.pid) - resident_before < 64


def send_what_goes(client, data):
    with contextlib.suppress(OSError):  # the server takes no more now, or refuses the rest
        while data:
            data = data[client.send(data):]


def resident_mib(pid):
    lines = pathlib.Path(f"/proc/{pid}/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith("VmRSS")).split()[1]) / 1024


@pytest.fixture
def names():
    server = NameServer({"good.test": "127.0.0.1"})
    yield server
    server.close()


def test_a_silent_name_server_delays_only_its_own_endpoints(new_world, names):
    world = new_world(serve=False)
    text = world.config.read_text().replace("[egress]\n", f'[egress]\nname_servers = ["{names.address}"]\n')
    world.config.write_text(text + "[server]\nthreads = 1\n")
    world.start()
    world.set_up()
    port = world.sandbox.partner.rsplit(":", 1)[1]
    silent = [world.api.post("/v1/endpoints", {"url": f"http://silent{number}.test:{port}/", "events": ["*"]})
              for number in range(8)]
    path = "/told/by-name"
    good = world.api.post("/v1/endpoints", {"url": f"http://good.test:{port}{path}", "events": ["*"]})
    world.sandbox.put("/partner/credentials", {"path": path, "secret": good["secret"]})
    iban = world.account()
    payload = settled_payload(iban)
    world.payment(iban, reference=payload["Reference"], end_to_end_id=payload["EndToEndTransactionId"])
    world.bank.acknowledged("TransactionSettled", payload)

    def deliveries(endpoint):
        return world.api.get(f"/v1/deliveries?endpoint={endpoint['id']}")["data"]
    wait_for(lambda: any(d["status"] == "done" for d in deliveries(good)), "the partner who is well is told")
    wait_for(lambda: all(f"silent{number}.test" in names.asked for number in range(8)), "all were asked for")
    for one in deliveries(good):
        attempts = world.api.get(f"/v1/deliveries/{one['id']}")["attempts"]
        assert [attempt["outcome"] for attempt in attempts] == ["delivered"], "at the first attempt"
    for endpoint in silent:
        assert all(d["status"] != "done" for d in deliveries(endpoint))
