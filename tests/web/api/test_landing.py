"""Where the API begins."""

import pytest
from flask.testing import FlaskClient

from gis_service.app import create_app
from gis_service.settings import Settings
from gis_service.web.api.landing import CONFORMANCE


def _ours(href: str) -> str:
    assert href.startswith("http://localhost/")
    return href.removeprefix("http://localhost")


def test_every_link_of_the_landing_page_leads_somewhere(client: FlaskClient) -> None:
    links = client.get("/api/").get_json()["links"]
    assert {"self", "service-desc", "conformance", "data"} <= {link["rel"] for link in links}
    for link in links:
        response = client.get(_ours(link["href"]))
        assert response.status_code == 200, link
        assert response.content_type.startswith(link["type"].partition(";")[0]), link


def test_the_classes_that_are_met_are_listed(client: FlaskClient) -> None:
    assert client.get("/api/conformance").get_json() == {"conformsTo": list(CONFORMANCE)}


def test_the_landing_page_speaks_both_languages(client: FlaskClient) -> None:
    assert "Thái Bình" in client.get("/api/").get_json()["title"]
    assert "Thai Binh" in client.get("/api/", headers={"Accept-Language": "en"}).get_json()["title"]


def test_a_browser_gets_a_page_and_a_program_json(client: FlaskClient) -> None:
    browser = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
    assert client.get("/api/", headers=browser).mimetype == "text/html"
    assert client.get("/api/", headers={"Accept": "*/*"}).mimetype == "application/json"
    assert client.get("/api/?f=json", headers=browser).mimetype == "application/json"


def test_a_link_begins_with_the_address_that_was_asked(client: FlaskClient) -> None:
    response = client.get("/api/", base_url="https://maps.example")
    assert response.get_json()["links"][0]["href"] == "https://maps.example/api/"


def test_a_link_begins_with_the_public_address_when_there_is_one(settings: Settings) -> None:
    public = settings.model_copy(update={"public_url": "https://maps.example/"})
    links = create_app(public).test_client().get("/api/").get_json()["links"]
    assert all(link["href"].startswith("https://maps.example/api/") for link in links)


def test_the_api_is_found_without_its_slash(client: FlaskClient) -> None:
    response = client.get("/api")
    assert response.status_code == 308
    assert response.headers["Location"] == "http://localhost/api/"


@pytest.mark.parametrize(
    "path", ["/", "/conformance", "/collections", "/tileMatrixSets", "/processes", "/studies"]
)
def test_every_list_may_be_asked_for_in_both_formats(client: FlaskClient, path: str) -> None:
    assert client.get(f"/api{path}?f=json").mimetype == "application/json"
    assert client.get(f"/api{path}?f=html").mimetype == "text/html"
