"""The lanes inside the villages of the demo city.

Points in rows along the village, or along the road through it, are joined by a least spanning tree that
prefers the rows and what is square to them: back lanes with ribs and many dead ends. Some of the left-out
links come back as cross lanes; in towns most of them, and every third row is a street.
"""

from dataclasses import replace

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components, minimum_spanning_tree

from gis_service.analysis.demo_city.land import Land
from gis_service.analysis.demo_city.lane_lattice import headings, is_town, make_lattice
from gis_service.analysis.demo_city.lane_links import NO_ROW, Links, Places, possible_links, with_doors
from gis_service.analysis.demo_city.road_bends import bend
from gis_service.analysis.demo_city.road_web import Kind, Web
from gis_service.analysis.demo_city.street_names import street_names
from gis_service.analysis.demo_city.villages import Villages
from gis_service.analysis.network import ROAD_CLASSES, VILLAGE_LANE
from gis_service.types import Bools, Floats, Int64s

_SEED = 20_204
_STRAY = 4.0
"""A link that leaves the built-up area counts so many times its length."""
_SLANT = 2.6
"""So does a slanting one, at 45 degrees."""
_ALIGNED = 0.34
"""Sine of twice the angle up to which a link counts as along a row or across."""
_CROSS_SHARE = {"village": 0.24, "town": 0.6}
"""Of the links left out by the tree, those that come back as cross lanes ..."""
_RIB_SHARE = 0.4
"""... and at least this part of those between two rows, or between a row and a road."""
_STREET_EVERY, _STREET_LINKS = 3, 4
"""Every third row of a town is a street, and bears a name when it has so many links."""
_COMMUNE = ROAD_CLASSES.index("commune")
_NOTHING = 1e-6
_LUCK = (0.75, 1.35)


def add_lanes(web: Web, land: Land, villages: Villages, heart: Int64s) -> Web:
    """Fill the built-up areas with lanes.

    Parameters
    ----------
    web
        With all roads between villages.
    land, villages
        In EPSG:9209.
    heart
        ``(n_villages,)`` node of each village.

    Returns
    -------
    Web
        Every lane joins the roads; none crosses another one, a road or water.
    """
    random = np.random.Generator(np.random.PCG64(_SEED))
    heading = headings(web, villages, heart)
    web, village = with_doors(web, villages)
    lattice = make_lattice(web, villages, heading, random)
    place = Places(
        village=np.concatenate([village, lattice.village]),
        row=np.concatenate([np.full(web.n_nodes, NO_ROW), lattice.row]),
    )
    web = replace(web, at=np.concatenate([web.at, lattice.at]))
    links = possible_links(web, land, villages, place)
    chosen = _chosen(web, links, villages, heading[links.village], random)
    kinds = _street_kinds(land, villages, links, chosen)
    return web.with_edges(np.empty((0, 2)), links.start[chosen], links.end[chosen], kinds)


def _chosen(
    web: Web, links: Links, villages: Villages, heading: Floats, random: np.random.Generator
) -> Bools:
    """Choose the links that become lanes."""
    slant = _slant(web, links, heading)
    cost = np.hypot(*(web.at[links.end] - web.at[links.start]).T) * (1 + (_SLANT - 1) * slant)
    cost *= np.where(links.inside, 1.0, _STRAY) * random.uniform(*_LUCK, len(cost))
    chosen = _tree(web, links, cost)
    share = np.where(is_town(villages), _CROSS_SHARE["town"], _CROSS_SHARE["village"])[links.village]
    share = np.where(links.row == NO_ROW, np.maximum(share, _RIB_SHARE), share)
    again = (random.random(len(cost)) < share) | _on_street_rows(villages, links)
    chosen |= (slant < _ALIGNED) & links.inside & again
    return chosen & _joined(web, links, chosen)


def _on_street_rows(villages: Villages, links: Links) -> Bools:
    street: Bools = (
        is_town(villages)[links.village] & (links.row != NO_ROW) & (links.row % _STREET_EVERY == 0)
    )
    return street


def _slant(web: Web, links: Links, heading: Floats) -> Floats:
    """Give 0 for a link along the rows or square to them, 1 for one at 45 degrees."""
    xy = bend(web.at)
    ahead = xy[links.end] - xy[links.start]
    slant: Floats = np.abs(np.sin(2 * (np.arctan2(ahead[:, 1], ahead[:, 0]) - heading)))
    return slant


def _tree(web: Web, links: Links, cost: Floats) -> Bools:
    """Tell which links a least spanning tree needs besides the roads, which cost nearly nothing."""
    tails, heads = np.concatenate([web.start, links.start]), np.concatenate([web.end, links.end])
    costs = np.concatenate([np.full(web.n_edges, _NOTHING), cost])
    size = (web.n_nodes, web.n_nodes)
    tree = minimum_spanning_tree(csr_array((costs, (tails, heads)), shape=size)).tocoo()
    chosen = np.sort(np.column_stack([tree.row, tree.col]), axis=1).astype(np.int64) @ [web.n_nodes, 1]
    needed: Bools = np.isin(np.column_stack([links.start, links.end]) @ [web.n_nodes, 1], chosen)
    return needed


def _joined(web: Web, links: Links, chosen: Bools) -> Bools:
    """Tell which links hang together with a road: a corner without a way to one stays without lanes."""
    tails = np.concatenate([web.start, links.start[chosen]])
    heads = np.concatenate([web.end, links.end[chosen]])
    size = (web.n_nodes, web.n_nodes)
    graph = csr_array((np.ones(len(tails)), (tails, heads)), shape=size)
    label = connected_components(graph, directed=False)[1]
    joined: Bools = np.isin(label[links.start], np.unique(label[web.start]))
    return joined


def _street_kinds(land: Land, villages: Villages, links: Links, chosen: Bools) -> list[Kind]:
    """Tell lanes from the streets of towns: every third row, where it is long enough to bear a name."""
    row, unit = links.row[chosen], villages.unit[links.village[chosen]].astype(np.int64)
    street = _on_street_rows(villages, links)[chosen]
    pairs, which, count = np.unique(
        np.column_stack([unit, row])[street], axis=0, return_inverse=True, return_counts=True
    )
    towns = [land.units[number].district_code for number, _ in pairs]
    kinds = [Kind(_COMMUNE, name, is_street=True) for name in street_names(towns)]
    found = [Kind(VILLAGE_LANE)] * len(row)
    for link, number in zip(np.flatnonzero(street), which.ravel(), strict=True):
        if count[number] >= _STREET_LINKS:
            found[link] = kinds[number]
    return found
