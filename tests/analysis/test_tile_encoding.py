"""Tiles drawn of rows: what they show is what lies there, to a unit, and every area is a valid one."""

import math
import struct

import mapbox_vector_tile
import numpy as np
import shapely
from hypothesis import example, given
from hypothesis import strategies as st
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from gis_service.analysis.tile_encoding import EXTENT, Attribute, TileRows

ZXY = (14, 13030, 7241)
SQUARE = shapely.box(0, 0, EXTENT, EXTENT)
KINDS = (Attribute("name", "text"), Attribute("n", "integer"), Attribute("x", "number"))
SEEN = shapely.box(-60, -60, EXTENT + 60, EXTENT + 60)


def to_degrees(places: np.ndarray) -> np.ndarray:
    """Bring units of the tile to longitude and latitude, by the textbook."""
    z, x, y = ZXY
    side = 2.0**z
    east = (places[:, 0] / EXTENT + x) / side
    south = (places[:, 1] / EXTENT + y) / side
    up = np.arctan(np.sinh(np.pi * (1 - 2 * south)))
    return np.stack([east * 360 - 180, np.degrees(up)], axis=1)


def column(value: object) -> bytes:
    if value is None:
        return struct.pack(">Ii", 0, -1)
    if isinstance(value, int):
        held = struct.pack(">q", value)
    elif isinstance(value, float):
        held = struct.pack(">d", value)
    else:
        held = value.encode() if isinstance(value, str) else bytes(value)  # type: ignore[call-overload]
    return struct.pack(">Ii", 0, len(held)) + held


def drawn(
    shapes: list[BaseGeometry], values: tuple[object, ...] = (), attributes: tuple[Attribute, ...] = ()
) -> TileRows:
    """Draw shapes in units of the tile, numbered from 1, each with the same attributes."""
    block = b"".join(
        struct.pack(">i", 2 + len(values))
        + column(number)
        + column(shapely.to_wkb(shapely.transform(one, to_degrees), byte_order=1))
        + b"".join(map(column, values))
        for number, one in enumerate(shapes, 1)
    )
    return TileRows(block, len(shapes), attributes, "layer", ZXY)


def decoded(rows: TileRows) -> dict[int, BaseGeometry]:
    content = rows.encode(rows.seen).content
    if not content:
        return {}
    options = {"y_coord_down": True, "geojson": True}
    features = mapbox_vector_tile.decode(content, default_options=options)["layer"]["features"]
    return {one["id"]: shape(one["geometry"]) for one in features}


def star(middle: tuple[float, float], radii: list[float]) -> shapely.Polygon:
    turn = np.linspace(0, 2 * math.pi, len(radii), endpoint=False)
    far = np.array(radii)
    return shapely.Polygon(np.stack([middle[0] + far * np.cos(turn), middle[1] + far * np.sin(turn)], 1))


places = st.tuples(st.floats(-3000, 7000), st.floats(-3000, 7000))
stars = st.builds(star, places, st.lists(st.floats(20, 4000), min_size=3, max_size=60))


def is_as_meant(found: BaseGeometry | None, meant: BaseGeometry) -> None:
    """Tell that an area in a tile is that of a shape, but for what lies within a unit of its outline."""
    due = meant & SEEN
    if found is None:
        assert due.area <= due.length + 1
        return
    assert found.is_valid, shapely.is_valid_reason(found)
    assert ((found & SEEN) ^ due).difference(meant.boundary.buffer(1)).area < 1e-6


@given(stars, st.booleans(), st.floats(0.1, 0.8))
@example(star((2048, 2048), [9000.0] * 8), True, 0.5)
@example(star((2048, 2048), [9000.0] * 8), True, 0.05)
@example(star((2048, 2048), [4000.0, 1500.0] * 20), True, 0.7)
@example(star((0, 0), [700.0, 100.0] * 30), True, 0.5)
def test_an_area_is_drawn_where_it_lies(outline: shapely.Polygon, is_holed: bool, share: float) -> None:  # noqa: FBT001  drawn
    middle = outline.centroid if outline.contains(outline.centroid) else outline.representative_point()
    hole = shapely.affinity.scale(outline, share, share, origin=middle)
    area: BaseGeometry = outline - hole if is_holed and outline.contains_properly(hole) else outline
    is_as_meant(decoded(drawn([area])).get(1), area)


