"""Reasons have places, and repairs tell what they do to an area."""

import numpy as np
import pytest
import shapely
from shapely import box
from shapely.geometry import MultiPolygon, Polygon

from gis_service.analysis.checks.validity import mend, places_of, tangled, words_of
from gis_service.crs import DEMO_METRIC

BOW = Polygon([(106.3, 20.4), (106.4, 20.5), (106.4, 20.4), (106.3, 20.5)])
OVERLAPPING = MultiPolygon([box(106.3, 20.4, 106.4, 20.5), box(106.35, 20.4, 106.45, 20.5)])
HOLE_OUTSIDE = Polygon(
    box(106.3, 20.4, 106.4, 20.5).exterior, [box(106.39, 20.41, 106.45, 20.49).exterior.coords]
)


def one(shape: shapely.Geometry) -> "np.ndarray[tuple[int], np.dtype[np.object_]]":
    made = np.empty(1, dtype=object)
    made[0] = shape
    return made


SHELL = "(0 0, 9 0, 9 9, 0 9, 0 0)"
REASONS = {
    "POLYGON((0 0, 1 1, 1 0, 0 1, 0 0))": "tự cắt",
    f"POLYGON({SHELL}, (20 5, 21 5, 21 6, 20 5))": "Lỗ nằm ngoài",
    f"POLYGON({SHELL}, (1 1, 8 1, 8 8, 1 8, 1 1), (2 2, 3 2, 3 3, 2 2))": "Lỗ nằm trong lỗ",
    f"POLYGON({SHELL}, (4 0, 9 4, 4 9, 0 4, 4 0))": "cắt rời",
    f"MULTIPOLYGON(({SHELL}), ((1 1, 2 1, 2 2, 1 1)))": "lọt trong phần khác",
    "POLYGON((0 0, 2 0, 1 1, 2 2, 0 2, 1 1, 0 0))": "Một vòng tự cắt",
    "LINESTRING(0 0, 0 0)": "Quá ít đỉnh",
    "POLYGON((0 0, inf 0, 1 1, 0 0))": "không phải là số",
}


@pytest.mark.parametrize("wkt", REASONS)
def test_every_reason_of_geos_is_said_in_both_languages_with_its_place(wkt: str) -> None:
    reason = str(shapely.is_valid_reason(shapely.from_wkt(wkt)))
    told = words_of(reason)
    assert REASONS[wkt] in told.vi
    assert told.vi.partition("[")[1:] == told.en.partition("[")[1:] != ("", "")
    assert told.en == reason


def test_a_reason_that_nobody_knows_is_told_as_that_of_the_program() -> None:
    told = words_of("Something new[1 2]")
    assert (told.vi, told.en) == ("chương trình kiểm tra báo: “Something new[1 2]”", "Something new[1 2]")


def test_places_are_read_out_of_reasons() -> None:
    reasons = np.array([*shapely.is_valid_reason(one(BOW)), "Valid Geometry", None], dtype=object)
    assert places_of(reasons).tolist()[0] == pytest.approx([106.35, 20.45])
    assert np.isnan(places_of(reasons)[1:]).all()


@pytest.mark.parametrize(
    ("shape", "changed"),
    [
        (BOW, False),
        (OVERLAPPING, True),
        (HOLE_OUTSIDE, True),
        (shapely.LineString([(106, 20), (106, 20)]), False),
    ],
    ids=["bow tie", "parts that overlap", "hole that leaves its shell", "line"],
)
def test_a_repair_that_changes_the_area_is_known(shape: shapely.Geometry, *, changed: bool) -> None:
    mended = mend(one(shape), DEMO_METRIC)
    assert shapely.is_valid(mended.geometries).all()
    assert mended.changed.tolist() == [changed]


def test_areas_are_in_square_metres() -> None:
    mended = mend(one(BOW), DEMO_METRIC)
    assert mended.after[0] == pytest.approx(57.7e6, rel=0.01)
    assert mend(one(BOW), None).after[0] == pytest.approx(0.005)


def scribble(count: int) -> shapely.Polygon:
    draw = np.random.default_rng(1)
    return shapely.Polygon(draw.uniform(0, 1, (count, 2)))


def wave(count: int) -> shapely.Polygon:
    angle = np.linspace(0, 2 * np.pi, count, endpoint=False)
    far = 1 + 0.1 * np.sin(20 * angle)
    return shapely.Polygon(np.column_stack([far * np.cos(angle), far * np.sin(angle)]))


TANGLED: dict[str, tuple[shapely.Geometry, bool]] = {
    "a bow tie": (shapely.Polygon([(0, 0), (1, 1), (1, 0), (0, 1)]), False),
    "a wave": (wave(3000), False),
    "a scribble": (scribble(300), True),
    "a long scribble": (scribble(20_000), True),
    "the same square many times": (shapely.MultiPolygon([shapely.box(0, 0, 1, 1)] * 3000), True),
    "a scribble in collections": (
        shapely.GeometryCollection([shapely.Point(0, 0), shapely.GeometryCollection([scribble(300)])]),
        True,
    ),
    "a long line": (shapely.LineString(np.random.default_rng(1).uniform(0, 1, (3000, 2))), False),
    "nothing": (shapely.Polygon(), False),
}


@pytest.mark.parametrize("name", TANGLED)
def test_a_geometry_that_crosses_itself_without_end_is_known(name: str) -> None:
    geometry, expected = TANGLED[name]
    assert tangled(np.array([geometry], dtype=object)) is expected
