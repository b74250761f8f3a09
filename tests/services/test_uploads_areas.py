"""Overlapping areas of an upload are closed by the job that publishes them, as the inspection has told."""

import json
from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import text

from gis_service.services import uploads_commit as commits
from gis_service.services import uploads_runs as runs
from gis_service.services.transactions import reading
from gis_service.services.uploads import Upload
from tests.upload_town import STAFF, UploadTown, make_upload_town

OVERLAPS = "SELECT sum(ST_Area(ST_Intersection(a.geom, b.geom))) FROM layer.land_use a, layer.land_use b"
WEST, BOTH, EAST = 106.34, 106.345, 106.35


@pytest.fixture
def town(make_database: Callable[[], str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[UploadTown]:
    made = make_upload_town(make_database(), tmp_path_factory.mktemp("var"))
    yield made
    made.context.close()


def fields(*spans: tuple[float, float]) -> bytes:
    """Give fields beside each other, from one longitude to the next."""
    south, north = 20.44, 20.45
    features = [
        {
            "type": "Feature",
            "properties": {"code": f"r{number}", "use": "farmland"},
            "geometry": {
                "type": "Polygon",
                "coordinates": [[[w, south], [e, south], [e, north], [w, north], [w, south]]],
            },
        }
        for number, (w, e) in enumerate(spans)
    ]
    return json.dumps({"type": "FeatureCollection", "features": features}).encode()


def inspected(town: UploadTown, *repairs: str) -> Upload:
    """Let a job inspect two fields that overlap by a strip of half a metre."""
    content = fields((WEST, BOTH + 5e-6), (BOTH, EAST))
    whole = town.whole(content, {"layer": "land_use", "repairs": list(repairs)})
    begun = runs.inspect_soon(town.context, whole, STAFF, later=True)
    town.work(begun.job or "")
    return town.upload(begun.id)


def test_a_job_closes_what_the_inspection_said_it_would(town: UploadTown) -> None:
    (warned,) = (inspected(town).inspection or {})["findings"]
    assert (warned["error"]["code"], warned["repair"]) == ("coverage_overlap", "slivers")
    upload = inspected(town, "slivers")
    seen = upload.inspection or {}
    assert (upload.state, seen["findings"]) == ("ready", [])
    (told,) = [entry for entry in seen["layers"][0]["notices"] if entry["code"] == "repaired_slivers"]
    town.work(commits.accept(town.context, upload.id, STAFF).id)
    result = town.upload(upload.id).result or {}
    assert (town.upload(upload.id).state, result["features"], result["findings"]) == ("committed", 2, [])
    assert told in result["notices"]
    with reading(town.context) as connection:
        assert connection.execute(text(f"{OVERLAPS} WHERE a.fid < b.fid")).scalar_one() == 0
