"""Backgrounds of other tile servers over HTTP: named by the operator, fetched once, kept."""

import json
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from gis_service.app import create_app
from gis_service.errors import WrongUse
from gis_service.services import imagery as service
from gis_service.services.tile_grid import tile_of
from gis_service.settings import Settings, read_settings
from tests.tile_server import PNG, TileServer, tile_server
from tests.web.conftest import TILES
from tests.web.problem import assert_problem

SETTING = {
    "id": "ortho",
    "title": {"vi": "Ảnh hàng không", "en": "Aerial photographs"},
    "url": "https://maps.example.vn/{z}/{y}/{x}.jpg",
    "credit": "Sở NNMT",
}


@dataclass(frozen=True)
class Shown:
    client: FlaskClient
    server: TileServer

    def tile(self, zoom: int, shift: int = 0, name: str = "ortho") -> str:
        column, row = tile_of(106.35, 20.45, zoom)
        return f"/api/imagery/{name}/tiles/WebMercatorQuad/{zoom}/{row}/{column + shift}"


def write_mbtiles(path: Path, held: bytes) -> None:
    """Write one picture of zoom 12, its row counted from the south."""
    column, row = tile_of(106.35, 20.45, 12)
    with closing(sqlite3.connect(path)) as file, file:
        file.execute("CREATE TABLE tiles (zoom_level INT, tile_column INT, tile_row INT, tile_data BLOB)")
        file.execute("INSERT INTO tiles VALUES (12, ?, ?, ?)", (column, 2**12 - 1 - row, held))


@pytest.fixture(scope="module")
def shown(database_url: str, city: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shown]:
    with tile_server() as server:
        wmts = "service=WMTS&tilematrix={TileMatrix}&tilerow={TileRow}&tilecol={TileCol}"
        sources: list[dict[str, object]] = [
            SETTING | {"url": server.url + "/good/{z}/{x}/{y}", "private": True, "minzoom": 9, "maxzoom": 15},
            SETTING | {"id": "wmts", "url": f"{server.url}/wmts?{wmts}", "private": True},
            SETTING | {"id": "none", "url": server.url + "/none/{z}/{x}/{y}", "private": True},
            SETTING | {"id": "page", "url": server.url + "/page/{z}/{x}/{y}", "private": True},
        ]
        folder = tmp_path_factory.mktemp("files")
        for name, held in (("photos", PNG), ("vector", b"\x1f\x8b pbf")):
            write_mbtiles(folder / f"{name}.mbtiles", held)
            sources.append({**SETTING, "id": name, "url": None, "file": str(folder / f"{name}.mbtiles")})
        (folder / "text.mbtiles").write_text("no database")
        sources.append({**SETTING, "id": "text", "url": None, "file": str(folder / "text.mbtiles")})
        settings = Settings(
            data_dir=tmp_path_factory.mktemp("var"),
            database_url=database_url,
            layers_dir=city,
            tiles_dir=TILES,
            imagery=json.dumps(sources),
        )
        app = create_app(settings)
        yield Shown(app.test_client(), server)
        app.extensions["gis"].close()


def test_backgrounds_are_listed_with_title_and_credit(shown: Shown) -> None:
    items = shown.client.get("/api/imagery", headers={"Accept-Language": "en"}).get_json()["items"]
    first = items[0]
    assert (first["id"], first["title"], first["attribution"]) == ("ortho", "Aerial photographs", "Sở NNMT")
    assert (first["minzoom"], first["maxzoom"]) == (9, 15)
    assert first["tiles"] == ["http://localhost/api/imagery/ortho/tiles/WebMercatorQuad/{z}/{y}/{x}"]
    assert str(shown.server.port) not in json.dumps(items), "where it comes from is nobody's business"


