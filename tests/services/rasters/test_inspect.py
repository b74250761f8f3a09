"""Rasters on their way in: which system they are in, what was guessed, what is told of it."""

import json
from pathlib import Path

import pyproj
import pytest
import rasterio

from gis_service.analysis.checks.findings import Severity
from gis_service.db.engine import Connection
from gis_service.errors import ErrorCode, RefusedInput
from gis_service.files.raster_store import RasterStore
from gis_service.services import history
from gis_service.services.export import Wanted
from gis_service.services.raster_export import export_raster
from gis_service.services.raster_inspect import RasterChoices, inspect_raster
from tests.raster_files import cells_of, write_tif
from tests.raster_town import CITY, loaded, next_transaction

PLAIN = "+proj=tmerc +lat_0=0 +lon_0=105.5 +k=0.9999 +x_0=500000 +y_0=0 +ellps=WGS84 +units=m +no_defs"
SHIFT = "+towgs84=-191.90441429,-39.30318279,-111.45032835,{},{},{},0.252906278"
TURNS = ("-0.00928836", "0.01975479", "-0.00427372")


def test_a_system_that_is_missing_is_guessed_and_never_taken(
    connection: Connection, store: RasterStore, tmp_path: Path
) -> None:
    path = write_tif(tmp_path / "a.tif", cells_of(), crs=None)
    seen = inspect_raster(path, CITY)
    assert seen.crs is None
    assert seen.guesses[0].crs == "EPSG:9209"
    assert not any(guess.swapped for guess in seen.guesses)
    errors = [(one.code, one.remedy) for one in seen.findings if one.severity is Severity.ERROR]
    assert errors == [("needs_crs", "crs")]
    with pytest.raises(RefusedInput) as caught:
        loaded(connection, store, path)
    assert caught.value.code is ErrorCode.NEEDS_CRS
    done = loaded(connection, store, path, crs="EPSG:9209")
    with rasterio.open(store.folder / f"{done.raster.sha256}.tif") as kept:
        assert kept.crs.to_epsg() == 9209


@pytest.mark.parametrize(
    "written",
    [
        PLAIN,
        f"{PLAIN} {SHIFT.format(*TURNS)}",
        f"{PLAIN} {SHIFT.format(*(turn.lstrip('-') if turn[0] == '-' else f'-{turn}' for turn in TURNS))}",
    ],
)
def test_a_vn2000_without_its_shift_is_recognised(
    connection: Connection, store: RasterStore, tmp_path: Path, written: str
) -> None:
    done = loaded(connection, store, write_tif(tmp_path / "a.tif", cells_of(), crs=written))
    assert [one["code"] for one in done.notices] == ["vn2000_recognised"]
    assert done.raster.crs == "EPSG:9209"
    right = inspect_raster(write_tif(tmp_path / "b.tif", cells_of()), CITY)
    assert done.raster.bbox == pytest.approx(right.bbox, abs=1e-9)
    with rasterio.open(store.folder / f"{done.raster.sha256}.tif") as kept:
        assert kept.crs.to_epsg() == 9209


def test_a_zone_of_vn2000_without_a_code_keeps_its_place(
    connection: Connection, store: RasterStore, tmp_path: Path
) -> None:
    # Meridian of no province: the name alone says which datum it is.
    zone = pyproj.CRS.from_proj4(PLAIN.replace("105.5", "105.4")).to_wkt().replace("unknown", "VN-2000", 1)
    done = loaded(connection, store, write_tif(tmp_path / "a.tif", cells_of(), crs=zone))
    assert [one["code"] for one in done.notices] == ["vn2000_recognised"]
    assert done.raster.crs.startswith("PROJCRS")
    wgs84 = inspect_raster(write_tif(tmp_path / "b.tif", cells_of()), CITY, RasterChoices(crs=zone))
    assert wgs84.bbox is not None
    # The datum moves it by some 200 m.
    assert 0.001 < abs(done.raster.bbox[0] - wgs84.bbox[0]) < 0.003
    out = export_raster(connection, CITY, store, "ground", tmp_path / "w.tif", Wanted("EPSG:4326")).out
    with rasterio.open(out) as turned:
        assert turned.bounds == pytest.approx(done.raster.bbox, abs=2e-4)


def test_who_chooses_a_system_gets_it(connection: Connection, store: RasterStore, tmp_path: Path) -> None:
    path = write_tif(tmp_path / "a.tif", cells_of(), crs=PLAIN)
    done = loaded(connection, store, path, crs=pyproj.CRS.from_proj4(PLAIN).to_wkt())
    assert (done.notices, done.raster.crs[:7]) == ((), "PROJCRS")
    taken = inspect_raster(path, CITY)
    assert taken.bbox is not None
    # By some 200 m: the datum that it was not taken for.
    assert abs(done.raster.bbox[0] - taken.bbox[0]) > 0.001


def test_a_raster_outside_the_city_is_refused_with_systems_that_fit(
    connection: Connection, store: RasterStore, tmp_path: Path
) -> None:
    path = write_tif(tmp_path / "a.tif", cells_of(), crs="EPSG:32601")
    with pytest.raises(RefusedInput) as caught:
        loaded(connection, store, path)
    assert caught.value.code is ErrorCode.RASTER_OUTSIDE_CITY
    assert "EPSG:" in caught.value.remedy("vi")
    assert loaded(connection, store, path, crs="EPSG:9209").raster.crs == "EPSG:9209"


def test_what_was_assumed_is_told(connection: Connection, store: RasterStore, tmp_path: Path) -> None:
    path = write_tif(tmp_path / "a.tif", cells_of())
    first = loaded(connection, store, path)
    assert [one.code for one in first.findings] == ["raster_nodata_missing", "raster_kind_guessed"]
    assert "số đo" in first.findings[1].detail("vi")
    next_transaction(connection)
    second = loaded(connection, store, path, nodata="none", kind="values")
    assert (second.findings, second.notices) == ((), ())
    [newest, _] = history.page(connection, CITY.layers["ground"]).items
    lines = newest.version.message.splitlines()
    assert lines[0] == "a.tif"
    assert "Giá trị trống đã chọn: none." in lines[1]
    assert "Chosen kind of cells: values." in lines[1]


def test_an_inspection_is_plain_json(tmp_path: Path) -> None:
    seen = inspect_raster(write_tif(tmp_path / "a.tif", cells_of()), CITY)
    told = json.loads(json.dumps([seen.document(), seen.guess_documents(), seen.outline(), seen.notices()]))
    assert told[0]["bands"][0]["dtype"] == "uint8"
    assert told[0]["crs"] == "EPSG:9209"
    assert told[0]["corners"][0][0] == pytest.approx(seen.bbox[0] if seen.bbox else None, abs=1e-4)
    assert len(told[2]["features"][0]["geometry"]["coordinates"][0]) == 84
