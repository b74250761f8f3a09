"""What somebody asks "what if" of: the inputs of a study, and edits that nothing is stored of."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from gis_service.analysis.curve import STEP_S
from gis_service.analysis.what_if import ROOM
from gis_service.errors import ErrorCode, RefusedInput
from gis_service.services.closure_rules import ClosureRequest
from gis_service.services.coverage_parameters import MAX_TURNOUT_S
from gis_service.services.study_layers import BESIDE_ROADS
from gis_service.services.study_request import CoverageRequest
from gis_service.services.study_standard import refused
from gis_service.types import Text

PROCESS = "what_if"
_OF_PLACE = ("add", "move")
_OF_ROADS = ("close", "speed")
_CLOSING = Text(
    "{classes, areas, roads, hours} như trong closures", "{classes, areas, roads, hours} as in closures"
)
_CHANGING = Text("{as_class} cùng với classes, areas hoặc roads", "{as_class} with classes, areas or roads")
Op = Literal["add", "move", "remove", "close", "speed"]
Degrees = Annotated[float, Field(ge=-180, le=180, allow_inf_nan=False)]
Latitude = Annotated[float, Field(ge=-90, le=90, allow_inf_nan=False)]


class PointGeometry(BaseModel):
    """A place as GeoJSON, longitude and latitude in WGS 84."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    type: Literal["Point"]
    coordinates: tuple[Degrees, Latitude]


class EditRequest(BaseModel):
    """One edit: of a facility, or of roads or a ferry where ``layer`` is theirs."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    op: Op = Field(
        description=(
            "add, move, remove or close a facility; remove and close are the same. close roads or a ferry;"
            " speed lets roads count as another class."
        )
    )
    layer: str | None = Field(
        None,
        pattern=r"^[a-z][a-z0-9_]{0,47}$",
        description="That of the facilities when left out; that of the roads, or of the ferries.",
    )
    fid: int | None = Field(None, ge=1, description="Item id of the facility, road or ferry in its layer.")
    id: str | None = Field(None, max_length=200, description="Code of the facility, as studies tell it.")
    tmp_id: str | None = Field(
        None, pattern=r"^[A-Za-z0-9_.-]{1,48}$", description="What a new facility is called in the answer."
    )
    geometry: PointGeometry | None = Field(None, description="Where it is added, or moved to.")
    value: Annotated[float, Field(ge=0, le=MAX_TURNOUT_S, allow_inf_nan=False)] | ClosureRequest | None = (
        Field(
            None,
            description=(
                "Of a facility the seconds that it adds before a way begins (network_time); of roads what"
                " is closed, or counts `as_class`, as one of `closures`."
            ),
        )
    )


class WhatIfRequest(CoverageRequest):
    """Inputs of a study of coverage along roads, and the edits that make the state afterwards."""

    edits: tuple[EditRequest, ...] = Field(
        max_length=ROOM,
        description="In their order; each facility at most once.",
        json_schema_extra={"minItems": 1},
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
        ``add``, ``move`` or ``remove``.
    id, fid
        Which one, by its code or else its item id; of a new one what it is called.
    place
        Longitude and latitude; None where it stays.
    start
        Seconds that it adds before a way begins; None for what it adds anyway.
    """

    at: int
    op: Literal["add", "move", "remove"]
    id: str | None
    fid: int | None = None
    place: tuple[float, float] | None = None
    start: float | None = None

    def as_document(self) -> dict[str, object]:
        """Give the edit as a kept study names it."""
        told: dict[str, object] = {"op": self.op, "id": self.id}
        if self.place is not None:
            told["geometry"] = {"type": "Point", "coordinates": list(self.place)}
        return told if self.start is None else told | {"value": self.start}


@dataclass(frozen=True)
class Edits:
    """What is edited: facilities, and the roads that are closed besides, or count as another class.

    Parameters
    ----------
    facilities, closures
        In the order in which they were given.
    roads
        Layer of the roads; None in a study without.
    """

    facilities: tuple[FacilityEdit, ...]
    closures: tuple[ClosureRequest, ...] = ()
    roads: str | None = None

    def as_document(self) -> list[dict[str, object]]:
        """Give the edits as a kept study names them."""
        told = [edit.as_document() for edit in self.facilities]
        for one in self.closures:
            closed = one.model_dump(mode="json", exclude_unset=True)
            op = "close" if one.as_class is None else "speed"
            told.append({"op": op, "layer": self.roads, "value": closed})
        return told

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
            found.append(FacilityEdit(at, one["op"], one["id"], None, where, one.get("value")))
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
        if roads is not None and one.layer == roads:
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
    if (value.as_class is None) != (one.op == "close") or (one.fid is not None and value.roads):
        raise refused(f"edits/{at}/value", ", ".join(sorted(value.model_fields_set)) or "–", expected)
    return value if one.fid is None else value.model_copy(update={"roads": (one.fid,)})


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
    wanted = ("tmp_id",) if one.op == "add" else ("fid", "id")
    if (len(named) != 1 and not (one.op == "add" and not named)) or set(named) - set(wanted):
        raise refused(f"edits/{at}", ", ".join(named) or "–", " / ".join(wanted))
    if one.op == "speed":
        raise refused(f"edits/{at}/op", one.op, "add, move, remove, close")
    if isinstance(one.value, ClosureRequest):
        raise refused(f"edits/{at}/value", "…", Text("số giây", "a number of seconds"))
    if one.op == "add" and one.geometry is None:
        raise refused(f"edits/{at}/geometry", None, '{"type": "Point", "coordinates": [lon, lat]}')
    if one.op == "move" and one.geometry is None and one.value is None:
        raise refused(f"edits/{at}", None, "geometry, value")
    if one.op not in _OF_PLACE and (one.geometry is not None or one.value is not None):
        raise refused(f"edits/{at}/{'value' if one.geometry is None else 'geometry'}", "…", "–")
    place = None if one.geometry is None else one.geometry.coordinates
    if one.op == "add":
        return FacilityEdit(at, "add", one.tmp_id or f"new_{at + 1}", None, place, one.value)
    op: Literal["move", "remove"] = "move" if one.op == "move" else "remove"
    return FacilityEdit(at, op, one.id, one.fid, place, one.value)


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
