"""Why a place is reached or not: ways counted by hand, parts that add up, cells that tell nobody."""

import itertools
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import shapely
from sqlalchemy import text

from gis_service.analysis.gaps import REASONS
from gis_service.catalogue.loader import Catalogue
from gis_service.catalogue.service_standard import Quota
from gis_service.crs import STORAGE, transform
from gis_service.db.engine import Connection
from gis_service.errors import ErrorCode, RefusedInput
from gis_service.services.accounts import ANONYMOUS
from gis_service.services.cells import cell_table, cells_document
from gis_service.services.coverage_live import LiveStudy, Question, ask, shown_document, study_of
from gis_service.services.prepared import Prepared
from gis_service.services.why_place import why_document
from gis_service.types import LayerId
from tests.live_town import METRIC, MOTORBIKE, as_array, degrees

EAST: dict[str, Any] = {"at": "2025-06-30T10:00"}
"""While the eastern office was open."""


@pytest.fixture(scope="module")
def town_url(make_town_database: Callable[[str], str]) -> str:
    return make_town_database("live_town")


def study(
    connection: Connection, catalogue: Catalogue, prepared: Prepared, **inputs: object
) -> tuple[LiveStudy, Question]:
    question = ask(connection, catalogue, MOTORBIKE | inputs, ANONYMOUS)
    return study_of(question, prepared), question


def why(
    connection: Connection,
    catalogue: Catalogue,
    along: float,
    beside: float = 0.0,
    *,
    personal: bool = True,
    **inputs: object,
) -> dict[str, Any]:
    prepared = Prepared()
    found, question = study(connection, catalogue, prepared, **inputs)
    place = degrees(along, beside)
    document = why_document(found, question, prepared, place, personal=personal)
    check_adds_up(document)
    return document


def check_adds_up(document: dict[str, Any]) -> None:
    if document["cost"] is None:
        assert (document["parts"], document["route"], document["distance_m"]) == (None, None, None)
        return
    parts = {name: round(value * 1000) for name, value in document["parts"].items()}
    assert parts["access"] == parts["access_home"] + parts["access_facility"]
    whole = parts["access"] + parts["road"] + parts["ferry"] + parts["turnout"]
    assert whole == round(document["cost"] * 1000)
    assert parts["ferry_wait"] <= parts["ferry"]
    lines = [shapely.LineString(one["geometry"]["coordinates"]) for one in document["route"]["features"]]
    for one, other in itertools.pairwise(lines):
        assert one.coords[-1] == pytest.approx(other.coords[0], abs=2e-6)
    metres = transform(as_array(lines), STORAGE, METRIC)
    assert float(shapely.length(metres).sum()) == pytest.approx(document["distance_m"], abs=1.0)


def parts_of(document: dict[str, Any]) -> list[str]:
    return [feature["properties"]["part"] for feature in document["route"]["features"]]


def test_the_way_over_the_ferry_is_told_part_by_part(town: Connection, catalogue: Catalogue) -> None:
    found = why(town, catalogue, 5500, 10)
    # 10 m at 10 km/h; 1,000 m of alley at 10 and 3,995 m at 28 km/h; 10 min wait and 500 m at 8 km/h
    assert found["parts"] == {
        "access": 3.6,
        "access_home": 3.6,
        "access_facility": 0,
        "road": 873.643,
        "ferry": 825,
        "ferry_wait": 600,
        "turnout": 0,
    }
    assert (found["status"], found["cost"], found["over"]) == ("uncovered", 1702.243, 1102.243)
    assert found["distance_m"] == pytest.approx(5505, abs=0.1)
    assert parts_of(found) == ["access", "road", "ferry", "road", "access"]
    assert found["nearest"]["name"] == "Một cửa Đông"
    assert (found["nearest"]["id"], found["nearest"]["fid"]) == ("one_stop_office0", 1)
    assert found["second"] is None


def test_the_place_is_named_in_every_vintage_with_the_nearest_settlement(
    town: Connection, catalogue: Catalogue
) -> None:
    found = why(town, catalogue, 1200, 10)
    assert found["zone"] == {"id": "commune0", "name": "Xã Đông"}
    named = [(zone["vintage"], zone["name"]) for zone in found["zones"]]
    assert named == [("communes_2024", "Xã Cũ Hai"), ("communes_2025", "Xã Đông")]
    assert found["settlement"] == {"name": "Thôn Chợ", "distance_m": 1000}
    assert (found["status"], found["over"] < 0) == ("covered", True)


