"""The commands of roadmaps, from the shell's side."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from gis_service.cli import main
from gis_service.db.engine import open_engine, transaction
from tests.demo_city import catalogue
from tests.filled_database import load_frame
from tests.programme import frame_of

RUN = ("run", "--day", "2026-06-30", "--standard", "one_stop_office=one_stop_office_walk_15min")
Roadmap = Callable[..., Result]


@pytest.fixture(scope="module")
def town_url(make_town_database: Callable[[str], str]) -> str:
    url = make_town_database("live_town")
    engine = open_engine(url)
    with transaction(engine) as connection:
        load_frame(connection, catalogue(), "projects", frame_of())
    engine.dispose()
    return url


@pytest.fixture
def roadmap(town_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Roadmap:
    monkeypatch.setenv("GIS_DATABASE_URL", town_url)
    monkeypatch.setenv("GIS_DATA_DIR", str(tmp_path / "var"))
    monkeypatch.setenv("LANG", "vi_VN.UTF-8")
    monkeypatch.delenv("LC_ALL", raising=False)
    monkeypatch.delenv("LC_MESSAGES", raising=False)

    def run(*words: str) -> Result:
        return CliRunner().invoke(main, ["roadmap", *words])

    return run


def test_a_roadmap_is_run_shown_and_exported(roadmap: Roadmap, tmp_path: Path) -> None:
    ran = roadmap(*RUN)
    assert ran.exit_code == 0, ran.output
    lines = ran.stdout.splitlines()
    assert lines[0].startswith("7 dự án")
    assert "dữ liệu minh hoạ" in lines[0]
    assert lines[2].split()[:2] == ["Giai", "đoạn"]
    study = lines[-1]
    shown = roadmap("show", study, "--json")
    assert json.loads(shown.stdout)["id"] == study
    for name in ("all.pdf", "projects.csv", "projects.xlsx"):
        out = tmp_path / name
        assert roadmap("export", study, "--out", str(out)).exit_code == 0
        assert out.stat().st_size > 500


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("export", "x", "--out", "x.doc"), 2, ".doc"),
        (("show", "nothing"), 4, "nothing"),
        ((*RUN, "--budget", "phase_1"), 2, "NAME=VALUE"),
        ((*RUN, "--budget", "phase_1=much"), 2, "much"),
        ((*RUN, "--cut", "120"), 3, "cut"),
    ],
)
def test_wrong_use_is_told(roadmap: Roadmap, words: tuple[str, ...], code: int, said: str) -> None:
    result = roadmap(*words)
    assert result.exit_code == code, result.output
    assert said in result.stderr
