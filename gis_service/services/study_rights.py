"""Who may run a study on which layers, and who may read what came out.

The people of a study are shown as sums with small counts hidden, so anybody may read a study over personal
demand; its other layers give their codes, names and places away.
"""

from collections.abc import Mapping
from typing import Any

from gis_service.catalogue.loader import Catalogue
from gis_service.services.accounts import Caller
from gis_service.types import LayerId

DEMAND = "demand"
_UNKNOWN = "draft"
"""A layer that the catalogue does not know any more is closed like one that is not published yet."""


def require_inputs(caller: Caller, catalogue: Catalogue, layers: Mapping[str, LayerId]) -> None:
    """Refuse a caller who may not read one of the layers that a study asks for.

    Raises
    ------
    NotAllowed
        ``token_missing`` or ``role_insufficient``.
    """
    for layer in layers.values():
        caller.require_reading(_visibility(catalogue, layer))


def require_document(caller: Caller, catalogue: Catalogue, document: Mapping[str, Any]) -> None:
    """Refuse a caller who may not read what a study shows.

    Raises
    ------
    NotAllowed
        ``token_missing`` or ``role_insufficient``.
    """
    for role, reference in document["inputs"].items():
        if role != DEMAND and isinstance(reference, Mapping) and "layer" in reference:
            caller.require_reading(_visibility(catalogue, LayerId(reference["layer"])))


def open_layers(caller: Caller, catalogue: Catalogue) -> list[str]:
    """List the layers that a caller may read."""
    return sorted(layer.id for layer in catalogue.layers.values() if caller.may_read(layer.visibility))


def _visibility(catalogue: Catalogue, layer: LayerId) -> str:
    known = catalogue.layers.get(layer)
    return _UNKNOWN if known is None else known.visibility
