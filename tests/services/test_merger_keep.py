"""Which of the old offices to keep, in the merged town, whose ways can be counted by hand."""

import csv
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from gis_service.catalogue.loader import Catalogue
from gis_service.db.engine import Connection
from gis_service.services import merger, merger_keep, merger_keep_words, studies
from gis_service.services.coverage_document import Document
from gis_service.services.disclosure import public_view
from gis_service.services.merger_keep import KeepAsk, run_keep
from gis_service.services.merger_keep_files import write_keep
from gis_service.services.prepared import Prepared
from gis_service.services.study_retold import retold
from gis_service.services.study_rows import rows_of_study
from gis_service.services.study_words import answer
from tests.merged_town import AFTER, BEFORE

WALK, MOTORBIKE = merger.STANDARDS
Asking = Callable[..., dict[str, Document]]


@pytest.fixture(scope="module")
def town_url(make_town_database: Callable[[str], str]) -> str:
    return make_town_database("merged_town")


@pytest.fixture
def kept(town: Connection, catalogue: Catalogue, prepared: Prepared) -> Asking:
    """Give what asks which two offices to keep; the documents by objective."""

    def ask(**asked: Any) -> dict[str, Document]:  # noqa: ANN401 each has its own type
        def keep(made: studies.Computed) -> studies.Study:
            return studies.keep(town, made, "lan")

        question = KeepAsk(2, **{"standard": WALK} | asked)
        found = run_keep(town, catalogue, keep, question, prepared)
        return {name: one.document for name, one in found.items()}

    return ask


def test_the_best_two_stand_beside_those_that_were_kept(kept: Asking) -> None:
    found = kept()
    # In 15 minutes 1,190 m: a at 1,000 reaches 340, b at 3,500 the 360.5 around it, c at 5,000 has 65.
    for document in found.values():
        plan, chosen = document["plan"], document["plan"]["chosen"]
        assert plan["status"] == "optimal"
        assert (plan["kept"], plan["closed"]) == (["oa", "ob"], ["oc"])
        assert (chosen["count"], chosen["both"], chosen["elsewhere"]) == (2, ["oa"], [])
        assert (chosen["only_plan"], chosen["only_chosen"]) == (["ob"], ["oc"])
        assert [(one["close"]["id"], one["open"]["id"]) for one in chosen["swaps"]] == [("oc", "ob")]
    people, time = (found[name]["plan"] for name in merger_keep.OBJECTIVES)
    assert (people["objective"], people["chosen"]["objective"]) == (700.5, 405)
    assert people["chosen"]["gap"] == pytest.approx((700.5 - 405) / 405)
    assert people["chosen"]["swaps"][0]["gain"] == 295.5
    gain = time["chosen"]["swaps"][0]["gain"]
    assert time["chosen"]["objective"] - time["objective"] == pytest.approx(gain)
    told = {row["id"]: (row["in_plan"], row["in_choice"]) for row in people["existing"]}
    assert told == {"oa": (True, True), "ob": (True, False), "oc": (False, True)}


def test_the_states_are_those_of_studies_of_coverage(
    kept: Asking, town: Connection, catalogue: Catalogue, prepared: Prepared
) -> None:
    document = kept(objectives=("people",))["people"]
    question = document["scenario"]["inputs"]

    def coverage(process: str = "coverage", **inputs: object) -> Document:
        return studies.compute(town, catalogue, process, inputs, prepared=prepared).document

    chosen = document["plan"]["chosen"]
    same = {"standard": WALK, "vintage": "communes_2024", "groups": question["groups"]}
    for state, at in (("before", BEFORE), ("chosen", AFTER)):
        study = coverage(**same, at=at)
        for group, figures in study["totals"].items():
            told = chosen["totals"][group][state]
            assert {name: told[name] for name in told if name != "arrived"} == {
                name: figures[name] for name in told if name != "arrived"
            }
        rows = {row["id"]: row for row in chosen["zones"]}
        by_zone = {row["id"]: row["covered"] for row in study["zones"] if row["id"] in rows}
        assert by_zone == {code: row[state] for code, row in rows.items()}
    assert chosen["totals"]["all"]["plan"]["covered"] == document["totals"]["all"]["after"]
    changed = {row["id"]: row["lost"] for row in document["zones"]}
    assert changed == {row["id"]: row["lost_plan"] for row in chosen["zones"] if row["lost_plan"]}
    # 100 people go 500 m, 200 go 500 m and so on, and 10 m to the street, at 4.8 km/h.
    metres = {500: 500, 1500: 500, 2100: 1100, 3600: 100, 4100: 600, 5500: 2000}
    people = {500: 100.0, 1500: 200.0, 2100: 40.0, 3600: 300.5, 4100: 60.0, 5500: 5.0}
    mean = sum(people[at] * (10 + away) for at, away in metres.items()) / sum(people.values()) * 3.6 / 4.8
    assert chosen["totals"]["all"]["plan"]["arrived"]["mean_s"] == pytest.approx(mean, abs=0.01)


