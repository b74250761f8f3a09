"""The document of a comparison: a study document whose figures are differences."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from gis_service.analysis.change import ADDED_PERCENTS, Added, Counts, Explained, FacilityLoad
from gis_service.analysis.demand import ALL
from gis_service.analysis.zones import Zones
from gis_service.services.coverage_document import OUTSIDE, SCHEMA, Document
from gis_service.services.coverage_inputs import Notice
from gis_service.services.coverage_parameters import CoverageParameters
from gis_service.services.documents import code_version, document_id, persons, plain, units
from gis_service.services.what_if_capacity import Room

PROCESS = "compare"
_QUANTILES = tuple("median" if percent == 50 else f"p{percent}" for percent in ADDED_PERCENTS)  # noqa: PLR2004


@dataclass(frozen=True)
class Comparison:
    """What a comparison found; sums in whole thousandths.

    Parameters
    ----------
    counts
        Per group the units, those in no unit, and everybody, at the limit of the study.
    further
        The same at each of the further limits.
    added
        The units, those in no unit, and everybody.
    causes
        Per group, to which facilities of both states gains and losses are put down.
    """

    counts: Mapping[str, Sequence[Counts]]
    further: Sequence[tuple[float, Mapping[str, Sequence[Counts]]]]
    added: Sequence[Added]
    causes: Mapping[str, Explained]


@dataclass(frozen=True)
class Facility:
    """A facility of either state."""

    id: str
    name: str


@dataclass(frozen=True)
class Told:
    """What a comparison is told by.

    Parameters
    ----------
    inputs
        Layers by version.
    parameters
        Those of the two states, the vintage, the further limits.
    base
        Id of the study of coverage of the state before.
    artefacts
        Network and demand.
    zones
        Units.
    facilities
        In the order of their numbers.
    notices
        Of both states.
    generated
        Whether any input is generated.
    process, edits_hash
        What was asked, and what tells the edits that made the state afterwards from others; None for two
        states of the layers as they are.
    rooms
        Capacities in both states of the facilities whose capacity was edited, by id.
    """

    inputs: Mapping[str, object]
    parameters: Mapping[str, object]
    base: str
    artefacts: Mapping[str, object]
    zones: Zones
    facilities: Sequence[Facility]
    notices: Sequence[Notice]
    generated: bool
    process: str = PROCESS
    edits_hash: str | None = None
    rooms: Mapping[str, Room] = field(default_factory=dict)


def compare_document(told: Told, found: Comparison, parameters: CoverageParameters) -> Document:
    """Write the document of a comparison.

    Parameters
    ----------
    told, found
        What it is told by, and what was found.
    parameters
        Those that both states share: whether costs are times.
    """
    document: Document = {
        "schema": SCHEMA,
        "id": document_id(told.process, told.inputs, told.parameters),
        "process": told.process,
        "inputs": dict(told.inputs),
        "parameters": dict(told.parameters),
        "code_version": code_version(),
        "base": told.base,
        "edits_hash": told.edits_hash,
        "artefacts": dict(told.artefacts),
        "totals": _totals(found, parameters),
        "zones": _zone_rows(told.zones, found, parameters),
        "facilities": facility_rows(told.facilities, found.causes, told.rooms),
        "network": network_row(found.causes),
        "gaps": [],
        "notices": [notice.as_document() for notice in told.notices],
        "generated_data": told.generated,
    }
    return {name: plain(value) for name, value in document.items()}


def _totals(found: Comparison, parameters: CoverageParameters) -> Document:
    totals = {}
    for group, counts in found.counts.items():
        totals[group] = counts_row(counts[-1]) | {
            "limits": [_at_limit(limit, by_group[group][-1]) for limit, by_group in found.further]
        }
    totals[ALL]["added"] = _added(found.added[-1], parameters)
    return totals


def counts_row(counts: Counts) -> Document:
    """Tell the people of a place before and afterwards, in persons."""
    total = counts.total
    return {
        "total": persons(total),
        "before": persons(counts.before),
        "after": persons(counts.after),
        "won": persons(counts.won),
        "lost": persons(counts.lost),
        "share_before": counts.before / total if total else None,
        "share_after": counts.after / total if total else None,
    }


def _at_limit(limit: float, counts: Counts) -> Document:
    shown = counts_row(counts)
    return {"limit": limit} | {name: value for name, value in shown.items() if name != "total"}


def _added(found: Added, parameters: CoverageParameters) -> Document:
    unit = "s" if parameters.is_time else "m"
    told = zip(_QUANTILES, found.quantiles, strict=True)
    return {"people": persons(found.people)} | {f"{name}_{unit}": units(cost) for name, cost in told}


def _zone_rows(zones: Zones, found: Comparison, parameters: CoverageParameters) -> list[Document]:
    """Units in which anybody gained or lost, at the limit of the study; other groups stand inside the row."""
    named = [*zip(zones.ids, zones.names, strict=True), (OUTSIDE, OUTSIDE)]
    others = [group for group in found.counts if group != ALL]
    rows = []
    for row, (code, name) in enumerate(named):
        if not any(counts[row].changed for counts in found.counts.values()):
            continue
        entry: Document = {"id": code, "name": name} | counts_row(found.counts[ALL][row])
        entry["added"] = _added(found.added[row], parameters)
        if others:
            entry["groups"] = {group: counts_row(found.counts[group][row]) for group in others}
        rows.append(entry)
    return rows


def facility_rows(
    facilities: Sequence[Facility], causes: Mapping[str, Explained], rooms: Mapping[str, Room]
) -> list[Document]:
    """Tell of facilities that somebody gained or lost, on which others lean now, or with another capacity.

    Parameters
    ----------
    facilities
        In the order of their numbers.
    causes
        Per group, to which of them gains and losses are put down.
    rooms
        Capacities that were edited, by id.
    """
    rows = []
    for number, facility in enumerate(facilities):
        loads = {group: cause.facilities[number] for group, cause in causes.items()}
        room = rooms.get(facility.id)
        if room is None and not any(load.changed for load in loads.values()):
            continue
        row: Document = {"id": facility.id, "name": facility.name} | load_row(loads.pop(ALL))
        if room is not None:
            row |= room.as_document(row)
        if loads:
            row["groups"] = {group: load_row(load) for group, load in loads.items()}
        rows.append(row)
    return rows


def load_row(load: FacilityLoad) -> Document:
    """Tell the people who lean on a facility before and afterwards, in persons."""
    return {
        "load_before": persons(load.before),
        "load_after": persons(load.after),
        "won": persons(load.won),
        "lost": persons(load.lost),
    }


def network_row(causes: Mapping[str, Explained]) -> Document:
    """Tell of gains and losses that no facility explains: with those of the facilities they are all.

    Parameters
    ----------
    causes
        Per group, to which facilities gains and losses are put down.
    """
    told = {
        group: {"won": persons(cause.won), "lost": persons(cause.lost)} for group, cause in causes.items()
    }
    row: Document = told.pop(ALL)
    return row | {"groups": told} if told else row
