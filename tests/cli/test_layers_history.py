"""``layers history|diff|restore`` and exports of the past: what they print, write, and how they end."""

import csv
import json
from collections.abc import Callable, Iterator
from pathlib import Path

import geopandas as gpd
import pyogrio
import pytest
from click.testing import CliRunner, Result
from sqlalchemy import text

from gis_service.cli import main
from gis_service.db.engine import Engine, open_engine, transaction
from gis_service.db.layers import add_version, ensure_table
from gis_service.services.layers import table_of
from gis_service.settings import Settings
from gis_service.types import LayerId
from tests.demo_city import catalogue as real_catalogue


@pytest.fixture(scope="module")
def engine(make_database: Callable[[], str]) -> Iterator[Engine]:
    """Give the database of this module: the commands commit."""
    opened = open_engine(make_database())
    with transaction(opened) as connection:
        ensure_table(connection, table_of(real_catalogue().layers["wifi"]))
    yield opened
    opened.dispose()


@pytest.fixture(autouse=True)
def _surroundings(settings: Settings, monkeypatch: pytest.MonkeyPatch, engine: Engine) -> None:
    monkeypatch.setenv(
        "GIS_DATABASE_URL", engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
    )
    monkeypatch.setenv("GIS_DATA_DIR", str(settings.data_dir))
    monkeypatch.setenv("LANG", "C.UTF-8")
    monkeypatch.delenv("LC_ALL", raising=False)


def run(*arguments: object) -> Result:
    return CliRunner().invoke(main, ["layers", *map(str, arguments)])


def write(engine: Engine, message: str, *statements: str) -> int:
    """Make a version of the Wi-Fi points."""
    with transaction(engine) as connection:
        made = add_version(connection, LayerId("wifi"), author="lan", message=message)
        for statement in statements:
            connection.execute(text(statement))
    return made


@pytest.fixture
def two(engine: Engine) -> tuple[int, int]:
    """Give two versions of the Wi-Fi points: one changed, one added, one removed."""
    first = write(
        engine,
        "lần đầu",
        "DELETE FROM layer.wifi",
        "INSERT INTO layer.wifi (geom, code, name) VALUES"
        " (ST_Point(106.3, 20.4, 4326), 'a', 'Chợ Đông'), (ST_Point(106.4, 20.5, 4326), 'b', 'Ga')",
    )
    second = write(
        engine,
        "lần hai",
        "UPDATE layer.wifi SET name = 'Chợ mới' WHERE code = 'a'",
        "DELETE FROM layer.wifi WHERE code = 'b'",
        "INSERT INTO layer.wifi (geom, code, name) VALUES (ST_Point(106.4, 20.5, 4326), 'c', 'Ga')",
    )
    return first, second


def fid_then(engine: Engine, version: int, code: str) -> int:
    statement = text("SELECT fid FROM history.wifi WHERE version_from = :version AND code = :code")
    with transaction(engine) as connection:
        return int(connection.execute(statement, {"version": version, "code": code}).scalar_one())


def test_the_history_has_a_line_for_each_version(two: tuple[int, int]) -> None:
    lines = run("history", "wifi").stdout.splitlines()
    assert lines[0].split()[0] == f"v{two[1]}"
    assert lines[0].split()[3:] == ["+1", "~1", "-1", "lan", "lần", "hai"]
    assert lines[1].split()[0] == f"v{two[0]}"


def test_the_history_goes_on_where_it_was_cut(two: tuple[int, int], monkeypatch: pytest.MonkeyPatch) -> None:
    cut = run("history", "wifi", "--limit", 1).stdout.splitlines()
    assert cut[-1] == f"Earlier ones: --before {two[1]}"
    assert run("history", "wifi", "--before", two[1]).stdout.split()[0] == f"v{two[0]}"
    monkeypatch.setenv("LANG", "vi_VN.UTF-8")
    assert (
        run("history", "wifi", "--limit", 1).stdout.splitlines()[-1] == f"Các bản cũ hơn: --before {two[1]}"
    )


def test_a_difference_is_told_row_by_row(two: tuple[int, int]) -> None:
    lines = run("diff", "wifi", *two).stdout.splitlines()
    assert lines[0] == (
        f"Layer wifi, from version {two[0]} to version {two[1]}: 1 added, 1 changed, 1 removed."
    )
    assert any("name: Chợ Đông → Chợ mới" in line for line in lines)
    assert run("diff", "wifi", two[0]).stdout.splitlines() == lines
    assert "0 added, 0 changed, 0 removed" in run("diff", "wifi", two[1]).stdout


def test_what_differs_only_beside_the_definition_is_counted(two: tuple[int, int], engine: Engine) -> None:
    last = write(
        engine,
        "",
        "ALTER TABLE layer.wifi ADD by_hand text",
        "UPDATE layer.wifi SET by_hand = 'x' WHERE code = 'a'",
    )
    lines = run("diff", "wifi", two[1], last).stdout.splitlines()
    assert lines[1:] == ["Besides, 1 row differs only in columns that the layer's definition does not have."]


def test_a_long_difference_is_cut_and_says_so(engine: Engine) -> None:
    first = write(engine, "", "DELETE FROM layer.wifi")
    row = "SELECT 'm' || i, repeat('y', 60) FROM generate_series(1, {}) AS i"
    fill = "INSERT INTO layer.wifi (code, name) " + row
    few = write(engine, "", fill.format(20))
    told = run("diff", "wifi", first, few).stdout
    assert "y" * 39 + "…" in told
    assert "y" * 40 not in told
    assert "--out" not in told
    more = write(engine, "", "DELETE FROM layer.wifi", fill.format(21))
    assert run("diff", "wifi", first, more).stdout.splitlines()[-1].startswith("There is more: add --out")


