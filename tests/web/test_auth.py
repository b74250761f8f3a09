"""Who may do what: every blueprint, every role."""

from collections.abc import Callable

import pytest
from flask import Blueprint, Flask, Response
from flask.testing import FlaskClient

from gis_service.services.accounts import Role
from gis_service.web import auth, errors
from tests.web.problem import assert_problem

Bearer = Callable[[str | None], dict[str, str]]

NOBODY = None
STAFF = ("viewer", "gis_staff", "planner", "analyst", "admin")
READERS: dict[str, set[str | None]] = {
    "commune": {NOBODY, *STAFF},
    "pipe_internal": {*STAFF},
    "pipe_draft": {"gis_staff", "admin"},
    "residents": {"planner", "analyst", "admin"},
}
DOORS = (
    "",
    "/items",
    "/items/1",
    "/versions",
    "/tiles",
    "/tiles/WebMercatorQuad",
    "/tiles/WebMercatorQuad/0/0/0",
)


def test_every_endpoint_has_declared_what_it_demands(app: Flask) -> None:
    undeclared = [
        rule.endpoint for rule in app.url_map.iter_rules() if auth.demand_of(app, rule.endpoint) is None
    ]
    assert not undeclared


def test_a_blueprint_without_a_permission_is_found_and_closed() -> None:
    app = Flask("forgetful")
    errors.register(app)
    app.before_request(lambda: auth.check(app))
    forgotten = Blueprint("forgotten", "forgotten")
    forgotten.add_url_rule("/door", "door", lambda: Response("open"))
    app.register_blueprint(forgotten)
    assert auth.demand_of(app, "forgotten.door") is None
    assert app.test_client().get("/door").status_code == 500


@pytest.mark.parametrize("layer", READERS)
@pytest.mark.parametrize("role", [NOBODY, *STAFF])
@pytest.mark.parametrize("door", DOORS)
def test_a_layer_opens_to_its_readers_only(
    client: FlaskClient, bearer: Bearer, layer: str, role: str | None, door: str
) -> None:
    response = client.get(f"/api/collections/{layer}{door}", headers=bearer(role))
    if role in READERS[layer]:
        assert response.status_code == 200
    elif role is NOBODY:
        assert_problem(response, 401, "token_missing")
        assert response.headers["WWW-Authenticate"].startswith("Bearer")
    else:
        assert_problem(response, 403, "role_insufficient")
        assert "WWW-Authenticate" not in response.headers


@pytest.mark.parametrize("role", [NOBODY, *STAFF])
def test_a_list_holds_what_its_reader_may_open(client: FlaskClient, bearer: Bearer, role: str | None) -> None:
    listed = client.get("/api/collections", headers=bearer(role)).get_json()["collections"]
    names = {entry["id"] for entry in listed}
    assert {layer for layer in READERS if layer in names} == {
        layer for layer, readers in READERS.items() if role in readers
    }


@pytest.mark.parametrize(
    "header", ["Bearer x", "Bearer ", "Bearer gis_" + "a" * 43, "Bearer \x00", "Bearer ô"]
)
def test_a_token_that_is_not_known_is_refused(client: FlaskClient, header: str) -> None:
    response = client.get("/api/collections", headers={"Authorization": header})
    assert_problem(response, 401, "token_invalid")


def test_the_scheme_may_be_written_in_any_case(client: FlaskClient, bearer: Bearer) -> None:
    header = {"Authorization": bearer("admin")["Authorization"].replace("Bearer", "bearer")}
    assert client.get("/api/collections/residents", headers=header).status_code == 200


def test_another_way_of_saying_who_one_is_counts_as_nobody(client: FlaskClient) -> None:
    response = client.get("/api/collections/residents", headers={"Authorization": "Basic YTpi"})
    assert_problem(response, 401, "token_missing")


def test_what_only_some_may_see_is_not_kept_on_the_way(client: FlaskClient, bearer: Bearer) -> None:
    response = client.get("/api/collections", headers=bearer("planner"))
    assert "private" in response.headers["Cache-Control"]
    assert "Authorization" in response.headers["Vary"]


def test_every_permission_says_who_holds_it() -> None:
    assert set(auth.GRANTS) == set(auth.Permission)
    assert all(roles is None or roles <= set(Role) for roles in auth.GRANTS.values())
