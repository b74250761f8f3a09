"""The roads, bridges and ferries of the demo city.

Built from the great to the small: dikes, bridges and main roads (``road_frame``), roads between villages
(``road_country``, ``road_ranks``), lanes (``lanes``), dead ends (``road_spurs``). All of it is laid out as a
planar web of straight edges in a flat plane, so that no two roads cross without a junction, and then bent
into the real one (``road_bends``).
"""

from dataclasses import dataclass

import numpy as np
import shapely
from scipy.spatial import cKDTree

from gis_service.analysis.demo_city.ferries import Ferry
from gis_service.analysis.demo_city.land import Land
from gis_service.analysis.demo_city.lanes import add_lanes
from gis_service.analysis.demo_city.road_bends import bend
from gis_service.analysis.demo_city.road_country import join_villages
from gis_service.analysis.demo_city.road_dress import dress
from gis_service.analysis.demo_city.road_frame import make_frame
from gis_service.analysis.demo_city.road_lines import draw_lines
from gis_service.analysis.demo_city.road_ranks import rank_roads
from gis_service.analysis.demo_city.road_spurs import add_alleys, add_tracks
from gis_service.analysis.demo_city.road_web import Web
from gis_service.analysis.demo_city.villages import Villages
from gis_service.analysis.network import ROAD_CLASSES
from gis_service.types import Bools, Floats, Geometries, Int8s, Int64s


@dataclass(frozen=True, slots=True)
class CityRoads:
    """Road lines, cut at every junction, in EPSG:9209.

    Parameters
    ----------
    lines
        ``(n,)`` LineString, coordinates in whole centimetres.
    road_class
        ``(n,)`` of ``ROAD_CLASSES``.
    name
        ``(n,)`` as on the sign; empty where it has none.
    oneway
        ``(n,)`` 0 both ways, 1 along the line, -1 against it.
    level
        ``(n,)`` 0 on the ground, 1 above it.
    width_m
        ``(n,)`` metres.
    paved
        ``(n,)`` whether the surface is sealed.
    on_foot, on_wheels, by_car
        ``(n,)`` open to walkers, to bicycles and motorbikes, to cars.
    is_bridge
        ``(n,)`` whether it crosses a river.
    """

    lines: Geometries
    road_class: tuple[str, ...]
    name: tuple[str, ...]
    oneway: Int8s
    level: Int8s
    width_m: Floats
    paved: Bools
    on_foot: Bools
    on_wheels: Bools
    by_car: Bools
    is_bridge: Bools


@dataclass(frozen=True, slots=True)
class CityFerries:
    """Ferries, in EPSG:9209; both ends of each are ends of roads.

    Parameters
    ----------
    lines
        ``(n,)`` LineString from bank to bank.
    name
        ``(n,)``.
    headway_min
        ``(n,)`` minutes between two departures.
    runs_from, runs_to
        ``(n,)`` first and last departure, ``hh:mm``.
    takes_cars
        ``(n,)``.
    """

    lines: Geometries
    name: tuple[str, ...]
    headway_min: Floats
    runs_from: tuple[str, ...]
    runs_to: tuple[str, ...]
    takes_cars: Bools


def make_roads(land: Land, villages: Villages) -> tuple[CityRoads, CityFerries]:
    """Lay the roads and ferries of the demo city.

    Parameters
    ----------
    land, villages
        In EPSG:9209; main roads and bridges know their places there.

    Returns
    -------
    tuple
        Roads and ferries: equal input gives equal output.

    Notes
    -----
    Water that bars the way (``land.water``) is crossed on bridges and ferries only, canals everywhere.
    """
    frame = make_frame(land, villages)
    web, heart = join_villages(frame.web, land, villages)
    web = rank_roads(web, land, villages, heart)
    web = add_lanes(web, land, villages, heart)
    web = add_alleys(web, villages)
    web = add_tracks(web, land, villages)
    landings = _landings(web, frame.ferries)
    return _roads(web, landings.ravel()), _ferries(web, frame.ferries, landings)


def _landings(web: Web, ferries: list[tuple[Ferry, Floats]]) -> Int64s:
    """Find the nodes at both ends of each ferry, shape ``(n, 2)``."""
    ends = np.array([ends for _, ends in ferries]).reshape(-1, 2)
    used = np.flatnonzero(web.degree())
    nearest = used[cKDTree(web.at[used]).query(ends)[1]] if len(ends) else np.empty(0, np.int64)
    return nearest.reshape(-1, 2).astype(np.int64)


def _roads(web: Web, stays: Int64s) -> CityRoads:
    lines = draw_lines(web, stays)
    dressed = dress(web, lines)
    return CityRoads(
        lines=lines.shape,
        road_class=tuple(ROAD_CLASSES[number] for number in dressed.road_class),
        name=tuple(web.kinds[number].name for number in lines.kind),
        oneway=dressed.oneway,
        level=web.of_kind("level")[lines.kind].astype(np.int8),
        width_m=dressed.width_m,
        paved=dressed.paved,
        on_foot=np.ones(len(lines.shape), bool),
        on_wheels=dressed.on_wheels,
        by_car=dressed.by_car,
        is_bridge=web.of_kind("is_bridge")[lines.kind].astype(bool),
    )


def _ferries(web: Web, ferries: list[tuple[Ferry, Floats]], landings: Int64s) -> CityFerries:
    ends = np.round(bend(web.at[landings.ravel()]), 2).reshape(-1, 2, 2)
    plans = [ferry for ferry, _ in ferries]
    lines = np.asarray(shapely.linestrings(ends), dtype=object) if plans else np.empty(0, object)
    return CityFerries(
        lines=lines,
        name=tuple(ferry.name for ferry in plans),
        headway_min=np.array([ferry.headway_min for ferry in plans], np.float64),
        runs_from=tuple(ferry.runs_from for ferry in plans),
        runs_to=tuple(ferry.runs_to for ferry in plans),
        takes_cars=np.array([ferry.takes_cars for ferry in plans], bool),
    )
