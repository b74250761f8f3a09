"""Grids over areas, and the cost of the way from their cells."""

import numpy as np
import pytest
import shapely

from gis_service.analysis.field import UNREACHED, network_field
from gis_service.analysis.modes import mode, segment_costs
from gis_service.analysis.network import Roads, build_network
from gis_service.analysis.snap import snap
from gis_service.analysis.surface import CellKind, grid_over

SQUARE = shapely.box(0, 0, 2000, 1000)


@pytest.mark.parametrize(("kind", "cells"), [("square", 200), ("hexagon", 215)])
def test_a_grid_has_the_cells_whose_middles_lie_in_the_area(kind: CellKind, cells: int) -> None:
    grid = grid_over(SQUARE.buffer(-0.01), kind=kind, step_m=100.0, most=1000)
    assert (len(grid), grid.step_m) == (cells, 100.0)
    assert shapely.contains_xy(SQUARE, grid.middle_xy).all()


@pytest.mark.parametrize("kind", ["square", "hexagon"])
def test_cells_lie_side_by_side_without_gap_or_overlap(kind: CellKind) -> None:
    grid = grid_over(SQUARE, kind=kind, step_m=100.0, most=1000)
    together = shapely.union_all(grid.polygons, grid_size=1e-6)
    assert together.area == pytest.approx(shapely.area(grid.polygons).sum(), rel=1e-9)
    assert together.geom_type == "Polygon"
    assert not shapely.get_num_interior_rings(together)


@pytest.mark.parametrize("kind", ["square", "hexagon"])
def test_a_cell_is_the_same_one_whatever_area_is_asked_for(kind: CellKind) -> None:
    whole = grid_over(SQUARE, kind=kind, step_m=100.0, most=1000)
    part = grid_over(shapely.box(730, 310, 1460, 900), kind=kind, step_m=100.0, most=1000)
    known = dict(zip(zip(whole.column, whole.row, strict=True), whole.middle_xy.tolist(), strict=True))
    for column, row, middle in zip(part.column, part.row, part.middle_xy.tolist(), strict=True):
        assert known[column, row] == middle


@pytest.mark.parametrize(("most", "step"), [(200, 100.0), (199, 200.0), (20, 400.0), (1, 1600.0)])
def test_too_many_cells_double_the_step_and_it_is_told(most: int, step: float) -> None:
    grid = grid_over(SQUARE, kind="square", step_m=100.0, most=most)
    assert grid.step_m == step
    assert len(grid) <= most


def test_an_area_without_ground_has_no_cells() -> None:
    assert len(grid_over(shapely.Polygon(), most=10)) == 0


def test_the_middles_of_cells_are_answered_like_homes_and_the_water_is_no_ground() -> None:
    roads = np.array([shapely.LineString([(0, 20), (2000, 20)]), None], object)[:-1]
    network = build_network(Roads.plain(roads))
    costs = segment_costs(network, mode("walk"), "network_distance")
    there = snap(np.array([[100.0, 20.0]]), network, costs)
    river = np.array([shapely.box(-10, 300, 2010, 500), None], object)[:-1]
    grid = grid_over(SQUARE, kind="square", step_m=100.0, most=1000)
    here = snap(grid.middle_xy, network, costs, river)
    found = network_field(network, costs, here, there, np.zeros(1, np.int32))

    x, y = grid.middle_xy.T
    expected = ((np.abs(x - 100) + np.abs(y - 20)) * 1000).astype(np.int64)
    assert (found.cost == np.where(y < 300, expected, UNREACHED)).all()
    assert (found.no_road == (y > 300)).all()
