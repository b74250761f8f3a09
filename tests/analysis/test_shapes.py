"""Geometries of files become what a layer stores, or are named with the reason."""

import struct
from typing import TypeAlias

import numpy as np
import pyproj
import pytest
import shapely
from shapely.geometry import LineString, MultiLineString, MultiPoint, MultiPolygon, Point, Polygon, box
from shapely.geometry.base import BaseGeometry

from gis_service.analysis.shapes import SHOWN, Prepared, Rule, prepare, to_ewkb
from gis_service.crs import STORAGE
from gis_service.errors import ErrorCode
from gis_service.types import BBox, Geometries

Given: TypeAlias = BaseGeometry | bytes | None
CITY: BBox = (106.10, 20.23, 106.68, 20.75)
HERE = Point(106.3, 20.4)
SQUARE = box(106.3, 20.4, 106.4, 20.5)
BOW = Polygon([(106.3, 20.4), (106.4, 20.5), (106.4, 20.4), (106.3, 20.5)])
LINE = LineString([(106.3, 20.4), (106.4, 20.4)])


def run(kind: str, *shapes: Given, repair: bool = False, crs: pyproj.CRS = STORAGE) -> Prepared:
    wkb: Geometries = np.array(
        [shapely.to_wkb(shape) if isinstance(shape, BaseGeometry) else shape for shape in shapes],
        dtype=object,
    )
    return prepare(wkb, Rule(kind, crs, CITY, repair))


def codes(result: Prepared) -> dict[ErrorCode, list[int]]:
    return {entry.code: entry.rows.tolist() for entry in result.found}


@pytest.mark.parametrize(
    ("kind", "given", "expected"),
    [
        ("Point", HERE, HERE),
        ("Point", MultiPoint([HERE]), HERE),
        ("MultiPoint", HERE, MultiPoint([HERE])),
        ("LineString", MultiLineString([LINE]), LINE),
        ("MultiLineString", LINE, MultiLineString([LINE])),
        ("Polygon", MultiPolygon([SQUARE]), SQUARE),
        ("MultiPolygon", SQUARE, MultiPolygon([SQUARE])),
        ("Geometry", LINE, LINE),
        ("Geometry", shapely.GeometryCollection([HERE, LINE]), shapely.GeometryCollection([HERE, LINE])),
    ],
)
def test_only_the_wrapping_of_a_geometry_is_changed(kind: str, given: Given, expected: BaseGeometry) -> None:
    result = run(kind, given)
    assert not result.found
    assert shapely.equals_exact(result.geometries[0], expected, 0)
    assert result.geometries[0].geom_type == expected.geom_type


@pytest.mark.parametrize(
    ("kind", "given", "code"),
    [
        ("Point", None, ErrorCode.GEOMETRY_MISSING),
        ("Point", Point(), ErrorCode.GEOMETRY_MISSING),
        ("Point", b"\x01\x02", ErrorCode.GEOMETRY_UNREADABLE),
        ("Point", Point(np.inf, 20.4), ErrorCode.GEOMETRY_NOT_FINITE),
        ("Point", LINE, ErrorCode.GEOMETRY_TYPE_WRONG),
        ("Point", MultiPoint([HERE, Point(106.4, 20.4)]), ErrorCode.GEOMETRY_TYPE_WRONG),
        ("MultiPolygon", LINE, ErrorCode.GEOMETRY_TYPE_WRONG),
        ("Point", Point(2.35, 48.85), ErrorCode.OUTSIDE_CITY),
        ("Point", Point(20.4, 106.3), ErrorCode.AXES_SWAPPED),
        ("MultiPolygon", BOW, ErrorCode.GEOMETRY_INVALID),
    ],
)
def test_what_cannot_be_stored_is_named_and_its_neighbours_are_not(
    kind: str, given: Given, code: ErrorCode
) -> None:
    good = {"Point": HERE, "MultiPolygon": SQUARE}[kind]
    assert codes(run(kind, good, given, good)) == {code: [1]}


def test_heights_and_measures_are_dropped_and_counted() -> None:
    result = run("Point", Point(106.3, 20.4, 7), HERE, shapely.from_wkt("POINT M (106.3 20.4 1)"))
    assert result.flattened == 2
    assert not shapely.has_z(result.geometries).any()
    assert not shapely.has_m(result.geometries).any()


def test_curves_are_refused() -> None:
    # A CIRCULARSTRING through three places, as GDAL writes it (shapely 2.2 makes none).
    curve = struct.pack("<BII6d", 1, 8, 3, 106.3, 20.4, 106.35, 20.45, 106.4, 20.4)
    assert codes(run("LineString", LINE, curve, None)) == {
        ErrorCode.GEOMETRY_UNREADABLE: [1],
        ErrorCode.GEOMETRY_MISSING: [2],
    }


def test_metres_are_brought_to_degrees_and_swapped_metres_are_noticed() -> None:
    metric = pyproj.CRS.from_user_input("EPSG:9209")
    xy = pyproj.Transformer.from_crs(STORAGE, metric, always_xy=True).transform(106.3, 20.4)
    result = run("Point", Point(xy), crs=metric)
    assert result.geometries[0].distance(HERE) < 2e-8, "2 mm"
    # Vietnamese surveyors call the northing x.
    assert codes(run("Point", Point(xy[::-1]), crs=metric)) == {ErrorCode.AXES_SWAPPED: [0]}


def test_a_feature_in_the_border_around_the_city_is_inside() -> None:
    assert not run("Point", Point(106.1 - 0.1, 20.4)).found


@pytest.mark.parametrize(
    ("kind", "expected"), [("MultiPolygon", "MultiPolygon"), ("Geometry", "MultiPolygon")]
)
def test_repair_keeps_the_kind_and_the_area_that_can_be_kept(kind: str, expected: str) -> None:
    result = run(kind, BOW, SQUARE, repair=True)
    assert (result.repaired, result.found) == (1, [])
    assert shapely.is_valid(result.geometries).all()
    assert result.geometries[0].geom_type == expected
    assert result.geometries[0].area == pytest.approx(0.005)


def test_what_vanishes_in_repair_is_refused() -> None:
    flat = Polygon([(106.3, 20.4), (106.4, 20.4), (106.3, 20.4)])
    assert codes(run("MultiPolygon", flat, repair=True)) == {ErrorCode.GEOMETRY_INVALID: [0]}


def test_all_faults_are_counted_and_a_hundred_are_told() -> None:
    (found,) = run("Point", *[None] * (SHOWN + 50)).found
    assert found.rows.size == SHOWN + 50
    assert len(found.words) == SHOWN


def test_what_is_stored_bears_the_storage_system() -> None:
    (ewkb,) = to_ewkb(np.array([HERE], dtype=object))
    assert shapely.get_srid(shapely.from_wkb(ewkb)) == STORAGE.to_epsg()
