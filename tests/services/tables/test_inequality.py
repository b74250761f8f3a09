"""How evenly a clinic at the end of a street is spread over those who live along it."""

from dataclasses import replace

import numpy as np
import pytest

from gis_service.analysis.inequality import inequality
from gis_service.analysis.zones import BEYOND
from gis_service.errors import ErrorCode, WrongUse
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


def test_the_ways_alone_are_told_however_many_pairs_there_would_be() -> None:
    whole = [row for row in asked(street()) if row["of"] == "way"]
    alone = run_coverage(street(), replace(ASKED, tables=("way_inequality",)), most_pairs=1).document[
        "tables"
    ]
    assert alone == {"way_inequality": whole}
    with pytest.raises(WrongUse) as refused:
        run_coverage(street(), ASKED, most_pairs=1)
    assert refused.value.code == ErrorCode.PAIRS_TOO_MANY


def test_the_curve_goes_from_nobody_to_everybody() -> None:
    curve = [row for row in asked(street(), "lorenz") if (row["of"], row["group"]) == ("way", "all")]
    points = [(row["people_share"], row["share"]) for row in curve]
    assert (points[0], points[-1], len(points)) == ((0, 0), (1, 1), 8)
    alone = run_coverage(street(), replace(ASKED, tables=("way_lorenz",))).document["tables"]["way_lorenz"]
    assert [row for row in alone if row["group"] == "all"] == curve
    assert points[1] == pytest.approx((100 / 360.5, 4000 / (PEOPLE / 1000 @ (METRES))))


def ranked(rank: list[float]) -> CoverageInputs:
    return replace(street(), rank=np.array(rank))


BY_WEALTH = replace(ASKED, rank_column="income", rank_of="residents")


def by_persons(values: Floats, people: Floats, rank: Floats) -> float:
    """2 cov(x, r) / mean over half-persons, each with the middle of the places of all of equal rank."""
    x, wealth = (np.repeat(one, (people * 2).astype(int)) for one in (values, rank))
    place = np.array([np.mean(np.flatnonzero(np.sort(wealth) == one)) + 0.5 for one in wealth]) / len(wealth)
    return float(2 * np.mean((x - x.mean()) * (place - place.mean())) / x.mean())


def test_a_column_to_rank_by_gives_the_concentration_index() -> None:
    rank = [3.0, 1.0, 2.0, 2.0, 7.0, 5.0, 4.0]
    asked = replace(BY_WEALTH, limit=1600.0)
    found = run_coverage(ranked(rank), asked).document["tables"]["inequality"]
    rows = {(row["of"], row["group"]): row for row in found}
    share = 1 / (100 + 0.68 * 10.5 + 0.68 * 30 + 0.22 * 40)
    enhanced = share * np.array([1, 0.68, 0.68, 0.22, 0, 0, 0])
    persons = PEOPLE / 1000
    assert rows["enhanced", "all"]["concentration"] == pytest.approx(
        by_persons(enhanced, persons, np.array(rank))
    )
    assert rows["way", "all"]["concentration"] == pytest.approx(by_persons(METRES, persons, np.array(rank)))
    assert rows["balanced", "all"]["concentration"] == pytest.approx(
        by_persons(np.array([1.0, 1, 1, 1, 0, 0, 0]), persons, np.array(rank))
    )


def test_it_tells_who_has_more() -> None:
    wealth = np.arange(7.0)
    poor, rich = (
        run_coverage(ranked([*order]), BY_WEALTH).document["tables"]["inequality"][0]["concentration"]
        for order in (wealth, wealth[::-1])
    )
    assert poor < 0 < rich  # the clinic is where the street begins
    level = run_coverage(ranked([1.0] * 7), BY_WEALTH).document["tables"]["inequality"][0]
    assert level["concentration"] == 0


def test_homes_without_a_rank_are_refused_where_people_live() -> None:
    with pytest.raises(WrongUse) as refused:
        run_coverage(ranked([1, 2, np.nan, 4, 5, 6, 7]), BY_WEALTH)
    assert refused.value.code is ErrorCode.RANKING_MISSING
    with pytest.raises(WrongUse):
        run_coverage(street(), BY_WEALTH)


def test_homes_beyond_the_study_area_need_no_rank() -> None:
    zone = street().zone.copy()
    zone[2] = BEYOND
    inputs = replace(ranked([1, 2, np.nan, 4, 5, 6, 7]), zone=zone)
    assert run_coverage(inputs, BY_WEALTH).document["tables"]["inequality"][0]["concentration"] < 0


def test_without_a_column_nothing_is_told_of_it() -> None:
    document = run_coverage(street(), ASKED).document
    assert "concentration" not in document["tables"]["inequality"][0]
    assert not {"rank_column", "rank_of"} & document["parameters"].keys()
