"""Layers as the service knows them: definitions, and what is loaded of each."""

import difflib
from collections.abc import Iterable
from dataclasses import dataclass

from gis_service.catalogue.layer_definition import LayerDefinition
from gis_service.catalogue.loader import Catalogue
from gis_service.db import layers as tables
from gis_service.db.collections import collections
from gis_service.db.engine import Connection
from gis_service.db.layers import Column, LayerState, LayerTable
from gis_service.db.rasters import newest_raster, raster_versions
from gis_service.errors import ErrorCode, NotFound
from gis_service.types import LayerId, VersionId


@dataclass(frozen=True, slots=True)
class LayerSummary:
    """One layer with what it holds.

    Parameters
    ----------
    definition
        As in the layers folder.
    state
        Newest version and number of features; empty when nothing has been loaded.
    """

    definition: LayerDefinition
    state: LayerState


def definition_of(catalogue: Catalogue, layer_id: str) -> LayerDefinition:
    """Give the definition of a layer.

    Raises
    ------
    NotFound
        ``layer_unknown``, with the ids that are near to it.
    """
    definition = catalogue.layers.get(layer_id)
    if definition is None:
        near = difflib.get_close_matches(layer_id, catalogue.layers, n=3, cutoff=0.65)
        raise NotFound(ErrorCode.LAYER_UNKNOWN, layer=layer_id, near=", ".join(near) or "-")
    return definition


def refuse_raster(definition: LayerDefinition) -> None:
    """Refuse a raster where rows are meant.

    Raises
    ------
    NotFound
        ``layer_is_raster``.
    """
    if definition.is_raster:
        raise NotFound(ErrorCode.LAYER_IS_RASTER, layer=definition.id)


def table_of(definition: LayerDefinition) -> LayerTable:
    """Give the table that a definition asks for.

    Raises
    ------
    NotFound
        ``layer_is_raster``: it has none.
    """
    refuse_raster(definition)
    return LayerTable(
        id=definition.id,
        geometry=definition.geometry,
        key=definition.key,
        columns=tuple(Column(field.name, field.type) for field in definition.fields),
    )


def state_of(connection: Connection, definition: LayerDefinition) -> LayerState:
    """Tell what a layer holds now; a raster counts as one feature."""
    if definition.is_raster:
        return _raster_state(connection, definition)
    return tables.state_of(connection, table_of(definition))


def _raster_state(connection: Connection, definition: LayerDefinition) -> LayerState:
    if newest_raster(connection, definition.id) is None:
        return LayerState()
    [(newest, _)] = raster_versions(connection, definition.id, before=None, count=1)
    return LayerState(newest.id, newest.committed_at, newest.author, newest.message, 1)


def list_layers(connection: Connection, catalogue: Catalogue) -> list[LayerSummary]:
    """Give all defined layers in the order of their ids, loaded or not."""
    return [
        LayerSummary(definition, state_of(connection, definition)) for definition in catalogue.layers.values()
    ]


class LayerCounts:
    """Numbers of features, each counted once per version of its layer.

    Rows that are edited straight in the table, without a new version, are counted at the next version: the
    number may lag behind until then.
    """

    def __init__(self) -> None:
        self._known: dict[LayerId, tuple[VersionId, int]] = {}

    def of(self, connection: Connection, definitions: Iterable[LayerDefinition]) -> dict[LayerId, int]:
        """Give the number of features of each layer; 0 for one that has never been loaded, 1 for a raster.

        Parameters
        ----------
        connection
            Always of the same database.
        definitions
            Layers that are asked for.
        """
        asked = {definition.id: definition for definition in definitions}
        found = dict.fromkeys(asked, 0)
        for row in collections(connection, list(asked)):
            if row.version is not None:
                found[row.id] = self._count(connection, asked[row.id], row.version)
        return found

    def _count(self, connection: Connection, definition: LayerDefinition, version: VersionId) -> int:
        if definition.is_raster:
            return 1
        known = self._known.get(definition.id)
        if known is None or known[0] != version:
            known = version, tables.count(connection, table_of(definition))
            self._known[definition.id] = known
        return known[1]
