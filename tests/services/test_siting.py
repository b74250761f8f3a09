"""Where next, in a town whose ways can be counted by hand: what a plan brings is what a study finds."""

import math
from collections.abc import Callable, Iterable
from itertools import combinations
from typing import Any

import pyarrow as pa
import pytest

from gis_service.catalogue.loader import Catalogue
from gis_service.db.engine import Connection
from gis_service.services import studies
from gis_service.services.disclosure import public_view
from gis_service.services.prepared import Prepared
from gis_service.services.siting_progress import DismissedError, found_in
from gis_service.services.study_retold import retold
from gis_service.services.study_rows import rows_of_study
from gis_service.services.study_words import answer
from tests.live_town import HOMES_M, MOTORBIKE, PEOPLE
from tests.siting_asked import ALONG, FAR, Ask, add, ids, places
from tests.what_if_edits import BEFORE_MERGER, EAST, WEST


@pytest.fixture(scope="module")
def town_url(make_town_database: Callable[[str], str]) -> str:
    return make_town_database("live_town")


QUESTIONS: list[dict[str, Any]] = [
    {"limit": 60},
    {"measure": "network_distance", "limit": 800},
    {"measure": "straight_radius", "limit": 600},
    {"direction": "from_facility", "turnout_s": 20, "limit": 90},
    {"catchment": "own_unit", "limit": 120},
    {"at": "2026-03-03T20:00", "limit": 120, "groups": ["age_60"], "weights": {"age_60": 1}},
]


@pytest.mark.parametrize("asked", QUESTIONS)
def test_a_plan_brings_most_of_all_choices(sited: Ask, asked: dict[str, Any]) -> None:
    found = sited(sites=2, **asked)
    plan = found["plan"]
    group = next(iter(asked.get("weights", ["all"])))
    total = found["totals"][group]
    assert plan["status"] == "optimal"
    assert plan["objective"] == plan["bound"] == total["won"]
    assert round(sum(one["gain"] for one in plan["sites"]), 3) == total["won"]
    question = found["scenario"]["inputs"]
    kept = sited("what_if", **question, edits=found["scenario"]["edits"])
    for name in ("base", "totals", "zones", "facilities", "network", "edits_hash"):
        assert found[name] == kept[name]
    others = (sited("what_if", **question, edits=add(names)) for names in combinations(ALONG, 2))
    assert total["after"] == max(one["totals"][group]["after"] for one in others)


def test_people_count_for_what_their_group_weighs(sited: Ask) -> None:
    plain = sited(limit=60, sites=1)["plan"]
    twice = sited(limit=60, sites=1, weights={"all": 1, "age_60": 5})["plan"]
    assert twice["objective"] == 2 * plain["objective"]  # a fifth of everybody is over 60


def test_the_fewest_sites_reach_all_who_can_be_reached(sited: Ask) -> None:
    found = sited(model="lscp", limit=60)
    assert found["plan"]["objective"] == len(ids(found)) == found["plan"]["bound"]
    total = found["totals"]["all"]
    left = found["plan"]["uncoverable"]
    assert round(total["total"] - total["after"], 3) == left["people"]
    fewer = [one for count in range(len(ids(found))) for one in combinations(ALONG, count) if count]
    for names in fewer:
        after = sited("what_if", limit=60, edits=add(names))["totals"]["all"]["after"]
        assert after < total["after"]


@pytest.mark.parametrize("model", ["p-median", "p-center"])
def test_costs_are_those_of_the_nearest(sited: Ask, model: str) -> None:
    found = sited(model=model, sites=2, measure="straight_radius", limit=500, catchment="any")
    stands = [5, *(ALONG[name] for name in ids(found))]

    def cost(open_at: Iterable[float]) -> float:
        away = [min(math.hypot(home - at, 10) for at in open_at) for home in HOMES_M]
        if model == "p-center":
            return max(away)
        return sum(people * metres for people, metres in zip(PEOPLE, away, strict=True))

    best = min(cost([5, *(ALONG[name] for name in names)]) for names in combinations(ALONG, 2))
    assert found["plan"]["objective"] == pytest.approx(cost(stands), rel=1e-5)
    assert cost(stands) == pytest.approx(best)
    assert found["plan"]["status"] == "optimal"
    if model == "p-median":
        assert found["plan"]["mean"] == pytest.approx(best / sum(PEOPLE), rel=1e-4)


def test_what_stands_may_close_where_that_is_asked(sited: Ask) -> None:
    stays = sited(limit=60, sites=1)
    moved = sited(limit=60, sites=1, closable=True)
    kept = sited(limit=60, sites=1, closable=[EAST], fixed=["c"])
    assert (stays["plan"]["closed"], stays["totals"]["all"]["lost"]) == ([], 0)
    assert moved["plan"]["closed"] == [EAST]
    assert moved["plan"]["objective"] == moved["totals"]["all"]["after"] >= stays["totals"]["all"]["before"]
    assert (ids(kept), kept["plan"]["closed"], kept["plan"]["base"]) == (["c"], [EAST], 0)
    both = sited(limit=60, sites=2, closable=True)
    assert both["plan"]["kept"] == [EAST]
    assert both["totals"]["all"]["after"] == stays["totals"]["all"]["after"]


def test_which_of_those_that_stand_are_kept(sited: Ask) -> None:
    asked: dict[str, Any] = {"limit": 300, "sites": 1, "closable": True, "candidates": {}}
    found = sited(at=BEFORE_MERGER, **asked)
    (kept,), (closed,) = found["plan"]["kept"], found["plan"]["closed"]
    assert {kept, closed} == {EAST, WEST}
    after = {
        code: sited("what_if", at=BEFORE_MERGER, limit=300, edits=[{"op": "close", "id": code}])["totals"][
            "all"
        ]
        for code in (EAST, WEST)
    }
    assert found["totals"]["all"] == after[closed]
    assert after[closed]["after"] >= after[kept]["after"]
    assert found["plan"]["objective"] == after[closed]["after"]


