"""Features of a layer as GeoJSON text, built set by set in the database."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, text

from gis_service.db.engine import driver
from gis_service.db.filters import Condition
from gis_service.db.history import rows_at
from gis_service.db.query import identifier
from gis_service.types import LayerId, VersionId

DECIMALS = 7
"""Decimals of a coordinate in degrees: one centimetre on the ground."""


@dataclass(frozen=True, slots=True)
class FeatureRow:
    """One feature: its id and its GeoJSON text."""

    fid: int
    geojson: str


def _feature(fields: Sequence[str], *, located: bool) -> str:
    """Compose the expression that makes one GeoJSON feature of a row.

    ``row_to_json`` keeps the order of the fields and knows no limit on their number.
    """
    names = ", ".join(f"t.{identifier(name)}" for name in fields)
    values = f"(SELECT row_to_json(p) FROM (SELECT {names}) AS p)" if fields else "'{}'::json"  # noqa: S608 names go through identifier()
    shape = f"ST_AsGeoJSON(t.geom, {DECIMALS})::json" if located else "NULL"
    return (
        "json_build_object('type', 'Feature', 'id', t.fid,"
        f" 'geometry', {shape}, 'properties', {values})::text AS geojson"
    )


def page_query(
    layer: LayerId,
    fields: Sequence[str],
    where: str | None,
    *,
    located: bool,
    version: VersionId | None = None,
) -> str:
    """Compose the statement of one page; ``:after`` and ``:count`` stay open.

    Parameters
    ----------
    layer
        Layer whose table is read; relies on its primary key and on the GiST index of ``geom``.
    fields
        Columns that become properties, in this order.
    where
        Condition on the rows of ``t`` as SQL, its values literals of the driver; None asks for all features.
    located
        Whether the table has a geometry.
    version
        A version that is kept, whose rows have no spatial index; None for the rows of now.
    """
    # A colon in a literal begins no parameter.
    further = "" if where is None else " AND " + where.replace(":", "\\:")
    return (
        f"SELECT t.fid, {_feature(fields, located=located)}"  # noqa: S608 names go through identifier(), values are the driver's
        f" FROM {rows_at(layer, version)} AS t WHERE t.fid > :after{further} ORDER BY t.fid LIMIT :count"
    )


def page(
    connection: Connection,
    layer: LayerId,
    fields: Sequence[str],
    *,
    after: int,
    count: int,
    condition: Condition | None,
    located: bool,
    version: VersionId | None = None,
) -> list[FeatureRow]:
    """Give up to ``count`` features whose id is above ``after``, by rising id; of now, or of a kept version.

    Ids are never reused, so pages joined are the whole, with no feature twice, whoever writes meanwhile.
    Only features that fulfil the condition, where there is one.
    """
    where = None if condition is None else condition.sql().as_string(driver(connection))
    statement = page_query(layer, fields, where, located=located, version=version)
    rows = connection.execute(text(statement), {"after": after, "count": count})
    return [FeatureRow(row.fid, row.geojson) for row in rows]


def one(
    connection: Connection,
    layer: LayerId,
    fields: Sequence[str],
    fid: int,
    *,
    located: bool,
    version: VersionId | None = None,
) -> FeatureRow | None:
    """Give one feature by its id; as it is now, or as it was in a kept version."""
    statement = (
        f"SELECT t.fid, {_feature(fields, located=located)}"  # noqa: S608 names go through identifier()
        f" FROM {rows_at(layer, version)} AS t WHERE t.fid = :fid"
    )
    row = connection.execute(text(statement), {"fid": fid}).one_or_none()
    return FeatureRow(row.fid, row.geojson) if row else None
