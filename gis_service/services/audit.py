"""Reading what was done, by whom and when; it is written by `accounts.record`."""

import csv
import io
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from gis_service.db import audit as rows
from gis_service.db.audit import AuditFilter, AuditRow
from gis_service.db.engine import Connection
from gis_service.errors import ErrorCode, WrongUse
from gis_service.services.accounts import Caller, record
from gis_service.services.context import Context
from gis_service.services.transactions import writing
from gis_service.types import VersionId

__all__ = [
    "LARGEST_PAGE",
    "AuditFilter",
    "AuditPage",
    "Entry",
    "as_csv",
    "list_",
    "note_reading",
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
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""Signs that a spreadsheet takes for the beginning of a formula."""


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


def as_csv(entries: Iterable[Entry]) -> str:
    """Write entries as a table that a spreadsheet opens without running anything in it."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    for entry in entries:
        writer.writerow([_cell(getattr(entry, column)) for column in COLUMNS])
    return out.getvalue()


def _cell(value: object) -> str:
    if value is None:
        return ""
    told = json.dumps(value, ensure_ascii=False, sort_keys=True) if isinstance(value, dict) else str(value)
    return f"'{told}" if told.startswith(_FORMULA) else told


def note_reading(context: Context, caller: Caller, object_: str, query: str) -> None:
    """Note that a caller reads personal detail: who, and by which question; never what the answer was.

    Parameters
    ----------
    object_
        Path that is read.
    query
        Parameters of the address as they were sent.
    """
    with writing(context) as connection:
        record(connection, caller, "personal.read", object_, None, {"query": query})


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
