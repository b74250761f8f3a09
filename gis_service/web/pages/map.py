"""The map page: what the browser needs before its first request, and the files of the built client."""

import json
from pathlib import Path
from typing import Any

from flask import Blueprint, Response, current_app, render_template, request

from gis_service.catalogue.layer_definition import LayerDefinition
from gis_service.catalogue.loader import Catalogue
from gis_service.errors import ErrorCode, Temporary
from gis_service.messages.catalogue import notices
from gis_service.services.layers import LayerCounts
from gis_service.types import Language, Text
from gis_service.web import current

blueprint = Blueprint("map", __name__)

_ENTRY = "src/main.tsx"
"""Name of the client's entry in the manifest that its build writes."""
_COUNTS = "layer_counts"


def client_files(static: Path) -> tuple[str, list[str]]:
    """Give the script of the built client and its style sheets, as names below ``static``.

    Parameters
    ----------
    static
        Folder that the client is built into.

    Raises
    ------
    Temporary
        ``client_not_built`` when the folder holds no build.
    """
    try:
        manifest = json.loads((static / "manifest.json").read_text("utf-8"))
    except FileNotFoundError as error:
        raise Temporary(ErrorCode.CLIENT_NOT_BUILT) from error
    entry = manifest[_ENTRY]
    return entry["file"], entry.get("css", [])


def language_of(asked: str | None) -> Language:
    """Tell the language of the page: the one in its address, else what the browser asks for."""
    if asked in ("vi", "en"):
        return "vi" if asked == "vi" else "en"
    return current.language()


def _text(text: Text) -> dict[str, str]:
    return {"vi": text.vi, "en": text.en}


def _fields(layer: LayerDefinition) -> list[dict[str, Any]]:
    return [{"name": one.name, "label": _text(one.label), "unit": one.unit} for one in layer.fields]


def city_facts(catalogue: Catalogue) -> dict[str, Any]:
    """Give what the client must know of the city: titles, extent, sectors, and how fields are called.

    Only public layers are spoken of, since the page is the same for everybody.
    """
    city = catalogue.city
    public = {id_: layer for id_, layer in catalogue.layers.items() if layer.visibility == "public"}
    return {
        "title": _text(city.title),
        "bbox": city.bbox,
        # A list, since the order of the sectors counts and members of a JSON object have none.
        "categories": [{"id": id_, "title": _text(title)} for id_, title in city.categories.items()],
        "former": [vintage.layer for vintage in city.vintages if vintage.end is not None],
        "notices": {code: _text(words) for code, words in notices().items()},
        "fields": {id_: _fields(layer) for id_, layer in public.items()},
        "keys": {id_: layer.key for id_, layer in public.items()},
    }


def counts(catalogue: Catalogue) -> dict[str, int]:
    """Give the number of features of each public layer; none while the database is away.

    The page itself needs no database: it says what failed and offers to try again. The process remembers what
    it counted, by the version of the layer: rows edited straight in a table are counted at the next version.
    """
    known: LayerCounts = current_app.extensions.setdefault(_COUNTS, LayerCounts())
    public = [layer for layer in catalogue.layers.values() if layer.visibility == "public"]
    try:
        return {str(id_): count for id_, count in known.of(current.connection(), public).items()}
    except Temporary:
        return {}


@blueprint.get("/")
def show() -> Response:
    """Show the map."""
    script, styles = client_files(Path(current_app.static_folder or ""))
    language = language_of(request.args.get("lang"))
    catalogue = current.context().catalogue
    facts = city_facts(catalogue) | {"counts": counts(catalogue)}
    html = render_template(
        "map.html",
        language=language,
        title=facts["title"][language],
        city=facts,
        script=script,
        styles=styles,
    )
    response = Response(html, content_type="text/html; charset=utf-8")
    response.headers["Content-Language"] = language
    return response
