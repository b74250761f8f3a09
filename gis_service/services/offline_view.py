"""What is asked for when a map is taken along, and the view that it means."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from gis_service.catalogue.layer_definition import LayerDefinition
from gis_service.db.engine import Connection
from gis_service.errors import ErrorCode, WrongUse
from gis_service.services.collections import one_collection
from gis_service.services.filters import parse_filter
from gis_service.services.history import as_of
from gis_service.services.layers import refuse_raster
from gis_service.services.offline import DEEPEST, ShownLayer, View, Zooms
from gis_service.services.openings import oldest_open
from gis_service.services.rights import Rights
from gis_service.services.tiles import Shown, require_geometry, time_of
from gis_service.services.tilesets import list_tilesets, one_tileset
from gis_service.types import BBox, Language


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be taken along.

    Parameters
    ----------
    layers
        Ids, bottom first.
    tilesets
        Ids; None for all that the caller may read.
    box
        In longitude and latitude; None for all of the layers.
    zooms
        The first and the last.
    filters
        By the id of its layer, which rows of it, in CQL2 text.
    moment
        The layers as they were then; None for now. Tilesets are always of now.
    language
        Of the words in the package.
    """

    layers: Sequence[str] = ()
    tilesets: Sequence[str] | None = None
    box: BBox | None = None
    zooms: Zooms = (0, DEEPEST)
    filters: Mapping[str, str] = field(default_factory=dict)
    moment: datetime | None = None
    language: Language = "vi"


def view_of(connection: Connection, rights: Rights, asked: Asked) -> View:
    """Find what is asked for, as far as the caller may read it.

    Parameters
    ----------
    connection
        Any that may read.
    rights
        Of the caller.
    asked
        What is to be taken along.

    Raises
    ------
    NotFound
        ``collection_not_found``, ``layer_is_raster``, ``layer_without_geometry``, ``tileset_not_found``,
        ``version_not_kept``.
    NotAllowed
        ``token_missing``, ``role_insufficient``, ``scope_insufficient``, ``version_closed``.
    WrongUse
        ``offline_filter_astray``; and of a filter as :func:`gis_service.services.filters.parse_filter`.
    """
    if astray := sorted(set(asked.filters) - set(asked.layers)):
        known = ", ".join(asked.layers) or "–"
        raise WrongUse(ErrorCode.OFFLINE_FILTER_ASTRAY, layer=astray[0], known=known)
    layers = [_layer(connection, rights, id_, asked) for id_ in dict.fromkeys(asked.layers)]
    if asked.tilesets is None:
        sets = list_tilesets(connection, rights)
    else:
        sets = [one_tileset(connection, rights, id_) for id_ in dict.fromkeys(asked.tilesets)]
    whole = View(sets, layers, rights.catalogue.city.bbox, asked.zooms, asked.language)
    return replace(whole, box=_box(whole, asked))


def with_units(layers: Sequence[str], units: str) -> tuple[str, ...]:
    """Name the units that a study is told by among the layers: below all others unless they are there."""
    return tuple(layers) if units in layers else (units, *layers)


def _layer(connection: Connection, rights: Rights, id_: str, asked: Asked) -> ShownLayer:
    collection = one_collection(connection, rights, id_)
    definition = collection.definition
    refuse_raster(definition)
    require_geometry(definition)
    rows = asked.filters.get(id_)
    shown = _shown(connection, rights, definition, rows, asked.moment)
    told = [rows or "", asked.moment.isoformat() if asked.moment else ""]
    return ShownLayer(collection, shown, " · ".join(filter(None, told)))


def _shown(
    connection: Connection,
    rights: Rights,
    definition: LayerDefinition,
    rows: str | None,
    moment: datetime | None,
) -> Shown:
    condition = None if rows is None else parse_filter(rows, definition)
    if moment is None:
        return Shown(condition)
    past = as_of(connection, definition, moment, oldest_open(connection, rights, definition.id))
    return Shown(condition, past, time_of(connection, definition, past))


def _box(view: View, asked: Asked) -> BBox:
    """Give what is to be taken: the box that is asked for, as far as anything lies in it."""
    boxes = [one.bbox for one in view.collections if one.bbox]
    # What the layers held then may have lain elsewhere.
    if not boxes or (asked.moment is not None and asked.box is not None):
        return asked.box or view.box
    west, south, east, north = zip(*boxes, strict=True)
    whole = min(west), min(south), max(east), max(north)
    if asked.box is None:
        return whole
    least, most = map(max, asked.box[:2], whole[:2]), map(min, asked.box[2:], whole[2:])
    clipped = (*least, *most)
    return clipped if clipped[0] <= clipped[2] and clipped[1] <= clipped[3] else asked.box
