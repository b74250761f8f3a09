import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from gis_service.services.demo import DemoCity
from gis_service.settings import ROOT

SCRIPT = ROOT / "scripts" / "make_demo_city.py"


def run(*arguments: str | Path, language: str = "C.UTF-8") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, SCRIPT, *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT), "LC_ALL": language},
    )


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, subprocess.CompletedProcess[str]]:
    """Give the folder of one run, and the run."""
    out = tmp_path_factory.mktemp("demo") / "city"
    return out, run("--out", out, language="vi_VN.UTF-8")


@pytest.mark.slow
def test_another_process_in_another_language_gives_equal_bytes(
    made: tuple[Path, subprocess.CompletedProcess[str]], demo_city: DemoCity
) -> None:
    out, done = made
    assert done.returncode == 0, done.stderr
    assert sorted(path.name for path in out.iterdir()) == sorted(w.path.name for w in demo_city.layers)
    for written in demo_city.layers:
        assert (out / written.path.name).read_bytes() == written.path.read_bytes(), written.layer


@pytest.mark.slow
def test_it_prints_layers_figures_and_what_is_generated(
    made: tuple[Path, subprocess.CompletedProcess[str]], demo_city: DemoCity
) -> None:
    printed = made[1].stdout
    for written in demo_city.layers:
        assert re.search(
            rf"^{written.layer} +[0-9.]+  .*{re.escape(written.path.name)}$", printed, re.MULTILINE
        )
    assert re.search(r"^số người +1\.860\.447$", printed, re.MULTILINE)
    assert re.search(r"^cạnh có hướng sau khi gộp, walk +1\d\d\.\d{3}$", printed, re.MULTILINE)
    assert "Mọi thứ khác do máy sinh ra để minh hoạ" in printed
    assert "3 đơn vị có chung một điểm" in printed


@pytest.mark.slow
def test_it_tells_the_seconds_of_every_part(made: tuple[Path, subprocess.CompletedProcess[str]]) -> None:
    told = made[1].stderr.splitlines()
    assert len(told) == 10
    assert all(re.match(r" *\d+\.\d s  \S", line) for line in told)


def test_a_missing_census_is_exit_4_with_the_path(tmp_path: Path) -> None:
    done = run("--out", tmp_path / "out", "--census", tmp_path / "nowhere")
    assert done.returncode == 4
    assert "nowhere/communes_2019.csv" in done.stderr
    assert not (tmp_path / "out").exists()
