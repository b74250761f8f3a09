"""Maps that are taken along with the study that they show: as its reader may see it, and nothing more."""

import html
import json
import re
from pathlib import Path
from typing import Any
from urllib.parse import quote

import mapbox_vector_tile
import pytest
from click.testing import CliRunner
from flask import Flask
from flask.testing import FlaskClient

from gis_service.cli import main
from gis_service.files.vector_tiles import renamed
from gis_service.services import audit
from gis_service.services.audit import AuditFilter
from gis_service.services.tile_grid import tile_of
from gis_service.services.transactions import reading
from tests.live_town import degrees
from tests.web.api.live.test_study_tiles import SHORT, kept
from tests.web.api.test_offline import OFFLINE, Package, take
from tests.web.live_answers import ASKED, bearer, found
from tests.web.problem import assert_problem

ANSWER = quote(f"{ASKED}&limit={SHORT}")
KINDS = ("surface", "edges", "uncovered")
DEEP = "minzoom=12&maxzoom=12"


@pytest.fixture(scope="module")
def study(town_app: Flask, tokens: dict[str, str]) -> dict[str, Any]:
    """Give a kept study as it is."""
    return kept(town_app.test_client(), bearer(tokens, "planner"), limit=SHORT)


def facts(package: Package) -> dict[str, Any]:
    inside = re.search(
        r'<script id="facts"[^>]*>(.*?)</script>', package.read("index.html").decode(), re.DOTALL
    )
    assert inside is not None
    told: dict[str, Any] = json.loads(html.unescape(inside[1]))["study"]
    return told


def people(package: Package) -> list[dict[str, Any]]:
    tiles = [mapbox_vector_tile.decode(one) for one in package.archive.tiles().values()]
    return [
        one["properties"]
        for tile in tiles
        for one in tile.get("study:uncovered", {"features": []})["features"]
    ]


@pytest.mark.parametrize("role", [None, "viewer", "planner"])
def test_a_kept_study_is_taken_as_its_reader_sees_it(
    town: FlaskClient, tokens: dict[str, str], study: dict[str, Any], role: str | None
) -> None:
    headers = bearer(tokens, role) | {"Accept-Language": "en"}
    package = take(town, f"layers=&tilesets=&study={study['id']}&{DEEP}", headers)
    archive, shown = package.archive, json.loads(package.read("study.json"))
    x, y = tile_of(*degrees(2600), 12)
    served = b""
    for kind in KINDS:
        path = f"/api/studies/{study['id']}/tiles/{kind}/WebMercatorQuad/12/{y}/{x}"
        served += renamed(town.get(path, headers=headers).get_data(), {kind: f"study:{kind}"})
    assert archive.tiles()[12, x, y].endswith(served)
    document = found(town, f"/api/studies/{study['id']}", headers)
    assert {name: shown[name] for name in document if name != "links"} == {
        name: value for name, value in document.items() if name != "links"
    }
    told, exact = facts(package), role == "planner"
    assert any("small counts" in notice and "only" in notice for notice in told["notices"]) is exact
    assert any(one["small"] for one in people(package)) is not exact
    assert told["id"] == study["id"]
    assert told["answer"].endswith("Computed from generated data.")
    assert [len(row) for row in told["rows"]] == [len(told["columns"])] * len(study["zones"])
    assert package.folder.endswith("_generated")


def test_what_comes_along_is_drawn_credited_and_coloured(town: FlaskClient, study: dict[str, Any]) -> None:
    package = take(town, f"layers=&tilesets=&study={study['id']}&maxzoom=12")
    metadata, style = package.archive.metadata, json.loads(package.read("style.json"))
    entries = {one["id"]: one for one in metadata["layers"]}
    assert set(entries) == {"commune", *(f"study:{kind}" for kind in KINDS)}
    assert entries["study:uncovered"]["generated"] is True
    assert entries["study:uncovered"]["source"]
    assert entries["study:uncovered"]["licence"]
    zooms = {one["id"]: (one["minzoom"], one["maxzoom"]) for one in metadata["vector_layers"]}
    assert zooms["study:uncovered"] == (8, 12)
    layers = {one["id"]: one for one in style["layers"]}
    colours = layers["commune:area"]["paint"]["fill-color"]
    assert colours[:2] == ["match", ["to-string", ["get", "code"]]]
    assert set(colours[2:-1:2]) == {zone["id"] for zone in study["zones"]}
    assert layers["study:surface"]["layout"] == {"visibility": "none"}
    ids = [one["id"] for one in style["layers"]]
    assert ids.index("commune:area") < ids.index("study:surface") < ids.index("study:uncovered")
    assert package.archive.metadata["generated_data"] is True


def test_an_answer_that_is_not_kept_is_taken_like_a_study(
    town: FlaskClient, town_app: Flask, tokens: dict[str, str], study: dict[str, Any]
) -> None:
    headers = {"Accept-Language": "en"}
    of_answer = take(town, f"layers=one_stop_office&tilesets=&answer={ANSWER}&{DEEP}", headers)
    of_study = take(town, f"layers=one_stop_office&tilesets=&study={study['id']}&{DEEP}", headers)
    assert of_answer.archive.tiles() == of_study.archive.tiles()
    assert facts(of_answer)["rows"] == facts(of_study)["rows"]
    assert "study.json" in of_answer.names

    def noted() -> int:
        with reading(town_app.extensions["gis"]) as connection:
            return len(audit.list_(connection, AuditFilter(action="personal.read"), limit=100).items)

    before = noted()
    take(town, f"tilesets=&answer={ANSWER}&{DEEP}")
    assert noted() == before
    take(town, f"tilesets=&answer={ANSWER}&{DEEP}", bearer(tokens, "planner"))
    assert noted() == before + 1


def test_by_command_it_is_the_study_as_everybody_sees_it(
    town: FlaskClient, study: dict[str, Any], town_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIS_DATABASE_URL", town_url)
    monkeypatch.setenv("GIS_DATA_DIR", str(tmp_path))
    out = tmp_path / "map.zip"
    asked = ["--tilesets", "", "--study", study["id"], "--minzoom", "12", "--maxzoom", "12"]
    done = CliRunner().invoke(main, ["tiles", "offline", "--out", str(out), *asked])
    assert done.exit_code == 0, done.output
    package = Package(out.read_bytes())
    public = found(town, f"/api/studies/{study['id']}")
    assert json.loads(package.read("study.json"))["zones"] == public["zones"]
    assert any(one["small"] for one in people(package))


@pytest.mark.parametrize(
    ("query", "status", "code"),
    [
        ("study=no_such", 404, "study_not_found"),
        (f"study=a&answer={ANSWER}", 400, "parameters_invalid"),
        ("answer=colour%3Dred", 400, "parameters_invalid"),
        ("answer=standard%3D%2500", 400, "parameters_invalid"),
        ("answer=limit%3D120%26limit%3D600", 400, "parameters_invalid"),
        (f"answer={quote(ASKED + '&limit=121')}", 422, "limit_off_step"),
    ],
)
def test_what_is_no_study_is_refused(town: FlaskClient, query: str, status: int, code: str) -> None:
    assert_problem(town.get(f"{OFFLINE}?tilesets=&layers=commune&{query}&{DEEP}"), status, code)
