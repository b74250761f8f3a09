"""scripts/_first_data.py as scripts/run calls it."""

import os
import re
import subprocess
import sys
from collections.abc import Callable
from contextlib import nullcontext
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import psycopg
import pytest

from gis_service.services.demo import LAYERS
from gis_service.services.demo_facts import Notice
from gis_service.services.first_data import FirstData, Listener
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


def test_a_table_that_somebody_has_edited_is_told_of(
    make_demo_database: Callable[[], str], tmp_path: Path
) -> None:
    own = make_demo_database()
    with psycopg.connect(own) as connection:
        connection.execute("UPDATE gis.version SET message = replace(message, 'recipe ', 'recipe 0')")
        connection.execute("DELETE FROM gis.version WHERE layer <> 'market'")
        connection.execute(
            "INSERT INTO gis.version (layer, author) SELECT id, 'lan' FROM unnest(%s::text[]) AS id",
            [[layer for layer in LAYERS if layer != "market"]],
        )
        connection.execute("UPDATE layer.market SET daily = NOT daily WHERE code LIKE '%_1'")
    done = run(own, tmp_path)
    assert (done.returncode, done.stdout) == (0, "ready\n"), done.stderr
    assert "market: somebody has changed it, so it stays as it is" in done.stderr
    with psycopg.connect(own) as connection:
        author = "SELECT author FROM gis.version WHERE layer = 'market' ORDER BY id DESC LIMIT 1"
        assert connection.execute(author).fetchone() == connection.execute("SELECT session_user").fetchone()
    assert "0 layers were loaded now" in done.stderr


def test_notices_of_a_new_city_are_told_in_short(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    spec = spec_from_file_location("first_data_script", ROOT / "scripts" / "_first_data.py")
    assert spec is not None
    assert spec.loader is not None
    script = module_from_spec(spec)
    spec.loader.exec_module(script)
    names = ", ".join(f"Xã {number}" for number in range(100))

    def load(_context: object, listener: Listener) -> tuple[FirstData, int]:
        listener.noted(Notice("demo_generated", {}))
        listener.noted(Notice("demo_points_coincide", {"count": 100, "names": names}))
        return FirstData.READY, 0

    monkeypatch.setattr(script, "open_context", lambda _settings: nullcontext())
    monkeypatch.setattr(script, "load_first_data", load)
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    assert script.main() == 0
    generated, coincide, _loaded = capsys.readouterr().err.splitlines()
    assert generated.startswith("Names, codes and people are real")
    assert coincide.startswith("100 units share one point")
    assert coincide.endswith(" …")
    assert max(len(generated), len(coincide)) <= 200


def test_an_error_keeps_its_exit_code(tmp_path: Path) -> None:
    done = run("postgresql://u@127.0.0.1:1/d", tmp_path)
    assert (done.returncode, done.stdout) == (6, "")


@pytest.mark.parametrize(
    ("state", "called"), [("ready", "study merger --kept\n"), ("foreign", ""), ("not_here", "")]
)
def test_the_main_study_is_asked_of_the_first_data_only(state: str, called: str) -> None:
    source = (ROOT / "scripts" / "run").read_text("utf-8")
    (function,) = re.findall(r"^main_study\(\) \{(?: .*\}$|\n.*?^\}$)", source, re.MULTILINE | re.DOTALL)
    program = f'set -euo pipefail; gis() {{ echo "$@"; }}; state={state}; {function}; main_study'
    done = subprocess.run(["bash", "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == called
