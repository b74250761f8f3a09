"""The layers of roads, ferries and areas of closures as input of the network."""

from collections import Counter
from collections.abc import Sequence
from datetime import time
from typing import Any

import numpy as np
import pyproj
import shapely

from gis_service.analysis.ferries import Ferries
from gis_service.analysis.modes import Mode
from gis_service.analysis.network import ROAD_CLASSES, Network, Roads
from gis_service.crs import STORAGE, transform
from gis_service.db.layer_rows import LayerRows
from gis_service.errors import ErrorCode, RefusedInput
from gis_service.files.road_tables import FerryTable, RoadTable
from gis_service.services.closure_rules import ClosureRule, Value, role_of
from gis_service.services.closures import Named, closed_network, hour_of, roles_in_force
from gis_service.services.coverage_inputs import Notice
from gis_service.services.network import FerryRules, ferries_of, roads_of, runs_at
from gis_service.services.new_roads import road_of
from gis_service.services.study_layers import ITEM_ID, StudyLayers
from gis_service.types import Bools, Floats, Geometries, Int8s

_VALUES_SHOWN = 10


def roads_from(rows: LayerRows, crs: pyproj.CRS) -> Roads:
    """Bring the layer of roads to the metric system; what a road does not say is open, paved, on the ground.

    Parameters
    ----------
    rows
        Columns ``road_class oneway level width_m paved on_foot on_wheels by_car``, and ``oneway_bicycle
        oneway_motorbike`` where these two differ from ``oneway``; each may be absent.
    crs
        Metric system of the study.
    """
    there = ~shapely.is_missing(rows.geometry)
    oneway = _column(rows, "oneway", 0, there).astype(np.int8)
    table = RoadTable(
        crs=STORAGE,
        lines=rows.geometry[there],
        road_class=[str(value) for value in _column(rows, "road_class", "", there)],
        oneway=oneway,
        oneway_bicycle=_own_oneway(rows, "oneway_bicycle", there, oneway),
        oneway_motorbike=_own_oneway(rows, "oneway_motorbike", there, oneway),
        level=_column(rows, "level", 0, there).astype(np.int8),
        width_m=_column(rows, "width_m", np.nan, there).astype(np.float64),
        paved=_column(rows, "paved", True, there).astype(np.bool_),
        on_foot=_column(rows, "on_foot", True, there).astype(np.bool_),
        on_wheels=_column(rows, "on_wheels", True, there).astype(np.bool_),
        by_car=_column(rows, "by_car", True, there).astype(np.bool_),
        unknown={},
        unknown_oneway={},
    )
    return roads_of(table, crs)


def _own_oneway(rows: LayerRows, name: str, there: Bools, usual: Int8s) -> Int8s:
    """Give the one-ways of one mode; where a road does not tell them, the usual ones."""
    own = _column(rows, name, None, there)
    told = np.array([value is not None for value in own], dtype=np.bool_)
    result = usual.copy()
    result[told] = own[told].astype(np.int8)
    return result


def unknown_classes_of(rows: LayerRows) -> Counter[str]:
    """Count the road classes that are not known, by what stands there."""
    there = ~shapely.is_missing(rows.geometry)
    texts = Counter(str(value) for value in _column(rows, "road_class", "", there))
    return Counter({name: count for name, count in texts.items() if name not in ROAD_CLASSES})


def ferries_from(
    rows: LayerRows, crs: pyproj.CRS, at: time, mode: Mode | None, rules: FerryRules
) -> Ferries | None:
    """Give the ferries that run at a time of the day and take the mode.

    Parameters
    ----------
    rows
        Columns ``headway_min runs_from runs_to takes_cars``, each may be absent.
    crs
        Metric system of the study.
    at
        Time of day.
    mode
        Cars board only where they are taken.
    rules
        For ferries that tell no headway or no hours.
    """
    table = _ferry_table(rows, _boarding(rows, mode))
    return ferries_of([table], crs, hour_of(at), rules)


def running_ferries(rows: LayerRows, at: time, mode: Mode | None, rules: FerryRules) -> list[int]:
    """Tell which rows `ferries_from` makes ferries of: two times with the same ones have the same network."""
    boarding = _boarding(rows, mode)
    runs = runs_at(_ferry_table(rows, boarding), hour_of(at), rules)
    found: list[int] = np.flatnonzero(boarding)[runs].tolist()
    return found


def _boarding(rows: LayerRows, mode: Mode | None) -> Bools:
    """Tell which ferries have a place and take the mode."""
    kept = ~shapely.is_missing(rows.geometry)
    if mode is not None and mode.id == "car":
        kept &= _column(rows, "takes_cars", True, np.ones(len(rows), dtype=np.bool_)).astype(np.bool_)
    return kept


def _ferry_table(rows: LayerRows, kept: Bools) -> FerryTable:
    return FerryTable(
        crs=STORAGE,
        lines=rows.geometry[kept],
        headway_min=_column(rows, "headway_min", np.nan, kept).astype(np.float64),
        wait_min=np.full(int(kept.sum()), np.nan),
        from_hour=_hours(rows, "runs_from", kept),
        to_hour=_hours(rows, "runs_to", kept),
    )


