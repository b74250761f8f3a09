"""Rasters on the map over HTTP: pictures, values at a place, figures of zones; who may see them."""

import csv
import io
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely
from branca.colormap import linear
from numpy.typing import NDArray
from sqlalchemy import text

from gis_service.app import create_app
from gis_service.catalogue.user_layer import body_of
from gis_service.services import user_layers
from gis_service.services.accounts import OPERATOR, Role, make_token
from gis_service.services.transactions import writing
from gis_service.settings import Settings
from gis_service.web import live
from gis_service.web.limits import Allowance
from tests.web.conftest import TILES
from tests.web.drawn_town import BANDS, COLUMN, HEIGHTS, ROW, TILE, ZOOM, Town, lonlat, seen
from tests.web.gate_town import until_it_is_old
from tests.web.made_layers import wells
from tests.web.problem import assert_problem

LAYERS = {"height": "public", "inner": "internal", "homes_grid": "personal"}
ZONES = {"west": (0.0, 0.5), "east": (0.5, 1.0)}


@pytest.fixture(scope="module")
def town(
    make_database: Callable[[], str], city: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Town]:
    folder = tmp_path_factory.mktemp("var")
    settings = Settings(data_dir=folder, database_url=make_database(), layers_dir=city, tiles_dir=TILES)
    app = create_app(settings)
    context = app.extensions["gis"]
    told = [
        wells(name, geometry="Raster", key=None, fields=[], bands=BANDS, visibility=visibility)
        for name, visibility in LAYERS.items()
    ]
    told.append(wells("zones", geometry="Polygon", key="code", fields=wells()["fields"]))
    with writing(context) as connection:
        for one in told:
            user_layers.create(connection, context.catalogue, body_of(one), caller=OPERATOR)
        for code, share in ZONES.items():
            box = shapely.box(*lonlat(share[0], 0.25), *lonlat(share[1], 0.75))
            values = {"code": code, "shape": box.wkt}
            connection.execute(
                text("INSERT INTO layer.zones (code, geom) VALUES (:code, ST_GeomFromText(:shape, 4326))"),
                values,
            )
        roles = ("viewer", "gis_staff", "planner")
        tokens = {
            role: {"Authorization": f"Bearer {make_token(connection, Role(role), role)}"} for role in roles
        }
    made = Town(app, app.test_client(), tokens, folder)
    for layer in LAYERS:
        made.load(layer)
    yield made
    context.close()


def expected(values: NDArray[Any], low: float, high: float) -> NDArray[np.float64]:
    """Colour values by the ramp as another library gives it, (3, rows, columns)."""
    scale = getattr(linear, "viridis").scale(0.0, 1.0)  # noqa: B009  made when it is asked for
    shares = np.clip((values - low) / (high - low), 0, 1)
    table = np.array([scale.rgb_bytes_tuple(step / 1000) for step in range(1001)])
    found: NDArray[np.float64] = table[np.rint(shares * 1000).astype(int)].astype(np.float64)
    return found.transpose(2, 0, 1)


def path(layer: str = "height", rest: str = f"map/tiles/WebMercatorQuad/{TILE}") -> str:
    return f"/api/collections/{layer}/{rest}"


