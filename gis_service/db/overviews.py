"""The state of overviews: what each has digested of a layer's log, how it is made, what its updates touched.

``overview.<layer>`` holds what tiles of the zooms below 14 are made of, in Web Mercator. It is derived:
whoever drops it loses nothing but time.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy import text

from gis_service.db.engine import Connection, Engine, transaction
from gis_service.db.query import identifier, sql
from gis_service.db.tile_seen import OfClass
from gis_service.types import LayerId

ANYWHERE = -1
"""Column and row of a cell that stands for all of them."""


@dataclass(frozen=True, slots=True)
class OverviewState:
    """What is known of the overview of a layer.

    Parameters
    ----------
    recipe
        Tells how it is made: another one has to be made anew.
    number
        Of its last update; rises for good.
    level
        Version of the layer that it has digested; None while it is not to be read.
    kind, gathered_to
        How shapes are simplified, and the last zoom at which rows are gathered.
    rows_then, changed_since
        Rows when it was made as a whole, and rows that have changed since.
    """

    recipe: str
    number: int
    level: int | None
    kind: str
    gathered_to: int
    rows_then: int
    changed_since: int


@dataclass(frozen=True, slots=True)
class OverviewLevel:
    """How far a layer and its overview are.

    Parameters
    ----------
    newest
        Newest version of the layer.
    level, recipe
        Of its overview, as in `OverviewState`; None where there is none.
    """

    newest: int
    level: int | None
    recipe: str | None


def state_of(connection: Connection, layer: LayerId, *, is_read: bool = False) -> OverviewState | None:
    """Give the state of an overview; None where there has never been one.

    Parameters
    ----------
    connection
        Whoever reads the rows afterwards asks this with the first statement of a transaction.
    is_read
        Whether the rows are going to be read: they stay as they are until the transaction ends.
    """
    values = {"layer": layer, "is_read": is_read}
    found = connection.execute(sql("overviews_state"), values).one_or_none()
    return None if found is None else OverviewState(*found)


def levels(connection: Connection) -> dict[LayerId, OverviewLevel]:
    """Tell of every layer that has a table and a version how far its overview is."""
    return {LayerId(row[0]): OverviewLevel(*row[1:]) for row in connection.execute(sql("overviews_behind"))}


@contextmanager
def making(engine: Engine, layer: LayerId) -> Iterator[Connection | None]:
    """Open a transaction that sees one state of the data, in which the overview of a layer may be written.

    Yields
    ------
    A connection; None when another process makes the overview.
    """
    with transaction(engine) as connection:
        connection.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"))
        asked = text("SELECT pg_try_advisory_xact_lock(hashtext('gis.overview'), hashtext(:layer))")
        yield connection if connection.execute(asked, {"layer": layer}).scalar_one() else None


def withdraw(connection: Connection, layer: LayerId) -> None:
    """Let nobody read an overview from the commit on; it is to be made anew."""
    connection.execute(
        text("UPDATE gis.overview SET level = NULL WHERE layer = :layer AND level IS NOT NULL"),
        {"layer": layer},
    )


def follow(connection: Connection, layer: LayerId, level: int, changed: int) -> None:
    """Write down that an overview in which there is nothing is level with a version.

    Parameters
    ----------
    changed
        Rows that have changed since it was looked at as a whole.
    """
    connection.execute(
        text("UPDATE gis.overview SET level = :level, changed_since = :changed WHERE layer = :layer"),
        {"layer": layer, "level": level, "changed": changed},
    )


def settle(connection: Connection, layer: LayerId, state: OverviewState) -> int:
    """Write down that an overview is level with a version; give the number of this update.

    Parameters
    ----------
    state
        Its number is not read.
    """
    values = {
        "layer": layer,
        "recipe": state.recipe,
        "level": state.level,
        "kind": state.kind,
        "gathered_to": state.gathered_to,
        "rows_then": state.rows_then,
        "changed_since": state.changed_since,
    }
    return int(connection.execute(sql("overviews_settle"), values).scalar_one())


def note_anywhere(connection: Connection, layer: LayerId, number: int) -> None:
    """Note that an update may have touched any tile."""
    values: Mapping[str, object] = {"layer": layer, "number": number, "anywhere": ANYWHERE}
    connection.execute(text("DELETE FROM gis.overview_dirty WHERE layer = :layer"), values)
    connection.execute(
        text(
            "INSERT INTO gis.overview_dirty (layer, x, y, number, moved)"
            " VALUES (:layer, :anywhere, :anywhere, :number, :number)"
        ),
        values,
    )


def note_cells(connection: Connection, layer: LayerId, number: int, since: int) -> None:
    """Note the cells that an update has touched: those of the log that it digested, and of what it moved.

    Parameters
    ----------
    number
        Of the update.
    since
        Version that the overview was level with before.
    """
    connection.execute(sql("overviews_note"), {"layer": layer, "number": number, "since": since})


def is_moved(
    connection: Connection,
    layer: LayerId,
    since: int,
    cells: tuple[int, int, int, int],
    shown: OfClass | None = None,
) -> bool:
    """Tell whether shapes of an overview look otherwise in some cells since an update of it.

    Shapes whose own rows have changed may be left out: of them the log of the layer tells.

    Parameters
    ----------
    since
        Number of the update.
    cells
        First and last column, first and last row of cells of zoom 14.
    shown
        Only shapes of these classes count, told by the field that the overview is kept by; None for all.
    """
    left, right, top, bottom = cells
    values: Mapping[str, object] = {
        "layer": layer,
        "since": since,
        "anywhere": ANYWHERE,
        "left": left,
        "right": right,
        "top": top,
        "bottom": bottom,
        "classes": [] if shown is None else list(shown.values),
        "is_listed": shown is not None and shown.is_listed,
    }
    return bool(connection.execute(sql("overviews_moved"), values).scalar_one())


def drop_table(connection: Connection, layer: LayerId) -> None:
    """Remove the rows of an overview, when nobody reads them any more."""
    held = text("SELECT pg_advisory_xact_lock(hashtext('gis.overview_rows'), hashtext(:layer))")
    connection.execute(held, {"layer": layer})
    connection.execute(text(f"DROP TABLE IF EXISTS overview.{identifier(layer)}"))


def drop(connection: Connection, layer: LayerId) -> None:
    """Remove the overview of a layer, and what is known of it."""
    drop_table(connection, layer)
    for table in ("overview", "overview_dirty"):
        connection.execute(text(f"DELETE FROM gis.{table} WHERE layer = :layer"), {"layer": layer})  # noqa: S608
