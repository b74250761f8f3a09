"""What stands beside a study, on a town whose ways are counted by hand: groups at their own speeds."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from gis_service.catalogue.loader import Catalogue
from gis_service.db.engine import Connection
from gis_service.services import studies
from tests.live_town import MOTORBIKE

WALK = "one_stop_office_walk_15min"


@pytest.fixture(scope="module")
def town_url(make_town_database: Callable[[str], str]) -> str:
    return make_town_database("live_town")


def run(town: Connection, catalogue: Catalogue, **inputs: object) -> dict[str, Any]:
    asked = {"at": MOTORBIKE["at"]} | inputs
    return studies.run(town, catalogue, "coverage", asked, "lan").document


@pytest.mark.parametrize("change", [{}, {"mode": "motorbike", "limit": 600.0}])
def test_the_group_of_a_standard_walks_at_its_own_speed_beside_it_too(
    town: Connection, catalogue: Catalogue, change: dict[str, Any]
) -> None:
    """15 minutes at 4.8 km/h reach the homes at 1,100 m, at 3.2 km/h only the 43 people up to 300 m."""
    rule = replace(catalogue.standards[WALK], id="rule", group="age_60", **change)
    known = replace(catalogue, standards={**catalogue.standards, "rule": rule})
    own = {"group_speeds": True}
    document = run(town, known, standard="rule", beside=[WALK], **own)
    alone = run(town, known, standard=WALK, groups=["age_60"], **own)
    (entry,) = document["beside"]
    assert (entry["totals"], entry["zones"]) == (alone["totals"], alone["zones"])
    covered = {group: figures["covered"] for group, figures in entry["totals"].items()}
    assert covered == {"all": 75.5, "age_60": 8.6}
    rows = {row["group"]: row["exactly"] for row in document["together"] if row["zone"] is None}
    rule_alone = run(town, known, standard="rule", **own)["totals"]["age_60"]
    # Both rules have the same office: whom the walk reaches the rule reaches too.
    assert rows["age_60"] == [rule_alone["uncovered"], pytest.approx(rule_alone["covered"] - 8.6), 8.6]


def test_without_speeds_of_their_own_a_group_walks_as_fast_as_everybody(
    town: Connection, catalogue: Catalogue
) -> None:
    rule = replace(catalogue.standards[WALK], id="rule", group="age_60")
    known = replace(catalogue, standards={**catalogue.standards, "rule": rule})
    (entry,) = run(town, known, standard="rule", beside=[WALK])["beside"]
    assert (entry["totals"]["all"]["covered"], entry["totals"]["age_60"]["covered"]) == (75.5, 15.1)
