"""Layers made, described and dropped from the terminal."""

from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner, Result

from gis_service.cli import main
from gis_service.settings import Settings
from tests.small_city import write_text
from tests.wells_definition import WELLS

CSV = "code,lon,lat\ng1,106.35,20.45\ng2,106.36,20.46\n"


@pytest.fixture(autouse=True)
def _surroundings(settings: Settings, monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setenv("GIS_DATABASE_URL", url)
    monkeypatch.setenv("GIS_DATA_DIR", str(settings.data_dir))
    monkeypatch.setenv("LANG", "C.UTF-8")
    monkeypatch.delenv("LC_ALL", raising=False)


@pytest.fixture
def url(make_database: Callable[[], str]) -> str:
    return make_database()


def run(*arguments: object, noun: str = "layers") -> Result:
    return CliRunner().invoke(main, [noun, *map(str, arguments)])


def test_a_layer_is_made_loaded_given_rights_and_dropped(tmp_path: Path) -> None:
    made = run("create", write_text(tmp_path / "any name.yaml", WELLS), "--author", "lan")
    assert (made.exit_code, made.stderr) == (0, "")
    assert "wells" in made.stdout
    # Wells that are called after the phones of their owners.
    phones = CSV.replace("g1", "0912345678").replace("g2", "0912345679")
    loaded = run("load", write_text(tmp_path / "w.csv", phones), "--layer", "wells")
    assert loaded.exit_code == 0, loaded.output
    assert "wells" in run("list").stdout
    assert run("show", "wells", "internal", noun="teams").exit_code == 0
    asked = run("show", "wells", "public", noun="teams")
    assert (asked.exit_code, "columns that seem to hold personal data: code" in asked.stderr) == (3, True)
    assert run("show", "wells", "public", "--yes", noun="teams").exit_code == 0
    history = run("history", "wells").stdout.splitlines()
    assert history[-1].endswith("lan  Tạo lớp / Layer made")
    kept = run("drop", "wells")
    assert (kept.exit_code, "2 features" in kept.stdout) == (0, True)
    assert run("describe", "wells").exit_code == 0, "nothing is dropped without --yes"
    assert run("drop", "wells", "--yes").exit_code == 0
    assert run("describe", "wells").exit_code == 4
    assert run("check", noun="db").exit_code == 0


def test_what_is_described_can_be_made_again(tmp_path: Path) -> None:
    run("create", write_text(tmp_path / "a.yaml", WELLS))
    told = run("describe", "wells").stdout
    assert yaml.safe_load(told) == yaml.safe_load(WELLS)
    run("drop", "wells", "--yes")
    assert run("create", write_text(tmp_path / "b.yaml", told)).exit_code == 0


def test_a_definition_is_printed_edited_and_given_back(tmp_path: Path) -> None:
    run("create", write_text(tmp_path / "a.yaml", WELLS))
    path = write_text(tmp_path / "b.yaml", run("describe", "wells").stdout.replace("annually", "monthly"))
    changed = run("describe", "wells", "--from", path)
    assert (changed.exit_code, "frequency: monthly" in changed.stdout) == (0, True)
    assert "frequency: monthly" in run("describe", "wells").stdout
    faulty = write_text(tmp_path / "c.yaml", path.read_text("utf-8").replace("Point", "Polygon"))
    refused = run("describe", "wells", "--from", faulty)
    assert (refused.exit_code, "Polygon" in refused.stderr) == (3, True)
    unknown = run("describe", "wells", "--from", tmp_path / "none.yaml")
    assert unknown.exit_code == 4


def test_a_layer_of_the_files_can_be_described_and_not_dropped() -> None:
    assert yaml.safe_load(run("describe", "wifi").stdout)["id"] == "wifi"
    refused = run("drop", "wifi", "--yes")
    assert refused.exit_code == 5
    assert "defined" in refused.stderr


def test_all_faults_of_a_file_are_told_with_their_lines(tmp_path: Path) -> None:
    faulty = WELLS.replace("Point", "Dot").replace("annually", "often").replace("key: code", "key: [1]")
    refused = run("create", write_text(tmp_path / "a.yaml", faulty))
    assert refused.exit_code == 3
    places = [
        line.split(":")[1] for line in refused.stderr.splitlines() if line.lstrip().startswith("a.yaml")
    ]
    assert places == ["6", "7", "14"]


@pytest.mark.parametrize(("text", "code"), [("a: [", 3), ("", 3), ("a: &x 1", 3), (None, 4)])
def test_a_file_that_cannot_be_read_is_refused(tmp_path: Path, text: str | None, code: int) -> None:
    path = tmp_path / "a.yaml"
    if text is not None:
        write_text(path, text)
    assert run("create", path).exit_code == code
