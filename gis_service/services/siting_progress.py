"""How far a search is: its best plan so far and the bound, told to whoever waits, who may also end it."""

import time
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from gis_service.analysis.plans.programme import DAYS_A_YEAR
from gis_service.analysis.siting import Model, Watch, gap_of
from gis_service.services.coverage import Progress

STEP, ORDER = "sites", "order"
"""Steps of a job that looks for sites, or for a roadmap; behind it stand the best so far and its bound."""
FROM, UNTIL = 0.4, 0.9
"""Share of the work that is done when the search begins, and when it ends."""
_EVERY_S = 0.5
"""Seconds between two words to who waits."""
Goal: TypeAlias = Model | Literal["roadmap"]
"""What is looked for: sites by a model, or the best roadmap."""
_SCALES: dict[Goal, float] = {
    "mclp": 1e3,
    "lscp": 1.0,
    "p-median": 1e6,
    "p-center": 1e3,
    "roadmap": 1e3 * float(DAYS_A_YEAR),
}
"""Thousandths, milliseconds or millimetres, and days of a year, in what is told."""


class DismissedError(Exception):
    """What is computed is not wanted any more: raised by who is told of the progress."""


def shown(goal: Goal, value: float) -> float:
    """Give an objective or bound in persons, persons × seconds (or metres), seconds, sites, person-years."""
    found = value / _SCALES[goal]
    return int(found) if float(found).is_integer() else found


@dataclass(frozen=True)
class Found:
    """The best plan so far: its objective (None when there is none yet), the bound, and the gap."""

    best: float | None
    bound: float

    @property
    def gap(self) -> float | None:
        """As of an answer; None without a plan."""
        return None if self.best is None else gap_of(self.best, self.bound)


def step_of(found: Found, step: str = STEP) -> str:
    """Write it as the step of a job."""
    return f"{step} {'-' if found.best is None else repr(found.best)} {found.bound!r}"


def found_in(step: str) -> Found | None:
    """Read it from the step of a job; None for any other step."""
    parts = step.split(" ")
    if parts[0] not in {STEP, ORDER} or len(parts) != 3:  # noqa: PLR2004 the step, the best, the bound
        return None
    return Found(None if parts[1] == "-" else float(parts[1]), float(parts[2]))


@dataclass
class Teller:
    """Tells how far a search is, and hears that it is to end.

    Parameters
    ----------
    goal
        What is looked for.
    tell
        Who waits.
    begin, until
        Share of the work that is done when the search begins, and when it ends.
    """

    goal: Goal
    tell: Progress
    begin: float = FROM
    until: float = UNTIL
    _last: float = field(default=0.0, init=False)
    _found: Found | None = field(default=None, init=False)
    is_dismissed: bool = field(default=False, init=False)

    def watch(self, limit_s: float) -> Watch:
        """Give what the solver is watched by."""
        return Watch(limit_s, self.is_ended, self._tell)

    def _tell(self, best: float | None, bound: float) -> None:
        at = None if best is None else shown(self.goal, best)
        self._found = Found(at, shown(self.goal, bound))
        self._say()

    def is_ended(self) -> bool:
        """Tell whether who waits has ended the work."""
        self._say()
        return self.is_dismissed

    def rest(self, _step: str, share: float) -> None:
        """Say how much of the rest is done; the plan that was found is kept whatever happens meanwhile."""
        self._say_now(self.until + (1 - self.until) * share)

    def _say(self) -> None:
        """Say it, but not too often."""
        now = time.monotonic()
        if self._found is None or now - self._last < _EVERY_S:
            return
        self._last = now
        gap = self._found.gap
        self._say_now(self.begin if gap is None else self.until - (self.until - self.begin) * min(gap, 1.0))

    def _say_now(self, share: float) -> None:
        """Say it; whoever does not want it any more says so by an error."""
        if self.is_dismissed or self._found is None:
            return
        try:
            self.tell(step_of(self._found, ORDER if self.goal == "roadmap" else STEP), share)
        except DismissedError:
            self.is_dismissed = True
