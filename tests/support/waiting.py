"""Waiting for a condition. Nothing in these tests sleeps a fixed time and hopes."""

import time

# Generous, since it only bounds how long a failure takes; machines that run tests are often busy.
PATIENCE_SECONDS = 60.0


def wait_for(condition, what, seconds=PATIENCE_SECONDS, every=0.01):
    """The first truthy value of condition(); fails saying `what` when there is none in time.

    `what` may be a function: its text is then made when waiting failed, and can say what was seen.
    """
    deadline = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            said = what() if callable(what) else what
            raise AssertionError(f"waited {seconds:g} s in vain: {said}")
        time.sleep(every)
