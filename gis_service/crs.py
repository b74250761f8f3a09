"""The only EPSG numbers in the code, and the duty of every function that measures.

Storage is WGS 84 in longitude, latitude order. Lengths and areas are taken in a projected system in metres,
never in degrees and never in Web Mercator, which stretches Thai Binh by 14.6 %.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import pyproj
import shapely
from pyproj.crs import ProjectedCRS
from pyproj.exceptions import CRSError, ProjError

from gis_service.crs_text import names_no_file, plain_system, shown_system
from gis_service.errors import ErrorCode, RefusedInput
from gis_service.types import BBox, Floats, Geometries

STORAGE_SRID = 4326
"""WGS 84: geometry columns and GeoJSON."""
TILE_SRID = 3857
"""Web Mercator: vector tiles only, never measured in."""
STORAGE = pyproj.CRS.from_epsg(STORAGE_SRID)
DEMO_METRIC = pyproj.CRS.from_epsg(9209)
"""VN-2000 / TM-3 105-30, the zone of Thai Binh: the demo city is drawn in it."""
_UTM_NORTH, _UTM_SOUTH = 32600, 32700
VN2000 = 4756
"""VN-2000 in degrees."""
VN2000_ZONES = (*range(9205, 9219), *range(5896, 5900), 3405, 3406)
"""VN-2000 in metres: the TM-3 zones of the provinces, then UTM 48N and 49N."""
USED_IN_VIET_NAM = (
    *VN2000_ZONES,
    VN2000,
    STORAGE_SRID,
    32648,
    32649,
    TILE_SRID,
    *(2044, 2045, 4147),  # Hanoi 1972, Gauss-Kruger zones 18 and 19, and in degrees
    *(3148, 3149, 4131),  # Indian 1960, UTM 48N and 49N, and in degrees
)
"""Systems that a file from Viet Nam may be in."""


def parse_crs(text: str) -> pyproj.CRS:
    """Read a coordinate system from ``EPSG:9209``, WKT or PROJ text of our own or of who runs the service.

    PROJ opens the files that a text names; what a stranger wrote :func:`parse_stranger_crs` reads.

    Raises
    ------
    RefusedInput
        ``crs_unknown`` when PROJ does not recognise it.
    """
    try:
        return pyproj.CRS.from_user_input(text)
    except CRSError as error:
        raise RefusedInput(ErrorCode.CRS_UNKNOWN, crs=text) from error


def parse_stranger_crs(text: str) -> pyproj.CRS:
    """Read a coordinate system that stands in a file, or that somebody chose, without opening any other file.

    Parameters
    ----------
    text
        ``EPSG:9209``, an address of OGC, WKT or PROJJSON. What names a grid, a file or steps of PROJ is none.

    Raises
    ------
    RefusedInput
        ``crs_unknown``.
    """
    plain = plain_system(text)
    crs = None if plain is None else _known(plain)
    # The text was looked at before PROJ saw it; this is what PROJ made of it.
    if crs is None or not names_no_file(crs.to_json_dict()):
        raise RefusedInput(
            ErrorCode.CRS_UNKNOWN, crs=text if _CODE_LIKE.fullmatch(text) else shown_system(text)
        )
    return crs


def parse_chosen_crs(text: str) -> pyproj.CRS:
    """Read a system that somebody chose for places on earth.

    Raises
    ------
    RefusedInput
        ``crs_unknown``, also for a system that :func:`is_placed` is not true of.
    """
    crs = parse_stranger_crs(text)
    if not is_placed(crs):
        raise RefusedInput(ErrorCode.CRS_UNKNOWN, crs=crs_name(crs))
    return crs


def is_placed(crs: pyproj.CRS) -> bool:
    """Tell whether a system says where on earth a place lies, by degrees or by a map.

    Systems of a building site, of heights alone, of times, of the centre of the earth and of other planets do
    not; programs write such ones when they know none.
    """
    try:
        plane = _horizontal(crs)
        if not (plane.is_geographic or plane.is_projected):
            return False
        _transformer(plane.to_wkt(), STORAGE.to_wkt())
    except ProjError:
        return False
    return True


_CODE_LIKE = re.compile(r"[\w.:+-]{1,40}")


def _known(plain: str) -> pyproj.CRS | None:
    try:
        return pyproj.CRS.from_user_input(plain)
    except CRSError:
        return None


@dataclass(frozen=True, slots=True)
class Recognised:
    """A system that was written without its shift, or with a wrong one, and what it was taken for.

    Parameters
    ----------
    written
        As the file names it, or its PROJ text where it has no name.
    taken
        What it is taken for: ``EPSG:9209``, or a name where the zone has no code.
    """

    written: str
    taken: str


def recognised(crs: pyproj.CRS) -> tuple[pyproj.CRS, Recognised | None]:
    """Take a VN-2000 that is written without its shift for what it is, and leave out heights.

    Parameters
    ----------
    crs
        Any system, as :func:`parse_crs` gives it.

    Returns
    -------
    tuple[pyproj.CRS, Recognised or None]
        The horizontal system to read coordinates in; what was recognised, or None where nothing was.

    Notes
    -----
    VN-2000 stands on the ellipsoid of WGS 84 but lies 224 m from it. Many programs write the ellipsoid and no
    shift, or the shift with its rotations turned round; PROJ names such a system EPSG:9209 and still moves it
    by nothing. It is VN-2000 when it says so by name, when it bears one of the two published shifts, or when
    it is Transverse Mercator on that ellipsoid, without a datum of its own, at the scale 0.9999 and on a
    meridian of a province. Who names WGS 84 gets WGS 84. The shift is that of PROJ's best operation.

    References
    ----------
    Decision 05/2007/QĐ-BTNMT of the Ministry of Natural Resources and Environment.
    """
    plane = _horizontal(crs)
    source = _unbound(plane)
    if not plane.is_bound and source.to_json_dict().get("id"):
        return source, None
    named, shifted = _says_vn2000(source), plane.is_bound and _is_vn2000_shift(plane)
    if source.is_geographic:
        taken = pyproj.CRS.from_epsg(VN2000) if named or shifted else None
    else:
        taken = _zone_of(source, sure=named or shifted, null_shift=plane.is_bound and not shifted)
    if taken is None:
        return plane, None
    return taken, Recognised(_written(plane), crs_name(taken))


_CALLED_VN2000 = re.compile(r"(VN|Viet\s*nam|Việt\s*Nam)[\s_-]*2000", re.IGNORECASE)
_NO_DATUM = re.compile(r"(D_)?(unknown|unnamed|undefined|not[_ ]specified|custom|user)", re.IGNORECASE)
_CALLED_WGS84 = re.compile(r"WGS[\s_]*(19)?84|World[\s_]Geodetic[\s_]System[\s_]1984", re.IGNORECASE)
_SHIFT_METRES = ((-191.904, -39.303, -111.450), (-192.873, -39.382, -111.202))
_SHIFT_TOLERANCE = 0.01
_WGS84_ELLIPSOID = (6_378_137.0, 298.257_223_563)
_TM3_SCALE = 0.9999
_TRANSVERSE_MERCATOR = ("Longitude of natural origin", "Scale factor at natural origin", "False easting")
_AT_ZERO = ("Latitude of natural origin", "False northing")


def _horizontal(crs: pyproj.CRS) -> pyproj.CRS:
    if crs.is_compound:
        return _horizontal(crs.sub_crs_list[0])
    return crs.to_2d() if len(crs.axis_info) > 2 else crs  # noqa: PLR2004


def _unbound(plane: pyproj.CRS) -> pyproj.CRS:
    """Give a system without the shift that is written beside it."""
    return (plane.source_crs if plane.is_bound else None) or plane


def _says_vn2000(crs: pyproj.CRS) -> bool:
    names = [crs.name, crs.datum.name if crs.datum else "", crs.geodetic_crs.name if crs.geodetic_crs else ""]
    return any(_CALLED_VN2000.search(name) for name in names)


def _is_vn2000_shift(bound: pyproj.CRS) -> bool:
    """Tell whether a system bears one of the published shifts, whichever way its rotations are turned."""
    given = list(bound.coordinate_operation.towgs84 if bound.coordinate_operation else ())[:3]
    return any(
        len(given) == len(shift) and np.allclose(given, shift, atol=_SHIFT_TOLERANCE)
        for shift in _SHIFT_METRES
    )


def _zone_of(source: pyproj.CRS, *, sure: bool, null_shift: bool) -> pyproj.CRS | None:
    """Find the zone of a system in metres; where it is surely VN-2000 but no zone, one of its own."""
    zone = _zone_key(source)
    if not sure and (null_shift or not _looks_like_tm3(source, zone)):
        return None
    if zone in _zones():
        return pyproj.CRS.from_epsg(_zones()[zone])
    operation = source.coordinate_operation
    if operation is None or not is_metric(source):
        return None
    return ProjectedCRS(operation, name=f"VN-2000 / {source.name}", geodetic_crs=pyproj.CRS.from_epsg(VN2000))


def _looks_like_tm3(source: pyproj.CRS, zone: tuple[float, float] | None) -> bool:
    ellipsoid = source.ellipsoid
    return (
        zone is not None
        and zone in _zones()
        and zone[1] == _TM3_SCALE
        and ellipsoid is not None
        and np.allclose(
            (ellipsoid.semi_major_metre, ellipsoid.inverse_flattening), _WGS84_ELLIPSOID, rtol=1e-9
        )
        and source.datum is not None
        and _NO_DATUM.match(source.datum.name) is not None
    )


def _zone_key(crs: pyproj.CRS) -> tuple[float, float] | None:
    """Give meridian and scale of a Transverse Mercator in metres with the false origin of VN-2000."""
    operation = crs.coordinate_operation
    if operation is None or operation.method_name != "Transverse Mercator" or not is_metric(crs):
        return None
    values = _values(crs)
    meridian, scale, easting = (values.get(name, 0.0) for name in _TRANSVERSE_MERCATOR)
    if easting != 500_000 or any(values.get(name, 0.0) for name in _AT_ZERO):  # noqa: PLR2004
        return None
    return round(meridian, 6), round(scale, 9)


def _values(crs: pyproj.CRS) -> dict[str, float]:
    """Give the parameters of a projection by name, angles in degrees, lengths in metres."""
    values = {}
    for parameter in crs.coordinate_operation.params if crs.coordinate_operation else ():
        angle = parameter.unit_name not in {"metre", "unity"} and "itude" in parameter.name
        value = float(parameter.value) * parameter.unit_conversion_factor
        values[parameter.name] = float(np.degrees(value)) if angle else value
    return values


@lru_cache(maxsize=1)
def _zones() -> Mapping[tuple[float, float] | None, int]:
    """Give the code of each zone by its meridian and scale."""
    return {_zone_key(pyproj.CRS.from_epsg(code)): code for code in VN2000_ZONES}


def _written(plane: pyproj.CRS) -> str:
    source = _unbound(plane)
    zone = _zone_key(source)
    if zone is None or not _NO_DATUM.match(plane.name):
        return str(plane.name)
    return f"+proj=tmerc +lon_0={zone[0]:g} +k={zone[1]:g}"


def crs_name(crs: pyproj.CRS) -> str:
    """Name a system shortly: ``EPSG:9209`` when it has a code, else its title."""
    authority = crs.to_authority()
    return ":".join(authority) if authority else str(crs.name)


def is_metric(crs: pyproj.CRS) -> bool:
    """Tell whether planar lengths in this system are metres on the ground."""
    if not crs.is_projected or crs.to_epsg() == TILE_SRID:
        return False
    return all(abs(axis.unit_conversion_factor - 1.0) < 1e-12 for axis in crs.axis_info[:2])  # noqa: PLR2004


def require_metric(crs: pyproj.CRS | None, name: str) -> pyproj.CRS:
    """Refuse to measure in degrees, in feet or in Web Mercator.

    Parameters
    ----------
    crs
        System of the data.
    name
        What the user calls the data, for the message.

    Raises
    ------
    RefusedInput
        ``crs_missing`` or ``crs_not_metric``.
    """
    if crs is None:
        raise RefusedInput(ErrorCode.CRS_MISSING, name=name)
    if not is_metric(crs):
        unit = crs.axis_info[0].unit_name if crs.axis_info else "?"
        raise RefusedInput(ErrorCode.CRS_NOT_METRIC, name=name, crs=crs_name(crs), unit=unit)
    return crs


def utm_of(bbox: BBox) -> pyproj.CRS:
    """Give the WGS 84 UTM zone of the centre of a box in longitude, latitude degrees."""
    longitude, latitude = (bbox[0] + bbox[2]) / 2, (bbox[1] + bbox[3]) / 2
    zone = min(int((longitude + 180) // 6) + 1, 60)
    return pyproj.CRS.from_epsg((_UTM_NORTH if latitude >= 0 else _UTM_SOUTH) + zone)


@lru_cache(maxsize=64)
def _transformer(source: str, target: str) -> pyproj.Transformer:
    return pyproj.Transformer.from_crs(source, target, always_xy=True)


def transform(geometries: Geometries, source: pyproj.CRS, target: pyproj.CRS) -> Geometries:
    """Bring geometries from one system to another, x before y on both sides.

    PROJ picks the operation with the best accuracy; for VN-2000 that is the seven-parameter shift of
    Decision 05/2007/QĐ-BTNMT (1 m).
    """
    if source == target:
        return geometries
    moved = shapely.transform(geometries, lambda xy: transform_xy(xy, source, target))
    return np.asarray(moved, dtype=object)


def transform_xy(xy: Floats, source: pyproj.CRS, target: pyproj.CRS) -> Floats:
    """Bring coordinates ``(..., 2)`` over as `transform` does, without geometries; infinite beyond PROJ."""
    return np.stack(_transformer(source.to_wkt(), target.to_wkt()).transform(xy[..., 0], xy[..., 1]), axis=-1)


def lonlat_of(x: Floats, y: Floats, source: pyproj.CRS) -> tuple[Floats, Floats]:
    """Give longitude and latitude (n,) in degrees, WGS 84, of x and y (n,); infinite beyond PROJ."""
    if source.equals(STORAGE, ignore_axis_order=True):
        return x, y
    longitude, latitude = _transformer(source.to_wkt(), STORAGE.to_wkt()).transform(x, y)
    return np.asarray(longitude), np.asarray(latitude)


def meridian_of(crs: pyproj.CRS) -> float | None:
    """Give the central meridian of a Transverse Mercator in degrees; None for any other system."""
    operation = crs.coordinate_operation if crs.is_projected else None
    if operation is None or operation.method_name != "Transverse Mercator":
        return None
    return _values(crs)["Longitude of natural origin"]


def vn2000_twin(crs: pyproj.CRS) -> pyproj.CRS | None:
    """Give the zone of VN-2000 that a system has all figures of, while it names WGS 84 as its datum.

    Nothing but VN-2000 uses the scale 0.9999 on a meridian of a province, and many a user of ArcGIS or
    MapInfo defines it so; the coordinates are then some 224 m off. The file may still mean what it says.

    Parameters
    ----------
    crs
        Any system.

    Returns
    -------
    pyproj.CRS or None
        None for a system with a code of its own, and for any that is no such twin.
    """
    source = _unbound(_horizontal(crs))
    zone = _zone_key(source) if source.is_projected and not source.to_json_dict().get("id") else None
    on_wgs84 = source.datum is not None and _CALLED_WGS84.search(source.datum.name) is not None
    if zone is None or zone not in _zones() or zone[1] != _TM3_SCALE or not on_wgs84:
        return None
    return pyproj.CRS.from_epsg(_zones()[zone])


def metres_apart(one: pyproj.CRS, other: pyproj.CRS, longitude: float, latitude: float) -> float:
    """Tell how many metres a place moves when its coordinates in one system are read in another.

    Parameters
    ----------
    one, other
        The systems.
    longitude, latitude
        The place in degrees (WGS 84).
    """
    x, y = _transformer(STORAGE.to_wkt(), one.to_wkt()).transform(longitude, latitude)
    moved = _transformer(other.to_wkt(), STORAGE.to_wkt()).transform(x, y)
    return float(pyproj.Geod(ellps="WGS84").inv(longitude, latitude, *moved)[2])
