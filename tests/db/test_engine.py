import pytest
from sqlalchemy import text

from gis_service.db.engine import Connection, Engine, driver, open_engine, transaction, without_password
from gis_service.errors import ErrorCode, Temporary, WrongUse


def count_versions(engine: Engine) -> int:
    with transaction(engine) as connection:
        return int(connection.execute(text("SELECT count(*) FROM gis.version")).scalar_one())


def add_version(connection: Connection) -> None:
    connection.execute(text("INSERT INTO gis.version (layer, author) VALUES ('roads', 'a test')"))


def add_version_and_fail(connection: Connection) -> None:
    add_version(connection)
    raise LookupError


def test_an_error_takes_everything_back(engine: Engine) -> None:
    before = count_versions(engine)
    with pytest.raises(LookupError), transaction(engine) as connection:
        add_version_and_fail(connection)
    assert count_versions(engine) == before


def test_what_ends_well_is_committed(engine: Engine) -> None:
    before = count_versions(engine)
    with transaction(engine) as connection:
        add_version(connection)
    assert count_versions(engine) == before + 1
    with transaction(engine) as connection:  # other tests back this database up, and there is no such layer
        connection.execute(text("DELETE FROM gis.version WHERE author = 'a test'"))
    assert count_versions(engine) == before


def test_the_driver_works_inside_the_same_transaction(connection: Connection) -> None:
    add_version(connection)
    cursor = driver(connection).execute("SELECT count(*) FROM gis.version WHERE author = 'a test'")
    row = cursor.fetchone()
    assert row is not None
    assert row[0] >= 1


def test_times_come_in_utc(connection: Connection) -> None:
    assert connection.execute(text("SHOW timezone")).scalar() == "UTC"


@pytest.mark.parametrize("url", ["not a url", "mysql://u:secret@host/db", "sqlite://", ""])
def test_a_wrong_address_is_refused_without_its_password(url: str) -> None:
    with pytest.raises(WrongUse) as caught:
        open_engine(url)
    assert caught.value.code is ErrorCode.DATABASE_URL_INVALID
    assert "secret" not in str(caught.value)


def test_a_server_that_is_not_there_is_temporary() -> None:
    engine = open_engine("postgresql://u:secret@127.0.0.1:1/db")
    with pytest.raises(Temporary) as caught, transaction(engine):
        pytest.fail("there is no such server")
    engine.dispose()
    assert caught.value.code is ErrorCode.DATABASE_UNAVAILABLE
    assert "secret" not in str(caught.value)
    assert caught.value.exit_code == 6


def test_a_pool_in_full_use_is_temporary(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gis_service.db.engine._POOL_TIMEOUT_S", 0.05)
    small = open_engine(engine.url.render_as_string(hide_password=False), pool_size=1)
    with transaction(small), pytest.raises(Temporary), transaction(small):
        pytest.fail("there is only one connection")
    small.dispose()


@pytest.mark.parametrize(
    ("url", "shown"),
    [("postgresql://u:p@h:5/d", "postgresql://u:***@h:5/d"), ("pa55word of mine", "pa5…")],
)
def test_an_address_is_shown_without_its_password(url: str, shown: str) -> None:
    assert without_password(url) == shown
