"""The study of a catchment: a study of coverage with what it draws of roads, ground and ways.

The figures are those of coverage, found at each home; what is drawn is for the eye. Geometry is GeoJSON in
WGS 84.
"""

import json
from collections.abc import Iterable, Sequence

import numpy as np
import pyproj
import shapely

from gis_service.analysis.allocation import allocation_of_cells, allocation_of_points
from gis_service.analysis.cells import CELL_M, SMALLEST_SHOWN
from gis_service.analysis.demand import ALL
from gis_service.analysis.field import UNREACHED
from gis_service.analysis.od_table import Ways
from gis_service.analysis.pairs import LARGEST_LIMIT, network_pairs, straight_pairs
from gis_service.analysis.snap import snap
from gis_service.crs import STORAGE, transform
from gis_service.errors import ErrorCode, RefusedInput
from gis_service.services.catchment_ground import (
    MOST_CELLS,
    Ground,
    drawn_beside_m,
    ground_of,
    pieces_drawn,
    place_xy,
    polygons_drawn,
    reached_pieces,
    surface_of,
)
from gis_service.services.catchment_request import CatchmentAsk
from gis_service.services.coverage import CoverageResult
from gis_service.services.coverage_document import Document
from gis_service.services.coverage_inputs import CoverageInputs, Notice
from gis_service.services.coverage_parameters import CoverageParameters
from gis_service.services.documents import document_id, persons, plain, units
from gis_service.services.study_standard import TO_POINTS, refused
from gis_service.types import THOUSANDTHS, Geometries, Text

PROCESS = "catchment"
MOST_EDGES = 50_000
"""Stretches of road in one answer: some 10 MB."""
NEAREST_OF_PLACE = 20
"""Facilities that are listed for each place."""
_DECIMALS = 6
FOR_DRAWING = Text(
    vi="Chỉ để vẽ: số người không bao giờ tính theo vùng này.",
    en="For drawing only: people are never counted by this polygon.",
)
"""Stands on every polygon."""


def catchment_document(
    result: CoverageResult, inputs: CoverageInputs, parameters: CoverageParameters, asked: CatchmentAsk
) -> Document:
    """Write the document of a study of a catchment.

    Parameters
    ----------
    result
        The study of coverage of these inputs.
    inputs, parameters
        What was read, with the places in place of the facilities where catchments are of these.
    asked
        What is drawn.

    Returns
    -------
    Document
        The study document of coverage with ``shapes``, by name, and with what must be said of them.

    Raises
    ------
    RefusedInput
        ``catchment_too_large``.
    """
    document = result.document
    told = document["parameters"] | asked.as_document()
    shapes, notices = catchment_shapes(ground_of(inputs, parameters, result, asked), result, asked)
    if asked.of == "places":
        notices = [Notice("catchment_of_places", {"places": len(asked.places)}), *notices]
    more = {
        "id": document_id(PROCESS, document["inputs"], told),
        "process": PROCESS,
        "parameters": told,
        "shapes": shapes,
        "notices": document["notices"] + [notice.as_document() for notice in notices],
    }
    return document | more


def catchment_shapes(
    ground: Ground, result: CoverageResult, asked: CatchmentAsk, *, points: bool = False
) -> tuple[Document, list[Notice]]:
    """Draw what is asked for.

    Parameters
    ----------
    ground, asked
        Where it is drawn, and what.
    result
        The people, for the lines of allocation.
    points
        Whether these begin at demand points, which is personal detail, and not at cells.

    Returns
    -------
    tuple
        Shapes by name, and what must be said of them.
    """
    found: Document = {}
    notices: list[Notice] = []
    if "edges" in asked.shapes:
        found["edges"] = _edges(ground, asked)
    if "polygons" in asked.shapes:
        found["polygons"] = _polygons(ground, asked)
        if (metres := drawn_beside_m(ground)) is not None:
            notices.append(Notice("catchment_for_drawing", {"metres": metres}))
    if "surface" in asked.shapes:
        found["surface"] = _surface(ground, asked)
        if (step := found["surface"]["step_m"]) != asked.step_m:
            params = {"step": step, "asked": plain(asked.step_m), "most": MOST_CELLS}
            notices.append(Notice("surface_step_widened", params))
    if "allocation" in asked.shapes:
        found["allocation"] = _allocation(ground, result, points=points)
    if "od" in asked.shapes and asked.places and asked.of == "facilities":
        found["places"] = _ways_of_places(ground, asked)
    return found, notices


def public_shapes(shapes: Document) -> Document:
    """Give the shapes of a document as everybody may see them.

    Lines of allocation are left out where fewer than ten people live in the cell, and tell no number.
    """
    if "allocation" not in shapes:
        return shapes
    lines = shapes["allocation"]
    least = SMALLEST_SHOWN / THOUSANDTHS
    features = [
        one | {"properties": one["properties"] | {"people": None}}
        for one in lines["features"]
        if lines["detail"] == "cells" and (one["properties"]["people"] or 0) >= least
    ]
    return shapes | {"allocation": lines | {"features": features}}


def _edges(ground: Ground, asked: CatchmentAsk) -> Document:
    pieces = reached_pieces(ground)
    if len(pieces) > MOST_EDGES:
        raise RefusedInput(ErrorCode.CATCHMENT_TOO_LARGE, shape="edges", count=len(pieces), most=MOST_EDGES)
    unit = "s" if ground.parameters.is_time else "m"
    ids = ground.facility_ids(pieces.facility)
    rows = zip(pieces.band.tolist(), pieces.cost_first.tolist(), pieces.cost_last.tolist(), ids, strict=True)
    properties = [
        {
            "limit": plain(asked.limits[band]),
            f"start_{unit}": units(first),
            f"end_{unit}": units(last),
            "facility": facility,
        }
        for band, first, last, facility in rows
    ]
    return _collection(_lines(pieces_drawn(ground, pieces), ground.inputs.crs), properties)


