"""An export that nobody has changed, loaded again, changes nothing: any format, any system, any shape."""

from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import HealthCheck, Phase, example, given
from hypothesis import settings as budget
from hypothesis import strategies as st
from sqlalchemy import text

from gis_service.db.engine import Connection
from gis_service.db.publish import Changes
from gis_service.services.export import Wanted, export_layer
from gis_service.services.export_formats import FORMATS, offered_systems
from gis_service.services.ingest import LoadOptions, load_file, load_rows, rows_of
from tests.filled_database import load_frame
from tests.small_city import city_with, field, layer, places

FIELDS = (field("code", required=True), field("people", "integer"))
CITY = city_with(
    layer("well", "Point", FIELDS),
    layer("path", "LineString", FIELDS, key=None),
    layer("plot", "MultiPolygon", FIELDS),
    layer("yard", "Polygon", FIELDS, key=None),
    layer(
        "census",
        fields=(
            field("code", required=True),
            field("people_in_2019", "integer"),
            field("people_in_2024", "integer"),
        ),
    ),
)
SYSTEMS = offered_systems(CITY.city)
COUNT = 3


def shapes_of(kind: str, seed: int) -> np.ndarray[Any, np.dtype[np.object_]]:
    """Give shapes inside the city: areas with a hole, lines that come back to where they begin."""
    draw = np.random.default_rng(seed)
    middles = np.column_stack([106.2 + 0.15 * np.arange(COUNT), draw.uniform(20.3, 20.7, COUNT)])
    if kind == "well":
        return np.asarray(shapely.points(middles), dtype=object)
    angles = np.sort(draw.uniform(0, 2 * np.pi, (COUNT, 9)), axis=1)
    around = np.stack([np.cos(angles), np.sin(angles)], axis=-1)
    if kind == "path":
        return np.asarray(shapely.linestrings(middles[:, None] + 0.01 * around), dtype=object)
    discs = shapely.buffer(shapely.points(middles), 0.03, quad_segs=3)
    rings = shapely.difference(discs, shapely.buffer(shapely.points(middles), 0.004, quad_segs=2))
    if kind == "yard":
        return np.asarray(rings, dtype=object)
    beside = shapely.transform(rings, lambda xy: xy + [0.07, 0.001])  # noqa: RUF005  an array
    pairs = np.stack([np.asarray(each, dtype=object) for each in (rings, beside)], axis=1)
    return np.asarray(shapely.multipolygons(pairs), dtype=object)


def came_back(connection: Connection, folder: Path, kind: str, name: str, crs: str, seed: int) -> Changes:
    rows = {"code": [f"c{number}" for number in range(COUNT)], "people": [seed, None, 0]}
    made = gpd.GeoDataFrame(rows, geometry=shapes_of(kind, seed), crs="EPSG:4326")
    made["people"] = made["people"].astype("Int64")
    load_frame(connection, CITY, kind, made)
    out = folder / f"{kind}{FORMATS[name].suffix}"
    export_layer(connection, CITY, kind, out, Wanted(crs), overwrite=True)
    return load_file(connection, CITY, out, kind, author="lan").changes


KINDS = ("well", "path", "plot", "yard")


@given(
    kind=st.sampled_from(KINDS),
    name=st.sampled_from(list(FORMATS)),
    crs=st.sampled_from(SYSTEMS),
    seed=st.integers(0, 2**31),
)
@example("well", "csv", "EPSG:9209", 1)
@example("well", "xlsx", "EPSG:4756", 1)
@example("yard", "xlsx", "EPSG:32648", 1)
@example("plot", "shp", "EPSG:4326", 1)
@example("plot", "geojson", "EPSG:4326", 7)
@example("path", "shp", "EPSG:9209", 1)
@budget(
    max_examples=6,
    deadline=None,
    # Each try starts a process: a failing one is shown as it was found.
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_an_export_loaded_again_changes_nothing(
    connection: Connection, tmp_path: Path, kind: str, name: str, crs: str, seed: int
) -> None:
    changes = came_back(connection, tmp_path, kind, name, crs, seed)
    assert (changes.added, changes.changed, changes.removed, changes.unchanged) == (0, 0, 0, COUNT)


def test_names_that_a_shapefile_has_cut_are_known_again(connection: Connection, tmp_path: Path) -> None:
    table: dict[str, list[Any]] = {
        "code": ["a", "b"],
        "people_in_2019": [1, 2],
        "people_in_2024": [3, None],
    }
    rows = rows_of(table, places(2), name="made")
    load_rows(connection, CITY, rows, "census", author="lan")
    report = export_layer(connection, CITY, "census", out := tmp_path / "out.zip")
    assert [note.params["count"] for note in report.notes if note.code == "export_names_cut"] == [2]
    connection.execute(text("UPDATE layer.census SET people_in_2019 = 0, people_in_2024 = 0"))
    done = load_file(connection, CITY, out, "census", author="lan", options=LoadOptions(any_base=True))
    found = connection.execute(text("SELECT people_in_2019, people_in_2024 FROM layer.census ORDER BY code"))
    assert [tuple(row) for row in found] == [(1, 3), (2, None)]
    assert done.dropped_columns == ()


@pytest.mark.slow
@pytest.mark.parametrize("crs", SYSTEMS)
@pytest.mark.parametrize("name", FORMATS)
def test_so_it_is_in_every_format_and_system(
    connection: Connection, tmp_path: Path, name: str, crs: str
) -> None:
    for kind in KINDS:
        changes = came_back(connection, tmp_path, kind, name, crs, 7)
        assert (changes.added, changes.changed, changes.removed) == (0, 0, 0), kind
