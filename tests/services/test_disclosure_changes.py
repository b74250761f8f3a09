"""What everybody may see of a comparison, and of the places of a study of gaps."""

import copy
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from gis_service.services.disclosure import NOTICE, public_view

Row = dict[str, Any]
Parts = tuple[int, int, int, int]
"""People within the limit in both states, lost, won, in neither."""

FIGURES = {
    "total": (1, 1, 1, 1),
    "before": (1, 1, 0, 0),
    "after": (1, 0, 1, 0),
    "won": (0, 0, 1, 0),
    "lost": (0, 1, 0, 0),
    "stay": (1, 0, 0, 0),
    "never": (0, 0, 0, 1),
    "out_before": (0, 0, 1, 1),
    "out_after": (0, 1, 0, 1),
}
SHOWN = ("total", "before", "after", "won", "lost")
# Seen to leak when single figures were hidden instead of rows.
ONCE = [(0, 0, 1, 0), (1, 0, 0, 1), (1, 0, 0, 1), (1, 9, 9, 1)]
PEOPLE = st.one_of(st.just(0), st.integers(1, 9), st.integers(10, 500))
ROWS = st.lists(st.tuples(PEOPLE, PEOPLE, PEOPLE, PEOPLE), min_size=1, max_size=4)


def counted(parts: Parts) -> Row:
    row: Row = {name: int(np.dot(FIGURES[name], parts)) for name in SHOWN}
    shares = {
        f"share_{side}": row[side] / row["total"] if row["total"] else None for side in ("before", "after")
    }
    return row | shares


def document_of(rows: list[Parts], rest: Parts = (0, 0, 0, 0), **more: object) -> Row:
    whole = [sum(column) for column in zip(*rows, rest, strict=True)]
    total = counted((whole[0], whole[1], whole[2], whole[3])) | {"limits": []}
    added = {"people": 500, "median_s": 60.0, "p95_s": 120.0}
    zones = [
        {"id": str(row), "name": "x", **counted(parts), "added": added} for row, parts in enumerate(rows)
    ]
    sides = {side: {"catchment": "any", "limit": 600} for side in ("before", "after")}
    plain = {"process": "compare", "parameters": sides, "totals": {"all": total}, "zones": zones}
    return plain | {"facilities": [], "gaps": [], "notices": []} | more


def told(shown: Row, n_zones: int) -> list["np.ndarray[tuple[int], np.dtype[np.float64]]"]:
    """Give all that a reader knows, as sums of the parts of the units and of the rest of the city."""
    known = []
    for place, row in enumerate((*shown["zones"], shown["totals"]["all"])):
        columns = range(n_zones + 1) if place == n_zones else [place]
        for name in SHOWN:
            if row[name] is None:
                continue
            equation = np.zeros((n_zones + 1, 4))
            equation[list(columns)] = FIGURES[name]
            known.append(equation.ravel())
            if row[name] == 0:  # none of these people: each part is nought, too
                known += [one for one in np.diag(equation.ravel()) if one.any()]
    # Where nothing changed, nobody was lost or won.
    known += [np.eye(4 * (n_zones + 1))[4 * n_zones + part] for part in (1, 2)]
    return known


@settings(deadline=None, max_examples=150)
@given(ROWS, st.tuples(PEOPLE, st.just(0), st.just(0), PEOPLE))
@example(ONCE, (0, 0, 0, 0))
def test_no_small_count_is_shown_nor_follows_from_what_is(rows: list[Parts], rest: Parts) -> None:
    shown = public_view(document_of(rows, rest))
    known = np.array(told(shown, len(rows)))
    rank = np.linalg.matrix_rank(known)
    for place, parts in enumerate(rows):
        for name, figure in FIGURES.items():
            if not 0 < np.dot(figure, parts) < 10:
                continue
            assert shown["zones"][place].get(name) is None
            question = np.zeros((len(rows) + 1, 4))
            question[place] = figure
            assert np.linalg.matrix_rank(np.vstack([known, question.ravel()])) == rank + 1, name


@settings(deadline=None, max_examples=60)
@given(ROWS)
def test_what_is_not_hidden_stays_as_it_is(rows: list[Parts]) -> None:
    document = document_of(rows)
    before = copy.deepcopy(document)
    shown = public_view(document)
    assert document == before
    for was, now in zip(document["zones"], shown["zones"], strict=True):
        assert all(now[name] in {None, was[name]} for name in (*SHOWN, "share_before", "share_after"))
    if not shown["notices"]:
        assert shown == document


def test_large_counts_are_shown_as_they_are() -> None:
    document = document_of([(100, 50, 20, 300), (400, 60, 0, 0)])
    assert public_view(document) == document


def test_a_small_loss_is_hidden_and_so_is_what_would_tell_it() -> None:
    (zone, other) = public_view(document_of([(300, 5, 0, 200), (400, 60, 0, 50)]))["zones"]
    assert zone["lost"] is None
    assert None in (zone["before"], zone["after"])
    assert other["lost"] is None  # else the total would tell it
    assert zone["added"] == {"people": None, "median_s": None, "p95_s": None}


