"""The bends of the roads fold nothing and lose nothing."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from gis_service.analysis.demo_city.road_bends import bend, unbend

PLACES = st.lists(
    st.tuples(st.floats(560_000, 625_000), st.floats(2_238_000, 2_296_000)), min_size=1, max_size=20
).map(np.array)


@given(PLACES)
def test_unbending_takes_every_place_back(at: np.ndarray[tuple[int, int], np.dtype[np.float64]]) -> None:
    assert np.abs(unbend(bend(at)) - at).max() < 1e-5
    assert np.abs(bend(unbend(at)) - at).max() < 1e-5


@given(PLACES, st.floats(0, 2 * np.pi), st.floats(0.01, 1_000))
def test_places_apart_stay_apart(
    at: np.ndarray[tuple[int, int], np.dtype[np.float64]], angle: float, step_m: float
) -> None:
    other = at + step_m * np.array([np.cos(angle), np.sin(angle)])
    apart = np.hypot(*(bend(other) - bend(at)).T)
    assert (apart > 0.2 * step_m).all()
    assert (apart < 1.8 * step_m).all()


def test_the_bends_turn_nothing_inside_out() -> None:
    x, y = np.meshgrid(np.arange(562_000, 622_000, 400.0), np.arange(2_240_000, 2_294_000, 400.0))
    at = np.column_stack([x.ravel(), y.ravel()])
    east, north = (bend(at + step) - bend(at) for step in ([1.0, 0.0], [0.0, 1.0]))
    assert (east[:, 0] * north[:, 1] - east[:, 1] * north[:, 0]).min() > 0


def test_no_place_moves_far() -> None:
    at = np.column_stack([np.linspace(562_000, 622_000, 500), np.linspace(2_294_000, 2_240_000, 500)])
    moved = np.hypot(*(bend(at) - at).T)
    assert 50 < moved.max() < 330
