"""How many people a service reaches within its limit: sums of whole numbers, per group and per unit.

Coverage is taken at demand points, never by polygon overlay. Every person is in exactly one row, covered or
uncovered; ``unreachable`` is the part of ``uncovered`` whom no way joins to any facility at all, of whatever
unit (METHODS, Who counts where).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from gis_service.analysis.demand import Demand
from gis_service.analysis.field import UNREACHED
from gis_service.analysis.zones import BEYOND, NO_UNIT
from gis_service.types import Bools, Int32s, Int64s

PERCENTS = (50, 90, 95)
"""The quantiles that stand in every row: median, p90, p95."""


class Figures(NamedTuple):
    """The figures of one group in one place; people in whole thousandths, costs in ms or mm.

    Parameters
    ----------
    total, covered, uncovered, unreachable
        ``total = covered + uncovered``; ``unreachable`` is a part of ``uncovered``: those without a road, or
        without a way to any facility.
    no_road
        The part of ``unreachable`` that joins no road.
    quantiles
        For each of `PERCENTS` the least cost by which that share of all people has arrived; None when it
        never has, or when there is nobody.
    arrived
        The same among those who arrive at a facility of their catchment.
    """

    total: int
    covered: int
    uncovered: int
    unreachable: int
    no_road: int
    quantiles: tuple[int | None, ...]
    arrived: tuple[int | None, ...]

    @property
    def no_path(self) -> int:
        """The part of ``unreachable`` that joins a road from which no way leads to any facility."""
        return self.unreachable - self.no_road

    @property
    def share(self) -> float | None:
        """Covered share 0..1; None when there is nobody."""
        return self.covered / self.total if self.total else None


@dataclass(frozen=True)
class Coverage:
    """Coverage of every group, in all and by unit.

    Parameters
    ----------
    totals
        Figures per group of all people of the study area.
    zones
        Figures per group, one entry per unit in the order of the units.
    outside
        Figures per group of the people of the study area who live in no unit; None when there is nobody.
    access
        Per group the median, among those who arrive, of the part of the cost between places and roads; None
        when nobody arrives.
    """

    totals: dict[str, Figures]
    zones: dict[str, tuple[Figures, ...]]
    outside: dict[str, Figures] | None
    access: dict[str, int | None]


def is_covered(cost: Int64s, limit: int) -> Bools:
    """Tell whose cost is within the limit; exactly at the limit counts as covered."""
    return cost <= limit


def coverage(
    demand: Demand,
    zone: Int32s,
    n_zones: int,
    cost: Int64s,
    limit: int,
    reached: Bools | None = None,
    no_road: Bools | None = None,
    access: Int64s | None = None,
) -> Coverage:
    """Add up who is covered.

    Parameters
    ----------
    demand
        People at places, ``n`` rows.
    zone
        ``(n,)`` unit of each row as `gis_service.analysis.zones.zone_of` gives it; rows beyond the study area
        count nowhere.
    n_zones
        Number of units.
    cost
        ``(n,)`` cost from each row to the nearest facility of its catchment, ms or mm, `UNREACHED` without an
        answer.
    limit
        Greatest cost that counts as covered, in the unit of ``cost``.
    reached
        ``(n,)`` whether a way leads to any facility, of the catchment or not; where ``cost`` has an answer
        when None.
    no_road
        ``(n,)`` whether the row joins no road, so that no way leads anywhere; none does when None.
    access
        ``(n,)`` the part of ``cost`` between places and roads; nothing when None.

    Returns
    -------
    Coverage
        All sums are sums of 64-bit integers, so no order of rows changes them.
    """
    inside = zone != BEYOND
    bucket = np.where(zone == NO_UNIT, n_zones, zone)[inside].astype(np.int64)
    kept = cost[inside]
    lost = ~(cost < UNREACHED if reached is None else reached)[inside]
    loose = lost & (False if no_road is None else no_road[inside])
    straight = np.zeros(len(kept), dtype=np.int64) if access is None else access[inside]
    in_all = np.argsort(kept, kind="stable")
    by_place = in_all[np.argsort(bucket[in_all], kind="stable")]
    by_access = np.argsort(straight, kind="stable")
    by_access = by_access[kept[by_access] < UNREACHED]
    everywhere = _Order(np.zeros(len(kept), dtype=np.int64), kept[in_all], 1, limit)
    placed = _Order(bucket[by_place], kept[by_place], n_zones + 1, limit)
    totals: dict[str, Figures] = {}
    rows: dict[str, tuple[Figures, ...]] = {}
    middle: dict[str, int | None] = {}
    for group, values in demand.people.items():
        people = values[inside]
        # Two columns: everybody without an answer, and those of them who join no road.
        without = np.zeros((n_zones + 1, 2), dtype=np.int64)
        np.add.at(without[:, 0], bucket[lost], people[lost])
        np.add.at(without[:, 1], bucket[loose], people[loose])
        everybody = without.sum(axis=0, keepdims=True)
        totals[group] = everywhere.figures(people[in_all], everybody)[0]
        rows[group] = tuple(placed.figures(people[by_place], without))
        middle[group] = _median(straight[by_access], people[by_access])
    anybody = any(figures[n_zones].total for figures in rows.values())
    return Coverage(
        totals=totals,
        zones={group: figures[:n_zones] for group, figures in rows.items()},
        outside=_last(rows) if anybody else None,
        access=middle,
    )


def _last(rows: Mapping[str, tuple[Figures, ...]]) -> dict[str, Figures]:
    return {group: figures[-1] for group, figures in rows.items()}


def _median(values: Int64s, people: Int64s) -> int | None:
    """Least value that half of the people do not exceed, values ascending; None when there is nobody."""
    running = np.concatenate([[0], np.cumsum(people)])
    start = np.zeros(1, dtype=np.int64)
    return _told(_quantile(running, values, start, running[-1:], 50))[0]


class _Order:
    """Rows of people by bucket, then cost: what every group has in common.

    Parameters
    ----------
    bucket, cost
        ``(n,)`` of each row.
    count
        Number of buckets.
    limit
        Greatest cost that counts as covered.
    """

    def __init__(self, bucket: Int64s, cost: Int64s, count: int, limit: int) -> None:
        self._cost = cost
        self._first = np.searchsorted(bucket, np.arange(count), side="left")
        self._after = np.searchsorted(bucket, np.arange(count), side="right")
        self._within = self._first + _counts(bucket, cost <= limit, count)
        self._reached = self._first + _counts(bucket, cost < UNREACHED, count)

    def figures(self, people: Int64s, without: Int64s) -> list[Figures]:
        """Give the figures of each bucket; ``without`` holds its people without a way, and without a road."""
        running = np.concatenate([[0], np.cumsum(people)])
        start = running[self._first]
        total = running[self._after] - start
        covered = running[self._within] - start
        arrived = running[self._reached] - start
        quantiles = (
            zip(*(_told(_quantile(running, self._cost, start, of, one)) for one in PERCENTS), strict=True)
            for of in (total, arrived)
        )
        columns = (total, covered, total - covered, without[:, 0], without[:, 1])
        return list(map(Figures._make, zip(*(one.tolist() for one in columns), *quantiles, strict=True)))


def _counts(bucket: Int64s, chosen: Bools, n: int) -> Int64s:
    return np.bincount(bucket[chosen], minlength=n).astype(np.int64)


def _quantile(running: Int64s, cost: Int64s, start: Int64s, total: Int64s, percent: int) -> Int64s:
    """Least cost by which ``percent`` of ``total`` people has arrived, per bucket; without any `UNREACHED`.

    With the people summed up in the order of cost, it is the cost of the row at which the running sum first
    comes to ``percent * total / 100``; the target is rounded up, which in whole numbers changes nothing.
    """
    found = np.full(len(total), UNREACHED, dtype=np.int64)
    some = np.flatnonzero(total)
    target = start[some] + (total[some] * percent + 99) // 100
    found[some] = cost[np.searchsorted(running, target, side="left") - 1]
    return found


def _told(costs: Int64s) -> list[int | None]:
    return [None if cost == UNREACHED else cost for cost in costs.tolist()]
