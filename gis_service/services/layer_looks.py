"""What each layer looks like in small pictures: the colours of the map's own legend (legend.ts)."""

from dataclasses import dataclass, replace

from gis_service.catalogue.layer_definition import LayerDefinition

GROUND, LAND, BORDER, PAPER = "#dfeaec", "#f6faf8", "#b5cacd", "#ffffff"
"""Beyond the city, the city, the borders of its units, rings around dots."""


@dataclass(frozen=True, slots=True)
class Look:
    """Colours of a layer.

    Parameters
    ----------
    colour
        Of dots and lines.
    fill, fill_opacity, edge
        Of areas and of their borders.
    """

    colour: str
    fill: str = "#d5dedd"
    fill_opacity: float = 0.6
    edge: str = PAPER


PLAIN = Look("#5a6b73")
OF_CATEGORY = {
    "boundaries": Look("#7fc0bd", LAND, 0.9, BORDER),
    "administration": Look("#0d3742"),
    "education": Look("#0f6fb5"),
    "health": Look("#a23b72"),
    "commerce": Look("#8a5a00", "#ecdcc0"),
    "culture": Look("#5b7f52", "#cfe0c8"),
    "safety": Look("#6a4c93"),
    "transport": Look("#9fb3b9"),
    "infrastructure": Look("#56708f"),
    "environment": Look("#6f9c86", "#cfe3d6"),
    "land_use": Look("#9a9478", "#e6e3cf"),
    "planning": Look("#0b5c6b", "#bcdcd6"),
}
"""By sector, as the map has it."""
OF_LAYER = {
    "rivers": Look("#2f6f8f", "#a9cfe0", 1.0, "#a9cfe0"),
    "flood_area": Look("#0f6fb5", "#c3d8ee", 0.5, "#9dbfe0"),
    "ferries": Look("#7c5cbf"),
    "roads": Look("#b3c2c6"),
    "water_main": Look("#4a90b8"),
    "sewer": Look("#8d7b68"),
    "power_line": Look("#7c5cbf"),
}
"""Layers of the service's own vocabulary whose meaning asks for more than the colour of their sector."""
_INK, _DARKER = "#14232b", 0.2
"""What lines and dots are darkened with, and how far."""
_STRONG_EDGE = 0.55
"""How far the border of areas goes from their fill towards the colour of the layer."""


def look_of(definition: LayerDefinition) -> Look:
    """Give the colours of a layer."""
    return OF_LAYER.get(definition.id) or OF_CATEGORY.get(definition.category, PLAIN)


def picture_look(definition: LayerDefinition) -> Look:
    """Give the colours of a layer that stands alone in a small picture: stronger than on the map."""
    look = look_of(definition)
    if definition.category == "boundaries":
        return replace(look, fill="#e3f1ef", fill_opacity=1.0, edge="#3f8f8b", colour="#3f8f8b")
    return replace(
        look,
        colour=mixed(look.colour, _INK, _DARKER),
        fill=mixed(look.fill, look.colour, 0.25),
        fill_opacity=1.0,
        edge=mixed(look.fill, look.colour, _STRONG_EDGE),
    )


def mixed(one: str, other: str, share: float) -> str:
    """Mix two colours.

    Examples
    --------
    >>> mixed("#000000", "#ff8000", 0.5)
    '#804000'
    """
    parts = [(int(one[at : at + 2], 16), int(other[at : at + 2], 16)) for at in (1, 3, 5)]
    return "#" + "".join(f"{int(a + (b - a) * share + 0.5):02x}" for a, b in parts)
