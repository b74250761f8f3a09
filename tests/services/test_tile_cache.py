"""The cache of tiles: one query for many askers, nothing given that is older than the question allows."""

import random
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import Engine

from gis_service.db.engine import open_engine, transaction
from gis_service.errors import ErrorCode, Temporary
from gis_service.files.tile_store import TileStore
from gis_service.services import tile_cache, tile_freshness, tile_turns
from gis_service.services.tile_cache import Made, TileCache
from gis_service.types import LayerId
from tests.well_tiles import WELL, WellTile, corner_tile, dig, some_tile, write

MARK = "0123456789abcdef"
SOME = "UPDATE layer.well SET depth = depth + 1 WHERE fid = 1"
FAR = "INSERT INTO layer.well (geom) VALUES (ST_Point(106.8, 20.2, 4326))"
Z14 = corner_tile(14)
Z9 = corner_tile(9)


@pytest.fixture
def wells(make_database: Callable[[], str]) -> Iterator[Engine]:
    engine = open_engine(make_database())
    dig(engine)
    yield engine
    engine.dispose()


def cache_of(engine: Engine, folder: Path, at_once: int = 3) -> TileCache:
    return TileCache(engine, TileStore(folder), most_bytes=1 << 20, most_stored=1 << 20, at_once=at_once)


def wait_until_it_is_old() -> None:
    time.sleep(tile_freshness.BELIEVED_S + 0.05)


def test_a_tile_is_made_once_for_all_processes(wells: Engine, tmp_path: Path) -> None:
    tile = WellTile(wells, Z9)
    first = cache_of(wells, tmp_path)
    made = first.give(MARK, Z9, tile)
    assert first.give(MARK, Z9, tile) is made
    assert first.known(made.mark, Z9) is made
    again = cache_of(wells, tmp_path).give(MARK, Z9, tile)
    assert (again.content, again.etag, again.made_of) == (made.content, made.etag, made.made_of)
    assert tile.made == 1


def test_half_a_second_after_a_commit_nobody_gets_the_old_tile(wells: Engine, tmp_path: Path) -> None:
    tile, caches = WellTile(wells, Z9), [cache_of(wells, tmp_path) for _ in range(2)]
    given = [cache.give(MARK, Z9, tile) for cache in caches]
    write(wells, SOME)
    wait_until_it_is_old()
    assert [cache.known(given[0].mark, Z9) for cache in caches] == [None, None]
    after = {cache.give(MARK, Z9, tile).etag for cache in caches}
    assert len(after) == 1
    assert not after & {one.etag for one in given}
    assert tile.made == 2


def test_a_change_beside_a_tile_is_asked_about_and_the_tile_kept(wells: Engine, tmp_path: Path) -> None:
    # The whole cell of zoom 14 is touched; the tile of zoom 17 in it is not.
    z, x, y = Z14
    small = (17, x * 8, y * 8)
    tile, cache = WellTile(wells, small), cache_of(wells, tmp_path)
    before = cache.give(MARK, small, tile)
    write(
        wells,
        "INSERT INTO layer.well (geom)"
        f" SELECT ST_Centroid(ST_Transform(ST_TileEnvelope({z}, {x}, {y}), 4326))",
    )
    wait_until_it_is_old()
    after = cache.give(MARK, small, tile)
    assert after.content == before.content
    assert after.made_of[WELL] > before.made_of[WELL]
    assert (tile.made, len(tile.asked)) == (1, 1)
    assert cache.give(MARK, small, tile) is after


def test_a_change_elsewhere_costs_no_question(wells: Engine, tmp_path: Path) -> None:
    tile, cache = WellTile(wells, Z14), cache_of(wells, tmp_path)
    before = cache.give(MARK, Z14, tile)
    write(wells, FAR)
    wait_until_it_is_old()
    assert cache.give(MARK, Z14, tile) is before
    assert (tile.made, tile.asked) == (1, [])


class Slow(WellTile):
    """A tile that is read at once, and then takes its time."""

    def make(self) -> Made:
        made = super().make()
        self.read.set()
        self.go_on.wait(10)
        return made

    def __init__(self, engine: Engine, zxy: tuple[int, int, int]) -> None:
        super().__init__(engine, zxy)
        self.read, self.go_on = threading.Event(), threading.Event()


def test_who_waits_for_anothers_tile_gets_none_from_before_the_question(
    wells: Engine, tmp_path: Path
) -> None:
    slow, cache = Slow(wells, Z9), cache_of(wells, tmp_path)
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(cache.give, MARK, Z9, slow)
        assert slow.read.wait(10)
        write(wells, SOME)
        wait_until_it_is_old()
        second = pool.submit(cache.give, MARK, Z9, slow)
        time.sleep(0.1)
        slow.go_on.set()
        assert second.result().made_of[WELL] > first.result().made_of[WELL]
    assert slow.made == 2
    assert cache.give(MARK, Z9, slow).etag == second.result().etag


def test_many_who_ask_at_once_make_one_query(wells: Engine, tmp_path: Path) -> None:
    slow, cache = Slow(wells, Z9), cache_of(wells, tmp_path)
    with ThreadPoolExecutor(8) as pool:
        asked = [pool.submit(cache.give, MARK, Z9, slow) for _ in range(8)]
        assert slow.read.wait(10)
        slow.go_on.set()
        assert len({one.result().etag for one in asked}) == 1
    assert slow.made == 1


