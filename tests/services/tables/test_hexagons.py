"""Who is reached in each hexagon, on a street whose people live every 500 m."""

from dataclasses import replace

import numpy as np

from gis_service.analysis.demand import Demand
from gis_service.analysis.zones import BEYOND
from gis_service.services.coverage import run_coverage
from tests.street import WALK_800_M, street, with_clinics

ASKED = replace(WALK_800_M, tables=("hexagons",), groups=("age_60",))
COUNTS = ("total", "covered", "uncovered", "unreachable")


def test_the_hexagons_of_a_group_add_up_to_its_totals() -> None:
    document = run_coverage(street(), ASKED).document
    for group, total in document["totals"].items():
        rows = [row for row in document["tables"]["hexagons"] if row["group"] == group]
        assert {name: sum(row[name] for row in rows) for name in COUNTS} == {
            name: total[name] for name in COUNTS
        }


def test_a_hexagon_has_the_figures_of_its_people_and_its_place() -> None:
    inputs = with_clinics(street(), 0, 1000)
    second = run_coverage(inputs, replace(ASKED, groups=())).document["tables"]["hexagons"][1]
    # 10.5 people at 500 m: 500 m from either clinic, 40 m off the street.
    assert second == {
        "id": "1141_5220", "lon": 106.177494, "lat": 20.432955, "group": "all",
        "total": 10.5, "covered": 10.5, "uncovered": 0, "unreachable": 0, "share": 1,
        "median_s": None, "p90_s": None, "p95_s": None, "median_m": 540, "p90_m": 540, "p95_m": 540,
        "covered_twice": 10.5, "share_twice": 1,
    }  # fmt: skip


def test_the_width_is_that_of_the_city_and_stands_among_the_parameters() -> None:
    wide = run_coverage(street(), replace(ASKED, hexagon_m=10_000.0)).document
    assert {row["id"] for row in wide["tables"]["hexagons"]} == {"56_261", "57_261"}
    assert wide["parameters"]["hexagon_m"] == 10_000
    assert "hexagon_m" not in run_coverage(street(), WALK_800_M).document["parameters"]


def test_people_beyond_the_study_area_are_in_no_hexagon() -> None:
    inputs = street()
    zone = inputs.zone.copy()
    zone[0] = BEYOND
    rows = run_coverage(replace(inputs, zone=zone), ASKED).document["tables"]["hexagons"]
    assert "1140_5220" not in {row["id"] for row in rows}


def test_a_city_of_many_homes_has_the_hexagons_that_each_home_alone_has() -> None:
    inputs = street()
    xy = np.repeat(inputs.demand.xy, 3, axis=0)
    demand = Demand(xy, {"all": np.full(21, 1000)}, np.arange(21, dtype=np.int32))
    many = run_coverage(
        replace(inputs, demand=demand, zone=np.repeat(inputs.zone, 3)), replace(ASKED, groups=())
    )
    once = run_coverage(inputs, replace(ASKED, groups=()))
    ids = [[row["id"] for row in one.document["tables"]["hexagons"]] for one in (many, once)]
    assert ids[0] == ids[1]
    assert {row["total"] for row in many.document["tables"]["hexagons"]} == {3}
