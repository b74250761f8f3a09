"""Edits that cannot be answered are refused, and say what to do."""

from collections.abc import Callable
from typing import Any

import pytest

from gis_service.catalogue.loader import Catalogue
from gis_service.db.engine import Connection
from gis_service.errors import GisError
from gis_service.services.accounts import ANONYMOUS
from tests.what_if_edits import (
    BEFORE_MERGER,
    EAST,
    add,
    capacity,
    close,
    link,
    move,
    point,
    remove,
    speed,
    what_if,
)


@pytest.fixture(scope="module")
def town_url(make_town_database: Callable[[str], str]) -> str:
    return make_town_database("live_town")


REFUSED: list[tuple[list[dict[str, Any]], dict[str, Any], str]] = [
    ([remove("nobody")], {}, "what_if_facility_unknown"),
    ([{"op": "remove", "fid": 10**9}], {}, "what_if_facility_unknown"),
    ([remove(EAST), move(EAST, 100)], {}, "what_if_edits_contradict"),
    ([add("x", 100), add("x", 200)], {}, "what_if_edits_contradict"),
    ([add(EAST, 100)], {}, "what_if_edits_contradict"),
    ([{"op": "add", "geometry": point(2000, 5000)}], {}, "what_if_no_road"),
    ([{"op": "add", "geometry": point(2000, 50_000)}], {}, "place_outside"),
    ([{"op": "add"}], {}, "study_refused"),
    ([{"op": "move", "id": EAST}], {}, "study_refused"),
    ([{"op": "remove"}], {}, "study_refused"),
    ([{"op": "remove", "id": EAST, "value": 5}], {}, "study_refused"),
    ([{"op": "add", "geometry": point(1), "value": {"classes": ["alley"]}}], {}, "study_refused"),
    ([{"op": "close", "layer": "roads"}], {}, "study_refused"),
    ([{"op": "move", "layer": "roads", "fid": 1}], {}, "study_refused"),
    ([{"op": "close", "layer": "roads", "fid": 99}], {}, "road_unknown"),
    ([{"op": "close", "layer": "ferries", "fid": 99}], {}, "road_unknown"),
    ([{"op": "close", "layer": "ferries"}], {}, "study_refused"),
    ([{"op": "speed", "layer": "ferries", "fid": 1}], {}, "study_refused"),
    ([{"op": "speed", "layer": "roads", "fid": 1}], {}, "study_refused"),
    ([{"op": "speed", "layer": "roads", "fid": 1, "value": 20}], {}, "study_refused"),
    ([{"op": "speed", "layer": "roads", "fid": 1, "value": {"classes": ["alley"]}}], {}, "study_refused"),
    ([{"op": "close", "layer": "roads", "fid": 1, "value": {"as_class": "alley"}}], {}, "study_refused"),
    ([{"op": "close", "layer": "roads", "fid": 1, "geometry": point(1)}], {}, "study_refused"),
    ([{"op": "speed", "id": EAST, "value": 30}], {}, "study_refused"),
    ([speed(roads=[1], as_class="alley", kmh=20)], {}, "study_refused"),
    ([speed(kmh=20)], {}, "study_refused"),
    ([speed(classes=["alley"], new_road={"line": [[106, 20], [107, 21]]})], {}, "study_refused"),
    ([close(new_road={"line": [[106, 20], [107, 21]]})], {}, "study_refused"),
    ([link(1000, 1500, beside=0) | {"fid": 1}], {}, "study_refused"),
    ([link(1000, 1000)], {}, "study_refused"),
    ([link(1000, 1500) | {"value": {"classes": ["alley"]}}], {}, "study_refused"),
    ([link(1000, 1500) | {"geometry": point(1)}], {}, "study_refused"),
    ([link(1000, 1500) | {"layer": "ferries"}], {}, "study_refused"),
    ([link(1000, 4250)], {}, "new_road_off_network"),
    ([link(1000, 1500) | {"layer": "roads"}], {"measure": "straight_radius", "limit": 500}, "study_refused"),
    ([capacity("nobody", 5)], {}, "what_if_facility_unknown"),
    ([capacity(EAST, 5), capacity(EAST, 6)], {}, "what_if_edits_contradict"),
    ([capacity(EAST, 5), remove(EAST)], {}, "what_if_edits_contradict"),
    ([{"op": "capacity", "id": EAST}], {}, "study_refused"),
    ([capacity(EAST, 5) | {"geometry": point(1)}], {}, "study_refused"),
    ([{"op": "move", "id": EAST, "value": 90_000}], {}, "study_refused"),
    ([add("x", 100) | {"geometry": link(1, 2)["geometry"]}], {}, "study_refused"),
    ([{"op": "add", "geometry": point(2000, 5000)}], {"catchment": "own_unit"}, "what_if_no_road"),
    ([close(ferries=[1], classes=["alley"])], {}, "study_refused"),
    ([remove(EAST) | {"layer": "market"}], {}, "study_refused"),
    ([remove(EAST)], {"measure": "straight_radius", "limit": 500}, "study_refused"),
    ([remove(EAST)], {"tables": ["facilities"]}, "study_refused"),
    (
        [{"op": "move", "id": EAST, "value": 15}],
        {"measure": "network_distance", "limit": 500},
        "study_refused",
    ),
]


@pytest.mark.parametrize(("edits", "asked", "code"), REFUSED)
def test_what_cannot_be_answered_is_refused(
    town: Connection, catalogue: Catalogue, edits: list[dict[str, Any]], asked: dict[str, Any], code: str
) -> None:
    with pytest.raises(GisError) as caught:
        what_if(town, catalogue, edits, at=BEFORE_MERGER, **asked)
    assert caught.value.code == code


def test_a_wait_between_two_steps_is_for_those_who_see_small_counts(
    town: Connection, catalogue: Catalogue
) -> None:
    edit = {"op": "move", "id": EAST, "value": 7}
    with pytest.raises(GisError) as caught:
        what_if(town, catalogue, [edit], caller=ANONYMOUS)
    assert caught.value.code == "limit_off_step"
    what_if(town, catalogue, [edit])


def test_a_speed_between_two_steps_and_a_new_road_are_for_those_who_see_small_counts(
    town: Connection, catalogue: Catalogue
) -> None:
    for value in ({"kmh": 12}, {"factor": 0.25}):
        with pytest.raises(GisError) as caught:
            what_if(town, catalogue, [speed(classes=["alley"], **value)], caller=ANONYMOUS)
        assert caught.value.code == "road_speed_off_step"
    what_if(town, catalogue, [speed(classes=["alley"], kmh=10)], caller=ANONYMOUS)
    what_if(town, catalogue, [speed(classes=["alley"], factor=0.3)], caller=ANONYMOUS)
    with pytest.raises(GisError) as caught:
        what_if(town, catalogue, [link(1000, 1500)], caller=ANONYMOUS)
    assert caught.value.code == "token_missing"
