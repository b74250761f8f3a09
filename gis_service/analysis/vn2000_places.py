"""Finds where two numbers of metres lie, in the systems of VN-2000 that a province works in."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import pyproj

from gis_service.analysis.shapes import MARGIN_DEGREES
from gis_service.crs import STORAGE, VN2000_ZONES, crs_name, lonlat_of, meridian_of, transform_xy
from gis_service.types import BBox

NARROW, WIDE = 3, 6
"""Degrees that a zone of VN-2000 is wide."""


@dataclass(frozen=True, slots=True)
class Zone:
    """A zone of VN-2000: its code (``EPSG:9209``), central meridian in degrees, and width in degrees."""

    system: str
    meridian: float
    width: int

    @property
    def crs(self) -> pyproj.CRS:
        """The system itself."""
        return _crs(self.system)


@lru_cache(maxsize=32)
def _crs(system: str) -> pyproj.CRS:
    return pyproj.CRS.from_user_input(system)


@lru_cache(maxsize=1)
def _all() -> tuple[Zone, ...]:
    systems = [pyproj.CRS.from_epsg(code) for code in VN2000_ZONES]
    return tuple(
        Zone(crs_name(one), round(meridian_of(one) or 0.0, 6), WIDE if one.utm_zone else NARROW)
        for one in systems
    )


def zones_of(own: pyproj.CRS, box: BBox) -> tuple[Zone, ...]:
    """Give the zones that a province works in: its own of 3° first, then the one of 6° that it lies in.

    Parameters
    ----------
    own
        The province's own system. Where it is no zone of VN-2000, the zone of 3° nearest to the middle of
        the box stands in for it.
    box
        West, south, east, north of the province in degrees, WGS 84.
    """
    middle = (box[0] + box[2]) / 2
    named = [zone for zone in _all() if zone.system == crs_name(own)]
    near = sorted(_all(), key=lambda zone: abs(zone.meridian - middle))
    found = [*named, *(next(zone for zone in near if zone.width == width) for width in (NARROW, WIDE))]
    # Its own zone stands for its width.
    return tuple({zone.width: zone for zone in reversed(found)}[width] for width in (NARROW, WIDE))


def place_in(zone: Zone, pair: tuple[float, float]) -> tuple[float, float] | None:
    """Give longitude and latitude (WGS 84) of easting and northing in a zone; None beyond its reach."""
    longitude, latitude = lonlat_of(np.array(pair[:1]), np.array(pair[1:]), zone.crs)
    place = float(longitude[0]), float(latitude[0])
    return place if np.isfinite(place).all() else None


def coordinates_in(zone: Zone, place: tuple[float, float]) -> tuple[float, float] | None:
    """Give easting and northing in metres of a longitude and latitude (WGS 84); None beyond its reach."""
    easting, northing = transform_xy(np.array(place), STORAGE, zone.crs).tolist()
    return (easting, northing) if np.isfinite((easting, northing)).all() else None


def is_around(place: tuple[float, float], box: BBox) -> bool:
    """Tell whether a place lies in a province's box or its margin, as loading takes it."""
    west, south, east, north = box
    longitude, latitude = place
    margin = MARGIN_DEGREES
    return west - margin <= longitude <= east + margin and south - margin <= latitude <= north + margin
