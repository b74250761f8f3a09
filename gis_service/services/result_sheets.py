"""What came out of a study as shapes on the map with their values: sheets that tiles are cut from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pyproj
import shapely

from gis_service.analysis.cells import CELL_M
from gis_service.analysis.field import UNREACHED
from gis_service.analysis.gaps import REASONS
from gis_service.crs import STORAGE, transform
from gis_service.db.shape_tiles import ColumnType, ShapeRows
from gis_service.services.catchment_ground import (
    Ground,
    ground_of,
    pieces_drawn,
    reached_pieces,
    surface_of,
)
from gis_service.services.catchment_request import CatchmentAsk
from gis_service.services.cells import CellTable
from gis_service.services.coverage_live import LiveStudy
from gis_service.services.documents import PER_UNIT, persons
from gis_service.types import BBox, Bools, Geometries, Int64s

SheetKind = Literal["surface", "edges", "uncovered"]
KINDS: tuple[SheetKind, ...] = ("surface", "edges", "uncovered")
MOST_CELLS = 200_000
"""Cells of a surface in tiles: 12,500 km2 of 250 m. Of a larger area they are wider."""
Column = tuple[ColumnType, Sequence[object]]


@dataclass(frozen=True)
class Sheet:
    """Shapes with their values, all of one study and one kind.

    Parameters
    ----------
    shapes
        ``(n,)`` in longitude and latitude (WGS 84).
    columns
        Attributes by name: their type, and a value or None for each shape.
    field
        The attribute that a map is coloured by.
    ends
        Least and largest of its values; None where there are none.
    unit
        Of these values: ``s``, ``m`` or ``people``.
    size_m
        Side of the cells, metres; None for lines.
    is_generated
        Whether any of the data is.
    """

    shapes: Geometries
    columns: Mapping[str, Column]
    field: str
    ends: tuple[float, float] | None
    unit: str
    size_m: float | None
    is_generated: bool
    tree: shapely.STRtree

    @property
    def corners(self) -> int:
        """How many corners the shapes have together."""
        return int(shapely.get_num_coordinates(self.shapes).sum())

    @property
    def bbox(self) -> BBox | None:
        """Longitude and latitude box of all shapes; None without any."""
        if not len(self.shapes):
            return None
        west, south, east, north = shapely.total_bounds(self.shapes).tolist()
        return west, south, east, north

    def within(self, box: BBox) -> ShapeRows:
        """Give the shapes whose boxes meet a box, numbered from 1 in the order of the sheet."""
        rows = np.sort(self.tree.query(shapely.box(*box))).tolist()
        columns = {
            name: (kind, [values[row] for row in rows]) for name, (kind, values) in self.columns.items()
        }
        wkb: list[bytes] = np.asarray(shapely.to_wkb(self.shapes[rows]), dtype=object).tolist()
        return ShapeRows([row + 1 for row in rows], wkb, columns)


def surface_sheet(study: LiveStudy) -> Sheet:
    """Give what the way costs from, or to, each square of the study area, whoever lives there."""
    asked, ground = _ground(study)
    grid, field = surface_of(ground, asked, MOST_CELLS)
    name = f"cost_{_unit(study)}"
    arrives = field.facility >= 0
    facility = np.full(len(grid), None, dtype=object)
    facility[arrives] = ground.facility_ids(field.facility[arrives])
    costs = [None if cost >= UNREACHED else cost / PER_UNIT for cost in field.cost.tolist()]
    columns: dict[str, Column] = {
        "id": ("text", _ids(grid.column, grid.row)),
        name: ("float8", costs),
        "facility": ("text", facility.tolist()),
        "within": ("boolean", (field.cost <= ground.limits[-1]).tolist()),
    }
    return _sheet(study, grid.polygons, columns, (name, _unit(study)), grid.step_m)


def edges_sheet(study: LiveStudy) -> Sheet:
    """Give the stretches of road within the limit, each up to where it ends."""
    _, ground = _ground(study)
    pieces = reached_pieces(ground)
    unit = _unit(study)
    columns: dict[str, Column] = {
        f"start_{unit}": ("float8", (pieces.cost_first / PER_UNIT).tolist()),
        f"end_{unit}": ("float8", (pieces.cost_last / PER_UNIT).tolist()),
        "facility": ("text", ground.facility_ids(pieces.facility)),
    }
    return _sheet(study, pieces_drawn(ground, pieces), columns, (f"end_{unit}", unit), None)


def uncovered_sheet(study: LiveStudy, table: CellTable, *, personal: bool) -> Sheet:
    """Give the cells with people outside the standard, as `gis_service.services.cells` tells them.

    Parameters
    ----------
    study, table
        The study and its cells.
    personal
        Whether the reader may see small counts.
    """
    # By place and not by number of people: the order is told, too.
    some = np.flatnonzero(table.uncovered > 0)
    hidden: Bools = np.zeros(len(some), dtype=np.bool_) if personal else table.hidden[some]
    zones = study.inputs.zones
    unit = [None if zone < 0 else zone for zone in table.zone[some].tolist()]
    counts = zip(table.uncovered[some].tolist(), hidden.tolist(), strict=True)
    columns: dict[str, Column] = {
        "id": ("text", _ids(table.cells.column[some], table.cells.row[some])),
        "people": ("float8", [None if closed else float(persons(count)) for count, closed in counts]),
        "small": ("boolean", hidden.tolist()),
        "kind": ("text", [REASONS[kind] for kind in table.kind[some].tolist()]),
        "zone": ("text", [None if one is None else zones.ids[one] for one in unit]),
        "zone_name": ("text", [None if one is None else zones.names[one] for one in unit]),
    }
    west, south = (side[some] * CELL_M for side in (table.cells.column, table.cells.row))
    squares = np.asarray(shapely.box(west, south, west + CELL_M, south + CELL_M), dtype=object)
    return _sheet(study, squares, columns, ("people", "people"), CELL_M)


def _ground(study: LiveStudy) -> tuple[CatchmentAsk, Ground]:
    # The squares are those that people are summed in.
    asked = CatchmentAsk(("edges", "surface"), (study.parameters.limit,), step_m=CELL_M, grid="square")
    return asked, ground_of(study.inputs, study.parameters, study.result, asked)


def _unit(study: LiveStudy) -> str:
    return "s" if study.parameters.is_time else "m"


def _ids(column: Int64s, row: Int64s) -> list[str]:
    return [f"{x}_{y}" for x, y in zip(column.tolist(), row.tolist(), strict=True)]


def _sheet(
    study: LiveStudy,
    shapes: Geometries,
    columns: Mapping[str, Column],
    shown: tuple[str, str],
    size_m: float | None,
) -> Sheet:
    field, unit = shown
    laid = _degrees(shapes, study.inputs.crs)
    values = [float(str(value)) for value in columns[field][1] if value is not None]
    ends = (min(values), max(values)) if values else None
    return Sheet(
        shapes=laid,
        columns=columns,
        field=field,
        ends=ends,
        unit=unit,
        size_m=size_m,
        is_generated=bool(study.inputs.generated),
        tree=shapely.STRtree(laid),
    )


def _degrees(shapes: Geometries, crs: pyproj.CRS) -> Geometries:
    return transform(shapes, crs, STORAGE) if len(shapes) else shapes
