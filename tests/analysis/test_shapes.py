"""Geometries of files become what a layer stores, or are named with the reason."""

import struct
from collections.abc import Collection
from typing import TypeAlias

import numpy as np
import pyproj
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import LineString, MultiLineString, MultiPoint, MultiPolygon, Point, Polygon, box
from shapely.geometry.base import BaseGeometry

from gis_service.analysis.checks.findings import LISTED, Repair
from gis_service.analysis.shapes import Prepared, Rule, place_all, prepare, to_wkb
from gis_service.crs import DEMO_METRIC, STORAGE, transform
from gis_service.errors import ErrorCode
from gis_service.types import BBox, Geometries, Text

Given: TypeAlias = BaseGeometry | bytes | None
CITY: BBox = (106.10, 20.23, 106.68, 20.75)
HERE = Point(106.3, 20.4)
SQUARE = box(106.3, 20.4, 106.4, 20.5)
BOW = Polygon([(106.3, 20.4), (106.4, 20.5), (106.4, 20.4), (106.3, 20.5)])
LINE = LineString([(106.3, 20.4), (106.4, 20.4)])


def run(kind: str, *shapes: Given, repairs: Collection[Repair] = (), crs: pyproj.CRS = STORAGE) -> Prepared:
    wkb: Geometries = np.array(
        [shapely.to_wkb(shape) if isinstance(shape, BaseGeometry) else shape for shape in shapes],
        dtype=object,
    )
    return prepare(wkb, Rule(kind, crs, CITY, frozenset(repairs), DEMO_METRIC))


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
        ("Point", Point(np.inf, 20.4), ErrorCode.COORDINATE_NOT_FINITE),
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


def test_double_vertices_and_the_direction_of_a_ring_are_no_fault() -> None:
    ring = [(106.3, 20.4), (106.3, 20.4), (106.3, 20.5), (106.4, 20.5), (106.4, 20.5), (106.4, 20.4)]
    drawn = [Polygon(ring), Polygon(ring[::-1])]
    result = run("Polygon", *drawn)
    assert result.found == []
    assert all(one.equals_exact(given) for one, given in zip(result.geometries, drawn, strict=True))


def test_heights_and_measures_are_dropped_and_counted() -> None:
    result = run("Point", Point(106.3, 20.4, 7), HERE, shapely.from_wkt("POINT M (106.3 20.4 1)"))
    assert result.told["third_dimension_dropped"] == 2
    assert not shapely.has_z(result.geometries).any()
    assert not shapely.has_m(result.geometries).any()


