"""Turns road and ferry tables into the input of the network engine: one metric system, classes as numbers."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyproj
import shapely

from gis_service.analysis.ferries import Ferries
from gis_service.analysis.network import ROAD_CLASSES, UNKNOWN_CLASS, Roads
from gis_service.crs import STORAGE, is_metric, require_metric, transform, utm_of
from gis_service.files.road_tables import FerryTable, GateTable, RoadTable
from gis_service.types import Bools, Floats, Geometries

FERRY_WAIT_MIN = 10.0
"""Wait for a ferry whose headway is not known (METHODS, Ferry)."""
FERRY_HOURS = (5.0, 21.0)
"""Hours of service of a ferry that tells none (METHODS, Ferry)."""
MS_PER_MIN = 60_000


@dataclass(frozen=True, slots=True)
class FerryRules:
    """What holds for a ferry that does not tell it: the wait in minutes, first and last hour of service."""

    wait_min: float = FERRY_WAIT_MIN
    hours: tuple[float, float] = FERRY_HOURS


FERRY_RULES = FerryRules()


def metric_crs(asked: pyproj.CRS | None, roads: RoadTable) -> pyproj.CRS:
    """Choose the system that lengths are taken in.

    Parameters
    ----------
    asked
        What the user asked for, if anything.
    roads
        Else their system when it is projected in metres, else the UTM zone of their centre.

    Raises
    ------
    RefusedInput
        ``crs_not_metric`` when the user asked for degrees, feet or Web Mercator.
    """
    if asked is not None:
        return require_metric(asked, "--crs")
    if is_metric(roads.crs):
        return roads.crs
    west, south, east, north = shapely.total_bounds(transform(roads.lines, roads.crs, STORAGE))
    return utm_of((float(west), float(south), float(east), float(north)))


def roads_of(table: RoadTable, crs: pyproj.CRS) -> Roads:
    """Bring roads to the metric system of the study; an unknown class counts as village lane."""
    index = {name: number for number, name in enumerate(ROAD_CLASSES)}
    return Roads(
        lines=_lines(table.lines, table.crs, crs),
        road_class=np.array([index.get(name, UNKNOWN_CLASS) for name in table.road_class], dtype=np.int8),
        oneway=table.oneway,
        level=table.level,
        width_m=table.width_m,
        paved=table.paved,
        on_foot=table.on_foot,
        on_wheels=table.on_wheels,
        by_car=table.by_car,
        oneway_bicycle=table.oneway if table.oneway_bicycle is None else table.oneway_bicycle,
        oneway_motorbike=table.oneway if table.oneway_motorbike is None else table.oneway_motorbike,
    )


def stops_of(gates: GateTable | None, crs: pyproj.CRS, mode: str) -> Floats:
    """Give the places on roads that a mode may not pass, ``(n, 2)`` in the metric system of the study."""
    if gates is None:
        return np.empty((0, 2))
    passable = {"walk": gates.on_foot, "car": gates.by_car}.get(mode, gates.on_wheels)
    points = np.asarray(shapely.points(gates.xy[~passable]), dtype=object)
    return shapely.get_coordinates(transform(points, gates.crs, crs))


def ferries_of(
    tables: Sequence[FerryTable],
    crs: pyproj.CRS,
    hour: float,
    rules: FerryRules = FERRY_RULES,
    *,
    by_car: bool = False,
) -> Ferries | None:
    """Give the ferries that run at an hour of the day, with the wait before boarding.

    Parameters
    ----------
    tables
        Ferries of every source.
    crs
        Metric system of the study.
    hour
        Hour of the day, 0 to 24.
    rules
        For ferries that tell no wait or no hours.
    by_car
        Only those that take cars.

    Returns
    -------
    Ferries or None
        None when none runs. The wait is the one told, else half the headway, else that of the rules.
    """
    running = [(table, runs_at(table, hour, rules) & _boards(table, by_car=by_car)) for table in tables]
    kept = [(table, runs) for table, runs in running if runs.any()]
    if not kept:
        return None
    lines = [_lines(table.lines[runs], table.crs, crs) for table, runs in kept]
    waits = [_wait_min(table, rules)[runs] for table, runs in kept]
    wait_ms = np.floor(np.concatenate(waits) * MS_PER_MIN + 0.5).astype(np.int64)
    told = [~(np.isnan(table.wait_min) & np.isnan(table.headway_min))[runs] for table, runs in kept]
    return Ferries(np.concatenate(lines), wait_ms, np.concatenate(told))


def _lines(lines: Geometries, source: pyproj.CRS, target: pyproj.CRS) -> Geometries:
    return np.asarray(transform(shapely.force_2d(lines), source, target), dtype=object)


def runs_at(table: FerryTable, hour: float, rules: FerryRules) -> Bools:
    """Tell which ferries run at an hour of the day, ``(n,)``; hours such as 22 to 4 pass midnight."""
    first = np.where(np.isnan(table.from_hour), rules.hours[0], table.from_hour)
    last = np.where(np.isnan(table.to_hour), rules.hours[1], table.to_hour)
    by_day = (first <= hour) & (hour < last)
    by_night = (first <= hour) | (hour < last)
    return np.where(first <= last, by_day, by_night)


def _boards(table: FerryTable, *, by_car: bool) -> Bools:
    if table.takes_cars is None or not by_car:
        return np.ones(len(table.lines), dtype=np.bool_)
    return table.takes_cars


def _wait_min(table: FerryTable, rules: FerryRules) -> Floats:
    half = np.where(np.isnan(table.headway_min), rules.wait_min, table.headway_min / 2)
    return np.where(np.isnan(table.wait_min), half, table.wait_min)
