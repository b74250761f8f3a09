"""What the schema cannot say about service standards."""

from collections.abc import Collection, Iterator, Sequence
from typing import Any

from gis_service.catalogue.document import Document
from gis_service.catalogue.service_standard import EVERYBODY, NETWORK_MEASURES
from gis_service.catalogue.values import Entry
from gis_service.catalogue.words import NOTHING, did_you_mean, say
from gis_service.errors import Fault
from gis_service.types import Text

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
                twice = say("standard_twice", id=entry["id"], first=first)
                yield document.fault(twice, *at, "id")
            seen.setdefault(entry["id"], document.fault(NOTHING, *at, "id").place("en"))
            for key, text in _contradictions(entry, layers, groups):
                yield document.fault(say("of_standard", id=entry["id"], text=text), *at, key)


def _contradictions(
    entry: Entry, layers: Collection[str], groups: Collection[str] | None
) -> Iterator[tuple[str, Text]]:
    """Give the key at fault and what is wrong with it."""
    if entry["service"] not in layers:
        hint = did_you_mean(entry["service"], list(layers))
        yield "service", say("no_layer", layer=entry["service"], hint=hint)
    group = entry.get("group", EVERYBODY)
    if groups is not None and group not in {EVERYBODY, *groups}:
        yield "group", say("no_group", group=group, hint=did_you_mean(group, [EVERYBODY, *groups]))
    if (
        entry.get("in_force_from")
        and entry.get("in_force_to")
        and entry["in_force_to"] <= entry["in_force_from"]
    ):
        yield "in_force_to", say("in_force_to", to=entry["in_force_to"], from_=entry["in_force_from"])
    yield from _measure_contradictions(entry)


def _measure_contradictions(entry: Entry) -> Iterator[tuple[str, Text]]:
    measure = entry["measure"]
    rules = (
        ("limit", measure not in _NO_LIMIT),
        ("mode", measure in NETWORK_MEASURES),
        ("quota", measure == "quota"),
    )
    for key, needed in rules:
        if needed and key not in entry:
            yield "measure", say("measure_needs", measure=measure, key=key)
        if not needed and key in entry:
            yield key, say("measure_takes_no", measure=measure, key=key)
