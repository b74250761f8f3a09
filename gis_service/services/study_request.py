"""What somebody asks of a study: checked, and completed from the standard and the conventions of the city."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, NaiveDatetime, ValidationError

from gis_service.analysis.demand import ALL
from gis_service.analysis.field import Direction
from gis_service.analysis.lattice import Lattice
from gis_service.analysis.modes import Mode
from gis_service.analysis.network import ROAD_CLASSES
from gis_service.catalogue.city_definition import City, Conventions, Vintage
from gis_service.catalogue.loader import Catalogue
from gis_service.catalogue.service_standard import Standard
from gis_service.errors import ErrorCode, Fault, RefusedInput
from gis_service.messages.shapes import expected_text, fault_text
from gis_service.services.branches import RANK
from gis_service.services.closure_rules import (
    MAX_CLOSURES,
    ClosureRequest,
    areas_by_role,
    require_areas,
    rules_of,
)
from gis_service.services.coverage_inputs import Notice
from gis_service.services.coverage_parameters import MAX_LIMIT, MAX_TURNOUT_S, CoverageParameters
from gis_service.services.network import FerryRules
from gis_service.services.rights import Rights, is_personal
from gis_service.services.tables import TABLES, layers_of_tables
from gis_service.services.vintages import usual_vintage
from gis_service.types import LayerId, Text, VersionId

_WALKERS = {"age_60": "elderly", "age_3_5": "children", "age_6_10": "children"}
"""Groups that walk slower, when a standard names them (METHODS, Speeds)."""


Request = TypeVar("Request", bound=BaseModel)


class LayerReference(BaseModel):
    """A layer, in a version or in the current one."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    layer: str = Field(pattern=r"^[a-z][a-z0-9_]{0,47}$", description="Layer id.")
    version: int | None = Field(None, description="Version of the layer; the current one when left out.")


class DemandReference(LayerReference):
    """The layer of the people, and the layers that people of areas are spread by."""

    buildings: LayerReference | None = Field(
        None, description="Buildings that the people of areas live in, by storeys or height, and class."
    )
    land_use: LayerReference | None = Field(
        None, description="Land by its use: where people of areas without a building to live in are put."
    )


class FacilityReference(BaseModel):
    """The layer of the facilities, and how many of those that closed stay as branches."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    layer: str | None = Field(
        None, pattern=r"^[a-z][a-z0-9_]{0,47}$", description="Layer id; that of the service when left out."
    )
    version: int | None = Field(None, description="Version of the layer; the current one when left out.")
    branch_share: float = Field(
        0.0,
        ge=0,
        le=1,
        allow_inf_nan=False,
        description=(
            "Share 0..1 of the closed facilities with a branch_rank that stay as branches, by rank:"
            " their number times the share, rounded half up."
        ),
    )


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
        None, description="People at places, or of areas and what they are spread by."
    )
    zones: LayerReference | None = Field(None, description="Units the result is told by.")
    measure: Literal["network_time", "network_distance", "straight_radius"] | None = None
    mode: Literal["walk", "bicycle", "motorbike", "car"] | None = None
    limit: float | None = Field(
        None, gt=0, le=MAX_LIMIT, allow_inf_nan=False, description="Seconds or metres."
    )
    direction: Literal["to_facility", "from_facility"] | None = None
    catchment: Literal["any", "own_unit"] | None = None
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
    closures: tuple[ClosureRequest, ...] = Field(
        (), max_length=MAX_CLOSURES, description="Roads that are closed, as by a flood or at night."
    )
    scenario: None = None
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
    """

    layers: Mapping[str, LayerId]
    wanted: Mapping[str, VersionId]
    parameters: CoverageParameters
    day: date
    time: time
    asked_for_a_day: bool
    notices: tuple[Notice, ...]

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


