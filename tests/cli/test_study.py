"""The commands of studies, from the shell's side: what is printed, and the exit code."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from gis_service.catalogue.loader import load_catalogue
from gis_service.cli import main
from gis_service.db.engine import open_engine, transaction
from gis_service.services.demo import make_demo_city
from gis_service.services.ingest import load_file
from gis_service.settings import ROOT


@pytest.fixture(scope="module")
def demo_url(make_database: Callable[[], str], tmp_path_factory: pytest.TempPathFactory) -> str:
    url = make_database()
    catalogue = load_catalogue(ROOT / "layers", ROOT / "tiles", "thai_binh")
    made = make_demo_city(ROOT / "layers" / "thai_binh" / "census", tmp_path_factory.mktemp("demo"))
    pool = open_engine(url)
    with transaction(pool) as connection:
        for layer in made.layers:
            load_file(connection, catalogue, layer.path, layer.layer, author="lan")
    pool.dispose()
    return url


@pytest.fixture
def study(demo_url: str, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    monkeypatch.setenv("GIS_DATABASE_URL", demo_url)
    monkeypatch.setenv("LANG", "vi_VN.UTF-8")
    monkeypatch.delenv("LC_ALL", raising=False)
    monkeypatch.delenv("LC_MESSAGES", raising=False)

    def run(*words: str, given: str | None = None) -> Result:
        return CliRunner().invoke(main, ["study", *words], input=given)

    return run


def test_the_first_study_is_a_sentence_a_table_and_its_notices(study: Callable[..., Result]) -> None:
    found = study("first")
    lines = found.stdout.splitlines()
    assert found.exit_code == 0
    assert lines[0].startswith("Khi 242 bộ phận một cửa cấp xã còn 65")
    assert lines[1].startswith("When 242 one-stop offices become 65")
    assert [line.split()[2] for line in lines[4:8]] == ["242", "65", "242", "65"]
    assert "1.860.447" in lines[4]
    assert any("ước lượng đầu tiên" in line for line in lines[8:])
    assert study("first").stdout == found.stdout


def test_a_study_is_run_from_a_file_listed_and_shown(study: Callable[..., Result], tmp_path: Path) -> None:
    request = tmp_path / "request.yaml"
    request.write_text("{standard: one_stop_office_straight_5km, at: '2025-08-05T10:00'}", "utf-8")
    made = study("run", str(request))
    id_ = made.stdout.splitlines()[-1]
    assert "bán kính 5.000 m đường chim bay" in made.stdout
    assert id_ in study("list").stdout
    assert study("show", id_).stdout == made.stdout
    document = json.loads(study("show", id_, "--json").stdout)
    assert (document["id"], document["parameters"]["limit"]) == (id_, 5000)


def test_lists_tell_where_to_go_on(study: Callable[..., Result]) -> None:
    study("first")
    key = study("list", "--limit", "1").stdout.split("--after ")[1].strip()
    assert study("list", "--limit", "1", "--after", key).exit_code == 0


@pytest.mark.parametrize(
    ("words", "given", "code"),
    [
        (("show", "coverage_0"), None, 4),
        (("run", "-"), "{standard: no_such}", 3),
        (("run", "-"), "{", 3),
        (("run", "-"), "[1, 2]", 3),
        (("run", "-", "--process", "magic"), "{}", 4),
        (("list", "--limit", "0"), None, 2),
        (("run", "nowhere.yaml"), None, 2),
    ],
)
def test_errors_have_their_exit_code_and_words(
    study: Callable[..., Result], words: tuple[str, ...], given: str | None, code: int
) -> None:
    found = study(*words, given=given)
    assert found.exit_code == code
    assert found.stderr.strip()
