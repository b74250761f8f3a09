"""The gap analysis on an analyst's own files: read, check, run the same engine as the service.

No database and no server. The document is the one of every study of coverage.
"""

from dataclasses import dataclass, replace

from gis_service.analysis.demand import ALL
from gis_service.analysis.network import Network, build_network
from gis_service.analysis.zones import BEYOND, zone_of
from gis_service.errors import ErrorCode, RefusedInput, WrongUse
from gis_service.services.assigned import find_assigned
from gis_service.services.beside import Computed, with_computed
from gis_service.services.closure_rules import role_of
from gis_service.services.closures import closed_network, hour_of
from gis_service.services.coverage import CoverageInputs, CoverageResult, Progress, run_coverage
from gis_service.services.coverage_document import Document
from gis_service.services.coverage_inputs import Assigned, Facilities, Notice
from gis_service.services.coverage_parameters import CoverageParameters
from gis_service.services.documents import persons
from gis_service.services.gap_inputs import GapFiles, GapInputs, read_inputs
from gis_service.services.gap_question import (
    GapQuestion,
    asking_of,
    closures_of,
    mode_of,
    parameters_of,
)
from gis_service.services.network import stops_of
from gis_service.services.prepared import Prepared
from gis_service.services.study_request import ROADS
from gis_service.services.tables import layers_of_tables
from gis_service.types import Int32s


