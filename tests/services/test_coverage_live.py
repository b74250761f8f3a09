"""Live answers are those of stored studies, at once after every edit, from memory and from disk."""

import gc
import logging
import shutil
import weakref
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from gis_service.catalogue.loader import Catalogue
from gis_service.db.engine import Connection
from gis_service.errors import ErrorCode, GisError, NotAllowed, RefusedInput, Temporary, WrongUse
from gis_service.files.store import ArtefactStore
from gis_service.files.store_names import ArtefactNames
from gis_service.services import prepared as prepared_module
from gis_service.services import prepared_ground, studies
from gis_service.services.accounts import ANONYMOUS, Caller, Role
from gis_service.services.coverage_live import ask, inputs_of, shown_document, study_of
from gis_service.services.documents import canonical_json
from gis_service.services.prepared import Prepared
from gis_service.services.study_demand import read_demand
from gis_service.services.tables import TABLES, Scene, closed_tables
from gis_service.services.tables.scene import Row
from gis_service.services.turns import Turns
from gis_service.types import LayerId
from tests.live_town import MOTORBIKE

SAME_MINUTE = ("2026-03-03T10:00", "2026-03-03T10:00:01", "2026-03-03T10:00:59.999999")
PLANNER = Caller(Role.PLANNER, "lan")

QUESTIONS: list[dict[str, Any]] = [
    {},
    {"limit": 1800},
    {"limit": 0.001},
    {"mode": "walk", "limit": 1200},
    {"mode": "car"},
    {"catchment": "own_unit"},
    {"vintage": "communes_2024"},
    {"vintage": "communes_2024", "catchment": "own_unit", "limit": 900},
    {"groups": ["age_60"]},
    {"tables": ["inequality"], "rank_column": "people"},
    {"measure": "network_distance", "limit": 1500},
    {"measure": "straight_radius", "limit": 2000, "beside": []},
    {"measure": "straight_radius", "limit": 2000, "beside": ["roads", "one_stop_office_walk_15min"]},
    {"direction": "from_facility", "turnout_s": 60},
    {"at": "2025-06-30T10:00"},
    {"at": "2026-03-03T22:00"},
    {"facilities": {"layer": "one_stop_office", "branch_share": 1}},
]
"""All on one town; the people, the roads, the ferries, the offices or the rule differ."""


@pytest.fixture(scope="module")
def town_url(make_town_database: Callable[[str], str]) -> str:
    return make_town_database("live_town")


def on_disk(folder: Path) -> Prepared:
    return Prepared(ArtefactStore(folder), ArtefactNames(folder))


def live(
    connection: Connection, catalogue: Catalogue, prepared: Prepared, **inputs: object
) -> dict[str, Any]:
    question = ask(connection, catalogue, MOTORBIKE | inputs, PLANNER)
    return study_of(question, prepared).document


def stored(connection: Connection, catalogue: Catalogue, **inputs: object) -> dict[str, Any]:
    return studies.run(connection, catalogue, "coverage", MOTORBIKE | inputs, "lan").document


def test_every_live_answer_is_the_stored_study(town: Connection, catalogue: Catalogue) -> None:
    prepared = Prepared()
    found = [live(town, catalogue, prepared, **inputs) for inputs in QUESTIONS]
    assert [canonical_json(one) for one in found] == [
        canonical_json(stored(town, catalogue, **inputs)) for inputs in QUESTIONS
    ]
    assert len({one["id"] for one in found}) == len(QUESTIONS)


