"""The processes of the service: what each takes, and how it is asked before anything is computed."""

from collections.abc import Callable, Mapping
from datetime import date

from pydantic import BaseModel

from gis_service.catalogue.loader import Catalogue
from gis_service.db.engine import Connection
from gis_service.errors import ErrorCode, NotFound
from gis_service.services import (
    catchment,
    compare_document,
    coverage_document,
    gaps,
    roadmap_request,
    siting_request,
    what_if_request,
)
from gis_service.services.accounts import Caller
from gis_service.services.catchment_request import CatchmentRequest
from gis_service.services.compare import Workbench
from gis_service.services.compare_request import CompareRequest
from gis_service.services.process_asked import Asked, Question, Result
from gis_service.services.process_coverage import ask_catchment, ask_coverage
from gis_service.services.process_roadmap import ask_roadmap
from gis_service.services.process_siting import ask_siting
from gis_service.services.process_states import ask_compare, ask_what_if
from gis_service.services.roadmap_request import RoadmapRequest
from gis_service.services.siting_request import SitingRequest
from gis_service.services.study_request import CoverageRequest
from gis_service.services.what_if_request import WhatIfRequest

__all__ = ["REQUESTS", "Asked", "Result", "ask"]

REQUESTS: Mapping[str, type[BaseModel]] = {
    coverage_document.PROCESS: CoverageRequest,
    gaps.PROCESS: CoverageRequest,
    compare_document.PROCESS: CompareRequest,
    catchment.PROCESS: CatchmentRequest,
    what_if_request.PROCESS: WhatIfRequest,
    siting_request.PROCESS: SitingRequest,
    roadmap_request.PROCESS: RoadmapRequest,
}
"""The inputs of each process."""
_ASKERS: Mapping[str, Callable[[Question], Asked]] = {
    coverage_document.PROCESS: ask_coverage,
    gaps.PROCESS: ask_coverage,
    compare_document.PROCESS: ask_compare,
    catchment.PROCESS: ask_catchment,
    what_if_request.PROCESS: ask_what_if,
    siting_request.PROCESS: ask_siting,
    roadmap_request.PROCESS: ask_roadmap,
}
"""What checks the inputs of each."""


def ask(
    connection: Connection,
    catalogue: Catalogue,
    process: str,
    inputs: object,
    today: date,
    bench: Workbench | None = None,
    *,
    reader: Caller | None = None,
) -> Asked:
    """Check what somebody asks for, and find the layers; nothing is computed yet.

    Parameters
    ----------
    connection, catalogue
        Where the layers are, and what they mean.
    process, inputs
        As docs/contract.md has them.
    today
        For studies that name no day.
    bench
        Keeps what several studies of one state of the data share; one of its own when None.
    reader
        Whose right to read the layers is asked for, before anything is told of them; None is the operator.

    Raises
    ------
    NotFound
        ``process_unknown``.
    NotAllowed
        ``token_missing``, ``role_insufficient`` or ``version_closed``.
    RefusedInput, Conflict
        As `gis_service.services.studies.run`.
    """
    if process not in REQUESTS:
        raise NotFound(ErrorCode.PROCESS_UNKNOWN, process=process, known=", ".join(REQUESTS))
    bench = Workbench() if bench is None else bench
    question = Question(connection, catalogue, process, inputs, today, bench, reader)
    return _ASKERS[process](question)
