"""A province of four communes on a grid: every layer the map draws, small enough to load in seconds.

Each commune of today is six kilometres wide and was four communes in 2024; their offices closed but for the
one in the south-west of each, where the new office stands. A river runs from west to east through the middle,
with a bridge in the west and two ferries in the east. Homes of 25 people stand every 500 m.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path

import geopandas as gpd
import numpy as np
import shapely

from gis_service.types import Geometries
from tests.street import METRIC

X, Y = 580_000.0, 2_260_000.0
"""South-west corner in the metric CRS."""
SIDE = 3_000.0
"""Width of a commune of 2024."""
OLD = range(4)
STEP = 500.0
RIVER_HALF = 100.0
PEOPLE = 25
MERGED = "2025-07-01"
NAMES = ("Đông Thuỵ", "Trần Lãm", "Vũ Quý", "Long Hưng")

Rows = Mapping[str, Sequence[object]]


def _write(folder: Path, name: str, rows: Rows, geometry: Geometries) -> tuple[str, Path]:
    path = folder / f"{name}.gpkg"
    gpd.GeoDataFrame(dict(rows), geometry=list(geometry), crs=METRIC).to_crs(4326).to_file(path)
    return name, path


def _square(column: float, row: float, width: float) -> shapely.Polygon:
    west, south = X + column * SIDE, Y + row * SIDE
    return shapely.box(west, south, west + width, south + width)


def _old() -> list[tuple[int, int]]:
    return [(column, row) for column in OLD for row in OLD]


def _new_of(column: int, row: int) -> int:
    return column // 2 * 2 + row // 2


def _objects(items: Sequence[shapely.Geometry]) -> Geometries:
    return np.array(items, dtype=object)


def _boundaries(folder: Path) -> list[tuple[str, Path]]:
    old, new = _old(), [(0, 0), (0, 2), (2, 0), (2, 2)]
    before = [_square(*place, SIDE) for place in old]
    after = [_square(*place, 2 * SIDE) for place in new]
    people = [PEOPLE * 36] * len(old)
    old_rows: Rows = {
        "code": [f"{100 + n}" for n in range(len(old))],
        "name": [f"Xã Cũ {n}" for n in range(len(old))],
        "full_name": [f"Xã Cũ {n}" for n in range(len(old))],
        "unit_type": ["commune"] * len(old),
        "successor": [f"{10 + _new_of(*place)}" for place in old],
        "pop_2019": people,
    }
    new_rows: Rows = {
        "code": [f"{10 + n}" for n in range(len(new))],
        "name": list(NAMES),
        "full_name": [f"Xã {name}" for name in NAMES],
        "unit_type": ["commune"] * len(new),
        "pop_2019": [PEOPLE * 36 * 4] * len(new),
    }
    districts: Rows = {"code": ["1", "2"], "name": ["Kiến Xương", "Tiền Hải"]}
    halves = [shapely.union_all(after[:2]), shapely.union_all(after[2:])]
    return [
        _write(folder, "commune_2024", old_rows, _objects(before)),
        _write(folder, "commune", new_rows, _objects(after)),
        _write(folder, "district_2024", districts, _objects(halves)),
    ]


def _homes(folder: Path) -> tuple[str, Path]:
    rows: dict[str, list[object]] = {
        "code": [],
        "people": [],
        "age_60": [],
        "commune_2024": [],
        "commune": [],
    }
    points = []
    for number, (column, row) in enumerate(_old()):
        for i in range(36):
            x = X + column * SIDE + 260 + i % 6 * STEP
            y = Y + row * SIDE + 260 + i // 6 * STEP
            points.append(shapely.Point(x, y))
            cells = (f"{number}_{i}", PEOPLE, 4, f"{100 + number}", f"{10 + _new_of(column, row)}")
            for name, value in zip(rows, cells, strict=True):
                rows[name].append(value)
    return _write(folder, "residents", rows, _objects(points))


def _offices(folder: Path) -> tuple[str, Path]:
    old = _old()
    kept = [column % 2 == 0 and row % 2 == 0 for column, row in old]
    points = [shapely.Point(X + column * SIDE + 1_000, Y + row * SIDE + 1_040) for column, row in old]
    sites = [f"site_{number}" for number in range(len(old))]
    new = [number for number, stays in enumerate(kept) if stays]
    ranks = iter(range(1, len(old) + 1))
    rows: Rows = {
        "code": [f"o2024_{n}" for n in range(len(old))] + [f"o2025_{n}" for n in range(len(new))],
        "name": [f"Một cửa xã Cũ {n}" for n in range(len(old))] + [f"Một cửa xã {name}" for name in NAMES],
        "role": ["main"] * (len(old) + len(new)),
        "site_id": sites + [sites[number] for number in new],
        "open_from": [None] * len(old) + [MERGED] * len(new),
        "open_to": [MERGED] * len(old) + [None] * len(new),
        "branch_rank": [None if stays else next(ranks) for stays in kept] + [None] * len(new),
    }
    return _write(folder, "one_stop_office", rows, _objects(points + [points[number] for number in new]))


def _roads(folder: Path) -> tuple[str, Path]:
    end, middle = 4 * SIDE, 2 * SIDE
    lines, classes = [], []
    for at in np.arange(0, end + 1, STEP):
        if at != middle:
            lines.append(shapely.LineString([(X, Y + at), (X + end, Y + at)]))
            classes.append("village_lane")
        parts = [(0.0, middle - 200), (middle + 200, end)] if at != STEP * 2 else [(0.0, end)]
        for low, high in parts:
            lines.append(shapely.LineString([(X + at, Y + low), (X + at, Y + high)]))
            classes.append("national" if at == STEP * 2 else ("commune" if at % SIDE == 0 else "district"))
    count = len(lines)
    rows: Rows = {
        "code": [f"d{n}" for n in range(count)],
        "name": ["QL10" if kind == "national" else None for kind in classes],
        "road_class": classes,
        "oneway": [0] * count,
        "level": [0] * count,
        "width_m": [4.0] * count,
        "paved": [True] * count,
        "on_foot": [True] * count,
        "on_wheels": [True] * count,
        "by_car": [True] * count,
    }
    return _write(folder, "roads", rows, _objects(lines))


def _ground(folder: Path) -> list[tuple[str, Path]]:
    middle, end = Y + 2 * SIDE, X + 4 * SIDE
    river = shapely.MultiPolygon([shapely.box(X - SIDE, middle - RIVER_HALF, end, middle + RIVER_HALF)])
    sea = shapely.MultiPolygon([shapely.box(end, Y - SIDE, end + 4 * SIDE, Y + 5 * SIDE)])
    water: Rows = {"code": ["r", "s"], "name": ["Sông Trà Lý", "Biển Đông"], "kind": ["river", "sea"]}
    across = [end - 2 * STEP, end - 9 * STEP]
    lines = [shapely.LineString([(x, middle - 200), (x, middle + 200)]) for x in across]
    ferry: Rows = {
        "code": ["f", "g"],
        "name": ["Đò Cồn", "Đò Bến"],
        "headway_min": [20.0, 30.0],
        "runs_from": ["05:00", "05:00"],
        "runs_to": ["21:00", "21:00"],
    }
    hearts = [shapely.Point(X + c * SIDE + 1_500, Y + r * SIDE + 1_500) for c, r in _old()]
    codes = [f"v{n}" for n in range(len(hearts))]
    kinds = ["town", "street_group", *["village"] * (len(hearts) - 2)]
    names: Rows = {"code": codes, "name": [f"Thôn Đông {n}" for n in range(len(hearts))], "kind": kinds}
    built: Rows = {"code": codes, "use": ["residential_rural"] * len(hearts)}
    shapes = [shapely.MultiPolygon([heart.buffer(400)]) for heart in hearts]
    return [
        _write(folder, "rivers", water, _objects([river, sea])),
        _write(folder, "ferries", ferry, _objects(lines)),
        _write(folder, "settlement", names, _objects(hearts)),
        _write(folder, "land_use", built, _objects(shapes)),
        _write(folder, "health_station", {"code": codes[:1], "name": ["Trạm Y tế"]}, _objects(hearts[:1])),
    ]


def small_province(folder: Path) -> list[tuple[str, Path]]:
    """Write the files of the province; each with the layer that it is for."""
    return [*_boundaries(folder), _homes(folder), _offices(folder), _roads(folder), *_ground(folder)]
