"""Which uploads are counted beforehand, and that counting leaves no trace."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from gis_service.errors import Conflict, ErrorCode
from gis_service.services import uploads, uploads_changes
from gis_service.services.uploads_at_once import AT_ONCE, AT_ONCE_BYTES
from gis_service.services.uploads_changes import Changes, _is_beyond_counting, changes_of
from tests.upload_town import STAFF, UploadTown, make_upload_town
from tests.web.pages.made_uploads import column, finding, seen, upload
from tests.web.uploaded import points


@pytest.mark.parametrize(
    ("more", "beyond"),
    [
        ({}, False),
        ({"findings": (finding(ErrorCode.DUPLICATE_KEY, "warning"),)}, False),
        ({"findings": (finding(ErrorCode.DUPLICATE_KEY),)}, True),
        ({"size": AT_ONCE_BYTES + 1}, True),
        ({"layer": seen(raster={"width": 1, "height": 1, "bands": []})}, True),
        ({"choices": {"placing": {"vintage": "communes_2025"}}}, False),
    ],
)
def test_what_cannot_be_counted_while_somebody_waits(more: dict[str, Any], beyond: bool) -> None:  # noqa: FBT001
    assert _is_beyond_counting(upload(**({"layer": seen(column("code"))} | more))) is beyond


@pytest.fixture(scope="module")
def town(make_database: Callable[[], str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[UploadTown]:
    made = make_upload_town(make_database(), Path(tmp_path_factory.mktemp("var")))
    yield made
    made.context.close()


def test_a_layer_that_is_not_there_yet_gets_all_rows_and_no_trace_of_the_count(town: UploadTown) -> None:
    ready = town.ready(points("a", "b", "c"))
    assert changes_of(town.context, ready.id, STAFF) == Changes(3, 0, 0, 0)
    assert (town.markets(), town.versions(), town.upload(ready.id).state) == ([], 0, "ready")


def test_a_count_waits_for_others_of_the_process_and_not_for_ever(
    town: UploadTown, monkeypatch: pytest.MonkeyPatch
) -> None:
    ready = town.ready(points("a"))
    monkeypatch.setattr(uploads_changes, "_WAIT_S", 0.01)
    with ExitStack() as others:
        while AT_ONCE.acquire(blocking=False):
            others.callback(AT_ONCE.release)
        assert changes_of(town.context, ready.id, STAFF) is None
    assert changes_of(town.context, ready.id, STAFF) == Changes(1, 0, 0, 0)


def test_an_upload_that_is_not_ready_is_not_counted(town: UploadTown) -> None:
    made = uploads.start(town.context, "chợ.geojson", 10, STAFF)
    with pytest.raises(Conflict) as refused:
        changes_of(town.context, made.id, STAFF)
    assert refused.value.code is ErrorCode.UPLOAD_NOT_READY
