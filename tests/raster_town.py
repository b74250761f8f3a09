"""A small city with raster layers, and somebody who loads GeoTIFFs into them."""

from dataclasses import replace
from pathlib import Path
from typing import Any

from sqlalchemy import text

from gis_service.catalogue.layer_definition import BandDefinition, LayerDefinition
from gis_service.db.engine import Connection
from gis_service.files.raster_store import RasterStore
from gis_service.services.raster_inspect import RasterChoices
from gis_service.services.raster_load import RasterReport, load_raster
from tests.small_city import WORDS, city_with, layer


def raster(name: str, **told: Any) -> LayerDefinition:  # noqa: ANN401
    return replace(layer(name, "Raster", (), key=None), **told)


CITY = city_with(
    raster("ground"),
    raster("photo", bands=tuple(BandDefinition(name, WORDS, None) for name in ("red", "green", "blue"))),
    layer("clinic"),
)


def loaded(
    connection: Connection,
    store: RasterStore,
    path: Path,
    layer_id: str = "ground",
    **chosen: Any,  # noqa: ANN401
) -> RasterReport:
    choices = RasterChoices(**chosen)
    return load_raster(connection, CITY, store, path, layer_id, author="lan", choices=choices)


def next_transaction(connection: Connection) -> None:
    """Let what comes next count as another transaction's: earlier versions are of none of this server."""
    connection.execute(text("SELECT set_config('gis.history_writes', 'on', true)"))
    connection.execute(text("UPDATE gis.version SET xact = NULL"))
    connection.execute(text("SELECT set_config('gis.history_writes', 'off', true)"))
