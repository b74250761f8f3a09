"""The established connections of the service, as the kernel knows them (netlink, ``sock_diag(7)``)."""

import ipaddress
import socket
import struct
from collections.abc import Iterator
from dataclasses import dataclass

_SOCK_DIAG, _BY_FAMILY, _DONE, _ERROR = 4, 20, 3, 2
_REQUEST_DUMP = 0x301
_INFO = 2
"""Attribute that holds ``tcp_info``; asked for by the bit below."""
_ESTABLISHED = 1
_HEADER = struct.Struct("=IHHII")
_ASKED = struct.Struct("=BBBBI")
_PORTS = struct.Struct("!HH")
_ID_BYTES, _FOUND_BYTES = 48, 72
_ATTRIBUTE = struct.Struct("=HH")
_SENT, _RECEIVED = 44, 52
"""Where ``tcp_info`` tells how long ago data was sent and received last."""
_MS = struct.Struct("=I")
_TIMEOUT_S = 0.5
_ROOM = 1 << 16


@dataclass(frozen=True, slots=True)
class Established:
    """One connection.

    Parameters
    ----------
    address
        Of its other end.
    sent_ago_s, received_ago_s
        Since data was sent and received last, in seconds; thousandths count.
    """

    address: str
    sent_ago_s: float
    received_ago_s: float

    @property
    def is_asked(self) -> bool:
        """Whether it has been asked something since it answered last; in doubt it has."""
        return self.received_ago_s <= self.sent_ago_s


def established(port: int) -> list[Established] | None:
    """List the connections to a port of this machine; None where the kernel does not tell."""
    found: list[Established] = []
    try:
        with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, _SOCK_DIAG) as line:
            line.settimeout(_TIMEOUT_S)
            for family in (socket.AF_INET, socket.AF_INET6):
                line.send(_question(family, port))
                found += _answers(line)
    except (OSError, AttributeError, struct.error):
        return None
    return found


def _question(family: int, port: int) -> bytes:
    asked = _ASKED.pack(family, socket.IPPROTO_TCP, 1 << (_INFO - 1), 0, 1 << _ESTABLISHED)
    asked += _PORTS.pack(port, 0) + bytes(_ID_BYTES - _PORTS.size)
    return _HEADER.pack(_HEADER.size + len(asked), _BY_FAMILY, _REQUEST_DUMP, 1, 0) + asked


def _answers(line: socket.socket) -> Iterator[Established]:
    while True:
        data = line.recv(_ROOM)
        at = 0
        while at < len(data):
            length, kind, *_ = _HEADER.unpack_from(data, at)
            if kind == _DONE:
                return
            if kind == _ERROR or length < _HEADER.size:
                raise OSError("the kernel does not list connections")
            yield _connection(data[at + _HEADER.size : at + length])
            at += (length + 3) & ~3


def _connection(told: bytes) -> Established:
    size = 4 if told[0] == socket.AF_INET else 16
    # After four bytes of state, two ports and the near end.
    far = 4 + _PORTS.size + 16
    address = ipaddress.ip_address(told[far : far + size])
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is not None:
        address = address.ipv4_mapped
    at = _FOUND_BYTES
    while at + _ATTRIBUTE.size <= len(told):
        length, kind = _ATTRIBUTE.unpack_from(told, at)
        if kind == _INFO:
            info = at + _ATTRIBUTE.size
            sent, received = (_MS.unpack_from(told, info + part)[0] for part in (_SENT, _RECEIVED))
            return Established(str(address), sent / 1000, received / 1000)
        at += (max(length, _ATTRIBUTE.size) + 3) & ~3
    raise OSError("the kernel tells nothing of a connection")
