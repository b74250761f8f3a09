"""Vector tiles, and the documents that say where they lie."""

import re
from collections.abc import Callable
from typing import Any

import mapbox_vector_tile
import pytest
from flask.testing import FlaskClient

from gis_service.db import tiles
from gis_service.services.tile_grid import tile_box, tile_of
from gis_service.web.schemas.tiles import WEB_MERCATOR_QUAD
from tests.web.problem import assert_problem

SET = "/api/collections/{}/tiles/WebMercatorQuad"


def _tile(client: FlaskClient, layer: str, z: int, x: int, y: int) -> dict[str, Any]:
    response = client.get(f"{SET.format(layer)}/{z}/{y}/{x}")
    assert response.status_code == 200
    assert response.content_type == "application/vnd.mapbox-vector-tile"
    decoded: dict[str, Any] = mapbox_vector_tile.decode(response.get_data())
    return decoded


def test_a_tile_holds_the_features_that_lie_in_it(client: FlaskClient) -> None:
    x, y = tile_of(106.35, 20.45, 12)
    layer = _tile(client, "commune", 12, x, y)["commune"]
    assert layer["extent"] == 4096
    assert [feature["id"] for feature in layer["features"]] == [1]
    assert layer["features"][0]["properties"]["name"] == 'Đông Hưng "Bắc"'


def test_a_point_lies_at_its_place_in_the_tile(client: FlaskClient) -> None:
    x, y = tile_of(106.21, 20.4, 14)
    west, south, east, north = tile_box(14, x, y)
    feature = _tile(client, "one_stop_office", 14, x, y)["one_stop_office"]["features"][0]
    across, up = feature["geometry"]["coordinates"]
    assert across == pytest.approx((106.21 - west) / (east - west) * 4096, abs=1)
    assert up == pytest.approx((20.4 - south) / (north - south) * 4096, abs=1)


def test_the_whole_world_holds_everything(client: FlaskClient) -> None:
    features = _tile(client, "one_stop_office", 0, 0, 0)["one_stop_office"]["features"]
    assert [feature["id"] for feature in features] == list(range(1, 26))


def test_every_feature_is_in_the_tiles_of_any_zoom(client: FlaskClient) -> None:
    for z in (5, 9, 13):
        ids = set()
        for x, y in {tile_of(106.2 + i * 0.01, 20.4, z) for i in range(1, 26)}:
            decoded = _tile(client, "one_stop_office", z, x, y)
            ids |= {feature["id"] for feature in decoded["one_stop_office"]["features"]}
        assert ids == set(range(1, 26))


@pytest.mark.parametrize("path", ["/10/0/0", "/1/0/0", "/24/0/0"])
def test_a_tile_in_which_nothing_lies_is_no_content(client: FlaskClient, path: str) -> None:
    response = client.get(SET.format("commune") + path)
    assert (response.status_code, response.get_data()) == (204, b"")
    assert "Content-Type" not in response.headers


def test_a_layer_without_rows_has_empty_tiles_and_no_bounds(client: FlaskClient) -> None:
    assert client.get(SET.format("market") + "/0/0/0").status_code == 204
    assert "bounds" not in client.get(SET.format("market") + "?f=tilejson").get_json()


def test_a_tile_that_has_not_changed_is_not_sent_again(client: FlaskClient) -> None:
    path = SET.format("commune") + "/0/0/0"
    first = client.get(path)
    again = client.get(path, headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.get_data()) == (304, b"")


def test_tilejson_tells_the_real_bounds_and_a_template_that_works(client: FlaskClient) -> None:
    document = client.get(SET.format("commune") + "?f=tilejson").get_json()
    assert document["tilejson"] == "3.0.0"
    assert document["bounds"] == pytest.approx([106.3012346, 20.4, 106.6, 20.7], abs=1e-5)
    layer = document["vector_layers"][0]
    assert layer["id"] == "commune"
    # Units are told apart by their key, and named.
    assert layer["fields"] == {"code": "String", "name": "String", "unit_type": "String"}
    template = document["tiles"][0].removeprefix("http://localhost")
    path = template.replace("{z}", "0").replace("{x}", "0").replace("{y}", "0")
    assert client.get(path).status_code == 200


def test_a_tile_set_names_its_grid_its_layer_and_its_limits(client: FlaskClient) -> None:
    document = client.get(SET.format("commune")).get_json()
    assert document["tileMatrixSetURI"] == WEB_MERCATOR_QUAD
    assert document["dataType"] == "vector"
    assert document["layers"][0]["id"] == "commune"
    limits = {entry["tileMatrix"]: entry for entry in document["tileMatrixSetLimits"]}
    assert len(limits) == 25
    west, north = tile_of(106.3012346, 20.7, 12)
    east, south = tile_of(106.6, 20.4, 12)
    assert limits["12"] == {
        "tileMatrix": "12",
        "minTileRow": north,
        "maxTileRow": south,
        "minTileCol": west,
        "maxTileCol": east,
    }
    item = next(link for link in document["links"] if link["rel"] == "item")
    assert item["templated"] is True
    assert "/{tileMatrix}/{tileRow}/{tileCol}" in item["href"]


