"""A kept study told by other units: the same people, summed again from their points."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import replace
from itertools import product
from typing import Any

import pytest
from sqlalchemy import text

from gis_service.catalogue.loader import Catalogue
from gis_service.db.engine import Connection
from gis_service.errors import Conflict, ErrorCode, GisError, RefusedInput
from gis_service.services import studies, teams
from gis_service.services.accounts import ANONYMOUS, Caller, Role
from gis_service.services.documents import canonical_json
from gis_service.services.prepared import Prepared
from gis_service.services.rights import rights_of
from gis_service.services.study_retold import retell, retold, vintage_named
from gis_service.services.tables import TABLES, Scene, Table
from gis_service.services.tables.scene import Row
from tests.merged_town import AFTER, BEFORE, HOMES, state

VINTAGES = ("communes_2024", "communes_2025", "districts_2024")
UNITS: dict[str, dict[str, tuple[int, ...]]] = {
    "communes_2024": {"a": (500, 1500), "b": (2100, 3600), "c": (4100, 5500)},
    "communes_2025": {"ab": (500, 1500, 2100, 3600), "c2": (4100, 5500)},
    "districts_2024": {"d1": (500, 1500), "d2": (2100, 3600, 4100, 5500)},
}
"""The homes of each unit, metres along the street; the commune ab lies in two districts."""
Document = dict[str, Any]


@pytest.fixture(scope="module")
def town_url(make_town_database: Callable[[str], str]) -> str:
    return make_town_database("merged_town")


Run = Callable[..., Document]


@pytest.fixture
def run(town: Connection, catalogue: Catalogue) -> Run:
    return lambda process, inputs: studies.run(town, catalogue, process, inputs, "lan").document


@pytest.fixture
def told(town: Connection, catalogue: Catalogue) -> Callable[[Document, str], Document]:
    return lambda document, name: retell(town, catalogue, document, vintage_named(catalogue, name))


Retell = Callable[[Document, str], Document]
OFTEN = (
    ("coverage", "communes_2024", "communes_2025"),
    ("coverage", "communes_2025", "districts_2024"),
    ("gaps", "districts_2024", "communes_2024"),
    ("gaps", "communes_2025", "communes_2025"),
)
"""Units that merge, units that are cut apart, smaller ones than before, and the study's own."""
RETOLD = [
    pytest.param(*told, marks=[] if told in OFTEN else pytest.mark.slow)
    for told in product(("coverage", "gaps"), VINTAGES, VINTAGES)
]


@pytest.mark.parametrize(("process", "kept", "vintage"), RETOLD)
def test_it_is_the_study_that_the_vintage_would_have_given(
    run: Run, told: Retell, process: str, kept: str, vintage: str
) -> None:
    asked = state(AFTER, groups=["age_60"], tables=list(TABLES))
    document, direct = (run(process, asked | {"vintage": name}) for name in (kept, vintage))
    assert canonical_json(told(document, vintage)) == canonical_json(direct)
    assert canonical_json(document["totals"]) == canonical_json(direct["totals"])


@pytest.mark.parametrize("vintage", VINTAGES)
def test_what_stands_beside_a_study_is_told_by_the_same_units(run: Run, told: Retell, vintage: str) -> None:
    beside = ["roads", "one_stop_office_walk_15min"]
    asked = state(AFTER, measure="straight_radius", groups=["age_60"], group_speeds=True, beside=beside)
    document, direct = (run("coverage", asked | {"vintage": name}) for name in ("communes_2025", vintage))
    assert canonical_json(told(document, vintage)) == canonical_json(direct)
    assert [entry["name"] for entry in direct["beside"]] == beside
    assert direct["beside"][1]["totals"]["age_60"] != document["totals"]["age_60"]
    together = [row for row in direct["together"] if row["zone"] is not None and row["group"] == "all"]
    assert {row["zone"] for row in together} == set(UNITS[vintage])
    assert sum(sum(row["exactly"]) for row in together) == sum(HOMES.values())


@pytest.mark.parametrize("vintage", VINTAGES)
def test_a_unit_counts_the_people_at_its_points(run: Run, vintage: str) -> None:
    zones = run("coverage", state(AFTER, vintage=vintage))["zones"]
    assert {row["id"]: row["total"] for row in zones} == {
        code: sum(HOMES[at] for at in homes) for code, homes in UNITS[vintage].items()
    }


def test_the_rows_of_merged_units_are_the_sums_of_their_parts(run: Run) -> None:
    old = {row["id"]: row for row in run("coverage", state(AFTER, vintage="communes_2024"))["zones"]}
    sums: defaultdict[str, float] = defaultdict(float)
    for row in run("coverage", state(AFTER, vintage="communes_2025"))["zones"]:
        for name in ("total", "covered", "uncovered", "unreachable"):
            parts = {"ab": ("a", "b"), "c2": ("c",)}[row["id"]]
            assert row[name] == sum(old[part][name] for part in parts)
            sums[name] += row[name]
    assert sums["covered"] + sums["uncovered"] == sum(HOMES.values())


