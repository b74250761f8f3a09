"""Closures as somebody asks for them, and as the document of a study tells them."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isfinite
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator
from pydantic_core import PydanticCustomError

from gis_service.catalogue.layer_definition import LayerDefinition
from gis_service.errors import ErrorCode, RefusedInput
from gis_service.types import Text

MAX_CLOSURES = 10
MAX_NAMED = 200
"""Roads or ferries that one closure names."""
ROLE = "closure_"
"""The areas of the closures of a study are its inputs ``closure_1``, ``closure_2`` …, by their place."""
CLOSED = ("closed_classes", "closed_areas", "closed_hours")
"""One closure as the parameters of an address and the options of a command line name it."""
_AREAS = ("Polygon", "MultiPolygon")
Value = str | bool | int | float
_UNKEPT = re.compile("[\x00\ud800-\udfff]")
"""NUL and halves of surrogate pairs."""
RoadClass = Literal["expressway", "national", "provincial", "district", "commune", "village_lane", "alley"]
ItemId = Annotated[int, Field(ge=1, le=2**63 - 1)]
Hour = Annotated[float, Field(ge=0, le=24, allow_inf_nan=False)]
Kmh = Annotated[float, Field(ge=1, le=130, allow_inf_nan=False)]
Degrees = Annotated[float, Field(ge=-180, le=180, allow_inf_nan=False)]
Latitude = Annotated[float, Field(ge=-90, le=90, allow_inf_nan=False)]
KMH_STEP, FACTOR_STEP = 5.0, 0.1
"""Speeds that everybody may ask for: two closer together would tell few people apart."""
CHANGES = ("as_class", "kmh", "factor")


class ClosureAreas(BaseModel):
    """The areas that close roads: those of a layer, or some of them."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    layer: str = Field(pattern=r"^[a-z][a-z0-9_]{0,47}$", description="Layer of areas, such as flood_area.")
    version: int | None = Field(None, description="Version of the layer; the current one when left out.")
    where: Mapping[str, Value] = Field(
        {}, description="Only areas that have these values, such as return_period_years: 10."
    )

    @field_validator("where")
    @classmethod
    def _require_kept(cls, where: Mapping[str, Value]) -> Mapping[str, Value]:
        """Refuse what a kept study could not hold; no area has such a value."""
        for value in where.values():
            bad = isinstance(value, str) and _UNKEPT.search(value)
            if bad or (isinstance(value, float) and not isfinite(value)):
                expected = '"…", 0, 0.5, true'
                raise PydanticCustomError("gis_expected", "expected {expected}", {"expected": expected})
        return where


Line = Annotated[tuple[tuple[Degrees, Latitude], ...], Field(min_length=2, max_length=MAX_NAMED)]


class RoadValue(BaseModel):
    """What a row of the layer of roads says of a road, but for its place."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    road_class: RoadClass = Field("commune", description="Class, which gives its speed.")
    oneway: Literal[-1, 0, 1] = Field(0, description="0 both ways, 1 as it is drawn, -1 against that.")
    level: int = Field(
        1, ge=-5, le=5, description="1 joins roads at its ends only; with 0 also where it crosses those on 0."
    )
    kmh: Kmh | None = Field(None, description="Speed; that of its class when left out.")
    width_m: float | None = Field(None, gt=0, le=100, allow_inf_nan=False)
    paved: bool = True
    on_foot: bool = True
    on_wheels: bool = Field(True, description="Bicycles and motorbikes may use it.")
    by_car: bool = True


class NewRoad(RoadValue):
    """A road or a bridge that is not there."""

    line: Line = Field(description="Longitude and latitude of each vertex; both ends at roads.")

    def as_document(self) -> dict[str, object]:
        """Give it as it stands in the parameters of a study, without what goes without saying."""
        return self.model_dump(mode="json", exclude_defaults=True)


class ClosureRequest(BaseModel):
    """Roads that are closed, slower, quicker or of another class, by class, area or item id, or all of these.

    Always, or at some hours. Ferries that are named do not run. Or one road that is not there.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    classes: tuple[RoadClass, ...] = Field((), description="Classes of road; every class when left out.")
    areas: ClosureAreas | None = Field(None, description="Only roads on the ground that touch these areas.")
    roads: tuple[ItemId, ...] = Field(
        (), max_length=MAX_NAMED, description="Item ids of roads: only these; every road when left out."
    )
    ferries: tuple[ItemId, ...] = Field(
        (), max_length=MAX_NAMED, description="Item ids of ferries that do not run; alone, but for hours."
    )
    as_class: RoadClass | None = Field(
        None, description="The roads count as this class, with its speed, and are not closed."
    )
    kmh: Kmh | None = Field(
        None,
        description="The roads have this speed and are not closed; who walks or cycles is not made faster.",
    )
    factor: Annotated[float, Field(ge=0.1, le=3, allow_inf_nan=False)] | None = Field(
        None, description="Their speed is multiplied by this and they are not closed."
    )
    new_road: NewRoad | None = Field(
        None, description="A road or bridge that is added; alone, but for hours."
    )
    hours: tuple[Hour, Hour] | None = Field(
        None, description="From and to in hours of the day, such as 22 and 5; all day when left out."
    )


