"""Who waits for an answer: told how far it is, and able to end the work with the best that there is."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

import numpy as np

from gis_service.types import Bools

Tell: TypeAlias = Callable[[float | None, float], None]
"""Is told the objective of the best answer so far (None: none yet) and its bound."""
Ending: TypeAlias = Literal["time_limit", "cancelled"]


def _nobody(_best: float | None, _bound: float) -> None:
    """Tell nobody."""


def _never() -> bool:
    return False


@dataclass
class Watch:
    """The patience of who asks.

    Parameters
    ----------
    limit_s
        Seconds from now after which the work ends; None for as long as the proof takes.
    is_cancelled
        Asked now and then; the work ends when it says yes.
    tell
        Told whenever the best answer or the bound gets better.
    best
        Sites of the best answer so far, for whoever wants to see them; empty before there is one. The models
        that look for the fewest sites tell none.
    """

    limit_s: float | None = None
    is_cancelled: Callable[[], bool] = _never
    tell: Tell = _nobody
    ended: Ending | None = field(default=None, init=False)
    best: tuple[int, ...] = field(default=(), init=False)
    _began: float = field(default_factory=time.monotonic, init=False)

    def keep(self, is_open: Bools) -> None:
        """Note the sites, ``(n_sites,)``, of an answer that is better than all before it."""
        self.best = tuple(np.flatnonzero(is_open).tolist())

    @property
    def is_over(self) -> bool:
        """Whether to end the work; once it is over it stays so, and `ended` says why."""
        if self.ended is None:
            if self.is_cancelled():
                self.ended = "cancelled"
            elif self.limit_s is not None and self.left_s <= 0:
                self.ended = "time_limit"
        return self.ended is not None

    @property
    def left_s(self) -> float:
        """Seconds that are left; infinite without a limit."""
        spent = time.monotonic() - self._began
        return float("inf") if self.limit_s is None else self.limit_s - spent