def test_money_distance_and_a_second_site_are_kept_to(sited: Ask) -> None:
    cheap = places({"a": 1200}, cost=3) + places({"b": 2300, "d": 5600}, cost=7)
    within = sited(limit=60, budget=10, candidates={"places": cheap})
    assert within["plan"]["cost"] <= 10
    assert len(ids(within)) <= 2
    near = sited(limit=60, sites=2, spacing_m=1200)
    at = sorted(ALONG[name] for name in ids(near))
    assert at[1] - at[0] >= 1200
    assert near["plan"]["candidates"]["left_out"] == {"too_near": 1}
    twice = sited(limit=120, sites=2, backup=0.5)["plan"]
    assert twice["status"] == "optimal"
    assert twice["objective"] >= sited(limit=120, sites=2)["plan"]["objective"]


def test_everybody_sees_the_plan_and_no_small_count(sited: Ask, catalogue: Catalogue) -> None:
    for model, sites in (("mclp", 2), ("p-median", 1), ("lscp", None)):
        document = sited(model=model, limit=60, **({} if sites is None else {"sites": sites}))
        shown = public_view(document)
        assert ids(shown) == ids(document)
        assert shown["plan"]["status"] == "optimal"
        assert {one["gain"] for one in shown["plan"]["sites"]} == {None}
        hidden = shown["plan"]["objective"] is None
        assert hidden == (
            model == "p-median" or (model == "mclp" and shown["totals"]["all"]["after"] is None)
        )
        assert shown["plan"]["uncoverable"]["places"] is None
        for language in ("vi", "en"):
            assert answer(shown, catalogue).in_language(language)


def test_the_answer_says_how_good_it_is(sited: Ask, catalogue: Catalogue) -> None:
    said = answer(sited(**FAR), catalogue)
    assert "2 new sites" in said.en
    assert "proved to be the best possible" in said.en
    assert "Đã chứng minh" in said.vi
    early = sited(**FAR, time_limit_s=1e-9)
    if early["plan"]["status"] == "time_limit":
        assert f"within {1e2 * early['plan']['gap']:g}"[:8] in answer(early, catalogue).en
        assert early["notices"][0]["code"] == "siting_time_over"


def test_the_sites_of_a_plan_are_rows_of_a_layer(town: Connection, catalogue: Catalogue, sited: Ask) -> None:
    document = sited(**FAR)
    rows = rows_of_study(town, catalogue, public_view(document), "sites")
    table = pa.Table.from_batches(rows.rows.batches)
    assert (rows.geometry, table["id"].to_pylist(), table["order"].to_pylist()) == (
        "Point",
        ids(document),
        [1, 2],
    )
    assert {one["name"] for one in rows.fields} >= {
        "id",
        "name",
        "commune",
        "order",
        "gain",
        "cost",
        "source",
    }


def test_a_plan_is_told_by_other_units(
    town: Connection, catalogue: Catalogue, prepared: Prepared, sited: Ask
) -> None:
    document = sited(**FAR)
    other = retold(town, catalogue, document, "communes_2024", prepared)
    assert other["totals"] == document["totals"]
    assert ids(other) == ids(document)
    assert other["id"] != document["id"]
    assert {one["commune"] for one in other["plan"]["sites"]} <= {"Xã Cũ Một", "Xã Cũ Hai", "Xã Cũ Ba"}
    again = sited(**FAR, vintage="communes_2024")
    assert (other["zones"], other["plan"]["sites"]) == (again["zones"], again["plan"]["sites"])


@pytest.mark.parametrize(
    "asked", [{"limit": 60}, {"model": "p-median", "measure": "straight_radius", "limit": 500}]
)
def test_a_plan_is_asked_again_in_every_draw(sited: Ask, asked: dict[str, Any]) -> None:
    found = sited(**{"sites": 2} | asked, draws=5)
    drawn = found["plan"]["under_draws"]
    assert (drawn["draws"], drawn["unanswered"], drawn["proved"]) == (5, 0, 5)
    assert [one["id"] for one in drawn["sites"]] == ids(found)
    shares = {one["id"]: one["share"] for one in (*drawn["sites"], *drawn["others"])}
    assert drawn["always"] == [name for name in ids(found) if shares[name] == 1]
    assert all(0 <= share <= 1 for share in shares.values())
    assert drawn["p5"] <= drawn["p95"]
    again = sited(**{"sites": 2} | asked, draws=5)
    assert again == found
    assert {"p5": None, "p95": None}.items() <= public_view(found)["plan"]["under_draws"].items()
    plain = sited(**{"sites": 2} | asked)
    assert plain["totals"] == found["totals"]


def test_who_ends_the_work_keeps_the_best(town: Connection, catalogue: Catalogue, prepared: Prepared) -> None:
    told = []

    def listen(step: str, _share: float) -> None:
        told.append(step)
        if found_in(step) is not None:
            raise DismissedError

    inputs = MOTORBIKE | {"candidates": {"places": places(ALONG)}} | FAR
    document = studies.compute(town, catalogue, "siting", inputs, prepared=prepared, progress=listen).document
    found = found_in(told[-1])
    assert found is not None
    assert found.bound >= (found.best or 0)
    assert len(ids(document)) == 2
    where = {one["id"]: (one["lon"], one["lat"]) for one in places(ALONG)}
    assert [(one.lon, one.lat) for one in found.sites] == [where[one.id] for one in found.sites]
    assert len(found.sites) == 2
    assert document["plan"]["status"] in {"cancelled", "optimal"}
