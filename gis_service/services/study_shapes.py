"""Parts of what somebody asks of a study, layers by version, and how any such request is checked."""

from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from gis_service.errors import ErrorCode, Fault, RefusedInput
from gis_service.messages.shapes import expected_text, fault_text

Request = TypeVar("Request", bound=BaseModel)
_NAMED = ("demand", "demand_band", "weights", "weights_band")


class LayerReference(BaseModel):
    """A layer, in a version or in the current one."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    layer: str = Field(pattern=r"^[a-z][a-z0-9_]{0,47}$", description="Layer id.")
    version: int | None = Field(None, description="Version of the layer; the current one when left out.")


class RasterReference(LayerReference):
    """A layer that may be a raster, and which of its bands is meant."""

    band: int | str | None = Field(
        None, description="Number (from 1) or name of the band of a raster; its only one when left out."
    )


class DemandReference(RasterReference):
    """The layer of the people (a raster holds persons per cell), and what people of areas are spread by."""

    buildings: LayerReference | None = Field(
        None, description="Buildings that the people of areas live in, by storeys or height, and class."
    )
    land_use: LayerReference | None = Field(
        None, description="Land by its use: where people of areas without a building to live in are put."
    )
    weights: RasterReference | None = Field(
        None, description="A raster that the people of areas are spread by, in the place of buildings."
    )

    @property
    def spread_by(self) -> dict[str, LayerReference]:
        """The layers that the people are spread by, by role."""
        asked = {"buildings": self.buildings, "residential_land": self.land_use, "weights": self.weights}
        return {role: reference for role, reference in asked.items() if reference is not None}

    @property
    def bands(self) -> dict[str, int | str]:
        """The bands of rasters that were asked for, by role."""
        asked = {"demand": self.band, "weights": None if self.weights is None else self.weights.band}
        return {role: band for role, band in asked.items() if band is not None}


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


class ScenarioReference(BaseModel):
    """A scenario, in a version or in its newest one.

    Its edits make the state that is asked about, on the versions of the layers that it was made on; what else
    is asked goes before its own question.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str = Field(max_length=48, pattern=r"^scenario_[a-z0-9_]+$", description="Id of the scenario.")
    version: int | None = Field(
        None, ge=1, le=2**31 - 1, description="Version of the scenario; the newest when left out."
    )


def with_demand(asked: Mapping[str, Any]) -> dict[str, Any]:
    """Put the people that an address or a command line names the way the inputs of a study have it.

    Parameters
    ----------
    asked
        Inputs by name. ``demand`` and ``weights`` (ids of layers), ``demand_band`` and ``weights_band`` are
        one ``demand``.
    """
    inputs = {name: value for name, value in asked.items() if name not in _NAMED}
    layer, band, weights, weights_band = (asked.get(name) for name in _NAMED)
    spread_by = {"layer": weights, "band": weights_band}
    spread_by = {name: value for name, value in spread_by.items() if value is not None}
    demand = {"layer": layer, "band": band, "weights": spread_by or None}
    demand = {name: value for name, value in demand.items() if value is not None}
    return inputs | ({"demand": demand} if demand else {})


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
