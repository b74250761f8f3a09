"""Databases of their own for tests of studies: filled once, every test takes its own changes back."""

from collections.abc import Iterator
from pathlib import Path

import geopandas as gpd
import pyarrow as pa
import pyogrio
import shapely

from gis_service.catalogue.loader import Catalogue
from gis_service.crs import STORAGE
from gis_service.db.engine import Connection, Engine, open_engine, transaction
from gis_service.files.readers import Header
from gis_service.services.ingest import Rows, load_file, load_rows


def fill(url: str, catalogue: Catalogue, files: list[tuple[str, Path]]) -> None:
    """Load layers from their files; no connection stays open, so that the database can be copied."""
    pool = open_engine(url)
    with transaction(pool) as connection:
        for layer, path in files:
            if path.suffix == ".gpkg":
                load_rows(connection, catalogue, _read(path), layer, author="lan")
            else:
                load_file(connection, catalogue, path, layer, author="lan")
    pool.dispose()


def _read(path: Path) -> Rows:
    """Read a file of our own in this process: to start another one takes longer than to read."""
    meta, table = pyogrio.read_arrow(path, datetime_as_string=True)
    geometry = meta["geometry_name"] or "wkb_geometry"
    located = geometry in table.column_names
    if located:
        shapes = table[geometry]
        table = table.drop_columns([geometry])
    names = tuple(table.column_names)
    whole = table.add_column(0, "geometry", shapes) if located else table
    return Rows(path.name, Header(path.stem, meta["crs"], len(table), located), names, whole.to_batches())


def load_frame(connection: Connection, catalogue: Catalogue, layer: str, frame: gpd.GeoDataFrame) -> None:
    """Load one more layer as it is in memory, in degrees: a file is read by a process of its own."""
    table = pa.Table.from_pandas(frame.drop(columns="geometry"), preserve_index=False)
    names = tuple(table.column_names)
    shapes = pa.array(shapely.to_wkb(frame.geometry.to_numpy()), pa.binary())
    header = Header(layer, STORAGE.to_wkt(), len(frame), geometry=True)
    rows = Rows(layer, header, names, table.add_column(0, "geometry", shapes).to_batches())
    load_rows(connection, catalogue, rows, layer, author="lan")


def opened(url: str) -> Iterator[Engine]:
    pool = open_engine(url)
    yield pool
    pool.dispose()


def filled(url: str, catalogue: Catalogue, files: list[tuple[str, Path]]) -> Iterator[Engine]:
    fill(url, catalogue, files)
    yield from opened(url)


def taken_back(pool: Engine) -> Iterator[Connection]:
    with pool.connect() as opened:
        outer = opened.begin()
        yield opened
        outer.rollback()
