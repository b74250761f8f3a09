import numpy as np
import pytest
import shapely

from gis_service.analysis.demand import (
    cell_corners,
    demand_from_cells,
    demand_from_points,
    demand_from_polygons,
    thousandths,
)
from gis_service.analysis.lattice import LATTICE, Lattice
from gis_service.analysis.sharing import spread
from gis_service.errors import ErrorCode, RefusedInput, WrongUse
from gis_service.types import Floats, Geometries


def shapes(*geometries: shapely.Geometry | None) -> Geometries:
    result = np.empty(len(geometries), dtype=object)
    result[:] = geometries
    return result


def people(*values: float) -> dict[str, Floats]:
    return {"all": np.array(values, dtype=float)}


def test_persons_become_thousandths_rounded_half_up() -> None:
    assert thousandths(np.array([1.0, 0.0005, 0.0004, 2.9996])).tolist() == [1000, 1, 0, 3000]


@pytest.mark.parametrize("bad", [-1.0, float("nan"), float("inf")])
def test_people_that_are_no_number_of_people_are_refused_with_row_and_value(bad: float) -> None:
    with pytest.raises(RefusedInput) as refused:
        thousandths(np.array([3.0, bad, bad]), "age_3_5")
    assert refused.value.code == ErrorCode.PEOPLE_INVALID
    assert refused.value.params["row"] == 2
    assert refused.value.params["rows"] == 2
    assert "age_3_5" in refused.value.detail("vi")
    assert "age_3_5" in refused.value.detail("en")


@pytest.mark.parametrize(
    ("total", "weights", "parts"),
    [
        (10, [1, 1, 1], [4, 3, 3]),
        (10, [1.0, 1.0, 1.0], [4, 3, 3]),
        (5, [0, 0, 1], [0, 0, 5]),
        (7, [0.25, 0.25, 0.5], [2, 2, 3]),  # 1.75, 1.75, 3.5: the largest remainders are the first two
        (2, [1, 1, 1], [1, 1, 0]),
        (0, [0, 0], [0, 0]),
        (0, [], []),
        (10**15, [10**15, 10**15], [5 * 10**14, 5 * 10**14]),  # would overflow in 64 bits
    ],
)
def test_totals_are_spread_by_largest_remainder(total: int, weights: list[float], parts: list[int]) -> None:
    assert spread(total, np.array(weights)).tolist() == parts


@pytest.mark.parametrize("weights", [[0, 0], [], [1, -1], [float("nan")]])
def test_weights_that_cannot_carry_a_total_are_refused(weights: list[float]) -> None:
    with pytest.raises(RefusedInput) as refused:
        spread(5, np.array(weights))
    assert refused.value.code == ErrorCode.WEIGHTS_INVALID


def test_points_without_people_are_left_out_and_the_others_know_their_row() -> None:
    demand = demand_from_points(np.array([[0.0, 1.0], [2.0, 3.0], [4.0, 5.0]]), people(1, 0, 2.5))
    assert demand.source.tolist() == [0, 2]
    assert demand.xy.tolist() == [[0.0, 1.0], [4.0, 5.0]]
    assert demand.people["all"].tolist() == [1000, 2500]
    assert demand.step_m is None


def test_people_without_a_place_are_refused_but_a_place_without_people_may_be_missing() -> None:
    points = shapes(shapely.Point(1, 2), None, shapely.Point())
    assert len(demand_from_points(points, people(1, 0, 0)).xy) == 1
    with pytest.raises(RefusedInput) as refused:
        demand_from_points(points, people(1, 1, 1))
    assert refused.value.params == {"row": 2, "rows": 2}
    with pytest.raises(RefusedInput):
        demand_from_polygons(shapes(None), people(1))


def test_the_group_of_all_people_must_be_given() -> None:
    with pytest.raises(WrongUse):
        demand_from_points(np.zeros((1, 2)), {"age_3_5": np.ones(1)})


