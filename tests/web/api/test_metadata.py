"""Metadata of layers for other catalogues; only of what the caller may see."""

from collections.abc import Callable
from xml.etree import ElementTree as ET

import pytest
from flask.testing import FlaskClient

from tests.web.problem import assert_problem

Bearer = Callable[[str | None], dict[str, str]]
GMD, GCO = "{http://www.isotc211.org/2005/gmd}", "{http://www.isotc211.org/2005/gco}"
OFFICES = "/api/collections/one_stop_office/metadata"


def test_metadata_is_the_definition_in_both_languages_with_version_and_dates(client: FlaskClient) -> None:
    told = client.get(OFFICES).get_json()
    assert told["definition"]["title"]["en"] == "One-stop offices"
    assert told["definition"]["frequency"] == "notPlanned"
    assert {field["name"] for field in told["definition"]["fields"]} >= {"code", "name"}
    assert told["version"] == client.get("/api/collections/one_stop_office").get_json()["version"]
    assert told["published"] <= told["updated"]
    assert told["made_by_user"] is False


@pytest.mark.parametrize(("query", "accept"), [("?f=iso", "*/*"), ("", "application/xml")])
def test_iso_is_given_to_those_who_ask_for_it(client: FlaskClient, query: str, accept: str) -> None:
    answer = client.get(f"{OFFICES}{query}", headers={"Accept": accept})
    assert answer.content_type == "application/xml; charset=utf-8"
    root = ET.fromstring(answer.get_data(as_text=True).partition("?>")[2])  # noqa: S314 ours
    assert root.findtext(f"{GMD}fileIdentifier/{GCO}CharacterString") == "one_stop_office"
    urls = [url.text for url in root.iter(f"{GMD}URL")]
    assert "http://localhost/api/collections/one_stop_office/items" in urls


def test_the_catalogue_holds_what_the_caller_may_read(client: FlaskClient, bearer: Bearer) -> None:
    def ids(role: str | None) -> set[str]:
        layers = client.get("/api/catalogue", headers=bearer(role)).get_json()["layers"]
        return {layer["definition"]["id"] for layer in layers}

    public = {"bus_stop", "commune", "commune_2019", "market", "one_stop_office"}
    assert ids(None) == public
    assert ids("viewer") == public | {"pipe_internal"}
    assert ids("admin") == public | {"pipe_internal", "pipe_draft", "residents"}


@pytest.mark.parametrize(("query", "accept"), [("?f=dcat", "*/*"), ("", "application/ld+json")])
def test_portals_get_the_same_layers_as_dcat(client: FlaskClient, query: str, accept: str) -> None:
    answer = client.get(f"/api/catalogue{query}", headers={"Accept": accept})
    assert answer.content_type == "application/ld+json"
    document = answer.get_json(force=True)
    assert document["@type"] == "dcat:Catalog"
    found = {one["dct:identifier"]: one for one in document["dcat:dataset"]}
    assert set(found) == {"bus_stop", "commune", "commune_2019", "market", "one_stop_office"}
    ways = [way["dcat:accessURL"]["@id"] for way in found["commune"]["dcat:distribution"]]
    for way in ways:
        assert client.get(way.removeprefix("http://localhost")).status_code == 200


def test_a_collection_links_its_metadata_its_picture_and_its_licence(client: FlaskClient) -> None:
    links = client.get("/api/collections/commune").get_json()["links"]
    hrefs = {link["rel"]: link["href"] for link in links}
    assert hrefs["preview"].endswith("/api/collections/commune/thumbnail")
    assert hrefs["license"] == "https://spdx.org/licenses/MIT.html"
    for link in links:
        if link["rel"] in {"describedby", "preview"}:
            assert client.get(link["href"].removeprefix("http://localhost")).status_code == 200


def test_a_format_that_there_is_not_is_refused(client: FlaskClient) -> None:
    assert_problem(client.get(f"{OFFICES}?f=iso19115"), 400, "parameters_invalid")


def test_metadata_of_personal_layers_is_no_personal_detail(client: FlaskClient, bearer: Bearer) -> None:
    client.get("/api/collections/residents/metadata", headers=bearer("planner"))
    client.get("/api/collections/residents/thumbnail", headers=bearer("planner"))
    noted = client.get("/api/audit?action=personal.read&limit=100", headers=bearer("admin")).get_json()
    objects = {entry["object"] for entry in noted["items"]}
    assert "/api/collections/residents/metadata" not in objects
    assert "/api/collections/residents/thumbnail" in objects
