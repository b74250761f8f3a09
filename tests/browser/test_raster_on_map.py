"""A layer of cells on the map in a real browser: switched on, drawn, with a legend of numbers."""

import json
from collections.abc import Callable, Iterator

import numpy as np
import pytest
from affine import Affine
from playwright.sync_api import Browser, Page, expect

from gis_service.catalogue.user_layer import body_of
from gis_service.files.readers import raster_process
from gis_service.services import user_layers
from gis_service.services.accounts import OPERATOR
from gis_service.services.context import open_context
from gis_service.services.raster_load import load_raster
from gis_service.services.transactions import writing
from gis_service.settings import Settings
from tests.browser.conftest import Service, served
from tests.browser.visit import wait_until
from tests.mbtiles_files import at, picture, shades, write_mbtiles
from tests.raster_files import answer_here, write_tif
from tests.tile_server import tile_server
from tests.web.made_layers import both, wells

pytestmark = pytest.mark.browser

SCREENS = [(1440, 900, "vi"), (390, 844, "en")]


@pytest.fixture(scope="module")
def with_raster(
    make_town_database: Callable[[str], str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Service]:
    """Give a service of the small province with depths of a flood in it."""
    url, folder = make_town_database("small_province"), tmp_path_factory.mktemp("var")
    told = wells(
        "flood_depth",
        title=both("Độ sâu ngập", "Depth of the flood"),
        geometry="Raster",
        key=None,
        fields=[],
        bands=[{"name": "depth", "unit": "m", "label": both("Độ sâu", "Depth")}],
    )
    about = {"title": both("Ảnh bay", "Flown photographs"), "source": both("Sở TNMT", "The department")}
    photos = wells("photos", geometry="Raster", key=None, fields=[], **about)
    down, across = np.mgrid[0:200, 0:200] / 200
    depths = np.where(down + across < 0.5, -1, 3 * down * across).astype(np.float32)
    with open_context(Settings(database_url=url, data_dir=folder)) as context:
        west, south, east, north = context.catalogue.city.bbox
        place = Affine((east - west) / 200, 0, west, 0, (south - north) / 200, north)
        file = write_tif(folder / "a.tif", depths[None], crs="EPSG:4326", transform=place, nodata=-1)
        with pytest.MonkeyPatch.context() as patch, writing(context) as connection:
            patch.setattr(raster_process, "_answer", answer_here)
            for one in (told, photos):
                user_layers.create(connection, context.catalogue, body_of(one), caller=OPERATOR)
        loads = {
            "flood_depth": file,
            "photos": write_mbtiles(folder / "a", {at(zoom=9): picture("PNG", shades())}),
        }
        with pytest.MonkeyPatch.context() as patch, writing(context) as connection:
            patch.setattr(raster_process, "_answer", answer_here)
            for layer, path in loads.items():
                load_raster(connection, context.catalogue, context.rasters, path, layer, author="lan")
    with tile_server() as server, pytest.MonkeyPatch.context() as patch:
        source = {
            "id": "ortho",
            "title": both("Ảnh hàng không", "Aerial photographs"),
            "url": server.url + "/good/{z}/{x}/{y}",
            "credit": "Sở NNMT",
            "private": True,
        }
        patch.setenv("GIS_IMAGERY", json.dumps([source]))
        with served(url, folder) as running:
            yield running


def settled(page: Page) -> None:
    wait_until(lambda: bool(page.evaluate("window.gisMap?.isIdle() ?? false")), "an idle map")


@pytest.mark.parametrize(("width", "height", "language"), SCREENS)
def test_a_raster_is_switched_on_and_its_colours_are_explained(
    with_raster: Service, browser: Browser, width: int, height: int, language: str
) -> None:
    context = browser.new_context(viewport={"width": width, "height": height}, device_scale_factor=0.25)
    page = context.new_page()
    asked: list[str] = []
    complaints: list[str] = []
    context.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    page.goto(f"{with_raster.url}/?lang={language}&view=layers")
    box = page.locator("input[name=flood_depth]")
    box.check(timeout=60_000)
    legend = page.locator(".raster-scale")
    expect(legend).to_contain_text("2,97 m" if language == "vi" else "2.97 m")
    settled(page)
    tiles = [url for url in asked if "/flood_depth/map/tiles/WebMercatorQuad/" in url and "f=" not in url]
    assert tiles
    assert [url for url in asked if not url.startswith(with_raster.url + "/")] == []
    assert page.evaluate("gisMap.paint('flood_depth:cells', 'raster-opacity')") == 0.85
    page.get_by_label("Ảnh hàng không" if language == "vi" else "Aerial photographs").check()
    expect(page.locator(".credits")).to_contain_text("Sở NNMT")
    settled(page)
    assert page.evaluate("gisMap.paint('units:commune:area', 'fill-opacity')") == 0
    wait_until(lambda: any("/imagery/ortho/tiles/" in url for url in asked), "pictures under the map")
    assert [url for url in asked if not url.startswith(with_raster.url + "/")] == []
    with page.expect_request(lambda request: "/photos/map/tiles/" in request.url):
        page.get_by_role("radio", name="Ảnh bay" if language == "vi" else "Flown photographs").check()
    expect(page.locator(".credits")).to_contain_text("Sở TNMT" if language == "vi" else "The department")
    assert complaints == []
    box.uncheck()
    expect(legend).to_have_count(0)
    context.close()
