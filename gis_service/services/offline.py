"""What the map shows, taken along: the tiles of the service in one file, and a page that draws them.

The tiles are those that the service gives, byte for byte; where several of them lie on each other they are
joined, and a layer that a tileset holds too gets a name of its own inside. Nothing in the package asks a
server for anything.
"""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain

from gis_service.catalogue.layer_definition import LayerDefinition
from gis_service.db.collections import collections
from gis_service.errors import ErrorCode, RefusedInput, Temporary, WrongUse
from gis_service.files.pmtiles import PmtilesWriter, tile_id
from gis_service.files.vector_tiles import renamed
from gis_service.services import study_tiles, tiles, tilesets
from gis_service.services.collections import Collection
from gis_service.services.context import Context
from gis_service.services.features import fields_of
from gis_service.services.offline_study import Result, TakenStudy
from gis_service.services.rights import is_personal
from gis_service.services.tile_flights import is_asker_gone
from gis_service.services.tile_grid import tiles_meeting
from gis_service.services.tile_memory import Zxy
from gis_service.services.tiles import ALL, Shown
from gis_service.services.tilesets import LoadedTileset
from gis_service.services.transactions import reading
from gis_service.types import BBox, Language, LayerId, VersionId

DEEPEST = 14
"""Tiles of this zoom are drawn larger beyond it; they hold every row in full."""
MOST_TILES = 20_000
"""Tiles that one package asks for, over all tilesets and layers."""
MOST_BYTES = 128 << 20
"""Of the tiles of one package: a browser holds all of them in its memory."""
_LOOK_EVERY = 50
Zooms = tuple[int, int]


@dataclass(frozen=True, slots=True)
class ShownLayer:
    """A layer of a view.

    Parameters
    ----------
    collection
        The layer, which the caller may read.
    shown
        What of it is drawn.
    told
        The filter and the time as they were asked for, for those who open the package.
    """

    collection: Collection
    shown: Shown = ALL
    told: str = ""

    @property
    def definition(self) -> LayerDefinition:
        """What the layer is."""
        return self.collection.definition

    @property
    def version(self) -> VersionId | None:
        """The version whose rows are drawn, at the begin."""
        return self.collection.version if self.shown.past is None else self.shown.past


@dataclass(frozen=True, slots=True)
class View:
    """What the map shows.

    Parameters
    ----------
    tilesets, layers
        Bottom first.
    box
        In longitude and latitude.
    zooms
        The first and the last that tiles are taken of.
    language
        Of the words in the package.
    study
        What the map shows an answer of; its units are among the layers.
    """

    tilesets: Sequence[LoadedTileset]
    layers: Sequence[ShownLayer]
    box: BBox
    zooms: Zooms
    language: Language = "vi"
    study: TakenStudy | None = None

    @property
    def collections(self) -> list[Collection]:
        """All layers in it, each once."""
        of_sets = (one for tileset in self.tilesets for one in tileset.layers)
        every = chain(of_sets, (one.collection for one in self.layers))
        return list({one.definition.id: one for one in every}.values())

    @property
    def generated(self) -> bool:
        """Whether any of it is generated rather than observed."""
        of_study = self.study is not None and bool(self.study.document["generated_data"])
        return of_study or any(one.definition.generated for one in self.collections)

    @property
    def results(self) -> tuple[Result, ...]:
        """What of the study is drawn as tiles."""
        return () if self.study is None else self.study.results

    def name_inside(self, layer: str) -> str:
        """Give what a layer of its own is called in the tiles: another name where a tileset holds it too."""
        taken = any(layer == one.definition.id for tileset in self.tilesets for one in tileset.layers)
        return f"{layer}:own" if taken else layer


@dataclass(frozen=True, slots=True)
class Limits:
    """What one package may take.

    Parameters
    ----------
    tiles
        That are asked for.
    bytes
        Of all tiles together.
    seconds
        Until all of them are there.
    """

    tiles: int = MOST_TILES
    bytes: int = MOST_BYTES
    seconds: float = float("inf")


@dataclass(frozen=True, slots=True)
class Taken:
    """What was taken.

    Parameters
    ----------
    tiles, bytes
        In the file.
    changed
        Layers that got a newer version while tiles were taken, with the number of it.
    """

    tiles: int
    bytes: int
    changed: dict[LayerId, VersionId]