def test_a_process_that_starts_anew_reads_no_table_of_homes_or_roads(
    town: Connection, catalogue: Catalogue, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(prepared_module, "KEPT_PLACES", 1)
    before = [live(town, catalogue, on_disk(tmp_path), **inputs) for inputs in QUESTIONS]

    def read_again(*_args: object) -> None:
        pytest.fail("the tables were read again")

    monkeypatch.setattr(prepared_ground, "read_ground", read_again)
    monkeypatch.setattr(prepared_module, "snap", read_again)
    after = on_disk(tmp_path)
    assert [live(town, catalogue, after, **inputs) for inputs in QUESTIONS] == before


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE layer.residents SET people = people + 100 WHERE code = 'residents3'",
        "DELETE FROM layer.residents WHERE code = 'residents0'",
        "INSERT INTO layer.residents (code, people, geom) SELECT 'n', 50, geom FROM layer.residents LIMIT 1",
        "UPDATE layer.roads SET road_class = 'alley' WHERE code = 'roads0'",
        "DELETE FROM layer.roads WHERE code = 'roads0'",
        "UPDATE layer.ferries SET headway_min = 2",
        "DELETE FROM layer.ferries WHERE false RETURNING fid",
        "UPDATE layer.one_stop_office SET open_to = NULL",
        "UPDATE layer.one_stop_office AS t SET geom = r.geom FROM layer.residents AS r WHERE r.people = 60",
        "DELETE FROM layer.one_stop_office WHERE code = 'one_stop_office0'",
        "UPDATE layer.commune SET full_name = 'Xã Mới' WHERE code = 'commune0'",
        "UPDATE layer.settlement SET name = 'Thôn Mới'",
        "UPDATE layer.rivers SET geom = ST_Multi(ST_Expand(geom, 0.01))",
    ],
)
def test_a_direct_edit_is_seen_by_the_next_question(
    town: Connection, catalogue: Catalogue, tmp_path: Path, statement: str
) -> None:
    prepared = on_disk(tmp_path)
    before = live(town, catalogue, prepared, limit=900)
    changed = town.execute(text(statement)).rowcount
    after = live(town, catalogue, prepared, limit=900)
    assert after == stored(town, catalogue, limit=900)
    assert (after != before) == bool(changed)


def test_what_somebody_wrote_while_it_was_read_is_not_kept(town: Connection, catalogue: Catalogue) -> None:
    prepared = Prepared()
    # The transaction gets its version now, so that what it writes below makes no other.
    town.execute(text("UPDATE layer.residents SET people = people"))
    old = ask(town, catalogue, MOTORBIKE, ANONYMOUS)
    town.execute(text("UPDATE layer.residents SET people = people * 2"))
    mixed = prepared_ground.prepared_ground(prepared, old.layers, old.task, old.marks)
    again = prepared_ground.prepared_ground(prepared, old.layers, old.task, old.marks)
    assert mixed is not again
    new = ask(town, catalogue, MOTORBIKE, ANONYMOUS)
    kept = prepared_ground.prepared_ground(prepared, new.layers, new.task, new.marks)
    assert kept is prepared_ground.prepared_ground(prepared, new.layers, new.task, new.marks)


