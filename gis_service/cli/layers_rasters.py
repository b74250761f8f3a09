"""What ``layers inspect|load|export`` do with rasters."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from gis_service.analysis.checks.findings import CHOOSE_SYSTEM, Finding
from gis_service.cli.users import operator
from gis_service.files.readers.raster_limits import RasterLimits
from gis_service.files.readers.raster_process import is_raster
from gis_service.messages.catalogue import notices
from gis_service.messages.terminal import language_of
from gis_service.services.audit import note_version
from gis_service.services.base_version import overtaken, told_base
from gis_service.services.context import Context, open_context
from gis_service.services.export import ExportReport, Wanted
from gis_service.services.layers import definition_of
from gis_service.services.raster_export import export_raster
from gis_service.services.raster_inspect import RasterChoices, RasterInspection, inspect_raster
from gis_service.services.raster_layers import collect
from gis_service.services.raster_load import load_raster
from gis_service.services.transactions import Connection, reading, writing
from gis_service.settings import Settings
from gis_service.types import Language

RASTER_OPTIONS = ("nodata", "kind")
"""Names of :func:`raster_options`."""
_SHOWN = 5
"""Systems guessed that are shown; the JSON has all."""
_MARKS = {"error": "✗", "warning": "!", "note": "·"}
_WORDS = ("raster_head", "raster_place", "raster_band", "inspect_crs", "inspect_clean")
_OPTIONS = (
    click.option(
        "--nodata", help="Of a raster: value of cells without data, or none.  [default: as the file says]"
    ),
    click.option(
        "--kind",
        type=click.Choice(["values", "classes"]),
        help="Of a raster: what its cells hold.  [default: as they look]",
    ),
)


def raster_options(function: Callable[..., None]) -> Callable[..., None]:
    """Give a command the options that say how a raster is read."""
    for option in reversed(_OPTIONS):
        function = option(function)
    return function


def raster_choices(settings: Settings, file: Path, given: Mapping[str, Any]) -> RasterChoices | None:
    """Take from the options of a command those that say how a raster is read; None for a file of rows."""
    if not is_raster(file):
        return None
    names = ("crs", "nodata", "kind", "base", "any_base")
    chosen = {name: given[name] for name in names if given.get(name) is not None}
    return RasterChoices(**chosen, limits=RasterLimits.of(settings))


def tell_raster(
    settings: Settings, file: Path, layer_id: str | None, choices: RasterChoices, *, as_json: bool
) -> tuple[Finding, ...]:
    """Report what is in a GeoTIFF and what is wrong with it, and give the latter; nothing is loaded."""
    with open_context(settings) as context, reading(context) as connection:
        catalogue = context.catalogue
        target = definition_of(catalogue, layer_id) if layer_id else None
        base = None if target is None else told_base(connection, target, {}, file.name)
        errors = [] if target is None else list(overtaken(connection, target, base))
    seen = inspect_raster(file, catalogue, choices, target)
    late = (Finding(error.code, 1, params=error.params) for error in errors)
    seen = replace(seen, findings=(*late, *seen.findings))
    if as_json:
        told = {
            "file": file.name,
            "raster": seen.document(),
            "guesses": {"crs": seen.guess_documents()},
            "findings": [finding.document() for finding in seen.findings],
            "notices": seen.notices(),
            "sample": seen.outline(),
        }
        click.echo(json.dumps(told, ensure_ascii=False, indent=1))
        return seen.findings
    for line in _lines(seen, file.name, language_of()):
        # Words of a stranger's file: nothing in them may steer the terminal.
        click.echo("".join(sign if sign.isprintable() else "�" for sign in line))
    return seen.findings


def _lines(seen: RasterInspection, file: str, language: Language) -> Iterator[str]:
    words = {code: notices()[code].in_language(language) for code in _WORDS}
    held, box = seen.contents, seen.bbox
    yield words["raster_head"].format(
        file=file, width=held.width, height=held.height, bands=len(held.bands), kind=held.kind
    )
    sides = "–" if box is None else ", ".join(f"{side:.5f}" for side in box)
    yield words["raster_place"].format(crs=seen.crs or "–", box=sides)
    if seen.crs is None or any(finding.remedy == CHOOSE_SYSTEM for finding in seen.findings):
        for guess in seen.guesses[:_SHOWN]:
            yield "  " + words["inspect_crs"].format(crs=guess.crs, share=f"{100 * guess.share_inside:.0f}")
    for number, band in enumerate(held.bands, 1):
        figures = {"min": band.min, "max": band.max, "mean": band.mean}
        told = {name: "–" if value is None else f"{value:.6g}" for name, value in figures.items()}
        about = " ".join(band.about.values())
        nodata = band.nodata or "–"
        yield "  " + words["raster_band"].format(
            number=number, dtype=band.dtype, nodata=nodata, about=about, **told
        )
    if not seen.findings:
        yield words["inspect_clean"]
    for finding in seen.findings:
        remedy = f"  [{finding.remedy}]" if finding.remedy else ""
        yield f"{_MARKS[finding.severity]} {finding.title(language)}: {finding.detail(language)}{remedy}"
        yield f"    ⟶ {finding.advice(language)}"


def load_raster_file(
    settings: Settings, file: Path, layer_id: str, choices: RasterChoices, *, author: str, message: str
) -> None:
    """Load a GeoTIFF into a raster layer, and tell what was assumed on the way."""
    with open_context(settings) as context:
        with writing(context) as connection:
            report = load_raster(
                connection,
                context.catalogue,
                context.rasters,
                file,
                layer_id,
                author=author,
                message=message,
                choices=choices,
            )
            note_version(connection, operator(), layer_id, report.version)
        with writing(context) as connection:
            collect(connection, context.rasters)
    for notice in report.notices:
        params = notice["params"] if isinstance(notice["params"], dict) else {}
        click.echo(notices()[str(notice["code"])].in_language(language_of()).format(**params))
    for finding in report.findings:
        click.echo(f"{finding.title(language_of())}: {finding.detail(language_of())}")
    raster = report.raster
    loaded = notices()["raster_loaded"].in_language(language_of())
    click.echo(
        loaded.format(
            layer=report.layer,
            width=raster.width,
            height=raster.height,
            bands=len(raster.bands),
            crs=raster.crs,
            kind=raster.kind,
            version=report.version,
        )
    )


def write_raster(
    context: Context, connection: Connection, layer_id: str, out: Path, wanted: Wanted, *, overwrite: bool
) -> None:
    """Write a raster layer to a GeoTIFF."""
    limits = RasterLimits.of(context.settings)
    report = export_raster(
        connection,
        context.catalogue,
        context.rasters,
        layer_id,
        out,
        wanted,
        limits=limits,
        overwrite=overwrite,
    )
    tell_export(report, "raster_exported")


def tell_export(report: ExportReport, code: str) -> None:
    """Say what was written where, by this notice, and beside it what was lost on the way."""
    language = language_of()
    generated = notices()["export_generated"].in_language(language) if report.generated else ""
    told = {"out": report.out, "layer": report.layer, "features": report.features, "version": report.version}
    click.echo(notices()[code].in_language(language).format(**told, generated=generated))
    for note in report.notes:
        click.echo(notices()[note.code].in_language(language).format(**note.params), err=True)
