"""Reading the people of a window of a raster."""

from pathlib import Path

import numpy as np
import pyproj
import pytest
import rasterio
from affine import Affine
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from gis_service.errors import RefusedInput
from gis_service.files.population_cells import read_cells
from gis_service.files.rasters import RasterSource

METRIC = pyproj.CRS.from_epsg(9209)
PLACES = {
    "north up": Affine(100, 0, 1000, 0, -100, 3000),
    "turned": Affine(100, 0, 1000, 0, -100, 3000) @ Affine.rotation(30),
    "south up": Affine(100, 0, 1000, 0, 100, 1000),
}
PEOPLE = np.where(np.arange(600) % 7 < 4, np.arange(600) / 4, 0).reshape(20, 30).astype(np.float32)


def write(path: Path, place: Affine, values: NDArray[np.float32] = PEOPLE) -> RasterSource:
    height, width = values.shape
    with rasterio.open(
        path, "w", driver="GTiff", height=height, width=width, count=1, dtype="float32", crs="EPSG:9209",
        transform=place, tiled=True, blockxsize=16, blockysize=16,
    ) as raster:  # fmt: skip
        raster.write(values, 1)
    return RasterSource(str(path))


@pytest.mark.parametrize("name", PLACES)
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(ends=st.tuples(*[st.integers(-1000, 6000)] * 4))
def test_a_window_holds_the_cells_that_the_whole_raster_gives(
    tmp_path: Path, name: str, ends: tuple[int, int, int, int]
) -> None:
    path = tmp_path / f"{name}.tif"
    source = RasterSource(str(path)) if path.exists() else write(path, PLACES[name])
    (west, east), (south, north) = sorted(ends[:2]), sorted(ends[2:])
    box = ((float(west), float(south), float(east), float(north)), METRIC)
    whole, window = read_cells(source, box), read_cells(source, box, float(PEOPLE.sum()))
    assert np.array_equal(whole.cells, window.cells)
    assert np.array_equal(whole.people, window.people)
    assert whole.beyond == window.beyond


def test_nothing_is_read_outside_the_window_of_a_raster_whose_sum_is_known(tmp_path: Path) -> None:
    values = PEOPLE.copy()
    values[-1, -1] = -5  # where nobody looks
    source = write(tmp_path / "p.tif", PLACES["north up"], values)
    box = ((1000.0, 2500.0, 1500.0, 3000.0), METRIC)
    found = read_cells(source, box, 1_000_000.0)
    assert found.beyond == 1_000_000 - PEOPLE[:5, :5].sum()
    with pytest.raises(RefusedInput):
        read_cells(source, box)


def test_more_cells_than_may_be_taken_in_are_refused_by_the_name_that_is_told(tmp_path: Path) -> None:
    path = write(tmp_path / "p.tif", PLACES["north up"]).path
    some = int((PEOPLE > 0).sum())
    assert len(read_cells(RasterSource(path, most_cells=some)).people) == some
    with pytest.raises(RefusedInput) as refused:
        read_cells(RasterSource(path, name="population", most_cells=some - 1))
    assert refused.value.code == "raster_cells_too_many"
    assert refused.value.params == {"path": "population", "most": some - 1}


def test_a_broken_file_is_told_by_its_name_not_its_path(tmp_path: Path) -> None:
    (tmp_path / "p.tif").write_bytes(b"not a picture")
    with pytest.raises(RefusedInput) as refused:
        read_cells(RasterSource(str(tmp_path / "p.tif"), name="population"))
    assert refused.value.code == "table_unreadable"
    assert str(tmp_path) not in refused.value.detail()
