import numpy as np
import shapely

from gis_service.files.areas import sound_areas
from gis_service.types import Geometries


def areas(*shapes: shapely.Geometry | None) -> Geometries:
    return np.array([*shapes, None], dtype=object)[:-1]


def test_a_spike_is_dropped_and_the_area_kept() -> None:
    spike = shapely.Polygon([(0, 0), (1000, 0), (1000, 1000), (1000, 1500), (1000, 1000), (0, 1000)])
    (found,), repaired = sound_areas(areas(spike))
    assert (found.geom_type, found.area, found.is_valid, found.bounds[3]) == ("Polygon", 1e6, True, 1000)
    assert repaired.tolist() == [True]


def test_a_bow_tie_keeps_both_its_halves() -> None:
    (found,), _ = sound_areas(areas(shapely.Polygon([(0, 0), (2, 2), (2, 0), (0, 2)])))
    assert (found.geom_type, found.area) == ("MultiPolygon", 2)


def test_an_area_that_encloses_nothing_becomes_empty() -> None:
    (found,), _ = sound_areas(areas(shapely.Polygon([(0, 0), (1, 1), (2, 2)])))
    assert found.is_empty


def test_sound_areas_other_kinds_and_missing_ones_stay_as_they_are() -> None:
    given = areas(shapely.box(0, 0, 1, 1), shapely.Point(0, 0), None)
    found, repaired = sound_areas(given)
    assert found.tolist() == given.tolist()
    assert not repaired.any()
