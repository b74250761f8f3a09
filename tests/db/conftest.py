"""Clusters of their own for the tests that break one."""

import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from gis_service.db.cluster import Cluster


@pytest.fixture(scope="module")
def own_cluster() -> Iterator[Cluster]:
    """Give a running cluster that only this module uses, as safe as the service's own."""
    # Not below pytest's folder: as root the server runs as another user, to whom that is closed.
    parent = Path(tempfile.mkdtemp(prefix="gis-service-test-"))
    parent.chmod(0o755)
    made = Cluster(parent / "cluster")
    made.start()
    yield made
    made.remove()
    shutil.rmtree(parent)


@pytest.fixture
def cluster_admin(cluster: Cluster) -> Callable[[str], str]:
    """Give a function that tells the superuser's URL of a database, by the URL of its owner."""
    return lambda url: cluster.admin_url(url.rpartition("/")[2])
