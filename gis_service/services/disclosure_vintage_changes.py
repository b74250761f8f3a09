"""The same of comparisons: which rows are hidden because other vintages would tell of them.

A row of a comparison is hidden as a whole (`gis_service.services.disclosure_changes`). Units without any
change have no row, and nobody won or lost in them: they take no part.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from gis_service.analysis.change import Answers, changes
from gis_service.analysis.demand import Demand
from gis_service.services.coverage_document import OUTSIDE
from gis_service.services.disclosure_changes import hide_across, table_of
from gis_service.services.documents import persons
from gis_service.services.suppression import Row
from gis_service.types import Int32s, Int64s, LayerId

_FIGURES = ("total", "before", "after", "won", "lost")
_Tables = dict[str, list[Row]]
"""By group one table for each unit."""


@dataclass(frozen=True)
class Compared:
    """Who gained and who lost, person by person.

    Parameters
    ----------
    demand
        The people of the study area, with the groups that are counted.
    answers
        Everybody's cost in the two states.
    limit
        Greatest cost that counts, ms or mm.
    """

    demand: Demand
    answers: tuple[Answers, Answers]
    limit: int

    def tables(self, label: Int64s, count: int) -> _Tables:
        """Give the tables of each label, and that of everybody at the end."""
        before, after = self.answers
        found = changes(self.demand, label.astype(np.int32), count, before, after, self.limit)
        return {
            group: [
                table_of({name: persons(getattr(one, name)) for name in _FIGURES})
                for one in (*rows[:count], rows[-1])
            ]
            for group, rows in found.items()
        }


def closed_changes(
    compared: Compared,
    ids: Sequence[str],
    own: LayerId,
    units: Mapping[LayerId, Int32s],
) -> Row | None:
    """Find which rows of a comparison would tell small counts to those who know it by other units too.

    Parameters
    ----------
    compared
        What was found.
    ids
        Codes of the units that it is told by.
    own
        Which of ``units`` these are.
    units
        ``(n,)`` unit of each row of people, by layer, always in the same order.

    Returns
    -------
    Row or None
        The groups whose totals, and by unit those whose row, must be hidden; None without any.
    """
    if own not in units or len(units) < 2:  # noqa: PLR2004 (another one beside it)
        return None
    labels = {name: _label(zone) for name, zone in units.items()}
    tables = {name: compared.tables(label, int(label.max(initial=-1)) + 1) for name, label in labels.items()}
    everybody = {group: rows[-1] for group, rows in next(iter(tables.values())).items()}
    groups: list[list[Row]] = []
    for table in tables.values():
        for group, rows in table.items():
            groups.append([everybody[group], *filter(_changed, rows[:-1])])
    for one, other in combinations(tables, 2):
        groups += _shared(compared, (labels[one], tables[one]), (labels[other], tables[other]))
    places = [[everybody[group] for group in everybody]]
    for table in tables.values():
        places += [list(rows) for rows in zip(*(rows[:-1] for rows in table.values()), strict=True)]
    if not hide_across(groups, [[row for row in place if _changed(row)] for place in places]):
        return None
    # Told even where the rows of this vintage alone would hide them: they might choose others beside.
    return _written(everybody, tables[own], _codes(ids, labels[own], units[own]))


def _label(zone: Int32s) -> Int64s:
    return np.where(zone < 0, zone.max(initial=-1) + 1, zone).astype(np.int64)


def _codes(ids: Sequence[str], label: Int64s, zone: Int32s) -> list[str]:
    """Name the labels: the codes of the units, and ``outside`` for people in none."""
    count = int(label.max(initial=-1)) + 1
    n_units = int(zone.max(initial=-1)) + 1
    return [*ids[:n_units], OUTSIDE][:count]


def _changed(row: Row) -> bool:
    return bool(row["won"] or row["lost"]) or row["won"] is None


def _shared(
    compared: Compared, one: tuple[Int64s, _Tables], other: tuple[Int64s, _Tables]
) -> Iterator[list[Row]]:
    """Give each unit of two vintages with the pieces that it shares with those of the other."""
    (ours, our_tables), (theirs, their_tables) = one, other
    width = int(theirs.max(initial=-1)) + 1
    both, piece = np.unique(ours * width + theirs, return_inverse=True)
    found = compared.tables(piece.reshape(-1).astype(np.int64), len(both))
    mine, their = both // width, both % width
    alone_mine, alone_their = (np.bincount(side)[side] == 1 for side in (mine, their))
    for group, pieces in found.items():
        for at, (a, b) in enumerate(zip(mine.tolist(), their.tolist(), strict=True)):
            # A unit that lies in one unit of the other vintage is the piece itself.
            if alone_mine[at]:
                pieces[at] = our_tables[group][a]
            elif alone_their[at]:
                pieces[at] = their_tables[group][b]
        for tables, side in ((our_tables, mine), (their_tables, their)):
            for unit in np.unique(side).tolist():
                parts = [pieces[at] for at in np.flatnonzero(side == unit).tolist()]
                if parts[0] is not tables[group][unit] and _changed(tables[group][unit]):
                    yield [tables[group][unit], *filter(_changed, parts)]


def _written(everybody: Mapping[str, Row], table: _Tables, codes: Sequence[str]) -> Row | None:
    totals = [group for group, row in everybody.items() if row["before"] is None]

    def hidden(figure: str) -> dict[str, list[str]]:
        found = {
            code: [group for group, rows in table.items() if rows[at][figure] is None]
            for at, code in enumerate(codes)
        }
        return {code: groups for code, groups in found.items() if groups}

    zones, people = hidden("before"), hidden("total")
    return {"totals": totals, "zones": zones, "people": people} if totals or zones or people else None
