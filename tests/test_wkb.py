"""A look through WKB finds what is nested or broken, and takes nothing sound for either."""

import struct

import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from gis_service.wkb import DEEPEST, Nesting, is_flat, nesting_of
from tests.hostile_files import nested

POINT = shapely.Point(1, 2)
LINE = shapely.LineString([(0, 0), (1, 1), (2, 0)])
AREA = shapely.Polygon([(0, 0), (9, 0), (9, 9)], [[(4, 1), (5, 1), (5, 2)]])
SINGLE = st.sampled_from([POINT, LINE, AREA, shapely.Point(), shapely.Polygon(), shapely.Point(1, 2, 3)])
MULTI = st.one_of(
    st.lists(st.just(POINT)).map(shapely.MultiPoint),
    st.lists(st.just(LINE)).map(shapely.MultiLineString),
    st.lists(st.just(AREA)).map(shapely.MultiPolygon),
)
SHAPES = st.recursive(
    st.one_of(SINGLE, MULTI),
    lambda inner: st.lists(inner, max_size=3).map(shapely.GeometryCollection),
    max_leaves=6,
)
WRITTEN = st.fixed_dictionaries(
    {
        "byte_order": st.sampled_from([0, 1]),
        "flavor": st.sampled_from(["iso", "extended"]),
        "output_dimension": st.sampled_from([2, 3]),
    }
)


def holding(kind: int, *parts: bytes) -> bytes:
    return struct.pack("<BII", 1, kind, len(parts)) + b"".join(parts)


def levels(shape: shapely.Geometry) -> int:
    """Count levels of collections as Shapely tells them."""
    if not hasattr(shape, "geoms"):
        return 0
    return 1 + max(map(levels, shape.geoms), default=0)


@given(SHAPES, WRITTEN)
def test_what_is_written_is_sound_or_deep_by_its_levels(
    shape: shapely.Geometry, how: dict[str, object]
) -> None:
    wkb = shapely.to_wkb(shape, **how)  # type: ignore[call-overload]
    assert nesting_of(wkb) is (Nesting.SOUND if levels(shape) <= DEEPEST else Nesting.DEEP)
    assert not is_flat(wkb) or levels(shape) <= 1


@given(MULTI.filter(lambda shape: not shape.is_empty), st.integers(1, 8))
def test_what_is_cut_short_is_broken_unless_its_beginning_says_that_it_is_flat(
    shape: shapely.Geometry, cut: int
) -> None:
    wkb = shapely.to_wkb(shape)[:-cut]
    assert nesting_of(wkb) is (Nesting.SOUND if is_flat(wkb) else Nesting.BROKEN)


@pytest.mark.parametrize(
    ("count", "found"),
    [
        (DEEPEST, Nesting.SOUND),
        (DEEPEST + 1, Nesting.DEEP),
        (600, Nesting.DEEP),
        (100_000, Nesting.DEEP),
    ],
)
def test_levels_are_counted(count: int, found: Nesting) -> None:
    assert nesting_of(nested(count)) is found


@pytest.mark.parametrize("kind", [4, 5, 6, 9, 10, 11, 12, 15, 16, 1004, 2007, 3012, 0x80000007, 0xC0000006])
def test_every_type_that_holds_others_may_be_too_deep(kind: int) -> None:
    wkb = shapely.to_wkb(POINT)
    for _ in range(DEEPEST + 1):
        wkb = holding(kind, wkb)
    assert nesting_of(wkb) is Nesting.DEEP


def test_the_last_of_many_parts_is_looked_at() -> None:
    parts = [shapely.to_wkb(POINT)] * 50
    assert nesting_of(holding(7, *parts, nested(50))) is Nesting.DEEP


@pytest.mark.parametrize(
    "wkb",
    [
        b"",
        b"zzzz",
        b"\x02" + struct.pack("<I", 1) + b"\0" * 16,
        holding(7, b"\x02" + shapely.to_wkb(POINT)[1:]),
        struct.pack("<BII", 1, 7, 0xFFFFFFF0) + b"\0" * 16,
        holding(13),
        holding(99),
        holding(4007, shapely.to_wkb(POINT)),
        holding(7, struct.pack("<BII", 1, 2, 0x7FFFFFFF)),
    ],
)
def test_counts_and_types_that_cannot_be_are_broken(wkb: bytes) -> None:
    assert nesting_of(wkb) is Nesting.BROKEN


def test_a_number_of_a_system_before_each_part_is_passed_over() -> None:
    wkb = shapely.to_wkb(shapely.set_srid(shapely.MultiPoint([POINT, POINT]), 4326), include_srid=True)
    assert (is_flat(wkb), nesting_of(wkb)) == (False, Nesting.SOUND)
