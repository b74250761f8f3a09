"""Scenarios: listed, kept, changed, rebased, dropped."""

from http import HTTPStatus
from urllib.parse import urlencode

from flask import Blueprint, Response, request

from gis_service.errors import ErrorCode, WrongUse
from gis_service.services import scenario_reading as reading
from gis_service.services import scenario_rebase as rebasing
from gis_service.services import scenarios as service
from gis_service.services.accounts import Role
from gis_service.services.scenarios import Draft, ScenarioRow
from gis_service.services.transactions import writing
from gis_service.types import Text
from gis_service.web import current
from gis_service.web.auth import Permission
from gis_service.web.operation import operation
from gis_service.web.present import itself, json_response, link, page, url, wants_page
from gis_service.web.schemas.common import HTML, JSON
from gis_service.web.schemas.scenarios import (
    RebaseBody,
    RebaseDocument,
    ScenarioBody,
    ScenarioConflict,
    ScenarioDocument,
    ScenarioEntry,
    ScenarioQuery,
    Scenarios,
    ScenariosQuery,
    ScenarioVersionEntry,
    ScenarioVersions,
    VersionsQuery,
)

blueprint = Blueprint("scenarios", __name__, url_prefix="/api/scenarios")
_TAG = "Scenarios"


@blueprint.get("")
@operation(
    _TAG, Permission.READ_SCENARIOS, {HTTPStatus.OK: {JSON: Scenarios, HTML: None}}, query=ScenariosQuery
)
def scenarios(query: ScenariosQuery) -> Response:
    """List the caller's own scenarios and those that are shared, the newest first."""
    found = reading.list_(current.connection(), current.rights(), after=query.after, limit=query.limit)
    following = None
    if found.next is not None:
        following = f"{url('/scenarios')}?{urlencode({'limit': query.limit, 'after': found.next})}"
    document = Scenarios(items=[_entry(row) for row in found.items], next=following)
    if wants_page(query.f):
        return page(document.model_dump(mode="json"), "Scenarios")
    return json_response(document.model_dump_json())


@blueprint.post("")
@operation(
    _TAG, Permission.STORE_SCENARIOS, {HTTPStatus.CREATED: {JSON: ScenarioDocument}}, body=ScenarioBody
)
def create(body: ScenarioBody) -> Response:
    """Keep a scenario, made on the layers as they are; its address and its ETag come back with it."""
    context, caller = current.context(), current.caller()
    current.release()
    with writing(context) as connection:
        row = service.create(connection, context.catalogue, _draft(body), caller=caller)
    response = _told(row, HTTPStatus.CREATED)
    response.headers["Location"] = url(f"/scenarios/{row.id}")
    return response


@blueprint.get("/<scenario_id>")
@operation(
    _TAG,
    Permission.READ_SCENARIOS,
    {HTTPStatus.OK: {JSON: ScenarioDocument, HTML: None}},
    query=ScenarioQuery,
)
def scenario(scenario_id: str, query: ScenarioQuery) -> Response:
    """Give a scenario with its newest version, or another one."""
    row = reading.get(current.connection(), current.rights(), scenario_id, query.version)
    if wants_page(query.f):
        return page(_document(row).model_dump(mode="json"), scenario_id)
    return _told(row)


@blueprint.put("/<scenario_id>")
@operation(_TAG, Permission.STORE_SCENARIOS, {HTTPStatus.OK: {JSON: ScenarioDocument}}, body=ScenarioBody)
def replace(scenario_id: str, body: ScenarioBody) -> Response:
    """Change a scenario; another question or other edits make a version of it. `If-Match` is required."""
    expected = _expected(scenario_id)
    context, caller = current.context(), current.caller()
    current.release()
    with writing(context) as connection:
        row = service.replace(
            connection, context.catalogue, scenario_id, _draft(body), expected=expected, caller=caller
        )
    return _told(row)


@blueprint.delete("/<scenario_id>")
@operation(_TAG, Permission.STORE_SCENARIOS, {HTTPStatus.NO_CONTENT: {}})
def drop(scenario_id: str) -> Response:
    """Drop a scenario with its versions. `If-Match` is required."""
    expected = _expected(scenario_id)
    context, caller = current.context(), current.caller()
    current.release()
    with writing(context) as connection:
        service.drop(connection, scenario_id, expected=expected, caller=caller)
    return Response(status=HTTPStatus.NO_CONTENT)


