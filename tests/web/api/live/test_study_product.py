"""Compact products over HTTP: who is given which, under which name, and how long it may be kept."""

import gzip
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient

from gis_service.services import audit
from gis_service.services.audit import AuditFilter
from gis_service.services.study_product_bytes import MAGIC, unpacked
from gis_service.services.transactions import reading
from gis_service.web import current
from tests.web.live_answers import ASKED, EXACT, PUBLIC, STUDY, bearer, found, made
from tests.web.problem import assert_problem

PRODUCT = f"/api/coverage/product?{ASKED}"


def address(town: FlaskClient, path: str, headers: dict[str, str] | None = None) -> str:
    response = town.get(path, headers=headers)
    assert (response.status_code, response.headers["Cache-Control"]) == (303, "no-store")
    parts = urlsplit(response.headers["Location"])
    return f"{parts.path}?{parts.query}"


def test_an_answer_leads_to_its_product_whatever_the_limit(town: FlaskClient) -> None:
    links = [
        next(link["href"] for link in found(town, path)["links"] if link["rel"] == "product")
        for path in (STUDY, f"{STUDY}&limit=900", f"/api/coverage/cells?{ASKED}&limit=300")
    ]
    places = {address(town, link.removeprefix("http://localhost")) for link in links}
    assert len(places) == 1
    head, _ = unpacked(town.get(places.pop()).get_data())
    assert (head["kind"], head["rows"][0]["id"], head["generated_data"]) == ("steps", "totals", True)


@pytest.mark.parametrize("role", PUBLIC)
def test_everybody_is_given_the_step_table_and_no_homes(
    town: FlaskClient, tokens: dict[str, str], role: str | None
) -> None:
    headers = bearer(tokens, role)
    place = address(town, PRODUCT, headers)
    # What somebody known is given may be of layers that are not for everybody: nobody between keeps it.
    shared = "public" if role is None else "private"
    kept = town.get(place, headers=headers).headers["Cache-Control"]
    assert kept == f"{shared}, max-age=31536000, immutable"
    for path in (f"{PRODUCT}&detail=points", f"{place}&detail=points"):
        assert_problem(
            town.get(path, headers=headers),
            401 if role is None else 403,
            "token_missing" if role is None else "role_insufficient",
        )


@pytest.mark.parametrize("role", EXACT)
def test_those_who_may_are_given_homes_and_it_is_noted(
    town: FlaskClient, town_app: Flask, tokens: dict[str, str], role: str
) -> None:
    headers = bearer(tokens, role)
    place = address(town, f"{PRODUCT}&detail=points", headers)
    response = town.get(place, headers=headers)
    assert response.get_data().startswith(MAGIC)
    assert response.headers["Cache-Control"] == "private, max-age=31536000, immutable"
    with town_app.app_context(), reading(current.context()) as connection:
        entry = audit.list_(connection, AuditFilter(action="personal.read"), limit=1).items[0]
    assert (entry.role, entry.object) == (role, place.split("?")[0])


def test_what_a_reader_has_is_not_sent_again_and_is_packed_where_that_is_understood(
    town: FlaskClient,
) -> None:
    place = address(town, PRODUCT)
    plain, packed = town.get(place), town.get(place, headers={"Accept-Encoding": "gzip"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.get_data()) == plain.get_data()
    assert plain.headers["ETag"].strip('"') == place.split("?")[0].rsplit("/", 1)[1]
    again = town.get(place, headers={"If-None-Match": plain.headers["ETag"]})
    assert (again.status_code, again.get_data()) == (304, b"")


def test_a_name_that_nobody_knows_any_more_tells_what_to_do(town: FlaskClient) -> None:
    response = town.get(f"/api/coverage/product/{'0' * 64}?{ASKED}", headers={"Accept-Language": "en"})
    assert_problem(response, 404, "product_unknown")
    assert "/api/coverage/product" in response.get_json()["remedy"]


def test_a_kept_study_has_a_product_of_each_kind(town: FlaskClient, tokens: dict[str, str]) -> None:
    headers = bearer(tokens, "planner")
    inputs = {"standard": "one_stop_office_motorbike_10min", "at": "2026-03-03T10:00"}
    stored = town.post("/api/processes/coverage/execution", json={"inputs": inputs}, headers=headers)
    path = f"/api/studies/{stored.get_json()['id']}/product"
    assert town.get(path).get_data() == town.get(address(town, PRODUCT)).get_data()
    assert town.get(path).headers["Cache-Control"] == "no-cache"
    assert_problem(town.get(f"{path}?detail=points"), 401, "token_missing")
    homes = town.get(f"{path}?detail=points", headers=headers)
    assert unpacked(homes.get_data())[0]["kind"] == "points"
    assert homes.headers["Cache-Control"] == "private, no-cache"


def test_a_small_town_of_few_requests_is_told_to_come_back(town_url: str, tmp_path: Path) -> None:
    for app in made(town_url, tmp_path, 1):
        client = app.test_client()
        assert [client.get(PRODUCT).status_code for _ in range(2)] == [303, 429]
