"""Thousands of files with something wrong in them leave the service up and nothing behind.

``GIS_MUTATIONS`` is the number of mutations of each format (120 when it is not set); each third of them is
meant for a layer that holds rows, and is committed. Every run meets the first of a few formats.
"""

import os
import random
import zipfile
from pathlib import Path
from typing import Any

import pytest

from gis_service.db.history_check import check
from gis_service.services.transactions import reading
from tests.bad_files.counter import Counter
from tests.bad_files.targets import new_layer
from tests.files.test_mutated_files import mutated, mutated_inside
from tests.foreign_files import ENDINGS, write_places
from tests.raster_files import cells_of, write_tif

COUNT = int(os.environ.get("GIS_MUTATIONS", "120"))
FORMATS = (*ENDINGS, "tif")
QUICK = ("gpkg", "csv", "tif")
CHOICES = {
    "osm.pbf": {"name": "roads"},
    "dxf": {"crs": "EPSG:4326"},
    "dgn": {"crs": "EPSG:4326", "encoding": "cp1252"},
}
EVERY = 20
COMMITTED = 3


def written(folder: Path, ending: str) -> Path:
    """Write a sound file, which is small: a mutation should meet something that is read."""
    if ending == "tif":
        return write_tif(folder / "a.tif", cells_of("uint16", rows=16, columns=16), compress="lzw", nodata=7)
    return write_places(folder, ending)


def target_of(ending: str, count: int) -> dict[str, Any]:
    """Define a layer that takes whatever a file of the format holds."""
    id_ = f"mutated_{count}_{ending.replace('.', '_')}"
    if ending == "tif":
        return new_layer(id_, "Raster") | {"fields": []}
    return new_layer(id_, "Geometry", "name")


def standing(counter: Counter, layer: str) -> tuple[int, set[tuple[Any, ...]]]:
    """Give the number of versions of a layer, and what it holds now."""
    ((count,),) = counter.rows(f"SELECT count(*) FROM gis.version WHERE layer = '{layer}'")  # noqa: S608  ours
    if layer.endswith("_tif"):
        held = counter.rows(f"SELECT version, sha256 FROM gis.raster WHERE layer = '{layer}'")  # noqa: S608  ours
    else:
        held = counter.rows(f"SELECT fid, md5(t::text) FROM layer.{layer} AS t")  # noqa: S608  ours
    return count, set(held)


def commit_whole_or_not_at_all(counter: Counter, id_: str, layer: str) -> None:
    """Commit an upload that may be sound; see that all of it was published, or nothing."""
    versions, held = standing(counter, layer)
    answer = counter.desk.commit(id_)
    assert answer.status_code in {201, 409, 422}, answer.text
    if answer.status_code != 201:
        assert standing(counter, layer) == (versions, held)
        return
    counter.made += 1
    now, holds = standing(counter, layer)
    features = answer.get_json()["result"]["features"]
    assert now == versions + 1
    assert len(holds - held if layer.endswith("_tif") else holds) == features


@pytest.mark.parametrize(
    ("ending", "count"),
    [
        *((ending, 1) for ending in QUICK),
        *(pytest.param(ending, COUNT, marks=pytest.mark.slow) for ending in FORMATS),
    ],
)
def test_mutated_files_leave_the_service_up_and_nothing_behind(
    counter: Counter, tmp_path: Path, ending: str, count: int
) -> None:
    source, target = written(tmp_path, ending), target_of(ending, count)
    content, packed = source.read_bytes(), zipfile.is_zipfile(source)
    choices = CHOICES.get(ending, {})
    counter.published(counter.seen(content, f"lớp.{ending}", definition=target, **choices)["id"])
    for number in range(count):
        chance = random.Random(f"{ending} {number} sent")  # noqa: S311  the same mutations each time
        inside = packed and chance.random() < 0.8
        spoilt = mutated_inside(content, chance) if inside else mutated(content, chance)
        answer = counter.desk.send(spoilt, f"lớp.{ending}", choices or None)
        assert answer.status_code in {201, 413, 422}, (number, answer.text)
        if answer.status_code == 201:
            # Committed or given up again, so that none of thousands stays open.
            id_ = answer.get_json()["id"]
            assert counter.desk.get(id_, "/preview").status_code == 200
            if number % COMMITTED == 0:
                chosen = counter.desk.choose(id_, layer=target["id"], confirm_fewer=True)
                assert chosen.status_code in {200, 413, 422}, (number, chosen.text)
                commit_whole_or_not_at_all(counter, id_, target["id"])
            counter.desk.client.delete(f"/api/uploads/{id_}", headers=counter.desk.headers)
        assert list(counter.temporary.iterdir()) == [], number
        if number % EVERY == 0:
            counter.require_unharmed()
    with reading(counter.desk.context) as connection:
        assert list(check(connection)) == []
