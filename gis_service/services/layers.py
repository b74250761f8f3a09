"""Layers as the service knows them: definitions, and what is loaded of each."""

import difflib
from dataclasses import dataclass

from gis_service.catalogue.layer_definition import LayerDefinition
from gis_service.catalogue.loader import Catalogue
from gis_service.db import layers as tables
from gis_service.db.engine import Connection
from gis_service.db.layers import Column, LayerState, LayerTable
from gis_service.errors import ErrorCode, NotFound
from gis_service.types import BBox, LayerId, VersionId


@dataclass(frozen=True, slots=True)
class LayerSummary:
    """One layer with what it holds.

    Parameters
    ----------
    definition
        As in the layers folder.
    state
        Newest version and number of features; empty when nothing has been loaded.
    extent
        West, south, east, north in degrees; none when not asked for, or nothing lies anywhere.
    """

    definition: LayerDefinition
    state: LayerState
    extent: BBox | None = None


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


def table_of(definition: LayerDefinition) -> LayerTable:
    """Give the table that a definition asks for."""
    return LayerTable(
        id=definition.id,
        geometry=definition.geometry,
        key=definition.key,
        columns=tuple(Column(field.name, field.type) for field in definition.fields),
    )


def list_layers(connection: Connection, catalogue: Catalogue) -> list[LayerSummary]:
    """Give all defined layers in the order of their ids, loaded or not."""
    return [
        LayerSummary(definition, tables.state_of(connection, table_of(definition)))
        for definition in catalogue.layers.values()
    ]


def describe(connection: Connection, catalogue: Catalogue, layer_id: str) -> LayerSummary:
    """Give one layer with its extent.

    Raises
    ------
    NotFound
        ``layer_unknown``.
    """
    definition = definition_of(catalogue, layer_id)
    table = table_of(definition)
    state = tables.state_of(connection, table)
    extent = tables.extent_of(connection, table) if state.version is not None else None
    return LayerSummary(definition, state, extent)


def version_of(connection: Connection, layer_id: str) -> VersionId | None:
    """Give the newest version of a layer; none when nothing has been loaded."""
    return tables.version_of(connection, LayerId(layer_id))
