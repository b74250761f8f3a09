import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest
from click.testing import CliRunner, Result

from gis_service import cli
from gis_service.cli import main
from gis_service.settings import ROOT


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, database_url: str) -> None:
    for name in ("LC_ALL", "LC_MESSAGES"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LANG", "C.UTF-8")
    monkeypatch.setenv("GIS_DATABASE_URL", database_url)
    monkeypatch.setenv("GIS_DATA_DIR", str(tmp_path))


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, arguments)


def test_psql_takes_the_address_as_it_stands() -> None:
    address = run("db", "url").stdout.strip()
    query = "CREATE TEMP TABLE t (g geometry(Point, 4326)); SELECT has_schema_privilege('layer', 'CREATE')"
    done = subprocess.run(["psql", address, "-qAtc", query], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "t"


def test_status_hides_the_password() -> None:
    result = run("db", "status")
    assert result.exit_code == 0
    assert "***" in result.stdout
    assert "answers" in result.stdout


def test_migrating_again_changes_nothing() -> None:
    assert run("db", "migrate").stdout == run("db", "migrate").stdout


def test_an_older_table_gets_the_fields_of_its_definition_and_is_told(
    monkeypatch: pytest.MonkeyPatch, make_database: Callable[[], str]
) -> None:
    url = make_database()
    monkeypatch.setenv("GIS_DATABASE_URL", url)
    make = "CREATE TABLE layer.wifi (fid bigint PRIMARY KEY, geom geometry(Point, 4326), code text)"
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(make)
        connection.execute("INSERT INTO layer.wifi (fid, code) VALUES (1, 'w1')")
    told = run("db", "migrate")
    assert (told.exit_code, told.stdout.count("wifi: ")) == (0, 1), told.output
    assert "name" in told.stdout
    assert "wifi" not in run("db", "migrate").stdout
    with psycopg.connect(url) as connection:
        assert connection.execute("SELECT code, name FROM layer.wifi").fetchall() == [("w1", None)]


def test_starting_another_database_is_not_ours_to_do() -> None:
    assert run("db", "start").stdout == "already running\n"
    assert run("db", "stop").exit_code == 2


@pytest.mark.parametrize(
    ("url", "code", "words"),
    [
        ("nonsense", 2, "postgresql://role:password@host:port/name"),
        ("postgresql://u:secret@127.0.0.1:1/d", 6, "No connection"),
    ],
)
def test_a_bad_database_ends_with_its_exit_code(
    monkeypatch: pytest.MonkeyPatch, url: str, code: int, words: str
) -> None:
    monkeypatch.setenv("GIS_DATABASE_URL", url)
    result = run("db", "migrate")
    assert result.exit_code == code
    assert words in result.stderr
    assert "secret" not in result.output


def test_a_wrong_setting_is_named_in_the_language_of_the_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LANG", "vi_VN.UTF-8")
    monkeypatch.setenv("GIS_PORT", "many")
    result = run("db", "url")
    assert result.exit_code == 2
    assert "Thiết lập GIS_PORT có giá trị 'many'" in result.stderr


@pytest.mark.parametrize("arguments", [["nonsense"], ["db", "nonsense"], ["db", "url", "--nonsense"]])
def test_an_unknown_word_is_wrong_use(arguments: list[str]) -> None:
    assert run(*arguments).exit_code == 2


@pytest.mark.parametrize("noun", cli.NOUNS)
def test_every_noun_has_its_group_and_helps(noun: str) -> None:
    result = run(noun, "--help")
    assert result.exit_code == 0
    assert noun in result.stdout


def test_help_imports_no_noun() -> None:
    program = "import sys; from gis_service.cli import main; main(['--help'], standalone_mode=False)"
    program += "; heavy = ('gis_service.services', 'sqlalchemy', 'pandas')"
    program += "; print([name for name in sys.modules if name.startswith(heavy)])"
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines()[-1] == "[]"


def test_a_check_ends_with_3_tells_each_fault_and_repairs_on_request(
    monkeypatch: pytest.MonkeyPatch, make_database: Callable[[], str]
) -> None:
    url = make_database()
    monkeypatch.setenv("GIS_DATABASE_URL", url)
    with psycopg.connect(url) as editor:
        editor.execute("CREATE TABLE layer.well (fid bigint PRIMARY KEY, geom geometry(Point, 4326))")
        editor.execute("INSERT INTO layer.well VALUES (7, NULL)")
    result = run("db", "check")
    assert result.exit_code == 3
    assert "well: The table is not under history: run with --repair." in result.stderr
    result = run("db", "check", "--repair")
    assert (result.exit_code, result.stderr) == (0, "")
    assert "Layer well: what had gone past the history was written down as version 1." in result.stdout
    sound, *walls = run("db", "check").stdout.splitlines()
    assert sound == "1 table: data and history agree."
    assert "(seccomp)" in " ".join(walls)


def test_a_back_up_is_told_in_one_line_and_not_restored_over_anything(tmp_path: Path) -> None:
    result = run("db", "backup", str(tmp_path / "a.dump"))
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.startswith(f"{tmp_path / 'a.dump'}: the state of ")
    assert run("db", "backup", str(tmp_path / "a.dump")).exit_code == 5
    result = run("db", "restore", str(tmp_path / "a.dump"))
    assert result.exit_code == 5
    assert "nothing was overwritten" in result.stderr
    assert run("db", "restore", str(tmp_path / "none.dump")).exit_code == 4


def test_a_back_up_is_restored_into_an_empty_database(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, make_empty: Callable[[], str]
) -> None:
    run("db", "backup", str(tmp_path / "a.dump"))
    monkeypatch.setenv("GIS_DATABASE_URL", make_empty())
    result = run("db", "restore", str(tmp_path / "a.dump"))
    assert (result.exit_code, result.stderr) == (0, "")
    assert " is back, " in result.stdout
    assert run("db", "check").exit_code == 0
