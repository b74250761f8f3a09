"""The rule a service is judged by: the typed form of ``layers/<city>/standards/*.yaml``."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from gis_service.catalogue.values import Entry, date_of, text_of
from gis_service.types import LayerId, Text

Measure = Literal[
    "network_time", "network_distance", "straight_radius", "within_line", "inside_area", "quota"
]
Catchment = Literal["any", "own_unit", "assigned"]
Direction = Literal["to_facility", "from_facility"]
UnitType = Literal["ward", "township", "commune"]

NETWORK_MEASURES = frozenset({"network_time", "network_distance"})
"""Measures along roads; only these need a mode."""
EVERYBODY = "all"
"""Group of all people."""


@dataclass(frozen=True, slots=True)
class Quota:
    """How much of a service there must be, whatever the distance.

    Parameters
    ----------
    amount
        The least that is asked for.
    of
        ``facilities``, ``site_m2`` (area of their sites) or ``capacity``.
    per
        ``person``, ``1000_people`` or ``unit`` (each administrative unit).
    """

    amount: float
    of: Literal["facilities", "site_m2", "capacity"]
    per: Literal["person", "1000_people", "unit"]


@dataclass(frozen=True, slots=True)
class Standard:
    """One rule (METHODS, Standards).

    Parameters
    ----------
    id, title
        Name for machines and for people.
    service
        Layer of the facilities.
    group
        Age group it is for; ``all`` for everybody.
    mode
        ``walk``, ``bicycle``, ``motorbike`` or ``car``; ``None`` when the measure uses no road.
    measure
        How distance is taken.
    limit
        Seconds for ``network_time``, metres otherwise; ``None`` for ``inside_area`` and ``quota``.
    catchment, direction, turnout_s
        As in METHODS, From a home to a facility; ``turnout_s`` in seconds.
    unit_type
        Kinds of units it holds in; empty means every kind.
    min_site_m2
        Facilities on a smaller site (square metres) do not count.
    quota
        Present exactly when the measure is ``quota``.
    note, source
        What a reader must know, and where the figure comes from.
    in_force_from, in_force_to
        First day in force, and first day no longer; ``None`` is open.
    verified
        Whether somebody has read the law text.
    """

    id: str
    title: Text
    service: LayerId
    group: str
    mode: str | None
    measure: Measure
    limit: float | None
    catchment: Catchment
    direction: Direction
    turnout_s: float
    unit_type: tuple[UnitType, ...]
    min_site_m2: float | None
    quota: Quota | None
    note: Text | None
    source: Text
    in_force_from: date | None
    in_force_to: date | None
    verified: bool

    def is_in_force(self, day: date) -> bool:
        """Tell whether the standard holds on a day: ``in_force_from <= day < in_force_to``."""
        begun = self.in_force_from is None or self.in_force_from <= day
        return begun and (self.in_force_to is None or day < self.in_force_to)


def standard_from(entry: Entry) -> Standard:
    """Build a standard from a checked entry of a standards file."""
    quota, note = entry.get("quota"), entry.get("note")
    return Standard(
        id=entry["id"],
        title=text_of(entry["title"]),
        service=LayerId(entry["service"]),
        group=entry.get("group", EVERYBODY),
        mode=entry.get("mode"),
        measure=entry["measure"],
        limit=entry.get("limit"),
        catchment=entry.get("catchment", "any"),
        direction=entry.get("direction", "to_facility"),
        turnout_s=entry.get("turnout_s", 0),
        unit_type=tuple(entry.get("unit_type", ())),
        min_site_m2=entry.get("min_site_m2"),
        quota=None if quota is None else Quota(**quota),
        note=None if note is None else text_of(note),
        source=text_of(entry["source"]),
        in_force_from=date_of(entry.get("in_force_from")),
        in_force_to=date_of(entry.get("in_force_to")),
        verified=entry["verified"],
    )