def test_curves_are_refused_unless_they_may_become_lines() -> None:
    # A CIRCULARSTRING through three places, as GDAL writes it (shapely 2.2 makes none).
    curve = struct.pack("<BII6d", 1, 8, 3, 106.3, 20.4, 106.35, 20.45, 106.4, 20.4)
    assert codes(run("LineString", LINE, curve, None)) == {
        ErrorCode.GEOMETRY_CURVED: [1],
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
    result = run(kind, BOW, SQUARE, repairs=[Repair.GEOMETRY])
    assert (result.told["geometries_repaired"], result.found) == (1, [])
    assert shapely.is_valid(result.geometries).all()
    assert result.geometries[0].geom_type == expected
    assert result.geometries[0].area == pytest.approx(0.005)


def test_what_vanishes_in_repair_is_refused() -> None:
    flat = Polygon([(106.3, 20.4), (106.4, 20.4), (106.3, 20.4)])
    assert codes(run("MultiPolygon", flat, repairs=[Repair.GEOMETRY])) == {ErrorCode.GEOMETRY_INVALID: [0]}


def test_all_faults_are_counted_and_a_hundred_are_told() -> None:
    (found,) = run("Point", *[None] * (LISTED + 50)).found
    assert found.rows.size == LISTED + 50
    assert len(found.words) == LISTED


def test_what_is_stored_is_the_geometry_itself() -> None:
    wkb = to_wkb(np.array([shapely.set_srid(HERE, 4326), None], dtype=object))
    assert wkb.to_pylist() == [shapely.to_wkb(HERE, byte_order=1), None]


# A square whose ring lacks its last point, as some converters write it.
OPEN = struct.pack("<BIII8d", 1, 3, 1, 4, 106.3, 20.4, 106.4, 20.4, 106.4, 20.5, 106.3, 20.5)
ARC = struct.pack("<BII6d", 1, 8, 3, 106.3, 20.4, 106.35, 20.45, 106.4, 20.4)
FAR, SWAPPED = Point(2.35, 48.85), Point(20.4, 106.3)
TWO = MultiPoint([HERE, Point(106.4, 20.4)])
TILES = MultiPolygon([SQUARE, box(106.5, 20.4, 106.6, 20.5)])
SHIFTED = MultiPolygon([SQUARE, box(106.35, 20.4, 106.45, 20.5)])
REPAIRED: list[tuple[str, Given, Repair, ErrorCode, str, list[BaseGeometry]]] = [
    ("Point", None, Repair.EMPTY, ErrorCode.GEOMETRY_MISSING, "repaired_empty", []),
    ("Point", Point(), Repair.EMPTY, ErrorCode.GEOMETRY_MISSING, "repaired_empty", []),
    ("Point", FAR, Repair.OUTSIDE, ErrorCode.OUTSIDE_CITY, "repaired_outside", []),
    ("Point", SWAPPED, Repair.AXES, ErrorCode.AXES_SWAPPED, "repaired_axes", [HERE]),
    ("Point", TWO, Repair.PARTS, ErrorCode.GEOMETRY_TYPE_WRONG, "repaired_parts", [HERE, Point(106.4, 20.4)]),
    ("Polygon", TILES, Repair.PARTS, ErrorCode.GEOMETRY_TYPE_WRONG, "repaired_parts", list(TILES.geoms)),
    (
        "MultiPolygon",
        shapely.GeometryCollection([TILES]),
        Repair.PARTS,
        ErrorCode.GEOMETRY_TYPE_WRONG,
        "repaired_parts",
        [TILES],
    ),
    ("Polygon", OPEN, Repair.GEOMETRY, ErrorCode.GEOMETRY_INVALID, "geometries_repaired", [SQUARE]),
]


@pytest.mark.parametrize(("kind", "given", "repair", "code", "told", "expected"), REPAIRED)
def test_a_repair_is_done_when_chosen_and_only_then(
    kind: str, given: Given, repair: Repair, code: ErrorCode, told: str, expected: list[BaseGeometry]
) -> None:
    good = {"Point": HERE, "Polygon": SQUARE, "MultiPolygon": MultiPolygon([SQUARE])}[kind]
    assert codes(run(kind, good, given, good, repairs=set(Repair) - {repair, Repair.KINDS})) == {code: [1]}
    result = run(kind, good, given, good, repairs=[repair])
    assert not result.found
    assert result.told[told] == 1
    assert result.rows.tolist() == [0, *[1] * len(expected), 2]
    assert shapely.equals(result.geometries, [good, *expected, good]).all()


def test_arcs_become_lines_when_chosen() -> None:
    result = run("LineString", LINE, ARC, repairs=[Repair.LINEAR])
    assert not result.found
    assert result.told["repaired_linear"] == 1
    assert result.geometries[1].length > LINE.length


def test_collections_of_several_kinds_are_not_divided() -> None:
    mixed = shapely.GeometryCollection([HERE, LINE])
    found = codes(run("Point", mixed, repairs=set(Repair) - {Repair.KINDS}))
    assert found == {ErrorCode.GEOMETRY_TYPE_WRONG: [0]}


def test_other_types_are_left_out_when_chosen() -> None:
    result = run("Point", HERE, LINE, TWO, repairs=[Repair.KINDS, Repair.PARTS])
    assert not result.found
    assert (result.told["repaired_kinds"], result.told["repaired_parts"]) == (1, 1)
    assert result.rows.tolist() == [0, 2, 2]


def test_a_repair_that_changes_the_area_is_refused_unless_asked_for() -> None:
    result = run("MultiPolygon", SHIFTED, BOW, repairs=[Repair.GEOMETRY])
    assert codes(result) == {ErrorCode.AREA_CHANGED: [0]}
    accepted = run("MultiPolygon", SHIFTED, BOW, repairs=[Repair.GEOMETRY, Repair.AREA])
    assert not accepted.found
    assert accepted.area_changed_m2 == pytest.approx(57.7e6, rel=0.01), "what both parts covered"


def test_a_fault_has_a_place_on_the_map() -> None:
    metric = transform(np.array([BOW], dtype=object), STORAGE, DEMO_METRIC)
    (invalid,) = run("MultiPolygon", *metric, crs=DEMO_METRIC).found
    (swapped,) = run("Point", SWAPPED).found
    (missing,) = run("Point", None).found
    (kind,) = run("Point", LINE).found
    assert isinstance(words := invalid.words[0], Text)
    assert words.en.startswith("Self-intersection[106.35")
    assert words.vi.startswith("Đường ranh tự cắt hoặc tự chồng[106.35")
    for found, place in ((invalid, (106.35, 20.45)), (swapped, (106.3, 20.4)), (kind, (106.35, 20.4))):
        assert found.places is not None
        assert found.places[0].tolist() == pytest.approx(place, abs=1e-6)
    assert missing.places is not None
    assert np.isnan(missing.places).all()


def test_without_a_system_everything_else_is_looked_at() -> None:
    wkb = np.array([shapely.to_wkb(shape) for shape in (FAR, Point())], dtype=object)
    result = prepare(wkb, Rule("Point", None, CITY))
    assert codes(result) == {ErrorCode.GEOMETRY_MISSING: [1]}
    assert place_all(result.raw, Rule("Point", None, CITY)).tolist() == [None, None]


def test_very_many_vertices_are_warned_of(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gis_service.analysis.shapes.MOST_VERTICES", 4)
    (found,) = run("Polygon", SQUARE).found
    assert (found.code, found.words) == (ErrorCode.GEOMETRY_LARGE, ("5",))


MESS: list[Given] = [
    HERE,
    TWO,
    SQUARE,
    BOW,
    TILES,
    SHIFTED,
    None,
    FAR,
    SWAPPED,
    OPEN,
    ARC,
    LINE,
    b"\x01",
]


@given(
    st.lists(st.sampled_from(MESS), max_size=12),
    st.sets(st.sampled_from(list(Repair))),
    st.sampled_from(["Point", "MultiPolygon", "Polygon", "Geometry"]),
    st.integers(1, 12),
)
def test_what_is_found_does_not_depend_on_batches_and_repairing_twice_changes_nothing(
    shapes: list[Given], repairs: set[Repair], kind: str, size: int
) -> None:
    whole = run(kind, *shapes, repairs=repairs)
    parts = [(at, run(kind, *shapes[at : at + size], repairs=repairs)) for at in range(0, len(shapes), size)]
    found = [(entry.code, int(row) + at) for at, part in parts for entry in part.found for row in entry.rows]
    assert sorted(found) == sorted((entry.code, int(row)) for entry in whole.found for row in entry.rows)
    assert [int(row) + at for at, part in parts for row in part.rows] == whole.rows.tolist()
    if not whole.found and len(whole.rows):
        again = run(kind, *whole.geometries, repairs=repairs)
        assert not again.found
        assert not {name for name, count in again.told.items() if count}
        assert shapely.equals_exact(again.geometries, whole.geometries, 0).all()
