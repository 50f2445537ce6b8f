"""Money out as a client of settled sees it, with the sandbox's bank on the other side and its ledger as the truth."""

import base64
import collections
import itertools
import json
import pathlib
import socket
import uuid

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding

from .api import Api
from .http_client import HttpClient
from .waiting import wait_for

_numbers = itertools.count(1)

# Everything that waits in the server waits a second here, or not at all.
CALLS = """
[calls]
timeout_seconds = 1
retry_after_seconds = [0, 0, 1]
query_after_seconds = [0, 1]
review_after_seconds = 60
probe_every_seconds = 1
"""
# The same where every call gets its reply: a bank that is slow, as on a busy machine, is waited for.
PATIENT = CALLS.replace("timeout_seconds = 1\n", "timeout_seconds = 30\n")
HELD_NAME = "6a41a29eafcf455493"  # the bank holds a payment to a creditor of this name
PAYING = "/v3/payments/fps"
SETTLED_IN_THE_END = {"settled", "returned"}


def creditor(number=0, **members):
    """An account at another bank."""
    return {"name": f"Receiver {number}", "sort_code": "601613", "account_number": "31926819", **members}


def order_body(client_id, debtor_iban, amount="10.00", **members):
    """What a client posts."""
    return {"client_id": client_id, "connector": "clearbank", "scheme": "fps", "debtor": {"iban": debtor_iban},
            "amount": {"value": amount, "currency": "GBP"}, "creditor": creditor(), "reference": "PAY OUT", **members}


class MoneyOut:
    """A world whose connector pays."""

    def __init__(self, world, **settings):
        self.world = world
        self.sandbox = world.sandbox
        self.debtor = self.sandbox.state["real_account_iban"]
        connect_bank(world, **settings)
        wait_for(self.knows_its_account, "the bank has named the institution's account")

    @property
    def api(self):
        return self.world.api

    def knows_its_account(self):
        return any(account["iban"] == self.debtor for account in self.api.all("/v1/accounts"))

    # Orders

    def new_id(self):
        return f"pay-{next(_numbers)}"

    def body(self, client_id=None, **members):
        return order_body(client_id or self.new_id(), self.debtor, **members)

    def order(self, client_id=None, **members):
        return self.api.post("/v1/orders", self.body(client_id, **members), statuses=(202,))

    def refused(self, status, client_id=None, **members):
        """The problem that says why it was not taken."""
        answer = self.api.call("POST", "/v1/orders", self.body(client_id, **members),
                               headers={"Idempotency-Key": str(uuid.uuid4())})
        assert answer.status == status, answer.body
        return answer.json

    def get(self, order):
        return self.api.get(f"/v1/orders/{order['client_id']}")

    def until(self, order, *statuses):
        """The order, once it has one of these statuses."""
        def there():
            found = self.get(order)
            return found if found["status"] in statuses else None
        return wait_for(there, lambda: f"{statuses}: {self.get(order)}", every=0.02)

    def until_quiet(self):
        """No call waits for a try or a reply: what a test sets next meets no call of an earlier order, whose webhook may
        have settled it before its call was over."""
        def waiting():
            return [call for call in self.api.all("/v1/calls?status=queued")
                    if call["purpose"] not in ("find_transactions", "find_bacs_credit")]
        wait_for(lambda: not waiting(), lambda: f"calls end: {waiting()}", every=0.02)

    def as_before(self):
        """For the next test of a shared world."""
        self.rules()
        self.no_faults()
        self.duplicate_webhooks(0)
        self.query_lag(0)
        self.release_webhooks()
        self.until_quiet()

    def together(self, bodies):
        """Posts while the connector is paused: they go in one call."""
        self.pause()
        made = [self.api.post("/v1/orders", body, statuses=(202,)) for body in bodies]
        self.resume()
        return made

    def pause(self):
        return self.api.post("/v1/connectors/clearbank/pause", {"reason": "a test"})

    def resume(self):
        return self.api.post("/v1/connectors/clearbank/resume")

    def change(self, **settings):
        return change_connector(self.world, settings)

    def connector(self):
        return self.api.get("/v1/connectors/clearbank")

    def events(self, subject):
        """Types of the events about an order, link or return, oldest first."""
        found = [event for event in self.api.all("/v1/events") if subject in json.dumps(event["data"])]
        return [event["type"] for event in sorted(found, key=lambda event: event["id"])]

    def reviews(self, subject=None, status="open"):
        return [review for review in self.api.all(f"/v1/reviews?status={status}")
                if subject is None or subject in json.dumps(review["detail"])]

    def decide(self, review, decision, key=None, **members):
        api = self.api.with_key(key) if key else self.api
        return api.post(f"/v1/reviews/{review['id']}/decide", {"decision": decision, "reason": "a test decided", **members})

    # The bank

    def rules(self, *rules):
        self.sandbox.put("/bank/payment-rules", {"rules": list(rules)})

    def fault(self, **fault):
        """For the next calls; those of earlier orders are over."""
        self.until_quiet()
        self.sandbox.post("/bank/api-faults", {"path": PAYING, **fault})

    def no_faults(self):
        self.sandbox.call("DELETE", "/bank/api-faults")

    def hold_webhooks(self):
        self.sandbox.post("/bank/hold")

    def release_webhooks(self, **how):
        self.sandbox.post("/bank/release", how)

    def duplicate_webhooks(self, count):
        self.sandbox.put("/bank/webhook-duplicates", {"duplicates": count})

    def query_lag(self, milliseconds):
        self.sandbox.put("/bank/query-lag", {"lag_ms": milliseconds})

    def calls(self, path=PAYING):
        return pages(self.sandbox, f"/bank/calls?limit=1000&path={path}", "calls")

    def ledger(self):
        return pages(self.sandbox, "/bank/ledger?limit=1000", "bookings")

    def summary(self):
        return self.sandbox.get("/bank/ledger/summary")

    def payments_out(self, end_to_end_id=None):
        """What the bank has booked by API calls, or of one end-to-end id; what was rejected moved no money."""
        found = [booking for booking in self.ledger()
                 if booking["side"] == "debit" and not booking["is_return"] and booking["request_id"]]
        return [b for b in found if end_to_end_id in (None, b["end_to_end_id"])]

    def silence(self, silent=True):
        """As if settled had not listened for longer than the bank repeats webhooks."""
        self.sandbox.put("/bank/silence", {"silent": silent})

    def receive(self, amount, **members):
        """Money comes in on the institution's account: the bank's transaction id."""
        return self.sandbox.post("/bank/payments", {"account": self.debtor, "amount": amount, **members})["label"]

    def caught_up(self):
        """Waits until no catch-up is under way; gives them, newest first."""
        def ended():
            found = self.api.all("/v1/catch-ups")
            return found if found and all(each["status"] == "done" for each in found) else None
        return wait_for(ended, lambda: f"catch-ups end: {self.api.all('/v1/catch-ups')}", every=0.05)

    def until_booked(self, order, state):
        def there():
            return [b for b in self.payments_out(order["end_to_end_id"]) if b["state"] == state]
        return wait_for(there, lambda: f"{state}: {self.payments_out(order['end_to_end_id'])}")[0]

    def instruct_elsewhere(self, end_to_end_id, **what):
        """A payment that the institution makes past settled: its own signed call of the bank's API."""
        answer = bank_call(self.sandbox, "POST", PAYING, payment_text(self.debtor, end_to_end_id, **what))
        assert answer.status == 202, answer.body

    def raw_reply_to_a_payment(self, end_to_end_id):
        """Every byte of the bank's reply."""
        body = payment_text(self.debtor, end_to_end_id)
        head = "".join(f"{name}: {value}\r\n" for name, value in {
            "Host": "bank", "Connection": "close", "Content-Length": len(body), **call_headers(self.sandbox, body)}.items())
        with socket.create_connection(("127.0.0.1", bank_port(self.sandbox)), timeout=20) as connection:
            connection.sendall(f"POST {PAYING} HTTP/1.1\r\n{head}\r\n".encode() + body)
            return b"".join(iter(lambda: connection.recv(4096), b""))

    # Both

    def check_each_paid_once(self, orders):
        """By the bank's ledger: exactly one payment for each order that settled in the end, none for any other."""
        booked = collections.Counter(b["end_to_end_id"] for b in self.payments_out() if b["state"] != "rejected")
        for order in orders:
            seen = self.get(order)
            wanted = 1 if seen["status"] in SETTLED_IN_THE_END else 0
            assert booked[order["end_to_end_id"]] == wanted, (seen, self.payments_out(order["end_to_end_id"]))
        assert self.summary()["duplicates"] == 0
        assert self.summary()["signatures"]["refused"] == 0