@pytest.mark.parametrize("vintage", VINTAGES)
def test_the_catchment_of_the_own_unit_stays_that_of_the_kept_study(
    run: Run, told: Retell, vintage: str
) -> None:
    kept = run("coverage", state(BEFORE, catchment="own_unit", vintage="communes_2024"))
    found = told(kept, vintage)
    assert canonical_json(found["totals"]) == canonical_json(kept["totals"])
    assert {row["id"] for row in found["zones"]} == set(UNITS[vintage])
    if vintage != "communes_2024":
        assert found["parameters"]["catchment_vintage"] == "communes_2024"
        assert found["inputs"]["catchment_zones"] == kept["inputs"]["zones"]
        assert found["id"] != kept["id"]


@pytest.mark.parametrize("catchment", ["any", "own_unit"])
@pytest.mark.parametrize("vintage", VINTAGES)
def test_a_comparison_is_told_by_every_vintage(run: Run, told: Retell, vintage: str, catchment: str) -> None:
    before = state(BEFORE, vintage="communes_2024", catchment=catchment)
    after = state(AFTER, vintage="communes_2025", catchment=catchment)
    asked = {"before": before, "after": after, "limits": [500, 1500]}
    kept, direct = run("compare", asked), run("compare", asked | {"vintage": vintage})
    assert canonical_json(told(kept, vintage)) == canonical_json(direct)
    assert canonical_json(kept["totals"]) == canonical_json(direct["totals"])
    assert sum(row["lost"] for row in direct["zones"]) == kept["totals"]["all"]["lost"]


@pytest.mark.parametrize(("kept_by", "vintage"), [VINTAGES[:2], VINTAGES[::2]])
def test_units_that_are_the_study_area_of_the_answer_alone_are_none_of_its_states(
    run: Run, told: Retell, kept_by: str, vintage: str
) -> None:
    sides = [state(at, vintage="communes_2025", catchment="own_unit") for at in (BEFORE, AFTER)]
    asked = {"before": sides[0], "after": sides[1]}
    kept, direct = (run("compare", asked | {"vintage": name}) for name in (kept_by, vintage))
    assert canonical_json(told(kept, vintage)) == canonical_json(direct)


def test_a_study_of_the_usual_time_is_told_again_with_the_offices_it_was_kept_with(
    run: Run, told: Retell
) -> None:
    asked = state(AFTER)
    del asked["at"]
    kept = run("coverage", asked)
    assert kept["parameters"]["open_on"] == "2025-07-01"
    assert canonical_json(told(kept, "districts_2024")["totals"]) == canonical_json(kept["totals"])


def test_versions_that_are_no_longer_current_are_read_from_the_history(
    town: Connection, run: Run, told: Retell
) -> None:
    kept = run("coverage", state(AFTER))
    expected = canonical_json(told(kept, "districts_2024"))
    town.execute(text("UPDATE layer.residents SET people = people + 1000"))
    town.execute(text("DELETE FROM layer.one_stop_office"))
    town.execute(text("DELETE FROM layer.commune WHERE code = 'ab'"))
    found = told(kept, "districts_2024")
    assert canonical_json(found["totals"]) == canonical_json(kept["totals"])
    assert canonical_json(found) == expected


def test_people_beyond_the_newest_units_count_in_no_vintage(town: Connection, run: Run) -> None:
    """The old units reach farther out than the new ones, as real coast lines do."""
    town.execute(
        text(
            "UPDATE layer.commune SET geom = ST_Intersection(geom, (SELECT ST_Buffer(r.geom, 0.02)"
            " FROM layer.residents AS r WHERE r.code = 'h1500'))"
        )
    )
    documents = [run("coverage", state(AFTER, vintage=vintage)) for vintage in VINTAGES]
    assert documents[0]["totals"]["all"]["total"] < sum(HOMES.values())
    assert len({canonical_json(document["totals"]) for document in documents}) == 1
    for document in documents:
        assert sum(row["total"] for row in document["zones"]) == document["totals"]["all"]["total"]


def test_people_in_no_unit_of_a_vintage_stand_in_the_row_outside(
    town: Connection, run: Run, told: Retell
) -> None:
    town.execute(text("DELETE FROM layer.commune_2024 WHERE code = 'b'"))
    kept = run("coverage", state(AFTER, vintage="communes_2025"))
    rows = {row["id"]: row["total"] for row in told(kept, "communes_2024")["zones"]}
    assert rows == {"a": 300, "c": 65, "outside": 340.5}


def test_a_version_that_is_gone_is_told_as_such(run: Run, told: Retell) -> None:
    kept = run("coverage", state(AFTER))
    kept["inputs"]["demand"]["version"] = 10**9
    with pytest.raises(Conflict) as refusal:
        told(kept, "districts_2024")
    assert refusal.value.code == ErrorCode.STUDY_VERSION_GONE


