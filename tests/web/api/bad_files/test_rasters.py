"""Rasters that must not be read: too large, too many bands, with a value for no data that cannot be."""

from pathlib import Path

import pytest

from tests.bad_files.counter import Counter, fault
from tests.bad_files.marks import bad_input
from tests.raster_files import cells_of, sparse, write_tif
from tests.tiff_tags import add_ascii_tag

_NODATA = 42113
HUGE = {"a great area in a few bytes": (200_000, 200_000, 3), "ten thousand bands": (16, 16, 10_000)}


@bad_input(22, (413, "raster_too_large"))
@pytest.mark.parametrize("what", HUGE)
def test_a_raster_without_measure_is_refused_by_its_header(
    counter: Counter, tmp_path: Path, what: str
) -> None:
    path = sparse(tmp_path / "a.tif", *HUGE[what], tiled=True, blockxsize=2048, blockysize=2048)
    told = counter.refused(path.read_bytes(), "ảnh.tif")
    assert (told["status"], told["code"]) == (413, "raster_too_large")


def test_a_value_for_no_data_that_no_cell_can_hold_is_told_before_anything_is_made(
    counter: Counter, tmp_path: Path
) -> None:
    path = write_tif(tmp_path / "a.tif", cells_of())
    add_ascii_tag(path, _NODATA, b"-9999\x00")
    told = counter.seen(path.read_bytes(), "ảnh.tif", kind="values")
    assert fault(told, "raster_nodata_outside_type")["severity"] == "warning"
