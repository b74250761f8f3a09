"""Which cases run every time, and which only when everything does."""

from collections.abc import Iterable

import pytest


def quick_first(names: Iterable[str], quick: Iterable[str]) -> list[object]:
    """Give all cases, those that are not quick marked as slow.

    Each file sent costs a process; one of each kind shows the way, the others are met by ``-m slow``.
    """
    known = set(quick)
    return [name if name in known else pytest.param(name, marks=pytest.mark.slow) for name in names]
