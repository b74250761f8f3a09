"""A reader that is killed from outside: its upload stays, and no half layer is left."""

import json
import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from gis_service.db.ingest import StagingWriter
from gis_service.errors import GisError
from gis_service.services import uploads_commit as commits
from gis_service.services import uploads_runs as runs
from gis_service.services.uploads import Upload
from tests.bad_files.marks import bad_input
from tests.bad_files.told import Told
from tests.upload_town import STAFF, UploadTown, make_upload_town
from tests.web.uploaded import points

MANY = 16_384 + 4_000


@pytest.fixture(scope="module")
def made(make_database: Callable[[], str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[UploadTown]:
    town = make_upload_town(make_database(), tmp_path_factory.mktemp("var"))
    yield town
    town.context.close()


@pytest.fixture
def town(made: UploadTown) -> UploadTown:
    return made.emptied()


@contextmanager
def reader_killed() -> Iterator[None]:
    """Kill the next reader that this process starts."""
    killed: list[int] = []
    ended = threading.Event()

    def killer() -> None:
        while not killed and not ended.wait(0.005):
            for pid in children():
                os.kill(pid, signal.SIGKILL)
                killed.append(pid)

    thread = threading.Thread(target=killer)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()
    assert killed, "no reader was started"


def killed_inspection(town: UploadTown, upload: Upload) -> tuple[str, int]:
    """Give the code and the status that an inspection ends with whose reader is killed."""
    with reader_killed(), pytest.raises(GisError) as caught:
        runs.inspect_soon(town.context, upload, STAFF)
    return caught.value.code.value, caught.value.status


def many(count: int) -> bytes:
    """Give so many long rows side by side."""
    made = json.loads(points(*(f"{number:06}" for number in range(count)), name="x" * 400))
    for number, feature in enumerate(made["features"]):
        feature["geometry"]["coordinates"][0] = 106.35 + number / 1e6
    return json.dumps(made).encode()


def chosen_again(town: UploadTown, id_: str) -> Upload:
    return runs.choose(town.context, id_, dict, STAFF)


@bad_input(29, (503, "reading_machine_short"))
def test_a_killed_reader_leaves_the_upload_to_be_inspected_again(town: UploadTown, told: Told) -> None:
    id_ = town.whole().id
    code, status = killed_inspection(town, town.upload(id_))
    told.note(status, code, named=False)
    assert (code, status) == ("reading_machine_short", 503)
    left = town.upload(id_)
    assert (left.state, (left.problem or {})["code"]) == ("ready", "reading_machine_short")
    ready = runs.inspect_soon(town.context, chosen_again(town, id_), STAFF)
    assert (ready.state, ready.problem) == ("ready", None)


@bad_input(29)
def test_a_file_whose_reader_is_killed_twice_in_a_row_is_refused(town: UploadTown) -> None:
    id_, job = town.by_job()
    with reader_killed():
        town.work(job)
    left = town.upload(id_)
    assert (left.state, (left.problem or {})["code"]) == ("ready", "reading_machine_short")
    again = chosen_again(town, id_)
    assert killed_inspection(town, again) == ("file_rejected_reader_limit", 422)
    assert town.upload(id_).state == "refused"
    assert not town.folder(id_).exists()


@bad_input(29)
@pytest.mark.parametrize("by", ["request", pytest.param("job", marks=pytest.mark.slow)])
def test_a_reader_that_is_killed_amid_a_commit_leaves_no_half_layer(
    town: UploadTown, monkeypatch: pytest.MonkeyPatch, by: str
) -> None:
    commits.commit(town.context, town.seemingly_ready().id, STAFF)
    id_ = town.seemingly(town.whole(many(MANY)), version=1).id
    write, staged = StagingWriter.write, list[int]()

    def written(self: StagingWriter, first: int, *rest: Any) -> None:  # noqa: ANN401  whatever it takes
        write(self, first, *rest)
        if not staged:
            [reader] = children()
            os.kill(reader, signal.SIGKILL)
        staged.append(first)

    with monkeypatch.context() as patched:
        patched.setattr(StagingWriter, "write", written)
        if by == "job":
            town.work(commits.accept(town.context, id_, STAFF).id)
        else:
            with pytest.raises(GisError) as caught:
                commits.commit(town.context, id_, STAFF)
            assert caught.value.code == "reading_machine_short"
    assert staged[0] == 1  # the next rows may have been on their way
    assert (town.upload(id_).state, town.markets(), town.versions()) == ("ready", ["a", "b"], 1)
    if by == "job":
        assert commits.commit(town.context, id_, STAFF).state == "committed"
        assert (len(town.markets()), town.versions()) == (MANY, 2)


def children() -> list[int]:
    """Find the readers that this process has started."""
    tasks = [task / "children" for task in Path("/proc/self/task").iterdir()]
    there = [int(pid) for task in tasks for pid in task.read_text().split()]
    return [pid for pid in there if b"readers.child" in Path(f"/proc/{pid}/cmdline").read_bytes()]
