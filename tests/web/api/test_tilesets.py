"""Tilesets: several layers in one tile, for those who may read all of them."""

import gzip
from collections.abc import Callable
from dataclasses import replace

import mapbox_vector_tile
import pytest
from flask import Flask
from flask.testing import FlaskClient

from gis_service.services.tile_grid import tile_of
from gis_service.types import LayerId
from tests.web.problem import assert_problem

UNITS = "/api/tiles/units/WebMercatorQuad"
Bearer = Callable[[str | None], dict[str, str]]


def _address(longitude: float, latitude: float, z: int) -> str:
    x, y = tile_of(longitude, latitude, z)
    return f"{UNITS}/{z}/{y}/{x}"


def test_a_tile_holds_all_layers_of_the_tileset(client: FlaskClient) -> None:
    response = client.get(_address(106.35, 20.4, 9))
    assert response.status_code == 200
    assert response.content_type == "application/vnd.mapbox-vector-tile"
    decoded = mapbox_vector_tile.decode(response.get_data())
    assert set(decoded) == {"commune", "one_stop_office"}
    assert 'Đông Hưng "Bắc"' in {one["properties"]["name"] for one in decoded["commune"]["features"]}


def test_a_tile_in_which_nothing_lies_is_no_content(client: FlaskClient) -> None:
    response = client.get(f"{UNITS}/9/0/0")
    assert (response.status_code, response.get_data()) == (204, b"")
    assert "Content-Type" not in response.headers


def test_a_tile_that_has_not_changed_is_not_sent_again(client: FlaskClient) -> None:
    first = client.get(_address(106.35, 20.4, 9))
    again = client.get(_address(106.35, 20.4, 9), headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.get_data()) == (304, b"")


def test_the_list_leads_to_the_tileset_and_its_tiles(client: FlaskClient) -> None:
    (entry,) = client.get("/api/tiles").get_json()["tilesets"]
    links = {link["rel"]: link["href"].removeprefix("http://localhost") for link in entry["links"]}
    assert links["self"] == UNITS
    assert client.get(links["self"]).get_json()["links"] == entry["links"]
    x, y = tile_of(106.35, 20.4, 9)
    tile = links["item"].format(tileMatrix=9, tileRow=y, tileCol=x)
    assert client.get(tile).status_code == 200


def test_tilejson_tells_layers_fields_zooms_and_bounds(client: FlaskClient) -> None:
    document = client.get(f"{UNITS}?f=tilejson").get_json()
    assert (document["minzoom"], document["maxzoom"]) == (6, 16)
    assert [layer["id"] for layer in document["vector_layers"]] == ["commune", "one_stop_office"]
    assert document["vector_layers"][0]["fields"]["pop_2019"] == "Number"
    assert document["bounds"] == pytest.approx([106.21, 20.4, 106.6, 20.7], abs=1e-5)
    assert document["tiles"] == [f"http://localhost{UNITS}/{{z}}/{{y}}/{{x}}"]


def test_limits_are_told_for_the_zooms_of_the_tileset(client: FlaskClient) -> None:
    limits = client.get(UNITS).get_json()["tileMatrixSetLimits"]
    assert [entry["tileMatrix"] for entry in limits] == [str(z) for z in range(6, 17)]


def test_the_style_draws_from_the_tiles_it_names(client: FlaskClient) -> None:
    style = client.get(f"{UNITS}?f=style").get_json()
    assert style["version"] == 8
    source = style["sources"]["units"]["url"].removeprefix("http://localhost")
    assert client.get(source).get_json()["tilejson"] == "3.0.0"
    assert {layer["source"] for layer in style["layers"]} == {"units"}


