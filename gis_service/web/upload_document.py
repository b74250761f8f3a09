"""Uploads as documents: what was found is told in the reader's language, whoever found it, and when."""

import base64
from collections.abc import Mapping
from typing import Any

from gis_service.errors import ErrorCode, NotFound
from gis_service.messages.catalogue import notices
from gis_service.services import jobs, uploads
from gis_service.services.uploads import Upload
from gis_service.services.uploads_listed import unpack
from gis_service.types import Language
from gis_service.web import current
from gis_service.web.errors import problem_document
from gis_service.web.present import link
from gis_service.web.schemas.common import CSV, GEOJSON, PNG, Link, Problem
from gis_service.web.schemas.uploads import (
    UploadChoices,
    UploadDocument,
    UploadEntry,
    UploadFault,
    UploadFeature,
    UploadLayer,
    UploadResult,
    UploadTarget,
)

_LOOKED_AT = ("received", "inspecting")


def entry_of(upload: Upload) -> UploadEntry:
    """Tell of an upload in a list."""
    return UploadEntry(**_common(upload))


def document_of(upload: Upload) -> UploadDocument:
    """Tell everything of an upload."""
    found = upload.inspection or {}
    problem = None
    # One that is kept while the file is looked at anew is about the look before.
    if upload.problem is not None and upload.state not in _LOOKED_AT:
        error = jobs.read_problem(upload.id, upload.problem)
        problem = Problem.model_validate(problem_document(error, current.language(), current.request_id()))
    return UploadDocument(
        **_common(upload),
        layers=[_layer(layer) for layer in found.get("layers", [])],
        faults=faults_of(upload),
        guesses=found.get("guesses", []),
        target=UploadTarget.model_validate(found["target"]) if found.get("target") else None,
        choices=UploadChoices.model_validate(upload.choices),
        problem=problem,
    )


def _layer(told: Mapping[str, Any]) -> UploadLayer:
    """Tell of a layer in a file; its faults, and what was done to its rows, in the reader's language too."""
    if "notices" in told:
        told = {**told, "notices": [{**one, "text": _said(one)} for one in told["notices"]]}
    if told.get("fault"):
        error, language = jobs.read_problem("", told["fault"]), current.language()
        words = {"title": error.title(language), "detail": error.detail(language)}
        told = {**told, "fault": {"code": error.code.value, **words, "remedy": error.remedy(language)}}
    return UploadLayer.model_validate(told)


def _said(notice: Mapping[str, Any]) -> str:
    return _said_in(notice, current.language())


def _said_in(notice: Mapping[str, Any], language: Language) -> str:
    return notices()[notice["code"]].in_language(language).format(**notice["params"])


def faults_of(upload: Upload, language: Language | None = None, *, whole: bool = False) -> list[UploadFault]:
    """Tell everything that was found in an upload.

    Parameters
    ----------
    language
        Of the words; that of the request when none is named.
    whole
        With all features that were kept, instead of the first hundred of each kind.
    """
    language = language or current.language()
    found = (upload.inspection or {}).get("findings", [])
    return [_fault(upload.id, finding, language, whole=whole) for finding in found]


def _fault(id_: str, finding: Mapping[str, Any], language: Language, *, whole: bool) -> UploadFault:
    error = jobs.read_problem(id_, finding["error"])
    more = unpack(finding.get("more")) if whole else []
    return UploadFault(
        code=error.code.value,
        severity=finding["severity"],
        count=finding["count"],
        title=error.title(language),
        detail=error.detail(language),
        expected=error.expected(language),
        remedy=error.remedy(language),
        repair=finding["repair"],
        column=finding["column"],
        features=[
            UploadFeature(where=fault.place(language), text=fault.words(language), lon=lon, lat=lat)
            for fault, (lon, lat) in zip(error.faults, finding["places"], strict=True)
        ]
        + [
            UploadFeature(
                where=one.where.in_language(language), text=one.said(language), lon=one.lon, lat=one.lat
            )
            for one in more
        ],
        listed=finding.get("listed", len(error.faults)),
    )


def picture_of(upload: Upload) -> bytes:
    """Give the small picture of a raster, as PNG.

    Raises
    ------
    NotFound
        ``upload_without_picture``: a file of rows, or one that was committed.
    """
    kept = (upload.inspection or {}).get("picture")
    if not kept:
        raise NotFound(ErrorCode.UPLOAD_WITHOUT_PICTURE, id=upload.id, file=upload.file)
    return base64.b64decode(kept)


def _common(upload: Upload) -> dict[str, Any]:
    return {
        "id": upload.id,
        "state": upload.state,
        "file": upload.file,
        "size": upload.size,
        "received": uploads.offset_of(current.context().settings, upload),
        "created_at": upload.created_at,
        "updated_at": upload.updated_at,
        "expires_at": upload.expires_at,
        "result": None if upload.result is None else result_of(upload.id, upload.result, current.language()),
        "links": _links(upload),
    }


def result_of(id_: str, result: Mapping[str, Any], language: Language) -> UploadResult:
    """Tell what came of the commit of an upload."""
    told = [_said_in(one, language) for one in result["notices"]]
    faults = [_fault(id_, one, language, whole=False) for one in result.get("findings", [])]
    kept = {name: value for name, value in result.items() if name != "findings"}
    return UploadResult.model_validate({**kept, "notices": told, "faults": faults})


def _links(upload: Upload) -> list[Link]:
    path = f"/uploads/{upload.id}"
    links = [link(path, "self")]
    if upload.state in {"ready", "committed"}:
        links.append(link(f"{path}/faults?f=csv", "describedby", CSV))
    if upload.state == "ready":
        links += [link(f"{path}/preview", "preview", GEOJSON), link(f"{path}/commit", "edit")]
    if (upload.inspection or {}).get("picture"):
        links.append(link(f"{path}/picture", "preview", PNG))
    if upload.job is not None:
        links.append(link(f"/jobs/{upload.job}", "monitor"))
    if upload.result is not None:
        links.append(link(f"/collections/{upload.result['layer']}", "collection"))
    return links
