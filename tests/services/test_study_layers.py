"""A study of versions that are no longer current: read from the history, as far as they are open."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import text

from gis_service.catalogue.loader import Catalogue
from gis_service.db.engine import Connection
from gis_service.errors import Conflict, ErrorCode, NotAllowed, RefusedInput
from gis_service.services import coverage_live, studies, teams
from gis_service.services.accounts import Caller, Role
from gis_service.services.documents import canonical_json
from tests.merged_town import AFTER, state

PLANNER = Caller(Role.PLANNER, "lan")
NAMED = ("facilities", "network", "demand", "zones")
Document = dict[str, Any]


@pytest.fixture(scope="module")
def town_url(make_town_database: Callable[[str], str]) -> str:
    return make_town_database("merged_town")


@pytest.fixture
def run(town: Connection, catalogue: Catalogue) -> Callable[[str, Document], Document]:
    return lambda process, inputs: studies.run(town, catalogue, process, inputs, "lan").document


Run = Callable[[str, Document], Document]


def change_everything(town: Connection) -> None:
    """Write to every layer that a study can name: people, roads, an office less, a unit less."""
    town.execute(text("UPDATE layer.residents SET people = people + 1000"))
    town.execute(text("UPDATE layer.roads SET road_class = 'path'"))
    town.execute(text("DELETE FROM layer.one_stop_office WHERE code = 'na'"))
    town.execute(text("DELETE FROM layer.commune WHERE code = 'ab'"))


@pytest.mark.parametrize("process", ["coverage", "gaps"])
def test_the_versions_of_a_kept_study_give_it_again_to_the_byte(
    town: Connection, run: Run, process: str
) -> None:
    kept = run(process, state(AFTER, groups=["age_60"]))
    assert kept["closed"]["zones"], "what other vintages would tell is hidden by the units of then"
    change_everything(town)
    town.execute(text("DELETE FROM gis.study"))
    again = run(process, state(AFTER, groups=["age_60"]) | {role: kept["inputs"][role] for role in NAMED})
    assert canonical_json(again) == canonical_json(kept)
    now = run(process, state(AFTER, groups=["age_60"]))
    assert all(now["inputs"][role] != kept["inputs"][role] for role in NAMED)
    assert now["totals"] != kept["totals"]


def test_two_versions_of_the_offices_are_compared(town: Connection, run: Run) -> None:
    before = run("coverage", state(AFTER))["inputs"]
    town.execute(text("DELETE FROM layer.one_stop_office WHERE code = 'na'"))
    now = state(AFTER)
    was = now | {"facilities": before["facilities"]}
    document = run("compare", {"before": was, "after": now})
    assert document["inputs"]["before_facilities"] == before["facilities"]
    assert [(row["id"], row["lost"]) for row in document["facilities"]] == [("na", 300)]
    town.execute(text("UPDATE layer.residents SET people = people + 1000"))
    with pytest.raises(RefusedInput) as refused:
        run("compare", {"before": was | {"demand": before["demand"]}, "after": now})
    assert refused.value.params["name"] == "after/demand/version"


@pytest.mark.parametrize("number", [0, -1, 999_999, 10**30])
def test_a_version_that_the_history_does_not_hold_is_told(run: Run, number: int) -> None:
    with pytest.raises(Conflict) as refused:
        run("coverage", state(AFTER) | {"zones": {"layer": "commune", "version": number}})
    assert refused.value.code == ErrorCode.STUDY_VERSION_GONE


@pytest.mark.parametrize("way", ["check", "run", "compare", "live"])
def test_a_version_of_before_the_layer_was_opened_is_closed_to_a_study(
    town: Connection, catalogue: Catalogue, run: Run, way: str
) -> None:
    before = run("coverage", state(AFTER))["inputs"]["facilities"]
    teams.set_visibility(town, catalogue, "one_stop_office", "draft")
    town.execute(text("DELETE FROM layer.one_stop_office WHERE code = 'na'"))
    teams.set_visibility(town, catalogue, "one_stop_office", "public")
    now = state(AFTER)
    was = now | {"facilities": before}
    ways: dict[str, Callable[[Caller | None], object]] = {
        "check": lambda who: studies.check(town, catalogue, "gaps", was, who),
        "run": lambda who: studies.run(town, catalogue, "coverage", was, "lan", reader=who),
        "compare": lambda who: studies.check(town, catalogue, "compare", {"before": was, "after": now}, who),
        "live": lambda who: coverage_live.ask(town, catalogue, was, who or PLANNER),
    }
    with pytest.raises(NotAllowed) as refused:
        ways[way](PLANNER)
    assert refused.value.code == ErrorCode.VERSION_CLOSED
    if way != "live":
        ways[way](None)  # the operator of the machine reads everything
