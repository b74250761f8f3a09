import numpy as np
import shapely

from gis_service.analysis.entrances import entrances
from gis_service.types import Geometries


def lines(*coordinates: list[tuple[float, float]]) -> Geometries:
    return np.array([shapely.LineString(line) for line in coordinates], dtype=object)


PARK = shapely.box(0, 0, 100, 100)


def test_a_road_through_a_park_gives_two_entrances() -> None:
    xy, owner = entrances(np.array([PARK]), lines([(-50, 50), (150, 50)]))
    assert xy.tolist() == [[0, 50], [100, 50]]
    assert owner.tolist() == [0, 0]


def test_a_road_that_ends_in_a_park_gives_one() -> None:
    xy, _ = entrances(np.array([PARK]), lines([(-50, 50), (20, 50)]))
    assert xy.tolist() == [[0, 50]]


def test_a_park_that_no_road_touches_is_entered_at_its_nearest_boundary_point() -> None:
    xy, owner = entrances(np.array([PARK]), lines([(300, 0), (300, 20)], [(-40, 60), (-40, 60.5)]))
    assert xy.tolist() == [[0, 60]]
    assert owner.tolist() == [0]


def test_a_road_inside_a_park_leads_to_its_boundary_not_its_middle() -> None:
    xy, _ = entrances(np.array([PARK]), lines([(50, 40), (50, 90)]))
    assert xy.tolist() == [[50, 100]]


def test_a_road_along_the_boundary_is_entered_at_its_ends() -> None:
    xy, _ = entrances(np.array([PARK]), lines([(20, 0), (80, 0)]))
    assert xy.tolist() == [[20, 0], [80, 0]]


def test_each_area_keeps_its_own_entrances() -> None:
    areas = np.array([shapely.box(200, 0, 300, 100), PARK])
    xy, owner = entrances(areas, lines([(-50, 50), (350, 50)]))
    assert owner.tolist() == [0, 0, 1, 1]
    assert xy[:, 0].tolist() == [200, 300, 0, 100]


def test_without_any_road_there_is_no_entrance() -> None:
    xy, owner = entrances(np.array([PARK]), np.empty(0, dtype=object))
    assert (xy.shape, owner.shape) == ((0, 2), (0,))


def test_an_area_whose_outline_runs_back_on_itself_has_entrances() -> None:
    spiked = shapely.Polygon([(0, 0), (100, 0), (100, 50), (300, 50), (100, 50), (100, 100), (0, 100)])
    areas = np.array([spiked, shapely.box(500, 0, 600, 100)], dtype=object)
    xy, owner = entrances(areas, lines([(-50, 50), (20, 50)], [(480, -40), (490, 10)]))
    assert (xy.tolist(), owner.tolist()) == ([[0, 50], [500, 10]], [0, 1])


def test_an_area_that_encloses_nothing_has_no_entrance() -> None:
    flat = shapely.Polygon([(0, 0), (100, 0), (50, 0)])
    xy, owner = entrances(np.array([flat, PARK], dtype=object), lines([(50, -10), (50, 20)]))
    assert (xy.tolist(), owner.tolist()) == ([[50, 0]], [1])


def test_of_a_collection_the_areas_are_entered() -> None:
    mixed = shapely.GeometryCollection([PARK, shapely.LineString([(0, 50), (-30, 50)])])
    xy, owner = entrances(np.array([mixed], dtype=object), lines([(-50, 50), (20, 50)]))
    assert (xy.tolist(), owner.tolist()) == ([[0, 50]], [0])


def test_of_equally_near_roads_the_first_in_the_input_leads_in() -> None:
    roads = [[(x, -40.0), (x, -10.0)] for x in np.linspace(5, 95, 31).tolist()]
    for order in (roads, roads[::-1]):
        xy, _ = entrances(np.array([PARK], dtype=object), lines(*order))
        assert xy.tolist() == [[order[0][0][0], 0]]
