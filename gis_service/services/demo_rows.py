"""Hands the layers of a built demo city to a load as they are in memory, without the way over a file."""

import geopandas as gpd
import pyarrow as pa
import shapely

from gis_service.crs import STORAGE
from gis_service.files.readers import Header
from gis_service.services.demo_build import City
from gis_service.services.demo_layers import BUILDERS
from gis_service.services.ingest import Rows

_BATCH = 20_000


def city_rows(city: City, layer: str) -> Rows:
    """Give the rows of one layer of a city.

    Parameters
    ----------
    city
        Built by ``build_city``.
    layer
        One of ``demo_layers.LAYERS``.

    Returns
    -------
    Rows
        The same as those of the layer's file, checked by a load like those of any file.
    """
    frame = BUILDERS[layer](city)
    located = isinstance(frame, gpd.GeoDataFrame)
    plain = frame.drop(columns="geometry") if located else frame
    table = pa.Table.from_pandas(plain, preserve_index=False)
    names = tuple(table.column_names)
    if located:
        shapes = pa.array(shapely.to_wkb(frame.geometry.to_numpy()), pa.binary())
        table = table.add_column(0, "geometry", shapes)
    header = Header(layer, STORAGE.to_wkt(), len(frame), located)
    return Rows(layer, header, names, table.to_batches(_BATCH))
