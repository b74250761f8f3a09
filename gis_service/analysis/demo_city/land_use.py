"""Present use of land in the demo city: settlements and their sites, fields, coast, water."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from shapely import MultiPolygon, Polygon
from shapely.geometry.base import BaseGeometry

from gis_service.analysis.demo_city.coast import coast_of
from gis_service.analysis.demo_city.land import Land
from gis_service.analysis.demo_city.noise import smooth_noise
from gis_service.analysis.demo_city.polygons import as_multi, polygonal
from gis_service.analysis.demo_city.units import Unit
from gis_service.analysis.demo_city.villages import Villages
from gis_service.types import Floats, Geometries

_SEED = 7_101
LEAST_M2 = 120.0
"""Smaller leftovers between two shapes are nobody's field."""
_MANGROVE_M = 170.0
_PONDS_M = 1_500.0
_FLAT_M = 950.0
_TRIES = 30
_HECTARE = 10_000.0


@dataclass(frozen=True, slots=True)
class Patch:
    """A stretch of land with one use.

    Parameters
    ----------
    code, use
        ``lu00001``; a value of the layer ``land_use``.
    shape
        EPSG:9209; no two patches overlap.
    """

    code: str
    use: str
    shape: MultiPolygon

    @property
    def site_area_m2(self) -> float:
        """Area in m², to the nearest whole one."""
        return float(round(self.shape.area))


@dataclass(frozen=True)
class _Commune:
    """What a commune's land is divided among."""

    unit: Unit
    dry: BaseGeometry
    hearts: Floats
    shapes: Geometries
    random: np.random.Generator


@dataclass(frozen=True)
class _Coast:
    """Belts along the sea, from the water inwards."""

    mangrove: BaseGeometry
    ponds: BaseGeometry


def make_land_use(land: Land, villages: Villages) -> tuple[Patch, ...]:
    """Divide the province by use.

    Parameters
    ----------
    land, villages
        What is there already.

    Returns
    -------
    tuple
        A few thousand patches: together the province without gaps wider than a path, and beyond it the mud
        flats before the coast.
    """
    shore = coast_of(land)
    belts = _Coast(shore.buffer(_MANGROVE_M), _ponds(land, shore))
    wet = shapely.union_all([water.shape for water in land.waters])
    shapely.prepare(wet)
    found = [*_surfaces(land), *_flats(land, shore)]
    ends = np.searchsorted(villages.unit, np.arange(len(land.units) + 1))
    for row, unit in enumerate(land.units):
        mine = slice(int(ends[row]), int(ends[row + 1]))
        random = np.random.Generator(np.random.PCG64([_SEED, int(unit.code)]))
        dry = land.outlines[row].difference(wet)
        found += _uses(_Commune(unit, dry, villages.xy[mine], villages.shape[mine], random), belts)
    kept = [(use, polygonal(shape, LEAST_M2)) for use, shape in found]
    return tuple(
        Patch(f"lu{number:05d}", use, as_multi(shape))
        for number, (use, shape) in enumerate(((use, shape) for use, shape in kept if not shape.is_empty), 1)
    )


def _surfaces(land: Land) -> Iterator[tuple[str, BaseGeometry]]:
    """Yield the waters of the province; where two meet the earlier one has the place."""
    before: BaseGeometry = Polygon()
    for water in land.waters:
        if water.kind != "sea":
            yield "water", water.shape.intersection(land.province).difference(before)
            before = before.union(water.shape)


def _flats(land: Land, shore: BaseGeometry) -> Iterator[tuple[str, BaseGeometry]]:
    """Yield the mud flats before the coast, a stretch for each commune behind it."""
    sea = shapely.union_all([water.shape for water in land.waters if water.kind == "sea"])
    rivers = shapely.union_all([water.shape for water in land.waters if water.kind == "river"])
    flat = shore.buffer(_FLAT_M).intersection(sea).difference(rivers)
    points = shapely.points(np.unique(shapely.get_coordinates(shapely.segmentize(shore, 100.0)), axis=0))
    home = shapely.STRtree(land.outlines).nearest(points)
    several = shapely.multipoints(shapely.get_coordinates(points))
    cells = shapely.get_parts(shapely.voronoi_polygons(several, ordered=True))
    for row in np.unique(home):
        yield "coastal_flat", flat.intersection(shapely.union_all(cells[home == row]))


