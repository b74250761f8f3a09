"""How far a search is: its best plan so far and the bound, told to whoever waits, who may also end it."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal, TypeAlias

from gis_service.analysis.plans.programme import DAYS_A_YEAR
from gis_service.analysis.siting import Model, Watch, gap_of
from gis_service.services.coverage import Progress

STEP, ORDER = "sites", "order"
"""Steps of a job that looks for sites or a roadmap; behind it stand the best so far, its bound, its sites."""
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
class FoundSite:
    """A candidate that the best plan so far has chosen, and its place in WGS 84."""

    id: str
    lon: float
    lat: float


@dataclass(frozen=True)
class Found:
    """The best plan so far: its objective (None when there is none yet), the bound, and the sites."""

    best: float | None
    bound: float
    sites: tuple[FoundSite, ...] = ()

    @property
    def gap(self) -> float | None:
        """As of an answer; None without a plan."""
        return None if self.best is None else gap_of(self.best, self.bound)


def step_of(found: Found, step: str = STEP) -> str:
    """Write it as the step of a job."""
    sites = ",".join(f"{one.id}@{one.lon!r}@{one.lat!r}" for one in found.sites)
    return f"{step} {'-' if found.best is None else repr(found.best)} {found.bound!r} {sites}".rstrip()


def found_in(step: str) -> Found | None:
    """Read it from the step of a job; None for any other step."""
    parts = step.split(" ")
    if parts[0] not in {STEP, ORDER} or len(parts) not in {3, 4}:
        return None
    sites = tuple(_site(text) for text in parts[3].split(",")) if len(parts) > 3 else ()  # noqa: PLR2004
    return Found(None if parts[1] == "-" else float(parts[1]), float(parts[2]), sites)


def _site(text: str) -> FoundSite:
    id_, lon, lat = text.split("@")
    return FoundSite(id_, float(lon), float(lat))


def nowhere(_chosen: Sequence[int]) -> tuple[FoundSite, ...]:
    """Give the sites of what has none, as a roadmap."""
    return ()


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
    places
        Gives the candidates among the sites that the solver has chosen, by their numbers.
    """

    goal: Goal
    tell: Progress
    begin: float = FROM
    until: float = UNTIL
    places: Callable[[Sequence[int]], tuple[FoundSite, ...]] = nowhere
    _last: float = field(default=0.0, init=False)
    _found: Found | None = field(default=None, init=False)
    _watch: Watch | None = field(default=None, init=False)
    is_dismissed: bool = field(default=False, init=False)

    def watch(self, limit_s: float) -> Watch:
        """Give what the solver is watched by."""
        self._watch = Watch(limit_s, self.is_ended, self._tell)
        return self._watch

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
        best = () if self._watch is None else self._watch.best
        try:
            found = replace(self._found, sites=self.places(best))
            self.tell(step_of(found, ORDER if self.goal == "roadmap" else STEP), share)
        except DismissedError:
            self.is_dismissed = True
