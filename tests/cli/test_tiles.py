"""``tiles warm|offline``: what they print, what they write, and how they end."""

import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from gis_service.cli import main
from gis_service.db.engine import Engine, open_engine
from gis_service.services import tile_warming
from gis_service.services.tile_publishes import TilePublishes
from gis_service.settings import Settings
from tests.job_town import wait_until


@pytest.fixture(scope="module")
def url(make_town_database: Callable[[str], str]) -> str:
    return make_town_database("merged_town")


@pytest.fixture
def engine(url: str) -> Iterator[Engine]:
    made = open_engine(url)
    yield made
    made.dispose()


@pytest.fixture(autouse=True)
def _surroundings(settings: Settings, monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setenv("GIS_DATABASE_URL", url)
    monkeypatch.setenv("GIS_DATA_DIR", str(settings.data_dir))
    monkeypatch.setenv("LANG", "C.UTF-8")
    monkeypatch.delenv("LC_ALL", raising=False)


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["tiles", *arguments])


def test_tiles_are_made_ahead(monkeypatch: pytest.MonkeyPatch, settings: Settings) -> None:
    monkeypatch.setattr(tile_warming, "DEEPEST", 6)
    assert run("warm", "commune").stdout == "7 tiles\n"
    # From far away nothing is to be seen, and of that nothing is kept.
    assert sum(path.is_file() for path in (settings.data_dir / "tiles").glob("*/*/*/*")) == 4
    assert run("warm", "residents", "no_such").stdout == "0 tiles\n"


def test_a_map_is_written_for_taking_along(tmp_path: Path) -> None:
    folder = tmp_path / "out"
    folder.mkdir()
    asked = (
        "--layers",
        "commune",
        "--tilesets",
        "",
        "--maxzoom",
        "8",
        "--datetime",
        "2990-01-01T00:00:00+07:00",
    )
    found = run("offline", "--out", str(folder), *asked)
    assert found.exit_code == 0, found.output
    path = folder / "thai_binh_map_generated.zip"
    assert found.stdout.startswith(f"{path}: 6 tiles, ")
    assert found.stdout.endswith(" bytes, generated data\n")
    inside = zipfile.ZipFile(path)
    names = {name.partition("/")[2]: name for name in inside.namelist()}
    assert names.keys() >= {"index.html", "map.pmtiles", "style.json"}
    assert b"2990-01-01" in inside.read(names["index.html"])
    assert list(folder.iterdir()) == [path]


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (("--layers", "no_such"), 4, "no_such"),
        (("--layers", "residents"), 3, "personal detail"),
        (("--layers", "commune", "--most", "3"), 3, "At most 3 tiles"),
        (("--layers", "commune", "--filter", "market=name = 'x'"), 2, "market"),
        (("--layers", "commune", "--filter", "market"), 2, "ID=CQL2"),
        (("--layers", "commune", "--datetime", "2025-06-30"), 2, "--datetime"),
        (("--layers", "commune", "--datetime", "then"), 2, "--datetime"),
        (("--tilesets", ""), 2, "At least one layer"),
        (("--tilesets", "", "--study", "no_such"), 4, "no_such"),
    ],
)
def test_what_cannot_be_taken_along(tmp_path: Path, arguments: tuple[str, ...], code: int, told: str) -> None:
    found = run("offline", "--out", str(tmp_path / "map.zip"), *arguments)
    assert found.exit_code == code
    assert told in found.output
    assert not list(tmp_path.glob("map*"))


@pytest.mark.slow
def test_the_worker_has_the_tiles_of_published_layers_made(engine: Engine, settings: Settings) -> None:
    publishes = TilePublishes(engine, first_s=0.0, rest_s=0.1)
    publishes.start()
    try:
        wait_until(lambda: any((settings.data_dir / "tiles").glob("*/*/*/*")))
    finally:
        publishes.end()
