"""The import contracts hold, and would be heard if they did not."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from gis_service.settings import ROOT

NOT_CODE = shutil.ignore_patterns("node_modules", "static", "__pycache__", "*.json", "assets")


def check_contracts(folder: Path) -> subprocess.CompletedProcess[str]:
    program = Path(sys.executable).parent / "lint-imports"
    return subprocess.run(
        [program, "--no-logo", "--no-cache", "--config", "pyproject.toml"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | {"PYTHONPATH": str(folder), "COLUMNS": "200", "NO_COLOR": "1"},
    )


@pytest.fixture
def planted(tmp_path: Path) -> Path:
    """Give a copy of the package in which a test may plant something illegal."""
    shutil.copytree(ROOT / "gis_service", tmp_path / "gis_service", ignore=NOT_CODE)
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def test_all_contracts_are_kept() -> None:
    done = check_contracts(ROOT)
    assert done.returncode == 0, done.stdout
    assert "0 broken" in done.stdout


@pytest.mark.parametrize(
    ("where", "line", "contract", "named"),
    [
        (
            "analysis/planted.py",
            "import gis_service.services",
            "only lower floors",
            "gis_service.analysis.planted",
        ),
        ("files/planted.py", "import gis_service.db", "only lower floors", "gis_service.files.planted"),
        ("services/planted.py", "import flask", "Flask only", "gis_service.services.planted"),
        ("services/planted.py", "import sqlalchemy", "SQL libraries only", "gis_service.services.planted"),
        ("web/planted.py", "import gis_service.db.query", "only through services", "gis_service.web.planted"),
        ("analysis/planted.py", "import rasterio", "analysis is pure", "gis_service.analysis.planted"),
    ],
)
def test_an_illegal_import_is_caught_and_named(
    planted: Path, where: str, line: str, contract: str, named: str
) -> None:
    (planted / "gis_service" / where).write_text(f'"""Planted."""\n\n{line}\n')
    done = check_contracts(planted)
    assert done.returncode != 0
    broken = [row for row in done.stdout.splitlines() if "BROKEN" in row]
    assert any(contract in row for row in broken), done.stdout
    assert named in done.stdout


def test_a_module_without_a_floor_is_caught_and_named(planted: Path) -> None:
    (planted / "gis_service/helpers.py").write_text('"""Planted."""\n')
    done = check_contracts(planted)
    assert done.returncode != 0
    assert "helpers" in done.stdout + done.stderr
