"""A piece of a delta to lay roads on: two rivers about where the real ones are, villages around them."""

import numpy as np
import shapely

from gis_service.analysis.demo_city.land import Land
from gis_service.analysis.demo_city.units import Unit
from gis_service.analysis.demo_city.villages import Villages
from gis_service.analysis.demo_city.waters import Water

WEST, SOUTH, EAST, NORTH = 575_200.0, 2_257_000.0, 594_000.0, 2_268_000.0
_WARDS = ("12436", "12439", "12442", "12445", "12448", "12451", "12452", "12454")
_PLACES = {
    "12436": (587_000, 2_263_000),
    "12439": (587_300, 2_261_900),
    "12442": (587_700, 2_261_000),
    "12445": (586_600, 2_260_900),
    "12448": (584_600, 2_261_000),
    "12451": (586_000, 2_262_700),
    "12452": (585_900, 2_261_600),
    "12454": (589_100, 2_261_400),
    "12460": (589_400, 2_266_000),
    "13141": (592_100, 2_258_200),
    "13192": (581_400, 2_260_700),
    "13195": (578_000, 2_266_000),
    "13201": (578_500, 2_259_500),
    "13204": (583_000, 2_266_500),
}
_STEP_M = 880.0


def land() -> Land:
    """Give a border river in the west, a river through the middle, a canal and a lake."""
    hong = shapely.LineString([(575_300, 2_256_000), (575_150, 2_261_600), (575_300, 2_269_000)])
    x = np.linspace(575_300, 595_000, 120)
    tra_ly = shapely.LineString(np.column_stack([x, 2_264_200 + 250 * np.sin(x / 900)]))
    canal = shapely.LineString([(576_500, 2_258_300), (593_500, 2_259_200)])
    lake = shapely.Point(586_900, 2_260_300).buffer(170)
    waters = (
        _water("w1", "Sông Hồng", "river", hong, 600),
        _water("w2", "Sông Trà Lý", "river", tra_ly, 190),
        _water("w3", "Sông Con", "canal", canal, 30),
        Water("w4", "Hồ Nhỏ", "lake", shapely.MultiPolygon([lake]), None),
    )
    province = shapely.box(WEST, SOUTH, EAST, NORTH)
    water = shapely.union_all([each.shape for each in waters if each.kind != "canal"])
    shapely.prepare(water)
    return Land(units(), _outlines(province), province, waters, water)


def _water(code: str, name: str, kind: str, centre: shapely.LineString, width_m: float) -> Water:
    surface = shapely.MultiPolygon([shapely.Polygon(centre.buffer(width_m / 2).exterior)])
    return Water(code, name, kind, surface, centre)


def units() -> tuple[Unit, ...]:
    """Give eight wards and six communes."""
    return tuple(
        Unit(
            code=code,
            name=f"Sông {number}",
            full_name=f"{'Phường' if code in _WARDS else 'Xã'} Sông {number}",
            unit_type="ward" if code in _WARDS else "commune",
            district_code="336" if code in _WARDS else "344",
            district="Thành phố" if code in _WARDS else "Huyện",
            successor=code,
            people=9_000,
            xy=(float(x), float(y)),
            box=None,
        )
        for number, (code, (x, y)) in enumerate(sorted(_PLACES.items()), start=1)
    )


def _outlines(province: shapely.Polygon) -> np.ndarray[tuple[int], np.dtype[np.object_]]:
    points = shapely.MultiPoint([unit.xy for unit in units()])
    cells = shapely.get_parts(shapely.voronoi_polygons(points, extend_to=province, ordered=True))
    return np.asarray(shapely.intersection(cells, province), dtype=object)


def villages(land: Land) -> Villages:
    """Give rounded villages on dry land, a main one at the point of each unit and others in between."""
    random = np.random.Generator(np.random.PCG64(5))
    x, y = np.meshgrid(np.arange(WEST, EAST, _STEP_M), np.arange(SOUTH, NORTH, _STEP_M))
    others = np.column_stack([x.ravel(), y.ravel()]) + random.uniform(-150, 150, (x.size, 2))
    main = np.array([unit.xy for unit in land.units])
    others = others[np.hypot(*(others[:, None] - main[None]).transpose(2, 0, 1)).min(axis=1) > 620]
    xy = np.concatenate([main, others])
    shape = np.array([_blob(place, random) for place in xy], dtype=object)
    dry = ~shapely.dwithin(land.water, shape, 60.0) & shapely.contains(land.province, shape)
    dry[: len(main)] = True
    xy, shape = xy[dry], shape[dry]
    unit = np.argmin(np.hypot(*(xy[:, None] - main[None]).transpose(2, 0, 1)), axis=1).astype(np.int32)
    order = np.argsort(unit, kind="stable")
    n = len(order)
    return Villages(
        xy=xy[order],
        unit=unit[order],
        name=tuple(f"Thôn {number}" for number in range(n)),
        kind=tuple("street_group" if land.units[each].code in _WARDS else "village" for each in unit[order]),
        people=np.full(n, 700, np.int64),
        shape=shape[order],
        is_main=(np.arange(n) < len(main))[order],
    )


def _blob(
    place: np.ndarray[tuple[int], np.dtype[np.float64]], random: np.random.Generator
) -> shapely.Polygon:
    turn = np.linspace(0, 2 * np.pi, 24, endpoint=False)
    reach = random.uniform(170, 240) * (1 + 0.15 * np.sin(3 * turn + random.uniform(0, 6)))
    longer = random.uniform(1.0, 1.35)
    ring = np.column_stack([reach * np.cos(turn) * longer, reach * np.sin(turn) / longer])
    return shapely.Polygon(place + ring)