@dataclass(frozen=True)
class FileStudy:
    """One rule that was computed on files: what was read, how it was asked, what came out."""

    parameters: CoverageParameters
    inputs: CoverageInputs
    result: CoverageResult

    @property
    def document(self) -> Document:
        """The document of the study."""
        return self.result.document


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
    along
        The same limit along roads, where it stands beside a straight radius.
    """

    files: GapFiles
    question: GapQuestion
    inputs: GapInputs
    parameters: CoverageParameters
    result: CoverageResult
    read: CoverageInputs
    open_roads: Network | None = None
    along: FileStudy | None = None

    @property
    def study(self) -> FileStudy:
        """The rule of the analysis by itself."""
        return FileStudy(self.parameters, self.read, self.result)


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
    parameters = replace(asked, closures=closures_of(files.closed_areas, question.closed_classes))
    _require_files(files, parameters.tables)
    tell("files", 0.0)
    asking = asking_of(question, parameters)
    inputs = read_inputs(files, asking)
    if inputs.rank is not None:
        parameters = replace(parameters, rank_of=inputs.rank.whose)
    tell("network", 0.3)
    open_roads = open_network(inputs, parameters)
    network, closed = closed_roads(open_roads, inputs, parameters, hour_of(asking.at))
    zone = zone_of(inputs.demand.xy, inputs.zones)
    if not inputs.demand.people[ALL][zone != BEYOND].sum():
        beyond = persons(int(inputs.demand.people[ALL].sum()) + inputs.beyond)
        raise RefusedInput(
            ErrorCode.PEOPLE_NONE, zones=files.zones, population=files.population, beyond=f"{beyond:,.0f}"
        )
    read = coverage_inputs(inputs, zone, parameters, network, closed)
    # Areas, and no road that anybody may walk on leads into one.
    if not len(inputs.facilities.xy) and len(inputs.places):
        raise _off_roads(files, parameters, len(inputs.places))
    result = run_coverage(read, parameters, lambda step, share: tell(step, 0.4 + 0.5 * share))
    _refuse_off_roads(files, parameters, result)
    found = GapAnalysis(files, question, inputs, parameters, result, read, open_roads)
    if parameters.beside and inputs.entered is not None:
        found = _beside_roads(found, inputs.entered)
    return found


def open_network(inputs: GapInputs, parameters: CoverageParameters) -> Network | None:
    """Build the network in its mode, no road closed; None for a quota, to which no way leads."""
    if parameters.measure == "quota":
        return None
    stops = stops_of(inputs.gates, inputs.crs, "walk" if parameters.mode is None else parameters.mode.id)
    return build_network(inputs.roads, inputs.ferries, stops)


def closed_roads(
    network: Network | None, inputs: GapInputs, parameters: CoverageParameters, hour: float
) -> tuple[Network | None, list[Notice]]:
    """Close the roads that are asked for, and tell how many.

    Parameters
    ----------
    network
        As `open_network` gives it.
    inputs, parameters
        The areas and the rules of the closures.
    hour
        Hour of the day, 0 to 24.
    """
    if network is None or not parameters.closures:
        return network, []
    areas = {} if inputs.closed_areas is None else {role_of(0): inputs.closed_areas}
    closed, notice = closed_network(network, parameters.closures, areas, hour)
    return closed, [notice]


def coverage_inputs(
    inputs: GapInputs,
    zone: Int32s,
    parameters: CoverageParameters,
    network: Network | None,
    closed: list[Notice],
    prepared: Prepared | None = None,
) -> CoverageInputs:
    """Give what a study computes on.

    Parameters
    ----------
    inputs, zone
        What was read, and the unit of each row of people.
    parameters
        What is asked.
    network, closed
        As `closed_roads` gives them.
    prepared
        What is known already.

    Raises
    ------
    RefusedInput
        As `find_assigned`.
    """
    notices = list(inputs.notices)
    assigned = _assigned(inputs, zone, parameters, notices)
    return CoverageInputs(
        references=inputs.references,
        crs=inputs.crs,
        demand=inputs.demand,
        zones=inputs.zones,
        zone=zone,
        facilities=inputs.facilities,
        network=network,
        barriers=inputs.barriers,
        settlements=inputs.settlements,
        assigned=assigned,
        land_use=inputs.land_use,
        rank=None if inputs.rank is None else inputs.rank.of_homes(inputs.demand.source, inputs.zones, zone),
        people_beyond=inputs.beyond,
        notices=(*notices, *closed),
        generated=inputs.generated,
        prepared=Prepared() if prepared is None else prepared,
    )


def _assigned(
    inputs: GapInputs, zone: Int32s, parameters: CoverageParameters, notices: list[Notice]
) -> Assigned | None:
    if parameters.catchment != "assigned":
        return None
    return find_assigned(inputs.facilities, inputs.zones, zone, None, notices)


def _beside_roads(found: GapAnalysis, entered: Facilities) -> GapAnalysis:
    """Tell the same limit along roads beside a straight radius."""
    mode = mode_of(found.question)
    roads = replace(found.parameters, measure="network_distance", mode=mode, beside=(), tables=())
    roads = replace(roads, rank_column=None, rank_of=None)
    inputs = replace(found.read, facilities=entered)
    along = FileStudy(roads, inputs, run_coverage(inputs, roads))
    computed = Computed(ROADS, inputs, along.result, along.document)
    document = with_computed(found.result.document, found.read, found.result, [computed])
    return replace(found, result=replace(found.result, document=document), along=along)


def _require_files(files: GapFiles, tables: tuple[str, ...]) -> None:
    """Refuse tables without the files that they tell of."""
    for name in tables:
        for role in layers_of_tables((name,)):
            if getattr(files, role) is None:
                option = f"--{role.replace('_', '-')} FILE"
                raise WrongUse(ErrorCode.WRONG_ARGUMENT, name="--tables", value=name, expected=option)


def _refuse_off_roads(files: GapFiles, parameters: CoverageParameters, result: CoverageResult) -> None:
    """Refuse when every facility that counts stands too far from any road: then nothing was answered."""
    told = {notice["code"]: notice["params"] for notice in result.document["notices"]}
    lost = told.get("facilities_off_roads")
    far = told.get("facilities_beyond_border", {"count": 0})["count"]
    if lost is not None and lost["count"] + far >= lost["facilities"]:
        raise _off_roads(files, parameters, lost["count"])


def _off_roads(files: GapFiles, parameters: CoverageParameters, count: int) -> RefusedInput:
    name = parameters.mode.id if parameters.mode else "-"
    return RefusedInput(ErrorCode.FACILITIES_OFF_ROADS, count=count, path=files.facilities, mode=name)
