"""People of the cells of a raster, put at places: the same for files and for layers."""

import numpy as np
import pyproj
import shapely

from gis_service.analysis.demand import ALL, Demand, cell_corners, demand_from_cells, thousandths
from gis_service.analysis.lattice import LATTICE, Lattice
from gis_service.crs import transform_xy
from gis_service.files.population_cells import PopulationCells
from gis_service.types import Floats, Geometries, Int64s

_AT_ONCE = 50_000
"""Cells that are polygons in memory together."""


def areas_of_cells(population: PopulationCells, crs: pyproj.CRS) -> Geometries:
    """Give the cells as polygons of a metric system."""
    areas = np.empty(len(population.cells), dtype=object)
    for first in range(0, len(areas), _AT_ONCE):
        some = slice(first, first + _AT_ONCE)
        areas[some] = shapely.polygons(_corners(population, population.cells[some], crs))
    return areas


def codes_of_cells(population: PopulationCells) -> list[str]:
    """Name the cells by row and column, so that their order is the same whatever part of a raster is read."""
    return [f"r{row:06d}c{column:06d}" for row, column in population.cells.tolist()]


def demand_of_cells(
    population: PopulationCells,
    crs: pyproj.CRS,
    barriers: Geometries | None,
    lattice: Lattice = LATTICE,
) -> Demand:
    """Put the people of cells at places, as `demand_from_cells` does, some cells at a time.

    Parameters
    ----------
    population
        The cells.
    crs
        Metric system of the places.
    barriers
        Where nobody lives, in ``crs``.
    lattice
        Where people of large cells are put.

    Returns
    -------
    Demand
        In the order of the cells; ``source`` is the row of the cell.

    Raises
    ------
    RefusedInput
        ``places_too_many``.
    """
    parts: list[Demand] = []
    places = 0
    for first in range(0, max(1, len(population.people)), _AT_ONCE):
        parts.append(_part(population, slice(first, first + _AT_ONCE), crs, barriers, lattice))
        places += len(parts[-1].xy)
        lattice.require_few(places)
    source = [part.source + first * _AT_ONCE for first, part in enumerate(parts)]
    return Demand(
        np.concatenate([part.xy for part in parts]),
        {ALL: np.concatenate([part.people[ALL] for part in parts])},
        np.concatenate(source).astype(np.int32),
        next((part.step_m for part in parts if part.step_m is not None), None),
    )


def beyond_in_thousandths(population: PopulationCells) -> int:
    """Give the people of the cells that were only summed, in whole thousandths."""
    return int(thousandths(np.array([population.beyond]))[0])


def _part(
    population: PopulationCells,
    rows: slice,
    crs: pyproj.CRS,
    barriers: Geometries | None,
    lattice: Lattice,
) -> Demand:
    corners = _corners(population, population.cells[rows], crs)
    return demand_from_cells(corners, {ALL: population.people[rows]}, barriers, lattice)


def _corners(population: PopulationCells, cells: Int64s, crs: pyproj.CRS) -> Floats:
    """Give the corners of some cells, ``(n, 4, 2)``, in a metric system."""
    return transform_xy(cell_corners(population.affine, cells), population.crs, crs)
