"""What a start makes, what it refuses, and what it leaves alone."""

import json
import os
import stat

import pytest

from support.postgres import PostgresStore, is_engine
from support.processes import Server, run_settled
from support.store import Store


@pytest.fixture
def place(tmp_path):
    """Where there is no installation yet: (its data directory, a settings file, a store to look into)."""
    data = tmp_path / "data"
    store = PostgresStore(data) if is_engine() else Store(data)
    config = tmp_path / "settled.toml"
    config.write_text(store.settings)
    yield data, config, store
    store.drop()


def is_untouched(place):
    data, _, store = place
    tables = store.rows("SELECT tablename FROM pg_tables WHERE schemaname = 'public'") if is_engine() else []
    return not data.exists() and not tables


def run(place, *arguments):
    data, config, _ = place
    return run_settled(*arguments, "--data", data, "--config", config)


READING = [("keys", "list"), ("keys", "revoke", "key_0000000000001"), ("connectors", "list"), ("institutions",),
           ("reviews", "export"), ("export", "all"), ("store", "rekey"), ("audit", "verify"), ("audit", "head"),
           ("endpoints", "list"), ("events", "list"), ("deliveries", "list"), ("webhooks", "list"), ("redeliver", "dlv_0000000000001"), ("webhooks", "read-again"), ("orders", "list"),
           ("links", "list"), ("returns", "list"), ("postings", "list"), ("calls", "list"), ("calls", "held"),
           ("notifications", "list"), ("catch-ups", "list"), ("catch-up", "--connector", "bank", "--since", "2026-11-20"),
           ("statements", "request", "--connector", "bank", "--date", "2026-11-20"),
           ("reconcile", "--account", "GB33BUKB20201555555555", "--date", "2026-11-20")]


@pytest.mark.parametrize("command", READING, ids=[" ".join(command) for command in READING])
def test_a_command_that_begins_nothing_leaves_no_store_and_no_key(place, command):
    status, output, error = run(place, *command)
    assert (status, output) == (1, ""), (output, error)
    assert "store_missing" in error and "right?" in error, error
    assert is_untouched(place)


def test_importing_a_statement_begins_nothing(place, tmp_path):
    statement = tmp_path / "statement.csv"
    statement.write_text("Date,Amount,Reference\n2026-11-20,12.34,INV-1\n")
    status, _, error = run(place, "import", statement, "--account", "GB33BUKB20201555555555", "--currency", "GBP")
    assert status != 0 and is_untouched(place), error


def test_replaying_begins_nothing(place, tmp_path):
    rules = tmp_path / "rules.toml"
    rules.write_text('name = "as it is"\n')
    status, _, error = run(place, "replay", "--rules", rules)
    assert status == 1 and "store_missing" in error and is_untouched(place), error


def test_a_command_that_begins_an_installation_says_so_and_only_once(place):
    status, output, error = run(place, "keys", "create", "--name", "first", "--scopes", "*")
    assert status == 0 and json.loads(output)["key"]
    assert "made a new store" in error and "master.key" in error, error
    assert (place[0] / "master.key").exists()
    status, _, error = run(place, "keys", "create", "--name", "second", "--scopes", "*")
    assert status == 0 and error.startswith("settled: changed main at ") and error.count("\n") == 1
    status, output, error = run(place, "keys", "list")
    assert status == 0 and error == ""
    assert {key["name"] for key in json.loads(output)["data"]} == {"first", "second"}


def test_migrating_where_there_is_no_store_makes_one_that_a_server_takes(place, tmp_path):
    data, config, _ = place
    status, output, error = run(place, "migrate", "--text")
    assert status == 0 and "up to date" in output
    assert is_engine() or "made a new store" in error
    assert Server(data, tmp_path / "log", config).stop() == 0


def test_a_server_logs_that_it_made_a_store(place, tmp_path):
    data, config, _ = place
    for made in (1, 0):
        server = Server(data, tmp_path / "log", config)
        assert server.stop() == 0
        assert len(server.log_lines("store.made")) == made


