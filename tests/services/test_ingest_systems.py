"""The system of a file is read without opening another file; one of no place on earth is guessed at."""

from collections.abc import Iterator
from pathlib import Path

import pyproj
import pytest
import shapely

from gis_service.db.engine import Connection
from gis_service.errors import ErrorCode, RefusedInput
from gis_service.services.ingest_inspect import inspect, inspect_rows
from gis_service.services.ingest_source import LoadOptions
from gis_service.services.ingest_systems import declared_system, system_of
from tests.files.test_readers_walls import Bait
from tests.hostile_files import (
    NOT_ON_EARTH,
    POINT,
    REACHING,
    reaching,
    write_wkb_geopackage,
    write_wkb_parquet,
)
from tests.layer_files import CITY, refusal
from tests.row_source import rows_of_shapes


@pytest.fixture
def bait(tmp_path: Path) -> Iterator[Bait]:
    made = Bait(tmp_path)
    yield made
    made.close()


def file_of(folder: Path, bait: Bait, name: str) -> Path:
    """Write a file whose system reaches for the bait."""
    if name == "WKT1":
        return write_wkb_geopackage(folder / "a.gpkg", shapely.to_wkb(POINT), reaching(name, bait.path))
    return write_wkb_parquet(folder / "a.parquet", shapely.to_wkb(POINT), reaching(name, bait.path))


def test_without_care_proj_takes_the_bait(bait: Bait) -> None:
    assert bait.touched() == []
    shift = pyproj.CRS(reaching("a grid", bait.path)).coordinate_operation
    assert shift is not None
    assert shift.grids
    assert "file" in bait.touched()


@pytest.mark.parametrize("name", REACHING)
def test_a_system_that_names_a_file_is_unknown_and_opens_nothing(bait: Bait, name: str) -> None:
    for read in (declared_system, lambda text: system_of(rows_of_shapes([POINT], {}), LoadOptions(crs=text))):
        with pytest.raises(RefusedInput) as caught:
            read(reaching(name, bait.path))
        assert caught.value.code is ErrorCode.CRS_UNKNOWN
    assert bait.touched() == []


@pytest.mark.parametrize("name", ["a grid", "PROJJSON", "WKT1"])
def test_looking_at_and_loading_such_a_file_opens_nothing(
    connection: Connection, bait: Bait, tmp_path: Path, name: str
) -> None:
    path = file_of(tmp_path, bait, name)
    with pytest.raises(RefusedInput) as caught:
        inspect(path, CITY, CITY.layers["clinic"])
    assert caught.value.code is ErrorCode.CRS_UNKNOWN
    assert refusal(connection, path).code is ErrorCode.CRS_UNKNOWN
    assert inspect(path, CITY, CITY.layers["clinic"], LoadOptions(crs="EPSG:4326")).crs == "EPSG:4326"
    assert bait.touched() == []


@pytest.mark.parametrize("name", NOT_ON_EARTH)
def test_a_system_of_no_place_on_earth_is_none_and_others_are_guessed(name: str) -> None:
    rows = rows_of_shapes([shapely.Point(587_095.9, 2_261_880.3)], {"code": ["a"]}, crs=NOT_ON_EARTH[name])
    found = inspect_rows(rows, CITY, CITY.layers["clinic"], LoadOptions())
    assert [finding.code for finding in found.findings] == [ErrorCode.NEEDS_CRS]
    assert found.crs is None
    assert found.crs_guesses[0].crs == "EPSG:9209"
