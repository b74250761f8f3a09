"""The demo city goes into an empty database or one of its own, never among other people's data."""

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import text

from gis_service.services import first_data
from gis_service.services.context import Context, open_context
from gis_service.services.demo import LAYERS
from gis_service.services.demo_build import City
from gis_service.services.demo_facts import Notice
from gis_service.services.first_data import AUTHOR, FirstData, Listener, load_first_data
from gis_service.services.transactions import reading, writing
from gis_service.settings import ROOT, Settings


@pytest.fixture
def context(make_database: Callable[[], str], tmp_path: Path) -> Context:
    return open_context(Settings(data_dir=tmp_path, database_url=make_database()))


@pytest.fixture
def loaded(make_demo_database: Callable[[], str], tmp_path: Path) -> Context:
    """Give a service whose database holds the demo city as it is made today."""
    return open_context(Settings(data_dir=tmp_path, database_url=make_demo_database()))


@pytest.fixture
def ready_made(built_city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    """Hand out the city that other tests look at too: building it takes half a minute."""
    monkeypatch.setattr(first_data, "build_city", lambda _census, _told: built_city)


def authors(context: Context) -> dict[str, str]:
    with reading(context) as connection:
        rows = connection.execute(text("SELECT layer, author FROM gis.version ORDER BY id")).all()
    return {row.layer: row.author for row in rows}


def add_version(context: Context, layer: str, author: str) -> None:
    run(
        context,
        "INSERT INTO gis.version (layer, author) VALUES (:layer, :author)",
        layer=layer,
        author=author,
    )


def run(context: Context, statement: str, **values: str) -> None:
    with writing(context) as connection:
        connection.execute(text(statement), values)


def forget_edits(context: Context) -> None:
    """Leave the tables as edits did that were made before any of them became a version."""
    run(context, "DELETE FROM gis.version WHERE author <> :ours", ours=AUTHOR)


def number(context: Context, statement: str) -> int:
    with reading(context) as connection:
        return int(connection.execute(text(statement)).scalar_one())


def test_an_empty_database_takes_it_whole(loaded: Context, built_city: City) -> None:
    with loaded:  # filled by load_first_data, which told of every layer: see tests/demo_city.py
        assert authors(loaded) == dict.fromkeys(LAYERS, AUTHOR)
        assert number(loaded, "SELECT sum(people) FROM layer.residents") == 1_860_447
        assert number(loaded, "SELECT count(*) FROM layer.roads") == len(built_city.roads.lines)


def test_what_is_there_is_neither_built_nor_loaded_again(
    loaded: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr(first_data, "build_city")
    with loaded:
        assert load_first_data(loaded) == (FirstData.READY, 0)


@pytest.mark.usefixtures("ready_made")
def test_a_load_that_was_cut_short_goes_on(loaded: Context) -> None:
    run(loaded, "DELETE FROM gis.version WHERE layer = 'hospital'")
    with loaded:
        assert load_first_data(loaded) == (FirstData.READY, 1)


@pytest.mark.usefixtures("ready_made")
def test_an_older_demo_city_is_replaced_and_keeps_its_fids(loaded: Context) -> None:
    with loaded:
        run(loaded, "ALTER TABLE layer.one_stop_office DROP COLUMN branch_rank")
        run(loaded, "DELETE FROM layer.one_stop_office WHERE code <> 'o2024_12433'")
        run(loaded, "UPDATE layer.one_stop_office SET geom = ST_Point(106.3, 20.4, 4326), site_id = NULL")
        fid = number(loaded, "SELECT fid FROM layer.one_stop_office")
        forget_edits(loaded)
        run(loaded, "UPDATE gis.version SET message = layer || '.gpkg' WHERE layer = 'one_stop_office'")
        assert load_first_data(loaded) == (FirstData.READY, 1)
        assert number(loaded, "SELECT count(*) FROM layer.one_stop_office") == 307
        assert number(loaded, "SELECT max(branch_rank) FROM layer.one_stop_office") == 177
        kept = "SELECT fid FROM layer.one_stop_office WHERE code = 'o2024_12433' AND site_id = 's_12433'"
        assert number(loaded, kept) == fid


OLDER = "UPDATE gis.version SET message = regexp_replace(message, 'recipe [0-9a-f]+', 'recipe 0')"


@pytest.mark.usefixtures("ready_made")
def test_an_older_demo_city_that_nobody_has_edited_is_replaced(loaded: Context) -> None:
    with loaded:
        run(loaded, f"{OLDER} WHERE layer = 'hospital'")
        assert load_first_data(loaded) == (FirstData.READY, 1)
        assert load_first_data(loaded) == (FirstData.READY, 0)


EDITS = {
    "a value": "UPDATE layer.hospital SET capacity = capacity + 1 WHERE code = 'bv_01'",
    "a place": "UPDATE layer.hospital SET geom = ST_Translate(geom, 0.001, 0) WHERE code = 'bv_01'",
    "a row": "DELETE FROM layer.hospital WHERE code = 'bv_02'",
    "a column": "ALTER TABLE layer.hospital ADD COLUMN ghi_chu text",
    "the table": "DROP TABLE layer.hospital",
}


@pytest.mark.parametrize("edit", EDITS.values(), ids=EDITS)
def test_a_table_whose_edits_no_version_tells_of_stays_and_is_named(
    loaded: Context, monkeypatch: pytest.MonkeyPatch, edit: str
) -> None:
    monkeypatch.delattr(first_data, "build_city")
    told: list[str] = []
    with loaded:
        run(loaded, f"{OLDER} WHERE layer = 'hospital'")
        run(loaded, edit)
        forget_edits(loaded)
        versions = number(loaded, "SELECT max(id) FROM gis.version")
        assert load_first_data(loaded, Listener(edited=told.append)) == (FirstData.READY, 0)
        assert told == ["hospital"]
        assert number(loaded, "SELECT max(id) FROM gis.version") == versions


def test_a_table_that_somebody_has_edited_stays_and_its_history_says_who(
    loaded: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr(first_data, "build_city")
    told: list[str] = []
    with loaded:
        run(loaded, f"{OLDER} WHERE layer = 'hospital'")
        run(loaded, EDITS["a value"])
        assert load_first_data(loaded, Listener(edited=told.append)) == (FirstData.READY, 0)
        assert authors(loaded)["hospital"] == loaded.engine.url.username
    assert told == ["hospital"]


@pytest.mark.usefixtures("ready_made")
@pytest.mark.parametrize(("edit", "count"), [("SELECT 1", 1), (EDITS["a value"], 0)])
def test_after_a_restore_only_what_nobody_has_edited_is_brought_up_to_date(
    loaded: Context, edit: str, count: int
) -> None:
    told: list[str] = []
    with loaded:
        run(loaded, f"{OLDER} WHERE layer = 'hospital'")
        run(loaded, edit)
        add_version(loaded, "hospital", "db restore")
        assert load_first_data(loaded, Listener(edited=told.append)) == (FirstData.READY, count)
    assert told == ["hospital"][count:]


MEANWHILE = {
    "a version of somebody else": (
        "INSERT INTO gis.version (layer, author) VALUES ('hospital', 'lan')",
        0,
        ["hospital"],
    ),
    "an edit": (EDITS["a value"], 1, ["hospital"]),
    "what makes no version": (EDITS["a column"], 0, ["hospital"]),
}


@pytest.mark.parametrize(("statement", "more", "edited"), MEANWHILE.values(), ids=MEANWHILE)
def test_what_is_written_while_the_city_is_built_stays(
    loaded: Context,
    built_city: City,
    monkeypatch: pytest.MonkeyPatch,
    statement: str,
    more: int,
    edited: list[str],
) -> None:
    def build(_census: Path, _told: object) -> City:
        run(loaded, statement)
        return built_city

    monkeypatch.setattr(first_data, "build_city", build)
    told: list[str] = []
    with loaded:
        run(loaded, f"{OLDER} WHERE layer IN ('hospital', 'market')")
        before = number(loaded, "SELECT sum(capacity) FROM layer.hospital")
        assert load_first_data(loaded, Listener(edited=told.append)) == (FirstData.READY, 1)
        assert number(loaded, "SELECT sum(capacity) FROM layer.hospital") - before == more
        assert told == edited


@pytest.mark.usefixtures("ready_made")
def test_a_first_start_beside_another_one_loads_nothing_twice(
    loaded: Context, built_city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    def build(_census: Path, _told: object) -> City:
        monkeypatch.setattr(first_data, "build_city", lambda _census, _told: built_city)
        assert load_first_data(loaded) == (FirstData.READY, 1)
        return built_city

    monkeypatch.setattr(first_data, "build_city", build)
    with loaded:
        run(loaded, f"{OLDER} WHERE layer = 'hospital'")
        assert load_first_data(loaded) == (FirstData.READY, 0)


@pytest.mark.usefixtures("ready_made")
def test_what_a_reader_must_know_is_told(loaded: Context, built_city: City) -> None:
    run(loaded, "DELETE FROM gis.version WHERE layer = 'hospital'")
    told: list[Notice] = []
    with loaded:
        load_first_data(loaded, Listener(noted=told.append))
    assert tuple(told) == built_city.notices
    assert told[0].code == "demo_generated"


@pytest.mark.usefixtures("ready_made")
def test_a_layer_that_somebody_else_has_written_stays(loaded: Context) -> None:
    with loaded:
        run(loaded, "UPDATE gis.version SET message = 'older' WHERE layer IN ('commune', 'hospital')")
        run(loaded, "DELETE FROM layer.commune WHERE code <> '12452'")
        add_version(loaded, "commune", "lan")
        assert load_first_data(loaded) == (FirstData.READY, 1)
        assert authors(loaded)["commune"] == "lan"
        assert number(loaded, "SELECT count(*) FROM layer.commune") == 1


def test_a_database_of_somebody_else_is_left_as_it_is(context: Context) -> None:
    with context:
        add_version(context, "commune", "lan")
        assert load_first_data(context) == (FirstData.FOREIGN, 0)
        assert authors(context) == {"commune": "lan"}


def test_a_city_without_census_figures_has_none(context: Context, tmp_path: Path) -> None:
    layers = tmp_path / "layers"
    shutil.copytree(ROOT / "layers", layers, ignore=shutil.ignore_patterns("census"))
    with context:
        other = replace(context, settings=context.settings.model_copy(update={"layers_dir": layers}))
        assert load_first_data(other) == (FirstData.NOT_HERE, 0)
        assert authors(context) == {}


def test_another_city_has_no_first_data(make_database: Callable[[], str], tmp_path: Path) -> None:
    settings = Settings(
        city="ben_nho",
        layers_dir=ROOT / "tests" / "cities",
        tiles_dir=tmp_path / "none",
        data_dir=tmp_path,
        database_url=make_database(),
    )
    with open_context(settings) as context:
        assert not first_data.census_of(context).exists()
        assert load_first_data(context) == (FirstData.NOT_HERE, 0)
