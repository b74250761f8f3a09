"""What somebody asks of a study: checked, and completed from the standard and the conventions of the city."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, time
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, NaiveDatetime

from gis_service.analysis.field import Direction
from gis_service.analysis.lattice import Lattice
from gis_service.catalogue.city_definition import City, Vintage
from gis_service.catalogue.loader import Catalogue
from gis_service.catalogue.service_standard import EVERYBODY, Standard
from gis_service.services.branches import RANK
from gis_service.services.closure_rules import (
    MAX_CLOSURES,
    ClosureRequest,
    areas_by_role,
    require_areas,
    rules_of,
)
from gis_service.services.coverage_inputs import Notice
from gis_service.services.coverage_parameters import (
    MAX_LIMIT,
    MAX_TURNOUT_S,
    MEASURES,
    ON_ROADS,
    CoverageCatchment,
    CoverageMeasure,
    CoverageParameters,
)
from gis_service.services.quota_rules import quotas_of
from gis_service.services.rank_rules import RANK_COLUMN, ranked
from gis_service.services.rights import Rights, is_personal
from gis_service.services.start_waits import START_COLUMN, with_start
from gis_service.services.study_shapes import (
    DemandReference,
    FacilityReference,
    LayerReference,
    ScenarioReference,
    read_request,
)
from gis_service.services.study_standard import (
    ferry_rules_of,
    group_speeds_of,
    groups_beside,
    kept_beside,
    limit_of,
    mode_of,
    one_of,
    quota_of,
    refused,
    standard_notices,
    time_words,
)
from gis_service.services.tables import TABLES, layers_of_tables
from gis_service.services.vintages import usual_vintage
from gis_service.types import LayerId, VersionId

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
ROADS = "roads"
"""Stands beside a straight radius: the same limit along roads."""
OF_BESIDE = "_facilities"
"""Ends the role of the facilities of a standard that is told beside a study, behind its id."""
OF_TABLES = ("land_use", "rank_column")
"""Inputs that only tables read."""
MAX_BESIDE = 8
"""Results that stand beside one study at most."""


class CoverageRequest(BaseModel):
    """Inputs of the processes ``coverage`` and ``gaps``.

    What is left out comes from the standard, else from the city.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    service: str | None = Field(None, description="Layer of the facilities.")
    standard: str | None = Field(None, description="Standard the service is judged by.")
    facilities: FacilityReference | None = Field(None, description="Facilities; the layer of the service.")
    network: LayerReference | None = Field(None, description="Roads.")
    demand: DemandReference | None = Field(
        None, description="People at places, of areas and what they are spread by, or of a raster."
    )
    zones: LayerReference | None = Field(None, description="Units the result is told by.")
    measure: CoverageMeasure | None = None
    mode: Literal["walk", "bicycle", "motorbike", "car"] | None = None
    limit: float | None = Field(
        None,
        ge=0,
        le=MAX_LIMIT,
        allow_inf_nan=False,
        description="Seconds or metres; 0 only for inside_area and quota, which need none.",
    )
    direction: Literal["to_facility", "from_facility"] | None = None
    catchment: CoverageCatchment | None = None
    vintage: str | None = Field(
        None,
        description="Boundary vintage; its layer gives the zones. Left out: those of its day.",
    )
    at: NaiveDatetime | None = Field(
        None,
        description=(
            "Local time of the study: who is open, which ferry runs."
            " When left out, the usual time of the city, with the facilities that are open today."
        ),
    )
    turnout_s: float | None = Field(None, ge=0, le=MAX_TURNOUT_S, allow_inf_nan=False)
    groups: tuple[str, ...] = ()
    tables: tuple[str, ...] = Field(
        (), description="Further tables of the document: " + ", ".join(TABLES) + "."
    )
    land_use: LayerReference | None = Field(None, description="Use of land, for the tables that read it.")
    rank_column: str | None = Field(None, max_length=63, description=RANK_COLUMN)
    start_column: str | None = Field(None, max_length=63, description=START_COLUMN)
    closures: tuple[ClosureRequest, ...] = Field(
        (),
        max_length=MAX_CLOSURES,
        description="Roads that are closed, as by a flood or at night, changed or added; in their order.",
    )
    beside: tuple[str, ...] | None = Field(
        None,
        max_length=MAX_BESIDE,
        description=(
            "What is told beside the result, for the same people: `roads` (the same limit along roads, for"
            " straight_radius) and ids of standards. When left out, a kept study of a straight radius has"
            " `roads` beside it where roads are loaded."
        ),
    )
    group_speeds: bool = Field(
        False, description="Whether elderly people and children walk at their own speed, on foot."
    )
    scenario: ScenarioReference | None = None
    seed: int = Field(0, ge=0)


