"""What a scenario writes into a layer is what was shown, by somebody who may edit it, with its history."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from sqlalchemy import text

from gis_service.catalogue.loader import Catalogue
from gis_service.db.engine import Connection
from gis_service.errors import AnyCode, ErrorCode, GisError
from gis_service.services import scenario_publish, scenarios, studies
from gis_service.services.accounts import Caller, Role
from gis_service.services.scenario_publish import Asked, Diff
from gis_service.services.scenarios import Draft, ScenarioRow
from gis_service.types import Text
from tests.live_town import MOTORBIKE, degrees

PLANNER, STAFF = Caller(Role.PLANNER, "lan"), Caller(Role.GIS_STAFF, "huy")
EAST, WEST = "one_stop_office0", "one_stop_office1"
INPUTS: dict[str, Any] = MOTORBIKE | {"at": "2025-06-30T10:00", "limit": 300}
NAMED = Asked({"x": {"name": "Một cửa Giữa"}}, date(2025, 6, 1))


@pytest.fixture(scope="module")
def town_url(make_town_database: Callable[[str], str]) -> str:
    return make_town_database("live_town")


def point(along: float) -> dict[str, Any]:
    return {"type": "Point", "coordinates": list(degrees(along))}


ADD = {"op": "add", "tmp_id": "x", "geometry": point(2500)}
MOVE = {"op": "move", "id": EAST, "geometry": point(1500)}
CLOSE = {"op": "close", "id": WEST}
ALLEYS = {"op": "close", "layer": "roads", "value": {"classes": ["alley"]}}


def keep(town: Connection, catalogue: Catalogue, *edits: dict[str, Any]) -> ScenarioRow:
    draft = Draft(Text("a", "a"), "", "everybody", None, INPUTS, edits)
    return scenarios.create(town, catalogue, draft, caller=PLANNER)


def publish(
    town: Connection, catalogue: Catalogue, shown: Diff, asked: Asked = NAMED, caller: Caller = STAFF
) -> int:
    _, done = scenario_publish.publish(
        town,
        catalogue,
        shown.row.id,
        asked,
        number=None,
        diff_hash=shown.hash,
        message="theo quyết định 12",
        caller=caller,
    )
    return done.version


def offices(town: Connection) -> dict[str, tuple[float, date | None]]:
    statement = "SELECT code, ST_X(geom) AS x, open_to FROM layer.one_stop_office"
    return {row.code: (row.x, row.open_to) for row in town.execute(text(statement))}


def code_of(call: Callable[[], object]) -> AnyCode:
    with pytest.raises(GisError) as error:
        call()
    return error.value.code


def test_what_was_shown_is_written_as_one_version(town: Connection, catalogue: Catalogue) -> None:
    row = keep(town, catalogue, ADD, MOVE, ALLEYS, CLOSE)
    before = offices(town)
    shown = scenario_publish.diff(town, catalogue, row, NAMED)
    assert [(one.number, one.kind, one.facility) for one in shown.changes] == [
        (1, "added", "x"),
        (2, "moved", EAST),
        (4, "closed", WEST),
    ]
    assert [(number, notice.code) for number, notice in shown.left] == [(3, "scenario_left_roads")]
    assert offices(town) == before
    version = publish(town, catalogue, shown)
    assert version > (shown.version or 0)
    after = offices(town)
    assert after["x"][0] == pytest.approx(degrees(2500)[0])
    assert after[EAST][0] == pytest.approx(degrees(1500)[0])
    assert after[WEST] == (before[WEST][0], date(2025, 6, 1))
    told = town.execute(text("SELECT author, message FROM gis.version WHERE id = :id"), {"id": version}).one()
    assert tuple(told) == ("huy", f"theo quyết định 12 ({row.id}, 1)")
    # The next time there is nothing of it left to do but what stands there already.
    again = scenario_publish.diff(town, catalogue, row, NAMED)
    assert [one.kind for one in again.changes] == ["moved", "closed"]
    assert (1, "scenario_left_taken") in [(number, notice.code) for number, notice in again.left]


def test_the_layer_answers_afterwards_what_the_scenario_has_told(
    town: Connection, catalogue: Catalogue
) -> None:
    row = keep(town, catalogue, ADD, MOVE, CLOSE)
    promised = studies.run(town, catalogue, "what_if", {"scenario": {"id": row.id}}, "lan").document
    publish(town, catalogue, scenario_publish.diff(town, catalogue, row, NAMED))
    found = studies.run(town, catalogue, "coverage", INPUTS, "lan").document
    assert found["totals"]["all"]["covered"] == promised["totals"]["all"]["after"]


def test_something_else_than_what_was_shown_is_not_written(town: Connection, catalogue: Catalogue) -> None:
    row = keep(town, catalogue, ADD, CLOSE)
    shown = scenario_publish.diff(town, catalogue, row, NAMED)
    other = Asked({"x": {"name": "Tên khác"}}, NAMED.closed_on)
    changed = ErrorCode.SCENARIO_DIFF_CHANGED
    assert code_of(lambda: publish(town, catalogue, shown, other)) is changed
    town.execute(text("UPDATE layer.one_stop_office SET name = 'y' WHERE code = :code"), {"code": EAST})
    assert scenario_publish.diff(town, catalogue, row, NAMED).hash == shown.hash
    town.execute(text("UPDATE layer.one_stop_office SET name = 'y' WHERE code = :code"), {"code": WEST})
    assert code_of(lambda: publish(town, catalogue, shown)) is changed


def test_only_who_may_edit_the_layer_publishes(town: Connection, catalogue: Catalogue) -> None:
    shown = scenario_publish.diff(town, catalogue, keep(town, catalogue, CLOSE), Asked({}))
    refused = code_of(lambda: publish(town, catalogue, shown, Asked({}), PLANNER))
    assert refused is ErrorCode.ROLE_INSUFFICIENT


def test_what_the_layer_requires_is_asked_for(town: Connection, catalogue: Catalogue) -> None:
    shown = scenario_publish.diff(town, catalogue, keep(town, catalogue, ADD), Asked({}))
    assert shown.changes[0].missing == ("name",)
    refused = code_of(lambda: publish(town, catalogue, shown, Asked({})))
    assert refused is ErrorCode.VALUE_MISSING
    assert offices(town).keys() == {EAST, WEST}


@pytest.mark.parametrize(
    ("edits", "asked", "code"),
    [
        ([ALLEYS], Asked({}), "scenario_nothing_to_publish"),
        ([{"op": "move", "id": EAST, "value": 60}], Asked({}), "scenario_nothing_to_publish"),
        ([CLOSE], Asked({"y": {"name": "y"}}), "study_refused"),
    ],
)
def test_what_cannot_be_published_is_refused(
    town: Connection, catalogue: Catalogue, edits: list[dict[str, Any]], asked: Asked, code: str
) -> None:
    row = keep(town, catalogue, *edits)
    assert code_of(lambda: scenario_publish.diff(town, catalogue, row, asked)) == code


def test_a_facility_is_removed_where_that_is_what_the_edit_says(
    town: Connection, catalogue: Catalogue
) -> None:
    row = keep(town, catalogue, {"op": "remove", "id": WEST})
    shown = scenario_publish.diff(town, catalogue, row, Asked({}))
    assert [one.kind for one in shown.changes] == ["removed"]
    publish(town, catalogue, shown, Asked({}))
    assert offices(town).keys() == {EAST}
    town.execute(text("DELETE FROM layer.one_stop_office"))
    assert code_of(lambda: scenario_publish.diff(town, catalogue, row, Asked({}))) is (
        ErrorCode.SCENARIO_NOTHING_TO_PUBLISH
    )
