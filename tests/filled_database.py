"""Databases of their own for tests of studies: filled once, every test takes its own changes back."""

from collections.abc import Iterator
from pathlib import Path

from gis_service.catalogue.loader import Catalogue
from gis_service.db.engine import Connection, Engine, open_engine, transaction
from gis_service.services.ingest import load_file


def fill(url: str, catalogue: Catalogue, files: list[tuple[str, Path]]) -> None:
    """Load layers from their files; no connection stays open, so that the database can be copied."""
    pool = open_engine(url)
    with transaction(pool) as connection:
        for layer, path in files:
            load_file(connection, catalogue, path, layer, author="lan")
    pool.dispose()


def opened(url: str) -> Iterator[Engine]:
    pool = open_engine(url)
    yield pool
    pool.dispose()


def filled(url: str, catalogue: Catalogue, files: list[tuple[str, Path]]) -> Iterator[Engine]:
    fill(url, catalogue, files)
    yield from opened(url)


def taken_back(pool: Engine) -> Iterator[Connection]:
    with pool.connect() as opened:
        outer = opened.begin()
        yield opened
        outer.rollback()
