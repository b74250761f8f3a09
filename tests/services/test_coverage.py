"""The study document of coverage, on cities small enough to check by hand."""

import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely

from gis_service.analysis.modes import mode
from gis_service.analysis.network import Roads, build_network
from gis_service.analysis.zones import zone_of
from gis_service.crs import STORAGE, transform
from gis_service.errors import RefusedInput
from gis_service.messages.catalogue import notices
from gis_service.services.coverage import (
    CoverageParameters,
    Notice,
    run_coverage,
    summary,
)
from gis_service.services.coverage_parameters import CoverageCatchment, CoverageMeasure
from gis_service.services.documents import canonical_json, code_version, engine_mark, persons, units
from gis_service.services.study_words import notice_text
from gis_service.settings import ROOT
from tests.street import METRIC, WALK_800_M, X, Y, codes, points, street, with_clinics


def test_the_document_has_the_agreed_keys_and_is_json() -> None:
    document = run_coverage(street(), WALK_800_M).document
    assert list(document) == [
        "schema", "id", "process", "inputs", "parameters", "code_version", "artefacts",
        "totals", "zones", "gaps", "notices", "generated_data",
    ]  # fmt: skip
    assert document["schema"] == 1
    assert document["id"].startswith("coverage_")
    assert json.loads(canonical_json(document)) == document


def test_totals_rows_and_shares_are_those_counted_by_hand() -> None:
    document = run_coverage(street(), WALK_800_M).document
    everybody = document["totals"]["all"]
    assert (everybody["total"], everybody["covered"], everybody["uncovered"]) == (360.5, 110.5, 250)
    assert everybody["share"] == 110.5 / 360.5
    rows = {row["id"]: row for row in document["zones"]}
    assert list(rows) == ["7", "12"]
    assert (rows["7"]["name"], rows["7"]["covered"], rows["7"]["uncovered"]) == ("Xã Đông", 110.5, 30)
    assert rows["12"]["share"] == 0


def test_lengths_stand_beside_empty_times_in_a_distance_study() -> None:
    everybody = run_coverage(street(), WALK_800_M).document["totals"]["all"]
    assert everybody["median_s"] is None
    assert (everybody["median_m"], everybody["p90_m"]) == (1540, 3040)
    assert everybody["arrived"]["p95_m"] == 3040


def test_a_time_study_has_seconds_and_no_lengths() -> None:
    asked = CoverageParameters("clinic", "network_time", 600.0, mode("walk"))
    document = run_coverage(street(), asked).document
    everybody = document["totals"]["all"]
    assert everybody["median_s"] == 1155  # 1,540 m at 4.8 km/h
    assert "median_m" not in everybody
    assert summary(document)["median_minutes"] == 19.25


@pytest.mark.parametrize(
    ("measure", "told"),
    [
        ("network_distance", {"access_median_s": None, "access_median_m": 40}),
        ("straight_radius", {"access_median_s": None, "access_median_m": 0}),
        ("network_time", {"access_median_s": 30}),
    ],
)
@pytest.mark.parametrize("catchment", ["any", "own_unit"])
def test_the_way_between_home_and_road_is_told_apart(
    measure: CoverageMeasure, catchment: CoverageCatchment, told: dict[str, int | None]
) -> None:
    asked = replace(WALK_800_M, measure=measure, catchment=catchment)
    everybody = run_coverage(street(), asked).document["totals"]["all"]
    assert {name: value for name, value in everybody.items() if name.startswith("access")} == told


def test_groups_stand_in_the_totals_and_inside_each_row() -> None:
    document = run_coverage(street(), replace(WALK_800_M, groups=("age_60",))).document
    assert document["totals"]["age_60"]["total"] == 36.05
    assert document["zones"][0]["groups"]["age_60"]["covered"] == 11.05


