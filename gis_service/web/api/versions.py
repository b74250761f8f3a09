"""Versions of a layer: their list, what differs between two of them, and going back."""

import json
from collections.abc import Callable
from http import HTTPStatus
from urllib.parse import urlencode

from flask import Blueprint, Response, request

from gis_service.catalogue.layer_definition import LayerDefinition
from gis_service.messages.catalogue import notices
from gis_service.services import history as service
from gis_service.services.audit import note_version
from gis_service.services.collections import Collection
from gis_service.services.edits import ANSWER_WAIT_S
from gis_service.services.history_back import PutBack, restore, undo
from gis_service.services.history_table import csv_text, geojson_text
from gis_service.services.rights import require_editing_now
from gis_service.services.transactions import Connection, writing
from gis_service.web import current
from gis_service.web.api.collections import collection_of, oldest_of
from gis_service.web.auth import Permission
from gis_service.web.operation import operation
from gis_service.web.present import FormatQuery, itself, json_response, link, page, show, url, wants_page
from gis_service.web.schemas.common import GEOJSON, HTML, JSON, Link
from gis_service.web.schemas.versions import (
    CSV,
    HISTORY_REL,
    VERSION_HEADER,
    Differences,
    DiffQuery,
    Restoring,
    Unchanged,
    VersionEntry,
    Versions,
    VersionsQuery,
)

blueprint = Blueprint("versions", __name__, url_prefix="/api/collections/<collection_id>")
going_back = Blueprint("going_back", __name__, url_prefix="/api/collections/<collection_id>/versions")
"""What brings back what was, apart from what reads of it."""


def _entry(definition: LayerDefinition, entry: service.VersionEntry) -> VersionEntry:
    version, tally = entry.version, entry.tally
    path = f"/collections/{definition.id}"
    links = [*itself(f"{path}/versions/{version.id}"), link(f"{path}/versions", HISTORY_REL)]
    if version.kept and not definition.is_raster:
        links.append(link(f"{path}/items?version={version.id}", "items", GEOJSON))
    return VersionEntry(
        id=version.id,
        author=version.author if current.caller().role is not None else None,
        message=version.message,
        committed_at=version.committed_at,
        kept=version.kept,
        added=tally and tally.added,
        changed=tally and tally.changed,
        removed=tally and tally.removed,
        links=links,
    )


def _heading(collection: Collection) -> str:
    return collection.definition.title.in_language(current.language())


@blueprint.get("/versions")
@operation("Versions", Permission.READ_LAYER, {200: {JSON: Versions, HTML: None}}, query=VersionsQuery)
def versions(collection_id: str, query: VersionsQuery) -> Response:
    """List the versions of a layer, the newest first."""
    collection = collection_of(collection_id)
    found = service.page(
        current.connection(),
        collection.definition,
        before=query.after,
        limit=query.limit,
        oldest=oldest_of(collection),
    )
    following = None
    if found.next_before is not None:
        asked = query.model_dump(exclude_none=True) | {"after": found.next_before}
        following = f"{url(f'/collections/{collection_id}/versions')}?{urlencode(asked)}"
    entries = [_entry(collection.definition, entry) for entry in found.items]
    return show(Versions(items=entries, next=following), query.f, _heading(collection))


@blueprint.get("/versions/<int:version>")
@operation("Versions", Permission.READ_LAYER, {200: {JSON: VersionEntry, HTML: None}}, query=FormatQuery)
def version(collection_id: str, version: int, query: FormatQuery) -> Response:
    """Tell who made a version of a layer, when and why, and how many rows it touched."""
    collection = collection_of(collection_id)
    entry = service.one(current.connection(), collection.definition, version, oldest_of(collection))
    return show(_entry(collection.definition, entry), query.f, _heading(collection))


@blueprint.get("/diff")
@operation(
    "Versions", Permission.READ_LAYER, {200: {GEOJSON: Differences, CSV: None, HTML: None}}, query=DiffQuery
)
def diff(collection_id: str, query: DiffQuery) -> Response:
    """Tell how a layer differs between two of its versions, row by row by rising id."""
    collection = collection_of(collection_id)
    found = service.compare(
        current.connection(),
        collection.definition,
        query.from_,
        query.to,
        after=query.after,
        limit=min(query.limit, service.MAX_PAGE),
        oldest=oldest_of(collection),
    )
    links = _diff_links(collection_id, query, found)
    if query.f == "csv" or (query.f is None and _wants_table()):
        response = Response(
            "".join(csv_text(collection.definition, found.rows)), content_type=f"{CSV}; charset=utf-8"
        )
        response.headers["Link"] = ", ".join(f'<{one.href}>; rel="{one.rel}"' for one in links)
    else:
        response = _difference_document(collection, query, found, links)
    response.headers[VERSION_HEADER] = str(found.new.id)
    return response


