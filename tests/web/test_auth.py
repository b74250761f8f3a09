"""Who may do what: every handler, every role."""

from collections.abc import Callable

import pytest
from flask import Blueprint, Flask, Response
from flask.testing import FlaskClient

from gis_service.services.accounts import Role
from gis_service.web import auth, errors
from gis_service.web.auth import Permission
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


def test_whatever_an_address_says_of_a_layer_is_for_its_readers_or_editors(app: Flask) -> None:
    of_layers = {Permission.READ_LAYER, Permission.EDIT_LAYER}
    for rule in app.url_map.iter_rules():
        assert (auth.demand_of(app, rule.endpoint) in of_layers) is (auth.LAYER in rule.arguments), rule


def guarded(rule: str, handler: Callable[..., Response], *methods: str) -> FlaskClient:
    app = Flask("small")
    errors.register(app)
    app.before_request(lambda: auth.check(app))
    blueprint = Blueprint("doors", "doors")
    blueprint.add_url_rule(rule, "door", handler, methods=methods or ["GET"])
    app.register_blueprint(blueprint)
    return app.test_client()


def test_a_handler_without_a_permission_is_found_and_closed() -> None:
    def forgotten() -> Response:
        return Response("open")

    closed = guarded("/door", forgotten)
    assert auth.demand_of(closed.application, "doors.door") is None
    assert closed.get("/door").status_code == 500
    assert guarded("/door", auth.demands(Permission.READ)(forgotten)).get("/door").text == "open"


def test_a_handler_of_layers_whose_address_names_none_is_closed() -> None:
    nameless = auth.demands(Permission.READ_LAYER)(lambda: Response("open"))
    assert guarded("/door", nameless).get("/door").status_code == 500


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/api/collections/{}/items?limit=none"),
        ("GET", "/api/collections/{}/diff"),
        ("POST", "/api/collections/{}/items"),
        ("PUT", "/api/collections/{}/items/1?limit=none"),
        ("POST", "/api/collections/{}/versions/1/restore"),
    ],
)
def test_a_right_is_asked_for_before_query_and_body_are_read(
    client: FlaskClient, bearer: Bearer, method: str, path: str
) -> None:
    for role, status in ((NOBODY, 401), ("viewer", 403), ("admin", 400)):
        sent = client.open(
            path.format("pipe_draft"),
            method=method,
            headers=bearer(role),
            data="{",
            content_type="application/json",
        )
        assert sent.status_code == status


def test_a_layer_that_is_not_there_is_told_to_be_missing(client: FlaskClient, bearer: Bearer) -> None:
    assert_problem(client.get("/api/collections/none/items"), 404, "collection_not_found")
    assert_problem(client.get("/api/collections/%00/items"), 404, "route_not_found")
    assert_problem(client.post("/api/collections/none/versions/1/undo"), 401, "token_missing")
    assert_problem(
        client.post("/api/collections/none/versions/1/undo", headers=bearer("admin")),
        404,
        "collection_not_found",
    )


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
