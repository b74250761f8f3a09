"""Writes rows to vector files and tables that other programs open: whole, or not at all."""

from gis_service.files.writers.table import GEOMETRY, Note, Table
from gis_service.files.writers.whole_file import SUFFIXES, check_out, write_table

__all__ = ["GEOMETRY", "SUFFIXES", "Note", "Table", "check_out", "write_table"]
