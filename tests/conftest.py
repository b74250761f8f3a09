"""Fixtures for all tests: a real PostGIS of our own, one migrated copy of the database per worker.

The whole run shares one throw-away cluster, made by the code that makes the service's own, in a temporary
folder and on a free port: tests may run beside a running service. The database is migrated once, into a
template; copying it takes a fraction of a second.
"""

import fcntl
import gc
import os
import shutil
import tempfile
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import psycopg
import pytest
from hypothesis import settings as law_settings
from psycopg.sql import SQL, Identifier

from gis_service.db.cluster import Cluster
from gis_service.db.cluster_roles import DATABASE, EXTENSIONS, OWNER
from gis_service.db.engine import Connection, Engine, open_engine
from gis_service.db.migrate import migrate
from gis_service.services.demo import DemoCity
from gis_service.services.demo_build import City
from gis_service.settings import ROOT, Settings
from tests import live_town, merged_town, small_province
from tests.bad_files.told import Told
from tests.demo_city import built_once, catalogue, load_into, one_at_a_time, written_once
from tests.filled_database import fill

# A law holds or it does not; how long an example takes depends on what else the machine does.
# The same examples each time: a run speaks of the change before it. "thorough" looks for new ones.
law_settings.register_profile("laws", deadline=None, derandomize=True)
law_settings.register_profile("thorough", deadline=None, max_examples=1000)
law_settings.load_profile("laws")

DEMO_DATABASE = "demo_city"
"""Template that holds the demo city; made when the first test asks for it."""
_EMPTY = count(1)

TOWNS = {
    "live_town": live_town.write_town,
    "merged_town": merged_town.town_files,
    "small_province": small_province.small_province,
}
"""Towns that several modules stand on, each with what writes its files; templates as the demo city is."""


def _is_worker(config: pytest.Config) -> bool:
    return hasattr(config, "workerinput")


def _run_folder(config: pytest.Config) -> Path:
    """Give the temporary folder that all workers of this run share."""
    base: Path = config._tmp_path_factory.getbasetemp()  # type: ignore[attr-defined]
    return base.parent if _is_worker(config) else base