def test_a_large_polygon_becomes_the_lattice_inside_it() -> None:
    demand = demand_from_polygons(shapes(shapely.box(0, 0, 101, 100)), people(10))
    # x = 25, 75 and y = 25, 75; the next column, x = 125, is outside
    assert demand.xy.tolist() == [[25, 25], [25, 75], [75, 25], [75, 75]]
    assert demand.people["all"].tolist() == [2500] * 4
    assert demand.step_m == LATTICE.step_m


def test_lattice_points_on_the_border_are_not_inside() -> None:
    demand = demand_from_polygons(shapes(shapely.box(25, 25, 175, 75)), people(1))
    # all of y = 25 and 75 lies on the border, so nothing is strictly inside: one representative point
    assert demand.xy.tolist() == [[100.0, 50.0]]
    assert demand.step_m is None


@pytest.mark.parametrize(("side", "places"), [(100.0, 1), (100.01, 4)])
def test_a_polygon_is_large_when_its_box_has_a_side_over_100_m(side: float, places: int) -> None:
    assert len(demand_from_polygons(shapes(shapely.box(0, 0, side, 100)), people(1)).xy) == places


def test_the_lattice_stays_out_of_the_river() -> None:
    river = shapes(shapely.box(0, 50, 200, 200))
    demand = demand_from_polygons(shapes(shapely.box(0, 0, 150, 100)), people(9), river)
    assert demand.xy.tolist() == [[25, 25], [75, 25], [125, 25]]
    flooded = demand_from_polygons(
        shapes(shapely.box(0, 0, 150, 100)), people(9), shapes(shapely.box(0, 0, 500, 500))
    )
    assert len(flooded.xy) == 1


def test_every_polygon_keeps_its_total_in_every_group() -> None:
    polygons = shapes(
        shapely.box(0, 0, 333, 333), shapely.Point(700, 700).buffer(170), shapely.box(0, 0, 9, 9)
    )
    groups = {"all": np.array([0.1, 1234.567, 8.0]), "age_3_5": np.array([0.001, 77.777, 0.0])}
    demand = demand_from_polygons(polygons, groups)
    for name, values in groups.items():
        sums = np.bincount(demand.source, demand.people[name], minlength=3)
        assert sums.tolist() == (values * 1000).round().tolist()


def test_the_first_places_of_a_polygon_take_the_remainder() -> None:
    demand = demand_from_polygons(shapes(shapely.box(0, 0, 101, 100)), people(0.006))
    assert demand.people["all"].tolist() == [2, 2, 1, 1]


def test_raster_cells_are_polygons() -> None:
    cells = cell_corners((250.0, 0.0, 1000.0, 0.0, -250.0, 2000.0), np.array([[0, 0], [1, 2]]))
    assert shapely.bounds(shapely.polygons(cells)).tolist() == [
        [1000, 1750, 1250, 2000],
        [1500, 1500, 1750, 1750],
    ]
    demand = demand_from_cells(cells, people(25, 50))
    assert np.bincount(demand.source).tolist() == [25, 25]
    assert demand.people["all"].tolist() == [1000] * 25 + [2000] * 25


def test_a_hundred_thousand_cells_are_no_trouble() -> None:
    rows, columns = np.divmod(np.arange(100_000), 400)
    cells = cell_corners((100.5, 0, 0, 0, -100.5, 0), np.column_stack([rows, columns]))
    demand = demand_from_cells(cells, people(*np.full(100_000, 3.0)))
    assert demand.people["all"].sum() == 300_000_000
    assert len(np.unique(demand.xy, axis=0)) == len(demand.xy)


def test_a_city_may_have_another_lattice() -> None:
    square = np.array([shapely.box(0, 0, 120, 120)], dtype=object)
    found = demand_from_polygons(square, {"all": np.array([9.0])}, lattice=Lattice(40.0, 10.0))
    assert found.step_m == 40
    assert np.unique(found.xy).tolist() == [10, 50, 90]
