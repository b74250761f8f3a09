"""Where next, for an analyst with files of the ground: the inputs of the gap analysis, and candidates."""

from collections import Counter
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyproj
import shapely

from gis_service.analysis.change import Counts
from gis_service.analysis.demand import ALL
from gis_service.analysis.siting import Model
from gis_service.crs import STORAGE, transform, transform_xy
from gis_service.errors import ErrorCode, Fault, RefusedInput, WrongUse
from gis_service.files.frames import crs_of, find_column, require_column
from gis_service.services.compare_document import counts_row
from gis_service.services.coverage import Progress
from gis_service.services.coverage_document import SCHEMA, Document
from gis_service.services.coverage_inputs import Notice
from gis_service.services.documents import code_version, plain
from gis_service.services.gap_analysis import GapAnalysis, run_gap_analysis
from gis_service.services.gap_inputs import GapFiles
from gis_service.services.gap_question import GapQuestion
from gis_service.services.gap_references import content_hash
from gis_service.services.gap_tables import NAMES, read_table, require_together, table_place
from gis_service.services.siting import Sited, run_siting
from gis_service.services.siting_ask import SitingAsk
from gis_service.services.siting_choice import reached_with
from gis_service.services.siting_document import ASKED, PLAN, plan_notices, plan_of
from gis_service.services.siting_request import (
    MEASURES_WITH_SITES,
    MOST_TIME_S,
    PROCESS,
    WITH_ROOM,
    Candidates,
)
from gis_service.services.siting_sites import Sites, inside_any, stand_in
from gis_service.types import Bools, Floats, Geometries

_IDS = ("id", "code", "ma")
"""Columns that may tell candidates apart, the best first."""
_FROM = 0.6
"""Share of the work that is done before the sites are chosen."""


@dataclass(frozen=True, slots=True)
class FilePlanQuestion:
    """What somebody asks for beside the inputs of a gap analysis.

    Parameters
    ----------
    candidates, outside
        File of points or areas, and files of areas that none may lie in.
    cost_column
        Column of the candidates that tells what each would cost.
    model, sites, budget, fixed, excluded, spacing_m, backup, thin_m
        As `gis_service.services.siting_request.SitingRequest` has them.
    capacity, capacity_column
        How many people each candidate has room for: one number, and a column that goes before it. With any of
        them nobody is served above the capacities; those of the facilities are of their column ``capacity``.
    most
        More candidates than these are refused.
    time_limit
        Seconds after which the best so far is told; None for an hour.
    """

    candidates: str
    model: Model
    sites: int | None = None
    budget: int | None = None
    fixed: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()
    outside: tuple[str, ...] = ()
    cost_column: str | None = None
    capacity: float | None = None
    capacity_column: str | None = None
    spacing_m: float | None = None
    backup: float = 0.0
    thin_m: float | None = None
    most: int = 2000
    time_limit: float | None = None


@dataclass(frozen=True)
class FilePlan:
    """A plan on files: the analysis of the state as it is, the plan, and the document of both."""

    analysis: GapAnalysis
    sited: Sited
    document: Document


def run_file_plan(
    files: GapFiles, question: GapQuestion, asked: FilePlanQuestion, progress: Progress | None = None
) -> FilePlan:
    """Choose sites on files.

    Parameters
    ----------
    files, question
        As of `run_gap_analysis`.
    asked
        Where sites may be, and how many.
    progress
        Told each step as it begins; as `run_siting` of the search.

    Raises
    ------
    WrongUse, NotFound, RefusedInput, Temporary
        With what is wrong and what to do.
    """
    tell = progress or (lambda _step, _share: None)
    _require(asked)
    analysis = run_gap_analysis(files, question, lambda step, share: tell(step, _FROM * share))
    if analysis.parameters.measure not in MEASURES_WITH_SITES:
        expected = ", ".join(MEASURES_WITH_SITES)
        value = analysis.parameters.measure
        raise WrongUse(ErrorCode.WRONG_ARGUMENT, name="--measure", value=value, expected=expected)
    said: list[Notice] = []

    def read(crs: pyproj.CRS, lines: Geometries) -> Sites:
        return _read_candidates(analysis, asked, crs, lines, said)

    ask = _ask(asked)
    sited = run_siting(
        analysis.read, analysis.parameters, ask, read, lambda step, share: tell(step, _FROM + 0.4 * share)
    )
    return FilePlan(analysis, sited, _document(analysis, sited, said))


