"""Shapes that mean the same as those of a layer, written otherwise, are given the layer's very geometry."""

import numpy as np
import pyarrow as pa
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from gis_service.analysis.shapes import to_wkb
from gis_service.db.engine import Connection
from gis_service.db.ingest import Staging
from gis_service.db.layers import Column, LayerTable, add_version, ensure_table, lock_layer
from gis_service.db.publish import replace_all
from gis_service.db.unmoved import TOLERANCE_DEGREES, keep_places
from gis_service.types import LayerId

COLUMNS = (Column("code", "text"),)
TABLES = {
    key: LayerTable(LayerId(f"unmoved_{key or 'keyless'}"), "Geometry", key, COLUMNS)
    for key in ("code", None)
}
AREA = shapely.Polygon(
    [(106.3, 20.4), (106.4, 20.4), (106.4, 20.5)], [[(106.37, 20.41), (106.38, 20.41), (106.38, 20.42)]]
)
TURNED = shapely.Polygon(AREA.exterior.coords[::-1], [ring.coords[::-1] for ring in AREA.interiors])
BEGUN_ELSEWHERE = shapely.Polygon([(106.4, 20.4), (106.4, 20.5), (106.3, 20.4)])
LINE = shapely.LineString([(106.3, 20.4), (106.35, 20.42), (106.3, 20.4001)])


def moved(shape: shapely.Geometry, by: float) -> shapely.Geometry:
    return shapely.transform(shape, lambda xy: xy + by)


def kept(
    connection: Connection,
    key: str | None,
    before: list[shapely.Geometry],
    after: list[shapely.Geometry],
    tolerance: float = TOLERANCE_DEGREES,
) -> list[bool]:
    """Give for each shape of the file whether it became the very one of the layer."""
    table = TABLES[key]
    with connection.begin_nested() as scope:
        ensure_table(connection, table)
        lock_layer(connection, table.id)
        add_version(connection, table.id, author="tests", message="")
        replace_all(connection, table, staged(connection, table, before))
        staging = staged(connection, table, after)
        count = keep_places(connection, table, staging, tolerance=tolerance)
        asked = f"SELECT ST_AsBinary(geom) FROM {staging.name} ORDER BY code"  # noqa: S608  quoted
        found = shapely.from_wkb([bytes(wkb) for wkb in connection.execute(text(asked)).scalars()])
        scope.rollback()
    same = [bool(shapely.equals_identical(one, old)) for one, old in zip(found, before, strict=True)]
    assert count == sum(same) - sum(map(shapely.equals_identical, before, after))
    return same


def staged(connection: Connection, table: LayerTable, shapes: list[shapely.Geometry]) -> Staging:
    staging = Staging(connection, table, COLUMNS)
    staging.create()
    with staging.writer() as writer:
        codes = pa.array([f"c{number}" for number in range(len(shapes))])
        writer.write(1, to_wkb(np.array(shapes, dtype=object)), [codes])
    return staging


@pytest.mark.parametrize("key", TABLES)
@given(
    by=st.floats(-5e-8, 5e-8).filter(lambda by: not 1.8e-8 < abs(by) < 2.2e-8 and not 0 < abs(by) < 1e-13),
    shape=st.sampled_from([shapely.Point(106.3, 20.4), AREA, LINE]),
)
@settings(max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_shape_within_the_tolerance_lies_where_it_lay(
    connection: Connection, key: str | None, by: float, shape: shapely.Geometry
) -> None:
    other = shapely.Point(106.5, 20.6)
    # Along both axes at once, so by the root of two farther than along one.
    apart = by / np.sqrt(2)
    assert kept(connection, key, [shape, other], [moved(shape, apart), other]) == [
        abs(by) < TOLERANCE_DEGREES,
        True,
    ]


@pytest.mark.parametrize("key", TABLES)
@pytest.mark.parametrize(
    ("there", "given", "same"),
    [
        (AREA, TURNED, True),
        (AREA, moved(TURNED, 1e-9), False),
        (shapely.Polygon(AREA.exterior), BEGUN_ELSEWHERE, False),
        (LINE, shapely.LineString(LINE.coords[::-1]), False),
        (LINE, shapely.MultiPoint(list(LINE.coords)), False),
        (shapely.MultiPolygon([AREA]), shapely.MultiPolygon([TURNED]), True),
    ],
)
def test_without_tolerance_only_the_direction_of_rings_means_nothing(
    connection: Connection,
    key: str | None,
    there: shapely.Geometry,
    given: shapely.Geometry,
    *,
    same: bool,
) -> None:
    assert kept(connection, key, [there], [given], 0.0) == [same]


def test_a_layer_without_a_table_has_no_places(connection: Connection) -> None:
    nowhere = LayerTable(LayerId("unmoved_nowhere"), "Geometry", "code", COLUMNS)
    staging = staged(connection, nowhere, [LINE])
    assert keep_places(connection, nowhere, staging, tolerance=TOLERANCE_DEGREES) == 0
