"""What has been committed to layers, as far as tiles have to know of it."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, cast

import psycopg
from sqlalchemy import Connection, Engine, TextClause, text
from sqlalchemy.exc import SQLAlchemyError

from gis_service.crs import STORAGE_SRID
from gis_service.db.engine import driver
from gis_service.db.failures import shown
from gis_service.db.query import identifier, sql
from gis_service.db.tile_seen import EVERYTHING, Seen
from gis_service.errors import ErrorCode, Temporary
from gis_service.types import BBox, LayerId

CHANNEL = "gis_change"
"""Where the database tells that a layer has got a version."""
_MOST_LOOKED_AT = 500
_AROUND = 33
"""A 32nd of a tile, of whose box with its rim it is a 33rd: nothing is drawn further from its row."""


@dataclass(frozen=True, slots=True)
class Touched:
    """A cell that a version of a layer has touched.

    Parameters
    ----------
    layer
        The layer.
    newest
        Its newest version, in the same state.
    version
        The newest version that touched the cell; None when the layer's new versions touched none.
    cell
        Column and row at zoom 14; None for a version that may have touched any.
    """

    layer: str
    newest: int
    version: int | None
    cell: tuple[int, int] | None


def touched_since(connection: Connection, known: Mapping[str, int]) -> list[Touched]:
    """Read what has been committed since the versions that are known, all of one state.

    Parameters
    ----------
    connection
        Any that may read. In a transaction of the level read committed each call sees a new state.
    known
        Version of each layer that is known; layers that are not named have none.
    """
    found = connection.execute(
        sql("tile_changes_since"), {"layers": list(known), "known": list(known.values())}
    ).all()
    return [
        Touched(layer, newest, version, None if x is None else (x, y))
        for layer, newest, version, x, y in found
    ]


def is_box_touched(
    connection: Connection, layer: LayerId, since: int, box: BBox, seen: Seen = EVERYTHING
) -> bool:
    """Tell whether any row that is shown in a box, or close to it, has come, gone, moved or changed.

    What was changed and changed back since has not changed. After some hundred changes the answer is yes
    without a look at them: they are more work than a tile.

    Parameters
    ----------
    connection
        Any that may read.
    layer
        A layer under history.
    since
        Version of the layer.
    box
        In longitude and latitude.
    seen
        What is shown of the layer: only such changes count.
    """
    west, south, east, north = box
    values = {
        "since": since,
        "most": _MOST_LOOKED_AT,
        "west": west,
        "south": south,
        "east": east,
        "north": north,
    }
    return bool(connection.execute(_box_touched(layer, seen), values).scalar_one())


@lru_cache(maxsize=512)
def _box_touched(layer: LayerId, seen: Seen) -> TextClause:
    history, names = f"history.{identifier(layer)}", [identifier(name) for name in seen.fields or ()]
    told = [] if seen.rows is None else [identifier(seen.rows.field)]
    read = "".join(f", {name}" for name in dict.fromkeys([*names, *told]))
    box = f"ST_MakeEnvelope(:west, :south, :east, :north, {STORAGE_SRID})"
    lately = (
        "WITH lately AS MATERIALIZED ("  # noqa: S608 the names are quoted
        f"(SELECT fid, geom, version_from, version_to{read} FROM {history}"
        " WHERE version_from > :since LIMIT :most)"
        f" UNION ALL (SELECT fid, geom, version_from, version_to{read} FROM {history}"
        " WHERE version_to > :since AND version_from <= :since LIMIT :most)) "
    )
    if seen.fields is None:
        met = f"SELECT FROM lately WHERE {_near('geom', box)}"
    else:
        shown = {side: f"({seen.shows(side)} AND {_near(f'{side}.geom', box)})" for side in ("before", "now")}
        # As text: there are types whose values cannot be compared. The shape last: it may be large.
        differs = " OR ".join(
            [
                "before.fid IS NULL OR now.fid IS NULL",
                *(f"before.{name}::text IS DISTINCT FROM now.{name}::text" for name in names),
                "before.geom::bytea IS DISTINCT FROM now.geom::bytea",
            ]
        ).replace("::", "\\:\\:")
        met = (
            "SELECT FROM (SELECT * FROM lately WHERE version_from <= :since) AS before"  # noqa: S608
            " FULL JOIN (SELECT * FROM lately WHERE version_from > :since AND version_to IS NULL) AS now"
            f" USING (fid) WHERE ({shown['before']} OR {shown['now']}) AND ({differs})"
        )
    return text(f"{lately}SELECT (SELECT count(*) FROM lately) >= :most OR EXISTS ({met})")  # noqa: S608


def _near(geom: str, box: str) -> str:
    """Compose the condition that a shape lies in a box, or so close that what is drawn of it may reach in."""
    return f"{geom} && {box} AND ST_Intersects({geom}, ST_Expand({box}, (:east - :west) / {_AROUND}))"


def versions_of(connection: Connection, layers: Sequence[LayerId]) -> dict[LayerId, int]:
    """Give the newest version of each layer, 0 where it has none, in the state that the connection sees."""
    # By the driver itself: it is asked beside every tile.
    newest = (
        b"SELECT named.layer,"
        b" coalesce((SELECT max(one.id) FROM gis.version AS one WHERE one.layer = named.layer), 0)"
        b" FROM unnest(%s::text[]) AS named (layer)"
    )
    return dict(driver(connection).execute(newest, [list(layers)]).fetchall())


def newest_versions(connection: Connection, after: int) -> dict[str, int]:
    """Give the newest version, above a number, of every layer that has one."""
    newest = text("SELECT layer, max(id) FROM gis.version WHERE id > :after GROUP BY layer")
    found = connection.execute(newest, {"after": after}).all()
    return {layer: version for layer, version in found}  # noqa: C416  rows are no pairs to the type checker


def openness_of(connection: Connection) -> tuple[int, int]:
    """Give two numbers that rise when a layer is opened, closed, made, dropped or defined anew."""
    found = connection.execute(
        text(
            # Counted: of two that are written at once, the one with the lower number may be seen later.
            "SELECT (SELECT count(*) FROM gis.layer_visibility), (SELECT number FROM gis.catalogue_mark)"
        )
    ).one()
    return found[0], found[1]


def home_of(connection: Connection) -> str | None:
    """Tell which database this is, so that tiles of another one are never taken for its own.

    Returns
    -------
    The same as long as the database goes on; None while nothing has been committed to any layer.
    """
    found = connection.execute(
        text(
            "SELECT (SELECT oid FROM pg_database WHERE datname = current_database()), committed_at"
            " FROM gis.version ORDER BY id LIMIT 1"
        )
    ).one_or_none()
    return None if found is None else f"{found.oid} {found.committed_at.isoformat()}"


@contextmanager
def listening(engine: Engine) -> Iterator["Ears"]:
    """Keep a connection of its own that hears when a layer gets a version.

    Raises
    ------
    Temporary
        ``database_unavailable`` when the connection cannot be had, or is lost.
    """
    try:
        with engine.connect() as connection:
            connection.execution_options(isolation_level="AUTOCOMMIT")
            # Not one of the pool: it stays with its listener.
            connection.detach()
            connection.execute(text(f"LISTEN {CHANNEL}"))
            yield Ears(connection)
    except (SQLAlchemyError, psycopg.Error) as error:
        raise Temporary(ErrorCode.DATABASE_UNAVAILABLE, url=shown(engine.url)) from error


@dataclass(frozen=True, slots=True)
class Ears:
    """A connection that hears of versions; each of its statements sees a new state.

    Parameters
    ----------
    connection
        Commits each statement by itself.
    """

    connection: Connection

    def wait(self, seconds: float) -> bool:
        """Wait until something is told, at most so long; tell whether it was."""
        ours = cast("psycopg.Connection[Any]", self.connection.connection.dbapi_connection)
        told = list(ours.notifies(timeout=seconds, stop_after=1))
        return bool(told)