def _ponds(land: Land, shore: BaseGeometry) -> BaseGeometry:
    """Give the belt of fish and shrimp ponds: broad here, absent there."""
    points = shapely.get_coordinates(shapely.segmentize(shore, 150.0))
    breadth = _PONDS_M * (0.6 + 0.9 * smooth_noise(points, 6_000.0, 61))
    belt = shapely.union_all(shapely.buffer(shapely.points(points), np.maximum(breadth, 1.0), quad_segs=4))
    return belt.intersection(land.province)


def _uses(commune: _Commune, belts: _Coast) -> Iterator[tuple[str, BaseGeometry]]:
    """Yield the patches of one commune: what is built first, then the coast, the rest is fields."""
    built = shapely.union_all(commune.shapes)
    free = commune.dry.difference(built)
    taken: list[BaseGeometry] = []
    for use, shape in [*_inner_sites(commune, built), *_outer_sites(commune, free)]:
        alone = shape.difference(shapely.union_all(taken)) if taken else shape
        taken.append(shape)
        yield use, alone
    sites = shapely.union_all(taken)
    housing = "residential_rural" if commune.unit.unit_type == "commune" else "residential_urban"
    # Ponds and village water are part of a settlement, but not the canal that runs through it.
    for shape in commune.shapes:
        yield housing, shape.intersection(commune.dry).difference(sites)
    free = free.difference(sites)
    forest = free.intersection(belts.mangrove)
    ponds = free.intersection(belts.ponds).difference(belts.mangrove)
    yield "forest", forest
    yield "aquaculture", ponds
    fields = free.difference(belts.mangrove).difference(belts.ponds)
    for cell in _cells(commune.hearts, commune.dry):
        yield "farmland", fields.intersection(cell)


def _cells(hearts: Floats, room: BaseGeometry) -> Sequence[BaseGeometry]:
    """Give each village the fields nearest to it, so that no field is as large as a commune."""
    cells = shapely.voronoi_polygons(shapely.multipoints(hearts), extend_to=room.envelope, ordered=True)
    return list(shapely.get_parts(cells))


def _inner_sites(commune: _Commune, built: BaseGeometry) -> Iterator[tuple[str, BaseGeometry]]:
    """Yield the sites inside the settlements: offices, market or shops, in a town a garden."""
    urban = commune.unit.unit_type != "commune"
    wanted = [("public_building", 1.4 if urban else 0.9), ("commerce", 1.6 if urban else 0.5)]
    if urban:
        wanted += [("green_space", 1.5), ("commerce", 0.9), ("green_space", 0.8), ("public_building", 0.8)]
    for number, (use, hectares) in enumerate(wanted):
        heart = commune.hearts[min(number // 2, len(commune.hearts) - 1)]
        place = heart + commune.random.uniform(-110.0, 110.0, 2)
        block = _block(place, hectares * _HECTARE * commune.random.uniform(0.7, 1.3), commune.random)
        yield use, block.intersection(built).intersection(commune.dry)


def _outer_sites(commune: _Commune, free: BaseGeometry) -> Iterator[tuple[str, BaseGeometry]]:
    """Yield the sites among the fields: graveyards everywhere, industry near towns and here and there."""
    random = commune.random
    wanted = [("cemetery", random.uniform(0.7, 2.2)) for _yard in range(int(random.integers(1, 4)))]
    if commune.unit.unit_type != "commune":
        wanted += [("industry", random.uniform(12.0, 34.0)), ("green_space", random.uniform(1.0, 3.0))]
    elif random.random() < 0.2:  # noqa: PLR2004 - one commune in five has a cluster of workshops
        wanted.append(("industry", random.uniform(4.0, 18.0)))
    shapely.prepare(free)
    west, south, east, north = commune.dry.bounds
    for use, hectares in wanted:
        for place in random.uniform((west, south), (east, north), (_TRIES, 2)):
            block = _block(place, hectares * _HECTARE, random)
            if free.contains(block):
                yield use, block
                break


def _block(place: Floats, area_m2: float, random: np.random.Generator) -> Polygon:
    """Draw a site as fields are cut: four corners, nearly a rectangle."""
    long = np.sqrt(area_m2 * random.uniform(1.0, 1.8))
    half = np.array([long, area_m2 / long]) / 2.0
    corners = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]]) * half * random.uniform(0.88, 1.12, (4, 2))
    turn = random.uniform(0.0, np.pi)
    rotation = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    return Polygon(place + corners @ rotation.T)


def areas_by_use(patches: Sequence[Patch]) -> dict[str, float]:
    """Add up areas in m² by use, in the order of their names."""
    uses = sorted({patch.use for patch in patches})
    return {use: sum(patch.shape.area for patch in patches if patch.use == use) for use in uses}
