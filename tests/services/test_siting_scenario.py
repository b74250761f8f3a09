"""Where next from a scenario: its state comes first, and the answer is that of the layers it would make."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gis_service.catalogue.loader import Catalogue
from gis_service.db.engine import Connection
from gis_service.errors import NotAllowed, NotFound
from gis_service.services import scenario_publish, scenarios, studies
from gis_service.services.accounts import ANONYMOUS, Caller, Role
from gis_service.services.coverage_document import Document
from gis_service.services.disclosure import public_view
from gis_service.services.prepared import Prepared
from gis_service.services.scenario_publish import Asked
from gis_service.services.scenarios import Draft, ScenarioRow
from gis_service.services.study_retold import retold
from gis_service.types import Text
from tests.live_town import MOTORBIKE, degrees
from tests.siting_asked import ALONG, Ask, ids, places
from tests.what_if_edits import EAST, PLANNER, WEST

STAFF = Caller(Role.GIS_STAFF, "huy")
INPUTS: dict[str, Any] = MOTORBIKE | {"at": "2025-06-30T10:00", "limit": 60}
SITES: dict[str, Any] = {"sites": 1, "candidates": {"places": places(ALONG)}}
FIGURES = ("totals", "zones", "network")
OF_PLAN = ("objective", "bound", "status", "sites", "closed", "kept", "base", "uncoverable", "candidates")


@pytest.fixture(scope="module")
def town_url(make_town_database: Callable[[str], str]) -> str:
    return make_town_database("live_town")


def point(along: float) -> dict[str, Any]:
    return {"type": "Point", "coordinates": list(degrees(along))}


CLOSE = {"op": "close", "id": WEST}
NEW = {"op": "add", "tmp_id": "x", "geometry": point(2500)}
ALLEYS = {"op": "close", "layer": "roads", "value": {"classes": ["alley"]}}
EDITS = st.lists(
    st.one_of(
        st.floats(0, 3900).map(lambda at: {"op": "move", "id": EAST, "geometry": point(at)}),
        st.just(CLOSE),
        st.floats(0, 3900).map(lambda at: {"op": "add", "tmp_id": "x", "geometry": point(at)}),
    ),
    min_size=1,
    max_size=3,
    unique_by=lambda edit: str(edit.get("id", edit["op"])),
)


def kept(
    town: Connection, catalogue: Catalogue, *edits: dict[str, Any], shared: str = "everybody"
) -> ScenarioRow:
    draft = Draft(Text("a", "a"), "", shared, None, INPUTS, edits)
    return scenarios.create(town, catalogue, draft, caller=PLANNER)


def named(row: ScenarioRow, **more: object) -> dict[str, Any]:
    return {"scenario": {"id": row.id}} | SITES | more


def figures(document: Document) -> Document:
    return {name: document[name] for name in FIGURES} | {name: document["plan"][name] for name in OF_PLAN}


@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(edits=EDITS, more=st.sampled_from([{}, {"closable": True}, {"model": "p-median", "sites": 2}]))
def test_sites_on_a_scenario_are_those_on_the_published_one(
    town: Connection, catalogue: Catalogue, edits: list[dict[str, Any]], more: dict[str, Any]
) -> None:
    def ask(**inputs: object) -> Document:
        return studies.compute(town, catalogue, "siting", inputs, prepared=Prepared()).document

    with town.begin_nested() as before:
        row = kept(town, catalogue, *edits)
        promised = ask(**named(row, **more))
        is_new = any(edit["op"] == "add" for edit in edits)
        asked = Asked({"x": {"name": "x"}} if is_new else {}, date(2025, 6, 1))
        shown = scenario_publish.diff(town, catalogue, row, asked)
        scenario_publish.publish(
            town, catalogue, row.id, asked, number=None, diff_hash=shown.hash, message="", caller=STAFF
        )
        assert figures(ask(**INPUTS, **SITES | more)) == figures(promised)
        before.rollback()


def test_a_plan_on_a_scenario_can_be_kept_as_one(
    town: Connection, catalogue: Catalogue, prepared: Prepared
) -> None:
    row = kept(town, catalogue, NEW, ALLEYS)

    def ask(process: str, inputs: object) -> Document:
        return studies.compute(town, catalogue, process, inputs, reader=PLANNER, prepared=prepared).document

    found = ask("siting", named(row, closable=["x", WEST], sites=2))
    assert found["plan"]["closed"]
    body = found["scenario"]
    assert ALLEYS["value"] in [edit.get("value") for edit in body["edits"]]
    draft = Draft(Text("b", "b"), "", "everybody", None, body["inputs"], tuple(body["edits"]))
    both = scenarios.create(town, catalogue, draft, caller=PLANNER)
    state = ask("coverage", {"scenario": {"id": both.id}})
    assert state["totals"]["all"]["covered"] == found["totals"]["all"]["after"]
    before = ask("coverage", {"scenario": {"id": row.id}})
    assert before["totals"]["all"]["covered"] == found["totals"]["all"]["before"]
    # A plan that stands already is no candidate once more.
    again = ask("siting", {"scenario": {"id": both.id}} | SITES)
    taken = set(ids(found)) & set(ALONG)
    assert again["plan"]["candidates"]["left_out"].get("taken", 0) == len(taken)


def test_a_kept_plan_on_a_scenario_is_told_by_other_units(
    town: Connection, catalogue: Catalogue, prepared: Prepared
) -> None:
    inputs = named(kept(town, catalogue, NEW, CLOSE))
    made = studies.run(town, catalogue, "siting", inputs, "lan", reader=PLANNER, prepared=prepared)
    other = retold(town, catalogue, made.document, "communes_2024", prepared)
    assert other["totals"] == made.document["totals"]
    assert ids(public_view(other)) == ids(made.document)


def test_a_scenario_that_is_not_shared_is_not_found(town: Connection, catalogue: Catalogue) -> None:
    row = kept(town, catalogue, CLOSE, shared="nobody")
    for caller, error in ((Caller(Role.PLANNER, "minh"), NotFound), (ANONYMOUS, NotAllowed)):
        with pytest.raises(error):
            studies.compute(town, catalogue, "siting", named(row), reader=caller)


def test_candidates_that_stand_already_are_left_out(sited: Ask) -> None:
    lon, lat = degrees(2000)
    standing = {"id": EAST, "lon": lon, "lat": lat}
    found = sited(limit=60, sites=1, candidates={"places": [standing, *places(ALONG)]})
    assert found["plan"]["candidates"]["left_out"] == {"taken": 1}
    assert found["plan"]["sites"] == sited(limit=60, sites=1)["plan"]["sites"]
