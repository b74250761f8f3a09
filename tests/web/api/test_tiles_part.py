"""Tiles of a part of a layer: the items that a filter leaves, the state of then."""

from typing import Any
from urllib.parse import quote, urlencode

import mapbox_vector_tile
import pytest
from flask.testing import FlaskClient

from gis_service.db.engine import transaction
from gis_service.web import live
from gis_service.web.limits import Allowance
from tests.web.problem import assert_problem
from tests.web.version_town import WIFI, Town

SET = "/api/collections/{}/tiles/WebMercatorQuad"
OFFICES = SET.format("one_stop_office")


def ids(client: FlaskClient, layer: str, **asked: Any) -> list[int]:  # noqa: ANN401  values of an address
    response = client.get(f"{SET.format(layer)}/0/0/0?{urlencode(asked)}")
    assert response.status_code in {200, 204}
    decoded = mapbox_vector_tile.decode(response.get_data()) if response.status_code == 200 else {}
    return [feature["id"] for feature in decoded.get(layer, {"features": []})["features"]]


def items(client: FlaskClient, layer: str, **asked: Any) -> list[int]:  # noqa: ANN401  values of an address
    document = client.get(f"/api/collections/{layer}/items?{urlencode(asked)}").get_json(force=True)
    return [feature["id"] for feature in document["features"]]


@pytest.mark.parametrize(
    "asked",
    [
        {"filter": "fid < 4 OR fid > 23"},
        {"filter": "fid IN (7, 3, 3)"},
        {"filter": "fid < 0"},
        {"filter": "S_INTERSECTS(geom, BBOX(106.2, 20.3, 106.24, 20.5))"},
        {"filter": '{"op": "<=", "args": [{"property": "fid"}, 2]}', "filter-lang": "cql2-json"},
        {"datetime": "1990-01-01T00:00:00Z"},
        {"datetime": "2990-01-01T00:00:00Z", "filter": "fid = 9"},
    ],
)
def test_a_tile_shows_the_items_that_are_asked_for(client: FlaskClient, asked: dict[str, str]) -> None:
    assert ids(client, "one_stop_office", **asked) == items(client, "one_stop_office", **asked)


def test_a_tile_of_then_shows_what_the_layer_held(town: Town, two: tuple[int, int]) -> None:
    then, now = (f"{WIFI}/tiles/WebMercatorQuad/0/0/0?version={number}" for number in two)
    features = mapbox_vector_tile.decode(town.get(then).get_data())["wifi"]["features"]
    assert [feature["properties"]["name"] for feature in features] == ["Chợ Đông", "Ga"]
    assert [feature["id"] for feature in features] == [1, 2]
    assert town.get(now).get_data() == town.get(f"{WIFI}/tiles/WebMercatorQuad/0/0/0").get_data()
    before = town.get(then).headers["ETag"]
    town.write("wifi", "DELETE FROM layer.wifi")
    assert town.get(then).headers["ETag"] == before


@pytest.mark.usefixtures("two")
def test_a_filtered_tile_is_fresh(town: Town) -> None:
    path = f"{WIFI}/tiles/WebMercatorQuad/0/0/0?filter={quote('fid > 0')}"
    first = town.get(path)
    assert first.status_code == 200
    town.write("wifi", "DELETE FROM layer.wifi")
    with transaction(town.engine) as connection:
        town.client.application.extensions["gis"].tiles.freshness.look(connection)
    assert town.get(path).status_code == 204


def test_filters_that_say_the_same_have_the_same_tile(client: FlaskClient) -> None:
    tiles = client.application.extensions["gis"].tiles
    ids(client, "one_stop_office", filter="fid IN (21, 22)")
    known = len(tiles.variants)
    for same in ("fid IN (22, 21, 22)", "fid IN (22, 21) AND TRUE", "NOT NOT (fid IN (21, 22))"):
        assert ids(client, "one_stop_office", filter=same) == [21, 22]
    assert len(tiles.variants) == known


def test_a_filter_is_never_taken_for_the_whole_layer(client: FlaskClient) -> None:
    assert ids(client, "one_stop_office", filter="fid = 5") == [5]
    assert len(ids(client, "one_stop_office")) == 25
    plain = client.get(f"{OFFICES}/0/0/0")
    assert len(mapbox_vector_tile.decode(plain.get_data())["one_stop_office"]["features"]) == 25


