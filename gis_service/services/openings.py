"""From which version on a layer is open to somebody: what was written while it was closed stays so."""

from collections.abc import Collection, Sequence
from dataclasses import replace

from gis_service.db.engine import Connection
from gis_service.db.openings import Opening, openings
from gis_service.services.rights import Rights
from gis_service.types import LayerId, VersionId


def oldest_open(connection: Connection, rights: Rights, layer: LayerId) -> VersionId | None:
    """Give the oldest version of a layer that a caller may read; None when all of them.

    Parameters
    ----------
    connection
        Any connection that may read.
    rights
        Of the caller, who may read the layer now.
    layer
        The layer.

    Returns
    -------
    VersionId or None
        The version that was the newest when the layer was opened to callers of this kind; those before it
        were made while it was closed to them.
    """
    return oldest_open_of(connection, rights, [layer]).get(layer)


def oldest_open_of(
    connection: Connection, rights: Rights, layers: Collection[LayerId]
) -> dict[LayerId, VersionId]:
    """Give what `oldest_open` gives, for those of some layers of which the caller may not read all versions.

    Parameters
    ----------
    connection, rights
        As of `oldest_open`.
    layers
        Layers that the caller may read now.
    """
    found = {
        layer: _oldest(rights, layer, changes) for layer, changes in openings(connection, layers).items()
    }
    return {layer: version for layer, version in found.items() if version is not None}


def _oldest(rights: Rights, layer: LayerId, changes: Sequence[Opening]) -> VersionId | None:
    before: list[str | None] = [change.visibility for change in changes[1:]]
    # Until the first change it was as a file defines it; that of a layer of a user is its making.
    before.append(None)
    for change, visibility in zip(changes, before, strict=False):
        if not _could_read(rights, layer, visibility):
            return change.version
    return None


def _could_read(rights: Rights, layer: LayerId, visibility: str | None) -> bool:
    given = {name: known for name, known in rights.given.items() if name != layer}
    return replace(rights, given=given if visibility is None else given | {layer: visibility}).may_read(layer)
