import os

import pytest

from support.kafka import Broker


@pytest.fixture(scope="module")
def broker(tmp_path_factory):
    if os.environ.get("SETTLED_SKIP_KAFKA") == "1":
        pytest.skip("SETTLED_SKIP_KAFKA=1: NOTHING IS SHOWN OF KAFKA")
    made = Broker(tmp_path_factory.mktemp("kafka"))
    yield made
    made.stop(kill=True)
