"""Reads whole layers as arrays, for studies: one statement, one state of the data."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from sqlalchemy import text

from gis_service.db.engine import Connection
from gis_service.db.history import rows_at
from gis_service.db.query import identifier
from gis_service.types import Geometries, LayerId, VersionId


@dataclass(frozen=True)
class LayerRows:
    """All rows of a layer, by rising ``fid``.

    Parameters
    ----------
    version
        Version of the layer in the state that was read; None for rows without any version.
    geometry
        ``(n,)`` geometries, longitude and latitude in WGS 84; None where a row has none.
    columns
        Values by column, ``n`` each; None where a row has none.
    """

    layer: LayerId
    version: VersionId | None
    geometry: Geometries
    columns: dict[str, list[object]]

    def __len__(self) -> int:
        """Give the number of rows."""
        return len(self.geometry)


def read_columns(connection: Connection, layer: LayerId, columns: Sequence[str]) -> list[tuple[object, ...]]:
    """Read some columns of a layer that has a table, without its geometry, by rising ``fid``."""
    names = ", ".join(f"t.{identifier(name)}" for name in columns)
    statement = f"SELECT {names} FROM layer.{identifier(layer)} AS t ORDER BY t.fid"  # noqa: S608 names go through identifier()
    return [tuple(row) for row in connection.execute(text(statement)).all()]


def read_layer(
    connection: Connection, layer: LayerId, columns: Sequence[str], past: VersionId | None = None
) -> LayerRows:
    """Read the geometry and some columns of a layer that has a table.

    The version is read in the same statement as the rows, so that both are of one state.

    Parameters
    ----------
    past
        A version whose rows are kept; None for the rows of now.
    """
    names = "".join(f", t.{identifier(name)}" for name in columns)
    newest = "(SELECT max(v.id) FROM gis.version AS v WHERE v.layer = :layer) AS version"
    source = f"{rows_at(layer, past)} AS t"
    statement = f"SELECT {newest}, ST_AsBinary(t.geom) AS geom{names} FROM {source} ORDER BY t.fid"  # noqa: S608 names go through identifier()
    rows = connection.execute(text(statement), {"layer": layer}).all()
    shapes = np.empty(len(rows), dtype=object)
    shapes[:] = [None if row[1] is None else bytes(row[1]) for row in rows]
    version = past or (rows[0][0] if rows else None)
    return LayerRows(
        layer,
        None if version is None else VersionId(version),
        np.asarray(shapely.from_wkb(shapes), dtype=object),
        {name: [row[2 + at] for row in rows] for at, name in enumerate(columns)},
    )
