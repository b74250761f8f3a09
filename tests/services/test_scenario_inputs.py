"""A scenario in a question is its edits in that question, to the integer, on the versions it was made on."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from gis_service.catalogue.loader import Catalogue
from gis_service.db.engine import Connection
from gis_service.errors import ErrorCode, GisError
from gis_service.services import coverage_live, scenarios, studies, study_processes
from gis_service.services.accounts import ANONYMOUS, Caller, Role
from gis_service.services.coverage_document import Document
from gis_service.services.prepared import Prepared
from gis_service.services.scenario_inputs import resolved, today
from gis_service.services.scenarios import Draft, ScenarioRow
from gis_service.services.study_again import computed_again, kept_study
from gis_service.services.study_retold import retold
from gis_service.services.what_if import answer, ask
from gis_service.services.what_if_request import WhatIfRequest
from gis_service.types import Text
from tests.live_town import MOTORBIKE, degrees

PLANNER, STAFF = Caller(Role.PLANNER, "lan"), Caller(Role.GIS_STAFF, "huy")
VIEWER = Caller(Role.VIEWER, "mai")
EAST, WEST = "one_stop_office0", "one_stop_office1"
INPUTS: dict[str, Any] = MOTORBIKE | {"at": "2025-06-30T10:00", "limit": 300}
CLOSE = {"op": "close", "id": WEST}
ALLEYS = {"op": "close", "layer": "roads", "value": {"classes": ["alley"]}}
SLOW = {"op": "speed", "layer": "roads", "value": {"classes": ["commune"], "kmh": 15}}
BRIDGE = {
    "op": "link",
    "geometry": {"type": "LineString", "coordinates": [list(degrees(at)) for at in (4000, 4500)]},
    "value": {"road_class": "district"},
}
ROOM = {"op": "capacity", "id": EAST, "value": 40}
PREPARED = Prepared()
"""What the questions of this module share; the marks of the tables tell them apart."""


@pytest.fixture(scope="module")
def town_url(make_town_database: Callable[[str], str]) -> str:
    return make_town_database("live_town")


def point(along: float) -> dict[str, Any]:
    return {"type": "Point", "coordinates": list(degrees(along))}


def keep(
    town: Connection, catalogue: Catalogue, *edits: dict[str, Any], inputs: dict[str, Any] = INPUTS
) -> ScenarioRow:
    draft = Draft(Text("a", "a"), "", "everybody", None, inputs, edits)
    return scenarios.create(town, catalogue, draft, caller=PLANNER)


def what_if(
    town: Connection,
    catalogue: Catalogue,
    inputs: dict[str, Any],
    caller: Caller = PLANNER,
    prepared: Prepared = PREPARED,
) -> Document:
    found = resolved(town, catalogue, inputs, caller)
    request = WhatIfRequest.model_validate(inputs if found is None else found.edited)
    return answer(ask(town, catalogue, request, caller, prepared), catalogue, prepared)


def named(row: ScenarioRow, **more: object) -> dict[str, Any]:
    return {"scenario": {"id": row.id}, **more}


def study(town: Connection, catalogue: Catalogue, process: str, inputs: object) -> Document:
    return studies.run(town, catalogue, process, inputs, "lan", reader=PLANNER, prepared=PREPARED).document


def id_of(town: Connection, catalogue: Catalogue, process: str, inputs: object) -> str:
    """Give the id that a job knows a study by before it is computed."""
    return study_processes.ask(town, catalogue, process, inputs, today(), reader=PLANNER).id


def figures(document: Document) -> Document:
    return {name: document[name] for name in ("totals", "zones", "facilities", "network")}


PLACES = st.floats(min_value=0, max_value=3900).map(point)
OF_EAST = st.one_of(
    st.just({"op": "remove", "id": EAST}),
    PLACES.map(lambda place: {"op": "move", "id": EAST, "geometry": place}),
)
NEW = PLACES.map(lambda place: {"op": "add", "tmp_id": "x", "geometry": place})
EDITS = st.lists(
    st.one_of(OF_EAST, st.just(CLOSE), NEW, st.just(ALLEYS), st.just(SLOW), st.just(BRIDGE), st.just(ROOM)),
    min_size=1,
    max_size=3,
    unique_by=lambda edit: str(edit.get("id", edit.get("tmp_id", edit["op"]))),
)


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(edits=EDITS, caller=st.sampled_from([PLANNER, STAFF]))
def test_a_scenario_answers_what_its_edits_answer(
    town: Connection, catalogue: Catalogue, edits: list[dict[str, Any]], caller: Caller
) -> None:
    row = keep(town, catalogue, *edits)
    stateless = what_if(town, catalogue, INPUTS | {"edits": edits}, caller)
    assert what_if(town, catalogue, named(row), caller) == stateless
    assert stateless["edits_hash"] == row.shown.edits_hash


def test_what_is_asked_beside_a_scenario_goes_before_its_own_question(
    town: Connection, catalogue: Catalogue
) -> None:
    row = keep(town, catalogue, CLOSE)
    new = {"op": "add", "tmp_id": "x", "geometry": point(2500)}
    beside = what_if(town, catalogue, named(row, limit=60, vintage="communes_2024", edits=[new]))
    plain = INPUTS | {"limit": 60, "vintage": "communes_2024", "edits": [CLOSE, new]}
    assert beside == what_if(town, catalogue, plain)


@pytest.mark.parametrize("asked", [{}, {"catchment": "own_unit"}])
def test_a_kept_study_takes_a_scenario_too(
    town: Connection, catalogue: Catalogue, asked: dict[str, Any]
) -> None:
    row = keep(town, catalogue, CLOSE, inputs=INPUTS | asked)
    by_scenario = study(town, catalogue, "what_if", named(row))
    assert by_scenario == study(town, catalogue, "what_if", INPUTS | asked | {"edits": [CLOSE]})
    assert by_scenario["edits_hash"] == row.shown.edits_hash


def test_a_scenario_stays_on_the_versions_it_was_made_on(town: Connection, catalogue: Catalogue) -> None:
    row = keep(town, catalogue, {"op": "move", "id": EAST, "geometry": point(3000)}, ALLEYS)
    was, kept = what_if(town, catalogue, named(row)), study(town, catalogue, "what_if", named(row))
    town.execute(text("DELETE FROM layer.one_stop_office WHERE code = :code"), {"code": WEST})
    town.execute(text("UPDATE layer.commune SET name = name || '!'"))
    assert figures(what_if(town, catalogue, named(row))) == figures(was)
    assert study(town, catalogue, "what_if", named(row))["totals"] == kept["totals"]
    # A process of its own, for one that was asked half a second ago answers as it did.
    now = what_if(town, catalogue, INPUTS | {"edits": row.shown.edits}, prepared=Prepared())
    assert now["totals"] != was["totals"]


def test_two_scenarios_are_compared_person_by_person(town: Connection, catalogue: Catalogue) -> None:
    one = keep(town, catalogue, CLOSE)
    other = keep(town, catalogue, {"op": "add", "tmp_id": "x", "geometry": point(3000)}, ALLEYS)
    ends = [study(town, catalogue, "what_if", named(row))["totals"]["all"]["after"] for row in (one, other)]
    found = study(town, catalogue, "compare", {"before": named(one), "after": named(other)})
    totals = found["totals"]["all"]
    assert [totals["before"], totals["after"]] == ends
    assert totals["won"] - totals["lost"] == pytest.approx(ends[1] - ends[0])
    assert found["parameters"]["edits"]["before"] == [{"op": "remove", "id": WEST}]
    assert found["edits_hash"]
    assert found["id"] == id_of(town, catalogue, "compare", {"before": named(one), "after": named(other)})
    # Against today it is what the edits change, and against itself nothing.
    now = study(town, catalogue, "compare", {"before": INPUTS, "after": named(other)})
    assert figures(now) == figures(study(town, catalogue, "what_if", named(other)))
    same = study(town, catalogue, "compare", {"before": named(one), "after": named(one)})
    assert (same["totals"]["all"]["won"], same["totals"]["all"]["lost"]) == (0, 0)
    told = retold(town, catalogue, found, "communes_2024", PREPARED)
    assert told["totals"] == found["totals"]
    assert told["parameters"]["edits"] == found["parameters"]["edits"]


NEW_OFFICE = {"op": "add", "tmp_id": "x", "geometry": point(3000)}
WRITTEN = (
    "INSERT INTO layer.one_stop_office (code, name, geom)"
    " VALUES ('x', 'x', ST_SetSRID(ST_MakePoint(:lon, :lat), 4326))"
)


@pytest.mark.parametrize("process", ["coverage", "gaps"])
def test_the_state_of_a_scenario_is_that_of_the_layer_with_its_edits(
    town: Connection, catalogue: Catalogue, process: str
) -> None:
    row = keep(town, catalogue, NEW_OFFICE, CLOSE, ALLEYS)
    found = study(town, catalogue, process, named(row, tables=["od"]))
    assert found["parameters"]["edits"][0]["id"] == "x"
    assert found["id"] == id_of(town, catalogue, process, named(row, tables=["od"]))
    assert (found["notices"][0]["code"], found["notices"][0]["params"]) == ("study_of_edits", {"count": 3})
    # Told by other units, and computed again for tiles, it is still the state with the edits.
    told = retold(town, catalogue, found, "communes_2024", PREPARED)
    assert (told["totals"], told["parameters"]["edits"]) == (found["totals"], found["parameters"]["edits"])
    again = computed_again(kept_study(town, catalogue, found), PREPARED)
    assert again.result.document["totals"] == found["totals"]
    lon, lat = degrees(3000)
    town.execute(text(WRITTEN), {"lon": lon, "lat": lat})
    town.execute(text("DELETE FROM layer.one_stop_office WHERE code = :code"), {"code": WEST})
    written = study(town, catalogue, process, INPUTS | {"closures": [ALLEYS["value"]], "tables": ["od"]})
    for name in ("totals", "zones", "gaps"):
        assert found[name] == written[name]
    assert found["id"] != written["id"]


@pytest.mark.parametrize(
    ("process", "inputs", "code"),
    [
        ("catchment", {"beside": ["roads"]}, "study_refused"),
        ("coverage", {"beside": ["roads"]}, "study_refused"),
        ("what_if", {"service": "market", "measure": "network_time"}, "study_refused"),
        ("what_if", {"edits": "all"}, "study_refused"),
        ("what_if", {"scenario": {"id": "scenario_none"}}, "scenario_not_found"),
        ("what_if", {"scenario": {"id": "x y"}}, "study_refused"),
    ],
)
def test_a_scenario_that_cannot_be_asked_is_refused(
    town: Connection, catalogue: Catalogue, process: str, inputs: dict[str, Any], code: str
) -> None:
    row = keep(town, catalogue, CLOSE)
    with pytest.raises(GisError) as error:
        study(town, catalogue, process, named(row) | inputs)
    assert error.value.code == code


def test_the_state_of_a_scenario_is_answered_at_once_as_it_is_kept(
    town: Connection, catalogue: Catalogue
) -> None:
    new = {"op": "add", "tmp_id": "x", "geometry": point(2500)}
    row = keep(town, catalogue, new, BRIDGE, {"op": "capacity", "id": "x", "value": 40})
    asked = coverage_live.inputs_of(catalogue, {"scenario": row.id, "scenario_version": 1}, None)
    found = coverage_live.study_of(coverage_live.ask(town, catalogue, asked, PLANNER), PREPARED)
    kept = study(town, catalogue, "coverage", named(row))
    assert found.document == kept
    assert kept["notices"][0]["code"] == "study_of_edits"
    # Another question about the same state.
    other = coverage_live.inputs_of(catalogue, {"scenario": row.id, "limit": 60}, None)
    wide = coverage_live.study_of(coverage_live.ask(town, catalogue, other, PLANNER), PREPARED)
    assert wide.document["totals"]["all"]["covered"] < kept["totals"]["all"]["covered"]
    # Who may not see small counts is answered for places in the middles of their cells.
    plain = {"scenario": {"id": keep(town, catalogue, new).id}}
    question = coverage_live.ask(town, catalogue, plain, VIEWER)
    shown = coverage_live.study_of(question, PREPARED).document
    assert [one["code"] for one in shown["notices"]][:2] == ["study_of_edits", "what_if_places_in_cells"]
    with pytest.raises(GisError) as caught:
        coverage_live.ask(town, catalogue, asked | {"beside": ["roads"]}, PLANNER)
    assert caught.value.code is ErrorCode.STUDY_REFUSED


@pytest.mark.parametrize("of", ["facilities", "places"])
def test_a_catchment_of_a_scenario_is_that_of_its_state(
    town: Connection, catalogue: Catalogue, of: str
) -> None:
    place = point(2500)
    row = keep(town, catalogue, {"op": "add", "tmp_id": "x", "geometry": place}, CLOSE, SLOW)
    drawn: dict[str, Any] = {"shapes": ["edges", "allocation"], "of": of}
    if of == "places":
        drawn = {
            "shapes": ["polygons"],
            "of": of,
            "places": [dict(zip(("lon", "lat"), degrees(900), strict=True))],
        }
    found = study(town, catalogue, "catchment", named(row, **drawn))
    assert found["id"] == id_of(town, catalogue, "catchment", named(row, **drawn))
    assert found["parameters"]["edits"][0]["id"] == "x"
    again = retold(town, catalogue, found, "communes_2024", Prepared())
    assert again == study(town, catalogue, "catchment", named(row, vintage="communes_2024", **drawn))
    town.execute(
        text(
            "INSERT INTO layer.one_stop_office (code, name, geom)"
            " VALUES ('x', 'x', ST_SetSRID(ST_MakePoint(:lon, :lat), 4326))"
        ),
        dict(zip(("lon", "lat"), place["coordinates"], strict=True)),
    )
    town.execute(text("DELETE FROM layer.one_stop_office WHERE code = :code"), {"code": WEST})
    written = study(town, catalogue, "catchment", INPUTS | drawn | {"closures": [SLOW["value"]]})
    assert found["totals"] == written["totals"]
    assert found["shapes"] == written["shapes"]


def test_nobody_in_particular_reads_no_scenario(town: Connection, catalogue: Catalogue) -> None:
    row = keep(town, catalogue, CLOSE)
    with pytest.raises(GisError) as error:
        what_if(town, catalogue, named(row), ANONYMOUS)
    assert error.value.code is ErrorCode.TOKEN_MISSING
