"""The REST API as a client sees it; each exchange is checked against the contract."""

import json
import uuid

from .http_client import HttpClient


class Api:
    def __init__(self, contract, key=None, **connection):
        self.contract = contract
        self.key = key
        self.http = HttpClient(**connection)

    def with_key(self, key):
        """The same server, asked with another key (None: with none)."""
        other = Api.__new__(Api)
        other.contract, other.key, other.http = self.contract, key, self.http
        return other

    def call(self, method, target, body=None, *, headers=None, raw=None, content_type="application/json"):
        """Any answer comes back; `raw` is a body as it is."""
        sent = {"Authorization": f"Bearer {self.key}"} if self.key else {}
        data = raw
        if body is not None:
            data = json.dumps(body).encode()
        if data is not None:
            sent["Content-Type"] = content_type
        sent.update(headers or {})
        answer = self.http.send(method, target, sent, data)
        self.contract.check(method, target, sent, data, answer)
        return answer

    def _expect(self, method, target, statuses, **rest):
        answer = self.call(method, target, **rest)
        assert answer.status in statuses, f"{method} {target}: {answer.status} {answer.body[:500]}"
        return answer.json if answer.body else None

    def get(self, target):
        return self._expect("GET", target, {200})

    def post(self, target, body=None, statuses=(200, 201, 202), **rest):
        rest.setdefault("headers", {"Idempotency-Key": str(uuid.uuid4())})
        return self._expect("POST", target, set(statuses), body=body, **rest)

    def patch(self, target, body):
        return self._expect("PATCH", target, {200}, body=body)

    def delete(self, target):
        return self._expect("DELETE", target, {204})

    def all(self, target, limit=500):
        """Every item of a list, in its order."""
        items, after = [], None
        while True:
            sign = "&" if "?" in target else "?"
            page = self.get(f"{target}{sign}limit={limit}" + (f"&after={after}" if after else ""))
            items += page["data"]
            if page["next"] in (None, after):  # the last page; or, read forward, there is no more yet
                return items
            after = page["next"]

    def metrics(self):
        """Samples by name and labels, as written: {'settled_x_total{code="y"}': 1.0}."""
        answer = self.call("GET", "/metrics")
        assert answer.status == 200
        lines = answer.body.decode().splitlines()
        return {line.rsplit(" ", 1)[0]: float(line.rsplit(" ", 1)[1])
                for line in lines if line and not line.startswith("#")}
