"""Live answers over HTTP: what each role sees, what is refused, what a reader need not fetch again."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text

from gis_service.db.engine import open_engine, transaction
from gis_service.services import audit, turns
from gis_service.services.audit import AuditFilter, Entry
from gis_service.services.prepared import ANSWERS
from gis_service.services.study_reach import LIVE, STORED
from gis_service.services.transactions import reading
from gis_service.web import current
from tests.live_town import degrees
from tests.web.live_answers import ASKED, CELLS, EXACT, PUBLIC, STUDY, bearer, found, made, why_at
from tests.web.problem import assert_problem

FEW = 3


@pytest.fixture
def asked_little(town_url: str, tmp_path: Path) -> Iterator[FlaskClient]:
    for app in made(town_url, tmp_path, FEW):
        yield app.test_client()


@pytest.mark.parametrize("role", EXACT)
def test_those_who_may_see_the_study_as_it_would_be_stored(
    town: FlaskClient, tokens: dict[str, str], role: str
) -> None:
    headers = bearer(tokens, role)
    live = found(town, STUDY, headers)
    inputs = {"standard": "one_stop_office_motorbike_10min", "at": "2026-03-03T10:00"}
    stored = town.post("/api/processes/coverage/execution", json={"inputs": inputs}, headers=headers)
    document = stored.get_json()
    assert {name: live[name] for name in document} == document
    assert set(live) - set(document) == {"answer", "notice_texts", "curve", "links"}


@pytest.mark.parametrize("role", PUBLIC)
def test_everybody_else_sees_no_small_count(
    town: FlaskClient, tokens: dict[str, str], role: str | None
) -> None:
    live = found(town, STUDY, bearer(tokens, role))
    for zone in live["zones"]:
        for name in ("total", "covered", "uncovered", "unreachable"):
            assert zone[name] is None or zone[name] == 0 or zone[name] >= 10
    cells = found(town, f"{CELLS}&limit=120", bearer(tokens, role))
    counts = [feature["properties"]["people"] for feature in cells["features"]]
    assert None in counts
    assert all(count is None or count >= 10 for count in counts)
    place = found(town, why_at(3900), bearer(tokens, role))
    assert (place["cell"]["people"], place["cell"]["small"]) == (None, True)


def noted(town: FlaskClient, role: str) -> Sequence[Entry]:
    """Give what the audit tells of the personal detail that a role has read, the newest first."""
    asked = AuditFilter(actor=f"a {role}", action="personal.read")
    with town.application.app_context(), reading(current.context()) as connection:
        return audit.list_(connection, asked).items


@pytest.mark.parametrize("role", EXACT)
def test_those_who_may_see_every_cell_and_the_homes_which_is_noted(
    town: FlaskClient, tokens: dict[str, str], role: str
) -> None:
    headers, before = bearer(tokens, role), len(noted(town, role))
    cells = found(town, CELLS, headers)
    points = [found(town, f"{CELLS}&detail=points", headers) for _ in range(2)][1]
    sums = [sum(one["properties"]["people"] for one in seen["features"]) for seen in (cells, points)]
    assert sums == [cells["uncovered"]] * 2
    last, first, cell, *others = noted(town, role)
    assert len(others) == before
    for one in (last, first, cell):
        assert (one.object, one.by, one.address) == ("/api/coverage/cells", "token", "127.0.0.1")
        assert ("detail=points" in (one.after or {})["query"]) is (one is not cell)
    assert found(town, why_at(3900), headers)["cell"]["people"] == 2.5
    asked = (noted(town, role)[0].after or {})["query"]
    # The place that was pointed at may be a home: its cell is told, itself it is not.
    assert "cell=" in asked
    assert not {"lon", "lat"} & {part.partition("=")[0] for part in asked.split("&")}


@pytest.mark.parametrize(
    ("role", "status", "code"),
    [
        (None, 401, "token_missing"),
        ("viewer", 403, "role_insufficient"),
        ("gis_staff", 403, "role_insufficient"),
    ],
)
def test_homes_are_closed_to_everybody_else(
    town: FlaskClient, tokens: dict[str, str], role: str | None, status: int, code: str
) -> None:
    response = town.get(f"{CELLS}&detail=points", headers=bearer(tokens, role))
    assert_problem(response, status, code)


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/api/coverage", 422, "study_refused"),
        ("/api/coverage?standard=nothing", 422, "study_refused"),
        ("/api/coverage?service=one_stop_office&measure=straight_radius", 422, "study_refused"),
        (f"{STUDY}&limit=0", 400, "parameters_invalid"),
        (f"{STUDY}&limit=nan", 400, "parameters_invalid"),
        (f"{STUDY}&limit=1e999", 400, "parameters_invalid"),
        (f"{STUDY}&limit=ten", 400, "parameters_invalid"),
        (f"{STUDY}&limit=1e17", 400, "parameters_invalid"),
        (f"{STUDY}&limit=1e308", 400, "parameters_invalid"),
        (f"{STUDY}&turnout_s=9.2e15", 400, "parameters_invalid"),
        (f"{STUDY}&limit=607", 422, "limit_off_step"),
        (f"{CELLS}&limit=607", 422, "limit_off_step"),
        (f"{why_at(1200)}&limit=607", 422, "limit_off_step"),
        (f"{STUDY}&mode=boat", 400, "parameters_invalid"),
        (f"{STUDY}&measure=guess", 400, "parameters_invalid"),
        (f"{STUDY}&measure=quota", 422, "study_refused"),
        (f"{STUDY}&catchment=somebody", 400, "parameters_invalid"),
        (f"{STUDY}&catchment=assigned", 422, "study_refused"),
        (f"{STUDY}&beside=roads", 422, "study_refused"),
        (f"{STUDY}&beside=roads,", 400, "parameters_invalid"),
        (f"{STUDY}&groups=age_60,", 400, "parameters_invalid"),
        (f"{STUDY}&tables=range", 422, "table_not_quick"),
        (f"{STUDY}&rank_column=people", 422, "study_refused"),
        (f"{STUDY}&tables=provision&rank_column=people", 422, "study_refused"),
        (f"{STUDY}&groups=age_99", 422, "study_refused"),
        (f"{STUDY}&groups=people", 422, "study_refused"),
        (f"{STUDY}&groups=commune", 422, "study_refused"),
        (f"{STUDY}&vintage=communes_1999", 422, "study_refused"),
        (f"{STUDY}&branch_share=1.5", 400, "parameters_invalid"),
        (f"{STUDY}&branch_share=nan", 400, "parameters_invalid"),
        (f"{STUDY}&turnout_s=60", 422, "study_refused"),
        (f"{STUDY}&colour=red", 400, "parameters_invalid"),
        (f"{STUDY}&standard=a&standard=b", 400, "parameters_invalid"),
        ("/api/coverage?standard=a&at=yesterday", 400, "parameters_invalid"),
        ("/api/coverage?standard=a&at=2026-03-03T10:00Z", 400, "parameters_invalid"),
        ("/api/coverage?standard=a&at=1700000000", 400, "parameters_invalid"),
        ("/api/coverage?service=hospital&measure=straight_radius&limit=25", 422, "study_layer_empty"),
        (f"{CELLS}&detail=names", 400, "parameters_invalid"),
        (f"/api/coverage/why?{ASKED}", 400, "parameters_invalid"),
        (f"/api/coverage/why?{ASKED}&lon=200&lat=20", 400, "parameters_invalid"),
        (f"/api/coverage/why?{ASKED}&lon=nan&lat=20", 400, "parameters_invalid"),
        (f"/api/coverage/why?{ASKED}&lon=2.35&lat=48.86", 422, "place_outside"),
        (f"{why_at(1200)}&k=0", 400, "parameters_invalid"),
        (f"{why_at(1200)}&k=6", 400, "parameters_invalid"),
        (f"{STUDY}&k=2", 400, "parameters_invalid"),
        (f"{STUDY}&closed_classes=goat_track", 400, "parameters_invalid"),
        (f"{STUDY}&closed_classes=", 400, "parameters_invalid"),
        (f"{STUDY}&closed_classes=alley&closed_hours=22", 400, "parameters_invalid"),
        (f"{STUDY}&closed_classes=alley&closed_hours=22,25", 400, "parameters_invalid"),
        (f"{STUDY}&closed_classes=alley&closed_hours=nan,5", 400, "parameters_invalid"),
        (f"{STUDY}&closed_classes=alley&closed_hours=5,5", 422, "study_refused"),
        (f"{STUDY}&closed_hours=22,5", 422, "study_refused"),
        (f"{STUDY}&closed_areas=Flood area", 400, "parameters_invalid"),
        (f"{STUDY}&closed_areas=no_such", 422, "study_refused"),
        (f"{STUDY}&closed_areas=residents", 422, "study_refused"),
        (f"{STUDY}&closed_areas=settlement", 422, "study_refused"),
        (f"{STUDY}&closed_classes=alley&measure=straight_radius&limit=1000", 422, "study_refused"),
    ],
)
def test_what_cannot_be_answered_is_refused(town: FlaskClient, path: str, status: int, code: str) -> None:
    assert_problem(town.get(path), status, code)


def test_as_many_of_the_nearest_as_are_asked_for(town: FlaskClient) -> None:
    document = found(town, f"{why_at(1200)}&k=5")
    (only,) = document["k_nearest"]
    assert (only["rank"], only["id"], only["within"]) == (1, "one_stop_office0", True)
    assert only["cost"] == document["cost"]
    assert not any("k=5" in link["href"] for link in document["links"] if link["rel"] != "self")
    assert found(town, why_at(1200))["k_nearest"] is None


def test_an_address_that_asks_too_often_is_told_when_to_come_back(asked_little: FlaskClient) -> None:
    for _ in range(FEW):
        assert asked_little.get("/api/coverage?standard=nothing").status_code == 422
    response = asked_little.get(STUDY)
    assert_problem(response, 429, "too_many_requests")
    assert 1 <= int(response.headers["Retry-After"]) <= 60
    assert asked_little.get("/api/collections").status_code == 200
    for _ in range(FEW):
        assert asked_little.get("/api/collections?q=cho").status_code == 200, "searches are counted apart"
    assert_problem(asked_little.get("/api/collections?q=cho"), 429, "too_many_requests")
    assert asked_little.get("/layers?q=cho").status_code == 429


@pytest.mark.parametrize("path", [STUDY, CELLS, why_at(1200)])
def test_a_reader_who_has_the_answer_is_not_given_it_again(
    town: FlaskClient, town_url: str, tokens: dict[str, str], path: str
) -> None:
    first = town.get(path)
    tag = {"If-None-Match": first.headers["ETag"]}
    again = town.get(path, headers=tag)
    assert (again.status_code, again.data) == (304, b"")
    assert town.get(path, headers=tag | bearer(tokens, "planner")).status_code == 200
    engine = open_engine(town_url)
    with transaction(engine) as connection:
        connection.execute(text("UPDATE layer.residents SET people = people WHERE code = 'residents0'"))
    engine.dispose()
    assert town.get(path, headers=tag).status_code == 200


def test_an_edit_of_the_table_is_in_the_next_answer(
    town: FlaskClient, town_url: str, tokens: dict[str, str]
) -> None:
    headers = bearer(tokens, "planner")
    before = found(town, STUDY, headers)["totals"]["all"]["total"]
    engine = open_engine(town_url)
    statement = text("UPDATE layer.residents SET people = people + :more WHERE code = 'residents2'")
    for more, expected in ((7, before + 7), (-7, before)):
        with transaction(engine) as connection:
            connection.execute(statement, {"more": more})
        assert found(town, STUDY, headers)["totals"]["all"]["total"] == expected
    engine.dispose()


def test_an_edit_of_another_vintage_is_in_the_next_answer_about_a_place(
    town: FlaskClient, town_url: str
) -> None:
    engine = open_engine(town_url)
    statement = text("UPDATE layer.commune_2024 SET full_name = :name WHERE code = 'commune_20241'")
    for name in ("Xã Mới", "Xã Cũ Hai"):
        found(town, why_at(1200))
        with transaction(engine) as connection:
            connection.execute(statement, {"name": name})
        assert name in [zone["name"] for zone in found(town, why_at(1200))["zones"]]
    engine.dispose()


def test_answers_about_places_leave_the_cells_in_memory(town: FlaskClient, town_app: Flask) -> None:
    answers = town_app.extensions["gis"].prepared.answers
    tag = town.get(CELLS).headers["ETag"].strip('"')
    for along in range(100, 100 + ANSWERS + 1):
        assert town.get(why_at(along)).status_code == 200
    assert answers.by_name(tag, lambda: "made anew") != "made anew"


def test_the_process_that_answers_at_once_takes_in_less_than_a_job(town_app: Flask) -> None:
    assert town_app.extensions["gis"].prepared.reach == LIVE
    assert LIVE.cells < STORED.cells
    assert LIVE.places < STORED.places


def test_a_service_that_computes_as_much_as_it_may_says_when_to_come_back(
    town: FlaskClient, town_app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(turns, "WAIT_S", 0.0)
    prepared = town_app.extensions["gis"].prepared
    with ExitStack() as busy:
        for _ in range(town_app.extensions["gis"].settings.threads // 2):
            busy.enter_context(prepared.turns.one())
        response = town.get(f"{STUDY}&limit=585")
        assert_problem(response, 503, "coverage_busy")
        assert int(response.headers["Retry-After"]) > 0
    assert town.get(f"{STUDY}&limit=585").status_code == 200


def test_the_links_lead_to_the_other_answers_to_the_same_question(town: FlaskClient) -> None:
    links = {link["rel"]: link["href"] for link in found(town, f"{STUDY}&limit=300")["links"]}
    assert found(town, links["self"])["parameters"]["limit"] == 300
    assert found(town, links["cells"])["detail"] == "cells"
    lon, lat = degrees(1200)
    why = links["why"].replace("{lon}", str(lon)).replace("{lat}", str(lat))
    assert found(town, why)["limit"] == 300
    assert found(town, found(town, why)["links"][1]["href"])["parameters"]["limit"] == 300


def test_a_share_of_the_closed_offices_may_stay(town: FlaskClient) -> None:
    share = found(town, f"{STUDY}&branch_share=1")
    assert share["parameters"]["branch_share"] == 1
    assert share["totals"]["all"]["uncovered"] < found(town, STUDY)["totals"]["all"]["uncovered"]


def test_a_person_in_a_browser_gets_a_page(town: FlaskClient) -> None:
    response = town.get(f"{STUDY}&f=html")
    assert response.content_type.startswith("text/html")