@dataclass(frozen=True)
class ClosureRule:
    """One closure of a study.

    Parameters
    ----------
    classes
        Classes of road; every class when empty.
    layer
        Layer of the areas, or the name of the input that holds them; None for roads everywhere.
    where
        Fields and values of the areas that count.
    hours
        From and to in hours of the day, passing midnight where the first is the later one; None is all day.
    roads, ferries
        Item ids, rising; all roads and no ferry when empty.
    as_class, kmh, factor
        Class that the roads count as, their speed, what that is multiplied by; without any they are closed.
    new_road
        A road that is added; nothing else is changed then.
    """

    classes: tuple[str, ...] = ()
    layer: str | None = None
    where: tuple[tuple[str, Value], ...] = ()
    hours: tuple[float, float] | None = None
    roads: tuple[int, ...] = ()
    ferries: tuple[int, ...] = ()
    as_class: str | None = None
    kmh: float | None = None
    factor: float | None = None
    new_road: NewRoad | None = None

    @property
    def closes(self) -> bool:
        """Whether roads or ferries are closed, and not changed or added."""
        return all(one is None for one in (self.as_class, self.kmh, self.factor, self.new_road))

    @property
    def is_single(self) -> bool:
        """Whether it is about roads one by one, which only those may ask of who may see small counts."""
        return bool(self.roads) or self.new_road is not None

    def in_force(self, hour: float) -> bool:
        """Tell whether it closes anything at an hour of the day, 0 to 24: ``from <= hour < to``."""
        if self.hours is None:
            return True
        first, last = self.hours
        return first <= hour < last if first <= last else hour >= first or hour < last

    def as_document(self) -> dict[str, object]:
        """Give the closure as it stands in the parameters of a study, and may be asked for."""
        areas = {"layer": self.layer} | ({"where": dict(self.where)} if self.where else {})
        return (
            ({"classes": list(self.classes)} if self.classes else {})
            | ({} if self.layer is None else {"areas": areas})
            | ({} if self.hours is None else {"hours": list(self.hours)})
            | ({"roads": list(self.roads)} if self.roads else {})
            | ({"ferries": list(self.ferries)} if self.ferries else {})
            | {name: getattr(self, name) for name in CHANGES if getattr(self, name) is not None}
            | ({} if self.new_road is None else {"new_road": self.new_road.as_document()})
        )

    def __str__(self) -> str:
        """Write it as a refusal names it."""
        return str(self.as_document())