def test_the_summary_repeats_the_figures_of_all_people_at_its_top() -> None:
    document = run_coverage(street(), WALK_800_M).document
    told = summary(document)
    assert told["residents_total"] == 360.5
    assert told["residents_covered"] + told["residents_uncovered"] == told["residents_total"]
    assert told["coverage_share"] == document["totals"]["all"]["share"]
    assert (told["median_minutes"], told["p95_minutes"]) == (None, None)
    assert {name: told[name] for name in document} == document


def test_a_gap_is_named_and_shown_no_nearer_than_a_cell_of_250_m() -> None:
    result = run_coverage(street(), WALK_800_M)
    (gap,) = result.document["gaps"]
    assert (gap["people"], gap["homes"], gap["kind"]) == (250, 5, "network")
    assert (gap["settlement"], gap["zone"], gap["zone_name"]) == ("Thôn Tây", "12", "Xã Tây")
    shown = shapely.get_coordinates(transform(points(gap["point"]), STORAGE, METRIC))[0]
    assert np.mod(shown, 250) == pytest.approx([125, 125], abs=0.2)
    assert np.hypot(*(shown - result.gaps[0].point)) < 250


def test_people_beyond_the_study_area_count_nowhere_and_are_told() -> None:
    inputs = street()
    far = replace(
        inputs, zone=np.where(np.arange(7) == 6, -2, inputs.zone).astype(np.int32), people_beyond=500
    )
    document = run_coverage(far, WALK_800_M).document
    assert document["totals"]["all"]["total"] == 290.5
    assert {"code": "people_beyond_study_area", "params": {"people": 70.5}} in document["notices"]


def test_people_of_a_unit_beyond_the_outline_count_nowhere() -> None:
    """And those inside it without a unit stand in the row ``outside``; the outline ends at 2,700 m."""
    inputs = street()
    units = replace(
        inputs.zones,
        polygons=np.array(
            [
                shapely.box(X - 100, Y - 500, X + 1400, Y + 500),
                shapely.box(X + 1900, Y - 500, X + 4000, Y + 500),
            ],
            dtype=object,
        ),
    )
    outline = shapely.box(X - 100, Y - 500, X + 2700, Y + 500)
    cut = replace(inputs, zones=units, outline=outline, zone=zone_of(inputs.demand.xy, units, outline))
    document = run_coverage(cut, WALK_800_M).document
    assert [(row["id"], row["total"]) for row in document["zones"]] == [
        ("7", 140.5),
        ("12", 110),
        ("outside", 40),
    ]
    assert document["totals"]["all"]["total"] == 290.5
    assert {"code": "people_beyond_study_area", "params": {"people": 70}} in document["notices"]


def test_people_without_a_unit_have_a_row_of_their_own() -> None:
    inputs = street()
    loose = replace(inputs, zone=np.where(np.arange(7) == 6, -1, inputs.zone).astype(np.int32))
    document = run_coverage(loose, WALK_800_M).document
    assert document["zones"][-1]["id"] == "outside"
    assert document["zones"][-1]["uncovered"] == 70
    assert document["gaps"][0]["people"] == 250


def test_what_is_coarse_overlapping_straight_or_generated_is_told() -> None:
    inputs = street()
    wide = [shapely.buffer(polygon, 10) for polygon in inputs.zones.polygons]
    coarse = replace(
        inputs,
        demand=replace(inputs.demand, step_m=50.0),
        zones=replace(inputs.zones, polygons=np.array(wide, dtype=object)),
        generated=("residents",),
        notices=(Notice("people_at_centres", {}),),
    )
    asked = CoverageParameters("clinic", "straight_radius", 400.0)
    document = run_coverage(coarse, asked).document
    told = ["people_at_centres", "lattice_step", "zones_overlap", "straight_radius", "generated_data"]
    assert [code for code in codes(document) if code != "border_without_halo"] == told
    assert document["generated_data"] is True
    for notice in document["notices"]:
        assert "{" not in notice_text(notice).vi + notice_text(notice).en


def test_the_lattice_is_measured_in_time_for_a_time_study() -> None:
    stepped = replace(street(), demand=replace(street().demand, step_m=50.0))
    for limit, told in ((370.0, True), (380.0, False)):  # 50 m on foot are 37.5 s
        asked = CoverageParameters("clinic", "network_time", limit, mode("walk"))
        assert ("lattice_step" in codes(run_coverage(stepped, asked).document)) is told


