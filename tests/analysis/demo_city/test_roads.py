"""Laws of the demo city's roads, on a small piece of land."""

from dataclasses import dataclass, fields

import numpy as np
import pytest
import shapely
from scipy.spatial import cKDTree

from gis_service.analysis.demo_city.land import Land
from gis_service.analysis.demo_city.roads import CityFerries, CityRoads, make_roads
from gis_service.analysis.demo_city.villages import Villages
from gis_service.analysis.network import ROAD_CLASSES, Network
from tests.analysis.demo_city import river_city
from tests.analysis.demo_city.road_measures import ends_of, lanes_of, network_of, reach


@dataclass(frozen=True)
class City:
    land: Land
    villages: Villages
    roads: CityRoads
    ferries: CityFerries
    network: Network


@pytest.fixture(scope="module")
def city() -> City:
    land = river_city.land()
    villages = river_city.villages(land)
    roads, ferries = make_roads(land, villages)
    return City(land, villages, roads, ferries, network_of(roads, ferries))


def test_every_column_has_a_value_for_every_line(city: City) -> None:
    for made in (city.roads, city.ferries):
        assert {len(getattr(made, field.name)) for field in fields(made)} == {len(made.lines)}
    assert set(city.roads.road_class) <= set(ROAD_CLASSES) - {"expressway"}


def test_the_same_land_gives_the_same_roads(city: City) -> None:
    roads, ferries = make_roads(city.land, city.villages)
    for one, other in ((roads, city.roads), (ferries, city.ferries)):
        for field in fields(one):
            mine, theirs = getattr(one, field.name), getattr(other, field.name)
            if field.name == "lines":
                mine, theirs = shapely.to_wkb(mine), shapely.to_wkb(theirs)
            assert np.array_equal(mine, theirs), field.name


def test_water_is_crossed_on_bridges_and_by_ferries_only(city: City) -> None:
    wet = shapely.intersects(city.land.water, city.roads.lines)
    assert np.array_equal(wet, city.roads.is_bridge)
    assert shapely.intersects(city.land.water, city.ferries.lines).all()


def test_canals_are_crossed_where_a_road_comes(city: City) -> None:
    canal = next(water.shape for water in city.land.waters if water.kind == "canal")
    assert shapely.intersects(canal, city.roads.lines).sum() > 5


def test_bridges_and_ferries_stand_where_the_rivers_of_the_land_allow(city: City) -> None:
    bridges = {
        name for name, is_bridge in zip(city.roads.name, city.roads.is_bridge, strict=True) if is_bridge
    }
    assert bridges == {"Cầu Tân Đệ", "Cầu Bo", "Cầu Thái Bình"}
    assert len(city.ferries.name) == 1
    assert city.ferries.name[0].startswith("Đò Sông ")


def test_a_high_bridge_passes_over_the_dike_road_without_joining_it(city: City) -> None:
    high = np.flatnonzero(city.roads.level > 0)
    assert [city.roads.name[line] for line in high] == ["Cầu Tân Đệ"]
    dike = np.array([name == "Đường đê sông Hồng" for name in city.roads.name])
    crossed = shapely.crosses(city.roads.lines[high[0]], city.roads.lines[dike])
    assert crossed.sum() == 1
    place = shapely.intersection(city.roads.lines[high[0]], city.roads.lines[dike][crossed][0])
    nearest = cKDTree(city.network.node_xy).query(shapely.get_coordinates(place))[0]
    assert nearest > 20


def test_low_bridges_end_on_the_dike_roads(city: City) -> None:
    dike = np.array([name == "Đường đê sông Trà Lý" for name in city.roads.name])
    for bridge in np.flatnonzero(city.roads.is_bridge & (city.roads.level == 0)):
        ends = [shapely.get_point(city.roads.lines[bridge], which) for which in (0, -1)]
        assert all(shapely.distance(end, city.roads.lines[dike]).min() < 0.01 for end in ends)


def test_ferries_land_at_the_ends_of_roads(city: City) -> None:
    ends = shapely.get_coordinates(city.ferries.lines)
    assert np.max(cKDTree(ends_of(city.roads)).query(ends)[0]) == 0


def test_all_people_reach_each_other_on_foot_and_by_motorbike(city: City) -> None:
    for name in ("walk", "motorbike"):
        assert reach(city.network, name, city.villages.xy).on_main.all(), name


def test_lines_are_cut_at_every_junction(city: City) -> None:
    assert city.network.n_segments == len(city.roads.lines) + len(city.ferries.lines)
    ground = city.roads.lines[city.roads.level == 0]
    assert len(shapely.STRtree(ground).query(ground, predicate="crosses")[0]) == 0


