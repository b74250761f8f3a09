"""Who may run a study on which layers, and who may read what came out.

The people of a study are shown as sums with small counts hidden, so anybody may read a study over personal
demand; its other layers give their codes, names and places away. Of a personal raster with several bands
nobody else may read even that: whoever asks for each band in turn can take one from another, and no answer
knows what the others have told. A kept study shows its layers as they were:
whoever may not read that version of one may not read the study either.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from gis_service.catalogue.loader import Catalogue
from gis_service.db.engine import Connection
from gis_service.db.rasters import of_several_bands
from gis_service.db.studies import Shown
from gis_service.errors import ErrorCode, NotAllowed
from gis_service.services.openings import oldest_open_of
from gis_service.services.rights import Rights, is_personal
from gis_service.types import LayerId, VersionId

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


def require_versions(
    connection: Connection, rights: Rights, versions: Iterable[tuple[LayerId, VersionId]]
) -> None:
    """Refuse a caller who may not read one of some versions of layers.

    Parameters
    ----------
    connection
        Any connection that may read.
    rights
        Of the caller, who may read the layers themselves.
    versions
        Layer and version; whether they are there is not asked.

    Raises
    ------
    NotAllowed
        ``version_closed`` for a version of before the layer was opened to the caller.
    """
    asked = list(versions)
    oldest = oldest_open_of(connection, rights, {layer for layer, _ in asked}) if asked else {}
    for layer, version in asked:
        if version < oldest.get(layer, 0):
            raise NotAllowed(ErrorCode.VERSION_CLOSED, layer=layer, asked=version, oldest=oldest[layer])


def require_shown(connection: Connection, rights: Rights, layers: Mapping[str, LayerId]) -> None:
    """Refuse a caller who may not read one of the layers that a live answer shows.

    Parameters
    ----------
    connection
        Any connection that may read.
    rights
        Of the caller.
    layers
        By their role in the study.

    Raises
    ------
    NotAllowed
        ``token_missing``, ``role_insufficient`` or ``scope_insufficient``.
    """
    summed = _summed(connection, rights.catalogue, layers.values())
    require_inputs(rights, (layer for role, layer in layers.items() if role != DEMAND or layer not in summed))


def require_document(connection: Connection, rights: Rights, document: Mapping[str, Any]) -> None:
    """Refuse a caller who may not read what a study shows.

    Parameters
    ----------
    connection
        Any connection that may read.
    rights
        Of the caller.
    document
        As it is kept.

    Raises
    ------
    NotAllowed
        ``token_missing``, ``role_insufficient`` or ``scope_insufficient`` for a layer; ``version_closed`` for
        a version of before the layer was opened to the caller.
    """
    read = shown_layers(connection, rights.catalogue, document)
    require_inputs(rights, (layer for layer, _ in read))
    require_versions(connection, rights, read)


def shown_layers(
    connection: Connection, catalogue: Catalogue, document: Mapping[str, Any]
) -> list[tuple[LayerId, VersionId]]:
    """List the layers, by version, of which a study shows more than sums of people."""
    read = [
        (role, LayerId(one["layer"]), VersionId(one["version"]))
        for role, one in document["inputs"].items()
        if isinstance(one, Mapping) and "layer" in one
    ]
    summed = _summed(connection, catalogue, {layer for _, layer, _ in read})
    return [(layer, version) for role, layer, version in read if role != DEMAND or layer not in summed]


def shown_to(connection: Connection, rights: Rights) -> Shown:
    """Tell of which layers, and from which version on, a caller may read studies: as `require_document`."""
    layers = rights.readable()
    oldest = dict.fromkeys(map(str, layers), 0) | oldest_open_of(connection, rights, layers)
    return Shown(
        oldest,
        [
            str(layer)
            for layer in _summed(connection, rights.catalogue, map(LayerId, rights.catalogue.layers))
        ],
    )


def _summed(connection: Connection, catalogue: Catalogue, layers: Iterable[LayerId]) -> set[LayerId]:
    """Give those layers of which, as its people, a study shows no more than sums open to everybody."""
    known = {layer: catalogue.layers[layer] for layer in layers if layer in catalogue.layers}
    personal = {layer for layer, definition in known.items() if is_personal(definition)}
    rasters = {layer for layer in personal if known[layer].is_raster}
    return personal - (of_several_bands(connection, rasters) if rasters else set())
