"""Demand of a gap analysis: people as the file has them, or spread into buildings, onto land, by a raster."""

from collections.abc import Mapping
from typing import Protocol

import numpy as np
import pyproj
import shapely

from gis_service.analysis.boxes import widened
from gis_service.analysis.buildings import is_residential, weigh_buildings
from gis_service.analysis.dasymetric import Ground, people_of_zones
from gis_service.analysis.demand import ALL, Demand, demand_from_points, demand_from_polygons
from gis_service.crs import STORAGE, transform
from gis_service.errors import ErrorCode, WrongUse
from gis_service.files.buildings import read_buildings, read_land
from gis_service.files.population import PopulationTable, read_population
from gis_service.files.population_cells import PopulationCells
from gis_service.files.rasters import RasterSource
from gis_service.services.coverage_inputs import Notice
from gis_service.services.coverage_parameters import HALO_M
from gis_service.services.gap_tables import Place, note_far, note_lost, place_of, require_together
from gis_service.services.population_cells import areas_of_cells, codes_of_cells, demand_of_cells
from gis_service.services.spreading import by_raster, into_buildings
from gis_service.types import Floats, Geometries, Text

_OF_AREAS = Text("dân số theo vùng hoặc theo ô ảnh", "people of areas, or of the cells of a raster")
_ONE_OF_THEM = Text("--buildings hoặc --weights, không cả hai", "--buildings or --weights, not both")
_TABLE_OF_AREAS = Text("dân số theo vùng", "people of areas")


class DemandFiles(Protocol):
    """The file of the people, and those that they are spread by."""

    @property
    def population(self) -> str:
        """Points, areas, or a raster of persons per cell."""

    @property
    def people_column(self) -> str | None:
        """Column of everybody; the usual names when None."""

    @property
    def buildings(self) -> str | None:
        """Buildings."""

    @property
    def residential_land(self) -> str | None:
        """Land by its use."""

    @property
    def weights(self) -> str | None:
        """A raster of weights."""

    @property
    def nodata(self) -> float | None:
        """What means "no data" in the raster."""


def population_of(
    sources: DemandFiles, area: Place, asked: tuple[Mapping[str, str], str | None], notices: list[Notice]
) -> PopulationTable | PopulationCells:
    """Read the people, of a raster those of the study area and around it; tells who has no place.

    Parameters
    ----------
    sources, area
        The files, and the place of the study area.
    asked
        Groups that are counted, each with the option that names it, and the column to rank by.
    notices
        What must be said is added here.

    Raises
    ------
    NotFound, RefusedInput, WrongUse
        As `read_population`.
    """
    groups, rank_column = asked
    population = read_population(
        sources.population,
        people_column=sources.people_column,
        box=(widened(area[2], HALO_M), STORAGE),
        nodata=None if sources.weights else sources.nodata,
        groups=groups,
        rank_column=rank_column,
    )
    if isinstance(population, PopulationTable) and population.lost_rows:
        params = {"rows": population.lost_rows, "people": round(population.lost_people, 3)}
        notices.append(Notice("people_without_place", params))
    return population


def demand_of(
    population: PopulationTable | PopulationCells,
    sources: DemandFiles,
    area: tuple[Geometries, pyproj.CRS],
    around: tuple[Place, Geometries | None],
    notices: list[Notice],
) -> Demand:
    """Put people at places.

    Parameters
    ----------
    population
        As `read_population` gives it.
    sources
        What they are spread by, if anything.
    area
        The polygons of the study area, and the metric system.
    around
        The place of the study area, and the barriers in the metric system.
    notices
        What must be said is added here.

    Raises
    ------
    WrongUse
        ``wrong_argument`` for files that do not go together.
    NotFound, RefusedInput
        With what is wrong in which file.
    """
    place, barriers = around
    if sources.buildings is None and sources.weights is None and sources.residential_land is None:
        return _as_they_are(population, area[1], barriers)
    _require_fitting(population, sources)
    residential = _residential(sources.residential_land, area[1], place, notices)
    ground = Ground(residential, barriers)
    if isinstance(population, PopulationCells):
        shapes = areas_of_cells(population, area[1])
        codes = codes_of_cells(population)
    else:
        shapes, codes = transform(population.geometry, population.crs, area[1]), list(population.codes)
    known = people_of_zones(shapes, _people(population), codes)
    if sources.weights is not None:
        weights = RasterSource(sources.weights, sources.nodata)
        return by_raster(known, weights, area, ground, notices).demand
    if sources.buildings is not None:
        table = read_buildings(sources.buildings)
        note_lost("buildings", table.without_geometry, notices)
        require_together(place, [place_of(sources.buildings, table.footprints, table.crs)])
        footprints = transform(table.footprints, table.crs, area[1])
        buildings = weigh_buildings(footprints, table.storeys, table.height_m, table.classes)
        return into_buildings(known, buildings, ground, notices).demand
    nobody = weigh_buildings(np.empty(0, dtype=object), np.empty(0), np.empty(0), [])
    return into_buildings(known, nobody, ground, notices).demand


def _people(population: PopulationTable | PopulationCells) -> dict[str, Floats]:
    """Give the persons of every group that was read, all people first."""
    others = population.groups if isinstance(population, PopulationTable) else {}
    return {ALL: population.people, **others}


def _require_fitting(population: PopulationTable | PopulationCells, sources: DemandFiles) -> None:
    if sources.buildings is not None and sources.weights is not None:
        raise WrongUse(
            ErrorCode.WRONG_ARGUMENT, name="--weights", value=sources.weights, expected=_ONE_OF_THEM
        )
    if isinstance(population, PopulationTable) and population.kind == "points":
        name = next(
            name
            for name in ("buildings", "weights", "residential_land")
            if getattr(sources, name) is not None
        )
        raise WrongUse(
            ErrorCode.WRONG_ARGUMENT,
            name=f"--{name.replace('_', '-')}",
            value=getattr(sources, name),
            expected=_OF_AREAS,
        )
    if isinstance(population, PopulationCells) and sources.weights is not None:
        raise WrongUse(
            ErrorCode.WRONG_ARGUMENT, name="--weights", value=sources.weights, expected=_TABLE_OF_AREAS
        )


def _residential(
    source: str | None, crs: pyproj.CRS, area: Place, notices: list[Notice]
) -> Geometries | None:
    if source is None:
        return None
    table = read_land(source)
    note_lost("residential_land", table.without_geometry, notices)
    note_far("residential_land", area, place_of(source, table.areas, table.crs), notices)
    chosen = is_residential(table.classes) & ~shapely.is_empty(table.areas)
    return transform(table.areas[chosen], table.crs, crs)


def _as_they_are(
    population: PopulationTable | PopulationCells, crs: pyproj.CRS, barriers: Geometries | None
) -> Demand:
    if isinstance(population, PopulationCells):
        return demand_of_cells(population, crs, barriers)
    people = _people(population)
    places = transform(population.geometry, population.crs, crs)
    if population.kind == "points":
        return demand_from_points(places, people)
    return demand_from_polygons(places, people, barriers)
