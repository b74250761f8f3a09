"""Where the rows of a list without coordinates went: the unit that each found, and which wait for a place."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from gis_service.analysis.checks.findings import LISTED, SHOWN, Feature, Found
from gis_service.analysis.unit_match import By, How, KnownUnit, UnitMatches
from gis_service.errors import ErrorCode
from gis_service.services.ingest_faults import FaultList
from gis_service.types import Int64s, Text

_SEPARATOR = ", "
_CODES: Mapping[How, ErrorCode] = {
    How.AMBIGUOUS: ErrorCode.ROW_UNIT_AMBIGUOUS,
    How.UNKNOWN: ErrorCode.ROW_UNIT_UNKNOWN,
    How.EMPTY: ErrorCode.ROW_UNIT_UNKNOWN,
}

Point = tuple[float, float]
Told = tuple[str, dict[str, object]]


@dataclass(frozen=True, slots=True)
class Placing:
    """By which units rows find their place.

    Parameters
    ----------
    vintage
        Of the city, whose units the list names.
    column
        Of the file, which names them.
    by
        Whether it holds codes or names.
    within
        A column of the file that names the district, for names that stand several times.
    given
        By feature number, counted from 1: the code of its unit, or longitude and latitude in degrees.
    """

    vintage: str
    column: str
    by: By
    within: str | None = None
    given: Mapping[int, str | Point] = field(default_factory=dict)


def placing_of(document: Mapping[str, Any]) -> Placing:
    """Read a choice as JSON has it, where numbers of features are text and points are lists."""
    given = {
        int(number): place if isinstance(place, str) else (float(place[0]), float(place[1]))
        for number, place in document.get("given", {}).items()
    }
    return Placing(document["vintage"], document["column"], document["by"], document.get("within"), given)


@dataclass(frozen=True, slots=True)
class WrongPlace:
    """A place given by hand that is none: of which feature, what was given, and what was expected."""

    feature: int
    value: str
    expected: Text


@dataclass(frozen=True, slots=True)
class Placed:
    """Rows with the units that they found.

    Parameters
    ----------
    placing
        What was chosen.
    units
        Those of the vintage.
    values, within
        (n,) what each row says, and of the district.
    matches
        What was found.
    at
        (n,) the unit of each row after those given by hand, -1 where there is none.
    points
        Places given by hand, by row.
    wrong
        What was given by hand and is no place.
    located
        Whether the rows are to be on the map.
    areas, later
        Whether they take the area of their unit, else a point in it; whether that is of the later unit that
        took theirs in.
    left_out
        Whether rows without a unit are left out by choice.
    first_line
        Row of its sheet that the first row stands in; none where that is not known of all rows.
    """

    placing: Placing
    units: Sequence[KnownUnit]
    values: Sequence[str | None]
    within: Sequence[str | None]
    matches: UnitMatches
    at: Int64s
    points: Mapping[int, Point]
    wrong: Sequence[WrongPlace]
    located: bool
    areas: bool
    later: bool
    left_out: bool
    first_line: int | None = None

    def is_placed(self, row: int) -> bool:
        """Tell whether a row, counted from 0, has a unit or a point."""
        return bool(self.at[row] >= 0) or row in self.points

    def found(self, first: int, count: int) -> list[Found]:
        """Tell of the rows without a unit in one batch.

        Parameters
        ----------
        first
            Feature number of its first row, counted from 1.
        count
            Its rows.
        """
        if self.left_out:
            return []
        rows: dict[ErrorCode, list[int]] = {}
        for row in range(first - 1, first - 1 + count):
            if not self.is_placed(row):
                rows.setdefault(_CODES[self.matches.how[row]], []).append(row)
        return [
            Found(
                code,
                np.array(those, dtype=np.int64) - (first - 1),
                tuple(self._words(row) for row in those[:LISTED]),
                self.placing.column,
            )
            for code, those in rows.items()
        ]

    def tell(self, faults: FaultList) -> None:
        """Tell of the places given by hand that are none."""
        if self.wrong:
            first = self.wrong[0]
            told = [Feature(one.feature, one.value) for one in self.wrong]
            words = {"name": f"given {first.feature}", "value": first.value, "expected": first.expected}
            faults.add(ErrorCode.PLACING_REFUSED, len(told), told, column=self.placing.column, **words)

    def retold(self, found: Sequence[Found], first: int, count: int) -> list[Found]:
        """Say of rows without a unit that they have none, instead of that they have no geometry."""
        told = [entry for entry in found if entry.code is not ErrorCode.GEOMETRY_MISSING]
        for entry in found:
            if entry.code is ErrorCode.GEOMETRY_MISSING:
                here = [at for at, row in enumerate(entry.rows.tolist()) if self.is_placed(first - 1 + row)]
                if here:
                    # The unit is known, but has no place on the map.
                    words = tuple(self._unit(int(self.at[first - 1 + int(entry.rows[at])])) for at in here)
                    told.append(Found(entry.code, entry.rows[here], words[:LISTED], self.placing.column))
        return told + self.found(first, count)

    def kept(self, first: int, count: int) -> Int64s:
        """Give the rows of a batch that go on, for a layer without a place on the map."""
        rows = np.arange(count)
        if not self.left_out:
            return rows
        return rows[[self.is_placed(first - 1 + row) for row in rows.tolist()]]

    def notices(self) -> list[Told]:
        """Tell where rows went: ``(code, params)`` of each notice."""
        vintage = self.placing.vintage
        by_unit = Counter(at for row, at in enumerate(self.at.tolist()) if at >= 0 and row not in self.points)
        code = "placing_checked"
        if self.located:
            code = "placing_areas" if self.areas else "placing_points"
        shared = sum(count for count in by_unit.values() if count > 1)
        told = [
            (code, by_unit.total()),
            ("placing_shared", shared if code == "placing_points" else 0),
            ("placing_later", by_unit.total() if self.located and self.later else 0),
            ("placing_bare", self._automatic(How.BARE)),
            ("placing_by_hand", self.by_hand),
            ("placing_left_out", self.lost),
        ]
        return [(name, {"count": count, "vintage": vintage}) for name, count in told if count]

    @property
    def by_hand(self) -> int:
        """Rows that were placed by hand."""
        return len(self.placing.given) - len(self.wrong)

    @property
    def lost(self) -> int:
        """Rows without a unit that were left out by choice."""
        return len(self.unplaced()) if self.left_out else 0

    def unplaced(self) -> list[int]:
        """Give the rows, counted from 0, that have neither a unit nor a point."""
        return [row for row in range(len(self.values)) if not self.is_placed(row)]

    def document(self) -> dict[str, Any]:
        """Write what came of it, with the first rows that wait for a place and their candidates."""
        open_ = self.unplaced()
        chosen = self.placing
        return {
            "vintage": chosen.vintage,
            "column": chosen.column,
            "by": chosen.by,
            "within": chosen.within,
            "rows": len(self.values),
            "placed": len(self.values) - len(open_),
            "by_hand": self.by_hand,
            "unplaced": len(open_),
            "to_place": [
                {
                    "number": row + 1,
                    "line": None if self.first_line is None else self.first_line + row,
                    "value": self.values[row],
                    "within": self.within[row],
                    "reason": self.matches.how[row].value,
                    "candidates": [
                        {"code": unit.code, "name": unit.names[0], "within": unit.parent_name or None}
                        for unit in map(self.units.__getitem__, self.matches.candidates.get(row, ()))
                    ],
                }
                for row in open_[:SHOWN]
            ],
        }

    def _automatic(self, how: How) -> int:
        return sum(
            one is how and row + 1 not in self.placing.given for row, one in enumerate(self.matches.how)
        )

    def _words(self, row: int) -> str:
        said = _SEPARATOR.join(one for one in (self.values[row], self.within[row]) if one) or "–"
        candidates = "; ".join(self._unit(at) for at in self.matches.candidates.get(row, ()))
        return f"{said} ⟶ {candidates}?" if candidates else said

    def _unit(self, at: int) -> str:
        unit = self.units[at]
        parent = f", {unit.parent_name}" if unit.parent_name else ""
        return f"{unit.code} {unit.names[0]}{parent}"
