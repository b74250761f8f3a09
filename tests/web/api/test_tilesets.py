"""Tilesets: several layers in one tile, for those who may read all of them."""

from collections.abc import Callable
from dataclasses import replace

import mapbox_vector_tile
import pytest
from flask import Flask
from flask.testing import FlaskClient

from gis_service.services.tile_grid import tile_of
from gis_service.types import LayerId

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