def rules_of(requests: Sequence[ClosureRequest]) -> tuple[ClosureRule, ...]:
    """Give the rules that a request asks for; classes and fields in one order, whatever theirs was.

    Raises
    ------
    RefusedInput
        ``study_refused`` for a closure that closes nothing, or names ferries and something else.
    """
    for at, one in enumerate(requests):
        _require_one_kind(one, at)
        if one.hours is not None and one.hours[0] == one.hours[1]:
            shown = f"{one.hours[0]:g}, {one.hours[1]:g}"
            raise _refused(f"closures/{at}/hours", shown, Text("hai giờ khác nhau", "two different hours"))
    return tuple(
        ClosureRule(
            classes=tuple(sorted(set(one.classes))),
            layer=None if one.areas is None else one.areas.layer,
            where=() if one.areas is None else tuple(sorted(one.areas.where.items())),
            hours=one.hours,
            roads=tuple(sorted(set(one.roads))),
            ferries=tuple(sorted(set(one.ferries))),
            as_class=one.as_class,
            kmh=one.kmh,
            factor=one.factor,
            new_road=one.new_road,
        )
        for one in requests
    )


def _require_one_kind(one: ClosureRequest, at: int) -> None:
    """Refuse a closure of nothing, and one that is of several kinds at once."""
    of_roads = bool(one.classes or one.roads or one.areas is not None)
    changes = [name for name in CHANGES if getattr(one, name) is not None]
    given = ", ".join(sorted(one.model_fields_set))
    if one.new_road is not None and (of_roads or one.ferries or changes):
        alone = Text("new_road, chỉ kèm hours", "new_road, with hours only")
        raise _refused(f"closures/{at}", given, alone)
    if one.new_road is None and not of_roads and not one.ferries:
        some = Text("classes, areas, roads hoặc ferries", "classes, areas, roads or ferries")
        raise _refused(f"closures/{at}", "–", some)
    if one.ferries and (of_roads or changes):
        alone = Text("ferries, chỉ kèm hours", "ferries, with hours only")
        raise _refused(f"closures/{at}", given, alone)
    if len(changes) > 1:
        raise _refused(f"closures/{at}", ", ".join(changes), " / ".join(CHANGES))


def with_closures(asked: Mapping[str, Any]) -> dict[str, Any]:
    """Put what an address or a command line closes the way the inputs of a study have it.

    Parameters
    ----------
    asked
        Inputs by name. ``closed_classes`` (classes of road), ``closed_areas`` (a layer; with classes only
        where roads of these touch an area) and ``closed_hours`` (from and to; all day without) are one
        closure, in the place of ``closures``.
    """
    inputs = {name: value for name, value in asked.items() if name not in CLOSED}
    closure: dict[str, object] = {}
    classes, areas, hours = (asked.get(name) for name in CLOSED)
    if classes:
        closure["classes"] = list(classes)
    if areas is not None:
        closure["areas"] = {"layer": areas}
    if hours is not None:
        closure["hours"] = list(hours)
    return inputs | ({"closures": [closure]} if closure else {})


def _refused(name: str, value: object, expected: Text | str) -> RefusedInput:
    return RefusedInput(ErrorCode.STUDY_REFUSED, name=name, value=value, expected=expected)


def role_of(place: int) -> str:
    """Name the input that holds the areas of a closure, by its place from 0."""
    return f"{ROLE}{place + 1}"


def areas_by_role(requests: Sequence[ClosureRequest]) -> dict[str, ClosureAreas]:
    """Give the areas of closures by the role that they have in the study."""
    return {role_of(at): one.areas for at, one in enumerate(requests) if one.areas is not None}


def require_areas(definition: LayerDefinition, areas: ClosureAreas, role: str) -> None:
    """Refuse a layer that holds no areas, or that does not have the fields that are asked for.

    Raises
    ------
    RefusedInput
        ``study_refused``.
    """
    if definition.geometry not in _AREAS:
        raise _refused(role, definition.id, ", ".join(_AREAS))
    known = [field.name for field in definition.fields]
    for name in areas.where:
        if name not in known:
            raise _refused(f"{role}/where", name, ", ".join(known))


def asked_again(
    document: Sequence[Mapping[str, object]], references: Mapping[str, Mapping[str, object]]
) -> list[dict[str, object]]:
    """Give the request that closures in the parameters of a kept study were asked by, with its versions."""
    found = []
    for at, one in enumerate(document):
        areas = one.get("areas")
        version = references.get(role_of(at), {}).get("version")
        named = {} if not isinstance(areas, Mapping) else {"areas": {**areas, "version": version}}
        found.append({**one, **named})
    return found
