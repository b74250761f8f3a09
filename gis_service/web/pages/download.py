"""The page where a layer is taken away: format, system, version, and what each format would lose, before."""

from collections.abc import Mapping
from http import HTTPStatus

from flask import Blueprint, request
from werkzeug.wrappers import Response

from gis_service.errors import GisError
from gis_service.messages.catalogue import notices
from gis_service.services import history
from gis_service.services.collections import Collection
from gis_service.services.export_formats import (
    Format,
    formats_of,
    offered_systems,
    own_systems,
    system_title,
)
from gis_service.services.export_losses import losses_of
from gis_service.services.features import has_geometry
from gis_service.text import number, whole_number
from gis_service.types import Language
from gis_service.web import current, errors
from gis_service.web.api.collections import collection_of, oldest_of
from gis_service.web.api.exports import file_answer
from gis_service.web.auth import Permission, demands
from gis_service.web.pages import look
from gis_service.web.reading import read_document
from gis_service.web.schemas.exports import ExportQuery

blueprint = Blueprint("downloads", __name__, url_prefix="/layers/<collection_id>/download")
look.speak_in_pages(blueprint)

_ASKED = ("f", "crs", "version")
_VERSIONS = 30
"""Versions to choose from; an older one is named by the link that leads here."""


@blueprint.get("")
@demands(Permission.READ_LAYER)
def download(collection_id: str) -> Response:
    """Show how a layer can be taken; with a format in the address give the file, or say why there is none."""
    collection = collection_of(collection_id)
    if not request.args.get("f"):
        return _form(collection)
    try:
        chosen = {name: request.args[name] for name in _ASKED if request.args.get(name)}
        return file_answer(collection, read_document(ExportQuery, chosen), look.language_of())
    except GisError as error:
        return _form(collection_of(collection_id), error)


def _form(collection: Collection, error: GisError | None = None) -> Response:
    definition, language = collection.definition, look.language_of()
    version = whole_number(request.args.get("version", ""))
    city = current.catalogue().city
    own = own_systems(city)
    found = history.page(
        current.connection(), definition, limit=_VERSIONS, oldest=oldest_of(collection)
    ).items
    response = look.show(
        "layer_download.html",
        error.status if error else HTTPStatus.OK,
        layer=definition,
        title=definition.title.in_language(language),
        problem=look.problem_of(error) if error else None,
        formats=[(one, _words(one, collection, version)) for one in formats_of(definition)],
        chosen=request.args.get("f") or formats_of(definition)[0].id,
        systems=[
            (name, system_title(name).in_language(language), name in own) for name in offered_systems(city)
        ]
        if has_geometry(definition) or definition.is_raster
        else [],
        system=request.args.get("crs", ""),
        versions=[one.version for one in found if one.version.kept],
        newest=collection.version,
        version=version,
    )
    if error:
        response.headers.update(errors.headers_of(error))
    return response


def _words(format_: Format, collection: Collection, version: int | None) -> list[str]:
    """Say what the layer loses in a format."""
    language, known = look.language_of(), notices()
    told = losses_of(format_, collection.definition, version or collection.version)
    return [known[note.code].in_language(language).format(**_shown(note.params, language)) for note in told]


def _shown(params: Mapping[str, object], language: Language) -> dict[str, object]:
    """Write numbers as readers of the language do."""
    return {
        name: number(value, language) if isinstance(value, int) else value for name, value in params.items()
    }