def _polygons(ground: Ground, asked: CatchmentAsk) -> Document:
    properties = [
        {
            "limit": plain(limit),
            "for_drawing_only": True,
            "note": {"vi": FOR_DRAWING.vi, "en": FOR_DRAWING.en},
        }
        for limit in asked.limits
    ]
    return _collection(_areas(polygons_drawn(ground), ground.inputs.crs), properties)


def _surface(ground: Ground, asked: CatchmentAsk) -> Document:
    grid, field = surface_of(ground, asked)
    unit = "s" if ground.parameters.is_time else "m"
    arrive = np.flatnonzero(field.facility >= 0)
    facility: list[str | None] = [None] * len(grid)
    for row, id_ in zip(arrive.tolist(), ground.facility_ids(field.facility[arrive]), strict=True):
        facility[row] = id_
    rows = zip(grid.column.tolist(), grid.row.tolist(), field.cost.tolist(), facility, strict=True)
    properties = [
        {
            "id": f"{column}_{row}",
            f"cost_{unit}": None if cost >= UNREACHED else units(cost),
            "facility": nearest,
        }
        for column, row, cost, nearest in rows
    ]
    cells = _collection(_areas(grid.polygons, ground.inputs.crs), properties)
    return cells | {"step_m": plain(grid.step_m), "grid": grid.kind}


def _allocation(ground: Ground, result: CoverageResult, *, points: bool) -> Document:
    people = result.demand.people[ALL]
    find = allocation_of_points if points else allocation_of_cells
    found = find(result.demand.xy, people, result.field)
    facilities = ground.inputs.facilities
    owner = facilities.owners[found.facility].tolist()
    properties = [
        {
            "id": id_,
            "facility": facilities.ids[one] if facilities.ids else str(one + 1),
            "people": persons(count),
        }
        for id_, one, count in zip(found.ids, owner, found.people.tolist(), strict=True)
    ]
    lines = _collection(_lines(found.lines(facilities.xy), ground.inputs.crs), properties)
    return lines | {"detail": "points" if points else "cells", "size_m": None if points else plain(CELL_M)}


def _ways_of_places(ground: Ground, asked: CatchmentAsk) -> list[Document]:
    """List the ways of each place to the facilities within the largest limit, the nearest first."""
    xy, limit = place_xy(ground.inputs.crs, asked), min(ground.limits[-1], LARGEST_LIMIT)
    facilities, roads, chosen = ground.inputs.facilities, ground.roads, ground.chosen
    if facilities.shapes is not None:  # as of the table
        raise refused("measure", ground.parameters.measure, TO_POINTS)
    if roads is None or ground.graph is None:
        pairs = straight_pairs(xy, facilities.xy[chosen], limit=limit)
    else:
        max_m = ground.parameters.snap_max_m
        here = snap(xy, roads.network, roads.costs, ground.inputs.barriers, max_m)
        pairs = network_pairs(
            ground.graph,
            roads.costs,
            here,
            roads.facilities.take(chosen),
            limit=limit,
            direction=ground.parameters.direction,
            turnout=ground.parameters.turnout_cost,
            penalty=facilities.starts(chosen),
        )
    ways = Ways(pairs.home.astype(np.int64), chosen[pairs.facility], pairs.cost.astype(np.int64))
    ways = ways.to_owners(facilities.owners)
    order = np.lexsort((ways.facility, ways.cost, ways.home))
    unit = "s" if ground.parameters.is_time else "m"
    found, told = [], dict.fromkeys(range(len(xy)), 0)
    columns = (ways.home, ways.facility, ways.cost)
    for home, facility, cost in zip(*(column[order].tolist() for column in columns), strict=True):
        told[home] += 1
        if told[home] <= NEAREST_OF_PLACE:
            found.append(
                {
                    "place": asked.places[home][0],
                    "rank": told[home],
                    "facility": facilities.ids[facility] if facilities.ids else str(facility + 1),
                    "facility_name": facilities.names[facility] if facilities.names else str(facility + 1),
                    f"cost_{unit}": units(cost),
                }
            )
    return found


def _degrees(shapes: Geometries, crs: pyproj.CRS) -> Geometries:
    if not len(shapes):
        return shapes
    laid = transform(shapes, crs, STORAGE)
    rounded: Geometries = np.asarray(
        shapely.transform(laid, lambda xy: np.round(xy, _DECIMALS)), dtype=object
    )
    return rounded


def _lines(lines: Geometries, crs: pyproj.CRS) -> list[Document]:
    xy, row = shapely.get_coordinates(_degrees(lines, crs), return_index=True)
    parts = np.split(xy, np.flatnonzero(np.diff(row)) + 1) if len(lines) else []
    return [{"type": "LineString", "coordinates": part.tolist()} for part in parts]


def _areas(areas: Geometries, crs: pyproj.CRS) -> list[Document]:
    texts: list[str] = np.asarray(shapely.to_geojson(_degrees(areas, crs)), dtype=object).tolist()
    return [json.loads(text) for text in texts]


def _collection(geometries: Iterable[Document], properties: Sequence[Document]) -> Document:
    features = [
        {"type": "Feature", "geometry": geometry, "properties": own}
        for geometry, own in zip(geometries, properties, strict=True)
    ]
    return {"type": "FeatureCollection", "features": features}
