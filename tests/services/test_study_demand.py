"""People of communes spread into buildings and onto land: a city without a layer of residents has demand."""

from collections.abc import Callable
from typing import Any

import geopandas as gpd
import pytest
import shapely
from sqlalchemy import text

from gis_service.catalogue.loader import Catalogue
from gis_service.crs import STORAGE, transform
from gis_service.db.engine import Connection
from gis_service.errors import RefusedInput
from gis_service.services import studies
from gis_service.services.accounts import Caller, Role
from gis_service.services.coverage_live import ask, study_of
from gis_service.services.documents import canonical_json
from gis_service.services.prepared import Prepared
from tests.filled_database import fill
from tests.live_town import METRIC, MOTORBIKE, X, Y, as_array

PLANNER = Caller(Role.PLANNER, "lan")
PEOPLE = (30, 12, 60)
OF_COMMUNES = {"layer": "commune_2024"}


@pytest.fixture(scope="module")
def town_url(
    make_town_database: Callable[[str], str], tmp_path_factory: pytest.TempPathFactory, catalogue: Catalogue
) -> str:
    """Give the town with two houses in its first commune of 2024 and residential land in the second."""
    url, folder = make_town_database("live_town"), tmp_path_factory.mktemp("spread")
    houses = [shapely.box(X + at, Y + 20, X + at + 10, Y + 30) for at in (100, 400)]
    homes = [shapely.box(X + 1200, Y, X + 1300, Y + 100)]
    columns: dict[str, tuple[list[shapely.Polygon], dict[str, str]]] = {
        "park": (houses, {"name": "Nhà"}),
        "land_use": (homes, {"use": "residential_rural"}),
    }
    files = []
    for layer, (shapes, told) in columns.items():
        places = list(transform(as_array(shapes), METRIC, STORAGE))
        codes = [f"{layer}{row}" for row in range(len(shapes))]
        named = {"code": codes} | {name: [value] * len(shapes) for name, value in told.items()}
        frame = gpd.GeoDataFrame(named, geometry=places, crs=STORAGE)
        frame.to_file(folder / f"{layer}.gpkg", layer=layer)
        files.append((layer, folder / f"{layer}.gpkg"))
    fill(url, catalogue, files)
    return url


@pytest.fixture
def counted(town: Connection) -> Connection:
    """Give the town with people of its communes of 2024."""
    for row, people in enumerate(PEOPLE):
        town.execute(
            text("UPDATE layer.commune_2024 SET pop_2019 = :people WHERE code = :code"),
            {"people": people, "code": f"commune_2024{row}"},
        )
    return town


def asked(**demand: object) -> dict[str, Any]:
    return MOTORBIKE | {"demand": OF_COMMUNES | demand, "vintage": "communes_2024"}


def run(town: Connection, catalogue: Catalogue, **demand: object) -> dict[str, Any]:
    return studies.run(town, catalogue, "coverage", asked(**demand), "lan").document


def notices(document: dict[str, Any], code: str) -> list[dict[str, Any]]:
    return [one["params"] for one in document["notices"] if one["code"] == code]


def test_people_of_communes_live_in_their_buildings_then_on_their_land(
    counted: Connection, catalogue: Catalogue
) -> None:
    spread = {"buildings": {"layer": "park"}, "land_use": {"layer": "land_use"}}
    found = run(counted, catalogue, **spread)
    assert [row["total"] for row in found["zones"]] == list(PEOPLE)
    assert notices(found, "people_in_buildings") == [{"zones": 1, "buildings": 2}]
    told = {one["to"]: (one["zones"], one["people"]) for one in notices(found, "demand_fallback")}
    assert told == {"land_use": (1, 12), "area": (1, 60)}
    assert {"buildings", "residential_land"} <= found["inputs"].keys()


def test_live_answers_are_those_of_stored_studies(counted: Connection, catalogue: Catalogue) -> None:
    spread = {"buildings": {"layer": "park"}, "land_use": {"layer": "land_use"}}
    question = ask(counted, catalogue, asked(**spread), PLANNER)
    found = study_of(question, Prepared())
    assert canonical_json(found.document) == canonical_json(run(counted, catalogue, **spread))
    demand = found.result.demand
    first = sorted(demand.xy[demand.source == 0].tolist())
    assert first == [pytest.approx([X + at + 5, Y + 25], abs=0.01) for at in (100, 400)]


def test_communes_alone_are_the_lattice_inside_them(counted: Connection, catalogue: Catalogue) -> None:
    found = run(counted, catalogue)
    assert [row["total"] for row in found["zones"]] == list(PEOPLE)
    assert notices(found, "demand_fallback") == []


@pytest.mark.parametrize("spread", [{}, {"buildings": {"layer": "park"}, "land_use": {"layer": "land_use"}}])
def test_nobody_lives_in_the_river_whether_a_study_is_on_roads_or_not(
    counted: Connection, catalogue: Catalogue, spread: dict[str, Any]
) -> None:
    """The river takes 300 m of the 4,000 m of the third commune; the second office is 1,400 m beyond it."""
    straight = {"standard": "one_stop_office_straight_3km", "limit": 2000, "at": "2025-06-30T10:00"}
    asked_for = asked(**spread) | straight
    alone = study_of(ask(counted, catalogue, asked_for | {"beside": []}, PLANNER), Prepared())
    beside = study_of(ask(counted, catalogue, asked_for | {"beside": ["roads"]}, PLANNER), Prepared())
    assert alone.document["zones"] == beside.document["zones"]
    metres = alone.result.demand.xy[:, 0] - X
    assert not ((metres > 4100) & (metres < 4400)).any()
    assert alone.document["inputs"]["barriers"]["layer"] == "rivers"
    on_points = {name: value for name, value in asked_for.items() if name != "demand"} | {"beside": []}
    points = study_of(ask(counted, catalogue, on_points, PLANNER), Prepared())
    assert "barriers" not in points.document["inputs"]


def test_another_building_is_seen_by_the_next_question(counted: Connection, catalogue: Catalogue) -> None:
    before = run(counted, catalogue, buildings={"layer": "park"})
    counted.execute(text("DELETE FROM layer.park WHERE code = 'park0'"))
    after = run(counted, catalogue, buildings={"layer": "park"})
    assert before["id"] != after["id"]
    assert notices(after, "people_in_buildings") == [{"zones": 1, "buildings": 1}]


@pytest.mark.parametrize(
    ("demand", "name"),
    [
        ({"layer": "residents", "buildings": {"layer": "park"}}, "demand"),
        ({"layer": "settlement"}, "demand"),
        ({"buildings": {"layer": "no_such"}}, "buildings"),
        ({"buildings": {"layer": "residents"}}, "buildings"),
        ({"buildings": {"layer": "one_stop_office"}}, "demand/buildings"),
        ({"land_use": {"layer": "commune"}}, "demand/land_use"),
    ],
)
def test_layers_that_cannot_be_spread_by_are_refused(
    counted: Connection, catalogue: Catalogue, demand: dict[str, Any], name: str
) -> None:
    with pytest.raises(RefusedInput) as refused:
        run(counted, catalogue, **demand)
    assert refused.value.params["name"] == name


def test_units_without_an_area_cannot_be_spread(counted: Connection, catalogue: Catalogue) -> None:
    counted.execute(text("UPDATE layer.commune_2024 SET geom = ST_PointOnSurface(geom)"))
    with pytest.raises(RefusedInput) as refused:
        run(counted, catalogue, buildings={"layer": "park"})
    assert refused.value.params["name"] in ("demand", "zones")
