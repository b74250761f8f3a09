"""Maps that are taken along: the served tiles byte for byte, only what the caller may read, nobody's home."""

import io
import json
import re
import zipfile
from collections.abc import Callable
from urllib.parse import quote

import mapbox_vector_tile
import pytest
from flask.testing import FlaskClient

from gis_service.files.vector_tiles import renamed
from gis_service.services.tile_grid import tiles_meeting
from gis_service.web.api import offline
from tests.pmtiles_reader import Archive

Bearer = Callable[[str | None], dict[str, str]]
OFFLINE = "/api/offline"
BOX = 106.25, 20.35, 106.45, 20.55
HERE = f"bbox={','.join(map(str, BOX))}"


class Package:
    """A package that came over HTTP."""

    def __init__(self, content: bytes) -> None:
        self._zip = zipfile.ZipFile(io.BytesIO(content))
        (self.folder,) = {name.partition("/")[0] for name in self._zip.namelist()}
        self.names = {name.partition("/")[2] for name in self._zip.namelist()}

    def read(self, name: str) -> bytes:
        return self._zip.read(f"{self.folder}/{name}")

    @property
    def archive(self) -> Archive:
        found = Archive(self.read("map.pmtiles"))
        found.check()
        return found


def take(client: FlaskClient, query: str, headers: dict[str, str] | None = None) -> Package:
    response = client.get(f"{OFFLINE}?{query}", headers=headers)
    assert response.status_code == 200, response.get_data(as_text=True)
    assert response.content_type == "application/zip"
    return Package(response.get_data())


def served(client: FlaskClient, path: str, zxy: tuple[int, int, int]) -> bytes:
    z, x, y = zxy
    address, _, part = path.partition("?")
    response = client.get(f"/api/{address}/WebMercatorQuad/{z}/{y}/{x}?{part}")
    assert response.status_code in {200, 204}
    return bytes(response.get_data())


def test_the_tiles_are_those_that_are_served(client: FlaskClient) -> None:
    archive = take(client, f"{HERE}&layers=commune&minzoom=5&maxzoom=10").archive
    found = archive.tiles()
    asked = [
        (z, x, y)
        for z in range(5, 11)
        for columns, rows in [tiles_meeting(BOX, z)]
        for x in columns
        for y in rows
    ]
    for zxy in asked:
        # Without the tileset below its own zooms; the layer by another name, since the tileset holds it too.
        below = served(client, "tiles/units", zxy) if zxy[0] >= 6 else b""
        own = served(client, "collections/commune/tiles?properties=*", zxy)
        assert found.get(zxy, b"") == below + renamed(own, {"commune": "commune:own"})
    assert set(found) <= set(asked)
    assert len(found) == 6
    assert archive.zooms == (5, 10)
    # As far as anything lies in it.
    assert archive.box == pytest.approx((106.25, 20.4, 106.45, 20.55), abs=1e-5)


def test_a_filter_and_a_time_are_kept(client: FlaskClient) -> None:
    filters = quote(json.dumps({"commune": "name = 'Kiến Xương'"}))
    package = take(client, f"layers=commune&tilesets=&maxzoom=9&filters={filters}")
    found = [mapbox_vector_tile.decode(tile) for tile in package.archive.tiles().values()]
    names = {one["properties"]["name"] for tile in found for one in tile["commune"]["features"]}
    assert names == {"Kiến Xương"}
    (layer,) = package.archive.metadata["layers"]
    assert layer["shown"] == "name = 'Kiến Xương'"
    before = take(client, "layers=commune&tilesets=&maxzoom=6&datetime=2001-01-01T00:00:00Z")
    assert before.archive.tiles() == {}
    assert before.archive.metadata["layers"][0]["shown"].startswith("2001-01-01")


