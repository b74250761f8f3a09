"""The world around the study area: what lies beyond the halo does not count, what is unknown is told."""

from dataclasses import replace

import numpy as np
import shapely

from gis_service.analysis.ferries import Ferries
from gis_service.analysis.network import Roads, build_network
from gis_service.services.coverage import (
    run_coverage,
)
from gis_service.services.coverage_parameters import CoverageMeasure
from gis_service.services.study_words import notice_text
from gis_service.types import Floats
from tests.street import WALK_800_M, X, Y, codes, points, street, with_clinics


def test_roads_that_run_on_into_the_halo_spare_the_warning_about_the_border() -> None:
    assert "border_without_halo" not in codes(run_coverage(street(), WALK_800_M).document)
    short = np.array([shapely.LineString([(X, Y), (X + 5000, Y)])], dtype=object)
    document = run_coverage(replace(street(), network=build_network(Roads.plain(short))), WALK_800_M).document
    assert {"code": "border_without_halo", "params": {"people": 360.5, "km": 10}} in document["notices"]


def test_a_ferry_around_the_city_tells_nothing_of_the_halo() -> None:
    road = np.array([shapely.LineString([(X, Y), (X + 3000, Y)])], dtype=object)
    around = shapely.box(X - 7000, Y - 7000, X + 11_000, Y + 7000).exterior
    ring = np.array([shapely.LineString(around.coords)], dtype=object)
    network = build_network(Roads.plain(road), Ferries(ring, np.array([600_000])))
    document = run_coverage(replace(street(), network=network), WALK_800_M).document
    assert {"code": "border_without_halo", "params": {"people": 360.5, "km": 10}} in document["notices"]


def test_a_road_that_lies_beyond_the_halo_only_tells_nothing_of_the_halo() -> None:
    pieces = [[(X, Y), (X + 5000, Y)], [(X + 15_000, Y), (X + 20_000, Y)]]
    lines = np.array([shapely.LineString(piece) for piece in pieces], dtype=object)
    document = run_coverage(replace(street(), network=build_network(Roads.plain(lines))), WALK_800_M).document
    assert "border_without_halo" in codes(document)


def test_only_people_near_the_side_where_the_data_ends_are_told_at_the_border() -> None:
    """Roads run on in the east only; five of the seven homes are within 3 km of the western edge."""
    inputs = street()
    area = [shapely.box(X - 1000, Y - 30_000, X + 30_000, Y + 30_000), shapely.box(X, Y, X + 1, Y + 1)]
    lines = [[(X, Y), (X + 33_500, Y)], [(X + 33_500, Y - 35_000), (X + 33_500, Y + 35_000)]]
    roads = Roads.plain(np.array([shapely.LineString(line) for line in lines], dtype=object))
    zones = replace(inputs.zones, polygons=np.array(area, dtype=object))
    wide = replace(inputs, zones=zones, network=build_network(roads))
    document = run_coverage(wide, replace(WALK_800_M, halo_m=3000.0)).document
    told = [notice["params"] for notice in document["notices"] if notice["code"] == "border_without_halo"]
    assert told == [{"people": 230.5, "km": 3}]
    assert "3 km" in notice_text(document["notices"][0]).en


def test_people_far_from_the_edge_are_not_told_at_the_border() -> None:
    area = [shapely.box(X - 10_500, Y - 30_000, X + 30_000, Y + 30_000), shapely.box(X, Y, X + 1, Y + 1)]
    inputs = street()
    wide = replace(inputs, zones=replace(inputs.zones, polygons=np.array(area, dtype=object)))
    assert "border_without_halo" not in codes(run_coverage(wide, WALK_800_M).document)
    shifted = replace(wide, zones=replace(wide.zones, polygons=shapely.transform(wide.zones.polygons, right)))
    document = run_coverage(shifted, WALK_800_M).document
    assert {"code": "border_without_halo", "params": {"people": 110.5, "km": 10}} in document["notices"]


def right(xy: Floats) -> Floats:
    """Move the western edge to 9,250 m before the first home."""
    moved: Floats = xy + np.array([1250.0, 0.0])
    return moved


def test_the_outline_of_the_city_is_its_edge_when_it_is_known() -> None:
    outline = shapely.box(X - 50_000, Y - 50_000, X + 50_000, Y + 50_000)
    assert codes(run_coverage(replace(street(), outline=outline), WALK_800_M).document) == []


def test_facilities_farther_than_the_halo_are_left_out_and_told() -> None:
    """The study area ends at 4,000 m, so the border ends at 14,000 m."""
    asked = replace(WALK_800_M, limit=12_000.0)
    measures: tuple[CoverageMeasure, ...] = ("network_distance", "straight_radius")
    for measure in measures:
        near, far = (
            run_coverage(with_clinics(street(), at), replace(asked, measure=measure)).document
            for at in (14_000.0, 14_001.0)
        )
        assert near["totals"]["all"]["covered"] > 0
        assert "facilities_beyond_border" not in codes(near)
        assert (far["totals"]["all"]["covered"], far["totals"]["all"]["unreachable"]) == (0, 360.5)
        assert {"code": "facilities_beyond_border", "params": {"count": 1, "km": 10}} in far["notices"]


def test_a_facility_with_an_entrance_inside_the_border_is_not_told_as_left_out() -> None:
    asked = replace(WALK_800_M, limit=12_000.0)
    document = run_coverage(with_clinics(street(), 13_000.0, 15_000.0, owner=[0, 0]), asked).document
    assert "facilities_beyond_border" not in codes(document)


def test_facilities_keep_their_numbers_when_others_are_left_out() -> None:
    result = run_coverage(with_clinics(street(), 19_000.0, 0.0), WALK_800_M)
    assert set(result.field.facility.tolist()) == {1}


def test_roads_wholly_beyond_the_halo_are_closed() -> None:
    """A way round that leaves the border: over its far piece only, the two ends of the street are joined."""
    inputs = with_clinics(street(), 0.0)
    far = [(X + 2200, Y + 20_000), (X + 2300, Y + 20_000)]
    pieces = [
        [(X, Y), (X + 2200, Y)], [(X + 2300, Y), (X + 4000, Y)],
        [(X + 2200, Y), far[0]], far, [far[1], (X + 2300, Y)],
    ]  # fmt: skip
    lines = np.array([shapely.LineString(piece) for piece in pieces], dtype=object)
    inputs = replace(inputs, network=build_network(Roads.plain(lines)))
    asked = replace(WALK_800_M, limit=50_000.0)
    assert run_coverage(inputs, asked).document["totals"]["all"]["unreachable"] == 130
    wide = replace(asked, halo_m=21_000.0)
    assert run_coverage(inputs, wide).document["totals"]["all"]["unreachable"] == 0


def test_units_known_by_points_have_no_border() -> None:
    inputs = with_clinics(street(), 19_000.0)
    places = points([X, Y], [X + 2000, Y])
    centres = replace(inputs, zones=replace(inputs.zones, polygons=places))
    document = run_coverage(centres, replace(WALK_800_M, limit=20_000.0)).document
    assert document["totals"]["all"]["share"] == 1
    assert "study_area_unknown" in codes(document)
