"""Vector tiles of several layers, made by a reviewed query from what is drawn of each of them.

The query reads relations named ``drawn_<layer>``, which are put before it: in Web Mercator, only what meets
the tile with its rim, from the overview of the layer or from its rows. It knows no other table.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import Connection, text

from gis_service.db.layers import SQL_TYPES, Column
from gis_service.db.query import identifier
from gis_service.db.tile_seen import OfClass
from gis_service.db.tiles import Importance, Rows, layer_rows
from gis_service.types import BBox, LayerId

DRAWN = "drawn_"
"""Before the name of a layer: what a query reads of it."""


@dataclass(frozen=True, slots=True)
class DrawnLayer:
    """What the query of a tileset reads of a layer.

    Parameters
    ----------
    layer
        Which.
    rows
        What is drawn of it.
    importance
        What stays when the tile has to be thinned; None for a layer that never is.
    """

    layer: LayerId
    rows: Rows
    importance: Importance | None


def all_columns(rows: Rows, fields: Sequence[Column]) -> Rows:
    """Give rows every field of the layer, in its order: those that they do not hold are NULL.

    Parameters
    ----------
    rows
        Such as joined lines, which keep only what they agree in.
    fields
        Of the layer.
    """
    held = rows.columns
    missing = {one.name: f"CAST(NULL AS {SQL_TYPES[one.type]})" for one in fields if one.name not in held}
    return replace(rows, columns={one.name: held.get(one.name) or missing[one.name] for one in fields})


def wide_only(rows: Rows, degrees: float) -> Rows:
    """Leave out the rows of a layer whose box is smaller, both ways, than so many degrees."""
    box = f"greatest(ST_XMax(t.geom) - ST_XMin(t.geom), ST_YMax(t.geom) - ST_YMin(t.geom)) >= {degrees!r}"
    return replace(rows, where=f"{rows.where} AND {box}")


def no_rows(layer: LayerId, fields: Sequence[str]) -> Rows:
    """Take no rows at all of a layer, of the same columns."""
    return replace(layer_rows(layer, fields), where="FALSE")


def of_class(rows: Rows, shown: OfClass) -> Rows:
    """Leave out the rows of a layer that are of other classes than those that are shown.

    Parameters
    ----------
    rows
        With all fields of the layer.
    shown
        The class.
    """
    return replace(rows, where=f"{rows.where} AND {shown.sql(rows.columns[shown.field])}")


def whole_query(query: str, layers: Sequence[DrawnLayer], thinned: Sequence[LayerId] = ()) -> str:
    """Compose the query of a tile.

    Parameters
    ----------
    query
        Reviewed SQL that answers one row with one ``bytea`` column ``tile``; ``:z :x :y`` are its inputs.
    layers
        What it reads.
    thinned
        Layers of which it reads the most important rows only, ``:share_<layer>`` of all corners.
    """
    drawn = ", ".join(
        f"{identifier(DRAWN + one.layer)} AS ({_thinned(one) if one.layer in thinned else _whole(one.rows)})"
        for one in layers
    )
    return f"WITH {drawn} SELECT tile FROM (\n{query}\n) AS whole"  # noqa: S608  names go through identifier()


def tileset_tile(
    connection: Connection,
    query: str,
    layers: Sequence[DrawnLayer],
    zxy: tuple[int, int, int],
    box: BBox,
    shares: Mapping[LayerId, float] | None = None,
) -> bytes:
    """Run the reviewed query of a tileset; empty where nothing is in the tile.

    Parameters
    ----------
    connection
        A reading one, whose statements cannot write and end after a limit of time.
    query, layers
        As in `whole_query`.
    zxy
        Zoom, column, row in the matrix set WebMercatorQuad: bound, never written into the query.
    box
        The tile with its rim, in longitude and latitude.
    shares
        By layer: the share of its corners that the most important rows may have. The first row stays unless
        the share is 0.
    """
    z, x, y = zxy
    west, south, east, north = box
    shares = shares or {}
    values: dict[str, object] = {"z": z, "x": x, "y": y}
    values |= {"west": west, "south": south, "east": east, "north": north}
    values |= {f"share_{layer}": share for layer, share in shares.items()}
    statement = text(whole_query(query, layers, tuple(shares)))
    return bytes(connection.execute(statement, values).scalar_one() or b"")


def _names(rows: Rows) -> str:
    return "".join(f", {identifier(name)}" for name in rows.columns)


def _columns(rows: Rows) -> str:
    return "".join(f", {column} AS {identifier(name)}" for name, column in rows.columns.items())


def _whole(rows: Rows) -> str:
    return (
        f"SELECT {rows.fid} AS fid{_columns(rows)}, {rows.geom} AS geom"  # noqa: S608  names go through identifier()
        f" FROM {rows.source} AS t WHERE {rows.where}"
    )


def _thinned(one: DrawnLayer) -> str:
    """Compose the rows that stay: by importance, those that begin within the share of corners."""
    rows = one.rows
    if one.importance is None:
        raise ValueError(f"{one.layer} is never thinned")
    # No field can have a name with a colon.
    ranked = (
        f"SELECT {rows.fid} AS fid{_columns(rows)}, {rows.geom} AS geom,"  # noqa: S608
        f' row_number() OVER (ORDER BY {one.importance.sql(rows.columns)}) AS "gis:rank",'
        ' ST_NPoints(t.geom) * 3 + 20 AS "gis:weight"'
        f" FROM {rows.source} AS t WHERE {rows.where}"
    )
    summed = (
        'SELECT *, sum("gis:weight") OVER (ORDER BY "gis:rank") - "gis:weight" AS "gis:before",'  # noqa: S608
        f' sum("gis:weight") OVER () AS "gis:total" FROM ({ranked}) AS ranked'
    )
    return (
        f"SELECT fid{_names(rows)}, geom FROM ({summed}) AS summed"  # noqa: S608
        f' WHERE "gis:before" < "gis:total" * CAST(:share_{one.layer} AS float8)'
    )
