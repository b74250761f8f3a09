"""Scenarios are kept in versions that stay, changed by their owners, seen by those they are shared with."""

from collections.abc import Callable
from typing import Any

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from gis_service.catalogue.loader import Catalogue
from gis_service.db import rights as team_rows
from gis_service.db.engine import Connection
from gis_service.db.layers import version_of
from gis_service.db.places import fid_of
from gis_service.errors import AnyCode, ErrorCode, GisError
from gis_service.services import scenario_edits, scenarios, teams, users
from gis_service.services import scenario_reading as reading
from gis_service.services.accounts import Caller, Role
from gis_service.services.rights import rights_of
from gis_service.services.scenarios import Draft, ScenarioRow
from gis_service.types import LayerId, Text
from tests.live_town import MOTORBIKE, degrees

PLANNER, OTHER = Caller(Role.PLANNER, "lan"), Caller(Role.PLANNER, "minh")
ADMIN, VIEWER = Caller(Role.ADMIN, "chi"), Caller(Role.VIEWER, "an")
EAST, WEST = "one_stop_office0", "one_stop_office1"
OFFICES = LayerId("one_stop_office")
INPUTS: dict[str, Any] = MOTORBIKE | {"at": "2025-06-30T10:00", "limit": 300}
"""Both offices are open."""


@pytest.fixture(scope="module")
def town_url(make_town_database: Callable[[str], str]) -> str:
    return make_town_database("live_town")


def add(name: str, along: float) -> dict[str, Any]:
    return {
        "op": "add",
        "tmp_id": name,
        "geometry": {"type": "Point", "coordinates": list(degrees(along))},
    }


CLOSE = {"op": "close", "id": WEST}


def draft(*edits: dict[str, Any], **more: Any) -> Draft:  # noqa: ANN401 fields of a draft
    told: dict[str, Any] = {
        "title": Text("Dời một cửa", "Move an office"),
        "note": "",
        "shared": "nobody",
        "team": None,
        "inputs": INPUTS,
        "edits": list(edits) or [CLOSE],
    }
    return Draft(**told | more)


def keep(
    town: Connection,
    catalogue: Catalogue,
    *edits: dict[str, Any],
    caller: Caller = PLANNER,
    **more: object,
) -> ScenarioRow:
    return scenarios.create(town, catalogue, draft(*edits, **more), caller=caller)


def code_of(call: Callable[[], object]) -> AnyCode:
    with pytest.raises(GisError) as error:
        call()
    return error.value.code


def seen_by(town: Connection, catalogue: Catalogue, caller: Caller) -> list[str]:
    return [row.id for row in reading.list_(town, rights_of(town, catalogue, caller)).items]


def test_a_scenario_names_facilities_by_code_and_the_versions_it_is_made_on(
    town: Connection, catalogue: Catalogue
) -> None:
    fid = fid_of(town, OFFICES, "code", WEST)
    row = keep(town, catalogue, {"op": "close", "fid": fid}, add("x", 2500))
    assert (row.version, row.shown.number, row.owner, row.shared) == (1, 1, "lan", "nobody")
    assert row.shown.edits == [
        {"op": "close", "layer": OFFICES, "id": WEST},
        add("x", 2500) | {"layer": OFFICES},
    ]
    assert row.shown.base["facilities"] == {"layer": OFFICES, "version": version_of(town, OFFICES)}
    assert set(row.shown.base) == {"facilities", "network", "demand", "zones"}
    # Of the people, who are personal, it tells nothing.
    assert "residents" not in row.shown.layers
    assert {OFFICES, "roads", "commune"} <= set(row.shown.layers)


