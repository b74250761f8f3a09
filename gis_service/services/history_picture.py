"""What one version of a layer touched, for a small picture of it."""

import json
from typing import Any

from gis_service.catalogue.layer_definition import LayerDefinition
from gis_service.db import history_diff as diff
from gis_service.db.engine import Connection
from gis_service.db.history_back import version_before
from gis_service.services.features import fields_of
from gis_service.services.history import BEFORE_ALL, kept_version
from gis_service.types import VersionId

DRAWN = 400
"""Rows that a picture shows; the tally beside it counts all of them."""


def touched(
    connection: Connection, definition: LayerDefinition, number: int, oldest: VersionId | None = None
) -> list[dict[str, Any]]:
    """Give the first rows that a version added, changed or removed.

    Parameters
    ----------
    connection
        Any connection that may read, of one state of the data.
    definition
        Layer whose table exists.
    number
        The version.
    oldest
        The oldest version that the caller may read; None for any. What that one replaced stays closed: it is
        told as if all of its rows were new.

    Returns
    -------
    list[dict]
        ``op`` (``insert``, ``update``, ``delete``) and ``geometry``, as GeoJSON in degrees or None.

    Raises
    ------
    NotFound
        ``version_unknown``, ``version_not_kept``.
    NotAllowed
        ``version_closed``.
    """
    version = kept_version(connection, definition, number, oldest=oldest)
    before = version_before(connection, definition.id, version.id)
    is_open = before is not None and before.kept and (oldest is None or before.id >= oldest)
    earlier = before.id if before is not None and is_open else BEFORE_ALL
    found = diff.differences(
        connection, definition.id, fields_of(definition), (earlier, version.id), after=0, count=DRAWN
    )
    return [{"op": one.op, "geometry": json.loads(one.geojson)["geometry"]} for one in found]