@pytest.mark.parametrize("ending", ["", "/0/0/0"])
@pytest.mark.parametrize(
    ("asked", "status", "code"),
    [
        ("filter=colour%3D1", 400, "filter_field_unknown"),
        ("filter=(", 400, "filter_unreadable"),
        ("filter=fid%3D1&filter-crs=EPSG:3857", 400, "filter_system_not_offered"),
        ("version=999999", 404, "version_unknown"),
        ("datetime=yesterday", 400, "parameters_invalid"),
    ],
)
def test_what_no_tile_can_show_is_refused(
    client: FlaskClient, ending: str, asked: str, status: int, code: str
) -> None:
    assert_problem(client.get(f"{OFFICES}{ending}?{asked}"), status, code)


def test_tilejson_has_the_bounds_of_what_is_asked_for(town: Town, two: tuple[int, int]) -> None:
    def told(**asked: str | int) -> dict[str, Any]:
        path = f"{WIFI}/tiles/WebMercatorQuad?{urlencode({'f': 'tilejson', **asked})}"
        document: dict[str, Any] = town.get(path).get_json()
        return document

    assert told(version=two[0])["bounds"] != told(version=two[1])["bounds"]
    west, south, east, north = told(version=two[0], filter="name = 'Ga'")["bounds"]
    assert (west, south) == (east, north)
    assert "bounds" not in told(filter="name = 'nowhere'")
    assert "bounds" not in told(datetime="1990-01-01T00:00:00Z")
    listed = town.get(f"{WIFI}/tiles/WebMercatorQuad?filter=fid%3C0").get_json()
    assert "tileMatrixSetLimits" not in listed


def test_tiles_of_filters_are_counted_when_they_are_made(client: FlaskClient) -> None:
    known = client.application.extensions
    path = f"{OFFICES}/0/0/0?filter={quote('fid IN (3, 4, 5)')}"
    assert client.get(path).status_code == 200
    allowance = known["filtered_tiles_allowance"]
    assert allowance.per_minute == 5 * known["gis"].settings.live_per_minute
    known["filtered_tiles_allowance"] = Allowance(1)
    try:
        # What is there already is free; of others there is one left.
        assert [client.get(path).status_code for _ in range(3)] == [200, 200, 200]
        assert client.get(path.replace("3%2C", "2%2C")).status_code == 200
        assert_problem(client.get(path.replace("3%2C", "1%2C")), 429, "too_many_requests")
        assert client.get(f"{OFFICES}/0/0/0?filter=TRUE").status_code == 200
    finally:
        known["filtered_tiles_allowance"] = allowance


@pytest.mark.parametrize(
    ("at_hand", "another"),
    [
        # A tile that no other test asks for, which would have it at hand.
        (f"{OFFICES}/3/3/6?properties=code", f"{OFFICES}/3/3/6?properties="),
        (
            "/api/tiles/one_stop_office,commune/WebMercatorQuad/3/3/6",
            "/api/tiles/one_stop_office,bus_stop/WebMercatorQuad/3/3/6",
        ),
    ],
)
def test_whatever_can_be_thought_of_is_counted_as_filters_are(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch, at_hand: str, another: str
) -> None:
    known = client.application.extensions
    monkeypatch.setitem(known, live.FILTERED, Allowance(1))
    assert [client.get(at_hand).status_code for _ in range(3)] == [200, 200, 200]
    assert_problem(client.get(another), 429, "too_many_requests")
    # What everybody asks for is not.
    assert client.get(f"{OFFICES}/3/3/6").status_code == 200
    monkeypatch.setitem(known, live.FILTERED, Allowance(1))
    assert client.get(another).status_code == 200


def test_tilejson_leads_to_tiles_of_the_same_part(client: FlaskClient) -> None:
    asked = urlencode({"filter": "fid <= 2"})
    document = client.get(f"{OFFICES}?f=tilejson&{asked}").get_json()
    address = document["tiles"][0].format(z=0, x=0, y=0).removeprefix("http://localhost")
    decoded = mapbox_vector_tile.decode(client.get(address).get_data())
    assert [feature["id"] for feature in decoded["one_stop_office"]["features"]] == [1, 2]
