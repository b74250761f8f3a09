"""Lists without coordinates: rows take the place of the unit that they name, as it was chosen.

Nothing is guessed here: the vintage, the column and its meaning were chosen. Rows that name no unit, or one
of several, are told with their candidates, and keep the list from being loaded until each of them is given a
place by hand, or all of them are left out by choice.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
import pyarrow as pa
import shapely

from gis_service.analysis.checks.findings import Repair
from gis_service.analysis.unit_match import KnownUnit, UnitMatcher, UnitMatches
from gis_service.catalogue.layer_definition import LayerDefinition
from gis_service.catalogue.loader import Catalogue
from gis_service.crs import STORAGE
from gis_service.db.engine import Connection
from gis_service.errors import ErrorCode, RefusedInput
from gis_service.files.readers import Header
from gis_service.services.ingest_placed import Placed, Placing, Point, WrongPlace
from gis_service.services.ingest_source import LoadOptions, Rows
from gis_service.services.ingest_text import TextRepair
from gis_service.services.ingest_units_seen import UnitLists, texts_of
from gis_service.services.unit_lists import shapes_of, unit_lists, units_of
from gis_service.text import number
from gis_service.types import Geometries, Int64s, Text

_AREAS = frozenset({"Polygon", "MultiPolygon", "Geometry"})
_POINTS = frozenset({"Point", "MultiPoint"})
_PLACED_ROWS = 4_096
"""Rows that are given their geometries at a time: areas of units may be large."""
_MOST_ROWS = 200_000
_MOST_BYTES = 256 << 20
"""A list is held in memory as a whole, and no list by units is nearly so long."""
_SEPARATOR = ", "
_GEOMETRY = "geometry"


def place_rows(
    connection: Connection,
    catalogue: Catalogue,
    target: LayerDefinition | None,
    rows: Rows,
    options: LoadOptions,
) -> Rows:
    """Give the rows of a list the places of their units, when that was chosen.

    Parameters
    ----------
    connection, catalogue
        Where the units are, and what they mean.
    target
        Layer that the list is meant for; none for a new one. Where it takes areas a row gets that of its
        unit, where it takes points a point inside of it, where it has no geometry the unit is only looked up.
    rows
        The list; all of it is read here, for what a column holds can be told only from the whole of it.
    options
        What was chosen; without ``placing`` the rows are given back as they are.

    Returns
    -------
    Rows
        In longitude and latitude (WGS 84), with ``placed``.

    Raises
    ------
    RefusedInput
        ``placing_refused`` when what was chosen does not fit the city, the list or the layer.
    """
    placing = options.placing
    if placing is None or rows.header.empty:
        return rows
    vintage = next((one for one in catalogue.city.vintages if one.id == placing.vintage), None)
    if vintage is None:
        known = _SEPARATOR.join(one.id for one in catalogue.city.vintages)
        raise _refused("vintage", placing.vintage, known)
    if rows.header.geometry:
        raise _refused("placing", rows.file, Text("danh sách không có toạ độ", "a list without coordinates"))
    for name, column in (("column", placing.column), ("within", placing.within)):
        if column is not None and column not in rows.names:
            raise _refused(name, column, _SEPARATOR.join(rows.names))
    kind = "Point" if target is None else target.geometry
    if kind not in _AREAS | _POINTS | {"None"}:
        expected = Text("lớp điểm, lớp vùng hoặc bảng", "a layer of points or areas, or a table")
        raise _refused("layer", kind, expected)
    units = units_of(connection, catalogue, vintage)
    if not units:
        expected = Text("mốc có danh sách đơn vị đã nạp", "a vintage whose units are loaded")
        raise _refused("vintage", vintage.id, expected)
    batches = _all_of(rows)
    placed = _match(rows, batches, options, placing, units, kind)
    if kind == "None":
        return replace(rows, batches=batches, placed=placed)
    shapes, later = shapes_of(connection, catalogue, vintage, units)
    if placed.areas and later:
        expected = Text("mốc địa giới có ranh giới", "a vintage whose outlines are loaded")
        raise _refused("vintage", vintage.id, expected)
    placed = replace(placed, later=later)
    header = replace(rows.header, crs=STORAGE.to_wkt(), geometry=True)
    return replace(rows, header=header, batches=_located(batches, placed, shapes), placed=placed)


def lists_for(connection: Connection, catalogue: Catalogue, rows: Rows) -> UnitLists:
    """Give the units that rows may name, by vintage; none for rows that have coordinates of their own."""
    return {} if rows.header.geometry and rows.placed is None else unit_lists(connection, catalogue)


def _all_of(rows: Rows) -> list[pa.RecordBatch]:
    batches: list[pa.RecordBatch] = []
    count = size = 0
    for batch in rows.batches:
        count, size = count + batch.num_rows, size + batch.nbytes
        if count > _MOST_ROWS or size > _MOST_BYTES:
            most, megabytes = _MOST_ROWS, _MOST_BYTES >> 20
            expected = Text(
                f"nhiều nhất {number(most, 'vi')} dòng, {megabytes} MB",
                f"at most {number(most, 'en')} rows, {megabytes} MB",
            )
            raise _refused("placing", rows.file, expected)
        batches.append(batch)
    return batches


def _match(
    rows: Rows,
    batches: Sequence[pa.RecordBatch],
    options: LoadOptions,
    placing: Placing,
    units: Sequence[KnownUnit],
    kind: str,
) -> Placed:
    repair = TextRepair(options.text)

    def texts(name: str) -> list[str | None]:
        at = rows.names.index(name)
        columns = (repair.values(batch.column(at), name, counted=False) for batch in batches)
        return [text for column in columns for text in texts_of(column)]

    values = texts(placing.column)
    within = [None] * len(values) if placing.within is None else texts(placing.within)
    matcher = UnitMatcher(units)
    matches = matcher.match(values, placing.by, within)
    at, points, wrong = _by_hand(placing, matcher, matches, located=kind != "None")
    return Placed(
        placing=placing,
        units=units,
        values=values,
        within=within,
        matches=matches,
        at=at,
        points=points,
        wrong=wrong,
        located=kind != "None",
        areas=kind in _AREAS,
        later=False,
        left_out=Repair.EMPTY in options.repairs,
        first_line=_first_line(rows.header),
    )


def _first_line(header: Header) -> int | None:
    """Tell which row of its sheet the first row of a list is, where the others follow without a gap."""
    line = header.about.get("header_row", "")
    return int(line) + 1 if line.isdecimal() and "blank_rows" not in header.about else None


def _by_hand(
    placing: Placing, matcher: UnitMatcher, matches: UnitMatches, *, located: bool
) -> tuple[Int64s, dict[int, Point], tuple[WrongPlace, ...]]:
    """Put the places given by hand before those that were found; those that are none are told."""
    at, points = matches.units.copy(), dict[int, Point]()
    codes = list(dict.fromkeys(place for place in placing.given.values() if isinstance(place, str)))
    units = dict(zip(codes, matcher.match(codes, "code", suggest=False).units.tolist(), strict=True))
    wrong: list[WrongPlace] = []
    for feature, place in placing.given.items():
        row = feature - 1
        if not 0 <= row < len(at):
            expected = Text(f"dòng 1 – {len(at)}", f"row 1 – {len(at)}")
            wrong.append(WrongPlace(feature, str(feature), expected))
        elif not isinstance(place, str):
            if located:
                at[row], points[row] = -1, place
            else:
                expected = Text("mã đơn vị; lớp này không có hình học", "a code; the layer has no geometry")
                wrong.append(WrongPlace(feature, _SEPARATOR.join(map(str, place)), expected))
        elif units[place] < 0:
            expected = Text(f"mã đơn vị của {placing.vintage}", f"a code of {placing.vintage}")
            wrong.append(WrongPlace(feature, place, expected))
        else:
            at[row] = units[place]
    return at, points, tuple(wrong)


def _located(
    batches: Sequence[pa.RecordBatch], placed: Placed, shapes: Geometries
) -> Iterator[pa.RecordBatch]:
    """Put a geometry before the columns of each row."""
    places = shapes if placed.areas else np.asarray(shapely.point_on_surface(shapes), dtype=object)
    wkb = np.asarray(shapely.to_wkb(np.append(places, [None])), dtype=object)
    given = {row: shapely.to_wkb(shapely.Point(point)) for row, point in placed.points.items()}
    done = 0
    for whole in batches:
        for start in range(0, whole.num_rows, _PLACED_ROWS):
            batch = whole.slice(start, _PLACED_ROWS)
            numbers = range(done, done + batch.num_rows)
            done += batch.num_rows
            # Place -1, of rows without a unit, is the nothing at the end.
            column = [given.get(row, wkb[placed.at[row]]) for row in numbers]
            names = [_GEOMETRY, *batch.schema.names]
            yield pa.RecordBatch.from_arrays([pa.array(column, pa.binary()), *batch.columns], names=names)


def _refused(name: str, value: object, expected: str | Text) -> RefusedInput:
    return RefusedInput(ErrorCode.PLACING_REFUSED, name=name, value=value, expected=expected)
