"""What somebody asks of a catchment: a study of coverage, and what is to be drawn of it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from gis_service.analysis.surface import SMALLEST_STEP_M, STEP_M, CellKind
from gis_service.catalogue.loader import Catalogue
from gis_service.services.coverage_parameters import MAX_LIMIT, MEASURES, CoverageParameters
from gis_service.services.documents import plain
from gis_service.services.rights import Rights
from gis_service.services.study_request import CoverageRequest, CoverageTask, complete
from gis_service.services.study_standard import refused
from gis_service.types import BBox, Text

ShapeName = Literal["edges", "polygons", "surface", "allocation", "od"]
CatchmentOf = Literal["facilities", "places"]
SHAPES = ("edges", "polygons", "surface", "allocation", "od")
MAX_LIMITS = 10
MAX_PLACES = 2000
LARGEST_STEP_M = 5000.0
_GROUND = ("edges", "polygons", "surface")
"""What is drawn of the ground, whoever lives there."""

Limit = Annotated[float, Field(gt=0, le=MAX_LIMIT, allow_inf_nan=False)]
Degrees = Annotated[float, Field(ge=-180, le=180, allow_inf_nan=False)]


class Place(BaseModel):
    """A place on the map."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str | None = Field(
        None, min_length=1, max_length=100, pattern=r"^[^\x00]+$", description="Its number when left out."
    )
    lon: Degrees = Field(description="Degrees in WGS 84.")
    lat: float = Field(ge=-90, le=90, allow_inf_nan=False, description="Degrees in WGS 84.")


class CatchmentRequest(CoverageRequest):
    """Inputs of the process ``catchment``: those of ``coverage``, and what is drawn."""

    shapes: tuple[ShapeName, ...] = Field(("polygons",), min_length=1, description="What is drawn or listed.")
    limits: tuple[Limit, ...] = Field(
        (), max_length=MAX_LIMITS, description="Further limits that are drawn, seconds or metres."
    )
    places: tuple[Place, ...] = Field(
        (), max_length=MAX_PLACES, description="Places whose ways to the facilities are listed, or `of` them."
    )
    of: CatchmentOf = Field(
        "facilities", description="Whose catchments: of the facilities of the service, or of the places."
    )
    bbox: tuple[Degrees, Degrees, Degrees, Degrees] | None = Field(
        None, description="West, south, east, north in WGS 84: only roads and cells that meet it are given."
    )
    step_m: float = Field(
        STEP_M,
        ge=SMALLEST_STEP_M,
        le=LARGEST_STEP_M,
        allow_inf_nan=False,
        description="Cells of the surface.",
    )
    grid: CellKind = Field("hexagon", description="Kind of these cells.")


DRAWN = frozenset(CatchmentRequest.model_fields) - frozenset(CoverageRequest.model_fields)
"""Inputs that tell what is drawn."""


@dataclass(frozen=True)
class CatchmentAsk:
    """What is drawn of a study.

    Parameters
    ----------
    shapes
        Some of `SHAPES`.
    limits
        Rising, seconds or metres; that of the study is among them.
    places
        ``(id, lon, lat)`` in WGS 84.
    of
        Whose catchments they are.
    bbox
        In WGS 84; None for everything.
    step_m, grid
        Cells of the surface.
    """

    shapes: tuple[ShapeName, ...]
    limits: tuple[float, ...]
    places: tuple[tuple[str, float, float], ...] = ()
    of: CatchmentOf = "facilities"
    bbox: BBox | None = None
    step_m: float = STEP_M
    grid: CellKind = "hexagon"

    def as_document(self) -> dict[str, Any]:
        """Give what is drawn as it stands among the parameters of the document."""
        found: dict[str, Any] = plain(
            {
                "shapes": list(self.shapes),
                "limits": list(self.limits),
                "places": [{"id": id_, "lon": lon, "lat": lat} for id_, lon, lat in self.places],
                "of": self.of,
                "bbox": None if self.bbox is None else list(self.bbox),
                "step_m": self.step_m,
                "grid": self.grid,
            }
        )
        return found

    @classmethod
    def from_document(cls, parameters: Mapping[str, Any]) -> "CatchmentAsk":
        """Read it again from the parameters of a document."""
        bbox = parameters["bbox"]
        return cls(
            shapes=tuple(parameters["shapes"]),
            limits=tuple(float(limit) for limit in parameters["limits"]),
            places=tuple((one["id"], one["lon"], one["lat"]) for one in parameters["places"]),
            of=parameters["of"],
            bbox=None if bbox is None else tuple(bbox),
            step_m=parameters["step_m"],
            grid=parameters["grid"],
        )


