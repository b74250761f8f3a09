"""Commands on a database that is not ready: words and exit code 6, no traceback."""

from collections.abc import Callable

import psycopg
import pytest
from click.testing import CliRunner

from gis_service.cli import main


@pytest.fixture(scope="module")
def unmigrated(make_database: Callable[[], str]) -> str:
    url = make_database()
    with psycopg.connect(url) as connection:
        connection.execute("DROP SCHEMA gis CASCADE; DROP SCHEMA layer CASCADE")
    return url


@pytest.mark.parametrize(
    "arguments",
    [
        ["layers", "list"],
        ["users", "token", "--role", "planner"],
        ["study", "list"],
        ["study", "merger"],
    ],
)
def test_a_command_before_the_migration_names_it(
    unmigrated: str, monkeypatch: pytest.MonkeyPatch, arguments: list[str]
) -> None:
    monkeypatch.setenv("GIS_DATABASE_URL", unmigrated)
    monkeypatch.setenv("LANG", "C.UTF-8")
    monkeypatch.delenv("LC_ALL", raising=False)
    result = CliRunner().invoke(main, arguments)
    assert result.exit_code == 6, result.output
    assert "python -m gis_service db migrate" in result.stderr


def test_status_hides_a_password_of_the_query(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    password = database_url.split("@", maxsplit=1)[0].rsplit(":", 1)[1]
    monkeypatch.setenv(
        "GIS_DATABASE_URL", database_url.replace(f":{password}@", "@") + f"?password={password}"
    )
    result = CliRunner().invoke(main, ["db", "status"])
    assert "state     answers" in result.stdout
    assert password not in result.output
