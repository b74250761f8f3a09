"""Reads vector files of strangers: sniffed, unpacked by our own hand, parsed in a closed-in child process."""

from gis_service.files.readers.archive import ArchiveLimits
from gis_service.files.readers.process import Header, ReaderLimits, VectorSource, open_vector

__all__ = ["ArchiveLimits", "Header", "ReaderLimits", "VectorSource", "open_vector"]
