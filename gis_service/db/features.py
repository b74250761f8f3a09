"""Features of a layer as GeoJSON text, built set by set in the database."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, text

from gis_service.crs import STORAGE_SRID
from gis_service.db.history import rows_at
from gis_service.db.query import identifier
from gis_service.types import BBox, LayerId, VersionId

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


def _inside(boxes: Sequence[BBox]) -> tuple[str, dict[str, float]]:
    """Compose the filter by boxes; the boxes are in the storage system, so the index serves as it is."""
    values: dict[str, float] = {}
    parts = []
    for number, box in enumerate(boxes):
        keys = [f"{side}{number}" for side in ("w", "s", "e", "n")]
        values.update(zip(keys, box, strict=True))
        bound = ", ".join(f":{key}" for key in keys)
        envelope = f"ST_MakeEnvelope({bound}, {STORAGE_SRID})"
        parts.append(f"(t.geom && {envelope} AND ST_Intersects(t.geom, {envelope}))")
    return "(" + " OR ".join(parts) + ")", values


def page_query(
    layer: LayerId,
    fields: Sequence[str],
    boxes: Sequence[BBox] | None,
    *,
    located: bool,
    version: VersionId | None = None,
) -> tuple[str, dict[str, float]]:
    """Compose the statement of one page and the values of its boxes; ``:after`` and ``:count`` stay open.

    Parameters
    ----------
    layer
        Layer whose table is read; relies on its primary key and on the GiST index of ``geom``.
    fields
        Columns that become properties, in this order.
    boxes
        Longitude and latitude boxes of which a feature meets at least one; None asks for all features.
    located
        Whether the table has a geometry.
    version
        A version that is kept, whose rows have no spatial index; None for the rows of now.
    """
    where, values = ("t.fid > :after", {}) if boxes is None else _inside(boxes)
    if boxes is not None:
        where = f"t.fid > :after AND {where}"
    statement = (
        f"SELECT t.fid, {_feature(fields, located=located)}"  # noqa: S608 names go through identifier()
        f" FROM {rows_at(layer, version)} AS t WHERE {where} ORDER BY t.fid LIMIT :count"
    )
    return statement, values


def page(
    connection: Connection,
    layer: LayerId,
    fields: Sequence[str],
    *,
    after: int,
    count: int,
    boxes: Sequence[BBox] | None,
    located: bool,
    version: VersionId | None = None,
) -> list[FeatureRow]:
    """Give up to ``count`` features whose id is above ``after``, by rising id; of now, or of a kept version.

    Ids are never reused, so pages joined are the whole, with no feature twice, whoever writes meanwhile.
    """
    statement, values = page_query(layer, fields, boxes, located=located, version=version)
    rows = connection.execute(text(statement), {"after": after, "count": count, **values})
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
