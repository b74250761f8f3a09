"""Items of a collection: pages by rising id, and one by its id."""

from collections.abc import Sequence
from dataclasses import dataclass

from gis_service.catalogue.layer_definition import LayerDefinition
from gis_service.db import features as rows
from gis_service.db.engine import Connection
from gis_service.db.filters import Condition, Joined, MeetsBoxes
from gis_service.errors import ErrorCode, NotFound
from gis_service.types import BBox, LayerId, VersionId

MAX_PAGE = 10_000
_BIGINT = 2**63
_DIGITS = 19
_HALF_TURN = 180.0


@dataclass(frozen=True, slots=True)
class FeaturePage:
    """A page of features.

    Parameters
    ----------
    features
        GeoJSON text of each feature.
    next_after
        Id to ask the next page after; None on the last page.
    """

    features: list[str]
    next_after: int | None


def has_geometry(definition: LayerDefinition) -> bool:
    """Tell whether the rows of a layer lie anywhere."""
    return definition.geometry not in {"None", "Raster"}


def fields_of(definition: LayerDefinition) -> list[str]:
    """Name the columns of a layer in the order of its definition."""
    return [field.name for field in definition.fields]


def boxes_of(bbox: BBox) -> Sequence[BBox]:
    """Cut a box that crosses the antimeridian (west greater than east) into its two halves."""
    west, south, east, north = bbox
    if west <= east:
        return [bbox]
    return [(west, south, _HALF_TURN, north), (-_HALF_TURN, south, east, north)]


def page(
    connection: Connection,
    definition: LayerDefinition,
    *,
    after: int = 0,
    limit: int = 100,
    bbox: BBox | None = None,
    version: VersionId | None = None,
    condition: Condition | None = None,
) -> FeaturePage:
    """Give the features whose id is above ``after``, at most ``limit`` of them.

    Parameters
    ----------
    connection
        Any connection that may read.
    definition
        Layer to read; its table exists.
    after
        Id of the last feature the reader has; 0 for the first page.
    limit
        Length of the page; above 10,000 it is taken as 10,000.
    bbox
        Only features that meet this box, in longitude and latitude degrees (CRS84).
    version
        A version whose rows are kept; None for the features of now.
    condition
        Only features that fulfil it (:func:`gis_service.services.filters.parse_filter`).
    """
    if after >= _BIGINT:
        return FeaturePage([], None)
    count = min(limit, MAX_PAGE)
    located = has_geometry(definition)
    wanted = [] if condition is None else [condition]
    if bbox and located:
        wanted.append(MeetsBoxes(boxes_of(bbox)))
    # One more than asked for tells whether a next page exists, without counting the rest. A layer without
    # geometry has nothing that a box could miss: OGC API Features lets such features through.
    found = rows.page(
        connection,
        LayerId(definition.id),
        fields_of(definition),
        after=after,
        count=count + 1,
        located=located,
        version=version,
        condition=Joined("AND", tuple(wanted)) if wanted else None,
    )
    shown = found[:count]
    return FeaturePage([row.geojson for row in shown], shown[-1].fid if len(found) > count else None)


def one(
    connection: Connection, definition: LayerDefinition, item: str, version: VersionId | None = None
) -> str:
    """Give the GeoJSON text of one feature; as it is now, or as it was in a version whose rows are kept.

    Raises
    ------
    NotFound
        ``item_not_found``, also for what cannot be an id.
    """
    found = rows.one(
        connection,
        LayerId(definition.id),
        fields_of(definition),
        fid_of(definition.id, item),
        located=has_geometry(definition),
        version=version,
    )
    if found is None:
        raise NotFound(ErrorCode.ITEM_NOT_FOUND, collection=definition.id, item=item)
    return found.geojson


def fid_of(collection: str, item: str) -> int:
    """Read the id of a feature as it stands in an address.

    Raises
    ------
    NotFound
        ``item_not_found`` for what cannot be an id.
    """
    fid = int(item) if item.isascii() and item.isdigit() and len(item) <= _DIGITS else _BIGINT
    if fid >= _BIGINT:
        raise NotFound(ErrorCode.ITEM_NOT_FOUND, collection=collection, item=item)
    return fid
