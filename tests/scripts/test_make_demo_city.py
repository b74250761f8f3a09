import os
import subprocess
import sys
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest

from gis_service.settings import ROOT

SCRIPT = ROOT / "scripts" / "make_demo_city.py"


def run(*arguments: str | Path, language: str = "C.UTF-8") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, SCRIPT, *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT), "LC_ALL": language},
    )


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """Give the folder of one run and what it printed."""
    out = tmp_path_factory.mktemp("demo") / "city"
    done = run("--out", out)
    assert (done.returncode, done.stderr) == (0, "")
    return out, done.stdout


def test_it_writes_286_242_and_65_communes(made: tuple[Path, str]) -> None:
    out, printed = made
    assert len(pd.read_csv(out / "commune_2019.csv")) == 286
    assert len(gpd.read_file(out / "commune_2024.gpkg")) == 242
    assert len(gpd.read_file(out / "commune.gpkg")) == 65
    assert "1,860,447" in printed


@pytest.mark.parametrize(
    ("file", "column"),
    [("commune_2024.gpkg", "pop_2019"), ("commune.gpkg", "pop_2019"), ("residents.gpkg", "people")],
)
def test_no_person_is_lost_on_the_way(made: tuple[Path, str], file: str, column: str) -> None:
    assert gpd.read_file(made[0] / file)[column].sum() == 1_860_447


def test_offices_hold_both_states(made: tuple[Path, str]) -> None:
    offices = gpd.read_file(made[0] / "one_stop_office.gpkg")
    day = pd.Timestamp("2025-07-01")
    assert ((offices["open_to"] == day) & offices["open_from"].isna()).sum() == 242
    assert ((offices["open_from"] == day) & offices["open_to"].isna()).sum() == 65
    assert offices["code"].is_unique


def test_it_says_what_is_assumed_and_which_points_coincide(made: tuple[Path, str]) -> None:
    printed = made[1]
    assert "Positions of people and offices are assumed" in printed
    assert (
        "3 units share one point in the source: Xã Liên An Đô, Xã Phong Dương Tiến, Xã Xuân Quang Động"
        in printed
    )


def test_a_second_run_in_another_language_gives_equal_bytes(made: tuple[Path, str], tmp_path: Path) -> None:
    again = run("--out", tmp_path, language="vi_VN.UTF-8")
    assert again.returncode == 0
    assert "Vị trí người dân và trụ sở là giả định" in again.stdout
    first = {path.name: path.read_bytes() for path in made[0].iterdir()}
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == first


def test_a_missing_census_is_exit_4_with_the_path(tmp_path: Path) -> None:
    done = run("--out", tmp_path / "out", "--census", tmp_path / "nowhere")
    assert done.returncode == 4
    assert "nowhere/communes_2019.csv" in done.stderr
    assert not (tmp_path / "out").exists()
