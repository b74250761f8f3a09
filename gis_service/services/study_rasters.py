"""The raster layers of a study: persons per cell, or weights that people of areas are spread by."""

from collections.abc import Mapping

import numpy as np
import pyproj
import shapely
from shapely.geometry.base import BaseGeometry

from gis_service.analysis.boxes import widened
from gis_service.analysis.zones import Zones
from gis_service.catalogue.layer_definition import LayerDefinition
from gis_service.catalogue.loader import Catalogue
from gis_service.crs import STORAGE, transform
from gis_service.db.engine import Connection
from gis_service.db.rasters import RasterRow, raster_of
from gis_service.errors import ErrorCode, RefusedInput, Temporary
from gis_service.files.population_cells import PopulationCells, read_cells
from gis_service.files.raster_store import RasterStore
from gis_service.files.rasters import BAND_MARK, RasterSource
from gis_service.services.coverage_parameters import HALO_M
from gis_service.services.raster_bands import PERSONS, RasterBand, names_of
from gis_service.services.raster_layers import file_of
from gis_service.services.study_standard import refused
from gis_service.types import BBox, LayerId, Text, VersionId

PEOPLE, WEIGHTS = "demand", "weights"
RASTER_ROLES = (PEOPLE, WEIGHTS)
"""Roles that a raster layer may have in a study; the second one takes nothing else."""
_A_RASTER = Text("lớp ảnh (geometry: Raster)", "a raster layer (geometry: Raster)")
_NO_BAND = Text(
    "bỏ band, hoặc chọn lớp ảnh (geometry: Raster)", "no band, or a raster layer (geometry: Raster)"
)
_ONE_OF_THEM = Text("buildings hoặc weights, không cả hai", "buildings or weights, not both")
_OF_AREAS = Text("dân số theo vùng, không phải ảnh", "people of areas, not of a raster")
_VALUES = Text(
    "ảnh có kind: values; nếu mỗi ô đúng là một số đo, hãy nạp lại và chọn kind: values",
    "a raster of kind: values; if its cells do hold a measure, load it again and choose kind: values",
)
_NOT_NEGATIVE = Text(
    "số không âm trong mọi ô có dữ liệu; nếu số âm nghĩa là không có dữ liệu, hãy nạp lại và chọn nodata",
    "zero or more in every cell with data; if the negative number means no data, load it again and choose"
    " nodata",
)
_IN_PERSONS = Text(
    "ảnh số người mỗi ô (unit: persons); nếu mỗi ô đúng là số người, hãy khai báo unit: persons cho kênh ấy"
    " trong định nghĩa lớp",
    "a raster of persons per cell (unit: persons); if its cells do hold persons, say unit: persons of that"
    " band in the definition of the layer",
)
_SOMEBODY = Text(
    "ảnh số người mỗi ô, có ô lớn hơn 0 trong phạm vi thành phố",
    "a raster of persons per cell, with a cell above 0 within the city",
)
_NO_GROUPS = Text(
    "bỏ nhóm này: ảnh chỉ cho biết tổng số người; hoặc chọn lớp dân cư có cột số người của nhóm",
    "no such group: a raster tells of everybody only; or a layer of people with a column of persons of it",
)
_UNITS_WITH_AREAS = Text(
    "lớp đơn vị dạng vùng: người trong ảnh thuộc đơn vị nào là theo vị trí",
    "a layer of units with areas: place tells which unit the people of a raster belong to",
)


def find_rasters(
    connection: Connection,
    catalogue: Catalogue,
    layers: Mapping[str, LayerId],
    versions: Mapping[str, VersionId],
    bands: Mapping[str, int | str],
) -> dict[str, RasterBand]:
    """Find the raster layers among those of a study, and check that they can be counted with.

    Parameters
    ----------
    connection, catalogue
        Where they are, and what they mean.
    layers, versions
        Layer and version by role.
    bands
        Number or name of the bands that were asked for, by role.

    Raises
    ------
    RefusedInput
        ``study_refused`` for a band that is not there, for layers that do not go together, for classes and
        for negative cells; ``study_layer_empty``.
    """
    found = {}
    for role in RASTER_ROLES:
        name, layer = input_name(role), layers.get(role)
        if layer is None:
            continue
        definition = catalogue.layers[layer]
        if not definition.is_raster:
            if role == WEIGHTS:
                raise refused(name, layer, _A_RASTER)
            if role in bands:
                raise refused(f"{name}/band", bands[role], _NO_BAND)
            continue
        row = raster_of(connection, layer, versions[role])
        if row is None:
            raise RefusedInput(ErrorCode.STUDY_LAYER_EMPTY, layer=layer)
        found[role] = RasterBand(row, _band(definition, row, bands.get(role), f"{name}/band"))
        _require_figures(found[role], name, definition)
    if WEIGHTS in layers and PEOPLE in found:
        raise refused(input_name(WEIGHTS), layers[WEIGHTS], _OF_AREAS)
    if WEIGHTS in layers and "buildings" in layers:
        raise refused(input_name(WEIGHTS), layers[WEIGHTS], _ONE_OF_THEM)
    return found


