"""Where next when sites have so much room: nobody is served above it, and who is left without is told."""

import math
from collections.abc import Callable, Iterable
from itertools import combinations
from typing import Any

import numpy as np
import pytest
from scipy.optimize import linprog
from sqlalchemy import text

from gis_service.catalogue.loader import Catalogue
from gis_service.db.engine import Connection
from gis_service.errors import ErrorCode, WrongUse
from gis_service.services import scenarios, siting
from gis_service.services.disclosure import public_view
from gis_service.services.scenarios import Draft
from gis_service.services.study_words import answer
from gis_service.types import Text
from tests.live_town import HOMES_M, MOTORBIKE, PEOPLE
from tests.siting_asked import ALONG, Ask, ids, places
from tests.what_if_edits import BEFORE_MERGER, EAST, PLANNER, WEST

CROW: dict[str, Any] = {"measure": "straight_radius", "limit": 1500, "at": BEFORE_MERGER}
STANDS = {EAST: 5.0, WEST: 5800.0}
ROOM = {EAST: 30.0, WEST: 20.0}


@pytest.fixture(scope="module")
def town_url(make_town_database: Callable[[str], str]) -> str:
    return make_town_database("live_town")


Rooms = Callable[[dict[str, float]], dict[str, str]]


@pytest.fixture
def rooms(town: Connection, catalogue: Catalogue) -> Rooms:
    """Give what lets the offices have so much room, in a scenario."""

    def tell(offices: dict[str, float]) -> dict[str, str]:
        edits = [{"op": "capacity", "id": code, "value": room} for code, room in offices.items()]
        draft = Draft(Text("a", "a"), "", "everybody", None, MOTORBIKE | CROW, edits)
        return {"id": scenarios.create(town, catalogue, draft, caller=PLANNER).id}

    return tell


def served(open_at: dict[float, float], limit: float | None = CROW["limit"]) -> float:
    """Serve the most people within the limit; without one all at the least sum of people and metres."""
    stands = list(open_at)
    cost = np.hypot(np.subtract.outer(HOMES_M, stands), 10).ravel()
    n, m = len(HOMES_M), len(stands)
    of_home = np.kron(np.eye(n), np.ones(m))
    of_site = np.kron(np.ones(n), np.eye(m))
    is_near = np.ones(n * m, dtype=bool) if limit is None else cost <= limit
    bounds = [(0, None if near else 0) for near in is_near]
    if limit is None:
        rooms = list(open_at.values())
        found = linprog(cost, of_site, rooms, of_home, list(PEOPLE), bounds=bounds)
        return math.inf if found.fun is None else float(found.fun)
    above = np.vstack([of_home, of_site])
    found = linprog(-np.ones(n * m), above, [*PEOPLE, *open_at.values()], bounds=bounds)
    return -float(found.fun or 0)


def rooms_of(names: Iterable[str], room: float, offices: dict[str, float] = ROOM) -> dict[float, float]:
    return {STANDS[code]: value for code, value in offices.items()} | {ALONG[name]: room for name in names}


def test_the_most_people_have_a_place(sited: Ask, rooms: Rooms) -> None:
    room = 25
    found = sited(scenario=rooms(ROOM), **CROW, sites=2, candidates={"places": places(ALONG, capacity=room)})
    plan = found["plan"]
    best = max(served(rooms_of(names, room)) for names in combinations(ALONG, 2))
    assert plan["status"] == "optimal"
    assert plan["base"] + plan["objective"] == pytest.approx(best)
    assert plan["base"] == pytest.approx(served(rooms_of([], room)))
    assert served(rooms_of(ids(found), room)) == pytest.approx(best)
    assert plan["room"]["served"] == pytest.approx(best)
    assert plan["room"] == plan["room"] | {"capacity": 100.0, "unknown": 0}
    near = [min(abs(home - at) for at in rooms_of(ids(found), room)) for home in HOMES_M]
    within = sum(
        people for people, away in zip(PEOPLE, near, strict=True) if math.hypot(away, 10) <= CROW["limit"]
    )
    assert plan["room"]["without"] == pytest.approx(within - best)
    assert found["totals"]["all"]["after"] == pytest.approx(within)  # whoever is near, with a place or not
    for one in plan["sites"]:
        assert (one["gain"], one["capacity"]) == (None, room)
        assert one["served"] <= room
    assert [one["served"] for one in plan["sites"]] == sorted(
        (one["served"] for one in plan["sites"]), reverse=True
    )


