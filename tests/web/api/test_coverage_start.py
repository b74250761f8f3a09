"""Waits of facilities over HTTP: asked for of every live answer, in steps for those who see no small counts.

In the town the western office, open in 2025, has the number 1 in the column that is asked for.
"""

from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.live_town import degrees
from tests.web.live_answers import bearer, made, tokens_of

RULE = "standard=one_stop_office_motorbike_10min&at=2025-06-30T10:00&start_column=branch_rank"
AT = "lon={}&lat={}".format(*degrees(5000, 10))
ADDRESSES = (f"/api/coverage?{RULE}", f"/api/coverage/cells?{RULE}", f"/api/coverage/why?{RULE}&{AT}&k=2")


@pytest.fixture(scope="module")
def town_url(make_town_database: Callable[[str], str]) -> str:
    return make_town_database("live_town")


@pytest.fixture(scope="module")
def town_app(town_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    yield from made(town_url, tmp_path_factory.mktemp("var"))


@pytest.fixture
def town(town_app: Flask) -> FlaskClient:
    return town_app.test_client()


def test_whoever_may_see_small_counts_asks_for_any_wait(town: FlaskClient, town_url: str) -> None:
    planner = bearer(tokens_of(town_url), "planner")
    study, _, why = (town.get(address, headers=planner) for address in ADDRESSES)
    assert study.json is not None
    assert why.json is not None
    assert study.json["parameters"]["start_column"] == "branch_rank"
    said = {notice["code"]: notice for notice in study.json["notice_texts"]}
    assert "1 trong 2" in said["start_counted"]["vi"]
    assert "1 of 2" in said["start_counted"]["en"]
    assert (why.json["parts"]["start"], why.json["nearest"]["id"]) == (1, "one_stop_office1")
    plain = town.get(ADDRESSES[2].replace("&start_column=branch_rank", ""), headers=planner).json
    assert plain is not None
    assert (why.json["cost"], "start" in plain["parts"]) == (plain["cost"] + 1, False)


@pytest.mark.parametrize("address", ADDRESSES)
def test_a_wait_of_a_second_is_too_fine_for_everybody(town: FlaskClient, address: str) -> None:
    answer = town.get(address)
    assert answer.json is not None
    assert (answer.status_code, answer.json["code"]) == (422, "limit_off_step")
    assert "start_column" in answer.json["detail"]


@pytest.mark.parametrize(
    ("more", "status", "code"),
    [
        ("start_column=Address", 400, "parameters_invalid"),
        ("start_column=address", 422, "study_refused"),
        ("start_column=branch_rank&measure=straight_radius&limit=1000", 422, "study_refused"),
        ("start_column=branch_rank&measure=network_distance&limit=1000", 422, "study_refused"),
    ],
)
def test_a_column_that_cannot_delay_is_refused(town: FlaskClient, more: str, status: int, code: str) -> None:
    answer = town.get(f"/api/coverage?standard=one_stop_office_motorbike_10min&{more}")
    assert answer.json is not None
    assert (answer.status_code, answer.json["code"]) == (status, code)
    assert "start_column" in str(answer.json)