def test_the_second_nearest_is_another_site(town: Connection, catalogue: Catalogue) -> None:
    found = why(town, catalogue, 4700, 10, **EAST)
    assert (found["nearest"]["name"], found["second"]["name"]) == ("Một cửa Tây", "Một cửa Đông")
    assert found["second"]["cost"] > found["cost"]


def test_a_facility_that_sends_out_travels_the_other_way(town: Connection, catalogue: Catalogue) -> None:
    to = why(town, catalogue, 5500, 10)
    out = why(town, catalogue, 5500, 10, direction="from_facility", turnout_s=60)
    assert (out["cost"], out["parts"]["turnout"]) == (to["cost"] + 60, 60)
    there = [feature["geometry"]["coordinates"] for feature in to["route"]["features"]]
    back = [feature["geometry"]["coordinates"] for feature in out["route"]["features"]]
    assert [line[::-1] for line in back[::-1]] == there


def test_as_the_crow_flies_all_of_it_is_access(town: Connection, catalogue: Catalogue) -> None:
    found = why(town, catalogue, 1005, 0, measure="straight_radius", limit=2000)
    assert (found["unit"], found["cost"], found["over"]) == ("m", 1000, -1000)
    assert found["parts"]["access"] == 1000
    assert parts_of(found) == ["access"]


@pytest.mark.parametrize(
    ("along", "inputs", "edit", "status"),
    [
        (3000, {"catchment": "own_unit"}, None, "no_facility"),
        (5500, {"at": "2026-03-03T22:00"}, None, "no_path"),
        (4250, {}, None, "roadless"),
        (1000, {}, "DELETE FROM layer.roads WHERE code = 'roads0'", "roadless"),
    ],
)
def test_a_place_without_a_way_says_why(
    town: Connection,
    catalogue: Catalogue,
    along: float,
    inputs: dict[str, Any],
    edit: str | None,
    status: str,
) -> None:
    if edit is not None:
        town.execute(text(edit))
    found = why(town, catalogue, along, **inputs)
    assert (found["status"], found["cost"], found["nearest"]) == (status, None, None)
    assert found["sentence"]["vi"] != found["sentence"]["en"]


OWN: dict[str, Any] = {"catchment": "own_unit"}
NIGHT = "2026-03-03T22:00"
"""When no ferry runs."""
SHUT = "UPDATE layer.one_stop_office SET open_to = '2026-01-01'"
WEST = "UPDATE layer.one_stop_office SET open_to = NULL"
"""Opens the office in the west, beyond the river."""


@pytest.mark.parametrize(
    ("along", "inputs", "edit", "status", "kind"),
    [
        (4700, OWN | {"at": NIGHT}, None, "no_path", "no_path"),
        (3100, OWN | {"at": NIGHT}, None, "no_facility", "no_facility"),
        (3100, OWN | {"at": NIGHT}, WEST, "no_path", "network"),
        (3100, OWN, "DELETE FROM layer.roads WHERE code = 'roads0'", "roadless", "roadless"),
        (3100, {}, SHUT, "no_facility", "no_path"),
    ],
)
def test_a_place_lacks_what_its_homes_lack_in_the_study(
    town: Connection,
    catalogue: Catalogue,
    along: float,
    inputs: dict[str, Any],
    edit: str | None,
    status: str,
    kind: str,
) -> None:
    if edit is not None:
        town.execute(text(edit))
    assert why(town, catalogue, along, 10, **inputs)["status"] == status
    found, _ = study(town, catalogue, Prepared(), **inputs)
    homes = found.result.demand.xy[:, 0] - found.result.demand.xy[:, 0].min() + 100
    (row,) = np.flatnonzero(np.abs(homes - along) < 1)
    assert REASONS[found.result.reason[row]] == kind


