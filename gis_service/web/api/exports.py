"""A layer, or a part of it, as a file to keep."""

import weakref
from collections.abc import Iterator
from typing import BinaryIO, cast
from urllib.parse import quote

from flask import Blueprint, Response, current_app, request

from gis_service.catalogue.layer_definition import LayerDefinition
from gis_service.crs import STORAGE, crs_name
from gis_service.services.collections import Collection
from gis_service.services.context import Context
from gis_service.services.export import Wanted
from gis_service.services.export_files import (
    Desk,
    LayerFile,
    note_taking,
    plain_name,
    spoken_name,
    tag_of,
)
from gis_service.services.export_formats import COG, FORMATS, Format, offered_format, offered_system
from gis_service.services.history import kept_version
from gis_service.services.layer_metadata import licence_address
from gis_service.types import Language
from gis_service.web import current, live
from gis_service.web.api.collections import collection_of, oldest_of
from gis_service.web.auth import Permission
from gis_service.web.operation import operation
from gis_service.web.present import url
from gis_service.web.schemas.common import JSON
from gis_service.web.schemas.exports import ExportQuery
from gis_service.web.schemas.items import last_moment
from gis_service.web.schemas.versions import VERSION_HEADER

blueprint = Blueprint("exports", __name__, url_prefix="/api/collections/<collection_id>/export")

NOTICES_HEADER = "Gis-Notices"
"""What the format could not take: ``export_texts_cut=3, export_shapes_left_out=1``."""
_NOT_MODIFIED = 304
_DESK = "export_desk"
_PIECE_BYTES = 2**18


@blueprint.get("")
@operation(
    "Exports",
    Permission.READ_LAYER,
    {200: {one.media: None for one in (*FORMATS.values(), COG)}},
    query=ExportQuery,
)
def export(collection_id: str, query: ExportQuery) -> Response:
    """Give a layer, or a part of it, as a file in a format and a coordinate system of one's choice."""
    return file_answer(collection_of(collection_id), query, current.language())


def file_answer(collection: Collection, query: ExportQuery, language: Language) -> Response:
    """Answer with a file of a layer that the caller may read.

    Parameters
    ----------
    collection
        The layer.
    query
        What is taken of it, and how it is written.
    language
        Of headings and of the name that people read.

    Raises
    ------
    GisError
        As `Desk.write`; for a format, a system or a version that there is not.
    """
    format_, wanted = offered_format(collection.definition, query.f), _wanted(collection, query, language)
    version = collection.version if wanted.version is None else wanted.version
    tag = tag_of(collection.definition, version, format_, wanted)
    if request.if_none_match.contains_weak(tag):
        response = Response(status=_NOT_MODIFIED)
    else:
        live.count()
        response = _answer(collection, format_, wanted, version)
    # Weak: a GeoPackage holds the time of its writing, so equal data is not equal bytes.
    response.set_etag(tag, weak=True)
    response.headers["Content-Language"] = wanted.language
    if version is not None:
        response.headers[VERSION_HEADER] = str(version)
    return response


def _wanted(collection: Collection, query: ExportQuery, language: Language) -> Wanted:
    # A raster stays in its own system unless another is asked for: to bring it over costs its exact cells.
    named = query.crs or (None if collection.definition.is_raster else crs_name(STORAGE))
    system = None if named is None else offered_system(current.catalogue().city, named).to_string()
    version, moment = query.version, last_moment(query.datetime)
    if version is not None or moment is not None:
        oldest = oldest_of(collection)
        version = kept_version(current.connection(), collection.definition, version, moment, oldest=oldest).id
    return Wanted(system, version, query.filter, query.bbox, language)


def _answer(collection: Collection, format_: Format, wanted: Wanted, version: int | None) -> Response:
    context = current.context()
    made = desk_of(context).write(
        current.connection(), current.catalogue(), collection.definition, format_, wanted
    )
    try:
        caller, asked = current.caller(), request.query_string.decode("utf-8", "replace")
        # The file holds all that was read: nobody waits for the connection while a slow reader takes it.
        current.release()
        note_taking(context, caller, collection.definition, collection.visibility, asked)
        return _handed_over(collection.definition, format_, wanted, made, version)
    except BaseException:
        made.content.close()
        raise


def desk_of(context: Context) -> Desk:
    """Give the places of this process where files are written for readers."""
    return cast("Desk", current_app.extensions.setdefault(_DESK, Desk(context.settings)))


def _handed_over(
    definition: LayerDefinition, format_: Format, wanted: Wanted, made: LayerFile, version: int | None
) -> Response:
    response = Response(Stream(made.content), mimetype=format_.media)
    response.content_length = made.size
    plain = plain_name(definition, format_, version, wanted)
    spoken = quote(spoken_name(definition, format_, version, wanted), safe="")
    if made.notes:
        # Codes and counts only: the words stand in the file, where the format has room for any.
        told = (f"{note.code}={note.params['count']}" for note in made.notes)
        response.headers[NOTICES_HEADER] = ", ".join(told)
    response.headers["Content-Disposition"] = f"attachment; filename=\"{plain}\"; filename*=UTF-8''{spoken}"
    response.headers["Link"] = _about(definition)
    return response


def _about(definition: LayerDefinition) -> str:
    """Lead to what a file may have no room for: what the layer is, and under which terms it is given."""
    links = [f'<{url(f"/collections/{definition.id}/metadata")}>; rel="describedby"; type="{JSON}"']
    if (terms := licence_address(definition.licence)) is not None:
        links.append(f'<{terms}>; rel="license"')
    return ", ".join(links)


class Stream:
    """The bytes of a file that has no name any more: it is gone when the last one holding it lets go.

    Parameters
    ----------
    content
        Closed at its end, when the server has done with the answer, or with the stream itself: of a request
        for the head alone nobody reads anything.
    """

    def __init__(self, content: BinaryIO) -> None:
        self._content = content
        weakref.finalize(self, content.close)

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        piece = self._content.read(_PIECE_BYTES)
        if not piece:
            self.close()
            raise StopIteration
        return piece

    def close(self) -> None:
        """Let go of the file."""
        self._content.close()
