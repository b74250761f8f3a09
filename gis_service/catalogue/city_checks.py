"""What the schema cannot say about a city and its phases."""

from collections.abc import Iterator, Mapping
from typing import Any

import pyproj
from pyproj.exceptions import CRSError

from gis_service.catalogue.city_definition import BASE_LEVEL
from gis_service.catalogue.document import Document
from gis_service.catalogue.values import Entry
from gis_service.catalogue.words import did_you_mean, say
from gis_service.crs import is_metric
from gis_service.errors import Fault

_WITH_AREAS = ("Polygon", "MultiPolygon", "Geometry")
"""Geometries that a layer of the city's outline may have."""


def check_city(document: Document, layers: Mapping[str, Document | None]) -> Iterator[Fault]:
    """Find what contradicts itself in ``city.yaml``.

    Parameters
    ----------
    document
        Accepted by the schema.
    layers
        All layers that have a file, by id; None for a faulty one.
    """
    entry: Any = document.value
    folder = document.path.parent.name
    if entry["id"] != folder:
        yield document.fault(say("id_and_folder", id=entry["id"], folder=folder), "id")
    yield from _check_crs(document, entry["crs"])
    yield from _check_systems(document, entry.get("systems", []))
    west, south, east, north = entry["bbox"]
    if not (west < east and south < north and south >= -90 and north <= 90):  # noqa: PLR2004 - degrees of latitude
        yield document.fault(say("box_not_degrees", box=entry["bbox"]), "bbox")
    yield from unique_ids(document, entry["groups"], "groups")
    yield from _check_groups(document, entry["groups"])
    yield from _check_outline(document, entry.get("outline_layer"), layers)
    yield from _check_vintages(document, entry["vintages"], layers)


def check_phases(document: Document) -> Iterator[Fault]:
    """Find gaps, overlaps and empty periods in ``phases.yaml``."""
    entry: Any = document.value
    phases = entry["phases"]
    yield from unique_ids(document, phases, "phases")
    for index, phase in enumerate(phases):
        if phase["to"] <= phase["from"]:
            text = say("phase_ends_before", phase=phase["id"], to=phase["to"], from_=phase["from"])
            yield document.fault(text, "phases", index, "to")
        if index and phase["from"] != phases[index - 1]["to"]:
            before = phases[index - 1]
            text = say(
                "phase_apart", phase=phase["id"], from_=phase["from"], before=before["id"], to=before["to"]
            )
            yield document.fault(text, "phases", index, "from")


def unique_ids(document: Document, entries: list[Entry], key: str) -> Iterator[Fault]:
    """Find ids that stand twice in one list of a document."""
    seen: set[str] = set()
    for index, entry in enumerate(entries):
        if entry["id"] in seen:
            yield document.fault(say("id_twice", id=entry["id"]), key, index, "id")
        seen.add(entry["id"])


def _check_crs(document: Document, name: str) -> Iterator[Fault]:
    try:
        crs = pyproj.CRS.from_user_input(name)
    except CRSError:
        yield document.fault(say("crs_unknown", crs=name), "crs")
        return
    if not is_metric(crs):
        yield document.fault(say("crs_not_metric", crs=name, name=crs.name), "crs")


def _check_systems(document: Document, names: list[str]) -> Iterator[Fault]:
    for index, name in enumerate(names):
        try:
            pyproj.CRS.from_user_input(name)
        except CRSError:
            yield document.fault(say("crs_unknown", crs=name), "systems", index)


def _check_outline(
    document: Document, name: str | None, layers: Mapping[str, Document | None]
) -> Iterator[Fault]:
    """Hold the outline of the city to a layer that may have areas."""
    if name is None:
        return
    if name not in layers:
        hint = did_you_mean(name, list(layers))
        yield document.fault(say("no_layer", layer=name, hint=hint), "outline_layer")
        return
    layer = layers[name]
    entry: Any = None if layer is None else layer.value
    if entry is not None and entry["geometry"] not in _WITH_AREAS:
        allowed = ", ".join(_WITH_AREAS)
        text = say("outline_without_area", layer=name, geometry=entry["geometry"], allowed=allowed)
        yield document.fault(text, "outline_layer")


def _check_vintages(
    document: Document, vintages: list[Entry], layers: Mapping[str, Document | None]
) -> Iterator[Fault]:
    """Hold each vintage to layers that units can be told by, and those of a level to one after the other."""
    yield from unique_ids(document, vintages, "vintages")
    before: dict[str, Entry] = {}
    for index, vintage in enumerate(vintages):
        name, start, end = vintage["layer"], vintage["valid_from"], vintage.get("valid_to")
        if name not in layers:
            hint = did_you_mean(name, list(layers))
            yield document.fault(say("no_layer", layer=name, hint=hint), "vintages", index, "layer")
        if end is not None and end <= start:
            yield document.fault(say("ends_before", to=end, from_=start), "vintages", index, "valid_to")
        level = vintage.get("level", BASE_LEVEL)
        yield from _check_order(document, index, vintage, before.get(level))
        before[level] = vintage
    if BASE_LEVEL not in before:
        yield document.fault(say("no_vintage_of_level", level=BASE_LEVEL), "vintages")


def _check_order(document: Document, index: int, vintage: Entry, before: Entry | None) -> Iterator[Fault]:
    """Two vintages of a level must not hold on the same day, and the older one stands first."""
    if before is None:
        return
    start, ended = vintage["valid_from"], before.get("valid_to")
    said = {"vintage": vintage["id"], "from_": start, "before": before["id"]}
    if start <= before["valid_from"]:
        text = say("vintage_out_of_order", **said, start=before["valid_from"])
    elif ended is None:
        text = say("vintage_still_holds", **said)
    elif start < ended:
        text = say("vintages_overlap", **said, to=ended)
    else:
        return
    yield document.fault(text, "vintages", index, "valid_from")


def _check_groups(document: Document, groups: list[Entry]) -> Iterator[Fault]:
    """Every age must belong to exactly one group, so that the groups add up to all people."""
    expected: int | None = 0
    for index, group in enumerate(groups):
        if group["from_age"] != expected:
            text = say("group_begins", group=group["id"], age=group["from_age"], expected=expected)
            if expected is None:
                text = say("group_after_end", group=group["id"])
            yield document.fault(text, "groups", index, "from_age")
        last = group.get("to_age")
        if last is not None and last < group["from_age"]:
            text = say("group_ends", group=group["id"], age=last)
            yield document.fault(text, "groups", index, "to_age")
        expected = None if last is None else last + 1
    if expected is not None:
        yield document.fault(say("group_without_last"), "groups", len(groups) - 1)
