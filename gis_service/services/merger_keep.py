"""Which of the old offices to keep: the best choice of so many, beside those that were kept.

It is the process ``siting`` with nothing but the old offices to choose of, once for each objective: most
people within the limit, and the least time of all. Everything is a kept study, so that the API says the same.
"""

from collections.abc import Callable
from dataclasses import dataclass

from gis_service.analysis.siting import Model
from gis_service.catalogue.loader import Catalogue
from gis_service.db.engine import Connection
from gis_service.db.layer_rows import read_columns
from gis_service.services.compare import Workbench
from gis_service.services.coverage import Progress
from gis_service.services.coverage_parameters import CoverageCatchment
from gis_service.services.merger import AFTER, BEFORE, PEOPLE, STANDARDS, require_merger, vintage_on
from gis_service.services.prepared import Prepared
from gis_service.services.siting_request import PROCESS
from gis_service.services.studies import Computed, Study, compute_asked
from gis_service.services.study_processes import ask

OBJECTIVES: dict[str, Model] = {"people": "mclp", "time": "p-median"}
"""Most people within the limit; the least sum of people and time."""
USUAL_TIME_S = 60.0
"""Seconds of search for each objective."""


@dataclass(frozen=True)
class KeepAsk:
    """What is asked.

    Parameters
    ----------
    keep
        How many offices.
    objectives
        Of `OBJECTIVES`.
    standard, catchment
        What an office is judged by, and which one counts for whom.
    vintage
        Units that the result is told by; those of the day before the merger when None.
    draws, time_limit_s
        As of `gis_service.services.siting_request.SitingRequest`.
    """

    keep: int
    objectives: tuple[str, ...] = tuple(OBJECTIVES)
    standard: str = STANDARDS[-1]
    catchment: CoverageCatchment = "any"
    vintage: str | None = None
    draws: int = 0
    time_limit_s: float = USUAL_TIME_S


def keep_inputs(
    connection: Connection, catalogue: Catalogue, asked: KeepAsk, objective: str
) -> dict[str, object]:
    """Give the inputs of the process ``siting`` for one objective.

    Parameters
    ----------
    connection, catalogue
        The people with their groups, and the vintages of the city.
    asked, objective
        What is asked.

    Raises
    ------
    NotFound
        ``merger_not_here``.
    """
    return {
        "standard": asked.standard,
        "catchment": asked.catchment,
        "at": BEFORE.isoformat(),
        "vintage": vintage_on(catalogue, BEFORE) if asked.vintage is None else asked.vintage,
        "groups": _groups(connection, catalogue),
        "model": OBJECTIVES[objective],
        "sites": asked.keep,
        "closable": True,
        "chosen_at": AFTER.isoformat(),
        "draws": asked.draws,
        "time_limit_s": asked.time_limit_s,
    }


def _groups(connection: Connection, catalogue: Catalogue) -> list[str]:
    """Name the groups of people that are known of anybody."""
    fields = {field.name for field in catalogue.layers[PEOPLE].fields}
    names = [group.id for group in catalogue.city.groups if group.id in fields]
    rows = read_columns(connection, PEOPLE, names) if names else []
    return [name for at, name in enumerate(names) if any(row[at] is not None for row in rows)]


def run_keep(
    connection: Connection,
    catalogue: Catalogue,
    keep: Callable[[Computed], Study],
    asked: KeepAsk,
    prepared: Prepared | None = None,
    progress: Progress | None = None,
) -> dict[str, Study]:
    """Choose the offices for each objective, and have the studies kept.

    Parameters
    ----------
    connection, catalogue
        Transaction that sees one state of the data for all of them, and the definitions.
    keep
        Keeps each as soon as it is computed.
    asked
        How many offices, and by which rule.
    prepared
        What the process knows already.
    progress
        Told as `gis_service.services.siting.run_siting` tells it.

    Raises
    ------
    NotFound
        ``merger_not_here``.
    RefusedInput, Temporary
        As the process ``siting``.
    """
    require_merger(connection, catalogue)
    bench = Workbench(prepared)
    found = {}
    for objective in asked.objectives:
        inputs = keep_inputs(connection, catalogue, asked, objective)
        found[objective] = keep(
            compute_asked(ask(connection, catalogue, PROCESS, inputs, AFTER.date(), bench), progress)
        )
    return found
