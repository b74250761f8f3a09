"""Ground that no study should meet, and what the engine answers: a refusal, or a result that says what to do.

What only a file can be (systems, nodata, rows without a place) stands in the tests of the scripts.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pyproj
import pytest
import shapely

from gis_service.analysis.demand import demand_from_points
from gis_service.analysis.network import Roads, build_network
from gis_service.analysis.zones import sorted_zones, zone_of
from gis_service.crs import require_metric
from gis_service.errors import ErrorCode, GisError
from gis_service.messages.terminal import words_of
from gis_service.services.coverage import CoverageInputs, Facilities, run_coverage
from gis_service.services.coverage_inputs import LandUse
from gis_service.services.coverage_notices import unknown_classes
from gis_service.services.study_words import notice_text
from gis_service.types import Geometries
from tests.street import WALK_800_M, X, Y, codes, points, street

ASKED = replace(WALK_800_M, groups=("age_60",), tables=("hexagons", "land_use", "backup", "provision"))
EVERYBODY = 360.5


def shapes(*given: shapely.Geometry) -> Geometries:
    found = np.empty(len(given), dtype=object)
    found[:] = given
    return found


def line(x: float, y: float, length: float) -> shapely.LineString:
    return shapely.LineString([(X + x, Y + y), (X + x + length, Y + y)])


def with_roads(*lines: shapely.LineString) -> CoverageInputs:
    return replace(street(), network=build_network(Roads.plain(shapes(*lines))))


def with_clinic(*places: tuple[float, float]) -> CoverageInputs:
    inputs = street()
    xy = np.array(places, dtype=float).reshape(-1, 2) + np.array([X, Y])
    site = np.arange(len(xy), dtype=np.int32)
    return replace(inputs, facilities=Facilities(xy, site, zone_of(xy, inputs.zones)))


def in_the_river() -> CoverageInputs:
    river = shapes(shapely.box(X - 100, Y - 300, X + 100, Y - 100))
    return replace(with_clinic((0, -200)), barriers=river)


def with_units(*boxes: shapely.Geometry) -> CoverageInputs:
    inputs = street()
    zones = sorted_zones(["7", "12"], ["Xã Đông", "Xã Tây"], shapes(*boxes))
    return replace(inputs, zones=zones, zone=zone_of(inputs.demand.xy, zones))


def overlapping_units() -> CoverageInputs:
    return with_units(shapely.box(X, Y - 500, X + 2600, Y + 500), shapely.box(X, Y - 500, X + 4000, Y + 500))


def units_with_a_hole() -> CoverageInputs:
    west = shapely.box(X - 100, Y - 500, X + 1400, Y + 500)
    hole = shapely.box(X + 450, Y, X + 550, Y + 100)
    return with_units(west.difference(hole), shapely.box(X + 1400, Y - 500, X + 4000, Y + 500))


def overlapping_land() -> CoverageInputs:
    land = shapes(shapely.box(X, Y, X + 900, Y + 90), shapely.box(X + 400, Y, X + 1200, Y + 90))
    return replace(street(), land_use=LandUse(land, ("village", "village")))


@dataclass(frozen=True)
class Answer:
    """Covered, without a road, without a way, and notices that must be there."""

    covered: float
    no_road: float
    no_path: float
    said: tuple[str, ...] = ()
    total: float = EVERYBODY


RESULTS: dict[str, tuple[Callable[[], CoverageInputs], Answer]] = {
    "roads of another place": (
        lambda: with_roads(line(0, 50_000, 100)),
        Answer(0, EVERYBODY, 0, ("facilities_off_roads", "roads_cover_small_part")),
    ),
    "300 pieces of road that do not meet": (
        lambda: with_roads(*(line(100 * piece + 1, 0, 98) for piece in range(300))),
        Answer(100, 0, 260.5, ("roads_in_pieces",)),
    ),
    "no facility": (with_clinic, Answer(0, 0, EVERYBODY, ("facilities_none",))),
    "a facility beyond the border": (
        lambda: with_clinic((30_000, 0)),
        Answer(0, 0, EVERYBODY, ("facilities_none", "facilities_beyond_border")),
    ),
    "no facility in reach": (lambda: with_clinic((8_000, 0)), Answer(0, 0, 0, ("nobody_in_limit",))),
    "a facility in the river": (in_the_river, Answer(0, 0, EVERYBODY, ("facilities_off_roads",))),
    "units that overlap": (overlapping_units, Answer(110.5, 0, 0, ("zones_overlap",))),
    "units with a hole": (
        units_with_a_hole, Answer(100, 0, 0, ("people_beyond_study_area",), total=350),
    ),
    "land use that overlaps": (overlapping_land, Answer(110.5, 0, 0, ("land_use_overlaps",))),
    "land use of nowhere": (
        lambda: replace(street(), land_use=LandUse(shapes(), ())), Answer(110.5, 0, 0),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", RESULTS)
def test_a_result_counts_everybody_and_says_what_is_wrong_in_both_languages(name: str) -> None:
    make, answer = RESULTS[name]
    tables = (*ASKED.tables, "land_balance")
    document = run_coverage(make(), replace(ASKED, tables=tables)).document
    everybody = document["totals"]["all"]
    told = [everybody[column] for column in ("total", "covered", "no_road", "no_path")]
    assert told == [answer.total, answer.covered, answer.no_road, answer.no_path]
    assert set(answer.said) <= set(codes(document))
    assert not {"facilities_none", "nobody_in_limit", "roads_in_pieces"} & (
        set(codes(document)) - set(answer.said)
    )
    for notice in document["notices"]:
        words = notice_text(notice)
        assert words.vi != words.en
    _require_sums(document)


def _require_sums(document: dict[str, Any]) -> None:
    """Check that nobody is lost or counted twice, in no table either."""
    for group, total in document["totals"].items():
        for name in ("hexagons", "land_use", "backup"):
            rows = [row for row in document["tables"][name] if row["group"] == group]
            parts = [row for row in rows if row.get("id") != "all"]
            for column in ("total", "covered"):
                assert sum(row[column] for row in parts) == pytest.approx(total[column], abs=1e-9)
        assert sum(gap["people"] for gap in document["gaps"]) == pytest.approx(
            document["totals"]["all"]["uncovered"]
        )


REFUSALS: dict[str, tuple[Callable[[], object], ErrorCode, str]] = {
    "no roads at all": (
        lambda: run_coverage(replace(street(), network=None), ASKED),
        ErrorCode.STUDY_REFUSED,
        "straight_radius",
    ),
    "a group that nobody has": (
        lambda: run_coverage(street(), replace(ASKED, groups=("age_3_5",))),
        ErrorCode.STUDY_REFUSED,
        "age_60",
    ),
    "people below zero": (lambda: people(5, -1), ErrorCode.PEOPLE_INVALID, "-1"),
    "people that are no number": (lambda: people(5, float("nan")), ErrorCode.PEOPLE_INVALID, "nan"),
    "people without end": (lambda: people(float("inf")), ErrorCode.PEOPLE_INVALID, "inf"),
    "people without a place": (
        lambda: demand_from_points(shapes(shapely.Point()), {"all": np.array([5.0])}),
        ErrorCode.DEMAND_PLACE_MISSING,
        "1",
    ),
    "degrees": (
        lambda: require_metric(pyproj.CRS.from_epsg(4326), "roads"), ErrorCode.CRS_NOT_METRIC, "EPSG:4326",
    ),
    "a code twice": (
        lambda: sorted_zones(["7", "7"], ["a", "b"], points([X, Y], [X, Y])),
        ErrorCode.ZONE_CODE_REPEATED,
        "7",
    ),
    "land for each person of units known by points": (
        lambda: run_coverage(
            replace(
                street(),
                zones=sorted_zones(["7", "12"], ["a", "b"], points([X, Y], [X + 9, Y])),
                area=street().zones,
            ),
            replace(ASKED, tables=("land_balance",)),
        ),
        ErrorCode.STUDY_REFUSED,
        "land_balance",
    ),
}  # fmt: skip


def people(*persons: float) -> object:
    return demand_from_points(points(*([X, Y] for _ in persons)), {"all": np.array(persons)})


@pytest.mark.parametrize("name", REFUSALS)
def test_it_is_refused_with_what_is_expected_in_both_languages(name: str) -> None:
    make, code, word = REFUSALS[name]
    with pytest.raises(GisError) as refused:
        make()
    assert refused.value.code == code
    said = [words_of(refused.value, language) for language in ("vi", "en")]
    assert said[0] != said[1]
    assert all(word in words for words in said)
    assert all(refused.value.remedy(language) for language in ("vi", "en"))


def test_places_without_people_change_nothing() -> None:
    found = demand_from_points(points([X, Y], [X, Y], [X, Y]), {"all": np.array([0.0, 5.0, 0.0])})
    assert (found.people["all"].tolist(), found.source.tolist()) == ([5000], [1])


def test_an_unknown_class_counts_as_village_lane_and_is_told() -> None:
    (notice,) = unknown_classes({"bogus": 3, "": 1})
    assert notice.params == {"lines": 4, "classes": "bogus (3), (-) (1)"}
    assert "bogus (3)" in notice_text(notice.as_document()).en
