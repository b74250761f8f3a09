"""All checks of the rows of one source, batch by batch: the same for a file to load, to look at, and a layer.

What is found does not depend on where one batch ends and the next begins.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as member

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyproj
import shapely

from gis_service.analysis.checks.coverage import MOST_VERTICES
from gis_service.analysis.checks.duplicates import Repeats, row_hashes
from gis_service.analysis.checks.findings import LISTED, SHOWN, Finding, Found, Repair
from gis_service.analysis.checks.thousands import ThousandsSeen
from gis_service.analysis.columns import has_zones
from gis_service.analysis.shapes import Prepared, Rule, prepare
from gis_service.crs import Recognised
from gis_service.errors import ErrorCode
from gis_service.services.ingest_areas import TOO_LARGE, TOO_LONG, AreaChecks
from gis_service.services.ingest_cells import Cells
from gis_service.services.ingest_clock import TooMuchAtOnceError
from gis_service.services.ingest_columns import NUMERIC, Matching, check_column
from gis_service.services.ingest_coordinates import retold
from gis_service.services.ingest_faults import FaultList
from gis_service.services.ingest_personal import PersonalColumns
from gis_service.services.ingest_placed import Placed
from gis_service.services.ingest_text import TextRepair
from gis_service.types import Geometries, Int64s

AT_ONCE_VERTICES = 1_000_000
"""Vertices of all areas up to which overlaps are looked for while somebody waits."""
THOUSANDS = "thousands"
"""Chosen for a column: points in its numbers divide thousands."""
_MOST_BAD = 500
"""Features at fault that are remembered one by one, for the map of an inspection."""


@dataclass(frozen=True, slots=True)
class CheckPlan:
    """What rows are checked against.

    Parameters
    ----------
    matching
        Their columns.
    names
        Columns of the source without the geometry, as it writes them.
    key
        Field that names a feature; none when there is no such.
    rule
        What geometries have to be; none for rows without a place.
    repairs
        What is repaired on the way.
    metric
        Projected system in metres, for widths and areas.
    public
        Whether everybody will read them: then columns of personal data are told.
    coverage
        Whether areas have to tile the ground.
    gap_m
        Widest gap between them that is a fault.
    thorough
        Look also for what only strangers' files have: features that stand twice, personal data, overlaps.
    text
        Old encodings that were chosen.
    recognised
        What the system of the source was taken for, when it is written without its shift.
    placed
        Units that rows without coordinates were placed by.
    cells
        Where the values stand, when the source is a sheet.
    numbers
        What points in the numbers of a column mean, by column: ``thousands`` or ``decimal``.
    place
        Columns of a table that its geometries were made of.
    until
        Moment until which somebody waits for the checks; none when nobody does.
    look_until
        Moment until which overlaps are looked for, for who waits and has no job to leave them to: beyond it,
        and beyond what one pass has the time for, they are told not to be looked for.
    """

    matching: Matching
    names: tuple[str, ...]
    key: str | None
    rule: Rule | None
    repairs: frozenset[Repair]
    metric: pyproj.CRS
    public: bool
    coverage: bool
    gap_m: float
    thorough: bool
    text: TextRepair
    recognised: Recognised | None = None
    placed: Placed | None = None
    cells: Cells | None = None
    numbers: Mapping[str, str] = member(default_factory=dict)
    place: tuple[str, ...] = ()
    until: float | None = None
    look_until: float | None = None


@dataclass(frozen=True, slots=True)
class Checked:
    """One batch, checked and repaired.

    Parameters
    ----------
    numbers
        (m,) the feature number of each row, counted from 1: rows are left out, or divided, by choice.
    columns
        (m,) values of each field that the source has.
    geometries
        (m,) in longitude and latitude; none for a layer without. Rows with faults hold anything.
    prepared
        The geometries on their way.
    """

    numbers: Int64s
    columns: list[pa.Array]
    geometries: Geometries | None
    prepared: Prepared | None


class Checker:
    """Checks all rows of one source.

    Parameters
    ----------
    plan
        What they are checked against.
    """

    def __init__(self, plan: CheckPlan) -> None:
        self._plan = plan
        self.faults = FaultList(plan.cells)
        self.told: Counter[str] = Counter()
        self.areas = AreaChecks(
            self.faults,
            kind=plan.rule.kind if plan.rule else None,
            metric=plan.metric,
            gap_m=plan.gap_m,
            until=plan.until,
            agreed=Repair.AREA in plan.repairs,
            look_until=plan.look_until,
        )
        self.closed: Geometries | None = None
        """(n,) areas of all rows that go on, closed against each other; none unless chosen and done."""
        self.zoneless: set[str] = set()
        self.area_changed_m2 = 0.0
        self.done = 0
        """Features that came in."""
        self.kept = 0
        """Features that go on."""
        self.bad: dict[int, list[str]] = {}
        """Codes of what is wrong, by feature number, of the first features at fault."""
        self._repeats = Repeats()
        self._keys: list[pa.Array] = []
        self._numbers: list[Int64s] = []
        self._areas: list[Geometries] | None = [] if plan.coverage and plan.thorough else None
        self._area_numbers: list[Int64s] = []
        self._closes = Repair.SLIVERS in plan.repairs
        self._vertices = 0
        self._thousands = _doubtful_numbers(plan)
        self._personal = PersonalColumns(plan.matching.fields) if plan.public and plan.thorough else None

    def take(self, batch: pa.RecordBatch) -> Checked:
        """Check one batch; its geometry, when there is a rule for it, is column 0."""
        first = self.done + 1
        self.done += batch.num_rows
        wkb = None
        if self._plan.rule is not None:
            wkb = np.array(batch.column(0).to_pylist(), dtype=object)
        prepared = self._shapes(wkb, batch, first)
        rows = self._whole(batch.num_rows, first) if prepared is None else np.unique(prepared.rows)
        columns = self._columns(batch, rows, first)
        if self._plan.thorough:
            rows, columns = self._once(None if wkb is None else wkb[rows], rows, columns, first)
        at = rows if prepared is None else prepared.rows
        whole = None if prepared is None else prepared.geometries
        if prepared is not None and not np.array_equal(at, rows):
            here = np.isin(at, rows)
            at, whole = at[here], prepared.geometries[here]
            columns = [column.take(pa.array(np.searchsorted(rows, at))) for column in columns]
        numbers = at + first
        self.kept += len(numbers)
        self._remember(columns, numbers, whole)
        return Checked(numbers, columns, whole, prepared)

    def finish(self) -> None:
        """Look at all rows together."""
        if self._plan.placed is not None:
            self._plan.placed.tell(self.faults)
        self.faults.extend(self._double_keys(), 1)
        if (found := self._repeats.found()) is not None:
            self.faults.extend([found], 1)
        for source, seen in self._thousands.items():
            if (suspect := seen.found()) is not None:
                self.faults.extend([suspect], 1)
                self.faults.add(suspect.code, 0, column=suspect.column, source=source)
        if self._personal is not None:
            self._personal.tell(self.faults)
        if self._areas:
            areas, numbers = np.concatenate(self._areas), np.concatenate(self._area_numbers)
            if self._closes:
                self.closed = self.areas.clean(areas, numbers)
            else:
                self.areas.look_at(areas, numbers)

    def findings(self, params: Mapping[str, object]) -> tuple[Finding, ...]:
        """Give all that was found; see :meth:`FaultList.findings`."""
        return self.faults.findings(params)

    def _shapes(self, wkb: Geometries | None, batch: pa.RecordBatch, first: int) -> Prepared | None:
        if wkb is None or self._plan.rule is None:
            return None
        prepared = prepare(wkb, self._plan.rule)
        found, placed = prepared.found, self._plan.placed
        if placed is not None:
            found = placed.retold(found, first, len(wkb))
        elif self._plan.place and Repair.EMPTY not in self._plan.repairs:
            found = retold(found, self._plan.place, batch.columns[1 : 1 + len(self._plan.place)])
        self._note(found, np.arange(first, first + len(wkb)))
        self.told.update(prepared.told)
        self.area_changed_m2 += prepared.area_changed_m2
        return prepared

    def _whole(self, count: int, first: int) -> Int64s:
        """Give the rows without a geometry that go on; those that had to name a unit are told where not."""
        placed = self._plan.placed
        if placed is None:
            return np.arange(count)
        self._note(placed.found(first, count), np.arange(first, first + count))
        return placed.kept(first, count)

    def _note(self, found: Sequence[Found], numbers: Int64s) -> None:
        self.faults.extend(found, 1, numbers)
        for entry in found:
            for number in numbers[entry.rows[:SHOWN]].tolist():
                if number in self.bad or len(self.bad) < _MOST_BAD:
                    self.bad.setdefault(number, []).append(entry.code.value)

    def _columns(self, batch: pa.RecordBatch, rows: Int64s, first: int) -> list[pa.Array]:
        shift = batch.num_columns - len(self._plan.names)
        values = []
        for field, position in zip(self._plan.matching.fields, self._plan.matching.positions, strict=True):
            name = self._plan.names[position]
            column = self._plan.text.values(batch.column(position + shift), name)
            if len(rows) < batch.num_rows:
                column = column.take(pa.array(rows))
            if name in self._thousands:
                self._thousands[name].take(column, rows + first)
            thousands = self._plan.numbers.get(name) == THOUSANDS
            converted, found = check_column(
                column, field, key=field.name == self._plan.key, thousands=thousands
            )
            self._note(found, rows + first)
            if field.type == "timestamp" and not has_zones(column):
                self.zoneless.add(field.name)
            values.append(converted)
        return values

    def _once(
        self, wkb: Geometries | None, rows: Int64s, columns: list[pa.Array], first: int
    ) -> tuple[Int64s, list[pa.Array]]:
        """Note what stands twice; leave it out when that was chosen."""
        hashes = row_hashes(wkb, columns)
        if not hashes.size:
            return rows, columns
        if Repair.DUPLICATES not in self._plan.repairs:
            self._repeats.add(hashes, rows + first)
            return rows, columns
        again = self._repeats.again(hashes)
        self.told["repaired_duplicates"] += int(again.sum())
        if not again.any():
            return rows, columns
        return rows[~again], [column.filter(pa.array(~again)) for column in columns]

    def _remember(self, columns: list[pa.Array], numbers: Int64s, shapes: Geometries | None) -> None:
        """Keep what is looked at when all rows are in."""
        for field, column in zip(self._plan.matching.fields, columns, strict=True):
            if field.name == self._plan.key:
                self._keys.append(column)
                self._numbers.append(numbers)
        if self._personal is not None:
            self._personal.take(columns, numbers)
        if self._areas is None or shapes is None:
            return
        self._vertices += int(shapely.get_num_coordinates(shapes).sum())
        # Closing is one long step in which no clock is looked at: nobody waits for it.
        if self._plan.until is not None and (self._closes or self._vertices > AT_ONCE_VERTICES):
            raise TooMuchAtOnceError
        waited_for = self._plan.look_until is not None
        if self._vertices > (AT_ONCE_VERTICES if waited_for else MOST_VERTICES):
            self._areas = None
            self.areas.tell_unseen(TOO_LONG if waited_for else TOO_LARGE, closing=self._closes)
            return
        self._areas.append(shapes)
        self._area_numbers.append(numbers)

    def _double_keys(self) -> list[Found]:
        """Find rows whose key stands more than once in the source."""
        if not self._keys:
            return []
        keys = pa.chunked_array(self._keys).combine_chunks()
        counted = pc.value_counts(keys)
        values, counts = counted.field(0), counted.field(1)
        repeated = values.filter(pc.and_(pc.greater(counts, 1), pc.is_valid(values)))
        rows = np.flatnonzero(pc.is_in(keys, repeated).to_numpy(zero_copy_only=False))
        words = tuple(f"{self._plan.key} = {keys[row].as_py()!r}" for row in rows[:LISTED].tolist())
        numbers = np.concatenate(self._numbers)[rows]
        return [Found(ErrorCode.DUPLICATE_KEY, numbers - 1, words)] if rows.size else []


def _doubtful_numbers(plan: CheckPlan) -> dict[str, ThousandsSeen]:
    """Give for each column of numbers, of which nobody has said how they are written, what looks at it."""
    if not plan.thorough:
        return {}
    columns = zip(plan.matching.fields, plan.matching.positions, strict=True)
    return {
        plan.names[position]: ThousandsSeen(entry.name)
        for entry, position in columns
        if entry.type in NUMERIC and plan.names[position] not in plan.numbers
    }
