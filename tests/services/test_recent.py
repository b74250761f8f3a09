"""Answers of a moment ago: for half a second, and for a little longer while somebody looks."""

from gis_service.services.recent import FRESH_S, KNOWN, LATEST_S, Recent


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_an_answer_is_looked_up_again_after_a_moment() -> None:
    clock, found = Clock(), iter("abc")
    recent: Recent[str] = Recent(clock)
    assert [recent.by_name("layer", lambda: next(found)) for _ in range(2)] == ["a", "a"]
    clock.now = FRESH_S
    assert recent.by_name("layer", lambda: next(found)) == "b"
    assert recent.by_name("another", lambda: next(found)) == "c"


def test_who_comes_while_somebody_looks_is_given_the_last_one_for_less_than_a_second() -> None:
    clock = Clock()
    recent: Recent[str] = Recent(clock)
    recent.by_name("layer", lambda: "old")
    clock.now = (FRESH_S + LATEST_S) / 2
    seen: list[str] = []

    def look() -> str:
        seen.append(recent.by_name("layer", lambda: "never"))
        clock.now = LATEST_S
        seen.append(recent.by_name("layer", lambda: "other"))
        return "new"

    assert recent.by_name("layer", look) == "new"
    assert seen == ["old", "other"]
    assert LATEST_S < 1


def test_a_failure_is_not_remembered_and_the_oldest_go() -> None:
    clock = Clock()
    recent: Recent[str] = Recent(clock)
    for number in range(KNOWN + 1):
        recent.by_name(number, lambda: "first")
    assert recent.by_name(0, lambda: "again") == "again"
    assert recent.by_name(KNOWN, lambda: "again") == "first"
