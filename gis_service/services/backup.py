"""Back-ups of the whole database, and their way back into an empty one."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from gis_service.db.audit import has_audit
from gis_service.db.backup import (
    NOT_RESTORED,
    DatabaseContent,
    absent_roles,
    clients_of,
    content,
    dump,
    frozen,
    is_empty,
    put_back,
    table_bytes,
    was_in_the_way,
)
from gis_service.db.database import tables_under_history
from gis_service.db.engine import Engine, open_engine, transaction, without_password
from gis_service.db.guards import mend_guards
from gis_service.db.history_marks import forget_server, new_version
from gis_service.db.migrate import is_known_revision, migrate, prepare
from gis_service.db.snapshot import snapshot
from gis_service.errors import Conflict, ErrorCode, Fault, RefusedInput, Temporary
from gis_service.files.backups import BackupFiles
from gis_service.messages.catalogue import notices
from gis_service.services.accounts import OPERATOR, Caller, record
from gis_service.services.audit import note_version
from gis_service.services.database import address
from gis_service.services.database_check import check_engine
from gis_service.services.raster_layers import begin_anew
from gis_service.services.users import end_all_access
from gis_service.settings import Settings
from gis_service.types import LayerId

AUTHOR = "db restore"
"""Author of the versions that a restore makes."""
_ATTEMPTS = 5
"""Times that a dump is tried when others empty or alter tables just then."""


@dataclass(frozen=True, slots=True)
class BackupReport:
    """What was written.

    Parameters
    ----------
    taken_at
        Time of the state that it holds; ISO 8601, UTC.
    size
        Bytes of the dump.
    tables, rows
        How many there are in it.
    """

    file: Path
    taken_at: str
    size: int
    tables: int
    rows: int


@dataclass(frozen=True, slots=True)
class RestoreReport:
    """What was put back.

    Parameters
    ----------
    taken_at
        Time of the state that the database has now; ISO 8601, UTC.
    layers
        Number of layers that got a new version.
    absent
        Roles that this server does not know; while there are any, nobody got back the rights that the owner
        had given.
    """

    taken_at: str
    tables: int
    rows: int
    layers: int
    absent: tuple[str, ...]


def back_up(settings: Settings, file: Path, *, caller: Caller = OPERATOR) -> BackupReport:
    """Write all of the database to a file, in one state of the data; everybody goes on working meanwhile.

    Parameters
    ----------
    settings
        Name the database.
    file
        The dump; its manifest is put beside it, as ``<file>.json``.
    caller
        Who does it, for the audit: all personal detail is in the file.

    Raises
    ------
    Conflict
        ``output_exists``.
    NotFound
        ``file_not_found`` when there is no such folder.
    Temporary
        ``backup_no_space``, ``backup_failed``, ``backup_programs_missing``, ``database_not_migrated``.
    """
    files, url = BackupFiles(file), address(settings)
    files.refuse_to_overwrite()
    engine = open_engine(url, pool_size=1)
    try:
        _note(engine, caller, file)
        found = _dump(engine, url, files)
    finally:
        engine.dispose()
    size = files.finish(asdict(found))
    return BackupReport(file, found.taken_at, size, len(found.tables), sum(found.tables.values()))


def _note(engine: Engine, caller: Caller, file: Path) -> None:
    """Tell the audit before anything is written; a database that is older than the audit has none to tell."""
    with transaction(engine) as connection:
        if has_audit(connection):
            record(connection, caller, "db.backup", file.name)


def _dump(engine: Engine, url: str, files: BackupFiles) -> DatabaseContent:
    words: str | None = None
    for _ in range(_ATTEMPTS):
        with frozen(engine) as state:
            # A dump is text, pressed: it is hardly ever larger than the rows are in the database.
            files.refuse_without_space(sum(table_bytes(state.connection).values()))
            words = dump(state, url, files.begin())
            if words is None:
                return content(state.connection)
        if not was_in_the_way(words):
            break
    files.drop_draft()
    raise Temporary(ErrorCode.BACKUP_FAILED, path=files.dump, words=words)


def restore(settings: Settings, file: Path, *, caller: Caller = OPERATOR) -> RestoreReport:
    """Put a back-up into an empty database, and compare what came back with what was counted.

    Every layer gets a new version, so that nothing that was made of the lost state passes for this one. What
    opens the service to anybody but by password ends: tokens and sessions that were taken back after the
    back-up would live again, so they are not even put back, and a restore that is cut short leaves none. An
    older schema is brought up to that of this code.

    Parameters
    ----------
    settings
        Name the database: a private cluster that has just been made, or any other that holds nothing.
    file
        Written by :func:`back_up`, with its manifest beside it.
    caller
        Who does it, for the audit.

    Raises
    ------
    NotFound
        ``file_not_found``, ``backup_manifest_missing``.
    RefusedInput
        ``backup_damaged``, ``backup_too_new``; ``restore_incomplete`` when the rows are not those that were
        counted, ``database_unsound`` when data and history do not agree.
    Conflict
        ``database_not_empty``.
    Temporary
        ``restore_failed``, ``backup_programs_missing``.
    """
    told = BackupFiles(file).read()
    if not is_known_revision(told["revision"]):
        raise RefusedInput(ErrorCode.BACKUP_TOO_NEW, path=file, found=told["revision"], known="-")
    url = address(settings)
    engine = open_engine(url, pool_size=1)
    try:
        absent = _fill(engine, url, file, tuple(told["roles"]))
        found = _count(engine)
        migrate(url)
        # Before anything is refused: what was taken back must not live again in what is refused, either.
        layers = _begin_anew(engine, file, told["taken_at"], caller)
        tables = {name: rows for name, rows in told["tables"].items() if name not in NOT_RESTORED}
        _compare(found, tables)
        # A table that somebody made by hand, without a key or a geometry, was like that before.
        # Settings of the machine that it is restored on are for ``db check`` to tell.
        check_engine(engine, unfit=False, guards=False)
    finally:
        engine.dispose()
    return RestoreReport(told["taken_at"], len(tables), sum(tables.values()), layers, absent)


def _fill(engine: Engine, url: str, file: Path, roles: tuple[str, ...]) -> tuple[str, ...]:
    prepare(url)
    with snapshot(engine) as connection:
        if not is_empty(connection):
            raise Conflict(ErrorCode.DATABASE_NOT_EMPTY, url=without_password(url))
        clients, absent = clients_of(connection), absent_roles(connection, roles)
    if words := put_back(clients, url, file, rights=not absent):
        raise Temporary(ErrorCode.RESTORE_FAILED, path=file, words=words)
    return absent


def _count(engine: Engine) -> dict[str, int]:
    with snapshot(engine, statement_s=0) as connection:
        found = content(connection).tables
    return {name: rows for name, rows in found.items() if name not in NOT_RESTORED}


def _compare(found: Mapping[str, int], expected: Mapping[str, int]) -> None:
    """Refuse what is not the back-up: a table with other rows, more or fewer tables."""
    differing = sorted(
        name for name in expected.keys() | found.keys() if expected.get(name) != found.get(name)
    )
    if differing:
        faults = [Fault(name, f"{found.get(name, '-')} ≠ {expected.get(name, '-')}") for name in differing]
        raise RefusedInput(ErrorCode.RESTORE_INCOMPLETE, faults=faults, count=len(differing))


def _begin_anew(engine: Engine, file: Path, taken_at: str, caller: Caller) -> int:
    """End what opens the service, and give every layer a new version: all of it or nothing."""
    told = {"file": file.name, "taken_at": taken_at}
    message = notices()["restored_message"].vi.format(time=taken_at)
    with transaction(engine) as connection:
        mend_guards(connection)  # what was off when the back-up was made is not off here
        end_all_access(connection, caller, "db.restore", told)
        forget_server(connection)
        layers = tables_under_history(connection)
        for layer in layers:
            made = new_version(connection, LayerId(layer), author=AUTHOR, message=message)
            note_version(connection, caller, layer, made)
        rasters = begin_anew(connection, author=AUTHOR, message=message)
        for raster, made in rasters.items():
            note_version(connection, caller, raster, made)
    return len(layers) + len(rasters)