@pytest.mark.parametrize("ending", [".csv", ".geojson"])
def test_a_difference_is_written_whole(two: tuple[int, int], tmp_path: Path, ending: str) -> None:
    out = tmp_path / "new" / f"diff{ending}"
    assert run("diff", "wifi", *two, "--out", out).exit_code == 0
    if ending == ".csv":
        with out.open(encoding="utf-8-sig", newline="") as file:
            ops = [row["op"] for row in csv.DictReader(file)]
        assert set(ops) == {"insert", "update", "delete"}
    else:
        document = json.loads(out.read_text("utf-8"))
        assert document["tally"] == {"added": 1, "changed": 1, "removed": 1, "others": 0}
        assert len(gpd.read_file(out)) == 3
    again = run("diff", "wifi", *two, "--out", out)
    assert again.exit_code == 5
    assert run("diff", "wifi", *two, "--out", out, "--overwrite").exit_code == 0
    assert [path.name for path in out.parent.iterdir()] == [out.name]


def test_a_version_is_restored(two: tuple[int, int], monkeypatch: pytest.MonkeyPatch) -> None:
    told = run("restore", "wifi", "--version", two[0], "--author", "minh").stdout
    assert told.startswith("Layer wifi, version ")
    assert told.rstrip().endswith(": 1 added, 1 changed, 1 removed.")
    newest = run("history", "wifi", "--limit", 1).stdout.splitlines()[0]
    assert newest.endswith(f"minh  Khôi phục bản {two[0]} / restored version {two[0]}")
    monkeypatch.setenv("LANG", "vi_VN.UTF-8")
    again = run("restore", "wifi", "--version", two[0])
    assert (again.exit_code, again.stdout.split(";")[0]) == (0, "Lớp wifi đã đúng như vậy")


def test_single_features_are_restored(two: tuple[int, int], engine: Engine) -> None:
    fid = fid_then(engine, two[0], "b")
    told = run("restore", "wifi", "--version", two[0], "--feature", fid, "--message", "xoá nhầm")
    assert "1 added, 0 changed, 0 removed" in told.stdout, told.output
    assert run("history", "wifi", "--limit", 1).stdout.splitlines()[0].endswith("xoá nhầm")
    assert "1 added, 1 changed, 0 removed" in run("diff", "wifi", two[0]).stdout


def test_a_layer_is_exported_as_it_was(
    two: tuple[int, int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = run("export", "wifi", "--out", tmp_path, "--version", two[0])
    out = tmp_path / f"wifi_generated_v{two[0]}.gpkg"
    assert f"{out}: layer wifi, 2 features, version {two[0]}" in told.stdout
    assert sorted(gpd.read_file(out)["name"]) == ["Chợ Đông", "Ga"]
    assert pyogrio.read_info(out)["layer_metadata"]["VERSION"] == str(two[0])
    monkeypatch.setenv("LANG", "vi_VN.UTF-8")
    said = run("export", "wifi", "--out", tmp_path).stdout
    assert f": lớp wifi, 2 đối tượng, phiên bản {two[1]}, dữ liệu sinh ra" in said
    assert pyogrio.read_info(tmp_path / "wifi_generated.gpkg")["layer_metadata"]["VERSION"] == str(two[1])


@pytest.mark.parametrize(
    ("arguments", "exit_code", "words"),
    [
        (["history", "wify"], 4, "wifi"),
        (["history", "sewer"], 4, "sewer"),
        (["history", "wifi", "--limit", "0"], 2, "--limit"),
        (["diff", "wifi"], 2, "FROM"),
        (["diff", "wifi", "999999"], 4, "999999"),
        (["diff", "wifi", "x"], 2, "x"),
        (["diff", "sewer", "1"], 4, "sewer"),
        (["diff", "wifi", "{first}", "--out", "{folder}/a.gpkg"], 2, ".gpkg"),
        (["restore", "wifi"], 2, "--version"),
        (["restore", "wifi", "--version", "999999"], 4, "999999"),
        (["restore", "sewer", "--version", "1"], 4, "sewer"),
        (["restore", "wifi", "--version", "{first}", "--feature", "99999"], 4, "99999"),
        (["export", "wifi", "--out", "{folder}/a.csv", "--version", "999999"], 4, "999999"),
    ],
)
def test_each_kind_of_failure_has_its_exit_code_and_words(
    two: tuple[int, int], tmp_path: Path, arguments: list[str], exit_code: int, words: str
) -> None:
    result = run(*(argument.format(folder=tmp_path, first=two[0]) for argument in arguments))
    assert result.exit_code == exit_code, result.output
    assert words in result.stderr
    assert "Traceback" not in result.output


def test_a_feature_whose_key_another_bears_is_a_conflict(two: tuple[int, int], engine: Engine) -> None:
    fid = fid_then(engine, two[0], "b")
    write(engine, "", "INSERT INTO layer.wifi (code, name) VALUES ('b', 'khác')")
    result = run("restore", "wifi", "--version", two[0], "--feature", fid)
    assert result.exit_code == 5
    assert f"{fid}: 'b'" in result.stderr
