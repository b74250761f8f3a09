"""Tables of ways between units and facilities: how many people, and what it costs them.

Quantiles and means are whole numbers of ms or mm, people whole thousandths (METHODS, Numbers).
"""

from dataclasses import dataclass, fields

import numpy as np

from gis_service.types import Bools, Int32s, Int64s


@dataclass(frozen=True, slots=True)
class Ways:
    """Priced ways from homes to facilities; a pair without a way is not here.

    Parameters
    ----------
    home, facility
        ``(n,)`` rows.
    cost
        ``(n,)`` ms or mm.
    """

    home: Int64s
    facility: Int64s
    cost: Int64s

    def to_owners(self, owner: Int64s) -> "Ways":
        """Put the entrances of each facility together: the cheapest way counts.

        Parameters
        ----------
        owner
            ``(n_rows,)`` facility of each row.
        """
        facility = owner[self.facility]
        if len(np.unique(owner)) == len(owner):  # one entrance each: nothing to put together
            return Ways(self.home, facility, self.cost)
        order = np.lexsort((self.cost, facility, self.home))
        home, facility = self.home[order], facility[order]
        first = np.append(True, (np.diff(home) != 0) | (np.diff(facility) != 0))[: len(order)]
        return Ways(home[first], facility[first], self.cost[order][first])


@dataclass(frozen=True, slots=True)
class UnitTable:
    """One row for each unit and facility with a way between them, by unit, then rank.

    Parameters
    ----------
    unit, facility
        ``(n,)``.
    people
        ``(n,)`` whole thousandths of the people of the unit that have a way.
    median
        ``(n,)`` least cost by which half of all people of the unit have arrived; -1 when fewer do.
    arrived_median, arrived_mean
        ``(n,)`` median and mean (rounded half up) among those who have a way.
    rank
        ``(n,)`` 1 for the nearest of the unit: by ``median``, then by more people with a way, then by the
        median of those, then the lower row.
    """

    unit: Int64s
    facility: Int64s
    people: Int64s
    median: Int64s
    arrived_median: Int64s
    arrived_mean: Int64s
    rank: Int64s

    def __len__(self) -> int:
        """Give the number of rows."""
        return len(self.unit)

    def take(self, rows: Int64s | Bools) -> "UnitTable":
        """Give some of the rows."""
        return UnitTable(*(getattr(self, column.name)[rows] for column in fields(self)))

    def nearest(self, k: int) -> "UnitTable":
        """Give the rows of the ``k`` nearest facilities of each unit."""
        return self.take(self.rank <= k)


def unit_table(ways: Ways, people: Int64s, zone: Int32s) -> UnitTable:
    """Sum ways by unit and facility.

    Parameters
    ----------
    ways
        Of every home, each pair once.
    people
        ``(n_homes,)`` whole thousandths.
    zone
        ``(n_homes,)`` unit of each home; who lives in none, negative, is left out.

    Notes
    -----
    A quantile is METHODS': who has no way arrives infinitely late.
    """
    counted = (zone[ways.home] >= 0) & (people[ways.home] > 0)
    facility, cost = ways.facility[counted], ways.cost[counted]
    unit, weight = zone[ways.home[counted]].astype(np.int64), people[ways.home[counted]]
    order = np.lexsort((cost, facility, unit))
    unit, facility, cost, weight = unit[order], facility[order], cost[order], weight[order]
    change = (np.diff(unit) != 0) | (np.diff(facility) != 0)
    first = np.flatnonzero(np.append(True, change)[: len(unit)])
    if not len(first):
        nothing = np.empty(0, dtype=np.int64)
        return UnitTable(*[nothing] * 7)
    arrived = np.add.reduceat(weight, first)
    total = np.zeros(int(zone.max()) + 1, dtype=np.int64)
    np.add.at(total, zone[zone >= 0], people[zone >= 0])
    before = np.append(0, np.cumsum(weight))
    arrived_median = cost[np.searchsorted(before[1:], before[first] + (arrived + 1) // 2)]
    half = (total[unit[first]] + 1) // 2
    place = np.minimum(np.searchsorted(before[1:], before[first] + half), len(cost) - 1)
    median = np.where(half <= arrived, cost[place], -1)
    sums = np.add.reduceat(weight * cost, first)
    mean = (2 * sums + arrived) // (2 * arrived)
    table = UnitTable(unit[first], facility[first], arrived, median, arrived_median, mean, median)
    return _ranked(table)


def _ranked(table: UnitTable) -> UnitTable:
    last = np.iinfo(np.int64).max
    median = np.where(table.median < 0, last, table.median)
    order = np.lexsort((table.facility, table.arrived_median, -table.people, median, table.unit))
    found = table.take(order)
    first = np.append(True, np.diff(found.unit) != 0)
    start = np.maximum.accumulate(np.where(first, np.arange(len(found)), 0))
    rank = np.arange(len(found)) - start + 1
    columns = {column.name: getattr(found, column.name) for column in fields(found)}
    return UnitTable(**(columns | {"rank": rank}))
