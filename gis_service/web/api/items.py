"""Items of a collection as GeoJSON, page by page."""

import json
from urllib.parse import urlencode

from flask import Blueprint, Response

from gis_service.services import features
from gis_service.web import current
from gis_service.web.api.collections import collection_of
from gis_service.web.operation import operation
from gis_service.web.present import FormatQuery, itself, json_response, link, page, wants_page
from gis_service.web.schemas.common import GEOJSON, HTML, JSON, Link
from gis_service.web.schemas.features import Item, Items
from gis_service.web.schemas.items import ItemsQuery

blueprint = Blueprint("items", __name__, url_prefix="/api/collections/<collection_id>/items")


def _address(collection_id: str, query: ItemsQuery, after: int) -> str:
    """Give the path of the page that begins after an item, with the same filters."""
    values: dict[str, object] = {"limit": query.limit, "after": after}
    if query.bbox is not None:
        values["bbox"] = ",".join(repr(number) for number in query.bbox)
    if query.datetime is not None:
        values["datetime"] = query.datetime
    return f"/collections/{collection_id}/items?{urlencode(values)}"


def _links(links: list[Link]) -> str:
    return json.dumps([entry.model_dump(exclude_none=True) for entry in links])


@blueprint.get("")
@operation("Items", {200: {GEOJSON: Items, HTML: None}}, query=ItemsQuery)
def items(collection_id: str, query: ItemsQuery) -> Response:
    """Give items of a layer by rising id; the link `next` leads to the following page."""
    collection = collection_of(collection_id)
    found = features.page(
        current.connection(), collection.definition, after=query.after, limit=query.limit, bbox=query.bbox
    )
    path = f"/collections/{collection_id}"
    links = [
        link(_address(collection_id, query, query.after), "self", GEOJSON),
        Link(href=f"{itself(f'{path}/items')[1].href}", rel="alternate", type=HTML),
        link(path, "collection"),
    ]
    if found.next_after is not None:
        links.append(link(_address(collection_id, query, found.next_after), "next", GEOJSON))
    count = len(found.features)
    whole = query.after == 0 and found.next_after is None
    matched = f', "numberMatched": {count}' if whole else ""
    # The features come as text from the database and go as text to the reader: none is parsed on the way.
    body = (
        f'{{"type": "FeatureCollection", "numberReturned": {count}{matched},'
        f' "links": {_links(links)}, "features": [{", ".join(found.features)}]}}'
    )
    if wants_page(query.f):
        return page(json.loads(body), collection.definition.title.in_language(current.language()))
    return json_response(body, GEOJSON)


@blueprint.get("/<item_id>")
@operation("Items", {200: {GEOJSON: Item, HTML: None}}, query=FormatQuery)
def item(collection_id: str, item_id: str, query: FormatQuery) -> Response:
    """Give one item of a layer."""
    collection = collection_of(collection_id)
    feature = features.one(current.connection(), collection.definition, item_id)
    path = f"/collections/{collection_id}"
    links = [*itself(f"{path}/items/{item_id}", GEOJSON), link(path, "collection", JSON)]
    body = f'{feature[:-1]}, "links": {_links(links)}}}'
    if wants_page(query.f):
        return page(json.loads(body), collection.definition.title.in_language(current.language()))
    return json_response(body, GEOJSON)