def test_one_capacity_for_all_stands_behind_what_places_tell(sited: Ask, rooms: Rooms) -> None:
    some = [*places({"a": 1200}, capacity=60), *places({"b": 2300, "c": 3500})]
    found = sited(scenario=rooms(ROOM), **CROW, sites=1, capacity=5, candidates={"places": some})
    every = {"a": 60.0, "b": 5.0, "c": 5.0}
    best = max(served(rooms_of([], 0) | {ALONG[name]: room}) for name, room in every.items())
    assert found["plan"]["room"]["served"] == pytest.approx(best)
    (site,) = found["plan"]["sites"]
    assert site["capacity"] == every[site["id"]]
    # What the scenario of it says of the new site is how many it has room for.
    edits = {edit["op"]: edit for edit in found["scenario"]["edits"]}
    assert edits["capacity"]["value"] == every[site["id"]]
    again = sited("what_if", **found["scenario"]["inputs"], edits=found["scenario"]["edits"])
    assert again["totals"] == found["totals"]


def test_the_least_way_of_all_within_the_capacities(sited: Ask, rooms: Rooms) -> None:
    found = sited(scenario=rooms(ROOM), **CROW, model="p-median", sites=2, capacity=100)
    plan = found["plan"]
    best = min(served(rooms_of(names, 100), None) for names in combinations(ALONG, 2))
    assert plan["objective"] == pytest.approx(best, rel=1e-4)
    assert plan["room"]["without"] == 0
    assert plan["status"] == "optimal"


def test_a_table_of_more_flows_than_can_be_solved_is_refused(
    sited: Ask, rooms: Rooms, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(siting, "MOST_PAIRS_OF_ROOMS", 20)
    with pytest.raises(WrongUse) as refused:
        sited(scenario=rooms(ROOM), **CROW, model="p-median", sites=2, capacity=100)
    assert (refused.value.code, refused.value.params["most"]) == (ErrorCode.PAIRS_TOO_MANY, 20)


def test_which_offices_to_keep_with_the_room_they_have(sited: Ask, rooms: Rooms) -> None:
    offices = {EAST: 60.0, WEST: 40.0}
    stands = rooms(offices)
    found = sited(
        scenario=stands,
        **CROW,
        sites=1,
        closable=True,
        candidates={"places": places({"c": 3500}, capacity=1)},
    )
    plan = found["plan"]
    brings = {code: served({STANDS[code]: room}) for code, room in offices.items()}
    best = max(brings, key=brings.__getitem__)
    assert (plan["kept"], plan["base"]) == ([best], 0)
    assert plan["objective"] == pytest.approx(brings[best])
    rows = {row["id"]: row for row in plan["existing"]}
    assert {code: row["in_plan"] for code, row in rows.items()} == {code: code == best for code in offices}
    assert rows[best]["served"] == pytest.approx(brings[best])
    # An office that must stay takes no part in the number.
    both = sited(
        scenario=stands,
        **CROW,
        sites=1,
        closable=[WEST],
        candidates={"places": places({"c": 3500}, capacity=200)},
    )["plan"]
    assert both["closed"] == [WEST]
    assert [one["id"] for one in both["existing"]] == [WEST]
    assert both["base"] == pytest.approx(served({STANDS[EAST]: offices[EAST]}))


def test_who_is_left_without_is_told_and_an_office_that_tells_nothing_turns_nobody_away(
    sited: Ask, rooms: Rooms, catalogue: Catalogue
) -> None:
    found = sited(scenario=rooms({EAST: 5.0}), **CROW, sites=1, capacity=2)
    notices = {one["code"]: one["params"] for one in found["notices"]}
    assert notices["siting_without_room"]["people"] == found["plan"]["room"]["without"] > 0
    assert notices["siting_capacity_unknown"] == {"count": 1}
    assert found["plan"]["room"]["capacity"] is None
    assert "have none" in answer(found, catalogue).en
    shown = public_view(found)
    assert {shown["plan"]["room"][name] for name in ("served", "without")} == {None}
    assert {one["served"] for one in shown["plan"]["sites"]} == {None}
    assert shown["plan"]["objective"] is None
    told = {one["code"]: one["params"] for one in shown["notices"]}["siting_without_room"]["people"]
    assert isinstance(told, str)
    assert answer(shown, catalogue).vi


def test_capacities_of_a_layer_are_read(sited: Ask, town: Connection) -> None:
    town.execute(text("UPDATE layer.one_stop_office SET counters = 7"))
    own = {"layer": "one_stop_office", "where": {"code": [EAST]}, "capacity_field": "counters"}
    found = sited(**CROW, sites=1, candidates={"layers": [own], "outside": []})
    assert [one["capacity"] for one in found["plan"]["sites"]] == [7]
