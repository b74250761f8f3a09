"""What somebody asks "what if" of: the inputs of a study, and edits that nothing is stored of."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Discriminator, Field

from gis_service.analysis.curve import STEP_S
from gis_service.analysis.what_if import ROOM
from gis_service.errors import ErrorCode, RefusedInput
from gis_service.services.closure_rules import (
    CHANGES,
    ClosureRequest,
    Degrees,
    Latitude,
    Line,
    NewRoad,
    RoadValue,
)
from gis_service.services.coverage_parameters import MAX_TURNOUT_S
from gis_service.services.study_layers import BESIDE_ROADS
from gis_service.services.study_request import CoverageRequest
from gis_service.services.study_standard import refused
from gis_service.types import Text

PROCESS = "what_if"
_OF_PLACE = ("add", "move")
_OF_ROADS = ("close", "speed", "link")
_OF_FACILITIES = ("add", "move", "remove", "close", "capacity")
MAX_CAPACITY = 10_000_000.0
_CLOSING = Text(
    "{classes, areas, roads, hours} như trong closures", "{classes, areas, roads, hours} as in closures"
)
_CHANGING = Text(
    "một trong as_class, kmh (1 – 130), factor (0.1 – 3), cùng với classes, areas hoặc roads",
    "one of as_class, kmh (1 – 130), factor (0.1 – 3), with classes, areas or roads",
)
_LINKING = Text(
    "{road_class, oneway, level, kmh, width_m, paved, on_foot, on_wheels, by_car}",
    "{road_class, oneway, level, kmh, width_m, paved, on_foot, on_wheels, by_car}",
)
_LINE = '{"type": "LineString", "coordinates": [[lon, lat], [lon, lat]]}'
_POINT = '{"type": "Point", "coordinates": [lon, lat]}'
Op = Literal["add", "move", "remove", "close", "capacity", "speed", "link"]
FacilityOp = Literal["add", "move", "remove", "capacity"]


class PointGeometry(BaseModel):
    """A place as GeoJSON, longitude and latitude in WGS 84."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    type: Literal["Point"]
    coordinates: tuple[Degrees, Latitude]


class LineGeometry(BaseModel):
    """A line as GeoJSON, longitude and latitude in WGS 84."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    type: Literal["LineString"]
    coordinates: Line


class EditRequest(BaseModel):
    """One edit: of a facility, or of roads or a ferry where ``layer`` is theirs."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    op: Op = Field(
        description=(
            "add, move, remove or close a facility; remove and close are the same. capacity: how many it has"
            " room for. close roads or a ferry; speed lets roads have another speed or count as another"
            " class; link adds a road or bridge."
        )
    )
    layer: str | None = Field(
        None,
        pattern=r"^[a-z][a-z0-9_]{0,47}$",
        description=("That of the facilities when left out, of the roads for link; or that of the ferries."),
    )
    fid: int | None = Field(None, ge=1, description="Item id of the facility, road or ferry in its layer.")
    id: str | None = Field(None, max_length=200, description="Code of the facility, as studies tell it.")
    tmp_id: str | None = Field(
        None, pattern=r"^[A-Za-z0-9_.-]{1,48}$", description="What a new facility is called in the answer."
    )
    geometry: Annotated[PointGeometry | LineGeometry, Discriminator("type")] | None = Field(
        None, description="Where a facility is added, or moved to; the line of a link, its ends at roads."
    )
    value: (
        Annotated[float, Field(ge=0, le=MAX_CAPACITY, allow_inf_nan=False)]
        | ClosureRequest
        | RoadValue
        | None
    ) = Field(
        None,
        description=(
            "Of a facility the seconds that it adds before a way begins (network_time), or its capacity; of"
            " roads what is closed, or counts `as_class`, or has `kmh` or its speed times `factor`, as one of"
            " `closures`; of a link what it is."
        ),
    )


class WhatIfRequest(CoverageRequest):
    """Inputs of a study of coverage along roads, and the edits that make the state afterwards."""

    edits: tuple[EditRequest, ...] = Field(
        (),
        max_length=ROOM,
        description=(
            "In their order, after those of `scenario`, which may stand in their place; each facility at most"
            " once, and its capacity."
        ),
    )

    @property
    def inputs(self) -> dict[str, Any]:
        """The inputs of the state before, as they were given."""
        return self.model_dump(mode="json", exclude={"edits"}, exclude_unset=True)


@dataclass(frozen=True)
class FacilityEdit:
    """An edit of one facility, checked.

    Parameters
    ----------
    at
        Its place among the edits, for what is said of it.
    op
        ``add``, ``move``, ``remove`` or ``capacity``.
    id, fid
        Which one, by its code or else its item id; of a new one what it is called.
    place
        Longitude and latitude; None where it stays.
    start
        Seconds that it adds before a way begins; None for what it adds anyway.
    capacity
        How many it has room for; None for what it has anyway.
    """

    at: int
    op: FacilityOp
    id: str | None
    fid: int | None = None
    place: tuple[float, float] | None = None
    start: float | None = None
    capacity: float | None = None

    def as_document(self) -> dict[str, object]:
        """Give the edit as a kept study names it."""
        told: dict[str, object] = {"op": self.op, "id": self.id}
        if self.place is not None:
            told["geometry"] = {"type": "Point", "coordinates": list(self.place)}
        value = self.start if self.capacity is None else self.capacity
        return told if value is None else told | {"value": value}


