"""Lines that show which facility people turn to: from cells for everybody, from demand points for some roles.

Homes are personal: a line from a home says where somebody lives. A cell is shown when enough people live in
it, without their number (METHODS, People's privacy).
"""

from dataclasses import dataclass

import numpy as np
import shapely

from gis_service.analysis.cells import SMALLEST_SHOWN, cells_of
from gis_service.analysis.field import Field
from gis_service.types import Bools, Floats, Geometries, Int64s


@dataclass(frozen=True, slots=True)
class Allocation:
    """Who turns to which facility.

    Parameters
    ----------
    ids
        ``(n,)`` names of the cells, ``column_row``; numbers of the rows of people for demand points.
    place_xy
        ``(n, 2)`` middles of the cells, or the demand points, metres.
    facility
        ``(n,)`` row of the facility; of a cell that of most of its people who arrive, of equals the lower.
    people
        ``(n,)`` whole thousandths of those who arrive at any facility.
    """

    ids: list[str]
    place_xy: Floats
    facility: Int64s
    people: Int64s

    def lines(self, facility_xy: Floats) -> Geometries:
        """Draw a straight line from each place to its facility, ``(n,)`` LineString.

        Parameters
        ----------
        facility_xy
            ``(n_facilities, 2)`` metres.
        """
        ends = np.stack([self.place_xy, facility_xy[self.facility].reshape(-1, 2)], axis=1)
        return np.asarray(shapely.linestrings(ends), dtype=object)

    @property
    def is_open(self) -> Bools:
        """``(n,)`` whether ten people or more arrive: then everybody may see the line of a cell."""
        enough: Bools = self.people >= SMALLEST_SHOWN
        return enough


def allocation_of_cells(xy: Floats, people: Int64s, field: Field) -> Allocation:
    """Tell for each cell of 250 m which facility most of its people turn to.

    Parameters
    ----------
    xy
        ``(n, 2)`` demand points in a metric CRS.
    people
        ``(n,)`` whole thousandths.
    field
        Their answers; who does not arrive has no line.
    """
    arrive = np.flatnonzero((field.facility >= 0) & (people > 0))
    cells = cells_of(xy[arrive])
    return Allocation(
        ids=cells.ids,
        place_xy=cells.centre_xy.reshape(-1, 2),
        facility=cells.most(field.facility[arrive], people[arrive]).astype(np.int64),
        people=cells.sums(people[arrive]),
    )


def allocation_of_points(xy: Floats, people: Int64s, field: Field) -> Allocation:
    """Tell for each demand point which facility its people turn to: personal detail; arguments as above."""
    arrive = np.flatnonzero((field.facility >= 0) & (people > 0))
    return Allocation(
        ids=[str(row) for row in arrive.tolist()],
        place_xy=xy[arrive],
        facility=field.facility[arrive].astype(np.int64),
        people=people[arrive],
    )
