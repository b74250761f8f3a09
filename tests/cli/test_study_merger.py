"""Which of the old offices to keep, from the shell's side: what is printed and written, and the exit code."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from gis_service.cli import main

Merger = Callable[..., Result]


@pytest.fixture(scope="module")
def town_url(make_town_database: Callable[[str], str]) -> str:
    return make_town_database("merged_town")


@pytest.fixture
def merger(town_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Merger:
    monkeypatch.setenv("GIS_DATABASE_URL", town_url)
    monkeypatch.setenv("GIS_DATA_DIR", str(tmp_path / "var"))
    monkeypatch.setenv("LANG", "vi_VN.UTF-8")
    monkeypatch.delenv("LC_ALL", raising=False)
    monkeypatch.delenv("LC_MESSAGES", raising=False)
    return lambda *words: CliRunner().invoke(main, ["study", "merger", *words])


def test_the_offices_to_keep_are_a_sentence_tables_and_files(merger: Merger, tmp_path: Path) -> None:
    out = tmp_path / "out"
    found = merger("--keep", "1", "--draws", "2", "--details", "--out", str(out))
    assert found.exit_code == 0, found.stderr
    said = found.stdout
    assert said.startswith("Giữ lại 1 trong 3 điểm hiện có.")
    for words in ("thực tế: 2", "Chỉ giữ trong thực tế", "Xã mất nhiều người nhất", "dữ liệu minh hoạ"):
        assert words in said
    assert len([line for line in said.splitlines() if line.startswith("siting_")]) == 2
    assert {path.name for path in out.iterdir()} >= {"people.json", "time_offices.csv", "time_communes.csv"}


def test_one_objective_may_be_asked_for_as_a_document(merger: Merger) -> None:
    found = merger("--keep", "2", "--objective", "time", "--json")
    assert found.exit_code == 0, found.stderr
    (document,) = json.loads(found.stdout).values()
    assert (document["process"], document["plan"]["model"]) == ("siting", "p-median")
    assert document["generated_data"] is True


@pytest.mark.parametrize(
    ("words", "exit_code", "said"),
    [
        (("--keep", "4"), 3, "4"),
        (("--keep", "2", "--kept"), 2, "--kept"),
        (("--keep", "2", "--branch-share", "0.5"), 2, "--branch-share"),
        (("--draws", "5"), 2, "--draws"),
        (("--out", "x"), 2, "--out"),
    ],
)
def test_what_cannot_be_asked_says_so(
    merger: Merger, words: tuple[str, ...], exit_code: int, said: str
) -> None:
    found = merger(*words)
    assert found.exit_code == exit_code
    assert said in found.stderr