@pytest.fixture
def with_pipes(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Add layers to the tileset that not everybody may read, or that nobody has loaded."""
    context = app.extensions["gis"]
    units = context.catalogue.tilesets["units"]
    fields = units.fields | {"pipe_internal": ("name",), "hospital": ("name",)}
    more = {
        name: replace(units, id=name, layers=(*units.layers, LayerId(layer)), fields=fields)
        for name, layer in (("pipes", "pipe_internal"), ("health", "hospital"))
    }
    catalogue = replace(context.catalogue, tilesets=context.catalogue.tilesets | more)
    monkeypatch.setitem(app.extensions, "gis", replace(context, definitions=catalogue))


@pytest.mark.usefixtures("with_pipes")
@pytest.mark.parametrize("path", ["", "?f=tilejson", "?f=style", "/9/0/0"])
def test_a_tileset_is_open_to_those_who_may_read_all_its_layers(
    client: FlaskClient, bearer: Bearer, path: str
) -> None:
    address = f"/api/tiles/pipes/WebMercatorQuad{path}"
    assert client.get(address).status_code == 401
    assert client.get(address, headers=bearer("viewer")).status_code in {200, 204}


@pytest.mark.usefixtures("with_pipes")
def test_the_list_holds_what_the_caller_may_read_and_what_is_loaded(
    client: FlaskClient, bearer: Bearer
) -> None:
    def told(role: str | None) -> list[str]:
        entries = client.get("/api/tiles", headers=bearer(role)).get_json()["tilesets"]
        return [entry["links"][0]["href"].split("/")[-2] for entry in entries]

    assert told(None) == ["units"]
    assert set(told("viewer")) == {"pipes", "units"}
    assert client.get("/api/tiles/health/WebMercatorQuad").status_code == 404


def test_a_composite_holds_the_layers_of_all_its_parts(client: FlaskClient) -> None:
    x, y = tile_of(106.35, 20.4, 9)
    address = f"{{}}/9/{y}/{x}"
    both = client.get(address.format("/api/tiles/one_stop_office,commune/WebMercatorQuad"))
    alone = client.get(address.format("/api/collections/one_stop_office/tiles/WebMercatorQuad"))
    decoded = mapbox_vector_tile.decode(both.get_data())
    assert decoded["one_stop_office"] == mapbox_vector_tile.decode(alone.get_data())["one_stop_office"]
    other = client.get(address.format("/api/tiles/commune,one_stop_office/WebMercatorQuad"))
    assert other.headers["ETag"] == both.headers["ETag"]
    again = client.get(other.request.path, headers={"If-None-Match": both.headers["ETag"]})
    assert (again.status_code, again.get_data()) == (304, b"")
    packed = client.get(other.request.path, headers={"Accept-Encoding": "gzip"})
    assert gzip.decompress(packed.get_data()) == both.get_data()


def test_a_layer_is_a_tileset_without_a_definition(client: FlaskClient) -> None:
    alone = client.get("/api/collections/one_stop_office/tiles/WebMercatorQuad/0/0/0")
    same = client.get("/api/tiles/one_stop_office/WebMercatorQuad/0/0/0")
    assert (same.get_data(), same.headers["ETag"]) == (alone.get_data(), alone.headers["ETag"])
    document = client.get("/api/tiles/one_stop_office/WebMercatorQuad?f=tilejson").get_json()
    fields = client.get("/api/collections/one_stop_office/tiles/WebMercatorQuad?f=tilejson").get_json()
    assert document["vector_layers"] == fields["vector_layers"]


def test_a_composite_is_told_with_merged_bounds_zooms_and_fields(client: FlaskClient) -> None:
    address = "/api/tiles/units,market/WebMercatorQuad"
    document = client.get(f"{address}?f=tilejson").get_json()
    assert [layer["id"] for layer in document["vector_layers"]] == ["commune", "one_stop_office", "market"]
    assert (document["minzoom"], document["maxzoom"]) == (0, 24)
    alone = client.get(f"{UNITS}?f=tilejson").get_json()
    least, most = document["bounds"][:2], document["bounds"][2:]
    assert all(one <= other for one, other in zip(least, alone["bounds"][:2], strict=True))
    assert all(one >= other for one, other in zip(most, alone["bounds"][2:], strict=True))
    assert document["tiles"] == [f"http://localhost{address}/{{z}}/{{y}}/{{x}}"]
    rules = document["thinning"]
    assert (rules["header"], rules["budget_bytes"]) == ("X-Tile-Thinned", 500_000)
    may = {layer: one["may_be_thinned"] for layer, one in rules["layers"].items()}
    assert may == {"commune": False, "one_stop_office": False, "market": False}
    style = client.get(f"{address}?f=style").get_json()
    assert {layer["source"] for layer in style["layers"]} == set(style["sources"]) == {"units,market"}
    listed = client.get(address).get_json()
    assert [layer["id"] for layer in listed["layers"]] == [one["id"] for one in document["vector_layers"]]


def test_a_part_is_left_out_where_it_has_no_tiles(client: FlaskClient) -> None:
    low = mapbox_vector_tile.decode(client.get("/api/tiles/units,bus_stop/WebMercatorQuad/0/0/0").get_data())
    assert "commune" not in low
    assert client.get("/api/tiles/units/WebMercatorQuad/0/0/0").status_code == 404


@pytest.mark.parametrize("ending", ["", "?f=tilejson", "/9/0/0"])
@pytest.mark.parametrize(
    ("names", "status", "code"),
    [
        ("units,commune", 400, "tile_parts_overlap"),
        ("market,market", 400, "tile_parts_overlap"),
        (",".join(["market"] * 9), 400, "tile_parts_too_many"),
        ("units,nothing", 404, "tileset_not_found"),
        ("units,", 404, "tileset_not_found"),
        ("units,commune_2019", 404, "layer_without_geometry"),
        ("units,hospital", 404, "collection_not_found"),
        ("market,pipe_internal", 401, "token_missing"),
        ("residents,market", 401, "token_missing"),
    ],
)
def test_what_cannot_be_put_together_is_refused(
    client: FlaskClient, names: str, status: int, code: str, ending: str
) -> None:
    assert_problem(client.get(f"/api/tiles/{names}/WebMercatorQuad{ending}"), status, code)


def test_a_composite_is_open_to_those_who_may_read_all_of_it(client: FlaskClient, bearer: Bearer) -> None:
    address = "/api/tiles/market,pipe_internal/WebMercatorQuad/0/0/0"
    assert client.get(address, headers=bearer("viewer")).status_code in {200, 204}
    # What one reader was given is not given to the next.
    assert client.get(address).status_code == 401


def test_composites_have_a_share_of_the_memory_of_their_own(client: FlaskClient) -> None:
    tiles = client.application.extensions["gis"].tiles
    known = len(tiles.variants)
    client.get("/api/tiles/one_stop_office,market/WebMercatorQuad/0/0/0")
    client.get("/api/tiles/market,one_stop_office/WebMercatorQuad/0/0/0")
    assert len(tiles.variants) == known + 1
