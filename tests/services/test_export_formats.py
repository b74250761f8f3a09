"""What a layer can be had in: formats and coordinate systems."""

from dataclasses import replace

import pyproj
import pytest

from gis_service.catalogue.loader import Catalogue
from gis_service.errors import ErrorCode, WrongUse
from gis_service.files.writers import SUFFIXES
from gis_service.services.export_formats import FORMATS, formats_of, offered_system, offered_systems


def test_every_format_that_is_written_is_offered() -> None:
    assert {one.suffix for one in FORMATS.values()} == set(SUFFIXES)


def test_tables_without_geometry_are_offered_where_tables_are_kept(catalogue: Catalogue) -> None:
    assert [one.id for one in formats_of(catalogue.layers["commune_2019"])] == [
        "gpkg",
        "parquet",
        "csv",
        "xlsx",
    ]
    assert len(formats_of(catalogue.layers["roads"])) == len(FORMATS)


def test_wgs_84_the_city_s_own_its_further_ones_and_vn_2000_are_offered(catalogue: Catalogue) -> None:
    city = replace(catalogue.city, systems=("EPSG:32648",))
    names = offered_systems(city)
    assert names[:3] == ["EPSG:4326", "EPSG:9209", "EPSG:32648"]
    assert len(names) == len(set(names))
    zones = [name for name in names if "TM-3" in pyproj.CRS(name).name]
    assert len(zones) >= 14
    assert all(pyproj.CRS(name).name.startswith("VN-2000") for name in names[3:])


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("EPSG:9209", 9209),
        (" epsg:9209 ", 9209),
        ("http://www.opengis.net/def/crs/EPSG/0/9209", 9209),
        ("https://www.opengis.net/def/crs/EPSG/9.9.1/4326", 4326),
        ("http://www.opengis.net/def/crs/OGC/1.3/CRS84", 4326),
        ("CRS84", 4326),
    ],
)
def test_a_system_is_named_shortly_or_by_its_address(catalogue: Catalogue, name: str, code: int) -> None:
    assert offered_system(catalogue.city, name).to_epsg() == code


@pytest.mark.parametrize("name", ["", "EPSG:27700", "9209", "+proj=longlat", "EPSG:4326,EPSG:9209"])
def test_any_other_system_is_refused_with_those_that_there_are(catalogue: Catalogue, name: str) -> None:
    with pytest.raises(WrongUse) as caught:
        offered_system(catalogue.city, name)
    assert caught.value.code == ErrorCode.EXPORT_SYSTEM_NOT_OFFERED
    assert "EPSG:9209" in caught.value.expected("vi")