@blueprint.get("/<scenario_id>/versions")
@operation(_TAG, Permission.READ_SCENARIOS, {HTTPStatus.OK: {JSON: ScenarioVersions}}, query=VersionsQuery)
def versions(scenario_id: str, query: VersionsQuery) -> Response:
    """List the versions of a scenario, the newest first."""
    connection, rights = current.connection(), current.rights()
    row = reading.get(connection, rights, scenario_id)
    found = reading.versions(connection, row, rights, before=query.before, limit=query.limit)
    path, following = f"/scenarios/{row.id}", None
    if found.next is not None:
        following = f"{url(path)}/versions?{urlencode({'limit': query.limit, 'before': found.next})}"
    entries = [
        ScenarioVersionEntry(
            version=one.number,
            author=one.author,
            message=one.message,
            made_at=one.made_at,
            edits_hash=one.edits_hash,
            count=len(one.edits),
            base=one.base,
            links=[link(f"{path}?version={one.number}", "self")],
        )
        for one in found.items
    ]
    return json_response(ScenarioVersions(items=entries, next=following).model_dump_json())


@blueprint.get("/<scenario_id>/rebase")
@operation(_TAG, Permission.READ_SCENARIOS, {HTTPStatus.OK: {JSON: RebaseDocument}})
def conflicts(scenario_id: str) -> Response:
    """Tell which layers have newer versions, and which edits do not hold on them."""
    connection, rights = current.connection(), current.rights()
    row = reading.get(connection, rights, scenario_id)
    seen = rebasing.look(connection, current.catalogue(), row, rights)
    told = [
        ScenarioConflict(
            number=one.number,
            code=one.notice.code,
            may_be_kept=one.may_be_kept,
            vi=one.words.vi,
            en=one.words.en,
        )
        for one in seen.findings
    ]
    document = RebaseDocument(base=seen.base, newer=list(seen.newer), conflicts=told)
    return json_response(document.model_dump_json())


@blueprint.post("/<scenario_id>/rebase")
@operation(_TAG, Permission.STORE_SCENARIOS, {HTTPStatus.OK: {JSON: ScenarioDocument}}, body=RebaseBody)
def rebase(scenario_id: str, body: RebaseBody) -> Response:
    """Put a scenario on the layers as they are now, as a version of it. `If-Match` is required."""
    expected = _expected(scenario_id)
    context, caller = current.context(), current.caller()
    current.release()
    with writing(context) as connection:
        row = rebasing.rebase(
            connection,
            context.catalogue,
            scenario_id,
            drop=body.drop,
            keep=body.keep,
            message=body.message,
            expected=expected,
            caller=caller,
        )
    return _told(row)


def _draft(body: ScenarioBody) -> Draft:
    title = body.title
    return Draft(
        Text(title, title) if isinstance(title, str) else Text(title.vi, title.en),
        body.note,
        body.shared,
        body.team,
        body.inputs.model_dump(mode="json", exclude_unset=True),
        [edit.model_dump(mode="json", exclude_unset=True) for edit in body.edits],
        body.message,
    )


def _expected(scenario: str) -> frozenset[str] | None:
    """Tell which states of the scenario the caller may have seen.

    Raises
    ------
    WrongUse
        ``precondition_missing``.
    """
    if "If-Match" not in request.headers:
        raise WrongUse(ErrorCode.PRECONDITION_MISSING, item=scenario)
    return service.ANY_STATE if request.if_match.star_tag else frozenset(request.if_match.as_set())


def _entry(row: ScenarioRow) -> ScenarioEntry:
    return ScenarioEntry(
        id=row.id,
        title=row.title,
        note=row.note,
        owner=row.owner,
        own=current.caller().role is Role.ADMIN or reading.owns(row, current.caller()),
        shared=row.shared,
        team=row.team,
        version=row.version,
        edits_hash=row.shown.edits_hash,
        count=len(row.shown.edits),
        created_at=row.created_at,
        changed_at=row.changed_at,
        links=[*itself(f"/scenarios/{row.id}"), link(f"/scenarios/{row.id}/versions", "version-history")],
    )


def _document(row: ScenarioRow) -> ScenarioDocument:
    shown = row.shown
    return ScenarioDocument(
        **_entry(row).model_dump(),
        shown=shown.number,
        author=shown.author,
        message=shown.message,
        made_at=shown.made_at,
        inputs=shown.inputs,
        edits=shown.edits,
        base=shown.base,
    )


def _told(row: ScenarioRow, status: HTTPStatus = HTTPStatus.OK) -> Response:
    response = json_response(_document(row).model_dump_json(), status=status)
    response.set_etag(service.tag_of(row))
    return response
