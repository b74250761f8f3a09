import threading

import pytest

from gis_service.errors import ErrorCode, Temporary
from gis_service.services import turns
from gis_service.services.turns import Turns

PATIENCE_S = 20


def _takes(given: Turns, begun: threading.Event, end: threading.Event) -> threading.Thread:
    def work() -> None:
        with given.one():
            begun.set()
            assert end.wait(PATIENCE_S)

    thread = threading.Thread(target=work)
    thread.start()
    return thread


def test_who_finds_no_place_to_wait_is_told_so_at_once_and_who_waits_has_the_next_turn() -> None:
    given = Turns(at_once=2, waiting=0)
    first, second, end = threading.Event(), threading.Event(), threading.Event()
    threads = [_takes(given, begun, end) for begun in (first, second)]
    assert first.wait(PATIENCE_S)
    assert second.wait(PATIENCE_S)
    with pytest.raises(Temporary) as caught, given.one():
        pytest.fail("a third turn where two are given")
    assert caught.value.code == ErrorCode.COVERAGE_BUSY
    end.set()
    for thread in threads:
        thread.join(PATIENCE_S)


def test_who_waits_has_the_next_turn() -> None:
    given = Turns(at_once=1, waiting=1)
    first, second, end = (threading.Event() for _ in range(3))
    working = _takes(given, first, end)
    assert first.wait(PATIENCE_S)
    waiting = _takes(given, second, end)
    end.set()
    assert second.wait(PATIENCE_S)
    for thread in (working, waiting):
        thread.join(PATIENCE_S)


def test_nobody_waits_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turns, "WAIT_S", 0.01)
    given = Turns(at_once=1, waiting=1)
    with given.one(), pytest.raises(Temporary) as caught, given.one():
        pytest.fail("two turns at once")
    assert caught.value.code == ErrorCode.COVERAGE_BUSY


def test_a_turn_that_fails_is_free_again() -> None:
    given = Turns(at_once=1)
    for _ in range(3):
        with pytest.raises(ValueError, match="broken"), given.one():
            raise ValueError("broken")
