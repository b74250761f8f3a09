"""Looking at a file from the terminal, and choosing repairs there."""

import csv
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
from tests.foreign_files import write_workbook


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
    assert any(line.startswith("✗ Axes swapped: 1 feature") and line.endswith("[axes]") for line in lines)
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
    assert "x and y of 1 feature were exchanged." in result.stdout
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


def test_of_columns_that_fit_one_field_one_is_chosen(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("code,name,name,lon,lat\na,một,hai,106.3,20.4\n", "utf-8")
    asked = run("load", path, "--layer", "market")
    assert asked.exit_code == 3
    assert "name, name (2)" in asked.stderr
    assert run("load", path, "--layer", "market", "--columns", "name (2)=name").exit_code == 0


def test_columns_of_coordinates_are_suggested_as_options_and_taken(tmp_path: Path) -> None:
    table = tmp_path / "a.csv"
    table.write_text("code,đo bắc,c2\na,20.40,106.30\nb,20.41,106.31\nc,xx,106.32\n", "utf-8")
    looked = run("inspect", table, "--layer", "wifi")
    assert "Perhaps columns of coordinates: --x c2 --y 'đo bắc' (67 % of the rows)" in looked.stdout
    taken = run("inspect", table, "--layer", "wifi", "--x", "c2", "--y", "đo bắc", "--crs", "EPSG:4326")
    assert taken.stdout.startswith("a.csv, layer a: 3 features")
    assert "✗ Coordinate cannot be read: 1 value" in taken.stdout
    assert "    3: đo bắc = 'xx'" in taken.stdout
    assert run("inspect", table, "--x", "c2").exit_code == 2
    assert run("load", table, "--layer", "wifi", "--x", "c2", "--y", "c3").exit_code == 3


def test_a_fault_of_a_sheet_is_told_with_its_cell(tmp_path: Path) -> None:
    rows: list[list[object]] = [["code", "lon", "lat"], ["a", 106.3, 20.4], ["b", "gần chợ", 20.4]]
    path = write_workbook(tmp_path / "a.xlsx", {"a": rows})
    assert "    2 (B3): lon = 'gần chợ'" in run("inspect", path).stdout
    (error,) = json.loads(run("inspect", path, "--json").stdout)["errors"]
    assert (error["features"][0]["cell"], bool(error["expected"]["vi"])) == ("B3", True)


def test_every_fault_is_written_to_a_table(tmp_path: Path) -> None:
    table, out = tmp_path / "a.csv", tmp_path / "faults.csv"
    table.write_text("code,lon,lat\n" + "".join(f"{at},x,20.4\n" for at in range(150)), "utf-8")
    told = run("inspect", table, "--json", "--faults", out)
    assert len(json.loads(told.stdout)["errors"][0]["features"]) == 100
    lines = list(csv.DictReader(out.read_text("utf-8-sig").splitlines()))
    assert [line["where"] for line in lines] == [f"feature {at}" for at in range(1, 151)]
    assert {(line["code"], line["count"], line["text"]) for line in lines} == {
        ("coordinate_unreadable", "150", "lon = 'x'")
    }
    assert run("inspect", table, "--faults", out).exit_code == 5, "it is there"
    assert run("inspect", table, "--faults", out, "--overwrite").exit_code == 0
    assert run("inspect", table, "--faults", tmp_path / "a.txt").exit_code == 2


def test_a_file_that_was_overtaken_is_told(tmp_path: Path) -> None:
    table, out = tmp_path / "a.csv", tmp_path / "old.gpkg"
    for text in ("a,một,106.3,20.4", "a,một,106.3,20.4\nb,hai,106.3,20.4"):
        table.write_text(f"code,name,lon,lat\n{text}\n", "utf-8")
        loaded = run("load", table, "--layer", "bus_stop")
        assert loaded.exit_code == 0, loaded.output
        if not out.exists():
            assert run("export", "bus_stop", "--out", out).exit_code == 0
    told = json.loads(run("inspect", out, "--layer", "bus_stop", "--json").stdout)
    assert [one["code"] for one in told["errors"]] == ["base_version_changed"]
    assert "+1 ~0 −0" in told["errors"][0]["detail"]["vi"]


@pytest.mark.parametrize(("metres", "code"), [("0", 2), ("1001", 2), ("1000", 0)])
def test_gaps_are_as_wide_as_the_api_takes_them(wifi: Path, metres: str, code: int) -> None:
    assert run("inspect", wifi, "--gap-m", metres).exit_code == code
