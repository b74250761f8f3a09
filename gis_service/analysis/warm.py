"""``python -m gis_service.analysis.warm``: compiles every kernel, so that nobody waits for it later."""

from multiprocessing import get_context

import numpy as np
import shapely

from gis_service.analysis.field import nearest_facility, network_field
from gis_service.analysis.floating_catchments import balanced_catchments, even, floating_catchments
from gis_service.analysis.graph import build_graph
from gis_service.analysis.modes import mode, segment_costs
from gis_service.analysis.network import Roads, build_network
from gis_service.analysis.pairs import network_pairs
from gis_service.analysis.plans import NOT_SETTLED, Phases, Programme, Reach
from gis_service.analysis.plans import solve as plan
from gis_service.analysis.plans.prices import PlanPrices
from gis_service.analysis.plans.terms import terms_of
from gis_service.analysis.siting import MODELS, SitingProblem, SitingTerms, Watch, solve
from gis_service.analysis.siting.problem import pair_twice
from gis_service.analysis.siting.solve import NEEDS_COUNT, NEEDS_LIMIT
from gis_service.analysis.snap import snap
from gis_service.analysis.tile_encoding import TileRows, mended
from gis_service.analysis.what_if import Ground, People, WhatIf
from gis_service.analysis.zonal import cell_shares, outlines, windows, zonal_sums


def warm() -> None:
    """Answer tiny questions; the compiled code stays in the cache on disk."""
    warm_tiles()
    _warm_answers()
    _warm_siting()
    _warm_plans()


def warm_tiles() -> None:
    """Draw a tile of nothing, which takes as long to compile as all the rest."""
    TileRows(b"", 0, (), "", (14, 0, 0)).encode(np.empty(0, np.int64))
    mended(shapely.to_wkb(shapely.box(0, 0, 1, 1)), (14, 0, 0))


def _warm_answers() -> None:
    """Answer one question about one home."""
    lines = np.array(
        [shapely.LineString([(0, 0), (100, 0)]), shapely.LineString([(50, -50), (50, 50)])], object
    )
    network = build_network(Roads.plain(lines))
    costs = segment_costs(network, mode("walk"), "network_time")
    places = snap(np.array([[10.0, 5.0]]), network, costs)
    network_field(network, costs, places, places, np.zeros(1, np.int32))
    graph = build_graph(network, costs)
    nearest_facility(graph, costs, places, places)
    nobody = People(np.zeros((1, 1), np.int64), np.zeros(1, np.int32), 1)
    what_if = WhatIf(Ground(graph, costs, places, nobody, "to_facility", 1), places, np.zeros(1, np.int64))
    what_if.move(what_if.add(places, 0), places, 0)
    what_if.reprice(places.segment.astype(np.int64), np.ones(1, np.int64))
    what_if.undo()
    pairs, people = network_pairs(graph, costs, places, places, limit=1), np.ones(1, np.int64)
    floating_catchments(pairs, people, np.ones(1), even(1))
    balanced_catchments(pairs, people, np.ones(1), even(1))
    square = outlines(np.array([shapely.box(0, 0, 1, 1)], object), (1, 0, 0, 0, 1, 0), (1, 1))
    for window in windows(square):
        zonal_sums(square, [(window, np.ones((1, 1)))])
        cell_shares(square, window)


def _warm_siting() -> None:
    """Choose two of three sites by every model."""
    demand, site = (places.ravel().astype(np.int32) for places in np.indices((3, 3)))
    pair_twice(demand, site)
    names = ["a", "b", "c"]
    problem = SitingProblem.of_pairs(names, names, np.ones(3), (demand, site, np.abs(demand - site) * 1.0))
    for model in MODELS:
        limit, count = 1.0 if model in NEEDS_LIMIT else None, 2 if model in NEEDS_COUNT else None
        solve(problem, model, limit, count, Watch())
    rooms = np.array([2.0, 1.0, 1.0])
    for terms in (SitingTerms(conflicts=np.array([[0, 1]], np.int32)), SitingTerms(capacity=rooms)):
        solve(problem, "mclp", 1.0, 2, Watch(), terms)


def _warm_plans() -> None:
    """Lay out more projects than are left to the proof alone, with money that is left over."""
    n, nobody = 20, np.zeros(20, np.int32)
    places, one = np.arange(n, dtype=np.int32), np.ones(n, np.int64)
    reach = Reach(np.arange(n + 1), places, one, nobody, np.zeros(n, np.bool_))
    phases = Phases(np.array([1, 1]), np.array([3, 3]))
    requires = np.zeros((0, 2), np.int32)
    names = [str(place) for place in range(n)]
    columns = nobody, np.ones(n, np.int32), 2 * one, nobody, np.full(n, NOT_SETTLED, np.int32)
    programme = Programme(names, ["all"], ["one"], *columns, requires, phases, reach)
    plan(programme, Watch())
    terms = terms_of(programme)  # the search takes prices for larger programmes only
    PlanPrices(terms, terms.within(programme.settled)).go(0, 2)


def warm_on_two_cores() -> None:
    """Compile on two cores: tiles in a process of their own."""
    tiles = get_context("spawn").Process(target=warm_tiles)
    tiles.start()
    _warm_answers()
    _warm_siting()
    tiles.join()
    warm()


if __name__ == "__main__":
    warm_on_two_cores()
