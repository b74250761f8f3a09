"""``study why``: the nearest facility of a place, the way to it, and how far the rule is met or failed."""

import json
from typing import Any

import click

from gis_service.cli.study_inputs import coverage_options, inputs_of
from gis_service.cli.users import operator
from gis_service.messages.terminal import language_of
from gis_service.services.context import open_context
from gis_service.services.coverage_live import ask, study_of
from gis_service.services.documents import plain
from gis_service.services.transactions import computing
from gis_service.services.why_place import why_document
from gis_service.settings import read_settings
from gis_service.text import number
from gis_service.types import Text

_PARTS = {
    "access_home": Text("tới đường", "to the road"),
    "road": Text("trên đường", "on roads"),
    "ferry_wait": Text("chờ đò, phà", "waiting for ferries"),
    "ferry": Text("cả đò, phà (gồm chờ)", "ferries in all, waiting included"),
    "access_facility": Text("từ đường tới nơi phục vụ", "from the road to the facility"),
    "turnout": Text("chuẩn bị xuất phát", "turn-out"),
}


@click.command("why", context_settings={"ignore_unknown_options": True})
@click.argument("lon", type=click.FloatRange(-180, 180))
@click.argument("lat", type=click.FloatRange(-90, 90))
@click.option("--json", "as_json", is_flag=True, help="Print everything, the route as GeoJSON.")
@coverage_options
def why(lon: float, lat: float, *, as_json: bool, **options: Any) -> None:  # noqa: ANN401 (values of options)
    """Tell why a place is reached or not: LON and LAT are degrees in WGS 84. Nothing is kept.

    The least that it needs is a standard: study why 106.34 20.45 --standard one_stop_office_motorbike_10min
    """
    with open_context(read_settings()) as context, computing(context) as connection:
        question = ask(connection, context.catalogue, inputs_of({}, options), operator())
        study = study_of(question, context.prepared)
        document = why_document(study, question, context.prepared, (lon, lat), personal=False)
    if as_json:
        click.echo(json.dumps(plain(document), ensure_ascii=False, indent=2, sort_keys=True))
        return
    language = language_of()
    click.echo(document["sentence"][language])
    for name, words in _PARTS.items():
        spent = (document.get("parts") or {}).get(name)
        if spent:
            click.echo(f"  {words.in_language(language)}: {number(spent, language, 1)} {document['unit']}")
