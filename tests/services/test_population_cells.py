"""People of the cells of a raster, at places."""

import tracemalloc
from collections.abc import Callable

import numpy as np
import pyproj
import pytest
import shapely

from gis_service.analysis.demand import ALL
from gis_service.analysis.lattice import Lattice
from gis_service.crs import STORAGE, transform
from gis_service.errors import ErrorCode, RefusedInput
from gis_service.files.population_cells import PopulationCells
from gis_service.services import population_cells
from gis_service.services.population_cells import areas_of_cells, beyond_in_thousandths, codes_of_cells
from gis_service.services.population_cells import demand_of_cells as places_of

METRIC = pyproj.CRS.from_epsg(9209)


def some_cells(n: int, side: float = 120.0) -> PopulationCells:
    draw = np.random.default_rng(3)
    places = np.column_stack([np.arange(n) // 4, np.arange(n) % 4])
    affine = (side, 0.0, 580_000.0, 0.0, -side, 2_260_000.0)
    return PopulationCells(METRIC, affine, places, draw.uniform(0.1, 50, n), (0, 0, 1, 1), 12.3456)


@pytest.mark.parametrize("at_once", [1, 3, 7])
@pytest.mark.parametrize("side", [50.0, 120.0])
def test_some_cells_at_a_time_are_the_places_of_all(
    monkeypatch: pytest.MonkeyPatch, at_once: int, side: float
) -> None:
    found, water = some_cells(11, side), np.array([shapely.box(580_000, 2_259_900, 580_090, 2_260_000)])
    whole = places_of(found, METRIC, water)
    monkeypatch.setattr(population_cells, "_AT_ONCE", at_once)
    parts = places_of(found, METRIC, water)
    assert np.array_equal(parts.xy, whole.xy)
    assert np.array_equal(parts.people[ALL], whole.people[ALL])
    assert np.array_equal(parts.source, whole.source)
    assert (parts.step_m, parts.source.dtype) == (whole.step_m, whole.source.dtype)
    # Every cell keeps its people.
    kept = np.bincount(parts.source, parts.people[ALL])
    assert kept.tolist() == np.floor(found.people * 1000 + 0.5).tolist()


def test_cells_are_named_by_row_and_column_in_their_order() -> None:
    found = some_cells(6)
    assert codes_of_cells(found)[:5] == sorted(codes_of_cells(found))[:5]
    assert codes_of_cells(found)[5] == "r000001c000001"
    assert shapely.area(areas_of_cells(found, METRIC)).tolist() == [120.0**2] * 6
    assert beyond_in_thousandths(found) == 12_346


def test_one_cell_of_ten_degrees_is_refused_before_its_places_are_made() -> None:
    affine = (10.0, 0.0, 100.0, 0.0, -10.0, 25.0)
    found = PopulationCells(STORAGE, affine, np.array([[0, 0]]), np.array([5.0]), (0, 0, 1, 1))
    peak = tracemalloc_peak(lambda: refuse(found, Lattice()))
    assert peak < 10_000_000


@pytest.mark.parametrize("at_once", [1, 11])
def test_the_places_of_all_cells_together_are_few_enough(
    monkeypatch: pytest.MonkeyPatch, at_once: int
) -> None:
    monkeypatch.setattr(population_cells, "_AT_ONCE", at_once)
    found = some_cells(11)
    places = len(places_of(found, METRIC, None).xy)
    assert len(places_of(found, METRIC, None, Lattice(most=places + 60)).xy) == places
    refuse(found, Lattice(most=places - 1))


def refuse(found: PopulationCells, lattice: Lattice) -> None:
    with pytest.raises(RefusedInput) as refused:
        places_of(found, METRIC, None, lattice)
    assert refused.value.code is ErrorCode.PLACES_TOO_MANY


def tracemalloc_peak(work: Callable[[], None]) -> int:
    """Give the bytes that were held at once at most while something was done."""
    tracemalloc.start()
    try:
        work()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_cells_of_another_system_are_brought_over_without_a_point_for_each_corner(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    affine = (0.0005, 0.0, 106.0, 0.0, -0.0005, 20.0)
    found = PopulationCells(STORAGE, affine, np.array([[0, 0], [3, 2]]), np.ones(2), (0, 0, 1, 1))
    middles = shapely.points([[106.00025, 19.99975], [106.00125, 19.99825]])
    expected = shapely.get_coordinates(transform(np.asarray(middles, dtype=object), STORAGE, METRIC))

    def refuse_points(*_: object, **__: object) -> None:
        raise AssertionError("a point was made")

    monkeypatch.setattr(shapely, "points", refuse_points)
    assert np.allclose(places_of(found, METRIC, None).xy, expected, atol=0.01)
