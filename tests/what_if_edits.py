"""Edits of a town on one street, and what they change."""

from typing import Any

from gis_service.catalogue.loader import Catalogue
from gis_service.db.engine import Connection
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
