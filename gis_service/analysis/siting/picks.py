"""What the best picks of groups of sites are worth, with each site and without it."""

from dataclasses import dataclass

import numpy as np

from gis_service.analysis.siting.rules import SiteRules
from gis_service.types import Floats, Int32s, Int64s


@dataclass(frozen=True, slots=True)
class Picks:
    """What the best picks are worth when one site has to be among them, or must not be.

    Parameters
    ----------
    best
        ``(n_groups,)`` value of the best site of each group, the best group first.
    rank
        ``(n,)`` place of the group of each site among them.
    second
        ``(n,)`` value of the best other site in its group, infinite without one; minus infinity for a site
        that is not the best of its group.
    few, many
        How many groups are picked at least and at most.
    """

    best: Floats
    rank: Int64s
    second: Floats
    few: int
    many: int

    @classmethod
    def of(cls, value: Floats, group: Int32s, rules: SiteRules) -> "Picks":
        """Sort the groups."""
        order = np.lexsort((value, group))
        is_first = np.ones(len(order), dtype=np.bool_)
        is_first[1:] = np.diff(group[order]) != 0
        heads = np.flatnonzero(is_first)
        best = value[order[heads]]
        number = np.empty(len(order), dtype=np.int64)
        number[order] = np.cumsum(is_first) - 1
        by_value = np.argsort(best, kind="stable")
        place = np.empty(len(best), dtype=np.int64)
        place[by_value] = np.arange(len(best))
        second = np.full(len(value), -np.inf)
        after = np.minimum(heads + 1, len(order) - 1)
        is_lone = np.append(np.diff(heads), len(order) - heads[-1]) == 1
        second[order[heads]] = np.where(is_lone, np.inf, value[order[after]])
        n_open = int(rules.is_fixed.sum())
        return cls(best[by_value], place[number], second, rules.least - n_open, rules.most - n_open)

    @property
    def least(self) -> float:
        """What the best picks are worth."""
        wanted = int(np.clip((self.best < 0).sum(), self.few, self.many))
        return float(self.best[:wanted].sum()) if wanted <= len(self.best) else np.inf

    def _others(self, few: int, many: int) -> Floats:
        """Tell what the best picks of so many groups are worth without the group of each site, ``(n,)``."""
        own = self.best[self.rank]
        wanted = np.clip((self.best < 0).sum() - (own < 0), few, many)
        sums = np.concatenate([[0.0], np.cumsum(self.best), [np.inf]])
        # The own group is among the first so many: one more is taken instead of it.
        is_among = self.rank < wanted
        sums_of = sums[np.minimum(wanted + is_among, len(sums) - 1)]
        return np.where(wanted < 0, np.inf, sums_of - np.where(is_among, own, 0.0))

    def with_each(self, value: Floats) -> Floats:
        """Tell what the best picks with each site are worth, ``(n,)``."""
        return value + self._others(self.few - 1, self.many - 1)

    def without(self) -> Floats:
        """Tell what the best picks without each site are worth, ``(n,)``."""
        found, head = np.full(len(self.rank), -np.inf), self.second > -np.inf
        other = self.second[head] + self._others(self.few - 1, self.many - 1)[head]
        found[head] = np.minimum(self._others(self.few, self.many)[head], other)
        return found
