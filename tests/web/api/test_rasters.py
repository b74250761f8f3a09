"""Raster layers over HTTP: described, taken as a file, gone back to; their rows are nowhere."""

import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
import rasterio
from flask.testing import FlaskClient

from gis_service.app import create_app
from gis_service.catalogue.user_layer import body_of
from gis_service.files.readers import raster_process
from gis_service.services import user_layers
from gis_service.services.accounts import OPERATOR, Role, make_token
from gis_service.services.raster_load import load_raster
from gis_service.services.transactions import writing
from gis_service.settings import Settings
from tests.raster_files import answer_here, cells_in, cells_of, write_tif
from tests.web.conftest import TILES
from tests.web.made_layers import both, wells
from tests.web.problem import assert_problem

PATH = "/api/collections/height"
BANDS = [{"name": "z", "unit": "m", "label": both("Độ cao", "Height")}]


@dataclass(frozen=True)
class Raster:
    """A service with one raster layer of two versions, the files they were made of, and a token."""

    client: FlaskClient
    first: int
    second: int
    files: tuple[Path, Path]
    token: dict[str, str]


@pytest.fixture(scope="module")
def height(
    make_database: Callable[[], str], city: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Raster]:
    folder = tmp_path_factory.mktemp("var")
    settings = Settings(data_dir=folder, database_url=make_database(), layers_dir=city, tiles_dir=TILES)
    app = create_app(settings)
    context = app.extensions["gis"]
    told = wells("height", geometry="Raster", key=None, fields=[], bands=BANDS)
    with writing(context) as connection:
        user_layers.create(connection, context.catalogue, body_of(told), caller=OPERATOR)
        token = make_token(connection, Role.GIS_STAFF, "staff")
    files = tuple(write_tif(folder / f"{seed}.tif", cells_of("int16", seed=seed)) for seed in (1, 2))
    versions = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(raster_process, "_answer", answer_here)
        for file in files:
            with writing(context) as connection:
                done = load_raster(
                    connection, context.catalogue, context.rasters, file, "height", author="lan"
                )
            versions.append(done.version)
        first, second = versions
        bearer = {"Authorization": f"Bearer {token}"}
        yield Raster(app.test_client(), first, second, (files[0], files[1]), bearer)
    context.close()


def test_a_raster_is_described_as_a_collection(height: Raster) -> None:
    told = height.client.get(PATH).get_json()
    assert (told["geometry"], told["version"]) == ("Raster", height.second)
    west, south, east, north = told["extent"]["spatial"]["bbox"][0]
    assert 106 < west < east < 107
    assert 20 < south < north < 21
    found = {one["rel"] for one in told["links"]}
    assert {"enclosure", "describedby"} <= found
    assert not {"items", "preview"} & found
    assert [one["id"] for one in height.client.get("/api/collections").get_json()["collections"]] == [
        "height"
    ]


@pytest.mark.parametrize(
    "path",
    ["items", "items/1", "tiles", "tiles/WebMercatorQuad/10/800/400", "thumbnail", "quality", "diff?from=1"],
)
def test_what_needs_rows_is_refused(height: Raster, path: str) -> None:
    problem = assert_problem(height.client.get(f"{PATH}/{path}"), 404, "layer_is_raster")
    assert "export?f=cog" in problem["remedy"]


def test_a_raster_has_pages_of_its_versions_and_of_its_file_and_none_of_its_rows(height: Raster) -> None:
    history = height.client.get("/layers/height/history?lang=en", headers=height.token)
    assert (history.status_code, "Version" in history.text) == (200, True)
    assert "/layers/height/quality" not in history.text
    page = height.client.get("/layers/height/download?lang=en").text
    assert 'name="f" value="cog" checked' in page
    assert "That of the raster" in page
    for path in ("quality", f"history/{height.first}.svg"):
        assert height.client.get(f"/layers/height/{path}").status_code == 404


def test_rows_are_not_written_to_a_raster(height: Raster) -> None:
    point = {"type": "Point", "coordinates": [106.35, 20.45]}
    body = {"type": "Feature", "geometry": point, "properties": {}}
    response = height.client.post(f"{PATH}/items", json=body, headers=height.token)
    assert_problem(response, 404, "layer_is_raster")


