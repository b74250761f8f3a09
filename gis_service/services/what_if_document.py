"""The difference that edits make, as DESIGN has it: small, for only what changes is told."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from gis_service.analysis.change import Counts, Explained
from gis_service.analysis.demand import ALL
from gis_service.catalogue.loader import Catalogue
from gis_service.services.compare_document import Facility, counts_row, facility_rows, network_row
from gis_service.services.coverage_document import OUTSIDE, Document
from gis_service.services.coverage_inputs import Notice
from gis_service.services.coverage_live import LiveStudy
from gis_service.services.coverage_parameters import CoverageParameters
from gis_service.services.disclosure import CLOSED, public_view
from gis_service.services.documents import plain
from gis_service.services.study_words import answer, notice_text
from gis_service.services.suppression import Row
from gis_service.services.what_if_capacity import Room
from gis_service.services.what_if_request import PROCESS
from gis_service.types import Bools


@dataclass(frozen=True)
class Difference:
    """What edits change; sums in whole thousandths.

    Parameters
    ----------
    counts
        Per group the units, those in none, and everybody.
    causes
        Per group, to which facilities gains and losses are put down.
    facilities
        Those of both states, in the order of ``causes``.
    edits, edits_hash
        The edits as they were applied, and what tells them from others.
    notices
        What is said of the edits themselves.
    rooms
        Capacities in both states of the facilities whose capacity was edited, by id.
    """

    counts: Mapping[str, Sequence[Counts]]
    causes: Mapping[str, Explained]
    facilities: Sequence[Facility]
    edits: Sequence[Mapping[str, object]] = ()
    edits_hash: str = ""
    notices: Sequence[Notice] = field(default_factory=tuple)
    rooms: Mapping[str, Room] = field(default_factory=dict)


@dataclass(frozen=True)
class Edited:
    """What edits make of a state.

    Parameters
    ----------
    difference
        What they change; without the edits of roads, and without notices.
    covered
        ``(n,)`` who is within the limit afterwards.
    moved
        Whether any facility was given a place.
    """

    difference: Difference
    covered: Bools
    moved: bool


def difference_document(
    before: LiveStudy,
    after: CoverageParameters,
    found: Difference,
    catalogue: Catalogue,
    closed: Row | None,
    *,
    personal: bool,
) -> Document:
    """Write a difference as a role may see it.

    Parameters
    ----------
    before, after
        The study of the state before, and what that afterwards is computed with, which tell the rule.
    found
        What was found.
    catalogue
        Names of services.
    closed
        As `gis_service.services.what_if_pieces.closed_pieces` gives it.
    personal
        Whether the reader may see small counts.
    """
    told = [*found.notices, *_generated(before)]
    document: Document = {
        "process": PROCESS,
        "parameters": {
            "before": before.parameters.as_document(),
            "after": after.as_document(),
        },
        "base": before.document["id"],
        "edits_hash": found.edits_hash,
        "edits": list(found.edits),
        "totals": {group: counts_row(counts[-1]) | {"limits": []} for group, counts in found.counts.items()},
        "zones": _zone_rows(before, found.counts),
        "facilities": sorted(
            facility_rows(found.facilities, found.causes, found.rooms), key=lambda row: str(row["id"])
        ),
        "network": network_row(found.causes),
        "notices": [notice.as_document() for notice in told],
        "generated_data": bool(before.document["generated_data"]),
    }
    shown = {name: plain(value) for name, value in document.items()}
    if not personal:
        shown = public_view(shown if closed is None else shown | {CLOSED: closed})
    said = answer(shown, catalogue)
    shown["answer"] = {"vi": said.vi, "en": said.en}
    shown["notice_texts"] = [_both(notice) for notice in shown["notices"]]
    for total in shown["totals"].values():
        del total["limits"]
    return {name: value for name, value in shown.items() if name not in {"process", "parameters"}}


def _generated(before: LiveStudy) -> list[Notice]:
    inputs = before.inputs.generated
    return [Notice("generated_data", {"layers": ", ".join(inputs)})] if inputs else []


def _both(notice: Mapping[str, object]) -> dict[str, object]:
    text = notice_text(notice)
    return {"code": notice["code"], "vi": text.vi, "en": text.en}


def _zone_rows(before: LiveStudy, counts: Mapping[str, Sequence[Counts]]) -> list[Document]:
    """Units in which anybody gained or lost; other groups stand inside the row."""
    zones = before.inputs.zones
    named = [*zip(zones.ids, zones.names, strict=True), (OUTSIDE, OUTSIDE)]
    others = [group for group in counts if group != ALL]
    rows = []
    for row, (code, name) in enumerate(named):
        if not any(of_group[row].changed for of_group in counts.values()):
            continue
        entry: Document = {"id": code, "name": name} | counts_row(counts[ALL][row])
        if others:
            entry["groups"] = {group: counts_row(counts[group][row]) for group in others}
        rows.append(entry)
    return rows
