import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial import cKDTree

from gis_service.analysis.demo_city.ages import GROUPS, unit_groups
from gis_service.analysis.demo_city.residents import (
    HOMES_APART_M,
    PEOPLE_PER_HOME,
    Residents,
    make_residents,
    resident_features,
)
from gis_service.analysis.demo_city.roads import CityRoads
from tests.analysis.demo_city import paper_city


@pytest.fixture(scope="module")
def roads() -> CityRoads:
    return paper_city.roads()


@pytest.fixture(scope="module")
def residents(roads: CityRoads) -> Residents:
    return make_residents(paper_city.land(), paper_city.villages(), roads)


def test_there_are_about_as_many_homes_as_people_allow(residents: Residents) -> None:
    wanted = sum(paper_city.PEOPLE) / PEOPLE_PER_HOME
    assert wanted * 0.95 < len(residents) < wanted * 1.05


@settings(max_examples=8, deadline=None)
@given(persons=st.lists(st.integers(0, 9_000), min_size=6, max_size=6))
def test_people_and_groups_add_up_exactly_in_every_commune(roads: CityRoads, persons: list[int]) -> None:
    land = paper_city.land(persons)
    made = make_residents(land, paper_city.villages(persons), roads)
    totals = unit_groups(land.units)
    assert np.bincount(made.unit, made.people, 6).astype(int).tolist() == persons
    assert made.groups.sum(axis=1).tolist() == made.people.tolist()
    for group in range(len(GROUPS)):
        assert (
            np.bincount(made.unit, made.groups[:, group], 6).astype(int).tolist() == totals[:, group].tolist()
        )
    assert made.people.min(initial=1) >= 1


def test_homes_stand_apart_in_their_villages_and_off_the_water(residents: Residents) -> None:
    land, villages = paper_city.land(), paper_city.villages()
    homes = shapely.points(residents.xy)
    assert len(cKDTree(residents.xy).query_pairs(HOMES_APART_M - 0.01)) == 0
    assert shapely.contains(villages.shape[residents.village], homes).all()
    assert shapely.contains(land.outlines[residents.unit], homes).all()
    assert not shapely.intersects(land.water, homes).any()


def test_homes_stand_beside_lanes_and_not_on_them(residents: Residents, roads: CityRoads) -> None:
    away = shapely.STRtree(roads.lines).query_nearest(
        shapely.points(residents.xy), all_matches=False, return_distance=True
    )[1]
    assert away.min() > 2.4
    assert away.max() < 40


def test_nobody_lives_in_what_is_kept_free(roads: CityRoads) -> None:
    villages = paper_city.villages()
    park = shapely.Point(villages.xy[4]).buffer(120)
    made = make_residents(paper_city.land(), villages, roads, np.array([park]))
    assert not shapely.intersects(park, shapely.points(made.xy)).any()
    assert made.people.sum() == sum(paper_city.PEOPLE)


def test_people_of_a_village_without_lanes_live_at_one_place(roads: CityRoads) -> None:
    villages = paper_city.villages()
    lost = roads.lines.copy()
    lost[shapely.intersects(lost, villages.shape[1])] = shapely.LineString([(0, 0), (1, 1)])
    bare = CityRoads(**{name: getattr(roads, name) for name in CityRoads.__slots__} | {"lines": lost})
    made = make_residents(paper_city.land(), villages, bare)
    (row,) = np.flatnonzero(made.village == 1)
    assert made.people[row] == villages.people[1]
    assert made.people.sum() == sum(paper_city.PEOPLE)


def test_equal_input_gives_equal_homes(residents: Residents, roads: CityRoads) -> None:
    again = make_residents(paper_city.land(), paper_city.villages(), roads)
    assert again.xy.tobytes() == residents.xy.tobytes()
    assert again.groups.tobytes() == residents.groups.tobytes()


def test_rows_tell_code_people_groups_and_both_communes(residents: Residents) -> None:
    rows = resident_features(residents, paper_city.land())
    assert list(rows.columns) == ["code", "people", *GROUPS, "commune_2024", "commune"]
    assert len(set(rows.columns["code"])) == len(rows) == len(residents)
    assert rows.columns["code"][0] == "r10001_0001"
    assert set(rows.columns["commune"]) == {"20001", "20002", "20003"}
