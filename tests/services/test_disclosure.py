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
    [([5, 30, 40], [40, None, None]), ([5, 6, 40], [40, None, None]), ([50, 30], [50, 30]), ([5], [None])],
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


@settings(deadline=None)
@given(st.lists(st.tuples(PEOPLE, PEOPLE, PEOPLE, PEOPLE), min_size=1, max_size=5))
def test_those_who_are_not_of_a_group_are_not_told_by_it(units: list[tuple[int, int, int, int]]) -> None:
    rows = [_row(near + near_old, far + far_old, 0) for near, near_old, far, far_old in units]
    document = _document(rows)
    for zone, (_, near_old, _, far_old) in zip(document["zones"], units, strict=True):
        zone["groups"] = {"old": _row(near_old, far_old, 0)}
    parts = [zone["groups"]["old"] for zone in document["zones"]]
    document["totals"]["old"] = {name: sum(row[name] for row in parts) for name in COUNTS}
    shown = public_view(document)
    pairs = [(zone, zone["groups"]["old"]) for zone in shown["zones"]]
    for everybody, old in (*pairs, (shown["totals"]["all"], shown["totals"]["old"])):
        for name in COUNTS:
            if everybody[name] is not None and old[name] is not None:
                assert not 0 < everybody[name] - old[name] < 10


def test_times_of_a_handful_who_arrive_are_hidden() -> None:
    document = _document([_row(3, 54, 54)])
    document["totals"]["all"]["arrived"] = {"median_m": 0, "p90_m": 0}
    assert public_view(document)["totals"]["all"]["arrived"] == {"median_m": None, "p90_m": None}


@pytest.mark.parametrize(
    ("covered", "catchment", "shown"),
    [(3, "any", None), (50, "any", 60), (0, "any", 60), (0, "own_unit", None), (50, "own_unit", 60)],
)
def test_times_of_a_handful_who_arrive_are_hidden_in_each_row(
    covered: int, catchment: str, shown: int | None
) -> None:
    """In the own unit people may have a way to another unit's facility only, so fewer may arrive."""
    document = _document([_row(covered, 54, 0 if covered == 0 else 54), _row(400, 0, 0)])
    document["parameters"] = {"catchment": catchment}
    document["zones"][0]["arrived"] = {"median_s": 60}
    view = public_view(document)
    assert view["zones"][0]["arrived"] == {"median_s": shown}
    assert bool(view["notices"]) is (shown is None)


@pytest.mark.parametrize(
    ("no_road", "no_path", "shown"),
    [(4, 50, (None, None)), (4, 0, (None, 0)), (40, 50, (40, 50)), (0, 90, (0, 90))],
)
def test_the_parts_of_the_unreachable_are_hidden_like_their_sum(
    no_road: int, no_path: int, shown: tuple[int | None, ...]
) -> None:
    document = _document([_row(900, 200, no_road + no_path)])
    document["totals"]["all"] |= {"no_road": no_road, "no_path": no_path}
    view = public_view(document)["totals"]["all"]
    assert (view["no_road"], view["no_path"]) == shown
    parts = [view[name] for name in ("unreachable", "no_road", "no_path")]
    assert parts.count(None) != 1


def test_the_parts_of_the_unreachable_do_not_follow_from_the_gap_places() -> None:
    gaps = [{"zone": "0", "people": 25, "homes": 20, "kind": "roadless"}]
    document = _document([_row(900, 200, 29)], gaps)
    document["totals"]["all"] |= {"no_road": 25, "no_path": 4}
    view = public_view(document)
    assert [view["totals"]["all"][name] for name in ("no_road", "no_path")] == [None, None]
    assert view["gaps"][0]["people"] is None


def test_the_access_of_a_handful_who_arrive_is_hidden() -> None:
    document = _document([_row(3, 54, 54)])
    document["totals"]["all"] |= {"access_median_s": None, "access_median_m": 40, "arrived": {"median_m": 9}}
    view = public_view(document)["totals"]["all"]
    assert (view["access_median_m"], view["arrived"]) == (None, {"median_m": None})


def test_the_parts_of_the_unreachable_do_not_follow_from_the_groups() -> None:
    document = _document([_row(900, 200, 100)])
    groups = document["totals"]
    groups["all"] |= {"no_road": 40, "no_path": 60}
    groups["young"] = _row(400, 100, 50) | {"no_road": 4, "no_path": 46}
    groups["old"] = _row(500, 100, 50) | {"no_road": 36, "no_path": 14}
    shown = public_view(document)["totals"]
    hidden = [group for group in ("young", "old", "all") if shown[group]["no_road"] is None]
    # The smallest of the others is hidden with it, and within each of the two its sum with the other part.
    assert hidden == ["young", "old"]
    for group in hidden:
        assert [shown[group][name] for name in ("unreachable", "no_road", "no_path")].count(None) > 1


def test_a_hidden_figure_does_not_follow_from_the_gap_places() -> None:
    document = _document([_row(3, 54, 0), _row(400, 0, 0)], [{"zone": "0", "people": 54, "homes": 20}])
    shown = public_view(document)
    assert shown["zones"][0]["covered"] is None
    assert shown["gaps"][0]["people"] is None


