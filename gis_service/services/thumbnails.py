"""Small pictures of layers, drawn from their rows once for each version."""

import hashlib
import logging
from dataclasses import dataclass

import numpy as np
import shapely

from gis_service.catalogue.loader import Catalogue
from gis_service.db.collections import CollectionRow, collections, version_dates
from gis_service.db.engine import Connection
from gis_service.db.thumbnails import coarse_shapes
from gis_service.files.picture_store import PictureStore
from gis_service.files.pictures import Frame, Picture, frame_around
from gis_service.services.accounts import ANONYMOUS
from gis_service.services.collections import Collection
from gis_service.services.context import Context
from gis_service.services.layer_looks import BORDER, GROUND, LAND, PAPER, picture_look
from gis_service.services.rights import rights_of
from gis_service.services.tiles import require_geometry
from gis_service.types import BBox, Geometries, LayerId

log = logging.getLogger(__name__)

WIDTH, HEIGHT = 320, 200
_FORMAT = "1"
"""Another number when pictures are drawn in another way: those that are kept are drawn anew."""
_ZOOM_IN = 0.2
"""A layer whose box is narrower than this share of the city's, and lower, is shown by itself."""
_MANY, _SOME, _FEW = 4000, 400, 60
"""Numbers of dots from which they are drawn as a cloud, small, middling."""
_HARDLY_SEEN = 4.0
"""Points of the picture below which a line or an area is lost in it."""


@dataclass(frozen=True, slots=True)
class Thumbnail:
    """A picture, and what tells it from any other."""

    png: bytes
    tag: str


def thumbnail(context: Context, connection: Connection, collection: Collection) -> Thumbnail:
    """Give the picture of a layer as it is now; drawn when nobody has asked for this version before.

    Parameters
    ----------
    context
        Knows where pictures are kept.
    connection
        Any connection that may read, of one state of the data.
    collection
        Layer that the caller may read.

    Raises
    ------
    NotFound
        ``layer_without_geometry``.
    """
    definition = collection.definition
    require_geometry(definition)
    backdrop = backdrop_of(connection, context.catalogue)
    tag = _tag(connection, collection, backdrop)
    store = PictureStore(context.settings.data_dir / "thumbnails")
    png = store.find(definition.id, tag)
    if png is None:
        png = _draw(connection, context.catalogue, collection, backdrop)
        try:
            store.keep(definition.id, tag, png)
        except OSError as error:
            # A full disk is told to the operator; the reader still gets the picture.
            log.warning("the picture of %s is not kept: %s", definition.id, error)
    return Thumbnail(png, tag)


def backdrop_of(connection: Connection, catalogue: Catalogue) -> CollectionRow | None:
    """Give the layer of the newest units that everybody may see and that lie somewhere; none without one."""
    rights = rights_of(connection, catalogue, ANONYMOUS)
    vintages = sorted(catalogue.city.vintages, key=lambda one: one.start, reverse=True)
    layers = [
        one.layer
        for one in vintages
        if rights.may_read(one.layer) and catalogue.layers[one.layer].geometry != "None"
    ]
    found = {row.id: row for row in collections(connection, layers)}
    return next((found[layer] for layer in layers if layer in found and found[layer].bbox), None)


def _tag(connection: Connection, collection: Collection, backdrop: CollectionRow | None) -> str:
    layers = [LayerId(collection.definition.id), *([backdrop.id] if backdrop else [])]
    # The time beside the number: another database may count its versions alike.
    dates = version_dates(connection, layers)
    states = [(layer, dates[layer].newest.isoformat() if layer in dates else "-") for layer in layers]
    versions = (collection.version, backdrop and backdrop.version)
    told = repr((_FORMAT, WIDTH, HEIGHT, states, versions, picture_look(collection.definition)))
    return hashlib.sha256(told.encode()).hexdigest()[:32]


def _draw(
    connection: Connection, catalogue: Catalogue, collection: Collection, backdrop: CollectionRow | None
) -> bytes:
    frame = _frame(catalogue, collection.bbox, backdrop)
    picture = Picture(frame, GROUND)
    if backdrop is not None:
        units = coarse_shapes(connection, backdrop.id, frame.step).geometry
        picture.fill(units, LAND)
        picture.stroke(units, BORDER, 0.6)
    _draw_layer(connection, picture, collection, frame)
    return picture.png()


def _draw_layer(connection: Connection, picture: Picture, collection: Collection, frame: Frame) -> None:
    definition = collection.definition
    look, shapes = picture_look(definition), coarse_shapes(connection, LayerId(definition.id), frame.step)
    areas, lines, dots = (shapes.geometry[shapes.dimension == kind] for kind in (2, 1, 0))
    if len(areas):
        picture.fill(areas, look.fill, look.fill_opacity)
        # Borders that lie side by side would hide what they are borders of.
        if len(areas) < _MANY:
            picture.stroke(areas, look.edge, 1.0 if len(areas) < _SOME else 0.5)
        _mark_small(picture, areas, look.edge, frame)
    if len(lines):
        picture.stroke(lines, look.colour, 1.8 if len(lines) < _SOME else 1.0 if len(lines) < _MANY else 0.7)
        _mark_small(picture, lines, look.colour, frame)
    if len(dots) >= _MANY:
        picture.density(dots, shapes.count[shapes.dimension == 0], look.colour)
    elif len(dots):
        radius = 1.3 if len(dots) >= _SOME else 2.2 if len(dots) >= _FEW else 3.4
        picture.dots(dots, look.colour, radius, PAPER if len(dots) < _SOME else None)


def _mark_small(picture: Picture, shapes: Geometries, colour: str, frame: Frame) -> None:
    """Mark areas and lines that are hardly to be seen by a dot, unless they are many."""
    west, south, east, north = shapely.bounds(shapes).T
    small = shapes[np.maximum(east - west, north - south) < _HARDLY_SEEN * frame.step]
    if len(small) < _SOME:
        picture.dots(shapely.centroid(small), colour, 1.8)


def _frame(catalogue: Catalogue, box: BBox | None, backdrop: CollectionRow | None) -> Frame:
    """Show the whole city, so that pictures can be compared; what is small in it is shown by itself."""
    city = backdrop.bbox if backdrop and backdrop.bbox else catalogue.city.bbox
    if box is not None:
        wide, tall = (box[2] - box[0]) / (city[2] - city[0]), (box[3] - box[1]) / (city[3] - city[1])
        outside = not (np.all(np.less_equal(city[:2], box[:2])) and np.all(np.less_equal(box[2:], city[2:])))
        if max(wide, tall) < _ZOOM_IN:
            return frame_around(_widened(box, city), WIDTH, HEIGHT, margin=0.12)
        if outside:
            box = (min(city[0], box[0]), min(city[1], box[1]), max(city[2], box[2]), max(city[3], box[3]))
            return frame_around(box, WIDTH, HEIGHT)
    return frame_around(city, WIDTH, HEIGHT)


def _widened(box: BBox, city: BBox) -> BBox:
    """Widen a box to at least a twentieth of the city: a single place needs surroundings."""
    west, south, east, north = box
    across = max(0.0, (city[2] - city[0]) / 20 - (east - west)) / 2
    up = max(0.0, (city[3] - city[1]) / 20 - (north - south)) / 2
    return west - across, south - up, east + across, north + up
