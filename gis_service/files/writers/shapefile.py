"""Zipped Shapefiles: an old format with narrow limits, each kept to and told of.

Names of ten signs, texts of 254 bytes, numbers of 15 decimals, one kind of geometry and 2 GB per file, no
times, no empty texts (Esri, *Shapefile Technical Description*, 1998; dBASE III). In the archive the table
``fields.csv`` tells the full names and ``about.txt`` what the data is.
"""

import csv
import shutil
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import shapely

from gis_service.errors import ErrorCode, RefusedInput
from gis_service.files.writers.gdal import stream
from gis_service.files.writers.table import GEOMETRY, Note, Table, Tally, shapes_of, told_notes
from gis_service.text import plain_cell

NAME_SIGNS = 10
TEXT_BYTES = 254
LARGEST = 2**31 - 1
"""Bytes of one file: programs count them in signed numbers of 32 bits."""
_LEAST_WHOLE, _MOST_WHOLE = 1 - 10**17, 10**18 - 1
"""What a column of 18 signs holds; with one number beyond them all others would lose digits."""
_MOST_NUMBER = 1e22
_NAMED = 6
"""Fields that a note names."""
_RECORD_BYTES = 64
"""Most that a record takes beside its coordinates."""
_DRIVER = "ESRI Shapefile"
_TABLE = "Table"

_KINDS = {
    shapely.GeometryType.POINT: "Point",
    shapely.GeometryType.MULTIPOINT: "MultiPoint",
    shapely.GeometryType.LINESTRING: "MultiLineString",
    shapely.GeometryType.LINEARRING: "MultiLineString",
    shapely.GeometryType.MULTILINESTRING: "MultiLineString",
    shapely.GeometryType.POLYGON: "MultiPolygon",
    shapely.GeometryType.MULTIPOLYGON: "MultiPolygon",
    shapely.GeometryType.MISSING: _TABLE,
}
"""Kind of a geometry → kind of the Shapefile that takes it; a collection fits into none."""
_PARTS = {
    "Point": "point",
    "MultiPoint": "multipoint",
    "MultiLineString": "line",
    "MultiPolygon": "polygon",
    _TABLE: "no_place",
}
"""Kind of a Shapefile → what its name ends with when a layer has several."""


def write_shapefile(part: Path, table: Table, batches: Iterator[pa.RecordBatch]) -> list[Note]:
    """Write an archive of a Shapefile, or of several where a layer holds several kinds of geometry.

    Parameters
    ----------
    part
        The archive.
    table
        What the rows are.
    batches
        Rows of ``table.schema``.

    Raises
    ------
    RefusedInput
        ``export_shapefile_too_large``.
    """
    folder = part.with_name(f"{part.name}.parts")
    folder.mkdir()
    tally = Tally()
    names = short_names([name for name in table.schema.names if name != GEOMETRY])
    files = _Files(folder, table, names)
    for batch in batches:
        for kind, rows in _by_kind(batch, table, tally):
            files.add(kind, _fitting(rows, names, tally))
    files.finish()
    _tell_fields(folder / "fields.csv", table, names)
    notes = [*changed_fields(table.schema), *tally.notes()]
    lost = told_notes(notes)
    told = {**table.about, **({"NOTES": lost} if lost else {})}
    about = "".join(f"{name}: {value}\n" for name, value in told.items())
    (folder / "about.txt").write_text(about, "utf-8")
    with zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(folder.iterdir()):
            archive.write(path, path.name)
    shutil.rmtree(folder)
    return notes


def changed_fields(schema: pa.Schema) -> list[Note]:
    """Tell which fields a Shapefile calls by a shorter name, and which it holds as text.

    Parameters
    ----------
    schema
        ``fid``, the geometry, then the fields, as they are to be written.
    """
    names = short_names([name for name in schema.names if name != GEOMETRY])
    cut = [f"{name} → {short}" for name, short in names.items() if name != short]
    times = [names[one.name] for one in schema if pa.types.is_timestamp(one.type)]
    told = (("export_names_cut", cut), ("export_times_as_text", times))
    return [Note(code, {"count": len(found), "names": _listed(found)}) for code, found in told if found]


def _listed(names: Sequence[str]) -> str:
    more = ", …" if len(names) > _NAMED else ""
    return ", ".join(names[:_NAMED]) + more


def short_names(names: Sequence[str]) -> dict[str, str]:
    """Cut names to ten signs without making two of them equal; a name that fits stays as it is.

    Examples
    --------
    >>> list(short_names(["unit_type", "population_2019", "population_2024"]).values())
    ['unit_type', 'population', 'populati_1']
    """
    short = {name: name for name in names if len(name) <= NAME_SIGNS}
    taken = {name.casefold() for name in short}
    for name in names:
        if name in short:
            continue
        cut, number = name[:NAME_SIGNS], 0
        while cut.casefold() in taken:
            number += 1
            tail = f"_{number}"
            cut = name[: NAME_SIGNS - len(tail)] + tail
        short[name] = cut
        taken.add(cut.casefold())
    return {name: short[name] for name in names}


