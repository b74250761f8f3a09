"""On newer layers a scenario tells which of its edits hold, and only somebody decides about the others."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import text

from gis_service.catalogue.loader import Catalogue
from gis_service.db.engine import Connection
from gis_service.db.layers import version_of
from gis_service.errors import ErrorCode, GisError
from gis_service.services import scenario_rebase, scenarios
from gis_service.services.accounts import Caller, Role
from gis_service.services.rights import rights_of
from gis_service.services.scenario_rebase import Look
from gis_service.services.scenarios import Draft, ScenarioRow
from gis_service.types import LayerId, Text
from tests.live_town import MOTORBIKE, degrees

PLANNER = Caller(Role.PLANNER, "lan")
WEST = "one_stop_office1"
INPUTS: dict[str, Any] = MOTORBIKE | {"at": "2025-06-30T10:00", "limit": 300}
CLOSE = {"op": "close", "id": WEST}
ADD = {
    "op": "add",
    "tmp_id": "x",
    "geometry": {"type": "Point", "coordinates": list(degrees(2500))},
}
CLOSED_ROAD = {"op": "close", "layer": "roads", "fid": 2, "value": {"classes": ["alley"]}}
NAMED_ROADS = {"op": "speed", "layer": "roads", "value": {"roads": [1, 2], "kmh": 20}}
BRIDGE = {
    "op": "link",
    "geometry": {"type": "LineString", "coordinates": [list(degrees(at)) for at in (4000, 4500)]},
}
DELETED = "DELETE FROM layer.one_stop_office WHERE code = 'one_stop_office1'"
MOVED = "UPDATE layer.one_stop_office SET geom = ST_Translate(geom, 0.001, 0) WHERE code = 'one_stop_office1'"
DATED = "UPDATE layer.one_stop_office SET open_to = '2026-01-01' WHERE code = 'one_stop_office1'"
RENAMED = "UPDATE layer.one_stop_office SET code = 'x' WHERE code = 'one_stop_office1'"
REDRAWN = "UPDATE layer.roads SET geom = ST_Translate(geom, 0, 0.0001) WHERE fid = 2"


@pytest.fixture(scope="module")
def town_url(make_town_database: Callable[[str], str]) -> str:
    return make_town_database("live_town")


def keep(town: Connection, catalogue: Catalogue, *edits: dict[str, Any]) -> ScenarioRow:
    draft = Draft(Text("a", "a"), "", "nobody", None, INPUTS, edits)
    return scenarios.create(town, catalogue, draft, caller=PLANNER)


def look(town: Connection, catalogue: Catalogue, row: ScenarioRow) -> Look:
    return scenario_rebase.look(town, catalogue, row, rights_of(town, catalogue, PLANNER))


def rebase(
    town: Connection, catalogue: Catalogue, row: ScenarioRow, drop: list[int], keep: list[int]
) -> ScenarioRow:
    return scenario_rebase.rebase(
        town,
        catalogue,
        row.id,
        drop=drop,
        keep=keep,
        message="số liệu mới",
        expected=frozenset({str(row.revision)}),
        caller=PLANNER,
    )


@pytest.mark.parametrize(
    ("edit", "change", "role", "code", "may_be_kept"),
    [
        (CLOSE, DELETED, "facilities", "facility_gone", False),
        (CLOSE, MOVED, "facilities", "facility_moved", True),
        (CLOSE, DATED, "facilities", "facility_dated", True),
        (ADD, RENAMED, "facilities", "name_taken", False),
        (ADD, "DELETE FROM layer.roads WHERE fid = 1", "network", "no_road", True),
        (CLOSED_ROAD, "DELETE FROM layer.roads WHERE fid = 2", "network", "feature_gone", False),
        (CLOSED_ROAD, REDRAWN, "network", "feature_changed", True),
        (NAMED_ROADS, "DELETE FROM layer.roads WHERE fid = 2", "network", "feature_gone", False),
        (NAMED_ROADS, REDRAWN, "network", "feature_changed", True),
        (NAMED_ROADS, "UPDATE layer.roads SET oneway = 1 WHERE fid = 2", "network", "feature_edited", True),
        (BRIDGE, "DELETE FROM layer.roads WHERE fid = 2", "network", "link_off_roads", False),
    ],
)
def test_each_conflict_is_told_in_both_languages(
    town: Connection,
    catalogue: Catalogue,
    edit: dict[str, Any],
    change: str,
    role: str,
    code: str,
    may_be_kept: bool,  # noqa: FBT001 a column of the table
) -> None:
    row = keep(town, catalogue, {"op": "move", "id": "one_stop_office0", "value": 60}, edit)
    assert (look(town, catalogue, row).newer, look(town, catalogue, row).findings) == ((), ())
    town.execute(text(change))
    seen = look(town, catalogue, row)
    (finding,) = seen.findings
    assert (seen.newer, finding.number) == ((role,), 2)
    assert (finding.notice.code, finding.may_be_kept) == (f"scenario_{code}", may_be_kept)
    assert finding.words.vi
    assert "{" not in finding.words.vi + finding.words.en
    with pytest.raises(GisError) as error:
        rebase(town, catalogue, row, [], [] if may_be_kept else [2])
    assert error.value.code is ErrorCode.SCENARIO_CONFLICTS
    assert [fault.place("en") for fault in error.value.faults] == ["edit number 2"]
    moved = rebase(town, catalogue, row, [2], [])
    assert (moved.version, len(moved.shown.edits), moved.shown.message) == (2, 1, "số liệu mới")
    layer = LayerId(moved.shown.base[role]["layer"])
    assert moved.shown.base[role]["version"] == version_of(town, layer)
    assert look(town, catalogue, moved).newer == ()


def test_an_edit_is_kept_over_what_has_happened_if_somebody_says_so(
    town: Connection, catalogue: Catalogue
) -> None:
    row = keep(town, catalogue, CLOSE, ADD)
    town.execute(text(MOVED))
    moved = rebase(town, catalogue, row, [], [1])
    assert moved.shown.edits == row.shown.edits
    assert moved.shown.edits_hash == row.shown.edits_hash
    assert moved.shown.base != row.shown.base


def test_without_news_a_scenario_stays_as_it_is(town: Connection, catalogue: Catalogue) -> None:
    row = keep(town, catalogue, CLOSE)
    town.execute(text("UPDATE layer.rivers SET kind = 'lake'"))
    assert rebase(town, catalogue, row, [], []) == row


def test_a_scenario_on_old_versions_is_changed_on_these(town: Connection, catalogue: Catalogue) -> None:
    row = keep(town, catalogue, CLOSE)
    town.execute(text(DELETED))
    draft = Draft(Text("a", "a"), "", "nobody", None, INPUTS, [CLOSE, ADD])
    other = scenarios.replace(town, catalogue, row.id, draft, expected=None, caller=PLANNER)
    assert (other.version, other.shown.base) == (2, row.shown.base)
    assert [one.number for one in look(town, catalogue, other).findings] == [1]


def test_areas_that_close_roads_may_go(town: Connection, catalogue: Catalogue) -> None:
    areas = {"layer": "rivers", "where": {"kind": "river"}}
    row = keep(town, catalogue, {"op": "close", "layer": "roads", "value": {"areas": areas}})
    assert look(town, catalogue, row).findings == ()
    town.execute(text("UPDATE layer.rivers SET kind = 'lake'"))
    (finding,) = look(town, catalogue, row).findings
    assert finding.notice.code == "scenario_areas_gone"


@pytest.mark.parametrize(
    ("drop", "keep_", "code"),
    [([3], [], "study_refused"), ([], [0], "study_refused"), ([1], [], "study_refused")],
)
def test_numbers_of_edits_are_looked_at(
    town: Connection, catalogue: Catalogue, drop: list[int], keep_: list[int], code: str
) -> None:
    row = keep(town, catalogue, CLOSE)
    with pytest.raises(GisError) as error:
        rebase(town, catalogue, row, drop, keep_)
    assert error.value.code == code
