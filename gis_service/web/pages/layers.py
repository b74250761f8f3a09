"""The list of layers for people: found by words, with pictures, metadata and the ways to the data."""

from urllib.parse import urlencode

from flask import Blueprint, request
from werkzeug.wrappers import Response

from gis_service.messages.catalogue import notices
from gis_service.services.collections import find_collections
from gis_service.services.features import MAX_PAGE
from gis_service.services.layer_metadata import facts_of, licence_address
from gis_service.services.rights import EDITORS
from gis_service.types import Text
from gis_service.web import current, live
from gis_service.web.auth import Permission, demands
from gis_service.web.pages import look

blueprint = Blueprint("layers", __name__)
look.speak_in_pages(blueprint)

_MOST = 200
"""Signs of what is looked for."""
_FREQUENCY = "frequency_"


@blueprint.get("/layers")
@demands(Permission.READ)
def layers() -> Response:
    """Show the layers that the reader may see, or those that fit what is looked for."""
    language, rights = look.language_of(), current.rights()
    asked, category = (_asked(name) for name in ("q", "category"))
    if asked:
        live.count(live.SEARCHED)
    found = find_collections(current.connection(), rights, words=asked or None, category=category or None)
    facts = facts_of(current.connection(), rights.catalogue, found, current.base_url())

    def text(said: Text) -> str:
        return said.in_language(language)

    other = "vi" if language == "en" else "en"
    kept = {name: value for name, value in (("q", asked), ("category", category)) if value}
    return look.show(
        "layers.html",
        layers=facts,
        q=asked,
        category=category,
        categories=[(id_, text(title)) for id_, title in rights.catalogue.city.categories.items()],
        frequencies={
            code.removeprefix(_FREQUENCY): text(words)
            for code, words in notices().items()
            if code.startswith(_FREQUENCY)
        },
        licence=licence_address,
        may_upload=current.caller().role in EDITORS,
        most_items=MAX_PAGE,
        other_language=f"/layers?{urlencode({'lang': other, **kept})}",
        text=text,
    )


def _asked(name: str) -> str:
    return " ".join(request.args.get(name, "")[:_MOST].split())