@pytest.mark.parametrize("broken", ["manifest.json", "xy.npy", "."])
def test_an_artefact_that_is_not_whole_is_made_anew(
    town: Connection,
    catalogue: Catalogue,
    tmp_path: Path,
    broken: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    before = live(town, catalogue, on_disk(tmp_path))
    for folder in [path.parent for path in tmp_path.glob("*/manifest.json")]:
        if broken == ".":
            shutil.rmtree(folder)
        elif (folder / broken).exists():
            (folder / broken).write_bytes(b"")
    with caplog.at_level(logging.WARNING):
        assert live(town, catalogue, on_disk(tmp_path)) == before
    assert "made anew" in caplog.text


def test_a_disk_that_takes_nothing_costs_no_answer(
    town: Connection, catalogue: Catalogue, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "full").write_text("a file where the folder should be")
    prepared = on_disk(tmp_path / "full")
    assert live(town, catalogue, prepared) == stored(town, catalogue)
    assert "could not be kept" in caplog.text


def test_the_curve_passes_through_the_figures_of_the_study(town: Connection, catalogue: Catalogue) -> None:
    prepared = Prepared()
    question = ask(town, catalogue, MOTORBIKE | {"groups": ["age_60"]}, ANONYMOUS)
    document = shown_document(study_of(question, prepared), catalogue, prepared, personal=True)
    curve = document["curve"]
    assert (curve["unit"], curve["limit"], len(curve["points"]["all"])) == ("s", 600, 241)
    for group, total in document["totals"].items():
        assert dict(map(tuple, curve["points"][group]))[600] == total["covered"]
        assert curve["points"][group][-1][1] <= total["total"]
    for limit in (60, 300, 1800):
        figures = live(town, catalogue, prepared, limit=limit)["totals"]["all"]
        assert dict(map(tuple, curve["points"]["all"]))[limit] == figures["covered"]


def test_what_everybody_sees_hides_small_counts_in_the_study_and_on_the_curve(
    town: Connection, catalogue: Catalogue
) -> None:
    prepared = Prepared()
    question = ask(town, catalogue, MOTORBIKE | {"groups": ["age_60"]}, ANONYMOUS)
    document = shown_document(study_of(question, prepared), catalogue, prepared, personal=False)
    points = document["curve"]["points"]
    assert [cost for cost, _ in points["all"]] == [cost for cost, _ in points["age_60"]]
    for values in points.values():
        counts = [count for _, count in values]
        assert all(later == count or later - count >= 10 for count, later in pairwise(counts))
    assert document["notice_texts"][-1]["code"] == "small_counts_hidden"


def test_questions_that_cannot_be_answered_are_refused(town: Connection, catalogue: Catalogue) -> None:
    bad: list[tuple[dict[str, Any], ErrorCode]] = [
        ({"standard": "nothing"}, ErrorCode.STUDY_REFUSED),
        ({"vintage": "communes_1999"}, ErrorCode.STUDY_REFUSED),
        ({"groups": ["age_0_2"]}, ErrorCode.STUDY_REFUSED),
        ({"groups": ["people"]}, ErrorCode.STUDY_REFUSED),
        ({"groups": ["code"]}, ErrorCode.STUDY_REFUSED),
        ({"service": "hospital"}, ErrorCode.STUDY_LAYER_EMPTY),
        ({"vintage": "communes_2019"}, ErrorCode.STUDY_LAYER_EMPTY),
    ]
    for inputs, code in bad:
        with pytest.raises(GisError) as caught:
            live(town, catalogue, Prepared(), **inputs)
        assert caught.value.code == code


def test_only_columns_of_persons_are_groups(town: Connection, catalogue: Catalogue) -> None:
    residents = catalogue.layers[LayerId("residents")]
    income = replace(residents.fields[-1], name="age_0_2", type="number", unit="VND")
    columns = [income if one.name == "age_0_2" else one for one in residents.fields]
    closed = replace(residents, fields=tuple(columns))
    other = replace(catalogue, layers={**catalogue.layers, closed.id: closed})
    town.execute(text("UPDATE layer.residents SET age_0_2 = 7"))
    assert live(town, catalogue, Prepared(), groups=["age_0_2"])["totals"]["age_0_2"]["total"] == 84
    with pytest.raises(RefusedInput) as caught:
        live(town, other, Prepared(), groups=["age_60", "age_0_2"])
    told = str(caught.value.params["expected"]).split(", ")
    assert (caught.value.params["value"], len(told), told[0]) == ("age_0_2", 6, "age_3_5")


@pytest.mark.parametrize(
    ("inputs", "nearest"),
    [
        ({"limit": 607}, "600, 615"),
        ({"limit": 0.5}, "15"),
        ({"measure": "network_distance", "limit": 1510}, "1500, 1525"),
        ({"measure": "straight_radius", "limit": 1999.999}, "1975, 2000"),
        ({"direction": "from_facility", "turnout_s": 61}, "60, 75"),
    ],
)
def test_limits_between_two_steps_are_for_those_who_see_small_counts(
    town: Connection, catalogue: Catalogue, inputs: dict[str, Any], nearest: str
) -> None:
    with pytest.raises(RefusedInput) as caught:
        ask(town, catalogue, MOTORBIKE | inputs, Caller(Role.VIEWER, "hoa"))
    assert (caught.value.code, caught.value.params["nearest"]) == (ErrorCode.LIMIT_OFF_STEP, nearest)
    assert ask(town, catalogue, MOTORBIKE | inputs, PLANNER).mark


def test_the_limit_of_the_standard_itself_is_for_everybody(town: Connection, catalogue: Catalogue) -> None:
    standard = replace(catalogue.standards[MOTORBIKE["standard"]], limit=607.0, turnout_s=7.0)
    other = replace(catalogue, standards={**catalogue.standards, standard.id: standard})
    asked = MOTORBIKE | {"direction": "from_facility"}
    assert ask(town, other, asked, ANONYMOUS).parameters.limit == 607
    with pytest.raises(RefusedInput):
        ask(town, other, asked | {"standard": None, "service": "one_stop_office", "limit": 607}, ANONYMOUS)


def test_times_at_which_the_same_ferries_run_share_one_ground(town: Connection, catalogue: Catalogue) -> None:
    prepared = Prepared()

    def ground(**inputs: object) -> object:
        question = ask(town, catalogue, MOTORBIKE | inputs, ANONYMOUS)
        return prepared_ground.prepared_ground(prepared, question.layers, question.task, question.marks)

    day = ground()
    for at in ("2026-03-03T10:00:00.000001", "2026-03-03T11:59", "2025-06-30T06:00"):
        assert ground(at=at) is day
    night = ground(at="2026-03-03T22:00")
    assert night is not day
    assert ground(at="2026-03-03T02:30", mode="walk") is night
    assert ground(mode="car") is day
    town.execute(text("UPDATE layer.ferries SET takes_cars = false"))
    assert ground(mode="car") is not ground()


def test_seconds_within_a_minute_are_the_same_question(town: Connection, catalogue: Catalogue) -> None:
    marks = {ask(town, catalogue, MOTORBIKE | {"at": at}, ANONYMOUS).mark for at in SAME_MINUTE}
    assert len(marks) == 1


def test_the_order_of_groups_reads_the_people_once(
    town: Connection, catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    town.execute(text("UPDATE layer.residents SET age_0_2 = 1"))
    prepared, read = Prepared(), []

    def counted(*args: object) -> object:
        read.append(args)
        return read_demand(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(prepared_ground, "read_demand", counted)
    for groups in (["age_60", "age_0_2"], ["age_0_2", "age_60"], ["all", "age_60", "age_0_2", "age_60"]):
        found = live(town, catalogue, prepared, groups=groups)
        assert [one for one in found["totals"] if one != "all"] == [
            one for one in dict.fromkeys(groups) if one != "all"
        ]
    assert len(read) == 1


def test_a_few_grounds_stay_in_memory_and_what_stands_on_them_goes_with_them(
    town: Connection, catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(prepared_module, "GROUNDS", 1)
    prepared, grounds = Prepared(), []
    for at in ("2026-03-03T10:00", "2026-03-03T22:00"):
        question = ask(town, catalogue, MOTORBIKE | {"at": at}, ANONYMOUS)
        asked = (prepared, question.layers, question.task, question.marks)
        prepared_ground.prepared_inputs(*asked)
        grounds.append(weakref.ref(prepared_ground.prepared_ground(*asked).memo))
    gc.collect()
    assert [one() is None for one in grounds] == [True, False]


def test_a_process_that_computes_as_much_as_it_may_says_so(town: Connection, catalogue: Catalogue) -> None:
    prepared = Prepared(turns=Turns(at_once=1))
    known, new = (ask(town, catalogue, MOTORBIKE | {"limit": limit}, ANONYMOUS) for limit in (600, 900))
    study_of(known, prepared)
    with prepared.turns.one():
        assert study_of(known, prepared).mark == known.mark
        with pytest.raises(Temporary) as caught:
            study_of(new, prepared)
    assert caught.value.code == ErrorCode.COVERAGE_BUSY
    assert study_of(new, prepared).mark == new.mark


def test_an_edit_of_units_of_another_vintage_makes_it_another_question(
    town: Connection, catalogue: Catalogue
) -> None:
    before = ask(town, catalogue, MOTORBIKE, ANONYMOUS).mark
    town.execute(text("UPDATE layer.commune_2024 SET full_name = 'Xã Mới' WHERE code = 'commune_20240'"))
    assert ask(town, catalogue, MOTORBIKE, ANONYMOUS).mark != before


def test_people_are_assigned_to_the_service_that_is_asked_for(town: Connection, catalogue: Catalogue) -> None:
    """Two services at the same offices: for the first nobody is assigned to any, for the second all are."""
    services, people = ("market", "hospital"), LayerId("residents")
    known = catalogue.layers[people]
    text_field = next(field for field in known.fields if field.type == "text")
    columns = tuple(replace(text_field, name=f"assigned_{name}") for name in services)
    layers = {**catalogue.layers, people: replace(known, fields=(*known.fields, *columns))}
    for name, code in zip(services, ("no_such", "one_stop_office0"), strict=True):
        town.execute(text(f"ALTER TABLE layer.residents ADD assigned_{name} text DEFAULT '{code}'"))
    asked = {"standard": None, "measure": "straight_radius", "limit": 9000, "catchment": "assigned"}
    prepared, offices = Prepared(), {"facilities": {"layer": "one_stop_office"}}
    found = [
        live(town, replace(catalogue, layers=layers), prepared, service=name, **asked, **offices)
        for name in services
    ]
    assert [one["totals"]["all"]["share"] for one in found] == [0, 1]


def test_a_closed_layer_is_for_those_who_may_read_it(town: Connection, catalogue: Catalogue) -> None:
    with pytest.raises((NotAllowed, RefusedInput)) as caught:
        ask(town, catalogue, MOTORBIKE | {"zones": {"layer": "residents"}}, ANONYMOUS)
    assert caught.value.code in {ErrorCode.TOKEN_MISSING, ErrorCode.STUDY_REFUSED}


def test_the_share_of_branches_goes_with_the_layer_of_the_service(catalogue: Catalogue) -> None:
    standard = {"standard": "one_stop_office_motorbike_10min", "mode": None}
    reference = {"layer": "one_stop_office", "branch_share": 0.4}
    assert inputs_of(catalogue, standard, 0.4)["facilities"] == reference
    assert inputs_of(catalogue, {"service": "one_stop_office"}, 0.4)["facilities"] == reference
    assert "facilities" not in inputs_of(catalogue, standard, None)
    assert "mode" not in inputs_of(catalogue, standard, 0.0)


def test_tables_that_are_closed_to_who_asks_are_named_and_never_made(
    town: Connection, catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    def make(_scene: Scene) -> list[Row]:
        pytest.fail("a closed table was made")

    asked = MOTORBIKE | {"tables": ["od", "provision", "land_use"]}
    whole = ask(town, catalogue, MOTORBIKE | {"tables": ["od", "provision"]}, PLANNER)
    never = {name: replace(TABLES[name], make=make) for name in closed_tables(tuple(TABLES))}
    monkeypatch.setattr("gis_service.services.tables.TABLES", {**TABLES, **never})
    prepared, question = Prepared(), ask(town, catalogue, asked, ANONYMOUS)
    assert question.mark not in {whole.mark, ask(town, catalogue, MOTORBIKE, ANONYMOUS).mark}
    assert (question.parameters.tables, question.closed) == (("provision",), ("od", "land_use"))
    assert "land_use" not in question.layers.layers  # not even looked for: it is not loaded here
    shown = shown_document(study_of(question, prepared), catalogue, prepared, personal=False)
    assert set(shown["tables"]) == {"provision"}
    told = [one["params"] for one in shown["notices"] if one["code"] == "tables_closed"]
    assert told == [{"tables": "od, land_use"}]
    assert "od, land_use" in next(
        one["vi"] for one in shown["notice_texts"] if one["code"] == "tables_closed"
    )


@pytest.mark.parametrize("table", ["od", "accessibility"])
def test_a_live_answer_takes_fewer_pairs_than_a_kept_study(
    town: Connection, catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch, table: str
) -> None:
    monkeypatch.setattr("gis_service.services.coverage_live.MOST_LIVE_PAIRS", 1)
    with pytest.raises(WrongUse) as refused:
        live(town, catalogue, Prepared(), tables=[table])
    assert refused.value.code == ErrorCode.PAIRS_TOO_MANY
    assert stored(town, catalogue, tables=[table])["tables"][table]
