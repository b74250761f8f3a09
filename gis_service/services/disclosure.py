"""What everybody may see of a study: no count of fewer than ten people, nor anything it could be told from.

METHODS, "People's privacy": counts of 1-9 are hidden, with complementary suppression. A hidden figure is
null. Rows add up to totals, and covered and uncovered add up to the people of a row: wherever exactly one
part of a sum would be hidden, the smallest other part is hidden with it.
"""

import copy
from collections.abc import Iterable

from gis_service.services.catchment import public_shapes
from gis_service.services.disclosure_changes import public_changes
from gis_service.services.disclosure_places import hide_places
from gis_service.services.disclosure_siting import public_plan
from gis_service.services.disclosure_sums import coverage_sums
from gis_service.services.group_words import group_of
from gis_service.services.roadmap_closed import public_roadmap
from gis_service.services.roadmap_request import PROCESS as ROADMAP
from gis_service.services.suppression import (
    CLOSED,
    NOTICE,
    SMALLEST_SHOWN,
    Cell,
    Row,
    hide_in_words,
    say_hidden,
    settle,
)
from gis_service.services.tables import hide_of_people, hide_tables, hide_together

__all__ = ["CLOSED", "NOTICE", "SMALLEST_SHOWN", "hide", "public_view"]

_EVERY_QUANTILE = 200
"""Fewer than ten are under a twentieth of so many: every quantile has a value though they never arrive."""
_COUNTED = ("total", "covered", "uncovered")
_OF_ARRIVED = frozenset({"access_median_s", "access_median_m"})
"""Figures of those who arrive, beside their quantiles."""


def public_view(document: Row) -> Row:
    """Give a study document as everybody may see it; the document itself stays as it is.

    Parameters
    ----------
    document
        A study document.
    """
    if document.get("process") in {"compare", "what_if"}:
        return public_changes(document)
    if document.get("process") == "siting":
        return public_plan(public_changes(document), document)
    if document.get("process") == ROADMAP:
        return public_roadmap(document)
    shapes = document.get("shapes")  # large, and never changed in place
    shown = copy.deepcopy({name: value for name, value in document.items() if name != "shapes"})
    if shapes is not None:
        shown["shapes"] = public_shapes(shapes)
    hide_tables(shown)
    hide_together(shown)
    sums = [*coverage_sums(shown)]  # while no figure is hidden yet: some of them follow from others
    closed = _close(shown)
    hidden = settle(sums, hide) | closed
    for gap in shown["gaps"]:
        _hide_nearest(gap)
    shown["gaps"] = _in_open_order(shown)
    for zone in shown["zones"]:
        _hide_provision(zone)
    own_unit = shown.get("parameters", {}).get("catchment", "any") != "any"
    rows = (*shown["totals"].values(), *shown["zones"])
    hidden_times = [_hide_few_arrived(row, own_unit=own_unit) for row in rows]
    hide_of_people(shown)
    hidden_words = [hide_in_words(notice["params"]) for notice in shown.get("notices", [])]
    hidden_beside = [_hide_beside(entry) for entry in shown.get("beside", [])]
    if hidden or any(hidden_times) or any(hidden_words) or any(hidden_beside):
        say_hidden(shown)
    hide_places(shown)
    return shown


def _close(shown: Row) -> bool:
    """Hide what the units of other vintages would tell of; tell whether there was anything."""
    closed = shown.pop(CLOSED, None)
    if closed is None:
        return False
    for group, names in closed["totals"].items():
        _hide_named(shown["totals"][group], names)
    for zone in shown["zones"]:
        for group, names in closed["zones"].get(zone["id"], {}).items():
            _hide_named(zone if group == "all" else zone["groups"][group], names)
    for gap in shown["gaps"]:
        for group, names in closed["gaps"].get(gap["id"], {}).items():
            _hide_named(gap if group == "all" else gap["groups"], names)
    return True


def _hide_named(row: Row, names: Iterable[str]) -> None:
    for name in names:
        if row.get(name) is not None:
            hide((row, name))


def hide(cell: Cell) -> None:
    """Hide a figure, and what gives it away beside it."""
    row, name = cell
    row[name] = None
    counted = name in _COUNTED
    if counted and "share" in row:
        row["share"] = None
    # The times of a handful of people give them away, and of few people those that never come do.
    if counted or (name == "unreachable" and (row["total"] or 0) < _EVERY_QUANTILE):
        row.update({told: None for told in row if told.endswith(("_s", "_m"))})
        _hide_arrived(row)


def _hide_arrived(row: Row) -> bool:
    """Hide what is told of those who arrive; tell whether anything was."""
    if "arrived" not in row:
        return False
    told = [value for name, value in row.items() if name in _OF_ARRIVED]
    told += row["arrived"].values()
    row["arrived"] = dict.fromkeys(row["arrived"])
    row.update(dict.fromkeys(_OF_ARRIVED & row.keys()))
    return any(value is not None for value in told)


def _hide_few_arrived(row: Row, *, own_unit: bool) -> bool:
    """Hide the times of those who arrive where they may be a handful, or where their number is hidden.

    All but the unreachable arrive. With a facility of the own unit only the covered are sure to: a way may
    lead to the facilities of other units alone.
    """
    people, unreachable, covered = (row.get(name) for name in ("total", "unreachable", "covered"))
    if people is None or unreachable is None or covered is None:
        return _hide_arrived(row)
    at_most = people - unreachable
    at_least = covered if own_unit else at_most
    return at_least < SMALLEST_SHOWN and at_most > 0 and _hide_arrived(row)


def _hide_beside(entry: Row) -> bool:
    """Hide small counts in what stands beside a study, as in a study of its own; tell whether any was."""
    told = {name: entry[name] for name in ("totals", "zones", CLOSED) if name in entry}
    shown = public_view(told | {"gaps": [], "notices": [], "parameters": {"catchment": entry["catchment"]}})
    entry.pop(CLOSED, None)
    entry.update({name: shown[name] for name in ("totals", "zones")})
    return bool(shown["notices"])


def _hide_provision(zone: Row) -> None:
    """Hide what a unit needs and lacks where a number of its people is hidden, which follows from it."""
    rows = (zone, *zone.get("groups", {}).values())
    if zone.get("provision") and any(row[name] is None for row in rows for name in _COUNTED):
        zone["provision"] = zone["provision"] | {"needed": None, "missing": None}


def _in_open_order(shown: Row) -> list[Row]:
    """Put gap places whose people are hidden last, by id: the rank of one lies between those of others."""
    group = group_of(shown) if shown["gaps"] else "all"
    told: list[Row] = []
    untold: list[Row] = []
    for gap in shown["gaps"]:
        people = gap["people"] if group == "all" else gap["groups"][group]
        (untold if people is None else told).append(gap)
    untold.sort(key=lambda gap: str(gap.get("id")))
    for rank, gap in enumerate(told, 1):
        gap.update({"rank": rank} if "rank" in gap else {})
    for gap in untold:
        gap.update({"rank": None} if "rank" in gap else {})
    return told + untold


def _hide_nearest(gap: Row) -> None:
    """Hide how far the people of a gap place have to go where they are a handful."""
    if gap.get("people") is None and gap.get("nearest"):
        gap["nearest"] = None
