"""The programs that dump and put back: which ones, and how they are told the password."""

import subprocess
from pathlib import Path

import pytest

from gis_service.db import postgres
from gis_service.db.clients import Clients, find_clients
from gis_service.errors import ErrorCode, Temporary


@pytest.fixture
def library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give a folder of versions that stands for the one of the system."""
    monkeypatch.setattr(postgres, "LIBRARY", tmp_path)
    for name in ("14", "16", "17", "common"):
        (tmp_path / name / "bin").mkdir(parents=True)
        (tmp_path / name / "bin" / "pg_dump").touch()
    return tmp_path


@pytest.mark.parametrize(("server", "chosen"), [(14, "14"), (15, "16"), (17, "17")])
def test_the_programs_are_of_the_servers_version_or_the_next_newer_one(
    library: Path, server: int, chosen: str
) -> None:
    assert find_clients(server).folder == library / chosen / "bin"


@pytest.mark.usefixtures("library")
def test_without_programs_the_line_that_installs_them_is_told() -> None:
    with pytest.raises(Temporary) as caught:
        find_clients(18)
    assert caught.value.code is ErrorCode.BACKUP_PROGRAMS_MISSING
    assert "postgresql-client-18" in caught.value.remedy()


@pytest.mark.parametrize(
    ("url", "line"),
    [
        ("postgresql://u:a%3Ab%5Cc@h:1/d", "*:*:*:*:a\\:b\\\\c\n"),
        ("postgresql://u@h:1/d?password=secret&sslmode=require", "*:*:*:*:secret\n"),
        ("postgresql://u@h:1/d", ""),
    ],
)
def test_the_password_is_in_a_file_that_is_gone_afterwards(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, url: str, line: str
) -> None:
    seen: list[tuple[str, str, tuple[str, ...]]] = []

    def heard(
        _: Clients, environment: dict[str, str], program: str, *arguments: str
    ) -> subprocess.CompletedProcess[str]:
        secret = Path(environment["PGPASSFILE"])
        seen.append((str(secret), secret.read_text(), (program, *arguments)))
        assert secret.stat().st_mode & 0o077 == 0
        return subprocess.CompletedProcess([], 0)

    monkeypatch.setattr(Clients, "_run", heard)
    Clients(tmp_path).run(url, "pg_dump")
    ((secret, content, command),) = seen
    assert content == line
    assert not Path(secret).exists()
    assert "secret" not in " ".join(command)
    assert command[:3] == ("pg_dump", "--no-password", "--dbname")
