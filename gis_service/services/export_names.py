"""What an exported file is called, and what such a name tells when the file comes back."""

import re

from gis_service.catalogue.layer_definition import LayerDefinition

OUR_COLUMNS = "our_columns"
"""What the reader tells of tables of text that may be our exports by their columns, and of nothing else: they
tell the rest by their name alone."""
_PART = "_part"


def file_name(
    definition: LayerDefinition, suffix: str = ".gpkg", version: int | None = None, *, part: bool = False
) -> str:
    """Give the name a layer's file bears unless somebody chooses another.

    Generated data says so. The version stands in it when it was asked for by its number, and where the file
    itself has no room to tell it; so does it then that the file holds a part of the layer.
    """
    generated = "_generated" if definition.generated else ""
    told = ("" if version is None else f"_v{version}") + (_PART if part else "")
    return f"{definition.id}{generated}{told}{suffix}"


def named_version(definition: LayerDefinition, file: str) -> int | None:
    """Give the version in the name of a file that is called as an export of a layer; None without one.

    Browsers put other signs around it: ``Trạm y tế (health_station_v12) (1).csv``.
    """
    found = _found(definition, file)
    return None if found is None else int(found[2])


def is_named_part(definition: LayerDefinition, file: str) -> bool:
    """Tell whether a file is called as a part of a layer."""
    found = _found(definition, file)
    return found is not None and bool(found[3])


def _found(definition: LayerDefinition, file: str) -> re.Match[str] | None:
    pattern = rf"(?<![a-z0-9_]){definition.id}(_generated)?_v([1-9]\d{{0,17}})({_PART})?(?![a-z0-9_])"
    return re.search(pattern, file, re.ASCII)
