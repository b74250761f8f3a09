"""The question of the merger, on the merged town: its studies, its sentence, its table, who loses."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from gis_service.catalogue.loader import Catalogue
from gis_service.db.engine import Connection, Engine, transaction
from gis_service.db.snapshot import snapshot
from gis_service.errors import ErrorCode, NotFound, RefusedInput
from gis_service.services import merger, merger_words, studies
from tests.merged_town import AFTER, BEFORE

WALK, MOTORBIKE = merger.STANDARDS


@pytest.fixture(scope="module")
def town_url(make_town_database: Callable[[str], str]) -> str:
    return make_town_database("merged_town")


@pytest.fixture
def found(town: Connection, catalogue: Catalogue) -> merger.Merger:
    return merger.run_merger(town, catalogue, keeper(town, "lan"), branch_share=0.5)


def keeper(connection: Connection, author: str) -> Callable[[studies.Computed], studies.Study]:
    return lambda made: studies.keep(connection, made, author)


def asked(at: str, standard: str, **more: object) -> dict[str, Any]:
    return {"standard": standard, "at": at} | more


def lost(way: merger.Way, *, branches: bool = False) -> list[float]:
    return [row["lost"] for row in way.document(branches=branches)["totals"]["all"]["limits"]]


def test_offices_are_counted_in_the_three_states(found: merger.Merger) -> None:
    assert found.offices == merger.Offices(before=3, after=2, branches=1)
    assert found.vintages == ["communes_2024", "communes_2025"]


def test_an_office_without_a_place_is_not_counted(town: Connection, catalogue: Catalogue) -> None:
    town.exec_driver_sql("UPDATE layer.one_stop_office SET geom = NULL WHERE code IN ('ob', 'nc')")
    found = merger.run_merger(town, catalogue, keeper(town, "lan"), branch_share=1.0)
    assert found.offices == merger.Offices(before=2, after=1, branches=0)


def test_whom_the_walk_gets_too_long_for_at_each_limit(found: merger.Merger) -> None:
    # At 80 m a minute, and 10 m to the street: in 5 minutes 390 m, in 10 minutes 790 m, in 15 1,190 m.
    way = found.ways[WALK, "any"]
    assert lost(way) == [300.5, 360.5, 300.5, 0, 0]
    assert lost(way, branches=True) == [0, 0, 0, 0, 0]


def test_the_own_office_may_be_farther_than_any(found: merger.Merger) -> None:
    way = found.ways[WALK, "own_unit"]
    totals = way.document(branches=False)["totals"]["all"]["limits"]
    # The home at 3,600 goes to its new office at 1,000 (32.6 minutes), that at 2,100 to a nearer one.
    assert [(row["won"], row["lost"]) for row in totals] == [
        (0, 300.5),
        (0, 300.5),
        (40, 300.5),
        (0, 300.5),
        (0, 300.5),
    ]


def test_the_communes_that_lose_most_are_told_in_either_vintage(found: merger.Merger) -> None:
    way = found.ways[WALK, "any"]
    assert [(row["id"], row["lost"]) for row in way.losers("communes_2024")] == [("b", 300.5)]
    assert [(row["id"], row["lost"]) for row in way.losers("communes_2025")] == [("ab", 300.5)]
    assert way.losers("communes_2025", branches=True) == []


def test_all_of_it_is_kept_as_studies_and_the_present_state_is_the_newest(
    found: merger.Merger, town: Connection
) -> None:
    kept = [item.process for item in studies.list_(town).items]
    assert (kept.count("compare"), kept[:3]) == (16, ["coverage"] * 3)
    newest = studies.get(town, studies.list_(town).items[0].id)
    assert newest == found.states[-1]
    assert newest.document["parameters"]["at"] == AFTER
    assert newest.document["parameters"]["branch_share"] == 0


def test_each_study_is_the_one_that_anybody_else_would_run(
    found: merger.Merger, town: Connection, catalogue: Catalogue
) -> None:
    own = {"catchment": "own_unit"}
    request = {
        "before": asked(BEFORE, WALK, vintage="communes_2024", **own),
        "after": asked(AFTER, WALK, vintage="communes_2025", facilities={"branch_share": 0.5}, **own),
        "limits": merger.LIMITS_S,
        "vintage": "communes_2024",
    }
    alone = studies.run(town, catalogue, "compare", request, "minh")
    assert alone.document == found.ways[WALK, "own_unit"].with_branches["communes_2024"]
    state = asked(BEFORE, MOTORBIKE, vintage="communes_2025")
    assert studies.run(town, catalogue, "coverage", state, "minh") == found.states[0]


def total(done: merger.Merger) -> float:
    return float(done.states[0].document["totals"]["all"]["total"])


def test_kept_studies_will_do_when_asked_for(
    found: merger.Merger, town: Connection, catalogue: Catalogue
) -> None:
    more = "UPDATE layer.residents SET people = people + 1"
    town.exec_driver_sql(more)
    newer = merger.run_merger(town, catalogue, keeper(town, "minh"), branch_share=0.5, reuse=True)
    assert total(newer) == 711.5, "kept studies of another version will not do"
    # The transaction has its version by now: this makes no other, and only a new run can tell.
    town.exec_driver_sql(more)
    again = merger.run_merger(town, catalogue, keeper(town, "an"), branch_share=0.5, reuse=True)
    assert again.states == newer.states
    fresh = merger.run_merger(town, catalogue, keeper(town, "an"), branch_share=0.5)
    assert total(fresh) == 2 * total(newer) - total(found)


def test_all_studies_are_of_one_state_whatever_others_write_meanwhile(
    town_engine: Engine, catalogue: Catalogue
) -> None:
    totals: list[float] = []

    def keep(made: studies.Computed) -> studies.Study:
        figures = made.document["totals"]["all"]
        totals.append(figures["total"])
        with transaction(town_engine) as writer:
            if len(totals) == 1:
                writer.exec_driver_sql("UPDATE layer.residents SET people = people + 1")
            return studies.keep(writer, made, "lan")

    try:
        with snapshot(town_engine) as reader:
            merger.run_merger(reader, catalogue, keep, branch_share=0.5)
    finally:
        with transaction(town_engine) as writer:
            writer.exec_driver_sql("UPDATE layer.residents SET people = people - 1")
            writer.exec_driver_sql("DELETE FROM gis.study")
    assert totals == [705.5] * 19


def test_the_answer_is_one_sentence_and_one_table(found: merger.Merger) -> None:
    said = merger_words.sentence(found)
    assert said.vi.startswith("Khi 3 bộ phận một cửa cấp xã còn 2, 0 trong 706 người")
    assert said.en.startswith(
        "When 3 one-stop offices become 2, 0 of 706 people no longer have an office within"
    )
    assert "generated data" in said.en
    rows = merger_words.table(found, "vi")
    assert rows[0] == ["cách đi", "trong", "3 điểm", "2 + 1", "2 điểm", "mất (người)"]
    assert len(rows) == 1 + 2 * (len(merger.LIMITS_S) + 2)
    assert rows[9] == ["đi bộ", "10 phút", "94,3 %", "94,3 %", "43,2 %", "360"]
    # Of 705.5 people 60 walk 300 m farther and 300.5 walk 1,300 m.
    assert rows[13] == ["đi bộ", "xa thêm: một nửa *", "", "0,0 phút", "3,8 phút", ""]
    assert rows[14] == ["đi bộ", "xa thêm: 95 % *", "", "0,0 phút", "16,2 phút", ""]


def test_the_communes_are_told_with_their_people(found: merger.Merger) -> None:
    (_, none), (heading, _) = merger_words.communes(found, "en")
    assert (none, heading) == (
        [],
        "Communes that lose most people within 10 minutes by motorbike (communes_2025), 3 → 2:",
    )


def test_without_roads_it_says_what_is_missing(town: Connection, catalogue: Catalogue) -> None:
    town.exec_driver_sql("DELETE FROM gis.version WHERE layer = 'roads'")
    with pytest.raises(NotFound) as missing:
        merger.run_merger(town, catalogue, keeper(town, "lan"))
    assert (missing.value.code, missing.value.params["absent"]) == (ErrorCode.MERGER_NOT_HERE, "roads")


def test_a_city_without_such_standards_has_no_such_question(town: Connection, catalogue: Catalogue) -> None:
    with pytest.raises(NotFound) as missing:
        merger.run_merger(town, replace(catalogue, standards={}), keeper(town, "lan"))
    assert WALK in str(missing.value.params["absent"])


@pytest.mark.parametrize("share", [-0.1, 1.1, float("nan")])
def test_a_share_beyond_all_of_them_is_refused(town: Connection, catalogue: Catalogue, share: float) -> None:
    with pytest.raises(RefusedInput):
        merger.run_merger(town, catalogue, keeper(town, "lan"), branch_share=share)
