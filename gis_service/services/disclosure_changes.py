"""What everybody may see of a comparison: no small count of people, nor a difference that would tell one.

Everybody is in one of four parts: within the limit in both states, lost, won, or in neither. Each figure of
a row is a sum of such parts, so a row in which any of them is small is hidden as a whole, its total apart.
"""

import copy
from collections.abc import Iterable, Iterator, Sequence

from gis_service.services.suppression import (
    CLOSED,
    Cell,
    Row,
    difference,
    hide_in_words,
    is_few,
    say_hidden,
    settle,
)

_SHOWN = ("total", "before", "after", "won", "lost")
_TABLE = (*_SHOWN, "stay", "never", "out_before", "out_after")
_NESTED = ("before", "after", "stay", "never")
"""Figures that only grow, or only shrink, with the limit: what lies between two limits is people, too."""
_LOADS = ("load_before", "load_after", "won", "lost")
_ABOVE = {"above_before": "load_before", "above_after": "load_after"}
_KEPT = ("kept_before", "kept_after")


def public_changes(document: Row) -> Row:
    """Give the document of a comparison as everybody may see it; the document itself stays as it is.

    Parameters
    ----------
    document
        As `gis_service.services.compare_document` writes it. Of groups of people everybody sees the units,
        not the facilities.
    """
    shown: Row = copy.deepcopy(document)
    totals, zones = shown["totals"], shown["zones"]
    tables = {
        group: [table_of(row) for row in (total, *_of_group(zones, group))] for group, total in totals.items()
    }
    causes = [*shown["facilities"], *([shown["network"]] if "network" in shown else [])]
    by_group = [bool(row.pop("groups", None)) for row in causes]
    loads = [_load_table(row) for row in causes]
    closed, told = _close(shown, tables)
    hidden = _hide_rows(tables, closed) | _hide_loads(loads)
    for table in told:
        table["total"] = None
    for group, total in totals.items():
        for table, row in zip(tables[group], (total, *_of_group(zones, group)), strict=True):
            hidden |= _write(table, row)
    own_unit = "own_unit" in (shown["parameters"][side]["catchment"] for side in ("before", "after"))
    # All loads add up to the totals. With the office of the own unit, its people are those of the unit: one
    # tells the other.
    tells_loads = any(map(_is_hidden, tables["all"] if own_unit else tables["all"][:1]))
    for table, row in zip(loads, causes, strict=True):
        row.update({name: None if tells_loads else table[name] for name in _LOADS if name in row})
        # With the capacity, which anybody may know, the people above it tell the load.
        row.update({above: None for above, load in _ABOVE.items() if above in row and row[load] is None})
    hidden |= _hide_rings(totals, shown["parameters"]["after"]["limit"])
    hidden_words = [hide_in_words(notice["params"]) for notice in shown["notices"]]
    if hidden or any(hidden_words) or any(by_group):
        say_hidden(shown)
    return shown


def _of_group(zones: Iterable[Row], group: str) -> list[Row]:
    return [zone if group == "all" else zone["groups"][group] for zone in zones]


def table_of(row: Row) -> Row:
    """Give all figures that follow from a row, also those that do not stand there."""
    total, before, after, won, lost = (row[name] for name in _SHOWN)
    more = {
        "stay": difference(before, lost),
        "never": difference(total, before, won),
        "out_before": difference(total, before),
        "out_after": difference(total, after),
    }
    return {name: row[name] for name in _SHOWN} | more


def _load_table(row: Row) -> Row:
    """Give the figures of a facility, or of the network, which nobody goes to but people gain and lose by."""
    if "load_before" not in row:
        return dict.fromkeys((*_LOADS, *_KEPT), 0) | {name: row[name] for name in ("won", "lost")}
    kept = difference(row["load_before"], row["lost"]), difference(row["load_after"], row["won"])
    return {name: row[name] for name in _LOADS} | dict(zip(_KEPT, kept, strict=True))


def _is_hidden(table: Row) -> bool:
    return table["before"] is None


def _has_few(table: Row) -> bool:
    return any(value is not None and is_few(value) for value in table.values())


def hide_table(table: Row) -> None:
    """Hide a row as a whole: from one of its figures and the sums of others the rest could be told."""
    few = table["total"] is None or is_few(table["total"])
    table.update({name: table[name] if name == "total" and not few else None for name in table})


def _close(shown: Row, tables: dict[str, list[Row]]) -> tuple[list[Row], list[Row]]:
    """Give the tables that the units of other vintages would tell of, and those whose people they would."""
    closed = shown.pop(CLOSED, None) or {"totals": [], "zones": {}, "people": {}}
    rows = [tables[group][0] for group in closed["totals"]]
    told = []
    for at, zone in enumerate(shown["zones"], 1):
        rows += [tables[group][at] for group in closed["zones"].get(zone["id"], [])]
        told += [tables[group][at] for group in closed["people"].get(zone["id"], [])]
    return rows, told


def hide_across(groups: Sequence[list[Row]], places: Sequence[list[Row]]) -> bool:
    """Hide tables with few people, and others until no sum tells of a hidden one; tell whether any was.

    Parameters
    ----------
    groups
        Each holds a whole and the parts that add up to it.
    places
        Each holds the groups of people of one unit.
    """
    every = {id(row): row for group in (*groups, *places) for row in group}
    rows = [row for row in every.values() if _has_few(row)]
    kept = {name: dict(row) for name, row in every.items()}
    for row in rows:
        hide_table(row)
    while rows and any(
        [*(_hide_with(group, kept) or _hide_single(group) for group in groups), *_across_places(places)]
    ):
        pass
    settle(([(row, "total") for row in group] for group in (*groups, *places)), _hide_total)
    return bool(rows)


