"""What a catchment is drawn from: facilities on their roads, limits, and the ground of the study."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import floor
from typing import Any

import numpy as np
import pyproj
import shapely
from shapely.geometry.base import BaseGeometry

from gis_service.analysis.catchment_shapes import DRAWN_M, Canvas, catchment_polygons, only_areas
from gis_service.analysis.field import Field, network_field
from gis_service.analysis.graph import Graph, build_graph
from gis_service.analysis.network import Network
from gis_service.analysis.reached import Reached, reached, reached_lines
from gis_service.analysis.snap import snap
from gis_service.analysis.surface import Grid, grid_over
from gis_service.analysis.zones import NO_UNIT
from gis_service.crs import STORAGE, transform
from gis_service.services.catchment_request import CatchmentAsk
from gis_service.services.coverage import CoverageResult
from gis_service.services.coverage_border import study_area
from gis_service.services.coverage_inputs import CoverageInputs, Facilities
from gis_service.services.coverage_parameters import CoverageParameters
from gis_service.services.coverage_ways import Roads, crow_field
from gis_service.services.documents import PER_UNIT
from gis_service.types import BBox, Floats, Geometries, Int32s, Int64s

MOST_CELLS = 20_000
"""Cells of a surface."""
_CIRCLE = 16
"""Corners in a quarter of a circle as the crow flies."""
_ROUND = 3.0
"""Degrees around a city in which something may be drawn still: some 300 km."""
_BOX_STEP = 0.01
"""Degrees between the corners that a box in WGS 84 is given before it is laid into the metric system."""


@dataclass(frozen=True)
class Ground:
    """A study on its ground.

    Parameters
    ----------
    inputs, parameters
        What was read and asked.
    roads
        None as the crow flies.
    chosen
        Rows of the facilities that count.
    graph
        Of the roads; None as the crow flies.
    limits
        Rising, whole ms or mm.
    within
        Nothing beyond it is drawn, metric; None for everything.
    """

    inputs: CoverageInputs
    parameters: CoverageParameters
    roads: Roads | None
    chosen: Int64s
    graph: Graph | None
    limits: tuple[int, ...]
    within: BaseGeometry | None

    @property
    def how(self) -> Mapping[str, Any]:
        """How one goes, as the functions of `analysis` take it."""
        parameters = self.parameters
        return {
            "direction": parameters.direction,
            "turnout": parameters.turnout_cost,
            "penalty": self.inputs.facilities.starts(self.chosen),
            "graph": self.graph,
        }

    def facility_ids(self, rows: Int64s | Int32s) -> list[str]:
        """Give the codes of the facilities of rows of the chosen ones."""
        facilities = self.inputs.facilities
        owner = facilities.owners[self.chosen[rows]].tolist()
        return [facilities.ids[one] if facilities.ids else str(one + 1) for one in owner]

    def facility_names(self, rows: Int64s | Int32s) -> list[str]:
        """Give the names of the facilities of rows of the chosen ones; their numbers where none are known."""
        facilities = self.inputs.facilities
        owner = facilities.owners[self.chosen[rows]].tolist()
        return [facilities.names[one] if facilities.names else str(one + 1) for one in owner]


def ground_of(
    inputs: CoverageInputs, parameters: CoverageParameters, result: CoverageResult, asked: CatchmentAsk
) -> Ground:
    """Put a study on its ground; the limits are those that are drawn."""
    roads = result.roads
    graph = None if roads is None else inputs.prepared.once(build_graph, roads.network, roads.costs)
    limits = tuple(floor(limit * PER_UNIT + 0.5) for limit in asked.limits)
    within = None if asked.bbox is None else _in_metres(asked.bbox, inputs, roads)
    return Ground(inputs, parameters, roads, result.counted_facilities, graph, limits, within)


def _in_metres(bbox: BBox, inputs: CoverageInputs, roads: Roads | None) -> BaseGeometry:
    """Lay a box into the metric system, as far as the city goes: the whole world would fold up."""
    box = shapely.intersection(shapely.box(*bbox), shapely.box(*_bounds(inputs, roads)))
    if shapely.get_dimensions(box) < 2:  # noqa: PLR2004 the dimensions of an area
        return shapely.Polygon()
    west, _, east, _ = box.bounds
    box = shapely.segmentize(box, max(_BOX_STEP, (east - west) / 100))
    found: BaseGeometry = transform(np.array([box], dtype=object), STORAGE, inputs.crs)[0]
    return found


def _bounds(inputs: CoverageInputs, roads: Roads | None) -> BBox:
    """Give the degrees between which everything lies that is drawn of a city."""
    units = inputs.zones if inputs.area is None else inputs.area
    known = [inputs.demand.xy if len(inputs.demand.xy) else inputs.facilities.xy]
    if inputs.outline is not None or units.have_areas:
        known.append(shapely.total_bounds(units.polygons if inputs.outline is None else inputs.outline))
    if roads is not None:
        known.append(inputs.prepared.once(_corners, roads.network))
    xy = np.concatenate([one.reshape(-1, 2) for one in known])
    xy = xy[np.isfinite(xy).all(axis=1)]
    if not len(xy):
        return (0.0, 0.0, 0.0, 0.0)
    around = shapely.box(*xy.min(axis=0), *xy.max(axis=0))
    west, south, east, north = transform(np.array([around], dtype=object), inputs.crs, STORAGE)[0].bounds
    return (west - _ROUND, max(south - _ROUND, -90.0), east + _ROUND, min(north + _ROUND, 90.0))


def _corners(network: Network) -> Floats:
    bounds: Floats = np.asarray(shapely.total_bounds(network.shape), dtype=np.float64)
    return bounds


def with_places(inputs: CoverageInputs, asked: CatchmentAsk) -> CoverageInputs:
    """Put the places that are asked about where the facilities stand, when catchments are of these."""
    if asked.of != "places":
        return inputs
    xy = place_xy(inputs.crs, asked)
    n = len(xy)
    ids = tuple(id_ for id_, _, _ in asked.places)
    unit = np.full(n, NO_UNIT, dtype=np.int32)
    return replace(inputs, facilities=Facilities(xy, np.arange(n, dtype=np.int32), unit, None, ids, ids))


def place_xy(crs: pyproj.CRS, asked: CatchmentAsk) -> Floats:
    """Give the places that are asked about in metres, ``(n, 2)``."""
    points = np.array([shapely.Point(lon, lat) for _, lon, lat in asked.places] + [None], object)[:-1]
    return shapely.get_coordinates(transform(points, STORAGE, crs)).reshape(-1, 2)


def reached_pieces(ground: Ground) -> Reached:
    """Find the stretches of road within the limits that meet the box; facilities are rows of the chosen."""
    roads = ground.roads
    if roads is None:
        raise ValueError("no roads as the crow flies")
    facilities = roads.facilities.take(ground.chosen)
    pieces = reached(roads.network, roads.costs, facilities, ground.limits, **ground.how)
    if ground.within is None:
        return pieces
    shapely.prepare(ground.within)
    segments = np.unique(pieces.segment)
    met = segments[shapely.intersects(ground.within, roads.network.shape[segments])]
    near = pieces.take(np.isin(pieces.segment, met))
    return near.take(np.asarray(shapely.intersects(ground.within, reached_lines(roads.network, near))))


def pieces_drawn(ground: Ground, pieces: Reached) -> Geometries:
    """Draw these stretches in the metric system."""
    if ground.roads is None:
        raise ValueError("no roads as the crow flies")
    return reached_lines(ground.roads.network, pieces)


def polygons_drawn(ground: Ground) -> Geometries:
    """Draw a polygon for each limit, for the eye only; as the crow flies straight from the places."""
    roads = ground.roads
    if roads is None:
        found = [_around(ground, limit / PER_UNIT) for limit in ground.limits]
    else:
        facilities = roads.facilities.take(ground.chosen)
        found = catchment_polygons(
            roads.network,
            roads.costs,
            facilities,
            ground.limits,
            canvas=Canvas(ground.inputs.barriers, ground.within),
            **ground.how,
        ).tolist()
    return np.array([*found, None], dtype=object)[:-1]


def _around(ground: Ground, metres: float) -> BaseGeometry:
    """Draw what lies so near as the crow flies: around a place a circle, around an area also itself."""
    places = np.asarray(shapely.make_valid(ground.inputs.facilities.ground[ground.chosen]), dtype=object)
    if ground.within is None:
        return only_areas(shapely.union_all(shapely.buffer(places, metres, quad_segs=_CIRCLE)))
    near = places[shapely.dwithin(ground.within, places, metres)]
    together = shapely.union_all(shapely.buffer(near, metres, quad_segs=_CIRCLE))
    return only_areas(shapely.intersection(together, ground.within))


def drawn_beside_m(ground: Ground) -> float | None:
    """Give how far polygons are drawn beside a road, metres; None as the crow flies."""
    return None if ground.roads is None else DRAWN_M


def surface_of(ground: Ground, asked: CatchmentAsk, most: int = MOST_CELLS) -> tuple[Grid, Field]:
    """Answer the cells of the study area; of a city known only by points, those of the box of its people."""
    inputs, parameters, roads = ground.inputs, ground.parameters, ground.roads
    area = study_area(inputs)
    if area is None:
        xy = inputs.demand.xy
        area = shapely.box(*xy.min(axis=0), *xy.max(axis=0)) if len(xy) else shapely.Polygon()
    if ground.within is not None:
        area = shapely.intersection(area, ground.within)
    grid = grid_over(area, kind=asked.grid, step_m=asked.step_m, most=most)
    if roads is None:
        return grid, crow_field(grid.middle_xy, inputs.facilities, ground.chosen)
    site: Int32s = np.arange(len(ground.chosen), dtype=np.int32)
    facilities = roads.facilities.take(ground.chosen)
    # Not through what is kept: every box has cells of its own, and they would push the homes out of memory.
    here = snap(grid.middle_xy, roads.network, roads.costs, inputs.barriers, parameters.snap_max_m)
    return grid, network_field(roads.network, roads.costs, here, facilities, site, **ground.how)
