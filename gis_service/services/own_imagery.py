"""Photographs among the raster layers: backgrounds of the map that the city's own staff have loaded."""

from dataclasses import dataclass

from gis_service.catalogue.layer_definition import LayerDefinition
from gis_service.db.engine import Connection
from gis_service.db.rasters import newest_raster
from gis_service.services.raster_looks import is_photograph
from gis_service.services.raster_tiles import zooms_of
from gis_service.services.rights import PERSONAL, Rights
from gis_service.types import BBox


@dataclass(frozen=True, slots=True)
class OwnBackground:
    """A raster layer that may lie under the map.

    Parameters
    ----------
    definition
        Its title, source and licence.
    minzoom, maxzoom
        Of its tiles; a closer view draws the last ones larger.
    bbox
        West, south, east, north in degrees of WGS 84.
    """

    definition: LayerDefinition
    minzoom: int
    maxzoom: int
    bbox: BBox


def own_backgrounds(connection: Connection, rights: Rights) -> list[OwnBackground]:
    """List the photographs that somebody may read, by layer id, as their newest versions are.

    Pictures of personal detail are left out: each look at one is noted, and nobody notices a background.

    Parameters
    ----------
    connection
        Any that may read.
    rights
        Of the reader.
    """
    found = []
    for layer in rights.readable():
        definition = rights.catalogue.layers[layer]
        row = newest_raster(connection, layer) if definition.is_raster else None
        if row is None or not is_photograph(row) or rights.visibility(layer) == PERSONAL:
            continue
        found.append(OwnBackground(definition, *zooms_of(row), row.bbox))
    return found
