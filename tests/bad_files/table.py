"""The 32 bad inputs that the service must survive, and what it answers to each.

A test that sends one is marked with its number and the answers that it meets, ``@bad_input(7, (201,
"crs_suspect"))``. The counter, or the fixture ``told`` where there is none, sees that the test meets each of
them; `test_table.py`, that no input lacks a test, and no answer one that meets it in every run.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class BadInput:
    """One kind of bad input.

    Parameters
    ----------
    what
        What is sent.
    answers
        Status and stable code, each of which is told somewhere; empty where nothing is wrong in the end, and
        the mapping or the reading is shown instead. 201 and 200 come with a finding of that code.
    numbered
        Whether the features, lines or cells at fault are named.
    """

    what: str
    answers: frozenset[tuple[int, str]] = frozenset()
    numbered: bool = False


def _is(what: str, *answers: tuple[int, str], numbered: bool = False) -> BadInput:
    return BadInput(what, frozenset(answers), numbered)


BAD_INPUTS = {
    1: _is("a VRT under any name", (422, "format_not_allowed")),
    2: _is("a service, a pipeline, a tileset", (422, "format_not_allowed")),
    3: _is("an archive without measure", (413, "archive_too_large"), (422, "archive_compression")),
    4: _is("an archive that leads out of itself", (422, "archive_unsafe_path")),
    5: _is(
        "two Shapefiles, or a part that lacks",
        (201, "file_layer_choice"),
        (422, "shapefile_incomplete"),
        (201, "shapefile_incomplete"),
    ),
    6: _is("no .prj", (201, "needs_crs")),
    7: _is("a wrong .prj", (201, "crs_suspect")),
    8: _is("axes exchanged", (201, "axes_swapped"), numbered=True),
    9: _is("text in old encodings", (201, "text_legacy"), (201, "text_encoding_unknown")),
    10: _is("mixed types of geometry", (201, "kinds_mixed"), (422, "geometry_type_wrong"), numbered=True),
    11: _is("no geometry", (201, "geometry_missing"), (422, "geometry_missing"), numbered=True),
    12: _is("invalid geometry", (201, "geometry_invalid"), (422, "area_changed"), numbered=True),
    13: _is("coordinates that are no numbers", (422, "coordinate_not_finite"), numbered=True),
    14: _is("heights, measures and arcs", (201, "third_dimension_dropped"), (201, "geometry_curved")),
    15: _is("a key that stands twice", (422, "duplicate_key"), numbered=True),
    16: _is("names that no table has"),
    17: _is("too many columns, too long a text", (422, "too_many_fields"), (422, "value_too_long")),
    18: _is("a file that breaks off or lies", (422, "file_corrupt")),
    19: _is("XML that brings in or grows", (422, "xml_forbidden_construct")),
    20: _is("nesting without end", (422, "too_deeply_nested")),
    21: _is("five million vertices", (201, "geometry_large"), numbered=True),
    22: _is("a raster without measure", (413, "raster_too_large")),
    23: _is("nothing", (422, "no_features")),
    24: _is(
        "a workbook of an office",
        (422, "cell_unreadable"),
        (422, "coordinate_unreadable"),
        (422, "value_wrong_type"),
        numbered=True,
    ),
    25: _is("text tables of every kind"),
    26: _is("an upload that is cut", (409, "upload_offset_wrong"), (460, "upload_checksum_wrong")),
    27: _is("two who replace one layer", (409, "base_version_changed")),
    28: _is("a death amid the load", (507, "upload_disk_full"), (503, "database_unavailable")),
    29: _is(
        "a reader that falls or is ended",
        (422, "file_rejected_reader_limit"),
        (503, "reading_machine_short"),
    ),
    30: _is("markup in values and titles", (201, "markup_in_text"), numbered=True),
    31: _is("far fewer rows", (422, "rows_fewer")),
    32: _is("personal columns", (201, "personal_column")),
}
