"""Which layers are there, in which version, and where they lie."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from gis_service.db.query import sql
from gis_service.types import BBox, LayerId, VersionId


@dataclass(frozen=True, slots=True)
class CollectionRow:
    """A layer that is there: a table, or a raster.

    Parameters
    ----------
    id
        Layer id.
    version
        Current version; None before the first commit.
    bbox
        Box in longitude and latitude that holds all rows; None for an empty layer or one without geometry.
    """

    id: LayerId
    version: VersionId | None
    bbox: BBox | None


def collections(connection: Connection, ids: Sequence[LayerId]) -> list[CollectionRow]:
    """Give those of the layers that are there, tables and rasters, by id, in one statement."""
    rows = connection.execute(sql("collections_list"), {"ids": list(ids)})
    return [
        CollectionRow(
            LayerId(row.id),
            None if row.version is None else VersionId(row.version),
            None if row.west is None else (row.west, row.south, row.east, row.north),
        )
        for row in rows
    ]


@dataclass(frozen=True, slots=True)
class VersionDates:
    """When the first and the newest version of a layer were committed."""

    first: datetime
    newest: datetime


def version_dates(connection: Connection, ids: Sequence[LayerId]) -> dict[str, VersionDates]:
    """Give the dates of those of the layers that have any version."""
    rows = connection.execute(sql("collections_dates"), {"ids": list(ids)})
    return {row.id: VersionDates(row.first, row.newest) for row in rows}