def test_a_choice_beside_the_plan_changes_nothing_of_it(
    kept: Asking, town: Connection, catalogue: Catalogue, prepared: Prepared
) -> None:
    document = kept(objectives=("people",), draws=4)["people"]
    inputs = merger_keep.keep_inputs(town, catalogue, KeepAsk(2, standard=WALK, draws=4), "people")
    alone = {name: value for name, value in inputs.items() if name != "chosen_at"}
    plain = studies.compute(town, catalogue, "siting", alone, prepared=prepared).document
    assert (plain["totals"], plain["zones"]) == (document["totals"], document["zones"])
    assert plain["plan"]["under_draws"] == document["plan"]["under_draws"]
    drawn = document["plan"]["chosen"]["under_draws"]
    assert 0 <= drawn["plan_better"] <= drawn["draws"] == 4
    assert drawn["p5"] <= drawn["p95"]
    assert [one["id"] for one in document["plan"]["under_draws"]["kept"]] == ["oa", "ob"]
    assert "chosen" not in plain["plan"]


def test_offices_elsewhere_are_compared_and_not_exchanged(kept: Asking, town: Connection) -> None:
    town.exec_driver_sql("UPDATE layer.one_stop_office SET site_id = 'new' WHERE code = 'nc'")
    document = kept(objectives=("people",))["people"]
    chosen = document["plan"]["chosen"]
    assert (chosen["elsewhere"], chosen["both"], chosen["swaps"]) == (["nc"], ["oa"], [])
    assert (chosen["objective"], chosen["gap"]) == (None, None)
    assert chosen["totals"]["all"]["chosen"]["covered"] == 405
    assert "siting_chosen_elsewhere" in [one["code"] for one in document["notices"]]


def test_everybody_sees_which_offices_and_no_small_count(kept: Asking, catalogue: Catalogue) -> None:
    document = kept(objectives=("people",), draws=2)["people"]
    shown = public_view(document)["plan"]["chosen"]
    assert (shown["both"], shown["only_plan"]) == (["oa"], ["ob"])
    assert (shown["objective"], shown["gap"], shown["totals"], shown["zones"]) == (None, None, {}, [])
    assert {one["gain"] for one in shown["swaps"]} == {None}
    assert (shown["under_draws"]["p5"], shown["under_draws"]["draws"]) == (None, 2)
    said = answer(public_view(document), catalogue)
    assert "1 of them is in this plan" in said.en
    assert "1 điểm trùng" in said.vi


def test_the_offices_are_rows_of_a_layer_and_told_by_other_units(
    kept: Asking, town: Connection, catalogue: Catalogue, prepared: Prepared
) -> None:
    document = kept(objectives=("people",))["people"]
    rows = rows_of_study(town, catalogue, document, "existing")
    table = pa.Table.from_batches(rows.rows.batches)
    assert (table["id"].to_pylist(), table["in_plan"].to_pylist()) == (["oa", "ob", "oc"], [1, 1, 0])
    assert rows.geometry == "Point"
    other = retold(town, catalogue, document, "communes_2025", prepared)
    assert [one["commune"] for one in other["plan"]["existing"]] == ["Xã AB", "Xã AB", "Xã C2"]
    assert (other["plan"]["chosen"]["totals"], other["plan"]["chosen"]["zones"]) == (
        document["plan"]["chosen"]["totals"],
        [],
    )


def test_the_answer_is_told_in_words_and_files(kept: Asking, catalogue: Catalogue, tmp_path: Path) -> None:
    found = kept(draws=2)
    said = answer(found["people"], catalogue)
    assert said.vi.startswith("Giữ lại 2 trong 3 điểm hiện có.")
    assert "Trong 15 phút đi bộ: 700 người theo phương án này, 405 người theo phương án thực tế" in said.vi
    rows = merger_keep_words.group_table(found, catalogue, "vi")
    assert rows[0] == ["ai", "con số", "3 điểm", "tốt nhất: người", "tốt nhất: thời gian", "thực tế: 2"]
    assert rows[1] == ["người", "trong 15 phút đi bộ", "706", "700", "700", "405"]
    assert len(rows) == 1 + 3 * 2  # of everybody, and of those over 60
    for language in ("vi", "en"):
        lines = [*merger_keep_words.proof_lines(found, language)]
        assert len(lines) == 2
        assert ("of 2 draws" in lines[0]) == (language == "en")
        lists = [*merger_keep_words.office_lists(found, language)]
        assert [line.rpartition(": ")[2] for line in lists] == ["A", "C", "B"] * 2
    (heading, swaps), (_, of_time) = merger_keep_words.swap_tables(found, "en")
    assert heading.endswith("the first 1 of 1")
    assert swaps == [["+295.5 people", "close C, keep B"]]
    assert of_time[0][0].startswith("−")
    losers = [*merger_keep_words.loser_tables(found, "vi")]
    assert [rows for _, rows in losers] == [[["5", "65", "Xã C"]]] * 2 + [[["300", "340", "Xã B"]]]
    paths = write_keep(found, tmp_path)
    assert len(paths) == 8
    with (tmp_path / "people_swaps.csv").open(encoding="utf-8-sig") as file:
        assert [*csv.DictReader(file)] == [
            {"close_id": "oc", "close_name": "C", "open_id": "ob", "open_name": "B", "gain": "295.5"}
        ]
    with (tmp_path / "people_communes.csv").open(encoding="utf-8-sig") as file:
        assert "age_60_lost_chosen" in (csv.DictReader(file).fieldnames or ())
