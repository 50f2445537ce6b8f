"""A server with a sandbox as its other side: what most tests start from."""

import itertools
import pathlib
import shutil

from .api import Api
from .bank import Bank
from .postgres import PostgresStore, is_engine
from .processes import Server, run_settled
from .sandbox import Sandbox
from .store import Store

_numbers = itertools.count(1)


def make_iban(number):
    """A British IBAN with right check digits, another one for each number."""
    bban = f"CLRB040401{number:08}"
    digits = "".join(str(int(letter, 36)) for letter in bban + "GB00")
    return f"GB{98 - int(digits) % 97:02}{bban}"


class World:
    """Sandbox, server and an operator's API key; `connector` is a connector of the sandbox's bank."""

    def __init__(self, directory, contract, keys, config="", connector="clearbank", serve=True, store=None,
                 **timing):
        self.directory = pathlib.Path(directory)
        self.contract = contract
        self.connector = connector
        self.server = None
        self.store = store
        self.key = None
        self.clients = []
        shutil.copytree(keys, self.directory / "sandbox")
        self.sandbox = Sandbox(self.directory / "sandbox", self.directory / "sandbox.log", **timing)
        try:
            self._open(config, serve)
        except BaseException:
            self.close()
            raise

    def _open(self, config, serve):
        self.data = self.directory / "data"
        self.config = self.directory / "settled.toml"
        self.log = self.directory / "server.log"
        if self.store is None:
            self.store = PostgresStore(self.data) if is_engine() else Store(self.data)
        self.write_config(config)
        if serve:
            self.start()
            self.set_up()

    def write_config(self, extra=""):
        """Loopback may be called, over http too; `extra` is further sections."""
        self.config.write_text(
            '[egress]\nhttps_only = false\nallow = ["127.0.0.0/8", "::1/128"]\n'
            f'trusted_certificates = "{self.sandbox.files["partner_authority"]}"\n{self.store.settings}{extra}\n')

    def start(self, **rest):
        self.server = Server(self.data, self.log, self.config, **rest)
        if self.server.port:
            self.connect()
        return self.server

    def connect(self):
        self.close_clients()
        self.operator = Api(self.contract, unix=self.server.socket)
        self.api = Api(self.contract, self.key, port=self.server.port)
        self.bank = Bank(self.server.port, self.connector, self.sandbox.bank_key, self.sandbox.institution_key)
        self.clients = [self.operator.http, self.api.http, self.bank.http]
        if self.key:
            self.sandbox.aim(self.server.port, self.connector, self.key)

    def set_up(self):
        self.add_connector(self.connector)
        self.key = self.make_key("*")
        self.api.key = self.key
        self.sandbox.aim(self.server.port, self.connector, self.key)

    def add_connector(self, name, bank_keys=None):
        status, output, error = run_settled(
            "connectors", "add", name, "--data", self.data, "--config", self.config,
            "--signing-key", f"file:{self.sandbox.files['institution_private_key']}",
            *itertools.chain(*[["--bank-key", key]
                               for key in bank_keys or [self.sandbox.files["bank_public_key"]]]))
        assert status == 0, (output, error)

    def make_key(self, *scopes):
        return self.operator_post("/v1/api-keys", {"name": "a test's", "scopes": list(scopes)})["key"]

    def operator_post(self, target, body):
        operator = Api(self.contract, unix=self.server.socket)
        try:
            return operator.post(target, body)
        finally:
            operator.http.close()

    # What tests make, each for itself, so that they can share a world.

    def secret(self, name, content, tenant="main"):
        """A file in the tenant's own directory of secrets, as the operator puts it there: how its keys name it."""
        path = self.data / "secrets" / tenant / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
        path.chmod(0o600)
        return name

    def signing_key(self, tenant="main"):
        """The URI of the institution's private key, in the tenant's own directory."""
        content = pathlib.Path(self.sandbox.files["institution_private_key"]).read_text()
        return f"file:{self.secret('signing.pem', content, tenant)}"

    def account(self):
        """A new account of ours: its IBAN."""
        iban = make_iban(next(_numbers))
        self.api.post("/v1/accounts", {"iban": iban, "name": "Shop Ltd"})
        return iban

    def endpoint(self, events=("*",), auth=None, tls=False, path=None):
        """A new endpoint at the sandbox's partner, which checks what it is sent: (endpoint, path)."""
        path = path or f"/told/{next(_numbers)}"
        root = self.sandbox.partner_tls if tls else self.sandbox.partner
        made = self.api.post("/v1/endpoints", {"url": root + path, "events": list(events),
                                               **({"auth": auth} if auth else {})})
        known = ({"user": auth["username"], "password": auth["password"]} if auth and auth["type"] == "basic"
                 else {"secret": made["secret"]})
        self.sandbox.put("/partner/credentials", {"path": path, **known})
        return made, path

    def payment(self, iban, amount="12.34", **members):
        body = {"client_id": f"order-{next(_numbers)}", "amount": {"value": amount, "currency": "GBP"},
                "payee": {"iban": iban}, **members}
        return self.api.post("/v1/payments", body)

    def is_ready(self):
        return self.api.call("GET", "/readyz").status == 200

    def close_clients(self):
        for client in self.clients:
            client.close()
        self.clients = []

    def close(self):
        self.close_clients()
        try:
            if self.server and self.server.is_running():
                self.server.stop()
            if self.store:
                self.store.drop()
        finally:
            self.sandbox.http.close()
            self.sandbox.process.stop()