@dataclass(frozen=True)
class Edits:
    """What is edited: facilities, and the roads that are closed besides, or count as another class.

    Parameters
    ----------
    facilities, closures
        In the order in which they were given.
    roads
        Layer of the roads; None in a study without.
    in_cells
        Whether places were put into the middles of their cells.
    """

    facilities: tuple[FacilityEdit, ...]
    closures: tuple[ClosureRequest, ...] = ()
    roads: str | None = None
    in_cells: bool = False

    def as_document(self) -> list[dict[str, object]]:
        """Give the edits as a kept study names them."""
        told = [edit.as_document() for edit in self.facilities]
        return [*told, *map(self._road_told, self.closures)]

    def _road_told(self, one: ClosureRequest) -> dict[str, object]:
        if one.new_road is not None:
            value = one.new_road.as_document()
            line = {"type": "LineString", "coordinates": value.pop("line")}
            return {"op": "link", "layer": self.roads, "geometry": line, "value": value}
        closed = one.model_dump(mode="json", exclude_unset=True)
        changed = (one.as_class, one.kmh, one.factor) != (None, None, None)
        return {"op": "speed" if changed else "close", "layer": self.roads, "value": closed}

    def with_closures(self, inputs: Mapping[str, Any]) -> dict[str, Any]:
        """Give the inputs of the state afterwards: those before, and what is closed besides."""
        closed = [one.model_dump(mode="json", exclude_unset=True) for one in self.closures]
        return {**inputs, "closures": [*inputs.get("closures", []), *closed]} if closed else dict(inputs)


def kept_edits(document: Sequence[Mapping[str, Any]], roads: Mapping[str, Any] | None) -> Edits | None:
    """Give the edits that a kept study names; None for one without.

    Parameters
    ----------
    document
        As `Edits.as_document` gives it.
    roads
        Its roads by version.
    """
    if not document:
        return None
    found, closures = [], []
    for at, one in enumerate(document):
        if "id" in one:
            place = one["geometry"]["coordinates"] if "geometry" in one else None
            where = None if place is None else (float(place[0]), float(place[1]))
            value = {"capacity" if one["op"] == "capacity" else "start": one.get("value")}
            found.append(FacilityEdit(at, one["op"], one["id"], None, where, **value))
        elif one["op"] == "link":
            road = NewRoad.model_validate(one["value"] | {"line": one["geometry"]["coordinates"]})
            closures.append(ClosureRequest(new_road=road))
        else:
            closures.append(ClosureRequest.model_validate(one["value"]))
    return Edits(tuple(found), tuple(closures), None if roads is None else str(roads["layer"]))


def edits_of(requests: Sequence[EditRequest], facilities: str, roads: str | None) -> Edits:
    """Check edits one by one, and part those of facilities from those of roads and ferries.

    Parameters
    ----------
    requests
        As they were given.
    facilities, roads
        The layers of the study; no roads in one as the crow flies.

    Raises
    ------
    RefusedInput
        ``study_refused`` without any edit, and for one that lacks something or names another layer.
    """
    if not requests:
        raise refused("edits", "[]", f"1 – {ROOM}")
    ferries = None if roads is None else BESIDE_ROADS["ferries"]
    closures, found = [], []
    for at, one in enumerate(requests):
        if one.op == "link" and one.layer in (None, roads):
            closures.append(_link(one, at, roads))
        elif roads is not None and one.layer == roads:
            closures.append(_closure(one, at))
        elif ferries is not None and one.layer == ferries:
            closures.append(_stop(one, at))
        elif one.layer in (None, facilities):
            found.append(_of_facility(one, at))
        else:
            known = [layer for layer in (facilities, roads, ferries) if layer is not None]
            raise refused(f"edits/{at}/layer", one.layer, ", ".join(known))
    return Edits(tuple(found), tuple(closures), roads)


def _closure(one: EditRequest, at: int) -> ClosureRequest:
    if one.op not in _OF_ROADS:
        raise refused(f"edits/{at}/op", one.op, ", ".join(_OF_ROADS))
    _require_item(one, at)
    value = one.value
    if one.op == "close" and value is None and one.fid is not None:
        return ClosureRequest(roads=(one.fid,))
    expected = _CLOSING if one.op == "close" else _CHANGING
    if not isinstance(value, ClosureRequest):
        raise refused(f"edits/{at}/value", value, expected)
    changes = [name for name in CHANGES if getattr(value, name) is not None]
    if bool(changes) != (one.op == "speed") or value.new_road or (one.fid is not None and value.roads):
        raise refused(f"edits/{at}/value", ", ".join(sorted(value.model_fields_set)) or "–", expected)
    return value if one.fid is None else value.model_copy(update={"roads": (one.fid,)})