def test_a_picture_is_fetched_once_and_kept(shown: Shown) -> None:
    address = shown.tile(12)
    before = len(shown.server.asked)
    first, second = shown.client.get(address), shown.client.get(address)
    assert [one.get_data() for one in (first, second)] == [PNG, PNG]
    assert first.content_type == "image/png"
    assert len(shown.server.asked) == before + 1
    zoom, row, column = address.split("/")[-3:]
    assert shown.server.asked[-1] == f"/good/{zoom}/{column}/{row}"
    again = shown.client.get(address, headers={"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 304


def test_wmts_has_its_own_names(shown: Shown) -> None:
    assert shown.client.get(shown.tile(12, name="wmts")).status_code == 200
    column, row = tile_of(106.35, 20.45, 12)
    assert shown.server.asked[-1].endswith(f"tilematrix=12&tilerow={row}&tilecol={column}")


def test_nothing_is_fetched_beyond_the_city_and_the_zooms(shown: Shown) -> None:
    before = len(shown.server.asked)
    for address in (shown.tile(8), shown.tile(16), shown.tile(12, 400)):
        response = shown.client.get(address)
        assert (response.status_code, response.get_data()) == (204, b"")
    assert len(shown.server.asked) == before


def test_where_the_other_server_has_nothing_there_is_nothing(shown: Shown) -> None:
    assert [shown.client.get(shown.tile(12, name="none")).status_code for _ in range(2)] == [204, 204]


@pytest.mark.parametrize("language", ["vi", "en"])
def test_what_is_no_picture_is_not_passed_on_and_its_server_rests(shown: Shown, language: str) -> None:
    problem = shown.client.get(shown.tile(12, name="page"), headers={"Accept-Language": language})
    told = assert_problem(problem, 502, "imagery_failed")
    assert "html" not in told["detail"]
    before = len(shown.server.asked)
    assert_problem(shown.client.get(shown.tile(13, name="page")), 502, "imagery_failed")
    assert len(shown.server.asked) == before


def test_a_picture_of_last_week_is_better_than_none(shown: Shown, monkeypatch: pytest.MonkeyPatch) -> None:
    address = shown.tile(14)
    assert shown.client.get(address).get_data() == PNG
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + service.KEPT_S)
    monkeypatch.setattr(shown.server, "is_down", True)
    assert shown.client.get(address).get_data() == PNG
    assert_problem(shown.client.get(shown.tile(15)), 502, "imagery_failed")


def test_pictures_come_out_of_a_file(shown: Shown) -> None:
    response = shown.client.get(shown.tile(12, name="photos"))
    assert (response.get_data(), response.content_type) == (PNG, "image/png")
    assert shown.client.get(shown.tile(12, 1, name="photos")).status_code == 204
    assert shown.client.get(shown.tile(13, name="photos")).status_code == 204


@pytest.mark.parametrize("name", ["vector", "text"])
def test_a_file_without_pictures_is_told_of(shown: Shown, name: str) -> None:
    assert_problem(shown.client.get(shown.tile(12, name=name)), 502, "imagery_failed")


def test_a_background_that_nobody_named_is_not_there(shown: Shown) -> None:
    assert_problem(shown.client.get(shown.tile(12, name="other")), 404, "imagery_unknown")


@pytest.mark.parametrize(
    "change",
    [
        {"url": "http://maps.example.vn/{z}/{y}/{x}"},
        {"url": "file:///etc/passwd?{z}{x}{y}"},
        {"url": "https://maps.example.vn/{z}/{y}"},
        {"url": "https://{x}.example.vn/{z}/{y}/{x}"},
        {"url": "https://user:word@maps.example.vn/{z}/{y}/{x}"},
        {"url": "https://maps.example.vn/{z}/{y}/{x}/{secret}"},
        {"file": "/srv/a.mbtiles"},
        {"id": "../up"},
        {"credit": ""},
        {"colour": "blue"},
    ],
)
def test_a_setting_that_is_wrong_stops_the_start(
    monkeypatch: pytest.MonkeyPatch, change: dict[str, str]
) -> None:
    monkeypatch.setenv("GIS_IMAGERY", json.dumps([SETTING]))
    held = read_settings().imagery
    assert held is not None
    assert held[0].title.vi == "Ảnh hàng không"
    monkeypatch.setenv("GIS_IMAGERY", json.dumps([SETTING | change]))
    with pytest.raises(WrongUse) as refused:
        read_settings()
    assert "GIS_IMAGERY" in refused.value.detail("vi")


def test_the_page_knows_the_backgrounds(shown: Shown) -> None:
    page = shown.client.get("/?lang=vi").get_data(as_text=True)
    assert "Ảnh hàng không" in page or "\\u1ea2nh" in page
    assert str(shown.server.port) not in page
