"""Ferries of the demo city: the big ones take cars, the small ones people and motorbikes."""

from dataclasses import dataclass, replace

import numpy as np

from gis_service.analysis.demo_city.bridges import Crossing, cross
from gis_service.analysis.demo_city.land import Land

_MARGIN_M = 60.0


@dataclass(frozen=True, slots=True)
class Ferry:
    """A ferry.

    Parameters
    ----------
    name
        Empty in a plan: it is then called after the commune beside it.
    river
        Name of the water.
    near
        Where it is wanted, metres of EPSG:9209.
    headway_min
        Minutes between two departures.
    takes_cars
        Whether it takes them.
    runs_from, runs_to
        First and last departure, ``hh:mm``.
    """

    name: str
    river: str
    near: tuple[float, float]
    headway_min: float
    takes_cars: bool = False
    runs_from: str = "05:00"
    runs_to: str = "21:00"


FERRIES = (
    Ferry("Phà Sa Cao", "Sông Hồng", (586_500.0, 2_253_800.0), 20.0, takes_cars=True),
    Ferry("Phà Cồn Nhất", "Sông Hồng", (603_800.0, 2_246_400.0), 20.0, takes_cars=True),
    Ferry("", "Sông Trà Lý", (581_300.0, 2_268_000.0), 15.0),
    Ferry("", "Sông Trà Lý", (593_600.0, 2_266_000.0), 15.0),
    Ferry("", "Sông Trà Lý", (604_600.0, 2_262_100.0), 20.0),
    Ferry("Đò Hồng Quỳnh", "Sông Hóa", (608_400.0, 2_280_600.0), 30.0),
)


def place_ferries(land: Land) -> list[tuple[Ferry, Crossing]]:
    """Put the ferries on the rivers that the land has.

    Parameters
    ----------
    land
        In EPSG:9209.

    Returns
    -------
    list
        Each ferry and where it runs; without those whose river is missing or far away.
    """
    placed = []
    hearts = np.array([unit.xy for unit in land.units])
    for ferry in FERRIES:
        crossing = cross(land, ferry.river, ferry.near, _MARGIN_M)
        if crossing is None:
            continue
        nearest = int(np.argmin(np.hypot(*(hearts - crossing.xy[0]).T)))
        placed.append((named(ferry, land.units[nearest].name), crossing))
    return placed


def named(ferry: Ferry, place: str) -> Ferry:
    """Call a ferry without a name after a place."""
    if ferry.name:
        return ferry
    return replace(ferry, name=f"Đò {place}")
