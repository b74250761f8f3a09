"""A server or a writer that is killed at any moment leaves the old version whole, or the new one."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import psycopg
import pytest
import shapely

from gis_service.catalogue.loader import load_catalogue
from gis_service.db.cluster import Cluster
from gis_service.db.engine import open_engine, transaction
from gis_service.db.history_check import check
from gis_service.db.layers import Column, LayerTable, ensure_table
from gis_service.db.migrate import migrate
from gis_service.services.ingest import load_file
from gis_service.settings import ROOT
from gis_service.types import LayerId
from tests.small_city import places

WELL = LayerTable(LayerId("well"), "Point", "code", (Column("code", "text"), Column("depth", "integer")))
STATE = "SELECT code, depth FROM layer.well ORDER BY fid"
VERSIONS = "SELECT count(*) FROM gis.version WHERE layer = 'well'"
OLD, NEW = [("a", 1), ("b", 2)], [("b", 7), *((f"c{number}", number) for number in range(3))]
Editor = psycopg.Connection[tuple[object, ...]]


def begin(editor: Editor) -> None:
    editor.execute("SELECT gis.lock_layer('well')")


def change(editor: Editor) -> None:
    editor.execute("UPDATE layer.well SET depth = 7 WHERE code = 'b'")


def remove(editor: Editor) -> None:
    editor.execute("DELETE FROM layer.well WHERE code = 'a'")


def add(editor: Editor) -> None:
    with editor.cursor().copy("COPY layer.well (code, depth) FROM STDIN") as copy:
        for row in NEW[1:]:
            copy.write_row(row)


def half_a_copy(editor: Editor) -> None:
    copying = editor.cursor().copy("COPY layer.well (code, depth) FROM STDIN")
    copy = copying.__enter__()
    for number in range(10_000):
        copy.write_row((f"x{number}", number))


def commit(editor: Editor) -> None:
    editor.commit()


WRITE = (begin, change, remove, add, commit)
MOMENTS = {
    "connected": (),
    "locked": WRITE[:1],
    "after the first statement": WRITE[:2],
    "between statements": WRITE[:3],
    "inside a COPY": (*WRITE[:3], half_a_copy),
    "before the commit": WRITE[:4],
    "after the commit was acknowledged": WRITE,
}


@pytest.fixture
def wells(own_cluster: Cluster) -> Cluster:
    """Give a running server with a layer of two rows, as safe as the service's own."""
    own_cluster.start()
    migrate(own_cluster.url())
    engine = open_engine(own_cluster.url())
    with transaction(engine) as connection:
        ensure_table(connection, WELL)
    engine.dispose()
    with psycopg.connect(own_cluster.url()) as editor:
        editor.execute("DELETE FROM layer.well")
        editor.execute("INSERT INTO layer.well (code, depth) VALUES ('a', 1), ('b', 2)")
    return own_cluster


def kill(cluster: Cluster) -> None:
    """End the server and all its processes at once, as when the power fails."""
    server = cluster.postmaster()
    assert server
    children = Path(f"/proc/{server}/task/{server}/children").read_text().split()
    for process in (server, *map(int, children)):
        os.kill(process, signal.SIGKILL)


def ask(url: str, query: str) -> list[tuple[object, ...]]:
    with psycopg.connect(url) as reader:
        return reader.execute(query.encode()).fetchall()


def faults(url: str) -> list[str]:
    engine = open_engine(url)
    with transaction(engine) as connection:
        found = [fault.code for fault in check(connection)]
    engine.dispose()
    return found


@pytest.mark.parametrize("moment", MOMENTS)
def test_a_server_killed_at_any_moment_of_a_write_comes_back_with_a_whole_version(
    wells: Cluster, moment: str
) -> None:
    before = ask(wells.url(), VERSIONS)
    editor = psycopg.connect(wells.url())
    for step in MOMENTS[moment]:
        step(editor)
    kill(wells)
    editor.close()
    wells.start()
    done = moment == "after the commit was acknowledged"
    assert ask(wells.url(), STATE) == (NEW if done else OLD)
    assert (ask(wells.url(), VERSIONS) != before) == done
    assert faults(wells.url()) == []
    with psycopg.connect(wells.url(), autocommit=True) as later:
        later.execute("SET lock_timeout = '10s'")
        later.execute("INSERT INTO layer.well (code) VALUES ('later')")
    assert faults(wells.url()) == []


KILLED = """
import os, signal, sys
from pathlib import Path
from sqlalchemy import event
from gis_service.services import ingest
from gis_service.services.context import open_context
from gis_service.services.transactions import writing
from gis_service.settings import read_settings

file, share, moment = Path(sys.argv[1]), float(sys.argv[2]), sys.argv[3]
count, last = 0, None

def statement(*_):
    global count
    count += 1
    if count == last:
        os.kill(os.getpid(), signal.SIGKILL)

def load(context):
    with writing(context) as connection:
        ingest.load_file(connection, context.catalogue, file, "wifi", author="lan")
        if last is None:
            connection.get_transaction().rollback()

with open_context(read_settings()) as context:
    with writing(context):
        pass  # what a process reads once is read now, so that both loads are as long
    event.listen(context.engine, "after_cursor_execute", statement)
    if moment == "writing":
        # The second one is counted: the first asks for what a process then keeps.
        for _ in range(2):
            count = 0
            try:
                load(context)
            except Exception:
                pass
        count, last = 0, max(1, round(count * share))
    else:
        last = -1
        if moment == "committing":
            event.listen(context.engine, "commit", lambda _: os.kill(os.getpid(), signal.SIGKILL))
    load(context)
    os.kill(os.getpid(), signal.SIGKILL)
"""


def load(url: str, file: Path) -> None:
    catalogue = load_catalogue(ROOT / "layers", ROOT / "tiles", "thai_binh")
    engine = open_engine(url)
    with transaction(engine) as connection:
        load_file(connection, catalogue, file, "wifi", author="lan")
    engine.dispose()


def wifi(path: Path, *, count: int, name: str) -> Path:
    columns = {"code": [f"w{number}" for number in range(count)], "name": [name] * count}
    gpd.GeoDataFrame(columns, geometry=shapely.points(places(count)), crs="EPSG:4326").to_file(path)
    return path


OTHER_MOMENTS = (("writing", 0.3), ("writing", 1.0), ("told", 0))


@pytest.mark.parametrize(
    ("moment", "share"),
    [
        ("writing", 0.7),
        ("committing", 0),
        *(pytest.param(*other, marks=pytest.mark.slow) for other in OTHER_MOMENTS),
    ],
)
def test_a_process_killed_at_any_moment_of_a_load_leaves_a_whole_version(
    make_database: Callable[[], str], tmp_path: Path, moment: str, share: float
) -> None:
    url = make_database()
    environment = {**os.environ, "GIS_DATABASE_URL": url, "GIS_DATA_DIR": str(tmp_path)}
    first, second = (
        wifi(tmp_path / "a.gpkg", count=4, name="cũ"),
        wifi(tmp_path / "b.gpkg", count=3, name="mới"),
    )
    load(url, first)
    cut = subprocess.run(
        [sys.executable, "-c", KILLED, second, str(share), moment], cwd=ROOT, env=environment, check=False
    )
    assert cut.returncode == -signal.SIGKILL
    there = ask(url, "SELECT name, count(*) FROM layer.wifi GROUP BY name")
    assert there == ([("mới", 3)] if moment == "told" else [("cũ", 4)])
    assert faults(url) == []
    load(url, first)  # nobody holds the layer any more
    assert ask(url, "SELECT count(*) FROM layer.wifi") == [(4,)]