def modes(data):
    """Of what lies in a data directory, and of itself."""
    return {path.name: stat.S_IMODE(path.lstat().st_mode) for path in [data, *data.iterdir()]}


def test_no_file_of_ours_is_open_to_others_whatever_the_umask(place, tmp_path):
    data, config, _ = place
    before = os.umask(0)
    try:
        server = Server(data, tmp_path / "log", config)
    finally:
        os.umask(before)
    try:
        found = modes(data)
    finally:
        assert server.stop() == 0
    assert {"master.key", "control.sock"} <= found.keys()
    assert is_engine() or {"settled.db", "settled.db-wal", "settled.db-shm"} <= found.keys()
    assert all(mode & 0o077 == 0 for mode in found.values()), {name: oct(mode) for name, mode in found.items()}


@pytest.mark.parametrize("mode", [0o755, 0o750, 0o777, 0o701], ids=oct)
def test_a_data_directory_that_is_open_to_others_is_refused_with_the_command_that_closes_it(place, mode):
    data, config, _ = place
    data.mkdir()
    data.chmod(mode)
    status, _, error = run_settled("serve", "--data", data, "--config", config, "--listen", "127.0.0.1:0")
    assert status == 1 and "not_private" in error and f"{mode:04o}" in error, error
    assert not list(data.iterdir())
    command = error.split("close it: ")[1].strip()
    assert os.system(command) == 0
    assert run(place, "keys", "create", "--name", "x", "--scopes", "*")[0] == 0


@pytest.mark.skipif(is_engine(), reason="on PostgreSQL the data is not in the directory")
def test_data_of_an_earlier_version_that_others_could_read_is_closed(place, tmp_path):
    data, config, _ = place
    assert run(place, "keys", "create", "--name", "x", "--scopes", "*")[0] == 0
    (data / "settled.db").chmod(0o644)
    (data / "lock").chmod(0o664)
    server = Server(data, tmp_path / "log", config)
    try:
        assert all(mode & 0o077 == 0 for mode in modes(data).values()), modes(data)
    finally:
        assert server.stop() == 0


@pytest.mark.parametrize("is_up", [True, False], ids=["server up", "server down"])
def test_a_mistyped_tenant_is_an_error_and_no_new_tenant(new_world, is_up):
    world = new_world()
    if not is_up:
        assert world.server.stop() == 0

    def keys(*arguments):
        return run_settled("keys", *arguments, "--data", world.data, "--config", world.config)
    for command in (("create", "--name", "x", "--scopes", "*"), ("list",)):
        status, output, error = keys(*command, "--tenant", "mian")
        assert (status, output) == (1, "") and "there is no tenant mian" in error, error
    assert [row["name"] for row in world.store.rows("SELECT name FROM tenant")] == ["main"]
    status, output, error = keys("create", "--name", "x", "--scopes", "*", "--tenant", "shop", "--new-tenant")
    assert status == 0 and json.loads(output)["key"], error
    status, _, error = keys("create", "--name", "x", "--scopes", "*", "--tenant", "shop", "--new-tenant")
    assert status == 1 and "there already" in error
    assert keys("create", "--name", "y", "--scopes", "*", "--tenant", "shop")[0] == 0


def test_a_port_on_which_another_server_listens_is_refused(new_world, tmp_path):
    """Each would get some of the requests, and the bank's webhooks would go to the wrong one."""
    world = new_world()
    status, _, error = run_settled("serve", "--data", tmp_path / "other", "--listen",
                                   f"127.0.0.1:{world.server.port}")
    assert status == 1 and "address_in_use" in error, error
    assert f"another process listens on 127.0.0.1 port {world.server.port}" in error
    for _ in range(20):
        world.connect()  # by a new connection each time
        assert world.api.call("GET", "/v1/payments").status == 200
    assert world.server.stop() == 0
    again = Server(tmp_path / "other", tmp_path / "other.log", listen=f"127.0.0.1:{world.server.port}")
    assert again.stop() == 0, "the port is free again at once"