@pytest.mark.parametrize("measure", ["network_distance", "straight_radius"])
def test_a_unit_without_its_own_facility_is_uncovered_not_unreachable(
    measure: CoverageMeasure,
) -> None:
    asked = replace(WALK_800_M, measure=measure, limit=9000.0, catchment="own_unit")
    document = run_coverage(street(), asked).document
    rows = {row["id"]: row for row in document["zones"]}
    assert (rows["7"]["share"], rows["12"]["covered"]) == (1, 0)
    assert (rows["12"]["uncovered"], rows["12"]["unreachable"]) == (220, 0)  # a way leads to the next unit's
    assert {gap["kind"] for gap in document["gaps"]} == {"no_facility"}
    everybody = document["totals"]["all"]
    assert (everybody["p95_m"], everybody["unreachable"]) == (None, 0)
    assert everybody["arrived"]["p95_m"] is not None


def test_homes_without_a_facility_of_their_unit_are_a_place_of_their_own() -> None:
    """As the crow flies they are one cluster with homes that have one and are too far from it."""
    asked = replace(
        WALK_800_M, measure="straight_radius", limit=400.0, gap_join_m=600.0, catchment="own_unit"
    )
    gaps = run_coverage(street(), asked).document["gaps"]
    assert [(gap["kind"], gap["people"]) for gap in gaps] == [("no_facility", 220), ("cluster", 40.5)]


@pytest.mark.parametrize("measure", ["network_distance", "straight_radius"])
def test_people_without_a_unit_have_no_facility_of_their_own(measure: CoverageMeasure) -> None:
    loose = replace(street(), zone=np.full(7, -1, dtype=np.int32))
    asked = replace(WALK_800_M, measure=measure, catchment="own_unit")
    document = run_coverage(loose, replace(asked, scattered_people=0)).document
    assert {gap["kind"] for gap in document["gaps"]} == {"no_facility"}
    assert sum(gap["people"] for gap in document["gaps"]) == 360.5


def test_without_a_way_to_any_facility_one_is_unreachable_in_every_catchment() -> None:
    inputs = street()
    pieces = [[(X, Y), (X + 2200, Y)], [(X + 2300, Y), (X + 20_000, Y)]]
    lines = np.array([shapely.LineString(piece) for piece in pieces], dtype=object)
    cut = replace(inputs, network=build_network(Roads.plain(lines)))
    expected: dict[CoverageCatchment, int] = {"any": 130, "own_unit": 220}
    for catchment, uncovered in expected.items():
        asked = replace(WALK_800_M, limit=9000.0, catchment=catchment)
        row = run_coverage(cut, asked).document["zones"][1]
        assert (row["uncovered"], row["unreachable"]) == (uncovered, 130)


@pytest.mark.parametrize("catchment", ["any", "own_unit"])
def test_who_has_no_road_is_told_from_who_has_no_way(catchment: CoverageCatchment) -> None:
    inputs = street()
    pieces = [[(X, Y), (X + 1700, Y)], [(X + 1800, Y), (X + 2600, Y)], [(X + 5000, Y), (X + 20_000, Y)]]
    lines = np.array([shapely.LineString(piece) for piece in pieces], dtype=object)
    near = replace(WALK_800_M, snap_max_m=300.0, catchment=catchment)
    document = run_coverage(replace(inputs, network=build_network(Roads.plain(lines))), near).document
    everybody = document["totals"]["all"]
    assert (everybody["unreachable"], everybody["no_road"], everybody["no_path"]) == (180, 70, 110)
    lost = [gap for gap in document["gaps"] if gap["kind"] in {"no_path", "roadless"}]
    assert [(gap["kind"], gap["people"], gap["settlement"]) for gap in lost] == [
        ("no_path", 110, "Thôn Tây"),
        ("roadless", 70, "Thôn Tây"),
    ]
    assert sum(gap["people"] for gap in document["gaps"]) == everybody["uncovered"]


