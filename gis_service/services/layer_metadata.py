"""What is known about layers as data sets: the ground of every form in which metadata is given."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from gis_service.catalogue.layer_definition import LayerDefinition
from gis_service.catalogue.loader import Catalogue
from gis_service.db.collections import version_dates
from gis_service.db.engine import Connection
from gis_service.services.collections import Collection
from gis_service.services.export_formats import formats_of
from gis_service.services.features import has_geometry
from gis_service.types import Text

GEOJSON, MVT, PNG, HTML = (
    "application/geo+json",
    "application/vnd.mapbox-vector-tile",
    "image/png",
    "text/html",
)
CRS_URI = "http://www.opengis.net/def/crs/EPSG/0/4326"
GENERATED = Text("dữ liệu sinh ra để minh hoạ", "data generated for demonstration")

_LICENCES = {
    "CC0-1.0": "https://creativecommons.org/publicdomain/zero/1.0/",
    "CC-BY-4.0": "https://creativecommons.org/licenses/by/4.0/",
    "CC-BY-SA-4.0": "https://creativecommons.org/licenses/by-sa/4.0/",
    "ODbL-1.0": "https://opendatacommons.org/licenses/odbl/1-0/",
}
_SPDX = re.compile(r"MIT|ISC|[A-Za-z][A-Za-z0-9+.-]*-[0-9][A-Za-z0-9+.-]*")


@dataclass(frozen=True, slots=True)
class Way:
    """One way to get at the data of a layer.

    Parameters
    ----------
    title
        What it is.
    href
        Address; the one of tiles is that of their description.
    media
        What comes from there.
    protocol
        What programs call it.
    """

    title: Text
    href: str
    media: str
    protocol: str


@dataclass(frozen=True, slots=True)
class LayerFacts:
    """What is known about a layer as a data set.

    Parameters
    ----------
    collection
        The layer with version, box and visibility.
    category
        Its sector in words; the id where the city has none.
    address
        Of the collection.
    published, updated
        Time of the first and of the newest version; None before the first.
    """

    collection: Collection
    category: Text
    address: str
    published: datetime | None
    updated: datetime | None

    @property
    def definition(self) -> LayerDefinition:
        """What the layer holds."""
        return self.collection.definition

    def ways(self) -> list[Way]:
        """Give the ways to get at the data; a raster comes as a file alone."""
        if self.definition.is_raster:
            return []
        found = [
            Way(
                Text("Đối tượng (GeoJSON)", "Features (GeoJSON)"),
                f"{self.address}/items",
                GEOJSON,
                "OGC API - Features",
            )
        ]
        if has_geometry(self.definition):
            tiles = Text("Ô bản đồ véc tơ", "Vector tiles")
            found.append(Way(tiles, f"{self.address}/tiles", MVT, "OGC API - Tiles"))
        return found

    def files(self) -> list[Way]:
        """Give the files that hold all of the data, as it is now in WGS 84."""
        return [
            Way(one.title, f"{self.address}/export?f={one.id}", one.media, "WWW:DOWNLOAD-1.0-http--download")
            for one in formats_of(self.definition)
        ]


def facts_of(
    connection: Connection, catalogue: Catalogue, collections: Iterable[Collection], base: str
) -> list[LayerFacts]:
    """Gather what is known about layers.

    Parameters
    ----------
    connection
        Any connection that may read.
    catalogue
        Of the city; it knows the sectors by name.
    collections
        Layers that the caller may read.
    base
        Address of the service, without a slash at its end.
    """
    every = list(collections)
    dates = version_dates(connection, [one.definition.id for one in every])
    facts = []
    for one in every:
        definition, when = one.definition, dates.get(one.definition.id)
        sector = catalogue.city.categories.get(definition.category)
        category = sector or Text(definition.category, definition.category)
        address = f"{base}/api/collections/{definition.id}"
        facts.append(
            LayerFacts(one, category, address, when.first if when else None, when.newest if when else None)
        )
    return facts


def licence_address(licence: str) -> str | None:
    """Give the address of a licence that is known by an SPDX identifier; None for a name of its own.

    Examples
    --------
    >>> licence_address("MIT"), licence_address("facts (no copyright)")
    ('https://spdx.org/licenses/MIT.html', None)
    """
    if licence in _LICENCES:
        return _LICENCES[licence]
    return f"https://spdx.org/licenses/{licence}.html" if _SPDX.fullmatch(licence) else None
