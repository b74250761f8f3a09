"""Tiles made ahead: of what was published and has rested, and of its tilesets, once; newer work first."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gis_service.catalogue.loader import Catalogue, load_catalogue
from gis_service.db.engine import Engine, open_engine, transaction
from gis_service.db.layers import ensure_table
from gis_service.db.tile_changes import newest_versions
from gis_service.services import tile_warming, tiles
from gis_service.services.context import Context
from gis_service.services.layers import table_of
from gis_service.services.overview_tiles import OverviewTile
from gis_service.services.tile_grid import tile_box
from gis_service.services.tile_memory import Zxy
from gis_service.services.tile_publishes import TilePublishes
from gis_service.services.tile_sources import QueriedTile
from gis_service.services.tile_warming import MOST_TILES, tiles_of
from gis_service.services.tileset_tiles import TilesetTile
from gis_service.settings import ROOT, Settings
from gis_service.types import LayerId
from tests.well_tiles import write

COMMUNE, OFFICE, RESIDENTS = LayerId("commune"), LayerId("one_stop_office"), LayerId("residents")
FILL = """
INSERT INTO layer.commune (geom, code, name, unit_type)
VALUES (ST_MakeEnvelope(106.30, 20.4, 106.40, 20.5, 4326), '1', 'Đông Hưng', 'commune');
INSERT INTO layer.one_stop_office (geom, code, name)
VALUES (ST_Point(106.35, 20.45, 4326), 'o1', 'Một cửa');
INSERT INTO layer.residents (geom, code, people)
VALUES (ST_Point(106.35, 20.45, 4326), 'r1', 10);
"""
CHANGE = "UPDATE layer.one_stop_office SET name = name || '!'"


@pytest.fixture(scope="module")
def definitions() -> Catalogue:
    return load_catalogue(ROOT / "layers", ROOT / "tests" / "tiles", "thai_binh")


@pytest.fixture(scope="module")
def engine(make_database: Callable[[], str], definitions: Catalogue) -> Iterator[Engine]:
    made = open_engine(make_database())
    with transaction(made) as connection:
        for layer in (COMMUNE, OFFICE, RESIDENTS):
            ensure_table(connection, table_of(definitions.layers[layer]))
        connection.exec_driver_sql(FILL)
    yield made
    made.dispose()


@pytest.fixture
def context(engine: Engine, definitions: Catalogue, tmp_path: Path) -> Context:
    return Context(engine, definitions, Settings(data_dir=tmp_path))


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[tuple[tuple[LayerId, ...], Zxy]]:
    """Give the tiles that are asked of the database, and let no pause be made."""
    found: list[tuple[tuple[LayerId, ...], Zxy]] = []
    ask, ask_overview, ask_set = QueriedTile.make, OverviewTile.make, TilesetTile.make

    def noted(tile: QueriedTile) -> object:
        found.append((tile.layers, tile.zxy))
        return ask(tile)

    def noted_too(tile: OverviewTile) -> object:
        found.append(((tile.layer,), tile.zxy))
        return ask_overview(tile)

    def noted_of_set(tile: TilesetTile) -> object:
        found.append((tuple(one.id for one in tile.layers), tile.zxy))
        return ask_set(tile)

    monkeypatch.setattr(QueriedTile, "make", noted)
    monkeypatch.setattr(OverviewTile, "make", noted_too)
    monkeypatch.setattr(TilesetTile, "make", noted_of_set)
    monkeypatch.setattr(tile_warming, "sleep", lambda _: None)
    monkeypatch.setattr(tile_warming, "DEEPEST", 11)
    return found


boxes = st.tuples(st.floats(-170, 170), st.floats(-80, 80), st.floats(0, 9), st.floats(0, 4)).map(
    lambda one: (one[0], one[1], one[0] + one[2], one[1] + one[3])
)


@given(box=boxes, most=st.integers(1, 400))
def test_the_tiles_of_a_box_are_whole_zooms_that_cover_it(
    box: tuple[float, float, float, float], most: int
) -> None:
    found = list(tiles_of(box, (0, 14), most))
    assert len(set(found)) == len(found) <= most
    for z in {zxy[0] for zxy in found}:
        held = [tile_box(*zxy) for zxy in found if zxy[0] == z]
        west, south, east, north = (list(sides) for sides in zip(*held, strict=True))
        assert min(west) <= box[0] + 1e-9
        assert max(east) >= box[2] - 1e-9
        assert min(south) <= box[1] + 1e-9
        assert max(north) >= box[3] - 1e-9


def test_tiles_of_a_layer_and_of_its_tilesets_are_made_and_then_found_by_all_processes(
    context: Context, made: list[tuple[tuple[LayerId, ...], Zxy]]
) -> None:
    asked = tile_warming.warm(context, [OFFICE])
    of_layer = [zxy for layers, zxy in made if layers == (OFFICE,)]
    of_set = [zxy for layers, zxy in made if layers == (COMMUNE, OFFICE)]
    assert len(of_layer) + len(of_set) == len(made) == asked
    assert {zxy[0] for zxy in of_layer} == set(range(12))
    assert min(zxy[0] for zxy in of_set) >= 6
    assert max(len(of_layer), len(of_set)) <= MOST_TILES
    # Another process over the same disk asks for nothing more.
    other = replace(context)
    before = len(made)
    for zxy in of_layer:
        tiles.tile(other, context.catalogue.layers[OFFICE], zxy)
    assert len(made) == before
    assert tile_warming.warm(context, [OFFICE]) == asked
    assert len(made) == before, "what is good is left as it is"


def test_personal_detail_and_what_is_not_there_have_no_tiles_made(
    context: Context, made: list[tuple[tuple[LayerId, ...], Zxy]]
) -> None:
    assert tile_warming.warm(context, [RESIDENTS, LayerId("market"), LayerId("no_such")]) == 0
    assert made == []


def test_a_newer_version_ends_the_work_for_the_older_one(
    context: Context,
    engine: Engine,
    made: list[tuple[tuple[LayerId, ...], Zxy]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    whole = tile_warming.warm(context, [OFFICE])
    write(engine, CHANGE)
    made.clear()
    seen: list[int] = []

    def sleep(_: float) -> None:
        seen.append(1)
        if len(seen) == 3:
            write(engine, CHANGE)
            with transaction(engine) as connection:
                context.tiles.freshness.look(connection)

    monkeypatch.setattr(tile_warming, "sleep", sleep)
    assert tile_warming.warm(context, [OFFICE]) == 3 < whole


def versions(engine: Engine) -> Mapping[str, int]:
    with transaction(engine) as connection:
        return newest_versions(connection, 0)


def test_a_layer_is_due_when_its_version_has_rested_and_once_only(engine: Engine) -> None:
    publishes = TilePublishes(engine)
    assert publishes.due() == []
    assert set(publishes.due()) == set(versions(engine)), "a new worker begins with all layers"
    assert publishes.due() == []
    write(engine, CHANGE)
    assert publishes.due() == []
    write(engine, CHANGE)
    # It has changed again between two looks: it is still being written.
    assert publishes.due() == []
    assert publishes.due() == [OFFICE]
    assert publishes.due() == []
