"""Shapes of results of studies as tiles."""

from typing import Literal

from pydantic import Field

from gis_service.web.operation import Query
from gis_service.web.schemas.common import Answer
from gis_service.web.schemas.tiles import TileJson


class Legend(Answer):
    """What a map of the tiles is coloured by."""

    field: str = Field(description="Attribute of the features.")
    unit: Literal["s", "m", "people"]
    least: float | None = Field(None, description="Smallest value of the whole study; absent without any.")
    most: float | None = Field(None, description="Largest value.")


class WiderCells(Answer):
    """Cells of tiles further out, each in place of several: nothing is left out, sums stay sums."""

    cell_m: float
    maxzoom: int = Field(description="Last zoom that has them.")
    least: float | None = Field(None, description="Smallest value of the legend's attribute among them.")
    most: float | None = Field(None, description="Largest value.")


class StudyTileJson(TileJson):
    """Tiles of a study, as TileJSON 3.0 has it, with what its legend needs."""

    study: str
    mark: str = Field(description="SHA-256: tiles with this mark in their address never change.")
    generated_data: bool
    legend: Legend
    cell_m: float | None = Field(None, description="Side of the cells; absent for lines.")
    wider: list[WiderCells] = Field(description="Cells of zooms further out, the closest first.")


class StudyTileQuery(Query):
    """Format of a tile of a study, and what it is to be."""

    f: Literal["mvt"] | None = None
    mark: str | None = Field(None, max_length=64, description="As the TileJSON has it: then kept for ever.")
