"""What is installed is one package, with everything it needs at run time and nothing else."""

import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from gis_service.settings import ROOT

NOT_SHIPPED = shutil.ignore_patterns("node_modules", "__pycache__")


@pytest.fixture(scope="module")
def shipped(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """Give the names of all files in the wheel, built from a copy of the whole checkout's top level."""
    source, out = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("wheel")
    for name in ("gis_service", "layers", "tiles", "scripts", "tests"):
        shutil.copytree(ROOT / name, source / name, ignore=NOT_SHIPPED)
    for file in (
        "pyproject.toml",
        "README.md",
        "LICENSE",
        *(path.name for path in ROOT.glob("require*.txt")),
    ):
        shutil.copy(ROOT / file, source)
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation"]
    subprocess.run([*command, "--wheel-dir", out, source], check=True)
    (wheel,) = out.glob("*.whl")
    return zipfile.ZipFile(wheel).namelist()


def test_the_only_importable_name_is_ours(shipped: list[str]) -> None:
    top = {Path(name).parts[0] for name in shipped}
    assert {name for name in top if not name.endswith(".dist-info")} == {"gis_service"}


@pytest.mark.parametrize(
    "pattern",
    [
        "gis_service/db/sql/*.sql",
        "gis_service/db/migrations/versions/0001*.py",
        "gis_service/messages/common.yaml",
        "gis_service/py.typed",
    ],
)
def test_what_is_read_at_run_time_is_shipped(shipped: list[str], pattern: str) -> None:
    assert [name for name in shipped if Path(name).match(pattern)] != []


def test_the_sources_of_the_client_are_not_shipped(shipped: list[str]) -> None:
    assert [name for name in shipped if "web/client" in name] == []