def test_people_without_a_unit_are_not_told_by_their_gap_places() -> None:
    document = _document([_row(3, 54, 0), _row(900, 40, 0), _row(500, 60, 0)])
    document["zones"][0]["id"] = "outside"
    document["gaps"] = [
        {"zone": zone, "people": people, "homes": 20, "kind": "network"}
        for zone, people in ((None, 54), ("1", 40), ("2", 60))
    ]
    view = public_view(document)
    outside = view["zones"][0]
    (gap,) = (place for place in view["gaps"] if place["zone"] is None)
    assert (outside["covered"], outside["uncovered"], gap["people"]) == (None, None, None)


def test_groups_of_people_without_a_unit_are_not_told_by_their_gap_places() -> None:
    document = _document([_row(303, 154, 0), _row(900, 40, 0)])
    document["zones"][0]["id"] = "outside"
    for zone, young in zip(document["zones"], (_row(3, 54, 0), _row(60, 20, 0)), strict=True):
        old = _row(zone["covered"] - young["covered"], zone["uncovered"] - young["uncovered"], 0)
        zone["groups"] = {"young": young, "old": old}
    for group in ("young", "old"):
        parts = [zone["groups"][group] for zone in document["zones"]]
        document["totals"][group] = {name: sum(row[name] for row in parts) for name in COUNTS}
    document["gaps"] = [
        {"zone": zone, "people": young + old, "homes": 20, "kind": "network", "groups": groups}
        for zone, young, old in ((None, 54, 100), ("1", 20, 20))
        for groups in [{"young": young, "old": old}]
    ]
    view = public_view(document)
    young = view["zones"][0]["groups"]["young"]
    assert (young["covered"], young["uncovered"], view["gaps"][0]["groups"]["young"]) == (None, None, None)


def test_who_cannot_arrive_is_not_told_by_the_kinds_of_gap_places() -> None:
    """In the first unit all but the few without a road are in the scattered place of 34."""
    document = _document([_row(500, 34, 4), _row(900, 60, 60)])
    document["totals"]["all"] |= {"no_road": 64, "no_path": 0}
    document["gaps"] = [
        {"zone": "1", "people": 60, "homes": 20, "kind": "roadless"},
        {"zone": "0", "people": 34, "homes": 20, "kind": "scattered"},
    ]
    view = public_view(document)
    assert view["zones"][0]["unreachable"] is None
    assert view["zones"][1]["unreachable"] is None
    # All of the second unit's outside are without a road: its other figures would tell how many.
    assert (view["zones"][1]["uncovered"], view["gaps"][0]["people"]) == (None, None)


def test_who_cannot_arrive_does_not_follow_from_units_whose_places_are_all_without_a_road() -> None:
    """Nobody of the other two units is too far off, so those of the first would follow from the totals."""
    document = _document([_row(0, 11, 1), _row(1, 20, 20), _row(9, 20, 20)])
    document["totals"]["all"] |= {"no_road": 41, "no_path": 0}
    document["gaps"] = [
        {"zone": zone, "people": people, "homes": 20, "kind": kind}
        for zone, people, kind in (("0", 11, "scattered"), ("1", 20, "roadless"), ("2", 20, "roadless"))
    ]
    total = public_view(document)["totals"]["all"]
    assert [total["uncovered"], total["unreachable"]] != [51, 41]


@pytest.mark.parametrize(("total", "shown"), [(199, None), (200, 60.0)])
def test_times_that_never_come_do_not_tell_how_many_never_arrive(total: int, shown: float | None) -> None:
    """Of fewer than 200 people nine are a twentieth: whether there is a 95th percentile would tell them."""
    document = _document([_row(total - 30, 30, 8), _row(1000, 150, 100)])
    view = public_view(document)["zones"][0]
    assert (view["unreachable"], view["total"]) == (None, total)
    assert view["median_s"] == shown


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


def test_the_order_of_gap_places_tells_nothing_of_those_whose_people_of_the_group_are_hidden() -> None:
    """Ranked by children: the second lies between 51 and 50, which would tell it."""
    row, children = _row(900, 300, 0), {"total": 400, "covered": 250, "uncovered": 150, "unreachable": 0}
    groups = {"age_3_5": dict(children)}
    places = [("d", 51), ("c", 50.5), ("b", 44), ("a", 4.5)]
    document = _document(
        [row | {"groups": groups}],
        [
            {"id": id_, "rank": rank, "zone": "1", "people": 75, "homes": 20, "groups": {"age_3_5": count}}
            for rank, (id_, count) in enumerate(places, 1)
        ],
    )
    document["totals"]["age_3_5"] = dict(children)
    document["parameters"] = {"group": "age_3_5"}
    shown = public_view(document)["gaps"]
    told = [gap["groups"]["age_3_5"] for gap in shown]
    first = told.index(None)
    assert told.count(None) >= 2
    assert all(count is None for count in told[first:])
    assert [gap["rank"] for gap in shown] == [*range(1, first + 1), *[None] * (len(told) - first)]
    ids = [gap["id"] for gap in shown[first:]]
    assert ids == sorted(ids)
