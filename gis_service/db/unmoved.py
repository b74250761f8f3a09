"""Staged rows that lie where they lay, although their geometry is written otherwise than the layer's."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import shapely
from sqlalchemy import text

from gis_service.db.engine import Connection
from gis_service.db.ingest import ROW, Staging
from gis_service.db.layers import LayerTable, columns_of, lacks_index
from gis_service.db.query import identifier

TOLERANCE_DEGREES = 2e-8
"""2 mm on the ground. There and back through VN-2000 other programs move a place by up to 1.4 mm; nobody
measures a city as finely."""
LAST_DIGITS_DEGREES = 1e-12
"""What is lost in writing: GDAL takes the last digits of 106.30000000000001 in a GeoJSON for an error."""
_BATCH_ROWS = 8_192
_CANDIDATES = 8
"""Shapes of the layer with the box of a staged one that are looked at; mostly there is one at most."""
_SIDES = ("ST_XMin", "ST_YMin", "ST_XMax", "ST_YMax")


def keep_places(connection: Connection, table: LayerTable, staging: Staging, *, tolerance: float) -> int:
    """Give staged rows the very geometry that the layer has, where theirs is the same but written otherwise.

    It is when both have the same kind, parts and vertices in the same order and no vertex lies farther off
    than the tolerance. The direction of a ring means nothing: Shapefiles turn it round. That of a line does.
    What is compared afterwards is then equal.

    Parameters
    ----------
    connection
        Of the transaction that has staged the rows.
    table
        The layer; without a table nothing is done. Rows are found by its key, without one by their boxes.
    staging
        Rows to be.
    tolerance
        Degrees: `TOLERANCE_DEGREES` for places that were brought over from another system, else
        `LAST_DIGITS_DEGREES`.

    Returns
    -------
    int
        Rows that got their geometry back.
    """
    there = columns_of(connection, table.id)
    if not there or (table.key is not None and table.key not in there):
        return 0
    if table.key not in staging.names and lacks_index(connection, table):
        # Without its index each staged row would be compared with every row there is.
        return 0
    asked = connection.execute(
        text(_pairs(table, staging, tolerance)),
        execution_options={"stream_results": True, "yield_per": _BATCH_ROWS},
    )
    same: dict[int, int] = {}
    for batch in asked.partitions():
        same |= _same(batch, tolerance)
    if same:
        connection.execute(
            text(
                f"UPDATE {staging.name} AS s SET geom = t.geom"  # noqa: S608  quoted
                " FROM unnest(CAST(:rows AS bigint[]), CAST(:fids AS bigint[])) AS k (at, fid)"
                f" JOIN {table.name} AS t USING (fid) WHERE s.{ROW} = k.at"
            ),
            {"rows": list(same), "fids": list(same.values())},
        )
    return len(same)


def _pairs(table: LayerTable, staging: Staging, tolerance: float) -> str:
    """Compose the question for staged rows beside rows of the layer with about the same shape."""
    boxes = (f"abs({side}(s.geom) - {side}(t.geom)) <= {tolerance!r}" for side in _SIDES)
    alike = " AND ".join(("NOT s.geom = t.geom", "ST_NPoints(s.geom) = ST_NPoints(t.geom)", *boxes))
    of = f"SELECT t.fid, t.geom FROM {table.name} AS t WHERE"  # noqa: S608  quoted
    if table.key in staging.names:
        key = identifier(table.key or "")
        there = f"{of} t.{key} = s.{key} AND {alike}"
    else:
        near = f"t.geom && ST_Expand(s.geom, {tolerance!r})"
        there = f"{of} {near} AND {alike} LIMIT {_CANDIDATES}"
    return (
        f"SELECT s.{ROW}, t.fid, ST_AsBinary(s.geom), ST_AsBinary(t.geom)"  # noqa: S608  quoted
        f" FROM {staging.name} AS s CROSS JOIN LATERAL ({there}) AS t"
    )


def _same(batch: Sequence[Any], tolerance: float) -> dict[int, int]:
    """Give row → ``fid`` for the pairs whose shapes are the same."""
    rows, fids, *shapes = zip(*batch, strict=True)
    given, there = (
        shapely.orient_polygons(shapely.from_wkb(np.array(each, dtype=object))) for each in shapes
    )
    equal = shapely.equals_exact(given, there, tolerance)
    return {row: fid for row, fid, one in zip(rows, fids, equal.tolist(), strict=True) if one}
