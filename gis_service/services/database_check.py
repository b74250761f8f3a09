"""Do the layers and their histories agree, are they guarded? Told line by line, mended on request."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

from gis_service.catalogue.loader import load_catalogue
from gis_service.db.database import tables_of_layers
from gis_service.db.engine import Engine, open_engine, transaction
from gis_service.db.guards import check_guards, mend_guards
from gis_service.db.history_check import UNFIT, HistoryFault, catch_up, check
from gis_service.db.snapshot import snapshot
from gis_service.errors import ErrorCode, Fault, GisError, RefusedInput
from gis_service.messages.catalogue import notices
from gis_service.services.accounts import OPERATOR, Caller, record
from gis_service.services.audit import note_version
from gis_service.services.database import address
from gis_service.services.whole_catalogue import whole_catalogue
from gis_service.settings import Settings
from gis_service.types import Text, VersionId

AUTHOR = "db check"
"""Author of the versions that hold what had gone past the triggers."""


@dataclass(frozen=True, slots=True)
class CheckReport:
    """What a check of a sound database has seen and done.

    Parameters
    ----------
    tables
        Number of tables that were compared.
    repaired
        Tables that were put in order, with the version that was made where rows had gone past the history.
    guards
        Tables of the service whose triggers or rights were put in order.
    beside
        Tables in the schema of the layers that are none and can have no history.
    """

    tables: int
    repaired: dict[str, int | None]
    guards: tuple[str, ...] = ()
    beside: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Seen:
    layers: list[HistoryFault]
    guards: list[HistoryFault]
    tables: int


def check_database(settings: Settings, *, repair: bool = False, caller: Caller = OPERATOR) -> CheckReport:
    """Compare every layer with its history, in one state of the data; writers go on meanwhile.

    Parameters
    ----------
    settings
        Name the database, and where the layers are defined.
    repair
        Put tables under history, set triggers and rights right, and write down as a new version what had been
        changed past them.
    caller
        Who asks for the repair, for the audit.

    Raises
    ------
    RefusedInput
        ``database_unsound`` with all that is wrong, or is still wrong after the repair.
    """
    engine = open_engine(address(settings), pool_size=1)
    try:
        return check_engine(engine, repair=repair, defined=lambda: _defined(engine, settings), caller=caller)
    finally:
        engine.dispose()


def _defined(engine: Engine, settings: Settings) -> Collection[str]:
    files = load_catalogue(settings.layers_dir, settings.tiles_dir, settings.city)
    with snapshot(engine) as connection:
        return whole_catalogue(connection, files).layers.keys()


def check_engine(
    engine: Engine,
    *,
    repair: bool = False,
    unfit: bool = True,
    guards: bool = True,
    defined: Callable[[], Collection[str]] = tuple,
    caller: Caller = OPERATOR,
) -> CheckReport:
    """Compare as :func:`check_database` does, in a database that is open.

    Parameters
    ----------
    engine
        Pool of connections to it.
    repair, caller
        As there.
    unfit
        Whether the table of a layer that can have no history is a fault.
    guards
        Whether the triggers, rights and settings that guard the audit are looked at.
    defined
        Names the layers; asked where a table has no history and can have none. One that is no layer, as QGIS
        makes for its styles, is no fault: it is only told.

    Raises
    ------
    RefusedInput
        ``database_unsound``.
    """
    seen = _look(engine)
    repaired = _repair(engine, seen.layers, caller) if repair else {}
    mended = _repair_guards(engine, seen.guards, caller) if repair else ()
    if repaired or mended:
        seen = _look(engine)
    apart = {fault.layer for fault in seen.layers if fault.beside}
    beside = apart - _layers_among(apart, defined)
    found = [
        fault
        for fault in (*seen.layers, *(seen.guards if guards else ()))
        if fault.code != UNFIT or (unfit and fault.layer not in beside)
    ]
    if found:
        raise RefusedInput(
            ErrorCode.DATABASE_UNSOUND, faults=[_told(fault) for fault in found], count=len(found)
        )
    return CheckReport(seen.tables, repaired, mended, tuple(sorted(beside)))


def _layers_among(tables: set[str], defined: Callable[[], Collection[str]]) -> set[str]:
    """Give the tables that are layers: all of them where the definitions cannot be read.

    What else was found is told all the same, and nothing that may be a layer passes for none.
    """
    if not tables:
        return set()
    try:
        return tables.intersection(defined())
    except GisError:
        return tables


def _look(engine: Engine) -> _Seen:
    with snapshot(engine, statement_s=0) as connection:
        return _Seen(
            list(check(connection)), list(check_guards(connection)), len(tables_of_layers(connection))
        )


def _repair(engine: Engine, found: Sequence[HistoryFault], caller: Caller) -> dict[str, int | None]:
    message = notices()["history_catch_up_message"].vi
    repaired: dict[str, int | None] = {}
    for layer in sorted({fault.layer for fault in found if fault.mended}):
        codes = sorted({fault.code for fault in found if fault.layer == layer})
        # One by one: no layer waits for the repair of another.
        with transaction(engine) as connection:
            record(connection, caller, "db.check", layer, {"faults": codes})
            repaired[layer] = made = catch_up(connection, layer, AUTHOR, message)
            if made is not None:
                note_version(connection, caller, layer, VersionId(made))
    return repaired


def _repair_guards(engine: Engine, found: Sequence[HistoryFault], caller: Caller) -> tuple[str, ...]:
    wrong = [fault for fault in found if fault.mended]
    if not wrong:
        return ()
    with transaction(engine) as connection:
        for fault in wrong:
            record(connection, caller, "db.check", fault.layer, {"faults": [fault.code], **fault.params})
        mend_guards(connection)
    return tuple(sorted({fault.layer for fault in wrong}))


def _told(fault: HistoryFault) -> Fault:
    words, values = notices()[fault.code], {"layer": fault.layer, **fault.params}
    return Fault(fault.layer, Text(words.vi.format(**values), words.en.format(**values)))