def complete_catchment(
    request: CatchmentRequest, catalogue: Catalogue, today: date, rights: Rights | None = None
) -> tuple[CoverageTask, CatchmentAsk]:
    """Fill in what the request leaves open; arguments as of `gis_service.services.study_request.complete`.

    Raises
    ------
    RefusedInput
        ``study_refused`` as there, for places that are asked about and not given, a box without ground, or a
        shape that the measure or the catchment does not have.
    """
    own = set(CatchmentRequest.model_fields) - set(CoverageRequest.model_fields)
    plain_request = CoverageRequest(**request.model_dump(exclude=own, exclude_unset=True))
    task = complete(plain_request, catalogue, today, rights)
    if "od" in request.shapes:
        tables = tuple(dict.fromkeys((*task.parameters.tables, "od")))
        task = replace(task, parameters=replace(task.parameters, tables=tables))
    asked = CatchmentAsk(
        shapes=tuple(dict.fromkeys(request.shapes)),
        limits=tuple(sorted({*request.limits, task.parameters.limit})),
        places=tuple((one.id or str(row), one.lon, one.lat) for row, one in enumerate(request.places, 1)),
        of=request.of,
        bbox=request.bbox,
        step_m=request.step_m,
        grid=request.grid,
    )
    require(asked, task)
    return task, asked


def require(asked: CatchmentAsk, task: CoverageTask) -> None:
    """Refuse what cannot be drawn.

    Raises
    ------
    RefusedInput
        ``study_refused``.
    """
    if asked.of == "places" and not asked.places:
        raise refused("places", [], "[{lon, lat}]")
    if asked.of == "places":
        _require_of_places(task)
    ids = [id_ for id_, _, _ in asked.places]
    if len(set(ids)) < len(ids):
        raise refused("places", next(id_ for id_ in ids if ids.count(id_) > 1), "id: 1 ×")
    if asked.bbox is not None and (asked.bbox[0] >= asked.bbox[2] or asked.bbox[1] >= asked.bbox[3]):
        raise refused("bbox", list(asked.bbox), "west < east, south < north")
    parameters = task.parameters
    require_ways(asked, parameters, "polygons, surface, allocation, od")
    ground = [shape for shape in _GROUND if shape in asked.shapes]
    if parameters.catchment != "any" and (ground or asked.places):
        # What a facility reaches differs from unit to unit then, and a place has no unit's facility.
        raise refused("catchment", parameters.catchment, f"any ({', '.join(ground) or 'places'})")


def require_ways(asked: CatchmentAsk, parameters: CoverageParameters, others: str) -> None:
    """Refuse roads of a study as the crow flies, and anything of a quota, which has no ways at all.

    Parameters
    ----------
    asked, parameters
        What is drawn, and the rule of the study.
    others
        What may be drawn as the crow flies.

    Raises
    ------
    RefusedInput
        ``study_refused``.
    """
    if parameters.measure == "quota":
        raise refused("measure", parameters.measure, ", ".join(one for one in MEASURES if one != "quota"))
    if not parameters.on_roads and "edges" in asked.shapes:
        raise refused("shapes", "edges", f"{others} ({parameters.measure})")


def require_no_start(parameters: CoverageParameters) -> None:
    """Refuse the waits of facilities in a catchment of places, which have none.

    Raises
    ------
    RefusedInput
        ``study_refused``.
    """
    if parameters.start_column is not None:
        expected = Text(
            "of: facilities; bỏ start_column khi of là places", "of: facilities; none with of: places"
        )
        raise refused("start_column", parameters.start_column, expected)


def _require_of_places(task: CoverageTask) -> None:
    """Refuse what tells of the facilities of a service: places do not stand in for them there."""
    parameters = task.parameters
    require_no_start(parameters)
    if tables := [name for name in parameters.tables if name != "od"]:
        raise refused("tables", ", ".join(tables), "od (of: places)")
    if parameters.measure == "quota":
        raise refused(
            "measure", parameters.measure, "network_time, network_distance, straight_radius (of: places)"
        )
