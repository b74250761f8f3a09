"""Requests for a study: completed from the standard and the city, or refused with every fault."""

from collections.abc import Callable
from datetime import date, time
from typing import Any

import pytest

from gis_service.catalogue.loader import Catalogue
from gis_service.db.engine import Connection
from gis_service.errors import ErrorCode, NotFound, RefusedInput, WrongUse
from gis_service.services import coverage_live, studies, teams
from gis_service.services.accounts import ANONYMOUS, Caller, Role
from gis_service.services.study_request import complete, parse_request
from tests.demo_city import catalogue as real_catalogue

ASKED: dict[str, Any] = {"standard": "one_stop_office_motorbike_10min", "at": "2026-03-03T10:00"}


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return real_catalogue()


def test_named_groups_walk_at_their_own_speed(catalogue: Catalogue) -> None:
    standard = next(entry for entry in catalogue.standards.values() if entry.group == "age_3_5")
    asked = {"standard": standard.id, "measure": "network_time", "mode": "walk", "limit": 600}
    task = complete(parse_request(asked), catalogue, date(2026, 3, 4))
    assert task.parameters.mode is not None
    assert task.parameters.mode.access_kmh == 3.6
    assert "age_3_5" in task.parameters.groups
    assert task.parameters.at == "Tuesday 10:00"
    assert (task.day, task.time) == (date(2026, 3, 4), time(10))


def test_the_zones_of_a_request_tell_its_vintage(catalogue: Catalogue) -> None:
    asked = ASKED | {"zones": {"layer": "commune_2024", "version": 7}}
    task = complete(parse_request(asked), catalogue, date(2026, 3, 4))
    assert (task.parameters.vintage, task.wanted) == ("communes_2024", {"zones": 7})


def test_branches_are_those_of_the_service_when_no_layer_is_named(catalogue: Catalogue) -> None:
    asked = ASKED | {"facilities": {"branch_share": 0.4}}
    task = complete(parse_request(asked), catalogue, date(2026, 3, 4))
    assert (task.layers["facilities"], task.parameters.branch_share) == ("one_stop_office", 0.4)
    assert task.parameters.as_document()["branch_share"] == 0.4


@pytest.mark.parametrize(
    ("facilities", "name"),
    [
        ({"branch_share": 1.01}, "facilities/branch_share"),
        ({"branch_share": -0.1}, "facilities/branch_share"),
        ({"branch_share": "half"}, "facilities/branch_share"),
        ({"layer": "hospital", "branch_share": 0.5}, "facilities/branch_share"),
        ({"layer": "no_such", "branch_share": 0.5}, "facilities"),
    ],
)
def test_branches_that_cannot_be_are_refused(
    catalogue: Catalogue, facilities: dict[str, Any], name: str
) -> None:
    with pytest.raises(RefusedInput) as refused:
        complete(parse_request(ASKED | {"facilities": facilities}), catalogue, date(2026, 3, 4))
    assert refused.value.params["name"] == name


def test_all_faults_of_a_request_are_told_at_once(connection: Connection, catalogue: Catalogue) -> None:
    with pytest.raises(RefusedInput) as refused:
        studies.run(
            connection, catalogue, "coverage", ASKED | {"limit": -1, "mode": "boat", "colour": "red"}, "lan"
        )
    assert sorted(str(fault.where) for fault in refused.value.faults) == ["/colour", "/limit", "/mode"]


@pytest.mark.parametrize(
    ("process", "inputs", "vi"),
    [
        ("compare", ASKED, "Tham số before = … không dùng được. Cần: một giá trị."),
        (
            "coverage",
            {"before": ASKED, "after": ASKED},
            "Tham số before = … không dùng được. Cần: không nêu tham số này.",
        ),
        ("coverage", ASKED | {"mode": 5}, "Tham số mode = 5 không dùng được. Cần: 'walk', 'bicycle', 'mot"),
    ],
)
def test_a_refusal_in_vietnamese_holds_no_english(
    connection: Connection, catalogue: Catalogue, process: str, inputs: dict[str, Any], vi: str
) -> None:
    with pytest.raises(RefusedInput) as refused:
        studies.check(connection, catalogue, process, inputs, None)
    told = refused.value
    assert f"{told.detail('vi')} {told.expected('vi')}".startswith(vi)
    said = " ".join(fault.words("vi") for fault in told.faults)
    assert not {"field", "input", "extra", "permitted", "required"} & set(said.lower().split())


