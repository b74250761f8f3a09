"""The gap analysis on an analyst's own files: read, check, run the same engine as the service.

No database and no server. The document is the one of every study of coverage.
"""

from dataclasses import dataclass, replace

from gis_service.analysis.demand import ALL
from gis_service.analysis.network import Network
from gis_service.analysis.zones import BEYOND, zone_of
from gis_service.errors import ErrorCode, RefusedInput, WrongUse
from gis_service.services.closures import hour_of
from gis_service.services.coverage import CoverageInputs, CoverageResult, Progress
from gis_service.services.coverage_parameters import CoverageParameters
from gis_service.services.documents import persons
from gis_service.services.gap_beside import (
    Beside,
    along_roads,
    asked_rules,
    document_beside,
    generated_beside,
    read_rules,
    references_beside,
    run_rules,
    with_groups,
)
from gis_service.services.gap_inputs import GapFiles, GapInputs, read_inputs
from gis_service.services.gap_question import (
    GapQuestion,
    asking_of,
    closures_of,
    parameters_of,
)
from gis_service.services.gap_study import (
    FileStudy,
    closed_roads,
    coverage_inputs,
    open_network,
    run_file_study,
)
from gis_service.services.study_request import ROADS
from gis_service.services.tables import layers_of_tables
from gis_service.types import Int32s


@dataclass(frozen=True)
class GapAnalysis:
    """A gap analysis: what was read, how it was asked, what came out.

    Parameters
    ----------
    files, question
        Where the inputs lie, and what was asked.
    inputs, read
        The files in one metric system, and what was computed on.
    parameters, result
        What was computed, and what came out.
    open_roads
        The network with no road closed; None for a measure that uses none.
    beside
        What stands beside it: the same limit along roads, further services.
    """

    files: GapFiles
    question: GapQuestion
    inputs: GapInputs
    parameters: CoverageParameters
    result: CoverageResult
    read: CoverageInputs
    open_roads: Network | None = None
    beside: Beside = ()

    @property
    def study(self) -> FileStudy:
        """The rule of the analysis by itself."""
        return FileStudy(self.files.facilities, self.parameters, self.read, self.result)

    @property
    def along(self) -> FileStudy | None:
        """The same limit along roads, where it stands beside a straight radius."""
        return dict(self.beside).get(ROADS)


def run_gap_analysis(files: GapFiles, question: GapQuestion, progress: Progress | None = None) -> GapAnalysis:
    """Answer the question from files.

    Parameters
    ----------
    files
        Where the inputs lie.
    question
        What is asked.
    progress
        Told each step as it begins, with the share of the work done.

    Raises
    ------
    WrongUse, NotFound, RefusedInput
        With what is wrong and what to do.
    """
    tell = progress or (lambda _step, _share: None)
    asked = parameters_of(question)
    closures = closures_of(files.closed_areas, question.closed_classes, question.closed_hours)
    parameters = replace(asked, closures=closures)
    _require_files(files, parameters.tables)
    more = asked_rules(files, question)
    tell("files", 0.0)
    asking = with_groups(asking_of(question, parameters), more)
    inputs = read_inputs(files, asking)
    rules = read_rules(inputs, asking, more)
    if inputs.rank is not None:
        parameters = replace(parameters, rank_of=inputs.rank.whose)
    tell("network", 0.3)
    open_roads = open_network(inputs, parameters)
    network, closed = closed_roads(open_roads, inputs, parameters, hour_of(asking.at))
    zone = zone_of(inputs.demand.xy, inputs.zones)
    _require_people(files, inputs, zone)
    read = coverage_inputs(inputs, zone, parameters, network, closed)
    read = replace(
        read,
        references={**read.references, **references_beside(rules)},
        generated=(*read.generated, *generated_beside(rules)),
    )
    study = run_file_study(
        files.facilities, read, parameters, lambda step, share: tell(step, 0.4 + 0.4 * share)
    )
    tell("beside", 0.8)
    beside: Beside = ()
    if ROADS in parameters.beside and inputs.entered is not None:
        beside = ((ROADS, along_roads(study, inputs.entered, question)),)
    beside += run_rules(study, inputs, open_roads, rules)
    result = replace(study.result, document=document_beside(study, beside))
    return GapAnalysis(files, question, inputs, parameters, result, read, open_roads, beside)


def _require_people(files: GapFiles, inputs: GapInputs, zone: Int32s) -> None:
    """Refuse a study area in which nobody lives."""
    if not inputs.demand.people[ALL][zone != BEYOND].sum():
        beyond = persons(int(inputs.demand.people[ALL].sum()) + inputs.beyond)
        raise RefusedInput(
            ErrorCode.PEOPLE_NONE, zones=files.zones, population=files.population, beyond=f"{beyond:,.0f}"
        )


def _require_files(files: GapFiles, tables: tuple[str, ...]) -> None:
    """Refuse tables without the files that they tell of."""
    for name in tables:
        for role in layers_of_tables((name,)):
            if getattr(files, role) is None:
                option = f"--{role.replace('_', '-')} FILE"
                raise WrongUse(ErrorCode.WRONG_ARGUMENT, name="--tables", value=name, expected=option)
