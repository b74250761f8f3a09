"""The study of a catchment: what it draws of a street counted by hand, and what everybody sees of it."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from gis_service.catalogue.loader import Catalogue
from gis_service.catalogue.service_standard import Quota
from gis_service.crs import STORAGE, transform
from gis_service.db.engine import Connection
from gis_service.errors import ErrorCode, RefusedInput
from gis_service.files.store import ArtefactStore
from gis_service.files.store_names import ArtefactNames
from gis_service.services import catchment, studies
from gis_service.services import prepared as prepared_module
from gis_service.services.catchment_ground import ground_of, with_places
from gis_service.services.catchment_request import CatchmentAsk, ShapeName
from gis_service.services.coverage import CoverageInputs, CoverageParameters, run_coverage
from gis_service.services.coverage_parameters import MAX_LIMIT, CoverageMeasure
from gis_service.services.disclosure import public_view
from gis_service.services.documents import canonical_json
from gis_service.services.prepared import Prepared
from gis_service.services.study_retold import retold
from tests.live_town import MOTORBIKE, degrees
from tests.street import METRIC, WALK_800_M, X, Y, codes, points, street, with_clinics

TWO_LIMITS = CatchmentAsk((), (300.0, 800.0))
ALL_SHAPES: tuple[ShapeName, ...] = ("edges", "polygons", "surface", "allocation", "od")


def drawn(
    *shapes: ShapeName,
    inputs: CoverageInputs | None = None,
    parameters: CoverageParameters = WALK_800_M,
    asked: CatchmentAsk | None = None,
) -> dict[str, Any]:
    asked = replace(asked or CatchmentAsk(shapes, (parameters.limit,)), shapes=shapes)
    read = with_places(street() if inputs is None else inputs, asked)
    result = run_coverage(read, parameters)
    return catchment.catchment_document(result, read, parameters, asked)


def metric(feature: dict[str, Any]) -> BaseGeometry:
    place: BaseGeometry = transform(np.array([shape(feature["geometry"])], object), STORAGE, METRIC)[0]
    return place


def test_edges_end_where_each_limit_does_and_tell_their_cost_and_facility() -> None:
    edges = drawn("edges", asked=TWO_LIMITS)["shapes"]["edges"]["features"]
    assert [edge["properties"] for edge in edges] == [
        {"limit": 300, "start_m": 0, "end_m": 300, "facility": "1"},
        {"limit": 800, "start_m": 300.001, "end_m": 800, "facility": "1"},
    ]
    bounds = [metric(edge).bounds for edge in edges]
    # six decimals of a degree are a tenth of a metre
    assert [one[0] - X for one in bounds] == pytest.approx([0, 300], abs=0.12)
    assert [one[2] - X for one in bounds] == pytest.approx([300, 800], abs=0.12)


def test_every_polygon_says_that_it_is_for_drawing_only_and_so_does_the_study() -> None:
    document = drawn("polygons", asked=TWO_LIMITS)
    small, large = document["shapes"]["polygons"]["features"]
    for feature, limit in ((small, 300), (large, 800)):
        properties = feature["properties"]
        assert (properties["limit"], properties["for_drawing_only"]) == (limit, True)
        assert set(properties["note"]) == {"vi", "en"}
    assert metric(large).contains(metric(small).buffer(-1))
    assert "catchment_for_drawing" in codes(document)


def test_people_are_counted_as_in_the_study_of_coverage_whatever_is_drawn() -> None:
    document = drawn(*ALL_SHAPES)
    plain = run_coverage(street(), WALK_800_M).document
    assert (document["process"], document["id"].partition("_")[0]) == ("catchment", "catchment")
    assert {name: document[name] for name in ("totals", "zones", "gaps")} == {
        name: plain[name] for name in ("totals", "zones", "gaps")
    }
    assert canonical_json(document) == canonical_json(drawn(*ALL_SHAPES))


def test_the_surface_tells_the_cost_of_each_cell_and_a_wider_step_says_so() -> None:
    surface = drawn("surface", asked=replace(TWO_LIMITS, grid="square", step_m=200.0))["shapes"]["surface"]
    cells = surface["features"]
    assert (surface["step_m"], surface["grid"]) == (200, "square")
    for cell in cells[:: len(cells) // 7]:
        x, y = shapely.get_coordinates(metric(cell).centroid)[0]
        expected = abs(max(x, X) - X) + np.hypot(max(X - x, 0), y - Y)
        assert cell["properties"]["cost_m"] == pytest.approx(expected, abs=0.3)
    finer = replace(street(), outline=shapely.box(X - 100, Y - 5000, X + 9900, Y + 5000))
    document = drawn("surface", inputs=finer, asked=replace(TWO_LIMITS, grid="square", step_m=50.0))
    assert document["shapes"]["surface"]["step_m"] == 100
    assert codes(document).count("surface_step_widened") == 1


def test_lines_of_allocation_begin_at_cells_and_those_of_few_people_are_closed() -> None:
    few = street()
    people = few.demand.people["all"].copy()
    people[1] = 9_999
    few = with_clinics(replace(few, demand=replace(few.demand, people={"all": people})), 0, 3000)
    lines = drawn("allocation", inputs=few)["shapes"]["allocation"]
    by_facility = {line["properties"]["people"]: line["properties"]["facility"] for line in lines["features"]}
    assert by_facility == {100: "1", 9.999: "1", 30: "1", 40: "1", 50: "2", 60: "2", 70: "2"}
    shown = catchment.public_shapes({"allocation": lines})["allocation"]["features"]
    assert len(shown) == 6
    assert {line["properties"]["people"] for line in shown} == {None}


def test_lines_from_homes_are_never_shown_to_everybody() -> None:
    read = street()
    result = run_coverage(read, WALK_800_M)
    asked = CatchmentAsk(("allocation",), (800.0,))
    ground = ground_of(read, WALK_800_M, result, asked)
    shapes, _ = catchment.catchment_shapes(ground, result, asked, points=True)
    starts = [metric(line).coords[0][0] - X for line in shapes["allocation"]["features"]]
    assert starts == pytest.approx([0, 500, 1000, 1500, 2000, 2500, 3000], abs=0.12)
    assert catchment.public_shapes(shapes)["allocation"]["features"] == []


def test_places_are_listed_with_their_nearest_facilities_and_may_be_asked_about_themselves() -> None:
    places = transform(points([X + 100, Y], [X + 2400, Y]), METRIC, STORAGE)
    (x, y), (far_x, far_y) = shapely.get_coordinates(places).tolist()
    near, far = ("near", x, y), ("far", far_x, far_y)
    two = with_clinics(street(), 0, 700)
    rows = drawn("od", inputs=two, asked=CatchmentAsk((), (800.0,), (near, far)))["shapes"]["places"]
    told = [(row["place"], row["rank"], row["facility"], round(row["cost_m"], 1)) for row in rows]
    assert told == [("near", 1, "1", 100.0), ("near", 2, "2", 600.0)]

    document = drawn("edges", inputs=two, asked=CatchmentAsk((), (800.0,), (far,), "places"))
    (west, east) = sorted(
        (metric(edge) for edge in document["shapes"]["edges"]["features"]), key=lambda line: line.bounds[0]
    )
    assert (west.bounds[0] - X, east.bounds[2] - X) == pytest.approx((1600, 3200), abs=0.3)
    assert {edge["properties"]["facility"] for edge in document["shapes"]["edges"]["features"]} == {"far"}
    # the homes at 2,000, 2,500 and 3,000 m, 40 m beside the street; that at 1,500 m is 140 m too far
    assert document["totals"]["all"]["covered"] == 50 + 60 + 70


def test_a_box_leaves_out_the_roads_and_cells_beyond_it() -> None:
    box = shapely.box(X + 350, Y - 100, X + 20_000, Y + 100)
    bbox = tuple(transform(np.array([box], dtype=object), METRIC, STORAGE)[0].bounds)
    shapes = drawn("edges", "polygons", "surface", asked=replace(TWO_LIMITS, bbox=bbox))["shapes"]
    small, large = (metric(one) for one in shapes["polygons"]["features"])
    assert small.is_empty
    assert large.bounds[0] - X == pytest.approx(350, abs=1.0)  # the meridians lean
    assert [edge["properties"]["limit"] for edge in shapes["edges"]["features"]] == [800]
    assert all(metric(cell).centroid.x >= X + 349 for cell in shapes["surface"]["features"])


def test_too_many_edges_are_refused_with_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(catchment, "MOST_EDGES", 1)
    with pytest.raises(RefusedInput) as refusal:
        drawn("edges", asked=TWO_LIMITS)
    assert refusal.value.code == ErrorCode.CATCHMENT_TOO_LARGE
    assert refusal.value.params == {"shape": "edges", "count": 2, "most": 1}


def test_as_the_crow_flies_polygons_are_circles() -> None:
    rule = replace(WALK_800_M, measure="straight_radius", mode=None)
    document = drawn("polygons", "surface", "allocation", "od", parameters=rule)
    (circle,) = document["shapes"]["polygons"]["features"]
    assert metric(circle).area == pytest.approx(np.pi * 800**2, rel=0.01)
    assert "catchment_for_drawing" not in codes(document)


def beside_a_park(measure: CoverageMeasure, limit: float) -> tuple[CoverageInputs, CoverageParameters]:
    """A park along the street from 0 to 1,000 m, and a drinking fountain 3,000 m on."""
    inputs = with_clinics(street(), 500, 3000)
    grounds = np.array([shapely.box(X, Y - 100, X + 1000, Y + 100), shapely.Point(X + 3000, Y)], object)
    parks = replace(inputs.facilities, shapes=grounds)
    return replace(inputs, facilities=parks), replace(WALK_800_M, measure=measure, mode=None, limit=limit)


@pytest.mark.parametrize("measure", ["straight_radius", "within_line"])
def test_lines_and_areas_are_drawn_wherever_they_are_nearest(measure: CoverageMeasure) -> None:
    inputs, rule = beside_a_park(measure, 300.0)
    asked = CatchmentAsk((), (300.0,), grid="square", step_m=100.0)
    shapes = drawn("polygons", "surface", inputs=inputs, parameters=rule, asked=asked)["shapes"]
    (around,) = shapes["polygons"]["features"]
    expected = 1000 * 200 + 2 * 300 * (1000 + 200) + 2 * np.pi * 300**2
    assert metric(around).area == pytest.approx(expected, rel=0.005)
    cells = shapes["surface"]["features"]
    assert {cell["properties"]["facility"] for cell in cells} == {"1", "2"}
    for cell in cells:
        x, y = shapely.get_coordinates(metric(cell).centroid)[0] - (X, Y)
        ways = np.hypot(max(-x, 0, x - 1000), max(abs(y) - 100, 0)), np.hypot(x - 3000, y)
        assert cell["properties"]["cost_m"] == pytest.approx(min(ways), abs=0.3)


def test_inside_an_area_is_the_area_itself() -> None:
    inputs, rule = beside_a_park("inside_area", 0.0)
    (park,) = drawn("polygons", inputs=inputs, parameters=rule)["shapes"]["polygons"]["features"]
    assert metric(park).area == pytest.approx(1000 * 200, rel=1e-3)


def test_ways_of_a_place_to_lines_and_areas_are_not_listed() -> None:
    inputs, rule = beside_a_park("within_line", 300.0)
    asked = CatchmentAsk(("od",), (300.0,), (("1", 106.0, 20.0),))
    with pytest.raises(RefusedInput) as refusal:
        catchment.catchment_document(run_coverage(inputs, rule), inputs, rule, asked)
    assert refusal.value.params["name"] == "measure"


def test_a_quota_has_no_catchment_to_draw(town: Connection, catalogue: Catalogue) -> None:
    known = catalogue.standards["one_stop_office_motorbike_10min"]
    rule = replace(known, measure="quota", mode=None, limit=None, quota=Quota(1, "facilities", "unit"))
    more = replace(catalogue, standards={**catalogue.standards, "rule": replace(rule, id="rule")})
    with pytest.raises(RefusedInput) as refusal:
        studies.run(town, more, "catchment", MOTORBIKE | {"standard": "rule"}, "lan")
    assert refusal.value.params["name"] == "measure"


@pytest.fixture(scope="module")
def town_url(make_town_database: Callable[[str], str]) -> str:
    return make_town_database("live_town")


@pytest.mark.parametrize(
    ("more", "name"),
    [
        ({"shapes": []}, "shapes"),
        ({"shapes": ["hulls"]}, "shapes/0"),
        ({"limits": [-1]}, "limits/0"),
        ({"of": "places"}, "places"),
        ({"places": [{"lon": 106, "lat": 20, "id": "a"}, {"lon": 106, "lat": 20, "id": "a"}]}, "places"),
        ({"places": [{"lon": 106, "lat": 20, "id": "a\0b"}]}, "places/0/id"),
        ({"bbox": [107, 20, 106, 21]}, "bbox"),
        ({"step_m": 20}, "step_m"),
        ({"of": "places", "places": [{"lon": 106, "lat": 20}], "tables": ["facilities"]}, "tables"),
        ({"catchment": "own_unit"}, "catchment"),
        ({"measure": "straight_radius", "limit": 500, "shapes": ["edges"]}, "shapes"),
        ({"measure": "within_line", "limit": 500, "shapes": ["edges", "polygons"]}, "shapes"),
        ({"measure": "inside_area", "limit": 0, "shapes": ["edges"]}, "shapes"),
        ({"catchment": "own_unit", "shapes": ["od"], "places": [{"lon": 106, "lat": 20}]}, "catchment"),
        ({"standard": None}, "service"),
    ],
)
def test_what_cannot_be_drawn_is_refused_by_name(
    town: Connection, catalogue: Catalogue, more: dict[str, Any], name: str
) -> None:
    with pytest.raises(RefusedInput) as refusal:
        studies.run(town, catalogue, "catchment", MOTORBIKE | more, "lan")
    assert refusal.value.params["name"] == name


def test_a_kept_catchment_is_equal_again_and_is_told_by_other_units(
    town: Connection, catalogue: Catalogue
) -> None:
    lon, lat = degrees(1500.0)
    asked = MOTORBIKE | {"shapes": list(ALL_SHAPES), "limits": [300], "places": [{"lon": lon, "lat": lat}]}
    kept = studies.run(town, catalogue, "catchment", asked, "lan")
    assert studies.run(town, catalogue, "catchment", asked, "lan").document == kept.document
    assert kept.document["parameters"]["limits"] == [300, 600]
    assert {row["zone"] for row in kept.document["tables"]["od"]} == {"commune0", "commune1"}
    older = retold(town, catalogue, kept.document, "communes_2024", Prepared())
    assert older["totals"] == kept.document["totals"]
    assert {row["zone"][:12] for row in older["tables"]["od"]} == {"commune_2024"}
    assert older["shapes"]["edges"] == kept.document["shapes"]["edges"]


@pytest.mark.parametrize("measure", ["network_distance", "straight_radius"])
def test_ways_of_a_place_are_listed_up_to_the_largest_limit(measure: CoverageMeasure) -> None:
    (lon, lat), *_ = shapely.get_coordinates(transform(points([X, Y]), METRIC, STORAGE)).tolist()
    asked = CatchmentAsk((), (800.0, MAX_LIMIT), (("1", lon, lat),))
    rows = drawn("od", parameters=replace(WALK_800_M, measure=measure), asked=asked)["shapes"]["places"]
    assert [(row["place"], row["facility"]) for row in rows] == [("1", "1")]


def test_everybody_sees_roads_and_ground_and_no_number_of_few_people(
    town: Connection, catalogue: Catalogue
) -> None:
    document = studies.run(
        town, catalogue, "catchment", MOTORBIKE | {"shapes": list(ALL_SHAPES)}, "lan"
    ).document
    shown = public_view(document)
    for name in ("edges", "polygons", "surface"):
        assert shown["shapes"][name] == document["shapes"][name]
    lines = shown["shapes"]["allocation"]["features"]
    assert 0 < len(lines) < len(document["shapes"]["allocation"]["features"])
    assert {line["properties"]["people"] for line in lines} == {None}
    assert "od" not in shown["tables"]
    assert "tables_closed" in codes(shown)


def test_a_box_of_the_whole_world_leaves_nothing_out_and_one_elsewhere_everything() -> None:
    whole = drawn("edges", "polygons", "surface", asked=TWO_LIMITS)["shapes"]
    world = replace(TWO_LIMITS, bbox=(-180.0, -90.0, 180.0, 90.0))
    shapes = drawn("edges", "polygons", "surface", asked=world)["shapes"]
    for name in ("edges", "surface"):
        assert shapes[name] == whole[name]
    areas = [[metric(one).area for one in found["polygons"]["features"]] for found in (shapes, whole)]
    assert areas[0] == pytest.approx(areas[1], rel=1e-6)
    far = replace(TWO_LIMITS, bbox=(0.0, 0.0, 1.0, 1.0))
    shapes = drawn("edges", "polygons", "surface", asked=far)["shapes"]
    assert (shapes["edges"]["features"], shapes["surface"]["features"]) == ([], [])
    assert all(metric(one).is_empty for one in shapes["polygons"]["features"])


def test_circles_are_cut_by_a_box_like_roads() -> None:
    rule = replace(WALK_800_M, measure="straight_radius", mode=None)
    box = shapely.box(X + 100, Y - 900, X + 20_000, Y + 900)
    bbox = tuple(transform(np.array([box], dtype=object), METRIC, STORAGE)[0].bounds)
    (cut,) = drawn("polygons", parameters=rule, asked=CatchmentAsk((), (800.0,), bbox=bbox))["shapes"][
        "polygons"
    ]["features"]
    (circle,) = drawn("polygons", parameters=rule)["shapes"]["polygons"]["features"]
    assert metric(cut).area == pytest.approx(metric(circle).intersection(box).area, rel=0.02)
    assert metric(cut).area < 0.5 * metric(circle).area


def test_cells_of_boxes_are_not_kept_on_disk_nor_instead_of_the_homes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(prepared_module, "KEPT_PLACES", 1)
    store = ArtefactStore(tmp_path / "artefacts")
    inputs = replace(street(), prepared=Prepared(store, ArtefactNames(tmp_path / "names")))
    result = run_coverage(inputs, WALK_800_M)
    before = sorted(tmp_path.rglob("*"))
    for step in (50.0, 60.0, 70.0, 80.0):
        asked = CatchmentAsk(("surface",), (800.0,), step_m=step)
        catchment.catchment_document(result, inputs, WALK_800_M, asked)
    assert sorted(tmp_path.rglob("*")) == before != []


def test_a_catchment_of_places_says_that_it_is_not_one_of_the_service() -> None:
    lon, lat = degrees(100.0)
    document = drawn("edges", asked=CatchmentAsk((), (800.0,), (("Nhà bà A", lon, lat),), "places"))
    assert {"code": "catchment_of_places", "params": {"places": 1}} in document["notices"]


@pytest.mark.parametrize("of", ["facilities", "places"])
def test_places_are_for_those_who_may_see_personal_detail(
    town: Connection, catalogue: Catalogue, of: str
) -> None:
    lon, lat = degrees(4700.0)
    asked = MOTORBIKE | {"shapes": ["edges", "polygons", "surface", "od"], "of": of, "limit": 10}
    asked |= {
        "measure": "network_time",
        "groups": ["age_60"],
        "places": [{"id": "Nhà bà A", "lon": lon, "lat": lat}],
    }
    document = studies.run(town, catalogue, "catchment", asked, "lan").document
    shown = public_view(document)
    said = canonical_json(shown).decode()
    assert "Nhà bà A" not in said
    assert "places" not in shown["parameters"]
    assert "places_closed" in codes(shown)
    assert document["parameters"]["places"][0]["id"] == "Nhà bà A"
    if of == "facilities":
        assert set(shown["shapes"]) == {"edges", "polygons", "surface"}
        return
    assert document["totals"]["all"]["covered"] == 60
    assert (shown["shapes"], shown["gaps"], shown["tables"]) == ({}, [], {})
    for row in (
        *shown["totals"].values(),
        *shown["zones"],
        *(one["groups"]["age_60"] for one in shown["zones"]),
    ):
        assert {
            name: value
            for name, value in row.items()
            if name in {"covered", "uncovered", "unreachable", "share", "median_s"}
        } == dict.fromkeys({"covered", "uncovered", "unreachable", "share", "median_s"} & row.keys())
