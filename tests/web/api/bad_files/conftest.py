"""One service, with small limits, to which everything bad is sent."""

import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from gis_service.settings import ROOT
from tests.bad_files.counter import Counter
from tests.web.uploaded import Service, desk_of, uploads_served


@pytest.fixture(scope="module")
def hostile_service(
    make_database: Callable[[], str], city: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Service]:
    """Give a city without rows whose limits a small file can pass."""
    limits = {
        "upload_most_open": 1000,
        "upload_max_mb": 24,
        "upload_free_mb": 1,
        "archive_max_mb": 4,
        "archive_max_entries": 50,
    }
    # Otherwise no extract of OpenStreetMap is read at all.
    layers = shutil.copytree(city, tmp_path_factory.mktemp("layers") / "city")
    shutil.copyfile(ROOT / "layers" / "osm.yaml", layers / "osm.yaml")
    with uploads_served(make_database(), layers, tmp_path_factory.mktemp("var"), **limits) as service:
        yield service


@pytest.fixture
def counter(
    hostile_service: Service,
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Counter]:
    """Give somebody who sends files, and looks afterwards whether the service is as it was.

    A test that is marked with answers of the table has to meet them.
    """
    folder = tmp_path_factory.mktemp("temporary")
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    made = Counter(desk_of(hostile_service, "gis_staff"), folder)
    yield made
    made.require_unharmed()
    made.told.require(request.node.iter_markers("bad_input"))
