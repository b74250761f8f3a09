"""The people of the small town as a raster, and the same questions asked of files."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import rasterio
from affine import Affine
from sqlalchemy import text

from gis_service.catalogue.layer_definition import BandDefinition
from gis_service.catalogue.loader import Catalogue
from gis_service.catalogue.user_layer import with_user_layers
from gis_service.db.engine import Connection
from gis_service.files.raster_store import RasterStore
from gis_service.services.gap_analysis import run_gap_analysis
from gis_service.services.gap_inputs import GapFiles
from gis_service.services.gap_question import GapQuestion
from gis_service.services.raster_inspect import RasterChoices
from gis_service.services.raster_load import RasterReport, load_raster
from tests.live_town import HOMES_M, PEOPLE, X, Y, degrees
from tests.raster_files import Cells, write_tif
from tests.raster_town import raster
from tests.small_city import WORDS

AT = "2026-03-03T10:00"
WALK = {
    "service": "one_stop_office", "measure": "network_distance", "limit": 1000, "mode": "walk", "at": AT,
    "demand": {"layer": "population"},
}  # fmt: skip
ROWS, COLUMNS, WEST_M, NORTH_M, CELL_M = 14, 260, -20_000, 700, 100
FAR, OUTSIDE = 1000.25, 8.5
"""People beyond all that is read, and people near the units and in none of them."""
IN_METRES: dict[str, Any] = {
    "crs": "EPSG:9209",
    "transform": Affine(CELL_M, 0, X + WEST_M, 0, -CELL_M, Y + NORTH_M),
}
IN_DEGREES: dict[str, Any] = {
    "crs": "EPSG:4326",
    "transform": Affine(0.00096, 0, degrees(WEST_M)[0], 0, -0.0009, degrees(0, NORTH_M)[1]),
}
AS_WHOLE_NUMBERS: dict[str, Any] = IN_METRES | {"nodata": 65535, "dtype": "uint16"}
Document = dict[str, Any]
Load = Callable[..., RasterReport]
"""Loads cells into a raster layer."""
Run = Callable[..., Document]
"""Runs a process on the town."""


def cells(more: float = 0.0, nodata: float = -1.0, kind: str = "float32") -> Cells:
    """Give a raster of the people of the town, ``(1, rows, columns)``, with ``more`` in the first home."""
    found = np.full((1, ROWS, COLUMNS), nodata)
    found[0, :, -100:-80] = 0
    found[0, 0, 0], found[0, 1, 210] = FAR, OUTSIDE
    for at, people in zip(HOMES_M, PEOPLE, strict=True):
        home = (0, (NORTH_M - 10) // CELL_M, (at - WEST_M) // CELL_M)
        found[home] = max(found[home], 0) + people
    found[0, (NORTH_M - 10) // CELL_M, (HOMES_M[0] - WEST_M) // CELL_M] += more
    return (found if kind == "float32" else np.floor(found)).astype(kind)


def by_script(files: Path, population: Path, asked: dict[str, Any], **more: Any) -> Document:  # noqa: ANN401
    """Ask the same of files."""
    named = {"roads": "roads", "facilities": "office", "ferries": "ferries", "barriers": "rivers"}
    given: dict[str, Any] = {role: str(files / f"{name}.gpkg") for role, name in named.items()}
    zones = str(files / f"{asked.pop('zones', 'commune')}.gpkg")
    sources = GapFiles(
        population=str(population), zones=zones, crs="EPSG:9209", zone_id="code", **given, **more
    )
    question = GapQuestion(mode="walk", limit_m=1000, at=AT, **asked)
    return run_gap_analysis(sources, question).result.document


def figures(document: Document) -> Document:
    """Give what a study counts, without what only a layer or only a file has."""
    zones = [{name: value for name, value in row.items() if name != "name"} for row in document["zones"]]
    told = (
        "people_beyond_study_area",
        "people_by_weights",
        "people_in_buildings",
        "demand_fallback",
        "lattice_step",
    )
    notices = [one for one in document["notices"] if one["code"] in told]
    return {"totals": document["totals"], "zones": zones, "notices": notices}


def count(town: Connection, people: Sequence[int]) -> None:
    """Give each commune of 2024 its people."""
    for row, counted in enumerate(people):
        statement = text("UPDATE layer.commune_2024 SET pop_2019 = :people WHERE code = :code")
        town.execute(statement, {"people": counted, "code": f"commune_2024{row}"})


def with_rasters(catalogue: Catalogue) -> Catalogue:
    """Give a city with raster layers, one of two bands, one for staff, one of personal detail."""
    bands = tuple(BandDefinition(name, WORDS, "persons") for name in ("women", "men"))
    layers = [raster("population"), raster("built"), raster("sexes", bands=bands)]
    closed = [raster("staff_only", visibility="internal"), raster("census", visibility="personal")]
    return with_user_layers(catalogue, [*layers, *closed])


def load_people(
    town: Connection,
    city: Catalogue,
    store: RasterStore,
    folder: Path,
    layer: str = "population",
    values: Cells | None = None,
    **profile: Any,  # noqa: ANN401
) -> RasterReport:
    """Load cells into a raster layer; the file is ``LAYER.tif``, ``unit`` that of its first band."""
    given = IN_METRES | {"nodata": -1.0} | profile
    choices, unit = RasterChoices(kind=given.pop("kind", None)), given.pop("unit", None)
    path = write_tif(folder / f"{layer}.tif", cells() if values is None else values, **given)
    if unit is not None:
        with rasterio.open(path, "r+") as file:
            file.units = [unit]
    return load_raster(town, city, store, path, layer, author="lan", choices=choices)
