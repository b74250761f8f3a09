"""``layers inspect``: what is in a file and what is wrong with it, before anything is loaded."""

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from shlex import quote
from typing import Any

import click

from gis_service.analysis.checks.findings import CHOOSE_SYSTEM, Finding
from gis_service.cli.layers_rasters import RASTER_OPTIONS, raster_choices, raster_options, tell_raster
from gis_service.cli.reading import ReadingCommand, load_options, reading_options
from gis_service.errors import ErrorCode
from gis_service.files.texts import check_text_out, write_text_whole
from gis_service.messages.catalogue import notices
from gis_service.messages.terminal import language_of
from gis_service.services import ingest_inspect, layers
from gis_service.services.context import open_context
from gis_service.services.fault_table import fault_lines, fault_table
from gis_service.services.ingest_inspect import Inspection
from gis_service.services.transactions import reading
from gis_service.settings import read_settings
from gis_service.types import Language

_SHOWN = 5
"""Features of each finding in the text; the JSON has a hundred, the table of faults all."""
_WORDS = {
    "inspect_coordinates",
    "inspect_units",
    "inspect_placed",
    "inspect_to_place",
    "inspect_line",
    "inspect_more",
    "inspect_head",
    "inspect_place",
    "inspect_columns",
    "inspect_crs",
    "inspect_text",
    "inspect_clean",
}
_TO_PLACE = {ErrorCode.ROW_UNIT_UNKNOWN, ErrorCode.ROW_UNIT_AMBIGUOUS}
"""Rows that are told one by one, with what they may mean."""
_MARKS = {"error": "✗", "warning": "!", "note": "·"}


@click.command(cls=ReadingCommand)
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--layer", "layer_id", help="Layer that it is meant for.  [default: a new one]")
@reading_options
@raster_options
@click.option("--json", "as_json", is_flag=True, help="Print the whole report as JSON, with a sample map.")
@click.option(
    "--faults",
    "faults_out",
    metavar="FILE.csv",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write every fault to a table too: the report tells the first of each kind.",
)
@click.option("--overwrite", is_flag=True, help="Replace the table when it is there.")
def inspect(
    *,
    file: Path,
    layer_id: str | None,
    as_json: bool,
    faults_out: Path | None,
    overwrite: bool,
    **reading_given: Any,  # noqa: ANN401  those above, by the names that they have there
) -> None:
    """Look at FILE and report everything that is wrong with it; nothing is loaded.

    Options that choose a repair show what it would do.
    """
    if faults_out is not None:
        check_text_out(faults_out, (".csv",), overwrite=overwrite)
    settings = read_settings()
    of_raster = raster_choices(settings, file, reading_given)
    if of_raster is not None:
        _write_faults(faults_out, tell_raster(settings, file, layer_id, of_raster, as_json=as_json))
        return
    of_rows = {name: value for name, value in reading_given.items() if name not in RASTER_OPTIONS}
    options = load_options(settings, **of_rows)
    with open_context(settings) as context, reading(context) as connection:
        target = layers.definition_of(context.catalogue, layer_id) if layer_id else None
        state = layers.state_of(connection, target) if target else None
        rows_now = state.features if state and state.version is not None else None
        catalogue = context.catalogue
        found = ingest_inspect.inspect(
            file, catalogue, target, options, rows_now=rows_now, connection=connection
        )
    _write_faults(faults_out, found.findings)
    if as_json:
        click.echo(json.dumps(found.document() | {"sample": found.sample}, ensure_ascii=False, indent=1))
        return
    for line in _lines(found, language_of()):
        # Values of a stranger's file: nothing in them may steer the terminal.
        click.echo("".join(sign if sign.isprintable() else "�" for sign in line))


def _write_faults(out: Path | None, findings: Iterable[Finding]) -> None:
    """Write all that was found as a table, in the language of the terminal; nothing when it is not wanted."""
    if out is not None:
        table = fault_table(fault_lines(findings, language_of()))
        write_text_whole(out, (table,))


