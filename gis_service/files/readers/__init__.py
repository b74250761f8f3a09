"""Reads vector files of strangers: sniffed, unpacked by our own hand, parsed in a closed-in child process."""

from gis_service.files.readers.archive import ArchiveLimits
from gis_service.files.readers.contents import FileContents, LayerContents
from gis_service.files.readers.formats import Format
from gis_service.files.readers.names import APART
from gis_service.files.readers.process import Header, ReaderLimits, VectorSource, inspect_file, open_vector
from gis_service.files.readers.stream import BESIDE

__all__ = [
    "APART",
    "BESIDE",
    "ArchiveLimits",
    "FileContents",
    "Format",
    "Header",
    "LayerContents",
    "ReaderLimits",
    "VectorSource",
    "inspect_file",
    "open_vector",
]
