"""Further tables of a study, beside its totals and units: a request names those that it wants.

Each is a list of flat rows, so that it is also a CSV file and a layer. Most count people more finely than by
unit or by cell, and are for those who may see personal detail (METHODS, People's privacy).
"""

from collections.abc import Mapping
from typing import Any

from gis_service.services.coverage_inputs import Notice
from gis_service.services.documents import plain
from gis_service.services.suppression import Row
from gis_service.services.tables import (
    accessibility,
    backup,
    facilities,
    hexagons,
    inequality,
    land_balance,
    land_use,
    od,
    provision,
    units,
)
from gis_service.services.tables import range as assumption_range
from gis_service.services.tables.people import WHOLE
from gis_service.services.tables.scene import LAND_USE, MOST_LIVE_PAIRS, Scene, Table

__all__ = [
    "CLOSED_NOTICE",
    "MOST_LIVE_PAIRS",
    "TABLES",
    "Scene",
    "Table",
    "closed_tables",
    "found_of_tables",
    "hide_of_people",
    "hide_tables",
    "hide_together",
    "layers_of_tables",
    "notices_of_tables",
    "pair_tables",
    "say_closed",
    "slow_tables",
    "tables_of",
]

CLOSED_NOTICE = "tables_closed"
"""Tells that tables are for those who may see personal detail."""
TOGETHER = "together"
"""Member of a document that tells how many of several rules reach whom."""

TABLES: Mapping[str, Table] = {
    "facilities": Table(facilities.rows),
    "hexagons": Table(hexagons.rows),
    "land_use": Table(land_use.rows, LAND_USE),
    "units": Table(units.rows),
    "backup": Table(backup.rows),
    "provision": Table(provision.rows, is_open=True, of_people=provision.OF_PEOPLE),
    "land_balance": Table(
        land_balance.rows,
        LAND_USE,
        is_open=True,
        of_people=land_balance.OF_PEOPLE,
        notices=land_balance.notices,
    ),
    "accessibility": Table(accessibility.rows, is_of_pairs=True),
    "inequality": Table(inequality.rows, is_of_pairs=True),
    "way_inequality": Table(inequality.way_rows),
    "lorenz": Table(inequality.lorenz_rows, is_of_pairs=True),
    "way_lorenz": Table(inequality.way_lorenz_rows),
    "od": Table(od.rows, is_of_pairs=True),
    "range": Table(assumption_range.rows, is_quick=False, notice=assumption_range.NOTICE),
}
"""Every table by its name."""


def tables_of(scene: Scene) -> dict[str, Any]:
    """Give the tables that a study asks for, by name, as they stand in its document."""
    return {name: plain(TABLES[name].make(scene)) for name in scene.parameters.tables}


def layers_of_tables(names: tuple[str, ...]) -> dict[str, str]:
    """Give the layers that tables read beside those of every study, by role."""
    return dict(layer for name in names for layer in TABLES[name].layers)


def notices_of_tables(names: tuple[str, ...]) -> list[Notice]:
    """Give what must be said beside tables."""
    known = (TABLES[name] for name in names if name in TABLES)
    return [table.notice for table in known if table.notice is not None]


def found_of_tables(scene: Scene) -> list[Notice]:
    """Give what was found while the tables of a study were made."""
    makers = [TABLES[name].notices for name in scene.parameters.tables]
    return [notice for make in makers if make is not None for notice in make(scene)]


def slow_tables(names: tuple[str, ...]) -> tuple[str, ...]:
    """Give those of some tables that are not made while somebody waits."""
    return tuple(name for name in names if name in TABLES and not TABLES[name].is_quick)


def closed_tables(names: tuple[str, ...]) -> tuple[str, ...]:
    """Give those of some tables that only those see who may see personal detail."""
    return tuple(name for name in names if name in TABLES and not TABLES[name].is_open)


def pair_tables(names: tuple[str, ...]) -> tuple[str, ...]:
    """Give those of some tables that are made of the pairs of homes and facilities within the limit."""
    return tuple(name for name in names if name in TABLES and TABLES[name].is_of_pairs)


def hide_tables(shown: Row) -> None:
    """Take the tables out of a document that everybody may not see, and say so in it."""
    tables = shown.get("tables", {})
    closed = closed_tables(tuple(tables))
    for name in closed:
        del tables[name]
    say_closed(shown, closed)


def hide_together(shown: Row) -> None:
    """Take out how many rules reach whom, which is personal detail like a table, and say so."""
    say_closed(shown, (TOGETHER,) if shown.pop(TOGETHER, None) else ())


def say_closed(shown: Row, closed: tuple[str, ...]) -> None:
    """Say in a document that these tables are not for everybody, and not what is said beside them."""
    if closed:
        gone = {notice.code for notice in notices_of_tables(closed)}
        kept = [notice for notice in shown.get("notices", []) if notice["code"] not in gone]
        notice = {"code": CLOSED_NOTICE, "params": {"tables": ", ".join(closed)}}
        shown["notices"] = [*kept, notice]


def hide_of_people(shown: Row) -> None:
    """Hide in open tables what tells of a number of people that is hidden in the document.

    As soon as one unit of a group is hidden, its people could be worked out of the sums over all units: then
    these are hidden too.
    """
    tables = shown.get("tables")
    if not tables:
        return
    hidden = _hidden(shown)
    for name, rows in tables.items():
        for row in rows:
            if row["id"] in hidden.get(row.get("group", "all"), ()):
                row.update(dict.fromkeys(TABLES[name].of_people))


def _hidden(shown: Row) -> dict[str, set[str]]:
    """Give the ids of the rows whose people are hidden, by group."""
    found: dict[str, set[str]] = {}
    for group in shown["totals"]:
        rows = [
            (zone["id"], zone if group == "all" else zone.get("groups", {}).get(group))
            for zone in shown["zones"]
        ]
        hidden = {code for code, row in rows if row is None or row["total"] is None}
        if hidden or shown["totals"][group]["total"] is None:
            found[group] = hidden | {WHOLE}
    return found
