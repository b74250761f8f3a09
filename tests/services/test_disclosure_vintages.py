"""Laws of boundary vintages: the same people, summed by whatever units; small counts hidden in all."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import permutations
from typing import Any

import numpy as np
import shapely
from hypothesis import example, given, settings
from hypothesis import strategies as some

from gis_service.analysis.change import Answers, Counts, changes
from gis_service.analysis.demand import ALL, Demand
from gis_service.analysis.zones import Zones
from gis_service.crs import parse_crs
from gis_service.services.coverage import CoverageInputs, CoverageParameters, Facilities, run_coverage
from gis_service.services.coverage_document import OUTSIDE
from gis_service.services.disclosure import public_view
from gis_service.services.disclosure_vintage_changes import Compared, closed_changes
from gis_service.services.disclosure_vintages import with_closed
from gis_service.services.documents import canonical_json
from gis_service.types import Int32s, LayerId

METRIC = parse_crs("EPSG:9209")
COUNTS = ("total", "covered", "uncovered", "unreachable")
Document = dict[str, Any]


@dataclass(frozen=True)
class Street:
    """Homes along a line, and the unit of each by vintage; -1 is in none."""

    metres: tuple[int, ...]
    people: tuple[int, ...]
    units: Mapping[str, tuple[int, ...]]
    limit: int


@some.composite
def streets(draw: some.DrawFn) -> Street:
    count = draw(some.integers(1, 14))
    metres = draw(some.lists(some.integers(0, 3000), min_size=count, max_size=count))
    people = draw(some.lists(some.integers(0, 40_000), min_size=count, max_size=count))
    fine = draw(some.lists(some.integers(-1, 5), min_size=count, max_size=count))
    merged = draw(some.lists(some.integers(0, 2), min_size=6, max_size=6))
    moved = draw(some.lists(some.integers(-1, 2), min_size=count, max_size=count))
    units = {
        "old": tuple(fine),
        "new": tuple(-1 if unit < 0 else merged[unit] for unit in fine),
        "moved": tuple(moved),
    }
    return Street(tuple(metres), tuple(people), units, draw(some.integers(1, 3000)))


def zones_of(labels: Int32s) -> Zones:
    ids = tuple(str(unit) for unit in range(int(labels.max(initial=-1)) + 1))
    places = np.asarray(shapely.points(np.zeros((len(ids), 2))), dtype=object)
    return Zones(ids, tuple(f"Xã {id_}" for id_ in ids), places)


def told(street: Street, *, public: bool = True) -> dict[str, tuple[Document, Document]]:
    """Give by vintage the document, and what everybody may see of it."""
    xy = np.array([(500_000.0 + at, 2_000_000.0) for at in street.metres])
    everybody = np.array(street.people, dtype=np.int64)
    demand = Demand(
        xy,
        {ALL: everybody, "age_60": everybody // 3},
        np.arange(len(xy), dtype=np.int32),
        None,
    )
    labels = {LayerId(name): np.array(units, dtype=np.int32) for name, units in street.units.items()}
    parameters = CoverageParameters(
        service="office", measure="straight_radius", limit=float(street.limit), groups=("age_60",)
    )
    none = np.zeros(1, dtype=np.int32)
    facilities = Facilities(np.array([[500_000.0, 2_000_000.0]]), none, none - 1)
    found = {}
    first = next(iter(labels.values()))
    inputs = CoverageInputs({}, METRIC, demand, zones_of(first), first, facilities)
    for name, label in labels.items():
        result = run_coverage(replace(inputs, zones=zones_of(label), zone=label), parameters)
        document = with_closed(result.document, result, name, labels) if public else result.document
        found[str(name)] = (document, public_view(document) if public else document)
    return found


def rows_of(document: Document, group: str) -> dict[str, Document]:
    return {row["id"]: row if group == ALL else row["groups"][group] for row in document["zones"]}


def thousandths(value: float) -> int:
    return round(value * 1000)


EXAMPLES = settings(max_examples=50)
HANDFUL = Street(
    (0, 100, 200, 300),
    (5000, 100_000, 20_000, 300_000),
    {"old": (0, 1, 2, 3), "new": (0, 0, 1, 1)},
    900,
)
"""Alone, the old units hide the first and third; the first merged one less the second tells the first."""
MOVED = Street((0, 100, 200), (100_000, 5000, 200_000), {"old": (0, 0, 1), "moved": (0, 1, 1)}, 900)
"""Five people came to the other unit: every row of either vintage could be shown alone."""


@EXAMPLES
@given(streets())
def test_totals_are_equal_in_every_vintage_and_rows_add_up_to_them(street: Street) -> None:
    documents = [document for document, _ in told(street, public=False).values()]
    assert len({canonical_json(document["totals"]) for document in documents}) == 1
    for document in documents:
        for group, total in document["totals"].items():
            for name in COUNTS:
                rows = rows_of(document, group).values()
                assert sum(thousandths(row[name]) for row in rows) == thousandths(total[name])


@EXAMPLES
@given(streets())
def test_everybody_is_counted_where_their_point_is_and_merged_units_are_the_sums_of_their_parts(
    street: Street,
) -> None:
    documents = told(street, public=False)
    for name, units in street.units.items():
        people: dict[str, int] = {}
        for unit, count in zip(units, street.people, strict=True):
            code = OUTSIDE if unit < 0 else str(unit)
            people[code] = people.get(code, 0) + count
        for code, row in rows_of(documents[name][0], ALL).items():
            assert thousandths(row["total"]) == people.get(code, 0)
    old, new = (rows_of(documents[name][0], ALL) for name in ("old", "new"))
    whole = {
        str(one): str(other) for one, other in zip(street.units["old"], street.units["new"], strict=True)
    }
    for code, row in new.items():
        parts = [part for part, into in whole.items() if into == code]
        for name in COUNTS:
            if code != OUTSIDE:
                assert thousandths(row[name]) == sum(thousandths(old[part][name]) for part in parts)


def differences(street: Street) -> Iterator[tuple[list[tuple[str, str]], list[tuple[str, str]]]]:
    """Give units of one vintage that together hold exactly the people of units of another."""
    for one, other in permutations(street.units, 2):
        codes = [
            (str(a) if a >= 0 else OUTSIDE, str(b) if b >= 0 else OUTSIDE)
            for a, b, count in zip(street.units[one], street.units[other], street.people, strict=True)
            if count
        ]
        for whole in {a for a, _ in codes}:
            parts = {b for a, b in codes if a == whole}
            if all(a == whole for a, b in codes if b in parts):
                yield [(one, whole)], [(other, part) for part in sorted(parts)]


Found = Mapping[str, tuple[Document, Document]]


def require_no_small_count(found: Found) -> None:
    for _, shown in found.values():
        for group in shown["totals"]:
            for row in (shown["totals"][group], *rows_of(shown, group).values()):
                assert not [name for name in COUNTS if row[name] is not None and 0 < row[name] < 10]


def require_no_difference(street: Street, found: Found) -> None:
    for whole, parts in differences(street):
        for group in ("all", "age_60"):
            for name in ("total", "covered", "uncovered"):
                cells = [rows_of(found[vintage][1], group)[code][name] for vintage, code in (*whole, *parts)]
                assert [cell is None for cell in cells].count(True) != 1 or not any(cells)


def require_no_moved_handful(street: Street, found: Found) -> None:
    for one, other in permutations(street.units, 2):
        pairs = [
            pair
            for pair in zip(street.units[one], street.units[other], street.people, strict=True)
            if pair[2]
        ]
        for unit, part in {(a, b) for a, b, _ in pairs if a >= 0 and b >= 0}:
            if any(b == part and a != unit for a, b, _ in pairs):
                continue  # the unit does not hold all of the part
            rest = [(b, count) for a, b, count in pairs if a == unit and b != part]
            if len({b for b, _ in rest}) == 1 and 0 < sum(count for _, count in rest) < 10_000:
                whole, held = (
                    rows_of(found[vintage][1], ALL)[str(code)]["total"]
                    for vintage, code in ((one, unit), (other, part))
                )
                assert None in (whole, held)


FEW = Street(
    (0, 2, 0),
    (30_000, 4, 3),
    {"old": (1, 0, -1), "moved": (0, 1, 1)},
    1,
)
"""The few hide one another in the old units, and would hide the thirty beside them in the others."""


@EXAMPLES
@given(streets())
@example(HANDFUL)
@example(MOVED)
@example(FEW)
def test_no_vintage_gives_away_a_small_count_of_its_own_or_of_another(street: Street) -> None:
    found = told(street)
    require_no_small_count(found)
    require_no_difference(street, found)
    require_no_moved_handful(street, found)


def test_a_merged_unit_and_its_large_part_would_tell_the_small_one() -> None:
    found = told(HANDFUL)
    rows = {name: rows_of(shown, ALL) for name, (_, shown) in found.items()}
    hidden = {code for code, row in rows["old"].items() if row["total"] is None}
    assert "0" in hidden
    assert "1" in hidden or rows["new"]["0"]["total"] is None


def test_every_vintage_says_that_something_is_hidden() -> None:
    for document, shown in told(MOVED).values():
        assert document["notices"] != shown["notices"]
        assert "closed" not in shown


def compared(street: Street, before: int, after: int) -> Found:
    """Give by vintage the comparison of two limits, as of two states, and what everybody may see."""
    costs = np.array(street.metres, dtype=np.int64)
    people = np.array(street.people, dtype=np.int64)
    demand = Demand(np.zeros((len(costs), 2)), {ALL: people}, np.arange(len(costs), dtype=np.int32), None)
    nobody = np.zeros(len(costs), dtype=np.int32)
    # A limit of 0: whoever is within reach in a state costs nothing there.
    answers = tuple(
        Answers(np.where(costs <= limit, 0, 1).astype(np.int64), nobody) for limit in (before, after)
    )
    both = Compared(demand, (answers[0], answers[1]), 0)
    labels = {LayerId(name): np.array(units, dtype=np.int32) for name, units in street.units.items()}
    found = {}
    for name, label in labels.items():
        ids = zones_of(label).ids
        document = change_document(both, label, ids)
        closed = closed_changes(both, ids, name, labels)
        found[str(name)] = (
            document,
            public_view(document if closed is None else document | {"closed": closed}),
        )
    return found


def change_document(both: Compared, label: Int32s, ids: Sequence[str]) -> Document:
    counts = changes(both.demand, label, len(ids), *both.answers, both.limit)[ALL]

    def row(one: Counts) -> Document:
        figures = ("total", "before", "after", "won", "lost")
        found: Document = {name: getattr(one, name) / 1000 for name in figures}
        return found | {"share_before": 0.5, "share_after": 0.5}

    rows = zip((*ids, OUTSIDE), counts[:-1], strict=True)
    return {
        "process": "compare",
        "parameters": {side: {"catchment": "any", "limit": 600} for side in ("before", "after")},
        "totals": {ALL: row(counts[-1]) | {"limits": []}},
        "zones": [{"id": code} | row(one) for code, one in rows if one.changed],
        "facilities": [],
        "notices": [],
    }


@EXAMPLES
@given(streets(), some.integers(0, 3000))
@example(HANDFUL, 50)
@example(MOVED, 0)
def test_no_vintage_of_a_comparison_gives_away_who_won_or_lost_in_another(
    street: Street, before: int
) -> None:
    found = compared(street, before, street.limit)
    for whole, parts in differences(street):
        cells = []
        for vintage, code in (*whole, *parts):
            row = next((row for row in found[vintage][1]["zones"] if row["id"] == code), None)
            cells += [] if row is None else [row["won"]]
        assert cells.count(None) != 1
        assert not [value for value in cells if value is not None and 0 < value < 10]
