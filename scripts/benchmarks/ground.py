"""A server that is nobody else's, for questions that write: each way works on a copy of one database."""

import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

# From below the services: the one way to a server of our own, beside whatever runs on this machine.
from gis_service.db.cluster import Cluster
from gis_service.db.migrate import migrate

TEMPLATE = "gis"
_NOTE = "server"
_SETTLED_S = 0.5


def begin_server(folder: Path) -> Cluster:
    """Start a server with an empty database, and note where it is."""
    # Not inside the folder: as root the server runs as another user, to whom that is closed.
    home = Path(tempfile.mkdtemp(prefix="gis-benchmark-server-"))
    home.chmod(0o755)
    (folder / _NOTE).write_text(str(home))
    cluster = Cluster(home / "cluster")
    cluster.start()
    migrate(cluster.url())
    return cluster


def server_of(folder: Path) -> Cluster:
    """Give the server that was begun."""
    return Cluster(Path((folder / _NOTE).read_text()) / "cluster")


def end_server(folder: Path) -> None:
    """Remove the server."""
    if not (folder / _NOTE).exists():
        return  # nothing was prepared
    home = Path((folder / _NOTE).read_text())
    Cluster(home / "cluster").remove()
    shutil.rmtree(home)


@contextmanager
def copied(cluster: Cluster, name: str) -> Iterator[str]:
    """Give the URL of a copy of the database, gone afterwards."""
    with psycopg.connect(cluster.admin_url(), autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE {name} TEMPLATE {TEMPLATE} OWNER gis_service".encode())
        # Or the writing down of the copy would go on beside what is measured.
        admin.execute("CHECKPOINT")
    try:
        yield cluster.url(name)
    finally:
        with psycopg.connect(cluster.admin_url(), autocommit=True) as admin:
            admin.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


def server_cpu(cluster: Cluster) -> float:
    """Tell the CPU seconds of all processes of a server that have ended: every connection is one."""
    time.sleep(_SETTLED_S)
    fields = Path(f"/proc/{cluster.postmaster()}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[13]) + int(fields[14])) / 100
