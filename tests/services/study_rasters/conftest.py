"""A town whose people are those of a raster."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from gis_service.catalogue.loader import Catalogue
from gis_service.db.engine import Connection
from gis_service.files.raster_store import RasterStore
from gis_service.files.readers import raster_process
from gis_service.services import studies
from gis_service.services.prepared import Prepared
from tests.raster_files import answer_here
from tests.raster_people import WALK, Document, Load, Run, load_people, with_rasters


@pytest.fixture(scope="module")
def town_url(make_town_database: Callable[[str], str]) -> str:
    return make_town_database("live_town")


@pytest.fixture(scope="module")
def city(catalogue: Catalogue) -> Catalogue:
    return with_rasters(catalogue)


@pytest.fixture
def store(tmp_path: Path) -> RasterStore:
    return RasterStore(tmp_path / "rasters")


@pytest.fixture
def prepared(store: RasterStore) -> Prepared:
    return Prepared(rasters=store)


@pytest.fixture
def load(
    town: Connection, city: Catalogue, store: RasterStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Load:
    """Give a function that loads cells into a raster layer; the file is ``LAYER.tif``."""
    monkeypatch.setattr(raster_process, "_answer", answer_here)
    return partial(load_people, town, city, store, tmp_path)


@pytest.fixture
def run(town: Connection, city: Catalogue, prepared: Prepared) -> Run:
    def run(process: str = "coverage", **inputs: object) -> Document:
        return studies.run(town, city, process, WALK | inputs, "lan", prepared=prepared).document

    return run