def change_connector(world, settings):
    """As the operator, who may name files anywhere."""
    operator = Api(world.contract, unix=world.server.socket)
    try:
        return operator.patch(f"/v1/connectors/{world.connector}", settings)
    finally:
        operator.http.close()


def connect_bank(world, **settings):
    """The connector of the sandbox's bank is given its API."""
    state = world.sandbox.state
    change_connector(world, {
        "api_url": state["urls"]["bank"], "api_token": f"file:{state['files']['api_token']}",
        "institution_account": state["real_account_id"], "debtor_name": "Shop Ltd",
        "debtor_address": "1 High Street, London", **settings})


def pages(sandbox, target, name):
    found, after = [], 0
    while True:
        page = sandbox.get(f"{target}&after={after}")
        found += page[name]
        if page["next"] is None or not page[name]:
            return found
        after = page["next"]


def payment_text(debtor, end_to_end_id, amount="10.00", creditor_iban="GB29NWBK60161331926819"):
    """The body of a payment call, by its own writer and not by settled's."""
    number = f"ELSEWHERE-{next(_numbers)}"
    text = json.dumps({"paymentInstructions": [{
        "paymentInstructionIdentification": number, "debtor": {"address": "1 High Street"},
        "debtorAccount": {"identification": {"iban": debtor}},
        "creditTransfers": [{
            "paymentIdentification": {"instructionIdentification": number, "endToEndIdentification": end_to_end_id},
            "amount": {"instructedAmount": "@", "currency": "GBP"}, "creditor": {"name": "Receiver 0"},
            "creditorAccount": {"identification": {"iban": creditor_iban}},
            "remittanceInformation": {"structured": {"creditorReferenceInformation": {"reference": "X"}}}}]}]})
    return text.replace('"@"', amount).encode()


def bank_port(sandbox):
    return int(sandbox.state["urls"]["bank"].rsplit(":", 1)[1])


def call_headers(sandbox, body):
    """What the bank wants to see of a call of its institution."""
    token = pathlib.Path(sandbox.files["api_token"]).read_text().strip()
    signature = sandbox.institution_key.sign(body, padding.PKCS1v15(), hashes.SHA256())
    return {"Authorization": f"Bearer {token}", "Content-Type": "application/json", "X-Request-Id": str(uuid.uuid4()),
            "DigitalSignature": base64.b64encode(signature).decode()}


def bank_call(sandbox, method, target, body):
    client = HttpClient(bank_port(sandbox))
    try:
        return client.send(method, target, call_headers(sandbox, body), body)
    finally:
        client.close()
