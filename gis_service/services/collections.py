"""The layers that a caller may read, as collections."""

from dataclasses import dataclass

from gis_service.catalogue.layer_definition import LayerDefinition
from gis_service.catalogue.loader import Catalogue
from gis_service.db.collections import collections
from gis_service.db.engine import Connection
from gis_service.errors import ErrorCode, NotFound
from gis_service.services.accounts import Caller
from gis_service.types import BBox, LayerId, VersionId


@dataclass(frozen=True, slots=True)
class Collection:
    """A layer that has a table.

    Parameters
    ----------
    definition
        What the layer holds.
    version
        Current version; None before the first commit.
    bbox
        Box in longitude and latitude that holds all items; None for an empty layer or one without geometry.
    """

    definition: LayerDefinition
    version: VersionId | None
    bbox: BBox | None


def list_collections(connection: Connection, catalogue: Catalogue, caller: Caller) -> list[Collection]:
    """Give the loaded layers that are open to the caller, by id."""
    open_to = {id_: layer for id_, layer in catalogue.layers.items() if caller.may_read(layer.visibility)}
    found = collections(connection, [LayerId(id_) for id_ in open_to])
    return [Collection(open_to[row.id], row.version, row.bbox) for row in found]


def one_collection(connection: Connection, catalogue: Catalogue, caller: Caller, id_: str) -> Collection:
    """Give one loaded layer.

    Raises
    ------
    NotFound
        ``collection_not_found`` when there is none, or when nothing has been loaded into it.
    NotAllowed
        ``token_missing`` or ``role_insufficient`` when it is not open to the caller.
    """
    definition = catalogue.layers.get(LayerId(id_))
    if definition is None:
        raise NotFound(ErrorCode.COLLECTION_NOT_FOUND, collection=id_)
    caller.require_reading(definition.visibility)
    found = collections(connection, [definition.id])
    if not found:
        raise NotFound(ErrorCode.COLLECTION_NOT_FOUND, collection=id_)
    return Collection(definition, found[0].version, found[0].bbox)
