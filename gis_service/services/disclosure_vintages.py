"""What the units of one vintage would tell of those of another: hidden in all of them alike.

The rows of all vintages are taken to be known, and so is the sum of any rows that cover the same people: the
row of a merged unit and those of its parts, or, where borders were moved, of every piece that two units
share. A piece with fewer than ten people is hidden like a row of its own, and so is whatever it could be told
from (METHODS, People's privacy).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np

from gis_service.analysis.demand import ALL, Demand
from gis_service.analysis.gaps import GapPlace
from gis_service.services.coverage import CoverageResult
from gis_service.services.coverage_document import OUTSIDE
from gis_service.services.disclosure import CLOSED, hide
from gis_service.services.disclosure_sums import coverage_sums
from gis_service.services.documents import persons
from gis_service.services.suppression import Cell, Row, settle
from gis_service.types import Bools, Int32s, Int64s, LayerId

_COUNTS = ("total", "covered", "uncovered", "unreachable")
_HIDDEN = (*_COUNTS, "no_road", "no_path")


def with_closed(document: Row, result: CoverageResult, own: LayerId, units: Mapping[LayerId, Int32s]) -> Row:
    """Give a document with the figures that `closed_figures` finds named in it, where there are any."""
    closed = closed_figures(document, result, own, units)
    return document if closed is None else document | {CLOSED: closed}


@dataclass(frozen=True)
class _Table:
    """The people of a study in the units of one vintage.

    Parameters
    ----------
    label
        ``(n,)`` unit of each row of people; those in none are one more unit.
    rows
        Figures of each unit, the groups inside.
    """

    label: Int64s
    rows: list[Row]


def closed_figures(
    document: Row, result: CoverageResult, own: LayerId, units: Mapping[LayerId, Int32s]
) -> Row | None:
    """Find which figures of a study would tell small counts to those who know it by other units too.

    Parameters
    ----------
    document
        Of coverage or of gaps; nothing of it is hidden.
    result
        What it was made of.
    own
        Which of ``units`` it is told by.
    units
        ``(n,)`` unit of each row of ``result.demand``, by layer, always in the same order: what is chosen
        follows from it, and must be the same whatever vintage is asked for.

    Returns
    -------
    Row or None
        Names of figures by group, by unit and by gap place; None when nothing of it is hidden.
    """
    if own not in units or len(units) < 2:  # noqa: PLR2004 (another one beside it)
        return None
    groups = list(document["totals"])
    lost = ~result.reached
    sums = _Sums(result.demand, groups, {"covered": result.covered, "unreachable": lost}, result.own_covered)
    tables = {name: _table(zone, sums) for name, zone in units.items()}
    totals = {
        group: {name: row[name] for name in _HIDDEN if name in row}
        for group, row in document["totals"].items()
    }
    places = _Places([_copied(row) for row in document["gaps"]], result, groups)
    found: list[list[Cell]] = []
    own_gaps: list[Row] = []
    for name, table in tables.items():
        gaps = places.told_by(table)
        if name == own:
            own_gaps = places.of_document(gaps, table)
        # The place names its unit while the sums of this vintage are made; its figures are the same in all.
        found += coverage_sums({"totals": totals, "zones": table.rows, "gaps": gaps})
    for one, other in combinations(tables.values(), 2):
        found += _shared_sums(one, other, sums, groups)
    if not settle(found, hide):
        return None
    # Told even where the rows of this vintage alone would hide them: they might choose others beside.
    return _written(document, totals, tables[own].rows, own_gaps)


@dataclass(frozen=True)
class _Sums:
    """Adds people up by label."""

    demand: Demand
    groups: Sequence[str]
    chosen: Mapping[str, Any]
    own_covered: Mapping[str, Bools]

    def rows(self, label: Int64s, count: int) -> list[Row]:
        """Give the figures of each label, the groups inside."""
        by_group = {group: self._figures(group, label, count) for group in self.groups}
        others = [group for group in self.groups if group != ALL]
        rows: list[Row] = []
        for at in range(count):
            row = by_group[ALL][at]
            if others:
                row["groups"] = {group: by_group[group][at] for group in others}
            rows.append(row)
        return rows

    def _figures(self, group: str, label: Int64s, count: int) -> list[Row]:
        people = self.demand.people[group]

        def add(values: Int64s) -> Int64s:
            found = np.zeros(count, dtype=np.int64)
            np.add.at(found, label, values)
            return found

        total = add(people)
        chosen = {**self.chosen, "covered": self.own_covered.get(group, self.chosen["covered"])}
        covered, unreachable = (add(np.where(chosen[name], people, 0)) for name in chosen)
        columns = (total, covered, total - covered, unreachable)
        return [
            dict(zip(_COUNTS, map(persons, figures), strict=True))
            for figures in zip(*(column.tolist() for column in columns), strict=True)
        ]


def _table(zone: Int32s, sums: _Sums) -> _Table:
    n_units = int(zone.max(initial=-1)) + 1
    label = np.where(zone < 0, n_units, zone).astype(np.int64)
    rows = sums.rows(label, n_units + 1)
    for at, row in enumerate(rows):
        row["id"] = OUTSIDE if at == n_units else str(at)
    return _Table(label, rows)


@dataclass(frozen=True)
class _Places:
    """The gap places of a study: those with a name are the same in every vintage, the scattered are not."""

    rows: Sequence[Row]
    result: CoverageResult
    groups: Sequence[str]

    def told_by(self, table: _Table) -> list[Row]:
        """Give the places as a vintage tells them; their ``zone`` holds until another vintage is told."""
        found = []
        for row, place in zip(self.rows, self.result.gaps, strict=True):
            if place.kind != "scattered":
                row["zone"] = table.rows[int(table.label[_middle(place, self.result.demand)])]["id"]
                found.append(row)
        return found + self._scattered(table)

    def _scattered(self, table: _Table) -> list[Row]:
        places = [place for place in self.result.gaps if place.kind == "scattered"]
        if not places:
            return []
        homes = np.concatenate([place.homes for place in places])
        unit = table.label[np.concatenate([place.centres for place in places])]
        found = []
        for label in np.unique(unit).tolist():
            rows = homes[unit == label]
            people = self.result.demand.people
            row: Row = {"kind": "scattered", "people": persons(int(people[ALL][rows].sum()))}
            row |= {"homes": len(rows), "zone": table.rows[label]["id"]}
            if any("groups" in one for one in self.rows):
                others = (group for group in self.groups if group != ALL)
                row["groups"] = {group: persons(int(people[group][rows].sum())) for group in others}
            found.append(row)
        return found

    def of_document(self, gaps: Sequence[Row], table: _Table) -> list[Row]:
        """Give for each place of the document the row that stands for it among those of its vintage."""
        by_unit = {row["zone"]: row for row in gaps if row["kind"] == "scattered"}
        return [
            by_unit[table.rows[int(table.label[place.centres[0]])]["id"]]
            if place.kind == "scattered"
            else row
            for row, place in zip(self.rows, self.result.gaps, strict=True)
        ]


def _copied(gap: Row) -> Row:
    found: Row = {name: gap[name] for name in ("kind", "people", "homes")}
    return found | ({"groups": dict(gap["groups"])} if "groups" in gap else {})


def _middle(place: GapPlace, demand: Demand) -> int:
    at = np.flatnonzero(np.all(demand.xy[place.homes] == place.point, axis=1))[0]
    return int(place.homes[at])


def _shared_sums(one: _Table, other: _Table, sums: _Sums, groups: Sequence[str]) -> Iterator[list[Cell]]:
    """Give the sums that join the units of two vintages: each is what it shares with those of the other."""
    some = sums.demand.people[ALL] > 0
    both = one.label * len(other.rows) + other.label
    shared = np.flatnonzero(np.bincount(both[some], minlength=1))
    ours, theirs = shared // len(other.rows), shared % len(other.rows)
    alone_ours, alone_theirs = (np.bincount(side)[side] == 1 for side in (ours, theirs))
    piece = np.full(len(one.rows) * len(other.rows), len(shared), dtype=np.int64)  # the last: nobody's
    piece[shared] = np.arange(len(shared))
    pieces = sums.rows(piece[both], len(shared) + 1)[:-1]
    # A unit that lies in one unit of the other vintage is the piece itself.
    for at, (mine, theirs_at) in enumerate(zip(ours.tolist(), theirs.tolist(), strict=True)):
        if alone_ours[at]:
            pieces[at] = one.rows[mine]
        elif alone_theirs[at]:
            pieces[at] = other.rows[theirs_at]
        else:
            for group in groups:
                yield from _inner(_of(pieces[at], group))
    for table, side in ((one, ours), (other, theirs)):
        for unit in np.unique(side).tolist():
            parts = [pieces[at] for at in np.flatnonzero(side == unit).tolist()]
            if parts == [table.rows[unit]] and parts[0] is table.rows[unit]:
                continue
            for group in groups:
                rows = [_of(row, group) for row in (table.rows[unit], *parts)]
                yield from ([(row, name) for row in rows] for name in _COUNTS)


def _inner(row: Row) -> Iterator[list[Cell]]:
    """Give the sums of a piece by itself."""
    yield [(row, name) for name in ("total", "covered", "uncovered")]
    yield [(row, "unreachable")]


def _of(row: Row, group: str) -> Row:
    found: Row = row if group == ALL else row["groups"][group]
    return found


def _written(
    document: Row, totals: Mapping[str, Row], rows: Sequence[Row], gaps: Sequence[Row]
) -> Row | None:
    """Name the hidden figures of a document."""
    groups = list(totals)

    def names(row: Row) -> list[str]:
        return [name for name in (*_HIDDEN, "people", "homes") if name in row and row[name] is None]

    units = zip(document["zones"], _in_order(document["zones"], rows), strict=True)
    found: Row = {
        "totals": {group: names(row) for group, row in totals.items() if names(row)},
        "zones": {
            zone["id"]: {group: names(_of(row, group)) for group in groups if names(_of(row, group))}
            for zone, row in units
        },
        "gaps": {
            place["id"]: {ALL: names(row)}
            | {group: [group] for group, value in row.get("groups", {}).items() if value is None}
            for place, row in zip(document["gaps"], gaps, strict=True)
        },
    }
    told = {
        part: {id_: one for id_, one in entries.items() if one and any(_values(one))}
        for part, entries in found.items()
    }
    return told if any(told.values()) else None


def _values(entry: object) -> list[object]:
    return list(entry.values()) if isinstance(entry, dict) else [entry]


def _in_order(zones: Sequence[Row], rows: Sequence[Row]) -> list[Row]:
    """Give the row of each unit of a document; behind the last one with people nobody lives."""
    empty: Row = dict.fromkeys(_COUNTS, 0.0)
    n_units = len(rows) - 1
    found = []
    for at, zone in enumerate(zones):
        if zone["id"] == OUTSIDE:
            found.append(rows[-1])
        else:
            others = {group: dict(empty) for group in zone.get("groups", {})}
            found.append(rows[at] if at < n_units else empty | {"groups": others})
    return found
