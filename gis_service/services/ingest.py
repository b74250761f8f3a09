"""Files into layers: everything is checked before anything is published.

File → reader process → Arrow batches → checked values and geometries → staging table → the difference against
the layer and one row in ``gis.version``, all in the caller's transaction. A refused file leaves no trace.
"""

from pathlib import Path

from gis_service.analysis.checks.findings import Repair
from gis_service.catalogue.loader import Catalogue
from gis_service.db.engine import Connection
from gis_service.services.ingest_load import Load
from gis_service.services.ingest_open import open_as_chosen
from gis_service.services.ingest_placed import Placing
from gis_service.services.ingest_placing import place_rows
from gis_service.services.ingest_source import LoadOptions, LoadReport, Progress, Rows, rows_of
from gis_service.services.ingest_text import ALL
from gis_service.services.layers import definition_of

__all__ = [
    "ALL",
    "LoadOptions",
    "LoadReport",
    "Placing",
    "Progress",
    "Repair",
    "Rows",
    "load_file",
    "load_rows",
    "rows_of",
]


def load_file(
    connection: Connection,
    catalogue: Catalogue,
    path: Path,
    layer_id: str,
    *,
    author: str,
    message: str = "",
    options: LoadOptions | None = None,
    progress: Progress = lambda done, total: None,  # noqa: ARG005  a listener that does not listen
) -> LoadReport:
    """Replace the rows of a layer by those of a file.

    Parameters
    ----------
    connection
        Inside a transaction; the caller commits.
    catalogue
        Definitions of the city.
    path
        GeoPackage, GeoJSON, Shapefile (zipped), FlatGeobuf, GeoParquet or CSV.
    layer_id
        Layer to load. A row whose key the layer knows keeps its ``fid``. A field that the file does not have
        keeps its values in such rows.
    author, message
        Who loads it, and why; kept with the version.
    options
        How to read the file.
    progress
        Called after every batch.

    Raises
    ------
    NotFound
        ``layer_unknown``, ``file_not_found``.
    RefusedInput
        The file is not acceptable; every fault that could be found is told, nothing is published.
    Conflict
        ``layer_table_differs``, ``layer_busy``, ``base_version_changed``.
    """
    definition = definition_of(catalogue, layer_id)
    options = options or LoadOptions()
    with open_as_chosen(path, options) as source:
        rows = Rows(options.called or path.name, source.header, source.names, source.batches())
        rows = place_rows(connection, catalogue, definition, rows, options)
        load = Load(catalogue, definition, rows, options)
        return load.run(connection, author=author, message=message, progress=progress)


def load_rows(
    connection: Connection,
    catalogue: Catalogue,
    rows: Rows,
    layer_id: str,
    *,
    author: str,
    message: str = "",
) -> LoadReport:
    """Replace the rows of a layer by rows of our own making, checked like those of a file.

    Raises
    ------
    NotFound, RefusedInput, Conflict
        As :func:`load_file`.
    """
    load = Load(catalogue, definition_of(catalogue, layer_id), rows, LoadOptions(own=True))
    return load.run(connection, author=author, message=message, progress=lambda _done, _total: None)
