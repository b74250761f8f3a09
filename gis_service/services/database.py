"""The database of this installation: its address, its state, starting and stopping the private cluster."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from gis_service.db.cluster import Cluster, database_url, private_cluster
from gis_service.db.database import layers_with_versions
from gis_service.db.engine import Connection, Engine, open_engine, transaction, without_password
from gis_service.db.migrate import current_revision, migrate, newest_revision
from gis_service.errors import ErrorCode, Temporary, WrongUse
from gis_service.settings import Settings


@dataclass(frozen=True, slots=True)
class DatabaseStatus:
    """What there is to know about the database.

    Parameters
    ----------
    address
        URL without the password.
    private
        Whether it is the cluster that this checkout made for itself.
    answers
        Whether a connection can be had.
    revision, newest
        Schema revision of the database and of this code.
    layers
        Ids of the layers that have at least one version.
    """

    address: str
    private: bool
    answers: bool
    revision: str | None
    newest: str
    layers: tuple[str, ...]


def address(settings: Settings) -> str:
    """Give the URL of the database, as psql takes it, of the role that owns the layer tables.

    A private cluster that has been made but is down, by whatever end, is started again.
    """
    if not settings.database_url:
        cluster = private_cluster(settings)
        if cluster.exists:
            cluster.start()
    return database_url(settings)


def open_database(settings: Settings) -> Engine:
    """Open a pool with one connection for each thread that answers requests, and one to spare."""
    return open_engine(address(settings), pool_size=settings.threads + 1)


@contextmanager
def one_transaction(settings: Settings) -> Iterator[Connection]:
    """Lend a connection for one command: all of it is committed, or nothing."""
    engine = open_engine(address(settings), pool_size=1)
    try:
        with transaction(engine) as connection:
            yield connection
    finally:
        engine.dispose()


def start(settings: Settings) -> bool:
    """Make and start the private cluster when one is used; tell whether it had to be started."""
    return False if settings.database_url else private_cluster(settings).start()


def keep_running(settings: Settings) -> bool:
    """Start the private cluster again when its server has died; cheap enough to ask every second."""
    if settings.database_url or private_cluster(settings).postmaster() is not None:
        return False
    return start(settings)


def stop(settings: Settings) -> bool:
    """Stop the private cluster; tell whether there was something to stop.

    Raises
    ------
    WrongUse
        ``database_is_outside`` when another database is in use.
    """
    return _own_cluster(settings).stop()


def bring_up_to_date(settings: Settings) -> str:
    """Migrate the database to the schema of this code and name the revision."""
    return migrate(address(settings))


def status(settings: Settings) -> DatabaseStatus:
    """Tell how the database stands; starts nothing."""
    private = not settings.database_url
    try:
        url = database_url(settings)
        engine = open_engine(url, pool_size=1)
        try:
            with transaction(engine) as connection:
                revision = current_revision(connection)
                layers = tuple(layers_with_versions(connection)) if revision else ()
        finally:
            engine.dispose()
    except Temporary:
        shown = without_password(settings.database_url) if settings.database_url else _place(settings)
        return DatabaseStatus(
            shown, private, answers=False, revision=None, newest=newest_revision(), layers=()
        )
    return DatabaseStatus(without_password(url), private, True, revision, newest_revision(), layers)


def _place(settings: Settings) -> str:
    return str(private_cluster(settings).home)


def _own_cluster(settings: Settings) -> Cluster:
    if settings.database_url:
        raise WrongUse(ErrorCode.DATABASE_IS_OUTSIDE, url=without_password(settings.database_url))
    return private_cluster(settings)