def kept_band(connection: Connection, layer: LayerId, version: VersionId, band: object) -> RasterBand | None:
    """Give the raster that a kept study names; None where it is gone."""
    row = raster_of(connection, layer, version)
    if row is None or not isinstance(band, int) or not 0 < band <= len(row.bands):
        return None
    return RasterBand(row, band)


def refuse_groups(group: str) -> RefusedInput:
    """Say that a raster knows no groups."""
    return refused("groups", group, _NO_GROUPS)


def source_of(store: RasterStore | None, raster: RasterBand, most_cells: int) -> RasterSource:
    """Give the file of a raster of a study.

    Parameters
    ----------
    store
        Where files of rasters are kept; None where nobody keeps any.
    raster
        Which one.
    most_cells
        Cells above zero that are taken in at most.

    Raises
    ------
    Temporary
        ``raster_file_missing``.
    """
    row = raster.row
    if store is None:
        file = f"{row.sha256}.tif"
        raise Temporary(ErrorCode.RASTER_FILE_MISSING, file=file, layer=row.layer, version=row.version)
    path = f"{file_of(store, row)}{BAND_MARK}{raster.band}"
    return RasterSource(path, name=str(row.layer), most_cells=most_cells)


def read_people(source: RasterSource, raster: RasterBand, city: BBox) -> PopulationCells:
    """Read the people of a raster: those of the city and of the border around it; the others are a sum.

    Parameters
    ----------
    source, raster
        As `source_of` gives it, and of which.
    city
        Box of the city, in degrees.

    Raises
    ------
    RefusedInput
        ``study_refused`` when nobody lives there, ``raster_cells_too_many``.
    """
    found = read_cells(source, (_reach(city), STORAGE), raster.total)
    if not found.people.size:
        raise refused(PEOPLE, raster.row.layer, _SOMEBODY)
    return found


def require_read(
    city: BBox,
    units: tuple[LayerId, pyproj.CRS],
    zones: Zones,
    area: Zones | None,
    outline: BaseGeometry | None,
) -> None:
    """Refuse units without areas, and a study area that is larger than what is read of a raster of people.

    Parameters
    ----------
    city
        As of `read_people`.
    units
        Layer and system of the units.
    zones, area, outline
        Units, the units that are the study area when these are others, and the outline of the city.

    Raises
    ------
    RefusedInput
        ``study_refused``.
    """
    layer, crs = units
    if not zones.have_areas:
        raise refused("zones", layer, _UNITS_WITH_AREAS)
    by_units = (zones if area is None else area).polygons
    shapes = by_units if outline is None else np.array([outline], dtype=object)
    around = np.array([shapely.box(*shapely.total_bounds(shapes))], dtype=object)
    west, south, east, north = shapely.total_bounds(transform(around, crs, STORAGE)).tolist()
    reach = _reach(city)
    if west < reach[0] or south < reach[1] or east > reach[2] or north > reach[3]:
        shown = ", ".join(f"{value:.4f}" for value in city)
        expected = Text(
            f"đơn vị trong khung của thành phố [{shown}] và {HALO_M / 1000:.0f} km quanh đó",
            f"units inside the box of the city [{shown}] and {HALO_M / 1000:.0f} km around it",
        )
        raise refused("zones", layer, expected)


def _reach(city: BBox) -> BBox:
    return widened(city, HALO_M)


def input_name(role: str) -> str:
    """Name the input that a role is asked for by."""
    return role if role == PEOPLE else f"{PEOPLE}/{role}"


def _band(definition: LayerDefinition, row: RasterRow, asked: int | str | None, name: str) -> int:
    """Give the number of the band that is meant: by its number or name, else the only one."""
    there = names_of(definition, row)
    if asked is None and len(there) == 1:
        return next(iter(there))
    # A band called "2" must not hide the second one.
    by_number = next((number for number in there if str(asked) == str(number)), None)
    if by_number is not None:
        return by_number
    for number, called in there.items():
        if asked is not None and called and str(asked) == called:
            return number
    shown = ", ".join(f"{number} ({called})" if called else str(number) for number, called in there.items())
    raise refused(name, "–" if asked is None else asked, shown)


def _require_figures(raster: RasterBand, name: str, definition: LayerDefinition) -> None:
    """Refuse what is no number of people, nor a weight, by the figures of the band and by its unit."""
    layer, unit = definition.id, raster.unit(definition)
    if name == PEOPLE and unit not in {None, PERSONS}:
        raise refused(name, f"{layer} ({unit})", _IN_PERSONS)
    if raster.row.kind != "values":
        raise refused(name, layer, _VALUES)
    ends = raster.ends
    if ends is not None and ends[0] < 0:
        raise refused(name, layer, _NOT_NEGATIVE)
    if name == PEOPLE and (ends is None or ends[1] <= 0):
        raise refused(name, layer, _SOMEBODY)
