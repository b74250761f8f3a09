"""The commands of jobs, from the shell's side: what is printed, and the exit code."""

from collections.abc import Callable, Iterator

import pytest
from click.testing import CliRunner, Result

from gis_service.cli import main
from gis_service.db import job_rows as rows
from gis_service.db.engine import transaction
from tests.job_town import Town, make_town


@pytest.fixture(scope="module")
def town(make_database: Callable[[], str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    made = make_town(make_database(), tmp_path_factory.mktemp("jobs"))
    yield made
    made.close()


@pytest.fixture
def jobs(town: Town, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    monkeypatch.setenv("GIS_DATABASE_URL", town.url)
    monkeypatch.setenv("GIS_DATA_DIR", str(town.folder))
    monkeypatch.setenv("LC_ALL", "vi_VN.UTF-8")
    return lambda *words: CliRunner().invoke(main, ["jobs", *words])


def test_jobs_are_listed_the_newest_first(town: Town, jobs: Callable[..., Result]) -> None:
    asked = [town.ask(limit=limit).id for limit in (1000.0, 2000.0)]
    lines = jobs("list", "--status", "accepted").stdout.splitlines()
    assert [line.split()[0] for line in lines[:2]] == asked[::-1]
    assert "lan" in lines[0]
    first = jobs("list", "--limit", "1").stdout.splitlines()
    assert first[0].split()[0] == asked[1]
    onward = jobs("list", "--limit", "1", *first[1].split()).stdout
    assert onward.split()[0] == asked[0]


def test_a_job_is_shown_computed_and_shown_again(town: Town, jobs: Callable[..., Result]) -> None:
    id_ = town.ask(limit=3000.0).id
    assert "Đang chờ đến lượt." in jobs("show", id_).stdout
    assert jobs("run", id_).exit_code == 0
    assert town.job(id_).status == "accepted", "only a worker begins a job"
    with transaction(town.engine) as connection:
        rows.begin_job(connection, id_, "here:1")
    assert jobs("run", id_).exit_code == 0
    shown = jobs("show", id_).stdout
    assert "successful" in shown
    assert "coverage_" in shown.splitlines()[-1]


def test_a_job_is_cancelled(town: Town, jobs: Callable[..., Result]) -> None:
    id_ = town.ask(limit=4000.0).id
    said = jobs("cancel", id_)
    assert said.exit_code == 0
    assert "dismissed" in said.stdout
    assert "Đã huỷ." in said.stdout
    assert town.job(id_).status == "dismissed"


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("show", "job_0"), 4),
        (("cancel", "job_0"), 4),
        (("run", "job_0"), 4),
        (("list", "--limit", "0"), 2),
        (("list", "--status", "lost"), 2),
        (("list", "--after", "nonsense"), 2),
    ],
)
def test_errors_have_their_exit_code_and_words(
    jobs: Callable[..., Result], words: tuple[str, ...], code: int
) -> None:
    found = jobs(*words)
    assert found.exit_code == code
    assert found.stderr.strip()
