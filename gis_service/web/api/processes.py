"""What can be computed, and its execution."""

from typing import Any

from flask import Blueprint, Response

from gis_service import __version__
from gis_service.errors import ErrorCode, NotFound
from gis_service.services import studies as service
from gis_service.services.documents import canonical_json
from gis_service.services.study_request import CoverageRequest
from gis_service.services.transactions import writing
from gis_service.types import Text
from gis_service.web import current
from gis_service.web.operation import operation
from gis_service.web.present import FormatQuery, itself, json_response, link, show, url
from gis_service.web.schemas.common import HTML, JSON
from gis_service.web.schemas.studies import Execution, Process, ProcessEntry, Processes, StudyDocument

blueprint = Blueprint("processes", __name__, url_prefix="/api/processes")
execution = Blueprint("execution", __name__, url_prefix="/api/processes")
"""Apart from the descriptions, because running a study is not for everybody."""

_TITLES = {"coverage": Text("Độ bao phủ của dịch vụ", "Coverage of a service")}
_ABOUT = {
    "coverage": Text(
        "Bao nhiêu người dân tới được dịch vụ trong giới hạn, theo từng đơn vị, và ai còn ở ngoài.",
        "How many people reach a service within the limit, unit by unit, and who is left out.",
    )
}
_EXECUTE_REL = "http://www.opengis.net/def/rel/ogc/1.0/execute"


def _entry(process: str) -> dict[str, Any]:
    language = current.language()
    path = f"/processes/{process}"
    return {
        "id": process,
        "title": _TITLES[process].in_language(language),
        "description": _ABOUT[process].in_language(language),
        "version": __version__,
        "links": [*itself(path), link(f"{path}/execution", _EXECUTE_REL)],
    }


def _inputs() -> dict[str, Any]:
    schema = CoverageRequest.model_json_schema()
    shared = schema.get("$defs", {})
    found = {}
    for name, described in schema["properties"].items():
        needed = int(name in schema.get("required", []))
        told = {**described, "$defs": shared} if "#/$defs/" in str(described) else described
        found[name] = {
            "title": name,
            "description": described.get("description", ""),
            "minOccurs": needed,
            "schema": told,
        }
    return found


@blueprint.get("")
@operation("Processes", {200: {JSON: Processes, HTML: None}}, query=FormatQuery)
def processes(query: FormatQuery) -> Response:
    """List what can be computed."""
    entries = [ProcessEntry(**_entry(process)) for process in service.PROCESSES]
    return show(Processes(processes=entries, links=itself("/processes")), query.f, "Processes")


@blueprint.get("/<process_id>")
@operation("Processes", {200: {JSON: Process, HTML: None}}, query=FormatQuery)
def process(process_id: str, query: FormatQuery) -> Response:
    """Describe what a process takes and gives."""
    if process_id not in service.PROCESSES:
        raise NotFound(ErrorCode.PROCESS_UNKNOWN, process=process_id, known=", ".join(service.PROCESSES))
    study = {"title": "study", "schema": {"type": "object", "contentMediaType": JSON}}
    document = Process(**_entry(process_id), inputs=_inputs(), outputs={"study": study})
    return show(document, query.f, document.title)


@execution.post("/<process_id>/execution")
@operation("Processes", {200: {JSON: StudyDocument}}, body=Execution)
def execute(process_id: str, body: Execution) -> Response:
    """Run a study, keep it, and give its document; its address is in the header Location."""
    with writing(current.context()) as connection:
        study = service.run(
            connection,
            current.context().catalogue,
            process_id,
            body.inputs.model_dump(mode="json", exclude_unset=True),
            author=current.caller().name,
            reader=current.caller(),
            store=current.context().store,
        )
    response = json_response(canonical_json(study.document).decode())
    response.headers["Location"] = response.headers["Content-Location"] = url(f"/studies/{study.id}")
    return response
