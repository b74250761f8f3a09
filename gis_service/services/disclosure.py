"""What everybody may see of a study: no count of fewer than ten people, nor anything it could be told from.

METHODS, "People's privacy": counts of 1-9 are hidden, with complementary suppression. A hidden figure is
null. Rows add up to totals, and covered and uncovered add up to the people of a row: wherever exactly one
part of a sum would be hidden, the smallest other part is hidden with it.
"""

import copy
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, TypeAlias

SMALLEST_SHOWN = 10
"""Persons."""
NOTICE = "small_counts_hidden"

Row: TypeAlias = dict[str, Any]
Cell: TypeAlias = tuple[Row, str]
"""A row and the name of one of its figures."""

_COUNTS = ("total", "covered", "uncovered", "unreachable")


def public_view(document: Row) -> Row:
    """Give a study document as everybody may see it; the document itself stays as it is.

    Parameters
    ----------
    document
        A study document.
    """
    shown = copy.deepcopy(document)
    sums = [*_sums(shown)]
    cells = [cell for parts in sums for cell in parts]
    hidden = [cell for cell in cells if _is_small(cell)]
    for cell in hidden:
        _hide(cell)
    # Hiding a part of one sum may leave another with a single hidden part: go on until all are at rest.
    while sum(_complete(parts) for parts in sums):
        pass
    if hidden:
        notice = {"code": NOTICE, "params": {"below": SMALLEST_SHOWN}}
        shown["notices"] = [*shown.get("notices", []), notice]
    return shown


def _is_small(cell: Cell) -> bool:
    row, name = cell
    value = row.get(name)
    return value is not None and 0 < value < SMALLEST_SHOWN


def _hide(cell: Cell) -> None:
    row, name = cell
    row[name] = None
    if name in {"covered", "uncovered", "total"}:
        # A share gives the count away, and so do the times of a handful of people.
        for told in [key for key in row if key == "share" or key.endswith(("_s", "_m"))]:
            row[told] = None


def _complete(parts: Sequence[Cell]) -> bool:
    """Hide a second part of a sum of which only one is hidden; tell whether that was needed."""
    hidden = [cell for cell in parts if cell[0].get(cell[1]) is None]
    others = [cell for cell in parts if cell[0].get(cell[1])]
    if len(hidden) != 1 or not others:
        return False
    _hide(min(others, key=lambda cell: cell[0][cell[1]]))
    return True


def _sums(document: Row) -> Iterator[list[Cell]]:
    """Give every sum that a reader could use, as its parts: the whole among them."""
    totals, zones = document["totals"], document["zones"]
    for group, total in totals.items():
        rows = [found for zone in zones if (found := _of_group(zone, group)) is not None]
        yield from ([(row, name) for row in (total, *rows)] for name in _COUNTS)
        yield from _within(rows)
        yield from _within([total])
    for rows in (list(totals.values()), *([zone, *zone.get("groups", {}).values()] for zone in zones)):
        # Age groups may add up to everybody.
        yield from ([(row, name) for row in rows] for name in _COUNTS)
    yield from _gap_sums(document["gaps"])


def _of_group(zone: Row, group: str) -> Row | None:
    return zone if group == "all" else zone.get("groups", {}).get(group)


def _within(rows: Iterable[Row]) -> Iterator[list[Cell]]:
    for row in rows:
        yield [(row, name) for name in ("total", "covered", "uncovered") if name in row]


def _gap_sums(gaps: Sequence[Row]) -> Iterator[list[Cell]]:
    by_zone: dict[object, list[Cell]] = {}
    for gap in gaps:
        by_zone.setdefault(gap.get("zone"), []).append((gap, "people"))
    yield from by_zone.values()
    yield from ([(gap, "homes")] for gap in gaps if gap.get("homes") is not None)
