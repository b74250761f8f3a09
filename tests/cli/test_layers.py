"""The commands of layers: what they print, and how they end."""

from pathlib import Path

import geopandas as gpd
import psycopg
import pyogrio
import pytest
import shapely
from click.testing import CliRunner, Result

from gis_service.cli import main
from gis_service.settings import Settings
from tests.small_city import places


@pytest.fixture(autouse=True)
def _surroundings(settings: Settings, monkeypatch: pytest.MonkeyPatch, make_url: str) -> None:
    monkeypatch.setenv("GIS_DATABASE_URL", make_url)
    monkeypatch.setenv("GIS_DATA_DIR", str(settings.data_dir))
    monkeypatch.setenv("LANG", "C.UTF-8")
    monkeypatch.delenv("LC_ALL", raising=False)


@pytest.fixture(scope="module")
def make_url(make_database: "pytest.FixtureRequest") -> str:
    """Give a database of this module: the commands commit."""
    return make_database()  # type: ignore[operator,no-any-return]


def run(*arguments: object) -> Result:
    return CliRunner().invoke(main, ["layers", *map(str, arguments)])


def wifi(path: Path, count: int = 3) -> Path:
    made = gpd.GeoDataFrame(
        {
            "code": [f"w{number}" for number in range(count)],
            "name": [f"Điểm {number}" for number in range(count)],
        },
        geometry=shapely.points(places(count)),
        crs="EPSG:4326",
    )
    made.to_file(path)
    return path


def test_a_load_ends_with_the_layer_its_features_and_version(tmp_path: Path) -> None:
    result = run(
        "load", wifi(tmp_path / "a.gpkg"), "--layer", "wifi", "--author", "lan", "--message", "lần đầu"
    )
    assert result.exit_code == 0, result.output
    assert result.stdout.splitlines()[-1].startswith("layer wifi: 3 features, version ")
    assert result.stderr == "", "no progress bar where nobody looks"


def test_columns_left_out_are_told_in_the_language_of_the_terminal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.gpkg"
    gpd.read_file(wifi(path)).assign(ghi_chu="x").to_file(path)
    monkeypatch.setenv("LANG", "vi_VN.UTF-8")
    result = run("load", path, "--layer", "wifi")
    assert "ghi_chu" in result.stdout
    assert "Các cột" in result.stdout
    assert result.stdout.splitlines()[-1].startswith("lớp wifi: 3 đối tượng, phiên bản ")


def test_the_list_shows_what_is_loaded_and_what_is_not(tmp_path: Path) -> None:
    run("load", wifi(tmp_path / "a.gpkg", 7), "--layer", "wifi")
    lines = {line.split()[0]: line.split()[1:3] for line in run("list").stdout.splitlines()}
    assert lines["wifi"][0] == "7"
    assert lines["wifi"][1].startswith("v")
    assert lines["sewer"] == ["-", "-"]


def test_a_layer_is_exported_and_not_over_a_file_that_is_there(tmp_path: Path) -> None:
    run("load", wifi(tmp_path / "a.gpkg"), "--layer", "wifi")
    out = tmp_path / "out.gpkg"
    assert run("export", "wifi", "--out", out, "--crs", "EPSG:9209").exit_code == 0
    assert pyogrio.read_info(out)["crs"] == "EPSG:9209"
    again = run("export", "wifi", "--out", out)
    assert again.exit_code == 5
    assert "--overwrite" in again.stderr
    assert run("export", "wifi", "--out", out, "--overwrite").exit_code == 0


def test_a_part_is_exported_and_what_the_format_cannot_hold_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = gpd.read_file(wifi(tmp_path / "a.gpkg"))
    made.loc[0, "name"] = "Điểm truy cập " * 30
    made.to_file(tmp_path / "b.gpkg")
    run("load", tmp_path / "b.gpkg", "--layer", "wifi", "--any-base")
    out, chosen = tmp_path / "out.shp.zip", ("--filter", "code IN ('w0', 'w2')")
    monkeypatch.setenv("LC_ALL", "vi_VN.UTF-8")
    result = run("export", "wifi", "--out", out, *chosen)
    assert "lớp wifi, 2 đối tượng" in result.stdout
    assert "1 ô chữ dài hơn" in result.stderr
    assert gpd.read_file(out)["code"].tolist() == ["w0", "w2"]
    sheet = run("export", "wifi", "--out", tmp_path / "out.xlsx", *chosen)
    assert (sheet.exit_code, sheet.stderr) == (0, "")


def test_an_older_export_is_loaded_over_a_newer_version_only_on_request(tmp_path: Path) -> None:
    run("load", wifi(tmp_path / "a.gpkg"), "--layer", "wifi", "--any-base")
    out = tmp_path / "out.gpkg"
    base = run("export", "wifi", "--out", out).stdout.split("version ")[1].split(",")[0]
    run("load", wifi(tmp_path / "b.gpkg", 5), "--layer", "wifi")
    refused = run("load", out, "--layer", "wifi")
    assert refused.exit_code == 5, refused.output
    assert "--any-base" in refused.stderr
    assert run("load", tmp_path / "b.gpkg", "--layer", "wifi", "--base", base).exit_code == 5
    assert "3 features" in run("load", out, "--layer", "wifi", "--any-base").stdout


@pytest.mark.parametrize(
    ("arguments", "exit_code", "words"),
    [
        (["load", "none.gpkg", "--layer", "wifi"], 4, "none.gpkg"),
        (["load", "{folder}/a.gpkg", "--layer", "wify"], 4, "wifi"),
        (["load", "{folder}/a.vrt", "--layer", "wifi"], 3, "a.vrt"),
        (["load", "{folder}/a.gpkg", "--layer", "wifi", "--crs", "EPSG:x"], 3, "EPSG:x"),
        (["load", "{folder}/a.gpkg"], 2, "--layer"),
        (["export", "sewer", "--out", "{folder}/a.csv"], 4, "sewer"),
        (["export", "wifi", "--out", "{folder}/a.dxf"], 2, ".dxf"),
        (["export", "wifi", "--out", "{folder}/b.csv", "--filter", "nam = 1"], 2, "name"),
    ],
)
def test_each_kind_of_failure_has_its_exit_code_and_words(
    tmp_path: Path, arguments: list[str], exit_code: int, words: str
) -> None:
    loaded = run("load", wifi(tmp_path / "a.gpkg"), "--layer", "wifi", "--any-base")
    assert loaded.exit_code == 0, loaded.output
    (tmp_path / "a.vrt").write_text("<OGRVRTDataSource/>")
    result = run(*(argument.format(folder=tmp_path) for argument in arguments))
    assert result.exit_code == exit_code
    assert words in result.stderr
    assert "Traceback" not in result.output


def test_migrating_shows_what_differs_and_keeps_columns_until_told(tmp_path: Path, make_url: str) -> None:
    run("load", wifi(tmp_path / "a.gpkg"), "--layer", "wifi")
    with psycopg.connect(make_url) as editor:
        editor.execute("ALTER TABLE layer.wifi ADD COLUMN extra text")
    shown = "wifi: extra text is not in the definition; it stays, --yes drops it\n"
    assert run("migrate", "wifi").stdout == shown
    assert (
        run("migrate", "wifi", "--yes", "--dry-run").stdout == "wifi: - extra text (the history keeps it)\n"
    )
    result = run("migrate", "--yes", "--author", "lan")
    assert result.stdout.startswith("wifi: - extra text (the history keeps it)\nwifi: version ")
    assert run("migrate").stdout == "All tables are as defined.\n"
    assert run("migrate", "wify").exit_code == 4
