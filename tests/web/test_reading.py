"""Bodies that no reader of JSON takes."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from tests.web.problem import assert_problem


@pytest.mark.parametrize("body", ["1" * 5000, '{"inputs": {"limit": ' + "9" * 5000 + "}}"])
def test_a_number_of_thousands_of_digits_is_refused(
    client: FlaskClient, bearer: Callable[[str | None], dict[str, str]], body: str
) -> None:
    response = client.post(
        "/api/processes/coverage/execution",
        data=body,
        content_type="application/json",
        headers=bearer("planner"),
    )
    assert_problem(response, 400, "body_not_json")


@pytest.mark.parametrize(("opening", "closing"), [("[", "]"), ('{"a": ', "}")])
@pytest.mark.parametrize("depth", [33, 900])
@pytest.mark.parametrize("method", ["post", "patch"])
def test_a_body_nested_without_end_is_refused(
    client: FlaskClient,
    bearer: Callable[[str | None], dict[str, str]],
    opening: str,
    closing: str,
    depth: int,
    method: str,
) -> None:
    place = "/api/collections" + ("/wifi" if method == "patch" else "")
    body = '{"title": ' + opening * depth + "1" + closing * depth + "}"
    response = client.open(
        place,
        method=method.upper(),
        data=body,
        content_type="application/json",
        headers={**bearer("admin"), "If-Match": "*"},
    )
    assert_problem(response, 422, "body_invalid")


@pytest.mark.parametrize(
    ("number", "said"),
    [("NaN", "NaN"), ("Infinity", "Infinity"), ("-Infinity", "-Infinity"), ("1e999", "Infinity")],
)
@pytest.mark.parametrize("place", ["limit", "places"])
def test_a_number_that_is_none_is_refused_by_its_place(
    client: FlaskClient, bearer: Callable[[str | None], dict[str, str]], number: str, said: str, place: str
) -> None:
    value = number if place == "limit" else f'[{{"lon": {number}, "lat": 20}}]'
    where = "body/inputs/limit" if place == "limit" else "body/inputs/places/0/lon"
    response = client.post(
        "/api/processes/coverage/execution",
        data=f'{{"inputs": {{"{place}": {value}}}}}',
        content_type="application/json",
        headers=bearer("planner") | {"Accept-Language": "en"},
    )
    problem = assert_problem(response, 422, "body_invalid")
    assert problem["errors"] == [{"where": where, "text": f"is {said}, which is no finite number"}]
