"""Raster layers at the terminal: made, loaded, listed, gone back to, written out."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyproj
import pytest
import rasterio
import yaml
from click.testing import CliRunner, Result

from gis_service.catalogue.user_layer import document_of
from gis_service.cli import main
from gis_service.files.readers import raster_process
from gis_service.settings import Settings
from tests.raster_files import NORTH, WEST, answer_here, cells_in, cells_of, write_tif
from tests.small_city import field, layer, write_text


@pytest.fixture(autouse=True)
def _surroundings(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, make_database: Callable[[], str]
) -> None:
    monkeypatch.setenv("GIS_DATABASE_URL", make_database())
    monkeypatch.setenv("GIS_DATA_DIR", str(settings.data_dir))
    monkeypatch.setenv("LANG", "C.UTF-8")
    monkeypatch.delenv("LC_ALL", raising=False)
    monkeypatch.setattr(raster_process, "_answer", answer_here)


def run(*arguments: object) -> Result:
    return CliRunner().invoke(main, ["layers", *map(str, arguments)])


def done(*arguments: object) -> str:
    result = run(*arguments)
    assert result.exit_code == 0, result.output
    return result.stdout


def test_a_raster_goes_all_the_way(tmp_path: Path) -> None:
    definition = document_of(layer("height", "Raster", (), key=None))
    done("create", write_text(tmp_path / "height.yaml", yaml.safe_dump(definition, allow_unicode=True)))
    first, second = (write_tif(tmp_path / f"{seed}.tif", cells_of(seed=seed)) for seed in (1, 2))
    told = done("load", first, "--layer", "height", "--author", "lan")
    assert "64 × 64 cells, 1 band, EPSG:9209, values" in told
    assert "every cell counts as data" in told
    versions = [line.split()[0] for line in done("history", "height").splitlines()]
    quiet = done("load", second, "--layer", "height", "--nodata", "none", "--kind", "classes")
    assert len(quiet.splitlines()) == 2
    assert "layers restore height --version" in quiet, "the work of another is not replaced without a word"
    assert "1 v" in next(line for line in done("list").splitlines() if line.startswith("height"))
    done("restore", "height", "--version", versions[0].removeprefix("v"))
    exported = first.with_name(f"height_{versions[0]}.tif")
    first.rename(exported)
    assert "made from" in done("inspect", exported, "--layer", "height")
    exported.rename(first)
    done("export", "height", "--out", tmp_path / "out.tif")
    assert np.array_equal(cells_in(tmp_path / "out.tif"), cells_in(first))
    assert "+0 ~1 -0" in done("history", "height").splitlines()[0]


def test_a_look_at_a_raster_tells_what_is_in_it_and_what_is_wrong(tmp_path: Path) -> None:
    path = write_tif(tmp_path / "a.tif", cells_of("int16"), crs=None, nodata=-32768)
    with rasterio.open(path, "r+") as file:
        file.set_band_description(1, "cao độ \u202e[2J")
    lines = done("inspect", path).splitlines()
    assert lines[0] == "a.tif: 64 × 64 cells, 1 band, values"
    assert "Perhaps EPSG:9209 (100 % lie in the city)" in lines[2]
    [band] = [line for line in lines if line.startswith("  band 1: int16")]
    assert "no data -32768  cao độ �[2J" in band, "no word steers the terminal"
    assert any(line.startswith("✗ File without a coordinate system") and "[crs]" in line for line in lines)
    told = json.loads(done("inspect", path, "--crs", "EPSG:9209", "--kind", "values", "--json"))
    assert (told["findings"], told["raster"]["kind"], told["raster"]["masked"]) == ([], "values", "nodata")
    assert len(told["sample"]["features"]) == 1
    assert "No fault was found." in done("inspect", path, "--crs", "EPSG:9209", "--kind", "values")
    other = done("inspect", path, "--layer", "camera", "--crs", "EPSG:9209")
    assert "✗ This layer is no raster" in other


def test_what_is_refused_ends_with_its_code(tmp_path: Path) -> None:
    path = write_tif(tmp_path / "a.tif", cells_of())
    assert run("load", path, "--layer", "camera").exit_code == 3
    assert run("load", path, "--layer", "nowhere").exit_code == 4
    assert run("load", tmp_path / "none.tif", "--layer", "camera").exit_code == 4


def test_figures_of_zones_are_printed_or_written_as_a_table(tmp_path: Path) -> None:
    for told in (
        layer("height", "Raster", (), key=None),
        layer("area", "Polygon", (field("code", required=True),)),
    ):
        text = yaml.safe_dump(document_of(told), allow_unicode=True)
        done("create", write_text(tmp_path / f"{told.id}.yaml", text))
    cells = np.arange(64 * 64, dtype=np.int16).reshape(1, 64, 64)
    done("load", write_tif(tmp_path / "a.tif", cells), "--layer", "height", "--nodata", "none")
    # The left half of the raster, in its own system.
    ring = [(WEST, NORTH), (WEST + 320, NORTH), (WEST + 320, NORTH - 640), (WEST, NORTH - 640)]
    shape = {"type": "Polygon", "coordinates": [[lonlat(*place) for place in [*ring, ring[0]]]]}
    feature = {"type": "Feature", "geometry": shape, "properties": {"code": "A1"}}
    collection = json.dumps({"type": "FeatureCollection", "features": [feature]})
    done("load", write_text(tmp_path / "a.geojson", collection), "--layer", "area")
    [heading, row] = done("statistics", "height", "--zones", "area").splitlines()
    found = dict(zip(heading.split(","), row.split(","), strict=True))
    assert found["id"] == "A1"
    held = cells[0, :, :32].astype(float)
    assert float(found["count"]) == pytest.approx(held.size, rel=1e-3)
    assert float(found["mean"]) == pytest.approx(held.mean(), rel=1e-3)
    out = tmp_path / "out.csv"
    assert "1 zones of area" in done("statistics", "height", "--zones", "area", "--out", out)
    assert out.read_text("utf-8-sig").splitlines() == [heading, row]
    assert run("statistics", "height", "--zones", "area", "--out", out).exit_code == 5
    assert run("statistics", "area", "--zones", "area").exit_code == 4
    assert run("statistics", "height", "--zones", "height").exit_code == 4


def lonlat(x: float, y: float) -> tuple[float, float]:
    lon, lat = pyproj.Transformer.from_crs(9209, 4326, always_xy=True).transform(x, y)
    return float(lon), float(lat)
