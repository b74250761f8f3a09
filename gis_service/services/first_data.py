"""The first data of a new installation: the demo city, where the city has one.

It never goes among other people's data. What an older version of this program loaded is brought up to date,
layer by layer, as long as nobody else has written to it.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from time import perf_counter

from gis_service.catalogue.loader import Catalogue
from gis_service.db.database import NewestVersion, has_version_by, layers_with_versions, newest_versions
from gis_service.db.engine import Connection
from gis_service.db.layer_changes import add_missing_columns
from gis_service.services.context import Context
from gis_service.services.demo import LAYERS, recipe
from gis_service.services.demo_build import City, Told, build_city, nobody
from gis_service.services.demo_rows import city_rows
from gis_service.services.ingest import load_rows
from gis_service.services.layers import definition_of, table_of
from gis_service.services.merger import STANDARDS
from gis_service.services.transactions import reading, writing

AUTHOR = "demo city"
"""Author of the versions of the demo city: the mark, in the database itself, of one that may hold it."""
_AT_ONCE = 2
"""Layers that are loaded beside each other: while one is read, another is written."""
_GREAT = ("residents", "roads")
"""These are loaded first, so that neither is left running alone at the end."""

Loaded = Callable[[str, int, float], None]
"""Called with every layer that has been loaded, its rows, and the seconds that it took."""


class FirstData(StrEnum):
    """How a database stands to the first data."""

    NOT_HERE = "not_here"
    """The city has none: no census figures, or other layers and standards."""
    FOREIGN = "foreign"
    """The database holds versions, and none of the demo city's."""
    READY = "ready"
    """The database holds the first data, or nothing yet."""


@dataclass(frozen=True, slots=True)
class Listener:
    """Who is told how the load goes on.

    Parameters
    ----------
    built
        Of every part of the city that has been built.
    loaded
        Of every layer that has been loaded.
    """

    built: Told = nobody
    loaded: Loaded = lambda _layer, _rows, _seconds: None


def census_of(context: Context) -> Path:
    """Name the folder of the census figures of the city; it may not be there."""
    return context.settings.layers_dir / context.settings.city / "census"


def message_of(made_of: str) -> str:
    """Give the message of a version of the demo city: it tells the recipe, so that a later start knows it."""
    return f"demo city, recipe {made_of}"


def state(connection: Connection, catalogue: Catalogue, census: Path) -> FirstData:
    """Tell whether the first data of this city may be in this database.

    Parameters
    ----------
    connection
        To the migrated database.
    catalogue
        Definitions of the city.
    census
        Folder of its census figures; it may not be there.
    """
    defined = set(LAYERS) <= catalogue.layers.keys() and set(STANDARDS) <= catalogue.standards.keys()
    if not defined or not census.is_dir():
        return FirstData.NOT_HERE
    if layers_with_versions(connection) and not has_version_by(connection, AUTHOR):
        return FirstData.FOREIGN
    return FirstData.READY


def load_first_data(context: Context, listener: Listener | None = None) -> tuple[FirstData, int]:
    """Load the layers of the demo city that have no version yet, or one of another recipe.

    Parameters
    ----------
    context
        The service.
    listener
        Who is told.

    Returns
    -------
    tuple of FirstData and int
        How the database stands, and the number of layers loaded now. Each layer is committed by itself: a
        load that was cut short goes on where it ended. A layer whose newest version is somebody else's stays.

    Raises
    ------
    RefusedInput
        ``census_faulty`` and what ``load_rows`` refuses.
    Conflict
        ``layer_busy``; ``layer_table_differs`` for a table whose columns somebody has changed.
    Temporary
        ``database_not_migrated``.
    """
    census = census_of(context)
    with reading(context) as connection:
        found = state(connection, context.catalogue, census)
        if found is not FirstData.READY:
            return found, 0
        message = message_of(recipe(census))
        wanted = _to_load(connection, message)
    if not wanted:
        return found, 0
    told = listener or Listener()
    city = build_city(census, told.built)
    _load(context, city, wanted, message, told.loaded)
    return found, len(wanted)


def _to_load(connection: Connection, message: str) -> list[str]:
    """Name the layers that nobody has loaded, and those we loaded by another recipe; great ones first."""
    newest = newest_versions(connection)
    ours = NewestVersion(AUTHOR, message)
    stale = [
        layer
        for layer in LAYERS
        if layer not in newest or (newest[layer].author == AUTHOR and newest[layer] != ours)
    ]
    return sorted(stale, key=lambda layer: layer not in _GREAT)


def _load(context: Context, city: City, wanted: Sequence[str], message: str, told: Loaded) -> None:
    """Load layers beside each other: the database writes one while the next is handed over."""
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        tasks = {pool.submit(_load_one, context, city, layer, message): layer for layer in wanted}
        try:
            for task in as_completed(tasks):
                told(tasks[task], *task.result())
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise


def _load_one(context: Context, city: City, layer: str, message: str) -> tuple[int, float]:
    """Load one layer, and tell its rows and the seconds that it took."""
    start = perf_counter()
    rows = city_rows(city, layer)
    definition = definition_of(context.catalogue, layer)
    with writing(context) as connection:
        add_missing_columns(connection, table_of(definition))
        done = load_rows(connection, context.catalogue, rows, layer, author=AUTHOR, message=message)
    return done.features, perf_counter() - start
