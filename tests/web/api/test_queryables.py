"""What a filter may ask of a collection, and items by such a filter (OGC API Features, Part 3)."""

import json
from typing import Any
from urllib.parse import quote

import pytest
from flask.testing import FlaskClient
from openapi_schema_validator import OAS31Validator

from tests.web.problem import assert_problem

OFFICES = "/api/collections/one_stop_office"
COMMUNES = "/api/collections/commune"


def ids(client: FlaskClient, query: str, path: str = OFFICES) -> list[int]:
    """Follow the pages of a filter to the end."""
    address: str | None = f"{path}/items?{query}"
    seen: list[int] = []
    while address:
        response = client.get(address)
        assert response.status_code == 200, response.get_data(as_text=True)
        document = response.get_json(force=True)
        seen += [feature["id"] for feature in document["features"]]
        following = [link["href"] for link in document["links"] if link["rel"] == "next"]
        address = following[0].removeprefix("http://localhost") if following else None
    return seen


def tree(operation: str, *parts: object) -> str:
    return quote(json.dumps({"op": operation, "args": parts}))


def test_a_collection_leads_to_its_queryables_which_are_a_json_schema(client: FlaskClient) -> None:
    links = {link["rel"]: link for link in client.get(OFFICES).get_json()["links"]}
    link = links["http://www.opengis.net/def/rel/ogc/1.0/queryables"]
    response = client.get(link["href"].removeprefix("http://localhost"))
    document: dict[str, Any] = response.get_json(force=True)
    assert response.content_type == link["type"] == "application/schema+json"
    OAS31Validator.check_schema(document)
    assert document["$id"] == link["href"]
    assert (document["type"], document["additionalProperties"]) == ("object", False)
    assert document["properties"]["geom"]["format"] == "geometry-point"
    assert document["properties"]["fid"]["x-ogc-role"] == "id"
    english = client.get(f"{OFFICES}/queryables", headers={"Accept-Language": "en"}).get_json(force=True)
    assert (document["properties"]["name"]["title"], english["properties"]["name"]["title"]) == (
        "Tên",
        "Name",
    )


def test_every_queryable_may_stand_in_a_filter(client: FlaskClient) -> None:
    for path in (OFFICES, COMMUNES):
        for name in client.get(f"{path}/queryables").get_json(force=True)["properties"]:
            if name != "geom":
                assert client.get(f"{path}/items?filter={name}%20IS%20NULL").status_code == 200, name


def test_queryables_are_shown_to_people_and_a_table_has_no_place(client: FlaskClient) -> None:
    assert "geom" in client.get(f"{OFFICES}/queryables?f=html").get_data(as_text=True)
    assert_problem(client.get("/api/collections/nowhere/queryables"), 404, "collection_not_found")


@pytest.mark.parametrize("limit", [1, 2, 3, 100])
def test_the_pages_of_a_filter_joined_are_what_fulfils_it(client: FlaskClient, limit: int) -> None:
    asked = quote("code IN ('o2', 'o3') OR name LIKE '%phòng 7'")
    assert ids(client, f"limit={limit}&filter={asked}") == [2, 3, 7]
    whole = client.get(f"{OFFICES}/items?limit={limit}&filter={asked}").get_json(force=True)
    assert whole.get("numberMatched") == (3 if limit >= 3 else None)


def test_a_filter_in_json_finds_the_same_and_stays_in_every_link(client: FlaskClient) -> None:
    asked = tree(">", {"property": "fid"}, 22)
    query = f"filter-lang=cql2-json&filter-crs=EPSG:4326&limit=2&filter={asked}"
    assert ids(client, query) == [23, 24, 25]
    links = client.get(f"{OFFICES}/items?{query}").get_json(force=True)["links"]
    kept = {link["rel"] for link in links if "filter-lang=cql2-json&filter-crs=EPSG%3A4326" in link["href"]}
    assert kept == {"self", "next", "alternate"}


def test_a_filter_and_a_box_hold_together_and_its_places_may_be_in_another_system(
    client: FlaskClient,
) -> None:
    near = "106.295,20.3,106.325,20.5"
    assert ids(client, f"bbox={near}&filter=fid%20%3C%2012") == [10, 11]
    west, south, east, north = near.split(",")
    inside = quote(f"S_INTERSECTS(geom, BBOX({near}))")
    assert ids(client, f"filter={inside}") == [10, 11, 12]
    turned = quote(f"S_INTERSECTS(geom, BBOX({south},{west},{north},{east}))")
    address = quote("http://www.opengis.net/def/crs/EPSG/0/4326", safe="")
    assert ids(client, f"filter-crs={address}&filter={turned}") == [10, 11, 12]


def test_colons_quotes_and_per_cents_of_a_value_are_no_parameters(client: FlaskClient) -> None:
    for value in (":after", "a::b", "100%s", "\\:x", "x'' OR true --"):
        same, other = (quote(f"name {sign} '{value}'") for sign in ("=", "<>"))
        assert ids(client, f"filter={same}") == []
        assert len(ids(client, f"filter={other}")) == 25


@pytest.mark.parametrize(
    ("query", "code", "said"),
    [
        ("filter=cod%20%3D%201", "filter_field_unknown", "code"),
        ("filter=cod%20%3D", "filter_unreadable", "6"),
        ("filter=code%20%3D%205", "filter_value_unfit", "text"),
        ("filter=pg_sleep(9)", "filter_operation_unknown", "pg_sleep"),
        ("filter=fid%20%3D%201&filter-lang=cql2-json", "filter_json_unreadable", "cql2-text"),
        ("filter=true&filter-crs=EPSG:3857", "filter_system_not_offered", "EPSG:9209"),
        ("filter=true&filter-lang=ecql", "parameters_invalid", "cql2-json"),
        ("filter_lang=cql2-text", "parameters_invalid", "filter_lang"),
    ],
)
def test_a_filter_that_cannot_be_is_refused_with_what_would_be(
    client: FlaskClient, query: str, code: str, said: str
) -> None:
    answer = client.get(f"{OFFICES}/items?{query}", headers={"Accept-Language": "en"})
    assert_problem(answer, 400, code)
    assert said in answer.get_data(as_text=True)


def test_the_classes_of_filtering_are_told(client: FlaskClient) -> None:
    told = client.get("/api/conformance").get_json()["conformsTo"]
    for name in ("queryables", "filter", "features-filter"):
        assert f"http://www.opengis.net/spec/ogcapi-features-3/1.0/conf/{name}" in told
