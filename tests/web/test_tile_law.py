"""The law of tiles: whoever asks one second after a commit, by whatever writer, gets what the tables hold.

Two server processes, writers by the service, by psql and by a connection of their own that often takes back
what it wrote, an overview that the worker brings up behind them, readers who ask all the time for single
layers and for several in one tile, and listeners that are cut off and come again. Each answer is held against
what lies in the tile by the history, worked out here by the textbook, without PostGIS.
"""

import math
import os
import random
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path

import numpy as np
import psycopg
import pytest
import shapely
from sqlalchemy import text

from gis_service.catalogue.loader import Catalogue
from gis_service.db.engine import open_engine, transaction
from gis_service.db.layers import ensure_table
from gis_service.services.accounts import Role, make_token
from gis_service.services.layers import table_of
from gis_service.settings import ROOT
from gis_service.types import Floats
from tests.overview_town import crooked_areas
from tests.web.tile_law import AREA, SOUTH, STOP, STOPS, WEST, WIDE, Feature, Features, Given, Law, Zxy

FRESH_S = 1.0
START_S = 180.0
RIM = 64
SEEN = 24
"""Units by which an outline that is simplified may differ: less than half of the least that one is moved."""
STATE = (
    "SELECT fid, name, ST_AsBinary(geom) FROM history.{}"
    " WHERE version_from <= %(v)s AND (version_to IS NULL OR version_to > %(v)s)"
)
ADD_STOPS = (
    "INSERT INTO layer.bus_stop (geom, code, name) SELECT ST_Point(:west + :wide * mod(0.618034 * i, 1),"
    " :south + :wide * mod(0.754878 * i, 1), 4326), 'b' || i, 'Bến' FROM generate_series(1, :n) AS i"
)
ADD_AREA = "INSERT INTO layer.commune (geom, code, name) VALUES (ST_GeomFromWKB(:shape, 4326), :code, :name)"
State = dict[int, tuple[str, Floats]]
"""Of each row its name, and the corners of its box in the units of a tile."""


@pytest.fixture
def law(
    make_database: Callable[[], str], catalogue: Catalogue, city: Path, tmp_path: Path, unused_port: int
) -> Iterator[Law]:
    database = make_database()
    engine = open_engine(database)
    with transaction(engine) as connection:
        for layer in (STOP, AREA):
            ensure_table(connection, table_of(catalogue.layers[layer]))
        connection.execute(text(ADD_STOPS), {"west": WEST, "south": SOUTH, "wide": WIDE, "n": STOPS})
        for number, area in enumerate(crooked_areas()):
            shape = shapely.to_wkb(area)
            connection.execute(text(ADD_AREA), {"shape": shape, "code": f"x{number}", "name": f"Xã {number}"})
        token = make_token(connection, Role.GIS_STAFF, "law")
    engine.dispose()
    environment = {
        **os.environ,
        "GIS_DATABASE_URL": database,
        "GIS_LAYERS_DIR": str(city),
        "GIS_DATA_DIR": str(tmp_path),
        "GIS_PORT": str(unused_port),
        "GIS_WEB_PROCESSES": "2",
        # All readers are of one address.
        "GIS_LIVE_PER_MINUTE": "100000",
    }
    url = f"http://127.0.0.1:{unused_port}"
    with subprocess.Popen([sys.executable, ROOT / "scripts" / "_serve.py"], env=environment) as watcher:
        try:
            wait_until(lambda: answers(f"{url}/readyz"))
            made = Law(url, database, token)
            # The worker brings overviews up; it may begin later than the others.
            wait_until(lambda: made.overview() > 0)
            yield made
        finally:
            watcher.send_signal(signal.SIGINT)
            watcher.wait(30)


def wait_until(question: Callable[[], bool]) -> None:
    ends = time.monotonic() + START_S
    while not question():
        assert time.monotonic() < ends, "the service does not begin its work"
        time.sleep(0.1)


def answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5):  # noqa: S310  our own
            return True
    except OSError:
        return False


def box_in_units(places: Floats, zxy: Zxy) -> Floats:
    """Give the least and the greatest of corners, (2, 2), in the units of a tile, east and south."""
    z, x, y = zxy
    across = ((places[:, 0] + 180) / 360 * 2**z - x) * 4096
    south = np.log(np.tan(math.pi / 4 + np.radians(places[:, 1]) / 2))
    down = ((1 - south / math.pi) / 2 * 2**z - y) * 4096
    return np.array([[across.min(), down.min()], [across.max(), down.max()]])


