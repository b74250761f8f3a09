import numpy as np
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from gis_service.analysis.demo_city.village_shapes import built_up

ROOM = shapely.Point(590_000, 2_267_000).buffer(1_200.0)


@settings(max_examples=40, deadline=None)
@given(
    st.integers(0, 2**32 - 1),
    st.integers(1, 12),
    st.floats(3_000.0, 400_000.0),
)
def test_shapes_are_disjoint_and_stay_in_their_room(seed: int, count: int, area_m2: float) -> None:
    random = np.random.Generator(np.random.PCG64(seed))
    places = np.array([590_000.0, 2_267_000.0]) + random.uniform(-700.0, 700.0, (count, 2))
    shapes = built_up(places, np.full(count, area_m2), ROOM, random)
    assert shapely.is_valid(shapes).all()
    assert shapely.covers(ROOM.buffer(1e-6), shapes).all()
    one, other = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    assert (one == other).all()


def test_a_village_with_room_gets_the_area_it_asked_for() -> None:
    for seed in range(20):
        random = np.random.Generator(np.random.PCG64(seed))
        (shape,) = built_up(np.array([[590_000.0, 2_267_000.0]]), np.array([90_000.0]), ROOM, random)
        assert 80_000.0 < shape.area < 130_000.0


def test_places_closer_than_the_gap_get_a_shape_each() -> None:
    random = np.random.Generator(np.random.PCG64(3))
    places = np.array([[590_000.0, 2_267_000.0], [590_009.0, 2_267_000.0], [590_400.0, 2_267_300.0]])
    shapes = built_up(places, np.full(3, 60_000.0), ROOM, random)
    assert not shapely.is_empty(shapes).any()
    assert not shapely.intersects(shapes[0], shapes[1])
