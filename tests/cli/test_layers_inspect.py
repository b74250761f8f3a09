"""Looking at a file from the terminal, and choosing repairs there."""

import json
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely
from click.testing import CliRunner, Result
from shapely.geometry import Point

from gis_service.cli import main
from gis_service.settings import Settings


@pytest.fixture(scope="module")
def own_url(make_database: Callable[[], str]) -> str:
    """Give a database of this module: the commands commit."""
    return make_database()


@pytest.fixture(autouse=True)
def _surroundings(settings: Settings, monkeypatch: pytest.MonkeyPatch, own_url: str) -> None:
    monkeypatch.setenv("GIS_DATABASE_URL", own_url)
    monkeypatch.setenv("GIS_DATA_DIR", str(settings.data_dir))
    monkeypatch.setenv("LANG", "C.UTF-8")
    monkeypatch.delenv("LC_ALL", raising=False)


@pytest.fixture
def wifi(tmp_path: Path) -> Path:
    """Write a file with one place whose axes are exchanged, and one without a place."""
    places = [Point(106.3, 20.4), Point(20.4, 106.3), None]
    made = gpd.GeoDataFrame(
        {"ma": ["a", "b", "c"], "name": ["một", "\x1b[2Jhai", "ba"]},
        geometry=np.array(places),
        crs="EPSG:4326",
    )
    made.to_file(tmp_path / "a.gpkg")
    return tmp_path / "a.gpkg"


def run(*arguments: object) -> Result:
    return CliRunner().invoke(main, ["layers", *map(str, arguments)])


def test_the_report_names_faults_places_and_remedies(wifi: Path) -> None:
    result = run("inspect", wifi, "--layer", "wifi", "--columns", "ma=code")
    assert result.exit_code == 0, result.output
    lines = result.stdout.splitlines()
    assert lines[0] == "a.gpkg, layer a: 3 features, 3 would be loaded"
    assert any(line.startswith("✗ Axes swapped: 1 features") and line.endswith("[axes]") for line in lines)
    assert "    2: x 20.4, y 106.3  @ 106.300000, 20.400000" in lines
    assert any("ma" in line and "⟶ code (chosen)" in line for line in lines)
    assert "một, �[2Jhai, ba" in result.stdout, "no value steers the terminal"


def test_the_report_is_in_the_language_of_the_terminal(wifi: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LANG", "vi_VN.UTF-8")
    assert "✗ Đảo trục toạ độ" in run("inspect", wifi).stdout


def test_the_json_has_the_whole_report_and_a_sample(wifi: Path) -> None:
    told = json.loads(run("inspect", wifi, "--json").stdout)
    assert {entry["code"] for entry in told["errors"]} == {"axes_swapped", "geometry_missing"}
    assert (told["definition"]["id"], len(told["sample"]["features"])) == ("a", 3)


def test_a_file_is_loaded_with_the_repairs_that_were_chosen(wifi: Path) -> None:
    refused = run("load", wifi, "--layer", "wifi", "--columns", "ma=code")
    assert refused.exit_code == 3
    result = run(
        "load", "--layer", "wifi", "--columns", "ma=code", "--repair", "axes", "--repair", "empty", wifi
    )
    assert result.exit_code == 0, result.output
    assert "x and y of 1 features were exchanged." in result.stdout
    assert "layer wifi: 2 features" in result.stdout


def test_a_repair_without_a_name_is_that_of_geometries(tmp_path: Path) -> None:
    bow = shapely.Polygon([(106.3, 20.4), (106.4, 20.5), (106.4, 20.4), (106.3, 20.5)])
    gpd.GeoDataFrame({"code": ["a"]}, geometry=[bow], crs="EPSG:4326").to_file(tmp_path / "b.gpkg")
    told = json.loads(run("inspect", "--json", "--repair", tmp_path / "b.gpkg").stdout)
    assert (told["errors"], told["notices"][0]["code"]) == ([], "geometries_repaired")
    assert run("inspect", tmp_path / "none.gpkg", "--repair").exit_code == 4


@pytest.mark.parametrize(
    ("option", "value"),
    [("--columns", "ma"), ("--columns", "=code"), ("--numbers", "beds"), ("--repair=everything", None)],
)
def test_an_option_that_says_nothing_is_wrong_use(wifi: Path, option: str, value: str | None) -> None:
    given = [option] if value is None else [option, value]
    assert run("inspect", wifi, *given).exit_code == 2


def test_columns_are_left_out_and_text_is_repaired_by_column(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("code,lon,lat,ten,sdt\na,106.3,20.4,X· Th¸i B×nh,0912345678\n", "utf-8")
    result = run("inspect", path, "--crs", "EPSG:4326", "--text", "ten=tcvn3", "--columns", "sdt=")
    assert result.exit_code == 0, result.output
    assert "Xã Thái Bình" in result.stdout
    assert "[hide_column]" not in result.stdout


def test_columns_of_coordinates_are_suggested_as_options_and_taken(tmp_path: Path) -> None:
    table = tmp_path / "a.csv"
    table.write_text("code,đo bắc,c2\na,20.40,106.30\nb,20.41,106.31\nc,xx,106.32\n", "utf-8")
    looked = run("inspect", table, "--layer", "wifi")
    assert "Perhaps columns of coordinates: --x c2 --y 'đo bắc' (67 % of the rows)" in looked.stdout
    taken = run("inspect", table, "--layer", "wifi", "--x", "c2", "--y", "đo bắc", "--crs", "EPSG:4326")
    assert taken.stdout.startswith("a.csv, layer a: 3 features")
    assert "✗ Coordinate cannot be read: 1 values" in taken.stdout
    assert "    3: đo bắc = 'xx'" in taken.stdout
    assert run("inspect", table, "--x", "c2").exit_code == 2
    assert run("load", table, "--layer", "wifi", "--x", "c2", "--y", "c3").exit_code == 3
