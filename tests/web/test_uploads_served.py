"""Uploads through the server that people run: bodies unread, lines that are cut, files that are large."""

import http.client
import json
import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from email.message import Message
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from gis_service.db.engine import open_engine, transaction
from gis_service.services.accounts import Role, make_token
from gis_service.settings import ROOT
from tests.job_town import wait_until
from tests.web.uploaded import OFFSET_STREAM, PATH, points

pytestmark = pytest.mark.slow
TUS = {"Tus-Resumable": "1.0.0"}


@dataclass(frozen=True)
class Answer:
    """What the server has answered."""

    status: int
    headers: Message
    content: bytes

    @property
    def json(self) -> Any:  # noqa: ANN401 any JSON
        return json.loads(self.content)


@dataclass
class Server:
    """The web server as people run it."""

    address: str
    token: str
    process: "subprocess.Popen[bytes]"

    @property
    def bearer(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}

    def ask(self, method: str, path: str, body: object = None, **headers: str) -> Answer:
        told = {**self.bearer, **{name.replace("_", "-"): value for name, value in headers.items()}}
        with closing(http.client.HTTPConnection(self.address, timeout=120)) as connection:
            connection.request(method, path, body=body, headers=told)  # type: ignore[arg-type]
            answer = connection.getresponse()
            return Answer(answer.status, answer.headers, answer.read())

    def answers(self) -> bool:
        try:
            return self.ask("GET", "/healthz").status == 200
        except OSError:
            return False

    def begin(self, size: int) -> str:
        answer = self.ask("POST", PATH, Upload_Length=str(size), **TUS)
        assert answer.status == 201
        return urlsplit(answer.headers["Location"]).path

    def offset(self, path: str) -> int:
        return int(self.ask("HEAD", path, **TUS).headers["Upload-Offset"])

    def lines(self, method: str, path: str, length: int, **headers: str) -> bytes:
        told = {"Host": self.address, "Content-Length": str(length), **headers}
        lines = [f"{method} {path} HTTP/1.1", *(f"{name}: {value}" for name, value in told.items())]
        return ("\r\n".join(lines) + "\r\n\r\n").encode()

    def line(self) -> socket.socket:
        host, _, port = self.address.partition(":")
        return socket.create_connection((host, int(port)), timeout=60)

    def peak_mb(self) -> int:
        """Give the most memory that any of its processes has ever held."""
        pids = [self.process.pid]
        for pid in pids:
            pids += [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
        found = (re.search(r"VmHWM:\s+(\d+)", Path(f"/proc/{pid}/status").read_text()) for pid in pids)
        return max(int(one[1]) for one in found if one) // 1024


@pytest.fixture(scope="module")
def server(make_database: Callable[[], str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    url, folder = make_database(), tmp_path_factory.mktemp("var")
    engine = open_engine(url)
    with transaction(engine) as connection:
        token = make_token(connection, Role.GIS_STAFF, "lan")
    engine.dispose()
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
    ours = {"GIS_DATABASE_URL": url, "GIS_DATA_DIR": str(folder), "GIS_UPLOAD_FREE_MB": "1"}
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1"]
    command += ["--port", str(port), "gis_service.wsgi:app"]
    log = folder / "log"
    with log.open("wb") as told:
        process = subprocess.Popen(command, env=os.environ | ours, cwd=ROOT, stdout=told, stderr=told)
    made = Server(f"127.0.0.1:{port}", token, process)
    try:
        wait_until(made.answers, log.read_text)
        yield made
    finally:
        process.kill()
        process.wait(10)


@pytest.mark.parametrize(("token", "status"), [(None, b"401"), ("gis_wrong", b"401")])
def test_who_may_not_upload_hears_so_without_a_byte_sent(
    server: Server, token: str | None, status: bytes
) -> None:
    headers = {"Content-Type": "multipart/form-data; boundary=x"}
    if token:
        headers["Authorization"] = f"Bearer {token}"
    with server.line() as line:
        line.sendall(server.lines("POST", PATH, 10**9, **headers))
        assert line.recv(100).split()[1] == status


def test_a_file_in_one_piece_is_inspected_before_the_answer(server: Server) -> None:
    body = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.geojson"\r\n\r\n'
    body += points("a", "b") + b"\r\n--x--\r\n"
    answer = server.ask("POST", PATH, body, Content_Type="multipart/form-data; boundary=x")
    told = answer.json
    assert (answer.status, told["state"], told["layers"][0]["features"]) == (201, "ready", 2)


def test_what_came_before_the_line_was_cut_is_gone_on_with(server: Server) -> None:
    content = os.urandom(3_000_000)
    path = server.begin(len(content))
    headers = {**server.bearer, **TUS, "Content-Type": OFFSET_STREAM, "Upload-Offset": "0"}
    with server.line() as line:
        line.sendall(server.lines("PATCH", path, len(content), **headers) + content[:2_000_000])
        time.sleep(0.5)
    wait_until(lambda: server.offset(path) > 0)

    def sent() -> bool:
        at = server.offset(path)
        told = {"Content_Type": OFFSET_STREAM, "Upload_Offset": str(at), **TUS}
        return server.ask("PATCH", path, content[at:], **told).status == 204

    # The request that was cut may hold the upload for a moment more.
    wait_until(sent)
    assert server.offset(path) == len(content)
    assert server.ask("GET", path).json["state"] == "inspecting"


def test_a_large_file_takes_no_memory(server: Server) -> None:
    size, piece = 200 << 20, os.urandom(1 << 20)
    before = server.peak_mb()
    path = server.begin(size)
    pieces = (piece for _ in range(size >> 20))
    told = {"Content_Type": OFFSET_STREAM, "Upload_Offset": "0", "Content_Length": str(size), **TUS}
    assert server.ask("PATCH", path, pieces, **told).status == 204
    head = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.geojson"\r\n\r\n'
    tail = b"\r\n--x--\r\n"
    length = len(head) + size + len(tail)
    form = (part for parts in ([head], (piece for _ in range(size >> 20)), [tail]) for part in parts)
    taken = server.ask(
        "POST",
        PATH,
        form,
        Content_Type="multipart/form-data; boundary=x",
        Content_Length=str(length),
        Prefer="respond-async",
    )
    assert taken.json["state"] == "inspecting"
    assert server.peak_mb() - before < 60
