"""Layers as files over HTTP: formats, parts, systems, versions, rights, limits."""

import csv
import io
import itertools
import os
import time
import zipfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace
from typing import Any, BinaryIO
from urllib.parse import quote, unquote

import geopandas as gpd
import openpyxl
import pytest
import shapely
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from gis_service.app import create_app
from gis_service.files.writers import Note
from gis_service.services import export_files
from gis_service.services.export import ExportReport, export_layer
from gis_service.services.export_files import LayerFile
from gis_service.services.export_formats import FORMATS
from gis_service.settings import Settings
from tests.web.conftest import TILES
from tests.web.problem import assert_problem
from tests.web.version_town import WIFI, Town

Bearer = Callable[[str | None], dict[str, str]]
OFFICES = "/api/collections/one_stop_office/export"
COMMUNES = "/api/collections/commune/export"


def taken(client: FlaskClient, path: str) -> bytes:
    response = client.get(path)
    assert response.status_code == 200, response.get_data(as_text=True)
    content = response.get_data()
    assert response.content_length == len(content)
    response.close()
    return content


def lines(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))


def left_over(app: Flask) -> list[Path]:
    return list((app.extensions["gis"].settings.data_dir / "exports").rglob("*"))


@pytest.mark.parametrize("name", FORMATS)
def test_a_layer_is_given_in_every_format_as_a_file_to_keep(
    app: Flask, client: FlaskClient, tmp_path: Path, name: str
) -> None:
    response = client.get(f"{OFFICES}?f={name}")
    assert response.content_type.partition(";")[0] == FORMATS[name].media
    shown = response.headers["Content-Disposition"]
    # A CSV tells its version by its name alone.
    stem = "one_stop_office_generated"
    stem += f"_v{response.headers['Layer-Version']}" if name == "csv" else ""
    assert f'filename="{stem}{FORMATS[name].suffix}"' in shown
    assert f"Bộ phận một cửa ({stem})" in unquote(shown.partition("UTF-8''")[2])
    assert 'one_stop_office/metadata>; rel="describedby"' in response.headers["Link"]
    file = tmp_path / f"a{FORMATS[name].suffix}"
    file.write_bytes(response.get_data())
    response.close()
    assert left_over(app) == []
    if name == "xlsx":
        assert openpyxl.load_workbook(file, read_only=True).worksheets[0].max_row == 26
    elif name == "csv":
        assert len(lines(file.read_bytes())) == 25
    else:
        frame = gpd.read_parquet(file) if name == "parquet" else gpd.read_file(file)
        assert len(frame) == 25
        assert frame.crs == "EPSG:4326"


def test_a_part_is_taken_by_filter_and_by_box(client: FlaskClient) -> None:
    asked = quote("code IN ('o2', 'o3') OR name LIKE '%phòng 7'")
    assert [row["code"] for row in lines(taken(client, f"{OFFICES}?f=csv&filter={asked}"))] == [
        "o2",
        "o3",
        "o7",
    ]
    box = "106.295,20.3,106.325,20.5"
    rows = lines(taken(client, f"{OFFICES}?f=csv&bbox={box}"))
    assert [row["fid"] for row in rows] == ["10", "11", "12"]
    nothing = lines(taken(client, f"{OFFICES}?f=csv&filter=fid%20%3C%200"))
    assert nothing == []


def test_a_layer_in_vn_2000_lies_within_a_millimetre(client: FlaskClient, tmp_path: Path) -> None:
    address = quote("http://www.opengis.net/def/crs/EPSG/0/9209", safe="")
    here, there = (tmp_path / name for name in ("here.fgb", "there.zip"))
    here.write_bytes(taken(client, f"{COMMUNES}?f=fgb"))
    there.write_bytes(taken(client, f"{COMMUNES}?f=shp&crs={address}"))
    moved = gpd.read_file(there)
    assert moved.crs == "EPSG:9209"
    with zipfile.ZipFile(there) as archive:
        assert archive.read("commune.prj").startswith(b'PROJCS["VN-2000_TM-3_105-30"')
    # A Shapefile turns rings about, and a FlatGeobuf has its rows in the order of its index.
    pair = (one.sort_values("fid").geometry.to_numpy() for one in (gpd.read_file(here).to_crs(9209), moved))
    assert shapely.hausdorff_distance(*pair).max() < 0.001


