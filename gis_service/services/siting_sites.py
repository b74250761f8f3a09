"""Where sites may be: the features of layers, areas by where they are entered, and places that are given."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pyproj
import shapely

from gis_service.analysis.entrances import entrances
from gis_service.crs import STORAGE, transform, transform_xy
from gis_service.services.siting_request import CandidatePlace
from gis_service.types import Bools, Floats, Geometries, Int64s

_DECIMALS = 7
"""Of degrees, of places that are worked out: a centimetre."""
_POINT, _AREA = 0, 2
"""Dimensions."""


@dataclass(frozen=True)
class Sites:
    """Places where something may be built.

    Parameters
    ----------
    ids
        Each once.
    names
        As their layer has them; None where it has none.
    sources
        Layer of each, or ``places``.
    lonlat
        ``(n, 2)`` in WGS 84: what the plan tells is this place and no other.
    xy
        ``(n, 2)`` the same in the metric system of the study.
    cost, capacity
        ``(n,)`` what each would cost, and how many people it would have room for; nan where nothing tells it.
    left_out
        How many there were that may not be, or cannot be, by the reason.
    """

    ids: tuple[str, ...]
    names: tuple[str | None, ...]
    sources: tuple[str, ...]
    lonlat: Floats
    xy: Floats
    cost: Floats
    capacity: Floats
    left_out: Mapping[str, int] = field(default_factory=dict)

    def __len__(self) -> int:
        """Give their number."""
        return len(self.ids)

    def take(self, kept: Bools | Int64s, reason: str | None = None) -> "Sites":
        """Give some of them; those that go are counted under a reason."""
        rows = np.flatnonzero(kept) if kept.dtype == np.bool_ else kept
        gone = len(self) - len(rows)
        told = dict(self.left_out)
        if reason is not None and gone:
            told[reason] = told.get(reason, 0) + gone
        some = rows.tolist()
        return Sites(
            tuple(self.ids[row] for row in some),
            tuple(self.names[row] for row in some),
            tuple(self.sources[row] for row in some),
            self.lonlat[rows],
            self.xy[rows],
            self.cost[rows],
            self.capacity[rows],
            told,
        )


def joined(parts: Sequence[Sites]) -> Sites:
    """Put sites together, in their order."""
    told: dict[str, int] = {}
    for part in parts:
        for reason, count in part.left_out.items():
            told[reason] = told.get(reason, 0) + count
    return Sites(
        tuple(id_ for part in parts for id_ in part.ids),
        tuple(name for part in parts for name in part.names),
        tuple(source for part in parts for source in part.sources),
        np.concatenate([np.empty((0, 2)), *(part.lonlat for part in parts)]),
        np.concatenate([np.empty((0, 2)), *(part.xy for part in parts)]),
        np.concatenate([np.empty(0), *(part.cost for part in parts)]),
        np.concatenate([np.empty(0), *(part.capacity for part in parts)]),
        told,
    )


def sites_of_places(places: Sequence[CandidatePlace], crs: pyproj.CRS) -> Sites:
    """Give the sites that are named by their places.

    Parameters
    ----------
    places
        In WGS 84.
    crs
        Metric system of the study; places that it does not know are left out as ``beyond``.
    """
    lonlat = np.array([(one.lon, one.lat) for one in places], dtype=np.float64).reshape(-1, 2)
    ids = tuple(one.id or f"place.{at}" for at, one in enumerate(places, 1))
    cost = _told([one.cost for one in places])
    capacity = _told([one.capacity for one in places])
    xy = transform_xy(lonlat, STORAGE, crs) if len(lonlat) else lonlat
    found = Sites(ids, (None,) * len(ids), ("places",) * len(ids), lonlat, xy, cost, capacity)
    return found.take(are_known(xy), "beyond")


def _told(values: Sequence[float | None]) -> Floats:
    """Give numbers; nan where nothing is told."""
    return np.array([np.nan if one is None else one for one in values], dtype=np.float64)


def are_known(xy: Floats) -> Bools:
    """Tell which places, ``(n, 2)``, a system knows."""
    return np.asarray(np.isfinite(xy).all(axis=1), dtype=np.bool_)


def stand_at(shapes: Geometries, crs: pyproj.CRS, lines: Geometries) -> tuple[Floats, Floats]:
    """Find where something built on each feature would stand: a point as it is, an area where it is entered.

    Parameters
    ----------
    shapes
        ``(n,)`` points and areas in WGS 84.
    crs
        Metric system of the study.
    lines
        Roads that a site may be joined to, in that system; without any an area is a point inside it.

    Returns
    -------
    lonlat, xy
        ``(n, 2)`` each. Of several entrances the one nearest to a point well inside.
    """
    lonlat = np.full((len(shapes), 2), np.nan)
    is_point = shapely.get_type_id(shapes) == shapely.GeometryType.POINT
    lonlat[is_point] = shapely.get_coordinates(shapes[is_point])
    others = np.flatnonzero(~is_point)
    if len(others):
        places = stand_in(transform(shapely.force_2d(shapes[others]), STORAGE, crs), lines)
        lonlat[others] = np.round(transform_xy(places, crs, STORAGE), _DECIMALS)
    # From the degrees again: who adds the site to a scenario gives these and nothing else.
    return lonlat, transform_xy(lonlat, STORAGE, crs) if len(lonlat) else lonlat


def stand_in(shapes: Geometries, lines: Geometries) -> Floats:
    """Find where something built on each feature would stand, ``(n, 2)``; all in one metric system.

    Parameters
    ----------
    shapes
        ``(n,)`` points and areas.
    lines
        As of `stand_at`.
    """
    places = shapely.get_coordinates(shapely.point_on_surface(shapes)).reshape(-1, 2)
    _to_entrances(places, shapes, np.flatnonzero(shapely.get_dimensions(shapes) == _AREA), lines)
    return places


def _to_entrances(places: Floats, metric: Geometries, areas: Int64s, lines: Geometries) -> None:
    """Move the places of areas to their nearest entrances, where they have any."""
    ways_in, owner = entrances(metric[areas], lines)
    if not len(owner):
        return
    away = np.hypot(*(ways_in - places[areas[owner]]).T)
    order = np.lexsort((away, owner))
    first = np.append(True, np.diff(owner[order]) != 0)
    nearest = order[first]
    places[areas[owner[nearest]]] = ways_in[nearest]


def inside_any(xy: Floats, areas: Geometries) -> Bools:
    """Tell which places lie in one of some areas, both in one system; on the border is inside."""
    found = np.zeros(len(xy), dtype=np.bool_)
    if len(xy) and len(areas):
        tree = shapely.STRtree(np.asarray(shapely.points(xy), dtype=object))
        sound = np.asarray(shapely.make_valid(areas), dtype=object)
        found[np.unique(tree.query(sound, predicate="intersects")[1])] = True
    return found


def are_places(shapes: Geometries) -> bool:
    """Tell whether all of some shapes are points or areas, as sites have to be."""
    return bool(np.isin(shapely.get_dimensions(shapes), (_POINT, _AREA)).all())
