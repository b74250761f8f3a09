"""Geometries that no layer takes: what is wrong, with which feature, where, and which repair helps."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely
from shapely.geometry import LineString, MultiPoint, Point, Polygon, box

from gis_service.analysis import shapes as analysis_shapes
from tests.bad_files.counter import Counter, codes, fault
from tests.bad_files.curves import ARCS, INFINITE, NAN, OPEN, geopackage
from tests.bad_files.made import BOW, HERE, SQUARE, THERE, collection, feature
from tests.bad_files.marks import bad_input, quick_first
from tests.bad_files.targets import new_layer

LINE = LineString([HERE, THERE])
TWICE = Polygon([(106.30, 20.40), (106.31, 20.40), (106.31, 20.40), (106.31, 20.41), (106.30, 20.40)])
FLAT = Polygon([(106.30, 20.40), (106.31, 20.40), (106.305, 20.40)])
OVERLAPPING = shapely.MultiPolygon([box(106.30, 20.40, 106.32, 20.41), box(106.31, 20.40, 106.33, 20.41)])


def areas(folder: Path, *given: bytes | shapely.Geometry | None) -> bytes:
    return geopackage(folder, given)


def looked_at(counter: Counter, content: bytes, kind: str = "MultiPolygon", **choices: Any) -> dict[str, Any]:  # noqa: ANN401 any JSON
    return counter.seen(content, definition=new_layer("made_of_bad", kind), **choices)


@bad_input(10, (201, "kinds_mixed"), (422, "geometry_type_wrong"))
def test_mixed_types_are_counted_and_split_or_taken_together_or_refused(counter: Counter) -> None:
    content = collection(
        *(feature(each, code=str(at)) for at, each in enumerate([HERE, LINE, THERE, SQUARE]))
    )
    told = counter.seen(content)
    note = fault(told, "kinds_mixed")
    assert note["severity"] == "note"
    assert "LineString 1, Point 2, Polygon 1" in note["detail"]
    assert told["layers"][0]["definition"]["geometry"] == "Geometry"
    # Split: a layer of each type takes its own.
    told = counter.chosen(told["id"], definition=new_layer("only_points", "Point"))
    wrong = fault(told, "geometry_type_wrong")
    assert (wrong["count"], wrong["repair"]) == (2, "kinds")
    assert [entry["where"] for entry in wrong["features"]] == ["feature 2", "feature 4"]
    assert counter.not_published(told["id"])["code"] == "geometry_type_wrong"
    told = counter.chosen(told["id"], repairs=["kinds"])
    (notice,) = told["layers"][0]["notices"]
    assert (codes(told), notice["code"], notice["params"]) == ([], "repaired_kinds", {"count": 2})
    assert notice["text"].startswith("2 features of another type")
    assert counter.published(told["id"])["features"] == 2
    # Taken together: a layer of any type takes all.
    told = counter.seen(content, definition=new_layer("all_types", "Geometry"))
    assert (codes(told), counter.published(told["id"])["features"]) == ([], 4)


def test_single_and_multi_side_by_side_are_promoted_unasked(counter: Counter) -> None:
    content = collection(feature(SQUARE, code="a"), feature(shapely.MultiPolygon([SQUARE]), code="b"))
    told = counter.seen(content)
    assert (codes(told), told["layers"][0]["definition"]["geometry"]) == ([], "MultiPolygon")


def test_several_parts_for_a_layer_of_single_ones_are_divided_when_chosen(counter: Counter) -> None:
    content = collection(feature(MultiPoint([HERE, THERE]), name="a"))
    told = counter.seen(content, layer="wifi")
    assert fault(told, "geometry_type_wrong")["repair"] == "parts"
    assert "geometry_type_wrong" not in codes(counter.chosen(told["id"], repairs=["parts"]))


@bad_input(11, (201, "geometry_missing"), (422, "geometry_missing"))
@pytest.mark.parametrize(("shape", "words"), [(None, "null"), (Point(), "empty")])
def test_what_has_no_place_is_left_out_only_on_consent(
    counter: Counter, tmp_path: Path, shape: shapely.Geometry | None, words: str
) -> None:
    told = looked_at(counter, areas(tmp_path, SQUARE, shape))
    found = fault(told, "geometry_missing")
    (entry,) = found["features"]
    assert (found["repair"], entry["where"], words in entry["text"]) == ("empty", "feature 2", True)
    assert counter.not_published(told["id"])["code"] == "geometry_missing"
    told = counter.chosen(told["id"], repairs=["empty"])
    assert (codes(told), told["layers"][0]["kept"], told["layers"][0]["features"]) == ([], 1, 2)


INVALID: dict[str, tuple[bytes | shapely.Geometry, str]] = {
    "a bow tie": (BOW, "Self-intersection[106.305 20.405]"),
    "a ring without its end": (OPEN, "Ring not closed"),
    "no area": (FLAT, "Self-intersection"),
    "parts that overlap": (OVERLAPPING, "Self-intersection"),
}


@bad_input(12, (201, "geometry_invalid"))
@pytest.mark.parametrize("what", quick_first(INVALID, ["a bow tie", "a ring without its end"]))
def test_what_is_not_valid_is_told_with_reason_and_place(counter: Counter, tmp_path: Path, what: str) -> None:
    shape, words = INVALID[what]
    found = fault(looked_at(counter, areas(tmp_path, SQUARE, shape)), "geometry_invalid")
    (entry,) = found["features"]
    assert (found["severity"], found["repair"], entry["where"]) == ("error", "geometry", "feature 2")
    assert words in entry["text"]
    assert 106.29 < entry["lon"] < 106.34
    assert 20.39 < entry["lat"] < 20.42


@bad_input(12, (422, "area_changed"))
def test_a_repair_tells_how_much_it_changes_and_asks_beyond_a_limit(counter: Counter, tmp_path: Path) -> None:
    told = looked_at(counter, areas(tmp_path, BOW, OVERLAPPING), repairs=["geometry"])
    changed = fault(told, "area_changed")
    (entry,) = changed["features"]
    assert (changed["repair"], entry["where"]) == ("area", "feature 2")
    assert "⟶" in entry["text"]
    assert "m²" in entry["text"]
    assert counter.not_published(told["id"])["code"] == "area_changed"
    told = counter.chosen(told["id"], repairs=["geometry", "area"])
    notices = {one["code"]: one["text"] for one in told["layers"][0]["notices"]}
    assert codes(told) == []
    assert "m²" in notices["repaired_area"]
    assert notices["geometries_repaired"]


@pytest.mark.parametrize("shape", [TWICE, shapely.Polygon(SQUARE.exterior.coords[::-1])])
def test_double_vertices_and_either_direction_are_no_fault(
    counter: Counter, tmp_path: Path, shape: shapely.Geometry
) -> None:
    assert codes(looked_at(counter, areas(tmp_path, shape))) == []


@bad_input(13, (422, "coordinate_not_finite"))
@pytest.mark.parametrize("value", quick_first(["NaN", "Infinity", "-Infinity", "1e999"], ["1e999"]))
def test_a_coordinate_that_is_no_number_is_refused_with_its_line(counter: Counter, value: str) -> None:
    place = f'{{"type": "Point", "coordinates": [106, {value}]}}'
    bad = f'{{"type": "Feature", "properties": {{}}, "geometry": {place}}}'
    told = counter.refused(collection(feature(code="a"), bad))
    assert (told["status"], told["code"]) == (422, "coordinate_not_finite")
    assert "line 3, #2" in told["detail"]


@bad_input(13, (422, "coordinate_not_finite"))
@pytest.mark.parametrize("shape", [INFINITE, NAN])
def test_a_coordinate_that_is_no_number_is_told_with_its_feature(
    counter: Counter, tmp_path: Path, shape: bytes
) -> None:
    told = looked_at(counter, areas(tmp_path, SQUARE, shape), "Geometry")
    (entry,) = fault(told, "coordinate_not_finite")["features"]
    assert entry["where"] == "feature 2"
    refused = counter.not_published(told["id"])
    assert (refused["status"], refused["code"]) == (422, "coordinate_not_finite")


@bad_input(14, (201, "third_dimension_dropped"))
def test_heights_are_dropped_with_a_note(counter: Counter, tmp_path: Path) -> None:
    told = looked_at(counter, areas(tmp_path, shapely.force_3d(SQUARE, 5), SQUARE))
    (notice,) = told["layers"][0]["notices"]
    assert (codes(told), notice["code"], notice["params"]) == ([], "third_dimension_dropped", {"count": 1})
    assert notice["text"]


@bad_input(14, (201, "geometry_curved"))
def test_arcs_become_lines_when_chosen_with_a_note(counter: Counter, tmp_path: Path) -> None:
    told = looked_at(counter, areas(tmp_path, SQUARE, ARCS))
    found = fault(told, "geometry_curved")
    assert (found["repair"], found["features"][0]["where"]) == ("linear", "feature 2")
    told = counter.chosen(told["id"], repairs=["linear"])
    (notice,) = told["layers"][0]["notices"]
    assert (codes(told), notice["code"]) == ([], "repaired_linear")


@bad_input(21, (201, "geometry_large"))
def test_very_many_vertices_are_warned_of(counter: Counter, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(analysis_shapes, "MOST_VERTICES", 200)
    round_ = shapely.buffer(HERE, 0.01, quad_segs=100)
    told = counter.seen(collection(feature(SQUARE, code="a"), feature(round_, code="b")))
    found = fault(told, "geometry_large")
    assert (found["severity"], found["features"][0]["where"]) == ("warning", "feature 2")


def test_a_scribble_is_left_unrepaired_before_it_takes_all_memory(counter: Counter) -> None:
    draw = np.random.default_rng(1)
    scribble = Polygon(
        np.column_stack([draw.uniform(106.30, 106.31, 3000), draw.uniform(20.40, 20.41, 3000)])
    )
    content = collection(feature(BOW, code="a"), feature(scribble, code="b"))
    told = looked_at(counter, content, repairs=["geometry"])
    (entry,) = fault(told, "geometry_invalid")["features"]
    assert entry["where"] == "feature 2"
