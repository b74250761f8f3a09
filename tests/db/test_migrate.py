from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from sqlalchemy import text

from gis_service.db.cluster import Cluster
from gis_service.db.cluster_roles import EXTENSIONS
from gis_service.db.engine import Connection, open_engine, transaction
from gis_service.db.history_check import UNFIT, check
from gis_service.db.migrate import current_revision, migrate, newest_revision
from gis_service.db.models import SCHEMA, metadata
from gis_service.errors import ErrorCode, RefusedInput, Temporary
from gis_service.text import search_form


def empty_database(cluster: Cluster, name: str, *, extensions: tuple[str, ...] = EXTENSIONS) -> str:
    with psycopg.connect(cluster.admin_url(), autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE {name} OWNER gis_service TEMPLATE template0".encode())
    with psycopg.connect(cluster.admin_url(name), autocommit=True) as admin:
        for extension in extensions:
            admin.execute(f"CREATE EXTENSION {extension}".encode())
    return cluster.url(name)


def test_an_empty_database_comes_to_the_newest_revision(own_cluster: Cluster) -> None:
    url = empty_database(own_cluster, "from_empty")
    assert migrate(url) == newest_revision()
    engine = open_engine(url)
    with transaction(engine) as connection:
        assert current_revision(connection) == newest_revision()
        schemas = set(connection.execute(text("SELECT nspname FROM pg_namespace")).scalars())
    engine.dispose()
    assert {"gis", "layer", "history", "overview"} <= schemas


OLD = """
CREATE TABLE layer.well (fid bigint PRIMARY KEY, geom geometry(Point, 3405), code text NOT NULL);
INSERT INTO layer.well VALUES (1, ST_Point(500000, 2260000, 3405), 'a');
CREATE TABLE layer.empty (fid bigint PRIMARY KEY, geom geometry(PointZ, 4326));
INSERT INTO gis.version (layer, author, message) VALUES ('well', 'lan', 'w'), ('empty', 'an', 'e');
CREATE TABLE layer.layer_styles (id serial PRIMARY KEY, f_table_name varchar(256), stylexml xml);
INSERT INTO layer.layer_styles (f_table_name) VALUES ('well');
CREATE TABLE layer.no_key (fid bigint, geom geometry);
CREATE TABLE layer.two_keys (fid bigint, code text, geom geometry, PRIMARY KEY (fid, code));
CREATE TABLE layer.short (fid integer PRIMARY KEY, geom geometry);
"""
STRANGE = ["layer_styles", "no_key", "short", "two_keys"]


def test_tables_of_before_get_a_history_and_those_that_can_have_none_stay(own_cluster: Cluster) -> None:
    url = empty_database(own_cluster, "of_before")
    assert migrate(url, "0002") == "0002"
    with psycopg.connect(url) as owner:
        owner.execute(OLD.encode())
    assert migrate(url) == newest_revision()
    with psycopg.connect(url) as owner:
        owner.execute("INSERT INTO layer.layer_styles (f_table_name) VALUES ('more')")
        kept = owner.execute(
            "SELECT layer, author, message, kept FROM gis.version ORDER BY layer, id"
        ).fetchall()
        assert kept == [
            ("empty", "an", "e", False),
            ("empty", "an", "e", True),
            ("well", "lan", "w", False),
            ("well", "lan", "w", True),
        ]
        tables = "SELECT relname FROM pg_class WHERE relnamespace = 'history'::regnamespace AND relkind = 'r'"
        assert sorted(owner.execute(tables.encode()).fetchall()) == [("empty",), ("well",)]
        # Of a history that was begun before, too, rows are found by where they lie.
        places = (
            "SELECT tablename FROM pg_indexes WHERE schemaname = 'history' AND indexdef LIKE '%gist (geom)'"
        )
        assert sorted(owner.execute(places.encode()).fetchall()) == [("empty",), ("well",)]
        owner.execute("UPDATE layer.well SET code = 'b'")
        owner.execute("INSERT INTO layer.empty VALUES (1, 'SRID=4326;POINT Z (106 20 3)')")
    engine = open_engine(url)
    with transaction(engine) as connection:
        found = [(fault.code, fault.layer) for fault in check(connection)]
    engine.dispose()
    assert found == [(UNFIT, layer) for layer in STRANGE]


def test_migrations_at_the_same_time_wait_for_each_other(own_cluster: Cluster) -> None:
    url = empty_database(own_cluster, "twice")
    with ThreadPoolExecutor(3) as pool:
        assert set(pool.map(migrate, [url] * 3)) == {newest_revision()}


def test_a_role_that_may_not_add_postgis_is_told_what_to_ask_for(own_cluster: Cluster) -> None:
    url = empty_database(own_cluster, "bare", extensions=("unaccent",))
    with pytest.raises(RefusedInput) as caught:
        migrate(url)
    assert caught.value.code is ErrorCode.DATABASE_WITHOUT_POSTGIS
    assert "CREATE EXTENSION postgis;" in str(caught.value)
    assert own_cluster.manifest.owner_password not in str(caught.value)


def test_a_superuser_gets_the_extensions_added(own_cluster: Cluster) -> None:
    empty_database(own_cluster, "superuser", extensions=())
    assert migrate(own_cluster.admin_url("superuser")) == newest_revision()


def test_a_database_that_does_not_answer_is_temporary() -> None:
    with pytest.raises(Temporary) as caught:
        migrate("postgresql://gis:secret@127.0.0.1:1/gis")
    assert caught.value.code is ErrorCode.DATABASE_UNAVAILABLE
    assert "secret" not in str(caught.value)


def test_tables_and_models_agree(connection: Connection) -> None:
    def ours(name: str | None, kind: str, parents: object) -> bool:
        del parents
        return name != "alembic_version" and (kind != "schema" or name == SCHEMA)

    options = {"include_schemas": True, "include_name": ours, "compare_server_default": True}
    context = MigrationContext.configure(connection, opts=options)
    assert compare_metadata(context, metadata) == []


VIETNAMESE = "aàảãáạăằẳẵắặâầẩẫấậbcdđeèẻẽéẹêềểễếệghiìỉĩíịklmnoòỏõóọôồổỗốộơờởỡớợpqrstuùủũúụưừửữứựvxyỳỷỹýỵ"
MARKS = "\u0300\u0301\u0303\u0309\u0323\u0302\u0306\u031b"


@hypothesis_settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(words=st.text(alphabet=VIETNAMESE + VIETNAMESE.upper() + MARKS + " \t\n09-/.,'%\\", max_size=40))
def test_the_database_folds_text_as_python_does(connection: Connection, words: str) -> None:
    folded = connection.execute(text("SELECT gis.search_form(:words)"), {"words": words}).scalar()
    assert folded == search_form(words)
