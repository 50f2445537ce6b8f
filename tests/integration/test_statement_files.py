"""The bank's file, imported by one call: as `settled import` reads it, while webhooks are answered."""

import select
import threading

import pytest

from support.bank import settled_payload
from support.http_client import HttpClient
from support.statements import Books, entry
from support.waiting import wait_for

MIB = 1024 * 1024
FILE = {"content_type": "application/octet-stream"}


@pytest.fixture
def books(shared, tmp_path):
    return Books(shared, tmp_path)


def mt940(account, entries, number=1):
    """A message whose entries are of 1.00 each; the texts make it a large one."""
    lines = [f":61:2611181118C1,00NTRFREF-{each}\n:86:INVOICE {each} {'X' * 300}" for each in range(1, entries + 1)]
    return "\n".join([":20:X", f":25:{account}", f":28C:{number}/1", ":60F:C261117GBP0,00", *lines,
                      f":62F:C261118GBP{entries},00", "-", ""]).encode()


def test_a_file_comes_to_the_same_by_call_and_by_command(books):
    payloads = [books.settle(amount) for amount in ("10.00", "20.00")]
    file = books.file("day.xml", books.camt([entry(payload) for payload in payloads] + [entry(payloads[0], "5.00", id="NEVER", e2e="NEVER")]))
    imported = books.world.api.post("/v1/statements/files?name=day.xml", raw=file.read_bytes(), **FILE)
    statement = imported["data"][0]["statement"]
    assert (imported["imported"], statement["status"]) == (1, "reconciled")
    assert statement["reconciliation"]["linked"]["count"] == 2
    assert statement["reconciliation"]["missing_webhook"]["count"] == 1
    by_command, = books.run(file, expect=3)
    assert by_command["id"] == statement["id"]
    assert by_command["reconciliation"] == statement["reconciliation"]
    again = books.world.api.post("/v1/statements/files", raw=file.read_bytes(), **FILE)
    assert (again["imported"], again["already_imported"]) == (0, 1)


def test_a_large_file_is_imported_while_webhooks_are_answered(books):
    world, iban = books.world, books.iban
    file = mt940(iban, 20_000)
    assert 6 * MIB < len(file) < 32 * MIB
    answers = []
    client = HttpClient(port=world.server.port, timeout=120)
    call = threading.Thread(target=lambda: answers.append(client.send(
        "POST", "/v1/statements/files", {"Authorization": f"Bearer {world.api.key}", "Content-Type": "application/octet-stream"}, file)))
    call.start()
    answered = 0
    while call.is_alive():
        world.bank.acknowledged("TransactionSettled", settled_payload(iban, "12.34"))
        answered += 1
    call.join()
    assert answers[0].status == 200, answers[0].body[:500]
    statement = answers[0].json["data"][0]["statement"]
    assert (statement["status"], statement["entries_loaded"]) == ("reconciled", 20_000)
    assert answered > 0


def test_a_file_is_refused_before_its_body_is_read(books):
    world = books.world
    headers = {"Content-Type": "application/octet-stream", "Content-Length": str(20 * MIB)}
    for key, size, status, code in (("sk_wrong", 20 * MIB, 401, "credentials_invalid"),
                                    (world.make_key("payments:read"), 20 * MIB, 403, "scope_missing"),
                                    (world.api.key, 33 * MIB, 413, "body_too_large")):
        client = HttpClient(port=world.server.port)
        answer = client.send("POST", "/v1/statements/files", {**headers, "Authorization": f"Bearer {key}", "Content-Length": str(size)}, b"begun")
        client.close()
        assert (answer.status, answer.code) == (status, code)


def test_a_tenant_imports_one_file_at_a_time(books):
    world = books.world
    headers = {"Authorization": f"Bearer {world.api.key}", "Content-Type": "application/octet-stream"}
    second = HttpClient(port=world.server.port, timeout=60)
    file = mt940(books.iban, 100, number=7)
    begun = []

    def begin():
        """A file of which the rest is to come. It is refused while the place of the file before is not free yet."""
        first = HttpClient(port=world.server.port, timeout=60)
        begun.append(first)
        first.connection.putrequest("POST", "/v1/statements/files")
        for name, value in {**headers, "Content-Length": str(len(file))}.items():
            first.connection.putheader(name, value)
        first.connection.endheaders(file[:1000])

    def is_busy():
        answer = second.send("POST", "/v1/statements/files", headers, b"x")
        if answer.status == 503 and answer.code == "server_busy" and answer.headers["Retry-After"]:
            return True
        begin()
        return False

    begin()
    wait_for(is_busy, "a file has its place")

    def unanswered():
        return [first for first in begun if not select.select([first.connection.sock], [], [], 0)[0]]
    wait_for(lambda: len(unanswered()) == 1, "all others are refused")
    first, = unanswered()
    first.connection.send(file[1000:])
    assert first.connection.getresponse().status == 200

    def is_free():
        answer = second.send("POST", "/v1/statements/files", headers, b"x")
        return (answer.status, answer.code) == (422, "column_missing")

    wait_for(is_free, "the place is free again")
    for client in (*begun, second):
        client.close()
