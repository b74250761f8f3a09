"""Capacities that edits change: told beside the loads of their facilities, with the people above them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from gis_service.services.coverage_document import Document
from gis_service.services.coverage_inputs import Facilities, Notice
from gis_service.services.coverage_parameters import CoverageParameters
from gis_service.services.what_if_request import FacilityEdit

_SIDES = ("before", "after")
_OF_QUOTA = "capacity"


@dataclass(frozen=True)
class Room:
    """How many a facility has room for in two states; None where nothing tells it."""

    before: float | None
    after: float | None

    def as_document(self, load: Mapping[str, float | None]) -> Document:
        """Tell both, and the people above them, who have no room.

        Parameters
        ----------
        load
            ``load_before`` and ``load_after``, persons; None where they are hidden.
        """
        told: Document = {}
        for side, room in zip(_SIDES, (self.before, self.after), strict=True):
            people = load[f"load_{side}"]
            told[f"capacity_{side}"] = room
            above = None if room is None or people is None else round(max(0.0, people - room), 3)
            told[f"above_{side}"] = above
        return told


def rooms(edits: Iterable[FacilityEdit], before: Facilities, after: Facilities) -> dict[str, Room]:
    """Give the capacities, in two states, of the facilities whose capacity some edit sets.

    Parameters
    ----------
    edits
        With the codes of facilities.
    before, after
        The facilities of both states.
    """
    codes = [str(edit.id) for edit in edits if edit.capacity is not None]
    return {code: Room(_room(before, code), _room(after, code)) for code in codes}


def rooms_at_once(edits: Iterable[FacilityEdit], before: Facilities) -> dict[str, Room]:
    """Give the capacities of the state before, and those that edits set."""
    return {
        str(edit.id): Room(_room(before, str(edit.id)), edit.capacity)
        for edit in edits
        if edit.capacity is not None
    }


def capacity_notices(edits: Iterable[FacilityEdit], parameters: CoverageParameters) -> list[Notice]:
    """Say that a capacity changes nothing about who is within the limit, where the rule does not count it.

    Parameters
    ----------
    edits
        Of facilities.
    parameters
        Of the state afterwards: only a quota of capacity counts it.
    """
    count = len({edit.id for edit in edits if edit.capacity is not None})  # both states may set one
    quota = parameters.quota
    if not count or (parameters.measure == "quota" and quota is not None and quota.of == _OF_QUOTA):
        return []
    return [Notice("what_if_capacity_apart", {"count": count})]


def _room(facilities: Facilities, code: str) -> float | None:
    if facilities.capacity is None or code not in facilities.ids:
        return None
    found = float(facilities.capacity[facilities.ids.index(code)])
    return found if np.isfinite(found) else None
