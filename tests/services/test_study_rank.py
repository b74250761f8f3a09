"""Homes ranked by a column of the people or of the units, for the concentration index of a study."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from sqlalchemy import text

from gis_service.analysis.inequality import concentration
from gis_service.catalogue.loader import Catalogue
from gis_service.db.engine import Connection
from gis_service.errors import ErrorCode, GisError
from gis_service.services import studies
from gis_service.services.accounts import ANONYMOUS, Caller, Role
from gis_service.services.coverage_live import ask, study_of
from gis_service.services.coverage_parameters import OF_EVENNESS
from gis_service.services.documents import canonical_json
from gis_service.services.prepared import Prepared
from gis_service.services.rights import rights_of
from gis_service.services.study_retold import retell, retold, vintage_named
from tests.merged_town import AFTER, HOMES, state

Document = dict[str, Any]
Run = Callable[..., Document]
PLANNER = Caller(Role.PLANNER, "lan")
OFFICES = np.array([1000, 5000])


@pytest.fixture(scope="module")
def town_url(make_town_database: Callable[[str], str]) -> str:
    return make_town_database("merged_town")


@pytest.fixture
def run(town: Connection, catalogue: Catalogue) -> Run:
    def ran(**inputs: Any) -> Document:  # noqa: ANN401  each input has its own type
        asked = state(AFTER, measure="straight_radius", beside=[], **inputs)
        return studies.run(town, catalogue, "coverage", asked, "lan").document

    return ran


def concentrations(document: Document) -> dict[str, float]:
    (rows,) = document["tables"].values()
    return {row["of"]: row["concentration"] for row in rows}


def of_ways(rank: list[float]) -> float | None:
    """By hand: everybody goes to the nearer of two offices, from 10 m off the street."""
    at = np.array(list(HOMES))
    ways = np.hypot(np.abs(at[:, None] - OFFICES).min(axis=1), 10)
    people = (np.array(list(HOMES.values())) * 1000).astype(np.int64)
    return concentration(ways, people, np.array(rank))


@pytest.mark.parametrize("table", OF_EVENNESS)
def test_people_are_ranked_by_a_column_of_their_own(run: Run, table: str) -> None:
    found = run(tables=[table], rank_column="people")
    assert (found["parameters"]["rank_column"], found["parameters"]["rank_of"]) == ("people", "residents")
    assert concentrations(found)["way"] == pytest.approx(of_ways(list(HOMES.values())), abs=1e-6)


def test_else_by_one_of_their_unit(town: Connection, run: Run) -> None:
    town.execute(text("UPDATE layer.commune SET n_old = CASE code WHEN 'ab' THEN 2 ELSE 1 END"))
    found = run(tables=["inequality"], rank_column="n_old", vintage="communes_2025")
    assert found["parameters"]["rank_of"] == "commune"
    assert concentrations(found)["way"] == pytest.approx(of_ways([2, 2, 2, 2, 1, 1]), abs=1e-6)


@pytest.mark.parametrize("table", OF_EVENNESS)
def test_a_kept_study_told_by_other_units_keeps_the_rank(
    town: Connection, catalogue: Catalogue, run: Run, table: str
) -> None:
    town.execute(text("UPDATE layer.commune SET n_old = CASE code WHEN 'ab' THEN 2 ELSE 1 END"))
    by_unit = run(tables=[table], rank_column="n_old", vintage="communes_2025")
    told = retell(town, catalogue, by_unit, vintage_named(catalogue, "communes_2024"))
    assert concentrations(told) == concentrations(by_unit)
    assert told["inputs"]["rank_zones"] == by_unit["inputs"]["zones"]
    by_people = [run(tables=[table], rank_column="people", vintage=f"communes_{y}") for y in (2025, 2024)]
    told = retell(town, catalogue, by_people[0], vintage_named(catalogue, "communes_2024"))
    assert canonical_json(told) == canonical_json(by_people[1])


@pytest.mark.parametrize("table", OF_EVENNESS)
def test_who_may_not_see_the_table_is_told_so_and_nothing_is_ranked(
    town: Connection, catalogue: Catalogue, table: str
) -> None:
    asked = state(AFTER, measure="straight_radius", beside=[], tables=[table], rank_column="people")
    question = ask(town, catalogue, asked | {"limit": 2000}, ANONYMOUS)
    assert question.parameters.rank_column is None
    document = study_of(question, Prepared()).document
    assert "rank_column" not in document["parameters"]
    planned = ask(town, catalogue, asked, PLANNER)
    assert concentrations(study_of(planned, Prepared()).document)["way"] > -1


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"rank_column": "people"}, ErrorCode.STUDY_REFUSED),
        ({"rank_column": "people", "tables": ["lorenz"]}, ErrorCode.STUDY_REFUSED),
        ({"rank_column": "wealth", "tables": ["inequality"]}, ErrorCode.RANKING_MISSING),
        ({"rank_column": "code", "tables": ["inequality"]}, ErrorCode.RANKING_MISSING),
        ({"rank_column": "", "tables": ["inequality"]}, ErrorCode.RANKING_MISSING),
        ({"rank_column": "age_0_2", "tables": ["inequality"]}, ErrorCode.RANKING_MISSING),
    ],
)
def test_what_nobody_can_be_ranked_by_is_refused(run: Run, asked: dict[str, Any], code: ErrorCode) -> None:
    with pytest.raises(GisError) as refused:
        run(**asked)
    assert refused.value.code is code


def test_the_public_reads_a_kept_study_by_other_units_without_its_rank(
    town: Connection, catalogue: Catalogue, run: Run
) -> None:
    kept = run(tables=["inequality", "provision"], rank_column="people", vintage="communes_2025", limit=2000)
    shown = retold(town, catalogue, kept, "communes_2024", Prepared(), rights_of(town, catalogue, ANONYMOUS))
    assert "rank_column" not in shown["parameters"]
    assert "inequality" not in shown["tables"]
