"""Several servers on one PostgreSQL, with a sandbox as their other side."""

import http.client
import json
import os
import random
import signal
import subprocess

from .api import Api
from .bank import Bank
from .processes import Server
from .waiting import wait_for
from .world import World

LEASE_SECONDS = 20  # the least that is allowed
TAKEOVER_SECONDS = LEASE_SECONDS + 2  # others' clocks may differ


class Database:
    """A database of its own on the server that SETTLED_TEST_POSTGRES names."""

    def __init__(self):
        self.server = os.environ["SETTLED_TEST_POSTGRES"]
        self.name = f"nodes_{os.getpid()}_{random.SystemRandom().randrange(1 << 31)}"
        self._psql(self.server, f"CREATE DATABASE {self.name}")
        address, mark, query = self.server.partition("?")
        self.url = address.rsplit("/", 1)[0] + f"/{self.name}" + mark + query

    @staticmethod
    def _psql(url, sql):
        done = subprocess.run(["psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", url], input=sql, text=True,
                              capture_output=True, timeout=60, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def rows(self, sql):
        text = self._psql(self.url, f"SELECT coalesce(json_agg(r), '[]') FROM ({sql}) AS r").strip()
        return json.loads(text)

    def value(self, sql):
        return next(iter(self.rows(sql)[0].values()))

    def drop(self):
        self._psql(self.server, f"DROP DATABASE {self.name} WITH (FORCE)")


class Node:
    """One server of the cluster, and how to talk to it."""

    def __init__(self, cluster, number, roles, variables=None):
        self.cluster = cluster
        self.number = number
        self.directory = cluster.world.directory / f"node-{number}"
        (self.directory / "data").mkdir(parents=True, mode=0o700)
        self.config = self.directory / "settled.toml"
        self.roles = roles
        self.variables = variables
        self.is_paused = False
        self.start()

    def start(self, arguments=()):
        world = self.cluster.world
        self.config.write_text(
            '[egress]\nhttps_only = false\nallow = ["127.0.0.0/8", "::1/128"]\n'
            f'trusted_certificates = "{world.sandbox.files["partner_authority"]}"\n'
            + self.cluster.sections(self.roles))
        self.server = Server(self.directory / "data", self.directory / "log", self.config,
                             variables=self.variables, arguments=arguments)

    @property
    def port(self):
        return self.server.port

    def api(self, key=None):
        return Api(self.cluster.world.contract, key or self.cluster.world.key, port=self.port)

    def bank(self, timeout=5):
        world = self.cluster.world
        bank = Bank(self.port, world.connector, world.sandbox.bank_key, world.sandbox.institution_key)
        bank.http.connection.timeout = timeout  # as long as the bank waits
        return bank

    def ready(self):
        api = self.api()
        try:
            return api.http.send("GET", "/readyz").status == 200
        except (OSError, http.client.HTTPException):
            return False
        finally:
            api.http.close()

    def metrics(self):
        api = self.api()
        try:
            return api.metrics()
        finally:
            api.http.close()

    def counted(self, name):
        return self.metrics().get(name, 0)

    def pause(self):
        self.server.signal(signal.SIGSTOP)
        self.is_paused = True

    def wake(self):
        self.server.signal(signal.SIGCONT)
        self.is_paused = False

    def end(self):
        if self.is_paused:
            self.wake()
        if self.server.is_running():
            self.server.stop()


class Cluster:
    """`roles`: for each node what it does, as in node.roles. `variables`: of nodes' environments, by their number."""

    def __init__(self, directory, contract, keys, roles, config="", variables=None, **timing):
        self.database = Database()
        self.nodes = []
        self.config = config
        self.world = World(directory, contract, keys, serve=False, **timing)
        self.master_key = self.world.directory / "master.key"
        try:
            for number, of_node in enumerate(roles):
                self.nodes.append(Node(self, number, of_node, (variables or {}).get(number)))
            self._set_up()
        except BaseException:
            self.close()
            raise

    def sections(self, roles):
        names = ", ".join(f'"{role}"' for role in roles.split(","))
        return (f'[store]\nurl = "{self.database.url}"\nmaster_key = "{self.master_key}"\n'
                f'[node]\nroles = [{names}]\nlease_seconds = {LEASE_SECONDS}\n'
                f'[server]\nlisten = "127.0.0.1:0"\nthreads = 1\n{self.config}\n')

    def _set_up(self):
        """The world's calls go to the first node, as its operator and with an operator's key."""
        self.call_through(self.nodes[0])
        self.world.set_up()
        wait_for(lambda: all(self.knows_connector(node) for node in self.nodes if "intake" in node.roles
                             or node.roles == "all"), "every node hears of the connector")

    def knows_connector(self, node):
        bank = node.bank()
        try:
            return bank.send("FITestEvent", "test me").status == 200
        finally:
            bank.http.close()

    def call_through(self, node):
        """The world's calls, and the webhooks of the sandbox, go to that node from now on."""
        world = self.world
        world.close_clients()
        world.server, world.data, world.config = node.server, node.directory / "data", node.config
        world.connect()

    def undelivered(self):
        return self.database.value("SELECT count(*) FROM task WHERE kind = 'delivery' AND status <> 'done'")

    def close(self):
        try:
            self.world.close_clients()
            for node in self.nodes:
                node.end()
            self.world.server = None
            self.world.close()
        finally:
            self.database.drop()
