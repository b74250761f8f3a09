"""Ways between units and facilities, counted by hand on a street."""

from dataclasses import replace

import numpy as np
import pytest

from gis_service.analysis.modes import mode
from gis_service.errors import ErrorCode, RefusedInput, WrongUse
from gis_service.services.coverage import CoverageParameters, Told, run_coverage
from gis_service.services.coverage_parameters import MAX_LIMIT, CoverageMeasure
from tests.street import WALK_800_M, X, Y, points, street, with_clinics


def test_each_unit_tells_its_facilities_the_nearest_first() -> None:
    asked = replace(WALK_800_M, limit=2000.0, tables=("od",))
    rows = run_coverage(with_clinics(street(), 0, 1000), asked).document["tables"]["od"]
    # Unit 7: homes at 0, 500, 1,000 m; unit 12: at 1,500 to 3,000 m; each 40 m beside the street.
    assert [(row["zone"], row["rank"], row["facility"], row["people"]) for row in rows] == [
        ("7", 1, "1", 140.5),
        ("7", 2, "2", 140.5),
        ("12", 1, "2", 150.0),
        ("12", 2, "1", 40.0),
    ]
    assert [row["median_m"] for row in rows] == [40, 1040, 1540, None]
    assert [row["arrived_median_m"] for row in rows] == [40, 1040, 1040, 1540]
    assert rows[0]["arrived_mean_m"] == round((100 * 40 + 10.5 * 540 + 30 * 1040) / 140.5, 3)


def test_the_cheapest_entrance_counts_and_times_are_told_in_seconds() -> None:
    inputs = with_clinics(street(), 0, 1000, owner=[0, 0])
    asked = CoverageParameters("clinic", "network_time", 750.0, mode("walk"), tables=("od",))
    rows = run_coverage(inputs, asked).document["tables"]["od"]
    # 540 m take 405 s; 1,000 m at most lie between any home of unit 7 and its entrance
    told = [(row["zone"], row["people"], row["median_s"]) for row in rows]
    assert told == [("7", 140.5, 30), ("12", 40, None)]


def test_as_the_crow_flies_ways_are_straight() -> None:
    asked = replace(WALK_800_M, measure="straight_radius", mode=None, limit=500.0, tables=("od",))
    rows = run_coverage(with_clinics(street(), 0), asked).document["tables"]["od"]
    assert [(row["zone"], row["people"], row["median_m"]) for row in rows] == [("7", 100.0, 40)]


@pytest.mark.parametrize("measure", ["network_time", "network_distance", "straight_radius"])
@pytest.mark.parametrize("limit", [0.001, 3_000_000.0, MAX_LIMIT])
def test_every_limit_that_a_study_takes_is_one_of_its_tables(measure: CoverageMeasure, limit: float) -> None:
    asked = CoverageParameters("clinic", measure, limit, mode("walk"), tables=("od", "accessibility"))
    tables = run_coverage(with_clinics(street(), 0, 1000), asked).document["tables"]
    everybody = tables["accessibility"][-1]
    unserved = {0.001: 360.5}.get(limit, 0)
    assert (everybody["people"], everybody["unserved"], bool(tables["od"])) == (360.5, unserved, not unserved)


@pytest.mark.parametrize("table", ["od", "accessibility", "inequality", "lorenz"])
@pytest.mark.parametrize("measure", ["network_distance", "straight_radius"])
def test_no_table_takes_more_pairs_than_it_may(table: str, measure: CoverageMeasure) -> None:
    asked = replace(WALK_800_M, measure=measure, limit=2000.0, tables=(table,))
    with pytest.raises(WrongUse) as refused:
        run_coverage(street(), asked, most_pairs=1)
    assert (refused.value.code, refused.value.params["most"]) == (ErrorCode.PAIRS_TOO_MANY, 1)


def test_with_the_own_unit_nobody_goes_to_a_facility_of_another() -> None:
    asked = replace(WALK_800_M, limit=2000.0, catchment="own_unit", tables=("od", "facilities"))
    tables = run_coverage(with_clinics(street(), 0, 2500), asked).document["tables"]
    # Of unit 7 the home at 1,000 m is 1,500 m from the clinic of unit 12, which is not for it.
    told = [(row["zone"], row["rank"], row["facility"], row["people"]) for row in tables["od"]]
    assert told == [("7", 1, "1", 140.5), ("12", 1, "2", 220.0)]
    assert [row["people"] for row in tables["od"]] == [row["load"] for row in tables["facilities"]]


@pytest.mark.parametrize("measure", ["network_distance", "straight_radius"])
def test_the_own_unit_stays_that_of_the_study_whatever_units_tell_it(measure: CoverageMeasure) -> None:
    asked = replace(WALK_800_M, measure=measure, limit=2000.0, catchment="own_unit", tables=("od",))
    inputs = with_clinics(street(), 0, 1000, 2500)
    # The clinics of both units stand in one unit of those that tell the result, together with all people.
    nobody_else = np.zeros(len(inputs.zone), np.int32)
    merged = replace(inputs.facilities, unit=np.zeros(3, np.int32))
    told = Told(replace(inputs, zone=nobody_else, facilities=merged), asked)
    alone, together = (run_coverage(inputs, asked, told=one).document["tables"]["od"] for one in (None, told))
    of_clinic = {row["facility"]: row["people"] for row in alone}
    assert of_clinic == {"1": 140.5, "2": 140.5, "3": 220}
    assert {row["facility"]: row["people"] for row in together} == of_clinic


def test_ways_to_lines_and_areas_have_no_pairs_of_places() -> None:
    inputs = with_clinics(street(), 0)
    near = replace(inputs.facilities, shapes=points([X, Y]))
    asked = CoverageParameters("clinic", "within_line", 500.0, tables=("od",))
    with pytest.raises(RefusedInput) as said:
        run_coverage(replace(inputs, facilities=near), asked)
    assert (said.value.code, said.value.params["name"]) == (ErrorCode.STUDY_REFUSED, "measure")
