"""A check of the whole database: sound, or every fault in words; repairs are told."""

from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import text

from gis_service.db.engine import Engine, open_engine, transaction
from gis_service.errors import ErrorCode, RefusedInput
from gis_service.services.database_check import check_database, check_engine
from gis_service.settings import Settings


@pytest.fixture
def own(make_database: Callable[[], str]) -> Iterator[Engine]:
    """Give a pool over a database in which this test may commit."""
    engine = open_engine(make_database())
    yield engine
    engine.dispose()


def write(engine: Engine, *statements: str) -> None:
    with transaction(engine) as connection:
        for statement in statements:
            connection.execute(text(statement))


MADE = "CREATE TABLE layer.{} (fid bigint PRIMARY KEY, geom geometry(Point, 4326), name text)"


def test_an_empty_database_is_sound(settings: Settings, make_database: Callable[[], str]) -> None:
    found = check_database(settings.model_copy(update={"database_url": make_database()}))
    assert (found.tables, found.repaired) == (0, {})


def test_every_fault_is_told_with_its_place_in_both_languages(own: Engine) -> None:
    write(own, MADE.format("well"), "CREATE TABLE layer.heap (id integer)")
    with pytest.raises(RefusedInput) as caught:
        check_engine(own)
    error = caught.value
    assert (error.code, error.params["count"]) == (ErrorCode.DATABASE_UNSOUND, 3)
    assert [fault.place("vi") for fault in error.faults] == ["heap", "well", "well"]
    assert "không có lịch sử" in error.faults[1].words("vi")
    assert "not under history" in error.faults[1].words("en")


def test_what_can_be_repaired_is_and_what_is_left_is_still_told(own: Engine) -> None:
    write(
        own, MADE.format("well"), "INSERT INTO layer.well VALUES (7)", "CREATE TABLE layer.heap (id integer)"
    )
    with pytest.raises(RefusedInput) as caught:
        check_engine(own, repair=True)
    assert [fault.place("en") for fault in caught.value.faults] == ["heap"]
    write(own, "DROP TABLE layer.heap")
    assert check_engine(own).tables == 1
    with transaction(own) as connection:
        author = "SELECT author FROM gis.version WHERE layer = 'well'"
        assert connection.execute(text(author)).scalar_one() == "db check"


def test_a_repair_tells_the_version_it_made(own: Engine) -> None:
    write(own, MADE.format("well"), "INSERT INTO layer.well VALUES (7)", MADE.format("pump"))
    repaired = check_engine(own, repair=True).repaired
    assert repaired["pump"] is None
    assert repaired["well"]
