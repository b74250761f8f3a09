"""Who is reached by the use of land that people live on."""

from dataclasses import replace

import numpy as np
import shapely

from gis_service.services.coverage import CoverageInputs, run_coverage
from gis_service.services.coverage_inputs import LandUse
from gis_service.services.disclosure import public_view
from tests.street import WALK_800_M, X, Y, codes, street

ASKED = replace(WALK_800_M, tables=("land_use",), groups=("age_60",))
COUNTS = ("total", "covered", "uncovered", "unreachable")


def with_land(*patches: tuple[float, float, str]) -> CoverageInputs:
    shapes = [shapely.box(X + west, Y - 100, X + east, Y + 100) for west, east, _ in patches]
    land = LandUse(np.array(shapes, dtype=object), tuple(use for *_, use in patches))
    return replace(street(), land_use=land)


def test_a_home_counts_on_the_first_patch_that_holds_it_and_beside_all_on_none() -> None:
    inputs = with_land((-50, 700, "village"), (500, 1600, "field"), (1900, 2100, "village"))
    rows = run_coverage(inputs, ASKED).document["tables"]["land_use"]
    people = {row["use"]: row["total"] for row in rows if row["group"] == "all"}
    assert people == {"field": 70, "village": 160.5, "none": 130}
    assert [row["use"] for row in rows] == ["field"] * 2 + ["village"] * 2 + ["none"] * 2


def test_the_uses_of_a_group_add_up_to_its_totals() -> None:
    document = run_coverage(with_land((-50, 700, "village")), ASKED).document
    for group, total in document["totals"].items():
        rows = [row for row in document["tables"]["land_use"] if row["group"] == group]
        assert {name: sum(row[name] for row in rows) for name in COUNTS} == {
            name: total[name] for name in COUNTS
        }


def test_without_land_use_nobody_lives_on_any() -> None:
    rows = run_coverage(street(), replace(ASKED, groups=())).document["tables"]["land_use"]
    assert [(row["use"], row["total"]) for row in rows] == [("none", 360.5)]


def test_everybody_reads_that_the_table_is_closed() -> None:
    shown = public_view(run_coverage(with_land((0, 10, "village")), ASKED).document)
    assert shown["tables"] == {}
    assert "tables_closed" in codes(shown)
