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
_UNTOLD = "–"

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
    for total in shown["totals"].values():
        _hide_few_arrived(total)
    hidden_words = [_hide_in_words(notice["params"]) for notice in shown.get("notices", [])]
    if hidden or any(hidden_words):
        notice = {"code": NOTICE, "params": {"below": SMALLEST_SHOWN}}
        shown["notices"] = [*shown.get("notices", []), notice]
    return shown


def _is_small(cell: Cell) -> bool:
    row, name = cell
    value = row.get(name)
    return isinstance(value, int | float) and _is_few(value)


def _is_few(value: float) -> bool:
    return 0 < value < SMALLEST_SHOWN


def _hide(cell: Cell) -> None:
    row, name = cell
    row[name] = None
    if name in {"covered", "uncovered", "total"}:
        # A share gives the count away, and so do the times of a handful of people.
        for told in [key for key in row if key == "share" or key.endswith(("_s", "_m"))]:
            row[told] = None
        _hide_arrived(row)


def _hide_arrived(row: Row) -> None:
    row["arrived"] = dict.fromkeys(row.get("arrived", {}))
    if not row["arrived"]:
        del row["arrived"]


def _hide_few_arrived(total: Row) -> None:
    """Hide the times of those who arrive where they are a handful, or where their number is hidden."""
    people, unreachable = total.get("total"), total.get("unreachable")
    if people is None or unreachable is None or 0 < people - unreachable < SMALLEST_SHOWN:
        _hide_arrived(total)


def _hide_in_words(params: Row) -> bool:
    """Write small counts of people in a notice as ``<10``, and take away what they could be told from."""
    people, inside = params.get("people"), params.get("inside")
    hidden = {name: f"<{SMALLEST_SHOWN}" for name in ("people", "inside") if _is_small((params, name))}
    if isinstance(people, int | float) and isinstance(inside, int | float) and _is_few(people - inside):
        hidden["inside"] = _UNTOLD
    if hidden:
        hidden |= {name: _UNTOLD for name in ("share", "near_share") if name in params}
    params.update(hidden)
    return bool(hidden)


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
    # The people of a unit's gap places are those it leaves out, or nearly: one tells the other.
    for zone in zones:
        yield [
            (zone, "uncovered"),
            *((gap, "people") for gap in document["gaps"] if gap.get("zone") == zone["id"]),
        ]
    yield [(totals["all"], "uncovered"), *((gap, "people") for gap in document["gaps"])]


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
