"""People who move a map: each asks for the tiles of a view, moves on, and sometimes does not wait."""

import asyncio
import random
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from gis_service.services.tile_grid import tile_of

BOX = 106.2, 20.3, 106.6, 20.7
_ZOOMS = (9, 10, 11, 12, 13, 14)
_VIEW = 2
"""Tiles to each side of a view."""
_IMPATIENT = 0.1
"""Share of the views that are left before their tiles have come."""
_THINKS_S = 1.0
_GOOD = frozenset({200, 204, 304})


@dataclass
class Crowd:
    """What all of them have met.

    Parameters
    ----------
    port
        Of the service, on this machine.
    paths
        Sets of tiles that the map is made of.
    """

    port: int
    paths: tuple[str, ...]
    took_s: list[float] = field(default_factory=list)
    filled_s: list[float] = field(default_factory=list)
    """Of these, the ones of tiles in which something lies."""
    errors: list[str] = field(default_factory=list)
    left: int = 0

    async def pan(self, clients: int, seconds: float) -> None:
        """Let so many people move the map for so long."""
        ends = time.monotonic() + seconds
        await asyncio.gather(*(self._one(random.Random(number), ends) for number in range(clients)))  # noqa: S311 no secret

    async def _one(self, dice: random.Random, ends: float) -> None:
        # They do not all begin in the same moment.
        await asyncio.sleep(dice.random() * _THINKS_S)
        while time.monotonic() < ends:
            try:
                await self._look(dice)
            except (OSError, asyncio.IncompleteReadError, ValueError) as error:
                self.errors.append(repr(error))
            await asyncio.sleep(_THINKS_S * (0.5 + dice.random()))

    async def _look(self, dice: random.Random) -> None:
        z = dice.choice(_ZOOMS)
        longitude, latitude = dice.uniform(BOX[0], BOX[2]), dice.uniform(BOX[1], BOX[3])
        x, y = tile_of(longitude, latitude, z)
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        try:
            impatient = dice.random() < _IMPATIENT
            for path in self.paths:
                for step in range(_VIEW * _VIEW):
                    address = f"{path}/WebMercatorQuad/{z}/{y + step // _VIEW}/{x + step % _VIEW}"
                    if impatient and step == _VIEW:
                        writer.write(_request(address))
                        self.left += 1
                        return
                    await self._tile(reader, writer, address)
        finally:
            writer.close()

    async def _tile(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, address: str) -> None:
        begun = time.monotonic()
        writer.write(_request(address))
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin1").lower()
        status = int(head.split(" ", 2)[1])
        length = [line for line in head.split("\r\n") if line.startswith("content-length:")]
        if length:
            await reader.readexactly(int(length[0].partition(":")[2]))
        self.took_s.append(time.monotonic() - begun)
        if length:
            self.filled_s.append(self.took_s[-1])
        if status not in _GOOD:
            self.errors.append(f"{status} {address}")


def percentile(took_s: Sequence[float], share: float) -> float:
    """Give the time within which this share of the tiles came, in seconds."""
    ordered = sorted(took_s)
    return ordered[min(int(len(ordered) * share), len(ordered) - 1)]


def _request(address: str) -> bytes:
    return f"GET /api/{address} HTTP/1.1\r\nHost: localhost\r\nAccept-Encoding: gzip\r\n\r\n".encode()
