"""A start that is killed at its worst moments is taken up by the next one."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from gis_service.db import cluster as clusters
from gis_service.db.cluster import Cluster
from gis_service.db.cluster_roles import EXTENSIONS
from gis_service.db.migrate import migrate, newest_revision
from gis_service.errors import Conflict, ErrorCode
from gis_service.settings import ROOT

KILLED = """
import os, signal, sys
from pathlib import Path
from gis_service.db import cluster, cluster_roles

def killed(*arguments):
    if sys.argv[2] == "without extensions":
        cluster_roles.EXTENSIONS = ()
        cluster_roles.prepare_database(*arguments)
    os.kill(os.getpid(), signal.SIGKILL)

cluster.prepare_database = killed
cluster.Cluster(Path(sys.argv[1]), durable=False).start()
"""


@pytest.fixture
def fresh(own_cluster: Cluster) -> Iterator[Cluster]:
    made = Cluster(own_cluster.home.parent / "fresh", durable=False)
    yield made
    made.remove()


@pytest.mark.parametrize("moment", ["without role", "without extensions"])
def test_a_start_killed_before_its_end_is_finished_by_the_next(fresh: Cluster, moment: str) -> None:
    cut = subprocess.run([sys.executable, "-c", KILLED, fresh.home, moment], cwd=ROOT, check=False)
    assert cut.returncode == -signal.SIGKILL
    assert fresh.postmaster() is not None
    assert not fresh.is_prepared
    begin = time.monotonic()
    assert not fresh.start(), "the server runs already"
    assert time.monotonic() - begin < 20
    assert fresh.is_prepared
    with psycopg.connect(fresh.url()) as connection:
        found = {name for (name,) in connection.execute("SELECT extname FROM pg_extension")}
    assert set(EXTENSIONS) <= found
    assert migrate(fresh.url()) == newest_revision()


def test_another_list_of_extensions_is_prepared_anew(
    own_cluster: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    own_cluster.start()
    assert own_cluster.is_prepared
    monkeypatch.setattr(clusters, "PREPARATION", "another list")
    assert not own_cluster.is_prepared


@pytest.mark.parametrize("kind", ["open to others", "a link", "of somebody else"])
def test_a_socket_folder_that_others_made_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    monkeypatch.setattr(clusters, "_SHARED", tmp_path)
    deep = Cluster(tmp_path / ("long" * 20) / "cluster", durable=False)
    folder = deep.socket_dir
    assert folder.parent == tmp_path
    if kind == "a link":
        (tmp_path / "elsewhere").mkdir(mode=0o700)
        folder.symlink_to(tmp_path / "elsewhere")
    else:
        folder.mkdir(mode=0o700)
        folder.chmod(0o755 if kind == "open to others" else 0o700)
    if kind == "of somebody else":
        if os.geteuid() != 0:
            pytest.skip("only root gives a folder away")
        shutil.chown(folder, "nobody")
    with pytest.raises(Conflict) as caught:
        deep.start()
    assert caught.value.code is ErrorCode.DATABASE_FOLDER_NOT_OURS
    assert str(folder) in str(caught.value)
    assert not deep.exists
