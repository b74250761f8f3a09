"""Edits of a town on one street, and what they change."""

import copy
from typing import Any

from gis_service.catalogue.loader import Catalogue
from gis_service.db.engine import Connection
from gis_service.services import studies
from gis_service.services.accounts import Caller, Role
from gis_service.services.coverage_document import Document
from gis_service.services.prepared import Prepared
from gis_service.services.what_if import answer, ask
from gis_service.services.what_if_request import WhatIfRequest
from tests.live_town import MOTORBIKE, degrees

PLANNER = Caller(Role.PLANNER, "lan")
EAST, WEST = "one_stop_office0", "one_stop_office1"
BEFORE_MERGER = "2025-06-30T10:00"
"""Both offices are open."""


def what_if(
    connection: Connection,
    catalogue: Catalogue,
    edits: list[dict[str, Any]],
    prepared: Prepared | None = None,
    caller: Caller = PLANNER,
    **inputs: object,
) -> Document:
    request = WhatIfRequest.model_validate(MOTORBIKE | inputs | {"edits": edits})
    prepared = prepared or Prepared()
    return answer(ask(connection, catalogue, request, caller, prepared), catalogue, prepared)


def point(along: float, beside: float = 0.0) -> dict[str, Any]:
    return {"type": "Point", "coordinates": list(degrees(along, beside))}


def add(name: str, along: float, **more: object) -> dict[str, Any]:
    return {"op": "add", "tmp_id": name, "geometry": point(along), **more}


def move(id_: str, along: float) -> dict[str, Any]:
    return {"op": "move", "id": id_, "geometry": point(along)}


def remove(id_: str) -> dict[str, Any]:
    return {"op": "remove", "id": id_}


def close(**value: object) -> dict[str, Any]:
    """Close roads."""
    return {"op": "close", "layer": "roads", "value": value}


def link(*along: float, beside: float = 0.0, **value: object) -> dict[str, Any]:
    """Add a road between two places, or over several, the inner ones beside the line of the town."""
    inner = [degrees(at, beside) for at in along[1:-1]]
    line = [degrees(along[0]), *inner, degrees(along[-1])]
    return {
        "op": "link",
        "geometry": {"type": "LineString", "coordinates": [list(place) for place in line]},
        **({"value": value} if value else {}),
    }


def speed(**value: object) -> dict[str, Any]:
    """Let roads have another speed."""
    return {"op": "speed", "layer": "roads", "value": value}


def capacity(id_: str, value: float) -> dict[str, Any]:
    return {"op": "capacity", "id": id_, "value": value}


def figures(document: Document) -> Document:
    return {name: document[name] for name in ("base", "totals", "zones", "facilities", "network")}


def compared(town: Connection, catalogue: Catalogue, *states: dict[str, Any]) -> Document:
    asked = dict(zip(("before", "after"), states, strict=True))
    return studies.run(town, catalogue, "compare", asked, "lan").document


def without_added(document: Document) -> Document:
    """Give the figures that are told at once: without those of how much longer the ways are."""
    found = figures(copy.deepcopy(document))
    for row in (*found["totals"].values(), *found["zones"]):
        row.pop("added", None)
        row.pop("limits", None)
    return found