def test_totals_that_no_longer_come_out_are_never_shown_as_the_kept_ones(run: Run, told: Retell) -> None:
    kept = run("coverage", state(AFTER))
    kept["totals"]["all"]["covered"] += 1
    with pytest.raises(Conflict) as refusal:
        told(kept, "districts_2024")
    assert refusal.value.code == ErrorCode.STUDY_NOT_REPEATED


@pytest.mark.parametrize(
    "vintage",
    ["communes_1900", "communes_2019"],
)
def test_units_that_no_result_can_be_told_by_are_refused_and_no_closed_ones_named(
    town: Connection, catalogue: Catalogue, vintage: str
) -> None:
    teams.set_visibility(town, catalogue, "commune_2024", "draft")
    with pytest.raises(RefusedInput) as refusal:
        vintage_named(catalogue, vintage, rights_of(town, catalogue, ANONYMOUS))
    assert refusal.value.code == ErrorCode.STUDY_REFUSED
    assert refusal.value.params["expected"] == "communes_2025, districts_2024"


def test_units_that_are_not_loaded_are_told(town: Connection, run: Run, told: Retell) -> None:
    kept = run("coverage", state(AFTER))
    town.execute(text("DELETE FROM layer.district_2024"))
    with pytest.raises(GisError) as refusal:
        told(kept, "districts_2024")
    assert refusal.value.code == ErrorCode.STUDY_LAYER_EMPTY


@pytest.mark.parametrize("process", ["coverage", "gaps"])
def test_an_assumption_range_is_drawn_for_the_units_that_it_is_told_by(
    run: Run, told: Retell, process: str
) -> None:
    asked = state(AFTER, tables=["range"])
    document, direct = (
        run(process, asked | {"vintage": name}) for name in ("communes_2024", "communes_2025")
    )
    found = told(document, "communes_2025")["tables"]["range"]
    assert {row["unit"] for row in found} == {"all", "ab", "c2"}
    assert found == direct["tables"]["range"]


RETOLD_WITH = ["backup", "range", "provision", "od"]


@pytest.mark.parametrize(
    ("reader", "most", "made", "notices"),
    [
        (None, 0, ["backup", "od", "provision", "range"], {}),
        (Role.PLANNER, 9, ["backup", "od", "provision"], {"tables_not_retold": "range"}),
        (Role.PLANNER, 0, ["backup", "provision"], {"tables_not_retold": "range, od"}),
        (Role.VIEWER, 0, ["provision"], {"tables_closed": "backup, range, od"}),
        (ANONYMOUS.role, 0, ["provision"], {"tables_closed": "backup, range, od"}),
    ],
)
def test_a_reader_waits_for_no_slow_table_and_for_none_that_is_closed(
    town: Connection,
    catalogue: Catalogue,
    run: Run,
    monkeypatch: pytest.MonkeyPatch,
    reader: Role | None,
    most: int,
    made: list[str],
    notices: dict[str, str],
) -> None:
    kept = run("coverage", state(AFTER, vintage="communes_2024", tables=RETOLD_WITH))
    begun: list[str] = []

    def watched(name: str, table: Table) -> Table:
        def make(scene: Scene) -> list[Row]:
            rows = table.make(scene)
            begun.append(name)
            return rows

        return replace(table, make=make)

    watching = {name: watched(name, table) for name, table in TABLES.items()}
    monkeypatch.setattr("gis_service.services.tables.TABLES", watching)
    monkeypatch.setattr("gis_service.services.study_retold.MOST_LIVE_PAIRS", most)
    is_operator = reader is None and len(made) == len(RETOLD_WITH)
    rights = None if is_operator else rights_of(town, catalogue, Caller(reader, "lan"))
    found = retold(town, catalogue, kept, "communes_2025", Prepared(), rights)
    assert sorted(found["tables"]) == made
    assert sorted(set(begun)) == made
    told = {one["code"]: one["params"]["tables"] for one in found["notices"] if "tables" in one["params"]}
    assert told == notices
    assert canonical_json(found["totals"]) == canonical_json(kept["totals"])


def test_who_asked_for_a_closed_table_is_not_told_it_to_the_next_reader(
    town: Connection, catalogue: Catalogue, run: Run
) -> None:
    kept, prepared = run("coverage", state(AFTER, vintage="communes_2024", tables=["od"])), Prepared()
    for role, tables in ((Role.VIEWER, set[str]()), (Role.PLANNER, {"od"}), (Role.VIEWER, set[str]())):
        rights = rights_of(town, catalogue, Caller(role, "lan"))
        assert set(retold(town, catalogue, kept, "communes_2025", prepared, rights)["tables"]) == tables


def test_a_comparison_that_named_tables_in_an_earlier_release_is_told_all_the_same(
    run: Run, told: Retell
) -> None:
    kept = run("compare", {"before": state(BEFORE), "after": state(AFTER)})
    for side in ("before", "after"):
        kept["parameters"][side]["tables"] = ["od"]
    assert canonical_json(told(kept, "districts_2024")["totals"]) == canonical_json(kept["totals"])
