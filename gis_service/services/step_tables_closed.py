"""A study as everybody may see it, with the rows that its step table tells at its limit, and no others.

Gap places stand in the same sums as the rows of units. Where they would tell a small count beside the rows
that the step table tells, they give way: the people of the places of that unit are closed.
"""

from collections.abc import Iterable, Iterator, Mapping
from copy import deepcopy
from typing import Any

import numpy as np

from gis_service.analysis.demand import ALL
from gis_service.services.coverage_document import OUTSIDE
from gis_service.services.disclosure import CLOSED, public_view
from gis_service.services.disclosure_sums import coverage_sums
from gis_service.services.step_tables import TOTALS, StepSource, StepTable, has_steps, step_table
from gis_service.services.suppression import Cell, Row, is_small
from gis_service.services.suppression_audit import equations, given_away, key_of

BY_STEPS = "by_steps"
"""Member of what is closed in a study: its rows are closed as its step table says, all others are open."""
_PARTS = ("no_road", "no_path")
_TOLD = ("total", "covered", "uncovered", "unreachable")
"""Figures that the step table decides about."""


def with_steps(document: Row, source: StepSource) -> Row:
    """Give a study document with what everybody is not shown of it, as its step table has it.

    Parameters
    ----------
    document
        Of coverage or of gaps, with what `gis_service.services.disclosure_vintages.with_closed` has closed.
    source
        What it was made of. Without a limit that moves in steps the document stays as it is.
    """
    if not has_steps(source.parameters):
        return document
    return document | {CLOSED: closed_by_steps(document, step_table(source), source.parameters.limit_cost)}


def closed_by_steps(document: Row, table: StepTable, limit: int) -> Row:
    """Give what everybody is not shown of a study, so that its rows are those of its step table.

    Parameters
    ----------
    document
        Of coverage or of gaps; nothing of it is hidden. Gap places that are closed in it already stay closed.
    table
        Of the same study.
    limit
        Of the study, ms or mm.

    Returns
    -------
    Row
        Names of figures by group, by unit and by gap place, as
        `gis_service.services.disclosure_vintages.closed_figures` gives them.
    """
    before: Mapping[str, Any] = document.get(CLOSED) or {}
    closed: Row = {"totals": {}, "zones": {}, "gaps": deepcopy(before.get("gaps", {})), BY_STEPS: True}
    for id_, group, names in _names_told(document, table, limit):
        _close(closed, document, id_, group, {*_TOLD, *_PARTS} - names)
    given_way: set[str] = set()
    while True:
        found = _telling(document, public_study(document | {CLOSED: closed}))
        # Where those of the unit were not enough, it takes those of the others to tell it.
        ids = found - given_way or ({TOTALS} - given_way if found else set())
        if not ids:
            return closed
        given_way |= ids
        if TOTALS in ids:
            for group in table.groups:
                _close(closed, document, TOTALS, group, _PARTS)
        for gap in document["gaps"]:
            if TOTALS in ids or (gap.get("zone") or OUTSIDE) in ids:
                people: Row = {group: [group] for group in gap.get("groups", {})}
                closed["gaps"][gap["id"]] = people | {ALL: ["people", "homes"]}


def public_study(document: Row) -> Row:
    """Give a study document as everybody may see it; the document itself stays as it is.

    Parameters
    ----------
    document
        A study document. Where its step table says what is closed, all other figures of its rows are shown.
    """
    shown = public_view(document)
    closed = document.get(CLOSED) or {}
    if closed.get(BY_STEPS):
        for id_ in (TOTALS, *(zone["id"] for zone in document["zones"])):
            rows = _rows(shown, id_)
            for group, row in _rows(document, id_).items():
                _open(rows[group], row, _names_closed(closed, id_, group))
    return shown


