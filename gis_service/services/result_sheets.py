"""What came out of a study as shapes on the map with their values: sheets that tiles are cut from."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal, cast

import numpy as np
import pyproj
import shapely

from gis_service.analysis.cells import CELL_M, Cells
from gis_service.analysis.field import UNREACHED, Field
from gis_service.analysis.gaps import REASONS
from gis_service.analysis.surface import Grid
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
from gis_service.services.change_cells import ChangeCells
from gis_service.services.coverage_inputs import CoverageInputs
from gis_service.services.coverage_live import LiveStudy
from gis_service.services.documents import PER_UNIT, persons
from gis_service.services.result_levels import first_zoom, gathered
from gis_service.types import BBox, Bools, Geometries, Int64s

SheetKind = Literal["surface", "edges", "uncovered", "changes"]
KINDS: tuple[SheetKind, ...] = ("surface", "edges", "uncovered")
"""Of one state; ``changes`` are those of two."""
ZOOMS: Mapping[SheetKind, tuple[int, int]] = {
    "surface": (9, 14),
    "edges": (12, 16),
    "uncovered": (8, 14),
    "changes": (8, 14),
}
"""Zooms of each kind; roads begin further in where a tile of the first would take too much. A closer view
draws the last ones larger."""
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
    first_zoom
        Zoom from which on its tiles keep within their budget.
    first
        Number of its first feature: cells of another size have others.
    coarser
        The same in wider cells, for zooms before; None where there are none.
    """

    shapes: Geometries
    columns: Mapping[str, Column]
    field: str
    ends: tuple[float, float] | None
    unit: str
    size_m: float | None
    is_generated: bool
    tree: shapely.STRtree
    first_zoom: int
    first: int = 1
    coarser: "Sheet | None" = None

    @property
    def corners(self) -> int:
        """How many corners the shapes have together, those of wider cells with them."""
        own = int(shapely.get_num_coordinates(self.shapes).sum())
        return own if self.coarser is None else own + self.coarser.corners

    @property
    def sizes(self) -> Iterator["Sheet"]:
        """The same in every size of cells, the finest first."""
        yield self
        if self.coarser is not None:
            yield from self.coarser.sizes

    def at(self, zoom: int) -> "Sheet":
        """Give the finest that keeps within the budget of tiles at a zoom."""
        if self.coarser is None or zoom >= self.first_zoom:
            return self
        return self.coarser.at(zoom)

    @property
    def bbox(self) -> BBox | None:
        """Longitude and latitude box of all shapes; None without any."""
        if not len(self.shapes):
            return None
        west, south, east, north = shapely.total_bounds(self.shapes).tolist()
        return west, south, east, north

    def within(self, box: BBox) -> ShapeRows:
        """Give the shapes whose boxes meet a box, numbered in the order of the sheet."""
        rows = np.sort(self.tree.query(shapely.box(*box))).tolist()
        columns = {
            name: (kind, [values[row] for row in rows]) for name, (kind, values) in self.columns.items()
        }
        wkb: list[bytes] = np.asarray(shapely.to_wkb(self.shapes[rows]), dtype=object).tolist()
        return ShapeRows([self.first + row for row in rows], wkb, columns)


def surface_sheet(study: LiveStudy) -> Sheet:
    """Give what the way costs from, or to, each square of the study area, whoever lives there."""
    asked, ground = _ground(study)
    grid, field = surface_of(ground, asked, MOST_CELLS)
    return _in_sizes("surface", lambda level: _surface(study, ground, grid, field, level))


def _surface(study: LiveStudy, ground: Ground, grid: Grid, field: Field, level: int) -> Sheet:
    """Give the surface in squares of a size: wider ones have the mean of the ways from theirs."""
    cells = gathered(grid.column, grid.row, level)
    arrives = field.cost < UNREACHED
    count, of_way = cells.sums(np.ones(len(grid), np.int64)), cells.sums(arrives.astype(np.int64))
    sums = cells.sums(np.where(arrives, field.cost, 0))
    means = np.divide(sums, of_way, out=np.full(len(cells), np.nan), where=of_way > 0)
    costs = [None if np.isnan(one) else round(one) / PER_UNIT for one in means.tolist()]
    whose = cells.most(field.facility.astype(np.int32), (field.facility >= 0).astype(np.int64))
    facility = np.full(len(cells), None, dtype=object)
    facility[whose >= 0] = ground.facility_ids(whose[whose >= 0])
    within = cells.sums((field.cost <= ground.limits[-1]).astype(np.int64))
    name = f"cost_{_unit(study)}"
    columns: dict[str, Column] = {
        "id": ("text", _ids(cells, grid.step_m, level)),
        name: ("float8", costs),
        "facility": ("text", facility.tolist()),
        "within": ("boolean", (2 * within >= count).tolist()),
    }
    if level:
        columns["cells"] = ("float8", count.astype(np.float64).tolist())
        columns["cells_within"] = ("float8", within.astype(np.float64).tolist())
    side = grid.step_m * (1 << level)
    return _sheet(study.inputs, "surface", _squares(cells, side), columns, (name, _unit(study)), side)


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
    return _sheet(study.inputs, "edges", pieces_drawn(ground, pieces), columns, (f"end_{unit}", unit), None)


def uncovered_sheet(study: LiveStudy, table: CellTable, *, personal: bool) -> Sheet:
    """Give the cells with people outside the standard, as `gis_service.services.cells` tells them.

    Parameters
    ----------
    study, table
        The study and its cells.
    personal
        Whether the reader may see small counts.
    """
    return _in_sizes("uncovered", lambda level: _uncovered(study, table, level, personal=personal))


