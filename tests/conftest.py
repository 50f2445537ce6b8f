"""Fixtures of the tests of the whole program."""

import shutil

import pytest

from support.cluster import Cluster
from support.money_out import CALLS, MoneyOut
from support.openapi import Contract
from support.postgres_stage import PostgresStage
from support.sandbox import Sandbox
from support.stage import Stage
from support.world import World


@pytest.fixture(scope="session")
def contract():
    return Contract()


@pytest.fixture(scope="session")
def sandbox_keys(tmp_path_factory):
    """A sandbox's keys, made once: making RSA keys takes longer than most tests."""
    directory = tmp_path_factory.mktemp("keys")
    sandbox = Sandbox(directory / "sandbox", directory / "sandbox.log")
    sandbox.http.close()
    sandbox.process.stop()
    return directory / "sandbox"


@pytest.fixture(scope="module")
def shared(tmp_path_factory, contract, sandbox_keys):
    """One world for a whole module, for tests that keep to accounts and endpoints of their own."""
    directory = tmp_path_factory.mktemp("world")
    world = World(directory, contract, sandbox_keys, "[log]\nlevel = \"debug\"\n[delivery]\nretry_after_seconds = [0, 1, 1]\n[matching]\nunmatched_after_seconds = 1\nwatermark_seconds = 1")
    yield world
    world.close()
    shutil.rmtree(directory, ignore_errors=True)


@pytest.fixture(scope="module")
def bank(tmp_path_factory, contract, sandbox_keys):
    """A world of a whole module whose connector pays; a test that sets faults or rules puts them back."""
    directory = tmp_path_factory.mktemp("bank")
    world = World(directory, contract, sandbox_keys, CALLS)
    try:
        yield MoneyOut(world)
    finally:
        world.close()
    shutil.rmtree(directory, ignore_errors=True)


@pytest.fixture
def new_world(tmp_path, contract, sandbox_keys):
    """Makes worlds for one test alone, and ends them."""
    worlds = []

    def make(config="", **rest):
        directory = tmp_path / f"world-{len(worlds)}"
        directory.mkdir()
        worlds.append(World(directory, contract, sandbox_keys, config, **rest))
        return worlds[-1]
    yield make
    for world in worlds:
        world.close()


@pytest.fixture(scope="module")
def stage(tmp_path_factory, contract, sandbox_keys):
    """A store with an account and an endpoint, closed well, to be set up again for each fault."""
    made = Stage(tmp_path_factory.mktemp("stage"), contract, sandbox_keys)
    yield made
    made.world.close()


@pytest.fixture(scope="module")
def postgres_stage(tmp_path_factory, contract, sandbox_keys):
    """The same on PostgreSQL, with a proxy between the server and the database."""
    made = PostgresStage(tmp_path_factory.mktemp("stage"), contract, sandbox_keys)
    yield made
    made.close()


@pytest.fixture
def new_cluster(tmp_path, contract, sandbox_keys):
    """Makes clusters for one test alone, and ends them."""
    clusters = []

    def make(roles, config="", **rest):
        directory = tmp_path / f"cluster-{len(clusters)}"
        directory.mkdir()
        clusters.append(Cluster(directory, contract, sandbox_keys, roles, config, **rest))
        return clusters[-1]
    yield make
    for cluster in clusters:
        cluster.close()
