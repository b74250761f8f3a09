"""Closes roads of a study, changes their speed or adds new ones, and says how much is closed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import time

import numpy as np

from gis_service.analysis.closures import Closure, closed_by, reclassed, with_speed
from gis_service.analysis.network import Network, Roads
from gis_service.services.closure_rules import ClosureRule, role_of
from gis_service.services.coverage_inputs import Notice
from gis_service.services.new_roads import with_new_road
from gis_service.types import Geometries, Int64s

M_PER_KM = 1000.0


@dataclass(frozen=True)
class Named:
    """Roads or ferries that a closure names by their item ids.

    Parameters
    ----------
    lines
        Rows of the roads, as of `Network.line`; None where none are named.
    ferries
        A place on each ferry, in the CRS of the network; None where none are named.
    road
        The road that is added, in the CRS of the network.
    """

    lines: Int64s | None = None
    ferries: Geometries | None = None
    road: Roads | None = None


def hour_of(at: time) -> float:
    """Give a time of day in hours."""
    return at.hour + at.minute / 60


def roles_in_force(rules: Sequence[ClosureRule], hour: float) -> tuple[str, ...]:
    """Name the inputs whose areas close roads at an hour of the day."""
    return tuple(
        role_of(at) for at, rule in enumerate(rules) if rule.layer is not None and rule.in_force(hour)
    )


def closed_network(
    network: Network,
    rules: Sequence[ClosureRule],
    areas: Mapping[str, Geometries],
    hour: float,
    named: Mapping[int, Named] | None = None,
    first: int = 0,
) -> tuple[Network, list[Notice]]:
    """Close roads of a network at an hour of the day, and tell how many kilometres.

    The closures hold in their order: one that comes after another sees the classes that this has changed.

    Parameters
    ----------
    network
        As it was built.
    rules
        The closures of the study.
    areas
        Those of each rule in force that has any, by role, in the CRS of the network.
    hour
        Hour of the day, 0 to 24.
    named
        What rules name by item ids, by the place of the rule.
    first
        Rules before it have been put to the network already.
    """
    before, km, count = network.closed, 0.0, 0
    for at, rule in enumerate(rules):
        if at < first or not rule.in_force(hour):
            continue
        network = _put(network, rule, areas, (named or {}).get(at, Named()), at)
        if rule.closes:
            newly = network.closed & ~before
            km += float(network.length_m[newly].sum()) / M_PER_KM
            count += int(np.count_nonzero(newly))
        before = network.closed
    if not any(rule.closes for rule in rules):
        return network, []
    return network, [Notice("network_closed", {"km": round(km, 1), "segments": count})]


def _put(
    network: Network, rule: ClosureRule, areas: Mapping[str, Geometries], named: Named, at: int
) -> Network:
    """Put one rule to a network."""
    if rule.new_road is not None:
        if named.road is None:
            return network
        return with_new_road(network, rule.new_road, named.road, f"closures/{at}/new_road")
    area = None if rule.layer is None else areas[role_of(at)]
    meant = Closure(rule.classes or None, area, named.lines, named.ferries)
    if rule.closes:
        return replace(network, closed=network.closed | closed_by(network, [meant]))
    if rule.as_class is not None:
        return reclassed(network, meant, rule.as_class)
    return with_speed(network, meant, kmh=rule.kmh, factor=rule.factor)