def test_hiding_is_said() -> None:
    assert public_view(document_of([(300, 5, 0, 200)]))["notices"] == [
        {"code": NOTICE, "params": {"below": 10}}
    ]


def facility(name: str, *loads: int) -> Row:
    return {"id": name, "name": name} | dict(
        zip(("load_before", "load_after", "won", "lost"), loads, strict=True)
    )


def test_a_facility_of_few_people_is_hidden_with_another() -> None:
    facilities = [facility("a", 4, 0, 0, 4), facility("b", 76, 0, 0, 76), facility("c", 300, 380, 0, 0)]
    shown = public_view(document_of([(300, 80, 0, 50)], facilities=facilities))["facilities"]
    assert [row["lost"] for row in shown] == [None, None, 0]
    assert (shown[0]["load_before"], shown[2]["load_after"]) == (None, 380)


def test_two_facilities_with_the_same_figures_are_still_two() -> None:
    facilities = [facility("a", 4, 0, 0, 4), facility("b", 4, 0, 0, 4), facility("c", 72, 0, 0, 72)]
    shown = public_view(document_of([(300, 80, 0, 50)], facilities=facilities))["facilities"]
    assert [row["lost"] for row in shown] == [None, None, None]


@pytest.mark.parametrize(
    ("network", "shown"),
    [
        ((0, 0), [72, 0]),
        ((0, 8), [None, None]),  # with the total, either of the two would tell the other
    ],
)
def test_a_small_loss_by_the_network_is_hidden_with_a_facility(
    network: tuple[int, int], shown: list[int | None]
) -> None:
    lost = 72 + network[1]
    document = document_of([(300, lost, 0, 50)], facilities=[facility("a", 72, 0, 0, 72)])
    document["network"] = dict(zip(("won", "lost"), network, strict=True))
    view = public_view(document)
    assert [view["facilities"][0]["lost"], view["network"]["lost"]] == shown


def test_groups_of_facilities_are_for_those_who_may_see_personal_detail() -> None:
    one = facility("a", 300, 220, 0, 80)
    document = document_of([(300, 80, 0, 50)], facilities=[one | {"groups": {"old": one}}])
    document["network"] = {"won": 0, "lost": 0, "groups": {"old": {"won": 0, "lost": 0}}}
    view = public_view(document)
    assert "groups" not in view["facilities"][0]
    assert "groups" not in view["network"]
    assert view["notices"][0]["code"] == NOTICE


def test_loads_are_hidden_where_the_total_that_they_add_up_to_is() -> None:
    facilities = [facility("a", 40, 45, 5, 0), facility("b", 100, 104, 4, 0)]
    view = public_view(document_of([(140, 0, 9, 0)], facilities=facilities))
    assert view["totals"]["all"]["won"] is None
    assert [row["load_before"] for row in view["facilities"]] == [None, None]


def test_the_office_of_a_unit_does_not_tell_its_people() -> None:
    sides = {side: {"catchment": "own_unit", "limit": 600} for side in ("before", "after")}
    facilities = [facility("a", 295, 295, 0, 0)]
    shown = public_view(document_of([(295, 0, 20, 4)], facilities=facilities, parameters=sides))
    assert shown["facilities"][0]["load_before"] is None


@pytest.mark.parametrize(
    ("before", "shown"),
    [
        ([100, 200, 300], [100, 200, 300]),
        ([100, 104, 300], [100, None, 300]),
        ([4, 200, 300], [None, 200, 300]),
    ],
)
def test_people_between_two_limits_are_not_told_when_few(before: list[int], shown: list[int | None]) -> None:
    document = document_of([(400, 100, 0, 100)])
    document["totals"]["all"]["limits"] = [
        {"limit": limit}
        | {name: value for name, value in counted((count, 0, 0, 0)).items() if name != "total"}
        for limit, count in zip((100, 200, 300), before, strict=True)
    ]
    view = public_view(document)
    assert [entry["before"] for entry in view["totals"]["all"]["limits"]] == shown


def gap(people: int, old: int) -> Row:
    return {
        "zone": "0",
        "people": people,
        "homes": 20,
        "groups": {"old": old},
        "nearest": {"name": "A", "median_s": 9},
    }


def test_groups_of_gap_places_are_hidden_with_another() -> None:
    def row(total: int, uncovered: int) -> Row:
        covered = total - uncovered
        return {"total": total, "covered": covered, "uncovered": uncovered, "unreachable": 0, "share": 0.5}

    everybody, old = row(900, 205), row(300, 95)
    document: Row = {
        "process": "gaps",
        "totals": {"all": everybody, "old": old},
        "zones": [{"id": "0", "name": "x"} | everybody | {"groups": {"old": dict(old)}}],
        "gaps": [gap(100, 4), gap(60, 51), gap(45, 40)],
        "notices": [],
    }
    shown = public_view(document)["gaps"]
    assert [place["groups"]["old"] for place in shown].count(None) >= 2
    few = public_view(document | {"gaps": [gap(5, 5), gap(155, 50), gap(45, 40)]})["gaps"]
    assert (few[-1]["people"], few[-1]["nearest"]) == (None, None)