def _names_told(document: Row, table: StepTable, limit: int) -> Iterator[tuple[str, str, set[str]]]:
    """Give the names of the figures that a step table tells at a limit, by row and group."""
    rows = [_rows(document, id_) for id_ in table.ids]
    covered = [[round(row[group]["covered"] * 1000) for group in table.groups] for row in rows]
    within = table.told_at(limit, np.array(covered, dtype=np.int64))
    for at, number in np.ndindex(table.told.shape[:2]):
        names = set()
        if table.told[at, number, table.everybody]:
            names.add("total")
            names |= {"covered", "uncovered"} if within[at, number] else set()
            names |= {"unreachable", *_PARTS} if table.told[at, number, table.arrives] else set()
        yield table.ids[at], table.groups[number], names


def _rows(document: Row, id_: str) -> Mapping[str, Row]:
    """Give the figures of a row by group."""
    if id_ == TOTALS:
        totals: Mapping[str, Row] = document["totals"]
        return totals
    zone = next(one for one in document["zones"] if one["id"] == id_)
    return {ALL: zone, **zone.get("groups", {})}


def _close(closed: Row, document: Row, id_: str, group: str, names: Iterable[str]) -> None:
    """Close figures of a group in a row."""
    entries = closed["totals"] if id_ == TOTALS else closed["zones"].setdefault(id_, {})
    there = set(names) & _rows(document, id_)[group].keys()
    entries[group] = sorted({*entries.get(group, ()), *there})


def _names_closed(closed: Row, id_: str, group: str) -> set[str]:
    entries = closed["totals"] if id_ == TOTALS else closed["zones"].get(id_, {})
    return set(entries.get(group, ()))


def _open(shown: Row, row: Row, closed: set[str]) -> None:
    """Show the figures of a row that its step table tells, though the places in it would take them along."""
    told = [name for name in _TOLD if name in row and name not in closed]
    if any(is_small((row, name)) for name in told):
        return  # no step table tells these: the row is another than the one it was made of
    for name in told:
        shown[name] = row[name]
    if "share" in row and not {"total", "covered"} & closed:
        shown["share"] = row["share"]


def _telling(document: Row, shown: Row) -> set[str]:
    """Name the rows whose small counts follow from what is shown."""
    known = deepcopy({name: document[name] for name in ("totals", "zones", "gaps")})
    sums = [*coverage_sums(known)]
    exact = equations(sums)
    small = {key_of(cell) for parts in sums for cell in parts if is_small(cell)}
    owner = _owners(known, sums)
    places = {id(row) for rows in _all_rows(known) for row in rows}
    for rows, told in zip(_all_rows(known), _all_rows(shown), strict=True):
        for row, seen in zip(rows, told, strict=True):
            row.update({name: None for name in row if name in seen and seen[name] is None})
    for row, name in {key_of(cell): cell for parts in sums for cell in parts}.values():
        if id(row) not in places:
            row[name] = None  # nobody is shown it
    return {owner.get(row, TOTALS) for row, _ in given_away(exact, small)}


def _all_rows(document: Row) -> Iterator[list[Row]]:
    """Give the rows of a document that hold figures: of all people, of each unit, of each gap place."""
    yield list(document["totals"].values())
    for zone in document["zones"]:
        yield list(_rows({"zones": [zone]}, zone["id"]).values())
    for gap in sorted(document["gaps"], key=lambda gap: str(gap["id"])):
        yield [gap, *([gap["groups"]] if "groups" in gap else [])]


def _owners(known: Row, sums: Iterable[list[Cell]]) -> dict[int, str]:
    """Tell whose each row of figures is, by its identity; what nobody is shown is in the sums of a row."""
    owner = {id(row): TOTALS for row in known["totals"].values()}
    for zone in known["zones"]:
        owner |= {id(row): zone["id"] for row in _rows(known, zone["id"]).values()}
    for gap in known["gaps"]:
        owner |= dict.fromkeys((id(gap), id(gap.get("groups"))), gap.get("zone") or OUTSIDE)
    for parts in sums:
        found = {owner[id(row)] for row, _ in parts if id(row) in owner}
        if len(found) == 1:
            for row, _ in parts:
                owner.setdefault(id(row), next(iter(found)))
    return owner