@dataclass(frozen=True)
class CoverageTask:
    """A complete request: which layers are read, and with which parameters.

    Parameters
    ----------
    layers
        Layer by role: ``facilities``, ``demand``, ``zones`` and, for ways on roads, ``network``.
    wanted
        Versions that were asked for, by role.
    day
        The facilities that are open on this day count.
    time
        Time of the day, which decides the ferries that run.
    asked_for_a_day
        Whether the request says for when; else the day is today.
    notices
        What the standard itself asks to be said.
    weekday
        Day of the week of the study; Monday is 0.
    beside
        What is told beside it, by name: complete requests of their own, for the same people and roads.
    bands
        Numbers or names of the bands of rasters that were asked for, by role.
    """

    layers: Mapping[str, LayerId]
    wanted: Mapping[str, VersionId]
    parameters: CoverageParameters
    day: date
    time: time
    asked_for_a_day: bool
    notices: tuple[Notice, ...]
    weekday: int
    beside: tuple[tuple[str, "CoverageTask"], ...] = ()
    bands: Mapping[str, int | str] = field(default_factory=dict)

    @property
    def asks_for_kinds(self) -> bool:
        """Whether the kinds of units are asked for, here or beside."""
        return any(task.parameters.unit_types for task in (self, *(task for _, task in self.beside)))

    @property
    def versions(self) -> list[tuple[LayerId, VersionId]]:
        """The versions that were asked for, with their layers."""
        return [(self.layers[role], version) for role, version in self.wanted.items()]


def parse_request(document: object) -> CoverageRequest:
    """Check the inputs of a study.

    Raises
    ------
    RefusedInput
        ``study_refused`` with every fault and the place where it stands.
    """
    return read_request(CoverageRequest, document)


