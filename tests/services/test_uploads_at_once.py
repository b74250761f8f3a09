"""Uploads that are worked on at once: in one process, by several, and on a machine that has no room left."""

import errno
import os
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from gis_service.errors import Conflict, GisError, NotFound, Temporary
from gis_service.files.readers import ReaderLimits, process
from gis_service.services import (
    ingest_inspect,
    uploads,
    uploads_at_once,
    uploads_files,
    uploads_inspection,
)
from gis_service.services import uploads_commit as commits
from gis_service.services import uploads_runs as runs
from gis_service.services.jobs import Job
from gis_service.services.transactions import writing
from gis_service.services.uploads import Upload
from gis_service.services.uploads_at_once import AT_ONCE
from gis_service.services.uploads_changes import changes_of
from gis_service.services.uploads_inspection import Source
from tests.bad_files.marks import bad_input
from tests.upload_town import STAFF, UploadTown, make_upload_town
from tests.web.uploaded import points


@pytest.fixture(scope="module")
def made(make_database: Callable[[], str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[UploadTown]:
    town = make_upload_town(make_database(), tmp_path_factory.mktemp("var"))
    yield town
    town.context.close()


@pytest.fixture
def town(made: UploadTown) -> UploadTown:
    made.do("DELETE FROM gis.upload")
    made.do("DROP TABLE IF EXISTS layer.market, history.market")
    made.do("DELETE FROM gis.version")
    return made


@bad_input(28)
def test_a_full_disk_leaves_the_upload_as_it_came(town: UploadTown, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    whole = town.whole()
    with monkeypatch.context() as patched:
        patched.setattr(process, "lay_out", full)
        with pytest.raises(Temporary) as caught:
            runs.inspect_soon(town.context, whole, STAFF)
    assert caught.value.code == "upload_disk_full"
    left = town.upload(whole.id)
    assert (left.state, (left.problem or {})["code"]) == ("ready", "upload_disk_full")
    assert town.folder(whole.id).is_dir()
    again = runs.choose(town.context, whole.id, dict, STAFF)
    assert runs.inspect_soon(town.context, again, STAFF).state == "ready"


@pytest.mark.parametrize("faulty", [False, True])
def test_whoever_inspects_hears_that_the_upload_was_dropped_meanwhile(
    town: UploadTown, monkeypatch: pytest.MonkeyPatch, *, faulty: bool
) -> None:
    look = uploads_files.inspect
    whole = town.whole(b"<VRT/>" if faulty else None)

    def dropped(*told: Any) -> dict[str, Any]:  # noqa: ANN401  whatever it takes
        with ExitStack() as after:
            after.callback(uploads.drop, town.context, whole.id, STAFF)
            return look(*told)

    monkeypatch.setattr(runs, "inspect", dropped)
    with pytest.raises(NotFound) as caught:
        runs.inspect_soon(town.context, whole, STAFF)
    assert caught.value.code == "upload_gone"
    assert town.upload(whole.id).state == "dropped"


def test_what_nobody_foresaw_ends_an_inspection_with_words_and_without_bytes(
    town: UploadTown, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    whole = town.whole()
    monkeypatch.setattr(uploads_inspection, "inspect_rows", failing)
    with pytest.raises(GisError) as caught:
        runs.inspect_soon(town.context, whole, STAFF)
    assert (caught.value.code, caught.value.params["reference"]) == ("internal", whole.id)
    left = town.upload(whole.id)
    assert (left.state, (left.problem or {})["code"]) == ("refused", "internal")
    assert not town.folder(whole.id).exists()


def test_an_upload_that_was_dropped_is_given_to_no_job(town: UploadTown) -> None:
    whole = town.whole()
    uploads.drop(town.context, whole.id, STAFF)
    with pytest.raises(NotFound):
        runs.inspect_soon(town.context, whole, STAFF, later=True)


def test_no_connection_is_held_while_a_file_is_read(
    town: UploadTown, monkeypatch: pytest.MonkeyPatch
) -> None:
    look, held = ingest_inspect.inspect_rows, list[str]()

    def looked(*told: Any, **also: Any) -> object:  # noqa: ANN401  whatever it takes
        held.append(town.context.engine.pool.status())
        return look(*told, **also)

    monkeypatch.setattr(uploads_inspection, "inspect_rows", looked)
    assert town.ready().state == "ready"
    assert len(held) == 1
    assert "Current Checked out connections: 0" in held[0]


@pytest.mark.parametrize("work", [commits.commit, commits.accept, commits.commit_soon])
def test_a_commit_does_not_wait_for_another_of_the_same_upload(
    town: UploadTown, work: Callable[..., object]
) -> None:
    id_ = town.seemingly_ready().id
    with writing(town.context) as connection:
        uploads.find(connection, id_, None, lock=True)
        with pytest.raises(Conflict) as caught:
            work(town.context, id_, STAFF)
    assert caught.value.code == "upload_busy"
    assert caught.value.status == 423


def test_a_commit_beyond_those_of_one_process_or_of_a_large_file_is_a_job(
    town: UploadTown, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, large = (town.seemingly_ready().id for _ in range(2))
    with ExitStack() as others:
        while AT_ONCE.acquire(blocking=False):
            others.callback(AT_ONCE.release)
        given = commits.commit_soon(town.context, first, STAFF)
    assert isinstance(given, Job)
    assert town.upload(first).state == "committing"
    town.work(given.id)
    done = commits.commit_soon(town.context, first, STAFF)
    assert isinstance(done, Upload)
    assert (done.state, town.versions()) == ("committed", 1)
    monkeypatch.setattr(uploads_at_once, "AT_ONCE_BYTES", 0)
    assert isinstance(commits.commit_soon(town.context, large, STAFF), Job)


@pytest.mark.parametrize("most", ["AT_ONCE_ROWS", "AT_ONCE_ROW_BYTES"])
def test_a_file_that_holds_more_than_it_weighs_is_given_to_a_job_and_so_is_its_commit(
    town: UploadTown, monkeypatch: pytest.MonkeyPatch, most: str
) -> None:
    monkeypatch.setattr(uploads_at_once, most, 1)
    monkeypatch.setattr(runs, "WAIT_S", 0.0)
    begun = runs.inspect_soon(town.context, town.whole(), STAFF)
    assert (begun.state, begun.problem) == ("inspecting", None)
    assert begun.job is not None
    town.work(begun.job)
    ready = town.upload(begun.id)
    assert ready.state == "ready"
    assert uploads_at_once.is_beyond(ready)
    assert changes_of(town.context, ready.id, STAFF) is None
    assert isinstance(commits.commit_soon(town.context, ready.id, STAFF), Job)


def test_a_file_whose_checks_take_longer_than_anybody_waits_is_given_to_a_job(
    town: UploadTown, monkeypatch: pytest.MonkeyPatch
) -> None:
    look = ingest_inspect.inspect_rows

    def slowly(*told: Any, **also: Any) -> object:  # noqa: ANN401  whatever it takes
        time.sleep(1.1)
        return look(*told, **also)

    whole = town.whole()
    monkeypatch.setattr(uploads_inspection, "inspect_rows", slowly)
    monkeypatch.setattr(runs, "WAIT_S", 1.0)
    found = runs.inspect_soon(town.context, whole, STAFF)
    assert (found.state, found.problem) == ("inspecting", None)


def test_a_file_that_is_opened_again_has_the_time_that_is_left() -> None:
    limits = ReaderLimits(seconds=900)
    nobody = Source(Path("x"), "x", {}, limits)
    assert nobody.limits_now is limits
    assert replace(nobody, until=time.monotonic() + 5).limits_now.seconds in (4, 5)
    assert replace(nobody, until=time.monotonic() - 5).limits_now.seconds == 1


def test_a_commit_that_fails_gives_its_turn_back(town: UploadTown) -> None:
    for _ in range(3):
        with pytest.raises(GisError):
            commits.commit_soon(town.context, town.whole().id, STAFF)
    assert isinstance(commits.commit_soon(town.context, town.seemingly_ready().id, STAFF), Upload)


def test_a_commit_waits_for_who_holds_the_layer_no_longer_than_somebody_waits_for_it(
    town: UploadTown, monkeypatch: pytest.MonkeyPatch
) -> None:
    commits.commit(town.context, town.seemingly_ready().id, STAFF)
    id_ = town.ready(points("c")).id
    monkeypatch.setattr(commits, "WAIT_S", 1.0)
    with writing(town.context) as holder:
        holder.execute(text("LOCK TABLE layer.market IN ACCESS EXCLUSIVE MODE"))
        given = commits.commit_soon(town.context, id_, STAFF)
    assert isinstance(given, Job)
    assert (town.upload(id_).state, town.versions()) == ("committing", 1)
    town.work(given.id)
    assert (town.markets(), town.versions()) == (["c"], 2)


def test_a_commit_that_takes_longer_than_somebody_waits_is_left_to_a_job(
    town: UploadTown, monkeypatch: pytest.MonkeyPatch
) -> None:
    id_ = town.seemingly_ready().id
    monkeypatch.setattr(commits, "WAIT_S", -1.0)
    given = commits.commit_soon(town.context, id_, STAFF)
    assert isinstance(given, Job)
    assert (town.upload(id_).state, town.versions()) == ("committing", 0)
