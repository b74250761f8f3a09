"""Who may run a study on which layers, and who may read what came out.

The people of a study are shown as sums with small counts hidden, so anybody may read a study over personal
demand; its other layers give their codes, names and places away.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from gis_service.services.rights import Rights
from gis_service.types import LayerId

DEMAND = "demand"


def require_inputs(rights: Rights, layers: Iterable[LayerId]) -> None:
    """Refuse a caller who may not read one of the layers that a study asks for.

    Raises
    ------
    NotAllowed
        ``token_missing``, ``role_insufficient`` or ``scope_insufficient``.
    """
    for layer in layers:
        rights.require_reading(layer)


def require_shown(rights: Rights, layers: Mapping[str, LayerId]) -> None:
    """Refuse a caller who may not read one of the layers that a live answer shows.

    Parameters
    ----------
    layers
        By their role in the study.

    Raises
    ------
    NotAllowed
        ``token_missing``, ``role_insufficient`` or ``scope_insufficient``.
    """
    require_inputs(rights, (layer for role, layer in layers.items() if role != DEMAND))


def require_document(rights: Rights, document: Mapping[str, Any]) -> None:
    """Refuse a caller who may not read what a study shows.

    Raises
    ------
    NotAllowed
        ``token_missing``, ``role_insufficient`` or ``scope_insufficient``.
    """
    for role, reference in document["inputs"].items():
        if role != DEMAND and isinstance(reference, Mapping) and "layer" in reference:
            rights.require_reading(LayerId(reference["layer"]))