@pytest.mark.parametrize("bad", [{"limit": 1e17}, {"limit": 1e308}, {"turnout_s": 86_401}])
def test_figures_beyond_any_way_are_refused(bad: dict[str, Any]) -> None:
    with pytest.raises(RefusedInput) as refused:
        parse_request(ASKED | bad)
    assert refused.value.params["name"] == next(iter(bad))


STRAIGHT = {"measure": "straight_radius", "limit": 9}


@pytest.mark.parametrize(
    ("asked", "told", "closed"),
    [
        ({}, "hospital", "market"),
        ({"service": "no_such"} | STRAIGHT, "hospital", "residents"),
        ({"service": "market", "zones": {"layer": "no_such"}} | STRAIGHT, "hospital", "market"),
        ({"standard": "no_such"}, "hospital_motorbike_10min", "one_stop_office_straight_3km"),
        ({"service": "hospital", "vintage": "no_such"} | STRAIGHT, "communes_2025", "communes_2024"),
    ],
)
@pytest.mark.parametrize("way", ["live", "study", "comparison"])
def test_a_refusal_names_no_layer_that_was_closed(
    connection: Connection, catalogue: Catalogue, way: str, asked: dict[str, Any], told: str, closed: str
) -> None:
    for layer in ("market", "commune_2024", "one_stop_office"):
        teams.set_visibility(connection, catalogue, layer, "draft")
    planner, both = Caller(Role.PLANNER, "lan"), {"before": asked, "after": asked}
    ask: dict[str, Callable[[], object]] = {
        "live": lambda: coverage_live.ask(connection, catalogue, asked, ANONYMOUS),
        "study": lambda: studies.check(connection, catalogue, "coverage", asked, planner),
        "comparison": lambda: studies.check(connection, catalogue, "compare", both, planner),
    }
    with pytest.raises(RefusedInput) as refused:
        ask[way]()
    named = str(refused.value.params["expected"]).split(", ")
    assert told in named
    # Planners may read the homes.
    assert (closed in named) == (closed == "residents" and way != "live")


@pytest.mark.parametrize(
    ("standard", "measure", "limit"),
    [
        ("one_stop_office_straight_3km", "network_distance", 3000),
        ("one_stop_office_straight_3km", "within_line", 3000),
        ("one_stop_office_straight_3km", "inside_area", 0),
        ("one_stop_office_straight_3km", "network_time", None),
        ("one_stop_office_motorbike_10min", "straight_radius", None),
        ("one_stop_office_motorbike_10min", "network_distance", None),
    ],
)
def test_a_limit_of_seconds_is_never_taken_for_metres(
    catalogue: Catalogue, standard: str, measure: str, limit: float | None
) -> None:
    request = parse_request({"standard": standard, "measure": measure})
    if limit is None:
        with pytest.raises(RefusedInput) as refused:
            complete(request, catalogue, date(2026, 3, 4))
        assert refused.value.params["name"] == "limit"
    else:
        assert complete(request, catalogue, date(2026, 3, 4)).parameters.limit == limit


def test_a_layer_that_is_not_loaded_is_named(connection: Connection, catalogue: Catalogue) -> None:
    with pytest.raises(RefusedInput) as refused:
        studies.run(connection, catalogue, "coverage", ASKED, "lan")
    assert refused.value.code == ErrorCode.STUDY_LAYER_EMPTY


def test_an_unknown_process_and_an_unknown_study_are_not_found(
    connection: Connection, catalogue: Catalogue
) -> None:
    with pytest.raises(NotFound):
        studies.run(connection, catalogue, "magic", {}, "lan")
    with pytest.raises(NotFound):
        studies.get(connection, "coverage_0")


@pytest.mark.parametrize("bad", [{"limit": 0}, {"limit": 1001}, {"after": "x"}, {"after": "WzFd"}])
def test_pages_that_cannot_be_are_refused(connection: Connection, bad: dict[str, Any]) -> None:
    with pytest.raises(WrongUse):
        studies.list_(connection, **bad)
