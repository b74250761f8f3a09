"""The map page: what the browser needs before its first request, and the files of the built client."""

import json
from collections.abc import Container, Mapping
from contextlib import suppress
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from flask import Blueprint, Response, current_app, render_template, request

from gis_service.catalogue.city_definition import BASE_LEVEL, Vintage
from gis_service.catalogue.layer_definition import LayerDefinition
from gis_service.catalogue.loader import Catalogue
from gis_service.errors import ErrorCode, Temporary
from gis_service.messages.catalogue import notices
from gis_service.services import users
from gis_service.services.accounts import ANONYMOUS, Caller
from gis_service.services.layers import LayerCounts
from gis_service.services.own_imagery import own_backgrounds
from gis_service.services.rights import Rights, rights_of, rights_unknown, sees_personal
from gis_service.services.tile_grid import MATRIX_SET
from gis_service.services.transactions import Connection
from gis_service.types import Language, Text
from gis_service.web import cookies, current
from gis_service.web.auth import Permission, demands

blueprint = Blueprint("map", __name__)

_ENTRY = "src/main.tsx"
"""Name of the client's entry in the manifest that its build writes."""
_COUNTS = "layer_counts"
_RIGHTS_OF_NOBODY = "rights_of_nobody"


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
    return [
        {
            "name": one.name,
            "label": _text(one.label),
            "unit": one.unit,
            "words": {value: _text(words) for value, words in one.words.items()},
            **({"isDate": True} if one.type == "date" else {}),
        }
        for one in layer.fields
    ]


def _standards(catalogue: Catalogue, shown: Container[str]) -> list[dict[str, Any]]:
    """Give the standards that the map can ask about: those with a reach, of services that are spoken of."""
    return [
        {
            "id": id_,
            "service": standard.service,
            "title": _text(standard.title),
            "measure": standard.measure,
            "mode": standard.mode,
            "limit": standard.limit,
            "group": standard.group,
            "direction": standard.direction,
        }
        for id_, standard in catalogue.standards.items()
        if standard.service in shown and standard.limit is not None
    ]


def _services(catalogue: Catalogue, public: Mapping[str, LayerDefinition]) -> list[dict[str, Any]]:
    """Give the services that have a standard, in the order of the city's sectors."""
    judged = {standard.service for standard in catalogue.standards.values() if standard.limit is not None}
    order = list(catalogue.city.categories)
    layers = [layer for id_, layer in public.items() if id_ in judged]
    return [
        {"id": layer.id, "title": _text(layer.title)}
        for layer in sorted(layers, key=lambda one: (order.index(one.category), one.id))
    ]


def _vintages(catalogue: Catalogue, public: Mapping[str, LayerDefinition]) -> list[dict[str, Any]]:
    """Give the lists of units that have a place on the map, the communes of today first."""
    vintages, today = catalogue.city.vintages, datetime.now(UTC).astimezone().date()
    drawn = [v for v in vintages if v.layer in public and public[v.layer].geometry != "None"]
    return [
        {
            "id": vintage.id,
            "layer": vintage.layer,
            "title": _text(vintage.title),
            "level": vintage.level,
            "from": vintage.start.isoformat(),
            "to": vintage.end.isoformat() if vintage.end else None,
        }
        for vintage in sorted(drawn, key=lambda one: _rank(one, today))
    ]


def _rank(vintage: Vintage, today: date) -> tuple[bool, bool, int]:
    """Put the base level first, of each level the units of today, then the newest."""
    return vintage.level != BASE_LEVEL, not vintage.holds_on(today), -vintage.start.toordinal()


def _phases(catalogue: Catalogue) -> list[dict[str, Any]]:
    return [
        {
            "id": one.id,
            "title": _text(one.title),
            "from": one.start.isoformat(),
            "to": one.end.isoformat(),
        }
        for one in catalogue.phases
    ]


def _reader() -> tuple[Rights, dict[str, Any] | None]:
    """Tell what the reader may read, and who has signed in; without a database nobody has.

    A token counts for nobody here: no browser that opens a page sends one. While the database is away the
    page speaks of what was open to everybody when this process last asked: a definition does not tell what
    was closed since.
    """
    known = current_app.extensions
    try:
        session = current.session()
        caller = session.caller if session else ANONYMOUS
        rights = rights_of(current.connection(), current.catalogue(), caller)
        if caller.role is None:
            known[_RIGHTS_OF_NOBODY] = rights
        facts = account_facts(current.connection(), caller)
        secret = cookies.session_of(request, secure=current.is_secure()) if facts else None
        return rights, facts and facts | {"formToken": cookies.form_token(secret or "")}
    except Temporary:
        return known.get(_RIGHTS_OF_NOBODY) or rights_unknown(current.context().definitions), None


