"""Waits of a layer of facilities: stored and live, told of places, kept, compared, and refused by name.

The eastern office of the town closes; at its opening hours of 2025 both are open.
"""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pytest
import shapely
from shapely.geometry import shape
from sqlalchemy import text

from gis_service.catalogue.loader import Catalogue
from gis_service.crs import STORAGE, transform
from gis_service.db.engine import Connection
from gis_service.errors import ErrorCode, RefusedInput
from gis_service.services import studies
from gis_service.services.accounts import ANONYMOUS, Caller, Role
from gis_service.services.catchment_live import catchment_answer
from gis_service.services.catchment_request import CatchmentAsk
from gis_service.services.condition_words import conditions_of
from gis_service.services.coverage_live import ask, study_of
from gis_service.services.prepared import Prepared
from gis_service.services.study_asked import request_of
from gis_service.services.study_request import parse_request
from gis_service.services.study_retold import retell, vintage_named
from gis_service.services.why_place import why_document
from tests.live_town import METRIC, MOTORBIKE, STREET_M, X, degrees

Document = dict[str, Any]
PLANNER = Caller(Role.PLANNER, "lan")
ASKED: dict[str, Any] = MOTORBIKE | {"at": "2025-06-30T10:00", "start_column": "counters"}


@pytest.fixture(scope="module")
def town_url(make_town_database: Callable[[str], str]) -> str:
    return make_town_database("live_town")


@pytest.fixture
def waiting(town: Connection) -> Connection:
    """The office that stays has a wait of five minutes; the other one tells nothing."""
    set_wait(town, 300)
    return town


def set_wait(town: Connection, seconds: int, *, code: str = "one_stop_office0") -> None:
    statement = text("UPDATE layer.one_stop_office SET counters = :seconds WHERE code = :code")
    town.execute(statement, {"seconds": seconds, "code": code})


def run(town: Connection, catalogue: Catalogue, process: str = "coverage", **inputs: Any) -> Document:  # noqa: ANN401  each input has its own type
    asked = inputs if process == "compare" else ASKED | inputs
    return studies.run(town, catalogue, process, asked, "lan").document


def live(
    town: Connection, catalogue: Catalogue, prepared: Prepared, caller: Caller = PLANNER, **inputs: object
) -> Document:
    return study_of(ask(town, catalogue, ASKED | inputs, caller), prepared).document


def test_a_wait_counts_when_it_is_asked_for_and_the_study_says_so(
    waiting: Connection, catalogue: Catalogue
) -> None:
    found, plain = (run(waiting, catalogue, start_column=one) for one in ("counters", None))
    # Within 600 s at 28 km/h 4,666 m reach the office by the street, and 2,333 m after its wait.
    assert plain["totals"]["all"]["covered"] - found["totals"]["all"]["covered"] == 15 + 11 + 2.5
    told = {notice["code"]: notice["params"] for notice in found["notices"]}
    assert told["start_counted"] == {"column": "counters", "count": 1, "facilities": 2, "most_s": 300}
    assert told["start_unknown"] == {"column": "counters", "count": 1}
    assert (found["parameters"]["start_column"], "start_column" in plain["parameters"]) == ("counters", False)
    assert found["id"] != plain["id"]
    said = [conditions_of(one, catalogue) for one in (found, plain)]
    assert "thời gian chờ riêng của từng điểm dịch vụ (cột counters)" in said[0].vi
    assert "own wait is counted (column counters)" in said[0].en
    assert ("chờ" in said[1].vi, "wait" in said[1].en) == (False, False)


def test_live_is_stored_and_each_column_is_a_question_of_its_own(
    waiting: Connection, catalogue: Catalogue
) -> None:
    prepared = Prepared()
    columns = ("counters", "branch_rank", None, "counters")
    found = [live(waiting, catalogue, prepared, start_column=one) for one in columns]
    assert found == [run(waiting, catalogue, start_column=one) for one in columns]
    assert len({one["id"] for one in found}) == 3
    for tables in (["backup", "facilities"], ["od"]):
        assert live(waiting, catalogue, prepared, tables=tables) == run(waiting, catalogue, tables=tables)
    set_wait(waiting, 0)
    after = live(waiting, catalogue, prepared)
    assert after == run(waiting, catalogue)
    assert after["totals"] == found[2]["totals"]


def why(town: Connection, catalogue: Catalogue, metres: float, **inputs: object) -> Document:
    prepared = Prepared()
    question = ask(town, catalogue, ASKED | inputs, PLANNER)
    found = study_of(question, prepared)
    return why_document(found, question, prepared, degrees(metres, 10), personal=False, k=2)


