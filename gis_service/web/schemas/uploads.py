"""Shapes of uploads: what is sent, what is chosen, what was found, what came of it."""

from datetime import datetime
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, WithJsonSchema, model_validator
from pydantic_core import PydanticCustomError

from gis_service.services.ingest_source import WIDEST_GAP_M
from gis_service.web.operation import Query
from gis_service.web.schemas.common import Answer, FaultEntry, Link, Problem
from gis_service.web.schemas.placing import UploadPlaced, UploadPlacing

FORM = "multipart/form-data"
MERGE_PATCH = "application/merge-patch+json"
OFFSET = "application/offset+octet-stream"

State = Literal[
    "receiving", "received", "inspecting", "ready", "refused", "committing", "committed", "dropped"
]
Severity = Literal["error", "warning", "note"]
_Name = Annotated[str, Field(max_length=255)]
_Coordinates = Annotated[list[_Name], Field(min_length=1, max_length=2)]
_Finite = Annotated[float, Field(allow_inf_nan=False)]
_Number = Annotated[str, Field(max_length=40)]


class UploadForm(BaseModel):
    """A file that comes in one piece."""

    file: Annotated[
        bytes,
        Field(description="The file, whatever its name says of its format."),
        WithJsonSchema({"type": "string", "format": "binary"}),
    ]
    choices: str = Field("", description="What is chosen at once, as JSON: as in a PATCH.")


class UploadChoices(BaseModel):
    """What was chosen for an upload; in a patch null takes a choice back."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: _Name | None = Field(None, description="Layer in the file, when it holds several.")
    layer: str | None = Field(
        None, pattern=r"^[a-z][a-z0-9_]{0,47}$", description="Layer whose rows the file replaces."
    )
    definition: dict[str, Any] | None = Field(
        None, description="Definition of the new layer that the file is to be; instead of `layer`."
    )
    crs: str | None = Field(
        None, max_length=20_000, description="Coordinate system, before what the file says: EPSG:9209."
    )
    encoding: str | None = Field(None, max_length=40, description="Encoding of the text of the file.")
    nodata: _Finite | _Number | None = Field(
        None, description="Of a raster: value of cells without data; `none` when every cell has data."
    )
    kind: Literal["values", "classes"] | None = Field(
        None, description="Of a raster: whether its cells hold measures, or codes of classes."
    )
    text: dict[str, _Name] = Field(
        {}, description="Old Vietnamese encodings to be mended, by column; `*` is every column."
    )
    columns: dict[str, _Name] = Field(
        {}, description="Field of the layer for a column of the file; the empty text leaves a column out."
    )
    numbers: dict[str, Literal["thousands", "decimal"]] = Field(
        {}, description="What points in the numbers of a column of the file mean; decimals when not said."
    )
    repairs: list[_Name] = Field([], max_length=20, description="What is to be mended.")
    confirm_fewer: bool = Field(
        default=False, description="Whether the layer may lose more than 30 % of its rows."
    )
    coordinates: _Coordinates | Literal["none"] | None = Field(
        None,
        description="Columns of a table that hold x (east) and y (north), or the one of shapes as WKT; `none`"
        " when its rows have no coordinates. Told by their names when not said.",
    )
    placing: UploadPlacing | None = Field(
        None, description="By which units rows without coordinates find their place."
    )
    gap_m: float | None = Field(
        None, gt=0, le=WIDEST_GAP_M, description="Widest gap that is closed, in metres."
    )
    message: str | None = Field(None, max_length=2000, description="Why; kept with the version.")
    base: int | None = Field(
        None,
        ge=1,
        lt=2**63,
        description="Version that the file was made from; else as an export tells, or"
        " the newest when the file was inspected.",
    )

    @model_validator(mode="after")
    def _one_target(self) -> Self:
        if self.layer is not None and self.definition is not None:
            raise PydanticCustomError(
                "gis_expected", "expected {expected}", {"expected": "layer | definition"}
            )
        return self


class UploadColumn(Answer):
    """A column of a file."""

    model_config = ConfigDict(extra="allow", frozen=True)

    name: str
    field: str | None = Field(None, description="Field of the target that it would become.")


class UploadBand(Answer):
    """A band of a raster; its figures are of the cells that were looked at, before scale and offset."""

    dtype: str = Field(description="Type of its cells: uint8, float32 …")
    nodata: str | None = Field(None, description="Value of cells without data.")
    min: float | None = None
    max: float | None = None
    mean: float | None = None
    known: float = Field(description="Share of the cells that have data, 0 to 1.")
    scale: float | None = None
    offset: float | None = None
    about: dict[str, str] = Field(description="Its description, unit and role, as the file has them.")


class UploadRaster(Answer):
    """A raster in a file: size, place and bands, by its header and some of its lines."""

    width: int
    height: int
    affine: tuple[float, float, float, float, float, float] = Field(
        description="Where its cells lie: x = a col + b row + c, y = d col + e row + f."
    )
    crs: str | None = Field(None, description="System that it would be kept in.")
    corners: list[tuple[float, float]] | None = Field(
        None,
        description="Its four corners in degrees of WGS 84, where that is known: as a map places `picture`.",
    )
    bands: list[UploadBand]
    kind: Literal["values", "classes"] = Field(description="As was chosen, else as its cells look.")
    masked: Literal["nodata", "mask", "alpha", "none"] = Field(description="How cells without data are told.")
    exact: bool = Field(description="Whether every cell was looked at.")


class UploadLayer(Answer):
    """A layer in a file; of those that were not chosen only what the file says of itself is known."""

    model_config = ConfigDict(extra="allow", frozen=True)

    name: str
    features: int | None = None
    geometry: bool | None = None
    raster: UploadRaster | None = Field(None, description="Of a GeoTIFF: what the raster is.")
    crs: str | None = None
    encoding: str | None = Field(None, description="Encoding of the text as the file names it.")
    about: dict[str, str] = Field(
        {}, description="What reading it took: the delimiter, the row of the names, an index made anew."
    )
    columns: list[UploadColumn] = Field([])
    coordinates: list[str] | None = Field(
        None, description="Of a table: the columns that its places are read from, which `columns` leaves out."
    )
    placing: UploadPlaced | None = Field(
        None, description="Where its rows went by the units chosen; none when none were chosen."
    )


class UploadFeature(FaultEntry):
    """One feature that something was found in."""

    lon: float | None = Field(None, description="Where to look, in degrees of WGS 84, where that is known.")
    lat: float | None = None


class UploadFault(Answer):
    """Something that was found in a file, in the reader's language."""

    code: str = Field(description="Entry of docs/errors.md.")
    severity: Severity
    count: int = Field(description="Features that it was found in.")
    title: str
    detail: str
    expected: str
    remedy: str
    repair: str | None = Field(None, description="Choice of `repairs` that mends it.")
    column: str | None = Field(None, description="Column that it stands in, when it is one.")
    features: list[UploadFeature] = Field(description="The first hundred, each with what is wrong there.")
    listed: int = Field(
        description="Features that the table (`f=csv`) holds: all, at most 10,000 of a kind, 50,000 in all."
    )


