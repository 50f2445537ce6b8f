"""The sandbox through its control API."""

import json

from .bank import load_key
from .http_client import HttpClient
from .processes import SandboxProcess
from .waiting import wait_for


class Sandbox:
    def __init__(self, directory, log, **timing):
        self.directory = directory
        self.process = SandboxProcess(directory, log, **timing)
        self.http = HttpClient(self.process.control_port, timeout=60)
        self.state = self.get("/state")
        self.files = self.state["files"]
        self.partner = self.state["urls"]["partner"]
        self.partner_tls = self.state["urls"]["partner_tls"].replace("127.0.0.1", "localhost")
        self.bank_key = load_key(f"{directory}/bank-private.pem")
        self.institution_key = load_key(self.files["institution_private_key"])

    def call(self, method, target, body=None):
        headers = {"Content-Type": "application/json"} if body is not None else {}
        data = None if body is None else json.dumps(body).encode()
        answer = self.http.send(method, target, headers, data)
        assert answer.status < 300, f"sandbox {method} {target}: {answer.status} {answer.body[:500]}"
        return answer.json if answer.body else None

    def get(self, target):
        return self.call("GET", target)

    def post(self, target, body=None):
        return self.call("POST", target, body if body is not None else {})

    def put(self, target, body):
        return self.call("PUT", target, body)

    def aim(self, port, connector, api_key):
        root = f"http://127.0.0.1:{port}"
        self.put("/targets", {"webhook_url": f"{root}/hooks/{connector}", "settled_url": root,
                              "api_key": api_key})

    # Bank

    def webhook(self, number):
        return self.get(f"/bank/webhooks/{number}")

    def acknowledged_count(self):
        return self.get("/bank/summary")["states"]["acknowledged"]

    def webhooks(self, state=None):
        found, after = [], 0
        while True:
            page = self.get(f"/bank/webhooks?limit=1000&after={after}" + (f"&state={state}" if state else ""))
            found += page["webhooks"]
            if page["next"] is None:
                return found
            after = page["next"]

    def acknowledged(self, numbers):
        """Waits until all of these webhooks are."""
        def finished():
            webhooks = [self.webhook(number) for number in numbers]
            return webhooks if all(w["state"] in ("acknowledged", "given_up") for w in webhooks) else None
        webhooks = wait_for(finished, lambda: f"webhooks end: {[self.webhook(n) for n in numbers]}", every=0.02)
        assert {w["state"] for w in webhooks} == {"acknowledged"}, webhooks
        return webhooks

    # Partner

    def records(self, path=None):
        return self.get("/partner/records?limit=5000" + (f"&path={path}" if path else ""))["records"]

    def told(self, path, count=1, accepted=True):
        """Waits until `path` has taken that many notifications, then gives them."""
        def enough():
            found = [r for r in self.records(path) if not accepted or r["status"] // 100 == 2]
            return found if len(found) >= count else None
        return wait_for(enough, lambda: f"{count} notifications at {path}: {self.records(path)}", every=0.02)

    def mode(self, mode, path=None, **more):
        self.put("/partner/mode", {"mode": mode, **({"path": path} if path else {}), **more})
