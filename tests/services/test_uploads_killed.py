"""A process that is killed at any moment leaves an upload whole, and it goes on from there."""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest

from gis_service.db import uploads as rows
from gis_service.db.cluster import Cluster
from gis_service.db.engine import transaction
from gis_service.db.history_check import check
from gis_service.db.ingest import StagingWriter
from gis_service.db.migrate import migrate
from gis_service.errors import GisError, Temporary
from gis_service.files.rooms import home_of
from gis_service.services import uploads
from gis_service.services import uploads_commit as commits
from gis_service.services import uploads_runs as runs
from gis_service.services.uploads import Upload
from gis_service.services.uploads_sweep import sweep
from gis_service.settings import ROOT
from tests.bad_files.marks import bad_input
from tests.job_town import environment_of, wait_until
from tests.upload_town import LAYER, STAFF, UploadTown, make_upload_town
from tests.web.uploaded import points

KILLED = """
import json, sys
from gis_service.files.upload_store import UploadStore
from gis_service.services import job_runs, uploads, uploads_inspection
from gis_service.services import uploads_commit as commits
from gis_service.services import uploads_runs as runs
from gis_service.services.accounts import Caller, Role
from gis_service.services.context import open_context
from gis_service.services.transactions import reading
from gis_service.settings import read_settings
from tests.killed import die, die_after, each_in_its_own

told = json.loads(sys.argv[1])
context = open_context(read_settings())
with reading(context):
    pass  # what a process reads once

def work(moment, about):
    context.engine.dispose(close=False)  # the connections of the process before
    die_after(context.engine, *about["words"])
    if moment == "reading":
        uploads_inspection.inspect_rows = lambda *_, **__: die()
    if moment == "committed":
        UploadStore.drop = lambda *_: die()
    if "job" in about:
        job_runs.run_job(context, about["job"])
    elif "chunks" in about:
        upload = uploads.again(context, about["upload"])
        sent = (chunk.encode() if chunk else die() for chunk in about["chunks"])
        uploads.append(context, upload, 0, sent, Caller(Role.GIS_STAFF, "lan"))
    else:
        commits.commit(context, about["upload"], Caller(Role.GIS_STAFF, "lan"))

each_in_its_own(work, told)
"""
WORDS = {
    "begun": ["FOR UPDATE"],
    "loaded": ["FOR UPDATE", 'INSERT INTO layer."market"'],
    "committing": ["UPDATE gis.upload", "COMMIT"],
    "committed": [],
}
"""What had been executed when the process that commits died; nothing more when it had come to its end."""


@pytest.fixture
def town(make_database: Callable[[], str], tmp_path: Path) -> Iterator[UploadTown]:
    made = make_upload_town(make_database(), tmp_path)
    yield made
    made.context.close()


def environment(town: UploadTown) -> dict[str, str]:
    settings = town.context.settings
    return environment_of(settings.database_url or "", settings.data_dir) | {"GIS_UPLOAD_FREE_MB": "1"}


def die(town: UploadTown, told: dict[str, object]) -> None:
    command = [sys.executable, "-c", KILLED, json.dumps(told)]
    subprocess.run(command, cwd=ROOT, env=environment(town), check=True)


def begun_job(town: UploadTown, job: str) -> None:
    town.do("UPDATE gis.job SET status = 'running', attempts = attempts + 1 WHERE id = :id", id=job)


def sound(town: UploadTown) -> bool:
    with transaction(town.context.engine) as connection:
        return list(check(connection)) == []


@bad_input(28)
@pytest.mark.parametrize(
    ("moment", "by"),
    [
        ("committing", "job"),
        *(
            pytest.param(moment, by, marks=pytest.mark.slow)
            for moment in WORDS
            for by in ("job", "request")
            if (moment, by) != ("committing", "job")
        ),
    ],
)
def test_a_commit_that_is_killed_is_whole_or_not_at_all_and_can_be_done_again(
    town: UploadTown, moment: str, by: str
) -> None:
    id_ = town.seemingly_ready().id
    job = commits.accept(town.context, id_, STAFF).id if by == "job" else None
    about: dict[str, object] = {"upload": id_, "words": WORDS[moment]}
    if job:
        begun_job(town, job)
        about["job"] = job
    die(town, {moment: about})
    done = moment == "committed"
    assert town.upload(id_).state == ("committed" if done else "committing" if job else "ready")
    assert (town.markets(), town.versions()) == ((["a", "b"], 1) if done else ([], 0))
    if job:
        town.work(job)
    else:
        commits.commit(town.context, id_, STAFF)
    assert (town.upload(id_).state, town.markets(), town.versions()) == ("committed", ["a", "b"], 1)
    sweep(town.context.engine, town.context.settings, orphan_s=-10)
    assert not town.folder(id_).exists()
    assert sound(town)


