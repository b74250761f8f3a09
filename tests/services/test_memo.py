"""What was worked out once is not worked out again."""

import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from gis_service.services.memo import Memo
from gis_service.types import Int64s


class Sum:
    """Counts how often it is asked."""

    def __init__(self) -> None:
        self.asked = 0

    def __call__(self, values: Int64s, *, plus: float = 0.0) -> float:
        self.asked += 1
        return float(values.sum()) + plus


def test_the_same_array_is_summed_once_and_an_equal_one_again() -> None:
    memo, total, values = Memo(), Sum(), np.arange(4)
    assert [memo.once(total, values), memo.once(total, values)] == [6, 6]
    assert total.asked == 1
    assert memo.once(total, values.copy()) == 6
    assert total.asked == 2


def test_numbers_are_told_apart_by_their_value() -> None:
    memo, total, values = Memo(), Sum(), np.arange(4)
    assert [memo.once(total, values, plus=plus) for plus in (1.0, 2.0, 1.0)] == [7, 8, 7]
    assert total.asked == 2


def test_an_array_that_has_gone_is_never_taken_for_a_new_one() -> None:
    memo, total = Memo(size=1000), Sum()
    assert [memo.once(total, np.full(8, at)) for at in range(500)] == [8.0 * at for at in range(500)]


def test_what_is_being_made_or_has_failed_is_not_known_yet() -> None:
    memo = Memo()
    assert memo.by_name("a", lambda: (memo.known("a"), 1)) == (None, 1)
    assert memo.known("a") == (None, 1)
    with pytest.raises(ZeroDivisionError):
        memo.by_name("b", lambda: 1 // 0)
    assert memo.known("b") is None


def test_the_answers_used_last_stay() -> None:
    memo, total = Memo(size=2), Sum()
    one, two, three = np.arange(1), np.arange(2), np.arange(3)
    for values in (one, two, one, three, one):
        memo.once(total, values)
    assert total.asked == 3
    memo.once(total, two)
    assert total.asked == 4


def test_a_failure_is_told_and_not_remembered() -> None:
    memo, tries = Memo(), iter([None, 5])

    def make() -> int:
        found = next(tries)
        if found is None:
            raise OSError("the disk is full")
        return found

    with pytest.raises(OSError, match="full"):
        memo.by_name("roads", make)
    assert memo.by_name("roads", make) == 5


def test_threads_that_ask_at_once_share_one_answer() -> None:
    memo, begun, asked = Memo(), threading.Barrier(4), []

    def make() -> int:
        asked.append(1)
        return 7

    def ask() -> int:
        begun.wait()
        return memo.by_name("roads", make)

    with ThreadPoolExecutor(4) as threads:
        assert [one.result() for one in [threads.submit(ask) for _ in range(4)]] == [7] * 4
    assert len(asked) == 1


class Texts:
    """Answers of so many characters, of a memo that keeps ten; tells which were made."""

    def __init__(self) -> None:
        self.memo, self.made = Memo(most=10), list[str]()

    def ask(self, name: str, length: int) -> str:
        def make() -> str:
            self.made.append(name)
            return "x" * length

        return self.memo.by_name(name, make)


def test_answers_that_weigh_too_much_together_go_the_oldest_first() -> None:
    texts = Texts()
    for name, length in (("old", 4), ("used", 4), ("old", 4), ("new", 3)):
        texts.ask(name, length)
    assert texts.made == ["old", "used", "new"]
    for name, length in (("old", 4), ("new", 3), ("used", 4)):
        texts.ask(name, length)
    assert texts.made == ["old", "used", "new", "used"]


def test_an_answer_heavier_than_all_that_may_be_kept_is_given_and_not_kept() -> None:
    texts = Texts()
    given = [len(texts.ask(name, n)) for name, n in (("small", 9), ("huge", 11), ("huge", 11), ("small", 9))]
    assert given == [9, 11, 11, 9]
    assert texts.made == ["small", "huge", "huge"]
