"""Tiles made once for all who ask, and given only as long as they are what the tables hold."""

import hashlib
import logging
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from gis_service.db.abandon import AbandonedError
from gis_service.db.engine import Engine, transaction
from gis_service.db.tile_changes import home_of
from gis_service.errors import ErrorCode, Temporary
from gis_service.files.tile_store import StoredTile, TileStore
from gis_service.services.tile_flights import Flight, Flights, is_asker_gone
from gis_service.services.tile_freshness import Freshness
from gis_service.services.tile_memory import Name, Tile, TileMemory, Zxy
from gis_service.services.tile_turns import TileTurns
from gis_service.services.tile_variants import TileVariants
from gis_service.types import LayerId

log = logging.getLogger(__name__)

SHRINK_EVERY = 2_000
"""Tiles that are kept on disk between two looks at how much they take."""
Shelf = TileMemory | TileVariants


@dataclass(frozen=True, slots=True)
class Made:
    """What the database gave for a tile.

    Parameters
    ----------
    content
        Bytes of the tile.
    made_of
        Version of each of its layers in the same state; 0 for a layer without any.
    thinned
        How much of what lies in it is in it, when that is not all of it.
    """

    content: bytes
    made_of: Mapping[LayerId, int]
    thinned: str = ""


class Source(Protocol):
    """Where a tile comes from."""

    def make(self) -> Made:
        """Ask the database for the tile, of a state that begins with the call."""

    def unchanged(self, made_of: Mapping[LayerId, int]) -> Mapping[LayerId, int] | None:
        """Tell whether a tile that is made of older versions is still what the tables hold.

        Returns
        -------
        The versions that it is level with, of a state that begins with the call; None when it has to be made.
        """


