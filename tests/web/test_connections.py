"""Connections as the kernel tells of them, and what follows for the one who has asked."""

import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from gis_service.web.asker import _SHARED_S, Asker, asker_of
from gis_service.web.connections import established

HERE = "127.0.0.1"


class Server:
    """A server that accepts, hears and answers."""

    def __init__(self) -> None:
        self._scope = ExitStack()
        self._ear = self._scope.enter_context(socket.create_server((HERE, 0)))
        self.port: int = self._ear.getsockname()[1]

    def connect(self) -> tuple[socket.socket, socket.socket]:
        """Give the two ends of a new connection: the reader's, and the server's."""
        reader = self._scope.enter_context(socket.create_connection((HERE, self.port)))
        return reader, self._scope.enter_context(self._ear.accept()[0])

    def close(self) -> None:
        self._scope.close()


@pytest.fixture
def server() -> Iterator[Server]:
    made = Server()
    yield made
    made.close()


def ask(line: tuple[socket.socket, socket.socket]) -> None:
    line[0].sendall(b"?")
    line[1].recv(1)


def test_a_connection_tells_whether_it_waits_for_an_answer(server: Server) -> None:
    assert established(server.port) == []
    line = server.connect()
    time.sleep(0.05)
    ask(line)
    (found,) = established(server.port) or []
    assert (found.address, found.is_asked) == (HERE, True)
    time.sleep(0.05)
    line[1].sendall(b"!")
    (found,) = established(server.port) or []
    assert not found.is_asked


def test_the_asker_is_there_as_long_as_a_connection_that_asked_before_waits(server: Server) -> None:
    answered, waiting = server.connect(), server.connect()
    ask(answered)
    time.sleep(0.02)
    answered[1].sendall(b"!")
    ask(waiting)
    asker = Asker(HERE, server.port)
    assert not asker.is_gone()
    time.sleep(0.2)
    later = server.connect()
    ask(later)
    assert not asker.is_gone()
    waiting[0].close()
    waiting[1].close()
    shared, elsewhere = Asker(HERE, server.port, is_shared=True), Asker("192.0.2.1", server.port)
    # Those that came after the last look are not told of by it.
    assert not elsewhere.is_gone()
    time.sleep(2 * _SHARED_S)
    # What is left was answered, or has asked later.
    assert asker.is_gone()
    assert not shared.is_gone()
    assert elsewhere.is_gone()


def test_where_the_kernel_does_not_tell_everybody_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError

    monkeypatch.setattr(socket, "socket", refuse)
    assert established(1) is None
    assert not Asker(HERE, 1).is_gone()


GRANIAN = {
    "SERVER_SOFTWARE": "Granian",
    "SERVER_PROTOCOL": "HTTP/1.1",
    "SERVER_PORT": "8000",
    "REMOTE_ADDR": HERE,
}


@pytest.mark.parametrize(
    ("changed", "is_known"),
    [
        ({}, True),
        ({"REMOTE_ADDR": "::ffff:127.0.0.1"}, True),
        ({"REMOTE_ADDR": "2001:db8::1", "SERVER_PROTOCOL": "HTTP/2"}, True),
        ({"REMOTE_ADDR": "unix"}, False),
        ({"REMOTE_ADDR": ""}, False),
        ({"SERVER_PORT": "-"}, False),
        # A call of the application without any connection, as tests make it.
        ({"SERVER_SOFTWARE": "Werkzeug"}, False),
    ],
)
def test_an_asker_is_known_by_its_server_alone(changed: dict[str, str], *, is_known: bool) -> None:
    assert (asker_of({**GRANIAN, **changed}) is not None) is is_known