def test_headings_are_in_the_language_of_the_reader(client: FlaskClient) -> None:
    said = {}
    for language in ("vi", "en"):
        response = client.get(f"{OFFICES}?f=xlsx", headers={"Accept-Language": language})
        sheet = openpyxl.load_workbook(io.BytesIO(response.get_data()), read_only=True).worksheets[0]
        said[language] = [cell.value for cell in next(iter(sheet.rows))][:3]
        assert response.headers["Content-Language"] == language
        response.close()
    assert said == {"vi": ["fid", "Mã", "Tên"], "en": ["fid", "Code", "Name"]}


def test_a_version_is_given_as_it_was(town: Town, two: tuple[int, int]) -> None:
    def names(query: str) -> list[str]:
        return [row["name"] for row in lines(taken(town.client, f"{WIFI}/export?f=csv{query}"))]

    assert names(f"&version={two[0]}") == ["Chợ Đông", "Ga"]
    assert names(f"&version={two[1]}") == names("") == ["Chợ mới", "Bến"]
    kept = town.get(f"{WIFI}/export?version={two[0]}")
    assert f"_v{two[0]}.gpkg" in kept.headers["Content-Disposition"]
    kept.close()
    assert_problem(town.get(f"{WIFI}/export?version=999999"), 404, "version_unknown")
    assert_problem(town.get(f"{WIFI}/export?datetime=1999-01-01T00:00:00Z"), 404, "version_unknown")


def test_who_holds_the_file_of_this_version_is_not_sent_it_again(town: Town, two: tuple[int, int]) -> None:
    def asked(query: str) -> tuple[int, str]:
        with town.get(f"{WIFI}/export?f={query}", **{"If-None-Match": tag}) as response:
            assert (response.status_code == 304) == (response.get_data() == b"")
            return response.status_code, response.headers["ETag"]

    tag = ""
    _, tag = asked("csv")
    assert asked("csv") == (304, tag)
    others = ["csv&crs=EPSG:9209", "csv&filter=fid%20%3D%201", f"csv&version={two[0]}", "xlsx"]
    assert {asked(other)[0] for other in others} == {200}
    town.write("wifi", "UPDATE layer.wifi SET name = 'Chợ'")
    assert asked("csv")[0] == 200


@pytest.mark.parametrize(
    ("query", "status", "code"),
    [
        ("f=kml", 400, "parameters_invalid"),
        ("crs=EPSG:27700", 400, "export_system_not_offered"),
        ("crs=%F0%9F%97%BA", 400, "export_system_not_offered"),
        ("filter=name%20%3D", 400, "filter_unreadable"),
        ("filter=beds%20%3D%201", 400, "filter_field_unknown"),
        ("filter=code%20%3D%201", 400, "filter_value_unfit"),
        ("filter=pg_sleep(9)%20%3D%201", 400, "filter_field_unknown"),
        ("filter=pg_sleep(9)", 400, "filter_operation_unknown"),
        ("limit=5", 400, "parameters_invalid"),
        ("version=1&datetime=2026-01-01T00:00:00Z", 400, "parameters_invalid"),
    ],
)
def test_what_cannot_be_given_is_said(
    app: Flask, client: FlaskClient, query: str, status: int, code: str
) -> None:
    assert_problem(client.get(f"{OFFICES}?{query}"), status, code)
    assert left_over(app) == []


@pytest.mark.parametrize(
    ("layer", "role", "status"),
    [
        ("residents", None, 401),
        ("residents", "gis_staff", 403),
        ("residents", "planner", 200),
        ("pipe_draft", "viewer", 403),
        ("pipe_internal", "viewer", 200),
    ],
)
def test_a_file_is_for_those_who_may_read_the_layer_and_kept_by_nobody_else(
    client: FlaskClient, bearer: Bearer, layer: str, role: str | None, status: int
) -> None:
    answer = client.get(f"/api/collections/{layer}/export?f=csv", headers=bearer(role))
    assert answer.status_code == status
    assert "public" not in answer.headers["Cache-Control"]
    answer.close()


def test_what_is_not_public_is_taken_on_record(client: FlaskClient, bearer: Bearer) -> None:
    def noted(action: str) -> list[str]:
        entries = client.get(f"/api/audit?action={action}&limit=1000", headers=bearer("admin")).get_json()
        return [entry["object"] for entry in entries["items"] if "f=fgb" in entry["after"]["query"]]

    for layer in ("residents", "pipe_internal", "commune"):
        client.get(f"/api/collections/{layer}/export?f=fgb", headers=bearer("admin")).close()
    assert noted("personal.read") == ["/api/collections/residents/export"]
    assert noted("layer.export") == ["pipe_internal"]


