"""The first data of a new installation: the demo city, where the city has one.

It never goes among other people's data. What an older version of this program loaded is brought up to date,
layer by layer, as long as nobody else has changed what it holds: neither by a version, nor past its history.
"""

import re
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from time import perf_counter

from gis_service.catalogue.loader import Catalogue
from gis_service.db.database import NewestVersion, has_version_by, layers_with_versions, newest_versions
from gis_service.db.engine import Connection
from gis_service.db.first_data import layer_content, tell_version
from gis_service.db.layer_changes import add_missing_columns
from gis_service.db.layers import keep_writers_out, lock_layer, table_exists, waiting_at_most
from gis_service.services.backup import AUTHOR as RESTORER
from gis_service.services.context import Context
from gis_service.services.demo import LAYERS, recipe
from gis_service.services.demo_build import City, Told, build_city, nobody
from gis_service.services.demo_facts import Notice
from gis_service.services.demo_rows import city_rows
from gis_service.services.ingest import load_rows
from gis_service.services.ingest_load import LOCK_WAIT_S
from gis_service.services.layers import definition_of, table_of
from gis_service.services.merger import STANDARDS
from gis_service.services.transactions import computing, writing
from gis_service.types import LayerId

AUTHOR = "demo city"
"""Author of the versions of the demo city: the mark, in the database itself, of one that may hold it."""
_PROGRAMS = (AUTHOR, RESTORER)
"""Authors that are nobody: a restored back-up begins a version of every layer without a change of any row."""
_MESSAGE = re.compile(r"demo city, recipe (?P<recipe>[0-9a-f]+)(, content (?P<content>[0-9a-f]+))?")
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
    edited
        Of every layer that would be brought up to date, had nobody changed it.
    noted
        Of what a reader of a newly built city must know.
    """

    built: Told = nobody
    loaded: Loaded = lambda _layer, _rows, _seconds: None
    edited: Callable[[str], None] = lambda _layer: None
    noted: Callable[[Notice], None] = lambda _notice: None


def census_of(context: Context) -> Path:
    """Name the folder of the census figures of the city; it may not be there."""
    return context.settings.layers_dir / context.settings.city / "census"


def message_of(made_of: str, content: str) -> str:
    """Give the message of a version of the demo city: by it a later start knows what we wrote."""
    return f"demo city, recipe {made_of}, content {content}"


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
        load that was cut short goes on where it ended. A layer that somebody else has loaded stays, and so
        does one whose rows somebody has edited since; the listener hears of it when the layer would have been
        brought up to date. (Where a program that did not yet note the content wrote last, nobody can tell;
        that layer is brought up to date.)

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
    with computing(context) as connection:
        found = state(connection, context.catalogue, census)
        if found is not FirstData.READY:
            return found, 0
        made_of = recipe(census)
        standing = _standing(connection, made_of)
    told = listener or Listener()
    wanted = [layer for layer, stands in standing.items() if stands is _Standing.WANTED]
    for layer, stands in standing.items():
        if stands is _Standing.EDITED:
            told.edited(layer)
    if not wanted:
        return found, 0
    city = build_city(census, told.built)
    for notice in city.notices:
        told.noted(notice)
    return found, _load(context, city, wanted, made_of, told)


class _Standing(StrEnum):
    """How a layer stands to the city as it is made today."""

    WANTED = "wanted"
    EDITED = "edited"
    KEPT = "kept"


def _standing(connection: Connection, made_of: str) -> dict[LayerId, _Standing]:
    """Tell how every layer stands; great ones first."""
    newest, ours = newest_versions(connection), newest_versions(connection, AUTHOR)
    layers = map(LayerId, sorted(LAYERS, key=lambda layer: layer not in _GREAT))
    return {
        layer: _stands(connection, layer, newest.get(layer), ours.get(layer), made_of) for layer in layers
    }


def _stands(
    connection: Connection,
    layer: LayerId,
    newest: NewestVersion | None,
    ours: NewestVersion | None,
    made_of: str,
) -> _Standing:
    """Tell by the newest version of all, and by our own newest one, what is to be done with a layer."""
    if newest is None:
        return _Standing.WANTED
    if ours is None:
        return _Standing.KEPT
    told = _MESSAGE.fullmatch(ours.message)
    if told and told["recipe"] == made_of:
        return _Standing.KEPT
    if newest.author not in _PROGRAMS:
        return _Standing.EDITED
    if told and told["content"]:
        return _Standing.WANTED if _holds(connection, layer, told["content"]) else _Standing.EDITED
    return _Standing.WANTED if newest.author == AUTHOR else _Standing.EDITED


def _holds(connection: Connection, layer: LayerId, content: str) -> bool:
    return table_exists(connection, layer) and layer_content(connection, layer) == content


def _load(context: Context, city: City, wanted: Sequence[LayerId], made_of: str, told: Listener) -> int:
    """Load layers beside each other: the database writes one while the next is handed over."""
    count = 0
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        tasks = {pool.submit(_load_one, context, city, layer, made_of): layer for layer in wanted}
        try:
            for task in as_completed(tasks):
                stands, rows, seconds = task.result()
                if stands is _Standing.WANTED:
                    count += 1
                    told.loaded(tasks[task], rows, seconds)
                elif stands is _Standing.EDITED:
                    told.edited(tasks[task])
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise
    return count


def _load_one(context: Context, city: City, layer: LayerId, made_of: str) -> tuple[_Standing, int, float]:
    """Load one layer, unless somebody wrote to it while the city was built; tell its rows and the seconds."""
    start = perf_counter()
    with writing(context) as connection:
        with waiting_at_most(connection, layer, LOCK_WAIT_S):
            if table_exists(connection, layer):
                keep_writers_out(connection, layer)
            lock_layer(connection, layer)
        newest, ours = (newest_versions(connection, author).get(layer) for author in (None, AUTHOR))
        stands = _stands(connection, layer, newest, ours, made_of)
        rows = (
            load_layer(connection, context.catalogue, city, layer, made_of)
            if stands is _Standing.WANTED
            else 0
        )
    return stands, rows, perf_counter() - start


def load_layer(connection: Connection, catalogue: Catalogue, city: City, layer: LayerId, made_of: str) -> int:
    """Load a layer of the demo city as a version that tells recipe and content, and give its rows.

    Raises
    ------
    RefusedInput, Conflict
        As `load_first_data`.
    """
    add_missing_columns(connection, table_of(definition_of(catalogue, layer)))
    done = load_rows(connection, catalogue, city_rows(city, layer), layer, author=AUTHOR)
    tell_version(connection, done.version, message_of(made_of, layer_content(connection, layer)))
    return done.features
