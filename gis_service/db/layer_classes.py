"""Counts the rows of a layer by what a column holds."""

from dataclasses import dataclass

from sqlalchemy import text

from gis_service.db.engine import Connection
from gis_service.db.query import identifier
from gis_service.types import LayerId


@dataclass(frozen=True, slots=True)
class ValueCount:
    """How many rows hold a value; None is an empty cell."""

    value: str | float | bool | None
    count: int


@dataclass(frozen=True, slots=True)
class NumberBand:
    """How many rows hold a number from ``low`` to ``high``, both among them."""

    low: float
    high: float
    count: int


def count_rows(connection: Connection, layer: LayerId) -> int:
    """Count the rows of a layer that has a table."""
    return int(connection.execute(text(f"SELECT count(*) FROM layer.{identifier(layer)}")).scalar_one())  # noqa: S608 names go through identifier()


def value_counts(connection: Connection, layer: LayerId, column: str) -> list[ValueCount]:
    """Count rows by value, the most frequent first; an empty text counts as none.

    Parameters
    ----------
    column
        Of texts, numbers or truth values; all of its values are given.
    """
    name = identifier(column)
    statement = (
        f"SELECT CASE WHEN t.{name}::text = '' THEN NULL ELSE t.{name} END AS value, count(*)"  # noqa: S608 as above
        f" FROM layer.{identifier(layer)} AS t GROUP BY 1 ORDER BY count(*) DESC, 1"
    )
    return [ValueCount(value, int(count)) for value, count in connection.execute(text(statement))]


def special_counts(connection: Connection, layer: LayerId, column: str) -> tuple[int, int]:
    """Count the rows without a number, and those that hold zero."""
    name = identifier(column)
    statement = (
        f"SELECT count(*) FILTER (WHERE t.{name} IS NULL OR t.{name}::float8 = 'NaN'),"  # noqa: S608 as above
        f" count(*) FILTER (WHERE t.{name} = 0) FROM layer.{identifier(layer)} AS t"
    )
    missing, zero = connection.execute(text(statement)).one()
    return int(missing), int(zero)


def number_bands(connection: Connection, layer: LayerId, column: str, bands: int) -> list[NumberBand]:
    """Part the numbers other than zero into bands of about as many rows, the lowest first.

    Rows with equal numbers are of one band, so there may be fewer.

    Parameters
    ----------
    column
        Of numbers.
    bands
        How many are wanted.
    """
    name = identifier(column)
    statement = (
        "WITH held AS (SELECT value, count(*) AS rows FROM ("  # noqa: S608 as above
        f"SELECT t.{name}::float8 AS value FROM layer.{identifier(layer)} AS t) AS one"
        " WHERE value <> 0 AND value <> 'NaN' GROUP BY value),"
        # The band of a number is that of the middle of its rows.
        " placed AS (SELECT value, rows, floor(:bands * (sum(rows) OVER (ORDER BY value) - rows / 2.0)"
        " / sum(rows) OVER ()) AS band FROM held)"
        " SELECT min(value), max(value), sum(rows) FROM placed GROUP BY band ORDER BY band"
    )
    found = connection.execute(text(statement), {"bands": bands})
    return [NumberBand(float(low), float(high), int(count)) for low, high, count in found]
