"""The sums that a reader of a study could work hidden figures out of: of rows, of units, of gap places.

Nobody is shown how many of a row are too far off, or arrive, or how many of the unreachable live scattered:
but these follow where their sums are shown, and tell others. They stand in the sums as figures of their own,
and are hidden like those that are shown.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence

from gis_service.analysis.demand import ALL
from gis_service.services.coverage_document import OUTSIDE
from gis_service.services.suppression import Cell, Row, difference

_COUNTS = ("total", "covered", "uncovered", "unreachable")
_PARTS = {"no_road": "roadless", "no_path": "no_path"}
"""Parts of ``unreachable``, which stand in the totals only, and the kind of the gap places of each."""
_LOST = frozenset(_PARTS.values())
_FAR = frozenset({"network", "cluster", "no_facility"})
"""Kinds of gap places whose people have a way to some facility."""
_UNSHOWN = ("far", "came", "scattered_far", "scattered_lost")


def coverage_sums(document: Row) -> Iterator[list[Cell]]:
    """Give every sum that a reader could use, as its parts: the whole among them.

    Parameters
    ----------
    document
        A study document of coverage or of gaps; nothing of it is hidden yet.
    """
    totals, zones, gaps = document["totals"], document["zones"], document["gaps"]
    by_zone: dict[str, list[Row]] = {}
    for gap in gaps:  # that of people without a unit names none
        by_zone.setdefault(gap.get("zone") or OUTSIDE, []).append(gap)
    unshown = {group: [_unshown(total, gaps, group)] for group, total in totals.items()}
    for group, total in totals.items():
        rows = [found for zone in zones if (found := _of_group(zone, group)) is not None]
        yield from ([(row, name) for row in (total, *rows)] for name in _COUNTS)
        yield from ([(row, name) for name in ("total", "covered", "uncovered")] for row in (total, *rows))
        yield [(total, name) for name in ("unreachable", *_PARTS) if name in total]
        yield from _row_sums(total, unshown[group][0], gaps, group)
        for zone in zones:
            row = _of_group(zone, group)
            if row is not None:
                inside = by_zone.get(zone["id"], [])
                unshown[group].append(_unshown(row, inside, group))
                yield from _row_sums(row, unshown[group][-1], inside, group)
        yield from ([(row, name) for row in unshown[group]] for name in _UNSHOWN)
        if group != ALL and ALL in totals:
            yield from _others_sums([totals, *(_by_group(zone) for zone in zones)], group)
    for name in _PARTS:
        yield [(total, name) for total in totals.values() if name in total]
    for rows in (list(totals.values()), *([zone, *zone.get("groups", {}).values()] for zone in zones)):
        # Age groups may add up to everybody.
        yield from ([(row, name) for row in rows] for name in _COUNTS)
    yield from _gap_sums(gaps)


def _by_group(zone: Row) -> Row:
    return {ALL: zone, **zone.get("groups", {})}


def _of_group(zone: Row, group: str) -> Row | None:
    return _by_group(zone).get(group)


def _others_sums(rows: Sequence[Row], group: str) -> Iterator[list[Cell]]:
    """Give the sums of a group with those who are not of it, of whom nobody is shown anything.

    Parameters
    ----------
    rows
        The figures of each group: of all units, then of each.
    group
        The group.
    """
    there = [(row[ALL], row[group]) for row in rows if group in row]
    others = [
        {name: difference(everybody[name], some[name]) for name in _COUNTS} for everybody, some in there
    ]
    for name in _COUNTS:
        # A group that walks at a speed of its own is no part of those who are covered at the usual one.
        if all(rest[name] >= 0 for rest in others):
            yield [(rest, name) for rest in others]
            yield from (
                [(everybody, name), (some, name), (rest, name)]
                for (everybody, some), rest in zip(there, others, strict=True)
            )
    yield from ([(rest, name) for name in ("total", "covered", "uncovered")] for rest in others)


def _unshown(row: Row, gaps: Iterable[Row], group: str) -> Row:
    """Give what nobody is shown of a row: who is too far off, who arrives, who lives scattered."""
    places = list(_places(gaps, group))
    far = difference(row["uncovered"], row["unreachable"])
    return {
        "far": far,
        "came": difference(row["total"], row["unreachable"]),
        "scattered_far": _rest(far, _of_kinds(places, _FAR)),
        "scattered_lost": _rest(row["unreachable"], _of_kinds(places, _LOST)),
    }


def _row_sums(row: Row, unshown: Row, gaps: Iterable[Row], group: str) -> Iterator[list[Cell]]:
    """Give the sums of a row with its gap places, and with what nobody is shown of it.

    The people of a unit's gap places are those it leaves out, or nearly: a place may lie in two units.
    """
    yield [(row, "uncovered"), (row, "unreachable"), (unshown, "far")]
    yield [(row, "total"), (row, "unreachable"), (unshown, "came")]
    yield [(unshown, "came"), (row, "covered"), (unshown, "far")]
    places = list(_places(gaps, group))
    yield [(row, "uncovered"), *(cell for _, cell in places)]
    yield [(unshown, "far"), *_of_kinds(places, _FAR), (unshown, "scattered_far")]
    yield [(row, "unreachable"), *_of_kinds(places, _LOST), (unshown, "scattered_lost")]
    for name, kind in _PARTS.items():
        if name in row and places:
            parts = _of_kinds(places, {kind})
            yield [(row, name), *parts, ({name: _rest(row[name], parts)}, name)]


def _places(gaps: Iterable[Row], group: str) -> Iterator[tuple[str | None, Cell]]:
    """Give the kinds of gap places, and their people of a group where they are told."""
    for gap in gaps:
        if group == ALL:
            yield gap.get("kind"), (gap, "people")
        elif "groups" in gap:
            yield gap.get("kind"), (gap["groups"], group)


def _of_kinds(places: Iterable[tuple[str | None, Cell]], kinds: Collection[str]) -> list[Cell]:
    return [cell for kind, cell in places if kind in kinds]


def _rest(whole: float, parts: Iterable[Cell]) -> float:
    return max(difference(whole, *(row[name] for row, name in parts)), 0.0)


def _gap_sums(gaps: Sequence[Row]) -> Iterator[list[Cell]]:
    by_zone: dict[object, list[Cell]] = {}
    for gap in gaps:
        by_zone.setdefault(gap.get("zone"), []).append((gap, "people"))
        if gap.get("homes") is not None:
            yield [(gap, "homes")]
        if "groups" in gap:
            yield [(gap, "people"), *((gap["groups"], group) for group in gap["groups"])]
    yield from by_zone.values()