def read_request(shape: type[Request], document: object) -> Request:
    """Check a document against the shape of a request.

    Raises
    ------
    RefusedInput
        ``study_refused`` with every fault and the place where it stands.
    """
    try:
        return shape.model_validate(document)
    except ValidationError as error:
        found = error.errors(include_url=False)
        faults = [Fault("/" + "/".join(map(str, one["loc"])), fault_text(one)) for one in found]
        first = found[0]
        raise RefusedInput(
            ErrorCode.STUDY_REFUSED,
            faults,
            name="/".join(map(str, first["loc"])) or "inputs",
            value="…" if isinstance(first["input"], dict | list) else first["input"],
            expected=expected_text(first),
        ) from error


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
    standard = _standard(request, catalogue, rights)
    service = request.service or (standard.service if standard else None)
    if service is None:
        raise refused("service", None, ", ".join(_told(catalogue, rights)))
    measure = request.measure or (standard.measure if standard else None)
    if measure not in ("network_time", "network_distance", "straight_radius"):
        raise refused("measure", measure, "network_time, network_distance, straight_radius")
    limit = request.limit if request.limit is not None else (standard.limit if standard else None)
    if limit is None:
        raise refused("limit", None, "> 0")
    group = standard.group if standard else "all"
    mode = request.mode or (standard.mode if standard else None) or "motorbike"
    conventions = catalogue.city.conventions
    day = today if request.at is None else request.at.date()
    parameters = CoverageParameters(
        service=service,
        measure=measure,
        limit=limit,
        mode=None if measure == "straight_radius" else mode_of(catalogue.city, mode, group),
        direction=_direction(request, standard),
        turnout_s=_turnout(request, standard),
        catchment=_catchment(request, standard),
        standard=standard.id if standard else None,
        vintage=_vintage(request, catalogue, day, today, rights),
        at=_at(request.at, conventions),
        groups=tuple(dict.fromkeys((*request.groups, group))),
        branch_share=_branch_share(request, service, catalogue),
        closures=rules_of(request.closures),
        seed=request.seed,
        tables=tuple(_known("tables", name, list(TABLES)) for name in dict.fromkeys(request.tables)),
        snap_max_m=conventions.snap_max_m,
        gap_join_m=conventions.gap_join_m,
        scattered_people=conventions.scattered_people,
        halo_m=conventions.halo_m,
        ferry=ferry_rules(conventions),
        lattice=Lattice(conventions.lattice_step_m, conventions.lattice_offset_m),
    )
    layers, wanted = _layers(request, catalogue, parameters, rights)
    clock = conventions.study_time.time if request.at is None else request.at.time()
    told = _standard_notices(standard)
    return CoverageTask(layers, wanted, parameters, day, clock, request.at is not None, told)


def refused(name: str, value: object, expected: Text | str) -> RefusedInput:
    """Say which input cannot be used, and what would be right."""
    return RefusedInput(ErrorCode.STUDY_REFUSED, name=name, value=value, expected=expected)


def _known(name: str, value: str, known: Sequence[str], told: Sequence[str] | None = None) -> str:
    if value not in known:
        raise refused(name, value, ", ".join(known if told is None else told))
    return value


def _told(catalogue: Catalogue, rights: Rights | None) -> list[str]:
    """Name the layers that a refusal may name."""
    return [str(layer) for layer in (catalogue.layers if rights is None else rights.readable())]


def told_vintages(vintages: Iterable[Vintage], rights: Rights | None) -> list[str]:
    """Name the vintages that a refusal may name: those whose units are open to who asks."""
    return [one.id for one in vintages if rights is None or rights.may_read(one.layer)]


def _standard(request: CoverageRequest, catalogue: Catalogue, rights: Rights | None) -> Standard | None:
    if request.standard is None:
        return None
    known = catalogue.standards
    told = [id_ for id_, one in known.items() if rights is None or rights.may_read(one.service)]
    return known[_known("standard", request.standard, list(known), told)]


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