def is_of(features: Features, layer: str, state: State) -> bool:
    """Tell whether what lies in a tile is what a state of the layer gives there."""
    if not features.keys() <= state.keys():
        return False
    rim = 0 if layer == STOP else SEEN
    return all(_is_one_of(features.get(fid), name, box, rim) for fid, (name, box) in state.items())


def _is_one_of(feature: Feature | None, name: str, box: Floats, rim: int) -> bool:
    """Tell it of one row. Of areas that meet the border of the tile only the name is compared."""
    low, high = np.round(box) if rim == 0 else box
    is_inside = low.min() >= rim - RIM and high.max() <= 4096 + RIM - rim
    is_outside = high.min() < -RIM - rim or low.max() > 4096 + RIM + rim
    if feature is None:
        return not is_inside
    if is_outside or feature["properties"]["name"] != name:
        return False
    corners = feature["geometry"]["coordinates"]
    if not corners:
        # What is left of an area at the border may be less than a unit wide.
        return not is_inside
    drawn: Floats = np.asarray(_corners_of(corners))
    gone = np.abs(np.concatenate([drawn.min(axis=0) - low, drawn.max(axis=0) - high])).max()
    return not is_inside or bool(gone <= rim)


def _corners_of(nested: object) -> list[list[float]]:
    """Give the corners of a geometry as GeoJSON nests them."""
    assert isinstance(nested, list)
    if not isinstance(nested[0], list):
        return [nested]
    return [corner for part in nested for corner in _corners_of(part)]


@pytest.mark.parametrize("seconds", [4.5, pytest.param(15.0, marks=pytest.mark.slow)])
def test_whoever_asks_a_second_after_a_commit_gets_what_the_tables_hold(law: Law, seconds: float) -> None:
    before = law.overview()
    for layer in (STOP, AREA):
        law.note(layer)
    _let_work(law, seconds)
    for layer in (STOP, AREA):
        law.note(layer)
    # Else it would say nothing.
    assert len(law.given) > 50
    assert {one.layers for one in law.given} == {(STOP,), (AREA,), (STOP, AREA)}
    assert _changed(law) == {STOP, AREA}, "the tiles did change"
    assert law.overview() > before, "the overview came up"
    # Who was cut off in the middle of a question is told so, and by nothing else.
    assert set(law.not_given) <= {503}


def _changed(law: Law) -> set[str]:
    """Hold all answers against the history; give the layers of which some tiles have changed since."""

    @cache
    def state(layer: str, version: int, zxy: Zxy) -> State:
        return {fid: (name, box_in_units(places, zxy)) for fid, name, places in rows(layer, version)}

    @cache
    def rows(layer: str, version: int) -> list[tuple[int, str, Floats]]:
        with psycopg.connect(law.database) as connection:
            found = connection.execute(STATE.format(layer).encode(), {"v": version}).fetchall()
        return [(fid, name, shapely.get_coordinates(shapely.from_wkb(shape))) for fid, name, shape in found]

    @cache
    def holds(one: Given, layer: str, version: int) -> bool:
        return is_of(one.features[layer], layer, state(layer, version, one.zxy))

    changed: set[str] = set()
    for one in law.given:
        for layer in one.features:
            told = law.committed[layer]
            oldest = max([told[0][1], *(version for at, version in told if at < one.begun - FRESH_S)])
            last = told[-1][1]
            assert any(holds(one, layer, each) for each in range(oldest, last + 1)), (one, oldest, last)
            if not holds(one, layer, last):
                changed.add(layer)
    return changed


def _let_work(law: Law, seconds: float) -> None:
    law.ends = time.monotonic() + seconds
    work = (
        law.write_by_service,
        law.write_by_psql,
        law.write_by_hand,
        law.cut_off,
        law.read,
        law.read,
        law.read,
    )
    with ThreadPoolExecutor(len(work)) as pool:
        asked = [
            pool.submit(one, random.Random(number))  # noqa: S311  reproducible, no secret
            for number, one in enumerate(work)
        ]
        for each in asked:
            each.result()
