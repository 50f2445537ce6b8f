"""The bank as a test plays it: signs webhooks with any key, checks the signed answers."""

import base64
import datetime
import itertools
import json
import random
import re
import uuid

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from .http_client import HttpClient

_nonces = random.Random(20261122)
_numbers = itertools.count(1)


def new_key():
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def load_key(path):
    return serialization.load_pem_private_key(open(path, "rb").read(), password=None)


def public_pem(key):
    return key.public_key().public_bytes(serialization.Encoding.PEM,
                                         serialization.PublicFormat.SubjectPublicKeyInfo).decode()


def private_pem(key):
    return key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
                             serialization.NoEncryption()).decode()


def new_nonce():
    return _nonces.randrange(1 << 31, 1 << 62)


def digits(text):
    """Stands for a JSON number that is written exactly so: json knows floats only."""
    return f"@{text}@"


def webhook_text(kind, payload, nonce, version=1):
    text = json.dumps({"Type": kind, "Version": version, "Payload": payload, "Nonce": nonce},
                      separators=(",", ":"))
    return re.sub(r'"@([0-9.eE+-]+)@"', r"\1", text).encode()


def now_text():
    """A time that a test writes down once would one day lie before its payments, and match none of them."""
    return datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.000Z")


def settled_payload(iban, amount="12.34", **members):
    """A settled payment in; `members` replace or add what the payload has."""
    number = next(_numbers)
    payload = {
        "TransactionId": str(uuid.uuid4()), "Status": "Settled", "Scheme": "FasterPayments",
        "EndToEndTransactionId": f"E2E-{number:09}", "Amount": 0, "CurrencyCode": "GBP",
        "TimestampSettled": now_text(), "TimestampCreated": now_text(),
        "DebitCreditCode": "Credit", "Reference": f"INV {number:06}", "IsReturn": False,
        "Account": {"IBAN": iban, "OwnerName": "Shop Ltd"},
        "CounterpartAccount": {"IBAN": "GB29NWBK60161331926819", "OwnerName": "A Payer"},
    }
    payload.update(members)
    payload["Amount"] = digits(amount)
    return payload


class Bank:
    """Sends to one connector of one server."""

    def __init__(self, port, connector, signing_key, institution_key, tls=None):
        self.http = HttpClient(port, tls=tls)
        self.target = f"/hooks/{connector}"
        self.key = signing_key
        self.institution = institution_key.public_key()

    def signature(self, body, key=None):
        made = (key or self.key).sign(body, padding.PKCS1v15(), hashes.SHA256())
        return base64.b64encode(made).decode()

    def deliver(self, body, signature=None, target=None, **headers):
        """Raw: any body and signature ("" leaves the header away)."""
        sent = {"Content-Type": "application/json", **headers}
        if signature != "":
            sent["DigitalSignature"] = self.signature(body) if signature is None else signature
        return self.http.send("POST", target or self.target, sent, body)

    def send(self, kind, payload, nonce=None, version=1, key=None):
        nonce = new_nonce() if nonce is None else nonce
        body = webhook_text(kind, payload, nonce, version)
        answer = self.deliver(body, self.signature(body, key))
        answer.nonce = nonce
        return answer

    def settle(self, payload, **rest):
        return self.send("TransactionSettled", payload, version=6, **rest)

    def is_acknowledged(self, answer, nonce):
        """By the bank's own rules: 200, our nonce digit for digit, the institution's signature."""
        if answer.status != 200 or answer.headers.get("Content-Type", "").split(";")[0] != "application/json":
            return False
        if len(answer.headers.get_all("DigitalSignature") or []) != 1:
            return False
        try:
            self.institution.verify(base64.b64decode(answer.headers["DigitalSignature"], validate=True),
                                    answer.body, padding.PKCS1v15(), hashes.SHA256())
        except (InvalidSignature, ValueError):
            return False
        return answer.json == {"Nonce": nonce}

    def acknowledged(self, kind, payload, **rest):
        """Sends and insists on a good answer."""
        answer = self.send(kind, payload, **rest)
        assert self.is_acknowledged(answer, answer.nonce), f"{answer.status} {answer.body[:300]}"
        return answer