@pytest.mark.parametrize(
    ("along", "inputs", "edit", "said"),
    [
        (5500, {}, None, "No way leads from here to any facility."),
        (5500, {"direction": "from_facility"}, None, "No way leads here from any facility."),
        (3100, OWN, WEST, "No way leads from here to a facility for this place."),
        (
            3100,
            OWN | {"direction": "from_facility"},
            WEST,
            "No way leads here from a facility for this place.",
        ),
    ],
)
def test_whoever_goes_the_way_is_told_that_there_is_none(
    town: Connection, catalogue: Catalogue, along: float, inputs: dict[str, Any], edit: str | None, said: str
) -> None:
    if edit is not None:
        town.execute(text(edit))
    found = why(town, catalogue, along, at=NIGHT, **inputs)
    assert (found["status"], found["sentence"]["en"].startswith(said)) == ("no_path", True)


@pytest.mark.parametrize(("along", "beside"), [(-50, 0), (3000, 5000)])
def test_a_place_beyond_the_study_area_is_refused(
    town: Connection, catalogue: Catalogue, along: float, beside: float
) -> None:
    with pytest.raises(RefusedInput) as caught:
        why(town, catalogue, along, beside)
    assert caught.value.code == ErrorCode.PLACE_OUTSIDE


def test_the_rule_and_the_data_stand_beside_the_answer(town: Connection, catalogue: Catalogue) -> None:
    found = why(town, catalogue, 1200)
    rule = found["rule"]
    assert (rule["standard"], rule["limit"], rule["mode"]) == (MOTORBIKE["standard"], 600, "motorbike")
    assert rule["verified"] is False
    assert "assumption" in rule["source"]["en"]
    inputs = {one["role"]: one for one in found["inputs"]}
    assert inputs["network"]["layer"] == "roads"
    assert all(one["version"] and one["committed_at"] for one in inputs.values())
    assert found["generated_data"]
    assert "Computed from generated data" in found["sentence"]["en"]


def test_cells_hold_everybody_outside_the_standard(town: Connection, catalogue: Catalogue) -> None:
    prepared = Prepared()
    found, _ = study(town, catalogue, prepared)
    table = cell_table(found, prepared)
    shown = shown_document(found, catalogue, prepared, personal=True)
    cells = cells_document(found, table, shown, personal=True)
    people = [feature["properties"]["people"] for feature in cells["features"]]
    assert sum(people) == cells["uncovered"] == cells["shown"] == shown["totals"]["all"]["uncovered"]
    assert people == sorted(people, reverse=True)
    assert {feature["properties"]["zone_name"] for feature in cells["features"]} == {"Xã Tây"}


@pytest.mark.parametrize("limit", [60, 120, 300, 600, 1200])
def test_no_cell_that_everybody_sees_tells_a_few_people(
    town: Connection, catalogue: Catalogue, limit: float
) -> None:
    prepared = Prepared()
    tables = []
    for vintage in ("communes_2025", "communes_2024"):
        found, _ = study(town, catalogue, prepared, limit=limit, vintage=vintage)
        table = cell_table(found, prepared)
        tables.append(table)
        shown = shown_document(found, catalogue, prepared, personal=False)
        cells = cells_document(found, table, shown, personal=False)
        for feature in cells["features"]:
            properties = feature["properties"]
            assert properties["small"] == (properties["people"] is None)
            assert properties["people"] is None or properties["people"] >= 10
        assert cells["small_cells"] != 1
    # Who asks by either vintage sees the same cells.
    assert np.array_equal(tables[0].hidden, tables[1].hidden)
    assert np.array_equal(tables[0].hidden_people, tables[1].hidden_people)


def test_the_cell_of_a_place_is_told_as_its_reader_may_see_it(town: Connection, catalogue: Catalogue) -> None:
    exact = why(town, catalogue, 3900, 10)["cell"]
    assert (exact["people"], exact["uncovered"], exact["small"]) == (2.5, 0, False)
    public = why(town, catalogue, 3900, 10, personal=False)["cell"]
    assert (public["people"], public["small"]) == (None, True)
    assert why(town, catalogue, 3500, 10)["cell"] is None


def near(
    town: Connection, catalogue: Catalogue, along: float, beside: float, **asked: object
) -> dict[str, Any]:
    question = ask(town, catalogue, {"at": MOTORBIKE["at"]} | asked, ANONYMOUS)
    prepared = Prepared()
    place = degrees(along, beside)
    return why_document(study_of(question, prepared), question, prepared, place, personal=False)


