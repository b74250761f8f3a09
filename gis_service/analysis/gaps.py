"""Where the people beyond the limit live, grouped into places that can be named and ranked.

A place with under 20 people is no place to plan for; such homes are put together per unit as "scattered".
Every person beyond the limit is in exactly one gap place (METHODS, Gap place).
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
import shapely

from gis_service.analysis.demand import ALL, Demand
from gis_service.types import THOUSANDTHS, Floats, Int32s, Int64s

SCATTERED_PEOPLE = 20
"""A place with fewer people is scattered."""

Kind = Literal["network", "no_path", "roadless", "cluster", "no_facility", "scattered"]
"""Parts of the network, within reach of a facility or without a way to any; clusters without a road; clusters
in a study without a network; homes whose own unit has no facility; the small rest."""
Reason = Literal["network", "no_path", "roadless", "cluster", "no_facility"]
"""Why somebody is beyond the limit: the kind of the place, unless it is scattered."""
REASONS: tuple[Reason, ...] = get_args(Reason)


@dataclass(frozen=True)
class Settlements:
    """Named places, to name gaps by.

    Parameters
    ----------
    names
        ``n`` names.
    xy
        ``(n, 2)`` metres in the CRS of the demand.
    """

    names: Sequence[str]
    xy: Floats


@dataclass(frozen=True)
class GapPlace:
    """Homes beyond the limit that belong together.

    Parameters
    ----------
    id
        Follows from the kind and from the places of the homes in whole millimetres, in whatever order they
        come, and from nothing else: the same homes are the same place in every run and vintage.
    people
        Whole thousandths of a person.
    n_homes
        Number of demand points.
    kind
        How the homes belong together.
    point
        The home with the least sum of people times squared distance to all its homes.
    geometry
        The homes.
    settlement
        Name of the settlement nearest to ``point``; None for scattered homes or without settlements.
    zone
        Index of the unit of ``point``, as in `gis_service.analysis.zones`.
    homes
        Rows of the demand.
    centres
        For each of ``homes`` the row in the middle of the part that it belongs to: its unit says which homes
        are scattered together.
    """

    id: str
    people: int
    n_homes: int
    kind: Kind
    point: tuple[float, float]
    geometry: shapely.MultiPoint
    settlement: str | None
    zone: int
    homes: Int64s
    centres: Int64s


def gap_places(
    demand: Demand,
    zone: Int32s,
    homes: Int64s,
    part: Int64s,
    kinds: Sequence[Kind],
    settlements: Settlements | None = None,
    scattered_people: int = SCATTERED_PEOPLE,
) -> list[GapPlace]:
    """Make places of the homes beyond the limit.

    Parameters
    ----------
    demand
        People at places.
    zone
        ``(n,)`` unit of each row of the demand.
    homes
        ``(n_homes,)`` rows beyond the limit.
    part
        ``(n_homes,)`` label of the part or cluster each belongs to.
    kinds
        ``n_homes`` kinds; the same within a part.
    settlements
        To name the places by.
    scattered_people
        A place with fewer people is scattered.

    Returns
    -------
    list of GapPlace
        By people, the most first, then by id; by unit where homes of two places stand on the same spots.
    """
    people = demand.people[ALL][homes]
    some = people > 0  # a row may hold people of another group only through rounding
    homes, part, people = homes[some], part[some], people[some]
    kind = np.asarray(kinds, dtype=object)[some]
    labels, part = np.unique(part, return_inverse=True)
    sums = np.zeros(len(labels), dtype=np.int64)
    np.add.at(sums, part, people)
    small = sums < scattered_people * THOUSANDTHS
    centre = np.empty(len(labels), dtype=np.int64)
    for label, rows in _rows_of(part):
        centre[label] = homes[rows[_medoid(demand.xy[homes[rows]], people[rows])]]
    scattered, middle = small[part], centre[part]
    part = np.where(scattered, len(labels) + 2 + zone[middle], part)  # zones count from -2
    kind[scattered] = "scattered"
    places = [
        _place(demand, zone, (homes[rows], middle[rows]), kind[rows[0]], settlements)
        for _, rows in _rows_of(part)
    ]
    return sorted(places, key=lambda place: (-place.people, place.id, place.zone))


def ranked(places: Iterable[GapPlace], people: Int64s) -> list[GapPlace]:
    """Rank gap places by their people of one group.

    Parameters
    ----------
    places
        As `gap_places` gives them.
    people
        ``(n,)`` whole thousandths of people of the group at each row of the demand.

    Returns
    -------
    list of GapPlace
        By people of the group, the most first, then by id; by unit where homes of two places stand on the
        same spots.
    """
    return sorted(places, key=lambda place: (-int(people[place.homes].sum()), place.id, place.zone))


def _rows_of(part: Int64s) -> list[tuple[int, Int64s]]:
    """Give each label with its rows."""
    order = np.argsort(part, kind="stable")
    labels, first = np.unique(part[order], return_index=True)
    return list(zip(labels.tolist(), np.split(order, first[1:]), strict=True)) if len(part) else []


def _place(
    demand: Demand,
    zone: Int32s,
    rows: tuple[Int64s, Int64s],
    kind: Kind,
    settlements: Settlements | None,
) -> GapPlace:
    homes, centres = rows
    xy, people = demand.xy[homes], demand.people[ALL][homes]
    order = np.lexsort((zone[homes], people, xy[:, 1], xy[:, 0]))
    homes, xy, people = homes[order], xy[order], people[order]
    middle = _medoid(xy, people)
    unit = int(zone[homes[middle]])
    point = (float(xy[middle, 0]), float(xy[middle, 1]))
    return GapPlace(
        id=_id(xy, kind),
        people=int(people.sum()),
        n_homes=len(homes),
        kind=kind,
        point=point,
        geometry=shapely.MultiPoint(xy),
        settlement=None if kind == "scattered" else _nearest(point, settlements),
        zone=unit,
        homes=homes,
        centres=centres[order],
    )


def _medoid(xy: Floats, people: Int64s) -> int:
    """Find the home nearest to the weighted mean: the one with the least sum of people x squared distance.

    The sum is ``W |x - mean|² + const``, so the two are the same; equal ones go to the lower x, then y.
    Weighted in whole millimetres, so that no order of rows changes it.
    """
    millimetres = np.floor((xy - xy.min(axis=0)) * 1000 + 0.5).astype(np.int64)
    total = int(people.sum())
    mean = [int(np.dot(millimetres[:, axis].astype(object), people)) / total for axis in (0, 1)]
    apart = (millimetres[:, 0] - mean[0]) ** 2 + (millimetres[:, 1] - mean[1]) ** 2
    return int(np.lexsort((xy[:, 1], xy[:, 0], apart))[0])


def _id(xy: Floats, kind: Kind) -> str:
    millimetres = np.floor(xy * 1000 + 0.5).astype("<i8")
    millimetres = millimetres[np.lexsort((millimetres[:, 1], millimetres[:, 0]))]
    digest = hashlib.sha256(f"{kind} ".encode() + millimetres.tobytes())
    return f"gap_{digest.hexdigest()[:12]}"


def _nearest(point: tuple[float, float], settlements: Settlements | None) -> str | None:
    """Name the nearest settlement; of equally near ones the first."""
    if settlements is None or not len(settlements.names):
        return None
    apart = np.hypot(settlements.xy[:, 0] - point[0], settlements.xy[:, 1] - point[1])
    return settlements.names[int(np.argmin(apart))]
