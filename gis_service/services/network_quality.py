"""The quality report of a layer of roads: what was left out of its network, and where to look for faults."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyproj
import shapely

from gis_service.analysis.cleaning import Cleaning
from gis_service.analysis.demand import ALL, demand_from_points, demand_from_polygons
from gis_service.analysis.ferries import Ferries
from gis_service.analysis.lattice import Lattice
from gis_service.analysis.modes import Costs, Mode, segment_costs
from gis_service.analysis.network import ROAD_CLASSES, Network, Roads, clean_network
from gis_service.analysis.network_quality import (
    GAP_M,
    Components,
    LooseEnds,
    components,
    loose_ends,
    people_of_components,
    traps,
)
from gis_service.analysis.snap import snap
from gis_service.catalogue.layer_definition import LayerDefinition
from gis_service.catalogue.loader import Catalogue
from gis_service.crs import STORAGE, parse_crs, require_metric, transform
from gis_service.db.engine import Connection
from gis_service.db.layer_rows import LayerRows
from gis_service.db.layers import version_of
from gis_service.errors import ErrorCode, RefusedInput
from gis_service.services.documents import persons, plain
from gis_service.services.layers import definition_of
from gis_service.services.study_layers import BESIDE_ROADS, StudyLayers
from gis_service.services.study_roads import ferries_from, roads_from, unknown_classes_of
from gis_service.services.study_standard import ferry_rules_of, mode_of
from gis_service.types import Floats, Geometries, Int32s, Int64s, LayerId, VersionId

PEOPLE = LayerId("residents")
CLASS = "road_class"
EVERYBODY = "people"
ROWS = 20
"""Parts, loose ends and one-way streets that are named, the gravest first; all of them are counted."""
SMALLEST_SHOWN = 10_000
"""In whole thousandths: fewer people are told only to those who may see personal detail."""
_M_PER_KM = 1000.0
_DEGREES = 6


def network_quality(
    connection: Connection,
    catalogue: Catalogue,
    layer_id: str,
    mode: str = "motorbike",
    *,
    personal: bool = False,
    max_gap_m: float = GAP_M,
) -> dict[str, Any]:
    """Report on the roads of a layer as the network of a mode.

    Parameters
    ----------
    connection, catalogue
        Where the layer is, and the conventions of the city.
    layer_id
        A layer of lines with the field ``road_class``.
    mode
        ``walk``, ``bicycle``, ``motorbike`` or ``car``; ferries run as at the usual time of studies.
    personal
        Whether the reader may see small counts of people.
    max_gap_m
        Widest gap between the end of a road and the road it just misses, metres.

    Returns
    -------
    dict
        As docs/contract.md, Quality of a network.

    Raises
    ------
    NotFound
        ``layer_unknown``.
    RefusedInput
        ``layer_not_network`` for a layer of something else, ``study_layer_empty``, ``study_refused`` for an
        unknown mode.
    """
    layers = quality_layers(connection, catalogue, layer_id)
    definition = definition_of(catalogue, layer_id)
    chosen = mode_of(catalogue.city, mode, ALL)
    crs = require_metric(parse_crs(catalogue.city.crs), "city.yaml")
    rows = layers.read("network", *layers.fields("network"))
    roads = roads_from(rows, crs)
    network, cleaning = clean_network(roads, _ferries(layers, crs, chosen))
    costs = segment_costs(network, chosen, "network_time")
    homes = _homes(layers, crs, network, costs) if "demand" in layers.layers else None
    told = {
        "layer": definition.id,
        "version": layers.versions["network"],
        "mode": mode,
        "lines": len(roads.lines),
        "unknown_class": _unknown(rows, roads),
        "generated_data": bool(layers.generated),
    }
    codes = _codes(rows, definition)
    found = Found(network, cleaning, costs, crs, codes, homes)
    return quality_of(found, told, personal=personal, max_gap_m=max_gap_m)


@dataclass(frozen=True)
class Found:
    """A network as a mode uses it, and what was found on the way to it.

    Parameters
    ----------
    network, cleaning
        As `gis_service.analysis.network.clean_network` gives them.
    costs
        Of its segments.
    crs
        Its metric system.
    codes
        What each line of the roads is called.
    homes
        ``(n,)`` the segment that each row of people is joined to, and its people in whole thousandths; None
        where nobody knows who lives there.
    """

    network: Network
    cleaning: Cleaning
    costs: Costs
    crs: pyproj.CRS
    codes: Sequence[str]
    homes: tuple[Int32s, Int64s] | None


def quality_of(
    found: Found, told: Mapping[str, object], *, personal: bool, max_gap_m: float = GAP_M
) -> dict[str, Any]:
    """Tell what is known of roads, and what their network adds to it.

    Parameters
    ----------
    found
        The network.
    told
        What is told beside it.
    personal, max_gap_m
        As of `network_quality`.
    """
    network, costs, crs = found.network, found.costs, found.crs
    parts = components(network, costs)
    people = None if found.homes is None else people_of_components(parts, *found.homes)
    # Ferries follow the roads, and are called nothing.
    codes = [*found.codes, *[""] * (int(network.line.max(initial=-1)) + 1 - len(found.codes))]
    document = {
        **told,
        "segments": network.n_segments,
        "km": _km(network.length_m),
        **_cleaned(found.cleaning),
        "components": _parts(network, parts, people, crs, personal=personal),
        "loose_ends": _ends(network, loose_ends(network, costs, max_gap_m), codes, crs, max_gap_m),
        "one_ways": _one_ways(network, costs, codes),
    }
    return {name: plain(value) for name, value in document.items()}


def _cleaned(cleaning: Cleaning) -> dict[str, object]:
    return {
        "removed": {
            "duplicate_lines": cleaning.duplicate_lines,
            "duplicate_segments": cleaning.duplicates,
            "duplicate_km": _km([cleaning.duplicate_m]),
            "tiny_lines": cleaning.tiny_lines,
            "tiny_pieces": cleaning.tiny_pieces,
        },
        "parallel": {"segments": cleaning.parallels, "km": _km([cleaning.parallel_m])},
    }


def _require_roads(definition: LayerDefinition) -> None:
    names = {field.name for field in definition.fields}
    if definition.geometry != "LineString" or CLASS not in names:
        raise RefusedInput(
            ErrorCode.LAYER_NOT_NETWORK, layer=definition.id, geometry=definition.geometry, field=CLASS
        )


def quality_layers(connection: Connection, catalogue: Catalogue, layer_id: str) -> StudyLayers:
    """Give the roads, and of what studies read beside them what is loaded; raises as `network_quality`."""
    definition = definition_of(catalogue, layer_id)
    _require_roads(definition)
    layer = definition.id
    wanted = {"network": layer, "demand": PEOPLE, **BESIDE_ROADS}
    loaded = catalogue.layers
    known = {role: name for role, name in wanted.items() if name in loaded and not loaded[name].is_raster}
    there = {role: version_of(connection, name) for role, name in known.items()}
    versions: dict[str, VersionId] = {role: version for role, version in there.items() if version is not None}
    if "network" not in versions:
        raise RefusedInput(ErrorCode.STUDY_LAYER_EMPTY, layer=layer)
    return StudyLayers(connection, catalogue, {role: known[role] for role in versions}, versions)


def _ferries(layers: StudyLayers, crs: pyproj.CRS, mode: Mode) -> Ferries | None:
    if "ferries" not in layers.layers:
        return None
    conventions = layers.catalogue.city.conventions
    rows = layers.read("ferries", *layers.fields("ferries"))
    return ferries_from(rows, crs, conventions.study_time.time, mode, ferry_rules_of(conventions))


def _homes(layers: StudyLayers, crs: pyproj.CRS, network: Network, costs: Costs) -> tuple[Int32s, Int64s]:
    """Give the segment that each row of people is joined to, and the people."""
    barriers = _metric(layers.read("barriers"), crs) if "barriers" in layers.layers else None
    rows = layers.read("demand", EVERYBODY)
    counted = {ALL: np.array([value or 0 for value in rows.columns[EVERYBODY]], dtype=np.float64)}
    places = transform(shapely.force_2d(rows.geometry), STORAGE, crs)
    conventions = layers.catalogue.city.conventions
    lattice = Lattice(conventions.lattice_step_m, conventions.lattice_offset_m)
    are_points = np.all(shapely.get_dimensions(places) <= 0)
    demand = (
        demand_from_points(places, counted)
        if are_points
        else demand_from_polygons(places, counted, barriers, lattice)
    )
    joined = snap(demand.xy, network, costs, barriers, conventions.snap_max_m)
    return joined.segment, demand.people[ALL]


def _metric(rows: LayerRows, crs: pyproj.CRS) -> Geometries:
    there = rows.geometry[~shapely.is_missing(rows.geometry)]
    return np.asarray(transform(shapely.force_2d(there), STORAGE, crs), dtype=object)


def _codes(rows: LayerRows, definition: LayerDefinition) -> list[str]:
    """Name each line: by its key, else by its place in the layer."""
    there = np.flatnonzero(~shapely.is_missing(rows.geometry)).tolist()
    keys = rows.columns.get(definition.key or "", [None] * len(rows))
    return [str(row + 1) if keys[row] is None else str(keys[row]) for row in there]


def _unknown(rows: LayerRows, roads: Roads) -> dict[str, object]:
    there = ~shapely.is_missing(rows.geometry)
    said = rows.columns.get(CLASS, [None] * len(rows))
    unknown = np.array([value not in ROAD_CLASSES for value in said], dtype=np.bool_)[there]
    return {
        "lines": int(np.count_nonzero(unknown)),
        "km": _km(shapely.length(roads.lines[unknown])),
        "classes": dict(sorted(unknown_classes_of(rows).items())),
    }


def _parts(
    network: Network, parts: Components, people: Int64s | None, crs: pyproj.CRS, *, personal: bool
) -> dict[str, object]:
    """Tell of the parts: the longest first, then the islands, with most people first where they are told."""
    order = np.arange(len(parts.length_m))
    if people is not None and personal:
        order[1:] = order[1:][np.argsort(-people[1:-1], kind="stable")]
    rows: list[dict[str, object]] = []
    for part in order[: ROWS + 1].tolist():
        own = np.flatnonzero(parts.of_segment == part)
        place = _lonlat(_middle(network.shape[own[np.argmax(network.length_m[own])]]), crs)
        sizes = {"nodes": int(parts.nodes[part]), "segments": int(parts.segments[part])}
        told = {"people": persons(int(people[part]))} if people is not None and personal else {}
        rows.append({**sizes, "km": _km([parts.length_m[part]]), **place, **told})
    return {
        "count": len(parts.length_m),
        "people_on_islands": _told(people, slice(1, -1), personal=personal),
        "people_without_road": _told(people, slice(-1, None), personal=personal),
        "rows": rows,
    }


def _told(people: Int64s | None, parts: slice, *, personal: bool) -> float | None:
    """Give people in persons; None where they are not known, or too few for who asks."""
    found = 0 if people is None else int(people[parts].sum())
    if people is None or (0 < found < SMALLEST_SHOWN and not personal):
        return None
    return persons(found)


def _ends(
    network: Network, found: LooseEnds, codes: Sequence[str], crs: pyproj.CRS, max_gap_m: float
) -> dict[str, object]:
    rows = [
        {
            "gap_m": round(float(found.gap_m[row]), 2),
            "code": codes[network.line[found.segment[row]]],
            "other": codes[network.line[found.other[row]]],
            **_lonlat(found.xy[row], crs),
        }
        for row in range(min(len(found.gap_m), ROWS))
    ]
    return {"count": len(found.gap_m), "max_gap_m": max_gap_m, "rows": rows}


def _one_ways(network: Network, costs: Costs, codes: Sequence[str]) -> dict[str, object]:
    found = traps(network, costs)
    return {
        name: {
            "segments": len(segments),
            "km": _km(network.length_m[segments]),
            "codes": [codes[line] for line in np.unique(network.line[segments])[:ROWS].tolist()],
        }
        for name, segments in (("no_way_out", found.no_way_out), ("no_way_in", found.no_way_in))
    }


def _middle(line: shapely.LineString) -> Floats:
    middle: Floats = shapely.get_coordinates(shapely.line_interpolate_point(line, 0.5, normalized=True))[0]
    return middle


def _lonlat(xy: Floats, crs: pyproj.CRS) -> Mapping[str, float]:
    place = np.asarray(shapely.points(xy[None, :]), dtype=object)
    lon, lat = shapely.get_coordinates(transform(place, crs, STORAGE))[0].tolist()
    return {"lon": round(lon, _DEGREES), "lat": round(lat, _DEGREES)}


def _km(metres: Floats | Sequence[float]) -> float:
    return round(float(np.sum(metres)) / _M_PER_KM, 3)