@contextmanager
def _one_at_a_time(folder: Path) -> Iterator[None]:
    with (folder / "cluster.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Look for no garbage while tests are collected: all that is made then stays."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.enable()


def pytest_collection_finish(session: pytest.Session) -> None:
    """Leave ten thousand collected tests out of every search for garbage, and search less often."""
    del session
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop the cluster of the run when its last worker has gone."""
    if _is_worker(config) or not hasattr(config, "_tmp_path_factory"):
        return
    note = _run_folder(config) / "cluster.path"
    if note.exists():
        home = Path(note.read_text())
        Cluster(home, durable=False).remove()
        shutil.rmtree(home.parent, ignore_errors=True)


@pytest.fixture(scope="session")
def cluster(request: pytest.FixtureRequest) -> Cluster:
    """Give the throw-away cluster of this run; its database is migrated and serves as template."""
    folder = _run_folder(request.config)
    note, ready = folder / "cluster.path", folder / "cluster.ready"
    with _one_at_a_time(folder):
        if not note.exists():
            # Not below pytest's own folder: as root the server runs as another user, to whom that is closed.
            parent = Path(tempfile.mkdtemp(prefix="gis-service-test-"))
            parent.chmod(0o755)
            note.write_text(str(parent / "cluster"))
        shared = Cluster(Path(note.read_text()), durable=False)
        shared.start()
        if not ready.exists():
            migrate(shared.url())
            ready.touch()
    return shared


@pytest.fixture(scope="session")
def make_database(cluster: Cluster, request: pytest.FixtureRequest) -> Callable[[], str]:
    """Give a function that makes another migrated, empty database and tells its URL.

    For tests that must commit: a web service in another process, a browser.
    """
    numbers = count(1)
    return lambda: _copy_database(request.config, cluster, DATABASE, f"test_{_worker()}_{next(numbers)}")


@pytest.fixture
def make_empty(cluster: Cluster) -> Iterator[Callable[[], str]]:
    """Give a function that makes a database with nothing but extensions in it, as in a cluster just made."""
    made: list[str] = []

    def make() -> str:
        made.append(f"empty_{_worker()}_{next(_EMPTY)}")
        with psycopg.connect(cluster.admin_url(), autocommit=True) as admin:
            query = SQL("CREATE DATABASE {} OWNER {} TEMPLATE template0")
            admin.execute(query.format(Identifier(made[-1]), Identifier(OWNER)))
        with psycopg.connect(cluster.admin_url(made[-1]), autocommit=True) as admin:
            for extension in EXTENSIONS:
                admin.execute(SQL("CREATE EXTENSION {}").format(Identifier(extension)))
        return cluster.url(made[-1])

    yield make
    with psycopg.connect(cluster.admin_url(), autocommit=True) as admin:
        for name in made:
            admin.execute(SQL("DROP DATABASE {} WITH (FORCE)").format(Identifier(name)))


def _copy_database(config: pytest.Config, cluster: Cluster, template: str, name: str) -> str:
    # Copied as files: the server's own choice goes through its log, and takes several times as long.
    copy = SQL("CREATE DATABASE {} TEMPLATE {} OWNER {} STRATEGY FILE_COPY")
    with (
        _one_at_a_time(_run_folder(config)),
        psycopg.connect(cluster.admin_url(), autocommit=True) as admin,
    ):
        admin.execute(copy.format(Identifier(name), Identifier(template), Identifier(OWNER)))
    return cluster.url(name)


@pytest.fixture(scope="session")
def built_city(request: pytest.FixtureRequest) -> City:
    """Give the demo city in memory; it is built once in a run."""
    return built_once(_run_folder(request.config))


@pytest.fixture(scope="session")
def demo_city(request: pytest.FixtureRequest) -> DemoCity:
    """Give the files of the demo city; they are written once in a run, and only read."""
    return written_once(_run_folder(request.config))


@pytest.fixture(scope="session")
def make_demo_database(cluster: Cluster, request: pytest.FixtureRequest) -> Callable[[], str]:
    """Give a function that makes another database with the whole demo city in it and tells its URL."""
    folder, numbers = _run_folder(request.config), count(1)
    _fill_once(request.config, cluster, DEMO_DATABASE, lambda url: load_into(url, folder, built_once(folder)))
    return lambda: _copy_database(request.config, cluster, DEMO_DATABASE, f"demo_{_worker()}_{next(numbers)}")


@pytest.fixture(scope="session")
def make_town_database(
    cluster: Cluster, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[str], str]:
    """Give a function that makes another database with one of the towns in it and tells its URL."""
    numbers = count(1)

    def make(town: str) -> str:
        _fill_once(
            request.config,
            cluster,
            town,
            lambda url: fill(url, catalogue(), TOWNS[town](tmp_path_factory.mktemp(town))),
        )
        return _copy_database(request.config, cluster, town, f"{town}_{_worker()}_{next(numbers)}")

    return make


def _fill_once(config: pytest.Config, cluster: Cluster, name: str, load: Callable[[str], None]) -> None:
    """Make a template of this name, once in a run; another worker waits until it is filled."""
    folder = _run_folder(config)
    ready = folder / f"{name}.filled"
    with one_at_a_time(folder, f"{name}_database"):
        if not ready.exists():
            load(_copy_database(config, cluster, DATABASE, name))
            ready.touch()


def _worker() -> str:
    return os.environ.get("PYTEST_XDIST_WORKER", "main")


@pytest.fixture(scope="session")
def database_url(make_database: Callable[[], str]) -> str:
    """Give the URL of this worker's own copy of the database."""
    return make_database()


@pytest.fixture(scope="session")
def engine(database_url: str) -> Iterator[Engine]:
    """Give the pool of connections to this worker's database."""
    pool = open_engine(database_url)
    yield pool
    pool.dispose()


@pytest.fixture
def connection(engine: Engine) -> Iterator[Connection]:
    """Give a connection whose transaction is rolled back when the test ends."""
    with engine.connect() as opened:
        outer = opened.begin()
        yield opened
        outer.rollback()


@pytest.fixture
def settings(tmp_path: Path, database_url: str) -> Settings:
    """Give settings with a data folder of their own, over this worker's database."""
    return Settings(data_dir=tmp_path / "var", database_url=database_url)


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Give the folder of real data for development, or skip the test where it is absent."""
    folder = Path(os.environ.get("GIS_SHARED_DATA", ROOT.parent / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip(f"no folder {folder}: set GIS_SHARED_DATA to the shared development data")
    return folder


@pytest.fixture
def told(request: pytest.FixtureRequest) -> Iterator[Told]:
    """Note answers to bad input, and see in the end that the marked ones were among them."""
    made = Told()
    yield made
    made.require(request.node.iter_markers("bad_input"))
