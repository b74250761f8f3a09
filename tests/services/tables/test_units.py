"""How far the people of each group have to go, unit by unit, counted by hand on a street."""

from dataclasses import replace

from gis_service.analysis.zones import NO_UNIT
from gis_service.services.coverage import CoverageInputs, run_coverage
from gis_service.services.tables.scene import Row
from tests.street import WALK_800_M, street, with_clinics

ASKED = replace(WALK_800_M, tables=("units",), groups=("age_60",))
FIGURES = ("total", "covered", "uncovered", "unreachable", "share", "median_m", "p90_m", "p95_m")


def told(inputs: CoverageInputs) -> tuple[dict[tuple[str, str], Row], list[Row]]:
    document = run_coverage(inputs, ASKED).document
    return {(row["id"], row["group"]): row for row in document["tables"]["units"]}, document["zones"]


def test_everybody_has_the_figures_of_the_units_and_each_group_its_own() -> None:
    rows, zones = told(with_clinics(street(), 0, 1000))
    for zone in zones:
        everybody, old = rows[zone["id"], "all"], rows[zone["id"], "age_60"]
        assert [everybody[name] for name in FIGURES] == [zone[name] for name in FIGURES]
        counts = zone["groups"]["age_60"]
        assert [old[name] for name in counts] == list(counts.values())
        assert old["median_m"] is not None
    assert rows["7", "all"]["covered_twice"] == 10.5


def test_a_group_that_lives_far_out_has_a_longer_way() -> None:
    inputs = street()
    far = inputs.demand.people["age_60"].copy()
    far[:-1] = 0
    people = {**inputs.demand.people, "age_60": far}
    rows, _ = told(replace(inputs, demand=replace(inputs.demand, people=people)))
    assert rows["12", "age_60"]["median_m"] > rows["12", "all"]["median_m"]
    assert rows["7", "age_60"]["median_m"] is None


def test_people_without_a_unit_have_a_row_when_there_are_any() -> None:
    inputs = street()
    assert ("outside", "all") not in told(inputs)[0]
    zone = inputs.zone.copy()
    zone[1] = NO_UNIT
    assert told(replace(inputs, zone=zone))[0]["outside", "all"]["total"] == 10.5