def _column(
    rows: LayerRows, name: str, default: object, kept: Bools
) -> "np.ndarray[Any, np.dtype[np.object_]]":
    values = rows.columns.get(name, [None] * len(rows))
    filled = np.empty(len(rows), dtype=object)
    filled[:] = [default if value is None else value for value in values]
    return filled[kept]


def _hours(rows: LayerRows, name: str, kept: Bools) -> Floats:
    """Read ``hh:mm`` as hours of the day, nan where nothing is told."""
    texts = _column(rows, name, None, kept)
    clocks = [None if text is None else time.fromisoformat(str(text)) for text in texts]
    return np.array(
        [np.nan if one is None else one.hour + one.minute / 60 for one in clocks], dtype=np.float64
    )


def read_areas(
    layers: StudyLayers, rules: Sequence[ClosureRule], hour: float, crs: pyproj.CRS
) -> dict[str, Geometries]:
    """Read the areas of the closures in force, by role, in a metric CRS.

    Raises
    ------
    RefusedInput
        ``study_layer_empty``; ``study_refused`` when no area of the layer has the values that were asked for.
    Conflict
        ``study_version_gone`` when a layer changed meanwhile.
    """
    found = {}
    for at, rule in enumerate(rules):
        role = role_of(at)
        if role not in roles_in_force(rules, hour):
            continue
        rows = layers.read(role, *(name for name, _ in rule.where))
        kept = [row for row in range(len(rows)) if _matches(rows, row, rule)]
        if not kept:
            asked = ", ".join(f"{name} = {value}" for name, value in rule.where)
            known = ", ".join(f"{name}: {_values(rows, name)}" for name, _ in rule.where)
            raise RefusedInput(ErrorCode.STUDY_REFUSED, name=f"{role}/where", value=asked, expected=known)
        found[role] = np.asarray(transform(shapely.force_2d(rows.geometry[kept]), STORAGE, crs), dtype=object)
    return found


def read_named(
    layers: StudyLayers, rules: Sequence[ClosureRule], hour: float, crs: pyproj.CRS
) -> dict[int, Named]:
    """Read which roads and ferries the closures in force name, or add, by the place of the closure.

    Raises
    ------
    RefusedInput
        ``road_unknown``; ``study_layer_empty``; ``place_outside`` for a road that is added.
    Conflict
        ``study_version_gone`` when a layer changed meanwhile.
    """
    known: dict[str, LayerRows] = {}

    def rows_of(role: str, wanted: Sequence[int]) -> tuple[LayerRows, list[int]]:
        if role not in layers.layers:
            raise RefusedInput(ErrorCode.ROAD_UNKNOWN, fid=wanted[0], layer=role)
        if role not in known:
            known[role] = layers.read(role, ITEM_ID)
        rows = known[role]
        # As `roads_from` and `ferries_from` count them: those that have a place.
        there = np.flatnonzero(~shapely.is_missing(rows.geometry)).tolist()
        place = {rows.columns[ITEM_ID][row]: at for at, row in enumerate(there)}
        missing = [fid for fid in wanted if fid not in place]
        if missing:
            raise RefusedInput(ErrorCode.ROAD_UNKNOWN, fid=missing[0], layer=layers.layers[role])
        return rows, [place[fid] for fid in wanted]

    found = {}
    for at, rule in enumerate(rules):
        if not rule.in_force(hour):
            continue
        if rule.new_road is not None:
            found[at] = Named(road=road_of(rule.new_road, crs))
        elif rule.roads:
            found[at] = Named(lines=np.array(rows_of("network", rule.roads)[1], np.int64))
        elif rule.ferries:
            rows, places = rows_of("ferries", rule.ferries)
            lines = rows.geometry[~shapely.is_missing(rows.geometry)][places]
            metric = transform(shapely.force_2d(lines), STORAGE, crs)
            middle = shapely.line_interpolate_point(metric, 0.5, normalized=True)
            found[at] = Named(ferries=np.asarray(middle, dtype=object))
    return found


def close_roads(
    network: Network,
    layers: StudyLayers,
    asked: tuple[Sequence[ClosureRule], float],
    crs: pyproj.CRS,
    first: int = 0,
) -> tuple[Network, list[Notice]]:
    """Put the closures of a study to its network, as `closed_network` does.

    Parameters
    ----------
    network, layers, crs
        Of the study.
    asked
        The closures, and the hour of the day.
    first
        Closures before it have been put to the network already.

    Raises
    ------
    RefusedInput, Conflict
        As `read_areas`, `read_named`.
    """
    rules, hour = asked
    areas = read_areas(layers, rules, hour, crs)
    named = read_named(layers, rules, hour, crs)
    return closed_network(network, rules, areas, hour, named, first)


def _matches(rows: LayerRows, row: int, rule: ClosureRule) -> bool:
    return all(_equal(rows.columns[name][row], value) for name, value in rule.where)


def _equal(there: object, wanted: Value) -> bool:
    """Compare a value of a layer with one that was asked for; dates are asked for as text."""
    if there is None:
        return False
    return there == wanted or (isinstance(wanted, str) and str(there) == wanted)


def _values(rows: LayerRows, name: str) -> str:
    known = sorted({str(value) for value in rows.columns[name] if value is not None})
    return ", ".join(known[:_VALUES_SHOWN]) + (" …" if len(known) > _VALUES_SHOWN else "")
