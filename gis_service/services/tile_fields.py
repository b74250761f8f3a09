"""Which fields of a layer its tiles carry: those that a map draws by, or those that are asked for."""

import difflib

from gis_service.catalogue.layer_definition import LayerDefinition
from gis_service.catalogue.loader import Catalogue
from gis_service.errors import ErrorCode, WrongUse
from gis_service.services.features import fields_of
from gis_service.services.overview_recipes import class_of

EVERY = "*"
"""Asks for all fields."""
_DRAWN_BY = frozenset({"name", "open_from", "open_to"})
"""What stands beside a place, from which day it is open and from which on closed."""


def fields_of_style(catalogue: Catalogue, definition: LayerDefinition) -> tuple[str, ...]:
    """Name the fields that a map draws a layer by, in the order of its definition.

    Its name, the class that tells what a row is, from when on it is open and closed; of a layer of units also
    the key, by which an answer colours them. What is read of one feature is asked of the collection.
    """
    by = set(_DRAWN_BY)
    classes = class_of(definition)
    if classes is not None:
        by.add(classes.name)
    if definition.key is not None and definition.id in {one.layer for one in catalogue.city.vintages}:
        by.add(definition.key)
    return tuple(name for name in fields_of(definition) if name in by)


def fields_asked(catalogue: Catalogue, definition: LayerDefinition, asked: str | None) -> tuple[str, ...]:
    """Name the fields that tiles are to carry, in the order of the layer's definition.

    Parameters
    ----------
    catalogue, definition
        Of the city, of the layer.
    asked
        Names with a comma between them, ``*`` for all, nothing for none; None for those of the style.

    Raises
    ------
    WrongUse
        ``tile_property_unknown``.
    """
    if asked is None:
        return fields_of_style(catalogue, definition)
    known = fields_of(definition)
    if asked == EVERY:
        return tuple(known)
    names = [name.strip() for name in asked.split(",")] if asked.strip() else []
    for name in names:
        if name not in known:
            near = difflib.get_close_matches(name, known, n=3) or known
            raise WrongUse(
                ErrorCode.TILE_PROPERTY_UNKNOWN, field=name, layer=definition.id, known=", ".join(near)
            )
    return tuple(name for name in known if name in names)
