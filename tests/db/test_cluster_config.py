import socket
from pathlib import Path

import pytest

from gis_service.db.cluster_config import Manifest, free_port, memory_bytes, port_is_free, server_settings

GIB = 2**30


@pytest.mark.parametrize(
    ("memory", "shared_buffers"),
    [(GIB // 8, "32MB"), (2 * GIB, "256MB"), (4 * GIB, "512MB"), (8 * GIB, "1024MB"), (256 * GIB, "1024MB")],
)
def test_shared_buffers_are_an_eighth_of_memory_within_bounds(memory: int, shared_buffers: str) -> None:
    text = server_settings(5440, Path("/run/s"), Path("/run/l"), memory, durable=True)
    assert f"shared_buffers = '{shared_buffers}'" in text.splitlines()


def test_only_a_throw_away_cluster_gives_up_safety() -> None:
    kept, thrown_away = (
        server_settings(1, Path("s"), Path("l"), GIB, durable=durable) for durable in (True, False)
    )
    assert "fsync" not in kept
    assert "shared_preload_libraries" not in kept
    assert "max_connections = '60'" in kept.splitlines()
    assert "fsync = 'off'" in thrown_away


def test_a_quote_in_a_path_stays_inside_its_setting() -> None:
    text = server_settings(1, Path("/it's"), Path("l"), GIB, durable=True)
    assert "unix_socket_directories = '/it''s'" in text.splitlines()


def test_a_port_in_use_is_not_free() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        assert not port_is_free(taken.getsockname()[1])
    assert port_is_free(free_port())


def test_a_manifest_reads_back_and_secrets_differ(tmp_path: Path) -> None:
    made = Manifest.new()
    made.write(tmp_path / "cluster.json")
    assert Manifest.read(tmp_path / "cluster.json") == made
    assert len({made.owner_password, made.admin_password, Manifest.new().owner_password}) == 3


def test_memory_is_a_plausible_number() -> None:
    assert 2**26 < memory_bytes() < 2**46
