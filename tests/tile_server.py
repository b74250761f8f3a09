"""A tile server on this machine, for tests: it answers by the path, and counts."""

import ssl
import struct
import threading
import time
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path


def _chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


PNG = b"\x89PNG\r\n\x1a\n" + b"".join(
    _chunk(name, body)
    for name, body in (
        (b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0)),
        (b"IDAT", zlib.compress(b"\x00\x30\x90\x40")),
        (b"IEND", b""),
    )
)
"""One green pixel."""


@dataclass
class TileServer:
    """What it was asked for, and what it answers with; it fails while `is_down`."""

    port: int = 0
    asked: list[str] = field(default_factory=list)
    hosts: list[str] = field(default_factory=list)
    is_down: bool = False

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


_ANSWERS: dict[str, tuple[int, bytes, dict[str, str]]] = {
    "broken": (500, b"", {}),
    "away": (302, b"", {"Location": "http://127.0.0.1:1/elsewhere"}),
    "page": (200, b"<html>" + PNG, {"Content-Type": "image/png"}),
    "none": (404, b"", {}),
    "large": (200, PNG + b"0" * 3_000_000, {}),
    "cut": (200, PNG, {"Content-Length": "999"}),
}
"""By the first part of a path; anything else is a picture, and "slow" one that comes sign by sign."""


class _Handler(BaseHTTPRequestHandler):
    told: TileServer

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  its name there
        """Say nothing."""

    def do_GET(self) -> None:
        self.told.asked.append(self.path)
        self.told.hosts.append(self.headers["Host"])
        kind = "broken" if self.told.is_down else self.path.strip("/").partition("/")[0]
        status, body, headers = _ANSWERS.get(kind, (200, PNG, {}))
        with suppress(OSError):
            self.send_response(status)
            for name, value in ({"Content-Length": str(len(body))} | headers).items():
                self.send_header(name, value)
            self.end_headers()
            for piece in [body] if kind != "slow" else [bytes([sign]) for sign in body]:
                self.wfile.write(piece)
                time.sleep(0.05 if kind == "slow" else 0)


@contextmanager
def tile_server(certificate: Path | None = None) -> Iterator[TileServer]:
    """Run a tile server; encrypted with a certificate and its key in one file, where that is given."""
    told = TileServer()
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"told": told}))
    server.daemon_threads = True
    if certificate is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        server.socket = context.wrap_socket(server.socket, server_side=True)
    told.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield told
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
