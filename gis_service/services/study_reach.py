"""How many people at places a process takes in: the web process less than a job, which has its own memory."""

from dataclasses import dataclass, replace

from gis_service.analysis.lattice import MOST_PLACES, Lattice
from gis_service.errors import ErrorCode, RefusedInput

_TOO_MUCH = frozenset({ErrorCode.RASTER_CELLS_TOO_MANY, ErrorCode.PLACES_TOO_MANY})


@dataclass(frozen=True, slots=True)
class Reach:
    """What the people of one study may cost.

    Parameters
    ----------
    cells
        Cells with people, or parts of cells with weight, that are taken in at most.
    areas
        Cells at most whose people live in buildings or on land: each is drawn.
    places
        Places at most that areas and cells become.
    is_live
        Whether somebody waits for the answer: a job may take more in.
    """

    cells: int
    areas: int
    places: int
    is_live: bool = False

    def lattice(self, lattice: Lattice) -> Lattice:
        """Give a lattice that makes no more places than this."""
        return replace(lattice, most=self.places)

    def told(self, error: RefusedInput) -> RefusedInput:
        """Give a refusal as it is told: of what a job may still take in, it says so."""
        if not self.is_live or error.code not in _TOO_MUCH:
            return error
        return self._refusal(error.params["most"])

    def require_few(self, places: int) -> None:
        """Refuse to answer at once for people at more places than this; a job has been asked already.

        Raises
        ------
        RefusedInput
            ``demand_not_quick``.
        """
        if self.is_live and places > self.places:
            raise self._refusal(self.places)

    def _refusal(self, most: object) -> RefusedInput:
        """Say that a live answer takes in no more cells or places than this."""
        return RefusedInput(ErrorCode.DEMAND_NOT_QUICK, most=most, cells=STORED.cells, places=STORED.places)


STORED = Reach(cells=2_000_000, areas=500_000, places=MOST_PLACES)
LIVE = Reach(cells=1_000_000, areas=100_000, places=3_000_000, is_live=True)
"""A province and 10 km around it has some 800,000 cells of 100 m; 3 million places at 50 m are 7,500 km²."""
