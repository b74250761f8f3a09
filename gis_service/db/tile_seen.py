"""What of a layer a tile shows: by a change of anything else it does not come to look otherwise."""

from dataclasses import dataclass

from psycopg import sql as pg

from gis_service.db.query import identifier


@dataclass(frozen=True, slots=True)
class OfClass:
    """Rows that are told by the class they are of.

    Parameters
    ----------
    field
        Holds the class.
    values
        Some of its values.
    is_listed
        Whether rows of those values are meant; else all others, those without any class among them.
    """

    field: str
    values: tuple[str, ...]
    is_listed: bool

    def sql(self, column: str) -> str:
        """Compose the condition, which is never NULL.

        Parameters
        ----------
        column
            SQL of the field.
        """
        words = pg.SQL(", ").join(map(pg.Literal, self.values)).as_string(None)
        # A colon in a literal begins no parameter.
        found = f"CAST({column} AS text) = ANY(CAST(ARRAY[{words}] AS text[]))".replace(":", "\\:")
        return f"coalesce({found}, FALSE)" if self.is_listed else f"coalesce(NOT {found}, TRUE)"


@dataclass(frozen=True, slots=True)
class Seen:
    """What a tile shows of a layer.

    Parameters
    ----------
    fields
        By whose change it looks otherwise; None for all of them.
    rows
        Which rows it shows; None for all of them.
    moved
        The same as far as the overview of the layer tells of which class the shapes are that it has moved.
    """

    fields: tuple[str, ...] | None = None
    rows: OfClass | None = None
    moved: OfClass | None = None

    def shows(self, table: str) -> str:
        """Compose the condition that a row is one of those.

        Parameters
        ----------
        table
            Its name in the query.
        """
        return "TRUE" if self.rows is None else self.rows.sql(f"{table}.{identifier(self.rows.field)}")


EVERYTHING = Seen()
"""Every field of every row."""
