"""Rasters read in this process, and a store of their own."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from gis_service.files.raster_store import RasterStore
from gis_service.files.readers import raster_process
from tests.raster_files import answer_here


@pytest.fixture(autouse=True)
def _in_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ask the reader without its process, which has tests of its own: starting it takes most of the time."""
    monkeypatch.setattr(raster_process, "_answer", answer_here)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[RasterStore]:
    kept = RasterStore(tmp_path / "rasters")
    yield kept
    drafts = [one.name for one in kept.folder.glob(".part-*")]
    assert drafts == []
