"""Where tiles come from: a query over layers, and what tells whether its answer is still the same."""

import hashlib
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from gis_service.db import tiles as rows
from gis_service.db.engine import Connection, Engine
from gis_service.db.snapshot import snapshot
from gis_service.db.tile_changes import is_box_touched, versions_of
from gis_service.db.tile_seen import EVERYTHING, Seen
from gis_service.db.tiles import BUFFER, EXTENT, Importance, TileContent
from gis_service.services.tile_cache import Made
from gis_service.services.tile_grid import tile_box
from gis_service.types import BBox, LayerId


@dataclass(frozen=True, slots=True)
class QueriedTile:
    """A tile of the rows of layers whose boxes meet it, with the rim that tiles have.

    Parameters
    ----------
    engine
        Pool of connections.
    layers
        All that the query reads.
    zxy
        Zoom, column, row.
    ask
        Runs the query and gives the tile.
    seen
        What the tile, or what is left out of it, depends on.
    """

    engine: Engine
    layers: tuple[LayerId, ...]
    zxy: tuple[int, int, int]
    ask: Callable[[Connection], TileContent]
    seen: Seen = EVERYTHING

    def make(self) -> Made:
        """Ask for the tile and the versions of its layers, all of one state."""
        with snapshot(self.engine, is_small=True) as connection:
            tile = self.ask(connection)
            return Made(tile.content, versions_of(connection, self.layers), told(tile))

    def unchanged(self, made_of: Mapping[LayerId, int]) -> Mapping[LayerId, int] | None:
        """Tell whether no row of the tile has come, gone or come to look otherwise since it was made."""
        box = tile_box(*self.zxy, BUFFER / EXTENT)
        with snapshot(self.engine, is_small=True) as connection:
            now = versions_of(connection, self.layers)
            for layer, version in now.items():
                since = made_of.get(layer, 0)
                if version != since and is_box_touched(connection, layer, since, box, self.seen):
                    return None
        return now


class StateTile(ABC):
    """A tile of one state of its layers and of their overviews, kept with the numbers of both."""

    __slots__ = ()

    engine: Engine
    zxy: tuple[int, int, int]

    @property
    def box(self) -> BBox:
        """The tile with its rim, in longitude and latitude."""
        return tile_box(*self.zxy, BUFFER / EXTENT)

    def make(self) -> Made:
        """Ask for the tile, with the versions of its layers and of their overviews, all of one state."""
        with snapshot(self.engine, is_small=True) as connection:
            tile, made_of = self.made_in(connection)
            return Made(tile.content, made_of, told(tile))

    @abstractmethod
    def made_in(
        self, connection: Connection, budget: int | None = None
    ) -> tuple[TileContent, dict[LayerId, int]]:
        """Make the tile of the state that a connection sees.

        Parameters
        ----------
        connection
            Inside a snapshot.
        budget
            Bytes that it may take before it is packed; that of all tiles when left out.

        Returns
        -------
        The tile, and what it is made of.
        """


def seen_of(fields: Iterable[str], importance: Importance | None) -> Seen:
    """Tell by the change of which fields a tile looks otherwise: those it carries and is thinned by."""
    return Seen(tuple(dict.fromkeys((*fields, *(() if importance is None else importance.fields)))))


def told(tile: TileContent) -> str:
    """Say how a tile differs from all that lies in it, as a header does; nothing when it does not.

    Returns
    -------
    How many features are ``shown``, ``of`` how many; how many times ``wider`` its cells are than those of its
    zoom; how many ``bytes`` it takes where that is more than the budget: what studies use is never thinned.
    """
    said = [] if tile.shown == tile.of else [f"shown={tile.shown}", f"of={tile.of}"]
    said += [f"wider={tile.wider}"] if tile.wider > 1 else []
    said += [f"bytes={len(tile.content)}"] if len(tile.content) > rows.BUDGET else []
    return ", ".join(said)


def mark_of(*parts: object) -> str:
    """Make a mark of everything that tells one kind of tile from another."""
    return hashlib.blake2b(repr(parts).encode(), digest_size=16).hexdigest()
