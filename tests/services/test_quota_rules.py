"""The quotas of a service, as its standards have them."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from gis_service.catalogue.loader import Catalogue
from gis_service.catalogue.service_standard import Quota, Standard
from gis_service.db.engine import Connection
from gis_service.services import studies
from gis_service.services.quota_rules import quotas_of
from gis_service.services.study_request import complete, parse_request
from gis_service.types import LayerId
from tests.merged_town import AFTER, state


@pytest.fixture(scope="module")
def town_url(make_town_database: Callable[[str], str]) -> str:
    return make_town_database("merged_town")


def test_all_quotas_of_a_service_are_found_and_no_other_rule(catalogue: Catalogue) -> None:
    found = {rule.standard: rule for rule in quotas_of(catalogue, "park")}
    assert list(found) == ["park_qcvn_2021_land", "park_qcvn_2026_land"]
    assert found["park_qcvn_2026_land"].as_document() == {
        "standard": "park_qcvn_2026_land", "group": "all", "amount": 5, "of": "site_m2", "per": "person",
        "unit_types": ["ward", "township"],
    }  # fmt: skip
    assert quotas_of(catalogue, "one_stop_office") == ()


def _with_quota(catalogue: Catalogue, **more: object) -> Catalogue:
    any_quota = catalogue.standards["park_qcvn_2021_land"]
    given: dict[str, Any] = {"service": LayerId("one_stop_office"), "unit_type": (), **more}
    rule: Standard = replace(any_quota, **given)
    return replace(catalogue, standards={**catalogue.standards, rule.id: rule})


def test_the_group_of_a_quota_is_counted_where_the_table_asks_for_it(catalogue: Catalogue) -> None:
    known = _with_quota(catalogue, group="age_60")
    asked = state(AFTER)
    plain, provided = (
        complete(parse_request(asked | {"tables": tables}), known, date(2026, 3, 4)).parameters
        for tables in ([], ["provision"])
    )
    assert (plain.counted_groups, plain.quotas) == (("all",), ())
    assert provided.counted_groups == ("all", "age_60")
    assert [rule.standard for rule in provided.quotas] == ["park_qcvn_2021_land"]


def test_a_study_of_layers_tells_the_provision_of_the_kinds_of_units_that_a_quota_names(
    town: Connection, catalogue: Catalogue
) -> None:
    for kind, needed in (("commune", 1), ("ward", None)):
        known = _with_quota(catalogue, unit_type=(kind,), quota=Quota(1, "facilities", "unit"))
        asked = state(AFTER, tables=["provision"])
        rows = studies.run(town, known, "coverage", asked, "lan").document["tables"]["provision"]
        assert {row["id"]: row["facilities"] for row in rows} == {"ab": 1, "c2": 1, "all": 2}
        assert [row["needed"] for row in rows] == [needed, needed, needed and 2]
