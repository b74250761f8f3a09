"""Rows come out of a staging table as they were written to it, whatever their types."""

from datetime import UTC

import numpy as np
import pyarrow as pa
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from gis_service.analysis.columns import ARROW_TYPES
from gis_service.analysis.shapes import to_wkb
from gis_service.crs import STORAGE_SRID
from gis_service.db.engine import Connection
from gis_service.db.ingest import Staging
from gis_service.db.layers import Column, LayerTable
from gis_service.types import LayerId

COLUMNS = tuple(Column(f"a_{kind}", kind) for kind in ARROW_TYPES)
TABLE = LayerTable(LayerId("staged_pump"), "Point", None, COLUMNS)
VALUES = {
    "text": st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=9),
    "integer": st.integers(-(2**63), 2**63 - 1),
    "number": st.floats(allow_nan=False),
    "boolean": st.booleans(),
    "date": st.dates(),
    "timestamp": st.datetimes(timezones=st.just(UTC)),
}
ROW = st.tuples(
    st.none() | st.builds(shapely.Point, st.floats(-180, 180), st.floats(-90, 90)),
    *(st.none() | VALUES[kind] for kind in ARROW_TYPES),
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=20)
@given(st.lists(st.lists(ROW, max_size=4), max_size=3), st.integers(0, 2))
def test_what_is_written_is_read_again(
    connection: Connection, batches: list[list[tuple[object, ...]]], skipped: int
) -> None:
    with connection.begin_nested() as scope:
        staging = Staging(connection, TABLE, COLUMNS)
        staging.create()
        expected: list[tuple[object, ...]] = []
        with staging.writer() as writer:
            for batch in batches:
                rows = batch[skipped:]
                shapes = np.array([row[0] for row in rows], dtype=object)
                columns = [
                    # Part of a longer column, as the batches of a file may be.
                    pa.array([row[place] for row in batch], ARROW_TYPES[kind]).slice(min(skipped, len(batch)))
                    for place, kind in enumerate(ARROW_TYPES, 1)
                ]
                writer.write(len(expected) + 1, to_wkb(shapes), columns)
                expected += rows
        names = ", ".join(staging.names)
        read = connection.execute(
            text(f"SELECT ST_AsBinary(geom), ST_SRID(geom), {names} FROM {staging.name} ORDER BY _row")  # noqa: S608
        ).all()
        scope.rollback()
    assert [(None if row[0] is None else shapely.from_wkb(row[0]), *row[2:]) for row in read] == expected
    assert {row[1] for row in read} <= {None, STORAGE_SRID}
