"""Tiles are made again when they look otherwise, and hardly ever in vain: also those of overviews."""

import random
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from gis_service.analysis import generalise
from gis_service.db.engine import open_engine, transaction
from tests.filled_database import opened
from tests.vain_tiles import EDITS, Reader, follow, write

MOST_IN_VAIN = 0.05
HIDDEN = EDITS[:3]
ROUND = "UPDATE layer.land_use SET geom = ST_Multi(ST_Buffer(ST_Centroid(geom), 0.004, 'quad_segs=64'))"
Told = tuple[int, int, int, int]


@pytest.fixture
def province(make_town_database: Callable[[str], str]) -> Iterator[Engine]:
    """Give the small province with its overviews made; a tile holds few rows, so that it is a dense one."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(generalise, "MOST_ROWS", 20)
        patch.setattr(generalise, "FEW_POINTS", 1)
        for engine in opened(make_town_database("small_province")):
            # As surveyed areas do, they have more corners than one sees from afar.
            with transaction(engine) as connection:
                connection.execute(text(ROUND))
            follow(engine)
            yield engine


def is_so(told: Sequence[Told], at_least: int) -> None:
    """Hold the counts of all readers against what is promised."""
    again, in_vain, base_again, base_in_vain = (sum(column) for column in zip(*told, strict=True))
    print(f"\nlayers {in_vain} of {again}, base map {base_in_vain} of {base_again} in vain")  # noqa: T201 the figure
    assert again > at_least
    assert in_vain < MOST_IN_VAIN * again
    assert base_again > at_least / 2
    assert base_in_vain < MOST_IN_VAIN * base_again


def test_hardly_any_tile_of_the_service_is_made_again_in_vain(province: Engine, tmp_path: Path) -> None:
    dice, reader = random.Random(11), Reader(province, tmp_path)  # noqa: S311  no secret
    reader.ask()
    for number in range(20):
        write(province, dice)
        reader.ask()
        # The overviews come up after some changes, not after each.
        if number % 2:
            follow(province)
            reader.ask()
    is_so([reader.told()], at_least=50)
    assert reader.is_true()


def test_what_no_tile_shows_makes_none_again(province: Engine, tmp_path: Path) -> None:
    reader = Reader(province, tmp_path)
    reader.ask()
    for edit in HIDDEN:
        with transaction(province) as connection:
            assert connection.execute(text(edit.format(n=1))).rowcount
        reader.ask()
        follow(province)
        reader.ask()
    assert reader.told() == (0, 0, 0, 0)
    assert reader.is_true()


_reader: list[Reader] = []


def _open(url: str, folder: Path) -> None:
    _reader.append(Reader(open_engine(url), folder))


def _ask() -> Told:
    _reader[0].ask()
    return _reader[0].told()


@pytest.mark.slow
def test_hardly_any_tile_is_made_again_in_vain_by_two_processes(province: Engine, tmp_path: Path) -> None:
    url = province.url.render_as_string(hide_password=False).replace("+psycopg", "")
    dice = random.Random(7)  # noqa: S311  reproducible, no secret
    pools = [
        ProcessPoolExecutor(1, get_context("spawn"), initializer=_open, initargs=(url, tmp_path))
        for _ in range(2)
    ]
    try:
        for pool in pools:
            pool.submit(_ask).result()
        told: list[Told] = []
        for number in range(40):
            write(province, dice)
            # At the same time, while an overview comes up.
            asked = [pool.submit(_ask) for pool in pools]
            if number % 2:
                follow(province)
            told = [one.result() for one in asked]
        is_so(told, at_least=100)
    finally:
        for pool in pools:
            pool.shutdown()
