"""Lists without coordinates from the terminal: looked at, refused with candidates, placed."""

import json
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner, Result

from gis_service.cli import main
from gis_service.db.engine import open_engine, transaction
from gis_service.settings import Settings
from tests.demo_city import catalogue
from tests.unit_points import load_units

UNITS = ("--units", "communes_2024", "--unit-column", "xã")
TO_WIFI = ("--layer", "wifi", "--columns", "xã=name")


@pytest.fixture(scope="module")
def own_url(make_database: Callable[[], str]) -> str:
    """Give a database of this module with communes in it: the commands commit."""
    url = make_database()
    engine = open_engine(url)
    with transaction(engine) as connection:
        load_units(connection, catalogue())
    engine.dispose()
    return url


@pytest.fixture(autouse=True)
def _surroundings(settings: Settings, monkeypatch: pytest.MonkeyPatch, own_url: str) -> None:
    monkeypatch.setenv("GIS_DATABASE_URL", own_url)
    monkeypatch.setenv("GIS_DATA_DIR", str(settings.data_dir))
    monkeypatch.setenv("LANG", "C.UTF-8")
    monkeypatch.delenv("LC_ALL", raising=False)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    file = tmp_path / "danh sách.csv"
    file.write_text("code,xã,huyện\n1,BO XUYEN,\n2,Xã Minh Tân,Hưng Hà\n3,Xã Minh Tâm,\n", "utf-8")
    return file


def run(*arguments: object) -> Result:
    return CliRunner().invoke(main, ["layers", *map(str, arguments)])


def test_a_look_suggests_the_units(path: Path) -> None:
    result = run("inspect", path, "--layer", "wifi")
    assert "--units communes_2024 --unit-column 'xã' --unit-by name" in result.stdout


def test_a_list_is_refused_with_the_rows_to_be_placed_and_loaded_when_they_are(path: Path) -> None:
    refused = run("load", path, *TO_WIFI, *UNITS)
    assert refused.exit_code == 3
    assert "feature 3: No such unit: Xã Minh Tâm ⟶ 012553 Xã Minh Tân, Huyện Hưng Hà" in refused.stderr
    placed = run(
        *("load", path, *TO_WIFI, *UNITS, "--within", "huyện", "--place", "3=106.5,20.5"),
        *("--place", "1=12553"),
    )
    assert placed.exit_code == 0, placed.output
    assert "2 rows were placed by hand." in placed.stdout
    assert "layer wifi: 3 features" in placed.stdout


def test_a_look_lists_the_rows_to_be_placed_as_options_with_their_row_in_the_sheet(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for row in (("DANH SÁCH",), (), ("code", "xã"), ("1", "Bồ Xuyên"), ("2", "Minh Tân"), ("3", None)):
        book.worksheets[0].append(row)
    book.save(tmp_path / "a.xlsx")
    looked = run("inspect", tmp_path / "a.xlsx", *TO_WIFI, *UNITS).stdout
    assert "1 of 3 rows has found a place by communes_2024" in looked
    assert (
        "--place 2=…  (row 5 of the sheet) Minh Tân"
        " ⟶ 012553 Xã Minh Tân, Huyện Hưng Hà; 13102 Xã Minh Tân, Huyện Kiến Xương\n"
    ) in looked
    assert "--place 3=…  (row 6 of the sheet) –\n" in looked


def test_a_look_shows_the_first_hundred_rows_and_counts_the_others(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("code,xã\n" + "".join(f"{row},không rõ\n" for row in range(103)), "utf-8")
    looked = run("inspect", path, *TO_WIFI, *UNITS).stdout
    assert "--place 100=…  không rõ\n    and 3 more\n" in looked


def test_a_workbook_that_took_codes_for_numbers_finds_its_units(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for row in (("code", "name", "Mã xã"), ("1", "một", 12553), ("2", "hai", 13102.0)):
        book.worksheets[0].append(row)
    book.save(tmp_path / "a.xlsx")
    to = (tmp_path / "a.xlsx", "--layer", "wifi", "--units", "communes_2024", "--unit-column", "Mã xã")
    looked = json.loads(run("inspect", *to, "--unit-by", "code", "--json").stdout)
    assert (looked["placing"]["placed"], looked["errors"]) == (2, [])
    assert looked["guesses"]["units"][0]["by"] == "code"


@pytest.mark.parametrize(
    "options",
    [
        UNITS[:2],
        UNITS[2:],
        ("--within", "huyện"),
        ("--place", "3=13102"),
        (*UNITS, "--place", "3"),
        (*UNITS, "--place", "3=1,2,3"),
        (*UNITS, "--place", "x=13102"),
        (*UNITS, "--place", "3=a,b"),
        (*UNITS, "--unit-by", "colour"),
    ],
)
def test_an_option_that_says_nothing_is_wrong_use(path: Path, options: tuple[str, ...]) -> None:
    assert run("inspect", path, *options).exit_code == 2
