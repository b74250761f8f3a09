"""The layers that a caller may read, as collections."""

from collections.abc import Sequence
from dataclasses import dataclass

from gis_service.catalogue.layer_definition import LayerDefinition
from gis_service.db.collections import collections
from gis_service.db.engine import Connection
from gis_service.errors import ErrorCode, NotFound
from gis_service.services.features import boxes_of
from gis_service.services.layer_search import search
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


def find_collections(
    connection: Connection,
    rights: Rights,
    *,
    words: str | None = None,
    category: str | None = None,
    bbox: BBox | None = None,
) -> list[Collection]:
    """Give the loaded layers that are open to the caller and fit what is asked.

    Parameters
    ----------
    words
        Of title, id, sector, description or source, in either language; the best fit comes first. Without any
        the layers come by id.
    category
        Only layers of this sector.
    bbox
        Only layers whose own box meets this one, in longitude and latitude degrees.
    """
    found = [
        one
        for one in list_collections(connection, rights)
        if (category is None or one.definition.category == category) and (bbox is None or _meets(one, bbox))
    ]
    if words is None:
        return found
    categories = rights.catalogue.city.categories
    scores = search([one.definition for one in found], categories, words)
    fitting = [one for one in found if one.definition.id in scores]
    return sorted(fitting, key=lambda one: (-scores[one.definition.id], one.definition.id))


def _meets(collection: Collection, bbox: BBox) -> bool:
    if collection.bbox is None:
        return False
    boxes: Sequence[BBox] = boxes_of(bbox)
    w, s, e, n = collection.bbox
    return any(w <= east and e >= west and s <= north and n >= south for west, south, east, north in boxes)


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