def check(view: View, limits: Limits) -> None:
    """Refuse a view that cannot be taken along.

    Raises
    ------
    WrongUse
        ``offline_empty`` for a view without layers, with the first zoom after the last, or with a box that
        goes around the world.
    RefusedInput
        ``offline_personal`` for personal detail, which stays on the server whoever asks;
        ``offline_too_large`` when it takes more tiles than may be asked for.
    """
    west, _, east, _ = view.box
    if not view.collections or view.zooms[0] > view.zooms[1] or west > east:
        raise WrongUse(ErrorCode.OFFLINE_EMPTY)
    for one in view.collections:
        if is_personal(one.definition):
            raise RefusedInput(ErrorCode.OFFLINE_PERSONAL, layer=one.definition.id)
    whole = len(view.tilesets) + len(view.layers)
    count, fits = 0, view.zooms[0]
    for z in range(view.zooms[0], view.zooms[1] + 1):
        columns, rows = tiles_meeting(view.box, z)
        parts = whole + sum(one.zooms[0] <= z <= one.zooms[1] for one in view.results)
        count += len(columns) * len(rows) * parts
        fits = z if count <= limits.tiles else fits
    if count > limits.tiles:
        raise RefusedInput(ErrorCode.OFFLINE_TOO_LARGE, count=count, most=limits.tiles, fits=fits)


def take(context: Context, view: View, out: PmtilesWriter, limits: Limits) -> Taken:
    """Take the tiles of a view.

    Parameters
    ----------
    context
        Of the service.
    view
        Whose layers the caller may read.
    out
        Where they are written.
    limits
        What it may take.

    Raises
    ------
    WrongUse, RefusedInput
        As `check`; ``offline_too_heavy`` when the tiles are too many bytes or take too long.
    Temporary
        ``tiles_busy``, ``tile_given_up`` when its asker has gone, ``database_unavailable``,
        ``database_slow``.
    """
    check(view, limits)
    ends = time.monotonic() + limits.seconds
    for number, zxy in enumerate(sorted(_addresses(view), key=lambda one: tile_id(*one))):
        out.add(zxy, b"".join(_parts(context, view, zxy)))
        if out.size > limits.bytes or time.monotonic() > ends:
            mb, seconds = limits.bytes >> 20, limits.seconds
            raise RefusedInput(ErrorCode.OFFLINE_TOO_HEAVY, done=number + 1, limit_mb=mb, seconds=seconds)
        if number % _LOOK_EVERY == 0 and is_asker_gone():
            raise Temporary(ErrorCode.TILE_GIVEN_UP)
    return Taken(out.tiles, out.size, _changed(context, view))


def _addresses(view: View) -> Iterator[Zxy]:
    for z in range(view.zooms[0], view.zooms[1] + 1):
        columns, rows = tiles_meeting(view.box, z)
        yield from ((z, x, y) for x in columns for y in rows)


def _parts(context: Context, view: View, zxy: Zxy) -> Iterator[bytes]:
    for tileset in view.tilesets:
        if tileset.definition.minzoom <= zxy[0] <= tileset.definition.maxzoom:
            yield tilesets.tile(context, tileset.definition, *zxy).content
    for one in view.layers:
        id_, inside = one.definition.id, view.name_inside(one.definition.id)
        # All fields: there is no server that could be asked for them.
        shown = replace(one.shown, fields=tuple(fields_of(one.definition)))
        content = tiles.tile(context, one.definition, zxy, shown).content
        yield content if inside == id_ else renamed(content, {id_: inside})
    for result in view.results:
        if result.zooms[0] <= zxy[0] <= result.zooms[1]:
            content = study_tiles.tile(context, result.tiles, result.sheet, zxy).content
            yield renamed(content, {result.kind: result.inside})


def _changed(context: Context, view: View) -> dict[LayerId, VersionId]:
    past = {one.definition.id for one in view.layers if one.shown.past is not None}
    before = {one.definition.id: one.version for one in view.collections}
    with reading(context) as connection:
        now = {row.id: row.version for row in collections(connection, list(before))}
    return {
        id_: version for id_, version in now.items() if version and version != before[id_] and id_ not in past
    }
