"""Results of kept studies as vector tiles: the surface, the reached roads, the cells of people outside.

A kept study never changes, and neither do its tiles under the same mark: they are cut from sheets that are
computed again from the versions the study was kept with.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from gis_service.catalogue.loader import Catalogue
from gis_service.db.engine import Connection, Engine
from gis_service.db.shape_tiles import shapes_tile
from gis_service.db.snapshot import snapshot
from gis_service.db.tiles import BUFFER, EXTENT
from gis_service.errors import ErrorCode, NotFound
from gis_service.services.cells import cell_table
from gis_service.services.change_cells import change_cells
from gis_service.services.compare import Workbench
from gis_service.services.compare_again import as_kept, require_repeated
from gis_service.services.context import Context
from gis_service.services.coverage_document import Document
from gis_service.services.coverage_live import LiveStudy
from gis_service.services.coverage_parameters import ON_ROADS
from gis_service.services.documents import digest
from gis_service.services.live_steps import require_limit_steps, require_speed_steps, require_waits_in_steps
from gis_service.services.prepared import Prepared
from gis_service.services.result_sheets import (
    KINDS,
    ZOOMS,
    Sheet,
    SheetKind,
    changes_sheet,
    edges_sheet,
    surface_sheet,
    uncovered_sheet,
)
from gis_service.services.step_tables import WITHOUT_STEPS
from gis_service.services.study_again import OF_COVERAGE, computed_again, kept_study, mark_of_kept
from gis_service.services.tile_cache import Made
from gis_service.services.tile_grid import require_tile, tile_box
from gis_service.services.tile_memory import Tile, Zxy
from gis_service.types import LayerId, Text

FORMAT = 2
OF_CHANGES = ("compare", "what_if")
OF_PEOPLE = ("uncovered", "changes")
"""Kinds that tell counts of people."""
TITLES: Mapping[SheetKind, Text] = {
    "surface": Text(vi="Thời gian hoặc quãng đường đi từ từng ô", en="Time or length of the way, by cell"),
    "edges": Text(vi="Các đoạn đường nằm trong giới hạn", en="Stretches of road within the limit"),
    "uncovered": Text(vi="Người ở ngoài tiêu chuẩn, theo ô", en="People outside the standard, by cell"),
    "changes": Text(vi="Người được thêm và mất đi, theo ô", en="People who gain and who lose, by cell"),
}
"""What people call each kind."""


@dataclass(frozen=True)
class StudyTiles:
    """The tiles of one kind of a kept study.

    Parameters
    ----------
    document
        Of the study, as it is kept.
    kind
        One of `kinds_of`.
    personal
        Whether they tell small counts of people; never of what tells no people.
    mark
        Made of everything that they follow from.
    """

    document: Document
    kind: SheetKind
    personal: bool
    mark: str


def kinds_of(document: Document) -> tuple[SheetKind, ...]:
    """Tell which kinds of results a study has as tiles: gains and losses of two states, none of a catchment.

    Parameters
    ----------
    document
        As it is kept.
    """
    if document["process"] in OF_CHANGES:
        return ("changes",)
    if document["process"] not in OF_COVERAGE:
        return ()
    asked = document["parameters"]
    if asked["measure"] in WITHOUT_STEPS or asked["catchment"] != "any":
        # Who may use which facility differs from home to home: there is no one way from a place.
        return ("uncovered",)
    return tuple(kind for kind in KINDS if kind != "edges" or asked["measure"] in ON_ROADS)


def tiles_of(
    connection: Connection, catalogue: Catalogue, document: Document, kind: str, *, personal: bool
) -> StudyTiles:
    """Give the tiles of one kind; nothing is computed yet.

    Parameters
    ----------
    connection, catalogue
        Where its layers are, and what they mean.
    document
        As it is kept.
    kind
        What is asked for.
    personal
        Whether the reader may see small counts.

    Raises
    ------
    NotFound
        ``study_tiles_kind`` for a kind that the study does not have.
    """
    known = {one: one for one in kinds_of(document)}
    if kind not in known:
        raise NotFound(
            ErrorCode.STUDY_TILES_KIND, study=document["id"], kind=kind, known=", ".join(known) or "–"
        )
    detail = personal and kind in OF_PEOPLE
    said = ["tiles", FORMAT, kind, detail, mark_of_kept(connection, catalogue, document)]
    return StudyTiles(document, known[kind], detail, digest(said))


def tiles_of_live(study: LiveStudy, kind: SheetKind, *, personal: bool) -> StudyTiles:
    """Give the tiles of one kind of an answer that is not kept.

    Parameters
    ----------
    study
        The answer.
    kind
        One of `kinds_of`.
    personal
        Whether the reader may see small counts.
    """
    detail = personal and kind == "uncovered"
    return StudyTiles(study.document, kind, detail, digest(["live tiles", FORMAT, kind, detail, study.mark]))


def require_mark(tiles: StudyTiles, asked: str | None) -> None:
    """Refuse a mark that is not, or no longer, that of the tiles.

    Raises
    ------
    NotFound
        ``study_tiles_changed``.
    """
    if asked is not None and asked != tiles.mark:
        raise NotFound(ErrorCode.STUDY_TILES_CHANGED, study=tiles.document["id"], mark=asked)


def is_at_hand(tiles: StudyTiles, prepared: Prepared) -> bool:
    """Tell whether nothing has to be computed for these tiles."""
    return prepared.sheets.known(tiles.mark) is not None


def sheet_of(connection: Connection, context: Context, tiles: StudyTiles) -> Sheet:
    """Give the sheet that tiles are cut from; computed now, unless this process has it already.

    Parameters
    ----------
    connection
        Where the layers of the study are.
    context
        Of the service.
    tiles
        As `tiles_of` gives them.

    Raises
    ------
    Temporary
        ``coverage_busy`` when the process computes as much as it may.
    Conflict
        As `gis_service.services.study_again.computed_again`, or as `kept_comparison`.
    RefusedInput
        ``limit_off_step``, ``road_speed_off_step`` where the limit, a wait or a speed of roads lies between
        two steps, for those who may not see small counts: cells of two such studies side by side would tell
        them.
    """
    prepared, catalogue = context.prepared, context.catalogue

    def make() -> Sheet:
        if tiles.kind == "changes":
            return _changes(connection, context, tiles)
        kept = kept_study(connection, catalogue, tiles.document)
        if tiles.kind == "uncovered" and not tiles.personal:
            require_limit_steps(kept.task.parameters, catalogue)
            require_speed_steps(kept.task.parameters)
            require_waits_in_steps(kept.task.parameters, kept.layers)
        return _cut_from(prepared, tiles, computed_again(kept, prepared))

    found: Sheet = prepared.sheets.by_name(tiles.mark, make)
    return found


def sheet_of_live(prepared: Prepared, tiles: StudyTiles, study: LiveStudy) -> Sheet:
    """Give the sheet that tiles of an answer that is not kept are cut from.

    Parameters
    ----------
    prepared
        What the process knows already, and whose turn it is.
    tiles, study
        As `tiles_of_live`. Who asked has been checked when the question was let through.

    Raises
    ------
    Temporary
        ``coverage_busy`` when the process computes as much as it may.
    """
    found: Sheet = prepared.sheets.by_name(tiles.mark, lambda: _cut_from(prepared, tiles, study))
    return found


def _cut_from(prepared: Prepared, tiles: StudyTiles, study: LiveStudy) -> Sheet:
    with prepared.turns.one():
        return _MAKERS[tiles.kind](study, prepared, tiles.personal)


def _changes(connection: Connection, context: Context, tiles: StudyTiles) -> Sheet:
    """Compare the two states again, and lay their gains and losses out."""
    prepared, catalogue = context.prepared, context.catalogue
    kept = as_kept(connection, catalogue, tiles.document)
    if not tiles.personal:
        sides = ((kept.task.before, kept.layers.before), (kept.task.after, kept.layers.after))
        for task, layers in sides:
            require_limit_steps(task.parameters, catalogue)
            require_speed_steps(task.parameters)
            require_waits_in_steps(task.parameters, layers)
    with prepared.turns.one():
        found = kept.compared(Workbench(prepared))
        require_repeated(tiles.document, found.document)
        return changes_sheet(found.inputs, change_cells(found), personal=tiles.personal)


def tile(context: Context, tiles: StudyTiles, sheet: Sheet, zxy: Zxy) -> Tile:
    """Give one tile as Mapbox Vector Tile; without content where nothing lies in it.

    Parameters
    ----------
    context
        Of the service.
    tiles, sheet
        As `tiles_of` and `sheet_of` give them.
    zxy
        Zoom, column from the west, row from the north.

    Raises
    ------
    Temporary
        ``tiles_busy``, ``database_unavailable``.
    """
    source = _Cut(context.engine, tiles.kind, sheet, zxy)
    return context.tiles.give(tiles.mark, zxy, source, is_variant=True)


def zooms_of(kind: SheetKind, sheet: Sheet) -> tuple[int, int]:
    """Give the first and the last zoom of a kind: where cells become no wider, the first is further in."""
    least, most = ZOOMS[kind]
    return max(least, list(sheet.sizes)[-1].first_zoom), most


def require_zoom(kind: SheetKind, zxy: Zxy, sheet: Sheet | None = None) -> None:
    """Refuse the address of a tile that there is not.

    Parameters
    ----------
    kind, zxy
        What is asked for.
    sheet
        What it would be cut from, once that is known.

    Raises
    ------
    NotFound
        ``tile_outside_matrix`` when the grid has no such tile, ``tile_outside_zooms``.
    """
    require_tile(*zxy)
    least, most = ZOOMS[kind] if sheet is None else zooms_of(kind, sheet)
    if not least <= zxy[0] <= most:
        raise NotFound(ErrorCode.TILE_OUTSIDE_ZOOMS, tileset=kind, z=zxy[0], minzoom=least, maxzoom=most)


@dataclass(frozen=True, slots=True)
class _Cut:
    """A tile of a sheet, which no write to any layer changes."""

    engine: Engine
    kind: SheetKind
    sheet: Sheet
    zxy: Zxy

    def make(self) -> Made:
        """Let the database encode what lies in the tile."""
        rows = self.sheet.at(self.zxy[0]).within(tile_box(*self.zxy, BUFFER / EXTENT))
        if not rows.fids:
            return Made(b"", {})
        with snapshot(self.engine) as connection:
            return Made(shapes_tile(connection, self.kind, self.zxy, rows), {})

    def unchanged(self, made_of: Mapping[LayerId, int]) -> Mapping[LayerId, int]:
        """Tell that it always is what it was."""
        return made_of


_MAKERS: Mapping[SheetKind, Callable[[LiveStudy, Prepared, bool], Sheet]] = {
    "surface": lambda study, _prepared, _personal: surface_sheet(study),
    "edges": lambda study, _prepared, _personal: edges_sheet(study),
    "uncovered": lambda study, prepared, personal: uncovered_sheet(
        study, cell_table(study, prepared), personal=personal
    ),
}
