"""Which villages become neighbours."""

import numpy as np

from gis_service.analysis.demo_city.road_country import _neighbours, _sharp
from gis_service.analysis.demo_city.road_web import Kind, empty_web

ROW = np.array([[0.0, 0.0], [100.0, 0.0], [200.0, 10.0]])


def test_nobody_is_passed_over() -> None:
    tail, head = ROW[[0, 1, 0]], ROW[[1, 2, 2]]
    between = np.hypot(*(head - tail).T) * 0.999
    assert _neighbours(ROW, tail, head, between).tolist() == [True, True, False]


def test_a_place_has_to_be_nearer_than_the_bound_to_stand_between() -> None:
    assert _neighbours(ROW, ROW[[0]], ROW[[2]], np.array([90.0])).tolist() == [True]


def test_a_road_that_hugs_another_is_sharp_at_either_end() -> None:
    at = np.array([[0.0, 0.0], [100.0, 0.0], [100.0, 10.0], [0.0, 100.0], [-100.0, 0.0]])
    web = empty_web().with_edges(at, np.array([0]), np.array([1]), [Kind(1)])
    start, end = np.array([0, 2, 0, 0, 3]), np.array([2, 0, 3, 4, 1])
    assert _sharp(web, start, end).tolist() == [True, True, False, False, False]
