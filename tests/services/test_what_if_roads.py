"""Roads, bridges, speeds and capacities that edits change: what a study of the state afterwards tells."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import text

from gis_service.catalogue.loader import Catalogue
from gis_service.db.engine import Connection
from gis_service.services import studies
from gis_service.services.condition_words import conditions_of
from gis_service.services.disclosure import public_view
from gis_service.services.prepared import Prepared
from gis_service.services.study_retold import retold
from tests.live_town import MOTORBIKE
from tests.what_if_edits import (
    BEFORE_MERGER,
    EAST,
    WEST,
    add,
    capacity,
    close,
    compared,
    figures,
    link,
    move,
    remove,
    speed,
    what_if,
    without_added,
)


@pytest.fixture(scope="module")
def town_url(make_town_database: Callable[[str], str]) -> str:
    return make_town_database("live_town")


def test_roads_that_are_closed_are_those_of_a_study_with_the_closure(
    town: Connection, catalogue: Catalogue
) -> None:
    closure = {"classes": ["alley"]}
    alleys = close(**closure)
    asked: dict[str, Any] = {"at": BEFORE_MERGER, "limit": 600}
    found = what_if(town, catalogue, [alleys], **asked)
    states = [MOTORBIKE | asked, MOTORBIKE | asked | {"closures": [closure]}]
    assert figures(found) == without_added(compared(town, catalogue, *states))
    assert found["totals"]["all"]["lost"] > 0
    # With the road an office that is added there goes, too.
    both = [alleys, add("x", 3500)]
    more = what_if(town, catalogue, both, **asked)
    kept = studies.run(town, catalogue, "what_if", MOTORBIKE | asked | {"edits": both}, "lan").document
    assert figures(more) == without_added(kept)
    assert more["edits_hash"] == kept["edits_hash"] != found["edits_hash"]


CHANGED_ROADS: list[tuple[list[dict[str, Any]], dict[str, Any]]] = [
    ([{"op": "close", "layer": "ferries", "fid": 1}, remove(WEST)], {"limit": 900}),
    ([{"op": "close", "layer": "ferries", "fid": 1}, remove(EAST)], {"mode": "walk", "limit": 3600}),
    ([{"op": "close", "layer": "roads", "fid": 2}], {"limit": 600}),
    ([{"op": "close", "layer": "roads", "fid": 2}, {"op": "move", "id": WEST, "value": 30}], {"limit": 600}),
    ([{"op": "close", "layer": "roads", "fid": 1}, move(WEST, 4600)], {"limit": 600}),
    ([{"op": "speed", "layer": "roads", "fid": 1, "value": {"as_class": "alley"}}], {"limit": 300}),
    ([{"op": "speed", "layer": "roads", "fid": 2, "value": {"as_class": "national"}}], {"limit": 60}),
    (
        [
            {"op": "speed", "layer": "roads", "value": {"classes": ["alley"], "as_class": "expressway"}},
            add("x", 3000),
        ],
        {"limit": 300},
    ),
    (
        [
            {"op": "speed", "layer": "roads", "value": {"classes": ["commune"], "as_class": "alley"}},
            close(classes=["alley"]),
        ],
        {"limit": 300, "direction": "from_facility"},
    ),
    ([speed(classes=["commune"], kmh=5)], {"limit": 300}),
    ([speed(roads=[2], kmh=60), add("x", 3000)], {"limit": 60}),
    ([speed(classes=["alley"], factor=0.3), speed(classes=["alley"], factor=0.5)], {"limit": 300}),
    ([speed(classes=["commune"], kmh=2)], {"mode": "walk", "limit": 1200}),
    ([speed(roads=[1], as_class="alley"), speed(classes=["alley"], kmh=4), remove(WEST)], {"limit": 300}),
    # The mode comes to an alley that is wide from now on: homes join it.
    ([speed(roads=[2], as_class="commune"), move(WEST, 5000)], {"mode": "car", "limit": 120}),
    ([link(3990, 4510), remove(EAST)], {"limit": 600}),
    ([link(100, 1000, 2100, beside=30, road_class="national"), add("x", 1050)], {"limit": 60}),
    ([link(4000, 4500, oneway=1, kmh=60), close(classes=["alley"])], {"limit": 300}),
    ([link(4000, 4250, 4500, beside=40), link(4000, 4500, oneway=-1), move(EAST, 5600)], {"limit": 400}),
    ([link(4000, 4500, by_car=False)], {"limit": 600, "catchment": "own_unit"}),
    ([close(classes=["alley"]), remove(EAST)], {"limit": 600, "catchment": "own_unit"}),
]


@pytest.mark.parametrize(("edits", "asked"), CHANGED_ROADS)
def test_roads_and_ferries_that_change_are_those_of_a_study(
    town: Connection, catalogue: Catalogue, edits: list[dict[str, Any]], asked: dict[str, Any]
) -> None:
    asked = {"at": BEFORE_MERGER} | asked
    found = what_if(town, catalogue, edits, **asked)
    kept = studies.run(town, catalogue, "what_if", MOTORBIKE | asked | {"edits": edits}, "lan").document
    assert figures(found) == without_added(kept)
    assert found["edits_hash"] == kept["edits_hash"]
    assert found["totals"]["all"]["won"] or found["totals"]["all"]["lost"]


def test_a_bridge_is_that_of_the_layer_with_the_bridge(town: Connection, catalogue: Catalogue) -> None:
    asked: dict[str, Any] = {"limit": 700, "groups": ["age_60"]}
    bridge = link(4000, 4250, 4500, beside=40, road_class="national", level=0)
    found = what_if(town, catalogue, [bridge], **asked)
    town.execute(
        text(
            "INSERT INTO layer.roads (code, name, road_class, level, geom)"
            " VALUES ('bridge', 'bridge', 'national', 0, ST_SetSRID(ST_GeomFromGeoJSON(:line), 4326))"
        ),
        {"line": json.dumps(bridge["geometry"])},
    )
    study = studies.run(town, catalogue, "coverage", MOTORBIKE | asked, "lan").document
    for group, row in found["totals"].items():
        assert (row["total"], row["after"]) == (
            study["totals"][group]["total"],
            study["totals"][group]["covered"],
        )
    there = {zone["id"]: zone for zone in study["zones"]}
    assert found["zones"]
    assert all(zone["after"] == there[zone["id"]]["covered"] for zone in found["zones"])
    assert found["totals"]["all"]["won"] > 0


def test_a_capacity_is_told_beside_the_load(town: Connection, catalogue: Catalogue) -> None:
    asked: dict[str, Any] = {"at": BEFORE_MERGER, "limit": 300}
    edits = [capacity(EAST, 50), add("x", 2500), capacity("x", 1000)]
    found = what_if(town, catalogue, edits, **asked)
    kept = studies.run(town, catalogue, "what_if", MOTORBIKE | asked | {"edits": edits}, "lan").document
    assert figures(found) == without_added(kept)
    assert found["edits_hash"] == kept["edits_hash"]
    rows = {row["id"]: row for row in found["facilities"]}
    east, new = rows[EAST], rows["x"]
    assert (east["capacity_before"], east["capacity_after"], east["above_before"]) == (None, 50, None)
    assert east["above_after"] == east["load_after"] - 50 > 0
    assert (new["capacity_after"], new["above_after"]) == (1000, 0)
    assert found["notices"][0]["code"] == kept["notices"][0]["code"] == "what_if_capacity_apart"
    # Alone it changes nobody's way, and is told all the same.
    alone = what_if(town, catalogue, [capacity(EAST, 50)], **asked)
    assert [row["id"] for row in alone["facilities"]] == [EAST]
    assert not alone["zones"]
    # What hides a load hides who is above the capacity.
    public = public_view(kept)
    assert all(row["above_after"] is None for row in public["facilities"] if row["load_after"] is None)


def test_a_kept_study_names_links_and_speeds_and_is_asked_again(
    town: Connection, catalogue: Catalogue
) -> None:
    edits = [link(4000, 4500, kmh=40), speed(classes=["commune"], factor=0.5), capacity(EAST, 10)]
    inputs = MOTORBIKE | {"at": BEFORE_MERGER, "limit": 300, "edits": edits}
    kept = studies.run(town, catalogue, "what_if", inputs, "lan").document
    assert [edit["op"] for edit in kept["parameters"]["edits"]] == ["capacity", "link", "speed"]
    again = retold(town, catalogue, kept, "communes_2024", Prepared())
    asked_so = studies.run(town, catalogue, "what_if", inputs | {"vintage": "communes_2024"}, "lan").document
    assert again == asked_so
    said = conditions_of(kept, catalogue)
    assert "0.5" in said.en
    assert "40 km/h" in said.vi


def test_the_conditions_name_roads_that_change(catalogue: Catalogue) -> None:
    closures = [
        {"roads": [1, 2], "as_class": "alley"},
        {"ferries": [7], "hours": [22, 5]},
        {"classes": ["alley"]},
    ]
    asked = {"at": "", "closures": closures, "standard": "x"}
    said = conditions_of({"parameters": asked, "notices": []}, catalogue)
    assert said.en == (
        "Closed roads: ferries 7 from 22 to 5 o’clock; alleys."
        " Roads that count as another class: roads of every class (item 1, 2) as alleys."
    )
    assert said.vi.endswith("mọi loại đường (số 1, 2) tính như ngõ.")
