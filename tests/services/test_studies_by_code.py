"""Studies over units that are known by points: people belong to the unit whose code stands with them."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from gis_service.catalogue.loader import Catalogue
from gis_service.db.engine import Connection
from gis_service.services import studies
from gis_service.services.rights import rights_by_definition
from tests.merged_town import AFTER, BEFORE, state

MOVED = """
UPDATE layer.residents AS r SET
  commune = (SELECT code FROM layer.commune AS c WHERE ST_Intersects(c.geom, r.geom)),
  commune_2024 = (SELECT code FROM layer.commune_2024 AS c WHERE ST_Intersects(c.geom, r.geom));
UPDATE layer.commune SET geom = ST_Centroid(geom);
UPDATE layer.commune_2024 SET geom = ST_Centroid(geom);
"""


@pytest.fixture(scope="module")
def town_url(make_town_database: Callable[[str], str]) -> str:
    return make_town_database("merged_town")


@pytest.fixture
def town(town: Connection) -> Connection:
    """Give the town after every unit has become a point."""
    town.exec_driver_sql(MOVED)
    return town


def coverage(town: Connection, catalogue: Catalogue, vintage: str) -> dict[str, Any]:
    return studies.run(town, catalogue, "coverage", state(AFTER, vintage=vintage), "lan").document


def test_people_are_told_by_the_code_of_their_commune(town: Connection, catalogue: Catalogue) -> None:
    found = coverage(town, catalogue, "communes_2025")
    assert [(row["id"], row["total"]) for row in found["zones"]] == [("ab", 640.5), ("c2", 65)]
    assert "study_area_unknown" in {notice["code"] for notice in found["notices"]}
    by_2024 = coverage(town, catalogue, "communes_2024")
    assert [(row["id"], row["total"]) for row in by_2024["zones"]] == [("a", 300), ("b", 340.5), ("c", 65)]
    assert by_2024["totals"] == found["totals"]


def test_two_states_are_compared_by_it(town: Connection, catalogue: Catalogue) -> None:
    asked = {"before": state(BEFORE), "after": state(AFTER), "vintage": "communes_2024"}
    document = studies.run(town, catalogue, "compare", asked, "lan").document
    assert [(row["id"], row["lost"]) for row in document["zones"]] == [("b", 300.5), ("c", 60)]


def test_lists_are_paged_without_a_study_twice(town: Connection, catalogue: Catalogue) -> None:
    for limit in (100, 200, 300, 400):
        studies.run(town, catalogue, "coverage", state(AFTER, limit=limit), "lan")
    everything = [item.id for item in studies.list_(town).items]
    page = studies.list_(town, limit=3)
    rest = studies.list_(town, limit=3, after=page.next)
    assert [item.id for item in (*page.items, *rest.items)] == everything
    assert (len(everything), rest.next) == (4, None)
    assert studies.list_(town, process="compare").items == []
    rights = rights_by_definition(catalogue)
    assert len(studies.list_(town, rights=rights).items) == 4
    closed = replace(rights, given={"settlement": "draft"})
    assert studies.list_(town, rights=closed).items == []