def test_a_place_is_either_without_a_way_or_too_far() -> None:
    """On a one-way street the homes past the clinic cannot come back; those before it are only far."""
    inputs = with_clinics(street(), 1600.0)
    line = np.array([shapely.LineString([(X, Y), (X + 20_000, Y)])], dtype=object)
    ahead = replace(inputs, network=build_network(Roads.plain(line, oneway=np.ones(1, dtype=np.int8))))
    driven = replace(WALK_800_M, mode=mode("motorbike"), limit=300.0)
    document = run_coverage(ahead, driven).document
    assert document["totals"]["all"]["no_path"] == 180
    found = {(gap["kind"], gap["people"]) for gap in document["gaps"]}
    assert found == {("network", 140.5), ("no_path", 180)}


def test_quantiles_of_those_who_arrive_stand_in_each_row() -> None:
    inputs = street()
    pieces = [[(X, Y), (X + 2200, Y)], [(X + 2300, Y), (X + 20_000, Y)]]
    lines = np.array([shapely.LineString(piece) for piece in pieces], dtype=object)
    cut = replace(inputs, network=build_network(Roads.plain(lines)))
    row = run_coverage(cut, WALK_800_M).document["zones"][1]
    assert (row["median_m"], row["p95_m"]) == (None, None)
    assert (row["arrived"]["median_m"], row["arrived"]["p95_m"]) == (2040, 2040)
    assert row["arrived"].keys() == run_coverage(cut, WALK_800_M).document["totals"]["all"]["arrived"].keys()


def test_facilities_off_roads_are_told_by_name_and_once_for_all_their_entrances() -> None:
    inputs = with_clinics(street(), 0.0, 100.0, 200.0, owner=[0, 1, 1])
    xy = inputs.facilities.xy + np.array([[0, 0], [0, 5000], [0, 6000]])
    lost = replace(inputs, facilities=replace(inputs.facilities, xy=xy, names=("Trạm A", "Trạm B")))
    document = run_coverage(lost, WALK_800_M).document
    params = {"count": 1, "facilities": 2, "names": "Trạm B"}
    assert {"code": "facilities_off_roads", "params": params} in document["notices"]
    straight = replace(WALK_800_M, measure="straight_radius", mode=None)
    assert "facilities_off_roads" not in codes(run_coverage(lost, straight).document)


@pytest.mark.parametrize(
    ("length_m", "told"), [(3000.0, []), (1200.0, ["roads_cover_small_part"]), (2400.0, ["roads_cover_few"])]
)
def test_people_who_live_elsewhere_than_the_roads_are_told(length_m: float, told: list[str]) -> None:
    line = np.array([shapely.LineString([(X, Y), (X + length_m, Y)])], dtype=object)
    document = run_coverage(replace(street(), network=build_network(Roads.plain(line))), WALK_800_M).document
    assert [code for code in codes(document) if code.startswith("roads_cover")] == told


def test_the_conventions_of_ferries_and_the_lattice_stand_in_the_parameters() -> None:
    parameters = run_coverage(street(), WALK_800_M).document["parameters"]
    assert parameters["ferry"] == {"kmh": 8, "wait_min": 10, "hours": [5, 21]}
    assert (parameters["lattice_m"], parameters["lattice_offset_m"]) == (50, 25)
    straight = CoverageParameters("clinic", "straight_radius", 400.0)
    assert run_coverage(street(), straight).document["parameters"]["ferry"] is None


def test_the_turn_out_is_added_for_those_who_are_driven_to() -> None:
    driven = CoverageParameters(
        "fire", "network_time", 600.0, mode("car"), direction="from_facility", turnout_s=60
    )
    plain = replace(driven, turnout_s=0.0)
    slow, quick = (run_coverage(street(), asked).field.cost for asked in (driven, plain))
    assert (slow - quick).tolist() == [60_000] * 7


