"""Turns for tiles: the newest first, nobody for ever, and an honest word to those who are sent away."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest

from gis_service.db.abandon import AbandonedError
from gis_service.errors import ErrorCode, Temporary
from gis_service.services import tile_turns
from gis_service.services.tile_turns import LATEST_S, SOONEST_S, TileTurns


class Held:
    """Work that goes on until it is told to end."""

    def __init__(self, turns: TileTurns) -> None:
        self._turns = turns
        self.begun, self.go_on = threading.Event(), threading.Event()

    def __call__(self) -> None:
        with self._turns.one():
            self.begun.set()
            self.go_on.wait(10)


def until(holds: Callable[[], bool]) -> None:
    ends = time.monotonic() + 5
    while not holds():
        assert time.monotonic() < ends
        time.sleep(0.005)


def waiting(turns: TileTurns) -> int:
    return len(turns._waiting)


def is_waiting(turns: TileTurns, count: int) -> bool:
    return waiting(turns) == count


def test_the_newest_and_the_oldest_are_served_in_turn() -> None:
    turns, served = TileTurns(1), []

    def serve(name: int) -> None:
        with turns.one():
            served.append(name)

    held = Held(turns)
    with ThreadPoolExecutor(6) as pool:
        pool.submit(held)
        assert held.begun.wait(5)
        for name in range(5):
            pool.submit(serve, name)
            until(partial(is_waiting, turns, name + 1))
        held.go_on.set()
    assert served == [4, 0, 3, 1, 2]
    # All turns are free again.
    with turns.one():
        pass


def test_nobody_is_passed_by_those_who_come_again_and_again() -> None:
    turns, served = TileTurns(1), []
    done = threading.Event()

    def serve(name: int) -> None:
        with turns.one():
            served.append(name)

    def come_again() -> None:
        while not done.is_set():
            serve(-1)

    held = Held(turns)
    with ThreadPoolExecutor(7) as pool:
        pool.submit(held)
        assert held.begun.wait(5)
        early = []
        for name in range(3):
            early.append(pool.submit(serve, name))
            until(partial(is_waiting, turns, name + 1))
        # Who has got a tile asks for the next one: there is always somebody newer.
        for _ in range(3):
            pool.submit(come_again)
        until(partial(is_waiting, turns, 6))
        held.go_on.set()
        for one in early:
            one.result(5)
        done.set()
    assert max(served.index(name) for name in range(3)) <= 2 * 6


def test_who_waits_too_long_is_told_how_long_the_others_take(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tile_turns, "PATIENCE_S", 0.3)
    turns = TileTurns(1)
    held = Held(turns)
    with ThreadPoolExecutor(1) as pool:
        pool.submit(held)
        assert held.begun.wait(5)
        time.sleep(0.8)
        with pytest.raises(Temporary) as refused, turns.one():
            pass
        held.go_on.set()
    assert refused.value.code is ErrorCode.TILES_BUSY
    # What is under way has taken more than a second, and nothing has ended yet.
    assert refused.value.params == {"count": 1, "seconds": 2}
    assert waiting(turns) == 0
    with turns.one():
        pass


def test_what_is_said_follows_what_tiles_take() -> None:
    turns = TileTurns(2)
    assert turns.wait_s() == SOONEST_S
    turns._mean_s, turns._begun = 3.0, [time.monotonic()] * 2
    assert turns.wait_s() == 3
    turns._waiting = [threading.Event() for _ in range(6)]
    assert turns.wait_s() == 12
    turns._mean_s = 1000.0
    assert turns.wait_s() == LATEST_S


def test_who_is_not_wanted_any_more_waits_no_longer() -> None:
    turns = TileTurns(1)
    held, wanted = Held(turns), threading.Event()
    wanted.set()
    with ThreadPoolExecutor(2) as pool:
        pool.submit(held)
        assert held.begun.wait(5)

        def wait() -> None:
            with turns.one(wanted.is_set):
                raise AssertionError

        left = pool.submit(wait)
        until(lambda: waiting(turns) == 1)
        wanted.clear()
        with pytest.raises(AbandonedError):
            left.result(5)
        # One that was given up while it waited for a thread does not even begin to wait.
        with pytest.raises(AbandonedError), turns.one(lambda: False):
            pass
        held.go_on.set()
    with turns.one():
        pass
