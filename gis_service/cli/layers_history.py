"""``layers history|diff|restore``: who changed what, and the way back."""

import getpass
from pathlib import Path

import click

from gis_service.catalogue.layer_definition import LayerDefinition
from gis_service.cli.users import operator
from gis_service.files.texts import check_text_out, write_text_whole
from gis_service.messages.catalogue import notices
from gis_service.messages.terminal import language_of
from gis_service.services import history as service
from gis_service.services.audit import note_export, note_version
from gis_service.services.context import open_context
from gis_service.services.history_back import restore as put_back
from gis_service.services.history_table import csv_text, field_rows, geojson_text
from gis_service.services.layers import definition_of
from gis_service.services.transactions import computing, reading, writing
from gis_service.settings import read_settings

SHOWN = 20
"""Rows of a difference that are printed; a file holds all of them."""
_CUT = 40


def _say(code: str, **params: object) -> None:
    click.echo(notices()[code].in_language(language_of()).format(**params))


@click.command()
@click.argument("layer_id", metavar="ID")
@click.option("--limit", default=20, show_default=True, type=click.IntRange(1), help="Versions at most.")
@click.option("--before", type=click.IntRange(1), help="Only versions before this one.")
def history(layer_id: str, *, limit: int, before: int | None) -> None:
    """List the versions of layer ID, the newest first.

    One line each: number, time (UTC), rows added (+), changed (~) and removed (-), author, message.
    """
    with open_context(read_settings()) as context, reading(context) as connection:
        definition = definition_of(context.catalogue, layer_id)
        service.require_table(connection, definition)
        found = service.page(connection, definition, before=before, limit=limit)
    not_kept = notices()["rows_not_kept"].in_language(language_of())
    for entry in found.items:
        version, tally = entry.version, entry.tally
        did = f"+{tally.added} ~{tally.changed} -{tally.removed}" if tally else not_kept
        line = f"v{version.id:<6} {version.committed_at:%Y-%m-%d %H:%M}  {did:<18} {version.author}"
        click.echo(f"{line}  {version.message}".rstrip())
    if found.next_before is not None:
        _say("history_more", version=found.next_before)


@click.command()
@click.argument("layer_id", metavar="ID")
@click.argument("old", metavar="FROM", type=click.IntRange(1))
@click.argument("new", metavar="[TO]", type=click.IntRange(1), required=False)
@click.option("--out", type=click.Path(path_type=Path), help="FILE.geojson or FILE.csv for all of it.")
@click.option("--overwrite", is_flag=True, help="Replace a file that is there.")
def diff(layer_id: str, old: int, new: int | None, *, out: Path | None, overwrite: bool) -> None:
    """Tell how layer ID differs between the versions FROM and TO (the newest when not given).

    Prints how many rows were added, changed and removed, and the first of them field by field.
    """
    if out is not None:
        check_text_out(out, (".geojson", ".csv"), overwrite=overwrite)
    with open_context(read_settings()) as context, computing(context) as connection:
        definition = definition_of(context.catalogue, layer_id)
        service.require_table(connection, definition)
        note_export(context, operator(), definition, f"layers diff {old} {new or ''}".rstrip())
        found = service.compare(connection, definition, old, new, limit=SHOWN)
        tally = {
            "added": found.tally.added,
            "changed": found.tally.changed,
            "removed": found.tally.removed,
        }
        _say("difference_told", layer=layer_id, old=found.old.id, new=found.new.id, **tally)
        if found.others:
            _say("difference_others", others=found.others)
        if out is None:
            _print_rows(definition, found)
            return
        rows = service.all_differences(connection, definition, found.old, found.new)
        head = {"from": found.old.id, "to": found.new.id, "tally": {**tally, "others": found.others}}
        text = csv_text(definition, rows) if out.suffix.lower() == ".csv" else geojson_text(head, rows)
        write_text_whole(out, text)
    _say("difference_written", path=out)


def _print_rows(definition: LayerDefinition, found: service.Comparison) -> None:
    for fid, key, op, name, before, after in field_rows(definition, found.rows):
        which = f"{fid} {key}".strip()
        click.echo(f"  {op:<6}  {which}  {name}: {_short(before)} → {_short(after)}")
    if found.next_after is not None:
        _say("difference_cut")


def _short(text: str) -> str:
    return text if len(text) <= _CUT else text[: _CUT - 1] + "…"


@click.command()
@click.argument("layer_id", metavar="ID")
@click.option("--version", "number", required=True, type=click.IntRange(1), help="Version to go back to.")
@click.option(
    "--feature",
    "fids",
    multiple=True,
    type=click.IntRange(0),
    metavar="FID",
    help="Only this feature; may stand several times. One that was not there then is removed.",
)
@click.option("--message", help="Why; kept with the new version.  [default: says what was restored]")
@click.option("--author", default=getpass.getuser, help="Who; kept with the version.  [default: your login]")
def restore(layer_id: str, *, number: int, fids: tuple[int, ...], message: str | None, author: str) -> None:
    """Bring layer ID back to what it was in a version, as a new version; nothing in between is lost."""
    with open_context(read_settings()) as context, writing(context) as connection:
        definition = definition_of(context.catalogue, layer_id)
        service.require_table(connection, definition)
        done = put_back(
            connection, definition, number, author=author, message=message, fids=list(fids) or None
        )
        if done.version is not None:
            note_version(connection, operator(), definition.id, done.version)
    if done.version is None:
        _say("nothing_to_put_back", layer=layer_id)
        return
    tally = done.tally
    _say(
        "put_back_done",
        layer=layer_id,
        version=done.version,
        added=tally.added,
        changed=tally.changed,
        removed=tally.removed,
    )
