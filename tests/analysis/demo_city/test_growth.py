import numpy as np
import pytest
from scipy import ndimage

from gis_service.analysis.demo_city.growth import grow
from gis_service.types import Floats, Int32s

SIDE = 40


def field(starts: tuple[float, float] = (0.0, 0.0), bar: float = 0.0) -> Int32s:
    """Let two equal units grow from a quarter and three quarters of a square."""
    x, y = np.meshgrid(np.arange(SIDE) + 0.5, np.arange(SIDE) + 0.5)
    bars = np.zeros((SIDE, SIDE))
    bars[:, 27] = bar
    shape = np.array([[10.5, 20.5, 12, 12, 12, 12, starts[0]], [30.5, 20.5, 12, 12, 12, 12, starts[1]]])
    room = np.ones((SIDE, SIDE), dtype=np.bool_)
    return grow(room, np.array([[20, 10], [20, 30]]), shape, np.stack([x, y], axis=-1), bars)


def test_equals_share_equally() -> None:
    owner = field()
    assert (owner[:, :20] == 0).all()
    assert (owner[:, 21:] == 1).all()


@pytest.mark.parametrize("late", [0.3, 0.9])
def test_who_starts_later_gets_less_but_keeps_its_core(late: float) -> None:
    owner = field((0.0, late))
    assert 0 < (owner == 1).sum() < SIDE * SIDE / 2
    assert owner[20, 30] == 1


def test_a_bar_holds_up_whoever_crosses_it() -> None:
    assert (field((0.0, 0.6)) == 0).sum() < (field((0.0, 0.6), bar=0.5) == 0).sum()


@pytest.mark.parametrize("seed", range(5))
def test_every_unit_is_one_piece_and_every_cell_has_an_owner(seed: int) -> None:
    random = np.random.Generator(np.random.PCG64(seed))
    seeds = np.unique(random.integers(0, SIDE, (12, 2)), axis=0)
    x, y = np.meshgrid(np.arange(SIDE) + 0.5, np.arange(SIDE) + 0.5)
    places: Floats = np.stack([x, y], axis=-1) + random.normal(0.0, 1.0, (SIDE, SIDE, 2))
    reaches = random.uniform(3.0, 9.0, (len(seeds), 4))
    shape = np.column_stack([seeds[:, ::-1] + 0.5, reaches, random.uniform(-1.0, 1.0, len(seeds))])
    room = np.ones((SIDE, SIDE), dtype=np.bool_)
    owner = grow(room, seeds, shape, places, np.zeros((SIDE, SIDE)))
    assert set(np.unique(owner)) == set(range(len(seeds)))
    assert [ndimage.label(owner == number)[1] for number in range(len(seeds))] == [1] * len(seeds)


def test_nothing_grows_where_there_is_no_room() -> None:
    room = np.ones((4, 4), dtype=np.bool_)
    room[:, 2] = False
    places = np.zeros((4, 4, 2))
    owner = grow(room, np.array([[0, 0]]), np.array([[0.0, 0, 1, 1, 1, 1, 0]]), places, np.zeros((4, 4)))
    assert (owner[:, :2] == 0).all()
    assert (owner[:, 2:] == -1).all()