def test_a_raster_is_taken_as_it_is_kept(height: Raster, tmp_path: Path) -> None:
    response = height.client.get(f"{PATH}/export")
    assert response.content_type == "image/tiff"
    assert f'filename="height_v{height.second}.tif"' in response.headers["Content-Disposition"]
    assert response.headers["Layer-Version"] == str(height.second)
    (tmp_path / "a.tif").write_bytes(response.get_data())
    assert np.array_equal(cells_in(tmp_path / "a.tif"), cells_in(height.files[1]))
    tag = response.headers["ETag"]
    assert height.client.get(f"{PATH}/export?f=cog", headers={"If-None-Match": tag}).status_code == 304
    old = height.client.get(f"{PATH}/export?f=cog&version={height.first}").get_data()
    with rasterio.open(io.BytesIO(old)) as file:
        assert np.array_equal(file.read(), cells_in(height.files[0]))


def test_a_raster_is_taken_in_another_system(height: Raster) -> None:
    content = height.client.get(f"{PATH}/export?f=cog&crs=EPSG:4326").get_data()
    with rasterio.open(io.BytesIO(content)) as file:
        assert file.crs.to_epsg() == 4326
        assert 106 < file.bounds.left < 107


@pytest.mark.parametrize(
    ("query", "status", "code"),
    [
        ("f=gpkg", 400, "export_format_unfit"),
        ("crs=EPSG:2263", 400, "export_system_not_offered"),
        ("filter=fid=1", 404, "layer_is_raster"),
        ("bbox=106,20,107,21", 404, "layer_is_raster"),
        ("version=999999", 404, "version_unknown"),
    ],
)
def test_an_export_that_cannot_be_is_refused(height: Raster, query: str, status: int, code: str) -> None:
    assert_problem(height.client.get(f"{PATH}/export?{query}"), status, code)


def test_versions_are_listed_and_gone_back_to(height: Raster) -> None:
    items = height.client.get(f"{PATH}/versions").get_json()["items"]
    assert [(one["kept"], one["added"], one["changed"]) for one in items[:2]] == [(True, 0, 1), (True, 1, 0)]
    assert "items" not in {link["rel"] for link in items[0]["links"]}
    response = height.client.post(
        f"{PATH}/versions/{height.first}/restore", json={"message": "lại"}, headers=height.token
    )
    assert response.status_code == 201
    made = response.get_json()
    assert (made["message"], made["changed"]) == ("lại", 1)
    again = height.client.post(f"{PATH}/versions/{height.second}/restore", json={}, headers=height.token)
    assert again.status_code == 201
    undone = height.client.post(f"{PATH}/versions/{height.second}/undo", headers=height.token)
    assert_problem(undone, 404, "layer_is_raster")


def test_pages_and_metadata_tell_of_a_raster(height: Raster) -> None:
    page = height.client.get("/layers?lang=en").get_data(as_text=True)
    assert "height/export?f=cog" in page
    assert "Height (m)" in page
    assert "height/thumbnail" not in page
    iso = height.client.get(f"{PATH}/metadata?f=iso").get_data(as_text=True)
    assert 'codeListValue="grid"' in iso
    assert "graphicOverview" not in iso
    dcat = height.client.get("/api/catalogue?f=dcat").get_json(force=True)
    [dataset] = dcat["dcat:dataset"]
    assert [one["dcat:downloadURL"]["@id"].rpartition("/")[2] for one in dataset["dcat:distribution"]] == [
        "export?f=cog"
    ]
    assert "dct:conformsTo" not in dataset
    assert dataset["dct:spatial"]


def test_a_table_is_not_given_as_a_picture(height: Raster) -> None:
    context = height.client.application.extensions["gis"]
    with writing(context) as connection:
        user_layers.create(connection, context.catalogue, body_of(wells("wells")), caller=OPERATOR)
    assert_problem(height.client.get("/api/collections/wells/export?f=cog"), 400, "export_format_unfit")
