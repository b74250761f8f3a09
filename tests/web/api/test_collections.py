"""The layers as collections."""

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Connection, event

from gis_service.web import current


def _collection(client: FlaskClient, name: str) -> dict[str, object]:
    found: dict[str, object] = client.get(f"/api/collections/{name}").get_json()
    return found


def test_only_loaded_layers_are_listed(client: FlaskClient) -> None:
    listed = [entry["id"] for entry in client.get("/api/collections").get_json()["collections"]]
    assert listed == ["bus_stop", "commune", "commune_2019", "market", "one_stop_office"]


def test_a_collection_tells_where_its_items_lie(client: FlaskClient) -> None:
    extent = client.get("/api/collections/commune").get_json()["extent"]["spatial"]
    west, south, east, north = extent["bbox"][0]
    assert extent["crs"].endswith("CRS84")
    assert (west, south, east, north) == pytest.approx((106.3012346, 20.4, 106.6, 20.7), abs=1e-5)
    assert west <= 106.30123456789
    assert east >= 106.6


@pytest.mark.parametrize("name", ["market", "commune_2019"])
def test_what_lies_nowhere_has_no_extent(client: FlaskClient, name: str) -> None:
    assert "extent" not in _collection(client, name)


def test_a_collection_names_its_version_and_its_source(client: FlaskClient) -> None:
    collection = _collection(client, "one_stop_office")
    assert isinstance(collection["version"], int)
    assert collection["attribution"]
    assert collection["itemType"] == "feature"


def test_figures_without_geometry_have_no_tiles(client: FlaskClient) -> None:
    rels = {link["rel"] for link in client.get("/api/collections/commune_2019").get_json()["links"]}
    assert "items" in rels
    assert not any("tileset" in rel for rel in rels)


def test_titles_come_in_the_language_that_is_asked_for(client: FlaskClient) -> None:
    english = client.get("/api/collections/commune", headers={"Accept-Language": "en"}).get_json()
    assert english["title"] == "Communes of today"
    assert _collection(client, "commune")["title"] == "Xã, phường hiện nay"


@pytest.mark.parametrize(
    ("path", "most"),
    [
        ("/api/collections", 3),
        ("/api/collections/commune", 3),
        ("/api/collections/commune/items", 4),
        ("/api/collections/one_stop_office/items?limit=20&bbox=106,20,107,21", 4),
        ("/healthz", 0),
    ],
)
def test_the_number_of_statements_does_not_grow_with_the_answer(
    app: Flask, client: FlaskClient, path: str, most: int
) -> None:
    assert _statements(app, client, path) == most


def test_a_tile_takes_few_statements_and_fewer_when_it_is_known(app: Flask, client: FlaskClient) -> None:
    path = "/api/collections/commune/tiles/WebMercatorQuad/9/225/407"
    # Two of them ask how far the overview of the layer is.
    assert _statements(app, client, path) <= 10
    # Rights are asked for, and the log of changes when the last look at it is old.
    assert _statements(app, client, path) <= 6


def _statements(app: Flask, client: FlaskClient, path: str) -> int:
    statements: list[str] = []

    def note(_c: Connection, _k: object, statement: str, *_: object) -> None:
        if not statement.startswith("SET "):
            statements.append(statement)

    with app.app_context():
        engine = current.context().engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        assert client.get(path).status_code == 200
    finally:
        event.remove(engine, "before_cursor_execute", note)
    return len(statements)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("q=cho", ["market"]),
        ("q=XÃ PHƯỜNG HIỆN NAY", ["commune"]),
        ("q=xa phuong hien nya", ["commune"]),
        ("q=stop", ["one_stop_office", "bus_stop"]),
        ("q=vu tru", []),
        ("category=boundaries", ["commune", "commune_2019"]),
        ("category=none", []),
        ("bbox=106,20,107,21", ["commune", "one_stop_office"]),
        ("bbox=0,0,1,1", []),
        ("bbox=170,20,107,21&q=xa", ["commune", "one_stop_office"]),
        ("q=", ["bus_stop", "commune", "commune_2019", "market", "one_stop_office"]),
    ],
)
def test_layers_are_found_by_words_place_and_sector(
    client: FlaskClient, query: str, found: list[str]
) -> None:
    listed = client.get(f"/api/collections?{query}").get_json()["collections"]
    assert [entry["id"] for entry in listed] == found


@pytest.mark.parametrize("role", [None, "viewer", "gis_staff"])
def test_nobody_finds_what_they_may_not_read(
    client: FlaskClient, bearer: Callable[[str | None], dict[str, str]], role: str | None
) -> None:
    every = client.get("/api/collections?q=lop de thu", headers=bearer(role)).get_json()["collections"]
    seen = {None: [], "viewer": ["pipe_internal"], "gis_staff": ["pipe_draft", "pipe_internal"]}
    assert [entry["id"] for entry in every] == seen[role]


@pytest.mark.parametrize("query", ["bbox=1,2", "q=" + "a" * 201, "colour=red", "bbox=a,b,c,d"])
def test_a_question_that_makes_no_sense_is_refused(client: FlaskClient, query: str) -> None:
    assert client.get(f"/api/collections?{query}").status_code == 400


def test_a_collection_says_to_editors_alone_that_they_may_change_it(
    client: FlaskClient, bearer: Callable[[str | None], dict[str, str]]
) -> None:
    told = {
        role: client.get("/api/collections/market", headers=bearer(role)).get_json().get("may_edit")
        for role in (None, "viewer", "planner", "gis_staff", "admin")
    }
    assert told == {None: None, "viewer": None, "planner": None, "gis_staff": True, "admin": True}
