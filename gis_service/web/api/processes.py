"""What can be computed, and its execution."""

from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, request

from gis_service import __version__
from gis_service.errors import ErrorCode, NotFound
from gis_service.services import roadmap_request, siting_request
from gis_service.services import studies as service
from gis_service.services.documents import canonical_json
from gis_service.services.job_runs import Wanted, accept
from gis_service.services.step_tables_closed import public_study
from gis_service.services.study_processes import REQUESTS
from gis_service.types import Text
from gis_service.web import current
from gis_service.web.api.jobs import status_info
from gis_service.web.auth import Permission
from gis_service.web.operation import operation
from gis_service.web.prefer import RESPOND_ASYNC, wants_a_job
from gis_service.web.present import FormatQuery, itself, json_response, link, show, url
from gis_service.web.schemas.common import HTML, JSON, Link
from gis_service.web.schemas.jobs import Execution, ProcessesQuery, Results, StatusInfo
from gis_service.web.schemas.studies import Process, ProcessEntry, Processes, StudyDocument

blueprint = Blueprint("processes", __name__, url_prefix="/api/processes")
execution = Blueprint("execution", __name__, url_prefix="/api/processes")
"""What runs a study, apart from what describes it."""


@dataclass(frozen=True, slots=True)
class _Told:
    """What is said of a process."""

    title: Text
    about: Text


_TOLD = {
    "coverage": _Told(
        Text("Độ bao phủ của dịch vụ", "Coverage of a service"),
        Text(
            "Bao nhiêu người dân tới được dịch vụ trong giới hạn, theo từng đơn vị, và ai còn ở ngoài.",
            "How many people reach a service within the limit, unit by unit, and who is left out.",
        ),
    ),
    "gaps": _Told(
        Text("Nơi còn ở ngoài", "Places left out"),
        Text(
            "Những nơi có người dân ở ngoài giới hạn, xếp theo số người, kèm cơ sở gần nhất và lý do.",
            "The places whose people are beyond the limit, ranked by people, each with its nearest facility"
            " and the reason.",
        ),
    ),
    "catchment": _Told(
        Text("Vùng phục vụ", "Catchments"),
        Text(
            "Đường, vùng (chỉ để vẽ) và ô lưới trong giới hạn của dịch vụ hay của một nơi,"
            " và ai đi tới cơ sở nào.",
            "The roads, areas (for drawing only) and cells within the limit of a service or of a place,"
            " and who turns to which facility.",
        ),
    ),
    "what_if": _Told(
        Text("Nếu thay đổi thì sao", "What if"),
        Text(
            "Ai được thêm, ai mất đi khi mở, dời, đóng điểm dịch vụ, đóng đường, đổi tốc độ"
            " hay làm đường, cầu mới; dữ liệu giữ nguyên.",
            "Who gains and who loses when facilities open, move or close, or roads close, are slower"
            " or new; no layer changes.",
        ),
    ),
    "siting": _Told(
        Text("Đặt điểm dịch vụ ở đâu", "Where next"),
        Text(
            "Chọn điểm trong các ứng viên để thêm được nhiều người nhất (hoặc ít điểm nhất, gần nhất), và cho"
            " biết phương án kém phương án tốt nhất có thể bao nhiêu.",
            "Sites among candidates that bring most people within the limit (or are fewest, or nearest), and"
            " how far from the best possible the plan can be.",
        ),
    ),
    "roadmap": _Told(
        Text("Lộ trình chương trình", "Roadmap of the programme"),
        Text(
            "Mỗi giai đoạn mang lại gì cho người dân, các dự án theo thứ tự,"
            " và lộ trình tốt nhất với ngân sách.",
            "What each phase brings to residents, projects in order,"
            " and the best roadmap within the budgets.",
        ),
    ),
    "compare": _Told(
        Text("So sánh hai phương án", "Comparison of two states"),
        Text(
            "Ai được thêm, ai mất đi và đi thêm bao lâu khi dịch vụ đổi từ phương án này sang phương án kia.",
            "Who gains, who loses and how much longer people travel when a service goes from one state to"
            " another.",
        ),
    ),
}
_EXECUTE_REL = "http://www.opengis.net/def/rel/ogc/1.0/execute"


