"""Fetches one picture from a tile server that the operator has named, and from nowhere else.

The host is looked up once, every address that it has is judged, and the connection goes to one of these: a
name that leads elsewhere a moment later gains nothing. No redirect is followed.
"""

import ipaddress
import socket
import ssl
import time
from dataclasses import dataclass
from urllib.parse import urlsplit

import urllib3
from urllib3.exceptions import HTTPError

from gis_service.files.picture_kinds import media_of

MOST_BYTES = 2 * 2**20
"""Of one picture."""
CONNECT_S, READ_S, WHOLE_S = 3.0, 5.0, 10.0
"""Longest time for a connection, between two pieces, and for all of it."""
_PIECE = 65_536
_FOUND = 200
_NOTHING_THERE = (204, 404, 410)
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_AGENT = "gis-service"
_Pool = urllib3.HTTPConnectionPool


@dataclass(frozen=True)
class FetchFailed(Exception):
    """A picture could not be had.

    Parameters
    ----------
    reason
        In a few plain words for the operator; never what the other side sent.
    """

    reason: str


def fetch_picture(address: str, *, may_be_private: bool = False) -> bytes | None:
    """Fetch a picture.

    Parameters
    ----------
    address
        Where it lies; ``https``, or ``http`` where it may be private.
    may_be_private
        Whether the host may lie in a network of one's own.

    Returns
    -------
    bytes or None
        PNG, JPEG or WebP by its first bytes; None where the server has nothing.

    Raises
    ------
    FetchFailed
        When the host cannot be reached or may not be asked, answers with anything else, too much or too late.
    """
    parts = urlsplit(address)
    host, is_encrypted = parts.hostname or "", parts.scheme == "https"
    port = parts.port or (443 if is_encrypted else 80)
    until = time.monotonic() + WHOLE_S
    with _pool(
        _address_of(host, port, may_be_private=may_be_private), port, host if is_encrypted else None
    ) as pool:
        target = parts.path + (f"?{parts.query}" if parts.query else "")
        headers = {
            "Host": parts.netloc,
            "User-Agent": _AGENT,
            "Accept": "image/*",
            "Accept-Encoding": "identity",
        }
        try:
            response = pool.urlopen(
                "GET",
                target,
                headers=headers,
                redirect=False,
                retries=False,
                assert_same_host=False,
                preload_content=False,
                decode_content=False,
            )
            try:
                return _content(response, until)
            finally:
                response.close()
        except (HTTPError, OSError) as error:
            raise FetchFailed(type(error).__name__) from error


def is_public(address: str) -> bool:
    """Tell whether an IP address is of the open internet, by whatever way it is written."""
    known = ipaddress.ip_address(address)
    if isinstance(known, ipaddress.IPv6Address):
        # Each of these holds an address of IPv4 that would be asked in its place.
        if known.ipv4_mapped is not None:
            return is_public(str(known.ipv4_mapped))
        if known.sixtofour is not None or known.teredo is not None or known in _NAT64:
            return False
    return known.is_global and not known.is_multicast and not known.is_reserved


def _address_of(host: str, port: int, *, may_be_private: bool) -> str:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise FetchFailed("host not found") from error
    addresses = [str(one[4][0]) for one in found]
    if not may_be_private and not all(is_public(one.partition("%")[0]) for one in addresses):
        raise FetchFailed("host in a private network")
    return addresses[0]


def _pool(address: str, port: int, name: str | None) -> _Pool:
    """Prepare a connection to an address; encrypted, and certified for a name, where there is one."""
    place = f"[{address}]" if ":" in address else address
    timeout = urllib3.Timeout(connect=CONNECT_S, read=READ_S)
    if name is None:
        return urllib3.HTTPConnectionPool(place, port, timeout=timeout, maxsize=1)
    return urllib3.HTTPSConnectionPool(
        place,
        port,
        timeout=timeout,
        maxsize=1,
        ssl_context=ssl.create_default_context(),
        server_hostname=name,
        assert_hostname=name,
    )


def _content(response: urllib3.BaseHTTPResponse, until: float) -> bytes | None:
    if response.status in _NOTHING_THERE:
        return None
    if response.status != _FOUND:
        raise FetchFailed(f"status {response.status}")
    content = bytearray()
    # What has come so far, not a whole piece: that could be waited for one letter at a time.
    while piece := response.read1(_PIECE):
        content += piece
        if len(content) > MOST_BYTES:
            raise FetchFailed("too large")
        if time.monotonic() > until:
            raise FetchFailed("too slow")
    if media_of(bytes(content[:16])) is None:
        raise FetchFailed("no picture")
    return bytes(content)
