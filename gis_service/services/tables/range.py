"""How far the figures of a study may move when its conventions are a little wrong: an assumption range."""

import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import numpy as np

from gis_service.analysis.demand import Demand
from gis_service.analysis.field import UNREACHED
from gis_service.analysis.graph import build_graph
from gis_service.analysis.range_ways import RoadGround, RoadWays, StraightWays, Ways
from gis_service.analysis.ranges import (
    ASSUMPTIONS,
    COVERED,
    HIGH,
    LOW,
    MEDIAN,
    TOTAL,
    Assumptions,
    People,
    ends,
    figures_of,
    ranges,
)
from gis_service.services.coverage_document import OUTSIDE, study_id
from gis_service.services.coverage_inputs import Notice
from gis_service.services.documents import persons, units
from gis_service.services.study_standard import TO_POINTS, refused
from gis_service.services.tables.scene import LAND_USE, Row, Scene
from gis_service.services.vintages import UNIT_TYPES
from gis_service.types import Floats, Int64s

NOTICE = Notice(
    "assumption_range",
    {
        "draws": ASSUMPTIONS.draws,
        "low": LOW,
        "high": HIGH,
        "speed_percent": round(100 * ASSUMPTIONS.speed_sigma),
        "home_m": ASSUMPTIONS.home_m,
        "total_percent": round(100 * ASSUMPTIONS.total_sigma),
    },
)
"""Stands beside every range: what it is, and what it is not."""
EVERYBODY = "all"
"""Unit of the rows of the whole study area."""
Figure = Callable[[Int64s], Int64s | Floats]
"""Takes a figure out of what `figures_of` gives, of one study or of many draws."""
Shown = Callable[[Any], float | None]
"""Writes a value as people read it."""
_SIDES = ("plain", f"p{LOW}", f"p{HIGH}")
_BESIDE = "_facilities"
"""Ends the roles of the facilities of what stands beside a study."""
_OF_FIGURES = {"groups", "rank", "rank_zones"}
"""Inputs that tell whose figures are told, and by what."""
_OF_ROADS = {"network", "barriers", "ferries"}
"""Layers that a study as the crow flies has only for what stands beside it."""
_MOST_WORKERS = 8
_STEPS = 20
"""How often progress is told: each time costs a transaction."""


def rows(scene: Scene, spread: Assumptions = ASSUMPTIONS) -> list[Row]:
    """Give a row for each figure of each group: of the study area, then of each unit.

    ``plain`` is the figure of the study, ``p5`` and ``p95`` are the least values that so many per cent of the
    draws do not exceed. A median that is never reached is None, as in the study.

    Raises
    ------
    RefusedInput
        ``study_refused`` for rules that no draw would move (quota), that many draws would take too long for
        (distances to lines and areas), and for groups that walk at speeds of their own.
    """
    _require_draws(scene)
    demand, parameters = scene.demand, scene.parameters
    groups = {group: demand.people[group] for group in parameters.counted_groups}
    counted = Demand(demand.xy, groups, demand.source, demand.step_m)
    people, limit = People(counted, scene.zone, len(scene.inputs.zones)), parameters.limit_cost
    workers = min(os.cpu_count() or 1, _MOST_WORKERS)
    drawn = ranges(
        people, _ways(scene).cost, limit, _seed(scene), spread, workers=workers, told=_seldom(scene.tell)
    )
    plain = figures_of(people, scene.ways.field.cost, limit)
    median = "median_s" if parameters.is_time else "median_m"
    figures: dict[str, tuple[Figure, Shown]] = {
        "covered": (lambda sums: sums[..., COVERED, :, :], persons),
        "share": (_share, _fraction),
        "uncovered": (lambda sums: sums[..., TOTAL, :, :] - sums[..., COVERED, :, :], persons),
        median: (lambda sums: sums[..., MEDIAN, :, :], _cost),
    }
    sides = {name: (figure(plain), *ends(figure(drawn))) for name, (figure, _) in figures.items()}
    return [
        {"unit": unit, "name": name, "group": group, "figure": figure}
        | {side: shown(one[number, row].item()) for side, one in zip(_SIDES, sides[figure], strict=True)}
        for row, unit, name in _units(scene, plain)
        for number, group in enumerate(groups)
        for figure, (_, shown) in figures.items()
    ]


def _seed(scene: Scene) -> int:
    """Seed the draws by the hash of what moves them: what else is told of a study changes no range."""
    asked = replace(
        scene.parameters, tables=(), quotas=(), groups=(), beside=(), rank_column=None, rank_of=None
    )
    beside = set(dict(LAND_USE)) | _OF_FIGURES | (set() if asked.on_roads else _OF_ROADS)
    beside |= set() if asked.unit_types else {UNIT_TYPES}
    layers = {
        role: one
        for role, one in scene.inputs.references.items()
        if role not in beside and not role.endswith(_BESIDE)
    }
    return int(study_id(replace(scene.inputs, references=layers), asked).rpartition("_")[2], 16)


def _require_draws(scene: Scene) -> None:
    parameters = scene.parameters
    if parameters.measure == "quota" or scene.inputs.facilities.shapes is not None:
        raise refused("tables=range", parameters.measure, TO_POINTS)
    if parameters.group_speeds is not None:
        raise refused("tables=range", "group_speeds", "group_speeds: false")


def _share(sums: Int64s) -> Floats:
    covered, total = sums[..., COVERED, :, :], sums[..., TOTAL, :, :]
    share: Floats = np.divide(covered, total, out=np.full(total.shape, np.nan), where=total > 0)
    return share


def _fraction(value: float) -> float | None:
    return None if np.isnan(value) else value


def _cost(value: int) -> float | None:
    return units(None if value == UNREACHED else value)


def _units(scene: Scene, plain: Int64s) -> Iterator[tuple[int, str, str]]:
    """Give the rows of the figures with their unit; people in no unit only where there is somebody."""
    zones = scene.inputs.zones
    yield len(zones) + 1, EVERYBODY, EVERYBODY
    yield from zip(range(len(zones)), zones.ids, zones.names, strict=True)
    if plain[TOTAL, :, len(zones)].any():
        yield len(zones), OUTSIDE, OUTSIDE


def _seldom(tell: Callable[[float], None]) -> Callable[[float], None]:
    """Tell progress in few steps."""
    told = 0

    def seldom(share: float) -> None:
        nonlocal told
        if int(share * _STEPS) > told:
            told = int(share * _STEPS)
            tell(share)

    return seldom


def _ways(scene: Scene) -> Ways:
    roads, parameters = scene.ways.roads, scene.parameters
    # Roads stay open or closed as they are: nobody need be looked for who has no way.
    reached = scene.ways.field.cost < UNREACHED
    catchments = [(one.homes[reached[one.homes]], one.facilities) for one in scene.ways.catchments]
    if roads is None:
        return StraightWays(scene.demand.xy, scene.inputs.facilities.xy, catchments)
    ground = RoadGround(
        network=roads.network,
        graph=scene.inputs.prepared.once(build_graph, roads.network, roads.costs),
        costs=roads.costs,
        mode=parameters.mode if parameters.is_time else None,
        homes=roads.homes,
        facilities=roads.facilities,
    )
    facilities = scene.inputs.facilities
    return RoadWays(
        ground,
        catchments,
        direction=parameters.direction,
        turnout=parameters.turnout_cost,
        penalty=facilities.starts(np.arange(len(facilities.xy))),
    )
