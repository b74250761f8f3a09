"""Geometries that are nested without end are refused, and end no process."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import shapely

from gis_service.analysis.checks.findings import Repair
from gis_service.analysis.checks.prepared import Rule
from gis_service.analysis.checks.reading import read
from gis_service.settings import ROOT
from gis_service.wkb import DEEPEST
from tests.hostile_files import (
    POINT,
    nested,
    write_wkb_by_gdal,
    write_wkb_geopackage,
    write_wkb_parquet,
)

# A process of its own: without care GEOS ends it, or holds it for minutes.
_LOOK = """
import json, sys
from pathlib import Path
import numpy as np
from gis_service.analysis.checks.prepared import Rule
from gis_service.analysis.checks.reading import read
from gis_service.errors import GisError
from gis_service.services.ingest_inspect import inspect
from tests.hostile_files import nested
from tests.layer_files import CITY

told = []
for path in sys.argv[1:]:
    try:
        told.append([inspect(Path(path), CITY, None).features, 0, ""])
    except GisError as error:
        told.append([error.code, error.params.get("feature"), error.detail("vi")])
wkb = np.array([nested(600), nested(100_000), nested(2)], dtype=object)
prepared, _ = read(wkb, Rule("Geometry", None, (106.0, 20.0, 107.0, 21.0)))
told.append([[entry.code for entry in prepared.found], prepared.present.tolist(), ""])
print(json.dumps(told))
"""


def made(folder: Path) -> list[Path]:
    return [
        write_wkb_parquet(folder / "sound.parquet", nested(DEEPEST)),
        write_wkb_by_gdal(folder / "ten.fgb", nested(10), "FlatGeobuf"),
        write_wkb_parquet(folder / "thousands.parquet", nested(100_000)),
        write_wkb_geopackage(folder / "thousands.gpkg", nested(100_000)),
    ]


def test_whatever_is_nested_too_deeply_is_refused_with_its_feature(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", _LOOK, *made(tmp_path)],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    sound, *deep, guarded = json.loads(done.stdout)
    assert sound[0] == 2
    for code, feature, words in deep:
        assert (code, feature) == ("too_deeply_nested", 2)
        assert f"lồng quá {DEEPEST} tầng, ở đối tượng thứ 2." in words
    assert guarded == [["geometry_unreadable"], [False, False, True], ""]


@pytest.mark.parametrize("repairs", [frozenset(), frozenset({Repair.LINEAR, Repair.GEOMETRY})])
def test_what_lies_about_its_parts_is_unreadable_and_the_rest_is_read(repairs: frozenset[Repair]) -> None:
    lying = nested(2)[:14] + b"\xff\xff\xff\x7f" + nested(2)[18:]
    wkb = np.array([lying, shapely.to_wkb(POINT), nested(DEEPEST + 1), None], dtype=object)
    prepared, _ = read(wkb, Rule("Geometry", None, (106.0, 20.0, 107.0, 21.0), repairs))
    told = {entry.code.value: entry.rows.tolist() for entry in prepared.found}
    assert told == {"geometry_unreadable": [0, 2], "geometry_missing": [3]}
    assert prepared.present.tolist() == [False, True, False, False]
