"""``study why``: the nearest facility of a place, the way to it, and how far the rule is met or failed."""

import json
from collections.abc import Mapping
from typing import Any, TextIO

import click

from gis_service.cli.study_inputs import coverage_options, inputs_in, inputs_of
from gis_service.cli.users import operator
from gis_service.messages.terminal import language_of
from gis_service.services.context import open_context
from gis_service.services.coverage_live import ask, study_of
from gis_service.services.coverage_parameters import ON_ROADS
from gis_service.services.documents import plain
from gis_service.services.transactions import computing
from gis_service.services.why import MOST_NEAREST
from gis_service.services.why_place import why_document
from gis_service.settings import read_settings
from gis_service.text import cost_words, number
from gis_service.types import Language, Text

_PARTS = {
    "access_home": Text("tới đường", "to the road"),
    "road": Text("trên đường", "on roads"),
    "ferry_wait": Text("chờ đò, phà", "waiting for ferries"),
    "ferry": Text("cả đò, phà (gồm chờ)", "ferries in all, waiting included"),
    "access_facility": Text("từ đường tới nơi phục vụ", "from the road to the facility"),
    "turnout": Text("chuẩn bị xuất phát", "turn-out"),
    "start": Text("chờ trước khi bắt đầu", "waiting at the start"),
}


_STRAIGHT = Text("đường chim bay", "in a straight line")
_ALONG = Text("Theo đường đi: ", "Along roads: ")
_WITHIN = Text("còn dư {over}", "{over} to spare")
_BEYOND = Text("quá {over}", "{over} beyond")


@click.command("why", context_settings={"ignore_unknown_options": True})
@click.argument("lon", type=click.FloatRange(-180, 180))
@click.argument("lat", type=click.FloatRange(-90, 90))
@click.option(
    "--inputs",
    "file",
    type=click.File("r", encoding="utf-8"),
    help="Inputs as YAML or JSON; - is standard input. Options below add to them, or replace them.",
)
@click.option(
    "--k", type=click.IntRange(1, MOST_NEAREST), help="Also tell so many of the nearest facilities."
)
@click.option("--json", "as_json", is_flag=True, help="Print everything, the route as GeoJSON.")
@coverage_options
def why(
    lon: float,
    lat: float,
    *,
    file: TextIO | None,
    k: int | None,
    as_json: bool,
    **options: Any,  # noqa: ANN401 (values of options)
) -> None:
    """Tell why a place is reached or not: LON and LAT are degrees in WGS 84. Nothing is kept.

    The least that it needs is a standard: study why 106.34 20.45 --standard one_stop_office_motorbike_10min
    """
    with open_context(read_settings()) as context, computing(context) as connection:
        inputs = inputs_of(inputs_in(file), options)
        question = ask(connection, context.catalogue, inputs, operator())
        study = study_of(question, context.prepared)
        document = why_document(study, question, context.prepared, (lon, lat), personal=False, k=k)
    if as_json:
        click.echo(json.dumps(plain(document), ensure_ascii=False, indent=2, sort_keys=True))
        return
    language = language_of()
    click.echo(document["sentence"][language])
    _print_parts(document, document["rule"]["measure"], language)
    for other in document["beside"]:
        click.echo(_ALONG.in_language(language) + other["sentence"][language])
        _print_parts(other, other["measure"], language)
    for one in document["k_nearest"] or ():
        click.echo(_ranked(one, document["unit"], language))


def _print_parts(document: Mapping[str, Any], measure: str, language: Language) -> None:
    for name, words in _PARTS.items():
        spent = (document["parts"] or {}).get(name)
        if spent:
            told = words if measure in ON_ROADS else _STRAIGHT
            click.echo(f"  {told.in_language(language)}: {number(spent, language, 1)} {document['unit']}")


def _ranked(one: Mapping[str, Any], unit: str, language: Language) -> str:
    words = (_WITHIN if one["within"] else _BEYOND).in_language(language)
    far = words.format(over=cost_words(abs(one["over"]), unit, language))
    return f"  {one['rank']}. {one['name'] or one['id']}: {cost_words(one['cost'], unit, language)}, {far}"
