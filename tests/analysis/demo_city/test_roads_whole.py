"""The roads of the whole demo city, measured from their lines; tests/content measures its layers."""

import numpy as np
import pytest
import shapely

from gis_service.services.demo_build import City as BuiltCity
from tests.analysis.demo_city.road_measures import lanes_of, network_of, reach
from tests.analysis.demo_city.test_roads import City

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def city(built_city: BuiltCity) -> City:
    roads, ferries = built_city.roads, built_city.ferries
    return City(built_city.land, built_city.villages, roads, ferries, network_of(roads, ferries))


@pytest.mark.parametrize("mode", ["walk", "motorbike"])
def test_the_network_is_large_and_holds_nearly_everybody(city: City, mode: str) -> None:
    measured = reach(city.network, mode, city.villages.xy)
    assert 100_000 <= measured.n_arcs <= 200_000
    people = city.villages.people
    assert people[measured.on_main].sum() >= 0.98 * people.sum()


def test_six_to_eight_bridges_and_three_to_six_ferries_cross_the_rivers(city: City) -> None:
    roads = city.roads
    bridges = [name for name, is_bridge in zip(roads.name, roads.is_bridge, strict=True) if is_bridge]
    assert 6 <= len(set(bridges)) == len(bridges) <= 8
    assert 3 <= len(set(city.ferries.name)) == len(city.ferries.name) <= 6
    tra_ly = next(water.shape for water in city.land.waters if water.name == "Sông Trà Lý")
    assert 4 <= shapely.intersects(tra_ly, roads.lines).sum() <= 5


def test_nothing_else_touches_the_water(city: City) -> None:
    assert np.array_equal(shapely.intersects(city.land.water, city.roads.lines), city.roads.is_bridge)


def test_only_high_bridges_cross_another_road(city: City) -> None:
    roads = city.roads
    one, other = shapely.STRtree(roads.lines).query(roads.lines, predicate="crosses")
    assert len(one) > 0
    assert (roads.level[one] != roads.level[other]).all()


def test_two_fifths_of_the_lanes_are_narrow(city: City) -> None:
    narrow = city.roads.width_m[lanes_of(city.roads)] < 2.5
    assert 0.38 <= narrow.mean() <= 0.42


def test_every_class_from_national_to_alley_has_its_share(city: City) -> None:
    classes = np.array(city.roads.road_class)
    length = {name: shapely.length(city.roads.lines[classes == name]).sum() for name in set(classes)}
    assert max(length, key=length.__getitem__) == "village_lane"
    assert 100_000 < length["national"] < length["district"] < length["commune"]
    assert {"QL10", "QL37", "QL37B", "QL39", "ĐT.452"} <= set(city.roads.name)


def test_a_lane_is_near_every_village(city: City) -> None:
    tree = shapely.STRtree(city.roads.lines)
    inside = shapely.get_parts(shapely.buffer(city.villages.shape, -10))
    places = shapely.get_point(shapely.get_exterior_ring(inside), 0)
    distance = tree.query_nearest(places, return_distance=True, all_matches=False)[1]
    assert np.quantile(distance, 0.99) < 80
