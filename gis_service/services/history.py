"""Versions of a layer: which there are, what the layer was then, and how two of them differ."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from gis_service.catalogue.layer_definition import LayerDefinition
from gis_service.db import history as rows
from gis_service.db import history_diff as diff
from gis_service.db.engine import Connection
from gis_service.db.history import Tally, Version
from gis_service.db.history_back import kept_bounds, settle
from gis_service.db.history_diff import Difference
from gis_service.db.layers import table_exists, version_of
from gis_service.db.rasters import has_rasters, raster_versions
from gis_service.errors import ErrorCode, NotAllowed, NotFound
from gis_service.services.features import fields_of
from gis_service.services.layers import refuse_raster
from gis_service.types import VersionId

__all__ = ["Difference", "Tally", "Version"]

MAX_PAGE = 1_000
BEFORE_ALL = VersionId(0)
"""State of a layer before its first version: no row."""
_BIGINT = 2**63


@dataclass(frozen=True, slots=True)
class VersionEntry:
    """One version with what it did to the rows.

    Parameters
    ----------
    tally
        None for a version whose rows are not kept.
    """

    version: Version
    tally: Tally | None


@dataclass(frozen=True, slots=True)
class VersionPage:
    """A page of versions, the newest first.

    Parameters
    ----------
    next_before
        Version to ask the next page before; None on the last page.
    """

    items: list[VersionEntry]
    next_before: VersionId | None


@dataclass(frozen=True, slots=True)
class Comparison:
    """A page of what differs between two versions.

    Parameters
    ----------
    old, new
        The versions, from and to; the first may be the later one.
    tally
        Of the whole difference, not of this page.
    others
        Rows, counted nowhere else, that differ only in columns that the definition does not have: those are
        kept and come back with a restore, and their values are nobody's to read here.
    rows
        By rising ``fid``.
    next_after
        ``fid`` to ask the next page after; None on the last page.
    """

    old: Version
    new: Version
    tally: Tally
    others: int
    rows: list[Difference]
    next_after: int | None


def page(
    connection: Connection,
    definition: LayerDefinition,
    *,
    before: int | None = None,
    limit: int = 100,
    oldest: VersionId | None = None,
) -> VersionPage:
    """Give versions of a layer, the newest first, at most ``limit`` of them.

    Parameters
    ----------
    connection
        Any connection that may read.
    definition
        Layer whose table exists, or a raster, which counts as one row.
    before
        Only those before this version.
    limit
        Length of the page; above 1,000 it is taken as 1,000.
    oldest
        Version with which the list ends; None for all.
    """
    count = min(limit, MAX_PAGE)
    bound = None if before is None or before >= _BIGINT else before
    read = raster_versions if definition.is_raster else rows.versions
    found = read(connection, definition.id, before=bound, count=count + 1)
    found = [entry for entry in found if oldest is None or entry[0].id >= oldest]
    told = definition.is_raster
    items = [VersionEntry(one_, tally if told or one_.kept else None) for one_, tally in found[:count]]
    return VersionPage(items, items[-1].version.id if len(found) > count else None)


def one(
    connection: Connection, definition: LayerDefinition, number: int, oldest: VersionId | None = None
) -> VersionEntry:
    """Give one version of a layer, kept or not, and not before the ``oldest`` that the caller may read.

    Raises
    ------
    NotFound
        ``version_unknown``.
    NotAllowed
        ``version_closed``.
    """
    _require_open(definition, number, number, oldest)
    found = page(connection, definition, before=number + 1, limit=1).items if number < _BIGINT else []
    if not found or found[0].version.id != number:
        raise _unknown(connection, definition, number)
    return found[0]


def just_made(connection: Connection, definition: LayerDefinition, number: VersionId) -> VersionEntry:
    """Give a version of the transaction in hand with the time that it keeps; nothing is written after."""
    settle(connection)
    return one(connection, definition, number)


def kept_version(
    connection: Connection,
    definition: LayerDefinition,
    version: int | None = None,
    at: datetime | None = None,
    *,
    oldest: VersionId | None = None,
) -> Version:
    """Give a version whose rows can be read: a named one, the newest of a time, or the newest of all.

    Parameters
    ----------
    connection
        Any connection that may read.
    definition
        Layer whose table exists.
    version, at
        Which one; the number goes before the time.
    oldest
        The oldest that the caller may read; None for any.

    Raises
    ------
    NotFound
        ``version_unknown`` when there is no such version, or none yet at that time; ``version_not_kept``
        for one of before the history.
    NotAllowed
        ``version_closed``.
    """
    if version is not None:
        _require_open(definition, version, version, oldest)
    if version is None and at is None:
        newest = version_of(connection, definition.id)
        version = 0 if newest is None else newest
    if version is not None:
        found = rows.version(connection, definition.id, version) if version < _BIGINT else None
    else:
        found = rows.version_at(connection, definition.id, at) if at else None
    asked = at.isoformat() if at and version is None else version
    if found is not None or version is None:
        # Before its first version the layer was closed, too.
        _require_open(definition, found.id if found else 0, asked, oldest)
    if found is None:
        raise _unknown(connection, definition, asked)
    if not found.kept:
        raise _refusal(ErrorCode.VERSION_NOT_KEPT, connection, definition, found.id)
    return found


def as_of(
    connection: Connection, definition: LayerDefinition, at: datetime, oldest: VersionId | None = None
) -> VersionId:
    """Give the version that a layer had at a time; `BEFORE_ALL` when it had none yet.

    Raises
    ------
    NotFound
        ``version_not_kept``.
    NotAllowed
        ``version_closed`` when it is from before the ``oldest`` that the caller may read.
    """
    if oldest is None and rows.version_at(connection, definition.id, at) is None:
        return BEFORE_ALL
    return kept_version(connection, definition, at=at, oldest=oldest).id


def compare(
    connection: Connection,
    definition: LayerDefinition,
    old: int,
    new: int | None = None,
    *,
    after: int = 0,
    limit: int = 100,
    oldest: VersionId | None = None,
) -> Comparison:
    """Tell how a layer differs between two of its versions, at most ``limit`` rows at once.

    Parameters
    ----------
    connection
        Any connection that may read, of one state of the data.
    definition
        Layer whose table exists.
    old, new
        From and to; the newest version when ``new`` is not given.
    after
        Only rows above this ``fid``.
    limit
        Length of the page.
    oldest
        The oldest version that the caller may read; None for any.

    Raises
    ------
    NotFound
        ``version_unknown``, ``version_not_kept``; ``layer_is_raster``.
    NotAllowed
        ``version_closed``.
    """
    refuse_raster(definition)
    first, last = (kept_version(connection, definition, one_, oldest=oldest) for one_ in (old, new))
    columns, pair = fields_of(definition), (first.id, last.id)
    counted = diff.tally(connection, definition.id, columns, *pair)
    others = diff.count_others(connection, definition.id, columns, *pair)
    found: list[Difference] = []
    if after < _BIGINT:
        found = diff.differences(connection, definition.id, columns, pair, after=after, count=limit + 1)
    shown = found[:limit]
    return Comparison(first, last, counted, others, shown, shown[-1].fid if len(found) > limit else None)


def all_differences(
    connection: Connection, definition: LayerDefinition, old: Version, new: Version, *, batch: int = 10_000
) -> Iterator[Difference]:
    """Give every row that differs between two kept versions, by rising ``fid``, batch by batch."""
    columns, after = fields_of(definition), 0
    while found := diff.differences(
        connection, definition.id, columns, (old.id, new.id), after=after, count=batch
    ):
        yield from found
        after = found[-1].fid


def require_table(connection: Connection, definition: LayerDefinition) -> None:
    """Refuse a layer into which nothing has been loaded.

    Raises
    ------
    NotFound
        ``layer_empty``.
    """
    there = has_rasters if definition.is_raster else table_exists
    if not there(connection, definition.id):
        raise NotFound(ErrorCode.LAYER_EMPTY, layer=definition.id)


def _require_open(definition: LayerDefinition, number: int, asked: object, oldest: VersionId | None) -> None:
    if oldest is not None and number < oldest:
        raise NotAllowed(ErrorCode.VERSION_CLOSED, layer=definition.id, asked=asked, oldest=oldest)


def _unknown(connection: Connection, definition: LayerDefinition, asked: object) -> NotFound:
    return _refusal(ErrorCode.VERSION_UNKNOWN, connection, definition, asked)


def _refusal(code: ErrorCode, connection: Connection, definition: LayerDefinition, asked: object) -> NotFound:
    known = kept_bounds(connection, definition.id)
    return NotFound(
        code, layer=definition.id, asked=asked, oldest=known.oldest or "-", newest=known.newest or "-"
    )