def test_the_list_of_tile_sets_leads_to_each(client: FlaskClient) -> None:
    listed = client.get("/api/collections/commune/tiles").get_json()["tilesets"]
    own = next(link["href"] for link in listed[0]["links"] if link["rel"] == "self")
    assert client.get(own.removeprefix("http://localhost")).status_code == 200


def test_the_grid_halves_from_zoom_to_zoom(client: FlaskClient) -> None:
    matrices = client.get("/api/tileMatrixSets/WebMercatorQuad").get_json()["tileMatrices"]
    assert [matrix["id"] for matrix in matrices] == [str(zoom) for zoom in range(25)]
    assert matrices[0]["scaleDenominator"] == pytest.approx(559082264.028717)
    for finer, coarser in zip(matrices[1:], matrices, strict=False):
        assert finer["cellSize"] * 2 == pytest.approx(coarser["cellSize"])
        assert finer["matrixWidth"] == coarser["matrixWidth"] * 2


def test_a_thinned_tile_says_so_and_the_tilejson_says_how(
    client: FlaskClient, bearer: Callable[[str | None], dict[str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    homes, offices = SET.format("residents"), SET.format("one_stop_office")
    whole = client.get(homes + "/4/7/12", headers=bearer("analyst"))
    assert "X-Tile-Thinned" not in whole.headers
    monkeypatch.setattr(tiles, "BUDGET", len(whole.data) - 5)
    thinned = client.get(homes + "/3/3/6", headers=bearer("analyst"))
    assert re.fullmatch("shown=[12], of=3", thinned.headers["X-Tile-Thinned"])
    assert client.get(homes + "/3/3/6", headers=bearer("analyst")).headers["X-Tile-Thinned"], "kept with it"
    rules = client.get(homes + "?f=tilejson", headers=bearer("analyst")).get_json()["thinning"]
    assert (rules["may_be_thinned"], rules["kept_first"]) == (True, ["people"])
    assert (rules["header"], rules["budget_bytes"]) == ("X-Tile-Thinned", len(whole.data) - 5)
    # Studies read these: none is left out, and what they take is said.
    offered = client.get(offices + "/3/3/6")
    assert offered.headers["X-Tile-Thinned"] == f"bytes={len(offered.data)}"
    rules = client.get(offices + "?f=tilejson").get_json()["thinning"]
    assert (rules["may_be_thinned"], rules["kept_first"]) == (False, [])


@pytest.mark.parametrize(
    ("asked", "carried"),
    [
        ("", {"name", "role", "open_from", "open_to"}),
        ("?properties=*", None),
        ("?properties=code,open_from", {"code", "open_from"}),
        ("?properties=", set()),
    ],
)
def test_tiles_carry_the_fields_that_are_asked_for_or_those_of_the_style(
    client: FlaskClient, asked: str, carried: set[str] | None
) -> None:
    offices = SET.format("one_stop_office")
    first = client.get("/api/collections/one_stop_office/items?limit=1&f=json").get_json(force=True)
    every = first["features"][0]["properties"]
    wanted = set(every) if carried is None else carried
    document = client.get(f"{offices}?f=tilejson{asked.replace('?', '&')}").get_json()
    assert set(document["vector_layers"][0]["fields"]) == wanted
    template = document["tiles"][0].removeprefix("http://localhost")
    for z in (0, 14):
        x, y = tile_of(106.21, 20.4, z)
        decoded = mapbox_vector_tile.decode(client.get(template.format(z=z, x=x, y=y)).get_data())
        found = next(one for one in decoded["one_stop_office"]["features"] if one["id"] == 1)
        told = {name for name in wanted if every[name] is not None}
        assert found["properties"] == {name: every[name] for name in told}


@pytest.mark.parametrize("ending", ["", "/0/0/0"])
def test_a_field_that_the_layer_does_not_have_is_refused(client: FlaskClient, ending: str) -> None:
    answer = client.get(f"{SET.format('commune')}{ending}?properties=nam")
    assert_problem(answer, 400, "tile_property_unknown")


def test_what_is_important_need_not_be_an_attribute(
    client: FlaskClient, bearer: Callable[[str | None], dict[str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    homes = SET.format("residents")
    whole = client.get(homes + "/0/0/0?properties=people", headers=bearer("analyst"))
    people = {
        one["id"]: one["properties"]["people"]
        for one in mapbox_vector_tile.decode(whole.get_data())["residents"]["features"]
    }
    bare = client.get(homes + "/1/0/1?properties=", headers=bearer("analyst"))
    monkeypatch.setattr(tiles, "BUDGET", len(bare.data) - 5)
    thinned = client.get(homes + "/2/1/3?properties=", headers=bearer("analyst"))
    left = mapbox_vector_tile.decode(thinned.get_data())["residents"]["features"]
    assert "X-Tile-Thinned" in thinned.headers
    assert all(one["properties"] == {} for one in left)
    assert min(people[one["id"]] for one in left) >= max(
        one for id_, one in people.items() if id_ not in {feature["id"] for feature in left}
    )
