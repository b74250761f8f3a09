"""The first data of a new installation: the demo city, where the city has one.

It never goes among other people's data.
"""

from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from tempfile import TemporaryDirectory

from gis_service.catalogue.loader import Catalogue
from gis_service.db.database import has_version_by, layers_with_versions
from gis_service.db.engine import Connection
from gis_service.services.context import Context
from gis_service.services.demo import LAYERS, make_demo_city
from gis_service.services.first_study import STANDARDS
from gis_service.services.ingest import load_file
from gis_service.services.transactions import reading, writing

AUTHOR = "demo city"
"""Author of the versions of the demo city: the mark, in the database itself, of one that may hold it."""


class FirstData(StrEnum):
    """How a database stands to the first data."""

    NOT_HERE = "not_here"
    """The city has none: no census figures, or other layers and standards."""
    FOREIGN = "foreign"
    """The database holds versions, and none of the demo city's."""
    READY = "ready"
    """The database holds the first data, or nothing yet."""


def census_of(context: Context) -> Path:
    """Name the folder of the census figures of the city; it may not be there."""
    return context.settings.layers_dir / context.settings.city / "census"


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


def load_first_data(context: Context) -> tuple[FirstData, int]:
    """Load the layers of the demo city that have no version yet; each is committed by itself.

    Returns
    -------
    tuple of FirstData and int
        How the database stands, and the number of layers loaded now. A load that was cut short goes on
        where it ended.

    Raises
    ------
    RefusedInput
        ``census_faulty`` and what ``load_file`` refuses.
    Temporary
        ``database_not_migrated``.
    """
    census = census_of(context)
    with reading(context) as connection:
        found = state(connection, context.catalogue, census)
        missing = set(LAYERS) - set(layers_with_versions(connection))
    if found is not FirstData.READY or not missing:
        return found, 0
    with TemporaryDirectory() as folder:
        return found, sum(_load(context, census, Path(folder), missing))


def _load(context: Context, census: Path, folder: Path, missing: set[str]) -> Iterator[int]:
    for made in make_demo_city(census, folder).layers:
        if made.layer in missing:
            with writing(context) as connection:
                load_file(
                    connection,
                    context.catalogue,
                    made.path,
                    made.layer,
                    author=AUTHOR,
                    message=made.path.name,
                )
            yield 1
