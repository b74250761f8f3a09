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


class ClosureRequest(BaseModel):
    """Roads that are closed, or count as another class: by class, area or item id, or all of these together.

    Always, or at some hours. Ferries that are named do not run.
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
    as_class
        Class that the roads count as; None where they are closed.
    """

    classes: tuple[str, ...] = ()
    layer: str | None = None
    where: tuple[tuple[str, Value], ...] = ()
    hours: tuple[float, float] | None = None
    roads: tuple[int, ...] = ()
    ferries: tuple[int, ...] = ()
    as_class: str | None = None

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
            | ({} if self.as_class is None else {"as_class": self.as_class})
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
        of_roads = bool(one.classes or one.roads or one.areas is not None)
        if not of_roads and not one.ferries:
            some = Text("classes, areas, roads hoặc ferries", "classes, areas, roads or ferries")
            raise _refused(f"closures/{at}", "–", some)
        if one.ferries and (of_roads or one.as_class is not None):
            alone = Text("ferries, chỉ kèm hours", "ferries, with hours only")
            raise _refused(f"closures/{at}", ", ".join(sorted(one.model_fields_set)), alone)
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
        )
        for one in requests
    )


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
