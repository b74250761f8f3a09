"""How far a layer was open when: what it was given, and what its definition said if a user has made it."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import select

from gis_service.db.engine import Connection
from gis_service.db.models import layer_visibility
from gis_service.types import LayerId, VersionId


@dataclass(frozen=True, slots=True)
class Opening:
    """One change of the visibility of a layer.

    Parameters
    ----------
    visibility
        Since then; None for that of the definition of a file, or while the layer was dropped.
    version
        Newest version of the layer at that time; None when it had none yet.
    """

    visibility: str | None
    version: VersionId | None


def openings(connection: Connection, layers: Iterable[LayerId]) -> dict[LayerId, list[Opening]]:
    """Give the changes of the visibility of layers, of each the newest first; only of those that have any."""
    asked = (
        select(layer_visibility.c.layer, layer_visibility.c.visibility, layer_visibility.c.version)
        .where(layer_visibility.c.layer.in_(list(layers)))
        .order_by(layer_visibility.c.id.desc())
    )
    found: defaultdict[LayerId, list[Opening]] = defaultdict(list)
    for row in connection.execute(asked):
        version = None if row.version is None else VersionId(row.version)
        found[LayerId(row.layer)].append(Opening(row.visibility, version))
    return dict(found)
