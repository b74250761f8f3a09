"""One rule on an analyst's own files: the roads that it goes on, what it is computed on, what comes out."""

from dataclasses import dataclass

from gis_service.analysis.network import Network, build_network
from gis_service.errors import ErrorCode, RefusedInput
from gis_service.services.assigned import find_assigned
from gis_service.services.closure_rules import role_of
from gis_service.services.closures import closed_network
from gis_service.services.coverage import CoverageInputs, CoverageResult, Progress, run_coverage
from gis_service.services.coverage_document import Document
from gis_service.services.coverage_inputs import Assigned, Notice
from gis_service.services.coverage_parameters import CoverageParameters
from gis_service.services.gap_inputs import GapInputs
from gis_service.services.network import stops_of
from gis_service.services.prepared import Prepared
from gis_service.types import Int32s


@dataclass(frozen=True)
class FileStudy:
    """One rule that was computed on files: what was read, how it was asked, what came out.

    Parameters
    ----------
    source
        File of its facilities.
    parameters, inputs, result
        How it was asked, what it was computed on, what came out.
    """

    source: str
    parameters: CoverageParameters
    inputs: CoverageInputs
    result: CoverageResult

    @property
    def document(self) -> Document:
        """The document of the study."""
        return self.result.document


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
    return closed_network(network, parameters.closures, areas, hour)


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


def run_file_study(
    source: str,
    inputs: CoverageInputs,
    parameters: CoverageParameters,
    progress: Progress | None = None,
) -> FileStudy:
    """Compute a rule.

    Parameters
    ----------
    source
        File of its facilities.
    inputs, parameters, progress
        As of `run_coverage`.

    Raises
    ------
    RefusedInput
        ``facilities_off_roads`` when none of them stands near a road; as `run_coverage`.
    """
    places = 0 if inputs.facilities.places is None else len(inputs.facilities.places)
    # Areas, and no road that anybody may walk on leads into one.
    if not len(inputs.facilities.xy) and places:
        raise _off_roads(source, parameters, places)
    result = run_coverage(inputs, parameters, progress)
    _refuse_off_roads(source, parameters, result)
    return FileStudy(source, parameters, inputs, result)


def _refuse_off_roads(source: str, parameters: CoverageParameters, result: CoverageResult) -> None:
    """Refuse when every facility that counts stands too far from any road: then nothing was answered."""
    told = {notice["code"]: notice["params"] for notice in result.document["notices"]}
    lost = told.get("facilities_off_roads")
    far = told.get("facilities_beyond_border", {"count": 0})["count"]
    if lost is not None and lost["count"] + far >= lost["facilities"]:
        raise _off_roads(source, parameters, lost["count"])


def _off_roads(source: str, parameters: CoverageParameters, count: int) -> RefusedInput:
    name = parameters.mode.id if parameters.mode else "-"
    return RefusedInput(ErrorCode.FACILITIES_OFF_ROADS, count=count, path=source, mode=name)
