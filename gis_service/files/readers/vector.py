"""Reads what GDAL reads, in the reader process, with the one driver that was left in it."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pyarrow as pa

from gis_service.errors import ErrorCode, RefusedInput
from gis_service.files.readers.encodings import recoded
from gis_service.files.readers.faults import corrupt
from gis_service.files.readers.formats import Format
from gis_service.files.readers.gdal import pyogrio
from gis_service.files.readers.geojson_faults import explain
from gis_service.files.readers.geopackage import plain_tables
from gis_service.files.readers.own_words import told_in_geojson, told_in_lines
from gis_service.files.readers.prepared import Prepared
from gis_service.files.readers.stream import BATCH_ROWS, BESIDE, Found, Opened, told_of

_COUNTED = {Format.GEOPACKAGE, Format.FLATGEOBUF, Format.SHAPEFILE, Format.DBF}
"""Formats whose claim of a number of features is held against them."""
_LAYERLESS = {Format.GEOJSON, Format.GEOJSON_SEQUENCE}
_CALLED_BY_FILE = {
    Format.GEOJSON,
    Format.GEOJSON_SEQUENCE,
    Format.SHAPEFILE,
    Format.DBF,
    Format.TAB,
    Format.MIF,
}
"""Formats that have no name of a layer but that of the file, which is ours here."""
_PROGRAM = "OGR extension SQL function"
"""GDAL says so of a GeoPackage with views or triggers that would reach out of it."""
_TRACE_LAYERS = ("waypoints", "routes", "tracks")
FAULTS = (
    pyogrio.errors.DataSourceError,
    pyogrio.errors.DataLayerError,
    pa.ArrowException,
    RuntimeError,
    OSError,
)


def layers_of(source: Prepared, kind: Format, file: str) -> dict[str, str | None]:
    """Name the layers of a source with their kind of geometry; none for a table without.

    Raises
    ------
    RefusedInput
        ``format_not_allowed`` for a GeoPackage of nothing but views and the like.
    """
    layers = {str(name): kind_of for name, kind_of in pyogrio.list_layers(source.path)}
    if kind is Format.GEOPACKAGE:
        try:
            known = plain_tables(Path(source.path))
        except (sqlite3.Error, ValueError) as error:
            raise corrupt(file, str(error)) from error
        kept = {name: kind_of for name, kind_of in layers.items() if name in known}
        if layers and not kept:
            raise RefusedInput(
                ErrorCode.FORMAT_NOT_ALLOWED, file=file, found=f"view {next(iter(layers))}"[:40]
            )
        return kept
    if kind is Format.GPX:
        # GDAL lists all five, and the points of tracks and routes once more by themselves.
        counted = {name: _count(source, name) for name in _TRACE_LAYERS if name in layers}
        return {name: layers[name] for name, count in counted.items() if count}
    return layers


def _count(source: Prepared, layer: str) -> int:
    told = pyogrio.read_info(source.path, layer=layer, force_feature_count=True)
    return int(told["features"])


def choose(layers: dict[str, str | None], asked: str | None, file: str) -> str:
    """Give the layer that was asked for, else the only one with places, else the only one.

    Raises
    ------
    RefusedInput
        ``no_features`` or ``file_layer_choice``.
    """
    spatial = [name for name, kind in layers.items() if kind is not None]
    candidates = list(layers) if len(layers) == 1 else spatial
    if not layers:
        raise RefusedInput(ErrorCode.NO_FEATURES, file=file)
    if asked is None and len(candidates) == 1:
        return candidates[0]
    if asked in layers:
        return str(asked)
    listed = ", ".join(layers)
    raise RefusedInput(ErrorCode.FILE_LAYER_CHOICE, file=file, asked=asked or "-", layers=listed)


class VectorFile:
    """A source that GDAL reads.

    Parameters
    ----------
    source
        It, made fit to be read.
    kind
        Its format.
    file
        What the user calls it.
    name
        What the user calls its only layer, where the format has no name for it.
    stack
        Closes what is opened.
    """

    def __init__(self, source: Prepared, kind: Format, file: str, name: str, stack: ExitStack) -> None:
        self._source, self._kind, self._file, self._name, self._stack = source, kind, file, name, stack

    def names(self) -> list[str]:
        """Name the layers."""
        if self._kind in _LAYERLESS:
            return [self._name]
        return [self._shown(name) for name in layers_of(self._source, self._kind, self._file)]

    def _shown(self, layer: str) -> str:
        """Call a layer that is called after our copy of the file as the user calls the file."""
        return self._name if layer == Path(self._source.path).stem else layer

    def open(self, asked: str | None) -> Opened:
        """Open one layer.

        Raises
        ------
        RefusedInput
            ``no_features`` or ``file_layer_choice``.
        """
        if self._kind in _LAYERLESS:
            return self._opened(None)
        layers = layers_of(self._source, self._kind, self._file)
        own = {self._shown(name): name for name in layers}
        # A Shapefile is chosen in its archive and lies here under our own name.
        if self._kind in _CALLED_BY_FILE and len(layers) == 1:
            asked = None
        taken = choose(layers, own.get(str(asked), asked), self._file)
        others = [self._shown(name) for name in layers if asked is None and name != taken]
        return self._opened(taken, {BESIDE: json.dumps(others)} if others else {})

    def _opened(self, layer: str | None, beside: dict[str, str] | None = None) -> Opened:
        source, kind = self._source, self._kind
        told = None
        if layer is not None:
            told = pyogrio.read_info(source.path, layer=layer, encoding=source.encoding, **source.options)
        features = int(told["features"]) - source.deleted if told else -1
        meta, stream = self._stack.enter_context(
            pyogrio.raw.open_arrow(
                source.path,
                layer=layer,
                encoding=source.encoding,
                batch_size=BATCH_ROWS,
                datetime_as_string=True,
                **source.options,
            )
        )
        reader = pa.RecordBatchReader.from_stream(stream)
        geometry = (meta["geometry_name"] or "wkb_geometry") if meta["geometry_type"] is not None else None
        metadata = (told["layer_metadata"] or {}) if told else {}
        about = told_of(metadata)
        if kind is Format.FLATGEOBUF:
            about = told_in_lines(metadata.get("DESCRIPTION", ""))
        elif kind is Format.GEOJSON:
            about = told_in_geojson(Path(source.path))
        found = Found(
            self._name if kind in _CALLED_BY_FILE or layer is None else self._shown(layer),
            meta["crs"],
            features if kind in _COUNTED and features >= 0 else None,
            geometry is not None,
            about={**about, **source.about, **(beside or {})},
            encoding=source.reading.written,
            as_bytes=source.reading.as_bytes,
            kinds=_kinds(meta["geometry_type"]),
        )
        batches = recoded(_geometry_first(self._told(reader, layer), geometry), source.reading.codec)
        schema = next(recoded(iter([_empty(reader.schema, geometry)]), source.reading.codec)).schema
        return Opened(found, schema, batches, features if features >= 0 else None)

    def _told(self, reader: pa.RecordBatchReader, layer: str | None) -> Iterator[pa.RecordBatch]:
        """Give the batches; where they end with a fault, say how many features could be read."""
        done = 0
        try:
            for batch in reader:
                done += batch.num_rows
                yield batch
        except MemoryError:
            raise
        except FAULTS as error:
            if self._kind in _LAYERLESS:
                raise
            raise corrupt(self._file, str(error), done + self._readable(layer, done)) from error

    def _readable(self, layer: str | None, before: int) -> int:
        """Count, one by one, the features of the batch that could not be read as a whole."""
        rows = 0
        try:
            with pyogrio.raw.open_arrow(
                self._source.path,
                layer=layer,
                encoding=self._source.encoding,
                skip_features=before,
                max_features=BATCH_ROWS,
                batch_size=1,
                **self._source.options,
            ) as (_, stream):
                for batch in pa.RecordBatchReader.from_stream(stream):
                    rows += batch.num_rows
        except FAULTS:
            return rows
        return rows

    def refusal(self, error: Exception) -> RefusedInput:
        """Say what is wrong with a document of text, from a second look at it."""
        path = Path(self._source.path)
        reason = str(error).replace(self._source.path, self._file).replace(str(path.parent), "")
        if self._kind in _LAYERLESS:
            return explain(path, self._file, reason)
        if _PROGRAM in reason:
            return RefusedInput(ErrorCode.FORMAT_NOT_ALLOWED, file=self._file, found="SQL")
        return corrupt(self._file, reason)


def _kinds(geometry_type: str | None) -> tuple[str, ...]:
    return () if geometry_type in {None, "Unknown"} else (str(geometry_type),)


def _plain(column: pa.Array) -> pa.Array:
    """Give text that is marked as JSON as text."""
    return column.storage if isinstance(column, pa.ExtensionArray) else column


def _empty(schema: pa.Schema, geometry: str | None) -> pa.RecordBatch:
    arrays = [pa.array([], field.type) for field in schema]
    return next(_geometry_first(iter([pa.RecordBatch.from_arrays(arrays, schema.names)]), geometry))


def _geometry_first(batches: Iterator[pa.RecordBatch], geometry: str | None) -> Iterator[pa.RecordBatch]:
    for batch in batches:
        # By number: the names of a stranger may repeat.
        place = (
            max(index for index, name in enumerate(batch.schema.names) if name == geometry)
            if geometry
            else -1
        )
        others = [index for index in range(batch.num_columns) if index != place]
        names = [batch.schema.names[index] for index in others]
        arrays = [_plain(batch.column(index)) for index in others]
        if geometry is not None:
            names.insert(0, "geometry")
            arrays.insert(0, batch.column(place).cast(pa.binary()))
        yield pa.RecordBatch.from_arrays(arrays, names)
