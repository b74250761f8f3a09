"""Keeps overviews level with their layers: hears of versions, and looks at the log now and then."""

import logging
import threading
import time
from dataclasses import dataclass, field

from gis_service.catalogue.loader import Catalogue, load_catalogue
from gis_service.db.engine import Engine, open_engine
from gis_service.db.overviews import OverviewLevel, levels
from gis_service.db.snapshot import snapshot
from gis_service.db.tile_changes import listening
from gis_service.errors import ErrorCode, Temporary
from gis_service.services.database import address
from gis_service.services.features import has_geometry
from gis_service.services.overview_recipes import Recipe, recipe_of
from gis_service.services.overviews import digest
from gis_service.services.whole_catalogue import UserLayers
from gis_service.settings import Settings
from gis_service.types import LayerId

log = logging.getLogger(__name__)

BEAT_S = 2.0
"""How long it listens before it looks in any case."""
_GATHER_S = 0.2
"""Pause after something was told: many edits that follow each other are digested together."""
_AGAIN_S = 60.0
"""Pause before a layer that could not be digested is tried again."""
_LOST_S = 1.0


@dataclass
class Overviews:
    """The overviews of all layers.

    Parameters
    ----------
    engine
        Pool of connections.
    files
        What the files define; layers that users have made are read as they change.
    """

    engine: Engine
    files: Catalogue
    _user_layers: UserLayers = field(default_factory=UserLayers)
    _put_off: dict[LayerId, float] = field(default_factory=dict)

    def level(self) -> int:
        """Bring every overview that is behind up to the newest version of its layer; give their number.

        One that cannot be made is told to the log and tried again after a while; tiles are made of the rows.

        Raises
        ------
        Temporary
            ``database_unavailable``.
        """
        return sum(self._try(recipe) for recipe in self._behind())

    def _behind(self) -> list[Recipe]:
        with snapshot(self.engine) as connection:
            self._user_layers.refresh(connection, self.files)
            found = levels(connection)
        catalogue = self._user_layers.whole(self.files)
        recipes = (
            recipe_of(catalogue, definition)
            for definition in catalogue.layers.values()
            if definition.id in found and has_geometry(definition)
        )
        now = time.monotonic()
        return [
            recipe
            for recipe in recipes
            if _is_behind(recipe, found[recipe.table.layer])
            and self._put_off.get(recipe.table.layer, now) <= now
        ]

    def _try(self, recipe: Recipe) -> bool:
        layer, begun = recipe.table.layer, time.monotonic()
        try:
            is_done = digest(self.engine, recipe)
        except Temporary as error:
            if error.code is ErrorCode.DATABASE_UNAVAILABLE:
                raise
            log.warning("the overview of %s is left behind for a while: %s", layer, error.detail())
        except Exception:
            log.exception("the overview of %s is left behind for a while", layer)
        else:
            self._put_off.pop(layer, None)
            if is_done:
                log.info("the overview of %s is up to date, after %.1f s", layer, time.monotonic() - begun)
            return is_done
        self._put_off[layer] = time.monotonic() + _AGAIN_S
        return False


def _is_behind(recipe: Recipe, found: OverviewLevel) -> bool:
    return found.level != found.newest or found.recipe != recipe.mark


class OverviewWatch:
    """Keeps overviews level as long as it runs.

    Parameters
    ----------
    overviews
        Of all layers; one connection more than their pool has is opened, to listen with.
    """

    def __init__(self, overviews: Overviews) -> None:
        self._overviews = overviews
        self._ended = threading.Event()

    def end(self) -> None:
        """Have `run` come to its end, after the overview that is being made."""
        self._ended.set()

    def run(self) -> None:
        """Watch until the end is asked for; a database that is away is waited for."""
        while not self._ended.is_set():
            try:
                with listening(self._overviews.engine) as ears:
                    while not self._ended.is_set():
                        self._overviews.level()
                        if ears.wait(BEAT_S):
                            self._ended.wait(_GATHER_S)
            except Temporary as error:
                log.info("overviews wait: %s", error.detail())
                self._ended.wait(_LOST_S)
            except Exception:
                log.exception("overviews are left behind for a while")
                self._ended.wait(_AGAIN_S)


def open_overview_watch(settings: Settings) -> OverviewWatch:
    """Read the definitions and open the connections by which overviews are kept level.

    Raises
    ------
    NotFound, RefusedInput
        When the definitions are absent or faulty.
    """
    files = load_catalogue(settings.layers_dir, settings.tiles_dir, settings.city)
    return OverviewWatch(Overviews(open_engine(address(settings), pool_size=2), files))
