"""The map page as the server writes it, before any script runs."""

import html
import json
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from gis_service.catalogue.loader import Catalogue
from gis_service.db import layers as tables
from gis_service.db.engine import Connection
from gis_service.db.layers import LayerTable
from gis_service.errors import ErrorCode, Temporary
from gis_service.services import rights as rights_service
from gis_service.services.layers import LayerCounts
from gis_service.services.rights import Rights, rights_by_definition
from gis_service.web import current
from gis_service.web.pages import map as map_page
from gis_service.web.pages.map import city_facts, client_files, counts
from tests.web.pages.browser import sign_in


@pytest.fixture
def built(tmp_path: Path) -> Path:
    """Give a folder that looks like a built client."""
    manifest = {"src/main.tsx": {"file": "assets/main-1.js", "css": ["assets/main-2.css"], "isEntry": True}}
    (tmp_path / "manifest.json").write_text(json.dumps(manifest), "utf-8")
    return tmp_path


@pytest.fixture
def client(client: FlaskClient, built: Path) -> FlaskClient:
    client.application.static_folder = str(built)
    return client


def test_names_the_files_of_the_build(built: Path) -> None:
    assert client_files(built) == ("assets/main-1.js", ["assets/main-2.css"])


def test_says_that_the_client_is_not_built(tmp_path: Path) -> None:
    with pytest.raises(Temporary) as caught:
        client_files(tmp_path)
    assert caught.value.code == ErrorCode.CLIENT_NOT_BUILT
    assert caught.value.status == 503


@pytest.mark.parametrize(
    ("address", "accepted", "language"),
    [
        ("/", "", "vi"),
        ("/", "en-GB,en;q=0.9", "en"),
        ("/?lang=en", "vi", "en"),
        ("/?lang=vi", "en", "vi"),
        ("/?lang=tlh", "en", "en"),
    ],
)
def test_speaks_the_language_that_is_asked_for(
    client: FlaskClient, address: str, accepted: str, language: str
) -> None:
    response = client.get(address, headers={"Accept-Language": accepted})
    assert f'<html lang="{language}">' in response.text
    assert response.headers["Content-Language"] == language


def test_holds_no_script_and_no_style_of_its_own(client: FlaskClient) -> None:
    page = client.get("/").text
    assert re.findall(r"<script[^>]*>([^<]*)</script>", page) == [""]
    assert "<style" not in page
    assert " style=" not in page
    assert not re.search(r"\son\w+=", page)


def test_gives_the_facts_of_the_city_as_data(client: FlaskClient) -> None:
    found = re.search(r"data-city='([^']*)'", client.get("/").text)
    assert found is not None
    city = json.loads(html.unescape(found.group(1)))
    assert city["title"]["vi"] == "Thái Bình"
    assert city["counts"]["commune"] > 0
    assert city["counts"]["market"] == 0


def facts_of(page: str, name: str) -> Any:  # noqa: ANN401 any JSON document
    found = re.search(f"data-{name}='([^']*)'", page)
    return None if found is None else json.loads(html.unescape(found.group(1)))


@pytest.mark.parametrize(
    ("login", "sees_homes", "layer", "other"),
    [("lan", True, "residents", "pipe_draft"), ("minh", False, "pipe_internal", "residents")],
)
def test_knows_who_has_signed_in_and_speaks_of_what_they_may_read(
    client: FlaskClient, people: None, login: str, layer: str, other: str, *, sees_homes: bool
) -> None:
    del people
    anonymous = client.get("/").text
    assert facts_of(anonymous, "account") is None
    sign_in(client, login)
    response = client.get("/")
    account = facts_of(response.text, "account")
    # What the page sends by the session needs it.
    assert len(account.pop("formToken")) > 20
    assert account == {"name": f"Bà {login}", "seesHomes": sees_homes}
    fields, published = (facts_of(page, "city")["fields"] for page in (response.text, anonymous))
    assert (layer in fields, other in fields, layer in published) == (True, False, False)
    assert response.headers["Cache-Control"] == "private, no-store"


def test_takes_no_token_for_signing_in(
    client: FlaskClient, people: None, bearer: Callable[[str | None], dict[str, str]]
) -> None:
    del people
    for headers in (bearer("admin"), {"Authorization": "Bearer wrong"}):
        page = client.get("/", headers=headers)
        assert (page.status_code, facts_of(page.text, "account")) == (200, None)
        assert "residents" not in facts_of(page.text, "city")["fields"]


def test_speaks_only_of_public_layers(catalogue: Catalogue) -> None:
    facts = city_facts(rights_by_definition(catalogue))
    assert "residents" not in facts["fields"]
    assert "pipe_internal" not in facts["fields"]
    assert "commune" in facts["fields"]


@pytest.mark.parametrize("read", [True, False])
def test_speaks_of_no_layer_that_may_be_closed_while_the_database_is_away(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch, *, read: bool
) -> None:
    monkeypatch.delitem(client.application.extensions, "rights_of_nobody", raising=False)
    rights_of = rights_service.rights_of

    def closed(*asked: Any) -> Rights:  # noqa: ANN401 as it is
        return replace(rights_of(*asked), given={"market": "draft"})

    def away() -> None:
        raise Temporary(ErrorCode.DATABASE_UNAVAILABLE, url="PostGIS")

    if read:
        monkeypatch.setattr(map_page, "rights_of", closed)
        assert "market" not in facts_of(client.get("/").text, "city")["fields"]
    monkeypatch.setattr(current, "connection", away)
    facts = facts_of(client.get("/").text, "city")
    assert "market" not in facts["fields"]
    assert ("commune" in facts["fields"]) == bool(facts["services"]) == bool(facts["vintages"]) == read
    assert facts["counts"] == {}


def test_tells_the_words_of_fixed_lists_by_column(catalogue: Catalogue) -> None:
    words = {
        (layer, field["name"]): field["words"]
        for layer, found in city_facts(rights_by_definition(catalogue))["fields"].items()
        for field in found
    }
    assert words["commune", "unit_type"]["commune"] == {"vi": "xã", "en": "commune"}
    assert words["roads", "road_class"]["commune"] == {"vi": "đường xã", "en": "commune"}
    assert words["commune", "name"] == words["roads", "oneway"] == {}


def test_tells_of_each_standard_who_goes(catalogue: Catalogue) -> None:
    told = {one["id"]: one["direction"] for one in city_facts(rights_by_definition(catalogue))["standards"]}
    assert told
    assert told == {id_: catalogue.standards[id_].direction for id_ in told}


def test_keeps_the_order_of_the_sectors_and_names_former_units(catalogue: Catalogue) -> None:
    facts = city_facts(rights_by_definition(catalogue))
    assert [one["id"] for one in facts["categories"]] == list(catalogue.city.categories)
    assert facts["former"] == ["commune_2019", "commune_2024", "district_2024"]


def test_counts_public_layers_only_and_each_version_once(
    app: Flask, catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    counted: list[str] = []
    real = tables.count

    def counting(connection: Connection, table: LayerTable) -> int:
        counted.append(table.id)
        return real(connection, table)

    monkeypatch.setattr(tables, "count", counting)
    monkeypatch.setitem(app.extensions, "layer_counts", LayerCounts())
    with app.test_request_context("/"):
        first = counts(rights_by_definition(catalogue))
        again = counts(rights_by_definition(catalogue))
    assert first == again
    assert set(first) == {id_ for id_, layer in catalogue.layers.items() if layer.visibility == "public"}
    assert sorted(counted) == ["bus_stop", "commune", "commune_2019", "market", "one_stop_office"]
