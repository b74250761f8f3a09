"""What changes for the same people between two states: who gains, who loses, how much longer the way gets.

Everybody is looked at alone, so that a gain here never hides a loss there: ``won`` and ``lost`` count people,
not their difference (METHODS, Gaps, changes, ranges). All sums are sums of whole thousandths.
"""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from gis_service.analysis.coverage import is_covered
from gis_service.analysis.demand import Demand
from gis_service.analysis.field import UNREACHED
from gis_service.analysis.zones import BEYOND, NO_UNIT
from gis_service.types import Bools, Int32s, Int64s

ADDED_PERCENTS = (50, 95)
"""Quantiles of the added cost: median, p95."""


@dataclass(frozen=True, slots=True)
class Answers:
    """What each person's way costs in one state.

    Parameters
    ----------
    cost
        ``(n,)`` ms or mm to the nearest facility of the catchment, `UNREACHED` without an answer.
    facility
        ``(n,)`` number of that facility, -1 without one; the same numbers in both states.
    """

    cost: Int64s
    facility: Int32s


@dataclass(frozen=True, slots=True)
class Counts:
    """People in whole thousandths; ``won - lost = after - before``.

    Parameters
    ----------
    total
        All people of the place.
    before, after
        Those within the limit in either state.
    won, lost
        Those within the limit only afterwards, only before.
    """

    total: int
    before: int
    after: int
    won: int
    lost: int

    @property
    def changed(self) -> bool:
        """Whether anybody gained or lost."""
        return bool(self.won or self.lost)


@dataclass(frozen=True, slots=True)
class Added:
    """How much more the way costs, among those who arrive in both states.

    Parameters
    ----------
    people
        Their number in whole thousandths.
    quantiles
        For each of `ADDED_PERCENTS` the least added cost, ms or mm, that this share of them does not exceed;
        negative where the way got shorter; None where nobody arrives in both.
    """

    people: int
    quantiles: tuple[int | None, ...]


@dataclass(frozen=True, slots=True)
class FacilityLoad:
    """People within the limit whose nearest facility this is, in whole thousandths.

    Parameters
    ----------
    facility
        Its number.
    before, after
        In either state.
    won, lost
        People who gained because the facility is there only afterwards, who lost because it was there only
        before.
    """

    facility: int
    before: int
    after: int
    won: int
    lost: int

    @property
    def changed(self) -> bool:
        """Whether anybody gained or lost by it, or other people lean on it."""
        return bool(self.before != self.after or self.won or self.lost)


@dataclass(frozen=True, slots=True)
class Explained:
    """To what gains and losses are put down; people in whole thousandths.

    Parameters
    ----------
    facilities
        One load for each facility. The sums of ``before`` and ``after`` are all people within the limit.
    won, lost
        People who gained or lost though the facility of their way is there in both states: the network has
        changed, or whom the facility is for. With those of the facilities they are all who gained and lost.
    """

    facilities: tuple[FacilityLoad, ...]
    won: int
    lost: int


def changes(
    demand: Demand, zone: Int32s, n_zones: int, before: Answers, after: Answers, limit: int
) -> dict[str, list[Counts]]:
    """Count per group who is within a limit in two states.

    Parameters
    ----------
    demand
        People at places, ``n`` rows.
    zone
        ``(n,)`` unit of each row, as `gis_service.analysis.zones.zone_of` gives it; rows beyond the study
        area count nowhere.
    n_zones
        Number of units.
    before, after
        Answers in the two states.
    limit
        Greatest cost that counts as covered, ms or mm.

    Returns
    -------
    dict of list of Counts
        Per group ``n_zones + 2`` counts: the units, those in no unit, and everybody.
    """
    inside = zone != BEYOND
    bucket = _buckets(zone, n_zones)[inside]
    was, is_ = (is_covered(state.cost[inside], limit) for state in (before, after))
    parts = (np.ones(len(was), dtype=np.bool_), was, is_, ~was & is_, was & ~is_)
    found = {}
    for group, values in demand.people.items():
        sums = [_sums(bucket, values[inside], part, n_zones + 1) for part in parts]
        found[group] = [Counts(*(int(column[row]) for column in sums)) for row in range(n_zones + 1)]
        found[group].append(Counts(*(int(column.sum()) for column in sums)))
    return found


def _buckets(zone: Int32s, n_zones: int) -> Int64s:
    """Give each row of people the number of its unit; those in no unit come last."""
    return np.where(zone == NO_UNIT, n_zones, zone).astype(np.int64)


def _sums(bucket: Int64s, people: Int64s, part: Bools, n: int) -> Int64s:
    result = np.zeros(n, dtype=np.int64)
    np.add.at(result, bucket[part], people[part])
    return result


