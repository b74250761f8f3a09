"""Catchments of an analyst's own files, as layers of one GeoPackage."""

from collections.abc import Sequence
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd

from gis_service.analysis.allocation import allocation_of_points
from gis_service.analysis.demand import ALL
from gis_service.errors import ErrorCode, RefusedInput, WrongUse
from gis_service.services.catchment import FOR_DRAWING
from gis_service.services.catchment_ground import (
    Ground,
    ground_of,
    pieces_drawn,
    polygons_drawn,
    reached_pieces,
    surface_of,
)
from gis_service.services.catchment_request import MAX_LIMITS, CatchmentAsk
from gis_service.services.coverage_parameters import CoverageParameters
from gis_service.services.documents import PER_UNIT, persons, units
from gis_service.services.gap_analysis import GapAnalysis
from gis_service.services.gap_limits import further_limits
from gis_service.types import Floats, Geometries, Int64s

FILE = "catchments.gpkg"


def require_one_catchment(parameters: CoverageParameters) -> None:
    """Refuse catchments where what a facility reaches differs from unit to unit, and of a quota.

    Raises
    ------
    WrongUse
        ``wrong_argument``.
    """
    if parameters.measure == "quota":
        raise WrongUse(
            ErrorCode.WRONG_ARGUMENT,
            name="--catchments",
            value="--measure quota",
            expected="--limit-min, --limit-m",
        )
    if parameters.catchment != "any":
        raise WrongUse(
            ErrorCode.WRONG_ARGUMENT,
            name="--catchments",
            value=f"--catchment {parameters.catchment}",
            expected="--catchment any",
        )


def limits_drawn(said: Sequence[str], parameters: CoverageParameters) -> tuple[float, ...]:
    """Give the further limits that are drawn, seconds or metres; errors as of `further_limits`."""
    return further_limits(said, parameters, "--catchment-limits", MAX_LIMITS)


def write_catchments(analysis: GapAnalysis, out: Path, limits: Sequence[float] = ()) -> Path:
    """Write ``catchments.gpkg``: ``reached_edges``, ``polygons`` to draw with, ``surface``, ``allocation``.

    Parameters
    ----------
    analysis
        The study.
    limits
        Further limits that are drawn, seconds or metres, beside that of the study. What lies within several
        bears the smallest.
    out
        Folder that exists; a file of this name in it is replaced.

    Returns
    -------
    Path
        The file, in the metric system of the study. Its lines of allocation begin at the homes, so it belongs
        to whoever owns the population file.

    Raises
    ------
    WrongUse
        As `require_one_catchment`.
    RefusedInput
        ``out_not_writable``.
    """
    parameters = analysis.parameters
    require_one_catchment(parameters)
    drawn = tuple(sorted({*limits, parameters.limit}))
    asked = CatchmentAsk(("edges", "polygons", "surface", "allocation"), drawn)
    ground = ground_of(analysis.read, parameters, analysis.result, asked)
    path = out / FILE
    try:
        path.unlink(missing_ok=True)
        if ground.roads is not None:
            _edges(ground, asked).to_file(path, layer="reached_edges", driver="GPKG")
        _polygons(ground, asked).to_file(path, layer="polygons", driver="GPKG")
        _surface(ground, asked).to_file(path, layer="surface", driver="GPKG")
        _allocation(analysis, ground, asked).to_file(path, layer="allocation", driver="GPKG")
    except OSError as error:
        raise RefusedInput(ErrorCode.OUT_NOT_WRITABLE, path=str(out), reason=error.strerror) from error
    return path


def _edges(ground: Ground, asked: CatchmentAsk) -> gpd.GeoDataFrame:
    pieces = reached_pieces(ground)
    unit = "s" if ground.parameters.is_time else "m"
    rows = {
        "limit": np.array(asked.limits, dtype=np.float64)[pieces.band],
        f"start_{unit}": pieces.cost_first / PER_UNIT,
        f"end_{unit}": pieces.cost_last / PER_UNIT,
        "facility": ground.facility_ids(pieces.facility),
        "facility_name": ground.facility_names(pieces.facility),
    }
    return _frame(ground, rows, pieces_drawn(ground, pieces))


def _polygons(ground: Ground, asked: CatchmentAsk) -> gpd.GeoDataFrame:
    n = len(asked.limits)
    rows: dict[str, object] = {
        "limit": [float(limit) for limit in asked.limits],
        "for_drawing_only": [True] * n,
        "note_vi": [FOR_DRAWING.vi] * n,
        "note_en": [FOR_DRAWING.en] * n,
    }
    return _frame(ground, rows, polygons_drawn(ground))


def _surface(ground: Ground, asked: CatchmentAsk) -> gpd.GeoDataFrame:
    """One hexagon per cell of the study area, whoever lives there; without a cost where no way arrives."""
    grid, field = surface_of(ground, asked)
    arrives = field.facility >= 0
    facility = np.full(len(grid), None, dtype=object)
    facility[arrives] = ground.facility_ids(field.facility[arrives])
    unit = "s" if ground.parameters.is_time else "m"
    rows: dict[str, object] = {
        f"cost_{unit}": np.where(arrives, field.cost / PER_UNIT, np.nan),
        "facility": facility,
        "within": field.cost <= ground.parameters.limit_cost,
        "limit": _smallest(field.cost, ground, asked),
    }
    return _frame(ground, rows, grid.polygons)


def _allocation(analysis: GapAnalysis, ground: Ground, asked: CatchmentAsk) -> gpd.GeoDataFrame:
    """One line per demand point that arrives, also beyond the limit, with what its way costs."""
    result, facilities = analysis.result, ground.inputs.facilities
    found = allocation_of_points(result.demand.xy, result.demand.people[ALL], result.field)
    row = np.array([int(id_) for id_ in found.ids], dtype=np.int64)
    owner = facilities.owners[found.facility].tolist()
    unit = "s" if ground.parameters.is_time else "m"
    rows = {
        "facility": [facilities.ids[one] for one in owner],
        "facility_name": [facilities.names[one] for one in owner],
        "people": [persons(count) for count in found.people.tolist()],
        f"cost_{unit}": [units(cost) for cost in result.field.cost[row].tolist()],
        "within": result.covered[row],
        "limit": _smallest(result.field.cost[row], ground, asked),
    }
    return _frame(ground, rows, found.lines(facilities.xy))


def _smallest(cost: Int64s, ground: Ground, asked: CatchmentAsk) -> Floats:
    """Give the smallest limit that holds each cost; nan beyond all of them."""
    limits = np.append(np.array(asked.limits, dtype=np.float64), np.nan)
    found: Floats = limits[np.searchsorted(ground.limits, cost, side="left")]
    return found


def _frame(ground: Ground, rows: dict[str, object], geometry: Geometries) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(pd.DataFrame(rows), geometry=geometry, crs=ground.inputs.crs)
