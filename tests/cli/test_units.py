"""``units list|show|check``: what they print, and how they end."""

from collections.abc import Callable

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import text

from gis_service.cli import main
from gis_service.db.engine import open_engine, transaction
from gis_service.settings import Settings


@pytest.fixture(scope="module")
def url(make_town_database: Callable[[str], str]) -> str:
    return make_town_database("merged_town")


@pytest.fixture(autouse=True)
def _surroundings(settings: Settings, monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setenv("GIS_DATABASE_URL", url)
    monkeypatch.setenv("GIS_DATA_DIR", str(settings.data_dir))
    monkeypatch.setenv("LANG", "C.UTF-8")
    monkeypatch.delenv("LC_ALL", raising=False)


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["units", *arguments])


def test_vintages_are_listed_with_their_validity_and_size() -> None:
    lines = run("list").stdout.splitlines()
    assert "communes_2024  commune  2024-11-10  2025-07-01  3  The 242 communes of late 2024" in lines
    assert "communes_2025  commune  2025-07-01  today  2  The 65 communes of today" in lines
    assert any(line.startswith("districts_2024  district  2019-04-01  2025-07-01  2  ") for line in lines)


def test_a_unit_is_shown_with_what_became_of_it_and_by_which_act() -> None:
    found = run("show", "a")
    assert found.exit_code == 0
    assert found.stdout.splitlines() == [
        "communes_2024  a  Xã A",
        "  became  communes_2025  ab  Xã AB  (whole, 2025-07-01, Nghị quyết thử)",
    ]
    assert "  was  communes_2024  b  Xã B  (whole, " in run("show", "ab", "--vintage", "communes_2025").stdout


def test_an_unknown_unit_ends_with_four() -> None:
    assert run("show", "nowhere").exit_code == 4


def test_a_sound_table_is_said_to_be_sound_and_a_faulty_one_ends_with_three(url: str) -> None:
    assert "3 rows, 1 step;" in run("check").stdout
    engine = open_engine(url)
    with transaction(engine) as connection:
        connection.execute(text("UPDATE layer.unit_change SET new_code = 'gone' WHERE old_code = 'c'"))
    found = run("check")
    assert found.exit_code == 3
    assert "communes_2025 has no unit gone" in found.stderr
    with transaction(engine) as connection:
        connection.execute(text("UPDATE layer.unit_change SET new_code = 'c2' WHERE old_code = 'c'"))
    engine.dispose()