def test_lines_are_simple_and_none_is_there_twice(city: City) -> None:
    lines = city.roads.lines
    assert shapely.is_simple(lines).all()
    assert shapely.length(lines).min() > 1
    assert len(set(shapely.to_wkb(shapely.normalize(lines)).tolist())) == len(lines)


def test_coordinates_are_whole_centimetres(city: City) -> None:
    xy = shapely.get_coordinates(np.concatenate([city.roads.lines, city.ferries.lines]))
    assert np.array_equal(xy, np.round(xy, 2))


def test_two_fifths_of_the_lanes_are_too_narrow_for_cars(city: City) -> None:
    lanes, width = lanes_of(city.roads), city.roads.width_m
    assert 0.38 <= (width[lanes] < 2.5).mean() <= 0.42
    assert not city.roads.by_car[width < 2.5].any()
    assert city.roads.by_car[~lanes].all()


def test_alleys_are_the_roads_under_two_metres(city: City) -> None:
    alley = np.array(city.roads.road_class) == "alley"
    assert alley.any()
    assert np.array_equal(alley, city.roads.width_m < 2)


def test_greater_roads_are_wider(city: City) -> None:
    classes = np.array(city.roads.road_class)
    order = ("national", "provincial", "district", "village_lane", "alley")
    middle = [float(np.median(city.roads.width_m[classes == name])) for name in order]
    assert middle == sorted(middle, reverse=True)


def test_a_lane_is_near_every_place_of_a_village(city: City) -> None:
    points = np.concatenate([_places(shape) for shape in city.villages.shape])
    tree = shapely.STRtree(city.roads.lines)
    distance = tree.query_nearest(points, return_distance=True, all_matches=False)[1]
    assert np.quantile(distance, 0.99) < 70
    assert distance.max() < 110


def _places(shape: shapely.Polygon) -> np.ndarray[tuple[int], np.dtype[np.object_]]:
    west, south, east, north = shape.bounds
    x, y = np.meshgrid(np.arange(west, east, 30), np.arange(south, north, 30))
    inside = shapely.contains_xy(shape, x.ravel(), y.ravel())
    return np.asarray(shapely.points(x.ravel()[inside], y.ravel()[inside]), dtype=object)


def test_alleys_end_within_the_villages(city: City) -> None:
    narrow = np.array(city.roads.road_class) == "alley"
    middle = shapely.line_interpolate_point(city.roads.lines[narrow], 0.5, normalized=True)
    villages = shapely.STRtree(city.villages.shape)
    inside = np.unique(villages.query(middle, predicate="dwithin", distance=10)[0])
    assert len(inside) > 0.9 * narrow.sum()


def test_many_lanes_are_dead_ends(city: City) -> None:
    ends = ends_of(city.roads)
    _, which, count = np.unique(ends, axis=0, return_inverse=True, return_counts=True)
    single = count[which.ravel()].reshape(2, -1) == 1
    assert 0.15 < single.any(axis=0).mean() < 0.5


def test_one_ways_are_streets_of_towns(city: City) -> None:
    oneway = city.roads.oneway != 0
    assert oneway.sum() > 5
    assert {city.roads.road_class[line] for line in np.flatnonzero(oneway)} == {"commune"}
    town = shapely.STRtree(city.villages.shape[np.array(city.villages.kind) == "street_group"])
    assert len(np.unique(town.query(city.roads.lines[oneway], predicate="intersects")[0])) == oneway.sum()


def test_tracks_and_poor_lanes_are_of_earth(city: City) -> None:
    lanes = lanes_of(city.roads)
    assert city.roads.paved[~lanes].all()
    assert 0.05 < (~city.roads.paved[lanes]).mean() < 0.4


def test_main_roads_are_named_and_go_on_beyond_the_border(city: City) -> None:
    national = np.array(city.roads.road_class) == "national"
    assert {"QL10"} <= {city.roads.name[line] for line in np.flatnonzero(national)}
    outside = ~shapely.intersects(city.land.province.buffer(50), city.roads.lines)
    assert {city.roads.name[line] for line in np.flatnonzero(outside)} == {"QL10"}
    assert shapely.distance(city.land.province, city.roads.lines).max() < 10_000


def test_district_roads_link_the_communes(city: City) -> None:
    named = {city.roads.name[line] for line in np.flatnonzero(np.array(city.roads.road_class) == "district")}
    assert sum(name.startswith("ĐH.") for name in named) > 3