def _require(asked: FilePlanQuestion) -> None:
    """Refuse what means nothing before the files are read, which may take a while."""
    wants_number = asked.model != "lscp"
    if wants_number and asked.sites is None and asked.budget is None:
        raise WrongUse(ErrorCode.SITING_OPTION_MISSING, model=asked.model, option="--sites")
    for option, value in (("--sites", asked.sites), ("--budget", asked.budget)):
        if value is not None and not wants_number:
            expected = "--model mclp | p-median | p-center"
            raise WrongUse(ErrorCode.WRONG_ARGUMENT, name=option, value=value, expected=expected)
        if value is not None and value < 1:
            raise WrongUse(ErrorCode.WRONG_ARGUMENT, name=option, value=value, expected=">= 1")
    if not 0 <= asked.backup <= 1 or (asked.backup and asked.model != "mclp"):
        expected = "0..1: --model mclp"
        raise WrongUse(ErrorCode.WRONG_ARGUMENT, name="--backup", value=asked.backup, expected=expected)
    if _has_rooms(asked) and (asked.model not in WITH_ROOM or asked.backup):
        expected = f"--model {' | '.join(WITH_ROOM)}, --backup 0"
        raise WrongUse(ErrorCode.WRONG_ARGUMENT, name="--capacity", value=asked.model, expected=expected)
    for option, number in (
        ("--capacity", asked.capacity),
        ("--time-limit", asked.time_limit),
        ("--spacing-m", asked.spacing_m),
        ("--thin-m", asked.thin_m),
    ):
        if number is not None and not 0 < number < float("inf"):
            raise WrongUse(ErrorCode.WRONG_ARGUMENT, name=option, value=number, expected="> 0")
    if both := [name for name in asked.fixed if name in asked.excluded]:
        raise RefusedInput(ErrorCode.SITING_FIXED_AND_EXCLUDED, names=", ".join(both))


def _has_rooms(asked: FilePlanQuestion) -> bool:
    return (asked.capacity, asked.capacity_column) != (None, None)


def _ask(asked: FilePlanQuestion) -> SitingAsk:
    return SitingAsk(
        model=asked.model,
        sites=asked.sites,
        candidates=Candidates(thin_m=asked.thin_m, outside=()).model_copy(update={"most": asked.most}),
        fixed=asked.fixed,
        excluded=asked.excluded,
        closable=(),
        weights={ALL: 1.0},
        time_limit_s=MOST_TIME_S if asked.time_limit is None else asked.time_limit,
        budget=asked.budget,
        spacing_m=asked.spacing_m,
        backup=asked.backup,
        capacity=asked.capacity,
        is_capacitated=_has_rooms(asked),
    )


def _read_candidates(
    analysis: GapAnalysis,
    asked: FilePlanQuestion,
    crs: pyproj.CRS,
    lines: Geometries,
    notices: list[Notice],
) -> Sites:
    """Read the candidates: points as they are, areas where they are entered."""
    frame = read_table(asked.candidates, "candidates", ("Point", "Polygon"), notices)
    require_together(analysis.inputs.area, [table_place(asked.candidates, frame)])
    shapes = transform(shapely.force_2d(np.asarray(frame.geometry, dtype=object)), crs_of(frame), crs)
    xy = stand_in(shapes, lines)
    ids = _ids(frame, asked.candidates)
    name = find_column(frame, NAMES)
    sites = Sites(
        ids=ids,
        names=(None,) * len(ids) if name is None else tuple(map(_text, frame[name])),
        sources=("candidates",) * len(ids),
        lonlat=transform_xy(xy, crs, STORAGE),
        xy=xy,
        cost=_numbers(frame, asked, "--cost-column", asked.cost_column),
        capacity=_numbers(frame, asked, "--capacity-column", asked.capacity_column),
    )
    sites = sites.take(~_lie_outside(analysis, asked, crs, xy, notices), "inside")
    if not len(sites):
        told = {"values": 0, "small": 0, "beyond": 0, "inside": len(ids)}
        raise RefusedInput(ErrorCode.SITING_CANDIDATES_NONE, (), **told)
    return sites


def _text(value: object) -> str | None:
    text = "" if value is None else str(value).strip()
    return None if text in {"", "nan", "None"} else text


