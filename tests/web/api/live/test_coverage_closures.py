"""Live answers over HTTP about closed roads."""

from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.web.live_answers import ASKED, CELLS, STUDY, bearer, found, why_at


@pytest.mark.parametrize(
    ("named", "closure"),
    [
        ("closed_classes=alley,commune", {"classes": ["alley", "commune"]}),
        ("closed_classes=alley&closed_areas=rivers", {"classes": ["alley"], "areas": {"layer": "rivers"}}),
        ("closed_classes=alley&closed_hours=8,12", {"classes": ["alley"], "hours": [8, 12]}),
        ("closed_classes=alley&closed_hours=22,5", {"classes": ["alley"], "hours": [22, 5]}),
    ],
)
def test_roads_are_closed_in_an_address_as_in_a_study(
    town: FlaskClient, tokens: dict[str, str], named: str, closure: dict[str, Any]
) -> None:
    headers = bearer(tokens, "planner")
    inputs = {"standard": "one_stop_office_motorbike_10min", "at": "2026-03-03T10:00", "closures": [closure]}
    stored = town.post("/api/processes/coverage/execution", json={"inputs": inputs}, headers=headers)
    document = stored.get_json()
    live = found(town, f"{STUDY}&{named}", headers)
    assert {name: live[name] for name in document} == document
    assert live["parameters"]["closures"] == [closure]
    cells = found(town, f"{CELLS}&{named}", headers)
    assert cells["uncovered"] == live["totals"]["all"]["uncovered"]
    assert all("closed_classes=alley" in link["href"] for link in live["links"])


def test_a_place_is_told_what_closed_roads_make_of_it(town: FlaskClient) -> None:
    dry, shut = (found(town, f"{why_at(5500)}{more}") for more in ("", "&closed_classes=alley"))
    assert (dry["status"], shut["status"]) == ("uncovered", "roadless")
    inputs = {
        one["role"]: one["layer"] for one in found(town, f"{why_at(1200)}&closed_areas=rivers")["inputs"]
    }
    assert inputs["closure_1"] == "rivers"


def test_nothing_is_drawn_on_closed_roads(town: FlaskClient) -> None:
    drawn = f"/api/catchment?{ASKED}&shapes=edges&limit=3600"
    wide, narrow, none = (
        len(found(town, f"{drawn}{more}")["shapes"]["edges"]["features"])
        for more in ("", "&closed_classes=alley", "&closed_classes=alley,commune")
    )
    assert wide > narrow > none == 0
