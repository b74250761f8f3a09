"""How many people a building is likely to hold beside the others of its zone: floor area times class."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import shapely

from gis_service.text import search_form
from gis_service.types import Bools, Floats, Geometries, Int64s

STOREY_M = 3.0
"""Height of one storey where only the height of a building is known."""
MOST_STOREYS = 200.0
"""More storeys than any building has: a slip of the table, counted as not known."""
UNKNOWN_DENSITY = 1.0
"""Density of a class that is in no table: people may well live there; it is counted and told."""

_HOMES = (
    *("", "yes", "residential", "apartments", "house", "detached", "semidetached house", "semi", "terrace"),
    *("dormitory", "bungalow", "farm", "cabin", "hut", "houseboat", "static caravan", "villa"),
    *("nha o", "chung cu", "nha lien ke", "nha pho", "biet thu", "ky tuc xa", "nha tap the", "nha rieng le"),
)
_MIXED = ("mixed", "mixed use", "nha o ket hop kinh doanh", "hon hop")
_NOT_HOMES = (
    *("no", "industrial", "industry", "commercial", "commerce", "retail", "office", "warehouse", "factory"),
    *("manufacture", "supermarket", "kiosk", "hotel", "school", "kindergarten", "university", "college"),
    *("hospital", "clinic", "public", "public building", "civic", "government", "church", "chapel"),
    *("cathedral", "temple", "pagoda", "mosque", "shrine", "religious", "garage", "garages", "carport"),
    *("parking", "shed", "roof", "barn", "stable", "sty", "cowshed", "greenhouse", "farm auxiliary"),
    *("service", "transportation", "train station", "hangar", "sports hall", "stadium", "grandstand"),
    *("bunker", "ruins", "construction", "collapsed", "toilets", "transformer tower", "water tower", "silo"),
    *("utility", "glasshouse", "pavilion", "entrance"),
    *("fire station", "museum", "bridge", "tent", "nha may", "nha xuong", "kho", "van phong", "truong hoc"),
    *("benh vien", "tram y te", "cho", "cua hang", "khach san", "chua", "dinh", "den", "mieu", "nha tho"),
    *("tru so", "cong trinh cong cong", "cong nghiep", "thuong mai", "nha kho", "chuong trai"),
)
DENSITY: Mapping[str, float] = (
    dict.fromkeys(_HOMES, 1.0) | dict.fromkeys(_MIXED, 0.5) | dict.fromkeys(_NOT_HOMES, 0.0)
)
"""People per floor area by class beside a home, in small letters without accents: OSM ``building`` values and
Vietnamese words; a building without a class is a home."""

_RESIDENTIAL_LAND = ("residential", "dat o", "khu dan cu", "ont", "odt", "housing")


@dataclass(frozen=True)
class Buildings:
    """Buildings as places with a weight.

    Parameters
    ----------
    xy
        ``(n, 2)`` a point inside each building, metres of any projected CRS in metres.
    weight
        ``(n,)`` floor area times density, whole thousandths of a square metre; 0 where nobody lives.
    unknown
        Classes that are in no table, and how many buildings of each.
    """

    xy: Floats
    weight: Int64s
    unknown: Mapping[str, int]


def weigh_buildings(
    footprints: Geometries,
    storeys: Floats,
    height_m: Floats,
    classes: Sequence[str],
    density: Mapping[str, float] = DENSITY,
) -> Buildings:
    """Weigh buildings by footprint area x storeys x density of the class.

    Parameters
    ----------
    footprints
        ``(n,)`` polygons in a projected CRS in metres; a point or a line has no area and counts for nothing.
    storeys
        ``(n,)`` storeys above the ground; nan, nought, negative and more than 200 mean not known.
    height_m
        ``(n,)`` metres, asked where the storeys are not known: one storey for every 3 m, at least one; where
        it is not known either, one storey.
    classes
        ``n`` classes, as they are written.
    density
        People per floor area by folded class.

    Returns
    -------
    Buildings
        In the order of the input, with a representative point for place.

    References
    ----------
    Wright, J. K. (1936), doi:10.2307/209467; volumes: Lwin, K. and Murayama, Y. (2009),
    doi:10.1111/j.1467-9671.2009.01171.x.

    Examples
    --------
    >>> square = np.array([shapely.box(0, 0, 10, 10)], dtype=object)
    >>> weigh_buildings(square, np.array([np.nan]), np.array([6.0]), ["Nhà ở"]).weight.tolist()
    [200000]
    """
    shapes = np.asarray(footprints, dtype=object)
    floors = np.where(_within(storeys, MOST_STOREYS), storeys, np.nan)
    by_height = np.maximum(np.where(_within(height_m, MOST_STOREYS * STOREY_M), height_m, 0) / STOREY_M, 1.0)
    floors = np.where(np.isfinite(floors), floors, by_height)
    folded = [fold(name) for name in classes]
    unknown = Counter(name for name in folded if name not in density)
    people_per_m2 = np.array([density.get(name, UNKNOWN_DENSITY) for name in folded], dtype=np.float64)
    area = np.nan_to_num(shapely.area(shapes), nan=0.0)
    weight = np.floor(area * floors * people_per_m2 * 1000.0 + 0.5).astype(np.int64)
    there = ~(shapely.is_missing(shapes) | shapely.is_empty(shapes))
    xy = np.full((len(shapes), 2), np.nan)
    xy[there] = shapely.get_coordinates(shapely.point_on_surface(shapes[there]))
    return Buildings(xy, np.where(there, weight, 0), dict(sorted(unknown.items())))


def is_residential(classes: Sequence[str]) -> Bools:
    """Tell which classes of land are for living: OSM ``residential``, ``đất ở``, ``ONT``, ``ODT``.

    Examples
    --------
    >>> is_residential(["residential_rural", "Đất ở đô thị", "ODT", "farmland"]).tolist()
    [True, True, True, False]
    """
    found = [
        any(name == start or name.startswith(f"{start} ") for start in _RESIDENTIAL_LAND)
        for name in map(fold, classes)
    ]
    return np.array(found, dtype=np.bool_)


def fold(name: str) -> str:
    """Give a class as the tables write it: small letters, no accents, spaces between words."""
    return " ".join(search_form(name).replace("_", " ").split())


def _within(values: Floats, most: float) -> Bools:
    return np.isfinite(values) & (values > 0) & (values <= most)
