"""How often one address may ask for what is computed for everybody."""

import ipaddress
import math
import threading
import time
from collections import OrderedDict
from collections.abc import Callable

from gis_service.errors import ErrorCode, Temporary

ADDRESSES = 10_000
"""Addresses that are remembered; the one that asked longest ago is forgotten first."""
_S_PER_MIN = 60
_HOUSEHOLD_BITS = 64


class Allowance:
    """Questions per minute for each address: a full minute's worth at once, then as they come back.

    Parameters
    ----------
    per_minute
        Questions.
    clock
        Seconds that only rise.
    """

    def __init__(self, per_minute: int, clock: Callable[[], float] = time.monotonic) -> None:
        self.per_minute = per_minute
        self._clock = clock
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._lock = threading.Lock()

    def wait_s(self, address: str) -> int:
        """Count a question; give 0, or the whole seconds until the next one is answered."""
        now, rate = self._clock(), self.per_minute / _S_PER_MIN
        with self._lock:
            left, then = self._left.pop(address, (float(self.per_minute), now))
            left = min(float(self.per_minute), left + (now - then) * rate)
            allowed = left >= 1
            self._left[address] = (left - 1 if allowed else left, now)
            while len(self._left) > ADDRESSES:
                self._left.popitem(last=False)
        return 0 if allowed else max(1, math.ceil((1 - left) / rate))


def address_of(forwarded: str, remote: str, proxies: int) -> str:
    """Tell from where a request comes.

    Parameters
    ----------
    forwarded
        The header ``X-Forwarded-For``; all but its last ``proxies`` entries are what a caller says.
    remote
        The other end of the connection.
    proxies
        Number of our own proxies before the service.
    """
    hops = [hop.strip() for hop in forwarded.split(",") if hop.strip()]
    if not proxies or not hops:
        return remote
    return hops[-min(proxies, len(hops))]


def household_of(address: str) -> str:
    """Tell who shares an allowance: an IPv4 address, a /64 of IPv6, of which one household has all addresses.

    Parameters
    ----------
    address
        As `address_of` gives it; what is no address stands for itself.
    """
    try:
        known = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(known, ipaddress.IPv4Address):
        return str(known)
    if known.ipv4_mapped is not None:
        return str(known.ipv4_mapped)
    return str(ipaddress.ip_network((int(known), _HOUSEHOLD_BITS), strict=False))


def check(allowance: Allowance, place: str) -> None:
    """Count a request, and refuse it when too many have come from the same place.

    Parameters
    ----------
    allowance
        What is counted.
    place
        As `household_of` gives it.

    Raises
    ------
    Temporary
        ``too_many_requests``.
    """
    wait = allowance.wait_s(place)
    if wait:
        raise Temporary(ErrorCode.TOO_MANY_REQUESTS, limit=allowance.per_minute, seconds=wait)
