"""A scenario's facilities written into their layer: shown, and then written if it is what was shown."""

from http import HTTPStatus

from flask import Blueprint, Response

from gis_service.services import scenario_publish as service
from gis_service.services import scenario_reading as reading
from gis_service.services.scenario_publish import Asked, Diff
from gis_service.services.study_words import notice_text
from gis_service.services.transactions import writing
from gis_service.web import current
from gis_service.web.auth import Permission
from gis_service.web.operation import operation
from gis_service.web.present import json_response, link
from gis_service.web.schemas.common import GEOJSON, JSON
from gis_service.web.schemas.scenarios import (
    ScenarioChange,
    ScenarioDiff,
    ScenarioDiffBody,
    ScenarioLeft,
    ScenarioPublishBody,
)
from gis_service.web.schemas.versions import VERSION_HEADER

blueprint = Blueprint("scenario_publish", __name__, url_prefix="/api/scenarios")
"""Apart from the scenarios themselves, because changing layers is not for those who keep scenarios."""


@blueprint.post("/<scenario_id>/diff")
@operation(
    "Scenarios", Permission.READ_SCENARIOS, {HTTPStatus.OK: {JSON: ScenarioDiff}}, body=ScenarioDiffBody
)
def diff(scenario_id: str, body: ScenarioDiffBody) -> Response:
    """Tell what publishing a scenario would do to the layer of its facilities; nothing is written."""
    connection, rights = current.connection(), current.rights()
    row = reading.get(connection, rights, scenario_id, body.version)
    found = service.diff(connection, current.catalogue(), row, Asked(body.features, body.closed_on))
    return json_response(_document(found, found.version).model_dump_json(exclude_none=True))


@blueprint.post("/<scenario_id>/publish")
@operation(
    "Scenarios", Permission.MAKE_LAYERS, {HTTPStatus.CREATED: {JSON: ScenarioDiff}}, body=ScenarioPublishBody
)
def publish(scenario_id: str, body: ScenarioPublishBody) -> Response:
    """Write the facilities of a scenario into their layer, if they are what was shown: a version of it."""
    context, caller = current.context(), current.caller()
    current.release()
    with writing(context) as connection:
        found, done = service.publish(
            connection,
            context.catalogue,
            scenario_id,
            Asked(body.features, body.closed_on),
            number=body.version,
            diff_hash=body.diff_hash,
            message=body.message,
            caller=caller,
        )
    text = _document(found, done.version).model_dump_json(exclude_none=True)
    response = json_response(text, status=HTTPStatus.CREATED)
    response.headers[VERSION_HEADER] = str(done.version)
    return response


def _document(found: Diff, version: int | None) -> ScenarioDiff:
    left = []
    for number, notice in found.left:
        words = notice_text(notice.as_document())
        left.append(ScenarioLeft(number=number, code=notice.code, vi=words.vi, en=words.en))
    collection = f"/collections/{found.layer}"
    return ScenarioDiff(
        layer=found.layer,
        version=version,
        diff_hash=found.hash,
        changes=[ScenarioChange(**change.as_document()) for change in found.changes],
        left=left,
        links=[link(collection, "collection"), link(f"{collection}/items", "items", GEOJSON)],
    )