def complete(
    request: CoverageRequest, catalogue: Catalogue, today: date, rights: Rights | None = None
) -> CoverageTask:
    """Fill in what the request leaves open.

    Parameters
    ----------
    request
        As `parse_request` gives it.
    catalogue
        Standards, layers and conventions.
    today
        The facilities open on this day count, unless the request says when.
    rights
        Of who asks: a refusal names no layer that is closed to them; None is the operator of the machine.

    Raises
    ------
    RefusedInput
        ``study_refused`` for an unknown standard, layer or vintage, or when measure or limit stay open.
    """
    if request.scenario is not None:  # else its edits would stand in its place by now
        raise refused("scenario", request.scenario.id, "coverage, gaps, catchment, compare, what_if")
    standard = _standard(request, catalogue, rights)
    service = request.service or (standard.service if standard else None)
    if service is None:
        raise refused("service", None, ", ".join(_told(catalogue, rights)))
    measure = request.measure or (standard.measure if standard else None)
    if measure is None:
        raise refused("measure", measure, ", ".join(MEASURES))
    group = standard.group if standard else "all"
    mode = request.mode or (standard.mode if standard else None) or "motorbike"
    conventions = catalogue.city.conventions
    day = today if request.at is None else request.at.date()
    quotas = quotas_of(catalogue, service) if "provision" in request.tables else ()
    parameters = CoverageParameters(
        service=service,
        measure=measure,
        limit=limit_of(request.limit, standard, measure),
        mode=mode_of(catalogue.city, mode, group) if measure in ON_ROADS else None,
        direction=_direction(request, standard),
        turnout_s=_turnout(request, standard),
        catchment="any" if measure == "quota" else _catchment(request, standard),
        standard=standard.id if standard else None,
        vintage=_vintage(request, catalogue, day, today, rights),
        at=time_words(request.at, conventions),
        groups=tuple(dict.fromkeys((*request.groups, group, *(rule.group for rule in quotas)))),
        group=group,
        branch_share=_branch_share(request, service, catalogue),
        closures=rules_of(request.closures),
        seed=request.seed,
        tables=tuple(one_of("tables", name, list(TABLES)) for name in dict.fromkeys(request.tables)),
        quota=quota_of(standard, measure),
        quota_group=group if measure == "quota" else EVERYBODY,
        unit_types=standard.unit_type if standard else (),
        min_site_m2=standard.min_site_m2 if standard else None,
        in_force=standard is None or standard.is_in_force(day),
        beside=tuple(dict.fromkeys(request.beside or ())),
        group_speeds=_group_speeds(request, catalogue.city, mode if measure in ON_ROADS else None),
        quotas=quotas,
        hexagon_m=conventions.hexagon_m,
        snap_max_m=conventions.snap_max_m,
        gap_join_m=conventions.gap_join_m,
        scattered_people=conventions.scattered_people,
        halo_m=conventions.halo_m,
        ferry=ferry_rules_of(conventions),
        lattice=Lattice(conventions.lattice_step_m, conventions.lattice_offset_m),
    )
    layers, wanted = _layers(request, catalogue, parameters, rights)
    parameters = with_start(parameters, request.start_column, catalogue.layers[layers["facilities"]])
    parameters = ranked(parameters, request.rank_column, catalogue, (layers["demand"], layers["zones"]))
    usual = conventions.study_time
    clock = usual.time if request.at is None else request.at.time()
    weekday = WEEKDAYS.index(usual.weekday) if request.at is None else day.weekday()
    when = (day, clock, request.at is not None, standard_notices(standard, day), weekday)
    task = CoverageTask(layers, wanted, parameters, *when, bands=_bands(request))
    return _with_beside(task, request, catalogue, today, rights)


def _with_beside(
    task: CoverageTask, request: CoverageRequest, catalogue: Catalogue, today: date, rights: Rights | None
) -> CoverageTask:
    """Complete what is asked for beside a study; its facilities and its roads are layers of the study."""
    asked, layers, beside = task.parameters, dict(task.layers), []
    told = [ROADS, *(one for one in catalogue.standards if _may_tell(catalogue, one, rights))]
    for name in asked.beside:
        if name == asked.standard:
            raise refused("beside", name, ", ".join(one for one in told if one != name))
        one_of("beside", name, [ROADS, *catalogue.standards], told)
        shared = {"vintage": asked.vintage, "beside": (), **dict.fromkeys(OF_TABLES), "tables": ()}
        if name == ROADS:
            if asked.measure != "straight_radius":
                raise refused("beside", name, "measure: straight_radius")
            own = {"measure": "network_distance", "mode": request.mode or "walk", "limit": asked.limit}
            other = request.model_copy(update=shared | own)
        else:
            names = kept_beside(catalogue.standards[name], asked.service)
            kept = {one: getattr(request, one) for one in names}
            kept["groups"] = groups_beside(request.groups, _standard(request, catalogue, rights))
            other = CoverageRequest(standard=name, **(kept | shared))
        found = complete(other, catalogue, today, rights)
        if found.layers["facilities"] != task.layers["facilities"]:
            layers[f"{name}{OF_BESIDE}"] = found.layers["facilities"]
        layers |= {role: layer for role, layer in found.layers.items() if role == "network"}
        beside.append((name, found))
    return replace(task, layers=layers, beside=tuple(beside)) if beside else task


def _may_tell(catalogue: Catalogue, standard: str, rights: Rights | None) -> bool:
    return rights is None or rights.may_read(catalogue.standards[standard].service)


def _told(catalogue: Catalogue, rights: Rights | None) -> list[str]:
    """Name the layers that a refusal may name."""
    return [str(layer) for layer in (catalogue.layers if rights is None else rights.readable())]


