"""Rows of a layer for tiles from afar, while its overview is behind: with shapes as it will show them."""

from collections.abc import Sequence
from dataclasses import replace

from gis_service.crs import TILE_SRID
from gis_service.db.overview_tables import simplified_alone
from gis_service.db.query import identifier
from gis_service.db.tiles import Rows, overview_rows
from gis_service.types import LayerId


def simplified_rows(rows: Rows, tolerance_m: float) -> Rows:
    """Let rows of a layer look as its overview will show them, where each is simplified by itself.

    Parameters
    ----------
    rows
        As `layer_rows` gives them.
    tolerance_m
        How far a line may move, in metres of Web Mercator.
    """
    # Worked out once for each row that is met. No field can have a name with a colon.
    drawn = f"(SELECT ST_Transform(ST_Force2D(r.geom), {TILE_SRID}) AS shape OFFSET 0)"
    source = f'(SELECT r.*, s.shape AS "gis:shape" FROM {rows.source} AS r CROSS JOIN LATERAL {drawn} AS s)'  # noqa: S608
    return replace(rows, source=source, geom=simplified_alone('t."gis:shape"', repr(tolerance_m)))


def renewed_rows(layer: LayerId, level: int, fields: Sequence[str]) -> Rows:
    """Take a tile from the shapes of a level of an overview, with the fields that their rows have now.

    Parameters
    ----------
    layer, level
        Which; its shapes stand for one row each.
    fields
        Columns that become attributes.
    """
    found = overview_rows(layer, level, {}, is_gathered=False)
    # No field can have a name with a colon.
    shapes = f'(SELECT r.*, o.geom AS "gis:shape", o.level AS "gis:level" FROM {found.source} AS o'  # noqa: S608
    return replace(
        found,
        source=f"{shapes} JOIN layer.{identifier(layer)} AS r USING (fid))",
        geom='t."gis:shape"',
        where=found.where.replace("t.level", 't."gis:level"').replace("t.geom", 't."gis:shape"'),
        columns={name: f"t.{identifier(name)}" for name in fields},
    )
