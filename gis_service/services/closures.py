"""Closes roads of a study, and says how much is closed."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import time

import numpy as np

from gis_service.analysis.closures import Closure, closed_by
from gis_service.analysis.network import Network
from gis_service.services.closure_rules import ClosureRule, role_of
from gis_service.services.coverage_inputs import Notice
from gis_service.types import Geometries

M_PER_KM = 1000.0


def hour_of(at: time) -> float:
    """Give a time of day in hours."""
    return at.hour + at.minute / 60


def roles_in_force(rules: Sequence[ClosureRule], hour: float) -> tuple[str, ...]:
    """Name the inputs whose areas close roads at an hour of the day."""
    return tuple(
        role_of(at) for at, rule in enumerate(rules) if rule.layer is not None and rule.in_force(hour)
    )


def closed_network(
    network: Network, rules: Sequence[ClosureRule], areas: Mapping[str, Geometries], hour: float
) -> tuple[Network, Notice]:
    """Close roads of a network at an hour of the day, and tell how many kilometres.

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
    """
    closures = [
        Closure(rule.classes or None, None if rule.layer is None else areas[role_of(at)])
        for at, rule in enumerate(rules)
        if rule.in_force(hour)
    ]
    closed = closed_by(network, closures)
    km = float(network.length_m[closed].sum()) / M_PER_KM
    told = {"km": round(km, 1), "segments": int(np.count_nonzero(closed))}
    return replace(network, closed=network.closed | closed), Notice("network_closed", told)
