"""What edits change is what a comparison of both states tells, to the integer; and nothing of them stays."""

import threading
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from sqlalchemy import text

from gis_service.analysis.change import Answers
from gis_service.analysis.demand import Demand
from gis_service.catalogue.loader import Catalogue
from gis_service.db.engine import Connection
from gis_service.db.layers import version_of
from gis_service.errors import GisError
from gis_service.services import studies
from gis_service.services.accounts import ANONYMOUS
from gis_service.services.coverage_document import Document
from gis_service.services.disclosure import public_view
from gis_service.services.disclosure_vintage_changes import Compared, closed_changes
from gis_service.services.prepared import Prepared
from gis_service.services.recent import Recent
from gis_service.services.study_retold import retold
from gis_service.services.study_words import answer as sentence
from gis_service.services.what_if import answer, ask, base_of
from gis_service.services.what_if_pieces import closed_pieces
from gis_service.services.what_if_request import WhatIfRequest
from gis_service.types import LayerId
from tests.live_town import MOTORBIKE
from tests.what_if_edits import (
    BEFORE_MERGER,
    EAST,
    PLANNER,
    WEST,
    add,
    close,
    compared,
    figures,
    move,
    remove,
    what_if,
    without_added,
)


@pytest.fixture(scope="module")
def town_url(make_town_database: Callable[[str], str]) -> str:
    return make_town_database("live_town")


def write(town: Connection, edit: dict[str, Any]) -> None:
    """Make the same edit in the layer itself."""
    id_ = edit.get("id") or edit.get("tmp_id")
    lon, lat = edit.get("geometry", {"coordinates": (None, None)})["coordinates"]
    statement = {
        "add": "INSERT INTO layer.one_stop_office (code, name, geom)"
        " VALUES (:id, :id, ST_SetSRID(ST_MakePoint(:lon, :lat), 4326))",
        "move": "UPDATE layer.one_stop_office SET geom = ST_SetSRID(ST_MakePoint(:lon, :lat), 4326)"
        " WHERE code = :id",
        "remove": "DELETE FROM layer.one_stop_office WHERE code = :id",
    }[edit["op"]]
    town.execute(text(statement), {"id": id_, "lon": lon, "lat": lat})


CASES: list[tuple[list[dict[str, Any]], dict[str, Any]]] = [
    ([add("x", 2500)], {"limit": 60}),
    ([add("x", 2500), add("y", 5200)], {"limit": 120, "groups": ["age_60"]}),
    ([remove(WEST)], {"limit": 300}),
    ([remove(EAST)], {"mode": "walk", "limit": 1200}),
    ([move(EAST, 5600)], {"limit": 300, "vintage": "communes_2024"}),
    ([move(WEST, 1000), add("x", 3000)], {"measure": "network_distance", "limit": 800}),
    ([remove(WEST), add("x", 5000)], {"limit": 120, "direction": "from_facility", "turnout_s": 30}),
    ([add("x", 2500), remove(EAST)], {"catchment": "own_unit"}),
    ([move(EAST, 5600)], {"catchment": "own_unit", "limit": 300, "groups": ["age_60"]}),
    ([move(WEST, 1000), add("x", 3000)], {"catchment": "own_unit", "vintage": "communes_2024", "limit": 60}),
]


KEPT_ALONE: list[tuple[list[dict[str, Any]], dict[str, Any]]] = [
    ([move(EAST, 2500)], {"measure": "straight_radius", "limit": 600}),
]
"""Only kept studies answer these: each searches anew."""


