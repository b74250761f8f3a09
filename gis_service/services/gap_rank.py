"""What the homes of a gap analysis are ranked by: a column of the population file, else of the zones."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np

from gis_service.analysis.zones import Zones
from gis_service.files.population import PopulationTable, rank_of
from gis_service.files.population_cells import PopulationCells
from gis_service.services.gap_zones import codes_of
from gis_service.services.rank_rules import rank_in_units, rank_missing
from gis_service.types import Floats, Int32s


@dataclass(frozen=True)
class GapRank:
    """What homes are ranked by, the worst-off lowest.

    Parameters
    ----------
    of_rows
        ``(n_rows,)`` figure of each row of the population file; None where the zones tell it.
    of_zones
        Figure of each zone by its code.
    """

    of_rows: Floats | None
    of_zones: Mapping[str, float]

    @property
    def whose(self) -> str:
        """Name the input that tells it."""
        return "zones" if self.of_rows is None else "population"

    @property
    def parts(self) -> tuple[Any, ...]:
        """What a hash of the inputs is made of."""
        if self.of_rows is not None:
            return (self.of_rows,)
        codes = sorted(self.of_zones)
        return (codes, np.array([self.of_zones[code] for code in codes]))

    def of_homes(self, source: Int32s, zones: Zones, zone: Int32s) -> Floats:
        """Give the figure of each home, by its row of the population file, or by its zone."""
        if self.of_rows is not None:
            return self.of_rows[source]
        return rank_in_units(self.of_zones, zones.ids, zone)


def rank_of_files(
    population: PopulationTable | PopulationCells,
    zones: gpd.GeoDataFrame,
    source: tuple[str, str | None],
    column: str | None,
) -> GapRank | None:
    """Read what homes are ranked by; None when nobody asks for it.

    Parameters
    ----------
    population
        As `read_population` gives it.
    zones, source
        The table of the zones; its file, and the column of codes that the user named.
    column
        Name of the column.

    Raises
    ------
    WrongUse
        ``ranking_missing`` when neither file has the column.
    """
    if column is None:
        return None
    if isinstance(population, PopulationTable) and population.rank is not None:
        return GapRank(population.rank, {})
    found = rank_of(zones, column)
    if found is None:
        raise rank_missing(column)
    codes = (str(code).strip() for code in codes_of(zones, source))
    return GapRank(None, dict(zip(codes, found.tolist(), strict=True)))
