"""Studies published as layers."""

from http import HTTPStatus

from flask import Blueprint, Response

from gis_service.services import study_publish as service
from gis_service.services.study_publish import Publication
from gis_service.services.transactions import writing
from gis_service.types import Text
from gis_service.web import current
from gis_service.web.auth import Permission
from gis_service.web.operation import operation
from gis_service.web.present import json_response, url
from gis_service.web.schemas.common import GEOJSON, JSON, Link
from gis_service.web.schemas.study_publish import PublishBody, PublishedStudy

blueprint = Blueprint("study_publish", __name__, url_prefix="/api/studies")
"""Apart from the reading of studies, because making layers is not for everybody."""


@blueprint.post("/<study_id>/publish")
@operation(
    "Studies",
    Permission.MAKE_LAYERS,
    {HTTPStatus.CREATED: {JSON: PublishedStudy}, HTTPStatus.OK: {JSON: PublishedStudy}},
    body=PublishBody,
)
def publish(study_id: str, body: PublishBody) -> Response:
    """Publish rows of a study as a layer, as its readers may see them; 200 when it was published before."""
    context, caller = current.context(), current.caller()
    current.release()
    title = None if body.title is None else Text(body.title.vi, body.title.en)
    asked = Publication(body.layer, body.rows, title, body.visibility)
    with writing(context) as connection:
        made = service.publish(connection, context.catalogue, study_id, asked, caller=caller)
    collection = url(f"/collections/{made.definition.id}")
    document = PublishedStudy(
        study=study_id,
        layer=made.definition.id,
        version=made.version,
        features=made.features,
        left_out=made.left_out,
        links=[
            Link(href=collection, rel="collection", type=JSON),
            Link(href=f"{collection}/items", rel="items", type=GEOJSON),
            Link(href=url(f"/studies/{study_id}"), rel="derived_from", type=JSON),
        ],
    )
    status = HTTPStatus.CREATED if made.is_new else HTTPStatus.OK
    response = json_response(document.model_dump_json(exclude_none=True), status=status)
    if made.is_new:
        response.headers["Location"] = collection
    return response
