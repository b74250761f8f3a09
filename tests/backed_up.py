"""A database with a layer, one to restore it into, and how to ask them, for tests of back-ups."""

import psycopg

from gis_service.db.engine import open_engine, transaction
from gis_service.db.layers import LayerTable, ensure_table
from gis_service.settings import Settings


def with_table(url: str, table: LayerTable) -> str:
    """Make the table of a layer; no connection stays open."""
    engine = open_engine(url)
    with transaction(engine) as connection:
        ensure_table(connection, table)
    engine.dispose()
    return url


def at(settings: Settings, url: str) -> Settings:
    return settings.model_copy(update={"database_url": url})


def ask(settings: Settings, query: str) -> list[tuple[object, ...]]:
    assert settings.database_url
    with psycopg.connect(settings.database_url) as reader:
        return reader.execute(query.encode()).fetchall()
