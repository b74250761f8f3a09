"""How evenly a clinic at the end of a street is spread over those who live along it."""

from dataclasses import replace

import numpy as np
import pytest

from gis_service.analysis.inequality import inequality
from gis_service.services.coverage import CoverageInputs, run_coverage
from gis_service.services.tables.scene import Row
from gis_service.types import Floats
from tests.street import WALK_800_M, street

ASKED = replace(WALK_800_M, tables=("inequality", "lorenz"), groups=("age_60",))
METRES: Floats = np.arange(40.0, 3500.0, 500.0)
PEOPLE = np.array([100_000, 10_500, 30_000, 40_000, 50_000, 60_000, 70_000])


def asked(inputs: CoverageInputs, name: str = "inequality") -> list[Row]:
    rows: list[Row] = run_coverage(inputs, ASKED).document["tables"][name]
    return rows


def test_there_is_a_row_for_each_method_and_group() -> None:
    rows = asked(street())
    heads = [(row["of"], row["group"], row["who"]) for row in rows]
    kinds = [("enhanced", "all"), ("balanced", "all"), ("way", "arrived")]
    assert heads == [(of, group, who) for group in ("all", "age_60") for of, who in kinds]
    assert all(row["theil"] == pytest.approx(row["theil_within"] + row["theil_between"]) for row in rows)


def test_who_has_nothing_counts_with_nothing() -> None:
    # Within 800 m live 110.5 of 360.5: the first 100 with all of a share, 10.5 with 0.22 of it.
    enhanced = asked(street())[0]
    share = 1 / (100 + 0.22 * 10.5)
    expected = inequality(np.array([share, 0.22 * share, 0]), np.array([100_000, 10_500, 250_000]))
    assert enhanced["people"] == 360.5
    assert enhanced["mean"] == pytest.approx(1 / 360.5)
    assert enhanced["gini"] == pytest.approx(expected.gini)
    assert enhanced["palma"] is None
    assert enhanced["beyond_twice"] is None


def test_ways_are_those_of_who_arrives_and_the_worst_off_are_counted() -> None:
    zone = np.array([0, 0, 0, 1, 1, 1, 1], np.int32)
    way, expected = asked(street())[2], inequality(METRES, PEOPLE, zone)
    for name in ("mean", "gini", "theil_within", "theil_between", "palma"):
        assert way[name] == pytest.approx(getattr(expected, name)), name
    assert way["beyond_twice"] == 50 + 60 + 70 + 0  # 1,540 m are within twice 800 m
    lonely = replace(street(), facilities=replace(street().facilities, xy=np.array([[0.0, 0.0]])))
    nobody = asked(lonely)[2]
    assert (nobody["people"], nobody["mean"], nobody["gini"]) == (0, None, None)
    assert nobody["beyond_twice"] == 360.5


def test_the_curve_goes_from_nobody_to_everybody() -> None:
    curve = [row for row in asked(street(), "lorenz") if (row["of"], row["group"]) == ("way", "all")]
    points = [(row["people_share"], row["share"]) for row in curve]
    assert (points[0], points[-1], len(points)) == ((0, 0), (1, 1), 8)
    assert points[1] == pytest.approx((100 / 360.5, 4000 / (PEOPLE / 1000 @ (METRES))))
