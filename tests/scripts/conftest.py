"""Fixtures for the programs that people run."""

import importlib.util
import os
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

import pytest

from gis_service.settings import ROOT
from tests.scripts.gap_town import Town, at, box, line, write
from tests.scripts.service import free_port, is_watched, serve

SCRIPT = ROOT / "scripts" / "gap_analysis.py"


@pytest.fixture(scope="session")
def script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("gap_analysis_script", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def town_files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write the files of the town once: to copy them takes a tenth of the time."""
    folder = tmp_path_factory.mktemp("town_files")
    write(folder / "roads.gpkg", [line((0, 0), (2000, 0))], **{"class": ["commune"]})
    write(folder / "offices.gpkg", [at(0, 0)], name=["Trụ sở <b>A</b>"])
    homes = [at(100, 0), at(300, 0), at(500, 20), at(1900, 0)]
    write(folder / "people.gpkg", homes, people=[10, 20, 30, 40])
    units = [box(1000, -500, 2500, 500), box(-500, -500, 1000, 500)]
    write(folder / "zones.gpkg", units, code=["02", "01"], name=["Xã Đông", "Xã Tây"])
    return folder


@pytest.fixture
def town(tmp_path: Path, town_files: Path, script: ModuleType) -> Town:
    """Homes 100, 300, 500 (20 m off the road) and 1,900 m from the office: 10, 20, 30 and 40 people."""
    shutil.copytree(town_files, tmp_path, dirs_exist_ok=True)
    options = {
        "facilities": str(tmp_path / "offices.gpkg"),
        "roads": str(tmp_path / "roads.gpkg"),
        "population": str(tmp_path / "people.gpkg"),
        "zones": str(tmp_path / "zones.gpkg"),
        "out": str(tmp_path / "out"),
        "limit_m": "300",
    }
    return Town(tmp_path, options, script)


@pytest.fixture
def environment(tmp_path: Path, make_database: Callable[[], str]) -> Iterator[dict[str, str]]:
    """Give the settings of a service of our own, ended when the test ends."""
    ours = {"GIS_DATA_DIR": str(tmp_path / "var"), "GIS_DATABASE_URL": make_database(), "LANG": "C.UTF-8"}
    environment = os.environ | ours | {"GIS_PORT": str(free_port())}
    yield environment
    if is_watched(environment):
        serve(environment, "--stop")
