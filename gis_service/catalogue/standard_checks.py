"""What the schema cannot say about service standards."""

from collections.abc import Collection, Iterator, Sequence
from typing import Any

from gis_service.catalogue.document import Document
from gis_service.catalogue.schema import did_you_mean
from gis_service.catalogue.service_standard import EVERYBODY, NETWORK_MEASURES
from gis_service.catalogue.values import Entry
from gis_service.errors import Fault

_NO_LIMIT = frozenset({"inside_area", "quota"})


def check_standards(
    documents: Sequence[Document], layers: Collection[str], groups: Collection[str] | None
) -> Iterator[Fault]:
    """Find what contradicts itself, or names something that is not there.

    Parameters
    ----------
    documents
        All standards files, accepted by the schema.
    layers
        Ids of all layers that have a file.
    groups
        Ids of the city's age groups; ``None`` when the city's own file is faulty.
    """
    seen: dict[str, str] = {}
    for document in documents:
        content: Any = document.value
        for index, entry in enumerate(content["standards"]):
            at = ("standards", index)
            if first := seen.get(entry["id"]):
                text = f"the standard '{entry['id']}' stands twice; first in {first}"
                yield document.fault(text, *at, "id")
            seen.setdefault(entry["id"], document.fault("", *at, "id").place("en"))
            for key, text in _contradictions(entry, layers, groups):
                yield document.fault(f"{entry['id']}: {text}", *at, key)


def _contradictions(
    entry: Entry, layers: Collection[str], groups: Collection[str] | None
) -> Iterator[tuple[str, str]]:
    """Give the key at fault and what is wrong with it."""
    if entry["service"] not in layers:
        hint = did_you_mean(entry["service"], list(layers))
        yield "service", f"there is no layer '{entry['service']}'{hint}"
    group = entry.get("group", EVERYBODY)
    if groups is not None and group not in {EVERYBODY, *groups}:
        yield "group", f"city.yaml has no group '{group}'{did_you_mean(group, [EVERYBODY, *groups])}"
    if (
        entry.get("in_force_from")
        and entry.get("in_force_to")
        and entry["in_force_to"] <= entry["in_force_from"]
    ):
        yield "in_force_to", f"in force to {entry['in_force_to']}, not after {entry['in_force_from']}"
    yield from _measure_contradictions(entry)


def _measure_contradictions(entry: Entry) -> Iterator[tuple[str, str]]:
    measure = entry["measure"]
    rules = (
        ("limit", measure not in _NO_LIMIT),
        ("mode", measure in NETWORK_MEASURES),
        ("quota", measure == "quota"),
    )
    for key, needed in rules:
        if needed and key not in entry:
            yield "measure", f"the measure {measure} needs '{key}'"
        if not needed and key in entry:
            yield key, f"the measure {measure} takes no '{key}'"
