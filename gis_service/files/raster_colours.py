"""Colours that values of rasters are drawn in: ramps by name, and a wheel for codes of classes.

The ramps are those of matplotlib and of ColorBrewer (https://colorbrewer2.org), as branca holds them.
"""

from functools import cache

import numpy as np
from branca.colormap import linear
from numpy.typing import NDArray

Colours = NDArray[np.uint8]
"""``(n, 3)`` red, green, blue."""

_BREWER = {
    "9": (
        "Blues BuGn BuPu GnBu Greens Greys OrRd Oranges PuBu PuBuGn PuRd Purples RdPu Reds YlGn YlGnBu"
        " YlOrBr YlOrRd"
    ),
    "11": "BrBG PRGn PiYG PuOr RdBu RdGy RdYlBu RdYlGn Spectral",
}
_OTHERS = ("viridis", "magma", "inferno", "plasma")
_NAMES = {name: name for name in _OTHERS} | {
    name.lower(): f"{name}_{int(steps):02}" for steps, names in _BREWER.items() for name in names.split()
}
_TURNED = "_r"
COLORMAPS = frozenset(_NAMES) | {f"{name}{_TURNED}" for name in _NAMES}
"""Names of all ramps; those that end in ``_r`` run the other way."""
STEPS = 256
_WHEEL = "Paired_12"


@cache
def ramp(name: str) -> Colours:
    """Give 256 colours from the first of a ramp to its last, evenly.

    Parameters
    ----------
    name
        One of :data:`COLORMAPS`.
    """
    plain = name.removesuffix(_TURNED)
    anchors = _anchors(_NAMES[plain])
    places = np.linspace(0, len(anchors) - 1, STEPS)
    mixed = [np.interp(places, np.arange(len(anchors)), anchors[:, part]) for part in range(3)]
    found: Colours = np.rint(np.column_stack(mixed)).astype(np.uint8)
    return found[::-1] if name.endswith(_TURNED) else found


@cache
def wheel() -> Colours:
    """Give colours that are told apart, for codes of classes; they come round again."""
    found: Colours = np.rint(_anchors(_WHEEL)).astype(np.uint8)
    return found


def hex_of(colour: NDArray[np.uint8]) -> str:
    """Write a colour as ``#rrggbb``."""
    red, green, blue = (int(part) for part in colour[:3])
    return f"#{red:02x}{green:02x}{blue:02x}"


def _anchors(name: str) -> NDArray[np.float64]:
    return np.asarray(getattr(linear, name).colors, dtype=np.float64)[:, :3] * 255.0