@pytest.mark.parametrize(("edits", "asked"), CASES + KEPT_ALONE)
def test_a_difference_is_that_of_the_two_states(
    town: Connection, catalogue: Catalogue, edits: list[dict[str, Any]], asked: dict[str, Any]
) -> None:
    asked_for, asked = asked, {"at": BEFORE_MERGER} | asked
    was = version_of(town, LayerId("one_stop_office"))
    inputs = MOTORBIKE | asked | {"edits": edits}
    kept = studies.run(town, catalogue, "what_if", inputs, "lan").document
    if (edits, asked_for) in CASES:
        found = what_if(town, catalogue, edits, **asked)
        assert figures(found) == without_added(kept)
        assert found["edits_hash"] == kept["edits_hash"]
    for edit in edits:
        write(town, edit)
    states = [MOTORBIKE | asked | {"facilities": {"version": version}} for version in (was, None)]
    assert figures(kept) == figures(compared(town, catalogue, *states))
    assert kept["totals"]["all"]["won"] or kept["totals"]["all"]["lost"]


def test_edits_leave_nothing_behind(town: Connection, catalogue: Catalogue) -> None:
    prepared = Prepared()
    asked: dict[str, Any] = {"at": BEFORE_MERGER, "limit": 300}
    first = [what_if(town, catalogue, edits, prepared, **asked) for edits, _ in CASES]
    again = [what_if(town, catalogue, edits, prepared, **asked) for edits, _ in reversed(CASES)]
    assert again[::-1] == first


def test_a_refused_edit_leaves_nothing_behind_either(town: Connection, catalogue: Catalogue) -> None:
    prepared = Prepared()
    asked: dict[str, Any] = {"at": BEFORE_MERGER, "limit": 300}
    first = what_if(town, catalogue, [remove(EAST)], prepared, **asked)
    with pytest.raises(GisError):
        what_if(town, catalogue, [remove(WEST), remove("nobody")], prepared, **asked)
    assert what_if(town, catalogue, [remove(EAST)], prepared, **asked) == first


def test_many_ask_at_once_and_each_is_answered(town: Connection, catalogue: Catalogue) -> None:
    prepared = Prepared()
    questions = []
    for edits, _ in CASES:
        inputs = MOTORBIKE | {"at": BEFORE_MERGER, "limit": 300, "edits": edits}
        questions.append(ask(town, catalogue, WhatIfRequest.model_validate(inputs), PLANNER, prepared))
    alone = [answer(question, catalogue, prepared) for question in questions]
    found: dict[int, list[Document]] = {at: [] for at in range(len(questions))}

    def run(at: int) -> None:
        for _ in range(5):
            found[at].append(answer(questions[at], catalogue, prepared))

    threads = [threading.Thread(target=run, args=(at,)) for at in found]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(one == alone[at] for at, answers in found.items() for one in answers)


def test_a_kept_difference_is_told_by_other_units_and_says_its_answer(
    town: Connection, catalogue: Catalogue
) -> None:
    edits = [add("x", 2500), remove(WEST), close(classes=["alley"])]
    inputs = MOTORBIKE | {"at": BEFORE_MERGER, "limit": 300, "edits": edits}
    kept = studies.run(town, catalogue, "what_if", inputs, "lan").document
    again = retold(town, catalogue, kept, "communes_2024", Prepared())
    asked_so = studies.run(town, catalogue, "what_if", inputs | {"vintage": "communes_2024"}, "lan").document
    assert again == asked_so
    assert again["totals"] == kept["totals"]
    assert public_view(kept)["process"] == "what_if"
    assert sentence(kept, catalogue).en


def test_a_facility_may_be_named_by_its_item_id(town: Connection, catalogue: Catalogue) -> None:
    fid = town.execute(
        text("SELECT fid FROM layer.one_stop_office WHERE code = :code"), {"code": WEST}
    ).scalar()
    by_fid = what_if(town, catalogue, [{"op": "close", "fid": fid}], at=BEFORE_MERGER)
    assert by_fid == what_if(town, catalogue, [remove(WEST)], at=BEFORE_MERGER)


def test_a_wait_counts_for_the_facility_that_has_it(town: Connection, catalogue: Catalogue) -> None:
    asked: dict[str, Any] = {"at": BEFORE_MERGER, "limit": 300}
    slower = what_if(town, catalogue, [{"op": "move", "id": WEST, "value": 300}], **asked)
    gone = what_if(town, catalogue, [remove(WEST)], **asked)
    # With its wait as long as the limit nobody arrives within it; but the office is still there.
    assert slower["totals"] == gone["totals"]
    assert slower["network"]["lost"] == gone["totals"]["all"]["lost"]


