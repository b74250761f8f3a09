"""What phases bring: the same integers as full studies of each state, and who may see them."""

from collections.abc import Callable

import pytest
from sqlalchemy import text

from gis_service.catalogue.loader import Catalogue
from gis_service.crs import STORAGE, transform
from gis_service.db.engine import Connection
from gis_service.services import studies
from gis_service.services.coverage_document import Document
from gis_service.services.disclosure import public_view
from gis_service.services.siting_progress import DismissedError
from tests.filled_database import load_frame
from tests.live_town import METRIC, as_array
from tests.programme import ASKED, PROGRAMME, at, frame_of

OFFICE, EYE = "one_stop_office", "eye"


@pytest.fixture(scope="module")
def town_url(make_town_database: Callable[[str], str]) -> str:
    return make_town_database("live_town")


@pytest.fixture
def programme(town: Connection, catalogue: Catalogue) -> Connection:
    load_frame(town, catalogue, "projects", frame_of())
    return town


def run(town: Connection, catalogue: Catalogue, **asked: object) -> Document:
    return studies.run(town, catalogue, "roadmap", {**ASKED, **asked}, "lan").document


def study_of_state(town: Connection, catalogue: Catalogue, day: str, built: list[str]) -> Document:
    """Run a full study of a day with the projects built as offices of the layer."""
    nested = town.begin_nested()
    town.execute(text("DELETE FROM layer.one_stop_office WHERE code = 'one_stop_office0'"))
    shapes = {told[0]: [place] for place, told in PROGRAMME}
    # What stands already is entered where it stands, an area where the street enters it.
    shapes |= {"old": [at(5)], "area": [at(4700), at(4800)]}
    for code in built:
        for place in transform(as_array(shapes[code]), METRIC, STORAGE):
            statement = (
                "INSERT INTO layer.one_stop_office (code, name, geom)"
                " VALUES (:code, :code, ST_SetSRID(ST_MakePoint(:lon, :lat), 4326))"
            )
            named = {"code": f"{code} {place.x}", "lon": place.x, "lat": place.y}
            town.execute(text(statement), named)
    asked = {"standard": "one_stop_office_walk_15min", "at": f"{day}T10:00", "vintage": "communes_2025"}
    found = studies.run(town, catalogue, "coverage", asked, "lan").document
    nested.rollback()
    return found


@pytest.mark.parametrize(
    ("state", "day", "built"),
    [
        ("before", "2019-12-31", []),
        ("phase_1", "2022-12-31", ["mid"]),
        ("phase_2", "2025-12-31", ["mid", "old"]),
        ("now", "2026-06-30", ["mid", "old"]),
        ("phase_3", "2030-12-31", ["mid", "old", "area", "late", "far"]),
    ],
)
def test_each_phase_is_a_full_study_of_its_state(
    programme: Connection, catalogue: Catalogue, state: str, day: str, built: list[str]
) -> None:
    found = run(programme, catalogue)
    at_ends = {phase["id"]: phase["services"][OFFICE] for phase in found["phases"]}
    row = (found["services"][0] | at_ends)[state]
    study = study_of_state(programme, catalogue, day, built)
    expected = study["totals"]["all"]
    assert {name: row[name] for name in ("total", "covered", "share")} == {
        name: expected[name] for name in ("total", "covered", "share")
    }
    units = {unit["id"]: unit["services"][OFFICE] for unit in found["units"]}
    assert {
        id_: (one["total"], one["covered"][state], one["share"][state]) for id_, one in units.items()
    } == {
        zone["id"]: (zone["total"], zone["covered"], zone["share"])
        for zone in study["zones"]
        if zone["id"] in units
    }


def test_who_ends_the_search_has_a_roadmap_all_the_same(programme: Connection, catalogue: Catalogue) -> None:
    told: list[str] = []

    def end(step: str, _share: float) -> None:
        told.append(step.partition(" ")[0])
        if told[-1] == "order":
            raise DismissedError

    made = studies.compute(programme, catalogue, "roadmap", ASKED, progress=end)
    assert told[-2:] == ["best", "order"]  # and it is asked no more
    assert made.document["best"]["person_years"] > 0


def test_gains_add_up_to_what_phases_win(programme: Connection, catalogue: Catalogue) -> None:
    found = run(programme, catalogue)
    projects = {row["code"]: row for row in found["projects"]}
    for phase in found["phases"]:
        brought = sum(
            row["people_in_order"] or 0 for row in projects.values() if row["counts_in"] == phase["id"]
        )
        assert phase["services"][OFFICE]["won_by_projects"] == pytest.approx(brought)
    assert all(
        row["people_in_order"] <= row["people_alone"] <= row["people_reached"]
        for row in projects.values()
        if row["people_in_order"] is not None
    )
    assert projects["old"]["facility"] == "Một cửa Đông"
    assert {"code": "roadmap_built_already", "params": {"count": 1, "metres": 50}} in found["notices"]
    assert projects["gone"]["counts_in"] is projects["gone"]["people_in_order"] is None
    assert projects[EYE]["people_reached"] is None
    assert projects[EYE]["counts_in"] == "phase_1"


def test_the_best_roadmap_stands_beside_the_planned_one(programme: Connection, catalogue: Catalogue) -> None:
    """1,800 million pay what is under way (800) and the one of priority 1 (900), and not the third (400)."""
    found = run(programme, catalogue, budgets={"phase_3": 1800.0}, cut=10)
    best = found["best"]
    assert best["status"] == "optimal"
    assert {one["code"]: one["best_phase"] for one in best["projects"]} == {"late": "phase_3", "far": None}
    assert {fault["rule"] for fault in best["planned"]["broken"]} == {"budget"}
    assert best["best_now"]["regret_person_years"] == best["best_end"]["regret_person_years"] == 0
    # Of 1,620 million 820 are left: too little for the 900.
    assert [(one["code"], one["was"], one["now"]) for one in best["cut"]["slips"]] == [
        ("late", "phase_3", None)
    ]
    assert best["cut"]["lost_person_years"] == best["cut"]["slips"][0]["lost_person_years"]


def test_the_public_learns_no_small_change(programme: Connection, catalogue: Catalogue) -> None:
    """The office in the west brings 6 people: two sums of the service would tell them."""
    found = run(programme, catalogue)
    found["phases"][0]["services"][OFFICE]["covered"] = found["services"][0]["before"]["covered"] + 6
    shown = public_view(found)
    states = [shown["services"][0]["now"], *(phase["services"][OFFICE] for phase in shown["phases"])]
    assert {row["covered"] for row in states} == {row["share"] for row in states} == {None}
    assert {row["people_in_order"] for row in shown["projects"]} == {None}
    rows = [unit["services"][OFFICE] for unit in shown["units"]]
    assert {value for row in rows for value in (row["total"], *row["covered"].values())} == {None}
    assert {value for row in rows for value in row["share"].values()} == {None}
