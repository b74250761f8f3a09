"""What is told of a place, of a study of layers or of files: its way, its facilities, what is beside it."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import shapely

from gis_service.crs import STORAGE, transform
from gis_service.services.documents import units
from gis_service.services.study_request import ROADS
from gis_service.services.why import (
    Answered,
    Document,
    Way,
    goal_of,
    nearest_settlement,
    place_in,
    provision_document,
    way_document,
    way_of,
)
from gis_service.services.why_words import sentences
from gis_service.types import Floats, Text

_DECIMALS = 6
_OF_STUDY = ("generated_data", "provision")
"""Told of the study, and not again of what stands beside it."""


@dataclass(frozen=True)
class Telling:
    """How a place is told.

    Parameters
    ----------
    named
        Tells the facility in a row of a study, seen from a place ``(1, 2)`` in metres.
    service
        Name of the service.
    personal
        Whether the reader may see small counts.
    k
        How many of the nearest facilities are told too, each on a site of its own and however far.
    """

    named: Callable[[Answered, int, Floats], Document]
    service: Text
    personal: bool = True
    k: int | None = None


def place_document(
    study: Answered,
    along: Answered | None,
    place: tuple[float, float],
    telling: Telling,
    known: Floats | None = None,
) -> Document:
    """Tell why a place is reached or not.

    Parameters
    ----------
    study, along
        The study whose rule holds; the same limit along roads, where it stands beside a straight radius.
    place
        Longitude and latitude in WGS 84.
    telling
        How it is told.
    known
        The place in the metric system of the study, ``(1, 2)``, where it is known.

    Raises
    ------
    RefusedInput
        ``place_outside``, ``place_not_subject``.
    """
    xy, zone = place_in(study, *place, known)
    way, zones = way_of(study, xy, zone, telling.k or 1), study.inputs.zones
    second = None if way.second is None else telling.named(study, way.second, xy)
    document = {
        "study": study.result.document["id"],
        "place": list(place),
        "generated_data": study.result.document["generated_data"],
        "zone": None if zone < 0 else {"id": zones.ids[zone], "name": zones.names[zone]},
        "settlement": nearest_settlement(study, xy),
        **way_document(study, xy, way),
        "provision": provision_document(study, zone, personal=telling.personal),
        "nearest": None if way.nearest is None else telling.named(study, way.nearest, xy),
        "second": None if second is None else second | {"cost": units(way.second_cost)},
        "k_nearest": None if telling.k is None else _ranked(study, way, xy, telling),
        "beside": [] if along is None else [_beside(along, xy, zone, telling)],
    }
    return document | {"sentence": sentences(study.parameters, way, document, telling.service)}


def facility_document(study: Answered, row: int, xy: Floats) -> Document:
    """Tell a facility: its code and name, its site, where it is, how far in a straight line.

    Parameters
    ----------
    study
        The study whose rule holds.
    row
        Of its facilities.
    xy
        The place, ``(1, 2)`` metres.
    """
    facilities = study.inputs.facilities
    owner = int(facilities.owners[row])
    goal = facilities.xy[row] if study.result.roads is not None else goal_of(study, row, xy)
    point = np.array([shapely.Point(goal)], dtype=object)
    degrees = np.round(shapely.get_coordinates(transform(point, study.inputs.crs, STORAGE)), _DECIMALS)
    return {
        "id": facilities.ids[owner] if facilities.ids else None,
        "name": facilities.names[owner] if facilities.names else None,
        "site": int(facilities.site[row]),
        "point": degrees[0].tolist(),
        "straight_m": round(float(np.hypot(*(goal - xy[0]))), 1),
    }


def _ranked(study: Answered, way: Way, xy: Floats, telling: Telling) -> list[Document]:
    """Tell the nearest facilities of different sites, the nearest first."""
    limit = study.parameters.limit_cost
    found = []
    for rank, (row, cost) in enumerate(way.ranked[: telling.k], 1):
        told = {"rank": rank, "cost": units(cost), "over": units(cost - limit), "within": cost <= limit}
        found.append(told | telling.named(study, row, xy))
    return found


def _beside(along: Answered, xy: Floats, zone: int, telling: Telling) -> Document:
    """Tell the way along roads, where it was asked for beside a straight radius."""
    way, asked = way_of(along, xy, zone), along.parameters
    found: Document = {
        "name": ROADS,
        "measure": asked.measure,
        "mode": None if asked.mode is None else asked.mode.id,
        **way_document(along, xy, way),
        "nearest": None if way.nearest is None else telling.named(along, way.nearest, xy),
        "generated_data": False,  # the sentence of the study says it
        "provision": None,
    }
    said = sentences(asked, way, found, telling.service)
    return {name: value for name, value in found.items() if name not in _OF_STUDY} | {"sentence": said}
