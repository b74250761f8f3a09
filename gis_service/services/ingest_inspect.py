"""Looking at a file before anything is published: what is in it, what is wrong with it, what would help.

Nothing is decided here. Guesses are ranked, repairs are named, and what was chosen so far is applied, so
that the next look shows what it did.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyproj

from gis_service.analysis.checks.findings import Finding, Repair, Severity
from gis_service.analysis.coordinate_guess import CoordinateGuess
from gis_service.analysis.crs_guess import CrsGuess
from gis_service.analysis.legacy_text import TextGuess
from gis_service.analysis.unit_guess import UnitGuess
from gis_service.catalogue.layer_definition import LayerDefinition
from gis_service.catalogue.loader import Catalogue
from gis_service.crs import crs_name
from gis_service.db.engine import Connection
from gis_service.errors import ErrorCode, RefusedInput
from gis_service.services.base_version import overtaken, told_base
from gis_service.services.ingest_alike import tell_alike, tell_doubtful
from gis_service.services.ingest_cell_errors import tell_cell_errors
from gis_service.services.ingest_cells import INNER
from gis_service.services.ingest_checks import Checker, CheckPlan
from gis_service.services.ingest_coordinates import CoordinatesSeen, coordinates_document
from gis_service.services.ingest_definition import Renamed, ids_of, suggest_definition
from gis_service.services.ingest_guesses import guessed
from gis_service.services.ingest_open import open_as_chosen
from gis_service.services.ingest_part import tell_beside, tell_part
from gis_service.services.ingest_placing import lists_for, place_rows
from gis_service.services.ingest_plan import is_far_fewer, lacking_fields, open_plan, plan_of
from gis_service.services.ingest_seen import ColumnSeen, ColumnsSeen, PlacesSeen, Sample
from gis_service.services.ingest_source import LoadOptions, Rows
from gis_service.services.ingest_suggest import Suggestion, column_document, suggest_columns
from gis_service.services.ingest_systems import (
    guess_document,
    guess_systems,
    tell_datum,
    tell_doubt,
)
from gis_service.services.ingest_text import guesses, tell_legacy, text_document
from gis_service.services.ingest_told import notices_of
from gis_service.services.ingest_units_seen import UnitLists, UnitsSeen, units_document
from gis_service.types import BBox

_ASTRAY = {ErrorCode.OUTSIDE_CITY, ErrorCode.AXES_SWAPPED, ErrorCode.DATUM_SUSPECT}
"""What makes a coordinate system doubtful; a file that lies where it should is not guessed at."""


@dataclass(frozen=True, slots=True)
class Inspection:
    """What is known of one layer of a file.

    Parameters
    ----------
    file, layer
        What people call the file, and the layer in it.
    encoding
        Encoding of the text as the file names it; none when nothing says.
    about
        What reading it took, as the reader tells it: the delimiter, the row of the names, a new index.
    features, kept
        Rows that it has, and that would go into a layer with the repairs chosen.
    crs
        System that its coordinates were read in; none where nobody knows.
    kinds
        Features by type of geometry.
    box
        West, south, east, north in degrees; none where nobody knows the system.
    columns
        Its columns, and for each the field that it would go to.
    suggestions
        For each column the field suggested, and why.
    findings
        All that is wrong, errors first.
    notices
        ``{code, params}`` of what the repairs chosen did.
    text_guesses
        Old encodings that its text may be in, the likeliest first.
    crs_guesses
        Systems that its places may be in, the likeliest first.
    coordinates
        Columns of a table that its places were read from; none for other files.
    coordinate_guesses
        Other columns of a table that may hold coordinates, the likeliest first.
    unit_guesses
        Columns that may name units, for a file without coordinates, the likeliest first.
    placing
        Where its rows went by the units chosen, and which wait for a place; none when none were chosen.
    sample
        GeoJSON of at most 500 features, those at fault first.
    definition
        For a new layer: its definition as a suggestion, and how names became ids.
    renamed
        The names and ids; empty when there is a layer.
    """

    file: str
    layer: str
    encoding: str | None
    about: Mapping[str, str]
    features: int
    kept: int
    crs: str | None
    kinds: dict[str, int]
    box: BBox | None
    columns: tuple[ColumnSeen, ...]
    suggestions: tuple[Suggestion, ...]
    findings: tuple[Finding, ...]
    notices: tuple[dict[str, object], ...]
    text_guesses: tuple[TextGuess, ...]
    crs_guesses: tuple[CrsGuess, ...]
    coordinates: tuple[str, ...] | None
    coordinate_guesses: tuple[CoordinateGuess, ...]
    unit_guesses: tuple[UnitGuess, ...]
    placing: dict[str, Any] | None
    sample: dict[str, Any]
    definition: dict[str, Any] | None
    renamed: tuple[Renamed, ...]

    def of(self, severity: Severity) -> tuple[Finding, ...]:
        """Give the findings of one severity."""
        return tuple(entry for entry in self.findings if entry.severity is severity)

    def document(self) -> dict[str, Any]:
        """Write it as JSON has it; the sample is a document of its own."""
        told = {name: [entry.document() for entry in self.of(Severity(name))] for name in Severity}
        return {
            "file": self.file,
            "layer": self.layer,
            "encoding": self.encoding,
            "about": dict(self.about),
            "features": self.features,
            "kept": self.kept,
            "crs": self.crs,
            "kinds": self.kinds,
            "box": None if self.box is None else list(self.box),
            "columns": [
                column_document(seen, suggestion)
                for seen, suggestion in zip(self.columns, self.suggestions, strict=True)
            ],
            "errors": told[Severity.ERROR],
            "warnings": told[Severity.WARNING],
            "notes": told[Severity.NOTE],
            "notices": list(self.notices),
            "guesses": {
                "crs": [guess_document(guess) for guess in self.crs_guesses],
                "text": [text_document(guess) for guess in self.text_guesses],
                "coordinates": [coordinates_document(guess) for guess in self.coordinate_guesses],
                "units": [units_document(guess) for guess in self.unit_guesses],
            },
            "coordinates": None if self.coordinates is None else list(self.coordinates),
            "placing": self.placing,
            "definition": self.definition,
            "renamed": [
                {"column": entry.column, "field": entry.field, "why": list(entry.why)}
                for entry in self.renamed
            ],
        }


def inspect(
    path: Path,
    catalogue: Catalogue,
    target: LayerDefinition | None,
    options: LoadOptions | None = None,
    *,
    rows_now: int | None = None,
    connection: Connection | None = None,
) -> Inspection:
    """Look at one layer of a file.

    Parameters
    ----------
    path
        The file.
    catalogue
        Of the city.
    target
        Layer that it is meant for; none for a new one.
    options
        What was chosen so far; ``name`` is the layer in the file.
    rows_now
        Features that the target has, for the guard against losing them.
    connection
        Where the units are that the rows of a list may name, and the version that the file may be older than;
        without it neither is looked for.

    Raises
    ------
    NotFound
        ``file_not_found``.
    RefusedInput
        What cannot be read at all: ``no_features``, ``file_corrupt``, ``format_not_allowed`` and the like,
        and choices that do not fit: ``column_choice``, ``crs_unknown``, ``text_repair_unknown``,
        ``placing_refused``.
    """
    options = options or LoadOptions()
    with open_as_chosen(path, options) as source:
        rows = Rows(path.name, source.header, source.names, source.batches())
        lists: UnitLists = {}
        if connection is not None:
            rows = place_rows(connection, catalogue, target, rows, options)
            lists = lists_for(connection, catalogue, rows)
        found = inspect_rows(rows, catalogue, target, options, rows_now=rows_now, lists=lists)
        if connection is not None and target is not None:
            base = options.base or told_base(connection, target, rows.header.about, rows.file)
            late = [
                Finding(error.code, 1, params=error.params) for error in overtaken(connection, target, base)
            ]
            found = replace(found, findings=(*late, *found.findings))
        return found


def inspect_rows(
    rows: Rows,
    catalogue: Catalogue,
    target: LayerDefinition | None,
    options: LoadOptions,
    *,
    rows_now: int | None = None,
    lists: UnitLists | None = None,
) -> Inspection:
    """Look at rows that are open already, and placed where that was chosen; see :func:`inspect`.

    Parameters
    ----------
    rows, catalogue, target, options, rows_now
        As :func:`inspect` takes them.
    lists
        Units that the rows may name, by vintage.
    """
    if rows.header.empty:
        raise RefusedInput(ErrorCode.NO_FEATURES, file=rows.file)
    columns = ColumnsSeen()
    plan = None if target is None else plan_of(catalogue, target, rows, options)
    look: _Look | None = None
    for batch in rows.pieces():
        plan = plan or open_plan(catalogue, rows, batch, options)
        look = look or _Look(plan, UnitsSeen(lists or {}), _coordinates_seen(catalogue, rows))
        look.take(rows, batch, columns)
    if look is None or plan is None:
        raise RefusedInput(ErrorCode.NO_FEATURES, file=rows.file)
    look.checker.finish()
    tell_datum(look.checker.faults, None if plan.rule is None else plan.rule.crs, options, catalogue)
    _tell_of_file(look.checker, plan, catalogue, target, rows, rows_now)
    return look.inspection(rows, catalogue, target, columns)


def _coordinates_seen(catalogue: Catalogue, rows: Rows) -> CoordinatesSeen | None:
    """Give what looks for coordinates among the columns of a table; none for formats that have geometries."""
    return None if rows.header.place is None else CoordinatesSeen(catalogue.city.bbox)


class _Look:
    """One look at all rows."""

    def __init__(self, plan: CheckPlan, units: UnitsSeen, coordinates: CoordinatesSeen | None) -> None:
        self._plan = plan
        self._units = units
        self._coordinates = coordinates
        self.checker = Checker(plan)
        self._places = None if plan.rule is None else PlacesSeen(plan.rule)
        self._sample = None if plan.rule is None else Sample(plan.rule)

    def take(self, rows: Rows, batch: pa.RecordBatch, columns: ColumnsSeen) -> None:
        first = self.checker.done + 1
        checked = self.checker.take(batch)
        shift = batch.num_columns - len(rows.names)
        read = [
            self._plan.text.values(column, name, counted=False)
            for name, column in zip(rows.names, batch.columns[shift:], strict=True)
        ]
        columns.take(rows.names, read)
        self._units.take(rows.names, read)
        if self._coordinates is not None:
            self._coordinates.take(rows.names, read)
        if self._places is not None and self._sample is not None and checked.prepared is not None:
            self._places.take(checked.prepared, first)
            self._sample.take(rows.names, batch, checked.prepared, first, self.checker.bad)

    def inspection(
        self, rows: Rows, catalogue: Catalogue, target: LayerDefinition | None, columns: ColumnsSeen
    ) -> Inspection:
        plan, checker = self._plan, self.checker
        seen = columns.finish()
        kinds = {} if self._places is None else dict(self._places.kinds)
        _tell_of_kinds(checker, kinds, target)
        declared = None if plan.rule is None else plan.rule.crs
        crs = None if declared is None else crs_name(declared)
        systems = self._systems(catalogue, declared)
        texts = guessed("text", lambda: guesses(columns.texts()))
        tell_legacy(checker.faults, texts, columns.judged_of())
        if crs is not None:
            tell_doubt(checker.faults, systems, crs)
        box = None if self._places is None else self._places.box()
        names = plan.text.names(rows.names)
        renamed = tuple(ids_of(rows.names, names)) if target is None else ()
        category = min(catalogue.city.categories)
        title = rows.header.layer or Path(rows.file).stem
        suggestions = suggest_columns(rows.names, names, seen, plan.matching, target, renamed)
        return Inspection(
            file=rows.file,
            layer=rows.header.layer,
            encoding=rows.header.encoding,
            about={name: value for name, value in rows.header.about.items() if name not in INNER},
            features=checker.done,
            kept=checker.kept,
            crs=crs,
            kinds=kinds,
            box=box,
            columns=tuple(seen),
            suggestions=suggestions,
            findings=checker.findings(_params(catalogue, target)),
            notices=tuple({"code": code, "params": told} for code, told in notices_of(checker, plan)),
            text_guesses=texts,
            crs_guesses=systems,
            coordinates=rows.header.place,
            coordinate_guesses=()
            if self._coordinates is None
            else guessed("coordinates", self._coordinates.guesses),
            unit_guesses=guessed("units", self._units.guesses),
            placing=None if rows.placed is None else rows.placed.document(),
            sample=self._sampled(box),
            definition=suggest_definition(title, seen, renamed, kinds, category) if target is None else None,
            renamed=renamed,
        )

    def _systems(self, catalogue: Catalogue, declared: pyproj.CRS | None) -> tuple[CrsGuess, ...]:
        """Guess at the system where the file does not say it, or lies astray in it."""
        astray = _ASTRAY & {code for code, *_ in self.checker.faults.kinds}
        if self._places is None or not (declared is None or astray):
            return ()
        points = self._places.points()
        return guessed("systems", lambda: guess_systems(points, catalogue, declared))

    def _sampled(self, box: BBox | None) -> dict[str, Any]:
        if self._sample is None:
            return {"type": "FeatureCollection", "features": []}
        return self._sample.collection(self.checker.bad, box)


def _params(catalogue: Catalogue, target: LayerDefinition | None) -> dict[str, object]:
    """Give what the words of any finding may need."""
    box = ", ".join(f"{side:g}" for side in catalogue.city.bbox)
    return {"declared": "Geometry" if target is None else target.geometry, "where": "", "box": box}


def _tell_of_file(
    checker: Checker,
    plan: CheckPlan,
    catalogue: Catalogue,
    target: LayerDefinition | None,
    rows: Rows,
    rows_now: int | None,
) -> None:
    """Tell what concerns the file as a whole, which a load would refuse before its first row."""
    columns = ", ".join(rows.names)
    if plan.rule is not None and plan.rule.crs is None:
        checker.faults.add(ErrorCode.NEEDS_CRS, file=rows.file, example=catalogue.city.crs)
    if rows.header.as_bytes and not plan.text.chosen:
        checker.faults.add(ErrorCode.TEXT_ENCODING_UNKNOWN, file=rows.file)
    tell_beside(checker.faults, rows)
    tell_alike(checker.faults, rows)
    tell_cell_errors(checker.faults, rows.header.about)
    if target is None:
        return
    if plan.rule is None and target.geometry != "None":
        checker.faults.add(ErrorCode.COORDINATES_MISSING, file=rows.file, columns=columns)
    tell_doubtful(checker.faults, rows, plan.matching)
    if lacking := lacking_fields(target, plan):
        fields = ", ".join(lacking)
        checker.faults.add(
            ErrorCode.FIELD_MISSING, len(lacking), file=rows.file, fields=fields, columns=columns
        )
    agreed = Repair.FEWER in plan.repairs
    tell_part(checker.faults, rows, target, checker.kept, rows_now, agreed=agreed)
    if is_far_fewer(checker.kept, rows_now) and not agreed:
        checker.faults.add(ErrorCode.ROWS_FEWER, rows=checker.kept, now=rows_now)


def _tell_of_kinds(checker: Checker, kinds: dict[str, int], target: LayerDefinition | None) -> None:
    """Tell of several types side by side; single and multi of one kind are no mix."""
    if target is None and len({name.removeprefix("Multi") for name in kinds}) > 1:
        told = ", ".join(f"{name} {count}" for name, count in sorted(kinds.items()))
        checker.faults.add(ErrorCode.KINDS_MIXED, kinds=told)
