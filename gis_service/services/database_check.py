"""Do the layers and their histories agree? What does not is told line by line, and mended on request."""

from collections.abc import Sequence
from dataclasses import dataclass

from gis_service.db.database import tables_of_layers
from gis_service.db.engine import Engine, open_engine, transaction
from gis_service.db.history_check import UNFIT, HistoryFault, catch_up, check
from gis_service.db.snapshot import snapshot
from gis_service.errors import ErrorCode, Fault, RefusedInput
from gis_service.messages.catalogue import notices
from gis_service.services.database import address
from gis_service.settings import Settings
from gis_service.types import Text

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
    """

    tables: int
    repaired: dict[str, int | None]


def check_database(settings: Settings, *, repair: bool = False) -> CheckReport:
    """Compare every layer with its history, in one state of the data; writers go on meanwhile.

    Parameters
    ----------
    settings
        Name the database.
    repair
        Put tables under history, set their triggers right, and write down as a new version what had been
        changed past them.

    Raises
    ------
    RefusedInput
        ``database_unsound`` with all that is wrong, or is still wrong after the repair.
    """
    engine = open_engine(address(settings), pool_size=1)
    try:
        return check_engine(engine, repair=repair)
    finally:
        engine.dispose()


def check_engine(engine: Engine, *, repair: bool = False, unfit: bool = True) -> CheckReport:
    """Compare as :func:`check_database` does, in a database that is open.

    Parameters
    ----------
    engine
        Pool of connections to it.
    repair
        As there.
    unfit
        Whether a table that can have no history is a fault.

    Raises
    ------
    RefusedInput
        ``database_unsound``.
    """
    found, tables = _look(engine)
    repaired = _repair(engine, found) if repair else {}
    if repaired:
        found, tables = _look(engine)
    found = [fault for fault in found if unfit or fault.code != UNFIT]
    if found:
        raise RefusedInput(
            ErrorCode.DATABASE_UNSOUND, faults=[_told(fault) for fault in found], count=len(found)
        )
    return CheckReport(tables, repaired)


def _look(engine: Engine) -> tuple[list[HistoryFault], int]:
    with snapshot(engine, statement_s=0) as connection:
        return list(check(connection)), len(tables_of_layers(connection))


def _repair(engine: Engine, found: Sequence[HistoryFault]) -> dict[str, int | None]:
    message = notices()["history_catch_up_message"].vi
    repaired: dict[str, int | None] = {}
    for layer in sorted({fault.layer for fault in found if fault.mended}):
        # One by one: no layer waits for the repair of another.
        with transaction(engine) as connection:
            repaired[layer] = catch_up(connection, layer, AUTHOR, message)
    return repaired


def _told(fault: HistoryFault) -> Fault:
    words, values = notices()[fault.code], {"layer": fault.layer, **fault.params}
    return Fault(fault.layer, Text(words.vi.format(**values), words.en.format(**values)))
