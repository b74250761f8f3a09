"""What the database refuses is heard as our own error where the user can do something, and only there."""

from collections.abc import Callable, Iterator

import psycopg
import pytest
from sqlalchemy import make_url, text
from sqlalchemy.exc import ProgrammingError

from gis_service.db.cluster import Cluster
from gis_service.db.engine import Engine, driver, open_engine, transaction
from gis_service.db.failures import shown
from gis_service.errors import AnyCode, ErrorCode, GisError, Temporary


@pytest.fixture(scope="module")
def bare(make_database: Callable[[], str]) -> Iterator[Engine]:
    """Give a database without the schema of the service."""
    pool = open_engine(make_database())
    with transaction(pool) as connection:
        connection.execute(text("DROP SCHEMA gis CASCADE; DROP SCHEMA layer CASCADE"))
    yield pool
    pool.dispose()


def code_of(engine: Engine, statement: str, *, beneath: bool = False) -> AnyCode:
    with pytest.raises(GisError) as caught, transaction(engine) as connection:
        _ = driver(connection).execute(statement.encode()) if beneath else connection.execute(text(statement))
    assert caught.value.exit_code == 6
    return caught.value.code


@pytest.mark.parametrize("beneath", [False, True])
@pytest.mark.parametrize(
    "statement",
    ["SELECT * FROM gis.version", "CREATE TABLE layer.park ()", "SELECT gis.search_form('x')"],
)
def test_a_database_without_our_schema_names_the_migration(
    bare: Engine, statement: str, *, beneath: bool
) -> None:
    assert code_of(bare, statement, beneath=beneath) is ErrorCode.DATABASE_NOT_MIGRATED
    error = Temporary(ErrorCode.DATABASE_NOT_MIGRATED, url="x")
    assert "db migrate" in error.remedy("vi")
    assert "db migrate" in error.remedy("en")


def test_a_table_of_a_layer_behind_its_definition_names_the_command(engine: Engine) -> None:
    """What is not of a layer stays a fault of ours."""
    make = 'CREATE TABLE layer.older (fid int); SELECT t."opens" FROM layer.older AS t'
    with pytest.raises(Temporary) as caught, transaction(engine) as connection:
        connection.execute(text(make))
    assert caught.value.code is ErrorCode.LAYER_TABLE_BEHIND
    assert "opens" in caught.value.detail("en")
    assert "db migrate" in caught.value.remedy("vi")
    with pytest.raises(ProgrammingError), transaction(engine) as connection:
        connection.execute(text("SELECT opens FROM pg_class"))


@pytest.mark.parametrize("beneath", [False, True])
def test_a_server_that_dies_on_the_way_is_temporary(engine: Engine, *, beneath: bool) -> None:
    statement = "SELECT pg_terminate_backend(pg_backend_pid())"
    assert code_of(engine, statement, beneath=beneath) is ErrorCode.DATABASE_UNAVAILABLE


def test_a_server_that_dies_during_a_copy_is_temporary(
    make_database: Callable[[], str], cluster: Cluster
) -> None:
    pool = open_engine(make_database())
    with psycopg.connect(cluster.admin_url(), autocommit=True) as admin:

        def rows_until_it_dies() -> None:
            with transaction(pool) as connection:
                pid = connection.execute(text("SELECT pg_backend_pid()")).scalar_one()
                connection.execute(text("CREATE TEMP TABLE t (value text)"))
                with driver(connection).cursor().copy("COPY t FROM STDIN") as copy:
                    admin.execute("SELECT pg_terminate_backend(%s)", [pid])
                    for _ in range(10_000):
                        copy.write(b"x" * 1000 + b"\n")

        with pytest.raises(Temporary) as caught:
            rows_until_it_dies()
    pool.dispose()
    assert caught.value.code is ErrorCode.DATABASE_UNAVAILABLE


@pytest.mark.parametrize("statement", ["SELECT * FROM gis.nowhere", "SELECT * FROM layer.nowhere", "SELEC 1"])
def test_a_fault_of_ours_stays_one(engine: Engine, statement: str) -> None:
    with pytest.raises(ProgrammingError), transaction(engine) as connection:
        connection.execute(text(statement))


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://u:secret@h:5/d",
        "postgresql://u@h:5/d?password=secret",
        "postgresql://u@h:5/d?sslmode=require&sslpassword=secret&PASSWORD=secret",
        "postgresql+psycopg://u:secret@h:5/d",
    ],
)
def test_no_form_of_a_password_is_shown(url: str) -> None:
    words = shown(make_url(url))
    assert words.startswith("postgresql://u")
    assert "secret" not in words
    assert "h:5/d" in words
