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
