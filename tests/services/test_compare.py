"""Comparisons on real tables: the merged town, counted by hand."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import event

from gis_service.catalogue.loader import Catalogue
from gis_service.db.engine import Connection
from gis_service.errors import RefusedInput
from gis_service.services import studies
from gis_service.services.study_words import answer
from tests.merged_town import AFTER, BEFORE, state


@pytest.fixture(scope="module")
def town_url(make_town_database: Callable[[str], str]) -> str:
    return make_town_database("merged_town")


Compare = Callable[..., dict[str, Any]]


@pytest.fixture
def compare(town: Connection, catalogue: Catalogue) -> Compare:
    def run(before: dict[str, Any], after: dict[str, Any], **more: object) -> dict[str, Any]:
        asked = {"before": before, "after": after} | more
        return studies.run(town, catalogue, "compare", asked, "lan").document

    return run


@pytest.fixture
def coverage(town: Connection, catalogue: Catalogue) -> Compare:
    def run(asked: dict[str, Any]) -> dict[str, Any]:
        return studies.run(town, catalogue, "coverage", asked, "lan").document

    return run


def picked(row: dict[str, Any], *names: str) -> tuple[Any, ...]:
    return tuple(row[name] for name in names)


COUNTS = ("total", "before", "after", "won", "lost")


def test_who_loses_an_office_is_counted_by_unit_and_facility(compare: Compare) -> None:
    document = compare(state(BEFORE), state(AFTER))
    assert picked(document["totals"]["all"], *COUNTS) == (705.5, 665.5, 305, 0, 360.5)
    assert [picked(row, "id", *COUNTS) for row in document["zones"]] == [
        ("ab", 640.5, 600.5, 300, 0, 300.5),
        ("c2", 65, 65, 5, 0, 60),
    ]
    loads = [picked(row, "id", "load_before", "load_after", "won", "lost") for row in document["facilities"]]
    assert loads == [
        ("na", 0, 300, 0, 0),
        ("nc", 0, 5, 0, 0),
        ("oa", 300, 0, 0, 0),
        ("ob", 360.5, 0, 0, 360.5),
        ("oc", 5, 0, 0, 0),
    ]


def test_the_added_way_is_told_of_those_who_arrive_in_both_states(compare: Compare) -> None:
    document = compare(state(BEFORE), state(AFTER))
    assert document["totals"]["all"]["added"] == {"people": 705.5, "median_m": 300, "p95_m": 1300}
    assert document["zones"][1]["added"] == {"people": 65, "median_m": 300, "p95_m": 300}


def test_either_vintage_may_be_asked_for_and_only_changed_units_stand_there(compare: Compare) -> None:
    document = compare(state(BEFORE), state(AFTER), vintage="communes_2024")
    assert [picked(row, "id", "lost") for row in document["zones"]] == [("b", 300.5), ("c", 60)]
    assert document["inputs"]["zones"]["layer"] == "commune_2024"
    assert document["parameters"]["vintage"] == "communes_2024"


def test_further_limits_stand_beside_the_limit_of_the_study(compare: Compare) -> None:
    totals = compare(state(BEFORE), state(AFTER), limits=[2000, 1000, 1000])["totals"]["all"]
    found = [picked(row, "limit", "before", "after", "won", "lost") for row in totals["limits"]]
    # at 1,000 m the home at 4,100 keeps an office; at 2,000 m everybody does
    assert found == [(1000, 665.5, 365, 0, 300.5), (2000, 705.5, 705.5, 0, 0)]


def test_the_own_office_is_that_of_the_vintage_of_each_state(compare: Compare) -> None:
    own: dict[str, Any] = {"catchment": "own_unit", "limit": 1200}
    before = state(BEFORE, vintage="communes_2024", **own)
    after = state(AFTER, vintage="communes_2025", **own)
    document = compare(before, after)
    # the home at 2,100 had to go to 3,500 and may now go to 1,000; that at 3,600 has to go to 1,000
    assert picked(document["totals"]["all"], *COUNTS) == (705.5, 665.5, 405, 40, 300.5)
    assert [picked(row, "id", "won", "lost") for row in document["zones"]] == [("ab", 40, 300.5)]
    assert document["inputs"]["before_zones"]["layer"] == "commune_2024"
    by_2024 = compare(before, after, vintage="communes_2024")
    assert [picked(row, "id", "won", "lost") for row in by_2024["zones"]] == [("b", 40, 300.5)]
    assert by_2024["totals"] == document["totals"]
    # Where na is, oa was: nothing has opened there for the home at 2,100, but it may go there now.
    assert picked(document["network"], "won", "lost") == (40, 0)
    assert [
        picked(row, "id", "won", "lost") for row in document["facilities"] if row["won"] or row["lost"]
    ] == [("ob", 0, 300.5)]


@pytest.mark.parametrize("catchment", ["any", "own_unit"])
def test_facilities_and_network_add_up_to_every_gain_and_loss(compare: Compare, catchment: str) -> None:
    asked: dict[str, Any] = {"catchment": catchment, "groups": ["age_60"], "limit": 1200}
    there = state(BEFORE, vintage="communes_2024", **asked), state(AFTER, vintage="communes_2025", **asked)
    for sides in (there, there[::-1]):
        document = compare(*sides)
        for group, total in document["totals"].items():
            own = [row if group == "all" else row["groups"][group] for row in document["facilities"]]
            network = document["network"] if group == "all" else document["network"]["groups"][group]
            for name in ("won", "lost"):
                assert round(sum(row[name] for row in own) + network[name], 3) == total[name]


def test_a_facility_that_moves_is_lost_where_it_was_and_gained_where_it_is(
    town: Connection, compare: Compare
) -> None:
    """The office at 1,000 goes to 3,000: those at 500 and 1,500 lose it, those at 2,100 and 3,600 gain it."""
    before = state(AFTER, limit=1000)
    version = compare(before, before)["inputs"]["facilities"]["version"]
    town.exec_driver_sql(
        "UPDATE layer.one_stop_office SET geom = ST_Translate(geom, 0.01914, 0) WHERE code = 'na'"
    )
    before["facilities"] = {"layer": "one_stop_office", "version": version}
    document = compare(before, state(AFTER, limit=1000))
    (moved,) = document["facilities"]
    assert moved["id"] == "na"
    assert picked(moved, "won", "lost") == (340.5, 300)
    assert picked(document["totals"]["all"], "won", "lost") == (340.5, 300)
    assert picked(document["network"], "won", "lost") == (0, 0)


def test_a_branch_that_stays_keeps_its_people(compare: Compare) -> None:
    document = compare(state(BEFORE), state(AFTER, share=0.5))
    assert picked(document["totals"]["all"], *COUNTS) == (705.5, 665.5, 665.5, 0, 0)
    assert document["zones"] == []
    told = {notice["code"]: notice["params"] for notice in document["notices"]}
    assert told["branches_counted"] == {"main": 2, "branches": 1, "possible": 1, "percent": 50}


def test_both_sides_are_the_studies_of_coverage_of_their_states(compare: Compare, coverage: Compare) -> None:
    asked: dict[str, Any] = {"groups": ["age_60"]}
    document = compare(state(BEFORE, **asked), state(AFTER, **asked))
    # Both are told by the units of the answer, not each by those of its own day.
    states = [coverage(state(at, vintage="communes_2025", **asked)) for at in (BEFORE, AFTER)]
    for group, row in document["totals"].items():
        found = [one["totals"][group] for one in states]
        assert [row["before"], row["after"]] == [one["covered"] for one in found]
        assert [row["share_before"], row["share_after"]] == [one["share"] for one in found]
    assert document["base"] == states[0]["id"]
    assert document["edits_hash"] is None
    assert document["artefacts"] == states[1]["artefacts"]
    assert document["zones"][0]["groups"]["age_60"]["lost"] == 30.05


def test_a_state_beside_itself_is_empty(compare: Compare) -> None:
    document = compare(state(AFTER), state(AFTER))
    assert (document["zones"], document["facilities"]) == ([], [])
    assert picked(document["totals"]["all"], "won", "lost") == (0, 0)


def test_two_states_changed_about_are_the_mirror_image(compare: Compare) -> None:
    own: dict[str, Any] = {"catchment": "own_unit", "limit": 1200}
    sides = (state(BEFORE, vintage="communes_2024", **own), state(AFTER, **own))
    there, back = compare(*sides, vintage="communes_2025"), compare(*reversed(sides), vintage="communes_2025")
    turned = ("id", "after", "before", "lost", "won")
    assert [picked(row, "id", "before", "after", "won", "lost") for row in there["zones"]] == [
        picked(row, *turned) for row in back["zones"]
    ]
    names = ("id", "load_before", "load_after", "won", "lost")
    assert [picked(row, *names) for row in there["facilities"]] == [
        picked(row, "id", "load_after", "load_before", "lost", "won") for row in back["facilities"]
    ]


def test_an_equal_comparison_is_the_same_study(town: Connection, catalogue: Catalogue) -> None:
    asked = {"before": state(BEFORE), "after": state(AFTER)}
    first = studies.run(town, catalogue, "compare", asked, "lan")
    town.exec_driver_sql("DELETE FROM gis.study")
    assert studies.run(town, catalogue, "compare", asked, "minh").document == first.document
    assert [item.process for item in studies.list_(town, process="compare").items] == ["compare"]


def test_a_comparison_as_the_crow_flies_needs_no_roads(compare: Compare) -> None:
    straight: dict[str, Any] = {"measure": "straight_radius"}
    document = compare(state(BEFORE, **straight), state(AFTER, **straight))
    assert "network" not in document["inputs"]
    assert document["totals"]["all"]["lost"] == 360.5


@pytest.mark.parametrize(
    ("changed", "name"),
    [
        ({"limit": 900}, "after/limit"),
        ({"mode": "bicycle"}, "after/mode"),
        ({"measure": "network_time"}, "after/measure"),
        ({"groups": ["age_60"]}, "after/groups"),
        ({"tables": ["facilities"]}, "after/tables"),
        ({"network": {"layer": "ferries"}}, "after/network"),
        ({"standard": "no_such"}, "standard"),
        ({"colour": "red"}, "after/colour"),
    ],
)
def test_states_that_cannot_be_compared_are_refused(
    compare: Compare, changed: dict[str, Any], name: str
) -> None:
    with pytest.raises(RefusedInput) as refused:
        compare(state(BEFORE), state(AFTER) | changed)
    assert refused.value.params["name"] == name


@pytest.mark.parametrize("limits", [[0], [-1], ["far"], [float("nan")], [1e17], list(range(1, 30))])
def test_limits_that_cannot_be_are_refused(compare: Compare, limits: list[object]) -> None:
    with pytest.raises(RefusedInput):
        compare(state(BEFORE), state(AFTER), limits=limits)


def test_shared_layers_are_read_once(town: Connection, catalogue: Catalogue) -> None:
    statements: list[str] = []

    def note(*details: object) -> None:
        statements.append(str(details[2]))

    event.listen(town, "before_cursor_execute", note)
    studies.run(town, catalogue, "compare", {"before": state(BEFORE), "after": state(AFTER)}, "lan")
    event.remove(town, "before_cursor_execute", note)
    read = [one for one in statements if "ST_AsBinary" in one]
    # people, roads, units, settlements once; the offices for each state; the units of two more vintages,
    # whose sums say what the public may see
    assert len(read) == 8


def test_the_answer_says_who_loses_and_who_gains(compare: Compare, catalogue: Catalogue) -> None:
    said = answer(compare(state(BEFORE), state(AFTER)), catalogue)
    assert "360 người mất" in said.vi
    assert "360 people lose" in said.en


def test_tables_of_both_states_are_refused_too_for_none_is_given(compare: Compare) -> None:
    with pytest.raises(RefusedInput) as refused:
        compare(state(BEFORE, tables=["od", "backup"]), state(AFTER, tables=["od", "backup"]))
    assert (refused.value.params["name"], refused.value.params["value"]) == ("before/tables", "od, backup")