def added(people: Int64s, zone: Int32s, n_zones: int, before: Answers, after: Answers) -> list[Added]:
    """Tell how much more the way costs than before.

    Parameters
    ----------
    people
        ``(n,)`` whole thousandths.
    zone, n_zones, before, after
        As for `changes`.

    Returns
    -------
    list of Added
        ``n_zones + 2``: the units, those in no unit, and everybody.
    """
    both = (before.cost < UNREACHED) & (after.cost < UNREACHED) & (zone != BEYOND) & (people > 0)
    more = after.cost[both] - before.cost[both]
    bucket, weight = _buckets(zone, n_zones)[both], people[both]
    order = np.lexsort((more, bucket))
    bounds = np.searchsorted(bucket[order], np.arange(n_zones + 2))
    found = [
        _added(more[order[low:high]], weight[order[low:high]]) for low, high in pairwise(bounds.tolist())
    ]
    in_all = np.argsort(more, kind="stable")
    return [*found, _added(more[in_all], weight[in_all])]


def _added(cost: Int64s, people: Int64s) -> Added:
    """Quantiles of costs that come sorted."""
    running = np.cumsum(people)
    total = int(running[-1]) if len(running) else 0
    if not total:
        return Added(0, (None,) * len(ADDED_PERCENTS))
    rows = [np.searchsorted(running, (total * percent + 99) // 100) for percent in ADDED_PERCENTS]
    return Added(total, tuple(int(cost[row]) for row in rows))


def explained(
    people: Int64s, before: Answers, after: Answers, limit: int, opened: Bools, closed: Bools
) -> Explained:
    """Put each gain down to the facility gained and each loss to the facility lost, else to the network.

    Parameters
    ----------
    people
        ``(n,)`` whole thousandths.
    before, after
        Answers in the two states.
    limit
        Greatest cost that counts as covered, ms or mm.
    opened, closed
        ``(n_facilities,)`` which facilities are there only afterwards, only before.

    Notes
    -----
    METHODS, Gaps, changes, ranges. A gain is put down to the facility that is nearest afterwards, a loss to
    the one that was nearest before.
    """
    cause = causes(before, after, limit, opened, closed)
    was, is_ = (is_covered(state.cost, limit) for state in (before, after))
    by_facility = cause.facility >= 0
    columns = [
        _sums(facility.astype(np.int64), people, part, len(opened))
        for facility, part in (
            (before.facility, was),
            (after.facility, is_),
            (cause.facility, cause.won & by_facility),
            (cause.facility, cause.lost & by_facility),
        )
    ]
    return Explained(
        facilities=tuple(
            FacilityLoad(row, *(int(column[row]) for column in columns)) for row in range(len(opened))
        ),
        won=int(people[cause.won & ~by_facility].sum()),
        lost=int(people[cause.lost & ~by_facility].sum()),
    )


@dataclass(frozen=True, slots=True)
class Causes:
    """Who gains and who loses, and by what.

    Parameters
    ----------
    won, lost
        ``(n,)`` who is within the limit only afterwards, only before.
    facility
        ``(n,)`` number of the facility that this is put down to; -1 for the network, and for everybody else.
    """

    won: Bools
    lost: Bools
    facility: Int32s


def causes(before: Answers, after: Answers, limit: int, opened: Bools, closed: Bools) -> Causes:
    """Tell for each row of people whether they gain or lose, and by what.

    Parameters
    ----------
    before, after, limit, opened, closed
        As for `explained`.
    """
    was, is_ = (is_covered(state.cost, limit) for state in (before, after))
    won, lost = ~was & is_, was & ~is_
    # Number -1 stands for no facility.
    new, gone = np.append(opened, False)[after.facility], np.append(closed, False)[before.facility]
    facility = np.where(won & new, after.facility, np.where(lost & gone, before.facility, -1))
    return Causes(won, lost, facility.astype(np.int32))


def explained_by_zone(
    people: Int64s, zone: Int32s, n_zones: int, cause: Causes, n_facilities: int
) -> tuple[Int64s, Int64s]:
    """Sum gains and losses by what they are put down to and by unit.

    Parameters
    ----------
    people
        ``(n,)`` whole thousandths.
    zone, n_zones
        As for `changes`.
    cause
        As `causes` gives it.
    n_facilities
        Number of facilities.

    Returns
    -------
    tuple of Int64s
        Those who gain and those who lose, each ``(n_facilities + 1, n_zones + 1)``: the last row is the
        network, the last column those in no unit. Of each unit they add up to its counts of `changes`.
    """
    shape = (n_facilities + 1, n_zones + 1)
    row = np.where(cause.facility < 0, n_facilities, cause.facility)
    place = row * shape[1] + _buckets(zone, n_zones)
    sums = []
    for part in (cause.won, cause.lost):
        found = np.zeros(shape[0] * shape[1], dtype=np.int64)
        chosen = part & (zone != BEYOND)
        np.add.at(found, place[chosen], people[chosen])
        sums.append(found.reshape(shape))
    return sums[0], sums[1]
