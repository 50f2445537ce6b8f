"""A database, made once and copied for each point of a sweep of faults on the way to PostgreSQL."""

import itertools
import os
import pathlib
import tempfile

from .postgres import PostgresStore, psql
from .postgres_proxy import Proxy
from .stage import SETTINGS, end_of, is_delivered
from .story import Story
from .world import World

_numbers = itertools.count(1)


class ProxiedStore(PostgresStore):
    """The server goes through the proxy; the test looks past it."""

    def __init__(self, data):
        super().__init__(data)
        self.sockets = tempfile.TemporaryDirectory(prefix="settled-proxy-")  # short: it names a socket
        directory = self.url.split("host=")[1].split("&")[0]
        self.proxy = Proxy(self.sockets.name, directory)
        self.settings_url = self.url.replace(f"host={directory}", f"host={self.sockets.name}")

    def drop(self):
        self.proxy.close()
        self.sockets.cleanup()
        super().drop()


class PostgresStage:
    """As Stage is for SQLite."""

    def __init__(self, directory, contract, keys):
        self.world = World(directory, contract, keys, SETTINGS, store=ProxiedStore(pathlib.Path(directory) / "data"))
        self.store, self.proxy = self.world.store, self.world.store.proxy
        self.iban = self.world.account()
        _, self.path = self.world.endpoint()
        self.world.close_clients()
        assert self.world.server.stop() == 0
        self.template = f"stage_{os.getpid()}_{next(_numbers)}"
        psql(self.store.server, f"ALTER DATABASE {self.store.name} RENAME TO {self.template};")

    def set(self):
        """Everything as it was before the story, whatever became of the one before."""
        if self.world.server.is_running():
            self.world.server.kill()
        psql(self.store.server, f"DROP DATABASE IF EXISTS {self.store.name} WITH (FORCE);")
        psql(self.store.server, f"CREATE DATABASE {self.store.name} TEMPLATE {self.template};")
        self.world.sandbox.call("DELETE", "/partner/records")
        return Story(self.iban)

    def start(self, number, direction, how, strike=None):
        """The point is counted from the moment that the server is ready."""
        self.world.start()
        self.proxy.arm(number, direction, how, strike)

    def is_delivered(self, story):
        return is_delivered(self.store, story)

    def bury(self):
        self.store.bury()

    def end(self, story):
        end_of(self.world, self.path, story)

    def close(self):
        self.world.close()
        psql(self.store.server, f"DROP DATABASE IF EXISTS {self.template} WITH (FORCE);")
