"""The table of a siting: what it costs the people to get to each site, beside the facilities that stay.

Costs are those of a study, whole number by whole number: the same roads, closures, ferries, direction,
turn-out and access. Only pairs that can matter are kept: of people whom the facilities that stay do not reach
within the limit, or who would be nearer to the site than to these.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import shapely

from gis_service.analysis.border import within
from gis_service.analysis.demand import Demand
from gis_service.analysis.field import UNREACHED
from gis_service.analysis.graph import Graph, build_graph
from gis_service.analysis.pairs import LARGEST_LIMIT, Pairs, network_pairs, straight_pairs
from gis_service.analysis.siting import Model
from gis_service.analysis.snap import Positions, snap
from gis_service.analysis.zones import BEYOND, NO_UNIT
from gis_service.errors import ErrorCode, WrongUse
from gis_service.services.coverage_border import Border, border_of
from gis_service.services.coverage_inputs import CoverageInputs
from gis_service.services.coverage_parameters import CoverageParameters
from gis_service.services.coverage_ways import Ways, find_ways
from gis_service.services.facilities import units_of
from gis_service.services.siting_progress import FoundSite
from gis_service.services.siting_sites import Sites
from gis_service.types import Bools, Floats, Geometries, Int32s, Int64s

COVERING: tuple[Model, ...] = ("mclp", "lscp")
"""Models that look at the limit alone; the others look at all costs."""
MOST_PAIRS = 30_000_000
"""Pairs of a table: 12 bytes each, twice that while they are gathered, and 16 once the solver has them."""
MOST_PAIRS_OF_ROOMS = 2_000_000
"""Pairs of a p-median in which each place may send its people to several sites: all of them are flows."""
_AT_ONCE = 20_000_000
"""Pairs that one search may give before they are sifted."""
_FEWEST, _MOST = 16, 1024
"""Sites that are searched for at once."""


@dataclass(frozen=True)
class Ground:
    """The people of a study, and their ways to the facilities that stay.

    Parameters
    ----------
    inputs, parameters
        Of the study.
    demand, zone
        The people of the study area, and their units.
    border, ways
        What counts around it; the facilities that may close count in neither.
    weight
        ``(n,)`` what the people of each row count for, thousandths of a person.
    graph
        Of the roads; None as the crow flies.
    closable
        Facilities that are sites of the table, as `Facilities.owners` counts them: those that may close, and
        all of them where it matters how many each has room for.
    stays
        ``(n_closable,)`` those of them that do not close all the same.
    """

    inputs: CoverageInputs
    parameters: CoverageParameters
    demand: Demand
    zone: Int32s
    border: Border
    ways: Ways
    weight: Floats
    graph: Graph | None
    closable: Int64s
    stays: Bools

    @property
    def may_close(self) -> Int64s:
        """Facilities that may close."""
        return self.closable[~self.stays]

    @property
    def covered(self) -> Bools:
        """``(n,)`` whether a facility that stays is within the limit."""
        found: Bools = self.ways.field.cost <= self.parameters.limit_cost
        return found

    @property
    def lines(self) -> Geometries:
        """Roads that a site may be joined to, in the metric system; none as the crow flies."""
        roads = self.ways.roads
        if roads is None:
            return np.empty(0, dtype=object)
        return np.asarray(roads.network.shape[roads.costs.snappable], dtype=object)


def ground_of(
    inputs: CoverageInputs,
    parameters: CoverageParameters,
    weights: dict[str, float],
    closable: Int64s,
    *,
    with_rooms: bool = False,
) -> Ground:
    """Find the ways of the people to the facilities that stay.

    Parameters
    ----------
    inputs, parameters
        Of a study of coverage.
    weights
        What a person of each group counts for.
    closable
        Facilities that may close; those beyond the border count in no case.
    with_rooms
        Whether it matters how many each facility has room for: then nobody is served by those that stay
        before the table says so.

    Raises
    ------
    RefusedInput
        ``study_refused`` when the inputs do not allow what is asked for.
    """
    parameters.require(
        tuple(inputs.demand.people),
        has_network=inputs.network is not None,
        is_assigned=inputs.assigned is not None,
    )
    inside = inputs.zone != BEYOND
    demand, zone = inputs.demand.take(inside), inputs.zone[inside]
    border = inputs.prepared.once(border_of, inputs, parameters.halo_m)
    owners = inputs.facilities.owners
    may_close = np.intersect1d(closable, owners[border.facilities])
    closable = np.unique(owners[border.facilities]) if with_rooms else may_close
    stay = border.facilities & ~np.isin(owners, closable)
    ways = find_ways(demand, zone, inputs, replace(border, facilities=stay), parameters)
    weight = np.zeros(len(zone))
    for group, factor in weights.items():
        weight += factor * demand.people[group]
    graph = None
    if ways.roads is not None:
        graph = inputs.prepared.once(build_graph, ways.roads.network, ways.roads.costs)
    return Ground(
        inputs, parameters, demand, zone, border, ways, weight, graph, closable, ~np.isin(closable, may_close)
    )


@dataclass(frozen=True)
class Table:
    """Pairs of people and sites; the facilities that may close are the first sites.

    Parameters
    ----------
    home, site
        ``(pairs,)`` rows of the people of the ground, and sites; no pair twice.
    cost
        ``(pairs,)`` ms or mm.
    rows
        Rows of the people that the question is about.
    sites
        The candidates, those that are of no use among them.
    n_closable
        How many sites before them stand already.
    """

    home: Int32s
    site: Int32s
    cost: Int32s
    rows: Int64s
    sites: Sites
    n_closable: int

    @property
    def n_sites(self) -> int:
        """Number of all sites."""
        return self.n_closable + len(self.sites)

    def codes(self, ground: Ground) -> list[str]:
        """Give the codes of the facilities that may close, in their order."""
        ids = ground.inputs.facilities.ids
        return [ids[owner] if ids else str(owner + 1) for owner in ground.closable.tolist()]

    def candidates(self, chosen: Sequence[int]) -> tuple[FoundSite, ...]:
        """Give the candidates among chosen sites: none that stands already, or is behind the table."""
        rows = [site - self.n_closable for site in chosen if self.n_closable <= site < self.n_sites]
        return tuple(FoundSite(self.sites.ids[row], *self.sites.lonlat[row].tolist()) for row in rows)

    def only(self, kept: Bools, reason: str) -> "Table":
        """Keep some of the candidates, ``(n_candidates,)``."""
        every = np.concatenate([np.ones(self.n_closable, dtype=np.bool_), kept])
        number = (np.cumsum(every) - 1).astype(np.int32)
        there = every[self.site]
        sites = self.sites.take(kept, reason)
        site = number[self.site[there]]
        return Table(self.home[there], site, self.cost[there], self.rows, sites, self.n_closable)


def table_of(
    ground: Ground, sites: Sites, model: Model, *, counts_twice: bool = False, most_pairs: int = MOST_PAIRS
) -> Table:
    """Search from each site for the people that it could serve.

    Parameters
    ----------
    ground
        The people and their ways.
    sites
        The candidates; those beyond the border and those without a road are left out, and counted.
    model
        Decides which pairs can matter.
    counts_twice
        Whether it matters to be reached by a second site too: then those who are reached are asked about.
    most_pairs
        Pairs that the table may hold.

    Raises
    ------
    WrongUse
        ``pairs_too_many``.
    """
    counts = ground.weight > 0
    is_open = model in COVERING and not counts_twice
    rows = np.flatnonzero(counts & ~ground.covered if is_open else counts)
    limit = min(ground.parameters.limit_cost, LARGEST_LIMIT) if model in COVERING else _farthest(ground, rows)
    if ground.border.area is not None and len(sites):
        places = np.asarray(shapely.points(sites.xy), dtype=object)
        sites = sites.take(within(ground.border.area, places, ground.border.halo_m), "beyond")
    positions = _positions(ground, sites.xy)
    if positions is not None:
        on_road = positions.segment >= 0
        sites, positions = sites.take(on_road, "no_road"), positions.take(np.flatnonzero(on_road))
    search = _Search(ground, rows, limit, model, most_pairs)
    found = [*search.of_closable(), *search.of_sites(sites, positions)]
    empty = np.empty(0, dtype=np.int32)
    home, site, cost = (np.concatenate([empty, *(part[at] for part in found)]) for at in range(3))
    return Table(rows[home].astype(np.int32), site, cost, rows, sites, len(ground.closable))


def _farthest(ground: Ground, rows: Int64s) -> int:
    """Give the cost beyond which no site is nearer to anybody than what stays."""
    field = ground.ways.field
    cost = field.cost[rows[~field.no_road[rows]]]  # whom no road leads to, no site serves either
    return int(min(cost.max(initial=0), LARGEST_LIMIT))


def _positions(ground: Ground, xy: Floats) -> Positions | None:
    roads = ground.ways.roads
    if roads is None:
        return None
    # Not through what is kept: every question has sites of its own.
    barriers, most = ground.inputs.barriers, ground.parameters.snap_max_m
    return snap(xy, roads.network, roads.costs, barriers, most)


Part = tuple[Int32s, Int32s, Int32s]
"""Home, counted in the rows of the question, site and cost of some pairs."""


class _Search:
    """Searches from sites, a few at once, keeping the pairs that can matter."""

    def __init__(self, ground: Ground, rows: Int64s, limit: int, model: Model, most: int) -> None:
        self.ground, self.rows, self.limit = ground, rows, limit
        # At what costs a site is of use to each row: below that of what stays, and within the limit.
        stays = ground.ways.field.cost[rows]
        self.below = np.full(len(rows), UNREACHED) if model in COVERING else stays
        self.most = self.left = most
        self.block = min(max(_AT_ONCE // max(len(rows), 1), _FEWEST), _MOST)

    def of_closable(self) -> Iterator[Part]:
        """Search from the facilities that may close; each comes in by the nearest of its entrances."""
        facilities, border = self.ground.inputs.facilities, self.ground.border
        for low in range(0, len(self.ground.closable), self.block):
            owners = self.ground.closable[low : low + self.block]
            entered = np.flatnonzero(np.isin(facilities.owners, owners) & border.facilities)
            place = np.searchsorted(owners, facilities.owners[entered])
            roads = self.ground.ways.roads
            stands = None if roads is None else roads.facilities.take(entered)
            found = self._pairs(facilities.xy[entered], stands, facilities.starts(entered))
            units = facilities.unit[np.searchsorted(facilities.owners, owners)]
            yield self._sifted(found.of_owners(place), units, low)

    def of_sites(self, sites: Sites, positions: Positions | None) -> Iterator[Part]:
        """Search from the candidates."""
        units = self._units(sites)
        for low in range(0, len(sites), self.block):
            some = np.arange(low, min(low + self.block, len(sites)))
            stands = None if positions is None else positions.take(some)
            found = self._pairs(sites.xy[some], stands, None)
            yield self._sifted(found, units[some], len(self.ground.closable) + low)

    def _units(self, sites: Sites) -> Int32s:
        if self.ground.parameters.catchment == "any" or not self.ground.inputs.zones.have_areas:
            return np.full(len(sites), NO_UNIT, dtype=np.int32)
        return units_of(np.asarray(shapely.points(sites.xy), dtype=object), self.ground.inputs.zones)

    def _pairs(self, xy: Floats, stands: Positions | None, penalty: Int64s | None) -> Pairs:
        ground, parameters = self.ground, self.ground.parameters
        roads, graph = ground.ways.roads, ground.graph
        if roads is None or graph is None or stands is None:
            return straight_pairs(ground.demand.xy[self.rows], xy, limit=self.limit)
        return network_pairs(
            graph,
            roads.costs,
            roads.homes.take(self.rows),
            stands,
            limit=self.limit,
            direction=parameters.direction,
            turnout=parameters.turnout_cost,
            penalty=penalty,
        )

    def _sifted(self, found: Pairs, units: Int32s, first: int) -> Part:
        """Keep the pairs that can matter; of the own unit where the catchment asks for that."""
        home, site, cost = found.home, found.facility, found.cost
        kept = cost < self.below[home]
        if self.ground.parameters.catchment == "own_unit":
            unit = units[site]
            kept &= (unit >= 0) & (self.ground.zone[self.rows[home]] == unit)
        self.left -= int(kept.sum())
        if self.left < 0:
            raise WrongUse(ErrorCode.PAIRS_TOO_MANY, most=self.most, limit=self.limit)
        return home[kept], site[kept] + np.int32(first), cost[kept]