def _wants_table() -> bool:
    accepted = request.accept_mimetypes
    return accepted.best_match([GEOJSON, JSON, HTML, CSV], default=GEOJSON) == CSV


def _diff_links(collection_id: str, query: DiffQuery, found: service.Comparison) -> list[Link]:
    path = f"/collections/{collection_id}/diff"

    def address(after: int, form: str | None) -> str:
        values = {"from": found.old.id, "to": found.new.id, "limit": query.limit, "after": after, "f": form}
        return f"{path}?{urlencode({name: value for name, value in values.items() if value is not None})}"

    form = "csv" if query.f == "csv" else None
    links = [
        link(address(query.after, form), "self", CSV if form else GEOJSON),
        link(address(query.after, "html"), "alternate", HTML),
        link(address(query.after, None if form else "csv"), "alternate", GEOJSON if form else CSV),
        link(f"/collections/{collection_id}", "collection"),
        link(f"/collections/{collection_id}/versions", HISTORY_REL),
    ]
    if found.next_after is not None:
        links.append(link(address(found.next_after, form), "next", CSV if form else GEOJSON))
    return links


def _difference_document(
    collection: Collection, query: DiffQuery, found: service.Comparison, links: list[Link]
) -> Response:
    head = {
        "from": found.old.id,
        "to": found.new.id,
        "tally": {
            "added": found.tally.added,
            "changed": found.tally.changed,
            "removed": found.tally.removed,
            "others": found.others,
        },
        "numberReturned": len(found.rows),
        "links": [one.model_dump(exclude_none=True) for one in links],
    }
    body = "".join(geojson_text(head, found.rows))
    if wants_page(query.f):
        return page(json.loads(body), _heading(collection))
    return json_response(body, GEOJSON)


@going_back.post("/<int:version>/restore")
@operation(
    "Versions", Permission.EDIT_LAYER, {200: {JSON: Unchanged}, 201: {JSON: VersionEntry}}, body=Restoring
)
def restore_version(collection_id: str, version: int, body: Restoring) -> Response:
    """Bring a layer, or some of its rows, back to what they were in a version, as a new version."""
    author = current.caller().name
    return _put_back(
        collection_of(collection_id),
        lambda connection, definition: restore(
            connection,
            definition,
            version,
            author=author,
            message=body.message,
            fids=body.fids,
            wait_s=ANSWER_WAIT_S,
        ),
    )


@going_back.post("/<int:version>/undo")
@operation("Versions", Permission.EDIT_LAYER, {200: {JSON: Unchanged}, 201: {JSON: VersionEntry}})
def undo_version(collection_id: str, version: int) -> Response:
    """Bring the rows that a version touched back to what they were before it, as a new version."""
    author = current.caller().name
    return _put_back(
        collection_of(collection_id),
        lambda connection, definition: undo(
            connection, definition, version, author=author, wait_s=ANSWER_WAIT_S
        ),
    )


def _put_back(collection: Collection, back: Callable[[Connection, LayerDefinition], PutBack]) -> Response:
    definition, caller, entry = collection.definition, current.caller(), None
    current.release()
    with writing(current.context()) as connection:
        done = back(connection, definition)
        # The layer is held by now: a right that was taken back while this waited is gone.
        require_editing_now(connection, current.context().catalogue, caller, definition.id)
        if done.version is not None:
            note_version(connection, caller, definition.id, done.version)
            # Read where it was written: it must not take another connection to tell what has been done.
            entry = _entry(definition, service.just_made(connection, definition, done.version))
    path = f"/collections/{definition.id}/versions"
    if entry is None:
        told = notices()["nothing_to_put_back"].in_language(current.language()).format(layer=definition.id)
        document = Unchanged(version=collection.version, detail=told, links=[link(path, HISTORY_REL)])
        return json_response(document.model_dump_json(exclude_none=True))
    response = json_response(entry.model_dump_json(exclude_none=True), status=HTTPStatus.CREATED)
    response.headers["Location"] = url(f"{path}/{done.version}")
    return response
