"""Rows of a layer that meet a tile, in one piece: what is drawn of them is worked out by whoever asks."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import psycopg

from gis_service.crs import STORAGE_SRID
from gis_service.db.engine import Connection, driver
from gis_service.db.failures import failure_of
from gis_service.db.filters import Condition
from gis_service.db.history import rows_at
from gis_service.db.layers import Column
from gis_service.db.query import identifier
from gis_service.db.tiles import Importance
from gis_service.types import BBox, LayerId, VersionId

_SENT = {"integer": "bigint", "number": "float8", "boolean": "boolean"}
"""Type that a field is sent as; all others are texts, as PostgreSQL prints them."""


@dataclass(frozen=True, slots=True)
class RowBlock:
    """Rows as ``record_send`` of PostgreSQL writes them, in no order.

    Parameters
    ----------
    content
        One row behind the other: the number, the shape in the storage system as WKB with the lowest byte
        first, then the fields.
    count
        Rows.
    """

    content: bytes
    count: int


@dataclass(frozen=True, slots=True)
class RowQuery:
    """Which rows of a layer a tile is made of.

    Parameters
    ----------
    layer
        The layer.
    columns
        Fields that are read.
    box
        The tile with its rim, in longitude and latitude.
    is_mixed
        Whether the layer takes any kind of geometry, and so collections, of which what has the most
        dimensions is drawn.
    condition
        Only rows that fulfil it are drawn.
    version
        A version that is kept; None for the rows of now.
    """

    layer: LayerId
    columns: Sequence[Column]
    box: BBox
    is_mixed: bool = False
    condition: Condition | None = None
    version: VersionId | None = None

    def rows(self, connection: Connection) -> str:
        """Compose the query of the rows in one piece, and their number."""
        shape = "ST_CollectionExtract(t.geom)" if self.is_mixed else "t.geom"
        fields = "".join(f", t.{identifier(one.name)}::{_SENT.get(one.type, 'text')}" for one in self.columns)
        row = f"ROW(t.fid::bigint, ST_AsBinary({shape}, 'NDR'){fields})"
        return f"SELECT count(*), string_agg(record_send({row}), ''::bytea) {self._source(connection)}"

    def ranked(self, connection: Connection, importance: Importance) -> str:
        """Compose the query of the numbers of the rows, the most important first."""
        order = importance.sql({name: f"t.{identifier(name)}" for name in importance.fields})
        # It is written for statements in which a colon begins a value.
        return f"SELECT t.fid {self._source(connection)} ORDER BY " + order.replace("\\:", ":").replace(
            "%", "%%"
        )

    def _source(self, connection: Connection) -> str:
        further = ""
        if self.condition is not None:
            # A sign of percent in a literal begins no parameter.
            literal = self.condition.sql().as_string(driver(connection)).replace("%", "%%")
            further = f" AND {literal}"
        return (
            f"FROM {rows_at(self.layer, self.version)} AS t WHERE t.geom &&"
            f" ST_MakeEnvelope(%(west)s, %(south)s, %(east)s, %(north)s, {STORAGE_SRID}){further}"
        )

    @property
    def _values(self) -> Mapping[str, float]:
        return dict(zip(("west", "south", "east", "north"), self.box, strict=True))

    def read(self, connection: Connection) -> RowBlock:
        """Read the rows.

        Raises
        ------
        Temporary
            ``database_slow``, ``layer_table_behind``, ``database_unavailable``.
        """
        ((count, content),) = self._ask(connection, self.rows(connection))
        return RowBlock(content or b"", count)

    def rank(self, connection: Connection, importance: Importance) -> list[int]:
        """Read the numbers of the rows, the most important first; errors as in `read`."""
        return [fid for (fid,) in self._ask(connection, self.ranked(connection, importance))]

    def _ask(self, connection: Connection, query: str) -> list[tuple[Any, ...]]:
        # In the binary form of the protocol: bytes come as they are, not as twice as many hexadecimal digits.
        try:
            with driver(connection).cursor(binary=True) as cursor:
                return cursor.execute(query.encode(), self._values).fetchall()
        except psycopg.Error as error:
            if failure := failure_of(error, connection.engine.url, statement=query):
                raise failure from error
            raise