def test_everybody_sees_no_small_change_and_no_place_to_the_metre(
    town: Connection, catalogue: Catalogue
) -> None:
    asked: dict[str, Any] = {"at": BEFORE_MERGER, "limit": 120}
    edits = [add("x", 1900)]
    exact = what_if(town, catalogue, edits, **asked)
    shown = what_if(town, catalogue, edits, caller=ANONYMOUS, **asked)
    assert "what_if_places_in_cells" in {notice["code"] for notice in shown["notices"]}
    assert shown["edits"][0]["geometry"] != exact["edits"][0]["geometry"]
    near = what_if(town, catalogue, [add("x", 1910)], caller=ANONYMOUS, **asked)
    assert figures(near) == figures(shown)
    for row in (*shown["totals"].values(), *shown["zones"], *shown["facilities"]):
        assert not any(0 < (row.get(name) or 0) < 10 for name in ("won", "lost", "before", "after"))


@pytest.mark.parametrize(("edits", "asked"), CASES)
def test_what_is_hidden_is_that_of_everybody_looked_at_alone(
    town: Connection, catalogue: Catalogue, edits: list[dict[str, Any]], asked: dict[str, Any]
) -> None:
    prepared = Prepared()
    inputs = MOTORBIKE | {"at": BEFORE_MERGER} | asked | {"edits": edits}
    question = ask(town, catalogue, WhatIfRequest.model_validate(inputs), PLANNER, prepared)
    answer(question, catalogue, prepared)
    base = base_of(question.before.question, prepared)
    study, groups = base.study, base.study.parameters.counted_groups
    draw = np.random.default_rng(5)
    limit = study.parameters.limit_cost
    own = question.before.question.layers.layers["zones"]
    nobody = np.full(len(base.covered), -1, np.int32)
    for share in (0.1, 0.5):
        is_ = base.covered ^ (draw.random(len(base.covered)) < share)
        sides = [Answers(np.where(one, 0, limit + 1), nobody) for one in (base.covered, is_)]
        demand = study.result.demand
        people = Demand(demand.xy, {group: demand.people[group] for group in groups}, demand.source)
        alone = closed_changes(
            Compared(people, (sides[0], sides[1]), limit), study.inputs.zones.ids, own, study.units
        )
        assert closed_pieces(study, own, base.pieces, base.covered, is_) == alone


def test_a_change_of_the_tables_is_seen_within_a_second(town: Connection, catalogue: Catalogue) -> None:
    prepared, asked, now = Prepared(), {"at": BEFORE_MERGER}, [0.0]
    prepared.recent = Recent(lambda: now[0])
    people = []
    for seconds in (0.0, 0.1, 0.1, 0.2, 0.7):
        now[0] = seconds
        found = what_if(town, catalogue, [remove(WEST)], prepared, PLANNER, **asked)
        people.append(found["totals"]["all"]["total"])
        if seconds != 0.1:
            town.execute(text("UPDATE layer.residents SET people = people + 1 WHERE code = 'residents0'"))
    # Once it is prepared and asked again, a moment passes before the tables are looked at.
    assert people == [229, 230, 230, 230, 231]


def test_a_change_between_two_looks_leaves_no_half_of_the_answer_old(
    town: Connection, catalogue: Catalogue
) -> None:
    prepared, asked, now = Prepared(), {"at": BEFORE_MERGER}, [0.0]
    prepared.recent = Recent(lambda: now[0])
    for _ in range(2):
        what_if(town, catalogue, [remove(WEST)], prepared, PLANNER, **asked)
    town.execute(text("UPDATE layer.residents SET people = people + 1 WHERE code = 'residents0'"))
    found = what_if(town, catalogue, [close(classes=["alley"])], prepared, PLANNER, **asked)
    assert found["totals"]["all"]["total"] == 230
