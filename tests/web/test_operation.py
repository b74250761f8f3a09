"""A handler is a plain function; what it takes is read for it."""

from typing import Any

import pytest
from flask import Flask, Response
from flask.testing import FlaskClient
from pydantic import BaseModel, Field

from gis_service.web import auth, current, errors
from gis_service.web.auth import Permission
from gis_service.web.operation import Query, operation, operation_of
from tests.web.problem import assert_problem


class Size(BaseModel):
    model_config = {"extra": "forbid"}

    width: int = Field(ge=1)
    name: str


class Colour(Query):
    colour: str = "red"


@operation("Test", Permission.READ, {200: {"text/plain": None}}, query=Colour, body=Size)
def paint(thing: str, query: Colour, body: Size) -> Response:
    """Paint a thing."""
    return Response(f"{thing} {query.colour} {body.width}")


@pytest.fixture
def client() -> FlaskClient:
    app = Flask("painting")
    app.config["MAX_CONTENT_LENGTH"] = 2048
    errors.register(app)
    app.after_request(_with_id)
    app.add_url_rule("/<thing>", "paint", paint, methods=["POST"])
    return app.test_client()


def _with_id(response: Response) -> Response:
    response.headers["X-Request-ID"] = current.request_id()
    return response


def test_a_handler_can_be_called_without_a_request() -> None:
    assert paint(thing="door", query=Colour(), body=Size(width=2, name="a")).get_data() == b"door red 2"


def test_what_a_handler_takes_is_read_for_it(client: FlaskClient) -> None:
    response = client.post("/door?colour=blue", json={"width": 3, "name": "b"})
    assert response.get_data(as_text=True) == "door blue 3"


def test_a_declared_handler_is_known_and_another_is_not() -> None:
    declared = operation_of(paint)
    assert declared is not None
    assert declared.body is Size
    assert operation_of(len) is None


def test_a_declared_handler_says_whom_it_is_for(client: FlaskClient) -> None:
    assert auth.demand_of(client.application, "paint") is Permission.READ


@pytest.mark.parametrize(
    ("sent", "status", "code", "where"),
    [
        ({"json": {"width": 0, "name": "a"}}, 422, "body_invalid", ["body/width"]),
        ({"json": {"width": "x", "size": 1}}, 422, "body_invalid", ["body/width", "body/name", "body/size"]),
        ({"json": [1]}, 422, "body_invalid", ["body"]),
        ({"data": "null", "content_type": "application/json"}, 422, "body_invalid", ["body"]),
        ({"data": "{", "content_type": "application/json"}, 400, "body_not_json", []),
        ({"data": b"\xff\xfe\xfa", "content_type": "application/json"}, 400, "body_not_json", []),
        ({"data": "[" * 2000, "content_type": "application/json"}, 400, "body_not_json", []),
        ({"data": "", "content_type": "application/json"}, 400, "body_not_json", []),
        ({"data": "NaN", "content_type": "application/json"}, 422, "body_invalid", ["body"]),
        (
            {"data": '{"a": [1, -Infinity]}', "content_type": "application/json"},
            422,
            "body_invalid",
            ["body/a/1"],
        ),
        ({"data": "{}", "content_type": "text/plain"}, 415, "media_type_not_supported", []),
        ({"data": "{}"}, 415, "media_type_not_supported", []),
        ({"data": "1" * 4096, "content_type": "application/json"}, 413, "request_too_large", []),
    ],
)
def test_a_body_that_does_not_fit_is_refused(
    client: FlaskClient, sent: dict[str, Any], status: int, code: str, where: list[str]
) -> None:
    problem = assert_problem(client.post("/door", **sent), status, code)
    assert [fault["where"] for fault in problem["errors"]] == where
