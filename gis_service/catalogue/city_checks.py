"""What the schema cannot say about a city and its phases."""

from collections.abc import Collection, Iterator
from typing import Any

import pyproj
from pyproj.exceptions import CRSError

from gis_service.catalogue.document import Document
from gis_service.catalogue.schema import did_you_mean
from gis_service.catalogue.values import Entry
from gis_service.crs import is_metric
from gis_service.errors import Fault


def check_city(document: Document, layers: Collection[str]) -> Iterator[Fault]:
    """Find what contradicts itself in ``city.yaml``.

    Parameters
    ----------
    document
        Accepted by the schema.
    layers
        Ids of all layers that have a file.
    """
    entry: Any = document.value
    folder = document.path.parent.name
    if entry["id"] != folder:
        text = f"the id is '{entry['id']}', the folder is {folder}/; both must be the same"
        yield document.fault(text, "id")
    yield from _check_crs(document, entry["crs"])
    west, south, east, north = entry["bbox"]
    if not (west < east and south < north and south >= -90 and north <= 90):  # noqa: PLR2004 - degrees of latitude
        yield document.fault(f"the box {entry['bbox']} is not west, south, east, north in degrees", "bbox")
    yield from unique_ids(document, entry["groups"], "groups")
    yield from _check_groups(document, entry["groups"])
    yield from unique_ids(document, entry["vintages"], "vintages")
    for index, vintage in enumerate(entry["vintages"]):
        if vintage["layer"] not in layers:
            text = f"there is no layer '{vintage['layer']}'{did_you_mean(vintage['layer'], list(layers))}"
            yield document.fault(text, "vintages", index, "layer")
        if vintage.get("to") is not None and vintage["to"] <= vintage["from"]:
            text = f"it ends on {vintage['to']}, not after {vintage['from']}"
            yield document.fault(text, "vintages", index, "to")


def check_phases(document: Document) -> Iterator[Fault]:
    """Find gaps, overlaps and empty periods in ``phases.yaml``."""
    entry: Any = document.value
    phases = entry["phases"]
    yield from unique_ids(document, phases, "phases")
    for index, phase in enumerate(phases):
        if phase["to"] <= phase["from"]:
            text = f"the phase '{phase['id']}' ends on {phase['to']}, not after {phase['from']}"
            yield document.fault(text, "phases", index, "to")
        if index and phase["from"] != phases[index - 1]["to"]:
            before = phases[index - 1]
            text = (
                f"the phase '{phase['id']}' begins on {phase['from']}, "
                f"but '{before['id']}' ends on {before['to']}; "
                "each phase begins on the day the one before it ends"
            )
            yield document.fault(text, "phases", index, "from")


def unique_ids(document: Document, entries: list[Entry], key: str) -> Iterator[Fault]:
    """Find ids that stand twice in one list of a document."""
    seen: set[str] = set()
    for index, entry in enumerate(entries):
        if entry["id"] in seen:
            yield document.fault(f"the id '{entry['id']}' stands twice", key, index, "id")
        seen.add(entry["id"])


def _check_crs(document: Document, name: str) -> Iterator[Fault]:
    try:
        crs = pyproj.CRS.from_user_input(name)
    except CRSError:
        yield document.fault(f"the coordinate system {name} is not known", "crs")
        return
    if not is_metric(crs):
        yield document.fault(f"{name} ({crs.name}) is not a projected system in metres", "crs")


def _check_groups(document: Document, groups: list[Entry]) -> Iterator[Fault]:
    """Every age must belong to exactly one group, so that the groups add up to all people."""
    expected: int | None = 0
    for index, group in enumerate(groups):
        if group["from_age"] != expected:
            text = f"the group '{group['id']}' begins at age {group['from_age']}; expected {expected}"
            if expected is None:
                text = f"the group '{group['id']}' follows one that has no end"
            yield document.fault(text, "groups", index, "from_age")
        last = group.get("to_age")
        if last is not None and last < group["from_age"]:
            yield document.fault(f"the group '{group['id']}' ends at age {last}", "groups", index, "to_age")
        expected = None if last is None else last + 1
    if expected is not None:
        yield document.fault(
            "the last group must be without to_age, for the oldest people", "groups", len(groups) - 1
        )
