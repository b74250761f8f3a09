"""The formats and the coordinate systems that a layer can be had in."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import pyproj
from pyproj.database import query_crs_info
from pyproj.enums import PJType

from gis_service.catalogue.city_definition import City
from gis_service.catalogue.layer_definition import LayerDefinition
from gis_service.crs import STORAGE, crs_name, meridian_of, parse_crs
from gis_service.errors import ErrorCode, WrongUse
from gis_service.services.features import has_geometry
from gis_service.types import Text


@dataclass(frozen=True, slots=True)
class Format:
    """One format of files.

    Parameters
    ----------
    id
        Its name in addresses.
    suffix
        Ending of its files.
    media
        What comes over HTTP.
    title
        What people call it.
    tables
        Whether tables without geometry are commonly kept in it.
    tells
        Whether a file of it has room to say what it is; the name of any other bears the version.
    """

    id: str
    suffix: str
    media: str
    title: Text
    tables: bool
    tells: bool = True


def _format(
    id_: str, suffix: str, media: str, title: str, *, tables: bool = False, tells: bool = True
) -> Format:
    return Format(id_, suffix, media, Text(title, title), tables, tells)


FORMATS = {
    one.id: one
    for one in (
        _format("gpkg", ".gpkg", "application/geopackage+sqlite3", "GeoPackage", tables=True),
        _format("geojson", ".geojson", "application/geo+json", "GeoJSON"),
        _format("shp", ".shp.zip", "application/zip", "Shapefile (zip)"),
        _format("fgb", ".fgb", "application/vnd.flatgeobuf", "FlatGeobuf"),
        _format("parquet", ".parquet", "application/vnd.apache.parquet", "GeoParquet", tables=True),
        _format("csv", ".csv", "text/csv", "CSV", tables=True, tells=False),
        _format(
            "xlsx",
            ".xlsx",
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            "Excel (XLSX)",
            tables=True,
        ),
    )
}
"""By their names in addresses, in the order people see them."""
COG = Format("cog", ".tif", "image/tiff", Text("GeoTIFF (COG)", "GeoTIFF (COG)"), tables=False, tells=False)
"""What rasters come in, and nothing else does; it is handed over as it is kept, with nothing written in."""
_VN_2000 = "VN-2000"
_ADDRESS = re.compile(r"https?://www\.opengis\.net/def/crs/EPSG/[\w.]+/(\d+)")
_CRS84 = re.compile(r"https?://www\.opengis\.net/def/crs/OGC/[\w.]+/CRS84|(OGC:)?CRS84")


def formats_of(definition: LayerDefinition) -> list[Format]:
    """Give the formats that a layer is offered in: tables without geometry in fewer, rasters in one."""
    if definition.is_raster:
        return [COG]
    return [one for one in FORMATS.values() if one.tables or has_geometry(definition)]


def offered_format(definition: LayerDefinition, name: str | None) -> Format:
    """Give the format of a name; what a layer is best taken in when none is said.

    Raises
    ------
    WrongUse
        ``export_format_unfit`` for a picture of a table, or a table of a picture.
    """
    best = COG if definition.is_raster else FORMATS["gpkg"]
    found = best if name is None else FORMATS.get(name, COG)
    if (found is COG) != definition.is_raster:
        offered = ", ".join(one.id for one in formats_of(definition))
        raise WrongUse(
            ErrorCode.EXPORT_FORMAT_UNFIT, layer=definition.id, format=name, offered=offered, example=best.id
        )
    return found


@cache
def national_systems() -> tuple[str, ...]:
    """Name every system of VN-2000 that EPSG knows: degrees, the zones of 3° and those of UTM."""
    kinds = [PJType.PROJECTED_CRS, PJType.GEOGRAPHIC_2D_CRS]
    found = query_crs_info(auth_name="EPSG", pj_types=kinds)
    return tuple(
        sorted({f"EPSG:{one.code}" for one in found if one.name.startswith(_VN_2000)}, key=_by_number)
    )


def _by_number(name: str) -> int:
    return int(name.partition(":")[2])


def offered_systems(city: City) -> list[str]:
    """Name the systems that layers are offered in: WGS 84, the city's own, further ones of it, VN-2000."""
    return list(dict.fromkeys([*own_systems(city), *national_systems()]))


def own_systems(city: City) -> list[str]:
    """Name the systems that a city works in, WGS 84 before them."""
    return list(dict.fromkeys([crs_name(STORAGE), city.crs, *city.systems]))


@cache
def system_title(name: str) -> Text:
    """Say what a system is called, with its central meridian where it has one.

    Examples
    --------
    >>> system_title("EPSG:9209").vi
    'VN-2000 / TM-3 105-30, kinh tuyến trục 105°30′'
    """
    crs = parse_crs(name)
    meridian = meridian_of(crs)
    if meridian is None:
        unit = Text(", kinh độ và vĩ độ", ", longitude and latitude") if crs.is_geographic else Text("", "")
        return Text(crs.name + unit.vi, crs.name + unit.en)
    degrees, minutes = divmod(round(meridian * 60), 60)
    shown = f"{degrees}°{minutes:02d}′"
    return Text(f"{crs.name}, kinh tuyến trục {shown}", f"{crs.name}, central meridian {shown}")


def offered_system(city: City, name: str) -> pyproj.CRS:
    """Give an offered system by its name or its address.

    Parameters
    ----------
    city
        Whose systems are offered.
    name
        ``EPSG:9209``, ``http://www.opengis.net/def/crs/EPSG/0/9209`` or ``CRS84``.

    Raises
    ------
    WrongUse
        ``export_system_not_offered``.
    """
    address = _ADDRESS.fullmatch(name)
    plain = f"EPSG:{address[1]}" if address else name.strip().upper()
    if _CRS84.fullmatch(name):
        plain = crs_name(STORAGE)
    offered: Sequence[str] = offered_systems(city)
    if plain not in offered:
        raise WrongUse(ErrorCode.EXPORT_SYSTEM_NOT_OFFERED, crs=name, offered=", ".join(offered))
    return parse_crs(plain)