def _link(one: EditRequest, at: int, roads: str | None) -> ClosureRequest:
    if roads is None:
        raise refused(f"edits/{at}/op", one.op, "measure: network_time, network_distance")
    for name in ("fid", "id", "tmp_id"):
        if getattr(one, name) is not None:
            raise refused(f"edits/{at}/{name}", getattr(one, name), "geometry, value")
    if not isinstance(one.geometry, LineGeometry):
        raise refused(f"edits/{at}/geometry", None if one.geometry is None else one.geometry.type, _LINE)
    value = one.value
    if isinstance(value, ClosureRequest) and value.model_fields_set <= {"kmh"}:
        value = RoadValue(kmh=value.kmh)  # a speed and nothing else is told alike of both
    if value is not None and not isinstance(value, RoadValue):
        raise refused(f"edits/{at}/value", "…", _LINKING)
    told = {} if value is None else value.model_dump(exclude_unset=True)
    return ClosureRequest(new_road=NewRoad(line=one.geometry.coordinates, **told))


def _stop(one: EditRequest, at: int) -> ClosureRequest:
    if one.op not in {"remove", "close"}:
        raise refused(f"edits/{at}/op", one.op, "close")
    _require_item(one, at)
    if one.fid is None or one.value is not None:
        raise refused(f"edits/{at}", "fid" if one.fid is None else "value", "op, layer, fid")
    return ClosureRequest(ferries=(one.fid,))


def _require_item(one: EditRequest, at: int) -> None:
    """Refuse what only facilities have."""
    for name in ("id", "tmp_id", "geometry"):
        if getattr(one, name) is not None:
            raise refused(f"edits/{at}/{name}", "…", "fid, value")


def _of_facility(one: EditRequest, at: int) -> FacilityEdit:
    named = [name for name in ("fid", "id", "tmp_id") if getattr(one, name) is not None]
    wanted = {"add": ("tmp_id",), "capacity": ("fid", "id", "tmp_id")}.get(one.op, ("fid", "id"))
    if (len(named) != 1 and not (one.op == "add" and not named)) or set(named) - set(wanted):
        raise refused(f"edits/{at}", ", ".join(named) or "–", " / ".join(wanted))
    if one.op not in _OF_FACILITIES:
        raise refused(f"edits/{at}/op", one.op, ", ".join(_OF_FACILITIES))
    if isinstance(one.geometry, LineGeometry):
        raise refused(f"edits/{at}/geometry", one.geometry.type, _POINT)
    if one.op == "capacity":
        return _capacity(one, at)
    if isinstance(one.value, BaseModel) or (one.value is not None and one.value > MAX_TURNOUT_S):
        shown = "…" if isinstance(one.value, BaseModel) else one.value
        most = round(MAX_TURNOUT_S)
        raise refused(
            f"edits/{at}/value", shown, Text(f"số giây, 0 – {most}", f"a number of seconds, 0 – {most}")
        )
    if one.op == "add" and one.geometry is None:
        raise refused(f"edits/{at}/geometry", None, _POINT)
    if one.op == "move" and one.geometry is None and one.value is None:
        raise refused(f"edits/{at}", None, "geometry, value")
    if one.op not in _OF_PLACE and (one.geometry is not None or one.value is not None):
        raise refused(f"edits/{at}/{'value' if one.geometry is None else 'geometry'}", "…", "–")
    place = None if one.geometry is None else one.geometry.coordinates
    if one.op == "add":
        return FacilityEdit(at, "add", one.tmp_id or f"new_{at + 1}", None, place, one.value)
    op: Literal["move", "remove"] = "move" if one.op == "move" else "remove"
    return FacilityEdit(at, op, one.id, one.fid, place, one.value)


def _capacity(one: EditRequest, at: int) -> FacilityEdit:
    if one.geometry is not None:
        raise refused(f"edits/{at}/geometry", one.geometry.type, "id, value")
    if not isinstance(one.value, float):
        most = round(MAX_CAPACITY)
        words = Text(f"sức chứa, 0 – {most}", f"a capacity, 0 – {most}")
        raise refused(f"edits/{at}/value", None if one.value is None else "…", words)
    return FacilityEdit(at, "capacity", one.id or one.tmp_id, one.fid, capacity=one.value)


def require_start_step(edit: FacilityEdit) -> None:
    """Refuse a wait between two steps of the curve, as of the limit: it would tell few people apart.

    Raises
    ------
    RefusedInput
        ``limit_off_step`` for those who may not see small counts.
    """
    if edit.start is None or edit.start % STEP_S == 0:
        return
    below = int(edit.start // STEP_S) * STEP_S
    raise RefusedInput(
        ErrorCode.LIMIT_OFF_STEP,
        name=f"edits/{edit.at}/value",
        value=edit.start,
        step=STEP_S,
        unit="s",
        nearest=f"{below}, {below + STEP_S}",
    )
