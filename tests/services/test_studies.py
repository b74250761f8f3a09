"""Studies on real tables: read by version, kept once, found again."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import date, time
from pathlib import Path
from typing import Any

import geopandas as gpd
import pytest
import shapely
from sqlalchemy import event

from gis_service.catalogue.city_definition import Ferry
from gis_service.catalogue.loader import Catalogue
from gis_service.crs import STORAGE, transform
from gis_service.db.engine import Connection, Engine
from gis_service.errors import Conflict, ErrorCode, NotAllowed, RefusedInput
from gis_service.files.store import ArtefactStore
from gis_service.services import studies
from gis_service.services.accounts import Caller, Role
from gis_service.services.artefacts import open_network
from gis_service.services.coverage_live import ask as live_question
from gis_service.services.ingest import load_file
from gis_service.services.prepared import Prepared
from gis_service.services.study_layers import find_layers
from gis_service.services.study_request import complete, parse_request
from gis_service.types import LayerId
from tests.ferry_town import METRIC, X, Y, as_array, town_files_in
from tests.filled_database import filled, load_frame


@pytest.fixture(scope="module")
def town_files(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[str, Path]]:
    """Two communes, a street of 4 km, a ferry over a river, one office; people of two ages."""
    return town_files_in(tmp_path_factory.mktemp("town"))


@pytest.fixture(scope="module")
def town_engine(
    make_database: Callable[[], str], catalogue: Catalogue, town_files: list[tuple[str, Path]]
) -> Iterator[Engine]:
    """Give a database that holds the town."""
    yield from filled(make_database(), catalogue, town_files)


def load(
    connection: Connection,
    catalogue: Catalogue,
    layer: str,
    shapes: Sequence[shapely.Geometry],
    **columns: object,
) -> None:
    """Load one more layer into the town; each column has one value for all rows."""
    degrees = transform(as_array(shapes), METRIC, STORAGE)
    codes = [f"{layer}{row}" for row in range(len(shapes))]
    names = {"code": codes, "name": codes} | dict(columns)
    frame = gpd.GeoDataFrame(names, geometry=list(degrees), crs=STORAGE)
    load_frame(connection, catalogue, layer, frame)


def ask(**inputs: object) -> dict[str, Any]:
    plain = {"standard": "one_stop_office_motorbike_10min", "at": "2026-03-03T10:00"}
    return {name: value for name, value in (plain | inputs).items() if value is not None}


def run(connection: Connection, catalogue: Catalogue, **inputs: object) -> dict[str, Any]:
    return studies.run(connection, catalogue, "coverage", ask(**inputs), "lan").document


def test_people_are_reached_along_the_roads_and_over_the_ferry(
    town: Connection, catalogue: Catalogue
) -> None:
    document = run(town, catalogue)
    # 3,900 m at 28 km/h: 8.4 min; the last home waits 10 min for the ferry
    assert document["totals"]["all"]["covered"] == 60.5
    assert [row["covered"] for row in document["zones"]] == [30.5, 30]
    (gap,) = document["gaps"]
    assert (gap["people"], gap["settlement"], gap["zone_name"]) == (40, "Thôn Bến", "Xã Tây")
    assert document["totals"]["all"]["unreachable"] == 0


def test_at_night_the_ferry_does_not_run(town: Connection, catalogue: Catalogue) -> None:
    assert run(town, catalogue, at="2026-03-03T22:00")["totals"]["all"]["unreachable"] == 40


def test_a_facility_counts_while_it_is_open(town: Connection, catalogue: Catalogue) -> None:
    assert run(town, catalogue, at="2029-12-31T10:00")["totals"]["all"]["covered"] == 60.5
    assert run(town, catalogue, at="2030-01-01T10:00")["totals"]["all"]["covered"] == 0


def test_inputs_stand_in_the_document_by_layer_and_version(town: Connection, catalogue: Catalogue) -> None:
    inputs = run(town, catalogue)["inputs"]
    roles = ["demand", "facilities", "ferries", "network", "settlements", "zones"]
    assert sorted(inputs) == roles
    assert inputs["network"]["layer"] == "roads"
    assert all(isinstance(one["version"], int) for one in inputs.values())


def test_the_parameters_show_the_conventions_they_were_computed_with(
    town: Connection, catalogue: Catalogue
) -> None:
    parameters = run(town, catalogue)["parameters"]
    assert (parameters["mode"], parameters["speeds_kmh"]["commune"]) == ("motorbike", 28)
    assert (parameters["limit"], parameters["gap_join_m"]) == (600, 300)
    assert parameters["vintage"] == "communes_2025"


def test_groups_of_the_request_are_counted(town: Connection, catalogue: Catalogue) -> None:
    document = run(town, catalogue, groups=["age_60"])
    assert document["totals"]["age_60"]["total"] == 10
    assert document["zones"][1]["groups"]["age_60"]["covered"] == 3


def test_own_unit_needs_a_facility_of_the_own_unit(town: Connection, catalogue: Catalogue) -> None:
    document = run(town, catalogue, catchment="own_unit")
    assert [row["uncovered"] for row in document["zones"]] == [0, 70]
    # roads and the ferry lead to the other
    assert [row["unreachable"] for row in document["zones"]] == [0, 0]


def test_an_area_on_the_border_of_two_units_belongs_to_one_of_them(
    town: Connection, catalogue: Catalogue
) -> None:
    load(town, catalogue, "park", [shapely.box(X + 1900, Y - 200, X + 3500, Y + 200)])
    asked = {"standard": None, "service": "park", "mode": "walk", "measure": "network_distance"}
    document = run(town, catalogue, limit=4000, catchment="own_unit", **asked)
    assert [row["covered"] for row in document["zones"]] == [0, 70]


def test_an_area_is_not_entered_from_an_expressway(town: Connection, catalogue: Catalogue) -> None:
    town.exec_driver_sql("UPDATE layer.roads SET road_class = 'expressway' WHERE road_class = 'commune'")
    load(town, catalogue, "park", [shapely.box(X + 3000, Y - 200, X + 4200, Y + 200)])
    asked = {"standard": None, "service": "park", "mode": "walk", "measure": "network_distance"}
    document = run(town, catalogue, limit=1400, **asked)
    assert document["totals"]["all"]["covered"] == 70  # from the eastern side, 300 m before the alley


def test_places_across_the_water_do_not_join_the_road_beyond_it(
    town: Connection, catalogue: Catalogue
) -> None:
    shape = shapely.box(X - 50, Y + 3, X + 2000, Y + 6)
    load(town, catalogue, "rivers", [shape], kind="river")
    document = run(town, catalogue)
    assert document["inputs"]["barriers"]["layer"] == "rivers"
    assert document["totals"]["all"]["median_s"] > run_before_the_river(town, catalogue)


def run_before_the_river(connection: Connection, catalogue: Catalogue) -> float:
    connection.exec_driver_sql("DELETE FROM gis.version WHERE layer = 'rivers'")
    return float(run(connection, catalogue)["totals"]["all"]["median_s"])


def test_a_car_boards_only_a_ferry_that_takes_it(town: Connection, catalogue: Catalogue) -> None:
    town.exec_driver_sql("UPDATE layer.roads SET road_class = 'commune'")
    assert run(town, catalogue, mode="car", limit=900)["totals"]["all"]["unreachable"] == 0
    town.exec_driver_sql("UPDATE layer.ferries SET takes_cars = false")
    assert run(town, catalogue, mode="car", limit=901)["totals"]["all"]["unreachable"] == 40


def test_an_area_is_entered_where_its_edge_meets_a_road(town: Connection, catalogue: Catalogue) -> None:
    load(town, catalogue, "park", [shapely.box(X + 3000, Y - 200, X + 3500, Y + 200)])
    asked = {"standard": None, "service": "park", "mode": "walk", "measure": "network_distance"}
    rows = run(town, catalogue, limit=500, **asked)
    assert rows["totals"]["all"]["covered"] == 30  # 400 m to the eastern gate, and 10 m to the road


def test_an_area_is_near_wherever_its_edge_is_nearest_as_the_crow_flies(
    town: Connection, catalogue: Catalogue
) -> None:
    """The park reaches from 3,000 to 3,500 m, and the only home inside a radius of 400 m stands at 3,900."""
    load(town, catalogue, "park", [shapely.box(X + 3000, Y - 200, X + 3500, Y + 200)])
    asked = {"standard": None, "service": "park", "measure": "straight_radius"}
    assert run(town, catalogue, limit=400, **asked)["totals"]["all"]["covered"] == 30
    assert run(town, catalogue, limit=399, **asked)["totals"]["all"]["covered"] == 0


def test_people_known_by_areas_are_spread_over_them(town: Connection, catalogue: Catalogue) -> None:
    town.exec_driver_sql("ALTER TABLE layer.residents ALTER geom TYPE geometry(Geometry, 4326)")
    town.exec_driver_sql(
        "UPDATE layer.residents SET geom = (SELECT geom FROM layer.commune WHERE code = 'commune0')"
    )
    document = run(town, catalogue)
    assert document["zones"][0]["total"] == 100.5
    assert document["totals"]["all"]["total"] == 100.5


def test_units_all_need_a_place(town: Connection, catalogue: Catalogue) -> None:
    town.exec_driver_sql("UPDATE layer.commune SET geom = NULL WHERE code = 'commune1'")
    with pytest.raises(RefusedInput) as refused:
        run(town, catalogue)
    assert refused.value.params["name"] == "zones"


def test_an_emptied_layer_and_one_that_changed_meanwhile_are_told(
    town: Connection, catalogue: Catalogue
) -> None:
    task = complete(parse_request(ask()), catalogue, date(2026, 3, 1))
    layers = find_layers(town, catalogue, task)
    town.exec_driver_sql("INSERT INTO gis.version (layer, author) VALUES ('residents', 'minh')")
    with pytest.raises(Conflict):
        layers.read("demand", "people")
    town.exec_driver_sql("DELETE FROM layer.residents")
    with pytest.raises(RefusedInput) as refused:
        layers.read("demand", "people")
    assert refused.value.code == ErrorCode.STUDY_LAYER_EMPTY


def test_an_equal_run_is_the_same_study(town: Connection, catalogue: Catalogue) -> None:
    first = studies.run(town, catalogue, "coverage", ask(), "lan")
    again = studies.run(town, catalogue, "coverage", ask(), "minh")
    assert again == first
    assert len(studies.list_(town).items) == 1


def test_a_table_edited_by_hand_is_never_answered_from_memory(town: Connection, catalogue: Catalogue) -> None:
    first = run(town, catalogue)
    town.exec_driver_sql("UPDATE layer.residents SET people = people + 1000")
    again = run(town, catalogue)
    assert again["totals"]["all"]["total"] - first["totals"]["all"]["total"] == 4000


def test_what_a_study_was_computed_on_can_be_opened_by_its_names(
    town: Connection, catalogue: Catalogue, tmp_path: Path
) -> None:
    store = ArtefactStore(tmp_path)
    names = studies.run(town, catalogue, "coverage", ask(), "lan", prepared=Prepared(store)).document[
        "artefacts"
    ]
    assert open_network(store, names["network"]).is_ferry.any()
    assert store.open(names["demand"]).kind == "demand"


def test_a_run_that_is_not_kept_any_more_gives_the_equal_document(
    town: Connection, catalogue: Catalogue
) -> None:
    first = run(town, catalogue)
    town.exec_driver_sql("DELETE FROM gis.study")
    assert run(town, catalogue) == first


def test_new_data_is_a_new_study(
    town: Connection, catalogue: Catalogue, town_files: list[tuple[str, Path]]
) -> None:
    first = run(town, catalogue)
    load_file(town, catalogue, dict(town_files)["residents"], "residents", author="lan")
    again = run(town, catalogue)
    assert again["id"] != first["id"]
    assert again["totals"] == first["totals"]


def test_a_version_that_is_not_there_is_a_conflict(town: Connection, catalogue: Catalogue) -> None:
    with pytest.raises(Conflict) as conflict:
        run(town, catalogue, demand={"layer": "residents", "version": 999_999})
    assert conflict.value.code == ErrorCode.STUDY_VERSION_GONE
    assert "999999" in str(conflict.value)


@pytest.mark.parametrize(
    ("inputs", "name"),
    [
        ({"standard": "no_such"}, "standard"),
        ({"standard": None}, "service"),
        ({"standard": None, "service": "one_stop_office"}, "measure"),
        ({"standard": None, "service": "one_stop_office", "measure": "network_time"}, "limit"),
        ({"limit": -1}, "limit"),
        ({"limit": "far"}, "limit"),
        ({"measure": "quota"}, "measure"),
        ({"mode": "boat"}, "mode"),
        ({"vintage": "communes_1900"}, "vintage"),
        ({"service": "no_such_layer"}, "facilities"),
        ({"zones": {"layer": "Robert'); DROP"}}, "zones/layer"),
        ({"at": "noon"}, "at"),
        ({"at": "2026-03-03T10:00+07:00"}, "at"),
        ({"groups": ["age_3_5"]}, "groups"),
        ({"scenario": "x"}, "scenario"),
        ({"colour": "red"}, "colour"),
        ({"turnout_s": 60}, "turnout_s"),
    ],
)
def test_inputs_that_cannot_be_used_are_refused_by_name(
    town: Connection, catalogue: Catalogue, inputs: dict[str, Any], name: str
) -> None:
    with pytest.raises(RefusedInput) as refused:
        run(town, catalogue, **inputs)
    assert refused.value.params["name"] == name
    assert str(refused.value)


def test_a_study_that_does_not_say_when_stays_the_same_from_week_to_week(
    town: Connection, catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = {}
    for day in (date(2026, 3, 4), date(2026, 3, 11), date(2030, 1, 1), date(2031, 5, 5)):
        monkeypatch.setattr(studies, "_today", lambda day=day: day)
        document = run(town, catalogue, at=None)
        ids[day] = document["id"]
        assert document["parameters"]["at"] == "Tuesday 10:00"
        closed = day >= date(2030, 1, 1)
        assert document["parameters"]["open_on"] == ("2030-01-01" if closed else None)
        assert document["totals"]["all"]["covered"] == (0 if closed else 60.5)
    first, second, third, fourth = ids.values()
    assert first == second != third == fourth


def test_a_study_that_says_when_is_for_that_day_alone(town: Connection, catalogue: Catalogue) -> None:
    parameters = run(town, catalogue, at="2031-01-07T10:00")["parameters"]
    assert (parameters["at"], parameters["open_on"]) == ("2031-01-07T10:00", None)


def test_ferries_and_the_lattice_are_those_of_the_city(town: Connection, catalogue: Catalogue) -> None:
    conventions = replace(
        catalogue.city.conventions,
        ferry=Ferry(speed_kmh=4.0, wait_s=120.0, first=time(9), last=time(11)),
        lattice_step_m=20.0,
        lattice_offset_m=10.0,
    )
    other = replace(catalogue, city=replace(catalogue.city, conventions=conventions))
    town.exec_driver_sql("UPDATE layer.ferries SET headway_min = NULL, runs_from = NULL, runs_to = NULL")
    parameters = run(town, other, limit=9000)["parameters"]
    assert parameters["ferry"] == {"kmh": 4, "wait_min": 2, "hours": [9, 11]}
    assert (parameters["lattice_m"], parameters["lattice_offset_m"]) == (20, 10)
    ways = [run(town, one, limit=9000)["totals"]["all"]["p95_s"] for one in (catalogue, other)]
    assert ways[1] - ways[0] == 225 - 480  # 500 m at half the speed, and 8 minutes less to wait
    assert run(town, other, limit=9000, at="2026-03-03T08:00")["totals"]["all"]["unreachable"] == 40


def test_unknown_road_classes_and_facilities_off_roads_are_told(
    town: Connection, catalogue: Catalogue
) -> None:
    town.exec_driver_sql("UPDATE layer.roads SET road_class = 'goat_track' WHERE road_class = 'alley'")
    town.exec_driver_sql(
        "INSERT INTO layer.one_stop_office (code, name, geom)"
        " SELECT 'far', 'Xa', ST_Translate(geom, 0, 0.05) FROM layer.one_stop_office"
    )
    told = {notice["code"]: notice["params"] for notice in run(town, catalogue)["notices"]}
    assert told["road_class_unknown"] == {"lines": 1, "classes": "goat_track (1)"}
    assert told["facilities_off_roads"] == {"count": 1, "facilities": 2, "names": "Xa"}


def test_a_study_reads_each_layer_with_one_statement(town: Connection, catalogue: Catalogue) -> None:
    statements: list[str] = []

    def note(*details: object) -> None:
        statements.append(str(details[2]))

    event.listen(town, "before_cursor_execute", note)
    run(town, catalogue)
    event.remove(town, "before_cursor_execute", note)
    assert len([one for one in statements if "ST_AsBinary" in one]) == 6
    # a version for each, rivers too; a mark of each before and after it is read, of
    # ferries, people and settlements once more; whether the units of other vintages are loaded; keep,
    # give back
    assert len(statements) == 34


@pytest.mark.parametrize("process", ["coverage", "gaps", "compare"])
def test_the_state_of_a_closed_layer_is_not_told_to_those_who_may_not_read_it(
    town: Connection, catalogue: Catalogue, process: str
) -> None:
    """The version that is asked for is gone, and the refusal names the one that is there."""
    offices = LayerId("one_stop_office")
    draft = replace(catalogue.layers[offices], visibility="draft")
    closed = replace(catalogue, layers={**catalogue.layers, offices: draft})
    inputs: dict[str, Any] = {
        "standard": "one_stop_office_straight_3km",
        "facilities": {"layer": "one_stop_office", "version": 999_999},
    }
    asked: dict[str, Any] = {"before": inputs, "after": inputs} if process == "compare" else inputs
    with pytest.raises(Conflict):
        studies.check(town, closed, process, asked, None)
    planner = Caller(Role.PLANNER, "lan")
    for refusing in (
        lambda: studies.check(town, closed, process, asked, planner),
        lambda: studies.run(town, closed, process, asked, "lan", reader=planner),
        lambda: live_question(town, closed, inputs, planner),
    ):
        with pytest.raises(NotAllowed):
            refusing()
