"""Reading what was done, by whom and when; it is written by `accounts.record`."""

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias
from urllib.parse import parse_qsl, urlencode

import numpy as np
import pyproj
import shapely

from gis_service.analysis.cells import cell_at
from gis_service.catalogue.layer_definition import LayerDefinition
from gis_service.catalogue.loader import Catalogue
from gis_service.crs import STORAGE, transform
from gis_service.db import audit as rows
from gis_service.db.audit import AuditFilter, AuditRow
from gis_service.db.engine import Connection
from gis_service.errors import ErrorCode, WrongUse
from gis_service.services.accounts import Caller, record
from gis_service.services.context import Context
from gis_service.services.rights import is_personal
from gis_service.services.transactions import writing
from gis_service.text import plain_cell
from gis_service.types import VersionId

__all__ = [
    "LARGEST_PAGE",
    "AuditFilter",
    "AuditPage",
    "Entry",
    "as_csv",
    "csv_lines",
    "every",
    "list_",
    "note_export",
    "note_reading",
    "note_study",
    "note_version",
    "record",
]

Entry: TypeAlias = AuditRow

LARGEST_PAGE = 10_000
COLUMNS = (
    "id",
    "at",
    "actor",
    "role",
    "by",
    "address",
    "action",
    "object",
    "before",
    "after",
    "request_id",
)
_PLACE = ("lon", "lat")
"""Parameters that together name a place."""


@dataclass(frozen=True, slots=True)
class AuditPage:
    """Some entries, the newest first, and the number to ask the next page before; None on the last one."""

    items: Sequence[Entry]
    next: int | None


def list_(
    connection: Connection,
    asked: AuditFilter | None = None,
    *,
    before: int | None = None,
    limit: int = 100,
) -> AuditPage:
    """Give entries, the newest first.

    Parameters
    ----------
    asked
        Which ones.
    before
        ``next`` of the page before.
    limit
        Entries at most, 1 to 10,000.

    Raises
    ------
    WrongUse
        ``wrong_argument`` for a limit out of range.
    """
    if not 1 <= limit <= LARGEST_PAGE:
        raise WrongUse(ErrorCode.WRONG_ARGUMENT, name="limit", value=limit, expected=f"1 – {LARGEST_PAGE}")
    found = rows.page_of_audit(connection, asked or AuditFilter(), before, limit + 1)
    return AuditPage(found[:limit], found[limit - 1].id if len(found) > limit else None)


def every(
    connection: Connection, asked: AuditFilter, *, before: int | None = None, limit: int | None = None
) -> Iterator[Entry]:
    """Give all entries that are asked for, the newest first, read page by page; arguments as of `list_`.

    Parameters
    ----------
    limit
        Entries at most, however many; None is all of them.
    """
    left = limit
    while left is None or left > 0:
        page = list_(
            connection, asked, before=before, limit=LARGEST_PAGE if left is None else min(left, LARGEST_PAGE)
        )
        yield from page.items
        if page.next is None:
            return
        before = page.next
        left = None if left is None else left - len(page.items)


def as_csv(entries: Iterable[Entry]) -> str:
    """Write entries as a table that a spreadsheet opens without running anything in it."""
    return "".join(csv_lines(entries))


def csv_lines(entries: Iterable[Entry]) -> Iterator[str]:
    """Give the table of `as_csv` line by line, its heading first."""
    yield _csv_line(COLUMNS)
    for entry in entries:
        yield _csv_line([_written(getattr(entry, column)) for column in COLUMNS])


def _csv_line(cells: Sequence[str]) -> str:
    out = io.StringIO()
    csv.writer(out).writerow(cells)
    return out.getvalue()


def _written(value: object) -> str:
    if value is None:
        return ""
    told = json.dumps(value, ensure_ascii=False, sort_keys=True) if isinstance(value, dict) else str(value)
    return plain_cell(told)


def note_reading(context: Context, caller: Caller, object_: str, query: str) -> None:
    """Note that a caller reads personal detail: who, and by which question; never what the answer was.

    Parameters
    ----------
    object_
        Path that is read.
    query
        Parameters of the address as they were sent; of a place in them only its cell is kept, since a place
        that somebody points at may be a home.
    """
    kept = _question(context.catalogue, query)
    with writing(context) as connection:
        record(connection, caller, "personal.read", object_, None, {"query": kept})


def _question(catalogue: Catalogue, query: str) -> str:
    given = parse_qsl(query, keep_blank_values=True)
    place = {name: value for name, value in given if name in _PLACE}
    if not place:
        return query
    rest = [(name, value) for name, value in given if name not in _PLACE]
    return urlencode([*rest, *([("cell", _cell(catalogue, place))] if len(place) == len(_PLACE) else [])])


def _cell(catalogue: Catalogue, place: Mapping[str, str]) -> str:
    point = shapely.Point(*(float(place[name]) for name in _PLACE))
    metric = transform(np.asarray([point]), STORAGE, pyproj.CRS.from_user_input(catalogue.city.crs))
    column, row = cell_at(shapely.get_coordinates(metric))[0].tolist()
    return f"{column}_{row}"


def note_export(context: Context, caller: Caller, layer: LayerDefinition, how: str) -> None:
    """Note that a caller takes rows of a layer out by a command, where the layer holds personal detail.

    Parameters
    ----------
    how
        What the command does, as ``layers export --version 3``.
    """
    if is_personal(layer):
        with writing(context) as connection:
            record(connection, caller, "personal.read", layer.id, None, {"command": how})


def note_study(context: Context, caller: Caller, document: Mapping[str, Any], how: str) -> None:
    """Note that a caller sees all counts of a study by a command, where they are of personal detail.

    Parameters
    ----------
    document
        A study document.
    how
        As of `note_export`, ``study show coverage_…``.
    """
    read = {
        one["layer"] for one in document["inputs"].values() if isinstance(one, Mapping) and "layer" in one
    }
    known = context.catalogue.layers
    # Of a layer that is not defined any more nobody can say that it was not personal.
    personal = [one for one in sorted(read) if one not in known or is_personal(known[one])]
    if personal:
        with writing(context) as connection:
            for layer in personal:
                record(connection, caller, "personal.read", layer, None, {"command": how})


def note_version(connection: Connection, caller: Caller, layer: str, version: VersionId) -> None:
    """Note who made a version of a layer, in the transaction that makes it; else its author alone is noted.

    Parameters
    ----------
    connection
        Inside that transaction.
    caller
        Who makes it.
    layer, version
        What is made.
    """
    record(connection, caller, "layer.version", layer, after={"version": version})