@given(st.lists(places, min_size=4, max_size=12))
def test_an_outline_that_crosses_itself_becomes_a_valid_area(corners: list[tuple[float, float]]) -> None:
    bow = shapely.Polygon(corners)
    found = decoded(drawn([bow])).get(1)
    if found is None or found.geom_type not in {"Polygon", "MultiPolygon"}:
        return
    assert found.is_valid
    assert shapely.make_valid(bow, method="structure").buffer(2).covers(found & SEEN)


@given(st.lists(places, min_size=2, max_size=30))
def test_a_line_is_drawn_where_it_lies(corners: list[tuple[float, float]]) -> None:
    line = shapely.LineString(corners)
    found = decoded(drawn([line])).get(1)
    due = line & SEEN
    if found is None:
        assert due.length < 3
        return
    assert line.buffer(1).covers(found)
    assert (due - found.buffer(1)).length < 1e-6


@given(st.lists(st.floats(-400, 400), min_size=3, max_size=40), places)
def test_areas_that_share_a_border_share_it_in_the_tile(walk: list[float], at: tuple[float, float]) -> None:
    step = 5000 / len(walk)
    border = [(at[0] + aside, at[1] - 2500 + step * i) for i, aside in enumerate(walk)]
    top, bottom = border[0][1], border[-1][1]
    west = shapely.Polygon([*border, (at[0] - 3000, bottom), (at[0] - 3000, top)])
    east = shapely.Polygon([*border, (at[0] + 3000, bottom), (at[0] + 3000, top)])
    found = decoded(drawn([west, east]))
    if len(found) < 2 or not all(one.geom_type == "Polygon" for one in found.values()):
        return
    together = found[1] & found[2]
    assert together.area == 0, "no overlap"
    line = shapely.LineString(border) & shapely.box(0, 0, EXTENT, EXTENT)
    between = shapely.union_all(list(found.values()))
    # The wide middle of the border, away from where the square cuts it.
    inner = line.buffer(100, cap_style="flat") & (west | east).buffer(-101) & shapely.box(9, 9, 4087, 4087)
    assert (inner - between).area < 1e-6, "no gap"


def test_what_is_smaller_than_half_a_unit_is_not_drawn() -> None:
    tiny, small = shapely.box(10.3, 10.3, 10.7, 10.7), shapely.box(20.1, 20.1, 21.2, 21.2)
    assert set(decoded(drawn([tiny, small]))) == {2}
    assert set(decoded(drawn([shapely.LineString([(5.4, 5.4), (5.6, 5.6)])]))) == set()


def test_points_on_the_rim_are_drawn_and_those_beyond_are_not() -> None:
    found = decoded(
        drawn([shapely.Point(-64.2, 5), shapely.Point(-65, 5), shapely.MultiPoint([(1, 2), (3, 9000)])])
    )
    assert {number: one.wkt for number, one in found.items()} == {1: "POINT (-64 5)", 3: "POINT (1 2)"}


def test_attributes_are_written_as_they_are() -> None:
    point = shapely.Point(5, 5)
    for values in (("Xã Đông Ưở", 7, 0.25), ("", -(2**62), -1e300), (None, 0, None), (None, None, None)):
        rows = drawn([point, point], values, KINDS)
        features = mapbox_vector_tile.decode(rows.encode(rows.seen).content)["layer"]["features"]
        due = {one.name: value for one, value in zip(KINDS, values, strict=True) if value is not None}
        assert [one["properties"] for one in features] == [due, due]


@given(st.integers(150, 3000))
def test_a_budget_is_kept_and_used(budget: int) -> None:
    rows = drawn([shapely.box(i, i, i + 9, i + 9) for i in range(100)], ("kiểu", 5, 0.5), KINDS)
    backward = rows.seen[::-1]
    tile = rows.encode(backward, budget)
    assert len(tile.content) <= budget
    whole = rows.encode(backward)
    assert tile.shown == whole.shown or len(rows.encode(backward[: tile.shown + 1]).content) > budget - 6
    ids = (
        [one["id"] for one in mapbox_vector_tile.decode(tile.content)["layer"]["features"]]
        if tile.shown
        else []
    )
    assert ids == list(range(100, 100 - tile.shown, -1))