@pytest.mark.parametrize("direction", ["to_facility", "from_facility"])
def test_a_place_is_told_its_wait_as_a_part_of_its_own(
    waiting: Connection, catalogue: Catalogue, direction: str
) -> None:
    turnout = 60 if direction == "from_facility" else 0
    more = {"direction": direction, "turnout_s": turnout}
    found, plain = (why(waiting, catalogue, 1000, start_column=one, **more) for one in ("counters", None))
    assert found["parts"] == plain["parts"] | {"start": 300}
    assert found["cost"] == plain["cost"] + 300
    assert found["parts"]["turnout"] == turnout
    spent = ("access", "road", "ferry", "turnout", "start")
    assert sum(round(found["parts"][name] * 1000) for name in spent) == round(found["cost"] * 1000)
    assert "(gồm 5 phút chờ trước khi bắt đầu)" in found["sentence"]["vi"]
    assert "(5 min of waiting at the start included)" in found["sentence"]["en"]
    assert "chờ" not in plain["sentence"]["vi"]
    assert (found["rule"]["start_column"], "start_column" in plain["rule"]) == ("counters", False)
    assert found["route"] == plain["route"]
    costs = {one["id"]: one["cost"] for one in found["k_nearest"]}
    before = {one["id"]: one["cost"] for one in plain["k_nearest"]}
    assert {id_: costs[id_] - before[id_] for id_ in costs} == pytest.approx(
        {"one_stop_office0": 300, "one_stop_office1": 0}
    )


def test_the_way_over_the_ferry_is_the_same_behind_a_wait(waiting: Connection, catalogue: Catalogue) -> None:
    found, plain = (
        why(waiting, catalogue, 5500, at=MOTORBIKE["at"], start_column=one) for one in ("counters", None)
    )
    assert found["parts"] == plain["parts"] | {"start": 300}
    assert (found["route"], found["distance_m"]) == (plain["route"], plain["distance_m"])
    assert found["parts"]["ferry_wait"] > 0


def test_a_long_wait_sends_a_place_to_the_other_office(waiting: Connection, catalogue: Catalogue) -> None:
    set_wait(waiting, 3600)
    found = why(waiting, catalogue, 3000)
    assert (found["nearest"]["id"], found["parts"]["start"]) == ("one_stop_office1", 0)
    assert found["second"]["id"] == "one_stop_office0"
    assert "chờ" not in found["sentence"]["vi"]


def test_every_place_has_the_cost_of_the_study(waiting: Connection, catalogue: Catalogue) -> None:
    """The field of the study, and a search from each home by itself."""
    for limit in (450, 600):
        study = study_of(ask(waiting, catalogue, ASKED | {"limit": limit}, PLANNER), Prepared())
        at = study.result.demand.xy[:, 0] - X
        told = [why(waiting, catalogue, metres, limit=limit) for metres in at.tolist()]
        assert [one["cost"] for one in told] == pytest.approx(
            (study.result.field.cost / 1000).tolist(), abs=0.05
        )
        assert [one["status"] == "covered" for one in told] == study.result.covered.tolist()


def test_a_live_catchment_is_shorter_by_the_wait_and_none_of_a_place(
    waiting: Connection, catalogue: Catalogue
) -> None:
    def far(column: str | None) -> float:
        study = study_of(ask(waiting, catalogue, MOTORBIKE | {"start_column": column}, PLANNER), Prepared())
        asked = CatchmentAsk(("edges",), (study.parameters.limit,))
        edges = catchment_answer(study, asked, Prepared())["shapes"]["edges"]["features"]
        lines = np.array([shape(edge["geometry"]) for edge in edges] + [None], object)[:-1]
        return float(shapely.total_bounds(transform(lines, STORAGE, METRIC))[2] - X)

    # 300 s at 28 km/h; 600 s end on the ferry.
    assert far("counters") == pytest.approx(5 + 2333.3, abs=1)
    assert far(None) > STREET_M
    study = study_of(ask(waiting, catalogue, ASKED, PLANNER), Prepared())
    lon, lat = degrees(1000)
    of_place = CatchmentAsk(("edges",), (600.0,), (("here", lon, lat),), "places")
    kept = {"of": "places", "places": [{"lon": lon, "lat": lat}]}
    calls: list[Callable[[], object]] = [
        lambda: catchment_answer(study, of_place, Prepared()),
        lambda: run(waiting, catalogue, "catchment", **kept),
    ]
    for call in calls:
        with pytest.raises(RefusedInput) as refused:
            call()
        assert refused.value.params["name"] == "start_column"