def test_other_edits_are_another_version_and_the_first_one_stays(
    town: Connection, catalogue: Catalogue
) -> None:
    row = keep(town, catalogue)

    def change(draft: Draft, expected: str) -> ScenarioRow:
        tags = frozenset({expected})
        return scenarios.replace(town, catalogue, row.id, draft, expected=tags, caller=PLANNER)

    assert change(draft(), "1").revision == 1
    renamed = change(draft(note="phương án 2"), "1")
    assert (renamed.version, renamed.revision, renamed.note) == (1, 2, "phương án 2")
    other = change(draft(add("x", 2500), message="thêm điểm"), "2")
    assert (other.version, other.revision, other.shown.message) == (2, 3, "thêm điểm")
    assert other.shown.edits_hash != row.shown.edits_hash
    rights = rights_of(town, catalogue, PLANNER)
    assert reading.get(town, rights, row.id, 1).shown == row.shown
    assert [one.number for one in reading.versions(town, other, rights).items] == [2, 1]
    first = reading.versions(town, other, rights, limit=1)
    assert first.next == 2
    assert [one.number for one in reading.versions(town, other, rights, before=first.next).items] == [1]
    assert code_of(lambda: change(draft(), "1")) is ErrorCode.SCENARIO_CHANGED
    assert code_of(lambda: reading.get(town, rights, row.id, 3)) is ErrorCode.SCENARIO_NOT_FOUND
    with pytest.raises(DBAPIError) as error, town.begin_nested():
        town.execute(text("UPDATE gis.scenario_version SET author = 'x'"))
    assert isinstance(error.value.orig, psycopg.errors.InsufficientPrivilege)
    scenarios.drop(town, row.id, expected=scenarios.ANY_STATE, caller=PLANNER)
    assert code_of(lambda: reading.get(town, rights, row.id)) is ErrorCode.SCENARIO_NOT_FOUND
    told = town.execute(text("SELECT action FROM gis.audit WHERE object = :id ORDER BY id"), {"id": row.id})
    assert [one.action for one in told] == [
        "scenario.create",
        "scenario.change",
        "scenario.change",
        "scenario.drop",
    ]


@pytest.mark.parametrize(
    ("more", "edits", "code"),
    [
        ({}, [{"op": "close", "id": "nobody"}], "what_if_facility_unknown"),
        ({}, [{"op": "close", "fid": 999}], "what_if_facility_unknown"),
        ({}, [CLOSE, CLOSE], "what_if_edits_contradict"),
        ({}, [add(EAST, 2500)], "what_if_edits_contradict"),
        ({}, [{"op": "paint"}], "study_refused"),
        ({}, [CLOSE | {"layer": "market"}], "study_refused"),
        ({"edits": []}, [], "study_refused"),
        ({"inputs": {}}, [CLOSE], "study_refused"),
        ({"inputs": INPUTS | {"standard": "nothing"}}, [CLOSE], "study_refused"),
        (
            {"inputs": INPUTS | {"network": {"layer": "roads", "version": 1}}},
            [CLOSE],
            "scenario_version_named",
        ),
        ({"inputs": INPUTS | {"scenario": {"id": "scenario_1"}}}, [CLOSE], "scenario_version_named"),
        (
            {"inputs": INPUTS | {"closures": [{"areas": {"layer": "rivers", "version": 1}}]}},
            [CLOSE],
            "scenario_version_named",
        ),
        ({"shared": "team"}, [CLOSE], "scenario_team_unknown"),
        ({"shared": "team", "team": "nobodys"}, [CLOSE], "scenario_team_unknown"),
        ({"shared": "everybody", "team": "planning"}, [CLOSE], "scenario_team_unknown"),
    ],
)
def test_what_cannot_be_kept_is_refused(
    town: Connection, catalogue: Catalogue, more: dict[str, Any], edits: list[dict[str, Any]], code: str
) -> None:
    assert code_of(lambda: keep(town, catalogue, *edits, **more)) == code
    assert seen_by(town, catalogue, PLANNER) == []