def test_pictures_in_colours_of_ones_own_are_counted_when_they_are_drawn(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(town.client.application.extensions, live.FILTERED, Allowance(1))
    drawn = f"{path()}?rescale=0,123"
    assert [town.client.get(drawn).status_code for _ in range(3)] == [200, 200, 200]
    assert_problem(town.client.get(f"{path()}?rescale=0,124"), 429, "too_many_requests")
    outside = path(rest="map/tiles/WebMercatorQuad/12/0/0")
    assert town.client.get(f"{outside}?rescale=0,125").status_code == 204
    assert town.client.get(path()).status_code == 200


def test_each_cell_has_the_colour_of_its_value(town: Town) -> None:
    found = town.picture("?rescale=0,999&colormap=viridis")
    assert not found[3, :10].any()
    assert (found[3, 10:] == 255).all()
    wanted = expected(HEIGHTS, 0, 999)[:, 10:]
    assert np.abs(found[:3, 10:] - wanted).max() <= 2


def test_by_default_the_ends_are_those_of_the_values(town: Town) -> None:
    assert np.array_equal(town.picture(), town.picture("?rescale=0,999&colormap=viridis&bidx=1"))
    turned = town.picture("?colormap=viridis_r")
    assert np.abs(turned[:3, 10:] - expected(999 - HEIGHTS, 0, 999)[:, 10:]).max() <= 2


def test_values_beyond_the_ends_have_the_colours_of_the_ends(town: Town) -> None:
    found = town.picture("?rescale=400,600&bidx=z")
    low, high = HEIGHTS[10:] <= 400, HEIGHTS[10:] >= 600
    assert {tuple(one) for one in found[:3, 10:][:, low].T.tolist()} == {(68, 1, 84)}
    assert {tuple(one) for one in found[:3, 10:][:, high].T.tolist()} == {(253, 231, 37)}


def test_a_formula_is_computed_cell_by_cell(town: Town) -> None:
    found = town.picture("?expression=(b1-b2)/(b1%2Bb2)&rescale=-1,1")
    wanted = expected((HEIGHTS - 500) / (HEIGHTS + 500), -1, 1)
    assert np.abs(found[:3, 10:] - wanted[:, 10:]).max() <= 2
    assert not found[3, :10].any()


def test_one_band_may_be_shown_as_three_colours(town: Town) -> None:
    found = town.picture("?bidx=1,1,1&rescale=0,999")
    assert np.array_equal(found[0], found[1])
    wanted = np.rint(HEIGHTS[10:] / 999 * 255)
    assert np.abs(found[2, 10:].astype(float) - wanted).max() <= 1
    ends = town.picture("?bidx=1,2,1&rescale=0,999,0,1000,0,500")
    assert np.abs(ends[1, 10:].astype(float) - 127.5).max() <= 1


def test_another_value_for_no_data_is_left_out(town: Town) -> None:
    assert town.client.get(f"{path()}?bidx=2&nodata=500").status_code == 200
    shown = town.picture("?bidx=2&nodata=500&rescale=0,1")
    assert not shown[3, 10:].any()
    assert shown[3, :10].all()


def test_the_picture_comes_in_the_format_that_is_asked_for(town: Town) -> None:
    plain = town.client.get(path())
    webp = town.client.get(f"{path()}?f=webp")
    accepted = town.client.get(path(), headers={"Accept": "image/webp"})
    assert [one.content_type for one in (plain, webp, accepted)] == ["image/png", "image/webp", "image/webp"]
    assert "Accept" in plain.headers["Vary"]
    both_ways = [seen(one.get_data()) for one in (plain, webp)]
    there = both_ways[0][3] > 0
    assert np.array_equal(both_ways[0][:, there], both_ways[1][:, there])
    assert np.array_equal(both_ways[0][3], both_ways[1][3])


def test_a_tile_is_asked_about_and_not_sent_twice(town: Town) -> None:
    first = town.client.get(path())
    again = town.client.get(path(), headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.get_data()) == (304, b"")
    assert first.headers["Cache-Control"] == "no-cache"
    other = town.client.get(f"{path()}?rescale=0,10")
    assert other.headers["ETag"] != first.headers["ETag"]


@pytest.mark.parametrize("tile", ["14/0/0", f"{ZOOM}/{ROW}/{COLUMN + 1}", f"{ZOOM}/{ROW + 1}/{COLUMN}"])
def test_there_is_nothing_outside_the_raster(town: Town, tile: str) -> None:
    response = town.client.get(path(rest=f"map/tiles/WebMercatorQuad/{tile}"))
    assert (response.status_code, response.get_data()) == (204, b"")


def test_a_tile_in_which_no_cell_has_data_is_empty(town: Town) -> None:
    # The first of 32 rows of tiles of a deeper zoom lies in the rows without data.
    tile = f"{ZOOM + 5}/{ROW * 32}/{COLUMN * 32}"
    assert town.client.get(path(rest=f"map/tiles/WebMercatorQuad/{tile}")).status_code == 204


def test_the_whole_raster_is_seen_from_afar(town: Town) -> None:
    found = town.picture("?rescale=0,999", tile=f"{ZOOM - 6}/{ROW >> 6}/{COLUMN >> 6}")
    assert 9 <= int((found[3] > 0).sum()) <= 36


def test_tilejson_tells_where_the_pictures_lie_and_what_colours_mean(town: Town) -> None:
    told = town.client.get(f"{path(rest='map/tiles/WebMercatorQuad')}?f=tilejson&colormap=magma").get_json()
    assert told["tiles"][0].endswith("/{z}/{y}/{x}?colormap=magma")
    west, south, east, north = told["bounds"]
    assert (west, north) == pytest.approx(lonlat(0, 0), abs=1e-6)
    assert (east, south) == pytest.approx(lonlat(1, 1), abs=1e-6)
    assert (told["minzoom"], told["maxzoom"]) == (0, ZOOM)
    legend = told["legend"]
    assert (legend["unit"], legend["classes"]) == ("m", False)
    assert [one["value"] for one in legend["steps"]] == pytest.approx([0, 249.75, 499.5, 749.25, 999])
    assert legend["steps"][0]["colour"] == "#000004"


def test_the_tile_set_is_described_as_ogc_does(town: Town) -> None:
    sets = town.client.get(path(rest="map/tiles")).get_json()
    assert sets["tilesets"][0]["dataType"] == "map"
    told = town.client.get(path(rest="map/tiles/WebMercatorQuad")).get_json()
    limits = {one["tileMatrix"]: one for one in told["tileMatrixSetLimits"]}
    assert (limits[str(ZOOM)]["minTileRow"], limits[str(ZOOM)]["minTileCol"]) == (ROW, COLUMN)
    assert told["tileMatrixSetURI"].endswith("/WebMercatorQuad")
    links = town.client.get("/api/collections/height").get_json()["links"]
    assert any(one["rel"].endswith("/tilesets-map") for one in links)


BAD = [
    ("rescale=5", 400, "parameters_invalid"),
    ("rescale=9,1", 400, "parameters_invalid"),
    ("rescale=0,nan", 400, "parameters_invalid"),
    ("rescale=0,1,0,1", 400, "parameters_invalid"),
    ("rescale=0,1,0,1,0,1", 400, "raster_look_unfit"),
    ("colormap=nope", 400, "parameters_invalid"),
    ("colormap=../../etc/passwd", 400, "parameters_invalid"),
    ("nodata=inf", 400, "parameters_invalid"),
    ("bidx=3", 400, "raster_band_unknown"),
    ("bidx=1,2", 400, "parameters_invalid"),
    ("bidx=1,2,1&colormap=magma", 400, "raster_look_unfit"),
    ("expression=b1", 400, "raster_look_unfit"),
    ("expression=b1&bidx=1&rescale=0,1", 400, "raster_look_unfit"),
    ("expression=b3&rescale=0,1", 400, "raster_band_unknown"),
    ("expression=b1+b2&rescale=0,1", 400, "raster_expression_unfit"),
    ("expression=__import__('os').getpid()&rescale=0,1", 400, "raster_expression_unfit"),
    ("f=jpeg", 400, "parameters_invalid"),
    ("size=4096", 400, "parameters_invalid"),
    ("version=999999", 404, "version_unknown"),
]


@pytest.mark.parametrize(("query", "status", "code"), BAD)
@pytest.mark.parametrize("language", ["vi", "en"])
def test_what_cannot_be_drawn_is_refused(
    town: Town, query: str, status: int, code: str, language: str
) -> None:
    response = town.client.get(f"{path()}?{query}", headers={"Accept-Language": language})
    assert_problem(response, status, code)


@pytest.mark.parametrize(
    ("layer", "rest", "status", "code"),
    [
        ("height", "map/tiles/WorldCRS84Quad/1/1/1", 404, "tile_matrix_set_not_found"),
        ("height", "map/tiles/WebMercatorQuad/1/2/0", 404, "tile_outside_matrix"),
        ("zones", f"map/tiles/WebMercatorQuad/{TILE}", 404, "layer_without_cells"),
        ("zones", "map/tiles", 404, "layer_without_cells"),
        ("zones", "position?coords=POINT(106 20)", 404, "layer_without_cells"),
        ("zones", "statistics?zones=zones", 404, "layer_without_cells"),
        ("height", "position", 400, "parameters_invalid"),
        ("height", "position?coords=LINESTRING(1 1,2 2)", 400, "parameters_invalid"),
        ("height", "position?coords=POINT(200 20)", 400, "parameters_invalid"),
        ("height", "statistics", 400, "parameters_invalid"),
        ("height", "statistics?zones=none", 404, "collection_not_found"),
        ("height", "statistics?zones=height", 404, "layer_is_raster"),
        ("height", "statistics?zones=zones&bidx=4", 400, "raster_band_unknown"),
    ],
)
def test_addresses_that_lead_nowhere_are_refused(
    town: Town, layer: str, rest: str, status: int, code: str
) -> None:
    assert_problem(town.client.get(path(layer, rest)), status, code)


RESTS = (
    f"map/tiles/WebMercatorQuad/{TILE}",
    "map/tiles/WebMercatorQuad?f=tilejson",
    "map/tiles",
    "position?coords=POINT(106.4 20.5)",
    "statistics?zones=zones",
)
READERS: dict[str, set[str | None]] = {
    "height": {None, "viewer", "gis_staff", "planner"},
    "inner": {"viewer", "gis_staff", "planner"},
    "homes_grid": {"planner"},
}


@pytest.mark.parametrize("rest", RESTS)
@pytest.mark.parametrize("layer", READERS)
def test_a_raster_is_seen_by_those_who_may_read_it(town: Town, layer: str, rest: str) -> None:
    # Whoever may goes first: what is kept of the tile is given to nobody else.
    for role in ("planner", "gis_staff", "viewer", None):
        headers = {} if role is None else town.tokens[role]
        status = town.client.get(path(layer, rest), headers=headers).status_code
        wanted = 200 if role in READERS[layer] else 401 if role is None else 403
        assert status == wanted, (role, rest)


def test_who_reads_a_personal_raster_is_noted_and_the_picture_kept_by_nobody_between(town: Town) -> None:
    context = town.app.extensions["gis"]
    count = text("SELECT count(*) FROM gis.audit WHERE object LIKE '%homes_grid/map/tiles%'")
    with writing(context) as connection:
        before = connection.execute(count).scalar_one()
    response = town.client.get(path("homes_grid"), headers=town.tokens["planner"])
    assert response.headers["Cache-Control"].startswith("private")
    with writing(context) as connection:
        assert connection.execute(count).scalar_one() == before + 1


def test_a_new_version_is_seen_within_a_second_and_the_old_one_by_its_number(town: Town) -> None:
    asked = "?rescale=0,2000"
    before, old = town.picture(asked, "height"), town.client.get(path()).headers["Layer-Version"]
    new = town.load("height", shift=1000.0)
    try:
        after = town.picture(asked)
        assert not np.array_equal(before, after)
        assert np.abs(after[:3, 10:] - expected(HEIGHTS + 1000, 0, 2000)[:, 10:]).max() <= 2
        # What nobody asks a question of comes from the gate, which may believe half a second long.
        until_it_is_old()
        assert town.client.get(path()).headers["Layer-Version"] == str(new)
        assert np.array_equal(town.picture(f"{asked}&version={old}"), before)
    finally:
        town.load("height")
    # The same cells again: the tiles that were made of them are good, whatever the number of the version.
    assert np.array_equal(town.picture(asked), before)


def position(town: Town, place: tuple[float, float]) -> list[float | None]:
    response = town.client.get(path(rest=f"position?coords=POINT({place[0]} {place[1]})"))
    assert response.content_type == "application/geo+json"
    told = response.get_json(force=True)
    assert told["geometry"]["coordinates"] == pytest.approx(place)
    bands = told["properties"]["bands"]
    assert [(one["name"], one["unit"]) for one in bands] == [("z", "m"), ("depth", "m")]
    return [one["value"] for one in bands]


@pytest.mark.parametrize(("row", "column"), [(10, 0), (100, 30), (255, 255)])
def test_a_place_has_the_values_of_its_cell(town: Town, row: int, column: int) -> None:
    place = lonlat((column + 0.5) / 256, (row + 0.5) / 256)
    assert position(town, place) == [HEIGHTS[row, column], 500.0]


def test_a_place_without_data_has_no_values(town: Town) -> None:
    assert position(town, lonlat(0.5, 4.5 / 256)) == [None, None]
    assert position(town, (100.0, 10.0)) == [None, None]


def test_figures_of_zones_are_those_of_their_cells(town: Town) -> None:
    told = town.client.get(path(rest="statistics?zones=zones&bidx=z")).get_json()
    assert (told["band"], told["name"], told["unit"]) == (1, "z", "m")
    by_id = {one["id"]: one for one in told["items"]}
    assert list(by_id) == ["west", "east"]
    for code, (left, right) in ZONES.items():
        held = HEIGHTS[64:192, int(left * 256) : int(right * 256)].astype(np.float64).ravel()
        found = by_id[code]
        assert found["count"] == pytest.approx(held.size, abs=1e-4)
        assert found["sum"] == pytest.approx(held.sum(), rel=1e-6)
        assert found["mean"] == pytest.approx(held.mean(), rel=1e-6)
        assert found["p50"] == pytest.approx(np.quantile(held, 0.5, method="inverted_cdf"), abs=1)
        assert found["p90"] == pytest.approx(np.quantile(held, 0.9, method="inverted_cdf"), abs=1)
        # A sliver of the next cell counts as a part of it.
        assert found["min"] <= held.min()
        assert found["max"] >= held.max()


def test_figures_of_zones_come_as_a_table(town: Town) -> None:
    response = town.client.get(path(rest="statistics?zones=zones&f=csv"))
    assert response.content_type == "text/csv; charset=utf-8"
    rows = list(csv.DictReader(io.StringIO(response.get_data(as_text=True).lstrip("\ufeff"))))
    plain = town.client.get(path(rest="statistics?zones=zones")).get_json()["items"]
    assert [(one["id"], float(one["sum"])) for one in rows] == [(one["id"], one["sum"]) for one in plain]


def test_only_zones_that_meet_the_box_are_told_of(town: Town) -> None:
    box = ",".join(repr(side) for side in (*lonlat(0.1, 0.7), *lonlat(0.2, 0.3)))
    told = town.client.get(path(rest=f"statistics?zones=zones&bbox={box}")).get_json()
    assert [one["id"] for one in told["items"]] == ["west"]