def _hide_single(group: Sequence[Row]) -> bool:
    """Hide a second table of a sum, the whole among them, of which only one is hidden."""
    shown = [row for row in group if not _is_hidden(row)]
    if len(shown) != len(group) - 1 or not shown:
        return False
    hide_table(min(shown, key=lambda row: row["total"]))
    return True


def _hide_rows(tables: dict[str, list[Row]], closed: Sequence[Row] = ()) -> bool:
    """Hide rows with few people, and others until no sum tells of a hidden one; tell whether any was."""
    rows = [row for group in tables.values() for row in group if _has_few(row)]
    rows += [row for row in closed if not _has_few(row)]
    kept = {id(row): dict(row) for group in tables.values() for row in group}
    for row in rows:
        hide_table(row)
    while any([*(_hide_with(group, kept) for group in tables.values()), *_across(tables)]):
        pass
    totals = [[(row, "total") for row in group] for group in tables.values()]
    totals += [[(row, "total") for row in place] for place in zip(*tables.values(), strict=True)]
    settle(totals, _hide_total)
    return bool(rows)


def _hide_total(cell: Cell) -> None:
    cell[0]["total"] = None


def _hide_with(group: Sequence[Row], kept: dict[int, Row]) -> bool:
    """Hide one more unit where the sum over the hidden ones would be of one unit, or of few people."""
    total, *units = group
    hidden = [row for row in units if _is_hidden(row)]
    if _is_hidden(total) or not hidden:
        return False
    sums = [sum(round(kept[id(row)][name] * 1000) for row in hidden) / 1000 for name in _TABLE]
    if len(hidden) > 1 and not any(map(is_few, sums)):
        return False
    others = [row for row in units if not _is_hidden(row)]
    hide_table(min(others, key=lambda row: kept[id(row)]["total"]) if others else total)
    return True


def _across(tables: dict[str, list[Row]]) -> Iterator[bool]:
    """Hide a second group of a place where only one is hidden: age groups may add up to everybody."""
    yield from _across_places([list(place) for place in zip(*tables.values(), strict=True)])


def _across_places(places: Sequence[Sequence[Row]]) -> Iterator[bool]:
    for place in places:
        shown = [row for row in place if not _is_hidden(row)]
        if len(place) > 1 and len(shown) == len(place) - 1:
            hide_table(min(shown, key=lambda row: row["total"] or 0))
            yield True


def _hide_loads(loads: Sequence[Row]) -> bool:
    """Hide facilities with few people, and others until no sum tells of a hidden one."""
    kept = {id(row): dict(row) for row in loads}
    hidden = [row for row in loads if _has_few(row)]
    found = bool(hidden)
    while hidden:
        sums = [
            sum(round(kept[id(row)][name] * 1000) for row in hidden) / 1000 for name in kept[id(hidden[0])]
        ]
        # By identity: two facilities may have the same figures.
        others = [row for row in loads if not any(row is one for one in hidden)]
        if not others or (len(hidden) > 1 and not any(map(is_few, sums))):
            break
        hidden.append(min(others, key=lambda row: row["load_before"] + row["load_after"]))
    for row in hidden:
        row.update(dict.fromkeys(row))
    return found


def _write(table: Row, row: Row) -> bool:
    """Enter what may be shown, and hide what would tell the rest; tell whether anything was hidden."""
    before = dict(row)
    row.update({name: table[name] for name in _SHOWN})
    for side in ("before", "after"):
        if row["total"] is None or row[side] is None:
            row[f"share_{side}"] = None
    if "added" in row:
        row["added"] = _added(row["added"], row)
    return row != before


def _added(added: Row, row: Row) -> Row:
    """Hide the quantiles of a handful, and a number from which those without a way could be told."""
    people = added["people"]
    if is_few(people) or any(row[name] is None for name in _SHOWN):
        return dict.fromkeys(added)
    return added | {"people": None} if is_few(difference(row["total"], people)) else added


def _hide_rings(totals: dict[str, Row], limit: float) -> bool:
    """Hide a further limit, for all groups, where few people live between it and another that is shown."""
    steps = [entry["limit"] for entry in totals["all"]["limits"]]
    hidden = False
    for number, step in enumerate(steps):
        others = [other for other in range(number) if totals["all"]["limits"][other]["before"] is not None]
        if not any(_tells(total, number, others, limit, step) for total in totals.values()):
            continue
        hidden = True
        for total in totals.values():
            entry = total["limits"][number]
            entry.update({name: None for name in entry if name != "limit"})
    return hidden


def _tells(total: Row, number: int, others: Sequence[int], limit: float, step: float) -> bool:
    """Tell whether a further limit holds a small count, or makes one beside what is shown of its group."""
    if any(total[name] is None for name in _SHOWN):
        return True
    limits = [total["limits"][row] for row in (number, *others)]
    found, *shown = (table_of({"total": total["total"]} | entry) for entry in limits)
    if step != limit:
        shown.append(table_of(total))
    rings = (abs(difference(found[name], other[name])) for other in shown for name in _NESTED)
    return any(is_few(value) for value in (*found.values(), *rings))
