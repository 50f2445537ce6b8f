import pytest

from support.cluster import Cluster


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
