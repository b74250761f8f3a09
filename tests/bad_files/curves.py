"""Geometries that no library writes here, as a GeoPackage holds them."""

import sqlite3
import struct
from collections.abc import Sequence
from pathlib import Path

import shapely

from tests.bad_files.made import HERE, written

_LINE, _ARC, _POLYGON, _CURVED = 2, 8, 3, 10


def points(*xy: tuple[float, float]) -> bytes:
    """Write a count and so many places."""
    return struct.pack("<I", len(xy)) + b"".join(struct.pack("<dd", *each) for each in xy)


RING = points((106.30, 20.40), (106.31, 20.40), (106.31, 20.41), (106.30, 20.41), (106.30, 20.40))
OPEN = struct.pack("<BII", 1, _POLYGON, 1) + points(
    (106.30, 20.40), (106.31, 20.40), (106.31, 20.41), (106.30, 20.41)
)
"""A ring without its end."""
ARCS = (
    struct.pack("<BII", 1, _CURVED, 1)
    + struct.pack("<BI", 1, _ARC)
    + points((106.30, 20.40), (106.305, 20.405), (106.31, 20.40), (106.305, 20.395), (106.30, 20.40))
)
"""A polygon bounded by two arcs."""
INFINITE = struct.pack("<BIdd", 1, 1, float("inf"), 20.4)
NAN = struct.pack("<BI", 1, _LINE) + points((106.30, 20.40), (float("nan"), 20.41))


def geopackage(
    folder: Path, shapes: Sequence[bytes | shapely.Geometry | None], kind: str = "Geometry"
) -> bytes:
    """Write a GeoPackage of geometries as they are given, each with a code."""
    codes = [f"c{number}" for number in range(1, len(shapes) + 1)]
    path = written(folder, "gpkg", [HERE] * len(shapes), {"code": codes}, kind="Unknown", SPATIAL_INDEX="NO")
    with sqlite3.connect(path) as made:
        made.execute("UPDATE gpkg_geometry_columns SET geometry_type_name = ?", (kind.upper(),))
        for number, shape in enumerate(shapes, 1):
            wkb = shapely.to_wkb(shape, output_dimension=3) if isinstance(shape, shapely.Geometry) else shape
            blob = None if wkb is None else b"GP\x00\x01" + struct.pack("<i", 4326) + wkb
            made.execute("UPDATE a SET geom = ? WHERE fid = ?", (blob, number))
    made.close()
    return path.read_bytes()
