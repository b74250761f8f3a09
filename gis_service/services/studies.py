"""Studies: run them on the layers of the service, keep them, find them again.

A study is run whenever it is asked for: a layer table can be edited directly, and its version does not tell
that. The same versions, parameters and code have the same id; an equal document stays as it was kept.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from gis_service.catalogue.loader import Catalogue
from gis_service.db import studies as kept
from gis_service.db.engine import Connection
from gis_service.errors import ErrorCode, NotFound
from gis_service.services.accounts import Caller
from gis_service.services.compare import Workbench
from gis_service.services.context import Context
from gis_service.services.coverage import Progress
from gis_service.services.documents import canonical_json
from gis_service.services.list_pages import page_key, read_page_key, require_limit
from gis_service.services.prepared import Prepared
from gis_service.services.rights import Rights, rights_of
from gis_service.services.study_processes import REQUESTS, Asked, ask
from gis_service.services.study_rights import require_inputs, shown_to
from gis_service.services.transactions import computing, writing

PROCESSES = tuple(REQUESTS)
"""Processes that can be run."""


@dataclass(frozen=True)
class Study:
    """A study with what is known of its run.

    Parameters
    ----------
    document
        As docs/contract.md, Study document; without any time stamp.
    created_at, seconds, author
        When it ran, how long, and for whom.
    """

    id: str
    process: str
    document: dict[str, Any]
    created_at: datetime
    seconds: float
    author: str


@dataclass(frozen=True)
class Computed:
    """A study that is computed and not kept yet; how long it took, in seconds."""

    document: dict[str, Any]
    seconds: float


@dataclass(frozen=True)
class StudySummary:
    """A study in a list, without its document."""

    id: str
    process: str
    created_at: datetime
    seconds: float
    author: str


@dataclass(frozen=True)
class StudyPage:
    """Some studies, and the key of the page after them; None on the last one."""

    items: Sequence[StudySummary]
    next: str | None


def run(
    connection: Connection,
    catalogue: Catalogue,
    process: str,
    inputs: object,
    author: str,
    *,
    reader: Caller | None = None,
    prepared: Prepared | None = None,
    progress: Progress | None = None,
) -> Study:
    """Run a study and keep it, all in one transaction; arguments and errors as of `compute` and `keep`.

    Where others write at the same time, use `run_alone`.
    """
    made = compute(
        connection, catalogue, process, inputs, reader=reader, prepared=prepared, progress=progress
    )
    return keep(connection, made, author)


def run_alone(
    context: Context, process: str, inputs: object, author: str, *, reader: Caller | None = None
) -> Study:
    """Run a study on one state of the data, and keep it afterwards in a transaction of its own.

    Arguments and errors as of `compute` and `keep`.
    """
    with computing(context) as connection:
        made = compute(
            connection, context.catalogue, process, inputs, reader=reader, prepared=context.prepared
        )
    with writing(context) as connection:
        return keep(connection, made, author)


def compute(
    connection: Connection,
    catalogue: Catalogue,
    process: str,
    inputs: object,
    *,
    reader: Caller | None = None,
    prepared: Prepared | None = None,
    progress: Progress | None = None,
) -> Computed:
    """Compute a study; nothing is written but its arrays.

    Parameters
    ----------
    connection
        Transaction that it reads in, which sees one state of the data.
    catalogue
        Standards, layers and conventions.
    process
        One of `PROCESSES`.
    inputs
        As docs/contract.md, Inputs of a study.
    reader
        Whose right to read the layers is asked for; None is the operator of the machine.
    prepared
        What the process knows already; the arrays that the study was computed on are kept in its store,
        under the hashes that the document names.
    progress
        Told each step as it begins.

    Raises
    ------
    NotFound
        ``process_unknown``.
    NotAllowed
        ``role_insufficient`` for a layer that is closed to the reader, ``version_closed`` for a version of
        before it was opened to them.
    RefusedInput
        ``study_refused`` for inputs that cannot be used, ``study_layer_empty`` for a layer that is not
        loaded.
    Conflict
        ``study_version_gone`` when a version was asked for that the history does not keep.
    """
    asked = ask(connection, catalogue, process, inputs, _today(), Workbench(prepared), reader=reader)
    if reader is not None:
        require_inputs(rights_of(connection, catalogue, reader), asked.layers.values())
    return compute_asked(asked, progress)


def compute_asked(asked: Asked, progress: Progress | None = None) -> Computed:
    """Compute a study that was asked for; errors as of `compute`."""
    begun = time.perf_counter()
    document, read = asked.compute(progress)
    if read is not None:
        asked.bench.keep(read)
    return Computed(document, time.perf_counter() - begun)


def keep(connection: Connection, made: Computed, author: str) -> Study:
    """Keep a study that was computed; an equal one of its id stays as it was kept.

    Parameters
    ----------
    connection
        Transaction that it is kept in.
    author
        For whom it ran.
    """
    id_, process = made.document["id"], made.document["process"]
    document = canonical_json(made.document)
    kept.add_study(connection, id_, process, document, seconds=made.seconds, author=author)
    return get(connection, id_)


def find(connection: Connection, id_: str) -> Study | None:
    """Give a study, or None; a table that was edited by hand since is not looked at."""
    row = kept.study(connection, id_)
    if row is None or row.document is None:
        return None
    return Study(row.id, row.process, row.document, row.created_at, row.seconds, row.author)


def check(
    connection: Connection, catalogue: Catalogue, process: str, inputs: object, reader: Caller | None
) -> None:
    """Refuse at once, with the errors of `run`, what it would refuse before it computes."""
    asked = ask(connection, catalogue, process, inputs, _today(), reader=reader)
    if reader is not None:
        require_inputs(rights_of(connection, catalogue, reader), asked.layers.values())


def _today() -> date:
    return datetime.now(UTC).astimezone().date()


def get(connection: Connection, id_: str) -> Study:
    """Give a study.

    Raises
    ------
    NotFound
        ``study_not_found``.
    """
    found = find(connection, id_)
    if found is None:
        raise NotFound(ErrorCode.STUDY_NOT_FOUND, id=id_)
    return found


def list_(
    connection: Connection,
    *,
    process: str | None = None,
    after: str | None = None,
    limit: int = 100,
    rights: Rights | None = None,
) -> StudyPage:
    """Give studies, the newest first.

    Parameters
    ----------
    process
        Only studies of this process.
    after
        ``next`` of the page before.
    limit
        Studies at most, 1 to 1,000.
    rights
        Of the reader, who is given only studies of layers and versions open to them; None is the operator of
        the machine.

    Raises
    ------
    WrongUse
        ``wrong_argument`` for a limit out of range or a key that no page gave.
    """
    require_limit(limit)
    before = read_page_key(after)
    shown = None if rights is None else shown_to(connection, rights)
    rows = kept.studies_page(connection, process=process, before=before, count=limit + 1, shown=shown)
    items = [
        StudySummary(row.id, row.process, row.created_at, row.seconds, row.author) for row in rows[:limit]
    ]
    return StudyPage(items, page_key(items[-1].created_at, items[-1].id) if len(rows) > limit else None)
