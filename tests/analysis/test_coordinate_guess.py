"""Columns of coordinates are told by their values, ranked, and never decided."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from gis_service.analysis.coordinate_guess import LEAST_SHARE, CoordinateGuess, guess_coordinates

BOX = (106.1, 20.2, 106.7, 20.8)
NAN = float("nan")


def test_degrees_around_the_city_are_x_and_y_whatever_the_columns_are_called() -> None:
    values = {
        "số": np.array([1.0, 2.0, 3.0]),
        "b": np.array([20.4, 20.5, NAN]),
        "a": np.array([106.3, 106.4, 106.5]),
    }
    (guess,) = guess_coordinates(values, {}, BOX)
    assert (guess.columns, guess.measure) == (("a", "b"), "degrees")
    assert guess.share == 2 / 3


def test_metres_are_known_by_the_latitude_and_northing_first_is_turned_round() -> None:
    # EPSG:9209, as Vietnamese surveyors write it: X is north.
    values = {"X": np.array([2_261_880.3, 2_262_000.0]), "Y": np.array([587_095.9, 588_000.0])}
    (guess,) = guess_coordinates(values, {}, BOX)
    assert (guess.columns, guess.measure, guess.share) == (("Y", "X"), "metres", 1.0)


def test_shapes_come_by_their_share_and_neighbours_before_others() -> None:
    east, north = np.full(4, 106.3), np.full(4, 20.4)
    values = {"lon1": east, "lat1": north, "note": np.full(4, NAN), "lat2": north}
    found = guess_coordinates(values, {"hình": 0.75, "ghi chú": 0.1}, BOX)
    assert [guess.columns for guess in found] == [("lon1", "lat1"), ("lon1", "lat2"), ("hình",)]


def test_nothing_is_guessed_of_an_empty_table_or_of_other_numbers() -> None:
    assert guess_coordinates({"a": np.empty(0), "b": np.empty(0)}, {}, BOX) == ()
    assert guess_coordinates({"a": np.arange(9.0), "b": np.arange(9.0)}, {"c": 0.0}, BOX) == ()


_COLUMNS = st.lists(
    st.lists(st.sampled_from([NAN, 106.4, 20.5, 587_000.0, 2_262_000.0, 7.0]), min_size=4, max_size=4),
    max_size=5,
)


@given(columns=_COLUMNS)
def test_every_guess_is_a_pair_of_different_columns_in_the_order_of_its_share(
    columns: list[list[float]],
) -> None:
    found: tuple[CoordinateGuess, ...] = guess_coordinates(
        {str(at): np.array(column) for at, column in enumerate(columns)}, {}, BOX
    )
    assert all(len(set(guess.columns)) == 2 and LEAST_SHARE <= guess.share <= 1 for guess in found)
    assert [guess.share for guess in found] == sorted((guess.share for guess in found), reverse=True)
