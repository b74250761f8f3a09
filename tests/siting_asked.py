"""A question of siting in the town on one street, whose ways can be counted by hand."""

from collections.abc import Callable, Iterable
from typing import Any

from gis_service.catalogue.loader import Catalogue
from gis_service.db.engine import Connection
from gis_service.services import studies
from gis_service.services.coverage_document import Document
from gis_service.services.prepared import Prepared
from tests.live_town import MOTORBIKE, degrees

ALONG = {"a": 1200, "b": 2300, "c": 3500, "d": 5600}
"""Metres along the town of the places that are asked about."""
FAR = {"limit": 60, "sites": 2}


Ask = Callable[..., Document]


def asking(town: Connection, catalogue: Catalogue, prepared: Prepared) -> Ask:
    """Give a function that asks for sites, or by another process, and keeps nothing."""

    def ask(process: str = "siting", **asked: object) -> Document:
        inputs = {"candidates": {"places": places(ALONG)}} if process == "siting" else {}
        every = MOTORBIKE | inputs | asked
        return studies.compute(town, catalogue, process, every, prepared=prepared).document

    return ask


def places(along: dict[str, int], **more: object) -> list[dict[str, Any]]:
    found = []
    for name, at in along.items():
        lon, lat = degrees(at)
        found.append({"id": name, "lon": lon, "lat": lat} | more)
    return found


def add(names: Iterable[str]) -> list[dict[str, Any]]:
    found = []
    for name in names:
        place = {"type": "Point", "coordinates": list(degrees(ALONG[name]))}
        found.append({"op": "add", "tmp_id": name, "geometry": place})
    return found


def ids(document: Document) -> list[str]:
    return [one["id"] for one in document["plan"]["sites"]]
