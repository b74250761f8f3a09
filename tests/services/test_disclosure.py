"""What everybody may see of a study."""

import copy
import itertools
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gis_service.services.disclosure import NOTICE, public_view

COUNTS = ("total", "covered", "uncovered", "unreachable")
Row = dict[str, Any]


def _row(covered: int, uncovered: int, unreachable: int) -> Row:
    total = covered + uncovered
    return {
        "total": total,
        "covered": covered,
        "uncovered": uncovered,
        "unreachable": min(unreachable, uncovered),
        "share": covered / total if total else None,
        "median_s": 60.0,
    }


def _document(rows: list[Row], gaps: list[Row] | None = None) -> Row:
    total = {name: sum(row[name] for row in rows) for name in COUNTS} | {"share": 0.5, "median_s": 60.0}
    zones = [{"id": str(number), "name": "x", **row} for number, row in enumerate(rows)]
    return {"totals": {"all": total}, "zones": zones, "gaps": gaps or [], "notices": []}


PEOPLE = st.one_of(st.just(0), st.integers(1, 9), st.integers(10, 500))
ROWS = st.lists(st.builds(_row, PEOPLE, PEOPLE, PEOPLE), min_size=1, max_size=6)


@settings(deadline=None)
@given(ROWS)
def test_no_small_count_is_shown(rows: list[Row]) -> None:
    shown = public_view(_document(rows))
    for row in (*shown["zones"], *shown["totals"].values()):
        assert all(row[name] is None or not 0 < row[name] < 10 for name in COUNTS)
        assert (row["share"] is None) or row["covered"] is not None


@settings(deadline=None)
@given(ROWS)
def test_no_hidden_count_follows_from_the_others(rows: list[Row]) -> None:
    """A sum of which exactly one part is hidden would tell it, unless all the others are nought."""
    shown = public_view(_document(rows))
    everything = [*shown["zones"], shown["totals"]["all"]]
    columns = [[row[name] for row in everything] for name in COUNTS]
    across = [[row[name] for name in ("total", "covered", "uncovered")] for row in everything]
    for parts in itertools.chain(columns, across):
        assert parts.count(None) != 1


@settings(deadline=None)
@given(ROWS)
def test_what_is_not_hidden_stays_as_it_is(rows: list[Row]) -> None:
    document = _document(rows)
    before = copy.deepcopy(document)
    shown = public_view(document)
    assert document == before
    for was, now in zip(document["zones"], shown["zones"], strict=True):
        assert all(now[name] in {None, was[name]} for name in was)
    if shown["notices"] == []:
        assert shown == document


def test_large_counts_are_shown_as_they_are() -> None:
    document = _document([_row(100, 50, 20), _row(400, 0, 0)])
    assert public_view(document) == document


def test_hiding_is_said() -> None:
    assert public_view(_document([_row(3, 100, 0), _row(40, 50, 0)]))["notices"] == [
        {"code": NOTICE, "params": {"below": 10}}
    ]


@pytest.mark.parametrize(
    ("people", "shown"),
    [([5, 30, 40], [None, None, 40]), ([5, 6, 40], [None, None, 40]), ([50, 30], [50, 30]), ([5], [None])],
)
def test_a_gap_of_few_people_is_hidden_with_another(people: list[int], shown: list[int | None]) -> None:
    gaps = [{"zone": "1", "people": count, "homes": 20} for count in people]
    view = public_view(_document([_row(900, 200, 0)], gaps))
    assert [gap["people"] for gap in view["gaps"]] == shown


def test_groups_of_a_zone_are_not_told_by_their_sum() -> None:
    document = _document([_row(900, 200, 0), _row(800, 100, 0)])
    for zone, young in zip(document["zones"], (4, 60), strict=True):
        zone["groups"] = {
            "young": _row(young, 0, 0),
            "old": _row(zone["covered"] - young, zone["uncovered"], 0),
        }
    for group in ("young", "old"):
        parts = [zone["groups"][group] for zone in document["zones"]]
        document["totals"][group] = {name: sum(row[name] for row in parts) for name in COUNTS}
    shown = public_view(document)
    first = shown["zones"][0]
    assert first["groups"]["young"]["covered"] is None
    assert [first["covered"], first["groups"]["old"]["covered"]].count(None) >= 1
    assert [zone["groups"]["young"]["total"] for zone in shown["zones"]] == [None, None]


def test_times_of_a_handful_who_arrive_are_hidden() -> None:
    document = _document([_row(3, 54, 54)])
    document["totals"]["all"]["arrived"] = {"median_m": 0, "p90_m": 0}
    assert public_view(document)["totals"]["all"]["arrived"] == {"median_m": None, "p90_m": None}


def test_a_hidden_figure_does_not_follow_from_the_gap_places() -> None:
    document = _document([_row(3, 54, 0), _row(400, 0, 0)], [{"zone": "0", "people": 54, "homes": 20}])
    shown = public_view(document)
    assert shown["zones"][0]["covered"] is None
    assert shown["gaps"][0]["people"] is None


@pytest.mark.parametrize(
    ("params", "shown"),
    [
        ({"people": 4}, {"people": "<10"}),
        ({"people": 400}, {"people": 400}),
        ({"people": 400, "inside": 7, "share": 0.02}, {"people": 400, "inside": "<10", "share": "–"}),
        ({"people": 400, "inside": 395, "share": 0.99}, {"people": 400, "inside": "–", "share": "–"}),
    ],
)
def test_small_counts_in_notices_are_hidden(params: Row, shown: Row) -> None:
    document = _document([_row(400, 50, 0)]) | {"notices": [{"code": "told", "params": params}]}
    assert public_view(document)["notices"][0]["params"] == shown
