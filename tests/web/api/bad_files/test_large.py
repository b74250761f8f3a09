"""One feature of five million vertices is told, published, and drawn in preview and tiles."""

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from shapely.geometry import Polygon

from gis_service.db import job_rows
from gis_service.services import job_runs
from gis_service.services.transactions import writing
from tests.bad_files.counter import ENGLISH, codes, fault
from tests.bad_files.made import written
from tests.bad_files.targets import new_layer
from tests.web.uploaded import Desk, desk_of, uploads_served

VERTICES = 5_000_000
TILE = "/api/collections/lake/tiles/WebMercatorQuad/{}/{}/{}"
MOST_BYTES = 1 << 20
pytestmark = pytest.mark.slow


@pytest.fixture
def large_desk(make_database: Callable[[], str], city: Path, tmp_path: Path) -> Iterator[Desk]:
    limits = {"upload_max_mb": 200, "upload_free_mb": 1}
    with uploads_served(make_database(), city, tmp_path / "var", **limits) as service:
        yield desk_of(service, "gis_staff")


def work(desk: Desk, job: str) -> None:
    """Do a job as the child of a worker does."""
    with writing(desk.context) as connection:
        job_rows.begin_job(connection, job, "here")
    job_runs.run_job(desk.context, job)


def job_of(told: dict[str, list[dict[str, str]]]) -> str:
    return next(entry["href"] for entry in told["links"] if entry["rel"] == "monitor").rpartition("/")[2]


def test_five_million_vertices_are_warned_of_and_hold_nothing_up(large_desk: Desk, tmp_path: Path) -> None:
    angle = np.linspace(0, 2 * np.pi, VERTICES, endpoint=False)
    far = 0.02 + 0.001 * np.sin(50 * angle)
    shape = Polygon(np.column_stack([106.35 + far * np.cos(angle), 20.45 + far * np.sin(angle)]))
    content = written(tmp_path, "gpkg", [shape], {"code": ["a"]}, kind="Polygon").read_bytes()
    choices = {"definition": new_layer("lake", "MultiPolygon", visibility="public")}
    sent = large_desk.send(content, "hồ.gpkg", choices, Prefer="respond-async", **ENGLISH).get_json()
    work(large_desk, job_of(sent))
    told = large_desk.get(sent["id"], **ENGLISH).get_json()
    assert (told["state"], codes(told)) == ("ready", ["geometry_large"])
    assert fault(told, "geometry_large")["severity"] == "warning"
    shown = large_desk.get(sent["id"], "/preview")
    assert 0 < len(shown.data) < MOST_BYTES
    accepted = large_desk.commit(sent["id"])
    assert accepted.status_code == 201
    work(large_desk, accepted.get_json()["jobID"])
    for zoom in (6, 11):
        x = int((106.35 + 180) / 360 * 2**zoom)
        y = int((1 - np.arcsinh(np.tan(np.radians(20.45))) / np.pi) / 2 * 2**zoom)
        tile = large_desk.client.get(TILE.format(zoom, y, x), headers=large_desk.headers)
        assert tile.status_code in {200, 204}
        assert len(tile.data) < MOST_BYTES
