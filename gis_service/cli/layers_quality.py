"""``layers quality``: what may be wrong with a layer of roads."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

import click

from gis_service.messages.catalogue import notices
from gis_service.messages.terminal import language_of
from gis_service.services.context import open_context
from gis_service.services.network_quality import network_quality
from gis_service.services.transactions import computing
from gis_service.settings import read_settings

_SHOWN = 5
"""Rows of each list in the text; the JSON has more."""


@click.command()
@click.argument("layer_id", metavar="ID")
@click.option(
    "--mode",
    default="motorbike",
    show_default=True,
    type=click.Choice(["walk", "bicycle", "motorbike", "car"]),
    help="Whose network is looked at.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the whole report as JSON.")
def quality(layer_id: str, mode: str, *, as_json: bool) -> None:
    """Report on layer ID as a network of roads: islands, ends that just miss a road, what is drawn twice."""
    with open_context(read_settings()) as context, computing(context) as connection:
        found = network_quality(connection, context.catalogue, layer_id, mode, personal=True)
    if as_json:
        click.echo(json.dumps(found, ensure_ascii=False, indent=1))
        return
    for line in _lines(found):
        click.echo(line)


def _say(code: str, params: Mapping[str, object]) -> str:
    shown = {name: "–" if value is None else value for name, value in params.items()}
    return notices()[f"quality_{code}"].in_language(language_of()).format(**shown)


def _lines(found: dict[str, Any]) -> Iterator[str]:
    yield _say("network", found)
    for part in ("removed", "parallel", "unknown_class", "components"):
        yield _say(part, found[part])
    for place, row in enumerate(found["components"]["rows"][:_SHOWN], 1):
        people = _say("people", row) if "people" in row else ""
        yield "  " + _say("component", row | {"place": place, "people": people})
    yield _say("loose_ends", found["loose_ends"])
    for row in found["loose_ends"]["rows"][:_SHOWN]:
        yield "  " + _say("loose_end", row)
    for name in ("no_way_out", "no_way_in"):
        row = found["one_ways"][name]
        codes = ", ".join(row["codes"][:_SHOWN])
        yield _say(name, row | {"codes": f"({codes})" if codes else ""}).rstrip()
