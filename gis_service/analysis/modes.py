"""How people move: speeds by road class, who may use what, and what a segment costs.

All figures are conventions of METHODS (Speeds, Access, Ferry), not law. A cost is a whole number of
milliseconds (``network_time``) or millimetres (``network_distance``).
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from gis_service.analysis.network import ROAD_CLASSES, Network
from gis_service.errors import ErrorCode, WrongUse
from gis_service.types import Bools, Floats, Int8s, Int64s

NetworkMeasure = Literal["network_time", "network_distance"]

FERRY_KMH = 8.0
_BY_OWN_POWER = ("walk", "bicycle")
LARGEST_COST = 2**31 - 1
"""Of one stretch of road, in ms or mm: 24 days or 2,147 km; the search keeps the costs of arcs in 32 bits."""
MM_PER_M = 1000.0
_NOISE = 1e-8
"""In ms or mm: far below anything measured, above what floating arithmetic loses."""
MS_PER_H_BY_KM = 3600.0
"""Milliseconds that one metre takes at 1 km/h."""


@dataclass(frozen=True, slots=True)
class Mode:
    """A way of moving.

    Parameters
    ----------
    id
        ``walk``, ``bicycle``, ``motorbike`` or ``car``.
    speeds_kmh
        Speed by road class (index as in ``ROAD_CLASSES``); ``None`` where the mode may not go.
    access_kmh
        Speed on the straight line between a place and the road.
    unpaved_factor
        Speed is multiplied by this on unpaved roads.
    min_width_m
        Roads known to be narrower are closed to the mode.
    obeys_oneway
        False for walking.
    ferry_kmh
        Speed of a ferry that carries it.
    """

    id: str
    speeds_kmh: tuple[float | None, ...]
    access_kmh: float
    unpaved_factor: float = 1.0
    min_width_m: float = 0.0
    obeys_oneway: bool = True
    ferry_kmh: float = FERRY_KMH

    @property
    def own_power(self) -> bool:
        """Whether people move by their own strength: a road that allows more makes nobody faster."""
        return self.id in _BY_OWN_POWER


WALK_KMH = {"all": 4.8, "elderly": 3.2, "children": 3.6}
"""Walking speed of everybody, and of the groups a standard may name."""

# The city's own figures stand in layers/<city>/city.yaml, and studies of the service use those. These are for
# studies of files, which have no city; a test holds the two equal for Thai Binh.
_MODES = {
    "walk": Mode("walk", (None, *[WALK_KMH["all"]] * 6), WALK_KMH["all"], obeys_oneway=False),
    "bicycle": Mode("bicycle", (None, *[12.0] * 6), 8.0),
    "motorbike": Mode("motorbike", (None, 45.0, 40.0, 35.0, 28.0, 18.0, 10.0), 10.0, unpaved_factor=0.7),
    "car": Mode("car", (80.0, 50.0, 45.0, 38.0, 28.0, 15.0, None), 10.0, unpaved_factor=0.7, min_width_m=2.5),
}
MODES = tuple(_MODES)


def mode(
    name: str,
    *,
    walker: str = "all",
    speeds: Mapping[str, float | None] | None = None,
    flat_kmh: float | None = None,
) -> Mode:
    """Give a mode with the speeds of METHODS, or with other ones.

    Parameters
    ----------
    name
        One of ``MODES``.
    walker
        ``all``, ``elderly`` or ``children``; matters on foot only.
    speeds
        Speeds in km/h that replace those of single road classes; ``None`` closes a class.
    flat_kmh
        One speed for every class the mode may use, without surface factor. Access keeps the mode's speed;
        on foot it is the flat speed.

    Raises
    ------
    WrongUse
        ``wrong_argument`` for an unknown mode or road class, or a speed that is not positive.
    """
    if name not in _MODES:
        raise WrongUse(ErrorCode.WRONG_ARGUMENT, name="mode", value=name, expected=", ".join(MODES))
    chosen = _MODES[name]
    if name == "walk" and walker != "all":
        chosen = _flat(chosen, WALK_KMH[walker])
    if flat_kmh is not None:
        chosen = _flat(chosen, _positive("speed_kmh", flat_kmh))
    return replace(chosen, speeds_kmh=_replaced(chosen, speeds)) if speeds else chosen


def _flat(chosen: Mode, kmh: float) -> Mode:
    speeds = tuple(None if speed is None else kmh for speed in chosen.speeds_kmh)
    access = kmh if chosen.id == "walk" else chosen.access_kmh
    return replace(chosen, speeds_kmh=speeds, access_kmh=access, unpaved_factor=1.0)


def _replaced(chosen: Mode, speeds: Mapping[str, float | None]) -> tuple[float | None, ...]:
    result = list(chosen.speeds_kmh)
    for name, kmh in speeds.items():
        if name not in ROAD_CLASSES:
            expected = ", ".join(ROAD_CLASSES)
            raise WrongUse(ErrorCode.WRONG_ARGUMENT, name="class", value=name, expected=expected)
        result[ROAD_CLASSES.index(name)] = None if kmh is None else _positive(name, kmh)
    return tuple(result)


def _positive(name: str, kmh: float) -> float:
    if not (np.isfinite(kmh) and kmh > 0):
        raise WrongUse(ErrorCode.WRONG_ARGUMENT, name=name, value=kmh, expected="km/h > 0")
    return float(kmh)


@dataclass(frozen=True, slots=True)
class Costs:
    """What each segment of a network costs in one mode.

    Parameters
    ----------
    forward, backward
        ``(n_segments,)`` cost along and against the digitised order; -1 where not allowed. Where both are
        allowed they are equal.
    snappable
        ``(n_segments,)`` whether a place may be joined to it: allowed, and not a ferry.
    access_kmh
        Speed on the straight line between a place and its road; ``None`` where costs are lengths.
    """

    forward: Int64s
    backward: Int64s
    snappable: Bools
    access_kmh: float | None

    def access(self, access_m: Floats) -> Int64s:
        """Price the straight line between a place and its road.

        Parameters
        ----------
        access_m
            ``(n,)`` metres; nan where the place has no road.

        Returns
        -------
        Int64s
            ``(n,)`` ms or mm; 0 where the place has no road.
        """
        metres = np.nan_to_num(access_m, nan=0.0)
        if self.access_kmh is None:
            return half_up(metres * MM_PER_M)
        return half_up(metres * MS_PER_H_BY_KM / self.access_kmh)


def half_up(values: Floats) -> Int64s:
    """Round half up to whole numbers, as METHODS asks of every time and length.

    A half that lost its last bit in floating arithmetic is still a half: 4344.499999999999 goes to 4345.
    """
    return np.floor(values + (0.5 + _NOISE)).astype(np.int64)


def segment_costs(network: Network, chosen: Mode, measure: NetworkMeasure) -> Costs:
    """Price every segment once, before any contraction.

    Parameters
    ----------
    network
        Noded network in a metric CRS.
    chosen
        Mode of ``mode()``.
    measure
        ``network_time`` (ms) or ``network_distance`` (mm).

    Returns
    -------
    Costs
        Arrays of shape ``(n_segments,)``.

    Raises
    ------
    WrongUse
        ``road_cost_too_large`` when a segment costs more than `LARGEST_COST`.
    """
    speed = _speed(network, chosen)
    allowed = ~np.isnan(speed)
    if measure == "network_distance":
        exact = network.length_m * MM_PER_M
    else:
        with np.errstate(invalid="ignore", over="ignore"):  # too large is infinite, and refused
            exact = np.where(allowed, network.length_m * MS_PER_H_BY_KM / speed, 0.0)
    require_cost(float(exact.max(initial=0.0)))
    cost = half_up(exact)
    if measure == "network_time":
        cost = cost + network.wait_ms
    oneway = _oneway(network, chosen)
    forward = np.where(allowed & (oneway >= 0), cost, -1)
    backward = np.where(allowed & (oneway <= 0), cost, -1)
    access_kmh = None if measure == "network_distance" else chosen.access_kmh
    return Costs(forward, backward, allowed & ~network.is_ferry, access_kmh)


def _oneway(network: Network, chosen: Mode) -> Int8s:
    """Give the direction in which a mode may pass each segment, 0 for both."""
    if not chosen.obeys_oneway:
        return np.zeros_like(network.oneway)
    own = {"bicycle": network.oneway_bicycle, "motorbike": network.oneway_motorbike}
    return own.get(chosen.id, network.oneway)


def require_cost(largest: float) -> None:
    """Refuse a stretch of road that costs more than the search can hold.

    Raises
    ------
    WrongUse
        ``road_cost_too_large``.
    """
    if largest > LARGEST_COST:
        raise WrongUse(ErrorCode.ROAD_COST_TOO_LARGE, value=f"{largest:.3g}", expected=LARGEST_COST)


def _speed(network: Network, chosen: Mode) -> Floats:
    """Speed on each segment in km/h, nan where the mode may not go."""
    table = np.array([np.nan if kmh is None else kmh for kmh in chosen.speeds_kmh])
    speed = table[network.road_class]
    speed = np.where(network.paved, speed, speed * chosen.unpaved_factor)
    if network.told_kmh is not None:
        told = np.fmin(network.told_kmh, speed) if chosen.own_power else network.told_kmh
        speed = np.where(np.isnan(network.told_kmh) | np.isnan(speed), speed, told)
    if network.factor is not None:
        speed = speed * network.factor
    rights = {"walk": network.on_foot, "car": network.by_car}.get(chosen.id, network.on_wheels)
    narrow = network.width_m < chosen.min_width_m  # an unknown width (nan) is not narrow
    speed = np.where(rights & ~narrow, speed, np.nan)
    return np.where(network.closed, np.nan, np.where(network.is_ferry, chosen.ferry_kmh, speed))