@pytest.mark.slow
def test_an_inspection_that_is_killed_while_it_reads_leaves_no_file_behind(town: UploadTown) -> None:
    begun = runs.inspect_soon(town.context, town.whole(), STAFF, later=True)
    begun_job(town, begun.job or "")
    die(town, {"reading": {"job": begun.job, "words": []}})
    reading = home_of(town.context.settings)
    assert len(list(reading.iterdir())) == 2, "a folder and its lock"
    sweep(town.context.engine, town.context.settings)
    assert list(reading.iterdir()) == []
    town.work(begun.job or "")
    assert town.upload(begun.id).state == "ready"


@pytest.mark.slow
@pytest.mark.parametrize("words", [["UPDATE gis.upload"], ["UPDATE gis.job", "COMMIT"]])
def test_an_inspection_that_is_killed_is_done_again(town: UploadTown, words: list[str]) -> None:
    begun = runs.inspect_soon(town.context, town.whole(), STAFF, later=True)
    begun_job(town, begun.job or "")
    die(town, {"inspecting": {"job": begun.job, "words": words}})
    assert town.upload(begun.id).state == "inspecting"
    town.work(begun.job or "")
    assert town.upload(begun.id).state == "ready"


@pytest.mark.slow
def test_a_process_that_is_killed_while_it_receives_leaves_what_had_come(town: UploadTown) -> None:
    content = points("a").decode()
    cut, whole = (uploads.start(town.context, "x", len(content.encode()), STAFF).id for _ in range(2))
    about: dict[str, object] = {
        "cut": {"upload": cut, "chunks": [content[:50], ""], "words": []},
        "noted": {"upload": whole, "chunks": [content], "words": ["UPDATE gis.upload"]},
    }
    die(town, about)
    assert uploads.offset_of(town.context.settings, town.upload(cut)) == 50
    rest = uploads.append(town.context, town.upload(cut), 50, [content[50:].encode()], STAFF)
    assert rest.state == "inspecting"
    assert uploads.received(town.context, town.upload(whole), STAFF).state == "inspecting"


@contextmanager
def held_up(town: UploadTown) -> Iterator[Callable[[], bool]]:
    """Keep every commit from going on; tells whether one stands before the table."""
    url = town.context.settings.database_url or ""
    asked = "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 'layer.market'::regclass"
    with psycopg.connect(url) as holder, psycopg.connect(url, autocommit=True) as asker:
        holder.execute(f"LOCK TABLE layer.{LAYER} IN ACCESS EXCLUSIVE MODE")
        yield lambda: asker.execute(asked).fetchone() != (0,)


@contextmanager
def worker(town: UploadTown, log: Path) -> Iterator["subprocess.Popen[str]"]:
    with log.open("a") as told:
        command = [sys.executable, "-m", "gis_service.worker"]
        started = subprocess.Popen(command, env=environment(town), cwd=ROOT, stderr=told, text=True)
    try:
        yield started
    finally:
        started.kill()
        started.wait(10)


@bad_input(28)
@pytest.mark.slow
def test_another_worker_commits_what_a_killed_one_had_begun(town: UploadTown, tmp_path: Path) -> None:
    commits.commit(town.context, town.seemingly_ready().id, STAFF)
    id_ = town.ready(points("c")).id
    job = commits.accept(town.context, id_, STAFF).id
    log = tmp_path / "worker.log"
    with held_up(town) as waits, worker(town, log) as first:
        wait_until(waits, log.read_text)
        first.send_signal(signal.SIGKILL)
        first.wait(10)
        assert (town.upload(id_).state, town.versions()) == ("committing", 1)
    with worker(town, log):
        wait_until(lambda: town.upload(id_).state == "committed", log.read_text)
    assert (town.job(job).attempts, town.markets(), town.versions()) == (2, ["c"], 2)


