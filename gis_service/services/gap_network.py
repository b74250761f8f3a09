"""The quality report of the roads of a gap analysis, as the service gives it of a layer of roads."""

from pathlib import Path

from gis_service.analysis.demand import ALL
from gis_service.analysis.modes import segment_costs
from gis_service.analysis.network import clean_network
from gis_service.analysis.snap import snap
from gis_service.errors import ErrorCode, RefusedInput, WrongUse
from gis_service.services.coverage_parameters import CoverageParameters
from gis_service.services.documents import canonical_json
from gis_service.services.gap_analysis import GapAnalysis
from gis_service.services.network import stops_of
from gis_service.services.network_quality import Found, quality_of

FILE = "network.json"


def require_roads(parameters: CoverageParameters) -> None:
    """Refuse the report where no roads are used.

    Raises
    ------
    WrongUse
        ``wrong_argument``.
    """
    if not parameters.on_roads or parameters.mode is None:
        raise WrongUse(
            ErrorCode.WRONG_ARGUMENT,
            name="--network-quality",
            value=f"--measure {parameters.measure}",
            expected="--measure network_time, network_distance",
        )


def write_network_quality(analysis: GapAnalysis, out: Path) -> Path:
    """Write ``network.json``: parts, people on islands, loose ends, one-way traps, what was left out.

    Parameters
    ----------
    analysis
        The study; its roads are reported on as its mode uses them, none of them closed.
    out
        Folder that exists.

    Returns
    -------
    Path
        The file. It tells small counts of people, so it belongs to whoever owns the population file.

    Raises
    ------
    WrongUse
        As `require_roads`.
    RefusedInput
        ``out_not_writable``.
    """
    inputs, parameters = analysis.inputs, analysis.parameters
    require_roads(parameters)
    mode = parameters.mode
    assert mode is not None  # noqa: S101  as required above
    stops = stops_of(inputs.gates, inputs.crs, mode.id)
    network, cleaning = clean_network(inputs.roads, inputs.ferries, stops)
    costs = segment_costs(network, mode, "network_time")
    demand = inputs.demand
    joined = snap(demand.xy, network, costs, inputs.barriers, parameters.snap_max_m)
    codes = [str(row + 1) for row in range(len(inputs.roads.lines))]
    unknown = dict(inputs.unknown_classes)
    told = {
        "roads": analysis.files.roads,
        "mode": mode.id,
        "lines": len(inputs.roads.lines),
        "unknown_class": {"lines": sum(unknown.values()), "classes": unknown},
        "generated_data": "roads" in inputs.generated,
    }
    found = Found(network, cleaning, costs, inputs.crs, codes, (joined.segment, demand.people[ALL]))
    path = out / FILE
    try:
        path.write_bytes(canonical_json(quality_of(found, told, personal=True)))
    except OSError as error:
        raise RefusedInput(ErrorCode.OUT_NOT_WRITABLE, path=str(out), reason=error.strerror) from error
    return path
