"""A copy of a store whose servers are stopped, to be put back later: the store of an earlier hour."""

import shutil

from .postgres import psql


class DirectoryCopy:
    """Of a data directory with SQLite."""

    def __init__(self, data, place):
        self.data, self.place = data, place
        shutil.copytree(data, place, ignore=shutil.ignore_patterns("control.sock"))

    def put_back(self):
        shutil.rmtree(self.data)
        shutil.move(self.place, self.data)


class DatabaseCopy:
    """Of a PostgreSQL database; `server` is the URL of another one on the same server."""

    def __init__(self, server, name):
        self.server, self.name = server, name
        psql(server, f"CREATE DATABASE {name}_copy TEMPLATE {name};")

    def put_back(self):
        psql(self.server, f"DROP DATABASE {self.name} WITH (FORCE);")
        psql(self.server, f"ALTER DATABASE {self.name}_copy RENAME TO {self.name};")


def copy_of(world):
    store = world.store
    if hasattr(store, "server"):
        return DatabaseCopy(store.server, store.name)
    return DirectoryCopy(world.data, world.directory / "copy")