def _at(asked: datetime | None, conventions: Conventions) -> str:
    """Write the time of a study: the one asked for, else the convention, which is the same in every week."""
    if asked is not None:
        return asked.isoformat(timespec="minutes")
    usual = conventions.study_time
    return f"{usual.weekday.capitalize()} {usual.time:%H:%M}"


def ferry_rules(conventions: Conventions) -> FerryRules:
    """Give what the conventions of the city say of ferries that tell no wait or no hours."""
    ferry = conventions.ferry
    first, last = (clock.hour + clock.minute / 60 for clock in (ferry.first, ferry.last))
    return FerryRules(wait_min=ferry.wait_s / 60, hours=(first, last))


def mode_of(city: City, name: str, group: str = ALL) -> Mode:
    """Give a mode with the speeds of the city's conventions; named groups walk at their own speed.

    Raises
    ------
    RefusedInput
        ``study_refused`` for a mode that the city does not know.
    """
    found = city.conventions.modes[_known("mode", name, list(city.conventions.modes))]
    speeds: Mapping[str, float] = found.speeds_kmh
    access = found.access_kmh
    walker = city.conventions.walkers_kmh.get(_WALKERS.get(group, "")) if name == "walk" else None
    if walker is not None:
        speeds, access = dict.fromkeys(speeds, walker), walker
    return Mode(
        id=name,
        speeds_kmh=tuple(speeds.get(road_class) for road_class in ROAD_CLASSES),
        access_kmh=access,
        unpaved_factor=found.unpaved_factor,
        min_width_m=found.min_width_m,
        obeys_oneway=name != "walk",
        ferry_kmh=city.conventions.ferry.speed_kmh,
    )


def _vintage(
    request: CoverageRequest, catalogue: Catalogue, day: date, today: date, rights: Rights | None
) -> str | None:
    vintages = {vintage.id: vintage for vintage in catalogue.city.vintages}
    if request.vintage is not None:
        return _known("vintage", request.vintage, list(vintages), told_vintages(vintages.values(), rights))
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
    if parameters.measure != "straight_radius":
        standing["network"] = (request.network, "roads")
    for role, layer in layers_of_tables(parameters.tables).items():
        standing[role] = (getattr(request, role, None), layer)
    for role, spread_by in _spread_by(request.demand).items():
        standing[role] = (spread_by, spread_by.layer)
    layers, wanted = {}, {}
    for role, areas in areas_by_role(request.closures).items():
        if areas.layer in catalogue.layers and (rights is None or rights.may_read(areas.layer)):
            require_areas(catalogue.layers[LayerId(areas.layer)], areas, role)
        standing[role] = (LayerReference(layer=areas.layer, version=areas.version), areas.layer)
    for role, (reference, default) in standing.items():
        name = (reference.layer if reference else None) or default
        layers[role] = LayerId(_known(role, name, list(catalogue.layers), _told(catalogue, rights)))
        if role != "demand" and is_personal(catalogue.layers[layers[role]]):
            raise refused(role, name, "visibility: public, internal, draft")  # its codes would be shown
        if reference and reference.version is not None:
            wanted[role] = VersionId(reference.version)
    return layers, wanted


def _spread_by(demand: DemandReference | None) -> dict[str, LayerReference]:
    """Give the layers that the people are spread by, by role."""
    asked = {} if demand is None else {"buildings": demand.buildings, "residential_land": demand.land_use}
    return {role: reference for role, reference in asked.items() if reference is not None}


def _standard_notices(standard: Standard | None) -> tuple[Notice, ...]:
    if standard is None:
        return ()
    found = []
    if not standard.verified:
        source = {"source_vi": standard.source.vi, "source_en": standard.source.en}
        found.append(Notice("standard_unverified", {"standard": standard.id, **source}))
    if standard.unit_type:
        found.append(
            Notice("standard_unit_type", {"standard": standard.id, "types": ", ".join(standard.unit_type)})
        )
    return tuple(found)
