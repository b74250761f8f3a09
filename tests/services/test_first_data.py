"""The demo city goes into an empty database or one of its own, never among other people's data."""

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import text

from gis_service.errors import ErrorCode, NotFound
from gis_service.services import first_data
from gis_service.services.context import Context, open_context
from gis_service.services.demo import LAYERS
from gis_service.services.first_data import AUTHOR, FirstData, load_first_data
from gis_service.services.first_study import run_first_study
from gis_service.services.transactions import reading, writing
from gis_service.settings import ROOT, Settings


@pytest.fixture
def context(make_database: Callable[[], str], tmp_path: Path) -> Context:
    return open_context(Settings(data_dir=tmp_path, database_url=make_database()))


def authors(context: Context) -> dict[str, str]:
    with reading(context) as connection:
        rows = connection.execute(text("SELECT layer, author FROM gis.version ORDER BY id")).all()
    return {row.layer: row.author for row in rows}


def add_version(context: Context, layer: str, author: str) -> None:
    with writing(context) as connection:
        statement = text("INSERT INTO gis.version (layer, author) VALUES (:layer, :author)")
        connection.execute(statement, {"layer": layer, "author": author})


def test_an_empty_database_takes_it_once(context: Context) -> None:
    with context:
        assert load_first_data(context) == (FirstData.READY, len(LAYERS))
        assert authors(context) == dict.fromkeys(LAYERS, AUTHOR)
        assert load_first_data(context) == (FirstData.READY, 0)


def test_a_load_that_was_cut_short_goes_on(context: Context) -> None:
    with context:
        for layer in LAYERS[:-1]:
            add_version(context, layer, AUTHOR)
        assert load_first_data(context) == (FirstData.READY, 1)


def test_a_database_of_somebody_else_is_left_as_it_is(context: Context) -> None:
    with context:
        add_version(context, "commune", "lan")
        assert load_first_data(context) == (FirstData.FOREIGN, 0)
        assert authors(context) == {"commune": "lan"}


def test_own_data_beside_the_demo_city_stays(context: Context) -> None:
    with context:
        load_first_data(context)
        add_version(context, "commune", "lan")
        assert load_first_data(context) == (FirstData.READY, 0)
        assert authors(context)["commune"] == "lan"


def test_a_city_without_census_figures_has_none(context: Context, tmp_path: Path) -> None:
    layers = tmp_path / "layers"
    shutil.copytree(ROOT / "layers", layers, ignore=shutil.ignore_patterns("census"))
    with context:
        other = replace(context, settings=context.settings.model_copy(update={"layers_dir": layers}))
        assert load_first_data(other) == (FirstData.NOT_HERE, 0)
        assert authors(context) == {}


def test_another_city_has_no_first_data_and_no_first_study(
    make_database: Callable[[], str], tmp_path: Path
) -> None:
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
        with pytest.raises(NotFound) as caught, writing(context) as connection:
            run_first_study(connection, context.catalogue, "lan")
    assert caught.value.code is ErrorCode.FIRST_STUDY_NOT_HERE
    assert "ben_nho" in str(caught.value)
