"""A platform that notifies settled: the sandbox's, a connector for it, and what becomes of its notifications."""

import base64
import itertools
import json
import ssl

from .api import Api
from .http_client import HttpClient
from .processes import run_settled
from .waiting import wait_for

_numbers = itertools.count(1)

# Everything that waits in the server waits a second here, or not at all.
NOTIFICATIONS = """
[calls]
timeout_seconds = 3
[notifications]
retry_after_seconds = [0, 1, 1]
[delivery]
retry_after_seconds = [0, 1]
"""
RECEIVED = "notification.received"


def tls_of(sandbox):
    """What trusts the sandbox's certificates."""
    return ssl.create_default_context(cafile=sandbox.files["partner_authority"])


def server_tls(sandbox):
    """Settings of a server with the certificate of this machine that the sandbox made."""
    directory = sandbox.directory
    return (f'[server]\ntls_certificate = "{directory}/partner-certificate.pem"\n'
            f'tls_key = "{directory}/partner-private.pem"\n')


class Platform:
    """The sandbox's platform, connected to a world by a connector; its content over TLS unless `over_tls` is False."""

    def __init__(self, world, name="clearmatch", over_tls=True, is_tls_server=True, port=None, options=()):
        self.world, self.sandbox, self.name = world, world.sandbox, name
        self.over_tls, self.is_tls_server = over_tls, is_tls_server
        self.port = port or world.server.port
        urls = self.sandbox.state["urls"]
        self.content_root = urls["platform_tls"] if over_tls else urls["platform"]
        self.username, self.password = "platform", self._read("platform_password")
        self.add(*options)
        self.aim()

    def _read(self, name):
        with open(self.sandbox.files[name], encoding="ascii") as file:
            return file.read()

    def add(self, *options):
        """The connector, as an operator adds it."""
        if not any(option.startswith("--content-url-prefix") for option in map(str, options)):
            options = (*options, "--content-url-prefix", f"{self.content_root}/v1/",
                       "--token-url", f"{self.content_root}/oauth/token", "--client-id", "settled",
                       "--client-secret", f"file:{self.sandbox.files['platform_client_secret']}")
        status, output, error = self.command(
            "connectors", "add", self.name, "--kind", "clearmatch", "--webhook-username", self.username,
            "--webhook-password", f"file:{self.sandbox.files['platform_password']}", *options)
        assert status == 0, (output, error)

    def command(self, *words):
        return run_settled(*words, "--data", self.world.data, "--config", self.world.config)

    @property
    def hook(self):
        return f"/hooks/{self.name}"

    def aim(self, port=None):
        root = f"https://localhost:{port or self.port}" if self.is_tls_server else f"http://127.0.0.1:{port or self.port}"
        self.sandbox.put("/platform/target", {"url": root + self.hook})

    # What the platform does

    def new_id(self):
        return f"A{next(_numbers):06}"

    def notify(self, **members):
        """One notification, with content unless it says otherwise: its number, and the id of its object."""
        members.setdefault("id", self.new_id())
        members.setdefault("tls", self.over_tls)
        if "content_url" not in members and "body" not in members:
            members.setdefault("content", {"id": members["id"], "state": "Posted"})
        made = self.sandbox.post("/platform/notifications", members)
        return made["number"], members["id"]

    def fault(self, **members):
        self.sandbox.post("/platform/faults", members)

    def end_faults(self):
        self.sandbox.call("DELETE", "/platform/faults")

    def ledger(self):
        return self.sandbox.get("/platform/ledger")

    def message(self, number):
        return next(m for m in self.ledger()["notifications"] if m["number"] == number)

    def acknowledged(self, number):
        return wait_for(lambda: (m := self.message(number))["acknowledged"] and m,
                        lambda: f"notification {number} is acknowledged: {self.message(number)}")

    def content_requests(self, object_id):
        return [r for r in self.ledger()["requests"] if r["target"].endswith("/" + object_id)]

    # What settled does

    def post(self, body, authorization=None, port=None, takes_no_json=False):
        """One request to the hook, as the platform would make it; `takes_no_json`: the connector mends commas."""
        if authorization is None:
            authorization = "Basic " + base64.b64encode(f"{self.username}:{self.password}".encode()).decode()
        connection = {"tls": tls_of(self.sandbox)} if self.is_tls_server else {}
        http = HttpClient(port=port or self.port, **connection)
        headers = {"Content-Type": "application/json"}
        if authorization:
            headers["Authorization"] = authorization
        try:
            data = body if isinstance(body, bytes) else json.dumps(body).encode()
            answer = http.send("POST", self.hook, headers, data)
            self.world.contract.check("POST", self.hook, headers, data, answer, takes_no_json)
            return answer
        finally:
            http.close()

    def all(self, object_id=None):
        return [n for n in self.world.api.all("/v1/notifications")
                if object_id is None or n["platform_id"] == object_id]

    def one(self, object_id):
        found = self.all(object_id)
        return self.world.api.get(f"/v1/notifications/{found[0]['id']}") if found else None

    def until(self, object_id, status, **members):
        """Waits until the object's only notification has that status and those members."""
        def reached():
            found = self.one(object_id)
            fits = found and found["status"] == status and all(found[k] == v for k, v in members.items())
            return found if fits else None
        return wait_for(reached, lambda: f"{object_id} is {status} {members}: {self.one(object_id)}", every=0.05)

    def events(self, object_id):
        return [e for e in self.world.api.all(f"/v1/events?type={RECEIVED}")
                if e["data"]["message"]["id"] == object_id]

    def received(self, path, object_id):
        """What the partner was sent of an object and took, each event once."""
        bodies = {}
        for record in self.sandbox.records(path):
            event = json.loads(record["body"])
            if record["status"] // 100 == 2 and event["data"].get("message", {}).get("id") == object_id:
                bodies[event["id"]] = event
        return list(bodies.values())

    def close(self):
        pass


def platform_world(make, config=NOTIFICATIONS, **rest):
    """A world whose server speaks TLS; its API, too."""
    world = make(serve=False)
    world.write_config(server_tls(world.sandbox) + config)
    world.start()
    world.api = Api(world.contract, None, port=world.server.port, tls=tls_of(world.sandbox))
    world.clients.append(world.api.http)
    world.set_up()
    return Platform(world, **rest)


def restart(platform):
    """The server is started again, on whatever port."""
    world = platform.world
    world.close_clients()
    world.server.stop()  # unless a test has killed it
    world.start()
    world.api = Api(world.contract, world.key, port=world.server.port, tls=tls_of(world.sandbox))
    world.clients.append(world.api.http)
    platform.port = world.server.port
    platform.aim()
