"""The study of a map that is taken along: its results as tiles, as far as the reader may see them."""

from collections.abc import Callable
from dataclasses import dataclass

from gis_service.catalogue.layer_definition import LayerDefinition
from gis_service.db.engine import Connection
from gis_service.errors import ErrorCode, NotFound
from gis_service.services import coverage_live, studies, study_tiles
from gis_service.services.context import Context
from gis_service.services.coverage_document import Document
from gis_service.services.coverage_live import Question
from gis_service.services.result_sheets import Sheet, SheetKind
from gis_service.services.rights import Rights
from gis_service.services.step_tables_closed import public_study
from gis_service.services.study_again import OF_COVERAGE
from gis_service.services.study_rights import require_document, shown_layers
from gis_service.services.study_tiles import StudyTiles
from gis_service.types import LayerId


@dataclass(frozen=True)
class Result:
    """One kind of results of a study.

    Parameters
    ----------
    tiles
        What is asked for.
    sheet
        What its tiles are cut from.
    """

    tiles: StudyTiles
    sheet: Sheet

    @property
    def kind(self) -> SheetKind:
        """Which."""
        return self.tiles.kind

    @property
    def inside(self) -> str:
        """Name in the tiles of a package: no layer can have one with a colon before its own."""
        return f"study:{self.kind}"

    @property
    def zooms(self) -> tuple[int, int]:
        """The first and the last zoom that it has tiles of."""
        return study_tiles.zooms_of(self.kind, self.sheet)


@dataclass(frozen=True)
class TakenStudy:
    """A study of a view.

    Parameters
    ----------
    document
        As the reader may see it.
    results
        What it has as tiles.
    layers
        That it shows more of than sums of people: their sources are named.
    personal
        Whether the reader sees small counts, and the package holds them.
    """

    document: Document
    results: tuple[Result, ...]
    layers: tuple[LayerDefinition, ...]
    personal: bool

    @property
    def units(self) -> LayerId:
        """The layer of the units that its figures are told by."""
        return LayerId(self.document["inputs"]["zones"]["layer"])


def units_of_kept(connection: Connection, id_: str) -> LayerId:
    """Give the layer of the units that a kept study is told by.

    Raises
    ------
    NotFound
        ``study_not_found``; ``study_tiles_kind`` for one that has no results as tiles.
    """
    document = studies.get(connection, id_).document
    if document["process"] not in OF_COVERAGE:
        raise NotFound(ErrorCode.STUDY_TILES_KIND, study=id_, kind="uncovered", known="–")
    return LayerId(document["inputs"]["zones"]["layer"])


def kept(context: Context, connection: Connection, rights: Rights, id_: str, *, personal: bool) -> TakenStudy:
    """Take a study that was kept.

    Parameters
    ----------
    context, connection, rights
        Of the service, of the reader.
    id_
        Of the study, one that `units_of_kept` has let through.
    personal
        Whether the reader may see small counts.

    Raises
    ------
    NotFound
        ``study_not_found``.
    NotAllowed
        As :func:`gis_service.services.study_rights.require_document`.
    Temporary, Conflict, RefusedInput
        As :func:`gis_service.services.study_tiles.sheet_of`.
    """
    document = studies.get(connection, id_).document
    require_document(connection, rights, document)
    made = [
        study_tiles.tiles_of(connection, rights.catalogue, document, kind, personal=personal)
        for kind in study_tiles.kinds_of(document)
    ]
    results = _results(made, lambda tiles: study_tiles.sheet_of(connection, context, tiles))
    shown = document if personal else public_study(document)
    return TakenStudy(shown, results, _layers(connection, rights, document), personal)


def live(
    context: Context, connection: Connection, rights: Rights, question: Question, *, personal: bool
) -> TakenStudy:
    """Take the answer to a question that is not kept.

    Parameters
    ----------
    context, connection, rights
        Of the service, of the reader.
    question
        As :func:`gis_service.services.coverage_live.ask` has let it through.
    personal
        Whether the reader may see small counts.

    Raises
    ------
    Temporary, Conflict, RefusedInput, WrongUse
        As :func:`gis_service.services.coverage_live.study_of`.
    """
    study = coverage_live.study_of(question, context.prepared)
    made = [
        study_tiles.tiles_of_live(study, kind, personal=personal)
        for kind in study_tiles.kinds_of(study.document)
    ]
    results = _results(made, lambda tiles: study_tiles.sheet_of_live(context.prepared, tiles, study))
    shown = coverage_live.shown_document(study, rights.catalogue, context.prepared, personal=personal)
    return TakenStudy(shown, results, _layers(connection, rights, study.document), personal)


def _results(made: list[StudyTiles], sheet_of: Callable[[StudyTiles], Sheet]) -> tuple[Result, ...]:
    found = [Result(tiles, sheet_of(tiles)) for tiles in made]
    return tuple(one for one in found if one.sheet.bbox is not None)


def _layers(connection: Connection, rights: Rights, document: Document) -> tuple[LayerDefinition, ...]:
    named = {layer for layer, _ in shown_layers(connection, rights.catalogue, document)}
    return tuple(
        rights.catalogue.layers[layer] for layer in sorted(named) if layer in rights.catalogue.layers
    )
