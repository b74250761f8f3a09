"""What is found in an uploaded file, and how it is loaded: the one place where uploads meet the way of files.

Everything that a file may be wrong with in its content is a finding here, beside which the upload stays open
for other choices; only what no choice can mend ends it.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from gis_service.analysis.checks.findings import Repair
from gis_service.catalogue.layer_definition import LayerDefinition
from gis_service.catalogue.loader import Catalogue
from gis_service.catalogue.user_layer import body_of, check_user_layer, user_layer_from
from gis_service.crs import parse_chosen_crs
from gis_service.db.engine import Connection
from gis_service.db.layers import state_of, version_of
from gis_service.errors import ErrorCode, GisError, RefusedInput
from gis_service.files.readers import ReaderLimits, inspect_file
from gis_service.services.base_version import overtaken, require_base, told_base
from gis_service.services.ingest import LoadOptions, LoadReport, Rows, load_file
from gis_service.services.ingest_clock import whole_seconds_left
from gis_service.services.ingest_coordinates import NONE
from gis_service.services.ingest_inspect import inspect_rows
from gis_service.services.ingest_open import open_as_chosen
from gis_service.services.ingest_part import others_in
from gis_service.services.ingest_placed import placing_of
from gis_service.services.ingest_placing import lists_for, place_rows
from gis_service.services.jobs import plain, written
from gis_service.services.layers import definition_of, table_of
from gis_service.services.uploads_at_once import Measured
from gis_service.services.uploads_told import lacks_index, of_error, told_of

_CHOOSABLE = {ErrorCode.FILE_LAYER_CHOICE, ErrorCode.TEXT_ENCODING_UNKNOWN, ErrorCode.CRS_UNKNOWN}
"""What a reader refuses and a choice mends."""
_OF_READING = ("name", "crs", "encoding", "text", "columns", "numbers", "coordinates", "placing")
"""Choices that may be wrong themselves: with any of them nothing is held against the file for good."""
_LISTED = ", "
Opening = Callable[[], AbstractContextManager[Connection]]
"""Lends a connection inside a short transaction."""


@dataclass(frozen=True, slots=True)
class Source:
    """An uploaded file and how it is to be read.

    Parameters
    ----------
    path
        Its bytes, under a name of ours.
    file
        What its owner calls it, for messages.
    choices
        What was chosen: members of `LoadOptions`, and ``layer`` or ``definition`` as the target.
    limits
        What reading it may cost.
    until
        Moment, as of `time.monotonic`, until which somebody waits, in the process that answers everybody: it
        is not read to the end when it takes longer, or holds too much for that. None when nobody waits.
    """

    path: Path
    file: str
    choices: Mapping[str, Any]
    limits: ReaderLimits
    until: float | None = None

    @property
    def limits_now(self) -> ReaderLimits:
        """What reading it may cost from now on: a file is opened more than once, and the time is one."""
        if self.until is None:
            return self.limits
        return replace(self.limits, seconds=whole_seconds_left(self.until, self.limits.seconds))


def definition_in(choices: Mapping[str, Any]) -> dict[str, Any] | None:
    """Give the definition of the new layer that was chosen; none for a layer that is there.

    A layer without a key has none in it: what is chosen comes as a merge patch, which cannot hold null.
    """
    defined = choices.get("definition")
    return None if defined is None else {"key": None, **defined}


def target_of(catalogue: Catalogue, choices: Mapping[str, Any]) -> LayerDefinition | None:
    """Give the layer that a file is meant for; None when none is chosen yet.

    Raises
    ------
    NotFound
        ``layer_unknown``.
    RefusedInput
        ``layer_definition_faulty`` when the definition of a new layer has faults.
    """
    if (defined := definition_in(choices)) is not None:
        if faults := check_user_layer(body_of(defined), catalogue):
            raise RefusedInput(ErrorCode.LAYER_DEFINITION_FAULTY, faults, count=len(faults))
        return user_layer_from(defined)
    return definition_of(catalogue, choices["layer"]) if choices.get("layer") else None


def options_of(source: Source) -> LoadOptions:
    """Write choices as options of a load.

    Raises
    ------
    RefusedInput
        ``upload_choice_unknown`` for a way of reading or mending that there is none, ``crs_unknown``.
    """
    chosen = {name: value for name, value in source.choices.items() if value not in (None, {}, [], False)}
    if "repairs" in chosen:
        _require_none(sorted(set(chosen["repairs"]) - set(Repair)), _LISTED.join(Repair))
        chosen["repairs"] = frozenset(map(Repair, chosen["repairs"]))
    if "columns" in chosen:
        # A patch cannot hold null for "leave it out", where null takes a choice back.
        chosen["columns"] = {column: field or None for column, field in chosen["columns"].items()}
    if "coordinates" in chosen:
        named = chosen["coordinates"]
        chosen["coordinates"] = () if named == NONE else tuple(named)
        # What holds coordinates is no column of its own any more, whatever was chosen for it before.
        for name in ("columns", "numbers", "text"):
            before = chosen.get(name, {})
            chosen[name] = {at: how for at, how in before.items() if at not in chosen["coordinates"]}
    if "placing" in chosen:
        chosen["placing"] = placing_of(chosen["placing"])
    for name in ("layer", "definition", "message"):
        chosen.pop(name, None)
    if chosen.get("crs"):
        parse_chosen_crs(chosen["crs"])
    return LoadOptions(**chosen, limits=source.limits_now, until=source.until)


def _require_none(unknown: list[str], known: str) -> None:
    if unknown:
        raise RefusedInput(ErrorCode.UPLOAD_CHOICE_UNKNOWN, given=_LISTED.join(unknown), known=known)


def inspect(opening: Opening, catalogue: Catalogue, source: Source) -> dict[str, Any]:
    """Look through a file: what is in it, and what would keep it from being loaded into its target.

    Parameters
    ----------
    opening
        Lends a connection that may read; given back before the rows are looked through.
    catalogue
        Definitions of the city.
    source
        The file.

    Returns
    -------
    dict
        ``layers`` (name, features, crs, columns with type and suggested field, geometry), ``findings``
        (severity, count, repair, column, the error as `jobs.written` gives it, the places of its faults),
        ``guesses``, ``target`` (layer, its version as it was seen, whether it is new) and ``preview``
        (GeoJSON in degrees of WGS 84); plain JSON values.

    Raises
    ------
    GisError
        What no other choice can mend.
    TooMuchAtOnceError
        When that was asked for, and it holds more.
    """
    with _called(source.file):
        options = options_of(source)
        found: dict[str, Any] = {"layers": [], "findings": [], "guesses": [], "target": None, "preview": None}
        target, faults = _chosen(catalogue, source.choices)
        try:
            with open_as_chosen(source.path, options) as opened:
                rows_now = None
                batches = Measured(opened.batches(), until=source.until)
                rows = Rows(source.file, opened.header, opened.names, batches)
                with opening() as connection:
                    if target is not None:
                        found["target"] = _target(connection, catalogue, target, rows)
                        rows_now = _rows_now(connection, target)
                        base = options.base or told_base(connection, target, rows.header.about, rows.file)
                        faults += overtaken(connection, target, base)
                    rows = place_rows(connection, catalogue, target, rows, options)
                    lists = lists_for(connection, catalogue, rows)
                seen = inspect_rows(rows, catalogue, target, options, rows_now=rows_now, lists=lists)
        except RefusedInput as error:
            if not (_is_choosable(error) or any(map(source.choices.get, _OF_READING))):
                raise
            if error.code is ErrorCode.FILE_LAYER_CHOICE:
                found["layers"] = _layers(source, options)
            faults.append(error)
        else:
            # Where it is too much to wait for, so are its commit and the count of what that would change.
            found |= told_of(seen) | {"beyond_at_once": batches.beyond}
            if others := others_in(opened.header.about):
                found["layers"] += [one for one in _layers(source, options) if _is_called(one, others)]
        found["findings"] = [of_error(error) for error in faults] + found["findings"]
    kept: dict[str, Any] = plain(found)
    return kept


def load(
    connection: Connection,
    catalogue: Catalogue,
    source: Source,
    layer: str,
    *,
    seen: int | None,
    author: str,
) -> LoadReport:
    """Replace the rows of a layer by those of an uploaded file.

    Parameters
    ----------
    connection
        Inside a transaction; the caller commits.
    catalogue
        Definitions of the city, with that of the layer.
    source
        The file.
    seen
        Version of the layer when the file was inspected, 0 for none; None when it is made just now. What was
        chosen as ``base`` goes before it.
    author
        Who loads it.

    Raises
    ------
    GisError
        As `load_file`.
    """
    with _called(source.file):
        options = options_of(source)
        if options.base is None and seen is not None:
            definition = definition_of(catalogue, layer)
            if seen == 0 and version_of(connection, definition.id) is not None:
                require_base(connection, definition, 0)
            options = replace(options, base=seen or None)
        message = str(source.choices.get("message") or source.file)
        return load_file(
            connection,
            catalogue,
            source.path,
            layer,
            author=author,
            message=message,
            options=replace(options, called=source.file),
        )


def _of_layer(error: RefusedInput, file: str) -> dict[str, Any]:
    error.params["file"] = file
    return written(error)


def _is_choosable(error: RefusedInput) -> bool:
    return error.code in _CHOOSABLE or lacks_index(error)


def _layers(source: Source, options: LoadOptions) -> list[dict[str, Any]]:
    """Tell what there is to choose from."""
    rebuild = Repair.INDEX in options.repairs
    held = inspect_file(source.path, source.limits_now, encoding=options.encoding, rebuild_index=rebuild)
    return [
        {
            "name": layer.name,
            "geometry": layer.geometry,
            "features": layer.features,
            "crs": layer.crs,
            "columns": [{"name": name, "type": kind} for name, kind in layer.columns],
            "fault": None if layer.fault is None else _of_layer(layer.fault, source.file),
        }
        for layer in held.layers
    ]


def _is_called(layer: Mapping[str, Any], names: Iterable[str]) -> bool:
    """Tell whether a layer is one of those named, alone or with the data set that it is in."""
    called = str(layer["name"])
    return any(called == one or called.startswith(f"{one}/") or called.endswith(f"/{one}") for one in names)


def _chosen(
    catalogue: Catalogue, choices: Mapping[str, Any]
) -> tuple[LayerDefinition | None, list[GisError]]:
    """Give the target, or what is wrong with it: a layer may have gone since it was chosen."""
    try:
        target = target_of(catalogue, choices)
        if target is not None:
            table_of(target)  # a raster has none: rows do not go into it
    except GisError as error:
        return None, [error]
    return target, []


def _target(
    connection: Connection, catalogue: Catalogue, target: LayerDefinition, rows: Rows
) -> dict[str, Any]:
    """Tell the target, and the version that the rows were made from: as an export tells, else the newest."""
    new = target.id not in catalogue.layers
    said = told_base(connection, target, rows.header.about, rows.file)
    base = said or version_of(connection, target.id) or 0
    return {"layer": target.id, "version": base, "new": new}


def _rows_now(connection: Connection, target: LayerDefinition) -> int | None:
    state = state_of(connection, table_of(target))
    return state.features if state.version is not None else None


@contextmanager
def _called(file: str) -> Iterator[None]:
    """Let errors call a file as its owner does, not by the name that its bytes lie under."""
    try:
        yield
    except GisError as error:
        if "file" in error.params:
            error.params["file"] = file
        raise
