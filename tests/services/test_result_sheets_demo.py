"""Tiles of results of a whole province keep within the budget of tiles, with nothing left out."""

import time
from collections.abc import Callable

import pytest
import shapely

from gis_service.catalogue.loader import Catalogue
from gis_service.db.engine import open_engine, transaction
from gis_service.db.shape_tiles import shapes_tile
from gis_service.db.tiles import BUDGET, BUFFER, EXTENT
from gis_service.services.accounts import Caller, Role
from gis_service.services.cells import cell_table
from gis_service.services.coverage_live import LiveStudy, ask, study_of
from gis_service.services.prepared import Prepared
from gis_service.services.result_sheets import (
    KINDS,
    ZOOMS,
    Sheet,
    SheetKind,
    edges_sheet,
    surface_sheet,
    uncovered_sheet,
)
from gis_service.services.study_tiles import zooms_of
from gis_service.services.tile_grid import tile_box, tile_of
from gis_service.services.tile_memory import Zxy

STANDARDS = ("one_stop_office_motorbike_10min", "one_stop_office_walk_15min")


def sheet_of(kind: SheetKind, study: LiveStudy, prepared: Prepared) -> Sheet:
    if kind == "surface":
        return surface_sheet(study)
    return (
        edges_sheet(study)
        if kind == "edges"
        else uncovered_sheet(study, cell_table(study, prepared), personal=True)
    )


def fullest(sheet: Sheet, zoom: int) -> tuple[int, Zxy]:
    """Give the tile of a zoom that most shapes lie in, and how many do."""
    assert sheet.bbox is not None
    west, south, east, north = sheet.bbox
    (left, top), (right, bottom) = tile_of(west, north, zoom), tile_of(east, south, zoom)
    places = [(zoom, x, y) for x in range(left, right + 1) for y in range(top, bottom + 1)]
    return max((len(sheet.tree.query(shapely.box(*tile_box(*zxy, BUFFER / EXTENT)))), zxy) for zxy in places)


@pytest.mark.slow
def test_the_fullest_tiles_of_the_demo_city_keep_within_the_budget(
    make_demo_database: Callable[[], str], catalogue: Catalogue
) -> None:
    engine, prepared = open_engine(make_demo_database()), Prepared()
    with transaction(engine) as connection:
        for standard in STANDARDS:
            study = study_of(
                ask(connection, catalogue, {"standard": standard}, Caller(Role.PLANNER, "lan")), prepared
            )
            for kind in KINDS:
                whole = sheet_of(kind, study, prepared)
                least, most = zooms_of(kind, whole)
                assert least == ZOOMS[kind][0]
                for zoom in range(least, min(least + 4, most + 1)):
                    sheet = whole.at(zoom)
                    count, zxy = fullest(sheet, zoom)
                    begun = time.perf_counter()
                    tile = shapes_tile(connection, kind, zxy, sheet.within(tile_box(*zxy, BUFFER / EXTENT)))
                    took = time.perf_counter() - begun
                    print(standard, kind, zoom, sheet.size_m, count, len(tile), f"{took * 1000:.0f} ms")  # noqa: T201
                    assert len(tile) <= BUDGET
    engine.dispose()