def test_a_kept_study_is_asked_again_with_its_column_and_told_by_other_units(
    waiting: Connection, catalogue: Catalogue
) -> None:
    kept = run(waiting, catalogue, vintage="communes_2025")
    again = parse_request(request_of(kept["parameters"], kept["inputs"]))
    assert again.start_column == "counters"
    told = retell(waiting, catalogue, kept, vintage_named(catalogue, "communes_2024"))
    assert told["totals"] == kept["totals"]
    assert told["parameters"]["start_column"] == "counters"


def test_both_states_of_a_comparison_wait(waiting: Connection, catalogue: Catalogue) -> None:
    sides: dict[str, Mapping[str, Any]] = {"before": ASKED, "after": ASKED | {"at": MOTORBIKE["at"]}}
    found = run(waiting, catalogue, "compare", **sides)["totals"]["all"]
    alone = [run(waiting, catalogue, at=side["at"])["totals"]["all"]["covered"] for side in sides.values()]
    assert [found["before"], found["after"]] == alone
    assert run(waiting, catalogue, start_column=None)["totals"]["all"]["covered"] > alone[0]
    with pytest.raises(RefusedInput) as refused:
        run(waiting, catalogue, "compare", before=ASKED, after=ASKED | {"start_column": None})
    assert refused.value.params["name"] == "after/start_column"


def test_beside_a_study_the_times_of_the_same_offices_wait_and_distances_do_not(
    waiting: Connection, catalogue: Catalogue
) -> None:
    beside = ["one_stop_office_walk_15min", "one_stop_office_straight_3km"]
    walk, straight = run(waiting, catalogue, beside=beside)["beside"]
    alone = run(waiting, catalogue, standard=beside[0])
    assert (walk["totals"], walk["start_column"]) == (alone["totals"], "counters")
    assert alone["totals"] != run(waiting, catalogue, standard=beside[0], start_column=None)["totals"]
    assert (straight["measure"], "start_column" in straight) == ("straight_radius", False)


def test_who_may_not_see_small_counts_has_waits_in_whole_steps(
    waiting: Connection, catalogue: Catalogue
) -> None:
    assert live(waiting, catalogue, Prepared(), ANONYMOUS) == live(waiting, catalogue, Prepared())
    set_wait(waiting, 301)
    with pytest.raises(RefusedInput) as refused:
        live(waiting, catalogue, Prepared(), ANONYMOUS)
    assert refused.value.code is ErrorCode.LIMIT_OFF_STEP
    assert (refused.value.params["value"], refused.value.params["nearest"]) == (301, "300, 315")
    assert live(waiting, catalogue, Prepared())["notices"]


def test_what_is_no_wait_is_refused_by_office_and_value(waiting: Connection, catalogue: Catalogue) -> None:
    set_wait(waiting, -5)
    with pytest.raises(RefusedInput) as refused:
        run(waiting, catalogue)
    assert refused.value.code is ErrorCode.START_NOT_SECONDS
    assert (refused.value.params["facility"], refused.value.params["value"]) == ("Một cửa Đông", "-5")


@pytest.mark.parametrize(
    "inputs",
    [
        {"start_column": "address"},
        {"start_column": "beds"},
        {"measure": "network_distance", "limit": 900},
        {"measure": "straight_radius", "limit": 900, "beside": ["roads"]},
    ],
)
def test_what_no_wait_can_be_read_from_is_refused_before_anything_is_read(
    town: Connection, catalogue: Catalogue, inputs: dict[str, Any]
) -> None:
    calls: list[Callable[[], object]] = [
        lambda: run(town, catalogue, **inputs),
        lambda: live(town, catalogue, Prepared(), **inputs),
    ]
    for call in calls:
        with pytest.raises(RefusedInput) as refused:
            call()
        assert (refused.value.code, refused.value.params["name"]) == (ErrorCode.STUDY_REFUSED, "start_column")


def test_a_version_of_before_the_column_tells_nothing_and_the_study_says_so(
    town: Connection, catalogue: Catalogue
) -> None:
    found = run(town, catalogue)
    told = {notice["code"]: notice["params"] for notice in found["notices"]}
    assert told["start_unknown"] == {"column": "counters", "count": 2}
    assert found["totals"] == run(town, catalogue, start_column=None)["totals"]
