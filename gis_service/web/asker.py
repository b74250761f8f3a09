"""Whether the one who sent a request still listens: what WSGI does not tell, and the kernel does in part.

The server closes a connection as soon as its client has, though the request goes on in its thread. It does
not say by which connection a request came, only from which address. So a request has nobody who reads its
answer when no connection of that address is left that was asked something before the request began, and has
not been answered since. That is never said of one whose reader is there; it is not seen as long as the same
address, or a proxy, has an older request under way.
"""

import ipaddress
import time
from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING

from gis_service.web.connections import Established, established

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

_SLACK_S = 0.1
"""The clock of the kernel's times is coarse."""
_SHARED_S = 0.05
"""How long all askers share one look: the kernel walks through all of its connections for it."""


@dataclass(frozen=True, slots=True)
class _Look:
    """What the kernel told of a port at a moment of the steady clock, in seconds; None where it does not."""

    port: int
    at: float
    found: list[Established] | None


_last = _Look(0, float("-inf"), None)
_looking = Lock()


def _look(port: int) -> _Look:
    """Look at the connections, or give the last look when it is young enough."""
    global _last  # noqa: PLW0603  one for all threads of the process
    with _looking:
        now = time.monotonic()
        if _last.port != port or now - _last.at > _SHARED_S:
            _last = _Look(port, now, established(port))
        return _last


class Asker:
    """The other end of the connection that a request came by.

    Parameters
    ----------
    address
        Its address.
    port
        Of the service.
    is_shared
        Whether several requests may go by one connection at the same time: then it is only asked whether
        there is one.
    """

    def __init__(self, address: str, port: int, *, is_shared: bool = False) -> None:
        self._address, self._port, self._is_shared = address, port, is_shared
        self._asked_at = time.monotonic()

    def is_gone(self) -> bool:
        """Tell whether nobody reads the answer any more; in doubt somebody does."""
        look = _look(self._port)
        # Of one who came after the look it tells nothing.
        if look.found is None or look.at < self._asked_at:
            return False
        begun_ago = look.at - self._asked_at
        return not any(
            self._is_shared or (one.is_asked and one.received_ago_s >= begun_ago - _SLACK_S)
            for one in look.found
            if one.address == self._address
        )


def asker_of(environ: "WSGIEnvironment") -> Asker | None:
    """Give the asker of a request that has just come; None where the server does not tell who it is.

    Parameters
    ----------
    environ
        Of the request.
    """
    # Of the server alone: a test calls the application without any connection.
    if not str(environ.get("SERVER_SOFTWARE", "")).startswith("Granian"):
        return None
    try:
        address = ipaddress.ip_address(environ["REMOTE_ADDR"])
        port = int(environ["SERVER_PORT"])
    except (KeyError, ValueError):
        return None
    plain = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    shared = not str(environ.get("SERVER_PROTOCOL", "")).startswith("HTTP/1")
    return Asker(str(plain or address), port, is_shared=shared)
