"""What a format does to a layer that is taken in it, told before anybody takes it."""

from gis_service.catalogue.layer_definition import LayerDefinition
from gis_service.files.writers import Note
from gis_service.files.writers.shapefile import TEXT_BYTES, changed_fields
from gis_service.files.writers.spreadsheet import MOST_ROWS, MOST_SIGNS
from gis_service.services.export import schema_of
from gis_service.services.export_formats import Format
from gis_service.services.export_names import file_name
from gis_service.services.features import has_geometry

_SINGLE = "Point"
"""Kind of geometry that tables hold as two numbers; others are written as text there."""


def losses_of(format_: Format, definition: LayerDefinition, version: int | None) -> list[Note]:
    """Tell what a layer loses in a format, by its fields and by the limits of the format.

    Parameters
    ----------
    format_
        One that the layer is offered in.
    definition
        The layer; what its rows hold is not looked at, so a limit is told although no row may reach it.
    version
        Version that the file would hold; None for a layer without any.

    Returns
    -------
    list of Note
        Codes of notices with their values.
    """
    named = Note("export_named_only", {"name": file_name(definition, version=version, suffix=format_.suffix)})
    if definition.is_raster:
        return [named]
    if format_.id == "shp":
        return _of_shapefile(definition)
    if format_.id == "xlsx":
        return _of_spreadsheet(definition)
    if format_.id == "csv":
        return [Note("export_marks_formulas", {}), named]
    return [Note("export_keeps_but_crs" if format_.id == "geojson" else "export_keeps_all", {})]


def _of_shapefile(definition: LayerDefinition) -> list[Note]:
    kinds = {field.type for field in definition.fields}
    limits = [
        ("text" in kinds, Note("export_cuts_texts", {"most": TEXT_BYTES})),
        ("integer" in kinds, Note("export_leaves_large_numbers", {})),
        ("number" in kinds, Note("export_rounds_numbers", {})),
        (definition.geometry == "Geometry", Note("export_parts_kinds", {})),
    ]
    return [*changed_fields(schema_of(definition)), *(note for applies, note in limits if applies)]


def _of_spreadsheet(definition: LayerDefinition) -> list[Note]:
    told = [Note("export_limits_cells", {"rows": MOST_ROWS - 1, "most": MOST_SIGNS})]
    if has_geometry(definition) and definition.geometry != _SINGLE:
        told.append(Note("export_limits_shapes", {}))
    return told