@pytest.mark.parametrize(
    ("change", "name"),
    [
        ({"measure": "quota"}, "measure"),
        ({"mode": None}, "mode"),
        ({"limit": 0.0}, "limit"),
        ({"limit": float("nan")}, "limit"),
        ({"limit": float("inf")}, "limit"),
        ({"limit": 1e7 + 1}, "limit"),
        ({"limit": 1e17}, "limit"),
        ({"limit": 1e308}, "limit"),
        ({"turnout_s": -1.0}, "turnout_s"),
        ({"turnout_s": float("nan")}, "turnout_s"),
        ({"groups": ("age_99",)}, "groups"),
        ({"catchment": "assigned"}, "catchment"),
        ({"direction": "sideways"}, "direction"),
        ({"turnout_s": 60.0}, "turnout_s"),
    ],
)
def test_what_cannot_be_computed_is_refused_by_name(change: dict[str, Any], name: str) -> None:
    with pytest.raises(RefusedInput) as refused:
        run_coverage(street(), replace(WALK_800_M, **change))
    assert refused.value.params["name"] == name
    assert str(refused.value)


def test_a_study_on_roads_needs_roads() -> None:
    with pytest.raises(RefusedInput):
        run_coverage(replace(street(), network=None), WALK_800_M)


def test_the_id_follows_inputs_and_parameters_and_nothing_else() -> None:
    first, again = run_coverage(street(), WALK_800_M).document, run_coverage(street(), WALK_800_M).document
    assert first == again
    assert run_coverage(street(), replace(WALK_800_M, limit=801.0)).document["id"] != first["id"]
    other = replace(street(), references={"demand": {"layer": "residents", "version": 2}})
    assert run_coverage(other, WALK_800_M).document["id"] != first["id"]


def test_artefacts_are_named_by_their_content() -> None:
    document = run_coverage(street(), WALK_800_M).document
    inputs = street()
    moved = replace(inputs, demand=replace(inputs.demand, xy=inputs.demand.xy + 0.001))
    again = run_coverage(moved, WALK_800_M).document
    assert again["artefacts"]["network"] == document["artefacts"]["network"]
    assert again["artefacts"]["demand"] != document["artefacts"]["demand"]


def test_progress_is_told_step_by_step() -> None:
    steps: list[tuple[str, float]] = []
    run_coverage(street(), WALK_800_M, lambda step, share: steps.append((step, share)))
    assert [step for step, _ in steps] == ["ways", "coverage", "gaps", "notices", "done"]
    assert [share for _, share in steps] == sorted(share for _, share in steps)


def test_any_changed_line_of_the_engine_changes_its_mark(tmp_path: Path) -> None:
    package = tmp_path / "gis_service"
    shutil.copytree(ROOT / "gis_service", package, ignore=shutil.ignore_patterns("__pycache__", "assets"))
    first = engine_mark(package)
    assert code_version.__wrapped__().endswith(f"+{first}")  # not the one this process began with
    computing = (
        "analysis/field.py",
        "services/coverage.py",
        "catalogue/city_definition.py",
        "files/roads.py",
    )
    for name in (*computing, "files/readers/__init__.py", "crs.py", "text.py", "types.py"):
        before = engine_mark(package)
        (package / name).write_text((package / name).read_text() + "\n# another line\n")
        assert engine_mark(package) != before, name
    changed = engine_mark(package)
    (package / "web" / "headers.py").write_text("")
    assert engine_mark(package) == changed


def test_whole_numbers_are_written_as_such() -> None:
    assert [persons(1500), persons(2000), units(None), units(1)] == [1.5, 2, None, 0.001]
    assert canonical_json({"b": 1.0, "a": [2.5, 3.0, None]}) == b'{"a":[2.5,3,null],"b":1}'
    with pytest.raises(ValueError, match="not JSON compliant"):
        canonical_json(float("nan"))


def test_every_notice_of_a_study_has_words_in_both_languages() -> None:
    assert {"people_beyond_study_area", "border_without_halo", "straight_radius"} <= set(notices())
