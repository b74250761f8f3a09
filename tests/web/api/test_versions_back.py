"""Going back over HTTP, who may, and what is wrong."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any
from urllib.parse import urlsplit

import pytest
from sqlalchemy import text
from sqlalchemy.pool import QueuePool

from gis_service.db.engine import Connection, transaction
from gis_service.services import history
from gis_service.services.accounts import Role
from gis_service.services.context import Context
from gis_service.services.transactions import writing
from gis_service.web.api import versions
from tests.web.problem import assert_problem
from tests.web.version_town import READ, TWO, WIFI, Town


def test_a_version_is_restored_and_the_answer_is_the_new_one(town: Town, two: tuple[int, int]) -> None:
    response = town.post(f"{WIFI}/versions/{two[0]}/restore", {})
    assert response.status_code == 201
    made = response.get_json()
    assert (made["added"], made["changed"], made["removed"]) == (1, 1, 1)
    assert made["author"] == "a gis_staff"
    assert made["message"] == f"Khôi phục bản {two[0]} / restored version {two[0]}"
    assert town.get(urlsplit(response.headers["Location"]).path, "gis_staff").get_json() == made
    assert town.fids() == [1, 2]


def test_rows_are_restored_one_by_one_with_words_of_ones_own(town: Town, two: tuple[int, int]) -> None:
    body = {"fids": [2], "message": "xoá nhầm"}
    made = town.post(f"{WIFI}/versions/{two[0]}/restore", body, "admin").get_json()
    assert (made["added"], made["changed"], made["message"]) == (1, 0, "xoá nhầm")
    assert town.fids() == [1, 2, 3]


def test_a_version_is_undone(town: Town, two: tuple[int, int]) -> None:
    assert town.post(f"{WIFI}/versions/{two[1]}/undo").status_code == 201
    assert town.fids() == [1, 2]
    problem = assert_problem(town.post(f"{WIFI}/versions/{two[1]}/undo"), 409, "version_overtaken")
    assert "3" in problem["detail"]


def test_where_nothing_has_to_be_done_that_is_said(town: Town, two: tuple[int, int]) -> None:
    response = town.post(f"{WIFI}/versions/{two[1]}/restore", {})
    assert response.status_code == 200
    told = response.get_json()
    assert told["version"] == two[1]
    assert "wifi" in told["detail"]
    assert town.get(WIFI).get_json()["version"] == two[1]


WRONG: list[tuple[str, str, dict[str, Any] | None, int, str]] = [
    ("GET", "/versions/0", None, 404, "version_unknown"),
    ("GET", f"/versions/{10**30}", None, 404, "version_unknown"),
    ("GET", "/versions/one", None, 404, "route_not_found"),
    ("GET", "/versions?limit=0", None, 400, "parameters_invalid"),
    ("GET", "/versions?after=0", None, 400, "parameters_invalid"),
    ("GET", "/items?version=0", None, 400, "parameters_invalid"),
    ("GET", "/items?version=999999999", None, 404, "version_unknown"),
    ("GET", f"/items?version={2**63}", None, 404, "version_unknown"),
    ("GET", "/items?version={first}&datetime=2025-01-01T00:00:00Z", None, 400, "parameters_invalid"),
    ("GET", "/items/1?version=x", None, 400, "parameters_invalid"),
    ("GET", "/items/1?version={first}&limit=1", None, 400, "parameters_invalid"),
    ("GET", "/items?version={old}", None, 410, "version_not_kept"),
    ("GET", "/items?datetime=2024-06-01T00:00:00Z", None, 410, "version_not_kept"),
    ("GET", "/diff", None, 400, "parameters_invalid"),
    ("GET", "/diff?from={first}&to=999999999", None, 404, "version_unknown"),
    ("GET", "/diff?from={old}", None, 410, "version_not_kept"),
    ("GET", "/diff?from={first}&f=xml", None, 400, "parameters_invalid"),
    ("GET", "/diff?from_={first}", None, 400, "parameters_invalid"),
    ("POST", "/versions/999999999/restore", {}, 404, "version_unknown"),
    ("POST", "/versions/{old}/restore", {}, 410, "version_not_kept"),
    ("POST", "/versions/{first}/undo", None, 410, "version_not_kept"),
    ("POST", "/versions/{first}/restore", None, 415, "media_type_not_supported"),
    ("POST", "/versions/{first}/restore", {"fids": []}, 422, "body_invalid"),
    ("POST", "/versions/{first}/restore", {"fids": [-1]}, 422, "body_invalid"),
    ("POST", "/versions/{first}/restore", {"fids": [2**63]}, 422, "body_invalid"),
    ("POST", "/versions/{first}/restore", {"fids": [777]}, 404, "item_not_found"),
    ("POST", "/versions/{first}/restore", {"version": 1}, 422, "body_invalid"),
    ("POST", "/versions/{first}/restore", {"message": "\0"}, 422, "body_invalid"),
]


@pytest.mark.parametrize(("method", "path", "body", "status", "code"), WRONG)
def test_what_is_wrong_is_said(
    town: Town, method: str, path: str, body: dict[str, Any] | None, status: int, code: str
) -> None:
    with transaction(town.engine) as connection:
        old = connection.execute(
            text(
                "INSERT INTO gis.version (layer, author, message, committed_at)"
                " VALUES ('wifi', 'minh', 'xưa', '2024-05-01T00:00:00Z') RETURNING id"
            )
        ).scalar_one()
    first = town.write("wifi", TWO.format("wifi"))
    address = f"{WIFI}{path.format(first=first, old=old)}"
    response = town.client.open(address, method=method, json=body, headers=town.bearer("admin"))
    problem = assert_problem(response, status, code)
    if code.startswith("version_"):
        assert str(first) in problem["expected"]


def counting(function: Callable[..., Any], pool: QueuePool, held: set[int]) -> Callable[..., Any]:
    """Note how many connections are out when a function is called."""

    def counted(*arguments: object, **named: object) -> object:
        held.add(pool.checkedout())
        return function(*arguments, **named)

    return counted


@pytest.mark.parametrize("verb", ["restore", "undo"])
def test_going_back_holds_one_connection_and_waits_a_moment_for_others(
    town: Town, two: tuple[int, int], verb: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(versions, "ANSWER_WAIT_S", 0.2)
    pool, held = town.client.application.extensions["gis"].engine.pool, set[int]()
    for name in ("restore", "undo"):
        monkeypatch.setattr(versions, name, counting(getattr(versions, name), pool, held))
    monkeypatch.setattr(history, "just_made", counting(history.just_made, pool, held))
    path = f"{WIFI}/versions/{two[0] if verb == 'restore' else two[1]}/{verb}"
    with transaction(town.engine) as other:
        other.execute(text("SELECT gis.lock_layer('wifi')"))
        assert "0.2" in assert_problem(town.post(path, {}), 409, "layer_busy")["detail"]
    made = town.post(path, {})
    assert (made.status_code, held) == (201, {1})
    told = town.get(urlsplit(made.headers["Location"]).path, "gis_staff").get_json()
    assert told == made.get_json(), "the time that was told is the one that is kept"


@pytest.mark.parametrize("verb", ["restore", "undo"])
@pytest.mark.parametrize(
    ("role", "status"),
    [(None, 401), ("viewer", 403), ("planner", 403), ("analyst", 403), ("gis_staff", 201), ("admin", 201)],
)
def test_going_back_is_for_those_who_edit_layers(
    town: Town, two: tuple[int, int], verb: str, role: str | None, status: int
) -> None:
    number = two[0] if verb == "restore" else two[1]
    assert town.post(f"{WIFI}/versions/{number}/{verb}", {}, role).status_code == status
    assert (town.fids() == [1, 2]) is (status == 201)


CLOSED = {
    "pipe_internal": {"viewer", "gis_staff", "planner", "analyst", "admin"},
    "pipe_draft": {"gis_staff", "admin"},
    "residents": {"planner", "analyst", "admin"},
}


@pytest.mark.parametrize("layer", CLOSED)
@pytest.mark.parametrize("role", [None, *Role])
def test_the_past_of_a_layer_is_open_to_those_who_read_its_items(
    town: Town, layer: str, role: Role | None
) -> None:
    column = "code" if layer == "residents" else "name"
    first = town.write(
        layer,
        f"TRUNCATE layer.{layer}",
        f"INSERT INTO layer.{layer} (fid, geom, {column}) VALUES (1, ST_Point(106.3, 20.4, 4326), 'r')",  # noqa: S608
    )
    for path in READ:
        response = town.get(f"/api/collections/{layer}{path.format(first=first)}", role)
        if role in CLOSED[layer]:
            assert response.status_code == 200, path
            assert response.headers["Cache-Control"] == "private, no-store"
        else:
            assert_problem(response, 403 if role else 401, "role_insufficient" if role else "token_missing")


def test_who_may_not_read_a_layer_does_not_put_it_back(town: Town) -> None:
    first = town.write(
        "residents", "TRUNCATE layer.residents", "INSERT INTO layer.residents (code, people) VALUES ('r', 3)"
    )
    last = town.write("residents", "DELETE FROM layer.residents")
    path = f"/api/collections/residents/versions/{first}/restore"
    assert_problem(town.post(path, {}, "gis_staff"), 403, "role_insufficient")
    assert town.get("/api/collections/residents", "admin").get_json()["version"] == last
    assert town.post(path, {}, "admin").status_code == 201


def test_a_right_that_is_taken_back_while_a_writer_waits_is_gone(
    town: Town, two: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    def late(context: Context) -> AbstractContextManager[Connection]:
        with transaction(town.engine) as connection:
            connection.execute(text("INSERT INTO gis.team (id) VALUES ('roads')"))
            given = "INSERT INTO gis.layer_right (layer, team, \"right\") VALUES ('wifi', 'roads', 'edit')"
            connection.execute(text(given))
        return writing(context)

    before = town.fids()
    monkeypatch.setattr("gis_service.web.api.versions.writing", late)
    refused = town.post(f"{WIFI}/versions/{two[0]}/restore", {})
    with transaction(town.engine) as connection:
        connection.execute(text("DELETE FROM gis.team"))
    assert_problem(refused, 403, "layer_kept_by_team")
    assert town.fids() == before
