"""Which column of a list names units, of which vintage, by code or by name: ranked, never decided.

The number of different units that were found, times the share of the values that name one, comes first: a
column of communes with some names misspelt goes before one of districts without a fault. Codes outlive
mergers, so that a list may fit several vintages alike: then the one goes first whose names agree, then the
one of whose units the larger share stands in the list.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from gis_service.analysis.unit_match import By, How, KnownUnit, UnitMatcher, UnitMatches, distinct
from gis_service.text import search_form

LEAST_SHARE = 0.5
"""Share of the values that a column needs to be thought of as one of units."""
_PARENTS_SHARE = 0.8
"""Share of its different values that a column needs to be thought of as one of the units around."""
_MOST_VALUES = 2_000
"""Different values of a column that are looked at; no province has more units."""
_SAMPLE = 64
"""Different values by which a column is ruled out."""
_WORTH_A_LOOK = 0.25
"""Share of those that has to name units."""
_FEWEST_NAMES = 2
"""Different values from which on a column tells anything."""
_HEADERS: tuple[str, ...] = (
    *(
        "ma_xa",
        "ma_dvhc",
        "ma_dv",
        "ma_don_vi",
        "ma_phuong_xa",
        "ma_gso",
        "commune_code",
        "ward_code",
        "gso_code",
    ),
    *("ten_xa", "xa_phuong", "phuong_xa", "xa", "ten_dvhc", "ten_don_vi", "don_vi", "dia_phuong"),
    *("commune", "ward", "commune_name", "ward_name", "unit", "unit_name"),
)
"""Headers of such columns, in search form with underscores; the likeliest first."""


@dataclass(frozen=True, slots=True)
class UnitGuess:
    """A column that may name units.

    Parameters
    ----------
    vintage
        Whose units.
    column, by
        The column, and whether it holds codes or names.
    within
        A column that names the units that those lie in; none where no name stands twice.
    share
        Share of the rows that say something and name a unit, or one of several, 0..1.
    ambiguous
        Share of the rows that may stand for several units, 0..1.
    units
        Different units that were found.
    covered
        Share of the units that stand in the list, 0..1.
    agrees
        For codes: share of the rows whose unit some other column names, 0..1.
    """

    vintage: str
    column: str
    by: By
    within: str | None
    share: float
    ambiguous: float
    units: int
    covered: float
    agrees: float


def guess_units(
    columns: Mapping[str, Sequence[str | None]], vintages: Mapping[str, Sequence[KnownUnit]]
) -> tuple[UnitGuess, ...]:
    """Rank the columns that may name units; none where less than half of the values do.

    Parameters
    ----------
    columns
        Values by column, as text; all of one length.
    vintages
        Units by vintage, the one that is meant first where all else is equal going first.
    """
    order = {name: at for at, name in enumerate(columns)}
    newest = {name: at for at, name in enumerate(vintages)}
    different = {name: distinct(values) for name, values in columns.items()}
    samples = {name: values[:: -(-len(values) // _SAMPLE) or 1] for name, values in different.items()}
    short = [name for name, values in different.items() if _FEWEST_NAMES <= len(values) <= _MOST_VALUES]
    found = [
        guess
        for vintage, units in vintages.items()
        for guess in _Look(vintage, units, columns, samples, short).guesses()
    ]

    def rank(guess: UnitGuess) -> tuple[float, ...]:
        return (
            -round(guess.share * guess.units, 1),
            -round(guess.share, 2),
            -round(guess.agrees, 2),
            -round(guess.covered, 2),
            newest[guess.vintage],
            _header_rank(guess.column),
            guess.by == "name",
            order[guess.column],
        )

    return tuple(sorted(found, key=rank))


class _Look:
    """Looks for the units of one vintage in columns.

    Parameters
    ----------
    vintage, units
        Whose units, and what they are.
    columns
        Values by column.
    samples
        Some different values of each of them, spread over all.
    short
        Columns that may name units, as far as their values are few enough.
    """

    def __init__(
        self,
        vintage: str,
        units: Sequence[KnownUnit],
        columns: Mapping[str, Sequence[str | None]],
        samples: Mapping[str, Sequence[str]],
        short: Sequence[str],
    ) -> None:
        self._vintage, self._units, self._columns = vintage, units, columns
        self._matcher = matcher = UnitMatcher(units)
        ways: tuple[By, By] = ("code", "name")
        self._matches: dict[tuple[str, By], UnitMatches] = {
            (column, by): matcher.match(columns[column], by, suggest=False)
            for column in short
            for by in ways
            # Wide files have hundreds of columns, most of which a few values rule out.
            if matcher.match(samples[column], by, suggest=False).share >= _WORTH_A_LOOK
        }
        self._parents = [
            column for column, values in samples.items() if matcher.share_of_parents(values) >= _PARENTS_SHARE
        ]

    def guesses(self) -> Iterator[UnitGuess]:
        """Give what its columns may name."""
        for (column, by), alone in self._matches.items():
            if alone.share < LEAST_SHARE:
                continue
            within, best = self._narrowed(column, by, alone)
            said = len(best.how) - best.count(How.EMPTY)
            sure = {at for at in best.units.tolist() if at >= 0}
            present = sure | {at for several in best.candidates.values() for at in several}
            yield UnitGuess(
                vintage=self._vintage,
                column=column,
                by=by,
                within=within,
                share=best.share,
                ambiguous=best.count(How.AMBIGUOUS) / said,
                units=len(sure),
                covered=len(present) / len(self._units),
                agrees=self._agrees(column, best) if by == "code" else 0.0,
            )

    def _narrowed(self, column: str, by: By, alone: UnitMatches) -> tuple[str | None, UnitMatches]:
        """Find the column of the units that these lie in, where it tells names apart."""
        within, best = None, alone
        for other in self._parents if alone.count(How.AMBIGUOUS) else ():
            if other != column:
                narrowed = self._matcher.match(self._columns[column], by, self._columns[other], suggest=False)
                if narrowed.count(How.AMBIGUOUS) < best.count(How.AMBIGUOUS) and narrowed.share >= best.share:
                    within, best = other, narrowed
        return within, best

    def _agrees(self, column: str, by_code: UnitMatches) -> float:
        """Tell which share of the rows has, in some other column, the name of the unit of its code."""
        rows = [row for row, at in enumerate(by_code.units.tolist()) if at >= 0]
        best = 0
        for (other, by), named in self._matches.items():
            if by == "name" and other != column:
                pairs = ((row, int(by_code.units[row])) for row in rows)
                same = sum(
                    at == int(named.units[row]) or at in named.candidates.get(row, ()) for row, at in pairs
                )
                best = max(best, same)
        return best / len(rows) if rows else 0.0


def _header_rank(column: str) -> int:
    plain = "_".join(search_form(column).replace(".", " ").replace("_", " ").split())
    return _HEADERS.index(plain) if plain in _HEADERS else len(_HEADERS)
