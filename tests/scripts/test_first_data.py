"""scripts/_first_data.py as scripts/run calls it."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from gis_service.settings import ROOT


def run(url: str, folder: Path, **settings: str) -> subprocess.CompletedProcess[str]:
    ours = {"GIS_DATABASE_URL": url, "GIS_DATA_DIR": str(folder), "LC_ALL": "C.UTF-8"}
    return subprocess.run(
        [sys.executable, ROOT / "scripts" / "_first_data.py"],
        env=os.environ | ours | settings,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(scope="module")
def url(make_demo_database: Callable[[], str]) -> str:
    return make_demo_database()


def test_what_is_there_is_not_loaded_again(url: str, tmp_path: Path) -> None:
    done = run(url, tmp_path)
    assert (done.returncode, done.stdout) == (0, "ready\n"), done.stderr
    assert "0 layers were loaded now" in done.stderr


def test_a_city_without_it_is_no_failure(url: str, tmp_path: Path) -> None:
    places = {"GIS_LAYERS_DIR": str(ROOT / "tests" / "cities"), "GIS_TILES_DIR": str(tmp_path / "none")}
    done = run(url, tmp_path, GIS_CITY="ben_nho", **places)
    assert (done.returncode, done.stdout) == (0, "not_here\n")
    assert "No first data for city ben_nho" in done.stderr


def test_other_peoples_data_is_no_failure(make_database: Callable[[], str], tmp_path: Path) -> None:
    own = make_database()
    with psycopg.connect(own) as connection:
        connection.execute("INSERT INTO gis.version (layer, author) VALUES ('commune', 'lan')")
    done = run(own, tmp_path)
    assert (done.returncode, done.stdout) == (0, "foreign\n")
    assert "not loaded" in done.stderr


def test_an_error_keeps_its_exit_code(tmp_path: Path) -> None:
    done = run("postgresql://u@127.0.0.1:1/d", tmp_path)
    assert (done.returncode, done.stdout) == (6, "")


@pytest.mark.parametrize(
    ("state", "called"), [("ready", "study merger --kept\n"), ("foreign", ""), ("not_here", "")]
)
def test_the_main_study_is_asked_of_the_first_data_only(state: str, called: str) -> None:
    source = (ROOT / "scripts" / "run").read_text("utf-8")
    (function,) = [line for line in source.splitlines() if line.startswith("main_study()")]
    program = f'set -euo pipefail; gis() {{ echo "$@"; }}; state={state}; {function}; main_study'
    done = subprocess.run(["bash", "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == called
