"""Assumption ranges: what the figures of a study become when its conventions are a little wrong.

No confidence interval: nothing is known of how wrong they are. Speeds, homes and people of units are drawn
anew from stated spreads, always in the same way from the same seed (METHODS, Range).
"""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from gis_service.analysis.coverage import is_covered
from gis_service.analysis.demand import Demand
from gis_service.analysis.field import UNREACHED
from gis_service.analysis.modes import half_up
from gis_service.analysis.network import ROAD_CLASSES
from gis_service.analysis.zones import NO_UNIT
from gis_service.types import Floats, Int32s, Int64s

LOW, HIGH = 5, 95
"""Per cent of the draws: the ends of a range."""
TOTAL, COVERED, MEDIAN = range(3)
"""Places of the figures in what a draw gives."""
_BITS = 40
"""Of a cost or of people in a key of sorting: 34 years, or a billion people in one unit."""


@dataclass(frozen=True, slots=True)
class Assumptions:
    """How far the conventions may be off.

    Parameters
    ----------
    draws
        How often everything is drawn.
    speed_sigma
        Of the logarithm of the factor on the speed of each class of road.
    home_m
        Metres that each home is moved, in any direction.
    total_sigma
        Of the logarithm of the factor on the people of each unit.
    """

    draws: int = 200
    speed_sigma: float = 0.15
    home_m: float = 15.0
    total_sigma: float = 0.05


ASSUMPTIONS = Assumptions()


@dataclass(frozen=True, slots=True)
class Draw:
    """One draw.

    Parameters
    ----------
    speed
        ``(n_classes,)`` factor on the speed of each class of road.
    total
        ``(n_units + 1,)`` factor on the people of each unit, and of those in none.
    moved
        ``(n, 2)`` metres by which each home moves, in two directions at right angles; homes of one unit at
        one place move alike.
    """

    speed: Floats
    total: Floats
    moved: Floats


class People:
    """The people of a study in an order of their own, so that no draw depends on the order of the rows.

    Parameters
    ----------
    demand
        People of the study area, ``n`` rows.
    zone
        ``(n,)`` unit of each row, negative without one.
    n_zones
        Number of units.
    """

    def __init__(self, demand: Demand, zone: Int32s, n_zones: int) -> None:
        bucket = np.where(zone <= NO_UNIT, n_zones, zone).astype(np.int64)
        groups = [demand.people[group] for group in sorted(demand.people)]
        self.order = np.lexsort([*groups, demand.xy[:, 1], demand.xy[:, 0], bucket])
        self.n_rows = n_zones + 1
        self.bucket = bucket[self.order]
        # Whoever lives at one place moves together: so the order of neighbours, by people, moves nobody.
        at = np.column_stack([self.bucket, demand.xy[self.order]])
        self.place = np.cumsum(np.append(False, (at[1:] != at[:-1]).any(axis=1)))[: len(at)]
        self.people = {group: values[self.order] for group, values in demand.people.items()}
        self._ends = np.searchsorted(self.bucket, np.arange(self.n_rows + 1))

    def sums(self, values: Int64s) -> Int64s:
        """Add up values by unit: ``(n_units + 1,)``; those of people in no unit come last."""
        running = np.concatenate([np.zeros(1, np.int64), np.cumsum(values)])
        found: Int64s = np.diff(running[self._ends])
        return found

    def drawn(self, group: str, factor: Floats) -> Int64s:
        """Give each unit another total and share it out among its homes as before, by largest remainder.

        Parameters
        ----------
        factor
            ``(n_units + 1,)`` on the total of each unit, which is rounded half up.

        Notes
        -----
        ``people * new / old`` is taken as ``people + people * (new - old) / old``, whose product is small.
        """
        people = self.people[group]
        old = self.sums(people)
        new = half_up(old * factor)
        more, whole = (new - old)[self.bucket], np.maximum(old, 1)[self.bucket]
        part, rest = np.divmod(people * more, whole)
        parts: Int64s = people + part
        left = new - self.sums(parts)
        order = self._sorted(whole - rest)
        nth = np.arange(len(order)) - self._ends[self.bucket]
        parts[order] += nth < left[self.bucket]
        return parts

    def medians(self, cost: Int64s, groups: Sequence[Int64s]) -> Int64s:
        """Give the median cost of each group, by unit and in all: ``(n_groups, n_units + 2)``."""
        orders = (
            (self._sorted(cost), self._ends),
            (np.argsort(cost, kind="stable"), np.array([0, len(cost)])),
        )
        sorted_costs = [cost[order] for order, _ in orders]
        return np.array(
            [
                np.concatenate(
                    [
                        _medians(costs, people[order], ends)
                        for costs, (order, ends) in zip(sorted_costs, orders, strict=True)
                    ]
                )
                for people in groups
            ]
        )

    def _sorted(self, values: Int64s) -> Int64s:
        """Sort rows by unit, then by a value, then as they are: one key for both is four times as fast."""
        key = (self.bucket << _BITS) | np.minimum(values, (1 << _BITS) - 1)
        order: Int64s = np.argsort(key, kind="stable")
        return order


