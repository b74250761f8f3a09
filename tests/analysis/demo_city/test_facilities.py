from collections import Counter
from datetime import date

import numpy as np
import pytest
import shapely

from gis_service.analysis.demo_city.facilities import areas_of, make_facilities
from gis_service.analysis.demo_city.features import Features
from gis_service.analysis.demo_city.ground import Ground
from tests.analysis.demo_city import paper_city

NAMES = {f"{20_001 + at}": f"Xã Mới {at + 1}" for at in range(3)}
SCHOOLS = ("kindergarten", "school_primary", "school_lower_secondary", "school_upper_secondary")
PLACED = (*SCHOOLS, "health_station", "hospital", "market", "fire_station")


@pytest.fixture(scope="module")
def ground() -> Ground:
    return Ground(paper_city.land(), paper_city.villages(), paper_city.roads())


@pytest.fixture(scope="module")
def found(ground: Ground) -> dict[str, Features]:
    return make_facilities(ground, NAMES)


def rows(features: Features) -> list[dict[str, object]]:
    return [{name: values[at] for name, values in features.columns.items()} for at in range(len(features))]


def offices(found: dict[str, Features], prefix: str) -> list[dict[str, object]]:
    return [row for row in rows(found["one_stop_office"]) if str(row["code"]).startswith(prefix)]


def test_every_commune_has_an_office_until_the_merger_and_every_new_one_from_then_on(
    found: dict[str, Features],
) -> None:
    before, after = offices(found, "o2024_"), offices(found, "o2025_")
    assert [(row["open_from"], row["open_to"]) for row in before] == [(None, date(2025, 7, 1))] * 6
    assert [(row["open_from"], row["open_to"]) for row in after] == [(date(2025, 7, 1), None)] * 3
    assert [row["commune_code"] for row in after] == ["20001", "20002", "20003"]
    assert {row["role"] for row in before + after} == {"main"}
    assert after[0]["name"] == "Bộ phận một cửa xã Mới 1"


def test_a_new_office_stands_at_the_site_of_one_of_its_former_ones(found: dict[str, Features]) -> None:
    codes, places = found["one_stop_office"].columns["code"], found["one_stop_office"].geometry
    point = dict(zip(codes, places.tolist(), strict=True))
    former = {row["site_id"]: row for row in offices(found, "o2024_")}
    for row in offices(found, "o2025_"):
        kept = former[row["site_id"]]
        assert kept["commune_code"] == row["commune_code"]
        assert point[kept["code"]].equals(point[row["code"]])


def test_all_other_former_offices_are_ranked_by_the_people_of_their_commune(
    found: dict[str, Features],
) -> None:
    seats = {row["site_id"] for row in offices(found, "o2025_")}
    former = offices(found, "o2024_")
    ranked = [row for row in former if row["branch_rank"] is not None]
    assert {row["site_id"] for row in former} - {row["site_id"] for row in ranked} == seats
    ranked.sort(key=lambda row: int(str(row["branch_rank"])))
    assert [row["branch_rank"] for row in ranked] == [1, 2, 3]
    people = {unit.code: unit.people for unit in paper_city.units()}
    sizes = [people[str(row["code"]).removeprefix("o2024_")] for row in ranked]
    assert sizes == sorted(sizes, reverse=True)
    assert all(row["branch_rank"] is None for row in offices(found, "o2025_"))


def test_offices_stand_in_the_main_village(found: dict[str, Features]) -> None:
    villages = paper_city.villages()
    places = found["one_stop_office"].geometry[:6]
    assert shapely.contains(villages.shape[villages.is_main], places).all()


def test_no_two_services_share_a_point_unless_they_share_a_site(found: dict[str, Features]) -> None:
    seen: Counter[str] = Counter()
    for layer, features in found.items():
        for at, place in enumerate(features.geometry.tolist()):
            is_new_office = layer == "one_stop_office" and at >= 6
            seen[place.wkt] += 0 if is_new_office else 1
    assert [place for place, count in seen.items() if count > 1] == []


@pytest.mark.parametrize("layer", PLACED)
def test_services_stand_in_villages_and_off_the_water(found: dict[str, Features], layer: str) -> None:
    places = shapely.centroid(found[layer].geometry)
    villages = shapely.union_all(paper_city.villages().shape)
    assert shapely.contains(villages, places).all()
    assert not shapely.intersects(paper_city.land().water, found[layer].geometry).any()


@pytest.mark.parametrize("layer", [*PLACED, "park", "wifi", "bus_stop", "camera", "one_stop_office"])
def test_codes_are_unique_and_names_are_there(found: dict[str, Features], layer: str) -> None:
    codes = found[layer].columns["code"]
    assert len(set(codes)) == len(codes) > 0
    assert all(found[layer].columns["name"])


@pytest.mark.parametrize(("layer", "group"), list(zip(SCHOOLS, range(1, 5), strict=True)))
def test_schools_have_room_for_about_the_children_of_their_age(
    ground: Ground, found: dict[str, Features], layer: str, group: int
) -> None:
    room = sum(int(str(value)) for value in found[layer].columns["capacity"])
    assert 0.8 < room / int(ground.groups[:, group].sum()) < 1.25


@pytest.mark.parametrize("layer", [*SCHOOLS[:3], "health_station"])
def test_every_commune_has_its_own(found: dict[str, Features], layer: str) -> None:
    codes = {str(code).split("_")[1] for code in found[layer].columns["code"]}
    assert codes == {unit.code for unit in paper_city.units()}


def test_parks_are_areas_that_nobody_else_builds_on(found: dict[str, Features]) -> None:
    parks = found["park"].geometry
    assert (shapely.get_type_id(parks) == 6).all()
    assert shapely.is_valid(parks).all()
    for layer in PLACED:
        points = found[layer].geometry[shapely.get_type_id(found[layer].geometry) == 0]
        assert not shapely.intersects(points[:, None], parks[None, :]).any(), layer
    assert len(areas_of(found)) >= len(parks)


def test_bus_stops_stand_along_great_roads_and_apart(found: dict[str, Features]) -> None:
    roads = paper_city.roads()
    great = roads.lines[np.isin(np.array(roads.road_class), ["national", "provincial"])]
    stops = found["bus_stop"].geometry
    assert shapely.distance(stops, shapely.union_all(great)).max() < 10
    xy = shapely.get_coordinates(stops)
    away = np.hypot(*(xy[:, None] - xy[None]).transpose(2, 0, 1))[~np.eye(len(xy), dtype=bool)]
    assert away.min() > 200


def test_cameras_watch_crossings(found: dict[str, Features]) -> None:
    ends = [shapely.get_point(paper_city.roads().lines, at) for at in (0, -1)]
    crossings = shapely.STRtree(np.concatenate(ends))
    for place in found["camera"].geometry.tolist():
        assert len(crossings.query(place, predicate="dwithin", distance=7)) >= 3


def test_equal_input_gives_equal_services(found: dict[str, Features]) -> None:
    fresh = Ground(paper_city.land(), paper_city.villages(), paper_city.roads())
    again = make_facilities(fresh, NAMES)
    for layer, features in found.items():
        assert shapely.to_wkb(features.geometry).tolist() == shapely.to_wkb(again[layer].geometry).tolist()
        assert features.columns == again[layer].columns
