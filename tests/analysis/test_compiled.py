"""Compiled loops are kept by what all their sources say."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from gis_service.settings import ROOT

KERNELS = Path("gis_service/analysis/kernels")
ASK = "import gis_service.analysis, os; print(os.environ['NUMBA_CACHE_DIR'])"


def folder(root: Path, **environment: str) -> str:
    """Give the folder that a process in this checkout keeps its loops in."""
    clean = {name: value for name, value in os.environ.items() if name != "NUMBA_CACHE_DIR"}
    told = {**clean, "PYTHONPATH": str(root), **environment}
    command = [sys.executable, "-c", ASK]
    done = subprocess.run(command, env=told, cwd=root, capture_output=True, text=True, check=True)
    return done.stdout.strip()


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    shutil.copytree(ROOT / KERNELS, tmp_path / KERNELS, ignore=shutil.ignore_patterns("__pycache__"))
    for package in (tmp_path / "gis_service", tmp_path / "gis_service" / "analysis"):
        source = ROOT / package.relative_to(tmp_path) / "__init__.py"
        shutil.copy(source, package / "__init__.py")
    return tmp_path


def test_another_source_is_another_folder(checkout: Path) -> None:
    before = folder(checkout)
    assert before.startswith(str(checkout / KERNELS))
    assert folder(checkout) == before
    with (checkout / KERNELS / "answers.py").open("a") as file:
        file.write("# another word\n")
    after = folder(checkout)
    assert after != before
    # What an older process hands down does not count; what an operator sets does.
    assert folder(checkout, NUMBA_CACHE_DIR=before) == after
    assert folder(checkout, NUMBA_CACHE_DIR="/somewhere") == "/somewhere"