class _Files:
    """The Shapefiles of one archive, each begun when the first row of its kind comes.

    Parameters
    ----------
    folder
        Where they are written.
    table
        What the rows are.
    names
        Name of a field → name of its column.
    """

    def __init__(self, folder: Path, table: Table, names: dict[str, str]) -> None:
        self._folder, self._table = folder, table
        kept = [(GEOMETRY, pa.binary())] if table.geometry else []
        columns = [(names[one.name], _kind_of(one.type)) for one in table.schema if one.name != GEOMETRY]
        self._schema = pa.schema([*kept, *columns])
        self._begun: set[str] = set()

    def add(self, kind: str, batch: pa.RecordBatch) -> None:
        """Write rows of one kind below those before."""
        self._check_room(kind, batch)
        self._write(kind, [batch])
        self._check_room(kind, batch.slice(0, 0))

    def finish(self) -> None:
        """Make the file of a layer without rows; the only file of a layer is called as the layer."""
        if not self._begun:
            kind = self._table.geometry or _TABLE
            self._write("MultiPolygon" if kind == "Geometry" else kind, [])
        if len(self._begun) == 1:
            for path in list(self._folder.iterdir()):
                path.rename(path.with_name(f"{self._table.name}{path.suffix}"))

    def _path(self, kind: str) -> Path:
        several = f"_{_PARTS[kind]}" if self._table.geometry == "Geometry" else ""
        return self._folder / f"{self._table.name}{several}{'.dbf' if kind == _TABLE else '.shp'}"

    def _write(self, kind: str, batches: list[pa.RecordBatch]) -> None:
        located, path = kind != _TABLE, self._path(kind)
        schema = self._schema if located else pa.schema([one for one in self._schema if one.name != GEOMETRY])
        table = Table(path.stem, schema, kind if located else None, self._table.crs)
        rows = iter([batch.select(schema.names) for batch in batches])
        options = {"ENCODING": "UTF-8", **({} if located else {"SHPT": "NULL"})}
        stream(path, table, rows, _DRIVER, append=kind in self._begun, layer_options=options)
        self._begun.add(kind)

    def _check_room(self, kind: str, batch: pa.RecordBatch) -> None:
        path = self._path(kind)
        sizes = {".dbf": batch.num_rows * _record_bytes(path.with_suffix(".dbf"))}
        if kind != _TABLE:
            wkb = pc.sum(pc.binary_length(batch[GEOMETRY]), min_count=0).as_py()
            sizes[".shp"] = wkb + batch.num_rows * _RECORD_BYTES
        for suffix, growth in sizes.items():
            file = path.with_suffix(suffix)
            if growth + (file.stat().st_size if file.exists() else 0) > LARGEST:
                raise RefusedInput(
                    ErrorCode.EXPORT_SHAPEFILE_TOO_LARGE, file=file.name, limit_mb=LARGEST >> 20
                )


def _record_bytes(dbf: Path) -> int:
    """Read how long the records of a table have become; its head tells it in two bytes."""
    if not dbf.exists():
        return 0
    with dbf.open("rb") as file:
        return int.from_bytes(file.read(12)[10:12], "little")


def _by_kind(batch: pa.RecordBatch, table: Table, tally: Tally) -> Iterator[tuple[str, pa.RecordBatch]]:
    """Part rows by the Shapefile that takes them; those that none takes are counted."""
    if table.geometry != "Geometry":
        yield table.geometry or _TABLE, batch
        return
    kinds = np.array([_KINDS.get(kind, "") for kind in shapely.get_type_id(shapes_of(batch))])
    for kind in _PARTS:
        if (chosen := kinds == kind).any():
            yield kind, batch.filter(pa.array(chosen))
    tally.add("export_shapes_left_out", int((kinds == "").sum()))


def _kind_of(kind: pa.DataType) -> pa.DataType:
    return pa.string() if pa.types.is_timestamp(kind) else kind


def _fitting(batch: pa.RecordBatch, names: dict[str, str], tally: Tally) -> pa.RecordBatch:
    """Bring the values of a batch to what a table of dBASE holds, and its columns to their short names."""
    columns: dict[str, pa.Array] = {}
    for name in batch.schema.names:
        column = batch[name]
        if name == GEOMETRY:
            columns[GEOMETRY] = column
        elif pa.types.is_string(column.type):
            columns[names[name]] = _cut(column, tally)
        elif pa.types.is_timestamp(column.type):
            columns[names[name]] = pc.strftime(column, format="%Y-%m-%dT%H:%M:%SZ")
        elif pa.types.is_integer(column.type):
            inside = pc.and_(pc.less_equal(column, _MOST_WHOLE), pc.greater_equal(column, _LEAST_WHOLE))
            columns[names[name]] = _without(column, inside, tally)
        elif pa.types.is_floating(column.type):
            columns[names[name]] = _without(column, pc.less(pc.abs(column), _MOST_NUMBER), tally)
        else:
            columns[names[name]] = column
    return pa.RecordBatch.from_arrays(list(columns.values()), list(columns))


def _without(column: pa.Array, inside: pa.Array, tally: Tally) -> pa.Array:
    tally.add("export_numbers_left_out", pc.sum(pc.invert(inside), min_count=0).as_py())
    return pc.if_else(inside, column, pa.scalar(None, column.type))


def _cut(column: pa.Array, tally: Tally) -> pa.Array:
    """Cut texts at the border of a sign, so that none ends in half a letter."""
    long = pc.greater(pc.binary_length(column), TEXT_BYTES)
    count = pc.sum(long, min_count=0).as_py()
    if not count:
        return column
    tally.add("export_texts_cut", count)
    cut = [
        None if text is None else text.encode()[:TEXT_BYTES].decode("utf-8", "ignore")
        for text in column.to_pylist()
    ]
    return pa.array(cut, pa.string())


def _tell_fields(path: Path, table: Table, names: dict[str, str]) -> None:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        lines = csv.writer(file)
        lines.writerow(("column", "field", "vi", "en", "type"))
        for name, short in names.items():
            label = table.labels.get(name)
            said = (label.vi, label.en) if label else ("", "")
            lines.writerow((short, name, *map(plain_cell, said), str(table.schema.field(name).type)))