def _lines(found: Inspection, language: Language) -> Iterator[str]:
    words = {code: text.in_language(language) for code, text in notices().items() if code in _WORDS}
    kinds = ", ".join(f"{name} {count}" for name, count in sorted(found.kinds.items())) or "–"
    box = "–" if found.box is None else ", ".join(f"{side:.5f}" for side in found.box)
    yield words["inspect_head"].format(
        file=found.file, layer=found.layer, features=found.features, kept=found.kept
    )
    yield words["inspect_place"].format(crs=found.crs or "–", kinds=kinds, box=box)
    if found.crs is None or any(finding.remedy == CHOOSE_SYSTEM for finding in found.findings):
        for system in found.crs_guesses[:_SHOWN]:
            share = f"{100 * system.share_inside:.0f}"
            yield "  " + words["inspect_crs"].format(crs=system.crs + (" ⇄" * system.swapped), share=share)
    yield words["inspect_columns"]
    width = max((len(column.name) for column in found.columns), default=0)
    for column, suggestion in zip(found.columns, found.suggestions, strict=True):
        field = f"{suggestion.field or '–'} ({suggestion.reason})" if suggestion.reason else "–"
        kind, samples = column.kind or column.type, ", ".join(column.samples)
        yield f"  {column.name:<{width}}  {kind:<9}  ⟶ {field}  {samples}"
    for coordinates in () if found.coordinates else found.coordinate_guesses:
        columns = coordinates.columns
        sides = ("--geometry",) if len(columns) == 1 else ("--x", "--y")
        chosen = " ".join(f"{side} {quote(name)}" for side, name in zip(sides, columns, strict=True))
        yield words["inspect_coordinates"].format(chosen=chosen, share=f"{100 * coordinates.share:.0f}")
    yield from _units(found, words)
    for guess in found.text_guesses:
        yield words["inspect_text"].format(encoding=guess.encoding, columns=len(guess.columns))
    if not found.findings:
        yield words["inspect_clean"]
    for finding in found.findings:
        remedy = f"  [{finding.remedy}]" if finding.remedy else ""
        yield f"{_MARKS[finding.severity]} {finding.title(language)}: {finding.detail(language)}{remedy}"
        for feature in () if finding.code in _TO_PLACE else finding.features[:_SHOWN]:
            place = "" if feature.lon is None else f"  @ {feature.lon:.6f}, {feature.lat:.6f}"
            cell = f" ({feature.cell})" if feature.cell else ""
            number = "" if feature.number is None else f"{feature.number}{cell}: "
            yield f"    {number}{feature.said(language)}{place}"
        yield f"    ⟶ {finding.advice(language)}"


def _units(found: Inspection, words: Mapping[str, str]) -> Iterator[str]:
    """Tell which options would place rows without coordinates; when chosen, which rows wait for a place."""
    if found.placing is None:
        for units in found.unit_guesses:
            within = "" if units.within is None else f" --within {quote(units.within)}"
            told = {"vintage": units.vintage, "column": quote(units.column), "by": units.by, "within": within}
            yield words["inspect_units"].format(**told, share=f"{100 * units.share:.0f}")
        return
    placing = found.placing
    yield words["inspect_placed"].format(**placing)
    if placing["to_place"]:
        yield words["inspect_to_place"]
    for row in placing["to_place"]:
        line = "" if row["line"] is None else words["inspect_line"].format(line=row["line"]) + " "
        said = ", ".join(one for one in (row["value"], row["within"]) if one) or "–"
        may_be = "; ".join(
            ", ".join(one for one in (f"{unit['code']} {unit['name']}", unit["within"]) if one)
            for unit in row["candidates"]
        )
        yield f"    --place {row['number']}=…  {line}{said}{may_be and ' ⟶ '}{may_be}"
    if more := placing["unplaced"] - len(placing["to_place"]):
        yield "    " + words["inspect_more"].format(count=more)
