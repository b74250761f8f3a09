"""Pictures from elsewhere: what comes in, and whom the service will not ask."""

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from gis_service.files import imagery_fetch
from gis_service.files.imagery_fetch import FetchFailed, fetch_picture, is_public
from gis_service.files.picture_kinds import media_of
from tests.tile_server import PNG, TileServer, tile_server


@pytest.fixture(scope="module")
def server() -> Iterator[TileServer]:
    with tile_server() as running:
        yield running


def test_a_picture_is_fetched_by_its_whole_address(server: TileServer) -> None:
    assert fetch_picture(f"{server.url}/good/1/2/3?key=a%20b", may_be_private=True) == PNG
    assert server.asked[-1] == "/good/1/2/3?key=a%20b"
    assert server.hosts[-1] == f"127.0.0.1:{server.port}"


def test_a_server_may_have_nothing_there(server: TileServer) -> None:
    assert fetch_picture(f"{server.url}/none", may_be_private=True) is None


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("broken", "status 500"),
        ("away", "status 302"),
        ("page", "no picture"),
        ("large", "too large"),
        ("cut", "ProtocolError"),
        ("slow", "too slow"),
    ],
)
def test_anything_else_is_refused(
    server: TileServer, monkeypatch: pytest.MonkeyPatch, path: str, reason: str
) -> None:
    monkeypatch.setattr(imagery_fetch, "WHOLE_S", 0.2 if path == "slow" else 10.0)
    with pytest.raises(FetchFailed) as failed:
        fetch_picture(f"{server.url}/{path}", may_be_private=True)
    assert failed.value.reason == reason


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]", "2130706433", "0x7f.1", "0"])
def test_a_private_network_is_not_asked(server: TileServer, host: str) -> None:
    before = len(server.asked)
    with pytest.raises(FetchFailed) as failed:
        fetch_picture(f"http://{host}:{server.port}/good")
    assert failed.value.reason in {"host in a private network", "host not found"}
    assert len(server.asked) == before


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("8.8.8.8", True),
        ("2606:4700:4700::1111", True),
        ("10.1.2.3", False),
        ("172.16.0.1", False),
        ("192.168.1.1", False),
        ("100.64.0.1", False),
        ("169.254.169.254", False),
        ("224.0.0.1", False),
        ("240.0.0.1", False),
        ("::ffff:127.0.0.1", False),
        ("::ffff:8.8.8.8", True),
        ("64:ff9b::7f00:1", False),
        ("2002:7f00:1::", False),
        ("fe80::1", False),
        ("fd00::1", False),
        ("::", False),
    ],
)
def test_which_addresses_are_of_the_open_internet(address: str, public: bool) -> None:  # noqa: FBT001
    assert is_public(address) is public


def test_a_picture_is_known_by_its_first_bytes() -> None:
    assert media_of(PNG) == "image/png"
    assert media_of(b"\xff\xd8\xff\xe0") == "image/jpeg"
    assert media_of(b"RIFF\x00\x00\x00\x00WEBPVP8 ") == "image/webp"
    assert [media_of(one) for one in (b"", b"<svg>", b"GIF89a", b"RIFF\x00\x00\x00\x00WAVE")] == [None] * 4


@pytest.mark.parametrize(("name", "is_trusted"), [("localhost", True), ("elsewhere.example", False)])
def test_a_certificate_has_to_be_of_the_name_that_was_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, *, is_trusted: bool
) -> None:
    if shutil.which("openssl") is None:
        pytest.skip("no openssl to make a certificate with")
    made, key = tmp_path / "made.pem", tmp_path / "key.pem"
    command = [
        "openssl",
        "req",
        "-x509",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:prime256v1",
        "-nodes",
    ]
    command += ["-subj", f"/CN={name}", "-addext", f"subjectAltName=DNS:{name}", "-days", "2"]
    subprocess.run([*command, "-keyout", key, "-out", made], check=True, capture_output=True)
    whole = tmp_path / "whole.pem"
    whole.write_bytes(key.read_bytes() + made.read_bytes())
    monkeypatch.setenv("SSL_CERT_FILE", str(made))
    with tile_server(whole) as server:
        address = f"https://localhost:{server.port}/good"
        if is_trusted:
            assert fetch_picture(address, may_be_private=True) == PNG
            return
        with pytest.raises(FetchFailed):
            fetch_picture(address, may_be_private=True)
        assert server.asked == []
