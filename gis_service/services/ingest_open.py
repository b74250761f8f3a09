"""A file of rows, opened as was chosen: the one way for a load, for a look, and for a count of changes."""

from contextlib import AbstractContextManager
from pathlib import Path

from gis_service.analysis.checks.findings import Repair
from gis_service.files.readers import VectorSource, open_vector
from gis_service.services.ingest_source import LoadOptions


def open_as_chosen(path: Path, options: LoadOptions) -> AbstractContextManager[VectorSource]:
    """Open a file of rows, its text as it stands there; whoever checks it says what is wrong with that.

    Parameters
    ----------
    path
        The file.
    options
        How it is to be read: layer, encoding, limits, an index made anew, the columns of coordinates.

    Raises
    ------
    GisError
        As :func:`gis_service.files.readers.open_vector`.
    """
    return open_vector(
        path,
        name=options.name,
        encoding=options.encoding,
        limits=options.limits,
        strict_text=False,
        rebuild_index=Repair.INDEX in options.repairs,
        coordinates=options.coordinates,
    )
