"""``python -m gis_service users``."""

import pytest
from click.testing import CliRunner

from gis_service.cli.users import users
from gis_service.db.engine import open_engine, transaction
from gis_service.services.accounts import Caller, Role, caller_of


@pytest.mark.parametrize("role", Role)
def test_the_last_line_is_a_token_of_the_role(
    database_url: str, monkeypatch: pytest.MonkeyPatch, role: Role
) -> None:
    monkeypatch.setenv("GIS_DATABASE_URL", database_url)
    result = CliRunner().invoke(users, ["token", "--role", role.value, "--label", "Lan"])
    assert result.exit_code == 0, result.output
    engine = open_engine(database_url)
    with transaction(engine) as connection:
        assert caller_of(connection, result.stdout.splitlines()[-1]) == Caller(role, "Lan")
    engine.dispose()


@pytest.mark.parametrize("arguments", [["token"], ["token", "--role", "king"]])
def test_a_role_must_be_one_of_ours(arguments: list[str]) -> None:
    assert CliRunner().invoke(users, arguments).exit_code == 2