def _entry(process: str) -> dict[str, Any]:
    language = current.language()
    path = f"/processes/{process}"
    return {
        "id": process,
        "title": _TOLD[process].title.in_language(language),
        "description": _TOLD[process].about.in_language(language),
        "version": __version__,
        "links": [*itself(path), link(f"{path}/execution", _EXECUTE_REL)],
    }


def _inputs(process: str) -> dict[str, Any]:
    schema = REQUESTS[process].model_json_schema()
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
@operation("Processes", Permission.READ, {200: {JSON: Processes, HTML: None}}, query=ProcessesQuery)
def processes(query: ProcessesQuery) -> Response:
    """List what can be computed."""
    found = [process for process in sorted(service.PROCESSES) if process > (query.after or "")]
    entries = [ProcessEntry(**_entry(process)) for process in found[: query.limit]]
    links = itself("/processes")
    if len(found) > query.limit:
        asked = {**request.args.to_dict(), "after": entries[-1].id}
        links.append(Link(href=f"{url('/processes')}?{urlencode(asked)}", rel="next", type=JSON))
    return show(Processes(processes=entries, links=links), query.f, "Processes")


@blueprint.get("/<process_id>")
@operation("Processes", Permission.READ, {200: {JSON: Process, HTML: None}}, query=FormatQuery)
def process(process_id: str, query: FormatQuery) -> Response:
    """Describe what a process takes and gives."""
    if process_id not in service.PROCESSES:
        raise NotFound(ErrorCode.PROCESS_UNKNOWN, process=process_id, known=", ".join(service.PROCESSES))
    study = {"title": "study", "schema": {"type": "object", "contentMediaType": JSON}}
    document = Process(**_entry(process_id), inputs=_inputs(process_id), outputs={"study": study})
    return show(document, query.f, document.title)


@execution.post("/<process_id>/execution")
@operation(
    "Processes",
    Permission.STORE_STUDIES,
    {200: {JSON: (StudyDocument, Results)}, 201: {JSON: StatusInfo}},
    body=Execution,
)
def execute(process_id: str, body: Execution) -> Response:
    """Run a study and give its document, or, with `Prefer: respond-async`, put it into the queue as a job."""
    inputs = body.inputs.model_dump(mode="json", exclude_unset=True)
    wanted = Wanted(process_id, inputs, current.caller().name, body.response)
    return _later(wanted) if wants_a_job() else _at_once(wanted)


def _later(wanted: Wanted) -> Response:
    caller = current.caller()
    current.release()
    info = status_info(accept(current.context(), wanted, caller))
    response = json_response(info.model_dump_json(exclude_none=True), status=HTTPStatus.CREATED)
    response.headers["Location"] = url(f"/jobs/{info.jobID}")
    response.headers["Preference-Applied"] = RESPOND_ASYNC
    return response


def _at_once(wanted: Wanted) -> Response:
    caller = current.caller()
    if wanted.process == siting_request.PROCESS:
        siting_request.require_at_once(wanted.inputs)
    if wanted.process == roadmap_request.PROCESS:
        roadmap_request.require_at_once(wanted.inputs)
    # What is computed takes a connection of its own, for as long as it takes.
    current.release()
    study = service.run_alone(current.context(), wanted.process, wanted.inputs, wanted.author, reader=caller)
    # A token may be limited to studies, and then sees of them what everybody sees.
    document = study.document if current.sees_personal() else public_study(study.document)
    answer = {"study": document} if wanted.response == "document" else document
    response = json_response(canonical_json(answer).decode())
    response.headers["Location"] = url(f"/studies/{study.id}")
    if wanted.response == "raw":
        response.headers["Content-Location"] = response.headers["Location"]
    return response
