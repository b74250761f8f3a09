"""Edits of single features over HTTP, each with the state that its editor saw."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from pydantic import ValidationError
from sqlalchemy import text
from werkzeug.test import TestResponse

from gis_service.db.engine import open_engine, transaction
from gis_service.services import edits
from gis_service.web.schemas.edits import FeatureBody
from tests.web.problem import assert_problem

PATH = "/api/collections/bus_stop/items"
Bearer = Callable[[str | None], dict[str, str]]


def stop(code: str, lon: float = 106.35, **properties: object) -> dict[str, Any]:
    point = {"type": "Point", "coordinates": [lon, 20.45]}
    return {"type": "Feature", "geometry": point, "properties": {"code": code, "name": code} | properties}


def told_by(response: TestResponse) -> dict[str, Any]:
    document: dict[str, Any] = response.get_json(force=True)
    return document


@pytest.fixture
def editor(app: Flask, loaded: str, bearer: Bearer) -> Iterator[FlaskClient]:
    """Give a client of GIS staff; the layer is empty again when the test ends."""
    client = app.test_client()
    client.environ_base["HTTP_AUTHORIZATION"] = bearer("gis_staff")["Authorization"]
    yield client
    engine = open_engine(loaded)
    with transaction(engine) as connection:
        connection.execute(text("DELETE FROM layer.bus_stop"))
    engine.dispose()


def test_a_feature_is_created_read_changed_and_deleted(editor: FlaskClient) -> None:
    made = editor.post(f"{PATH}?message=mới", json=stop("b1"))
    assert made.status_code == 201
    place, tag = made.headers["Location"], made.headers["ETag"]
    read = editor.get(place)
    assert (read.headers["ETag"], told_by(read)["properties"]["code"]) == (tag, "b1")
    assert told_by(read)["geometry"]["coordinates"] == [106.35, 20.45]
    moved = editor.patch(place, json={"properties": {"name": "Bến xe"}}, headers={"If-Match": tag})
    assert (moved.status_code, told_by(moved)["properties"]["name"]) == (200, "Bến xe")
    assert told_by(moved)["geometry"] == told_by(read)["geometry"]
    assert told_by(moved)["properties"]["code"] == "b1"
    replaced = editor.put(place, json=stop("b1", 106.36), headers={"If-Match": moved.headers["ETag"]})
    assert told_by(replaced)["properties"]["name"] == "b1"
    assert told_by(replaced)["geometry"]["coordinates"] == [106.36, 20.45]
    gone = editor.delete(place, headers={"If-Match": replaced.headers["ETag"]})
    assert (gone.status_code, gone.data) == (204, b"")
    assert editor.get(place).status_code == 404
    told = told_by(editor.get("/api/collections/bus_stop/versions"))["items"][:4]
    assert [(one["added"], one["changed"], one["removed"]) for one in told] == [
        (0, 0, 1),
        (0, 1, 0),
        (0, 1, 0),
        (1, 0, 0),
    ]
    assert (told[3]["author"], told[3]["message"]) == ("a gis_staff", "mới")


@pytest.mark.parametrize(
    ("method", "header", "status", "code"),
    [
        ("put", None, 428, "precondition_missing"),
        ("patch", None, 428, "precondition_missing"),
        ("delete", None, 428, "precondition_missing"),
        ("put", '"1"', 412, "item_changed"),
        ("patch", '"1", "2"', 412, "item_changed"),
        ("delete", 'W/"{tag}"', 412, "item_changed"),
        ("delete", "nonsense", 412, "item_changed"),
        ("delete", '"*"', 412, "item_changed"),
    ],
)
def test_an_edit_without_or_of_an_older_state_changes_nothing(
    editor: FlaskClient, method: str, header: str | None, status: int, code: str
) -> None:
    made = editor.post(PATH, json=stop("b1"))
    headers = {} if header is None else {"If-Match": header.format(tag=made.headers["ETag"].strip('"'))}
    body = {} if method == "delete" else {"json": stop("b2")}
    refused = getattr(editor, method)(made.headers["Location"], headers=headers, **body)
    assert_problem(refused, status, code)
    assert editor.get(made.headers["Location"]).headers["ETag"] == made.headers["ETag"]


@pytest.mark.parametrize("header", ["*", '"1", {tag}'])
def test_any_state_or_one_of_several_will_do(editor: FlaskClient, header: str) -> None:
    made = editor.post(PATH, json=stop("b1"))
    headers = {"If-Match": header.format(tag=made.headers["ETag"])}
    assert editor.delete(made.headers["Location"], headers=headers).status_code == 204


def test_of_two_who_saw_the_same_state_the_second_is_refused(editor: FlaskClient) -> None:
    made = editor.post(PATH, json=stop("b1"))
    seen = {"If-Match": made.headers["ETag"]}
    assert (
        editor.patch(made.headers["Location"], json={"properties": {"name": "A"}}, headers=seen).status_code
        == 200
    )
    second = editor.patch(made.headers["Location"], json={"properties": {"name": "B"}}, headers=seen)
    assert_problem(second, 412, "item_changed")
    assert told_by(editor.get(made.headers["Location"]))["properties"]["name"] == "A"


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (stop("b1") | {"geometry": None}, 422, "geometry_missing"),
        (stop("b1") | {"geometry": {"type": "Point", "coordinates": ["a", 1]}}, 422, "body_invalid"),
        (stop("b1") | {"geometry": {"type": "Point", "coordinates": [0, 0]}}, 422, "outside_city"),
        (
            stop("b1") | {"geometry": {"type": "LineString", "coordinates": [[106.3, 20.4], [106.4, 20.4]]}},
            422,
            "geometry_type_wrong",
        ),
        (stop("b1") | {"type": "FeatureCollection"}, 422, "body_invalid"),
        ({"type": "Feature", "properties": {"code": "x"}}, 422, "body_invalid"),
        (stop("b1", colour="red"), 422, "field_unknown"),
        (stop("b1", name={"vi": "a"}), 422, "value_wrong_type"),
        (stop("b1", name=[1, "a"]), 422, "value_wrong_type"),
        (stop("b1", name=2**64), 422, "value_wrong_type"),
        (stop(""), 422, "value_missing"),
        (stop("taken"), 409, "key_taken"),
    ],
)
def test_a_feature_that_the_layer_does_not_take_is_refused(
    editor: FlaskClient, body: dict[str, object], status: int, code: str
) -> None:
    editor.post(PATH, json=stop("taken"))
    before = told_by(editor.get("/api/collections/bus_stop"))["version"]
    assert_problem(editor.post(PATH, json=body), status, code)
    assert told_by(editor.get("/api/collections/bus_stop"))["version"] == before


@pytest.mark.parametrize("item", ["999999", "abc", "9" * 30, "-1"])
@pytest.mark.parametrize("method", ["put", "patch", "delete"])
def test_what_is_not_there_cannot_be_changed(editor: FlaskClient, method: str, item: str) -> None:
    body = {} if method == "delete" else {"json": stop("b2")}
    refused = getattr(editor, method)(f"{PATH}/{item}", headers={"If-Match": "*"}, **body)
    assert_problem(refused, 404, "item_not_found")


@pytest.mark.parametrize(
    ("role", "status"), [(None, 401), ("viewer", 403), ("planner", 403), ("analyst", 403), ("admin", 201)]
)
def test_only_those_who_may_edit_do(
    client: FlaskClient, bearer: Bearer, editor: FlaskClient, role: str | None, status: int
) -> None:
    del editor
    assert client.post(PATH, json=stop("b1"), headers=bearer(role)).status_code == status


def test_an_edit_from_an_older_version_of_the_layer_is_refused_when_it_says_so(editor: FlaskClient) -> None:
    base = editor.post(PATH, json=stop("b1")).headers["Layer-Version"]
    assert editor.post(f"{PATH}?base={base}", json=stop("b2")).status_code == 201
    refused = editor.post(f"{PATH}?base={base}", json=stop("b3"))
    problem = assert_problem(refused, 409, "base_version_changed")
    assert "+1" in problem["detail"]
    assert f"`layers diff bus_stop {base} " in problem["remedy"]
    (more,) = refused.headers.getlist("Link")
    address, _, kind = more.removeprefix("<http://localhost").partition(">; ")
    assert kind.startswith('rel="related"')
    since = editor.get(address).get_json(force=True)
    assert since["from"] == int(base)
    assert [one["properties"]["after"]["code"] for one in since["features"]] == ["b2"]
    unknown = editor.post(f"{PATH}?base=999999", json=stop("b3"))
    assert_problem(unknown, 409, "base_version_changed")
    assert "Link" not in unknown.headers
    assert_problem(editor.post(f"{PATH}?base=0", json=stop("b3")), 400, "parameters_invalid")


def test_an_edit_waits_a_moment_for_others_and_holds_one_connection(
    editor: FlaskClient, app: Flask, loaded: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(edits, "ANSWER_WAIT_S", 0.3)
    pool, held = app.extensions["gis"].engine.pool, []
    listen = edits.apply

    def apply(*arguments: object, **named: object) -> object:
        held.append(pool.checkedout())
        return listen(*arguments, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(edits, "apply", apply)
    engine = open_engine(loaded)
    with transaction(engine) as other:
        other.execute(text("SELECT gis.lock_layer('bus_stop')"))
        problem = assert_problem(editor.post(PATH, json=stop("b1")), 409, "layer_busy")
    engine.dispose()
    assert "0.3" in problem["detail"]
    assert held == [1]


def test_a_geometry_without_an_end_is_no_geometry() -> None:
    deep: dict[str, Any] = {"type": "Point", "coordinates": [1, 2]}
    for _ in range(20_000):
        deep = {"type": "GeometryCollection", "geometries": [deep]}
    with pytest.raises(ValidationError, match="GeoJSON"):
        FeatureBody(type="Feature", geometry=deep)


@pytest.mark.parametrize("media", ["application/geo+json", "application/merge-patch+json"])
def test_a_feature_may_be_named_by_what_it_is(editor: FlaskClient, media: str) -> None:
    assert editor.post(PATH, data=json.dumps(stop("b1")), content_type=media).status_code == 201
