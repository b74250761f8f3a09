"""The commit of a raster that somebody waits for: each step has the time that is left, then it is a job's."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from gis_service.catalogue.user_layer import body_of
from gis_service.db.layers import lock_layer
from gis_service.files.readers import raster_process
from gis_service.files.readers.raster_contents import RasterContents
from gis_service.files.readers.raster_limits import RasterQuestion
from gis_service.services import uploads_commit as commits
from gis_service.services import user_layers
from gis_service.services.accounts import OPERATOR
from gis_service.services.jobs import Job
from gis_service.services.raster_load import LOCK_WAIT_S
from gis_service.services.transactions import reading, writing
from gis_service.services.uploads import Upload
from gis_service.types import LayerId
from tests.raster_files import answer_here, cells_of, write_tif
from tests.upload_town import STAFF, UploadTown, make_upload_town
from tests.web.made_layers import wells

LAYER = "ground"
WAIT_S = 10.0


@pytest.fixture(scope="module")
def town(make_database: Callable[[], str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[UploadTown]:
    made = make_upload_town(make_database(), tmp_path_factory.mktemp("var"))
    document = wells(LAYER, geometry="Raster", key=None, fields=[])
    with writing(made.context) as connection:
        user_layers.create(connection, made.context.catalogue, body_of(document), caller=OPERATOR)
    yield made
    made.context.close()


@pytest.fixture
def ready(town: UploadTown, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Upload:
    """Bring in a raster that is to be committed while somebody waits."""
    monkeypatch.setattr(raster_process, "_answer", answer_here)
    monkeypatch.setattr(commits, "WAIT_S", WAIT_S)
    tif = write_tif(tmp_path / "a.tif", cells_of("int16"))
    whole = town.whole(tif.read_bytes(), {"layer": LAYER, "kind": "values"})
    return town.seemingly(whole, version=versions(town)[-1], layer=LAYER)


def versions(town: UploadTown) -> list[int]:
    asked = text("SELECT id FROM gis.version WHERE layer = :layer ORDER BY id")
    with reading(town.context) as connection:
        return list(connection.execute(asked, {"layer": LAYER}).scalars())


def test_every_reader_has_the_time_that_is_left(
    town: UploadTown, ready: Upload, monkeypatch: pytest.MonkeyPatch
) -> None:
    seconds: dict[str, int] = {}

    def slowly(question: RasterQuestion, folder: Path) -> RasterContents:
        seconds[question.task] = question.limits.seconds
        if question.task == "inspect":
            time.sleep(1.1)
        return answer_here(question, folder)

    monkeypatch.setattr(raster_process, "_answer", slowly)
    assert isinstance(commits.commit_soon(town.context, ready.id, STAFF), Upload)
    assert list(seconds) == ["inspect", "make"]
    assert seconds["inspect"] == WAIT_S
    assert seconds["make"] < WAIT_S


def test_a_commit_that_takes_longer_than_somebody_waits_is_left_to_a_job(
    town: UploadTown, ready: Upload, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(commits, "WAIT_S", -1.0)
    given, before = commits.commit_soon(town.context, ready.id, STAFF), versions(town)
    assert isinstance(given, Job)
    assert town.upload(ready.id).state == "committing"
    town.work(given.id)
    assert (town.upload(ready.id).state, len(versions(town))) == ("committed", len(before) + 1)


def test_a_commit_does_not_wait_longer_for_who_holds_the_layer(
    town: UploadTown, ready: Upload, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(commits, "WAIT_S", 1.0)
    begun = time.monotonic()
    with writing(town.context) as holder:
        lock_layer(holder, LayerId(LAYER))
        given = commits.commit_soon(town.context, ready.id, STAFF)
    assert isinstance(given, Job)
    assert time.monotonic() - begun < LOCK_WAIT_S / 2