def _ids(frame: Any, source: str) -> tuple[str, ...]:  # noqa: ANN401 a GeoDataFrame
    """Give the ids of candidates: those of a column, else their numbers."""
    column = find_column(frame, _IDS)
    if column is None:
        return tuple(str(row) for row in range(1, len(frame) + 1))
    ids = tuple(str(value) for value in frame[column])
    if many := [id_ for id_, count in Counter(ids).items() if count > 1]:
        twice = many[0]
        faults = [Fault(source, f"{column} = {twice}")]
        raise RefusedInput(
            ErrorCode.WRONG_ARGUMENT, faults, name=column, value=twice, expected=f"{column}: 1 ×"
        )
    return ids


def _numbers(frame: Any, asked: FilePlanQuestion, option: str, name: str | None) -> Floats:  # noqa: ANN401 a GeoDataFrame
    """Read a column of numbers of the candidates; nan where nothing is told."""
    if name is None:
        return np.full(len(frame), np.nan)
    column = require_column(frame, [name], path=asked.candidates, option=option)
    try:
        found = np.array([np.nan if value is None else float(value) for value in frame[column]])
    except (TypeError, ValueError):
        raise WrongUse(ErrorCode.WRONG_ARGUMENT, name=option, value=column, expected="0, 1, 2.5 …") from None
    if (found < 0).any():
        low = float(np.nanmin(found))
        raise WrongUse(ErrorCode.WRONG_ARGUMENT, name=option, value=low, expected=">= 0")
    return found


def _lie_outside(
    analysis: GapAnalysis, asked: FilePlanQuestion, crs: pyproj.CRS, xy: Floats, notices: list[Notice]
) -> Bools:
    found = np.zeros(len(xy), dtype=np.bool_)
    for source in asked.outside:
        frame = read_table(source, "outside", ("Polygon",), notices)
        require_together(analysis.inputs.area, [table_place(source, frame)])
        areas = transform(np.asarray(frame.geometry, dtype=object), crs_of(frame), crs)
        found |= inside_any(xy, areas)
    return found


def _document(analysis: GapAnalysis, sited: Sited, said: list[Notice]) -> Document:
    """Write the plan with what it brings: figures of both states by unit."""
    base, sites = analysis.result.document, sited.table.sites
    plan = plan_of(sited)
    references = {**analysis.read.references, "candidates": {"sha256": content_hash(sites.xy, sites.ids)}}
    document: Document = {
        "schema": SCHEMA,
        "process": PROCESS,
        "inputs": references,
        "parameters": analysis.parameters.as_document() | {ASKED: sited.asked.as_document()},
        "code_version": code_version(),
        "base": base["id"],
        PLAN: plan,
        **_figures(analysis, sited),
        "notices": [
            *plan_notices(sited, plan),
            *(notice.as_document() for notice in said),
            *base["notices"],
        ],
        "generated_data": base["generated_data"],
    }
    found: Document = plain(document)
    return found


def _figures(analysis: GapAnalysis, sited: Sited) -> Document:
    """Sum who was within the limit and who is, by group and by unit."""
    ground, zones = sited.ground, analysis.read.zones
    before = reached_with(sited.table, ground, np.flatnonzero(ground.stays).tolist())
    after = reached_with(sited.table, ground, sited.open_sites)
    totals, rows = {}, {}
    for group in analysis.parameters.counted_groups:
        people = ground.demand.people[group]
        totals[group] = _row(people, before, after)
        rows[group] = [_row(people[at], before[at], after[at]) for at in _by_unit(sited)]
    changed = [
        {"id": zones.ids[unit], "name": zones.names[unit]} | rows[ALL][unit]
        for unit in range(len(zones))
        if rows[ALL][unit]["won"]
    ]
    return {"totals": totals, "zones": changed}


def _by_unit(sited: Sited) -> list[Any]:
    zone = sited.ground.zone
    return [np.flatnonzero(zone == unit) for unit in range(len(sited.ground.inputs.zones))]


def _row(people: Any, before: Bools, after: Bools) -> Document:  # noqa: ANN401 an array of thousandths
    sums = {
        "total": int(people.sum()),
        "before": int(people[before].sum()),
        "after": int(people[after].sum()),
        "won": int(people[after & ~before].sum()),
        "lost": int(people[before & ~after].sum()),
    }
    return counts_row(Counts(**sums))
