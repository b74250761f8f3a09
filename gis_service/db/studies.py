"""Keeps studies and reads them again."""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from gis_service.db.engine import Connection
from gis_service.db.query import sql


@dataclass(frozen=True, slots=True)
class StudyRow:
    """A study as it is kept.

    Parameters
    ----------
    document
        The study document; None in lists.
    created_at, seconds, author
        When it ran, how long, and for whom.
    """

    id: str
    process: str
    document: dict[str, Any] | None
    created_at: datetime
    seconds: float
    author: str


@dataclass(frozen=True, slots=True)
class Shown:
    """What somebody may be shown of the layers that studies have read.

    Parameters
    ----------
    oldest
        By layer the oldest version that may be shown, 0 for any; other layers may not be.
    people
        Layers of personal detail: of these a study shows sums alone, if they are its demand.
    """

    oldest: Mapping[str, int]
    people: Collection[str]


def add_study(
    connection: Connection, id_: str, process: str, document: bytes, *, seconds: float, author: str
) -> None:
    """Keep a study; an equal one of this id stays as it is, another one is replaced.

    Parameters
    ----------
    document
        Canonical JSON.
    """
    values = {"id": id_, "process": process, "document": document.decode(), "seconds": seconds}
    connection.execute(sql("studies_add"), values | {"author": author})


def study(connection: Connection, id_: str) -> StudyRow | None:
    """Give one study, or None."""
    row = connection.execute(sql("studies_one"), {"id": id_}).one_or_none()
    if row is None:
        return None
    document = json.loads(row.document) if isinstance(row.document, str) else row.document
    return StudyRow(row.id, row.process, document, row.created_at, row.seconds, row.author)


def studies_page(
    connection: Connection,
    *,
    process: str | None,
    before: tuple[datetime, str] | None,
    count: int,
    shown: Shown | None = None,
) -> list[StudyRow]:
    """Give up to ``count`` studies, the newest first, that come after ``before`` in this order.

    Parameters
    ----------
    shown
        Only studies whose layers may be shown; None is no limit.
    """
    before_at, before_id = before or (None, None)
    page = {"process": process, "before_at": before_at, "before_id": before_id, "count": count}
    oldest, people = (None, []) if shown is None else (json.dumps(dict(shown.oldest)), [*shown.people])
    rows = connection.execute(sql("studies_page"), page | {"oldest": oldest, "people": people})
    return [StudyRow(row.id, row.process, None, row.created_at, row.seconds, row.author) for row in rows]