def test_a_line_is_drawn_to_where_it_is_nearest(town: Connection, catalogue: Catalogue) -> None:
    """The roads stand in for pipes: one from 0 to 4,000 m, one from 4,500 to 6,000."""
    asked = {"service": "roads", "measure": "within_line", "limit": 100}
    found = near(town, catalogue, 1000, 150, **asked)
    assert (found["status"], found["cost"], found["over"]) == ("uncovered", 150, 50)
    assert (found["distance_m"], found["nearest"]["id"]) == (150, "roads0")
    assert found["nearest"]["point"] == pytest.approx(degrees(1000), abs=2e-6)
    assert (found["second"]["id"], found["second"]["cost"]) == ("roads1", pytest.approx(3503.2, abs=0.1))
    assert "50 m beyond" in found["sentence"]["en"]


@pytest.mark.parametrize(("along", "status", "cost"), [(4200, "covered", 0), (4000, "uncovered", 100)])
def test_a_place_is_inside_an_area_or_so_far_from_it(
    town: Connection, catalogue: Catalogue, along: float, status: str, cost: float
) -> None:
    """The river lies between 4,100 and 4,400 m."""
    found = near(town, catalogue, along, 0, service="rivers", measure="inside_area")
    assert (found["status"], found["cost"], found["limit"]) == (status, pytest.approx(cost, abs=0.01), 0)


def test_the_unit_of_a_place_has_or_lacks_what_a_quota_asks_for(
    town: Connection, catalogue: Catalogue
) -> None:
    known = catalogue.standards[MOTORBIKE["standard"]]
    change: dict[str, Any] = {"id": "rule", "measure": "quota", "mode": None, "limit": None}
    quotas = (Quota(1, "facilities", "unit"), Quota(1, "facilities", "1000_people"))
    for quota, needed in zip(quotas, (1, None), strict=True):
        rule = replace(known, **change, quota=quota)
        rules = replace(catalogue, standards={"rule": rule})
        east, west = (near(town, rules, along, 0, standard="rule") for along in (1200, 3000))
        assert (east["status"], west["status"]) == ("covered", "uncovered")
        assert (east["provision"]["have"], east["provision"]["needed"]) == (1, needed)
        assert (east["cost"], east["nearest"], east["route"]) == (None, None, None)
        assert "has enough" in east["sentence"]["en"]
        assert ("1 missing" in west["sentence"]["en"]) == (needed == 1)


def test_a_place_in_a_unit_that_the_rule_is_not_for_is_refused(
    town: Connection, catalogue: Catalogue
) -> None:
    known = catalogue.standards[MOTORBIKE["standard"]]
    rules = replace(catalogue, standards={"rule": replace(known, id="rule", unit_type=("ward",))})
    town.execute(text("UPDATE layer.commune SET unit_type = 'ward' WHERE code = 'commune0'"))
    assert near(town, rules, 1200, 0, standard="rule")["status"] == "covered"
    with pytest.raises(RefusedInput) as caught:
        near(town, rules, 3000, 0, standard="rule")
    assert caught.value.code == ErrorCode.PLACE_NOT_SUBJECT


def test_a_place_has_the_facilities_that_serve_its_unit(town: Connection, catalogue: Catalogue) -> None:
    columns = {"service": "one_stop_office", "measure": "straight_radius", "limit": 9000}
    served = replace(
        catalogue.layers[LayerId("one_stop_office")],
        fields=(
            *catalogue.layers[LayerId("one_stop_office")].fields,
            replace(catalogue.layers[LayerId("health_station")].fields[0], name="serves"),
        ),
    )
    rules = replace(catalogue, layers={**catalogue.layers, LayerId("one_stop_office"): served})
    town.execute(text("ALTER TABLE layer.one_stop_office ADD serves text"))
    town.execute(text("UPDATE layer.one_stop_office SET serves = 'commune1' WHERE code = 'one_stop_office0'"))
    told = [near(town, rules, along, 0, catchment="assigned", **columns)["status"] for along in (1200, 3000)]
    assert told == ["no_facility", "covered"]
