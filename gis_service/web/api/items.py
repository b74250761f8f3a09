"""Items of a collection as GeoJSON, page by page; of now, or as they were."""

import json
from urllib.parse import urlencode

from flask import Blueprint, Response

from gis_service.services import features
from gis_service.services.collections import Collection
from gis_service.services.edits import tag_of
from gis_service.web import current
from gis_service.web.api.collections import collection_of
from gis_service.web.api.states import State, condition_of, state_of
from gis_service.web.auth import Permission
from gis_service.web.operation import operation
from gis_service.web.present import json_response, link, page, wants_page
from gis_service.web.schemas.common import GEOJSON, HTML, JSON, Link
from gis_service.web.schemas.features import Item, Items
from gis_service.web.schemas.items import ItemQuery, ItemsQuery
from gis_service.web.schemas.versions import HISTORY_REL, VERSION_HEADER

blueprint = Blueprint("items", __name__, url_prefix="/api/collections/<collection_id>/items")


def _address(path: str, values: dict[str, object]) -> str:
    return f"{path}?{urlencode(values)}" if values else path


def _page(path: str, query: ItemsQuery, after: int) -> str:
    """Give the path of the page that begins after an item, with the same filters."""
    return _address(path, {"limit": query.limit, "after": after} | query.part())


def _links(links: list[Link]) -> str:
    return json.dumps([entry.model_dump(exclude_none=True) for entry in links])


def _around(path: str, query: ItemQuery, collection_path: str) -> list[Link]:
    """Link to the page for people, to the collection, and from the past to the versions."""
    kept = query.part() if isinstance(query, ItemsQuery) else query.past()
    links = [
        link(_address(path, kept | {"f": "html"}), "alternate", HTML),
        link(collection_path, "collection", JSON),
    ]
    if query.past():
        links += [
            link(f"{collection_path}/versions", HISTORY_REL),
            link(path, "latest-version", GEOJSON),
        ]
    return links


def _answer(body: str, collection: Collection, query: ItemQuery, state: State) -> Response:
    if wants_page(query.f):
        response = page(json.loads(body), collection.definition.title.in_language(current.language()))
    else:
        response = json_response(body, GEOJSON)
    if state.version is not None:
        response.headers[VERSION_HEADER] = str(state.version)
    return response


@blueprint.get("")
@operation("Items", Permission.READ_LAYER, {200: {GEOJSON: Items, HTML: None}}, query=ItemsQuery)
def items(collection_id: str, query: ItemsQuery) -> Response:
    """Give items of a layer by rising id; the link `next` leads to the following page."""
    collection = collection_of(collection_id)
    state = state_of(collection, query)
    found = features.page(
        current.connection(),
        collection.definition,
        after=query.after,
        limit=query.limit,
        bbox=query.bbox,
        version=state.past,
        condition=condition_of(collection, query),
    )
    path = f"/collections/{collection_id}/items"
    links = [
        link(_page(path, query, query.after), "self", GEOJSON),
        *_around(path, query, f"/collections/{collection_id}"),
    ]
    if found.next_after is not None:
        links.append(link(_page(path, query, found.next_after), "next", GEOJSON))
    count = len(found.features)
    whole = query.after == 0 and found.next_after is None
    matched = f', "numberMatched": {count}' if whole else ""
    # The features come as text from the database and go as text to the reader: none is parsed on the way.
    body = (
        f'{{"type": "FeatureCollection", "version": {json.dumps(state.version)},'
        f' "numberReturned": {count}{matched},'
        f' "links": {_links(links)}, "features": [{", ".join(found.features)}]}}'
    )
    return _answer(body, collection, query, state)


@blueprint.get("/<item_id>")
@operation("Items", Permission.READ_LAYER, {200: {GEOJSON: Item, HTML: None}}, query=ItemQuery)
def item(collection_id: str, item_id: str, query: ItemQuery) -> Response:
    """Give one item of a layer."""
    collection = collection_of(collection_id)
    state = state_of(collection, query)
    feature = features.one(current.connection(), collection.definition, item_id, state.past)
    path = f"/collections/{collection_id}/items/{item_id}"
    links = [
        link(_address(path, query.past()), "self", GEOJSON),
        *_around(path, query, f"/collections/{collection_id}"),
    ]
    body = f'{feature[:-1]}, "version": {json.dumps(state.version)}, "links": {_links(links)}}}'
    response = _answer(body, collection, query, state)
    if state.past is None:
        # An edit is made from the state that this tells.
        tag = tag_of(current.connection(), collection.definition, int(item_id))
        response.set_etag(tag or "none", weak=tag is None)
    return response