def _medians(cost: Int64s, people: Int64s, ends: Int64s) -> Int64s:
    """Give the least cost by which half of the people of each stretch of rows has arrived."""
    running = np.concatenate([np.zeros(1, np.int64), np.cumsum(people)])
    start, total = running[ends[:-1]], np.diff(running[ends])
    row = np.searchsorted(running, start + (total + 1) // 2) - 1
    found = np.full(len(total), UNREACHED, np.int64)
    found[total > 0] = cost[row[total > 0]]
    return found


def draw_of(seed: int, number: int, people: People, spread: Assumptions = ASSUMPTIONS) -> Draw:
    """Make a draw.

    Parameters
    ----------
    seed
        Of the study, not negative.
    number
        Which draw: each has its own numbers, whoever makes it and whatever was drawn before.
    people
        Whose homes and units are drawn for.
    spread
        How far the conventions may be off.

    References
    ----------
    M. E. O'Neill, "PCG: A family of simple fast space-efficient statistically good algorithms for random
    number generation", Harvey Mudd College, HMC-CS-2014-0905 (2014).
    """
    numbers = np.random.Generator(np.random.PCG64(np.random.SeedSequence(seed, spawn_key=(number,))))
    speed = numbers.lognormal(0.0, spread.speed_sigma, len(ROAD_CLASSES))
    total = numbers.lognormal(0.0, spread.total_sigma, people.n_rows)
    turn = numbers.uniform(0.0, 2 * np.pi, int(people.place.max(initial=-1)) + 1)[people.place]
    moved = np.empty((len(turn), 2))
    moved[people.order] = spread.home_m * np.column_stack([np.cos(turn), np.sin(turn)])
    return Draw(speed, total, moved)


def figures_of(people: People, cost: Int64s, limit: int, total: Floats | None = None) -> Int64s:
    """Give the figures of a study, or of one draw.

    Parameters
    ----------
    people
        Who is counted.
    cost
        ``(n,)`` everybody's cost, ms or mm, in the order of the rows of the demand.
    limit
        Greatest cost that counts as covered.
    total
        ``(n_units + 1,)`` factor on the people of each unit; none when None.

    Returns
    -------
    Int64s
        ``(3, n_groups, n_units + 2)``: at `TOTAL`, `COVERED` thousandths of a person and at `MEDIAN` a cost,
        `UNREACHED` when half of the people never arrives; groups as in the demand; the units, those in no
        unit, and everybody.
    """
    cost = cost[people.order]
    drawn = [
        values if total is None else people.drawn(group, total) for group, values in people.people.items()
    ]
    covered = is_covered(cost, limit)
    sums = np.array([[people.sums(part) for part in (one, one * covered)] for one in drawn])
    everywhere = np.concatenate([sums, sums.sum(axis=2, keepdims=True)], axis=2)
    figures: Int64s = np.stack([everywhere[:, 0], everywhere[:, 1], people.medians(cost, drawn)])
    return figures


def ranges(
    people: People,
    cost_of: Callable[[Draw], Int64s],
    limit: int,
    seed: int,
    spread: Assumptions = ASSUMPTIONS,
    *,
    workers: int = 1,
    told: Callable[[float], None] | None = None,
) -> Int64s:
    """Draw a study many times.

    Parameters
    ----------
    people
        Who is counted.
    cost_of
        Tells what everybody's way costs in a draw; called from several threads at once.
    limit
        Greatest cost that counts as covered, ms or mm.
    seed
        Of the study.
    spread
        How far the conventions may be off, and how often is drawn.
    workers
        Threads; the answer does not depend on them.
    told
        Told the share of the draws that is done, 0..1; what it raises ends the work.

    Returns
    -------
    Int64s
        ``(n_draws, 3, n_groups, n_units + 2)`` as `figures_of` gives them.
    """

    def figures(number: int) -> Int64s:
        draw = draw_of(seed, number, people, spread)
        return figures_of(people, cost_of(draw), limit, draw.total)

    found = []
    pool = ThreadPoolExecutor(workers)
    try:
        for one in pool.map(figures, range(spread.draws)):
            found.append(one)
            if told is not None:
                told(len(found) / spread.draws)
    finally:
        pool.shutdown(cancel_futures=True)
    return np.array(found)


def ends(values: Int64s | Floats) -> tuple[Int64s | Floats, Int64s | Floats]:
    """Give the two ends of a range: the least value that `LOW`, and that `HIGH`, per cent do not exceed.

    Parameters
    ----------
    values
        ``(n_draws, ...)``, one draw at least.
    """
    ordered = np.sort(values, axis=0)
    low, high = (-(-len(ordered) * percent // 100) - 1 for percent in (LOW, HIGH))
    return ordered[low], ordered[high]