def account_facts(connection: Connection, caller: Caller) -> dict[str, Any] | None:
    """Give what the client must know of who has signed in: the name, and whether homes may be shown."""
    account = None if caller.account is None else users.by_number(connection, caller.account)
    if account is None:
        return None
    return {"name": account.name or account.login, "seesHomes": sees_personal(caller)}


def city_facts(rights: Rights) -> dict[str, Any]:
    """Give what the client must know of the city: titles, extent, what can be asked, how fields are called.

    Only layers that the reader may read are spoken of.

    Parameters
    ----------
    rights
        Of the reader.
    """
    catalogue, city = rights.catalogue, rights.catalogue.city
    public = {id_: layer for id_, layer in catalogue.layers.items() if rights.may_read(id_)}
    return {
        "title": _text(city.title),
        "bbox": city.bbox,
        # A list, since the order of the sectors counts and members of a JSON object have none.
        "categories": [{"id": id_, "title": _text(title)} for id_, title in city.categories.items()],
        "former": [v.layer for v in city.vintages if v.end is not None and v.layer in public],
        "services": _services(catalogue, public),
        "standards": _standards(catalogue, public),
        "groups": [{"id": group.id, "title": _text(group.title)} for group in city.groups],
        "modes": list(city.conventions.modes),
        "vintages": _vintages(catalogue, public),
        "phases": _phases(catalogue),
        "notices": {code: _text(words) for code, words in notices().items()},
        "fields": {id_: _fields(layer) for id_, layer in public.items()},
        "keys": {id_: layer.key for id_, layer in public.items()},
    }


def counts(rights: Rights) -> dict[str, int]:
    """Give the number of features of each layer that the reader may read; none while the database is away.

    The page itself needs no database: it says what failed and offers to try again. The process remembers what
    it counted, by the version of the layer: rows edited straight in a table are counted at the next version.
    """
    known: LayerCounts = current_app.extensions.setdefault(_COUNTS, LayerCounts())
    public = [rights.catalogue.layers[layer] for layer in rights.readable()]
    try:
        return {str(id_): count for id_, count in known.of(current.connection(), public).items()}
    except Temporary:
        return {}


def _imagery(rights: Rights) -> list[dict[str, Any]]:
    """Give the backgrounds that may lie under the map: as the operator names them, then the city's own."""
    bounds, pattern = rights.catalogue.city.bbox, f"tiles/{MATRIX_SET}/{{z}}/{{y}}/{{x}}"
    named = [
        one.model_dump(include={"id", "title", "minzoom", "maxzoom"})
        | {"credit": dict.fromkeys(("vi", "en"), one.credit), "bounds": bounds}
        | {"path": f"/imagery/{one.id}/{pattern}"}
        for one in current.context().settings.imagery or ()
    ]
    # As the counts: the page itself needs no database.
    with suppress(Temporary):
        for own in own_backgrounds(current.connection(), rights):
            definition = own.definition
            source = _text(definition.source).items()
            credit = {name: f"{text} ({definition.licence})" for name, text in source}
            about = {"id": f"layer:{definition.id}", "title": _text(definition.title), "credit": credit}
            zooms = {"minzoom": own.minzoom, "maxzoom": own.maxzoom, "bounds": own.bbox}
            named.append(about | zooms | {"path": f"/collections/{definition.id}/map/{pattern}"})
    return named


@blueprint.get("/")
@demands(Permission.READ)
def show() -> Response:
    """Show the map."""
    script, styles = client_files(Path(current_app.static_folder or ""))
    language = language_of(request.args.get("lang"))
    rights, account = _reader()
    facts = city_facts(rights) | {"counts": counts(rights), "imagery": _imagery(rights)}
    html = render_template(
        "map.html",
        language=language,
        title=facts["title"][language],
        city=facts,
        account=account,
        script=script,
        styles=styles,
    )
    response = Response(html, content_type="text/html; charset=utf-8")
    response.headers["Content-Language"] = language
    return response
