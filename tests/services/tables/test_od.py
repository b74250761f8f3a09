"""Ways between units and facilities, counted by hand on a street."""

from dataclasses import replace

from gis_service.analysis.modes import mode
from gis_service.services.coverage import CoverageParameters, run_coverage
from tests.street import WALK_800_M, street, with_clinics


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
