"""What every use case stands on: the pool of connections, the definitions, the settings."""

from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

from gis_service.catalogue.loader import Catalogue, load_catalogue
from gis_service.db.engine import Connection, Engine
from gis_service.files.raster_handles import RasterHandles
from gis_service.files.raster_store import RasterStore
from gis_service.files.store import ArtefactStore
from gis_service.files.store_names import ArtefactNames
from gis_service.files.tile_store import TileStore
from gis_service.services.database import open_database
from gis_service.services.prepared import Prepared
from gis_service.services.study_reach import STORED, Reach
from gis_service.services.tile_cache import TileCache
from gis_service.services.turns import Turns
from gis_service.services.whole_catalogue import UserLayers
from gis_service.settings import Settings


@dataclass(frozen=True, slots=True)
class Context:
    """One running service; a scope that shuts its connections at the end.

    Parameters
    ----------
    engine
        Pool of connections to PostGIS.
    definitions
        What the files define of the city.
    settings
        As read at the start.
    prepared
        What this process has worked out already.
    user_layers
        Layers that users have made, as last read.
    tiles
        Tiles that were made already; of this context alone.
    raster_handles
        Files of rasters that this process has open.
    """

    engine: Engine
    definitions: Catalogue
    settings: Settings
    prepared: Prepared = field(default_factory=Prepared)
    user_layers: UserLayers = field(default_factory=UserLayers)
    raster_handles: RasterHandles = field(default_factory=RasterHandles)
    tiles: TileCache = field(init=False)

    def __post_init__(self) -> None:
        """Keep tiles beside the artefacts, on the same pool of connections."""
        store = TileStore(self.settings.data_dir / "tiles")
        tiles = TileCache(
            self.engine,
            store,
            most_bytes=self.settings.tile_memory_mb << 20,
            most_stored=self.settings.tile_disk_mb << 20,
            # The others wait, the newest and the oldest in turn: more queries at once than processors make
            # all of them slower.
            at_once=max(2, self.settings.threads // 2),
        )
        object.__setattr__(self, "tiles", tiles)

    @property
    def catalogue(self) -> Catalogue:
        """Everything that is defined for the city, by files and by users; as of the last transaction's begin.

        It is one value that never changes: whoever needs the same one twice keeps it.
        """
        return self.user_layers.whole(self.definitions)

    def look_again(self, connection: Connection) -> None:
        """Let the catalogue know what users have made since, in this process or another."""
        self.user_layers.refresh(connection, self.definitions)

    @property
    def store(self) -> ArtefactStore:
        """Where networks, demand and other arrays are kept."""
        return ArtefactStore(_artefacts(self.settings))

    @property
    def rasters(self) -> RasterStore:
        """Where the files of raster layers are kept."""
        return RasterStore.of(self.settings)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Shut the connections, and the files of rasters."""
        self.raster_handles.close()
        self.engine.dispose()


def open_context(settings: Settings, reach: Reach = STORED) -> Context:
    """Load the definitions and open the pool; nothing is connected before the first use.

    Parameters
    ----------
    settings
        Of the installation.
    reach
        How many people at places a study may take in here.

    Raises
    ------
    NotFound, RefusedInput
        When the definitions are absent or faulty.
    Temporary
        When there is no database to connect to.
    """
    catalogue = load_catalogue(settings.layers_dir, settings.tiles_dir, settings.city)
    folder = _artefacts(settings)
    rasters = RasterStore.of(settings)
    prepared = Prepared(
        ArtefactStore(folder), ArtefactNames(folder), _turns(settings.threads), rasters, reach
    )
    return Context(open_database(settings), catalogue, settings, prepared)


def _artefacts(settings: Settings) -> Path:
    return settings.data_dir / "artefacts"


def _turns(threads: int) -> Turns:
    """Let half the threads compute; others may wait, but for one that answers what needs no computing."""
    at_once = max(1, threads // 2)
    return Turns(at_once, max(0, threads - 1 - at_once))