def test_the_package_says_what_it_holds_and_asks_nobody_for_anything(client: FlaskClient) -> None:
    package = take(client, f"{HERE}&layers=market&maxzoom=7", {"Accept-Language": "en"})
    assert package.folder == "thai_binh_map_generated"
    fonts = {name for name in package.names if name.startswith("fonts/")}
    assert package.names - fonts == {"index.html", "map.js", "map.pmtiles", "style.json", "LICENCES.txt"}
    assert len(fonts) == 4
    metadata = package.archive.metadata
    assert metadata["generated_data"] is True
    told = {one["id"]: one for one in metadata["layers"]}
    assert set(told) == {"commune", "one_stop_office", "market"}
    assert told["commune"]["version"] >= 1
    assert told["market"]["licence"]
    assert {one["id"] for one in metadata["vector_layers"]} == set(told)
    style = json.loads(package.read("style.json"))
    assert style["sources"]["map"]["url"] == "pmtiles://map.pmtiles"
    assert "Hoàng Sa" in json.dumps(style["sources"]["places"], ensure_ascii=False)
    page = package.read("index.html").decode()
    # Every address in the page outside the program itself is one of the page's own.
    assert "default-src 'none'" in page
    assert not re.search(r'(?:src|href)="(?!map\.js")', page.partition('<script type="module">')[0])


def test_equal_maps_hold_equal_tiles(client: FlaskClient) -> None:
    one, other = (take(client, f"{HERE}&layers=commune&maxzoom=8") for _ in range(2))
    assert one.read("map.pmtiles") == other.read("map.pmtiles")
    assert one.read("style.json") == other.read("style.json")


@pytest.mark.parametrize(
    ("query", "role", "status", "code"),
    [
        ("layers=residents", None, 401, "token_missing"),
        ("layers=residents", "viewer", 403, "role_insufficient"),
        # Even for those who see homes: what is taken along cannot be taken back.
        ("layers=residents", "admin", 403, "offline_personal"),
        ("layers=pipe_draft", None, 401, "token_missing"),
        ("layers=pipe_draft", "viewer", 403, "role_insufficient"),
        ("layers=no_such", None, 404, "collection_not_found"),
        ("layers=commune_2019", None, 404, "layer_without_geometry"),
        ("tilesets=no_such", None, 404, "tileset_not_found"),
        ("tilesets=", None, 400, "offline_empty"),
        ("", None, 400, "offline_empty"),
        ("layers=commune&minzoom=9&maxzoom=8", None, 400, "offline_empty"),
        ("layers=commune&bbox=107,20,106,21", None, 400, "offline_empty"),
        (
            "layers=commune&filters={}".format(quote('{"market": "name = 1"}')),
            None,
            400,
            "offline_filter_astray",
        ),
        ("layers=commune&filters=nonsense", None, 400, "parameters_invalid"),
        ("layers=commune&maxzoom=15", None, 400, "parameters_invalid"),
        ("layers=commune&colour=red", None, 400, "parameters_invalid"),
    ],
)
def test_what_cannot_be_taken_along(
    client: FlaskClient, bearer: Bearer, query: str, role: str | None, status: int, code: str
) -> None:
    response = client.get(f"{OFFLINE}?{query}", headers=bearer(role))
    assert (response.status_code, response.get_json()["code"]) == (status, code)


def test_who_is_refused_for_its_size_is_told_what_would_fit(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(offline, "MOST_TILES", 100)
    asked = f"{OFFLINE}?layers=commune&{HERE}"
    told = client.get(asked, headers={"Accept-Language": "en"})
    assert (told.status_code, told.get_json()["code"]) == (413, "offline_too_large")
    (fits,) = re.findall(r"down to zoom (\d+)", told.get_json()["remedy"])
    assert 8 < int(fits) < 14
    assert client.get(f"{asked}&maxzoom={fits}").status_code == 200
    assert client.get(f"{asked}&maxzoom={int(fits) + 1}").status_code == 413


def test_internal_layers_go_to_those_who_may_read_them_and_the_audit_has_it(
    client: FlaskClient, bearer: Bearer
) -> None:
    package = take(client, f"{HERE}&layers=pipe_internal&tilesets=&maxzoom=6", bearer("viewer"))
    assert package.archive.tiles()
    events = client.get("/api/audit?limit=20", headers=bearer("admin")).get_json()["items"]
    assert any(
        one["action"] == "layer.export"
        and one["object"] == "pipe_internal"
        and "tilesets=" in json.dumps(one)
        for one in events
    )
