"""What a plan has to keep to beside the number of its sites: money, room, distance from one another."""

from collections.abc import Sequence

import numpy as np
from scipy.spatial import KDTree

from gis_service.analysis.siting import SitingTerms
from gis_service.errors import ErrorCode, RefusedInput
from gis_service.services.siting_ask import SitingAsk, listed
from gis_service.services.siting_sites import Sites
from gis_service.services.siting_table import Ground, Table
from gis_service.services.study_standard import refused
from gis_service.types import Floats, Int32s, Int64s, Text

THOUSANDTHS = 1000


def apart(sites: Sites, ground: Ground, spacing_m: float, fixed: Sequence[str]) -> Sites:
    """Leave out the candidates that are too near to a facility that stays, but for those that are fixed.

    Parameters
    ----------
    sites, ground
        The candidates, and what stays.
    spacing_m
        Least distance in a straight line, metres.
    fixed
        Ids of candidates that are chosen whatever they bring.
    """
    facilities = ground.inputs.facilities
    stays = ground.border.facilities & ~np.isin(facilities.owners, ground.may_close)
    if not stays.any() or not len(sites):
        return sites
    away, _ = KDTree(facilities.xy[stays]).query(sites.xy)
    is_fixed = np.isin(np.array(sites.ids, dtype=object), list(fixed))
    return sites.take(np.flatnonzero((away >= spacing_m) | is_fixed), "too_near")


def terms_of(table: Table, ground: Ground, asked: SitingAsk, n_standing: int) -> SitingTerms:
    """Give the terms of a question.

    Parameters
    ----------
    table, ground
        The sites, and where those stand that may close.
    asked
        The budget, the spacing, the backup, the capacities.
    n_standing
        Sites behind those of the table that stand for what stays: they cost nothing.

    Raises
    ------
    RefusedInput
        ``siting_cost_missing``, ``siting_capacity_missing``, ``study_refused`` for costs that are not whole.
    """
    cost = None
    if asked.budget is not None:
        cost = np.concatenate(
            [
                np.zeros(table.n_closable, dtype=np.int64),
                _whole_costs(table.sites),
                np.zeros(n_standing, dtype=np.int64),
            ]
        )
    conflicts = None
    if asked.spacing_m is not None:
        conflicts = _too_near(table, ground, asked.spacing_m)
    return SitingTerms(
        site_cost=cost,
        budget=asked.budget,
        capacity=capacities(table, ground, asked, n_standing) if asked.is_capacitated else None,
        conflicts=conflicts,
        backup=asked.backup,
    )


def capacities(table: Table, ground: Ground, asked: SitingAsk, n_standing: int) -> Floats:
    """Tell how much each site can serve, thousandths of a person; infinite where a facility tells nothing.

    Parameters
    ----------
    table, ground, asked, n_standing
        As of `terms_of`.

    Raises
    ------
    RefusedInput
        ``siting_capacity_missing`` for a candidate of which nothing tells it.
    """
    new = table.sites.capacity
    if asked.capacity is not None:
        new = np.where(np.isnan(new), asked.capacity, new)
    if (missing := np.flatnonzero(np.isnan(new))).size:
        names = listed([table.sites.ids[row] for row in missing.tolist()])
        raise RefusedInput(ErrorCode.SITING_CAPACITY_MISSING, count=len(missing), names=names)
    known = ground.inputs.facilities.capacity
    there = np.full(table.n_closable, np.nan) if known is None else known[ground.closable]
    rooms = np.concatenate([np.where(np.isnan(there), np.inf, there), new, np.full(n_standing, np.inf)])
    found: Floats = np.rint(rooms * THOUSANDTHS)
    return found


def _whole_costs(sites: Sites) -> Int64s:
    if (missing := np.flatnonzero(np.isnan(sites.cost))).size:
        names = listed([sites.ids[row] for row in missing.tolist()])
        raise RefusedInput(ErrorCode.SITING_COST_MISSING, count=len(missing), names=names)
    broken = sites.cost[sites.cost != np.rint(sites.cost)]
    if broken.size:
        expected = Text(
            "chi phí là số nguyên; dùng đơn vị tiền nhỏ hơn", "whole costs; take a smaller unit of money"
        )
        raise refused("budget", f"{broken[0]:g}", expected)
    return sites.cost.astype(np.int64)


def _too_near(table: Table, ground: Ground, spacing_m: float) -> Int32s | None:
    """Find the pairs of sites of which at most one may stand; what stands already may stay as it is."""
    facilities = ground.inputs.facilities
    standing: Floats = facilities.xy[np.searchsorted(facilities.owners, ground.closable)]
    xy = np.concatenate([standing.reshape(-1, 2), table.sites.xy])
    pairs = KDTree(xy).query_pairs(np.nextafter(spacing_m, 0.0), output_type="ndarray")
    # Candidates that are too near to what stays were left out, or are fixed.
    stays = np.append(ground.stays, np.zeros(len(table.sites), dtype=np.bool_))
    found: Int32s = pairs[(pairs[:, 1] >= table.n_closable) & ~stays[pairs[:, 0]]].astype(np.int32)
    return found if len(found) else None
