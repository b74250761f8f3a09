"""The layers that a caller may read, as collections."""

from dataclasses import dataclass

from gis_service.catalogue.layer_definition import LayerDefinition
from gis_service.db.collections import collections
from gis_service.db.engine import Connection
from gis_service.errors import ErrorCode, NotFound
from gis_service.services.rights import Rights
from gis_service.types import BBox, LayerId, VersionId


@dataclass(frozen=True, slots=True)
class Collection:
    """A layer that has a table.

    Parameters
    ----------
    definition
        What the layer holds.
    visibility
        How far it is open now.
    version
        Current version; None before the first commit.
    bbox
        Box in longitude and latitude that holds all items; None for an empty layer or one without geometry.
    """

    definition: LayerDefinition
    visibility: str
    version: VersionId | None
    bbox: BBox | None


def list_collections(connection: Connection, rights: Rights) -> list[Collection]:
    """Give the loaded layers that are open to the caller, by id."""
    return [
        Collection(rights.catalogue.layers[row.id], rights.visibility(row.id), row.version, row.bbox)
        for row in collections(connection, rights.readable())
    ]


def one_collection(connection: Connection, rights: Rights, id_: str) -> Collection:
    """Give one loaded layer.

    Raises
    ------
    NotFound
        ``collection_not_found`` when there is none, or when nothing has been loaded into it.
    NotAllowed
        ``token_missing``, ``role_insufficient`` or ``scope_insufficient`` when it is not open to the caller.
    """
    definition = rights.catalogue.layers.get(LayerId(id_))
    if definition is None:
        raise NotFound(ErrorCode.COLLECTION_NOT_FOUND, collection=id_)
    rights.require_reading(definition.id)
    found = collections(connection, [definition.id])
    if not found:
        raise NotFound(ErrorCode.COLLECTION_NOT_FOUND, collection=id_)
    return Collection(definition, rights.visibility(definition.id), found[0].version, found[0].bbox)