@pytest.mark.slow
def test_a_worker_inspects_what_came_and_keeps_the_house(town: UploadTown, tmp_path: Path) -> None:
    left = town.whole().id
    town.do("UPDATE gis.upload SET updated_at = now() - interval '5 minutes'")
    log = tmp_path / "worker.log"
    with worker(town, log):
        wait_until(lambda: town.upload(left).state == "ready", log.read_text)
    assert "taking up upload" in log.read_text()


@pytest.fixture(scope="module")
def own() -> Iterator[Cluster]:
    """Give a server of its own; not below pytest's folder, which is closed to whom it runs as."""
    parent = Path(tempfile.mkdtemp(prefix="gis-service-test-"))
    parent.chmod(0o755)
    made = Cluster(parent / "cluster", durable=True)
    made.start()
    migrate(made.url())
    yield made
    made.remove()
    shutil.rmtree(parent)


@bad_input(28)
@pytest.mark.slow
def test_a_server_that_is_stopped_amid_a_commit_has_the_old_state_and_the_upload_goes_on(
    own: Cluster, tmp_path: Path
) -> None:
    town = make_upload_town(own.url(), tmp_path).emptied()
    commits.commit(town.context, town.seemingly_ready().id, STAFF)
    id_ = town.ready(points("c")).id
    errors: list[GisError] = []

    def commit() -> None:
        try:
            commits.commit(town.context, id_, STAFF)
        except GisError as error:
            errors.append(error)

    with suppress(psycopg.OperationalError), held_up(town) as waits:
        thread = threading.Thread(target=commit)
        thread.start()
        wait_until(waits)
        own.stop()
    thread.join()
    town.context.close()
    own.start()
    assert [error.code for error in errors] == ["database_unavailable"]
    assert (town.upload(id_).state, town.markets(), town.versions()) == ("ready", ["a", "b"], 1)
    commits.commit(town.context, id_, STAFF)
    assert (town.markets(), town.versions(), sound(town)) == (["c"], 2, True)
    town.context.close()


def ended(server: Cluster) -> None:
    """End a server at once, as when the power fails."""
    process = server.postmaster()
    assert process is not None
    os.kill(process, signal.SIGKILL)
    wait_until(lambda: server.postmaster() is None)


@bad_input(28)
@pytest.mark.slow
@pytest.mark.parametrize(
    ("step", "left"), [("taking", "receiving"), ("keeping", "received"), ("copying", "ready")]
)
def test_a_server_that_is_killed_at_any_step_leaves_an_upload_that_goes_on_or_is_dropped(
    own: Cluster, tmp_path: Path, step: str, left: str
) -> None:
    town = make_upload_town(own.url(), tmp_path).emptied()
    upload = uploads.start(town.context, "x", None, STAFF) if step == "taking" else town.whole()
    if step == "copying":
        town.seemingly(upload)
    with pytest.raises(Temporary) as told:
        work_without_a_server(own, town, upload, step)
    assert told.value.code == "database_unavailable"
    town.context.close()
    own.start()
    assert (town.upload(upload.id).state, town.markets(), town.versions()) == (left, [], 0)
    sweep(town.context.engine, town.context.settings, idle=timedelta(0))
    found = town.upload(upload.id)
    if step == "taking":
        assert (found.state, town.folder(upload.id).exists()) == ("dropped", False)
    else:
        if step == "keeping":
            town.work(found.job or "")
        commits.commit(town.context, upload.id, STAFF)
        assert (town.markets(), town.versions(), sound(town)) == (["a", "b"], 1, True)
    town.context.close()


def work_without_a_server(own: Cluster, town: UploadTown, upload: Upload, step: str) -> None:
    """Do a step of an upload whose server is killed in the middle of it."""

    def pieces() -> Iterator[bytes]:
        yield points("a")
        ended(own)

    with pytest.MonkeyPatch.context() as patch:
        if step == "taking":
            runs.take(town.context, upload, pieces(), STAFF)
        elif step == "keeping":
            patch.setattr(rows, "change_upload", ended_before(own, rows.change_upload))
            runs.inspect_soon(town.context, upload, STAFF)
        else:
            patch.setattr(StagingWriter, "write", ended_before(own, StagingWriter.write))
            commits.commit(town.context, upload.id, STAFF)


def ended_before(own: Cluster, does: Callable[..., Any]) -> Callable[..., Any]:
    """Give what does the same, and ends the server before it."""

    def after(*given: Any, **named: Any) -> Any:  # noqa: ANN401  as it takes and gives them
        ended(own)
        return does(*given, **named)

    return after
