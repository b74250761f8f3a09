"""People of the cells of a raster, at places."""

import numpy as np
import pyproj
import pytest
import shapely

from gis_service.analysis.demand import ALL
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
