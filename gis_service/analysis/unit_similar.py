"""Units that look like a value which is none: for people to choose from, never taken."""

from collections.abc import Collection, Iterator, Sequence
from difflib import SequenceMatcher

MOST_SUGGESTED = 5
"""Units that are suggested for a value that is none."""
NEAR_NAME = 0.6
NEAR_CODE = 0.8
"""Likeness from which on a name or a code is worth showing: one digit of five may be wrong."""
_HERE = 0.2
"""What lying in the unit that the row names counts for."""


def similar(
    wanted: Collection[str], looks: Sequence[Collection[str]], here: Collection[int] | None, near: float
) -> tuple[int, ...]:
    """Find the units that look like a value.

    Parameters
    ----------
    wanted
        The value, in all ways that it can be read.
    looks
        The same of each unit, in the same form.
    here
        Units that lie in the one that the row names; none where it names none.
    near
        Likeness, 0..1 as ``difflib`` has it, from which on a unit is worth showing.

    Returns
    -------
    tuple of int
        At most five places among ``looks``, the likest first; of equally like ones the one that lies there.
    """
    likeness = {at: ratio for at, ratio in _likenesses(wanted, looks) if ratio >= near}

    def rank(at: int) -> tuple[float, int]:
        return -likeness[at] - (_HERE if here is not None and at in here else 0), at

    return tuple(sorted(likeness, key=rank)[:MOST_SUGGESTED])


def _likenesses(wanted: Collection[str], looks: Sequence[Collection[str]]) -> Iterator[tuple[int, float]]:
    # It keeps what it learnt of the second of two texts.
    matchers = [SequenceMatcher(None, "", word, autojunk=False) for word in wanted]
    for at, several in enumerate(looks):
        best = 0.0
        for matcher in matchers:
            for look in several:
                matcher.set_seq1(look)
                if matcher.real_quick_ratio() > best and matcher.quick_ratio() > best:
                    best = max(best, matcher.ratio())
        yield at, best
