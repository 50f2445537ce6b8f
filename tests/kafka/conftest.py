import os

import pytest

from support.kafka import Broker
from support.places import binary


@pytest.fixture(scope="session", autouse=True)
def not_under_the_thread_sanitizer():
    """librdkafka makes its threads by thrd_create, of which the sanitizer knows nothing: it ends in them."""
    if b"__tsan_init" in binary().read_bytes():
        pytest.skip("under the thread sanitizer: NOTHING IS SHOWN OF KAFKA")


@pytest.fixture(scope="module")
def broker(tmp_path_factory):
    if os.environ.get("SETTLED_SKIP_KAFKA") == "1":
        pytest.skip("SETTLED_SKIP_KAFKA=1: NOTHING IS SHOWN OF KAFKA")
    made = Broker(tmp_path_factory.mktemp("kafka"))
    yield made
    made.stop(kill=True)