class TileCache:
    """Tiles of one process, over those that all processes keep on disk.

    Parameters
    ----------
    engine
        Pool of connections, to look at the log of changes with.
    store
        Tiles on disk.
    most_bytes, most_stored
        What tiles in memory, and those on disk, may take.
    at_once
        Tiles that may be made at the same time: fewer than the pool has connections, so that looking at the
        log never waits for them.

    Attributes
    ----------
    freshness
        What is known of the changes.
    variants
        Tiles of filters and of past states.
    """

    def __init__(
        self, engine: Engine, store: TileStore, *, most_bytes: int, most_stored: int, at_once: int
    ) -> None:
        self.freshness = Freshness()
        self._engine, self._store = engine, store
        self._memory = TileMemory(most_bytes)
        self.variants = TileVariants(most_bytes)
        self._most_stored, self._stored_since = most_stored, 0
        self._walk: threading.Thread | None = None
        self._home = ""
        self._turns = TileTurns(at_once)
        self._flights = Flights()

    def known(self, mark: str, zxy: Zxy) -> Tile | None:
        """Give a tile that is in memory and known to be good; None when it has to be looked for.

        Parameters
        ----------
        mark
            Of a tile that `give` gave: the others have the same one.
        zxy
            Zoom, column, row.
        """
        if not self.freshness.is_level():
            return None
        tile = self._memory.find((mark, zxy)) or self.variants.find((mark, zxy))
        return tile if tile is not None and self._is_good(tile, zxy) else None

    def has_variant(self, mark: str, zxy: Zxy) -> bool:
        """Tell whether a tile of a filter or of a past state is in memory, as it is now or as it was."""
        return self.variants.find((self._home + mark, zxy)) is not None

    def give(self, mark: str, zxy: Zxy, source: Source, *, is_variant: bool = False) -> Tile:
        """Give a tile, of a state not older than half a second.

        Parameters
        ----------
        mark
            Tells what the tile shows, and how: the same for two tiles only if the same tables give them.
        zxy
            Zoom, column, row.
        source
            Asked when no tile is known to be good.
        is_variant
            Whether it is one of many ways to look at a layer, as by a filter: kept apart, and not on disk.

        Raises
        ------
        Temporary
            ``tiles_busy`` when no turn at the database becomes free for long, ``tile_given_up`` when its
            asker has gone away meanwhile, ``database_unavailable``, ``database_slow``.
        """
        self._look()
        mark = self._home + mark
        shelf = self.variants if is_variant else self._memory
        while True:
            tile = shelf.find((mark, zxy))
            if not is_variant and (tile is None or not self._is_good(tile, zxy)):
                # Another process may have made it since.
                tile = self._stored(mark, zxy) or tile
            if tile is not None and self._is_good(tile, zxy):
                return tile
            try:
                tile, is_own = self._together(shelf, (mark, zxy), source, tile)
            except AbandonedError as error:
                # Nobody waited any more; who has come since, or was there all the time, begins anew.
                if is_asker_gone():
                    raise Temporary(ErrorCode.TILE_GIVEN_UP) from error
                continue
            # Another's tile may be of a state from before this question was asked.
            if is_own or self._is_good(tile, zxy):
                return tile

    def _look(self) -> None:
        if self._home and self.freshness.is_level():
            return
        with transaction(self._engine) as connection:
            self._home = self._home or _short(home_of(connection))
            self.freshness.look(connection)

    def _is_good(self, tile: Tile, zxy: Zxy) -> bool:
        turn = self.freshness.turn
        if tile.good_at == turn:
            return True
        if not self.freshness.is_good(tile.made_of, zxy):
            return False
        tile.good_at = turn
        return True

    def _stored(self, mark: str, zxy: Zxy) -> Tile | None:
        found = self._store.find(mark, zxy)
        if found is None:
            return None
        tile = Tile(found.content, found.made_of, mark, thinned=found.thinned)
        self._memory.keep((mark, zxy), tile)
        return tile

    def _together(self, shelf: Shelf, name: Name, source: Source, older: Tile | None) -> tuple[Tile, bool]:
        """Make a tile, or wait for whoever makes it already; tell whether it was made here."""

        def newer() -> Tile | None:
            # It may have been made between the look for it and now.
            found = shelf.find(name)
            return None if found is older else found

        boarded = self._flights.board(name, newer)
        if isinstance(boarded, Tile):
            return boarded, False
        flight, is_own = boarded
        if not is_own:
            return flight.wait(), False
        try:
            tile = self._made(flight, name, source, older)
            shelf.keep(name, tile)
            if shelf is self._memory:
                self._store_too(name, tile)
        except BaseException as error:
            self._flights.land(name)
            flight.tile.set_exception(error)
            raise
        self._flights.land(name)
        flight.tile.set_result(tile)
        return tile, True

    def _made(self, flight: Flight, name: Name, source: Source, older: Tile | None) -> Tile:
        """Make a tile when its turn comes.

        Raises
        ------
        AbandonedError
            When nobody waits for it any more.
        """
        with self._turns.one(flight.is_wanted):
            try:
                with flight.work.at_work():
                    return _renewed(source, older, name[0])
            except Exception as error:
                if flight.work.is_given_up:
                    raise AbandonedError from error
                raise

    def _store_too(self, name: Name, tile: Tile) -> None:
        """Keep a tile for all processes; of those in which nothing lies there would be too many."""
        try:
            if not tile.content:
                self._store.drop(*name)
                return
            self._store.keep(*name, StoredTile(tile.content, tile.made_of, tile.thinned))
            self._stored_since += 1
            if self._stored_since >= SHRINK_EVERY and (self._walk is None or not self._walk.is_alive()):
                self._stored_since = 0
                # Nobody who waits for a tile waits for a walk over all of them.
                self._walk = threading.Thread(target=self._shrink, name="tile-store", daemon=True)
                self._walk.start()
        except OSError as error:
            # A full disk is no reason not to show the map.
            log.warning("a tile could not be kept: %s", error)

    def _shrink(self) -> None:
        try:
            self._store.shrink(self._most_stored)
        except OSError as error:
            log.warning("no room could be made for tiles: %s", error)


def _renewed(source: Source, older: Tile | None, mark: str) -> Tile:
    """Make a tile, or find that the older one is what it would be."""
    level_with = None if older is None else source.unchanged(older.made_of)
    if older is None or level_with is None:
        made = source.make()
        return Tile(made.content, made.made_of, mark, thinned=made.thinned)
    return Tile(older.content, level_with, mark, thinned=older.thinned)


def _short(home: str | None) -> str:
    return "" if home is None else hashlib.blake2b(home.encode(), digest_size=8).hexdigest()
