"""What a question answers at given duties: the worth of sites, and which way the duties should go."""

from dataclasses import dataclass, field
from typing import Protocol

import numpy as np

from gis_service.analysis.kernels import pulls_of_rooms, pulls_of_rows, worths_of_rooms, worths_of_rows
from gis_service.analysis.siting.rows import Rows
from gis_service.types import Floats, Int32s, Int64s


class Oracle(Protocol):
    """What a question answers at given duties."""

    def worths(self, duty: Floats, worth: Floats) -> float:
        """Fill in what each site is worth (negative: it saves); return what the rows owe."""

    def pulls(self, duty: Floats, taken: Floats, pull: Floats) -> None:
        """Fill in which way each duty should go when these shares of the sites are taken."""


@dataclass(frozen=True, slots=True)
class OfRows:
    """Rows that pay their cheapest open option, and a share of the second.

    Parameters
    ----------
    rows
        The options.
    second
        ``(n,)`` what a row pays without a second option.
    """

    rows: Rows
    second: Floats

    def worths(self, duty: Floats, worth: Floats) -> float:
        """As the oracle."""
        rows = self.rows
        return float(worths_of_rows(rows.start, rows.site, rows.price, self.second, duty, worth))

    def pulls(self, duty: Floats, taken: Floats, pull: Floats) -> None:
        """As the oracle."""
        rows = self.rows
        pulls_of_rows(rows.start, rows.site, rows.price, self.second, duty, taken, pull)


@dataclass(frozen=True, slots=True)
class OfRooms:
    """Weight that is served at sites with so much room, at prices for one unit of weight.

    Parameters
    ----------
    column, row, price
        The pairs of each site, ``(m + 1,)`` and ``(pairs,)``.
    weight
        ``(n,)`` of each demand.
    room
        ``(m,)`` weight that each site serves at most.
    """

    column: Int64s
    row: Int32s
    price: Floats
    weight: Floats
    room: Floats
    _amount: Floats = field(init=False)

    def __post_init__(self) -> None:
        """Make the place for what each site serves of each demand."""
        object.__setattr__(self, "_amount", np.zeros(len(self.row)))

    def worths(self, duty: Floats, worth: Floats) -> float:
        """As the oracle."""
        arrays = (self.column, self.row, self.price, self.weight, self.room, duty, worth, self._amount)
        return float(worths_of_rooms(*arrays))

    def pulls(self, duty: Floats, taken: Floats, pull: Floats) -> None:
        """As the oracle; what each site serves is known since its worth was asked at these duties."""
        del duty
        pulls_of_rooms(self.column, self.row, self.weight, taken, self._amount, pull)
