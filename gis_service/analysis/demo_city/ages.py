"""Ages of the demo city: an assumption, for the census figures at hand do not tell them per commune.

The shares are those of an old province of the delta, chosen near the national census report of 2019 and
varied from commune to commune: wards are younger, villages older.
"""

from collections.abc import Sequence

import numpy as np

from gis_service.analysis.demo_city.features import generator
from gis_service.analysis.demo_city.units import Unit
from gis_service.analysis.sharing import spread
from gis_service.types import Floats, Int64s

GROUPS = ("age_0_2", "age_3_5", "age_6_10", "age_11_14", "age_15_17", "age_18_59", "age_60")
"""Groups of METHODS, in the order of every table here."""
SHARES = np.array([0.044, 0.047, 0.079, 0.057, 0.037, 0.564, 0.172])
"""Share of each group in a middling commune (assumption)."""
_YOUTH_SIGMA = 0.09
"""How much communes differ in children (logarithm of the share)."""
_AGE_SIGMA = 0.11
"""The same of people aged 60 and over."""
_TOWN_YOUTH, _TOWN_AGE = 0.10, -0.16
"""Wards and townships have more children and fewer old people (logarithm of the share)."""


def unit_shares(units: Sequence[Unit]) -> Floats:
    """Give the assumed share of every group in every unit: ``(n_units, 7)``, each row adding up to 1."""
    draws = generator("ages").normal(size=(len(units), 2))
    in_town = np.array([unit.unit_type != "commune" for unit in units])
    youth = np.exp(_YOUTH_SIGMA * draws[:, 0] + _TOWN_YOUTH * in_town)
    age = np.exp(_AGE_SIGMA * draws[:, 1] + _TOWN_AGE * in_town)
    shares = np.tile(SHARES, (len(units), 1))
    shares[:, :5] *= youth[:, None]
    shares[:, 6] *= age
    shares /= shares.sum(axis=1, keepdims=True)
    return shares


def unit_groups(units: Sequence[Unit]) -> Int64s:
    """Share the people of every unit out to the groups.

    Returns
    -------
    Int64s
        ``(n_units, 7)`` persons; each row adds up to the people of its unit exactly (largest remainder).
    """
    shares = unit_shares(units)
    rows = [spread(unit.people, share) for unit, share in zip(units, shares, strict=True)]
    return np.array(rows, dtype=np.int64).reshape(len(units), len(GROUPS))


def deal_groups(people: Int64s, unit: Int64s, totals: Int64s) -> Int64s:
    """Deal the ages of a unit out to its homes, like cards.

    Parameters
    ----------
    people
        ``(n,)`` persons at each home.
    unit
        ``(n,)`` rising rows of ``totals``; the people of a unit's homes add up to its row.
    totals
        ``(n_units, n_groups)`` persons of each group in each unit.

    Returns
    -------
    Int64s
        ``(n, n_groups)`` persons: rows add up to ``people``, and those of a unit to its totals, both exactly.
    """
    n_groups = totals.shape[1]
    cards = np.repeat(np.tile(np.arange(n_groups), len(totals)), totals.ravel())
    owner = np.repeat(np.arange(len(totals)), totals.sum(axis=1))
    shuffled = cards[np.lexsort([generator("ages dealt").random(len(cards)), owner])]
    order = np.argsort(unit, kind="stable")
    home = np.repeat(order, people[order])
    counts = np.bincount(home * n_groups + shuffled, minlength=len(people) * n_groups)
    dealt: Int64s = counts.reshape(len(people), n_groups).astype(np.int64)
    return dealt
