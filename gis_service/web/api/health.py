"""For those who watch the service: does it live, is it ready."""

from flask import Blueprint, Response

from gis_service import __version__
from gis_service.services.health import checks, workers
from gis_service.web import current
from gis_service.web.auth import Permission
from gis_service.web.operation import operation
from gis_service.web.present import json_response
from gis_service.web.schemas.common import JSON
from gis_service.web.schemas.health import Alive, HealthQuery, Ready

blueprint = Blueprint("health", __name__)

_READY, _NOT_READY = 200, 503


@blueprint.get("/healthz")
@operation("Health", Permission.READ, {200: {JSON: Alive}}, query=HealthQuery)
def alive(query: HealthQuery) -> Response:
    """Tell that the process answers; touches neither database nor disk."""
    del query  # there is only one format; asking for another has been refused
    return json_response(Alive(version=__version__).model_dump_json())


@blueprint.get("/readyz")
@operation("Health", Permission.READ, {200: {JSON: Ready}, 503: {JSON: Ready}}, query=HealthQuery)
def ready(query: HealthQuery) -> Response:
    """Tell whether database, schema and computing kernels are there; 503 while one is missing."""
    del query  # as above
    found = checks(current.context())
    whole = all(found.values())
    status = "ready" if whole else "not_ready"
    document = Ready(status=status, checks=found, workers=workers(current.context()))
    return json_response(document.model_dump_json(), status=_READY if whole else _NOT_READY)
