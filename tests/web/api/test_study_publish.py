"""Studies published as layers over HTTP."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask.testing import FlaskClient

from gis_service.app import create_app
from gis_service.db.engine import open_engine, transaction
from gis_service.services.accounts import Role, make_token
from gis_service.settings import Settings
from tests.merged_town import AFTER, state
from tests.web.problem import assert_problem


@pytest.fixture(scope="module")
def tokens(make_town_database: Callable[[str], str]) -> dict[str, str]:
    url = make_town_database("merged_town")
    engine = open_engine(url)
    with transaction(engine) as connection:
        found = {role.value: make_token(connection, role, f"a {role}") for role in Role}
    engine.dispose()
    return found | {"url": url}


@pytest.fixture(scope="module")
def town(tokens: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[FlaskClient]:
    app = create_app(Settings(data_dir=tmp_path_factory.mktemp("var"), database_url=tokens["url"]))
    yield app.test_client()
    app.extensions["gis"].close()


@pytest.fixture
def post(town: FlaskClient, tokens: dict[str, str]) -> Callable[..., Any]:
    def send(path: str, body: object, role: str | None = "gis_staff") -> Any:  # noqa: ANN401 a response
        headers = {} if role is None else {"Authorization": f"Bearer {tokens[role]}"}
        return town.post(path, json=body, headers=headers)

    return send


@pytest.fixture
def path(post: Callable[..., Any]) -> str:
    made = post("/api/processes/coverage/execution", {"inputs": state(AFTER)}, "planner")
    assert made.status_code == 200
    return f"/api/studies/{made.get_json()['id']}/publish"


def test_a_published_study_is_a_layer_with_items_and_versions(
    town: FlaskClient, post: Callable[..., Any], path: str, tokens: dict[str, str]
) -> None:
    made = post(path, {"layer": "offices_by_unit", "visibility": "public"})
    assert made.status_code == 201, made.get_data(as_text=True)
    told = made.get_json()
    assert made.headers["Location"].endswith("/api/collections/offices_by_unit")
    assert (told["features"], told["left_out"]) == (2, 0)
    assert [link["rel"] for link in told["links"]] == ["collection", "items", "derived_from"]
    items = town.get("/api/collections/offices_by_unit/items").get_json()
    assert [item["properties"]["id"] for item in items["features"]] == ["ab", "c2"]
    again = post(path, {"layer": "offices_by_unit"})
    assert again.status_code == 200
    assert again.get_json()["version"] > told["version"]
    staff = {"Authorization": f"Bearer {tokens['gis_staff']}"}
    history = town.get("/api/collections/offices_by_unit/versions", headers=staff).get_json()
    study = path.split("/")[3]
    assert [one["message"] for one in history["items"]] == [f"{study} (zones)"] * 2


@pytest.mark.parametrize(
    ("body", "role", "status", "code"),
    [
        ({"layer": "mine"}, None, 401, "token_missing"),
        ({"layer": "mine"}, "planner", 403, "role_insufficient"),
        ({}, "gis_staff", 422, "body_invalid"),
        ({"layer": "Mine"}, "gis_staff", 422, "body_invalid"),
        ({"layer": "mine", "colour": "red"}, "gis_staff", 422, "body_invalid"),
        ({"layer": "mine", "title": {"vi": "Một"}}, "gis_staff", 422, "body_invalid"),
        ({"layer": "mine", "visibility": "open"}, "gis_staff", 422, "body_invalid"),
        ({"layer": "mine", "rows": "hexagons"}, "gis_staff", 422, "study_rows_missing"),
        ({"layer": "commune"}, "gis_staff", 409, "study_layer_taken"),
    ],
)
def test_what_cannot_be_published_is_refused(
    post: Callable[..., Any], path: str, body: dict[str, Any], role: str | None, status: int, code: str
) -> None:
    assert_problem(post(path, body, role), status, code)


def test_an_unknown_study_is_not_found(post: Callable[..., Any]) -> None:
    assert_problem(post("/api/studies/coverage_none/publish", {"layer": "mine"}), 404, "study_not_found")
