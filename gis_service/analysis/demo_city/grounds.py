"""Gives services of the demo city the land that they use: parks are green, hospitals and offices public."""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from gis_service.analysis.demo_city.features import Features
from gis_service.analysis.demo_city.land_use import LEAST_M2, Patch
from gis_service.analysis.demo_city.polygons import as_multi, polygonal
from gis_service.types import Geometries

_OFFICE_M2 = 1_600.0
_GIVING_WAY = ("residential_rural", "residential_urban", "commerce", "public_building", "green_space")
"""Land that a public building may stand on, beside parks: fields and waters keep their use."""


def with_grounds(patches: Sequence[Patch], facilities: Mapping[str, Features]) -> tuple[Patch, ...]:
    """Put patches where parks, hospitals and offices stand, and take that land from those that lie there.

    Parameters
    ----------
    patches
        Land by use, without overlaps.
    facilities
        Services by layer, with ``park``, ``hospital`` and ``one_stop_office``.

    Returns
    -------
    tuple of Patch
        The same land, without overlaps; a patch that is used up goes. New codes follow those there were.
    """
    parks = shapely.get_parts(facilities["park"].geometry)
    found, green = _take(patches, parks, None)
    sites = np.array(list(_sites(facilities)), dtype=object)
    found, public = _take(found, sites, _GIVING_WAY)
    last = max((int(patch.code.removeprefix("lu")) for patch in patches), default=0)
    new = [("green_space", shape) for shape in green] + [("public_building", shape) for shape in public]
    return (
        *found,
        *(
            Patch(f"lu{last + number:05d}", use, as_multi(shape))
            for number, (use, shape) in enumerate(new, 1)
        ),
    )


def _sites(facilities: Mapping[str, Features]) -> Iterator[BaseGeometry]:
    """Yield a square for each hospital and each office; two offices of one site share theirs."""
    hospitals = facilities["hospital"]
    places = dict.fromkeys(facilities["one_stop_office"].geometry.tolist(), _OFFICE_M2)
    sizes = [float(str(size)) for size in hospitals.columns["site_area_m2"]]
    places |= dict(zip(hospitals.geometry.tolist(), sizes, strict=True))
    before: BaseGeometry = shapely.Polygon()
    for place, area in places.items():
        site = place.buffer(np.sqrt(area) / 2, cap_style="square")
        yield site.difference(before)
        before = before.union(site)


def _take(
    patches: Sequence[Patch], sites: Geometries, uses: Sequence[str] | None
) -> tuple[list[Patch], list[BaseGeometry]]:
    """Cut sites out of patches of some uses; give what is left of the patches, and what was cut out."""
    rows = [row for row, patch in enumerate(patches) if uses is None or patch.use in uses]
    shapes = np.array([patches[row].shape for row in rows], dtype=object)
    site, patch = shapely.STRtree(shapes).query(sites, predicate="intersects")
    left = {rows[at]: shapes[at] for at in np.unique(patch).tolist()}
    taken: list[BaseGeometry] = []
    for at, shape in enumerate(sites.tolist()):
        under = [rows[one] for one in patch[site == at].tolist()]
        taken.append(shapely.union_all([left[row].intersection(shape) for row in under]))
        left |= {row: left[row].difference(shape) for row in under}
    kept = [
        Patch(one.code, one.use, as_multi(polygonal(left.get(row, one.shape), LEAST_M2)))
        for row, one in enumerate(patches)
    ]
    cut = [polygonal(shape, 0.0) for shape in taken]
    return [one for one in kept if not one.shape.is_empty], [shape for shape in cut if not shape.is_empty]
