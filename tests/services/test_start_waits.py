"""What facilities add before a way begins, on a street counted by hand: every answer agrees on it."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any, cast

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import shape

from gis_service.analysis.modes import mode
from gis_service.catalogue.layer_definition import FieldType
from gis_service.crs import STORAGE, transform
from gis_service.errors import ErrorCode, GisError, RefusedInput, WrongUse
from gis_service.services import catchment
from gis_service.services.catchment_request import CatchmentAsk, require_no_start
from gis_service.services.coverage import CoverageInputs, CoverageParameters, run_coverage
from gis_service.services.coverage_inputs import Notice
from gis_service.services.gap_starts import start_option, starts_of_frame
from gis_service.services.start_waits import require_start_steps, starts_of, with_start
from gis_service.services.study_words import notice_text
from gis_service.types import Text
from tests.small_city import field, layer
from tests.street import METRIC, X, Y, points, street, with_clinics

Document = dict[str, Any]
WALK_15_MIN = CoverageParameters("clinic", "network_time", 900.0, mode("walk"))
ASKED = replace(WALK_15_MIN, start_column="start_s")
COUNTED = ("facilities", "hexagons", "backup", "od")
"""Tables of counts and times, in which one wait for all is a limit that is shorter by it."""


def late(inputs: CoverageInputs, *seconds: float) -> CoverageInputs:
    start = np.array([one * 1000 for one in seconds], dtype=np.int64)
    return replace(inputs, facilities=replace(inputs.facilities, start=start))


def two(*seconds: float) -> CoverageInputs:
    """The street with a clinic at either end of its homes: 30 s to the road, then 375 s for each 500 m."""
    inputs = with_clinics(street(), 0, 3000)
    return late(inputs, *seconds) if seconds else inputs


def covered(inputs: CoverageInputs, asked: CoverageParameters = ASKED) -> float:
    return float(run_coverage(inputs, asked).document["totals"]["all"]["covered"])


def test_each_way_begins_with_the_wait_of_its_own_facility() -> None:
    result = run_coverage(two(0, 600), ASKED)
    found = result.field
    assert (found.cost // 1000).tolist() == [30, 405, 780, 1155, 1380, 1005, 630]
    assert found.facility.tolist() == [0, 0, 0, 0, 1, 1, 1]
    assert (found.cost2 // 1000).tolist() == [2880, 2505, 2130, 1755, 1530, 1905, 2280]
    assert (found.access // 1000).tolist() == [30] * 7, "a wait is no way to the road"
    assert result.document["totals"]["all"]["covered"] == 100 + 10.5 + 30 + 70
    assert covered(two(), WALK_15_MIN) == 100 + 10.5 + 30 + 50 + 60 + 70
    assert result.document["parameters"]["start_column"] == "start_s"
    assert "start_column" not in run_coverage(two(), WALK_15_MIN).document["parameters"]


def test_a_long_wait_sends_people_to_the_other_facility() -> None:
    assert run_coverage(two(0, 900), ASKED).field.facility.tolist() == [0, 0, 0, 0, 0, 1, 1]


def test_all_entrances_of_a_facility_share_its_wait() -> None:
    entered = late(with_clinics(street(), 0, 500, 3000, owner=[0, 0, 1]), 300, 0)
    assert (run_coverage(entered, ASKED).field.cost // 1000).tolist()[:3] == [330, 330, 705]


def test_people_beyond_the_limit_are_those_of_the_waits() -> None:
    gaps = run_coverage(two(0, 600), ASKED).document["gaps"]
    assert [(gap["kind"], gap["people"]) for gap in gaps] == [("network", 40 + 50 + 60)]
    apart = run_coverage(two(600, 600), replace(ASKED, limit=1100.0)).document["gaps"]
    assert [gap["people"] for gap in apart] == [30 + 40 + 50]


@pytest.mark.parametrize("catchment_of", ["any", "own_unit"])
def test_one_wait_for_all_is_a_limit_that_is_shorter_by_it_in_every_table(catchment_of: Any) -> None:  # noqa: ANN401  a literal
    rule = replace(WALK_15_MIN, tables=COUNTED, groups=("age_60",), catchment=catchment_of)
    plain = run_coverage(two(), replace(rule, limit=600.0)).document
    waited = run_coverage(two(300, 300), replace(rule, start_column="start_s")).document
    for name in ("totals", "zones", "gaps", "tables"):
        assert waited[name] == later(plain[name], 300), name
    assert waited["totals"]["all"]["covered"] > 0


def later(told: Any, seconds: float) -> Any:  # noqa: ANN401  any JSON value
    """Add so much to every time of a document but those of the straight way to the road."""
    if isinstance(told, list):
        return [later(one, seconds) for one in told]
    if not isinstance(told, dict):
        return told
    return {
        name: value + seconds
        if name.endswith("_s") and "access" not in name and value is not None
        else later(value, seconds)
        for name, value in told.items()
    }


def test_who_shares_a_capacity_shares_it_at_the_cost_with_its_wait() -> None:
    """A facility of 100 places: 140.5 people within the limit, fewer once it is known to begin late."""
    asked = replace(WALK_15_MIN, tables=("accessibility", "inequality"))
    alone = replace(street(), facilities=replace(street().facilities, capacity=np.array([100.0])))

    def unserved(seconds: float) -> float:
        document = run_coverage(late(alone, seconds), replace(asked, start_column="start_s")).document
        return float(document["tables"]["accessibility"][-1]["unserved"])

    assert [unserved(seconds) for seconds in (0, 150, 500, 900)] == [220, 250, 260.5, 360.5]
    ways = run_coverage(late(alone, 150), replace(asked, start_column="start_s")).document["tables"]
    mean = next(row["mean"] for row in ways["inequality"] if row["of"] == "way")
    plain = run_coverage(alone, asked).document["tables"]["inequality"]
    assert mean == pytest.approx(next(row["mean"] for row in plain if row["of"] == "way") + 150)


def test_groups_at_their_own_speed_wait_as_long_as_everybody() -> None:
    asked = replace(ASKED, groups=("age_60",), group_speeds=(("age_60", 3.2),))
    totals = run_coverage(two(0, 600), asked).document["totals"]
    # 45 s to the road and 562.5 s for 500 m: at 0, 500 and 3,000 m
    assert totals["age_60"]["covered"] == 10 + 1.05 + 7
    assert totals["all"]["covered"] == 210.5


def test_the_draws_of_a_range_wait_too() -> None:
    asked = replace(ASKED, tables=("range",))
    rows = run_coverage(two(10_000, 880), asked).document["tables"]["range"]
    (whole,) = (row for row in rows if (row["unit"], row["figure"]) == ("all", "covered"))
    # Nobody lives so near that the rest of the limit, 20 s, would do: 40 m from the road take 30 s.
    assert (whole["plain"], whole["p5"]) == (0, 0)
    (median,) = (row for row in rows if (row["unit"], row["figure"]) == ("all", "median_s"))
    assert median["p5"] > 880


def drawn(inputs: CoverageInputs, asked: CatchmentAsk) -> Document:
    result = run_coverage(inputs, ASKED)
    return cast("Document", catchment.catchment_document(result, inputs, ASKED, asked)["shapes"])


def along(feature: Document) -> tuple[float, float]:
    """First and last metre of the street that a feature covers."""
    (place,) = transform(np.array([shape(feature["geometry"])], object), STORAGE, METRIC)
    return place.bounds[0] - X, place.bounds[2] - X


def test_a_catchment_is_what_its_limit_leaves_after_the_wait() -> None:
    shapes = drawn(two(0, 600), CatchmentAsk(("edges", "polygons", "surface", "allocation"), (900.0,)))
    by_facility = {
        one: [along(edge) for edge in shapes["edges"]["features"] if edge["properties"]["facility"] == one]
        for one in ("1", "2")
    }
    ends = {
        one: (min(low for low, _ in spans), max(high for _, high in spans))
        for one, spans in by_facility.items()
    }
    assert ends["1"] == pytest.approx((0, 1200), abs=0.3)  # 900 s at 4.8 km/h
    assert ends["2"] == pytest.approx((2600, 3400), abs=0.3)  # 300 s either way
    starts = [
        edge["properties"]["start_s"]
        for edge in shapes["edges"]["features"]
        if edge["properties"]["facility"] == "2"
    ]
    assert min(starts) == pytest.approx(600, abs=0.01)
    (area,) = transform(
        np.array([shape(shapes["polygons"]["features"][0]["geometry"])], object), STORAGE, METRIC
    )
    inside = [area.contains(point) for point in points(*([X + at, Y] for at in (1150, 1250, 2550, 2650)))]
    assert inside == [True, False, False, True]


def test_every_cell_of_a_surface_and_every_line_of_allocation_waits() -> None:
    ask = CatchmentAsk(("surface", "allocation"), (900.0,), grid="square", step_m=100.0)
    plain, waited = (drawn(two(*seconds), ask) for seconds in ((0, 0), (0, 600)))
    both = zip(plain["surface"]["features"], waited["surface"]["features"], strict=True)
    for before, after in ((one["properties"], other["properties"]) for one, other in both):
        if after["facility"] == "2":
            assert after["cost_s"] == before["cost_s"] + 600
        else:
            assert after["cost_s"] >= before["cost_s"]
    goals = [
        [line["properties"]["facility"] for line in one["allocation"]["features"]] for one in (plain, waited)
    ]
    assert goals == [list("1111222"), list("1111222")]
    longer = drawn(two(0, 900), ask)["allocation"]["features"]
    assert [line["properties"]["facility"] for line in longer] == list("1111122")


def test_the_ways_of_a_place_are_listed_with_their_waits() -> None:
    (place,) = shapely.get_coordinates(transform(points([X + 2800, Y]), METRIC, STORAGE)).tolist()
    asked = CatchmentAsk(("od",), (900.0,), (("here", place[0], place[1]),))
    found = drawn(two(0, 600), asked)["places"]
    assert [(row["facility"], round(row["cost_s"])) for row in found] == [("2", 750)]


waits = st.lists(st.sampled_from([0, 1, 200, 599, 870, 901]), min_size=2, max_size=2)


@given(waits, waits)
def test_a_longer_wait_reaches_nobody_more(seconds: list[float], more: list[float]) -> None:
    longer = [sum(pair) for pair in zip(seconds, more, strict=True)]
    before, after = (run_coverage(two(*one), ASKED).document for one in (seconds, longer))
    rows = zip(
        [before["totals"]["all"], *before["zones"]], [after["totals"]["all"], *after["zones"]], strict=True
    )
    assert all(now["covered"] <= then["covered"] for then, now in rows)
    assert before["totals"]["all"]["unreachable"] == after["totals"]["all"]["unreachable"]


@pytest.mark.parametrize(
    "measure", ["network_distance", "straight_radius", "within_line", "inside_area", "quota"]
)
def test_where_the_limit_is_no_time_a_wait_is_refused_with_what_to_do(measure: Any) -> None:  # noqa: ANN401  a literal
    with pytest.raises(RefusedInput) as refused:
        run_coverage(two(0, 600), replace(ASKED, measure=measure))
    assert refused.value.params["name"] == "start_column"
    expected = refused.value.params["expected"]
    assert isinstance(expected, Text)
    assert ("network_time" in expected.en, measure in expected.vi) == (True, True)


def test_places_have_no_wait_of_a_facility() -> None:
    with pytest.raises(RefusedInput) as refused:
        require_no_start(ASKED)
    assert refused.value.params["name"] == "start_column"
    require_no_start(WALK_15_MIN)


def test_seconds_are_read_to_the_millisecond_and_what_says_nothing_is_told() -> None:
    notices: list[Notice] = []
    values = [0, 300, 7.5, "60", " 90 ", 0.0005, 86_400, None, float("nan"), ""]
    found = starts_of("start_s", values, [str(row) for row in range(10)], notices)
    assert found.tolist() == [0, 300_000, 7_500, 60_000, 90_000, 1, 86_400_000, 0, 0, 0]
    assert [notice.as_document() for notice in notices] == [
        {
            "code": "start_counted",
            "params": {"column": "start_s", "count": 6, "facilities": 10, "most_s": 86_400},
        },
        {"code": "start_unknown", "params": {"column": "start_s", "count": 3}},
    ]
    for notice in notices:
        said = notice_text(notice.as_document())
        assert "{" not in said.vi + said.en


@pytest.mark.parametrize(
    "value", [-1, -0.001, 86_401, float("inf"), "5 min", "7,5", "nan", True, "1e400", "300" * 40]
)
def test_a_value_that_is_no_number_of_seconds_is_refused_by_its_facility(value: object) -> None:
    with pytest.raises(RefusedInput) as refused:
        starts_of("start_s", [0, value], ["A", "Trạm Đông"], [])
    assert refused.value.code is ErrorCode.START_NOT_SECONDS
    assert (refused.value.params["facility"], refused.value.params["column"]) == ("Trạm Đông", "start_s")
    assert str(value)[:40] == refused.value.params["value"]


COLUMNS: tuple[tuple[str, FieldType, str | None], ...] = (
    ("code", "text", None),
    ("start_s", "integer", "s"),
    ("wait", "number", None),
    ("area", "number", "m2"),
)
CLINICS = layer("clinic", fields=[replace(field(name, kind), unit=unit) for name, kind, unit in COLUMNS])


@pytest.mark.parametrize("column", ["nothing", "code", "area", ""])
def test_a_column_that_tells_no_seconds_is_refused_with_those_that_do(column: str) -> None:
    with pytest.raises(RefusedInput) as refused:
        with_start(WALK_15_MIN, column, CLINICS)
    assert (refused.value.params["name"], refused.value.params["value"]) == ("start_column", column)
    expected = refused.value.params["expected"]
    assert isinstance(expected, Text)
    assert expected.en == "a column of seconds of clinic: start_s, wait"
    assert [with_start(WALK_15_MIN, one, CLINICS).start_column for one in ("wait", None)] == ["wait", None]


@pytest.mark.parametrize(("value", "nearest"), [(7, "0, 15"), (301, "300, 315"), (0.5, "0, 15")])
def test_waits_between_two_steps_are_for_those_who_see_small_counts(value: float, nearest: str) -> None:
    require_start_steps("start_s", [None, 0, 300, 15.0])
    with pytest.raises(RefusedInput) as refused:
        require_start_steps("start_s", [300, value])
    assert (refused.value.code, refused.value.params["nearest"]) == (ErrorCode.LIMIT_OFF_STEP, nearest)


def test_a_file_tells_its_column_or_is_refused_with_those_that_it_has() -> None:
    frame = gpd.GeoDataFrame({"name": ["A"], "wait": [60]}, geometry=points([X, Y]), crs="EPSG:9209")
    found = starts_of_frame(frame, "wait", ["A"], [])
    assert found is not None
    assert (found.tolist(), starts_of_frame(frame, None, ["A"], [])) == ([60_000], None)
    calls: list[Callable[[], object]] = [
        lambda: starts_of_frame(frame, "start_s", ["A"], []),
        lambda: start_option("wait", is_time=False),
    ]
    said = []
    for call in calls:
        with pytest.raises(GisError) as refused:
            call()
        assert isinstance(refused.value, WrongUse)
        said.append((refused.value.params["name"], refused.value.params["expected"]))
    assert said == [("--start-column", "name, wait"), ("--start-column", "--limit-min")]
    assert [start_option(one, is_time=True) for one in ("wait", None)] == ["wait", None]