def told_vintages(vintages: Iterable[Vintage], rights: Rights | None) -> list[str]:
    """Name the vintages that a refusal may name: those whose units are open to who asks."""
    return [one.id for one in vintages if rights is None or rights.may_read(one.layer)]


def _bands(request: CoverageRequest) -> dict[str, int | str]:
    return {} if request.demand is None else request.demand.bands


def _standard(request: CoverageRequest, catalogue: Catalogue, rights: Rights | None) -> Standard | None:
    if request.standard is None:
        return None
    known = catalogue.standards
    told = [id_ for id_, one in known.items() if rights is None or rights.may_read(one.service)]
    return known[one_of("standard", request.standard, list(known), told)]


def _group_speeds(
    request: CoverageRequest, city: City, mode: str | None
) -> tuple[tuple[str, float], ...] | None:
    if not request.group_speeds:
        return None
    return group_speeds_of(city, request.groups) if mode == "walk" else ()


def _direction(request: CoverageRequest, standard: Standard | None) -> Direction:
    return request.direction or (standard.direction if standard else "to_facility")


def _turnout(request: CoverageRequest, standard: Standard | None) -> float:
    return request.turnout_s if request.turnout_s is not None else (standard.turnout_s if standard else 0.0)


def _catchment(request: CoverageRequest, standard: Standard | None) -> Any:  # noqa: ANN401 (checked by the study)
    return request.catchment or (standard.catchment if standard else "any")


def _branch_share(request: CoverageRequest, service: str, catalogue: Catalogue) -> float:
    share = request.facilities.branch_share if request.facilities else 0.0
    if request.facilities and share:
        layer = catalogue.layers.get(LayerId(request.facilities.layer or service))
        if layer is not None and RANK not in {field.name for field in layer.fields}:
            raise refused("facilities/branch_share", share, f"{layer.id}.{RANK}")
    return share


def _vintage(
    request: CoverageRequest, catalogue: Catalogue, day: date, today: date, rights: Rights | None
) -> str | None:
    vintages = {vintage.id: vintage for vintage in catalogue.city.vintages}
    if request.vintage is not None:
        return one_of("vintage", request.vintage, list(vintages), told_vintages(vintages.values(), rights))
    if request.zones is not None:
        return next((one.id for one in vintages.values() if one.layer == request.zones.layer), None)
    usual = usual_vintage(catalogue, day, today)
    return None if usual is None else usual.id


def _layers(
    request: CoverageRequest, catalogue: Catalogue, parameters: CoverageParameters, rights: Rights | None
) -> tuple[dict[str, LayerId], dict[str, VersionId]]:
    of_vintage = {vintage.id: vintage.layer for vintage in catalogue.city.vintages}
    standing: dict[str, tuple[LayerReference | FacilityReference | None, str]] = {
        "facilities": (request.facilities, parameters.service),
        "demand": (request.demand, "residents"),
        "zones": (request.zones, of_vintage.get(parameters.vintage or "", LayerId("commune"))),
    }
    if parameters.on_roads:
        standing["network"] = (request.network, "roads")
    for role, layer in layers_of_tables(parameters.tables).items():
        standing[role] = (getattr(request, role, None), layer)
    for role, spread_by in ({} if request.demand is None else request.demand.spread_by).items():
        standing[role] = (spread_by, spread_by.layer)
    layers, wanted = {}, {}
    for role, areas in areas_by_role(request.closures).items():
        if areas.layer in catalogue.layers and (rights is None or rights.may_read(areas.layer)):
            require_areas(catalogue.layers[LayerId(areas.layer)], areas, role)
        standing[role] = (LayerReference(layer=areas.layer, version=areas.version), areas.layer)
    for role, (reference, default) in standing.items():
        name = (reference.layer if reference else None) or default
        layers[role] = LayerId(one_of(role, name, list(catalogue.layers), _told(catalogue, rights)))
        if role != "demand" and is_personal(catalogue.layers[layers[role]]):
            raise refused(role, name, "visibility: public, internal, draft")  # its codes would be shown
        if reference and reference.version is not None:
            wanted[role] = VersionId(reference.version)
    return layers, wanted
