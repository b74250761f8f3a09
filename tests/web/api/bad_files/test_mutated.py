"""Thousands of files with something wrong in them leave the service up and nothing behind.

``GIS_MUTATIONS`` is the number of mutations of each format (70 when it is not set). Every run meets the first
of a few formats.
"""

import os
import random
import zipfile
from pathlib import Path

import pytest

from tests.bad_files.counter import Counter
from tests.files.test_mutated_files import mutated, mutated_inside
from tests.foreign_files import ENDINGS, write_places

COUNT = int(os.environ.get("GIS_MUTATIONS", "70"))
QUICK = ("gpkg", "csv", "kml")
EVERY = 20


@pytest.mark.parametrize(
    ("ending", "count"),
    [
        *((ending, 1) for ending in QUICK),
        *(pytest.param(ending, COUNT, marks=pytest.mark.slow) for ending in ENDINGS),
    ],
)
def test_mutated_files_leave_the_service_up_and_nothing_behind(
    counter: Counter, tmp_path: Path, ending: str, count: int
) -> None:
    source = write_places(tmp_path, ending)
    content, packed = source.read_bytes(), zipfile.is_zipfile(source)
    choices = {"name": "roads"} if ending == "osm.pbf" else None
    for number in range(count):
        chance = random.Random(f"{ending} {number} sent")  # noqa: S311  the same mutations each time
        inside = packed and chance.random() < 0.8
        spoilt = mutated_inside(content, chance) if inside else mutated(content, chance)
        answer = counter.desk.send(spoilt, f"lớp.{ending}", choices)
        assert answer.status_code in {201, 413, 422}, (number, answer.text)
        if answer.status_code == 201:
            # Given up again, so that none of thousands stays open.
            id_ = answer.get_json()["id"]
            assert counter.desk.get(id_, "/preview").status_code == 200
            counter.desk.client.delete(f"/api/uploads/{id_}", headers=counter.desk.headers)
        assert list(counter.temporary.iterdir()) == [], number
        if number % EVERY == 0:
            counter.require_unharmed()