def _uncovered(study: LiveStudy, table: CellTable, level: int, *, personal: bool) -> Sheet:
    """Give the cells of people in a size: wider ones add up what theirs tell, and tell no more."""
    # By place and not by number of people: the order is told, too.
    some = np.flatnonzero(table.uncovered > 0)
    hidden: Bools = np.zeros(len(some), dtype=np.bool_) if personal else table.hidden[some]
    cells = gathered(table.cells.column[some], table.cells.row[some], level)
    told = np.where(hidden, 0, table.uncovered[some])
    people, is_small = cells.sums(told), cells.sums(hidden.astype(np.int64)) > 0
    unit = cells.most(table.zone[some], told)
    zones = study.inputs.zones
    columns: dict[str, Column] = {
        "id": ("text", _ids(cells, CELL_M, level)),
        # Nought people of a cell with people are those that are not told.
        "people": ("float8", [float(persons(count)) if count else None for count in people.tolist()]),
        "small": ("boolean", is_small.tolist()),
        "kind": ("text", [REASONS[kind] for kind in cells.most(table.kind[some], told).tolist()]),
        "zone": ("text", [None if one < 0 else zones.ids[one] for one in unit.tolist()]),
        "zone_name": ("text", [None if one < 0 else zones.names[one] for one in unit.tolist()]),
    }
    side = CELL_M * (1 << level)
    return _sheet(study.inputs, "uncovered", _squares(cells, side), columns, ("people", "people"), side)


def changes_sheet(inputs: CoverageInputs, table: ChangeCells, *, personal: bool) -> Sheet:
    """Give the cells in which people gain or lose.

    Parameters
    ----------
    inputs
        The units of the answer.
    table
        The cells of a comparison.
    personal
        Whether the reader may see small counts.
    """
    return _in_sizes("changes", lambda level: _changes(inputs, table, level, personal=personal))


def _changes(inputs: CoverageInputs, table: ChangeCells, level: int, *, personal: bool) -> Sheet:
    """Give the cells of changes in a size: wider ones add up what theirs tell, and tell no more."""
    some = np.flatnonzero(table.won + table.lost > 0)
    hidden: Bools = np.zeros(len(some), dtype=np.bool_) if personal else table.hidden[some]
    cells = gathered(table.cells.column[some], table.cells.row[some], level)
    is_small = cells.sums(hidden.astype(np.int64)) > 0
    won, lost = (cells.sums(np.where(hidden, 0, values[some])) for values in (table.won, table.lost))
    told = won + lost > 0
    unit = cells.most(table.zone[some], np.where(hidden, 0, (table.won + table.lost)[some]))
    zones = inputs.zones

    def people(values: Int64s) -> list[float | None]:
        shown = zip(values.tolist(), told.tolist(), strict=True)
        return [float(persons(count)) if is_told else None for count, is_told in shown]

    columns: dict[str, Column] = {
        "id": ("text", _ids(cells, CELL_M, level)),
        "net": ("float8", people(won - lost)),
        "won": ("float8", people(won)),
        "lost": ("float8", people(lost)),
        "small": ("boolean", is_small.tolist()),
        "zone": ("text", [None if one < 0 else zones.ids[one] for one in unit.tolist()]),
        "zone_name": ("text", [None if one < 0 else zones.names[one] for one in unit.tolist()]),
    }
    side = CELL_M * (1 << level)
    return _sheet(inputs, "changes", _squares(cells, side), columns, ("net", "people"), side)


def _in_sizes(kind: SheetKind, make: Callable[[int], Sheet]) -> Sheet:
    """Make the cells wider until tiles of the first zoom keep within their budget."""
    sizes = [make(0)]
    while sizes[-1].first_zoom > ZOOMS[kind][0]:
        sizes.append(make(len(sizes)))
    found, first = None, 1 + sum(len(one.shapes) for one in sizes)
    for one in reversed(sizes):
        first -= len(one.shapes)
        found = replace(one, first=first, coarser=found)
    return cast("Sheet", found)


def _squares(cells: Cells, side: float) -> Geometries:
    west, south = cells.column * side, cells.row * side
    return np.asarray(shapely.box(west, south, west + side, south + side), dtype=object)


def _ground(study: LiveStudy) -> tuple[CatchmentAsk, Ground]:
    # The squares are those that people are summed in.
    asked = CatchmentAsk(("edges", "surface"), (study.parameters.limit,), step_m=CELL_M, grid="square")
    return asked, ground_of(study.inputs, study.parameters, study.result, asked)


def _unit(study: LiveStudy) -> str:
    return "s" if study.parameters.is_time else "m"


def _ids(cells: Cells, side: float, level: int) -> list[str]:
    """Name cells: the finest as those of people, wider ones with their side, metres."""
    return [f"{one}_{side * (1 << level):g}" for one in cells.ids] if level else cells.ids


def _sheet(
    inputs: CoverageInputs,
    kind: SheetKind,
    shapes: Geometries,
    columns: Mapping[str, Column],
    shown: tuple[str, str],
    size_m: float | None,
) -> Sheet:
    field, unit = shown
    laid = _degrees(shapes, inputs.crs)
    values = [float(str(value)) for value in columns[field][1] if value is not None]
    ends = (min(values), max(values)) if values else None
    least, most = ZOOMS[kind]
    return Sheet(
        shapes=laid,
        columns=columns,
        field=field,
        ends=ends,
        unit=unit,
        size_m=size_m,
        is_generated=bool(inputs.generated),
        tree=shapely.STRtree(laid),
        first_zoom=first_zoom(laid, len(columns), range(least, most + 1)),
    )


def _degrees(shapes: Geometries, crs: pyproj.CRS) -> Geometries:
    return transform(shapes, crs, STORAGE) if len(shapes) else shapes
