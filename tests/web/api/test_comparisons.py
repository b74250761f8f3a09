"""Comparisons and gaps over HTTP: run, found again, shown to everybody with small counts hidden."""

from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.web.problem import assert_problem

Bearer = Callable[[str | None], dict[str, str]]
STATE = {"service": "one_stop_office", "measure": "straight_radius", "limit": 3000}


def execute(client: FlaskClient, bearer: Bearer, process: str, inputs: dict[str, Any]) -> Any:  # noqa: ANN401 (a response, or its document)
    path = f"/api/processes/{process}/execution"
    return client.post(path, json={"inputs": inputs}, headers=bearer("planner"))


@pytest.mark.parametrize(
    ("process", "inputs"),
    [("compare", {"before": STATE, "after": STATE, "limits": [1000]}), ("gaps", STATE)],
)
def test_a_study_of_any_process_is_run_kept_and_shown_to_everybody(
    client: FlaskClient, bearer: Bearer, process: str, inputs: dict[str, Any]
) -> None:
    made = execute(client, bearer, process, inputs)
    assert made.status_code == 200, made.get_data(as_text=True)
    document = made.get_json()
    assert document["process"] == process
    shown = client.get(f"/api/studies/{document['id']}")
    assert shown.status_code == 200
    assert shown.get_json()["id"] == document["id"]


@pytest.mark.parametrize(
    ("inputs", "where"),
    [
        ({"before": STATE}, "body/inputs/after"),
        ({"before": STATE, "after": STATE | {"limit": -1}}, "body/inputs/after/limit"),
        ({"before": STATE, "after": STATE, "limits": [0]}, "body/inputs/limits/0"),
        ({"before": STATE, "after": STATE, "colour": "red"}, "body/inputs/colour"),
    ],
)
def test_faults_of_a_comparison_are_told_where_they_stand(
    client: FlaskClient, bearer: Bearer, inputs: dict[str, Any], where: str
) -> None:
    response = execute(client, bearer, "compare", inputs)
    assert_problem(response, 422, "body_invalid")
    assert where in [fault["where"] for fault in response.get_json()["errors"]]


def test_states_that_differ_in_more_than_the_facilities_are_refused(
    client: FlaskClient, bearer: Bearer
) -> None:
    inputs = {"before": STATE, "after": STATE | {"limit": 5000}}
    assert_problem(execute(client, bearer, "compare", inputs), 422, "study_refused")


def test_the_inputs_of_a_comparison_are_not_those_of_coverage(client: FlaskClient, bearer: Bearer) -> None:
    both = {"before": STATE, "after": STATE}
    assert_problem(execute(client, bearer, "coverage", both), 422, "study_refused")
    assert_problem(execute(client, bearer, "compare", STATE), 422, "study_refused")
