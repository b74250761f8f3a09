"""Thousands of files with something wrong in them: each ends in rows or in an error of ours, leaving nothing.

``GIS_MUTATIONS`` is the number of mutations of each format (100 when it is not set); with those that are sent
to the service they are over 3,000. Every run meets the first of a few formats.
"""

import io
import os
import random
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from gis_service.errors import GisError
from gis_service.files.readers import ArchiveLimits, ReaderLimits, open_vector
from tests.foreign_files import ENDINGS, write_places

COUNT = int(os.environ.get("GIS_MUTATIONS", "100"))
QUICK = ("gpkg", "geojson", "shp", "kmz", "xlsx", "osm.pbf")
LIMITS = ReaderLimits(seconds=60, memory_bytes=2 << 30, archive=ArchiveLimits(max_bytes=64 << 20))


def flip(content: bytearray, chance: random.Random) -> None:
    content[chance.randrange(len(content))] ^= 1 << chance.randrange(8)


def overwrite(content: bytearray, chance: random.Random) -> None:
    place, width = chance.randrange(len(content)), chance.choice((1, 2, 4, 8))
    content[place : place + width] = chance.choice((b"\x00", b"\xff", b"\x7f")) * width


def cut(content: bytearray, chance: random.Random) -> None:
    del content[chance.randrange(len(content)) :]


def splice(content: bytearray, chance: random.Random) -> None:
    source, target, width = (
        chance.randrange(len(content)),
        chance.randrange(len(content)),
        chance.randrange(1, 64),
    )
    content[target : target + width] = content[source : source + width]


CHANGES: tuple[Callable[[bytearray, random.Random], None], ...] = (flip, overwrite, cut, splice)


def mutated(content: bytes, chance: random.Random) -> bytes:
    changed = bytearray(content)
    for _ in range(chance.choice((1, 1, 2, 4))):
        if changed:
            chance.choice(CHANGES)(changed, chance)
    return bytes(changed)


def mutated_inside(content: bytes, chance: random.Random) -> bytes:
    """Change one member of an archive, and pack it as soundly as before."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        members = [member for member in old.infolist() if not member.is_dir()]
        spoilt = chance.choice(members)
        for member in members:
            inside = old.read(member)
            new.writestr(member.filename, mutated(inside, chance) if member is spoilt else inside)
    return out.getvalue()


def what_came_of(path: Path, layer: str | None) -> str:
    try:
        with open_vector(path, name=layer, limits=LIMITS) as opened:
            return f"{sum(batch.num_rows for batch in opened.batches())} rows"
    except GisError as error:
        return f"{error.detail('vi')} {error.detail('en')}"


@pytest.mark.parametrize(
    ("ending", "count"),
    [
        *((ending, 1) for ending in QUICK),
        *(pytest.param(ending, COUNT, marks=pytest.mark.slow) for ending in ENDINGS),
    ],
)
def test_a_mutated_file_ends_in_rows_or_in_an_error_of_ours(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ending: str, count: int
) -> None:
    source = write_places(tmp_path, ending)
    content, packed = source.read_bytes(), zipfile.is_zipfile(source)
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    path = tmp_path / "upload.bin"
    for number in range(count):
        chance = random.Random(f"{ending} {number}")  # noqa: S311  the same mutations each time
        inside = packed and chance.random() < 0.8
        path.write_bytes(mutated_inside(content, chance) if inside else mutated(content, chance))
        said = what_came_of(path, "roads" if ending == "osm.pbf" else None)
        assert said, f"mutation {number}"
        assert str(folder) not in said, f"mutation {number}"
        assert list(folder.iterdir()) == [], f"mutation {number}"