@pytest.fixture
def narrow(loaded: str, city: Path, tmp_path: Path) -> Iterator[Flask]:
    """Give a service whose files may be written one at a time."""
    made = create_app(
        Settings(data_dir=tmp_path, database_url=loaded, layers_dir=city, tiles_dir=TILES, exports_at_once=1)
    )
    yield made
    made.extensions["gis"].close()


def test_too_many_at_once_are_told_when_to_come_again(narrow: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    met: list[TestResponse] = []

    def slow(*arguments: Any, **options: Any) -> ExportReport:  # noqa: ANN401  as the real one
        # In a thread of its own, as requests are.
        with ThreadPoolExecutor(1) as another:
            met.append(another.submit(narrow.test_client().get, f"{OFFICES}?f=csv").result())
        return export_layer(*arguments, **options)

    monkeypatch.setattr(export_files, "export_layer", slow)
    first = narrow.test_client().get(f"{OFFICES}?f=csv")
    assert first.status_code == 200
    first.close()
    assert_problem(met[0], 503, "exports_busy")
    assert int(met[0].headers["Retry-After"]) > 0
    monkeypatch.setattr(export_files, "export_layer", export_layer)
    after = narrow.test_client().get(f"{OFFICES}?f=csv")
    assert after.status_code == 200
    after.close()


@pytest.mark.parametrize("name", ["fgb", "shp", "xlsx"])
@pytest.mark.parametrize("limit", ["size", "time"])
def test_a_file_that_grows_too_large_or_takes_too_long_is_given_up(
    app: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch, name: str, limit: str
) -> None:
    if limit == "size":
        monkeypatch.setattr(export_files, "_MIB", -1)
    else:
        clock = itertools.count(step=1000.0)
        monkeypatch.setattr(export_files, "time", SimpleNamespace(time=time.time, monotonic=clock.__next__))
    problem = assert_problem(client.get(f"{OFFICES}?f={name}"), 413, "export_too_large")
    assert "25" in problem["detail"]
    assert left_over(app) == []


def test_what_a_process_that_died_left_behind_is_swept_away(app: Flask, client: FlaskClient) -> None:
    folder = app.extensions["gis"].settings.data_dir / "exports" / "left"
    folder.mkdir(parents=True)
    (folder / "half.gpkg").write_text("half")
    os.utime(folder, (0, 0))
    assert taken(client, f"{OFFICES}?f=csv")
    assert left_over(app) == []


def test_a_reader_who_goes_away_leaves_nothing_behind(
    app: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = []

    def kept(content: BinaryIO, size: int, notes: list[Note]) -> LayerFile:
        held.append(content)
        return LayerFile(content, size, notes)

    monkeypatch.setattr(export_files, "LayerFile", kept)
    response = client.get(f"{OFFICES}?f=gpkg", buffered=False)
    assert left_over(app) == []
    assert not held[0].closed
    response.close()
    assert held[0].closed


def test_a_collection_and_the_page_of_layers_lead_to_the_files(client: FlaskClient) -> None:
    links = client.get("/api/collections/commune_2019").get_json()["links"]
    files = [link for link in links if link["rel"] == "enclosure"]
    assert [link["title"] for link in files] == ["GeoPackage", "GeoParquet", "CSV", "Excel (XLSX)"]
    for link in files:
        path = link["href"].removeprefix("http://localhost")
        assert taken(client, path)
        assert f'href="{link["href"]}"' in client.get("/layers").get_data(as_text=True)


def test_what_a_format_could_not_take_is_told_in_a_header(town: Town) -> None:
    town.write(
        "wifi",
        "INSERT INTO layer.wifi (geom, code, name) VALUES (ST_Point(106, 20, 4326), 'a', repeat('Đ', 300))",
        "INSERT INTO layer.wifi (geom, code, name) VALUES (ST_Point(106, 20, 4326), 'b', '=1+1')",
    )
    told = {}
    for name in ("gpkg", "shp", "csv"):
        response = town.get(f"{WIFI}/export?f={name}")
        told[name] = response.headers.get("Gis-Notices")
        response.close()
    assert told == {
        "gpkg": None,
        "shp": "export_names_cut=1, export_texts_cut=1",
        "csv": "export_formulas_marked=1",
    }
