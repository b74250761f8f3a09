"""Finds what has gone past the history of the layers, and writes it down.

The triggers of migration 0003 keep a table and its history equal, as long as they are there and nobody with
the rights of the owner goes round them: a trigger that is switched off, a column that is made by hand, a
table without history. All of it is found here by comparing, not by asking the triggers.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Row, text

from gis_service.db.engine import Connection
from gis_service.db.layers import finite
from gis_service.db.query import sql

UNFIT = "history_table_unfit"
"""Code of a table that can have no history: without a key ``fid`` or a geometry, or of another owner."""


@dataclass(frozen=True, slots=True)
class HistoryFault:
    """One thing that is wrong with the history of a layer.

    Parameters
    ----------
    code
        Notice of the message catalogue.
    layer
        Name of the table; made by hand, it need not be an id.
    params
        Values of the notice, beside the layer.
    mended
        Whether :func:`catch_up` mends it.
    beside
        Whether it is a table that stands beside the layers, and never was under history.
    """

    code: str
    layer: str
    params: dict[str, object] = field(default_factory=dict)
    mended: bool = True
    beside: bool = False


def check(connection: Connection) -> Iterator[HistoryFault]:
    """Compare every layer with its history.

    Parameters
    ----------
    connection
        Inside a transaction that sees one state of the data. Every table is read as a whole.

    Yields
    ------
    HistoryFault
        By layer, in the order of their names.
    """
    for row in connection.execute(sql("history_check_tables")).all():
        if not row.has_table:
            yield HistoryFault("history_table_gone", row.layer, mended=False)
        elif row.reserved:
            yield HistoryFault("history_columns_reserved", row.layer, {"columns": row.reserved}, mended=False)
        elif not row.fit:
            yield HistoryFault(UNFIT, row.layer, mended=False, beside=not row.has_history)
        else:
            yield from _of_triggers(row)
            yield from _of_shapes(connection, row)
            if row.has_history:
                yield from _of_rows(connection, row)
        if row.has_history:
            yield from _of_states(connection, row)


def catch_up(connection: Connection, layer: str, author: str, message: str) -> int | None:
    """Put a table under history with all its triggers, and write down what had gone past them.

    Parameters
    ----------
    connection
        Inside a transaction.
    layer
        Name of a table that has a key ``fid`` and a geometry.
    author, message
        Of the version, if one has to be made.

    Returns
    -------
    int or None
        The version that holds what was not yet in the history; None when there was nothing.
    """
    values = {"layer": layer, "author": author, "message": message}
    made = connection.execute(text("SELECT gis.history_catch_up(:layer, :author, :message)"), values)
    number: int | None = made.scalar_one()
    return number


def _of_triggers(row: Row[Any]) -> Iterator[HistoryFault]:
    if not row.has_history:
        yield HistoryFault("history_missing", row.layer)
    told = {
        "history_triggers_missing": row.missing,
        "history_triggers_off": row.off,
        "history_triggers_other": row.other,
    }
    yield from (
        HistoryFault(code, row.layer, {"triggers": triggers}) for code, triggers in told.items() if triggers
    )
    if row.has_history and not row.guarded:
        yield HistoryFault("history_guard_missing", row.layer)
    if row.differing:
        yield HistoryFault("history_columns_differ", row.layer, {"columns": row.differing})


def _of_shapes(connection: Connection, row: Row[Any]) -> Iterator[HistoryFault]:
    """Find what a table that was made by hand, or before its constraint was, lets in and nobody can read."""
    found = int(_run(connection, "history_check_shapes", row.layer, finite=finite("geom")).infinite)
    if found:
        yield HistoryFault("history_coordinates_infinite", row.layer, {"count": found}, mended=False)


def _of_rows(connection: Connection, row: Row[Any]) -> Iterator[HistoryFault]:
    composed = text(
        "SELECT gis.history_compared(:layer, 't') AS here, gis.history_compared(:layer, 'h') AS past"
    )
    compared = connection.execute(composed, {"layer": row.layer}).one()
    found = _run(connection, "history_check_rows", row.layer, current=compared.here, past=compared.past)
    counts = {name: int(getattr(found, name)) for name in ("unwritten", "gone", "other")}
    if any(counts.values()):
        yield HistoryFault("history_rows_differ", row.layer, dict(counts))


def _of_states(connection: Connection, row: Row[Any]) -> Iterator[HistoryFault]:
    found = _run(connection, "history_check_states", row.layer)
    told = {
        "history_open_twice": found.open_twice,
        "history_states_overlap": found.overlapping,
        "history_version_unknown": found.unknown,
        "history_times_fall": found.back_in_time,
    }
    for code, count in told.items():
        if count:
            yield HistoryFault(code, row.layer, {"count": int(count)}, mended=False)
    if row.numbers and found.highest is not None:
        # A sequence is of no snapshot: it can only be further than what was read above.
        given = connection.execute(text(f"SELECT last_value, is_called FROM {row.numbers}")).one()  # noqa: S608  quoted by the server
        following = given.last_value + bool(given.is_called)
        if following <= found.highest:
            yield HistoryFault(
                "history_numbers_behind", row.layer, {"following": following, "highest": found.highest}
            )


def _run(connection: Connection, name: str, layer: str, **parts: str) -> Row[Any]:
    quoted = connection.execute(text("SELECT quote_ident(:layer)"), {"layer": layer}).scalar_one()
    statement = sql(name).text.format(table=f"layer.{quoted}", history=f"history.{quoted}", **parts)
    # A name made by hand may hold a colon, which would begin a value.
    statement = statement.replace(":layer", "\x00").replace(":", "\\:").replace("\x00", ":layer")
    return connection.execute(text(statement), {"layer": layer} if ":layer" in statement else {}).one()
