"""The streets and schools of geodanet, against what spaghetti's own tests publish of them.

https://github.com/pysal/spaghetti, ``spaghetti/tests/test_network.py``; the data stand in libpysal (BSD-3).
"""

import itertools
from collections import Counter
from importlib.util import find_spec
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from gis_service.analysis.field import network_field
from gis_service.analysis.modes import mode, segment_costs
from gis_service.analysis.network import Network, Roads, build_network
from gis_service.analysis.snap import snap
from gis_service.types import Geometries, Int64s

DISTANCES_FROM_SCHOOL_0 = 17_682.436988
SCHOOL_0_TO_1_WITH_SNAPS = 3_218.2597894
A_SEGMENT = 0.0005
"""Lengths are rounded to a thousandth per segment."""
ANY_DISTANCE = 1e6


def _layer(name: str) -> Geometries:
    package = find_spec("libpysal")
    assert package is not None
    assert package.origin is not None
    frame = gpd.read_file(Path(package.origin).parent / "examples" / "geodanet" / f"{name}.shp")
    return np.asarray(shapely.force_2d(frame.geometry), dtype=object)


def _n_components(network: Network) -> int:
    links = (np.ones(network.n_segments), (network.start, network.end))
    return int(connected_components(coo_array(links, shape=(network.n_nodes, network.n_nodes)))[0])


def test_the_streets_have_the_published_arcs_vertices_and_neighbours() -> None:
    vertices = [shapely.get_coordinates(line) for line in _layer("streets")]
    # Spaghetti counts an arc between any two vertices, ours a segment between junctions.
    arcs = [shapely.LineString(pair) for line in vertices for pair in itertools.pairwise(line)]
    network = build_network(Roads.plain(np.array(arcs, dtype=object)))
    assert (network.n_segments, network.n_nodes, _n_components(network)) == (303, 230, 1)
    degree = np.bincount(np.concatenate([network.start, network.end]))
    neighbours = degree[network.start] + degree[network.end] - 2
    assert Counter(neighbours.tolist()) == {2: 35, 3: 89, 4: 105, 5: 61, 6: 13}


def test_the_schools_lie_the_published_distances_apart() -> None:
    network = build_network(Roads.plain(_layer("streets")))
    costs = segment_costs(network, mode("walk"), "network_distance")
    schools = snap(shapely.get_coordinates(_layer("schools")), network, costs, max_m=ANY_DISTANCE)
    first, cost, access = np.array([0]), [], []
    for row in range(8):
        goal: Int64s = np.array([row])
        found = network_field(network, costs, schools.take(first), schools.take(goal), np.zeros(1, np.int32))
        cost.append(int(found.cost[0]) / 1000)
        access.append(int(found.access[0]) / 1000)
    apart = np.array(cost) - np.array(access)
    assert apart.sum() == pytest.approx(DISTANCES_FROM_SCHOOL_0, abs=8 * 30 * A_SEGMENT)
    assert cost[1] == pytest.approx(SCHOOL_0_TO_1_WITH_SNAPS, abs=30 * A_SEGMENT)
