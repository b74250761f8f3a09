import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from gis_service.analysis.demo_city.ground import Ground, apportion, blob, block
from gis_service.analysis.demo_city.roadside import thinned
from gis_service.types import Bools
from tests.analysis.demo_city import paper_city


@pytest.fixture
def ground() -> Ground:
    return Ground(paper_city.land(), paper_city.villages(), paper_city.roads())


def test_a_place_is_given_away_once(ground: Ground) -> None:
    places = [ground.take(0) for _ in range(12)]
    assert len({place.xy for place in places}) == 12


def test_a_place_stands_in_its_village_by_a_road_of_standing(ground: Ground) -> None:
    place = ground.take(3)
    assert (place.unit, place.village) == (1, 3)
    assert shapely.contains_xy(ground.villages.shape[3], *place.xy)
    great = shapely.union_all(ground.roads.lines[_great(ground)])
    assert shapely.distance(shapely.Point(place.xy), great) < 17


def _great(ground: Ground) -> Bools:
    classes = np.array(ground.roads.road_class)
    return np.isin(classes, ["national", "provincial", "district", "commune"])


def test_without_a_free_place_there_is_the_wish_itself(ground: Ground) -> None:
    ground.keep_free(ground.villages.shape[7])
    assert ground.take(7).xy == ground.heart(7)


def test_the_seat_of_a_district_is_its_most_populous_town(ground: Ground) -> None:
    assert ground.seats() == {"1": 0, "2": 3}


@given(st.lists(st.integers(0, 10_000), min_size=1, max_size=30), st.integers(0, 90))
def test_shares_add_up_and_the_greater_never_gets_less(weights: list[int], total: int) -> None:
    counts = apportion(np.array(weights), total)
    assert counts.sum() == max(total, len(weights))
    order = np.argsort(weights, kind="stable")
    assert np.all(np.diff(counts[order])[np.diff(np.array(weights)[order]) > 0] >= 0)


@given(st.floats(500, 90_000))
def test_a_blob_is_whole_and_about_as_large_as_asked(area: float) -> None:
    shape = blob((590_000.0, 2_260_000.0), area, "a park")
    assert shape.is_valid
    assert shape.area == pytest.approx(area, rel=0.1)


def test_a_block_has_its_front_along_the_road(ground: Ground) -> None:
    place = ground.take(0)
    shape = block(place, 80, 50)
    assert shape.area == pytest.approx(4_000, rel=0.01)
    assert shape.contains(shapely.Point(place.xy))
    assert shape.contains(shapely.Point(place.back(47)))
    assert not shape.contains(shapely.Point(place.back(-3)))


@given(st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)), min_size=1, max_size=60))
def test_what_is_left_after_thinning_stands_apart(places: list[tuple[int, int]]) -> None:
    xy = np.array(places, dtype=float)
    kept = xy[thinned(xy, 7.5, np.arange(len(xy), dtype=float))]
    away = np.hypot(*(kept[:, None] - kept[None]).transpose(2, 0, 1))
    assert len(kept) >= 1
    assert np.all(away[~np.eye(len(kept), dtype=bool)] > 7.5)
