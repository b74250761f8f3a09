"""Assumption ranges of a study on a street."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from gis_service.analysis.modes import mode
from gis_service.analysis.ranges import Assumptions
from gis_service.services.coverage import CoverageParameters, run_coverage
from gis_service.services.coverage_parameters import CoverageCatchment
from gis_service.services.disclosure import public_view
from gis_service.services.study_words import answer, notice_text
from gis_service.services.tables import TABLES
from gis_service.services.tables import range as table
from tests import demo_city
from tests.street import WALK_800_M, codes, street, with_clinics

WALK_10_MIN = CoverageParameters("clinic", "network_time", 600.0, mode("walk"))
RADIUS = CoverageParameters("clinic", "straight_radius", 800.0)
MEASURES = [replace(one, tables=("range",)) for one in (WALK_800_M, WALK_10_MIN, RADIUS)]
ASKED = replace(WALK_10_MIN, tables=("range",), groups=("age_60",))


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    return run_coverage(street(), ASKED).document


def picked(document: dict[str, Any], unit: str, figure: str, group: str = "all") -> dict[str, Any]:
    wanted = (unit, group, figure)
    return next(
        row for row in document["tables"]["range"] if (row["unit"], row["group"], row["figure"]) == wanted
    )


def test_the_plain_values_are_the_figures_of_the_study(document: dict[str, Any]) -> None:
    rows = document["tables"]["range"]
    told = {(row["unit"], row["group"], row["figure"]): row["plain"] for row in rows}
    assert len(told) == len(rows) == 3 * 2 * 4
    for group, totals in document["totals"].items():
        for figure in ("covered", "share", "uncovered", "median_s"):
            assert told["all", group, figure] == totals[figure]
    for zone in document["zones"]:
        assert [told[zone["id"], "all", name] for name in ("covered", "median_s")] == [
            zone["covered"],
            zone["median_s"],
        ]
        assert told[zone["id"], "age_60", "covered"] == zone["groups"]["age_60"]["covered"]


@pytest.mark.parametrize("asked", MEASURES)
def test_every_range_goes_upwards_and_some_have_a_width(asked: CoverageParameters) -> None:
    rows = run_coverage(street(), asked).document["tables"]["range"]
    told = [row for row in rows if row["p5"] is not None and row["p95"] is not None]
    assert all(row["p5"] <= row["p95"] for row in told)
    assert any(row["p5"] < row["plain"] < row["p95"] for row in told)
    assert {row["figure"][-2:] for row in rows if row["figure"].startswith("median")} == {
        "_s" if asked.is_time else "_m"
    }


@pytest.mark.parametrize("catchment", ["any", "own_unit"])
@pytest.mark.parametrize("asked", MEASURES)
def test_without_any_spread_the_range_is_the_plain_value(
    asked: CoverageParameters, catchment: CoverageCatchment, monkeypatch: pytest.MonkeyPatch
) -> None:
    none = Assumptions(draws=3, speed_sigma=0.0, home_m=0.0, total_sigma=0.0)
    exact = replace(TABLES["range"], make=lambda scene: table.rows(scene, none))
    monkeypatch.setattr("gis_service.services.tables.TABLES", {"range": exact})
    own = replace(asked, catchment=catchment)
    rows = run_coverage(with_clinics(street(), 0.0, 1000.0, 2500.0), own).document["tables"]["range"]
    assert [row for row in rows if row["p5"] == row["plain"] == row["p95"]] == rows
    assert any(row["plain"] for row in rows)


def test_equal_studies_have_equal_ranges_and_another_seed_others(document: dict[str, Any]) -> None:
    again, other = (run_coverage(street(), replace(ASKED, seed=seed)).document for seed in (0, 1))
    assert again == document
    assert other["totals"] == document["totals"]
    assert picked(other, "all", "covered") != picked(document, "all", "covered")


def test_a_street_without_clinics_has_nobody_covered_in_any_draw() -> None:
    inputs = street()
    facilities = replace(
        inputs.facilities, xy=np.empty((0, 2)), site=np.empty(0, np.int32), unit=np.empty(0, np.int32)
    )
    found = run_coverage(replace(inputs, facilities=facilities), ASKED).document
    assert picked(found, "all", "covered") | {"name": ""} == {
        "unit": "all", "name": "", "group": "all", "figure": "covered", "plain": 0, "p5": 0, "p95": 0
    }  # fmt: skip
    assert picked(found, "all", "median_s")["p95"] is None


def test_it_is_said_what_a_range_is_and_how_wide(document: dict[str, Any]) -> None:
    said = notice_text(next(one for one in document["notices"] if one["code"] == "assumption_range"))
    assert "not a confidence interval" in said.en
    assert "không phải khoảng tin cậy" in said.vi
    sentence = answer(document, demo_city.catalogue())
    share = picked(document, "all", "share")
    assert f"{100 * share['p5']:.1f}%" in sentence.en
    assert f"{100 * share['p95']:.1f}".replace(".", ",") in sentence.vi


def test_everybody_reads_neither_the_table_nor_what_is_said_beside_it(document: dict[str, Any]) -> None:
    shown = public_view(document)
    assert shown["tables"] == {}
    assert "assumption_range" not in codes(shown)
    assert "tables_closed" in codes(shown)
    assert "confidence" not in answer(shown, demo_city.catalogue()).en


def test_the_progress_of_the_draws_is_told_and_rises() -> None:
    told: list[tuple[str, float]] = []
    run_coverage(street(), ASKED, progress=lambda step, share: told.append((step, share)))
    shares = [share for step, share in told if step == "tables"]
    assert len(shares) > 10
    assert shares == sorted(shares)
    assert [share for _, share in told] == sorted(share for _, share in told)


def test_what_else_is_told_of_a_study_moves_no_range(document: dict[str, Any]) -> None:
    used = {"layer": "land_use", "version": 1}
    inputs = street()
    inputs = replace(inputs, references={**inputs.references, "land_use": used, "roads_facilities": used})
    asked = replace(ASKED, tables=("range", "facilities"), beside=("roads",))
    assert run_coverage(inputs, asked).document["tables"]["range"] == document["tables"]["range"]
    alone = run_coverage(street(), replace(ASKED, groups=())).document["tables"]["range"]
    assert alone == [row for row in document["tables"]["range"] if row["group"] == "all"]


def test_roads_and_kinds_of_units_that_only_stand_beside_a_radius_move_no_range() -> None:
    asked = replace(RADIUS, tables=("range",))
    alone = run_coverage(street(), asked).document["tables"]["range"]
    inputs, used = street(), {"layer": "roads", "version": 1}
    roles = ("network", "barriers", "ferries", "unit_types")
    more = replace(inputs, references={**inputs.references, **dict.fromkeys(roles, used)})
    told = run_coverage(more, replace(asked, beside=("roads", "clinic_ward"))).document["tables"]["range"]
    assert told == alone


def test_the_network_and_the_kinds_of_units_of_the_rule_itself_are_part_of_its_question() -> None:
    inputs, used = street(), {"layer": "roads", "version": 1}
    found = [
        run_coverage(
            replace(inputs, references={**inputs.references, role: used}),
            replace(ASKED, unit_types=("commune",)),
        ).document["tables"]["range"]
        for role in ("demand", "network", "unit_types")
    ]
    assert all(found.count(one) == 1 for one in found)
