import numpy as np
import shapely

from gis_service.services.gap_references import content_hash
from gis_service.types import Geometries


def geometries(*shapes: shapely.Geometry) -> Geometries:
    return np.array([*shapes, None], dtype=object)[:-1]


LINE, AREA = shapely.LineString([(0, 0), (1, 1)]), shapely.box(0, 0, 1, 1)


def test_equal_content_has_an_equal_hash() -> None:
    assert content_hash(geometries(LINE), ["Vũ Thư"]) == content_hash(geometries(LINE), ("Vũ Thư",))
    assert content_hash(np.array([np.nan, 1])) == content_hash(np.array([np.nan, 1]))


def test_a_multi_geometry_of_one_part_is_that_part() -> None:
    assert content_hash(geometries(shapely.MultiPolygon([AREA]))) == content_hash(geometries(AREA))


def test_other_content_order_or_kind_has_another_hash() -> None:
    columns = [
        (geometries(LINE, AREA),),
        (geometries(AREA, LINE),),
        (geometries(shapely.reverse(LINE), AREA),),
        (geometries(LINE, AREA), ["a"]),
        (geometries(LINE, AREA), ["b"]),
        (np.array([1, 2]),),
        (np.array([2, 1]),),
        (np.array([1.0, 2.0]),),
        (np.array([[1], [2]]),),
    ]
    assert len({content_hash(*given) for given in columns}) == len(columns)
