"""What a layer holds: the typed form of ``layers/<city>/<category>/<layer>.yaml``."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from gis_service.catalogue.values import Entry, optional_text_of, text_of
from gis_service.types import LayerId, Text

GeometryType = Literal[
    "Point",
    "MultiPoint",
    "LineString",
    "MultiLineString",
    "Polygon",
    "MultiPolygon",
    "Geometry",
    "None",
    "Raster",
]
FieldType = Literal["text", "integer", "number", "boolean", "date", "timestamp"]
Visibility = Literal["draft", "internal", "public", "personal"]
Frequency = Literal[
    "continual",
    "daily",
    "weekly",
    "fortnightly",
    "semimonthly",
    "monthly",
    "quarterly",
    "biannually",
    "annually",
    "biennially",
    "periodic",
    "asNeeded",
    "irregular",
    "notPlanned",
    "unknown",
]
"""How often data is brought up to date, in the words of ISO 19115 (MD_MaintenanceFrequencyCode)."""

_SYSTEM_COLUMNS = frozenset({"ctid", "xmin", "xmax", "cmin", "cmax", "tableoid"})
"""Columns that PostgreSQL gives to every table."""
RESERVED_NAMES = frozenset({"fid", "geom", "version_from", "version_to"}) | _SYSTEM_COLUMNS
"""Columns that every layer table or its history has of its own."""


@dataclass(frozen=True, slots=True)
class FieldDefinition:
    """One column of a layer.

    Parameters
    ----------
    name
        Column name.
    type
        What its values are.
    required
        Whether every feature must have a value.
    values
        The only values allowed; ``None`` when any will do.
    label
        What people read.
    unit
        Unit of the numbers (``m``, ``km2``); ``None`` when they have none.
    words
        What people read for values that are words of a fixed list, by value; others are shown as they are.
    """

    name: str
    type: FieldType
    required: bool
    values: tuple[str | float, ...] | None
    label: Text
    unit: str | None
    words: Mapping[str, Text] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class BandDefinition:
    """One band of a raster layer: its name, what people read, and the unit of its values."""

    name: str
    label: Text
    unit: str | None


@dataclass(frozen=True, slots=True)
class Contact:
    """Who answers for a data set; what is not known is None."""

    organisation: Text
    email: str | None = None
    phone: str | None = None
    url: str | None = None


@dataclass(frozen=True, slots=True)
class LayerDefinition:
    """One spatial data set.

    Parameters
    ----------
    id
        Layer id, collection id and table name at once.
    title, description
        What people read.
    category
        Sector, a key of ``City.categories``.
    geometry
        ``Geometry`` takes every kind, ``None`` is a table without geometry, ``Raster`` a grid of cells in
        place of a table.
    key
        Field that names a feature for good; ``None`` when the source has none.
    fields
        Columns beside ``fid`` and ``geom``, in the order people see them.
    source, licence
        Where the data comes from, and under which terms.
    visibility
        ``personal`` is never public: not as item, tile, export or link.
    generated
        Whether the data is generated rather than observed; every answer from it says so.
    bands
        Of a raster, in the order of its files; empty where any number will do.
    contact
        Who answers for the data; None where nobody has said.
    lineage, quality
        How the data came to be, and how complete and exact it is.
    frequency
        How often it is brought up to date.
    made
        Whether a user has made the layer; all others come from files.
    coverage
        Whether its areas tile the ground, so that overlaps and narrow gaps between them are faults.
    """

    id: LayerId
    title: Text
    description: Text
    category: str
    geometry: GeometryType
    key: str | None
    fields: tuple[FieldDefinition, ...]
    source: Text
    licence: str
    visibility: Visibility
    generated: bool
    bands: tuple[BandDefinition, ...] = ()
    contact: Contact | None = None
    lineage: Text | None = None
    frequency: Frequency | None = None
    quality: Text | None = None
    made: bool = False
    coverage: bool = False

    def field(self, name: str) -> FieldDefinition | None:
        """Give the field of that name, or ``None``."""
        return next((field for field in self.fields if field.name == name), None)

    @property
    def is_raster(self) -> bool:
        """Whether the layer is a grid of cells: it has files and versions, and neither table nor items."""
        return self.geometry == "Raster"


def layer_from(entry: Entry, *, made: bool = False) -> LayerDefinition:
    """Build a layer definition from a checked document; ``made`` by a user, or from a file."""
    return LayerDefinition(
        id=LayerId(entry["id"]),
        title=text_of(entry["title"]),
        description=text_of(entry["description"]),
        category=entry["category"],
        geometry=entry["geometry"],
        key=entry["key"],
        fields=tuple(_field(field) for field in entry["fields"]),
        source=text_of(entry["source"]),
        licence=entry["licence"],
        visibility=entry["visibility"],
        generated=entry["generated"],
        bands=tuple(
            BandDefinition(band["name"], text_of(band["label"]), band.get("unit"))
            for band in entry.get("bands", ())
        ),
        contact=_contact(entry["contact"]) if "contact" in entry else None,
        lineage=optional_text_of(entry.get("lineage")),
        frequency=entry.get("frequency"),
        quality=optional_text_of(entry.get("quality")),
        made=made,
        coverage=entry.get("coverage", False),
    )


def _contact(entry: Entry) -> Contact:
    return Contact(text_of(entry["organisation"]), entry.get("email"), entry.get("phone"), entry.get("url"))


def _field(entry: Entry) -> FieldDefinition:
    values = entry.get("values")
    return FieldDefinition(
        name=entry["name"],
        type=entry["type"],
        required=entry.get("required", False),
        values=None if values is None else tuple(values),
        label=text_of(entry["label"]),
        unit=entry.get("unit"),
        words={value: text_of(words) for value, words in values.items()} if isinstance(values, dict) else {},
    )