class UploadFaults(Answer):
    """Everything that was found in a file."""

    items: list[UploadFault]


class UploadTarget(Answer):
    """The layer that a file is meant for."""

    layer: str
    version: int = Field(description="Version that the file is taken to be made from; 0 for none.")
    new: bool


class UploadResult(Answer):
    """What came of a commit."""

    layer: str
    version: int
    new: bool
    features: int = Field(description="Rows that the layer holds now.")
    added: int
    changed: int
    removed: int
    unchanged: int
    notices: list[str] = Field(description="What is worth saying, in the reader's language.")
    faults: list[UploadFault] = Field(
        description="Warnings and notes about the rows as they were published, without their features."
    )


class UploadEntry(Answer):
    """An upload in a list."""

    id: str
    state: State
    file: str = Field(description="What its owner calls it.")
    size: int | None = Field(None, description="Bytes, as far as they are known beforehand.")
    received: int = Field(description="Bytes that have come.")
    created_at: datetime
    updated_at: datetime
    expires_at: datetime
    result: UploadResult | None = None
    links: list[Link]


class UploadDocument(UploadEntry):
    """An upload: how far it is, what was found in it, what was chosen, what came of it."""

    layers: list[UploadLayer]
    faults: list[UploadFault]
    guesses: list[dict[str, Any]]
    target: UploadTarget | None = None
    choices: UploadChoices
    problem: Problem | None = Field(None, description="What it was refused with, or its commit.")


class Uploads(Answer):
    """Uploads, the newest first."""

    items: list[UploadEntry]
    next: str | None = Field(None, description="Address of the next page.")


class UploadsQuery(Query):
    """How many uploads at once."""

    limit: int = Field(100, ge=1, le=1000)
    after: str | None = Field(None, description="As the address of the next page has it.")


class FaultsQuery(Query):
    """The format of the list of faults."""

    f: Literal["json", "csv"] | None = None


class Preview(Answer):
    """Some features of a file as GeoJSON, in degrees of WGS 84."""

    type: Literal["FeatureCollection"]
    features: list[dict[str, Any]]
