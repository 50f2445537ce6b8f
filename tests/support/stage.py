"""One data directory, made once and copied for each point of a sweep of faults."""

import json
import os
import shutil

from .faults import SYNCS, Strace, require_ptrace
from .store import check_told
from .story import ACKNOWLEDGED, Story
from .waiting import wait_for
from .world import World

POINTS_MAX = 2000  # far beyond what a story has
ROUNDS = int(os.environ.get("CRASH_ROUNDS", "5"))  # how often a server is killed at random
SHARE = 1 if ROUNDS > 5 else 4  # `make soak` visits every point
SEED = int(os.environ.get("SETTLED_SEED", "0"))
SETTINGS = """[server]
threads = 1
[matching]
unmatched_after_seconds = 3600
[delivery]
retry_after_seconds = [0, 0, 0, 1, 1, 1, 1, 1]
"""


class Stage:
    """One data directory, made once and copied for each point."""

    def __init__(self, directory, contract, keys):
        require_ptrace()
        self.directory = directory
        self.world = World(directory, contract, keys, SETTINGS)
        self.iban = self.world.account()
        _, self.path = self.world.endpoint()
        assert self.world.server.stop() == 0
        self.template = directory / "template"
        shutil.move(self.world.data, self.template)

    def set(self):
        """Everything as it was before the story."""
        put_back_template(self.world, self.template)
        self.world.sandbox.call("DELETE", "/partner/records")
        return Story(self.iban)

    def start(self, calls, fault, when):
        return start_with_fault(self.world, self.directory, calls, fault, when)

    def is_delivered(self, story):
        return is_delivered(self.world.store, story)

    def end(self, story):
        end_of(self.world, self.path, story)


def put_back_template(world, template):
    """The data directory as it was when it was made."""
    shutil.rmtree(world.data, ignore_errors=True)
    shutil.copytree(template, world.data, ignore=shutil.ignore_patterns("control.sock"))


def start_with_fault(world, directory, calls, fault, when, **rest):
    """The server, with a fault at that call on its store."""
    files = [world.data / name for name in ("settled.db", "settled.db-wal")]
    strace = Strace(directory / "strace", calls, fault, when, files)
    strace.log.unlink(missing_ok=True)
    world.start(wrapper=strace.wrapper, **rest)
    return strace


def end_server(world):
    """An orderly stop, which a fault may cut short; one that never got ready is killed."""
    world.close_clients()
    if world.server.port is not None:
        world.server.signal(15)
        world.server.wait()
    else:
        world.server.kill()


def is_delivered(store, story):
    """Whose lease ran out, another server may have published as lost."""
    events = store.rows("SELECT id FROM event WHERE type <> 'node.lost'")
    return len(events) == story.matches and not store.undelivered()


def end_of(world, path, story):
    """A server without faults takes the story to its end; then everything must be right."""
    world.start()
    assert story.tell(world) == ACKNOWLEDGED
    wait_for(lambda: is_delivered(world.store, story), lambda: f"delivered: {world.store.undelivered()}")
    story.check_ended(world.store)
    told = check_told(world.sandbox.records(path), world.store)
    lost = {json.loads(row["body"])["id"] for row in world.store.rows("SELECT body FROM event WHERE type = 'node.lost'")}
    assert len(told - lost) == story.matches
    world.close_clients()
    assert world.server.stop() == 0


def points(calls):
    """Where a fault comes. Each sync; of writes, each when CRASH_ROUNDS is above 5 (`make soak`), else every fourth: which ones
    depends on the seed."""
    return range(1, POINTS_MAX) if calls == SYNCS else some_points()


def some_points(kind=0):
    """Each, or every fourth: other ones for another kind of fault."""
    return range(1, POINTS_MAX)[(SEED + kind) % SHARE::SHARE]