def test_who_gets_no_turn_is_told_to_come_again(
    wells: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tile_turns, "PATIENCE_S", 0.05)
    slow, cache = Slow(wells, Z9), cache_of(wells, tmp_path, at_once=1)
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(cache.give, MARK, Z9, slow)
        assert slow.read.wait(10)
        with pytest.raises(Temporary) as refused:
            cache.give(MARK, Z14, WellTile(wells, Z14))
        slow.go_on.set()
        first.result()
    assert refused.value.code is ErrorCode.TILES_BUSY
    assert cache.give(MARK, Z14, WellTile(wells, Z14)).content


def test_a_tile_that_fails_is_asked_for_again(wells: Engine, tmp_path: Path) -> None:
    class Failing(WellTile):
        def make(self) -> Made:
            if not self.made:
                self.made = 1
                raise Temporary(ErrorCode.TILES_BUSY, count=1, seconds=1)
            return super().make()

    tile, cache = Failing(wells, Z9), cache_of(wells, tmp_path)
    with pytest.raises(Temporary):
        cache.give(MARK, Z9, tile)
    assert cache.give(MARK, Z9, tile).content


def test_a_disk_that_keeps_nothing_is_no_reason_to_show_nothing(wells: Engine, tmp_path: Path) -> None:
    occupied = tmp_path / "tiles"
    occupied.write_text("not a folder", encoding="utf-8")
    cache = cache_of(wells, occupied)
    assert cache.give(MARK, Z9, WellTile(wells, Z9)).content


class Ready:
    """A tile that is made of nothing, at once."""

    def __init__(self, content: bytes = b"") -> None:
        self.content = content

    def make(self) -> Made:
        return Made(self.content, {})

    def unchanged(self, made_of: Mapping[LayerId, int]) -> Mapping[LayerId, int]:
        return made_of


def test_tiles_in_which_nothing_lies_leave_nothing_on_disk(wells: Engine, tmp_path: Path) -> None:
    # There are as many of them as people can think of, at zooms up to 24.
    cache, folder = cache_of(wells, tmp_path / "tiles"), tmp_path / "tiles"
    for x in range(1_000):
        assert cache.give(MARK, (22, x, 0), Ready()).content == b""
    assert not folder.exists()


def test_a_tile_that_has_become_empty_is_not_kept_as_it_was(wells: Engine, tmp_path: Path) -> None:
    tile, folder = WellTile(wells, Z14), tmp_path / "tiles"
    assert cache_of(wells, folder).give(MARK, Z14, tile).content
    write(wells, "DELETE FROM layer.well")
    for _ in range(2):
        assert cache_of(wells, folder).give(MARK, Z14, tile).content == b""
    assert list(folder.iterdir()) == []


def test_nobody_waits_while_room_is_made_on_disk(
    wells: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tile_cache, "SHRINK_EVERY", 2)
    begun, go_on = threading.Event(), threading.Event()

    class Crowded(TileStore):
        walks = 0

        def shrink(self, most_bytes: int) -> int:
            self.walks += 1
            begun.set()
            go_on.wait(10)
            return super().shrink(most_bytes)

    store = Crowded(tmp_path)
    cache = TileCache(wells, store, most_bytes=1 << 20, most_stored=0, at_once=3)
    for x in range(8):
        assert cache.give(MARK, (5, x, 0), Ready(b"x")).content == b"x"
    assert begun.wait(10)
    # One walk at a time.
    assert store.walks == 1
    go_on.set()
    ends = time.monotonic() + 10
    while any(tmp_path.iterdir()) and time.monotonic() < ends:
        time.sleep(0.01)
    assert not any(tmp_path.iterdir())


EDITS = (
    "UPDATE layer.well SET depth = depth + 1 WHERE fid % 20 = {n}",
    "UPDATE layer.well SET geom = ST_Translate(geom, 0.001, 0.0005) WHERE fid = {n}",
    "INSERT INTO layer.well (geom, depth) SELECT ST_Point(106.34 + {n} * 0.004, 20.4, 4326), {n}",
    "DELETE FROM layer.well WHERE fid = 20 + {n}",
    "INSERT INTO layer.well (geom, depth) VALUES (ST_Point(106.6 + {n} * 0.01, 20.2, 4326), {n})",
)


def test_hardly_any_tile_is_made_again_in_vain(wells: Engine, tmp_path: Path) -> None:
    dice, cache = random.Random(11), cache_of(wells, tmp_path)  # noqa: S311  reproducible, no secret
    tiles = [WellTile(wells, zxy) for zxy in sorted({some_tile(dice) for _ in range(24)})]
    before = {id(tile): cache.give(MARK, tile.zxy, tile).content for tile in tiles}
    again, in_vain = 0, 0
    for _ in range(40):
        write(wells, dice.choice(EDITS).format(n=dice.randrange(20)))
        with transaction(wells) as connection:
            cache.freshness.look(connection)
        for tile in tiles:
            made, content = tile.made, cache.give(MARK, tile.zxy, tile).content
            if tile.made > made:
                again += 1
                in_vain += content == before[id(tile)]
            else:
                assert content == before[id(tile)]
            before[id(tile)] = content
    assert again > 50
    assert in_vain < 0.05 * again
