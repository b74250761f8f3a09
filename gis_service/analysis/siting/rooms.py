"""The best choice of sites with so much room."""

from dataclasses import dataclass

import numpy as np

from gis_service.analysis.kernels import choose_rooms, lay_columns
from gis_service.analysis.siting.programme import Part, Programme
from gis_service.analysis.siting.rows import Rows
from gis_service.analysis.siting.rules import SiteRules
from gis_service.analysis.siting.watch import Watch
from gis_service.types import Bools, Floats, Int8s, Int32s, Int64s


@dataclass(frozen=True, slots=True)
class Way:
    """A choice and the best way to serve there.

    Parameters
    ----------
    is_open
        ``(m,)``.
    total
        What is paid.
    amount
        ``(pairs,)`` how much of each demand is served at each site.
    """

    is_open: Bools
    total: float
    amount: Floats


@dataclass(frozen=True, slots=True)
class Rooms:
    """Weight to be served at sites with so much room.

    Parameters
    ----------
    start, site, price
        The pairs of each demand, ``(n + 1,)`` and ``(pairs,)``, with prices for one unit of weight.
    weight
        ``(n,)``.
    room
        ``(m,)`` weight that each site serves at most.
    rules
        Which sites may be chosen.
    must
        Whether all weight has to be served; what is not costs one a unit else.
    unit
        Every total is a whole multiple of it; 0 when it is not known to be one of anything.
    """

    start: Int64s
    site: Int32s
    price: Floats
    weight: Floats
    room: Floats
    rules: SiteRules
    must: bool
    unit: float

    @property
    def demand(self) -> Int64s:
        """``(pairs,)`` the demand of each pair."""
        return np.repeat(np.arange(len(self.weight)), np.diff(self.start))

    @property
    def most_room(self) -> float:
        """Weight that the roomiest choice of sites could serve if all could get to any of them."""
        is_fixed = self.rules.is_fixed
        largest = np.sort(self.room[self.rules.is_free])[::-1]
        more = self.rules.most - int(is_fixed.sum())
        return float(self.room[is_fixed].sum() + largest[:more].sum())

    @property
    def rows(self) -> Rows:
        """The same without limits of room: prices of all the weight of a demand, all of which is served."""
        price = self.price * self.weight[self.demand]
        beyond = np.full(len(self.weight), float(price.sum()) + 1.0)
        return Rows(self.start, self.site, price, beyond, len(self.room))

    def greedy(self, *, per_cost: bool) -> Bools:
        """Choose one site after the other that serves most of what is left (for its cost)."""
        rules, is_open = self.rules, self.rules.is_fixed.copy()
        column, row, _ = lay_columns(self.start, self.site, self.price, len(self.room))
        choose_rooms(
            *(column, row, self.weight, self.room, is_open, rules.is_free, rules.cost, rules.room),
            *(rules.least, rules.most, rules.near_start, rules.near, per_cost),
        )
        return is_open

    def programme(self, state: Int8s) -> Programme:
        """Write what is undecided as a programme: how much of each demand goes to each site."""
        m, n = len(self.room), len(self.weight)
        kept = np.flatnonzero(state[self.site] >= 0)
        demand, site, price = self.demand[kept], self.site[kept].astype(np.int64), self.price[kept]
        size, each = len(kept), np.arange(len(kept))
        weight = self.weight[demand]
        used = np.unique(site)
        # Each flow tied to its site makes the bound better; where the site is decided it says nothing.
        tied = np.flatnonzero(state[site] == 0)
        link = n + len(used) + np.arange(len(tied))
        low = self.weight if self.must else np.full(n, -np.inf)
        none = np.full(len(used) + len(tied), -np.inf)
        part = Part(
            *(price if self.must else price - 1.0, weight),
            *(np.concatenate([low, none]), np.concatenate([self.weight, np.zeros(len(none))])),
            np.concatenate([demand, n + np.searchsorted(used, site), n + np.arange(len(used)), link, link]),
            np.concatenate([m + each, m + each, used, m + tied, site[tied]]),
            np.concatenate([np.ones(2 * size), -self.room[used], np.ones(len(tied)), -weight[tied]]),
            0.0 if self.must else float(self.weight.sum()),
        )
        return Programme(self.rules, state, part, np.zeros(m), self.unit)

    def way(self, is_open: Bools) -> Way | None:
        """Find the best way to serve at these sites, ``(m,)``; None when not all can be who must be."""
        state = np.where(is_open, 1, -1).astype(np.int8)
        outcome = self.programme(state).run(is_open, Watch(), lambda _bound: None)
        if outcome.columns is None:
            return None
        amount = np.zeros(len(self.site))
        columns = np.rint(outcome.columns) if self.unit else np.maximum(outcome.columns, 0.0)
        amount[is_open[self.site]] = columns
        paid = self.price if self.must else self.price - 1.0
        total = float((paid * amount).sum()) + (0.0 if self.must else float(self.weight.sum()))
        return Way(is_open, total, amount)
