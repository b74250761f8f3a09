"""Whether geometries are valid by the rules of OGC simple features: the reason, the place, the repair."""

import re
import zlib
from dataclasses import dataclass

import numpy as np
import pyproj
import shapely

from gis_service.crs import STORAGE, transform
from gis_service.messages.catalogue import notices
from gis_service.types import Bools, Floats, Geometries, Text

AREA_LIMIT = 0.01
"""Share of its area by which a repair may change a feature without being asked for."""
CROSSINGS = 2
"""For each segment of a feature the others whose boxes may meet its own, at most, for a repair to be tried.
Drawn features have fewer than one; of a scribble of 2,000 vertices the repair takes a gigabyte."""
_FEW = 1_000
_LOOKED_AT = 5_000
_AT_ONCE = 200_000
"""Sides in one tree: some fifty megabytes."""
_PAIRS = 20_000_000
_PLACE = re.compile(r"\[(\S+) (\S+)\]\s*$")
_POLYGON, _MULTI_POLYGON = 3, 6
_POLYGONAL = (_POLYGON, _MULTI_POLYGON)


def places_of(reasons: Geometries) -> Floats:
    """Read the places out of GEOS' reasons, ``Self-intersection[106.35 20.45]``.

    Parameters
    ----------
    reasons
        (n,) texts of ``shapely.is_valid_reason``.

    Returns
    -------
    Floats
        (n, 2) coordinates in the system of the geometries; NaN where a reason tells no place.
    """
    places = np.full((len(reasons), 2), np.nan)
    for row, reason in enumerate(reasons):
        if found := _PLACE.search(str(reason)):
            places[row] = float(found[1]), float(found[2])
    return places


def words_of(reason: str) -> Text:
    """Say a reason of GEOS in both languages, with its place; one that we do not know is told as it is.

    Parameters
    ----------
    reason
        Text of ``shapely.is_valid_reason``.

    Examples
    --------
    >>> words_of("Hole lies outside shell[106.35 20.45]").vi
    'Lỗ nằm ngoài đường bao[106.35 20.45]'
    """
    name, bracket, place = reason.partition("[")
    known = notices().get("geometry_" + re.sub(r"\W+", "_", name.strip().lower()))
    if known is None:
        other = notices()["geometry_reason_of_geos"]
        return Text(other.vi.format(reason=reason), other.en.format(reason=reason))
    return Text(known.vi + bracket + place, known.en + bracket + place)


def tangled(geometries: Geometries, crossings: float = CROSSINGS) -> bool:
    """Tell whether the sides of polygons meet so often that working on them would take all memory and time.

    Parameters
    ----------
    geometries
        (n,) in any plane system; what is no polygon does not count.
    crossings
        For each side the others whose boxes may meet its own, at most, on average; neighbours do not count.

    Notes
    -----
    All sides are looked at up to :data:`_LOOKED_AT`, beyond that so many, chosen by the coordinates
    themselves: whoever makes a file cannot know which.
    """
    count = int(shapely.get_num_coordinates(geometries).sum())
    if count * (count - 1) // 2 <= _FEW + crossings * count:
        return False
    sides = _sides(geometries)
    most = _FEW + crossings * len(sides)
    seed = zlib.crc32(sides.tobytes())
    chosen = np.random.default_rng(seed).permutation(len(sides))[:_LOOKED_AT]
    met, step = 0, max(1, _PAIRS // _AT_ONCE)
    for first in range(0, len(sides), _AT_ONCE):
        tree = shapely.STRtree(_lines(sides[first : first + _AT_ONCE]))
        for start in range(0, len(chosen), step):
            ours, others = tree.query(_lines(sides[chosen[start : start + step]]))
            apart = np.abs(chosen[start + ours] - others - first)
            met += int(np.count_nonzero(apart > 1))
            if met / 2 > most * len(chosen) / len(sides):
                return True
    return False


def _sides(geometries: Geometries) -> Floats:
    """(m, 2, 2) both ends of all sides of the polygons among geometries."""
    parts = shapely.get_parts(geometries)
    while (shapely.get_type_id(parts) > _POLYGON).any():
        parts = shapely.get_parts(parts)
    xy, ring = shapely.get_coordinates(shapely.get_rings(parts), return_index=True)
    return np.asarray(np.stack([xy[:-1], xy[1:]], axis=1)[ring[:-1] == ring[1:]])


def _lines(sides: Floats) -> Geometries:
    return np.asarray(shapely.linestrings(sides), dtype=object)


@dataclass(frozen=True, slots=True)
class Mended:
    """Geometries made valid.

    Parameters
    ----------
    geometries
        (n,) valid geometries of the same dimension; empty where nothing of that dimension is left.
    before, after
        (n,) areas as drawn and as repaired, in m² (in square degrees without a metric system); 0 of lines
        and points.
    """

    geometries: Geometries
    before: Floats
    after: Floats

    @property
    def changed(self) -> Bools:
        """(n,) whether the area changed by more than :data:`AREA_LIMIT`."""
        return np.asarray(np.abs(self.after - self.before) > AREA_LIMIT * np.maximum(self.before, self.after))


def mend(geometries: Geometries, metric: pyproj.CRS | None) -> Mended:
    """Make geometries valid by the structure of their rings.

    Parameters
    ----------
    geometries
        (n,) invalid geometries in longitude and latitude.
    metric
        Projected system in metres for the areas.

    Notes
    -----
    The area as drawn is that of the even-odd rule (GEOS' line work method), part by part: a bow tie keeps
    its two wings under both ways, while rings that overlap, or holes that reach out of their shell, come out
    differently, and somebody should look at them. GEOS, ``MakeValid``.
    """
    repaired = np.asarray(
        shapely.make_valid(geometries, method="structure", keep_collapsed=False), dtype=object
    )
    polygonal = np.isin(shapely.get_type_id(geometries), _POLYGONAL)
    before, after = np.zeros(len(geometries)), np.zeros(len(geometries))
    if polygonal.any():
        parts, of = shapely.get_parts(geometries[polygonal], return_index=True)
        drawn = np.asarray(shapely.make_valid(parts, method="linework"), dtype=object)
        before[polygonal] = np.bincount(of, areas(drawn, metric), int(polygonal.sum()))
        after[polygonal] = areas(repaired[polygonal], metric)
    return Mended(repaired, before, after)


def areas(geometries: Geometries, metric: pyproj.CRS | None) -> Floats:
    """Measure areas of geometries in longitude and latitude: (n,) m² in the plane of ``metric``."""
    placed = geometries if metric is None else transform(geometries, STORAGE, metric)
    return np.asarray(shapely.area(placed), dtype=float)