def test_there_is_an_end_to_how_many_and_how_large(
    town: Connection, catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scenarios, "MOST_OWNED", 1)
    monkeypatch.setattr(scenarios, "MOST_VERSIONS", 1)
    row = keep(town, catalogue)
    assert code_of(lambda: keep(town, catalogue)) is ErrorCode.SCENARIOS_FULL
    assert keep(town, catalogue, caller=OTHER).owner == "minh"
    other = draft(add("x", 2500))
    change = lambda: scenarios.replace(town, catalogue, row.id, other, expected=None, caller=PLANNER)  # noqa: E731
    assert code_of(change) is ErrorCode.SCENARIOS_FULL
    monkeypatch.setattr(scenario_edits, "MOST_BYTES", 10)
    assert code_of(lambda: keep(town, catalogue, caller=ADMIN)) is ErrorCode.SCENARIO_TOO_LARGE


def test_a_scenario_is_seen_by_those_it_is_shared_with_and_changed_by_its_owner(
    town: Connection, catalogue: Catalogue
) -> None:
    teams.add(town, "planning")
    member, owner = (
        Caller(Role.PLANNER, login, users.add(town, login, Role.PLANNER).id) for login in ("binh", "dung")
    )
    for one in (member, owner):
        teams.join(town, "planning", one.name)
    assert code_of(lambda: keep(town, catalogue, shared="team", team="planning")) == "scenario_team_unknown"
    alone, team, everybody = (
        keep(town, catalogue, caller=owner, shared=shared, team="planning" if shared == "team" else None).id
        for shared in ("nobody", "team", "everybody")
    )
    seen = {one.name: seen_by(town, catalogue, one) for one in (owner, member, OTHER, VIEWER, ADMIN)}
    assert seen == {
        "dung": [everybody, team, alone],
        "binh": [everybody, team],
        "minh": [everybody],
        "an": [everybody],
        "chi": [everybody, team, alone],
    }
    rights = rights_of(town, catalogue, member)
    assert reading.get(town, rights, team).id == team
    assert code_of(lambda: reading.get(town, rights, alone)) is ErrorCode.SCENARIO_NOT_FOUND
    assert code_of(lambda: scenarios.held(town, alone, None, member)) is ErrorCode.SCENARIO_NOT_FOUND
    assert code_of(lambda: scenarios.held(town, team, None, member)) is ErrorCode.SCENARIO_NOT_OWNED
    assert scenarios.held(town, alone, None, ADMIN).id == alone
    team_rows.delete_team(town, "planning")
    assert seen_by(town, catalogue, member) == [everybody]


def test_a_scenario_is_closed_to_those_who_may_not_read_its_layers(
    town: Connection, catalogue: Catalogue
) -> None:
    row = keep(town, catalogue, shared="everybody")
    teams.set_visibility(town, catalogue, OFFICES, "draft")
    rights = rights_of(town, catalogue, VIEWER)
    assert seen_by(town, catalogue, VIEWER) == []
    assert seen_by(town, catalogue, ADMIN) == [row.id]
    assert code_of(lambda: reading.get(town, rights, row.id)) is ErrorCode.ROLE_INSUFFICIENT
    town.execute(text("UPDATE layer.one_stop_office SET name = 'x'"))
    teams.set_visibility(town, catalogue, OFFICES, None)
    # The version that it was made on was closed to them by then.
    rights = rights_of(town, catalogue, VIEWER)
    assert code_of(lambda: reading.get(town, rights, row.id)) is ErrorCode.VERSION_CLOSED
    assert seen_by(town, catalogue, VIEWER) == []
    assert seen_by(town, catalogue, ADMIN) == [row.id]


def test_a_list_goes_on_where_a_page_ends(town: Connection, catalogue: Catalogue) -> None:
    made = [keep(town, catalogue).id for _ in range(3)]
    rights = rights_of(town, catalogue, PLANNER)
    first = reading.list_(town, rights, limit=2)
    assert [row.id for row in first.items] == made[:0:-1]
    second = reading.list_(town, rights, after=first.next, limit=2)
    assert ([row.id for row in second.items], second.next) == (made[:1], None)
    assert code_of(lambda: reading.list_(town, rights, limit=0)) is ErrorCode.WRONG_ARGUMENT
