"""Guesses the coordinate system of points from where the city lies; never decides it.

Neighbouring meridians of VN-2000 put the same numbers 26 to 52 km apart, which looks plausible on a map. The
box of the city tells most of them apart; those it cannot tell apart are all shown.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pyproj

from gis_service.analysis.shapes import MARGIN_DEGREES
from gis_service.crs import STORAGE_SRID, USED_IN_VIET_NAM, crs_name, lonlat_of, meridian_of
from gis_service.types import BBox, Bools, Floats

LOOKED_AT = 2_000
"""Points that are tried, evenly over all."""
_FITS = 0.9
_BULK = (5, 95)
"""Percentiles of longitude and latitude between which a box lies."""
Why = Literal[
    "declared", "city_system", "all_inside", "some_inside", "none_inside", "axes_swapped", "neighbour"
]
Doubt = Literal["crs_suspect", "axes_swapped"]


@dataclass(frozen=True, slots=True)
class CrsGuess:
    """A system that points may be in.

    Parameters
    ----------
    crs
        ``EPSG:9209``, or the name of a declared system without a code.
    share_inside, share_in_box
        Share of the points that lie in the city's box with its margin, and without it, read so; 0..1.
    swapped
        Read with x and y exchanged.
    centre
        Longitude and latitude of the middle point, in degrees; none where PROJ cannot place it.
    box
        West, south, east, north of the points but for the outermost, in degrees; none where PROJ cannot place
        any. A few strays would make it a box of half the world.
    why
        ``declared`` by the file; ``city_system``, the one usual here; ``all_inside``, ``some_inside`` or
        ``none_inside``; ``axes_swapped``; ``neighbour``, it fits, and another meridian
        puts as many points inside.
    """

    crs: str
    share_inside: float
    share_in_box: float
    swapped: bool
    centre: tuple[float, float] | None
    box: BBox | None
    why: tuple[Why, ...]


@dataclass(frozen=True, slots=True)
class _Tried:
    crs: pyproj.CRS
    swapped: bool
    share: float
    in_box: float
    centre: tuple[float, float] | None
    box: BBox | None


def guess_crs(
    points: Floats, box: BBox, declared: pyproj.CRS | None = None, usual: pyproj.CRS | None = None
) -> tuple[CrsGuess, ...]:
    """Rank the systems that points may be in.

    Parameters
    ----------
    points
        (n, 2) x and y as the file has them, or the corners of boxes; rows that are not finite are left
        out.
    box
        West, south, east, north of the city in degrees, WGS 84. Its margin is that of loading.
    declared
        System that the file names; it stands in the answer even when no point lies inside.
    usual
        The city's own metric system: among equals it and its neighbours come first.

    Returns
    -------
    tuple[CrsGuess, ...]
        Systems with a point inside and the declared one: by share inside; among equals the declared one, then
        by nearness to the usual system, then by code, as written before exchanged. Empty without a finite
        point.

    Notes
    -----
    VN-2000 and WGS 84 in the same zone lie 224 m apart: no box tells them apart, and both are given.
    """
    finite = points[np.isfinite(points).all(axis=1)]
    if not len(finite):
        return ()
    sample = finite[:: -(-len(finite) // LOOKED_AT)]
    systems = [pyproj.CRS.from_epsg(code) for code in USED_IN_VIET_NAM]
    known = declared is None or any(declared.equals(crs, ignore_axis_order=True) for crs in systems)
    systems += [] if known or declared is None else [declared]
    tried = [_try(sample, crs, box, swapped=swapped) for crs in systems for swapped in (False, True)]
    found = [each for each in tried if each.share or (_same(each.crs, declared) and not each.swapped)]
    found.sort(key=lambda each: (-each.share, *_rank(each.crs, declared, usual), each.swapped))
    return tuple(
        CrsGuess(
            crs_name(each.crs),
            each.share,
            each.in_box,
            each.swapped,
            each.centre,
            each.box,
            _why(each, found, declared, usual),
        )
        for each in found
    )


def doubt_of(guesses: tuple[CrsGuess, ...]) -> Doubt | None:
    """Tell whether the system that a file declares is doubtful.

    Parameters
    ----------
    guesses
        Answer of :func:`guess_crs` for a declared system.

    Returns
    -------
    str or None
        ``axes_swapped`` when it fits with its axes exchanged, ``crs_suspect`` when another system fits; none
        when it fits itself, or no other does. A system fits with nine tenths of the points inside.
    """
    written = next((guess for guess in guesses if "declared" in guess.why and not guess.swapped), None)
    if written is None or written.share_inside >= _FITS:
        return None
    fitting = [guess for guess in guesses if guess.share_inside >= _FITS]
    if any("declared" in guess.why for guess in fitting):
        return "axes_swapped"
    return "crs_suspect" if fitting else None


def _try(points: Floats, crs: pyproj.CRS, box: BBox, *, swapped: bool) -> _Tried:
    x, y = (points[:, ::-1] if swapped else points).T
    longitude, latitude = lonlat_of(x, y, crs)
    inside, in_box = (_inside(longitude, latitude, box, margin) for margin in (MARGIN_DEGREES, 0.0))
    place = float(np.median(longitude)), float(np.median(latitude))
    centre = place if np.isfinite(place).all() else None
    return _Tried(crs, swapped, float(inside.mean()), float(in_box.mean()), centre, _box(longitude, latitude))


def _box(longitude: Floats, latitude: Floats) -> BBox | None:
    placed = np.column_stack([longitude, latitude])
    placed = placed[np.isfinite(placed).all(axis=1)]
    if not len(placed):
        return None
    (west, south), (east, north) = np.percentile(placed, _BULK, axis=0).tolist()
    return west, south, east, north


def _inside(longitude: Floats, latitude: Floats, box: BBox, margin: float) -> Bools:
    west, south, east, north = box
    return np.asarray(
        (longitude >= west - margin)
        & (longitude <= east + margin)
        & (latitude >= south - margin)
        & (latitude <= north + margin)
    )


def _why(
    each: _Tried, found: list[_Tried], declared: pyproj.CRS | None, usual: pyproj.CRS | None
) -> tuple[Why, ...]:
    shares: dict[float, Why] = {0.0: "none_inside", 1.0: "all_inside"}
    meridian = meridian_of(each.crs)
    neighbours = any(
        other.share == each.share and meridian_of(other.crs) not in {None, meridian}
        for other in found
        if meridian is not None and each.share >= _FITS and not other.swapped and not each.swapped
    )
    said: tuple[tuple[bool, Why], ...] = (
        (_same(each.crs, declared), "declared"),
        (_same(each.crs, usual), "city_system"),
        (True, shares.get(each.share, "some_inside")),
        (each.swapped, "axes_swapped"),
        (neighbours, "neighbour"),
    )
    return tuple(why for holds, why in said if holds)


def _same(crs: pyproj.CRS, other: pyproj.CRS | None) -> bool:
    return other is not None and bool(crs.equals(other, ignore_axis_order=True))


def _rank(crs: pyproj.CRS, declared: pyproj.CRS | None, usual: pyproj.CRS | None) -> tuple[float, ...]:
    """Order equals: the declared system, the usual one, its datum by meridian, the others by code.

    Degrees without a word are WGS 84 far more often than VN-2000.
    """
    code = float(crs.to_epsg() or 0)
    if _same(crs, declared):
        return 0, 0, code
    if _same(crs, usual) or code == STORAGE_SRID:
        return 1, 0, code
    if usual is not None and crs.datum == usual.datum:
        return 2, abs((meridian_of(crs) or 0.0) - (meridian_of(usual) or 0.0)), code
    return 3, 0, code
