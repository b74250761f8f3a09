"""What a table of a study is made of, and what a table is."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from gis_service.analysis.demand import Demand
from gis_service.analysis.inequality import Inequality
from gis_service.analysis.pairs import MAX_PAIRS
from gis_service.services.coverage_inputs import CoverageInputs, Notice
from gis_service.services.coverage_parameters import CoverageParameters
from gis_service.services.coverage_ways import Ways
from gis_service.types import Int32s, Int64s

LAND_USE = (("land_use", "land_use"),)
"""Layer of the tables of land, by role."""
MOST_LIVE_PAIRS = 10_000_000
"""Pairs of homes and facilities in an answer that somebody waits for: some 1 GB while they are summed."""
Row: TypeAlias = dict[str, Any]
"""Figures of one row by name: numbers, text or None, so that each table is also a CSV file."""


@dataclass(frozen=True)
class Scene:
    """A study that is computed, before it is told.

    Parameters
    ----------
    inputs
        What was read, with the units that the study is told by. Rows of ``inputs.demand`` beyond the study
        area do not count; those of ``demand`` do.
    parameters
        What is asked.
    demand, zone
        The people of the study area with all their groups, and the unit of each row, negative without one.
    ways
        What everybody's way costs, and to which facility.
    counted_facilities
        Rows of ``inputs.facilities`` that count: those within the border.
    tell
        Told the share of the work on a slow table that is done, 0..1.
    most_pairs
        Pairs of homes and facilities that its tables may hold.
    own
        Ways of the groups that walk at a speed of their own, by group.
    measured
        How evenly something is spread over a group, once for all tables that tell of it.
    """

    inputs: CoverageInputs
    parameters: CoverageParameters
    demand: Demand
    zone: Int32s
    ways: Ways
    counted_facilities: Int64s
    tell: Callable[[float], None] = lambda _share: None
    most_pairs: int = MAX_PAIRS
    own: Mapping[str, Ways] = field(default_factory=dict)
    measured: dict[tuple[str, str], Inequality] = field(default_factory=dict)

    def ways_of(self, group: str) -> Ways:
        """Give the ways that hold for a group."""
        return self.own.get(group, self.ways)


@dataclass(frozen=True)
class Table:
    """A further table of a study.

    Parameters
    ----------
    make
        Gives its rows; all have the same names in the same order.
    layers
        Layers that it reads beside those of every study, by role, with the layer that stands in when the
        request names none.
    is_open
        Whether everybody may see it; else those who may see personal detail.
    is_quick
        Whether it is made while somebody waits; else only in a study that is run as a job.
    notice
        What must be said beside it.
    of_people
        Columns of an open table from which the people of a unit could be told. Its rows have the ``id`` of a
        unit, or ``all``, and perhaps a ``group``; where that number of people is hidden, so are these.
    notices
        Gives what must be said of it, after its rows are made.
    is_of_pairs
        Whether it is made of the pairs of homes and facilities within the limit, which may be too many.
    """

    make: Callable[[Scene], list[Row]]
    layers: tuple[tuple[str, str], ...] = ()
    is_open: bool = False
    is_quick: bool = True
    notice: Notice | None = None
    of_people: tuple[str, ...] = ()
    notices: Callable[[Scene], list[Notice]] | None = None
    is_of_pairs: bool = False
